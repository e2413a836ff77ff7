"""Solvers of the flow from noise to picture: pure functions (state, velocity, plan) → state.

Everything a solver remembers lies in `SolverState`, so that a run can be handed from one expert
to the next, saved and resumed, and give the same bits. Coefficients are Python floats; tensors
are float32. Called by `denoise`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from model.flow import Schedule

Step = Callable[["SolverState", Tensor, Schedule], "SolverState"]


@dataclass(frozen=True)
class SolverState:
    """A latent on its way, and what the solver must know of the steps before.

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
        """Name everything inside, for a file; `from_tensors` undoes it."""
        named = {"latent": self.latent, "step": torch.tensor(self.step)}
        named |= {f"clean.{index}": estimate for index, estimate in enumerate(self.clean)}
        return named if self.corrected is None else named | {"corrected": self.corrected}

    @classmethod
    def from_tensors(cls, named: Mapping[str, Tensor]) -> SolverState:
        """Rebuild a state from what `tensors` named."""
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

    The estimate made here first corrects the latent that the last step predicted, then predicts
    the next one.

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
    """The latent at `state.step`, redone with the clean estimate made there."""
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
    return combine(
        (scale, state.corrected),
        (-alpha * phi - old - new, last),
        (old, state.clean[-2]),
        (new, clean),
    )


def _predict(latent: Tensor, clean: tuple[Tensor, ...], step: int, plan: Schedule) -> Tensor:
    """The latent at the next noise level, from the corrected one at this."""
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


STEPS: Mapping[str, Step] = MappingProxyType(
    {"unipc": unipc_step, "dpm++": dpmpp_step, "euler": euler_step}
)
