"""The passes are what other tools read: exact numbers, and the skeleton that models know."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from storyboard.layout.cast.pose import BONE, BONES
from storyboard.layout.meshes import box, ellipsoid, join, yaw_matrix
from storyboard.layout.passes.pass_pictures import (
    clay,
    clay_set,
    depth8,
    depth16,
    depth_range,
    ids_picture,
    lines_picture,
    normal_picture,
)
from storyboard.layout.passes.passes_writer import (
    TARGETS,
    PassFrame,
    PassRecord,
    write_passes_json,
    write_shot_passes,
)
from storyboard.layout.passes.skeleton import BODY_POINTS, Skeleton, body_points, pose_picture
from storyboard.layout.render.frame import render_frame
from storyboard.layout.render.lens import LensCamera
from storyboard.layout.render.lights import LightRig
from storyboard.layout.render.render_scene import RenderScene

SIZE = (320, 180)


def grey_floor(x, z, distance):
    return np.full((len(x), 3), 0.5, np.float32)


def camera(yaw_deg=0.0):
    return LensCamera(yaw_matrix(yaw_deg).T.astype(float), np.array([0.0, -1.4, -3.0]), 0.9)


def scene():
    ball = ellipsoid((-0.8, -1, 0.5), (0.5,) * 3, (0.9, 0.2, 0.2), rings=24, segments=32)
    crate = box((0.7, -0.5, 0.2), (0.8, 1.0, 0.8), (0.2, 0.6, 0.9), glow=0.5)
    return RenderScene.of(join([ball.owned_by(3), crate.owned_by(300)]), grey_floor)


@pytest.fixture(scope="module")
def frame():
    return render_frame(scene(), camera(), LightRig(), SIZE)


def test_sixteen_bits_hold_depth_to_a_millimetre(frame):
    span = depth_range([frame.depth])
    stored = depth16(frame.depth, span)
    metres = span.near_m + stored / 65535 * (span.far_m - span.near_m)
    inside = np.isfinite(frame.depth) & (frame.depth < span.far_m)
    assert inside.sum() > 0.4 * inside.size
    assert np.abs(metres - frame.depth)[inside].max() < 0.001
    assert (stored[np.isinf(frame.depth)] == 65535).all()


def test_a_clip_has_one_range(frame):
    nearer = np.where(np.isfinite(frame.depth), frame.depth - 1.0, np.inf)
    both = depth_range([frame.depth, nearer])
    one = depth_range([nearer])
    assert both.near_m == one.near_m
    assert both.far_m >= one.far_m
    assert depth_range([np.full((4, 4), np.inf)]).near_m == 0.0
    assert both.far_m - both.near_m <= 60.0


@pytest.mark.parametrize("curve", ["linear", "inverse"])
def test_eight_bits_are_near_white_and_the_sky_is_black(frame, curve):
    span = depth_range([frame.depth])
    grey = depth8(frame.depth, span, curve, blur_px=0)
    known = np.isfinite(frame.depth)
    assert (grey[~known] == 0).all()
    assert grey[known].min() == 20
    assert grey[known].max() == 255
    order = np.argsort(frame.depth[known], kind="stable")
    assert (np.diff(grey[known][order].astype(int)) <= 0).all()
    middle = np.array([[(span.first_m + span.last_m) / 2]], np.float32)
    value = int(depth8(middle, span, curve, blur_px=0)[0, 0])
    assert value == 138 if curve == "linear" else value < 120
    soft = depth8(frame.depth, span, curve)
    assert np.abs(np.diff(soft.astype(int))).max() < np.abs(np.diff(grey.astype(int))).max()


def test_normals_are_those_of_opengl():
    towards = box((0, -1.4, 0), (1, 1, 0.1), (1, 1, 1)).owned_by(1)
    for yaw in (0.0, 30.0):
        turned = towards.moved((0, 1.4, 3)).turned(yaw_matrix(yaw).T).moved((0, -1.4, -3))
        lens = camera(yaw)
        frame = render_frame(RenderScene.of(turned, grey_floor), lens, LightRig(), SIZE)
        picture = normal_picture(frame.normal, lens).astype(int)
        wall = picture[(frame.owner == 1) & (frame.depth < 2.96)]
        assert np.abs(wall - [127.5, 127.5, 255]).max() <= 1
        ground = picture[(frame.owner == 0) & np.isfinite(frame.depth)]
        assert np.abs(ground - [127.5, 255, 127.5]).max() <= 1
        assert (picture[np.isinf(frame.depth)] == [128, 128, 255]).all()


def test_ids_are_the_players_numbers(frame):
    ids = ids_picture(frame.owner)
    assert ids.dtype == np.uint16
    assert set(np.unique(ids)) == {0, 3, 300}
    assert np.array_equal(ids, frame.owner)
    assert ids_picture(np.minimum(frame.owner, 9)).dtype == np.uint8


def test_lines_follow_outlines_and_folds_and_not_smooth_surfaces(frame):
    lines = lines_picture(frame)
    ball = (frame.owner == 3).astype(np.uint8)
    core = cv2.erode(ball, np.ones((9, 9))) > 0
    rim = cv2.morphologyEx(ball, cv2.MORPH_GRADIENT, np.ones((3, 3))) > 0
    assert lines[core].max() == 0
    assert (lines[rim] > 100).mean() > 0.9
    crate = cv2.erode((frame.owner == 300).astype(np.uint8), np.ones((9, 9))) > 0
    assert lines[crate].max() > 200  # the fold between its front and its top
    floor = (frame.owner == 0) & np.isfinite(frame.depth)
    assert (lines[cv2.erode(floor.astype(np.uint8), np.ones((9, 9))) > 0] == 0).mean() > 0.97
    assert len(np.unique(lines)) > 3


def standing(x=0.0, z=0.0):
    points = {
        "nose": (0, -1.6, -0.1), "neck": (0, -1.42, 0),
        "shoulder": (0.2, -1.38, 0), "elbow": (0.27, -1.08, 0), "wrist": (0.3, -0.85, -0.05),
        "hip": (0.1, -0.92, 0), "knee": (0.1, -0.5, 0), "ankle": (0.1, -0.08, 0),
        "eye": (0.035, -1.64, -0.08), "ear": (0.08, -1.62, 0),
    }  # fmt: skip
    rows = []
    for name in BODY_POINTS:
        kind, _, side = name.partition(".")
        rows.append(np.array(points[kind]) * [-1 if side == "R" else 1, 1, 1] + [x, 0, z])
    return np.array(rows)


def test_each_joint_is_a_disc_of_its_colour_within_a_pixel():
    lens = camera()
    empty = render_frame(
        RenderScene.of(box((9, -1, 9), (1, 1, 1), (1, 1, 1))), lens, LightRig(), SIZE
    )
    person = Skeleton(1, standing())
    picture = pose_picture([person], empty, lens)
    pixels, _ = lens.project(person.body, SIZE)
    for name, colour in (
        ("wrist.R", (170, 255, 0)),
        ("hip.L", (0, 85, 255)),
        ("ear.L", (255, 0, 85)),
    ):
        row, column = np.nonzero((picture == colour).all(axis=2))
        assert len(row), name
        centre = np.array([column.mean() + 0.5, row.mean() + 0.5])
        near = np.hypot(*(centre - pixels[BODY_POINTS.index(name)]))
        assert near < 1.0, name
    dim = (np.array([255, 170, 0]) * 0.6).astype(int)  # the right upper arm
    assert (picture == dim).all(axis=2).sum() > 20
    assert picture[~picture.any(axis=2)].size > 0.9 * picture.size


def test_points_come_from_joints_and_landmarks():
    joints = np.arange(len(BONES) * 3, dtype=float).reshape(-1, 3)
    marks = {f"{part}.{side}": np.full(3, -1.0) for part in ("eye", "ear") for side in "LR"}
    points = body_points(joints, marks | {"nose": np.full(3, -2.0)})
    at = {name: points[k] for k, name in enumerate(BODY_POINTS)}
    assert np.array_equal(at["wrist.L"], joints[BONE["hand.L"]])
    assert np.array_equal(at["ankle.R"], joints[BONE["foot.R"]])
    assert np.allclose(at["neck"], (at["shoulder.L"] + at["shoulder.R"]) / 2)
    assert at["nose"][0] == -2
    assert at["ear.R"][0] == -1


def test_hidden_joints_are_left_out():
    lens = camera()
    wall = box((0, -0.5, -0.8), (2, 1.0, 0.1), (1, 1, 1)).owned_by(2)
    hidden = render_frame(RenderScene.of(wall), lens, LightRig(), SIZE)
    picture = pose_picture([Skeleton(1, standing())], hidden, lens)
    colours = {tuple(map(int, row)) for row in picture.reshape(-1, 3)}
    assert (255, 0, 0) in colours  # nose
    assert not {(0, 0, 255), (85, 0, 255), (0, 170, 255)} & colours  # left knee, ankles
    head = ellipsoid((0, -1.62, 0), (0.08, 0.12, 0.09), (1, 1, 1)).owned_by(1)
    behind = replace(lens, position=np.array([0, -1.4, 3.0]), turn=yaw_matrix(180).T.astype(float))
    back = render_frame(RenderScene.of(head), behind, LightRig(), SIZE)
    from_behind = pose_picture([Skeleton(1, standing())], back, behind)
    colours = {tuple(map(int, row)) for row in from_behind.reshape(-1, 3)}
    assert (255, 0, 0) not in colours
    assert (255, 0, 170) in colours


def test_faces_and_hands_are_drawn_when_given():
    lens = camera()
    empty = render_frame(
        RenderScene.of(box((9, -1, 9), (1, 1, 1), (1, 1, 1))), lens, LightRig(), SIZE
    )
    face = np.array([[0.02 * k, -1.6, -0.1] for k in range(-2, 3)])
    hand = np.array([[0.3 + 0.02 * k, -0.8 + 0.01 * k, 0] for k in range(21)])
    plain = pose_picture([Skeleton(1, standing())], empty, lens)
    full = pose_picture(
        [Skeleton(1, standing(), face, np.stack([hand, hand - [1, 0, 0]]))], empty, lens
    )
    assert (full == 255).all(axis=2).sum() > 20
    assert not (plain == 255).all(axis=2).any()
    assert (full == (0, 0, 255)).all(axis=2).sum() > (plain == (0, 0, 255)).all(axis=2).sum() + 50


def test_clay_has_the_shape_and_light_but_no_colour(frame):
    grey = clay_set(scene().still)
    picture = render_frame(grey, camera(), LightRig(), SIZE)
    assert np.array_equal(picture.depth, frame.depth)
    shown = picture.picture[np.isfinite(picture.depth)].astype(int)
    assert np.ptp(shown, axis=1).max() < 45
    assert np.ptp(shown) > 60
    assert clay(scene().mesh).glow.max() == 0


def test_passes_are_written_as_lossless_pictures_with_their_record(tmp_path, frame):
    span = depth_range([frame.depth])
    record = PassRecord(span, {3: ("Ann", "person"), 300: ("crate", "thing")}, [("Ann", "Ann")],
                        [("whistles", "no gesture")])  # fmt: skip
    frames = [PassFrame(frame, camera(), [Skeleton(3, standing())], frame.picture)] * 2
    entry = write_shot_passes(tmp_path, "12A", frames, record)
    path = write_passes_json(tmp_path, SIZE, 24, {"12A": entry})
    names = {each.name for each in (tmp_path / "12A").iterdir()}
    assert names == set(TARGETS[""].passes)
    read = cv2.imread(str(tmp_path / "12A" / "depth" / "0001.png"), cv2.IMREAD_UNCHANGED)
    assert read.dtype == np.uint16
    assert np.array_equal(read, depth16(frame.depth, span))
    ids = cv2.imread(str(tmp_path / "12A" / "ids" / "0000.png"), cv2.IMREAD_UNCHANGED)
    assert ids.shape == SIZE[::-1]
    assert np.array_equal(ids, frame.owner)
    beauty = cv2.imread(str(tmp_path / "12A" / "beauty" / "0000.png"))[..., ::-1]
    assert np.array_equal(beauty, frame.picture)
    shot = json.loads(path.read_text())["shots"]["12A"]
    assert shot["frames"] == 2
    assert shot["ids"]["3"] == {"name": "Ann", "kind": "person"}
    assert np.shape(shot["cameras"][0]["camera_to_world"]) == (3, 4)
    assert shot["cameras"][0]["focal"] == 0.9
    assert shot["staged"] == [{"what": "Ann", "from": "Ann"}]
    assert shot["not_staged"] == [{"words": "whistles", "why": "no gesture"}]


@pytest.mark.parametrize("target", [name for name in TARGETS if name])
def test_a_target_gets_the_passes_that_it_knows(tmp_path, frame, target):
    record = PassRecord(depth_range([frame.depth]), {})
    write_shot_passes(tmp_path, "1", [PassFrame(frame, camera())], record, target)
    names = {each.name for each in (tmp_path / "1").iterdir()}
    assert names == set(TARGETS[target].passes) - {"clay"}  # no clay was given
