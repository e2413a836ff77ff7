"""Four steps instead of forty: how a preset is sampled when a Lightning LoRA is merged into it.

The LoRAs are trained for Euler steps at these timesteps and without guidance, so a step is one
forward. Imports no torch. Called by planning.

Source: ModelTC/LightX2V-Wan2.2-Lightning README.md; the boundary leaves two steps to each expert.
"""

from dataclasses import replace

from .presets import Preset

STEPS, SHIFT, SOLVER, GUIDANCE = 4, 5.0, "euler", 1.0
NAMES = ("lightning", "4step", "4_step", "4-step")
"""Words in the names of such files, in lower case."""


def lightning(preset: Preset) -> Preset:
    """The preset with the numbers that a four-step LoRA is trained for."""
    experts = tuple(replace(expert, guidance=GUIDANCE) for expert in preset.experts)
    return replace(preset, experts=experts, steps=STEPS, shift=SHIFT, solver=SOLVER)


def is_lightning(name: str) -> bool:
    """Whether a file or folder is named as a four-step LoRA."""
    return any(word in name.lower() for word in NAMES)
