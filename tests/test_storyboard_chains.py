"""Shots longer than the model's clip: chains of clips, exact to the frame and without a step."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.presets import PRESETS, QUALITIES
from shots import parse_shots
from storyboard.cli.main import run
from storyboard.errors import StoryboardError
from storyboard.executors import LocalExecutor
from storyboard.film.conform import fit_frame, join_clips, match_frames
from storyboard.film.video import LOSSLESS, probe, write_video
from storyboard.plan.chains import plan_chain, segment_path, segment_shot
from storyboard.plan.cost import Speed, plan_waves
from storyboard.plan.plan import plan_render
from storyboard.plan.settings import Settings
from storyboard.run.manifest import read_manifest
from storyboard.store import Store
from storyboard.take.weights import Weights
from tests.storyboard_kit import BOARD, FAST, write_board, write_checkpoint
from tests.test_storyboard_plan import BACKBONE

FPS = Fraction(24)

LONG = """
style: {seed: 7}
format: {size: 128x72}
scenes:
  - number: 1
    shots:
      - {id: 1, camera: "WS, push in then pan left", action: A man walks., duration: 2:00}
      - {id: 1A, camera: "CU, static", action: A man waits and turns., duration: 2s,
         continuity: {from: last-frame}}
"""


def settings_of(name: str, quality: str = "preview", **changes) -> Settings:
    preset = replace(PRESETS[name], backbone=BACKBONE)
    fingerprints = {"text": "t", "vae": "v", **{each.name: each.name for each in preset.experts}}
    weights = Weights(
        folder=Path("weights"),
        preset=preset,
        has_camera=preset.has_camera,
        fingerprints=fingerprints,
        bytes=dict.fromkeys(fingerprints, 10**7),
        vae_width=8,
    )
    settings = Settings(
        quality=quality,
        preset=preset,
        weights=weights,
        level=QUALITIES[name][quality],
        shift=3.0,
        guidance=tuple(3.0 for _ in preset.experts),
        size=preset.sizes[0],
    )
    return replace(settings, **changes)


def plan_of(text: str, settings: Settings):
    return plan_render(parse_shots(text, Path("board.yaml")), settings)


@settings(deadline=None)
@given(
    shot=st.integers(1, 3000),
    head=st.integers(0, 12),
    tail=st.integers(0, 12),
    model_fps=st.sampled_from([Fraction(12), Fraction(16), Fraction(24)]),
    max_frames=st.sampled_from([5, 9, 33, 81, 121]),
)
def test_segments_join_without_a_gap_or_a_frame_too_many(shot, head, tail, model_fps, max_frames):
    plan, segments = plan_chain(
        shot, head=head, tail=tail, fps=FPS, model_fps=model_fps, max_frames=max_frames
    )
    assert segments[0].first == 0
    assert segments[-1].last == plan.shown - 1 == plan.source(plan.clip - 1)
    for before, after in pairwise(segments):
        assert after.first == before.last
        assert before.rendered == before.count  # its last frame is really its last
    for segment in segments:
        assert segment.rendered % 4 == 1
        assert segment.count <= segment.rendered <= max_frames
    assert len(segments) == max(-(-(plan.shown - 1) // (max_frames - 1)), 1)
    assert plan.rendered == sum(segment.rendered for segment in segments)
    assert plan.step == model_fps / 24


def test_two_minutes_are_24_clips_of_the_5b_model_and_the_plan_says_so():
    plan = plan_of(LONG, settings_of("wan2.2-ti2v-5b"))
    long, after = plan.takes
    assert len(long.segments) == 24
    assert (long.frames.shot, long.frames.clip, long.frames.shown) == (2880, 2880, 2880)
    assert [part.frames.rendered for part in long.segments[:2]] == [121, 121]
    assert plan.notices[0] == (
        "SB301 1: 120 s = 2880 frames, rendered as 24 clips of up to 121 frames, each from the "
        "last frame of the one before: 2904 frames in all."
    )
    assert plan.notices[1].startswith("SB312 1: pictures drift over a chain of 24 clips. ")
    # Each starts from the one before it, and the next shot from the last of them.
    for before, part in pairwise(long.segments):
        assert part.picture.clip == plan.clip(before)
        assert part.picture.frame == before.frames.shown - 1
    assert after.picture.clip == plan.clip(long.segments[-1])
    assert after.picture.frame == long.segments[-1].frames.shown - 1
    # No two have the same noise, and the whole names the clips of all.
    assert len({part.noise for part in long.segments}) == 24
    assert len(set(plan.clips(long))) == 24
    assert len(plan.keys(long)["decode"]) == 24
    assert plan.keys(long)["conform"] == [plan.final(long).key]


def test_a_chain_is_rendered_in_order_and_put_together_with_its_last_clip():
    plan = plan_of(LONG, settings_of("wan2.2-ti2v-5b"))
    waves = plan_waves(plan, plan.jobs, Speed(1e12, 1e12), size=8).waves
    order = [take.slate for wave in waves for take in wave]
    long = plan.takes[0]
    assert order == [*(part.slate for part in long.segments), "1 T01", "1A T01"]
    assert [len(wave) for wave in waves] == [1] * 23 + [2, 1]


@pytest.mark.parametrize(
    ("name", "quality", "word", "count"),
    [
        ("wan2.2-ti2v-5b", "preview", "", 24),
        ("wan2.2-ti2v-5b", "draft", "", 0),
        ("wan2.2-ti2v-5b", "draft", "model: {long-shots: chain}", 90),
        ("wan2.2-ti2v-5b", "final", "model: {long-shots: stretch}", 0),
        ("wan2.2-t2v-a14b", "preview", "", 0),  # it cannot start from a picture
    ],
)
def test_what_becomes_of_a_long_shot_is_the_quality_s_the_model_s_and_the_board_s_word(
    name, quality, word, count
):
    take = plan_of(f"{word}\n{LONG}", settings_of(name, quality)).takes[0]
    assert len(take.segments) == count
    assert take.frames.stretched == (count == 0)


def test_the_camera_goes_on_over_the_segments_and_so_do_the_words():
    long = plan_of(LONG, settings_of("wan2.2-ti2v-5b")).takes[0]
    for before, part in pairwise(long.segments):
        end = before.path.camera_to_world[before.frames.shown - 1]
        assert (part.path.camera_to_world[0] == end).all()
        assert part.path.num_frames == part.frames.rendered
    whole = np.concatenate(
        [part.path.camera_to_world[bool(k) : part.frames.shown] for k, part in
         enumerate(long.segments)]
    )  # fmt: skip
    assert (whole == long.path.camera_to_world[: long.frames.shown]).all()
    prompts = [part.prompt for part in long.segments]
    assert "pushes in" in prompts[0]
    assert "pans" not in prompts[0]
    assert "pans to the left" in prompts[-1]
    assert "pushes in" not in prompts[-1]


def test_parts_of_a_shot_keep_its_textures():
    board = parse_shots(
        LONG.replace("push in then pan left", "push in then pan left then handheld"),
        Path("board.yaml"),
    )
    _, segments = plan_chain(96, head=0, tail=0, fps=FPS, model_fps=FPS, max_frames=33)
    moves = [segment_shot(board.shot("1"), each, 96).camera.movement for each in segments]
    assert moves == [
        ("push-in", "handheld"), ("push-in", "pan-left", "handheld"), ("pan-left", "handheld"),
    ]  # fmt: skip


def test_one_segment_is_the_path_itself():
    long = plan_of(LONG, settings_of("wan2.2-ti2v-5b")).takes[1]
    plan, (only,) = plan_chain(48, head=0, tail=0, fps=FPS, model_fps=FPS, max_frames=121)
    part = segment_path(long.path, only, plan.shown)
    assert (part.camera_to_world == long.path.camera_to_world[: only.rendered]).all()


def pictures(count: int, first: int = 0) -> np.ndarray:
    """Frames that carry their number as brightness over a pattern with detail."""
    pattern = np.random.default_rng(3).integers(40, 160, (32, 48, 3))
    return np.stack([np.clip(pattern + 2 * (first + k), 0, 255) for k in range(count)])


def chain_of(folder: Path, *clips: np.ndarray) -> list[Path]:
    files = []
    for number, frames in enumerate(clips):
        path = folder / f"{number}.mp4"
        write_video(path, iter(frames.astype(np.uint8)), fps=FPS, encoding=LOSSLESS)
        files.append(path)
    return files


def test_a_chain_shows_every_frame_once_and_in_order(tmp_path):
    clips = chain_of(tmp_path, pictures(5), pictures(5, first=4), pictures(5, first=8))
    seams = []
    joined = np.stack(list(join_clips(clips, [5, 5, 3], seams)))
    assert np.array_equal(joined, pictures(11))
    assert [seam.as_json() for seam in seams] == [
        {"difference": 0.0, "colour": 0.0, "detail": 1.0, "left": 0.0}
    ] * 2


def test_colour_that_drifts_from_clip_to_clip_is_held_at_the_seams_and_told(tmp_path):
    def drifted(frames, times):
        for _ in range(times):
            frames = frames * np.array([0.95, 0.97, 0.93]) + np.array([9.0, 2.0, 6.0])
        return np.rint(frames)

    clean = [pictures(5), pictures(5, first=4), pictures(5, first=8)]
    clips = chain_of(tmp_path, *(drifted(frames, k) for k, frames in enumerate(clean)))
    seams = []
    joined = np.stack(list(join_clips(clips, [5, 5, 5], seams))).astype(float)
    assert np.abs(joined - pictures(13)).mean() < 1.0
    assert all(seam.colour > 2 and seam.left < 0.6 for seam in seams)
    uncorrected = drifted(clean[2], 2)[-1]
    assert np.abs(uncorrected - pictures(13)[-1]).mean() > 4


@pytest.mark.parametrize(("share", "left"), [(1.0, 0.0), (0.5, 0.5), (0.0, 1.0)])
def test_a_clip_is_moved_to_the_colours_it_goes_on_from_as_far_as_is_asked(share, left):
    clean = pictures(5).astype(np.uint8)
    drifted = np.rint(clean * np.array([0.95, 0.97, 0.93]) + [9.0, 2.0, 6.0]).astype(np.uint8)
    shown = fit_frame(clean[0], (80, 64))  # larger, and cut
    seams = []
    matched = np.stack(list(match_frames(iter(drifted), shown, share, seams)))
    apart = [np.abs(frames.astype(float) - clean).mean() for frames in (matched, drifted)]
    assert apart[0] == pytest.approx(left * apart[1], abs=0.6)
    assert seams[0].left == pytest.approx(left * seams[0].colour, abs=0.6)
    assert len(seams) == 1


def test_a_clip_that_is_too_short_is_an_error_that_names_it(tmp_path):
    clips = chain_of(tmp_path, pictures(5), pictures(3, first=4))
    with pytest.raises(StoryboardError) as error:
        list(join_clips(clips, [5, 5], []))
    message = "1.mp4: 3 frames, must be 5. Empty the store and render again."
    assert str(error.value) == message


def test_a_shot_with_a_clip_missing_is_not_conformed(tmp_path):
    plan = plan_of(LONG, settings_of("wan2.2-ti2v-5b"))
    executor, take = LocalExecutor(lambda event: None), plan.takes[0]
    assert executor.map(plan.stages[-1], [take], Store(tmp_path)) == {
        take: "1 T01: clip 1 of 24 is missing, all are required. Render again."
    }


@pytest.mark.slow
def test_a_chain_is_rendered_counted_and_not_made_again(tmp_path, capsys):
    """Through the tiny checkpoint: one shot of three clips, another that goes on from it."""
    weights = write_checkpoint(tmp_path / "weights")
    text = BOARD.replace("A man walks.}", "A man walks., duration: 38f}").replace(
        "A dog runs.,", "A dog runs., continuity: {after: 1, from: last-frame},"
    )
    board = write_board(tmp_path, f"model: {{long-shots: chain}}\n{text}")
    command = [
        "render", str(board), "-o", str(tmp_path / "out"), "--weights", str(weights),
        "--device", "cpu", *FAST, "--set", "frames=9", "--json",
    ]  # fmt: skip
    assert run(command) == 0
    output = capsys.readouterr().out
    assert output.count('"TakeFinished", "stage": "decode"') == 3 + 1 + 1
    assert probe(tmp_path / "out" / "animatic.mp4").num_frames == 38 + 10 + 13
    assert probe(tmp_path / "out" / "clips" / "1_T01.mp4").num_frames == 38
    entry = read_manifest(tmp_path / "out").entry("1", 1)
    assert [part["rendered"] for part in entry.frames["segments"]] == [9, 9, 5]
    assert len(entry.frames["seams"]) == 2
    assert len(entry.keys["decode"]) == 3
    assert entry.seconds["decode"] > 0
    assert run(command) == 0
    assert '"rendered": 0, "cached": 3' in capsys.readouterr().out


@pytest.mark.slow
def test_a_shot_has_the_colours_of_the_one_it_goes_on_from(tmp_path, capsys):
    weights = write_checkpoint(tmp_path / "weights")
    first, second = '"CU, static", lighting: "night, practical"', '"WS, push in"'

    def render(continuity):
        """Two shots of a scene in one light: what their match and drift came to."""
        text = BOARD.replace(first, f"{second}, continuity: {{from: last-frame{continuity}}}")
        command = [
            "render", str(write_board(tmp_path, text)), "-o", str(tmp_path / "out"),
            "--weights", str(weights), "--device", "cpu", *FAST, "--json",
        ]  # fmt: skip
        assert run(command) == 0
        manifest = read_manifest(tmp_path / "out")
        # Its clip's findings, and the look of its cut where that has other colours.
        assert len(manifest.entry("1A", 1).keys["score"]) == (2 if "match" in continuity else 1)
        palette = next(found for found in manifest.drift if found["directive"] == "palette")
        apart = float(re.search(r"are ([\d.]+) Lab", palette["measured"])[1])
        return manifest.entry("1A", 1).frames.get("match"), apart, capsys.readouterr().out

    none, drifted, _ = render("")
    assert none is None
    matched, held, output = render(", match-color: 1")
    assert matched["left"] < matched["colour"]
    assert held < drifted  # the scene is judged as the cut shows it
    assert '"TakeFinished", "stage": "decode"' not in output
    half, _, output = render(", match-color: 0.5")
    assert matched["left"] < half["left"] < half["colour"]
    assert output.count('"TakeFinished", "stage": "conform"') == 1
    assert "not supported yet" not in output


def test_match_color_without_a_frame_to_match_is_said_not_to_be_done():
    board = parse_shots(
        BOARD.replace("A dog runs.,", "A dog runs., continuity: {after: 1, match-color: 0.5},"),
        Path("board.yaml"),
    )
    notices = plan_render(board, settings_of("wan2.2-ti2v-5b")).notices
    assert (
        "2: match-color without from: last-frame is not supported yet and has no effect." in notices
    )
