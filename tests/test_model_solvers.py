"""Solvers against their diffusers twins on a made-up velocity field."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from model.flow import SOLVERS, SolverState, schedule
from tests import oracle

SHAPE = (1, 4, 3, 4, 6)


def field(latent, timestep):
    """Some smooth function of latent and time."""
    return torch.tanh(latent * 0.7 + float(timestep) / 700) - 0.2 * latent


def start():
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(1))


def walk(solver, steps, shift, state=None, stop=None):
    plan = schedule(steps, shift, solver)
    state = state or SolverState(start())
    trail = []
    for step in range(state.step, plan.num_steps if stop is None else stop):
        velocity = field(state.latent, plan.timesteps[step])
        state = SOLVERS[solver](state, velocity, plan)
        trail.append(state.latent)
    return state, trail


def diffusers_trail(scheduler, sigmas):
    scheduler.set_timesteps(sigmas=sigmas)
    latent, trail = start(), []
    for timestep in scheduler.timesteps:
        latent = scheduler.step(field(latent, timestep), timestep, latent, return_dict=False)[0]
        trail.append(latent)
    return trail


@pytest.mark.parametrize(("steps", "shift"), [(1, 5.0), (2, 5.0), (3, 12.0), (10, 3.0), (40, 12.0)])
def test_unipc_walks_like_its_twin(steps, shift):
    with oracle.quiet():
        from diffusers import UniPCMultistepScheduler

        twin = UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=shift
        )
        grid = np.linspace(oracle.GRID_START, 0.0, steps + 1)[:-1]
        expected = diffusers_trail(twin, grid)
    _, found = walk("unipc", steps, shift)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5 * float(theirs.abs().max()))


@pytest.mark.parametrize(("steps", "shift"), [(2, 5.0), (3, 5.0), (12, 12.0)])
def test_dpm_walks_like_its_twin(steps, shift):
    with oracle.quiet():
        from diffusers import DPMSolverMultistepScheduler

        twin = DPMSolverMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=shift,
            euler_at_final=True,
        )  # fmt: skip
        # diffusers cannot start at exactly 1 (its logarithm is infinite), ours can.
        twin.set_timesteps(steps)
        plan = schedule(steps, shift, "dpm++")
        twin.sigmas = torch.tensor(plan.noise)
        twin.timesteps = torch.tensor(plan.timesteps)
        latent, expected = start(), []
        for timestep in twin.timesteps:
            latent = twin.step(field(latent, timestep), timestep, latent, return_dict=False)[0]
            expected.append(latent)
    _, found = walk("dpm++", steps, shift)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5 * float(theirs.abs().max()))


def test_euler_follows_the_velocity():
    plan = schedule(4, 5.0, "euler")
    latent = start()
    for step in range(4):
        span = plan.noise[step + 1] - plan.noise[step]
        latent = latent + span * field(latent, plan.timesteps[step])
    torch.testing.assert_close(walk("euler", 4, 5.0)[0].latent, latent)


@pytest.mark.parametrize("solver", sorted(SOLVERS))
@pytest.mark.parametrize("stop", range(1, 6))
def test_a_saved_run_resumes_bit_for_bit(solver, stop):
    whole, _ = walk(solver, 6, 12.0)
    paused, _ = walk(solver, 6, 12.0, stop=stop)
    loaded = SolverState.from_tensors(load(save(paused.tensors())))
    assert loaded.step == stop
    assert torch.equal(walk(solver, 6, 12.0, state=loaded)[0].latent, whole.latent)


def test_a_step_leaves_its_state_alone():
    plan = schedule(6, 12.0)
    state, _ = walk("unipc", 6, 12.0, stop=3)
    before = {name: tensor.clone() for name, tensor in state.tensors().items()}
    SOLVERS["unipc"](state, field(state.latent, 500), plan)
    after = state.tensors()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_the_history_is_two_estimates_at_most():
    state, _ = walk("unipc", 6, 12.0)
    assert len(state.clean) == 2
