"""The plan: frames, seeds, sizes, keys and reasons, all before any tensor."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from model.presets import GREYBOX, QUALITIES, WAN22_T2V_A14B, Backbone
from shots import parse_shots
from storyboard.errors import InputError
from storyboard.plan.cost import Speed, plan_waves, take_cost
from storyboard.plan.plan import plan_render
from storyboard.plan.reasons import reason, take_facts
from storyboard.plan.request import Request, effective_board
from storyboard.plan.residency import Residency
from storyboard.plan.settings import Settings
from storyboard.plan.sizes import delivery_size, render_size
from storyboard.take.take import derive_seed, file_stems, noise_recipe
from storyboard.take.weights import Weights
from tests.storyboard_kit import BOARD

BACKBONE = Backbone(
    width=24, heads=2, layers=2, ffn_width=32, in_channels=48, out_channels=48, text_width=16
)
WEIGHTS = Weights(
    folder=Path("weights"),
    preset=replace(GREYBOX, backbone=BACKBONE),
    has_camera=True,
    fingerprints={"text": "t", "high": "h", "low": "l", "vae": "v"},
    bytes={"text": 10**6, "high": 10**7, "low": 10**7, "vae": 10**6},
    vae_width=8,
)


def settings_of(**changes) -> Settings:
    settings = Settings(
        quality="draft",
        preset=WEIGHTS.preset,
        weights=WEIGHTS,
        level=QUALITIES["greybox"]["draft"],
        shift=3.0,
        guidance=(3.0, 3.0),
    )
    return replace(settings, **changes)


def plan_of(text: str = BOARD, settings: Settings | None = None):
    board = parse_shots(text, Path("board.yaml"))
    return plan_render(board, settings or settings_of())


def keys_of(text: str = BOARD, settings: Settings | None = None) -> list[dict]:
    plan = plan_of(text, settings)
    return [plan.keys(take) for take in plan.takes]


def test_plan_says_what_is_stretched_trimmed_and_held():
    text = BOARD.replace("duration: 10f", "duration: 4s").replace("duration: 13f", "duration: 2s")
    notices = tuple(notice.replace("–", "-") for notice in plan_of(text).notices)  # noqa: RUF001
    assert notices[:4] == (
        "SB303 the model makes 12 frames per second, the cut shows 24: each is held for 2 frames.",
        "SB301 1: 4 s = 96 frames, 33 rendered, each held for 2-3 frames.",
        "SB301 1A: 4 s = 96 frames, 33 rendered, each held for 2-3 frames.",
        "SB302 2: 2 s = 48 frames, 25 rendered (4n+1), 1 trimmed.",
    )


def test_film_is_as_long_as_the_board_says():
    plan = plan_of(
        BOARD.replace("action: A dog runs.", "action: A dog runs., transition: dissolve 5f")
    )
    assert plan.cut.frames == 33
    assert [take.frames.clip for take in plan.takes] == [10, 15, 18]


def test_camera_path_covers_what_is_shown_and_rests_in_what_is_trimmed():
    plan = plan_of(BOARD.replace("duration: 10f", "duration: 2s"))
    take = plan.takes[0]
    assert take.path.num_frames == take.frames.rendered == 25
    assert (take.path.camera_to_world[24] == take.path.camera_to_world[23]).all()
    assert (take.path.camera_to_world[23] != take.path.camera_to_world[22]).any()


KEYED = {
    "style.seed": (BOARD.replace("seed: 7", "seed: 8"), None),
    "shot light": (BOARD.replace("night, practical", "day, sun"), None),
    "steps": (BOARD, {"level": replace(QUALITIES["greybox"]["draft"], steps=9)}),
    "shift": (BOARD, {"shift": 4.0}),
    "solver": (BOARD, {"solver": "euler"}),
    "guidance": (BOARD, {"guidance": (2.0, 3.0)}),
    "dtype": (BOARD, {"hardware": replace(settings_of().hardware, dtype="bfloat16")}),
    "size": (BOARD, {"size": (128, 128)}),
    "high weights": (
        BOARD,
        {"weights": replace(WEIGHTS, fingerprints={**WEIGHTS.fingerprints, "high": "H"})},
    ),
}


@pytest.mark.parametrize("name", KEYED)
def test_declared_input_changes_the_key_of_the_clip(name):
    text, changes = KEYED[name]
    before, after = keys_of(), keys_of(text, settings_of(**(changes or {})))
    assert before[1]["decode"] != after[1]["decode"]


UNKEYED = {
    "device": (BOARD, {"hardware": replace(settings_of().hardware, device="cuda:3")}),
    "notes": (BOARD.replace("A man walks.", "A man walks., notes: Hold it."), {}),
    "title": (BOARD.replace("title: Tiny", "title: Huge"), {}),
    "weights folder": (BOARD, {"weights": replace(WEIGHTS, folder=Path("elsewhere"))}),
    "another shot": (BOARD.replace("A dog runs.", "A cat runs."), {}),
}


@pytest.mark.parametrize("name", UNKEYED)
def test_undeclared_input_changes_no_key(name):
    text, changes = UNKEYED[name]
    assert keys_of()[:2] == keys_of(text, settings_of(**changes))[:2]


def test_weights_of_one_expert_change_its_stage_and_later_ones_only():
    changed = replace(WEIGHTS, fingerprints={**WEIGHTS.fingerprints, "low": "L"})
    before, after = keys_of()[0], keys_of(settings=settings_of(weights=changed))[0]
    same = {name for name in before if before[name] == after[name]}
    assert same == {"encode-text", "denoise-high"}


def test_delivery_size_changes_the_cut_and_not_the_render():
    before, after = keys_of()[0], keys_of(BOARD.replace("128x72", "192x108"))[0]
    assert {name for name in before if before[name] != after[name]} == {"conform"}


def test_expert_without_a_step_is_no_stage():
    level = replace(QUALITIES["greybox"]["draft"], steps=1)
    names = [stage.name for stage in plan_of(settings=settings_of(level=level)).stages]
    assert names == ["encode-text", "encode-picture", "denoise-high", "decode", "conform"]


def test_no_guidance_needs_no_negative_context():
    plan = plan_of(settings=settings_of(guidance=(1.0, 1.0)))
    high = plan.stages[2]
    assert len(high.needs(plan.takes[0])) == 1


RECIPE = {"style_seed": 7, "policy": "scene", "consistency": 0.5, "scene": "1", "shot": "1A"}


def test_scene_policy_shares_noise_inside_a_scene_only():
    here = noise_recipe(**RECIPE, take=1)
    there = noise_recipe(**{**RECIPE, "shot": "1B"}, take=1)
    elsewhere = noise_recipe(**{**RECIPE, "scene": "2"}, take=1)
    assert here.shared_seed == there.shared_seed != elsewhere.shared_seed
    assert here.own_seed != there.own_seed


def test_shots_of_one_set_up_share_their_noise_across_scenes():
    here = noise_recipe(**RECIPE, take=1, setup="window")
    there = noise_recipe(**{**RECIPE, "scene": "2", "shot": "2C"}, take=1, setup="window")
    door = noise_recipe(**RECIPE, take=1, setup="door")
    assert here.shared_seed == there.shared_seed
    assert here.own_seed != there.own_seed
    assert (
        len({here.shared_seed, door.shared_seed, noise_recipe(**RECIPE, take=1).shared_seed}) == 3
    )


@pytest.mark.parametrize("policy", ["shared", "shot", "take"])
def test_a_set_up_changes_no_other_policy(policy):
    asked = {**RECIPE, "policy": policy}
    assert noise_recipe(**asked, take=1, setup="window") == noise_recipe(**asked, take=1)


@pytest.mark.parametrize("policy", ["shared", "scene", "shot", "take"])
@pytest.mark.parametrize("consistency", [0.0, 0.5, 1.0])
def test_second_take_is_never_the_first_again(policy, consistency):
    asked = {**RECIPE, "policy": policy, "consistency": consistency}
    first, second = noise_recipe(**asked, take=1), noise_recipe(**asked, take=2)
    own_differs = consistency < 1 and first.own_seed != second.own_seed
    shared_differs = consistency > 0 and first.shared_seed != second.shared_seed
    assert own_differs or shared_differs


def test_fixed_seed_is_used_as_it_is():
    recipe = noise_recipe(**RECIPE, take=2, fixed_seed=42)
    assert (recipe.own_seed, recipe.consistency, recipe.seed) == (42, 0.0, 42)


def test_seeds_do_not_change_between_versions_of_python():
    assert derive_seed("shared", 7, "scene", "1") == 553660690436630574
    assert 0 <= derive_seed("own", 7) < 2**63


def test_first_frame_of_another_shot_makes_its_clip_an_input():
    text = BOARD.replace("A dog runs.", "A dog runs., continuity: {after: 1A, from: last-frame}")
    plan = plan_of(text)
    dog, waiting = plan.takes[2], plan.takes[1]
    assert dog.picture.clip == plan.clip(waiting)
    assert dog.picture.frame == waiting.frames.source(9)
    changed = plan_of(text.replace("night, practical", "day, sun"))
    assert plan.clip(dog) != changed.clip(changed.takes[2])


def test_model_that_takes_no_picture_is_said_to_take_none():
    text = BOARD.replace("A dog runs.", "A dog runs., continuity: {after: 1A, from: last-frame}")
    preset = replace(WEIGHTS.preset, first_frame="none")
    plan = plan_of(text, settings_of(preset=preset))
    assert plan.takes[2].picture is None
    assert (
        "2: greybox cannot start from a picture; the shot is rendered from its prompt alone."
        in plan.notices
    )


def test_take_that_starts_from_another_is_in_a_later_wave():
    text = BOARD.replace("A man walks.", "A man walks., continuity: {after: 2, from: last-frame}")
    plan = plan_of(text)
    waves = plan_waves(plan, plan.takes, Speed(1e9, 1e9), size=9).waves
    assert [[take.shot.id for take in wave] for wave in waves] == [["1A", "2"], ["1"]]


def test_wave_is_as_long_as_keeps_loading_under_a_twentieth():
    plan = plan_of()
    slow = plan_waves(plan, plan.takes, Speed(1e6, 1e6))
    fast = plan_waves(plan, plan.takes, Speed(1e12, 1e12))
    assert slow.size == 1
    assert fast.size > 3
    assert len(fast.waves) == 1
    assert slow.reason.startswith("waves of 1 take: loading all networks takes 0.4 s and a take")


def test_cost_of_the_published_model_is_that_of_its_layers():
    weights = replace(WEIGHTS, preset=WAN22_T2V_A14B, has_camera=False, vae_width=96)
    level = replace(QUALITIES["wan2.2-t2v-a14b"]["preview"], steps=1)
    settings = settings_of(preset=WAN22_T2V_A14B, weights=weights, level=level, guidance=(1.0, 1.0))
    plan = plan_of(BOARD.replace("duration: 13f", "duration: 10s"), settings)
    cost = take_cost(plan, plan.takes[2])
    # 81 frames of 832x480: 1.678 PFLOP a forward and 0.274 to decode, counted from the layers.
    assert cost.denoise_flop == pytest.approx(1.678e15, rel=0.02)
    assert cost.decode_flop == pytest.approx(0.274e15, rel=0.02)


def test_reason_names_the_field_that_changed():
    before, now = plan_of(), plan_of(BOARD.replace("night, practical", "night, firelight"))
    facts = [take_facts(plan, plan.takes[1]) for plan in (now, before)]
    assert reason(*facts) == "lighting.source changed (practical → firelight)"
    assert reason(facts[0], None) == "new"
    assert reason(facts[0], facts[0]) == "not finished"


def test_take_named_by_use_is_the_one_in_the_cut():
    text = BOARD.replace("A dog runs.", "A dog runs., takes: 2, use: T02")
    plan = plan_of(text)
    assert [take.slate for take in plan.shown] == ["1 T01", "1A T01", "2 T02"]
    assert len(plan.takes) == 4


def test_file_names_are_safe_and_distinct():
    stems = file_stems(["12A", "../../etc/passwd", "12a", "con", "-rf", "a/b", "a_b", ""])
    assert len(set(map(str.casefold, stems.values()))) == 8
    assert all(
        set(stem) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
        for stem in stems.values()
    )
    assert stems["12A"] == "12A"


@pytest.mark.parametrize(
    ("aspect", "size"), [((16, 9), (832, 480)), ((9, 16), (480, 832)), ((1, 1), (624, 624))]
)
def test_render_size_follows_the_aspect(aspect, size):
    level = QUALITIES["wan2.2-t2v-a14b"]["draft"]
    assert render_size(WAN22_T2V_A14B, level, Fraction(*aspect)) == size


def test_only_the_final_quality_is_delivered_at_full_size():
    assert delivery_size((1920, 1080), is_final=True) == (1920, 1080)
    assert delivery_size((1920, 1080), is_final=False) == (960, 540)
    assert delivery_size((1080, 1920), is_final=False) == (540, 960)
    assert delivery_size((640, 360), is_final=False) == (640, 360)


def board_with(*pairs: tuple[str, str]):
    return effective_board(parse_shots(BOARD, Path("b.yaml")), Request(settings=pairs))


def test_set_changes_style_format_and_model():
    board = board_with(
        ("style.seed", "99"), ("style.seed-policy", "shot"), ("format.size", "64x36")
    )
    assert (board.style.seed, board.style.seed_policy) == (99, "shot")
    assert board.format.size == (64, 36)
    assert board.style.consistency == 0.5


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("style.sed", "9"), "--set style.sed: no such setting. Did you mean 'seed'?"),
        (("format.fps", "25"), "--set format.fps: lengths in frames are counted when the board is "
         "read, must be set in the board. Change it there."),
    ],
)  # fmt: skip
def test_set_refuses_what_it_cannot_do(pair, message):
    with pytest.raises(InputError) as error:
        board_with(pair)
    assert str(error.value) == message


def test_set_refuses_a_value_that_does_not_fit():
    with pytest.raises(InputError, match=r"style\.consistency: '2'"):
        board_with(("style.consistency", "2"))


def test_int8_is_in_the_key_of_an_expert_and_what_gives_the_same_bits_is_not():
    whole, small, *same = (
        plan_of(settings=settings_of(residency=Residency(name)))
        for name in ("whole", "int8", "streamed", "fp8")
    )
    take = whole.takes[0]
    before, now = whole.keys(take), small.keys(take)
    changed = {name for name in before if before[name] != now[name]}
    assert changed == {"denoise-high", "denoise-low", "decode", "conform"}
    assert [plan.keys(take) for plan in same] == [before, before]
