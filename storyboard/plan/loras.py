"""LoRAs on the command line: which file each expert takes, and how strongly.

A file whose name says high or low is for that expert alone. Called by `settings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from model.exceptions import WeightsError
from model.presets import Preset, is_lightning
from model.weights.lora import LoraChoice
from model.weights.survey import noise_in_name, survey
from storyboard.errors import InputError
from storyboard.take.weights import Weights


@dataclass(frozen=True)
class LoraRequest:
    """A LoRA as it was asked for.

    Attributes:
        file: Of the LoRA.
        strengths: One for all experts, or one each, noisiest first.
    """

    file: Path
    strengths: tuple[float, ...] = (1.0,)


def read_request(text: str) -> LoraRequest:
    """Read FILE, FILE=STRENGTH or FILE=HIGH,LOW.

    Raises:
        InputError: A strength is no number.
    """
    name, sign, said = text.rpartition("=")
    if not sign or Path(text).is_file():
        return LoraRequest(Path(text))
    try:
        return LoraRequest(Path(name), tuple(float(part) for part in said.split(",")))
    except ValueError:
        raise InputError(
            f"--lora {text!r}: {said!r} is no strength, must be like FILE=0.8 or FILE=1,0.5."
        ) from None


def choose_loras(requests: Sequence[LoraRequest], preset: Preset) -> tuple[LoraChoice, ...]:
    """Give every file a strength per expert.

    Raises:
        InputError: A file is not there, or has too many strengths.
    """
    return tuple(_choice(request, preset) for request in requests)


def _choice(request: LoraRequest, preset: Preset) -> LoraChoice:
    file, count = request.file.resolve(), len(preset.experts)
    if not file.is_file():
        raise InputError(f"--lora {request.file}: no such file, must be a LoRA.")
    if len(request.strengths) == count > 1:
        return LoraChoice(file, request.strengths)
    if len(request.strengths) != 1:
        raise InputError(
            f"--lora {request.file}: {len(request.strengths)} strengths, must be 1 or {count}, "
            "noisiest expert first."
        )
    noise = noise_in_name(file.parent.parent, file)
    names = [expert.name for expert in preset.experts]
    strength = request.strengths[0]
    if noise in names:
        return LoraChoice(file, tuple(strength if name == noise else 0.0 for name in names))
    return LoraChoice(file, (strength,) * count)


def find_lightning(weights: Weights) -> tuple[LoraRequest, ...]:
    """Four-step LoRAs that lie in the folder of a checkpoint."""
    try:
        found = survey(weights.folder)
    except WeightsError:
        return ()
    return tuple(
        LoraRequest(network.files[0])
        for network in found.networks
        if network.kind.role == "lora"
        and is_lightning(str(network.files[0].relative_to(weights.folder)))
    )


def require_lightning(choices: Sequence[LoraChoice], preset: Preset) -> None:
    """Check that every expert gets a four-step LoRA.

    Raises:
        InputError: One does not.
    """
    for index, expert in enumerate(preset.experts):
        taken = [choice for choice in choices if choice.strengths[index]]
        if not taken:
            raise InputError(
                f"quality 'lightning': no four-step LoRA for the {expert.name} expert, must be one "
                "for each. Name them with --lora, or put them into the folder of the weights with "
                "lightning or 4steps in their names."
            )


def with_loras(weights: Weights, choices: Sequence[LoraChoice]) -> Weights:
    """The checkpoint with LoRAs, checked to fit, its experts' fingerprints renewed.

    Raises:
        WeightsError: A file cannot be read or is for another model.
    """
    if not choices:
        return weights
    chosen = replace(weights, loras=tuple(choices))
    checkpoint, prints = chosen.open(), dict(weights.fingerprints)
    for index, expert in enumerate(weights.preset.experts):
        plain = prints[expert.name]
        prints[expert.name] = checkpoint.expert_fingerprint(index, plain=plain)
    return replace(chosen, fingerprints=prints)
