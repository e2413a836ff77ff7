"""Camera paths, measured by projecting points of the world into the frames."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from shots import parse_shots
from shots.path.camera_path import CameraPath, camera_path
from shots.path.moves import ACTIONS, SPEEDS, TEXTURES, WHIP_S
from shots.path.rig import ANGLES, FIGURE_HEIGHT_M, FRAMINGS, SUBJECT_CLEARANCE_M
from shots.schema import Shot
from shots.vocabulary.camera import Camera
from shots.vocabulary.sensors import SENSORS
from shots.vocabulary.words import FIELDS

WIDE = 16 / 9
NUM_FRAMES = 49
WORDS = {field: [term.word for term in FIELDS[field]] for field in FIELDS}
HEAD, FEET = (0.0, -FIGURE_HEIGHT_M, 0.0), (0.0, 0.0, 0.0)


def film(
    camera: str,
    *,
    seconds: float = 3,
    num_frames: int = NUM_FRAMES,
    aspect: float = WIDE,
    seed=0,
    sensor: str = "full-frame",
) -> CameraPath:
    shot = Shot(
        id="1",
        scene="1",
        camera=Camera.model_validate(camera),
        duration_s=Fraction(seconds),
        sensor_mm=SENSORS[sensor],
    )
    return camera_path(shot, num_frames=num_frames, aspect=aspect, seed=seed)


def project(path: CameraPath, point: tuple[float, float, float]) -> np.ndarray:
    """(F, 3): place in the picture, 0 left and top to 1 right and bottom, and depth in metres."""
    axes, position = path.camera_to_world[:, :, :3], path.camera_to_world[:, :, 3]
    x, y, z = np.einsum("fij,fi->jf", axes, np.array(point) - position)
    focal = path.focal
    return np.stack([0.5 + focal * x / z, 0.5 + focal * path.aspect * y / z, z], axis=1)


def aim(path: CameraPath, camera: str) -> tuple[float, float, float]:
    """The point that a static camera of this framing has in the middle of its picture."""
    pose = film(f"{camera}, static", num_frames=1).camera_to_world[0]
    x, y, z = pose[:, 3] + pose[:, 2] * path.subject_distance_m
    return float(x), float(y), float(z)


def position(path: CameraPath) -> np.ndarray:
    return path.camera_to_world[:, :, 3]


def angles(path: CameraPath) -> np.ndarray:
    return path.yaw_pitch_roll_deg()


# The language


def test_every_word_of_the_vocabulary_has_a_geometry() -> None:
    assert set(WORDS["movement"]) == set(ACTIONS) | set(TEXTURES)
    assert set(WORDS["size"]) == set(FRAMINGS)
    assert set(WORDS["angle"]) == set(ANGLES)
    assert set(WORDS["speed"]) == set(SPEEDS)


@pytest.mark.parametrize("move", WORDS["movement"])
@pytest.mark.parametrize("angle", WORDS["angle"])
def test_every_path_is_rigid_above_ground_outside_the_figure_and_starts_at_identity(
    move: str, angle: str
) -> None:
    for size in WORDS["size"]:
        path = film(f"{size}, {angle}, {move} fast, 24mm", seconds=5)
        axes = path.camera_to_world[:, :, :3]
        np.testing.assert_allclose(
            axes.transpose(0, 2, 1) @ axes, np.eye(3)[None].repeat(NUM_FRAMES, 0), atol=1e-12
        )
        np.testing.assert_allclose(np.linalg.det(axes), 1.0)
        np.testing.assert_array_equal(path.relative()[0], np.eye(3, 4))
        away = position(path) - path.subject
        assert away[:, 1].max() <= -0.05
        # Shake may bring the camera a few centimetres nearer.
        beside = np.hypot(away[:, 0], away[:, 2]) > 0.8 * SUBJECT_CLEARANCE_M
        above = -away[:, 1] > FIGURE_HEIGHT_M
        assert (beside | above).all()


def test_relative_poses_reach_the_absolute_ones_from_the_first() -> None:
    path = film("WS, high, pan left then push in")
    first = np.vstack([path.camera_to_world[0], [0, 0, 0, 1]])
    np.testing.assert_allclose(
        first[:3] @ _square(path.relative()), path.camera_to_world, atol=1e-12
    )


def _square(poses: np.ndarray) -> np.ndarray:
    bottom = np.broadcast_to([0.0, 0.0, 0.0, 1.0], (len(poses), 1, 4))
    return np.concatenate([poses, bottom], axis=1)


@pytest.mark.parametrize("move", WORDS["movement"])
def test_one_frame_is_the_first_frame(move: str) -> None:
    one, many = film(move, num_frames=1), film(move)
    assert one.num_frames == 1
    np.testing.assert_allclose(one.camera_to_world[0], many.camera_to_world[0], atol=1e-15)


# Framing


@pytest.mark.parametrize("aspect", [16 / 9, 1.0, 9 / 16, 2.39])
@pytest.mark.parametrize(
    ("size", "share"), [("EWS", 0.18), ("WS", 0.45), ("FS", 0.85)], ids=["EWS", "WS", "FS"]
)
def test_wide_sizes_give_the_whole_figure_its_share(size: str, share: float, aspect: float) -> None:
    path = film(f"{size}, static", aspect=aspect)
    head, feet = project(path, HEAD)[0, 1], project(path, FEET)[0, 1]
    assert feet - head == pytest.approx(share, rel=0.02)
    assert 0.05 < head < feet < 0.95


@pytest.mark.parametrize("lens", ["24mm", "50mm", "135mm"])
@pytest.mark.parametrize(
    ("size", "cut_m"), [("MWS", 0.50), ("MS", 1.0), ("MCU", 1.23), ("CU", 1.40), ("BCU", 1.51)]
)
def test_close_sizes_cut_the_figure_where_they_should(size: str, cut_m: float, lens: str) -> None:
    path = film(f"{size}, static, {lens}")
    assert project(path, (0.0, -cut_m, 0.0))[0, 1] == pytest.approx(1.0, abs=0.07)
    assert 0.03 < project(path, HEAD)[0, 1] < 0.15


def test_extreme_close_up_shows_the_eyes_and_no_chin() -> None:
    path = film("ECU, static, 85mm")
    assert project(path, (0.0, -1.63, 0.0))[0, 1] == pytest.approx(0.5, abs=0.06)
    assert project(path, (0.0, -1.53, 0.0))[0, 1] > 1.0
    assert project(path, HEAD)[0, 1] < 0.0


@pytest.mark.parametrize("angle", WORDS["angle"])
@pytest.mark.parametrize("size", WORDS["size"])
def test_every_angle_has_the_figure_in_the_middle_column(angle: str, size: str) -> None:
    path = film(f"{size}, {angle}, static")
    heights = np.linspace(0.0, FIGURE_HEIGHT_M, 200)
    seen = np.array([project(path, (0.0, -height, 0.0))[0] for height in heights])
    in_picture = (np.abs(seen[:, :2] - 0.5) < 0.5).all(axis=1) & (seen[:, 2] > 0)
    assert in_picture.any()
    nearest = seen[np.argmin(np.abs(seen[:, 1] - 0.5))]
    np.testing.assert_allclose(nearest[:2], 0.5, atol=0.1)


def test_angles_put_the_camera_where_they_say() -> None:
    poses = {angle: film(f"MS, {angle}, static") for angle in ANGLES}
    height = {angle: -position(path)[0, 1] for angle, path in poses.items()}
    pitch = {angle: angles(path)[0, 1] for angle, path in poses.items()}
    assert height["ground"] == pytest.approx(0.15)
    assert height["hip"] == pytest.approx(0.95)
    assert height["shoulder"] == pytest.approx(1.45)
    assert height["worms-eye"] < height["low"] < height["eye-level"] < height["high"]
    assert height["high"] < height["aerial"] < height["overhead"]
    assert pitch["worms-eye"] > 45 > pitch["low"] > 15
    assert abs(pitch["eye-level"]) < 5
    assert -40 < pitch["high"] < -20
    assert pitch["overhead"] == pytest.approx(-85)


def test_dutch_is_a_constant_roll() -> None:
    tilted = angles(film("MS, dutch, push in"))
    np.testing.assert_allclose(tilted[:, 2], 12.0)


# Movements


def test_static_is_exactly_still() -> None:
    for move in ("static", "rack-focus"):
        path = film(f"MCU, low, {move}")
        assert (path.camera_to_world == path.camera_to_world[0]).all()
        assert (path.focal == path.focal[0]).all()


@pytest.mark.parametrize(
    ("move", "axis", "sign"),
    [
        ("pan-left", 0, 1),  # the camera turns left, so the picture moves right
        ("pan-right", 0, -1),
        ("track-left", 0, 1),
        ("track-right", 0, -1),
        ("tilt-up", 1, 1),  # the camera looks up, so the picture moves down
        ("tilt-down", 1, -1),
    ],
)
@pytest.mark.parametrize("angle", ["eye-level", "high", "overhead"])
def test_the_picture_slides_against_the_camera_and_is_centred_in_the_middle(
    move: str, axis: int, sign: int, angle: str
) -> None:
    path = film(f"MS, {angle}, {move}")
    place = project(path, aim(path, f"MS, {angle}"))[:, axis]
    assert (np.diff(place) * sign > 0).all()
    assert place[NUM_FRAMES // 2] == pytest.approx(0.5, abs=0.01)
    assert 0.3 < (place[-1] - place[0]) * sign < 0.7


@pytest.mark.parametrize(("move", "sign"), [("whip-pan-left", -1), ("whip-pan-right", 1)])
def test_a_whip_pan_lands_on_the_subject_within_half_a_second(move: str, sign: int) -> None:
    path = film(f"MS, {move}", num_frames=37)
    yaw = angles(path)[:, 0]
    landed = round(WHIP_S * 36 / 3)
    assert (yaw[landed:] == 0).all()
    assert yaw[0] * sign < -60
    np.testing.assert_array_equal(position(path), position(path)[:1].repeat(37, 0))


def test_a_medium_pan_turns_by_nearly_half_of_the_field_of_view() -> None:
    path = film("MS, pan right, 50mm")
    field = np.degrees(2 * np.arctan(0.5 * 36 / 50))
    assert np.ptp(angles(path)[:, 0]) == pytest.approx(0.45 * field)


@pytest.mark.parametrize(("speed", "seconds"), [("fast", 20), ("very slow", 0.5)])
def test_a_pan_stays_readable(speed: str, seconds: float) -> None:
    path = film(f"MS, pan right {speed}", seconds=seconds)
    field = np.degrees(2 * np.arctan(0.5 * 36 / 35))
    assert 0.1 * field < np.ptp(angles(path)[:, 0]) <= 1.2 * field + 1e-9


def test_faster_words_go_farther() -> None:
    for move in ("pan-left", "push-in", "track-left", "crane-up", "orbit", "zoom-in"):
        reach = [abs(film(f"MS, {move} {speed}").moves[0].reach) for speed in SPEEDS]
        assert reach == sorted(reach)
        assert len(set(reach)) == len(SPEEDS)


def test_push_and_pull_run_along_the_axis_from_the_named_size() -> None:
    for move, low, high in (("push-in", 0.6, 0.7), ("pull-out", 1.4, 1.7)):
        path = film(f"MS, {move}")
        depth = project(path, aim(path, "MS"))
        np.testing.assert_allclose(depth[:, :2], 0.5, atol=1e-9)
        assert depth[0, 2] == pytest.approx(path.subject_distance_m)
        assert low < depth[-1, 2] / depth[0, 2] < high
        np.testing.assert_allclose(np.ptp(angles(path), axis=0), 0, atol=1e-9)


def test_pulling_out_from_a_low_angle_stays_at_its_height() -> None:
    path = film("MS, ground, pull out 3m")
    np.testing.assert_allclose(position(path)[:, 1], -0.15)
    place = project(path, aim(path, "MS, ground"))
    np.testing.assert_allclose(place[:, :2], 0.5, atol=1e-9)
    assert place[-1, 2] - place[0, 2] == pytest.approx(3.0)


def test_pushing_too_far_stops_in_front_of_the_subject() -> None:
    for angle in ("eye-level", "overhead", "worms-eye"):
        path = film(f"MS, {angle}, push in 50m")
        ahead = project(path, aim(path, f"MS, {angle}"))[-1, 2]
        assert 0 < ahead < path.subject_distance_m


@pytest.mark.parametrize("size", ["EWS", "FS", "MS", "CU"])
def test_a_crane_is_vertical_and_keeps_the_subject_framed(size: str) -> None:
    up, down = film(f"{size}, crane up"), film(f"{size}, crane down")
    for path, rises in ((up, True), (down, False)):
        assert (np.ptp(position(path)[:, [0, 2]], axis=0) < 1e-12).all()
        assert ((np.diff(position(path)[:, 1]) < 0) == rises).all()
        np.testing.assert_allclose(project(path, aim(path, size))[:, :2], 0.5, atol=1e-9)
    still = film(f"{size}, static").camera_to_world[0]
    np.testing.assert_allclose(up.camera_to_world[0], still, atol=1e-12)
    np.testing.assert_allclose(down.camera_to_world[-1], still, atol=1e-12)


@pytest.mark.parametrize(("move", "sign"), [("orbit", 1), ("orbit-right", 1), ("orbit-left", -1)])
def test_an_orbit_travels_to_its_hand_and_the_background_follows(move: str, sign: int) -> None:
    path = film(f"MS, {move}")
    middle = project(path, aim(path, "MS"))
    np.testing.assert_allclose(middle[:, :2], 0.5, atol=1e-9)
    np.testing.assert_allclose(middle[:, 2], path.subject_distance_m)
    assert position(path)[-1, 0] * sign > 0.3
    assert 35 <= -angles(path)[-1, 0] * sign <= 50
    behind = project(path, (0.0, -1.5, 10.0))[:, 0]
    in_front = project(path, (0.0, -1.5, -0.4))[:, 0]
    assert (np.diff(behind) * sign > 0).all()
    assert (np.diff(in_front[:10]) * sign < 0).all()


@pytest.mark.parametrize(("move", "sign"), [("zoom-in", 1), ("zoom-out", -1)])
def test_a_zoom_changes_only_the_lens(move: str, sign: int) -> None:
    path = film(f"MS, {move}")
    assert (path.camera_to_world == path.camera_to_world[0]).all()
    assert path.focal[0] == pytest.approx(35 / 36)
    assert (np.diff(path.focal) * sign > 0).all()
    assert (path.focal[-1] / path.focal[0]) ** sign == pytest.approx(1.6, rel=0.01)


@pytest.mark.parametrize("size", ["WS", "FS", "MS", "CU"])
def test_a_dolly_zoom_keeps_the_size_of_the_subject(size: str) -> None:
    path = film(f"{size}, dolly zoom")
    framing = FRAMINGS[size]
    half = min(framing.frame_m, FIGURE_HEIGHT_M) / 2
    top, bottom = (project(path, (0.0, -framing.aim_m + y, 0.0))[:, 1] for y in (-half, half))
    height = bottom - top
    np.testing.assert_allclose(height, height[0], rtol=0.01)
    assert path.focal[-1] > 1.5 * path.focal[0]
    assert position(path)[-1, 2] < position(path)[0, 2]


@pytest.mark.parametrize(("move", "sign"), [("roll-left", -1), ("roll-right", 1)])
def test_a_roll_turns_the_camera_and_the_picture_the_other_way(move: str, sign: int) -> None:
    path = film(f"MS, {move}")
    assert angles(path)[-1, 2] * sign > 15
    right_of_the_middle = project(path, (0.3, aim(path, "MS")[1], 0.0))[:, 1]
    assert (np.diff(right_of_the_middle) * sign < 0).all()


@pytest.mark.parametrize(("move", "sign"), [("follow", 1), ("lead", -1)])
def test_camera_and_subject_travel_together(move: str, sign: int) -> None:
    path = film(f"FS, {move}")
    step = position(path) - position(path)[0]
    np.testing.assert_allclose(step, path.subject, atol=1e-12)
    assert path.subject[-1, 2] * sign == pytest.approx(3.6)
    assert (path.subject[:, :2] == 0).all()


def test_a_fly_through_goes_level_and_over_the_head() -> None:
    path = film("WS, fly through")
    assert (position(path)[:, 1] == position(path)[0, 1]).all()
    assert -position(path)[0, 1] > FIGURE_HEIGHT_M
    assert (np.diff(position(path)[:, 2]) > 0).all()
    np.testing.assert_array_equal(angles(path), angles(path)[:1].repeat(NUM_FRAMES, 0))


def test_shake_is_small_smooth_and_its_own_per_seed() -> None:
    still = film("MS, static")
    spread = {}
    for word in TEXTURES:
        path = film(f"MS, {word}", num_frames=97, seconds=8, seed=3)
        again = film(f"MS, {word}", num_frames=97, seconds=8, seed=3)
        other = film(f"MS, {word}", num_frames=97, seconds=8, seed=4)
        np.testing.assert_array_equal(path.camera_to_world, again.camera_to_world)
        assert not np.allclose(path.camera_to_world, other.camera_to_world)
        off = angles(path)[:, :2] - angles(still)[0, :2]
        spread[word] = off.std()
        assert np.abs(off).max() < 2.5
        assert np.linalg.norm(position(path) - position(still)[0], axis=1).max() < 0.06
    assert spread["steadicam"] < 0.5 * spread["handheld"]
    assert spread["handheld"] > 0.25


def test_the_seed_changes_nothing_but_shake() -> None:
    paths = [film("MS, push in then orbit left", seed=seed) for seed in (1, 2)]
    np.testing.assert_array_equal(paths[0].camera_to_world, paths[1].camera_to_world)


# Amounts and time


@pytest.mark.parametrize(
    ("camera", "said"),
    [
        ("MS, pan left 30deg", "pan-left 30 deg over 3.0 s, ease"),
        ("MS, tilt up 12deg, linear", "tilt-up 12 deg over 3.0 s, linear"),
        ("MS, orbit left 90deg", "orbit-left 90 deg over 3.0 s, ease"),
        ("MS, roll right 20deg", "roll-right 20 deg over 3.0 s, ease"),
        ("FS, push in 1.2m", "push-in 1.2 m over 3.0 s, ease"),
        ("FS, track left 0.5m", "track-left 0.5 m over 3.0 s, ease"),
        ("FS, crane up 2m", "crane-up 2 m over 3.0 s, ease"),
        ("MS, zoom in 2x", "zoom-in 2x over 3.0 s, ease"),
        ("MS, zoom out 2x", "zoom-out 2x over 3.0 s, ease"),
        ("MS, follow 4m", "follow 4 m over 3.0 s, ease"),
        ("MS, static", "static over 3.0 s"),
        ("MS, handheld", "static over 3.0 s, handheld"),
        ("FS, push in 1m then pan left", "push-in 1 m, then pan-left 12 deg over 3.0 s, ease"),
    ],
)
def test_a_path_says_what_it_does(camera: str, said: str) -> None:
    assert film(camera).describe() == said


@pytest.mark.parametrize("move", ["pan-left", "tilt-up", "orbit-left", "roll-right"])
def test_an_amount_in_degrees_is_turned(move: str) -> None:
    assert np.ptp(angles(film(f"MS, {move} 33deg")), axis=0).max() == pytest.approx(33)


@pytest.mark.parametrize(
    "move", ["push-in", "pull-out", "track-left", "crane-up", "dolly-zoom", "follow", "lead"]
)
def test_an_amount_in_metres_is_travelled(move: str) -> None:
    path = film(f"FS, {move} 0.8m")
    assert np.linalg.norm(position(path)[-1] - position(path)[0]) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("camera", "ratio"),
    [
        ("MS, zoom in 2x", 2.0),
        ("MS, zoom out 2x", 0.5),
        ("MS, zoom in 70mm", 2.0),
        ("MS, zoom out 24mm", 24 / 35),
        ("MS, dolly zoom 1.5x", 1.5),
        ("MS, dolly zoom 50mm", 50 / 35),
        ("MS, low, dolly zoom 50mm", 50 / 35),
    ],
)
def test_an_amount_of_the_lens_is_zoomed(camera: str, ratio: float) -> None:
    path = film(camera)
    assert path.focal[-1] / path.focal[0] == pytest.approx(ratio)


@pytest.mark.parametrize(("camera", "ratio"), [("FS, push in 2x", 0.5), ("FS, pull out 2x", 2.0)])
def test_an_amount_in_times_is_a_ratio_of_distances(camera: str, ratio: float) -> None:
    path = film(camera)
    depth = project(path, aim(path, "FS"))[:, 2]
    assert depth[-1] / depth[0] == pytest.approx(ratio)


def test_moves_ease_in_and_out_unless_linear() -> None:
    eased = np.diff(angles(film("MS, pan left 40deg"))[:, 0])
    straight = np.diff(angles(film("MS, pan left 40deg, linear"))[:, 0])
    assert abs(eased[0]) < 0.1 * abs(eased[NUM_FRAMES // 2])
    assert abs(eased[-1]) < 0.1 * abs(eased[NUM_FRAMES // 2])
    np.testing.assert_allclose(straight, straight[0])


def test_several_moves_share_the_time_and_join_without_a_jump() -> None:
    path = film("FS, push in then pan left then crane up then zoom in", seconds=8, num_frames=801)
    yaw, height, focal = angles(path)[:, 0], position(path)[:, 1], path.focal
    assert [move.word for move in path.moves] == ["push-in", "pan-left", "crane-up", "zoom-in"]
    assert np.ptp(position(path)[200:401], axis=0).max() == 0
    assert max(np.ptp(yaw[:201]), np.ptp(yaw[400:]), np.ptp(focal[:601])) < 1e-12
    assert np.ptp(yaw[200:401]) > 10
    assert np.ptp(height[400:601]) > 0.5
    assert focal[-1] > 1.2 * focal[600]
    step = np.abs(np.diff(path.camera_to_world, axis=0)).max(axis=(1, 2))
    assert step.max() < 0.02
    assert np.abs(np.diff(step)).max() < 5e-4


def test_one_amount_serves_every_move_that_has_its_unit() -> None:
    path = film("FS, track left 0.4m then pan left then crane up", seconds=6)
    assert [abs(move.reach) for move in path.moves][::2] == [0.4, 0.4]
    assert path.moves[1].reach == film("FS, pan left", seconds=2).moves[0].reach


def test_shake_lies_over_the_moves_and_takes_none_of_their_time() -> None:
    plain, shaken = film("MS, pan left"), film("MS, pan left then handheld")
    assert np.abs(angles(plain) - angles(shaken)).max() < 2.5
    assert not np.array_equal(plain.camera_to_world, shaken.camera_to_world)


def test_the_same_shot_gives_the_same_places_at_any_frame_count() -> None:
    camera = "WS, orbit right then tilt up"
    coarse, fine = film(camera, num_frames=13), film(camera, num_frames=49)
    np.testing.assert_allclose(fine.camera_to_world[::4], coarse.camera_to_world, atol=1e-12)


@pytest.mark.parametrize("camera", ["MS, 35mm", "CU, low, 85mm", "WS, push in, 24mm"])
def test_a_smaller_sensor_moves_the_camera_back_and_keeps_the_size(camera):
    full, super35 = film(camera, sensor="full-frame"), film(camera, sensor="super35")
    crop = SENSORS["full-frame"] / SENSORS["super35"]
    assert super35.focal[0] == pytest.approx(full.focal[0] * crop)
    assert super35.subject_distance_m == pytest.approx(full.subject_distance_m * crop)


def test_an_amount_in_millimetres_is_a_lens_on_the_same_sensor():
    path = film("MS, 35mm, zoom in 70mm", sensor="16mm")
    assert path.focal[-1] / path.focal[0] == pytest.approx(2)
    assert path.focal[-1] == pytest.approx(70 / 12.52)


def test_a_shot_is_filmed_on_the_sensor_of_its_board():
    shots = "scenes: [{number: 1, shots: [{id: 1, action: Rain falls.}]}]"
    for written, width_mm in (("", 24.89), ("format: {sensor: Super 16}\n", 12.52)):
        board = parse_shots(f"{written}{shots}", Path("b.yaml"))
        assert board.shots[0].sensor_mm == board.format.sensor_mm == width_mm
