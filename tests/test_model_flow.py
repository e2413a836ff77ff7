"""Noise levels, timesteps and who owns which step, against the published tables."""

import numpy as np
import pytest

from model.errors import PresetError
from model.flow import expert_steps, schedule
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


@pytest.mark.parametrize(
    ("steps", "shift", "high"), [(20, 3, 6), (20, 8, 11), (30, 5, 13), (50, 12, 32)]
)
def test_the_boundary_table_holds(steps, shift, high):
    first, second = expert_steps(schedule(steps, shift), WAN22_T2V_A14B.experts)
    assert (first, second) == (range(high), range(high, steps))


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
