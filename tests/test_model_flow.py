"""Noise levels, timesteps and who owns which step, against the published tables."""

from __future__ import annotations

import numpy as np
import pytest

from model.exceptions import PresetError
from model.flow import SOLVERS, expert_steps, remix_schedule, schedule
from model.presets import WAN22_I2V_A14B, WAN22_T2V_A14B, WAN22_TI2V_5B

T2V = (
    "999 997 995 993 990 988 985 982 979 976 972 969 965 961 956 952 947 941 936 929 922 915 907 "
    "898 888 877 865 852 837 819 799 776 749 717 678 631 571 492 386 235"
)
I2V = (
    "999 994 989 983 978 972 965 959 952 944 937 929 920 911 902 892 882 870 859 846 833 818 803 "
    "786 768 749 728 706 681 654 624 591 555 514 468 416 356 288 208 113"
)
TI2V = (
    "999 995 991 987 982 978 973 968 963 957 952 946 940 934 927 920 913 906 898 890 882 873 863 "
    "854 843 833 821 809 796 783 768 753 737 720 701 681 660 636 611 584 555 522 487 448 405 356 "
    "302 241 172 92"
)
DPM_I2V = (
    "1000 994 989 984 978 972 965 959 952 945 937 929 921 912 902 892 882 871 859 846 833 818 803 "
    "787 769 750 729 706 681 654 625 592 555 514 468 416 357 288 208 113"
)
DPM_T2V = (
    "1000 997 995 993 990 988 985 982 979 976 972 969 965 961 957 952 947 941 936 929 923 915 907 "
    "898 888 878 865 852 837 819 800 776 750 717 679 631 571 493 387 235"
)


def numbers(text):
    return tuple(int(word) for word in text.split())


@pytest.mark.parametrize(
    ("steps", "shift", "solver", "expected"),
    [
        (40, 12.0, "unipc", T2V),
        (40, 5.0, "unipc", I2V),
        (50, 5.0, "unipc", TI2V),
        (40, 12.0, "dpm++", DPM_T2V),
        (40, 5.0, "dpm++", DPM_I2V),
        (4, 5.0, "unipc", "999 937 833 624"),
        (4, 12.0, "unipc", "999 972 922 799"),
        (4, 5.0, "dpm++", "1000 937 833 625"),
    ],
)
def test_timesteps_are_the_official_ones(steps, shift, solver, expected):
    assert schedule(steps, shift, solver).timesteps == numbers(expected)


def test_euler_keeps_the_fraction():
    assert schedule(4, 5.0, "euler").timesteps == pytest.approx((1000, 937.5, 833.333333, 625))


def test_noise_starts_at_the_published_level_and_ends_at_zero():
    noise = schedule(40, 12.0).noise
    assert noise[:3] == pytest.approx((0.9999166131, 0.9977826476, 0.9955461621), abs=1e-10)
    assert noise[-2:] == pytest.approx((0.2351095378, 0.0), abs=1e-10)


@pytest.mark.parametrize(("steps", "shift"), [(6, 12.0), (40, 12.0), (40, 5.0), (50, 3.0)])
def test_levels_have_the_bits_of_the_reference(steps, shift):
    grid = np.linspace(float(np.float32(0.999)), 0, steps + 1)[:-1]
    shifted = (shift * grid / (1 + (shift - 1) * grid)).astype(np.float32)
    assert schedule(steps, shift).noise[:-1] == tuple(float(level) for level in shifted)


@pytest.mark.parametrize(
    ("preset", "counts"),
    [(WAN22_T2V_A14B, (26, 14)), (WAN22_I2V_A14B, (15, 25)), (WAN22_TI2V_5B, (50,))],
)
def test_experts_share_the_steps_as_published(preset, counts):
    plan = schedule(preset.steps, preset.shift)
    assert tuple(len(steps) for steps in expert_steps(plan, preset.experts)) == counts


BOUNDARIES = {
    20: ((6, 5), (9, 8), (11, 10), (13, 12)),
    30: ((9, 8), (13, 11), (16, 15), (19, 18)),
    40: ((12, 10), (17, 15), (22, 19), (26, 23)),
    50: ((15, 13), (21, 18), (27, 24), (32, 29)),
}
"""Steps of the high expert for shifts 3, 5, 8 and 12: text-to-video, image-to-video."""


@pytest.mark.parametrize("steps", sorted(BOUNDARIES))
@pytest.mark.parametrize("preset", [WAN22_T2V_A14B, WAN22_I2V_A14B], ids=lambda p: p.name)
def test_the_boundary_table_holds(steps, preset):
    found = []
    for shift in (3, 5, 8, 12):
        first, second = expert_steps(schedule(steps, shift), preset.experts)
        assert (first.start, first.stop, second.stop) == (0, second.start, steps)
        found.append(len(first))
    column = (WAN22_T2V_A14B, WAN22_I2V_A14B).index(preset)
    assert found == [counts[column] for counts in BOUNDARIES[steps]]


def test_a_timestep_on_the_floor_still_belongs_to_the_noisier_expert():
    plan = schedule(8, 1.0, "dpm++")
    assert plan.timesteps[1] == 875
    assert expert_steps(plan, WAN22_T2V_A14B.experts) == (range(2), range(2, 8))


def test_an_expert_may_own_no_step():
    assert expert_steps(schedule(1, 5.0), WAN22_T2V_A14B.experts) == (range(1), range(1, 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 5.0), "steps: 0, must be at least 1."),
        ((4, 0.0), "shift: 0.0, must be above 0."),
        ((4, 5.0, "heun"), "solver: 'heun', must be one of unipc, dpm++, euler."),
    ],
)
def test_options_out_of_range_are_refused(arguments, message):
    with pytest.raises(PresetError) as caught:
        schedule(*arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_remix_at_full_strength_has_the_full_schedule(solver):
    assert remix_schedule(12, 5.0, solver, 1.0) == schedule(12, 5.0, solver)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("strength", [0.001, 0.1, 0.29, 0.4, 0.57, 0.875, 0.9, 0.99])
def test_a_remix_starts_at_its_level_and_falls_to_zero(solver, strength):
    plan = remix_schedule(12, 5.0, solver, strength)
    assert plan.noise[0] == pytest.approx(strength, rel=1e-7)
    assert plan.timesteps[0] == pytest.approx(1000 * strength, rel=1e-9)
    assert list(plan.noise) == sorted(set(plan.noise), reverse=True)
    assert plan.noise[-1] == 0


def test_a_remix_is_sampled_at_least_as_finely_as_a_full_run():
    full = schedule(40, 12.0)
    for strength in (0.2, 0.4, 0.6, 0.9):
        below = sum(0 < level < strength for level in full.noise)
        assert below <= remix_schedule(40, 12.0, "unipc", strength).num_steps <= below + 1


def test_a_remix_from_a_level_of_the_full_grid_has_its_steps():
    full = schedule(40, 5.0, "dpm++")
    plan = remix_schedule(40, 5.0, "dpm++", full.noise[30])
    assert plan.num_steps == 10
    assert plan.noise == pytest.approx(full.noise[30:], rel=1e-6)


@pytest.mark.parametrize("strength", [0.0, -1.0, 1.2])
def test_a_strength_that_is_no_noise_level_is_refused(strength):
    with pytest.raises(PresetError) as caught:
        remix_schedule(12, 5.0, "unipc", strength)
    assert str(caught.value) == f"strength: {strength}, must be above 0 and at most 1."
