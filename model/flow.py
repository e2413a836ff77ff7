"""Noise levels and timesteps of a sampling run, and which expert owns which step.

Plain Python floats, no torch: a plan needs the expert split before any tensor exists. Levels are
rounded to float32, since the reference solvers compute with float32 levels, and near pure noise
the last bits matter: 1 - noise starts at 8e-5.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

from model.exceptions import PresetError
from model.presets import Expert

NUM_TRAIN_TIMESTEPS = 1000
SOLVERS = ("unipc", "dpm++", "euler")


def float32(value: float) -> float:
    """Round to the nearest float32 value."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


# Noise that the unshifted grid starts at; the official UniPC scheduler starts just below 1.
_GRID_START = {"unipc": float32(0.999), "dpm++": 1.0, "euler": 1.0}


@dataclass(frozen=True)
class Schedule:
    """Noise levels and what the network is told at each of them.

    Attributes:
        noise: N + 1 levels falling from about 1 to exactly 0.
        timesteps: N values in 0 … 1000; whole numbers (truncated) except for euler.
        solver: Which solver walks it.
    """

    noise: tuple[float, ...]
    timesteps: tuple[int | float, ...]
    solver: str

    @property
    def num_steps(self) -> int:
        """Sampling steps, N."""
        return len(self.timesteps)


def shift_noise(noise: float, shift: float) -> float:
    """Spend more of a schedule near pure noise.

    Args:
        noise: Level in [0, 1].
        shift: 1 leaves it alone; 12 is the default of the text-to-video model.

    Source: Esser et al. 2024, "Scaling Rectified Flow Transformers", equation 23.
    """
    return shift * noise / (1 + (shift - 1) * noise)


def schedule(steps: int, shift: float, solver: str = "unipc") -> Schedule:
    """Lay out the noise levels of a run.

    Args:
        steps: Sampling steps, at least 1.
        shift: Noise shift, above 0.
        solver: One of SOLVERS.

    Raises:
        PresetError: An argument is out of range.

    Source: Wan2.2 wan/utils/fm_solvers_unipc.py, set_timesteps; fm_solvers.py for dpm++.
    """
    _check(steps, shift, solver)
    return _lay_out(_GRID_START[solver], steps, shift, solver)


def remix_schedule(steps: int, shift: float, solver: str, strength: float) -> Schedule:
    """Lay out a run that starts from a latent with only so much noise in it.

    The grid begins at that level, not at the next one of the full grid, and is at least as
    dense: of 40 steps with shift 12 there are three left at 0.4.

    Args:
        steps: Sampling steps of a full run, at least 1.
        shift: Noise shift, above 0.
        solver: One of SOLVERS.
        strength: Noise level to start at, above 0; at 1 this is the full schedule.

    Raises:
        PresetError: An argument is out of range.

    Source: Meng et al. 2022, "SDEdit", with the noising of flow matching.
    """
    _check(steps, shift, solver)
    if not 0 < strength <= 1:
        raise PresetError(f"strength: {strength}, must be above 0 and at most 1.")
    full = _GRID_START[solver]
    start = strength / (shift - (shift - 1) * strength)
    if start >= full:
        return _lay_out(full, steps, shift, solver)
    # The tolerance keeps a level of the full grid from getting a step too many.
    left = max(1, math.ceil(steps * start / full - 1e-6))
    plan = _lay_out(start, left, shift, solver)
    first = round(strength * NUM_TRAIN_TIMESTEPS, 6)
    return replace(
        plan,
        noise=(float32(strength), *plan.noise[1:]),
        timesteps=(first if solver == "euler" else int(first), *plan.timesteps[1:]),
    )


def _check(steps: int, shift: float, solver: str) -> None:
    if solver not in SOLVERS:
        raise PresetError(f"solver: {solver!r}, must be one of {', '.join(SOLVERS)}.")
    if steps < 1:
        raise PresetError(f"steps: {steps}, must be at least 1.")
    if not shift > 0:
        raise PresetError(f"shift: {shift}, must be above 0.")


def _lay_out(start: float, steps: int, shift: float, solver: str) -> Schedule:
    """A schedule whose unshifted grid falls evenly from `start` to 0."""
    # start + i · (stop - start) / N in this order, so that the bits are those of numpy.linspace.
    levels = [shift_noise(i * (-start / steps) + start, shift) for i in range(steps)]
    timesteps: list[int | float] = [level * NUM_TRAIN_TIMESTEPS for level in levels]
    if solver != "euler":
        timesteps = [int(timestep) for timestep in timesteps]
    noise = (*(float32(level) for level in levels), 0.0)
    return Schedule(noise=noise, timesteps=tuple(timesteps), solver=solver)


def expert_steps(plan: Schedule, experts: Sequence[Expert]) -> tuple[range, ...]:
    """Share the steps out among the experts.

    Args:
        plan: The schedule of the run.
        experts: Noisiest first.

    Returns:
        One range of steps per expert, in order, together covering every step; some may be empty.

    Source: Wan2.2 wan/text2video.py, _prepare_model_for_timestep: high if t >= boundary · 1000.
    """
    ranges, start = [], 0
    for expert in experts:
        floor = expert.floor * NUM_TRAIN_TIMESTEPS
        stop = start
        while stop < plan.num_steps and plan.timesteps[stop] >= floor:
            stop += 1
        ranges.append(range(start, stop))
        start = stop
    return tuple(ranges)
