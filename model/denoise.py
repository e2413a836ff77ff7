"""The loop over the steps that one expert owns, with guidance and a given first frame.

Called by the denoising stages, once per expert, with the state that the one before left.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from .flow import Schedule
from .solvers import STEPS, SolverState
from .transformer import PreparedContext, Transformer

OnStep = Callable[[int, SolverState], None]


def draw_noise(shape: tuple[int, ...], seed: int) -> Tensor:
    """Draw pure noise on the CPU, so that every device starts from the same numbers.

    Args:
        shape: (B, C, T, H, W) latent cells.
        seed: In [0, 2^63).
    """
    generator = torch.Generator("cpu").manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float32)


def denoise(
    transformer: Transformer,
    plan: Schedule,
    steps: range,
    state: SolverState,
    context: Tensor,
    negative: Tensor | None,
    guidance: float,
    camera: Tensor | None = None,
    first_frame: Tensor | None = None,
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
        first_frame: (1, C, 1, H, W) clean latent of a given first picture, or None.
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
        state = _pin(state, first_frame)
        for step in range(state.step, steps.stop):
            timestep = _timestep(plan.timesteps[step], state.latent, first_frame)
            velocity = _guided(transformer, state.latent, timestep, branches, guidance, embedded)
            state = _pin(STEPS[plan.solver](state, velocity, plan), first_frame)
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
    velocities = [transformer.velocity(latent, timestep, each, camera) for each in branches]
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
