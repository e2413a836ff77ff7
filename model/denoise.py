"""The loop over the steps that one expert owns, with guidance and a given first frame.

Called by the denoising stages, once per expert, with the state that the one before left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from model.flow import Schedule
from model.pictures import NOTHING, Given
from model.solvers import STEPS, SolverState, combine
from model.transformer import PreparedContext, Transformer

OnStep = Callable[[int, SolverState], None]


def draw_noise(shape: tuple[int, ...], seed: int) -> Tensor:
    """Draw pure noise on the CPU, so that every device starts from the same numbers.

    Args:
        shape: (B, C, T, H, W) latent cells.
        seed: In [0, 2^63).
    """
    generator = torch.Generator("cpu").manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float32)


@dataclass(frozen=True)
class Remix:
    """A clip to start from instead of pure noise.

    Attributes:
        latent: (1, C, T, H, W) clean, as a run leaves it or `Wan.encode_clip` makes it.
        strength: Noise level to start at, above 0 and at most 1: how much may change.
    """

    latent: Tensor
    strength: float


def remix_noise(latent: Tensor, noise: Tensor, plan: Schedule) -> Tensor:
    """Put a clean latent, (B, C, T, H, W), at the first noise level of a schedule."""
    level = plan.noise[0]
    return combine((1 - level, latent.to(noise)), (level, noise))


def denoise(
    transformer: Transformer,
    plan: Schedule,
    steps: range,
    state: SolverState,
    context: Tensor,
    negative: Tensor | None,
    guidance: float,
    camera: Tensor | None = None,
    given: Given = NOTHING,
    on_step: OnStep | None = None,
) -> SolverState:
    """Take the steps of one expert.

    Args:
        transformer: The expert.
        plan: The schedule of the whole run.
        steps: Steps this expert owns; those before `state.step` are taken as done.
        state: Where the run stands; its step must lie in `steps`, or at their end.
        context: (M, text width) of the prompt.
        negative: (M', text width) of the negative prompt; may be None at guidance 1.
        guidance: Scale of classifier-free guidance; at 1 the second branch is not computed.
        camera: (1, 24, T, pixel H, pixel W) rays, for both branches, or None.
        given: What is known of the clip, the same for both branches.
        on_step: Called after every step with its index and the new state.

    Returns:
        The state at the end of `steps`.
    """
    if state.step >= steps.stop:
        return state
    assert state.step >= steps.start, "the expert before has not finished"
    with torch.no_grad():
        branches = [transformer.prepare(context[None])]
        if guidance != 1:
            assert negative is not None, "guidance needs a negative context"
            branches.append(transformer.prepare(negative[None]))
        embedded = None if camera is None else transformer.embed_camera(camera)
        state = _pin(state, given.frame)
        for step in range(state.step, steps.stop):
            timestep = _timestep(plan.timesteps[step], state.latent, given.frame)
            seen = state.latent
            if given.channels is not None:
                seen = torch.cat((seen, given.channels.to(seen)), dim=1)
            velocity = _guided(transformer, seen, timestep, branches, guidance, embedded)
            state = _pin(STEPS[plan.solver](state, velocity, plan), given.frame)
            if on_step is not None:
                on_step(step, state)
    return state


def _guided(
    transformer: Transformer,
    latent: Tensor,
    timestep: Tensor,
    branches: list[PreparedContext],
    guidance: float,
    camera: Tensor | None,
) -> Tensor:
    """Velocity pushed away from the negative branch, the second of `branches`, if there."""
    velocities = transformer.velocities(latent, timestep, branches, camera)
    if len(velocities) == 1:
        return velocities[0]
    positive, negative = velocities
    return negative + guidance * (positive - negative)


def _timestep(value: float, latent: Tensor, first_frame: Tensor | None) -> Tensor:
    """(1,), or (1, T) with 0 for a first frame that is given clean."""
    if first_frame is None:
        return torch.tensor([value], dtype=torch.float64, device=latent.device)
    timestep = torch.full((1, latent.shape[2]), value, dtype=torch.float64, device=latent.device)
    timestep[:, 0] = 0
    return timestep


def _pin(state: SolverState, first_frame: Tensor | None) -> SolverState:
    """Put the given first frame back where the solver has moved it.

    Source: Wan2.2 wan/textimage2video.py, WanTI2V.i2v.
    """
    if first_frame is None:
        return state
    later = state.latent[:, :, 1:]
    return replace(state, latent=torch.cat((first_frame.to(later), later), dim=2))
