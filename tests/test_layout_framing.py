"""Who and what a shot is of are in its picture, measured on the bodies of the layout."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.staging_pictures import NUM_FRAMES, sentence_board
from shots.staging.stage_shot import stage_board, staged_path
from storyboard.layout import ShotFilm

MOMENTS = range(0, NUM_FRAMES, 4)


def film_of(camera: str, action: str, place: str = "EXT. SQUARE") -> ShotFilm:
    entry = {"n": 1, "heading": f"{place} - DAY", "camera": camera, "action": action}
    names = [name for name in ("anna", "ben", "lily") if name in action.lower()]
    board = sentence_board({**entry, "subjects": names})
    shot = board.shots[0]
    path = staged_path(board, shot, num_frames=NUM_FRAMES, aspect=16 / 9)
    return ShotFilm(stage_board(board)[shot.id], path, shot)


def spots(film: ShotFilm, name: str, point: str) -> np.ndarray:
    """(M, 2): a point of a body at each moment, in parts of the picture from its top left."""
    found = []
    for k in MOMENTS:
        camera, at = film.camera(k), film.performances(k)[name].points[point]
        x, y, z = camera.matrix((16, 9)) @ (at - camera.position)
        found.append((x / z / 16, y / z / 9) if z > 0 else (np.nan, np.nan))
    return np.array(found)


@pytest.mark.parametrize(
    ("camera", "action", "names", "point"),
    [
        ("CU", "Anna and Ben kiss.", ("anna", "ben"), "eye"),
        ("CU", "Ben hugs Anna.", ("anna", "ben"), "head"),
        ("MCU", "Anna bows.", ("anna",), "crown"),
        ("FS, low-angle", "Ben crawls towards the camera.", ("ben",), "crown"),
        ("CU", "Ben rides a bicycle.", ("ben",), "eye"),
        ("MS, high-angle, track-right", "Anna sneaks to the right.", ("anna",), "crown"),
        ("MS, POV", "Anna hugs Ben.", ("ben",), "crown"),
        ("MS", "Lily jumps up and down.", ("lily",), "eye"),
        ("MCU", "Anna jumps on a table.", ("anna",), "eye"),
    ],
)
def test_heads_stay_in_the_picture_through_the_whole_action(
    camera: str, action: str, names: tuple[str, ...], point: str
) -> None:
    film = film_of(camera, action)
    for name in names:
        at = spots(film, name, point)
        assert ((at > -0.02) & (at < 1.02)).all(), (name, at.round(2).tolist())


@pytest.mark.parametrize(
    ("camera", "action", "place", "words"),
    [
        ("MCU", "Ben looks at the empty chair.", "INT. KITCHEN", "chair"),
        ("WS", "Ben holds a ring in his hand.", "EXT. SQUARE", "the ring is too small to be seen"),
        ("MS", "Anna bows to the audience.", "INT. THEATRE", "most of the group audience"),
    ],
)
def test_what_the_words_name_and_the_picture_does_not_show_is_reported(
    camera: str, action: str, place: str, words: str
) -> None:
    film = film_of(camera, action, place)
    assert words in " ".join(film.staged.warnings)


def test_a_thing_that_only_the_action_implies_is_not_reported() -> None:
    assert not film_of("WS", "Anna and Ben eat.", "INT. RESTAURANT").staged.warnings


def test_of_a_large_group_those_behind_others_are_no_defect() -> None:
    film = film_of("WS", "Twenty runners jog past.", "EXT. PARK")
    runners = [each for each in film.staged.players if each.id.startswith("runner-")]
    assert len(runners) == 20
    assert not film.staged.warnings


def middle(film: ShotFilm, name: str) -> np.ndarray:
    """(M,): how far right of the left edge somebody's head is, in parts of the width."""
    return spots(film, name, "head")[:, 0]


def test_who_walks_into_frame_begins_outside_of_it_and_who_leaves_it_ends_there() -> None:
    into = middle(film_of("FS", "Ben walks into frame and stops."), "ben")
    assert not 0.0 < into[0] < 1.0
    assert 0.2 < into[-1] < 0.8
    leaves = middle(film_of("MS", "Anna waits, then walks out of frame."), "anna")
    assert 0.2 < leaves[0] < 0.8
    assert not 0.0 < leaves[-1] < 1.0


def test_who_chases_somebody_runs_behind_them_and_both_are_in_the_picture() -> None:
    film = film_of("FS", "Ben chases Anna.", "EXT. STREET")
    ben, anna = middle(film, "ben"), middle(film, "anna")
    assert np.all(np.sign(anna - ben) == np.sign(anna[-1] - anna[0]))
    assert ((ben[2:] > 0) & (ben[2:] < 1) & (anna[2:] > 0) & (anna[2:] < 1)).all()


def test_the_door_of_an_opened_fridge_does_not_hide_who_opens_it() -> None:
    film = film_of("MS", "Anna walks to the fridge and opens it.", "INT. KITCHEN")
    assert not film.staged.warnings
    last = film.frame(NUM_FRAMES - 2, (160, 90))
    assert (film.mask(["anna"], last) > 127).mean() > 0.04


def test_a_hand_at_the_lips_is_within_a_medium_close_up() -> None:
    film = film_of("MCU", "Anna puts on lipstick.", "INT. BEDROOM")
    assert not film.staged.warnings
    at = spots(film, "anna", "palm.R")
    assert ((at > 0) & (at < 1)).all()


@pytest.mark.parametrize("action", ["Lily whispers in Ben's ear.", "Ben hugs Lily."])
def test_who_is_face_to_face_with_a_child_goes_down_on_a_knee(action: str) -> None:
    film = film_of("MCU", action, "INT. LIVING ROOM")
    ben, lily = spots(film, "ben", "head"), spots(film, "lily", "head")
    assert np.abs(ben[:, 1] - lily[:, 1]).max() < 0.35
    assert ((ben > 0) & (ben < 1) & (lily > 0) & (lily < 1)).all()


def test_each_of_a_group_of_riders_has_a_mount_of_their_own() -> None:
    film = film_of("WS", "A dozen cyclists race past the camera.", "EXT. ROAD")
    seats = {beat.seat for each in film.staged.players if each.kind == "person"
             for beat in each.beats}  # fmt: skip
    assert len(seats) == 12
    last = film.frame(NUM_FRAMES - 4, (160, 90))
    riders = [each.id for each in film.staged.players if each.kind == "person"]
    assert sum((film.mask([rider], last) > 127).sum() > 4 for rider in riders) > 6


@pytest.mark.parametrize("action", ["Ben sleeps.", "Anna lies in bed."])
def test_the_face_of_who_lies_in_bed_is_in_a_close_up(action: str) -> None:
    film = film_of("CU", action, "INT. BEDROOM")
    name = "ben" if "Ben" in action else "anna"
    eyes, head = spots(film, name, "eye"), spots(film, name, "head")
    assert ((eyes > 0.05) & (eyes < 0.95) & (head > 0.05) & (head < 0.95)).all()


def test_an_insert_of_a_hand_at_work_shows_the_thing_that_is_named() -> None:
    film = film_of("CU, insert", "A hand stirs a pot of soup.", "INT. KITCHEN")
    pot = next(each.id for each in film.staged.players if each.model == "pot")
    assert (film.mask([pot], film.frame(8, (160, 90))) > 127).mean() > 0.02


def test_a_subject_among_many_is_not_hidden_by_them() -> None:
    film = film_of("WS", "Thirty children stand around Lily.", "EXT. SQUARE")
    assert (film.mask(["lily"], film.frame(20, (160, 90))) > 127).mean() > 0.004
    children = [each.id for each in film.staged.players if each.id.startswith("child")]
    assert len(children) > 15


def test_the_background_stays_sharp_when_the_subject_has_left() -> None:
    film = film_of("MS", "Ben leaves the room.", "INT. OFFICE")
    first, last = (film.frame(k, (160, 90)).picture.astype(float) for k in (2, NUM_FRAMES - 2))
    assert not (film.mask(["ben"], film.frame(NUM_FRAMES - 2, (160, 90))) > 127).any()
    edges = [np.abs(np.diff(each[:, :60].mean(axis=2), axis=1)).mean() for each in (first, last)]
    assert edges[1] > 0.8 * edges[0]


def test_a_driver_behind_the_windscreen_is_sharp() -> None:
    film = film_of("CU", "Anna, at the wheel, glances up.", "INT. CAR")
    sharp, soft = (
        film.frame(20, (160, 90), is_focused=on).picture.astype(float) for on in (True, False)
    )
    assert film.frame(20, (160, 90)).depth.min() < 0.2
    assert np.gradient(sharp[..., 1])[1].std() > 0.7 * np.gradient(soft[..., 1])[1].std()
