"""The schedule of a sampling run, the experts' shares of it, and the solvers that walk it.

Coefficients are Python floats and no torch is imported: a plan needs the shares before any tensor
exists. A solver is a pure function (state, velocity, plan) → state; everything it remembers is in
`SolverState`, so that a run can be handed to the next expert, saved and resumed with equal bits.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from model.exceptions import PresetError
from model.presets import Expert

if TYPE_CHECKING:
    from torch import Tensor

NUM_TRAIN_TIMESTEPS = 1000


def float32(value: float) -> float:
    """Round to the nearest float32 value."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


# Noise that the unshifted grid starts at; the official UniPC scheduler starts just below 1.
_GRID_START = {"unipc": float32(0.999), "dpm++": 1.0, "euler": 1.0}


@dataclass(frozen=True)
class Schedule:
    """Noise levels, and the timestep that the network is given at each of them.

    Attributes:
        noise: N + 1 levels falling from about 1 to exactly 0.
        timesteps: N values in 0 … 1000; whole numbers (truncated) except for euler.
        solver: One of SOLVERS.
    """

    noise: tuple[float, ...]
    timesteps: tuple[int | float, ...]
    solver: str

    @property
    def num_steps(self) -> int:
        """Sampling steps, N."""
        return len(self.timesteps)


def shift_noise(noise: float, shift: float) -> float:
    """Move a level in [0, 1] towards pure noise: 1 keeps it, 12 is the text-to-video default.

    Source: Esser et al. 2024, "Scaling Rectified Flow Transformers", equation 23.
    """
    return shift * noise / (1 + (shift - 1) * noise)


def schedule(steps: int, shift: float, solver: str = "unipc") -> Schedule:
    """Noise levels of a run of at least one step, with a noise shift above 0.

    Raises:
        PresetError: An argument is out of range.

    Source: Wan2.2 wan/utils/fm_solvers_unipc.py, set_timesteps; fm_solvers.py for dpm++.
    """
    return remix_schedule(steps, shift, solver, 1.0)


def remix_schedule(steps: int, shift: float, solver: str, strength: float) -> Schedule:
    """Noise levels of a run that starts from a clean latent with some noise added.

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
    if solver not in SOLVERS:
        raise PresetError(f"solver: {solver!r}, must be one of {', '.join(SOLVERS)}.")
    if steps < 1:
        raise PresetError(f"steps: {steps}, must be at least 1.")
    if not shift > 0:
        raise PresetError(f"shift: {shift}, must be above 0.")
    if not 0 < strength <= 1:
        raise PresetError(f"strength: {strength}, must be above 0 and at most 1.")
    full = _GRID_START[solver]
    start = strength / (shift - (shift - 1) * strength)
    if strength == 1 or start >= full:
        return _even_schedule(full, steps, shift, solver)
    # The tolerance keeps a level of the full grid from getting a step too many.
    left = max(1, math.ceil(steps * start / full - 1e-6))
    plan = _even_schedule(start, left, shift, solver)
    first = round(strength * NUM_TRAIN_TIMESTEPS, 6)
    return replace(
        plan,
        noise=(float32(strength), *plan.noise[1:]),
        timesteps=(first if solver == "euler" else int(first), *plan.timesteps[1:]),
    )


def _even_schedule(start: float, steps: int, shift: float, solver: str) -> Schedule:
    """A schedule whose unshifted grid falls evenly from `start` to 0."""
    # start + i · (stop - start) / N in this order, so that the bits are those of numpy.linspace.
    levels = [shift_noise(i * (-start / steps) + start, shift) for i in range(steps)]
    timesteps: list[int | float] = [level * NUM_TRAIN_TIMESTEPS for level in levels]
    if solver != "euler":
        timesteps = [int(timestep) for timestep in timesteps]
    # The reference solvers compute with float32 levels, and near pure noise, where 1 - noise starts
    # at 8e-5, the last bits matter.
    noise = (*(float32(level) for level in levels), 0.0)
    return Schedule(noise=noise, timesteps=tuple(timesteps), solver=solver)


def expert_steps(plan: Schedule, experts: Sequence[Expert]) -> tuple[range, ...]:
    """Divide the steps among the experts, noisiest first.

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


@dataclass(frozen=True)
class SolverState:
    """A latent between two steps, and what the solver needs of the steps before.

    Attributes:
        latent: (B, C, T, H, W) float32 at noise level `step` of the schedule.
        step: Index of the step to be taken next, 0-based.
        clean: Estimates of the clean latent at the last steps, newest last, at most two.
        corrected: The latent of the step before, as unipc corrected it.
    """

    latent: Tensor
    step: int = 0
    clean: tuple[Tensor, ...] = ()
    corrected: Tensor | None = None

    def tensors(self) -> dict[str, Tensor]:
        """The state as named tensors, for a file; `from_tensors` is the inverse."""
        import torch

        named = {"latent": self.latent, "step": torch.tensor(self.step)}
        named |= {f"clean.{index}": estimate for index, estimate in enumerate(self.clean)}
        return named if self.corrected is None else named | {"corrected": self.corrected}

    @classmethod
    def from_tensors(cls, named: Mapping[str, Tensor]) -> SolverState:
        """Rebuild a state from its `tensors`."""
        indices = sorted(int(name[6:]) for name in named if name.startswith("clean."))
        return cls(
            latent=named["latent"],
            step=int(named["step"]),
            clean=tuple(named[f"clean.{index}"] for index in indices),
            corrected=named.get("corrected"),
        )


def log_snr(noise: float) -> float:
    """Half the logarithm of the signal-to-noise ratio, infinite at 0 and 1."""
    if noise <= 0:
        return math.inf
    return -math.inf if noise >= 1 else math.log(1 - noise) - math.log(noise)


def combine(*terms: tuple[float, Tensor]) -> Tensor:
    """Weighted sum of tensors of one shape, added up from left to right."""
    (weight, first), *rest = terms
    total = first * weight
    for weight, tensor in rest:
        total.add_(tensor, alpha=weight)
    return total


def euler_step(state: SolverState, velocity: Tensor, plan: Schedule) -> SolverState:
    """Follow the velocity to the next noise level."""
    span = plan.noise[state.step + 1] - plan.noise[state.step]
    return SolverState(combine((1.0, state.latent), (span, velocity)), state.step + 1)


def dpmpp_step(state: SolverState, velocity: Tensor, plan: Schedule) -> SolverState:
    """DPM-Solver++ (2M, midpoint) in terms of the clean estimate.

    Source: Lu et al. 2022, "DPM-Solver++", algorithm 2; Wan2.2 wan/utils/fm_solvers.py.
    """
    i, noise = state.step, plan.noise
    clean = combine((1.0, state.latent), (-noise[i], velocity))
    now, after = log_snr(noise[i]), log_snr(noise[i + 1])
    alpha, decay = 1 - noise[i + 1], math.exp(now - after)
    new, old = alpha * (1 - decay), 0.0
    if 0 < i < plan.num_steps - 1:
        # An infinite first level makes the ratio infinite: the step is then first-order.
        slope = 0.5 * new * (after - now) / (now - log_snr(noise[i - 1]))
        new, old = new + slope, -slope
    terms = [(noise[i + 1] / noise[i], state.latent), (new, clean)]
    if old:
        terms.append((old, state.clean[-1]))
    return SolverState(combine(*terms), i + 1, clean=(clean,))


def unipc_step(state: SolverState, velocity: Tensor, plan: Schedule) -> SolverState:
    """UniPC of order 2, variant B(h) = expm1(-h), in terms of the clean estimate.

    The new estimate first corrects the latent that the last step predicted, then predicts the
    next one.

    Source: Zhao et al. 2023, "UniPC", algorithms 5 to 8; Wan2.2 wan/utils/fm_solvers_unipc.py.
    """
    clean = combine((1.0, state.latent), (-plan.noise[state.step], velocity))
    latent = state.latent if state.corrected is None else _correct(state, clean, plan)
    history = (*state.clean, clean)[-2:]
    return SolverState(
        latent=_predict(latent, history, state.step, plan),
        step=state.step + 1,
        clean=history,
        corrected=latent,
    )


def _order(step: int, plan: Schedule) -> int:
    """Order of the predictor: 1 at the first and at the last step, 2 between."""
    return min(2, plan.num_steps - step, step + 1)


def _correct(state: SolverState, clean: Tensor, plan: Schedule) -> Tensor:
    """The latent at `state.step`, computed again with the clean estimate of that step."""
    i, noise = state.step, plan.noise
    assert state.corrected is not None
    before, now = log_snr(noise[i - 1]), log_snr(noise[i])
    h = now - before
    phi = math.expm1(-h)
    alpha, scale = 1 - noise[i], noise[i] / noise[i - 1]
    last = state.clean[-1]
    if _order(i - 1, plan) == 1:
        half = 0.5 * alpha * phi
        return combine((scale, state.corrected), (half - alpha * phi, last), (-half, clean))
    g1 = phi / -h - 1
    g2 = g1 / -h - 0.5
    b1, b2 = g1 / phi, 2 * g2 / phi
    r = (log_snr(noise[i - 2]) - before) / h
    rho1 = (b1 - b2) / (1 - r)
    rho2 = b1 - rho1
    old, new = -alpha * phi * rho1 / r, -alpha * phi * rho2
    own = -alpha * phi - old - new
    return combine((scale, state.corrected), (own, last), (old, state.clean[-2]), (new, clean))


def _predict(latent: Tensor, clean: tuple[Tensor, ...], step: int, plan: Schedule) -> Tensor:
    """The latent at the next noise level, from the corrected one at this level."""
    noise, following = plan.noise[step], plan.noise[step + 1]
    if following == 0:
        return clean[-1]
    h = log_snr(following) - log_snr(noise)
    pull = -(1 - following) * math.expm1(-h)
    if _order(step, plan) == 1:
        return combine((following / noise, latent), (pull, clean[-1]))
    r = (log_snr(plan.noise[step - 1]) - log_snr(noise)) / h
    old = 0.5 * pull / r
    return combine((following / noise, latent), (pull - old, clean[-1]), (old, clean[-2]))


SOLVERS: Mapping[str, Callable[[SolverState, Tensor, Schedule], SolverState]] = MappingProxyType(
    {"unipc": unipc_step, "dpm++": dpmpp_step, "euler": euler_step}
)
