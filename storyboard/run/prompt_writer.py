"""Longer prompts from a language model on this machine, asked in our own words.

Off unless `--extend FOLDER` names a model that transformers can read. It runs before the plan is
made final, one prompt after another and greedily, so the same model writes the same text; what it
wrote is remembered beside the store. What of it is used, `shots.prompt.extension` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from storyboard.errors import InputError
from storyboard.store import canonical_json, content_key, read_object, write_atomically

MEMORY = "extensions.json"
MAX_NEW_TOKENS = 160
INSTRUCTION = (
    "You describe one shot of a film for a video model. Below is what the director wants to be "
    "seen. Write two to four plain sentences that add visible detail: materials, textures, faces, "
    "weather, what moves and how. Do not change or repeat anything. Do not mention the camera, the "
    "framing, the lens or the light. No names, no dialogue, no feelings that cannot be seen, no "
    "lists. English, present tense."
)

Writer = Callable[[str], str]


def write_about(prompts: Iterable[str], folder: Path, memory: Path | None) -> Mapping[str, str]:
    """Have a model write about prompts; what it wrote before is remembered.

    Args:
        prompts: As compiled.
        folder: Of a model with its tokenizer, in the layout of transformers.
        memory: Folder that remembers; None for none.

    Returns:
        Its text for every prompt.

    Raises:
        InputError: The folder holds no such model.
    """
    known = {} if memory is None else read_object(memory / MEMORY)
    model = _stamp(folder)
    keys = {prompt: content_key({"prompt": prompt, **model}) for prompt in prompts}
    missing = [prompt for prompt, key in keys.items() if key not in known]
    if missing:
        writer = load_writer(folder)
        for prompt in missing:
            known[keys[prompt]] = writer(prompt)
        if memory is not None:
            memory.mkdir(parents=True, exist_ok=True)
            write_atomically(memory / MEMORY, canonical_json(known).encode())
    return {prompt: str(known[key]) for prompt, key in keys.items()}


def load_writer(folder: Path) -> Writer:
    """Load a language model that writes about a prompt, greedily.

    Raises:
        InputError: The folder holds no such model.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        network = AutoModelForCausalLM.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype="auto"
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"--extend {folder}: {reason} Must be the folder of a language model with its "
            "tokenizer, in safetensors, as transformers saves them."
        ) from None
    network.train(mode=False)

    def write(prompt: str) -> str:
        tokens = tokenizer(_asked(tokenizer, prompt), return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            written = network.generate(
                tokens,
                attention_mask=torch.ones_like(tokens),
                max_new_tokens=MAX_NEW_TOKENS,
                do_sample=False,
                pad_token_id=tokenizer.eos_token_id or 0,
            )
        return str(tokenizer.decode(written[0, tokens.shape[1] :], skip_special_tokens=True))

    return write


def _asked(tokenizer: object, prompt: str) -> str:
    """Instruction and prompt, as a chat where the model knows how to chat."""
    messages = [{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": prompt}]
    if getattr(tokenizer, "chat_template", None):
        chat = tokenizer.apply_chat_template(  # type: ignore[attr-defined]
            messages, tokenize=False, add_generation_prompt=True
        )
        return str(chat)
    return f"{INSTRUCTION}\n\n{prompt}\n\n"


def _stamp(folder: Path) -> dict[str, object]:
    """Changes with anything but the prompt that changes what is written.

    Files are known by name, size and time: hashing a model would take longer than asking it.
    """
    files = sorted(path for path in folder.glob("*") if path.is_file())
    stats = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return {"instruction": INSTRUCTION, "most": MAX_NEW_TOKENS, "files": stats}
