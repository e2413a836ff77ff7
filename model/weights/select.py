"""Which of the networks in a folder make one checkpoint.

Everything that keeps them from doing so is said before a tensor is read: a part that is missing,
two files for one part, experts that nothing tells apart, parts of different models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from model.exceptions import WeightsError
from model.weights.naming import require_whole
from model.weights.survey import Network, Survey, quick_hash

TOKENIZERS = ("tokenizer.json", "spiece.model")
TOKENIZER_PLACES = ("umt5", "tokenizer")


@dataclass(frozen=True)
class Chosen:
    """Networks that make a checkpoint.

    Attributes:
        experts: Noisiest first.
        adapters: Camera adapter that lies in a file of its own, one per expert, or none.
        vae: Autoencoder.
        text: Text encoder.
        tokenizer: File of its own, or the one that embeds it.
    """

    experts: tuple[Network, ...]
    adapters: tuple[Network, ...]
    vae: Network
    text: Network
    tokenizer: Path


def choose(found: Survey) -> Chosen:
    """Choose the networks of a checkpoint from what lies in a folder.

    Raises:
        WeightsError: They make none, or more than one.
    """
    experts = _experts(found)
    for expert in experts:
        require_whole(expert)
    _require_two_files(found.folder, experts)
    wanted = experts[0].kind.vae_class
    vae = _only_one(found, "vae", f"{wanted.replace('wan', 'Wan ')} autoencoder", wanted)
    text = _only_one(found, "text", "UMT5 text encoder")
    require_whole(text)
    adapters = _adapters(found, experts)
    return Chosen(experts, adapters, vae, text, find_tokenizer(found.folder, text))


def _stands_alone(expert: Network) -> bool:
    """Whether its model has one expert."""
    return expert.kind.vae_class == "wan2.2"


def _experts(found: Survey) -> tuple[Network, ...]:
    every = [network for network in found.networks if network.kind.role == "expert"]
    readable = [network for network in every if network.kind.is_readable]
    if not readable:
        raise _no_expert(found, every)
    models = sorted({network.kind.model for network in readable})
    if len(models) > 1:
        raise WeightsError(
            f"{found.folder}: holds two models, {models[0]} and {models[1]}, must hold one. "
            "Put each in a folder of its own."
        )
    named = {noise: [n for n in readable if n.noise == noise] for noise in ("high", "low", "")}
    for noise in ("high", "low"):
        if len(named[noise]) > 1:
            raise _too_many(found.folder, f"the {noise}-noise expert", named[noise])
    if named["high"] and named["low"]:
        return named["high"][0], named["low"][0]
    if named["high"] or named["low"]:
        if found.problems:  # a file that cannot be read is why it is missed
            raise WeightsError(found.problems[0])
        there, missing = ("high", "low") if named["high"] else ("low", "high")
        raise WeightsError(
            f"{found.folder}: only the {there}-noise expert is there "
            f"({named[there][0].place}), must be both. Put the {missing}-noise expert beside it, "
            f"with {missing}_noise in its name."
        )
    if found.problems and not _stands_alone(readable[0]):
        raise WeightsError(found.problems[0])
    return _unnamed(found.folder, named[""])


def _unnamed(folder: Path, experts: Sequence[Network]) -> tuple[Network, ...]:
    """Experts whose place does not say which they are: one alone, if its model has one."""
    if len(experts) == 1 and _stands_alone(experts[0]):
        return (experts[0],)
    if len(experts) == 1:
        raise WeightsError(
            f"{experts[0].place}: one {experts[0].kind.model}, or all of Wan 2.1, which has one; "
            "must be two experts with high_noise and low_noise in their names. Put both there."
        )
    names = ", ".join(str(network.place) for network in experts)
    raise WeightsError(
        f"{folder}: {len(experts)} experts whose names do not tell them apart ({names}), must "
        "have high_noise and low_noise in their names; their tensors look alike. Rename them as "
        "they were published."
    )


def _no_expert(found: Survey, every: Sequence[Network]) -> WeightsError:
    if every:
        return WeightsError(
            f"{every[0].place}: is {every[0].kind.model}, must be a Wan 2.2 text-to-video, "
            "image-to-video, TI2V-5B or Fun-Camera model. It is recognised but cannot be rendered."
        )
    if found.problems:
        return WeightsError(found.problems[0])
    if not found.networks:
        return WeightsError(
            f"{found.folder}: no model_index.json and no weight files, must be a checkpoint. "
            "Name the folder that holds experts, autoencoder and text encoder."
        )
    return WeightsError(
        f"{found.folder}: no expert among {len(found.networks)} networks, must hold the "
        "transformer too. Put it there."
    )


def _only_one(found: Survey, role: str, what: str, vae_class: str = "") -> Network:
    every = [network for network in found.networks if network.kind.role == role]
    fitting = [network for network in every if network.kind.vae_class == vae_class]
    if len(fitting) > 1:
        raise _too_many(found.folder, f"the {what}", fitting)
    if fitting:
        return fitting[0]
    if every:
        raise WeightsError(
            f"{every[0].place}: is a {every[0].kind.model}, must be a {what} for this model. "
            "Put the right one there."
        )
    if found.problems:
        raise WeightsError(found.problems[0])
    raise WeightsError(f"{found.folder}: no {what}. Put its file into the folder.")


def _adapters(found: Survey, experts: Sequence[Network]) -> tuple[Network, ...]:
    adapters = [network for network in found.networks if network.kind.role == "adapter"]
    if not adapters:
        return ()
    fitting = [[a for a in adapters if a.noise == expert.noise] for expert in experts]
    if any(len(one) != 1 for one in fitting) or len(adapters) != len(experts):
        raise WeightsError(
            f"{found.folder}: {len(adapters)} camera adapter(s) for {len(experts)} expert(s), "
            "must be one each, named like its expert. Put each beside its expert."
        )
    return tuple(one[0] for one in fitting)


def _require_two_files(folder: Path, experts: Sequence[Network]) -> None:
    """One file under both names is the commonest swap, and the only one that content shows."""
    if len({quick_hash(expert.files) for expert in experts}) < len(experts):
        raise WeightsError(
            f"{folder}: {experts[0].place} and {experts[1].place} are the same file, must be "
            "two experts. Fetch both again."
        )


def find_tokenizer(folder: Path, text: Network) -> Path:
    """The tokenizer of a text encoder: a file of its own, or what is embedded in its weights.

    Raises:
        WeightsError: There is none.
    """
    for name in TOKENIZERS:
        fitting = [
            path
            for path in sorted(folder.rglob(name))
            if any(place in path.parent.name.lower() for place in TOKENIZER_PLACES)
            or path.parent == text.files[0].parent
        ]
        if fitting:
            return fitting[0]
    for file in text.files:
        if embeds_tokenizer(text, file):
            return file
    raise WeightsError(
        f"{folder}: no tokenizer, must be google/umt5-xxl/tokenizer.json or spiece.model, or "
        "inside the text encoder. Put it there."
    )


def embeds_tokenizer(text: Network, file: Path) -> bool:
    """Whether a file of a text encoder holds the tokenizer too."""
    from model.weights.dispatch import format_of

    if format_of(file) == "gguf":
        from model.weights.gguf_file import read_fields

        return bool(read_fields(file, "tokenizer.ggml.model"))
    return any(stored.file == file and stored.name == "spiece_model" for stored in text.tensors)


def _too_many(folder: Path, what: str, networks: Sequence[Network]) -> WeightsError:
    names = ", ".join(str(network.place) for network in networks)
    return WeightsError(
        f"{folder}: {len(networks)} files for {what} ({names}), must be one. "
        "Move the others elsewhere."
    )
