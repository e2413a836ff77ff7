"""Selection of the networks that form one checkpoint among all networks in a folder.

Everything that prevents a checkpoint is reported before a tensor is read: a missing part, two
files for one part, experts that cannot be told apart, parts of different models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from model.exceptions import WeightsError
from model.weights.rename import TEXT, TRANSFORMER
from model.weights.scaled import TOKENIZER
from model.weights.survey import Network, Survey, quick_hash
from model.weights.tensor_files import format_of, read_gguf_fields

TOKENIZERS = ("tokenizer.json", "spiece.model")
TOKENIZER_PLACES = ("umt5", "tokenizer")
ONE_EXPERT = "wan2.2"
"""Class of the autoencoder of all models with one expert."""


class CheckpointNetworks(NamedTuple):
    """Networks that form a checkpoint, the noisiest expert first.

    `vace` holds the VACE part of each expert, which may be in the files of the expert; it is empty
    without them. The tokenizer is a file of its own, or the weight file that embeds it.
    """

    experts: tuple[Network, ...]
    vace: tuple[Network, ...]
    vae: Network
    text: Network
    tokenizer: Path


def select_networks(found: Survey) -> CheckpointNetworks:
    """Select the networks of a checkpoint.

    Raises:
        WeightsError: They form none, or more than one.
    """
    experts = _select_experts(found)
    for expert in experts:
        _require_all_tensors(expert)
    # One file under both names is the only mix-up of experts that content shows.
    if len({quick_hash(expert.files) for expert in experts}) < len(experts):
        raise WeightsError(
            f"{found.folder}: {experts[0].place} and {experts[1].place} are the same file, must be "
            "two experts. Fetch both again."
        )
    vae_class = experts[0].kind.vae_class
    vae = _select_one(found, "vae", f"{vae_class.replace('wan', 'Wan ')} autoencoder", vae_class)
    text = _select_one(found, "text", "UMT5 text encoder")
    _require_all_tensors(text)
    vace = _select_vace(found, experts)
    for part in vace:
        _require_all_tensors(part, "vace_")
    experts = _with_adapters(found, experts)
    return CheckpointNetworks(experts, vace, vae, text, _find_tokenizer(found.folder, text))


def _require_all_tensors(network: Network, start: str = "") -> None:
    """Check by name that no tensor of an expert, its VACE part or a text encoder is missing.

    `start` is that of the names of a VACE part, else "".
    """
    present = set(network.shapes)
    if network.kind.role in ("expert", "vace"):
        optional = ("control_", "ref_conv", *(() if start else ("vace_",)))
        names = [ours for ours, _ in TRANSFORMER.pairs if ours.startswith(start)]
        templates = [name for name in names if not name.startswith(optional)]
        templates = [name.replace("#.before_proj", "0.before_proj") for name in templates]
        block = f"{start}blocks."
    else:
        templates = [theirs for _, theirs in TEXT.pairs]
        block = "encoder.block."
        # The embedding may be stored under either name.
        if "encoder.embed_tokens.weight" in present:
            templates.remove("shared.weight")
    # As many blocks as the highest number; limited, because names are untrusted.
    numbers = {name.removeprefix(block).split(".")[0] for name in present if name.startswith(block)}
    last = max((int(number) for number in numbers if number.isdigit()), default=0)
    layers = range(min(last + 1, 1000))
    required = {name.replace("#", str(layer)) for name in templates for layer in layers}
    missing = sorted(required - present)
    if missing:
        raise WeightsError(
            f"{network.place}: {len(missing):,} of {len(required):,} tensors missing, first "
            f"{missing[0]!r}. Is it cut short? Fetch it again."
        )


def _select_experts(found: Survey) -> tuple[Network, ...]:
    experts = [network for network in found.networks if network.kind.role == "expert"]
    readable = [network for network in experts if network.kind.is_readable]
    if not readable:
        raise _no_expert(found, experts)
    models = sorted({network.kind.model for network in readable})
    if len(models) > 1:
        raise WeightsError(
            f"{found.folder}: holds two models, {models[0]} and {models[1]}, must hold one. "
            "Put each in a folder of its own."
        )
    by_noise = {noise: [n for n in readable if n.noise == noise] for noise in ("high", "low", "")}
    for noise in ("high", "low"):
        if len(by_noise[noise]) > 1:
            raise _too_many(found.folder, f"the {noise}-noise expert", by_noise[noise])
    if by_noise["high"] and by_noise["low"]:
        return by_noise["high"][0], by_noise["low"][0]
    first = readable[0]
    parts = [network for network in found.networks if network.kind.role == "vace"]
    # VACE of Wan 2.1 has one expert for all noise.
    has_one = first.kind.vae_class == ONE_EXPERT or first.has_vace or bool(parts)
    if len(readable) == 1 and not first.noise and has_one:
        return (first,)
    raise _no_pair(found, readable)


def _no_pair(found: Survey, experts: Sequence[Network]) -> WeightsError:
    """Error for experts of which at most one has a name that says its noise."""
    first = experts[0]
    named = [expert for expert in experts if expert.noise]
    if found.problems and (named or first.kind.vae_class != ONE_EXPERT):
        # The missing expert is probably the unreadable file.
        return WeightsError(found.problems[0])
    if named:
        present = named[0].noise
        missing = "low" if present == "high" else "high"
        return WeightsError(
            f"{found.folder}: only the {present}-noise expert is there ({named[0].place}), must be "
            f"both. Put the {missing}-noise expert beside it, with {missing}_noise in its name."
        )
    if len(experts) == 1:
        return WeightsError(
            f"{first.place}: one {first.kind.model}, or all of Wan 2.1, which has one; "
            "must be two experts with high_noise and low_noise in their names. Put both there."
        )
    return WeightsError(
        f"{found.folder}: {len(experts)} experts whose names do not tell them apart "
        f"({_places(experts)}), must have high_noise and low_noise in their names; their tensors "
        "look alike. Rename them as they were published."
    )


def _no_expert(found: Survey, experts: Sequence[Network]) -> WeightsError:
    if experts:
        return WeightsError(
            f"{experts[0].place}: is {experts[0].kind.model}, must be a Wan 2.2 text-to-video, "
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


def _select_one(found: Survey, role: str, description: str, vae_class: str = "") -> Network:
    candidates = [network for network in found.networks if network.kind.role == role]
    fitting = [network for network in candidates if network.kind.vae_class == vae_class]
    if len(fitting) > 1:
        raise _too_many(found.folder, f"the {description}", fitting)
    if fitting:
        return fitting[0]
    if candidates:
        raise WeightsError(
            f"{candidates[0].place}: is a {candidates[0].kind.model}, must be a {description} for "
            "this model. Put the right one there."
        )
    if found.problems:
        raise WeightsError(found.problems[0])
    raise WeightsError(f"{found.folder}: no {description}. Put its file into the folder.")


def _with_adapters(found: Survey, experts: tuple[Network, ...]) -> tuple[Network, ...]:
    """Add the files of camera adapters that are in files of their own to those of the experts."""
    adapters = [network for network in found.networks if network.kind.role == "adapter"]
    if not adapters:
        return experts
    fitting = [[a for a in adapters if a.noise == expert.noise] for expert in experts]
    if any(len(group) != 1 for group in fitting) or len(adapters) != len(experts):
        raise WeightsError(
            f"{found.folder}: {len(adapters)} camera adapter(s) for {len(experts)} expert(s), "
            "must be one each, named like its expert. Put each beside its expert."
        )
    return tuple(
        replace(expert, files=(*expert.files, *adapter.files))
        for expert, (adapter,) in zip(experts, fitting, strict=True)
    )


def _select_vace(found: Survey, experts: tuple[Network, ...]) -> tuple[Network, ...]:
    """The VACE part of each expert, from its own files or from files beside it.

    Raises:
        WeightsError: A part is missing, there are too many, or names do not tell them apart.
    """
    parts = [network for network in found.networks if network.kind.role == "vace"]
    inside = [expert for expert in experts if expert.has_vace]
    if parts and inside:
        raise WeightsError(
            f"{parts[0].place}: is a VACE part, and {inside[0].place} contains one already, must "
            "be one of the two. Move the part elsewhere."
        )
    if inside or not parts:
        return tuple(inside)
    if len({quick_hash(part.files) for part in parts}) < len(parts):
        raise WeightsError(
            f"{found.folder}: {parts[0].place} and {parts[1].place} are the same file, must be "
            "the VACE parts of two experts. Fetch both again."
        )
    # The parts of both experts, and that of Wan 2.1, have the same names and shapes.
    fitting = [[part for part in parts if part.noise == expert.noise] for expert in experts]
    if any(len(group) != 1 for group in fitting) or len(parts) != len(experts):
        if found.problems:
            # The missing part is probably the unreadable file.
            raise WeightsError(found.problems[0])
        named = ", ".join(f"{part.place} ({part.noise or 'no'} noise)" for part in parts)
        raise WeightsError(
            f"{found.folder}: VACE parts {named} for {len(experts)} expert(s), must be one each, "
            "with high_noise and low_noise in their names where there are two experts. A part of "
            "Wan 2.1 fits no expert of Wan 2.2."
        )
    return tuple(part for (part,) in fitting)


def _find_tokenizer(folder: Path, text: Network) -> Path:
    """Find the tokenizer of a text encoder: a separate file, or embedded in its weights."""
    # Other models in the folder may have a tokenizer.json too, so its folder must fit.
    for name in TOKENIZERS:
        for path in sorted(folder.rglob(name)):
            place = path.parent.name.lower()
            if path.parent == text.files[0].parent or any(p in place for p in TOKENIZER_PLACES):
                return path
    for file in text.files:
        if format_of(file) == "gguf":
            is_embedded = bool(read_gguf_fields(file, "tokenizer.ggml.model"))
        else:
            is_embedded = any(t.file == file and t.name == TOKENIZER for t in text.tensors)
        if is_embedded:
            return file
    raise WeightsError(
        f"{folder}: no tokenizer, must be google/umt5-xxl/tokenizer.json or spiece.model, or "
        "inside the text encoder. Put it there."
    )


def _too_many(folder: Path, part: str, networks: Sequence[Network]) -> WeightsError:
    return WeightsError(
        f"{folder}: {len(networks)} files for {part} ({_places(networks)}), must be one. "
        "Move the others elsewhere."
    )


def _places(networks: Sequence[Network]) -> str:
    return ", ".join(str(network.place) for network in networks)
