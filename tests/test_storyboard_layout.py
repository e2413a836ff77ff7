"""The layout shows what the shot says, along the path the shot takes, under its light."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shots import ShotList, camera_path, parse_shots
from storyboard.layout import layout_frames, layout_with_mask
from storyboard.layout.figures import FIGURES, framing_scale
from storyboard.layout.mesh import box, ellipsoid, limb
from storyboard.layout.reading import read_shot
from storyboard.layout.scene import stage
from storyboard.layout.sets import PLACE_NAMES, build_place

SIZE = (160, 90)


def board(action: str = "A woman in a red coat stands still.", **shot: str) -> ShotList:
    place = shot.pop("place", "a wide city street")
    fields = "".join(f"\n        {key}: {value}" for key, value in shot.items())
    return parse_shots(
        f"""
storyboard: 1
title: Layout
locations:
  here: {{heading: EXT. HERE, looks: {place}}}
scenes:
  - number: 1
    location: here
    shots:
      - id: 1
        duration: 2s
        action: {action}{fields}
""",
        Path("layout.yaml"),
    )


def film(shots: ShotList, num_frames: int = 3) -> tuple[np.ndarray, np.ndarray]:
    shot = shots.shots[0]
    path = camera_path(shot, num_frames=num_frames, aspect=SIZE[0] / SIZE[1])
    return layout_with_mask(shots, shot, path, SIZE)


def subject_colour(frames: np.ndarray, masks: np.ndarray) -> np.ndarray:
    return frames[0][masks[0] > 200].mean(axis=0)


def test_frames_have_the_requested_size_and_number() -> None:
    frames, masks = film(board(), num_frames=5)
    assert frames.shape == (5, 90, 160, 3)
    assert masks.shape == (5, 90, 160)
    assert frames.dtype == masks.dtype == np.uint8


def test_the_same_shot_gives_the_same_frames() -> None:
    assert np.array_equal(film(board())[0], film(board())[0])


def test_a_static_shot_of_a_still_subject_does_not_change() -> None:
    frames, _ = film(board(camera="FS, static"))
    assert np.array_equal(frames[0], frames[2])


@pytest.mark.parametrize(
    ("move", "sign"), [("pan left", 1), ("pan right", -1), ("track left", 1), ("track right", -1)]
)
def test_the_subject_moves_against_the_camera(move: str, sign: int) -> None:
    _, masks = film(board(camera=f"FS, {move}"))
    columns = [np.average(np.arange(SIZE[0]), weights=mask.sum(axis=0) + 1e-9) for mask in masks]
    assert np.sign(columns[2] - columns[0]) == sign


def test_a_push_in_makes_the_subject_larger() -> None:
    _, masks = film(board(camera="FS, push in"))
    assert masks[2].sum() > 1.3 * masks[0].sum()


def test_wider_sizes_show_a_smaller_subject() -> None:
    heights = [
        (film(board(camera=size))[1][0] > 128).any(axis=1).sum() for size in ("EWS", "WS", "FS")
    ]
    assert heights == sorted(heights)
    assert heights[0] < heights[2]


@pytest.mark.parametrize(("side", "brighter"), [("left", 0), ("right", 1)])
def test_a_side_light_falls_on_its_side_of_the_subject(side: str, brighter: int) -> None:
    frames, masks = film(board(camera="MS", lighting=f"day, hard, side {side}"))
    luminance = frames[0].mean(axis=2)
    middle = SIZE[0] // 2
    halves = [
        luminance[:, part][masks[0][:, part] > 200].mean()
        for part in (slice(0, middle), slice(middle, None))
    ]
    assert np.argmax(halves) == brighter


def test_night_is_darker_than_day() -> None:
    day, night = (film(board(lighting=time))[0].mean() for time in ("day", "night"))
    assert night < 0.6 * day


def test_warm_light_is_warmer_than_cool_light() -> None:
    warm, cool = (film(board(lighting=tone))[0].mean(axis=(0, 1, 2)) for tone in ("warm", "cool"))
    assert warm[0] / warm[2] > cool[0] / cool[2]


@pytest.mark.parametrize(("colour", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_the_subject_wears_its_colour(colour: str, channel: int) -> None:
    frames, masks = film(board(f"A {colour} ball rests there.", camera="FS"))
    assert np.argmax(subject_colour(frames, masks)) == channel


@pytest.mark.parametrize(
    ("action", "figure"),
    [
        ("A woman waits.", "person"),
        ("The driver of the tram waits.", "person"),
        ("A yellow tram waits.", "bus"),
        ("An old lighthouse stands there.", "tower"),
        ("Two dogs run away.", "dog"),
        ("An orange rolls off the table.", "ball"),
        ("An orange sports car waits.", "car"),
        ("Nothing but silence.", "person"),
    ],
)
def test_nouns_choose_the_figure(action: str, figure: str) -> None:
    shots = board(action)
    assert read_shot(shots, shots.shots[0]).actors[0].figure == figure


def test_what_others_do_does_not_move_the_subject() -> None:
    shots = board("A woman looks up as a tram drives past.")
    assert read_shot(shots, shots.shots[0]).actors[0].speed == 0


def test_the_colour_of_hair_is_not_the_colour_of_clothes() -> None:
    shots = board("A woman with black hair in a green coat waits.")
    red, green, _ = read_shot(shots, shots.shots[0]).actors[0].colour
    assert green > red


@pytest.mark.parametrize("name", PLACE_NAMES)
def test_every_place_leaves_the_camera_its_room(name: str) -> None:
    place = build_place(name, seed=3)
    corners = place.solids.vertices
    in_strip = (np.abs(corners[:, 0]) < 0.6) & (corners[:, 2] > -6) & (corners[:, 2] < -0.8)
    assert not (in_strip & (corners[:, 1] < -0.1)).any()


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_stands_on_the_ground_and_fits_a_full_shot(name: str) -> None:
    mesh = FIGURES[name]((0.5, 0.5, 0.5), 0.3).moved((0, 0, 0), scale=framing_scale(name))
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    assert abs(high[1]) < 0.15
    assert -low[1] <= 1.95
    assert high[0] - low[0] <= 3.2


@pytest.mark.parametrize(
    "solid",
    [
        box((0.2, -1, 0.1), (1, 2, 3), (1, 1, 1)),
        ellipsoid((0, -1, 0), (1, 2, 1), (1, 1, 1)),
        limb((0, 0, 0), (1, -2, 0.5), 0.4, (1, 1, 1), end_radius=0.1),
        limb((0, 0, 0), (0, -2, 0), 0.4, (1, 1, 1), end_radius=0.0),
    ],
)
def test_faces_of_a_solid_look_outwards(solid: object) -> None:
    corners = solid.vertices[solid.faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outward = corners.mean(axis=1) - solid.vertices.mean(axis=0)
    assert ((normal * outward).sum(axis=1) > 0).all()


def test_a_face_behind_the_camera_is_not_drawn() -> None:
    frames, _ = film(board(camera="CU, eye level, 24mm", place="a plain room with a window"))
    assert frames.std() > 5


def test_two_characters_stand_side_by_side() -> None:
    text = """
storyboard: 1
title: Two
characters:
  a: {looks: a man, wardrobe: {x: a red coat}}
  b: {looks: a woman, wardrobe: {x: a blue coat}}
scenes:
  - number: 1
    shots:
      - {id: 1, subjects: [a, b], camera: "FS, two-shot", duration: 2s, action: They wait.}
"""
    shots = parse_shots(text, Path("two.yaml"))
    frames = layout_frames(
        shots, shots.shots[0], camera_path(shots.shots[0], num_frames=1, aspect=16 / 9), SIZE
    )
    left, right = frames[0][:, : SIZE[0] // 2], frames[0][:, SIZE[0] // 2 :]
    reds = [int(((p[..., 0] > 90) & (p[..., 2] < 70)).sum()) for p in (left, right)]
    assert reds[0] > 4 * max(1, reds[1])


@pytest.mark.parametrize("figure", ["person", "car"])
@pytest.mark.parametrize("heading", ["left", "right", "towards", "away"])
def test_what_moves_looks_where_it_goes(figure: str, heading: str) -> None:
    way = {"towards": "towards the camera", "away": "away from the camera"}
    verb = "walks" if figure == "person" else "drives"
    shots = board(f"A red {figure} {verb} {way.get(heading, f'to the {heading}')}.", camera="WS")
    shot = shots.shots[0]
    scene = stage(shots, shot, camera_path(shot, num_frames=5, aspect=16 / 9))
    front = {"person": (0.0, 0.0, -1.0), "car": (-1.0, 0.0, 0.0)}[figure]
    nose = box(front, (0.1, 0.1, 0.1), (1, 1, 1)).moved(
        (0, 0, 0), yaw_deg=scene.yaw(scene.actors[0])
    )
    looks = nose.vertices.mean(axis=0)
    went = scene.travel[-1] - scene.travel[0]
    assert np.dot(looks, went) > 0.9 * np.linalg.norm(went)


def test_large_things_stand_apart() -> None:
    text = """
storyboard: 1
title: Two
characters:
  a: {looks: a red box}
  b: {looks: a blue box}
scenes:
  - number: 1
    shots:
      - {id: 1, subjects: [a, b], camera: "WS, two-shot", duration: 2s, action: They wait.}
"""
    shots = parse_shots(text, Path("two.yaml"))
    shot = shots.shots[0]
    scene = stage(shots, shot, camera_path(shot, num_frames=1, aspect=16 / 9))
    apart = scene.starts[1][0] - scene.starts[0][0]
    assert apart > 1.9  # a box is 1.75 m wide at the size it is framed at, and turned
