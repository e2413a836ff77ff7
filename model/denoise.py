"""The steps of one expert, with guidance and a given first frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import Tensor

from model.flow import SOLVERS, Schedule, SolverState, combine
from model.geometry import FRAMES_PER_LATENT
from model.presets import Preset
from model.transformer import Transformer
from model.vace import Steering, VacePart

OnStep = Callable[[int, SolverState], None]


def draw_noise(shape: tuple[int, ...], seed: int) -> Tensor:
    """Draw pure noise of (B, C, T, H, W) latent cells from a seed in [0, 2^63)."""
    # On the CPU, so that every device starts from the same numbers.
    generator = torch.Generator("cpu").manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float32)


@dataclass(frozen=True)
class Remix:
    """A clip to start from instead of pure noise.

    Attributes:
        latent: (1, C, T, H, W) clean, the end of a run or from `Wan.encode_clip`.
        strength: Noise level to start at, above 0 and at most 1: how much may change.
    """

    latent: Tensor
    strength: float


def remix_noise(latent: Tensor, noise: Tensor, plan: Schedule) -> Tensor:
    """Bring a clean latent, (B, C, T, H, W), to the first noise level of a schedule."""
    level = plan.noise[0]
    return combine((1 - level, latent.to(noise)), (level, noise))


@dataclass(frozen=True)
class Given:
    """Encoded pictures in the form that an expert reads them.

    Attributes:
        frame: (1, C, 1, H, W) clean latent of the first frame, kept as it is at every step, with
            timestep 0; or None.
        channels: (1, 4 + C, T, H, W), a mask of given frames and their latent, that an expert
            reads behind the noisy latent; or None.
        reference: (1, C, H, W) latent of a picture that is read as tokens; or None.
    """

    frame: Tensor | None = None
    channels: Tensor | None = None
    reference: Tensor | None = None


@dataclass(frozen=True)
class ControlFilm:
    """An encoded control film, and how much it counts at every step.

    Attributes:
        latent: (1, 96, R + T, H, W) for a VACE part, see `control_context.vace_context`; else
            (1, C, T, H, W), read as channels between the noisy latent and the given pictures.
        strengths: One for every step of the schedule. At 0 the film is not read.
        part: VACE part of the expert; None where the film is read as channels, and where every
            strength of the expert's steps is 0.
    """

    latent: Tensor
    strengths: tuple[float, ...]
    part: VacePart | None = None


NOTHING = Given()


def given(preset: Preset, latent: Tensor | None, shape: tuple[int, ...]) -> Given:
    """Convert a latent from `encode_pictures` to the inputs of an expert.

    Args:
        preset: Of the checkpoint.
        latent: Of the pictures; None without any.
        shape: (1, C, T, H, W) of the clip's latent.
    """
    if not preset.takes_channels:
        return Given(frame=latent)
    if latent is None:
        _, channels, *cells = shape
        return Given(channels=torch.zeros(1, FRAMES_PER_LATENT + channels, *cells))
    if preset.first_frame == "channels":
        return Given(channels=latent)
    return Given(frame=latent[:, FRAMES_PER_LATENT:, :1], channels=latent)


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
    control: ControlFilm | None = None,
) -> SolverState:
    """Take the steps of one expert.

    Args:
        transformer: The expert.
        plan: The schedule of the whole run.
        steps: Steps this expert owns; those before `state.step` are already taken.
        state: The current state; its step must lie in `steps`, or at their end.
        context: (M, text width) of the prompt.
        negative: (M', text width) of the negative prompt; may be None at guidance 1.
        guidance: Scale of classifier-free guidance; at 1 the second branch is not computed.
        camera: (1, 24, T, pixel H, pixel W) rays, for both branches, or None.
        given: Encoded pictures, the same for both branches.
        on_step: Called after every step with its index and the new state.
        control: ControlFilm film, the same for both branches, or None.

    Returns:
        The state at the end of `steps`.
    """
    if state.step >= steps.stop:
        return state
    assert state.step >= steps.start, "the expert before has not finished"
    with torch.no_grad():
        assert guidance == 1 or negative is not None, "guidance needs a negative context"
        prompts = [context[None], *([] if guidance == 1 else [cast("Tensor", negative)[None]])]
        branches = [transformer.prepare(prompt) for prompt in prompts]
        device = state.latent.device
        embedded = None if camera is None else transformer.embed_camera(camera.to(device))
        reference = given.reference
        if reference is not None:
            reference = transformer.embed_reference(reference.to(device))
        steering = _steering(transformer, prompts, control, device)
        state = _with_first_frame(state, given.frame)
        for step in range(state.step, steps.stop):
            timestep = _timestep(plan.timesteps[step], state.latent, given.frame)
            strength = 0.0 if control is None else control.strengths[step]
            channels = transformer.backbone.in_channels
            latent = _with_channels(state.latent, channels, given, control if strength else None)
            steered = replace(steering, strength=strength) if steering and strength else None
            velocity, *others = transformer.velocities(
                latent, timestep, branches, embedded, reference=reference, steering=steered
            )
            if others:
                velocity = others[0] + guidance * (velocity - others[0])
            state = _with_first_frame(SOLVERS[plan.solver](state, velocity, plan), given.frame)
            if on_step is not None:
                on_step(step, state)
    return state


def _steering(
    transformer: Transformer,
    prompts: list[Tensor],
    control: ControlFilm | None,
    device: torch.device,
) -> Steering | None:
    """The VACE part with what it reads at every step, None without one."""
    if control is None or control.part is None:
        return None
    texts = tuple(control.part.prepare(*transformer.embed_text(prompt)) for prompt in prompts)
    return Steering(control.part, control.part.embed(control.latent.to(device)), texts)


def _with_channels(
    latent: Tensor, in_channels: int, given: Given, control: ControlFilm | None
) -> Tensor:
    """What an expert reads, (1, C_in, T, H, W): the latent, a control film, given pictures.

    Without a film its channels are zeros.
    """
    if given.channels is None:
        return latent
    channels = given.channels.to(latent)
    film = in_channels - latent.shape[1] - channels.shape[1]
    if not film:
        return torch.cat((latent, channels), dim=1)
    if control is None:
        zeros = latent.new_zeros(1, film, *latent.shape[2:])
        return torch.cat((latent, zeros, channels), dim=1)
    return torch.cat((latent, control.latent.to(latent), channels), dim=1)


def _timestep(value: float, latent: Tensor, first_frame: Tensor | None) -> Tensor:
    """(1,), or (1, T) with 0 for a first frame that is given clean."""
    if first_frame is None:
        return torch.tensor([value], dtype=torch.float64, device=latent.device)
    timestep = torch.full((1, latent.shape[2]), value, dtype=torch.float64, device=latent.device)
    timestep[:, 0] = 0
    return timestep


def _with_first_frame(state: SolverState, first_frame: Tensor | None) -> SolverState:
    """The state with the given first frame where the solver has changed it.

    Source: Wan2.2 wan/textimage2video.py, WanTI2V.i2v.
    """
    if first_frame is None:
        return state
    later = state.latent[:, :, 1:]
    return replace(state, latent=torch.cat((first_frame.to(later), later), dim=2))
