"""Longer prompts from a local language model (`--extend FOLDER`).

Prompts are extended before the plan is final, greedily, so the same model writes the same text; the
texts are cached beside the store. `shots.prompt.extension` decides what of a text is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from storyboard.errors import InputError
from storyboard.store import canonical_json, content_key, read_object, write_atomically

CACHE = "extensions.json"
MAX_NEW_TOKENS = 160
INSTRUCTION = (
    "You describe one shot of a film for a video model. Below is what the director wants to be "
    "seen. Write two to four plain sentences that add visible detail: materials, textures, faces, "
    "weather, what moves and how. Do not change or repeat anything. Do not mention the camera, the "
    "framing, the lens or the light. No names, no dialogue, no feelings that cannot be seen, no "
    "lists. English, present tense."
)

Writer = Callable[[str], str]
"""Prompt → additional text."""


def write_about(prompts: Iterable[str], folder: Path, cache: Path | None) -> Mapping[str, str]:
    """Generate additional text for compiled prompts, or read it from the cache, by prompt.

    `folder` holds a language model with its tokenizer, in the layout of transformers; `cache` is
    the folder of the cache file, None for no cache.

    Raises:
        InputError: The folder holds no such model.
    """
    texts = {} if cache is None else read_object(cache / CACHE)
    # Model files count by name, size and time: hashing a model takes longer than running it.
    files = sorted(path for path in folder.glob("*") if path.is_file())
    stats = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    model = {"instruction": INSTRUCTION, "most": MAX_NEW_TOKENS, "files": stats}
    keys = {prompt: content_key({"prompt": prompt, **model}) for prompt in prompts}
    missing = [prompt for prompt, key in keys.items() if key not in texts]
    if missing:
        writer = load_writer(folder)
        for prompt in missing:
            texts[keys[prompt]] = writer(prompt)
        if cache is not None:
            cache.mkdir(parents=True, exist_ok=True)
            write_atomically(cache / CACHE, canonical_json(texts).encode())
    return {prompt: str(texts[key]) for prompt, key in keys.items()}


def load_writer(folder: Path) -> Writer:
    """Load a language model that extends one prompt per call, by greedy decoding.

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
        text = f"{INSTRUCTION}\n\n{prompt}\n\n"
        if getattr(tokenizer, "chat_template", None):
            messages = [
                {"role": "system", "content": INSTRUCTION},
                {"role": "user", "content": prompt},
            ]
            text = str(
                tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
            )
        tokens = tokenizer(text, return_tensors="pt")["input_ids"]
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
