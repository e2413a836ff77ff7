"""Noise levels and timesteps of a sampling run, and which expert owns which step.

Plain Python floats, no torch: a plan needs the expert split before any tensor exists. Levels are
rounded to float32, since the reference solvers compute with float32 levels, and near pure noise
the last bits matter: 1 - noise starts at 8e-5.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import PresetError
from .presets import Expert

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
    if solver not in SOLVERS:
        raise PresetError(f"solver: {solver!r}, must be one of {', '.join(SOLVERS)}.")
    if steps < 1:
        raise PresetError(f"steps: {steps}, must be at least 1.")
    if not shift > 0:
        raise PresetError(f"shift: {shift}, must be above 0.")
    start = _GRID_START[solver]
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
