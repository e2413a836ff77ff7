"""The cut in pictures: every frame where the plan says, transitions between, counted."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import islice

import numpy as np
import pytest

from storyboard.errors import AssemblyError
from storyboard.film.assembly import (
    Film,
    Footage,
    assemble,
    review_texts,
    still_footage,
    write_review,
)
from storyboard.film.conform import centre_box, conform_frames, fit_frame
from storyboard.film.cut import CutShot, Effect, plan_cut
from storyboard.film.video import join_videos, probe, read_clip, write_video
from storyboard.store import Store
from storyboard.take.frames import plan_frames

SIZE = (96, 54)
FPS = Fraction(24)
STEP = 20  # grey levels between shots, so that a picture says whose it is


def numbered(shot: int, count: int):
    """Frames that carry their shot as brightness on the left and their number on the right."""
    for number in range(count):
        frame = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
        frame[:, :48] = 40 + STEP * shot
        frame[:, 48:] = 16 + 4 * number
        yield frame


def footage(shot: int, count: int) -> Footage:
    def frames(first, wanted):
        return islice(numbered(shot, count), first, first + wanted)

    return Footage(f"{shot}-{count}", count, frames)


def film_of(shots: list[CutShot], fps: Fraction = FPS) -> Film:
    cut = plan_cut(shots)
    clips = [
        footage(index, spare.head + shot.frames + spare.tail)
        for index, (shot, spare) in enumerate(zip(cut.shots, cut.spares, strict=True))
    ]
    return Film(cut, tuple(clips), SIZE, fps)


def test_spare_frames_that_a_cut_does_not_count_are_passed_over(tmp_path):
    """A clip that another cut needs longer gives the very same film."""
    film = film_of([CutShot("0", 9), CutShot("1", 9, Effect("dissolve", 4)), CutShot("2", 9)])
    plain = make(film, tmp_path / "plain")

    def longer(each: Footage) -> Footage:
        def frames(first, count):
            return each.frames(first - 3, count)

        return replace(each, key=f"{each.key}+3", frames=frames, lead=3)

    wider = replace(film, footage=tuple(longer(each) for each in film.footage))
    assert np.array_equal(make(wider, tmp_path / "wider"), plain)


def make(film: Film, folder) -> np.ndarray:
    target = folder / "animatic.mp4"
    assemble(film, Store(folder / "store"), target)
    return read_clip(target)


def test_straight_cuts_show_every_frame_of_every_shot(tmp_path):
    lengths = [1, 7, 33, 50]
    pictures = make(film_of([CutShot(str(i), n) for i, n in enumerate(lengths)]), tmp_path)
    expected = [(shot, k) for shot, n in enumerate(lengths) for k in range(n)]
    shots = np.rint((pictures[:, 27, 20, 0].astype(int) - 40) / STEP)
    numbers = np.rint((pictures[:, 27, 80, 0].astype(int) - 16) / 4)
    found = list(zip(shots, numbers, strict=True))
    assert found == expected


@pytest.mark.parametrize("kind", ["dissolve", "wipe", "fade", "dip"])
@pytest.mark.parametrize("frames", [1, 7, 12])
def test_frames_are_exact_with_transitions_of_any_length(tmp_path, kind, frames):
    shots = [CutShot("a", 29), CutShot("b", 31, effect_in=Effect(kind, frames)), CutShot("c", 17)]
    pictures = make(film_of(shots), tmp_path)
    assert len(pictures) == 77


@pytest.mark.parametrize("fps", [Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001)])
def test_frames_are_exact_at_every_rate(tmp_path, fps):
    shots = [CutShot("a", 31), CutShot("b", 37, effect_in=Effect("dissolve", 5))]
    target = tmp_path / "film.mp4"
    assemble(film_of(shots, fps), Store(tmp_path / "store"), target)
    info = probe(target)
    assert (info.num_frames, info.fps) == (68, fps)


def test_dissolve_goes_from_one_moving_clip_to_the_other(tmp_path):
    shots = [CutShot("a", 30), CutShot("b", 30, effect_in=Effect("dissolve", 8))]
    pictures = make(film_of(shots), tmp_path)
    left = pictures[:, 27, 20, 0].astype(int)
    assert np.allclose(left[:26], 40, atol=2)
    assert np.allclose(left[34:], 40 + STEP, atol=2)
    assert (np.diff(left[25:35]) >= 0).all()
    assert abs(left[29] - 49) <= 3


def test_clips_run_on_under_a_dissolve(tmp_path):
    shots = [CutShot("a", 30), CutShot("b", 30, effect_in=Effect("dissolve", 8))]
    right = make(film_of(shots), tmp_path)[:, 27, 80, 0].astype(int)
    # Frame 26 is the first of the dissolve: nearly all frame 26 of a. Frame 34 is 4 of b plus 8.
    assert abs(right[26] - (16 + 4 * 26)) <= 8
    assert abs(right[34] - (16 + 4 * 12)) <= 2


def test_fade_from_white_begins_white_and_ends_as_the_clip(tmp_path):
    pictures = make(film_of([CutShot("a", 30, effect_in=Effect("fade", 10, "white"))]), tmp_path)
    left = pictures[:, 27, 20, 0].astype(int)
    assert left[0] > 230
    assert (np.diff(left[:11]) <= 0).all()
    assert abs(left[10] - 40) <= 2


def test_wipe_to_the_right_uncovers_from_the_left(tmp_path):
    shots = [CutShot("a", 30), CutShot("b", 30, effect_in=Effect("wipe", 8, direction="right"))]
    middle = make(film_of(shots), tmp_path)[30]
    assert abs(int(middle[27, 4, 0]) - 60) <= 4
    assert abs(int(middle[27, 44, 0]) - 60) <= 4
    assert abs(int(middle[27, 90, 0]) - (16 + 120)) <= 6


def test_title_stands_before_the_first_shot(tmp_path):
    film = film_of([CutShot("a", 30)])
    film = Film(film.cut, film.footage, SIZE, FPS, "The Last Tram", ("TLT",), 24)
    pictures = make(film, tmp_path)
    assert len(pictures) == 54
    assert pictures[12].max() > 120


def test_slate_fills_the_shot_it_stands_for(tmp_path):
    film = film_of([CutShot("a", 30), CutShot("b", 31)])
    red = np.zeros((SIZE[1], SIZE[0], 3), np.uint8) + np.array([200, 0, 0], np.uint8)
    film = Film(film.cut, (film.footage[0], still_footage(red, 31, "red")), SIZE, FPS)
    pictures = make(film, tmp_path)
    assert (pictures[30:, 27, 80, 0] > 180).all()
    assert pictures[29, 27, 80, 1] > 60


def test_assembling_again_makes_no_piece_again(tmp_path):
    film = film_of([CutShot("a", 30), CutShot("b", 30, effect_in=Effect("dissolve", 8))])
    first = make(film, tmp_path)
    pieces = {path: path.stat().st_mtime_ns for path in (tmp_path / "store/piece").glob("*.mp4")}
    second = make(film, tmp_path)
    again = {path: path.stat().st_mtime_ns for path in (tmp_path / "store/piece").glob("*.mp4")}
    assert pieces == again
    np.testing.assert_array_equal(first, second)


def test_review_copy_has_the_same_frames_and_the_delivery_no_burn_in(tmp_path):
    film = film_of([CutShot("12", 30), CutShot("12A", 24)])
    store = Store(tmp_path / "store")
    target, review = tmp_path / "animatic.mp4", tmp_path / "animatic_review.mp4"
    assemble(film, store, target)
    before = target.read_bytes()
    texts = list(review_texts(film, "The Last Tram", "2026-01-02", ("12 T01", "12A T01")))
    write_review(film, target, store, review, texts)
    assert target.read_bytes() == before
    assert probe(review).num_frames == 54
    assert texts[30].counter == "0001/0024"
    assert texts[30].timecode == "00:00:01:06"
    assert texts[53].slate == "12A T01"


def test_film_with_a_frame_missing_is_refused(tmp_path):
    film = film_of([CutShot("a", 30)])
    short = Footage("short", 30, lambda first, count: numbered(0, count - 1))
    with pytest.raises(AssemblyError) as error:
        assemble(Film(film.cut, (short,), SIZE, FPS), Store(tmp_path), tmp_path / "film.mp4")
    assert "29 frames of (96, 54) at 24 fps, must be 30 of (96, 54) at 24." in str(error.value)
    assert not (tmp_path / "film.mp4").exists()


def test_files_of_two_formats_are_not_joined(tmp_path):
    write_video(tmp_path / "a.mp4", numbered(0, 3), fps=FPS)
    write_video(tmp_path / "b.mp4", numbered(0, 3), fps=Fraction(25))
    with pytest.raises(AssemblyError) as error:
        join_videos([tmp_path / "a.mp4", tmp_path / "b.mp4"], tmp_path / "c.mp4")
    assert str(error.value) == (
        f"{tmp_path / 'b.mp4'}: another format than a.mp4, must be the same to join. "
        "Remove the file and assemble again."
    )


@pytest.mark.parametrize("read", [probe, read_clip])
def test_a_file_that_is_no_video_is_named(tmp_path, read):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"")
    with pytest.raises(AssemblyError) as error:
        read(path)
    assert str(error.value) == (
        f"{path}: not a complete video ([Errno 1094995529] Invalid data found when processing "
        f"input: '{path}'). Render it again."
    )


def test_a_video_without_frames_is_not_written(tmp_path):
    with pytest.raises(AssemblyError) as error:
        write_video(tmp_path / "a.mp4", [], fps=FPS)
    assert str(error.value) == "a.mp4: no frames, must be at least one."
    assert not (tmp_path / "a.mp4").exists()


def test_a_file_with_fewer_frames_than_were_written_is_refused(tmp_path):
    write_video(tmp_path / "other.mp4", numbered(0, 3), fps=FPS)

    def frames():
        yield from numbered(0, 50)
        # As if another program wrote the same file in the meantime.
        (tmp_path / "other.mp4").replace(tmp_path / "a.mp4")

    with pytest.raises(AssemblyError) as error:
        write_video(tmp_path / "a.mp4", frames(), fps=FPS)
    assert str(error.value) == (
        "a.mp4: 3 frames were written, must be 50. Is there space left on the disk?"
    )


def test_picture_is_cut_in_the_middle_and_never_stretched():
    frame = np.zeros((128, 224, 3), np.uint8)
    frame[54:74, 102:122] = 255
    fitted = fit_frame(frame, (960, 540))
    columns = np.flatnonzero(fitted[270, :, 0] > 127)
    rows = np.flatnonzero(fitted[:, 480, 0] > 127)
    assert abs(len(columns) - len(rows)) <= 1
    assert centre_box((224, 128), (960, 540)) == (0, 1, 224, 127)


def test_held_frames_are_one_object_and_follow_the_plan():
    plan = plan_frames(96, head=0, tail=0, fps=FPS, model_fps=Fraction(12), max_frames=33)
    frames = [np.full((32, 32, 3), number, np.uint8) for number in range(33)]
    shown = list(conform_frames(iter(frames), plan, (32, 18), count=96))
    assert [int(f[0, 0, 0]) for f in shown] == [plan.source(k) for k in range(96)]
    assert shown[0] is shown[1]
    part = list(conform_frames(iter(frames), plan, (32, 18), first=50, count=20))
    np.testing.assert_array_equal(np.stack(part), np.stack(shown[50:70]))
