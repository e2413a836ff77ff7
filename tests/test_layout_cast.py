"""The cast: bodies, clothes and hair of figures."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from shots.lexicon import looks as lexicon
from shots.staging.appearance import crowd_look, read_appearance
from shots.staging.staged import Appearance, Garment
from storyboard.layout.cast import body as bodies
from storyboard.layout.cast.accessories import ACCESSORIES
from storyboard.layout.cast.body import BUILDS, atlas, build_body
from storyboard.layout.cast.costumes import COSTUMES
from storyboard.layout.cast.figure import Figure, figure_of
from storyboard.layout.cast.garments import PIECES, SETS
from storyboard.layout.cast.hair import HAIR_COLOURS, STYLES, hair_parts
from storyboard.layout.cast.part import SKINS
from storyboard.layout.cast.pose import BONE, BONES, Pose, rest_pose
from storyboard.layout.cast.shells import cut, shell
from storyboard.layout.cast.skinning import EYES, LINK
from storyboard.layout.cast.wardrobe import dress
from storyboard.layout.rotations import about
from training.cast.decimate import reduce_half

LOOKS = [
    Appearance("male", 35, 1.80),
    Appearance("female", 30, 1.62, "slim", "dark"),
    Appearance("male", 1, 0.75),
    Appearance("female", 3, 0.95),
    Appearance("male", 8, 1.28),
    Appearance("female", 13, 1.55, "thin"),
    Appearance("male", 16, 1.75, "athletic"),
    Appearance("female", 45, 1.70, "fat"),
    Appearance("male", 50, 1.95, "muscular", "brown"),
    Appearance("female", 70, 1.55, "heavy"),
    Appearance("male", 90, 1.68, "thin"),
    Appearance("female", 25, 1.85, "stocky", "pale"),
]
WORDS = [
    "a thin tram driver of about sixty with a white moustache", "a bride", "a firefighter",
    "a detective of 50 with a beard, coat, suit, scarf, hat and gloves", "an astronaut",
    "a girl of 7 in a yellow raincoat, hood up", "a nurse", "a waiter with glasses", "a knight",
    "a woman with long curly red hair in a hoodie with a backpack", "a chef", "a cowboy",
]  # fmt: skip


def posed(**turns: tuple[float, float, float]) -> Pose:
    """Bones turned about x, y, z by degrees; an underscore before the side."""
    pose = rest_pose()
    for name, degrees in turns.items():
        turn = np.eye(3)
        for axis, angle in zip(np.eye(3), degrees, strict=True):
            turn = about(axis, np.radians(angle)) @ turn
        pose.turns[BONE[name.replace("_", ".")]] = turn
    return pose


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.sex}-{look.age}")
def test_a_body_is_exactly_as_tall_and_stands_on_the_floor(look: Appearance) -> None:
    body = build_body(look)
    assert np.ptp(body.points[:, 1]) == pytest.approx(look.height_m, abs=0.002)
    assert body.points[:, 1].max() == pytest.approx(0, abs=1e-5)
    assert np.isfinite(body.points).all()
    assert np.allclose(np.linalg.norm(body.normals, axis=1), 1, atol=1e-3)


def test_bodies_are_symmetric() -> None:
    mirror = atlas().data["mirror"].astype(int)
    body = build_body(LOOKS[1])
    assert np.abs(body.points[mirror] - body.points * [-1, 1, 1]).max() < 2e-3
    left, right = (body.joints[LINK[f"hand.{side}"]] for side in "LR")
    assert np.allclose(left, right * [-1, 1, 1], atol=2e-3)
    assert left[0] > 0.1, "the left hand is at +x"


def test_bodies_differ_as_age_sex_and_build_do() -> None:
    def head_share(look: Appearance) -> float:
        points = build_body(look).points
        level = atlas().level
        return float(np.ptp(points[level > 7, 1]) / look.height_m)

    assert head_share(LOOKS[2]) > 1.35 * head_share(LOOKS[0])

    def waist(build: str) -> float:
        body = build_body(Appearance("male", 40, 1.78, build))
        return float(np.ptp(body.points[np.abs(atlas().level - 4.3) < 0.2, 2]))

    assert waist("thin") < waist("average") < waist("heavy") < waist("fat")
    shoulders = [build_body(Appearance(sex, 30, 1.75)).joints[LINK["arm.L"], 0] for sex in
                 ("female", "male")]  # fmt: skip
    assert shoulders[0] < shoulders[1]


@pytest.mark.parametrize("words", WORDS)
def test_dressed_figures_are_finite_stand_on_the_floor_and_stay_small(words: str) -> None:
    look, _, _ = read_appearance(words, seed_text="x")
    mesh = Figure(look).mesh(rest_pose(), owner=3)
    assert np.isfinite(mesh.vertices).all()
    assert np.isfinite(mesh.normals).all()
    assert mesh.vertices[:, 1].max() == pytest.approx(0, abs=0.012)
    assert len(mesh.faces) <= 9000
    assert mesh.faces.max() < len(mesh.vertices)
    assert set(mesh.owner) == {3}


def test_the_same_look_gives_the_same_bits() -> None:
    look, _, _ = read_appearance(WORDS[9])
    one, two = (Figure(look).mesh(posed(arm_L=(0, 0, -60))) for _ in range(2))
    assert np.array_equal(one.vertices, two.vertices)
    assert np.array_equal(one.colour, two.colour)
    assert figure_of(look) is figure_of(look)


def test_cloth_lies_outside_the_skin_and_hides_it() -> None:
    body = build_body(LOOKS[7])
    for kind in ("shirt", "trousers", "coat", "jumper", "dress"):
        field = _trunk_field(kind)
        piece, part = cut(field), shell(body, field, 0.012, (1, 1, 1), rounds=6)
        assert part is not None
        skin, normals = piece.take(body.points), piece.take(body.normals)
        outside = np.sum((part.points[: len(skin)] - skin) * normals, axis=1)
        assert outside.min() > 0.005
    wardrobe = dress(body, (Garment("coat"), Garment("trousers"), Garment("shirt")))
    belly = (np.abs(atlas().level - 4.3) < 0.4) & (atlas().arm < -0.1)
    assert (wardrobe.covered[belly] > 0).all()


def _trunk_field(kind: str) -> np.ndarray:
    piece = PIECES[kind][0]
    shared = atlas()
    return np.minimum(shared.level - piece.low, piece.high - shared.level)


def test_a_cut_runs_along_the_line_and_not_along_vertices() -> None:
    level = atlas().level
    piece = cut(np.where(atlas().arm > -0.05, -1, 3.4 - level))
    rim = np.unique(piece.border)
    at_hem = rim[piece.share[rim] > 0]
    assert len(at_hem) > 20
    assert np.abs(piece.take(level)[at_hem] - 3.4).max() < 0.12


@pytest.mark.parametrize("style", sorted(STYLES))
def test_hair_leaves_the_eyes_free(style: str) -> None:
    look = Appearance("female", 30, 1.7, hair=style)
    body = build_body(look)
    parts = hair_parts(body, look, dress(body, ()))
    for eye in body.joints[EYES]:
        for part in parts:
            corners = part.points[part.faces]
            a, b, c = (corners[:, k, :2] - eye[:2] for k in range(3))
            sides = [u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] for u, v in ((a, b), (b, c), (c, a))]
            around = np.all(np.sign(sides) == np.sign(sides[0]), axis=0)
            before = corners[:, :, 2].max(axis=1) < eye[2]
            assert not (around & before).any()


def test_every_word_of_the_lexicon_has_a_shape_and_a_colour() -> None:
    assert set(lexicon.GARMENTS.values()) == set(PIECES) | set(SETS) | set(ACCESSORIES) | set(
        COSTUMES
    )
    assert set(lexicon.HAIRS.values()) == set(STYLES) | {"bald"}
    assert set(lexicon.HAIR_COLOURS.values()) == set(HAIR_COLOURS)
    assert set(lexicon.SKINS.values()) == set(SKINS)
    assert set(lexicon.BUILDS.values()) == set(BUILDS)
    body = build_body(LOOKS[0])
    for kind in sorted(set(lexicon.GARMENTS.values())):
        wardrobe = dress(body, (Garment(kind, "red"),))
        assert wardrobe.parts, kind
        for part in wardrobe.parts:
            assert np.isfinite(part.points).all(), kind
            assert np.allclose(part.weights.sum(1), 1, atol=1e-3), kind


@pytest.mark.parametrize("beard", sorted(set(lexicon.BEARDS.values())))
def test_a_beard_moves_with_the_jaw(beard: str) -> None:
    look = Appearance("male", 40, 1.8, beard=beard)
    body = build_body(look)
    parts = hair_parts(body, look, dress(body, ()))
    assert len(parts) >= 1 + 1 + 1, "brows, beard, hair"
    moved = np.abs(parts[1].expressions[0]).max()
    assert moved > (0.0005 if beard == "moustache" else 0.005)


def test_poses_turn_bones_about_their_joints() -> None:
    figure = Figure(LOOKS[0])
    assert figure.joints.shape == (len(BONES), 3)
    assert np.allclose(figure.pose_joints(rest_pose()), figure.joints)
    forward = figure.pose_joints(posed(arm_L=(-90, 0, 0)))
    shoulder, hand = forward[BONE["arm.L"]], forward[BONE["hand.L"]]
    assert np.allclose(shoulder, figure.joints[BONE["arm.L"]])
    assert hand[2] < shoulder[2] - 0.4, "forward is -z"
    assert np.allclose(figure.frames(rest_pose()), np.eye(3))
    sitting = posed(thigh_L=(-90, 0, 0), shin_L=(90, 0, 0))
    assert np.allclose(figure.frames(sitting)[BONE["shin.L"]], np.eye(3), atol=1e-6)


def test_the_skin_follows_the_bones_and_keeps_its_thickness() -> None:
    figure = Figure(LOOKS[0])
    for pose in (posed(arm_L=(0, 0, -150)), posed(hand_L=(0, 150, 0)), posed(thigh_L=(-100, 0, 0))):
        mesh = figure.mesh(pose)
        joints = figure.pose_joints(pose)
        for name in ("forearm.L", "hand.L", "shin.L"):
            distance = np.linalg.norm(mesh.vertices - joints[BONE[name]], axis=1).min()
            assert 0.012 < distance < 0.07, name


def test_grips_close_the_fingers_on_the_palm() -> None:
    figure = Figure(LOOKS[0])
    flat, fist = (Pose(p.turns, p.offset, grips=(g, g)) for p, g in
                  ((rest_pose(), 0.0), (rest_pose(), 1.0)))  # fmt: skip
    for side in "LR":
        tips = [figure.place(p).places[LINK[f"finger3.{side}"]] for p in (flat, fist)]
        palm = figure.points(flat)[f"palm.{side}"]
        assert np.linalg.norm(tips[1] - palm) < 0.6 * np.linalg.norm(tips[0] - palm)
        centre, axes = figure.palm_frame(flat, side)
        assert np.allclose(axes.T @ axes, np.eye(3), atol=1e-5)
        inwards = -1 if side == "L" else 1
        assert axes[0, 2] * inwards > 0.5, "palms face the thighs"
        assert axes[2, 0] < -0.5, "thumbs are in front"
        assert np.allclose(centre, palm)


def test_the_mouth_opens_and_the_eyes_close() -> None:
    figure = Figure(LOOKS[0])
    still = rest_pose()
    speaking = Pose(still.turns, still.offset, mouth=1.0)
    asleep = Pose(still.turns, still.offset, eyes=0.0)
    rest = figure.mesh(still).vertices
    head = rest[:, 1] < -0.83 * figure.height_m
    opened = figure.mesh(speaking).vertices - rest
    assert opened[:, 1].max() > 0.02
    assert np.abs(opened[~head]).max() < 0.02
    assert 0.004 < np.abs(figure.mesh(asleep).vertices - rest).max() < 0.03


def test_landmarks_lie_where_they_should() -> None:
    figure = Figure(LOOKS[0])
    marks = figure.points(rest_pose())
    assert marks["crown"][1] == pytest.approx(-1.80, abs=0.01)
    assert marks["nose"][2] < marks["eye.L"][2] - 0.015
    assert marks["eye.L"][0] > 0.02
    assert marks["ear.R"][0] < -0.06
    assert marks["chin"][1] > marks["mouth"][1] > marks["nose"][1] > marks["eye.L"][1]
    assert marks["sole.L"][1] == pytest.approx(0, abs=0.001)


def test_the_file_is_small_and_states_its_origin() -> None:
    file = Path(bodies.__file__).with_name("bodies.npz")
    assert file.stat().st_size <= 5e6
    origin = str(atlas().data["origin"])
    for word in ("anny", "Apache-2.0", "MakeHuman", "CC0"):
        assert word in origin


def test_a_crowd_is_varied() -> None:
    crowd = [crowd_look("bar", index) for index in range(30)]
    assert len(set(crowd)) == 30
    assert {look.sex for look in crowd} == {"female", "male"}
    assert len({look.age for look in crowd}) > 8
    assert crowd == [crowd_look("bar", index) for index in range(30)]


def test_an_index_points_out_of_a_fist_and_eyes_turn_to_the_side() -> None:
    figure = Figure(LOOKS[0])
    rest = rest_pose()
    fist = Pose(rest.turns, rest.offset, grips=(1, 1))
    point = Pose(rest.turns, rest.offset, grips=(1, 1), pointing=(0, 1))
    tips = [figure.place(pose).places[LINK["index3.R"]] for pose in (fist, point)]
    assert tips[1][1] > tips[0][1] + 0.02
    assert np.allclose(*(figure.place(pose).places[LINK["index3.L"]] for pose in (fist, point)))
    aside = figure.place(Pose(rest.turns, rest.offset, gaze=(30, 0))).turns[LINK["eye.L"]]
    assert (aside @ [0, 0, -1])[0] == pytest.approx(0.5)
    upwards = figure.place(Pose(rest.turns, rest.offset, gaze=(0, 30))).turns[LINK["eye.R"]]
    assert (upwards @ [0, 0, -1])[1] == pytest.approx(-0.5)
    smiling = figure.mesh(Pose(rest.turns, rest.offset, smile=1.0))
    assert 0.004 < np.abs(smiling.vertices - figure.mesh(rest).vertices).max() < 0.03


def test_a_mesh_is_reduced_to_a_subset_that_keeps_seam_and_borders() -> None:
    across, up = np.meshgrid(np.arange(13.0), np.arange(13.0), indexing="ij")
    points = np.stack([across, up, 0.1 * np.sin(across) * np.cos(up)], -1).reshape(-1, 3)
    a = (np.arange(12)[:, None] * 13 + np.arange(12)).ravel()
    faces = np.concatenate([np.stack([a, a + 13, a + 1], 1), np.stack([a + 1, a + 13, a + 14], 1)])
    seam = points[:, 0] == 0
    border = [(k, k + 1) for k in range(6 * 13, 6 * 13 + 12)]
    left, alive = reduce_half(points[None], faces, np.ones(169), seam, 90, border)
    assert len(left) == len(alive) <= 90
    kept = np.unique(left)
    assert (points[kept, 0] == 0).sum() >= 2, "the seam is not left"
    row = kept[points[kept, 0] == 6]
    sides = {frozenset((int(f[k]), int(f[k - 1]))) for f in left for k in range(3)}
    assert all(frozenset(pair) in sides for pair in pairwise(map(int, row)))
