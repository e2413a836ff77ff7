"""The renderer shows what rays hit, in the light that a rig describes."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from shots.vocabulary.lighting import Lighting
from storyboard.layout.meshes import box, ellipsoid, floats, from_triangles, join, lathe
from storyboard.layout.render.depth_of_field import Optics, blur
from storyboard.layout.render.frame import render_frame
from storyboard.layout.render.lens import LensCamera
from storyboard.layout.render.lights import WARM, Lamp, LightRig, light_rig
from storyboard.layout.render.render_scene import RenderScene
from storyboard.layout.render.weather import Weather, in_weather

SIZE = (240, 136)
RIG = LightRig()
MIDDLE = np.array([0.0, -0.9, 0.5])


def floor(x, z, distance):
    checks = (np.floor(x) + np.floor(z)) % 2
    return floats(np.repeat(0.35 + 0.3 * checks[:, None], 3, axis=1))


def camera(at=(-0.9, -1.5, -3.2), aim=(0.0, -0.9, 0.5), focal=0.8, **more):
    forward = np.subtract(aim, at)
    forward = forward / np.linalg.norm(forward)
    right = np.cross([0, 1.0, 0], forward)
    right /= np.linalg.norm(right)
    turn = np.stack([right, np.cross(forward, right), forward], axis=1)
    return LensCamera(turn, np.array(at, float), focal, **more)


def furniture():
    walls = from_triangles(
        [(-4, 0, 4), (4, 0, 4), (4, -3, 4), (-4, -3, 4)], [(0, 1, 2), (0, 2, 3)], (0.7, 0.7, 0.6),
        smooth=False,
    )  # fmt: skip
    vase = lathe([(0.1, 0), (0.2, 0.2), (0.05, 0.5)], (0.2, 0.4, 0.7)).moved((1.1, -0.5, 0.4))
    return join([walls, box((1.0, -0.25, 0.6), (0.8, 0.5, 0.7), (0.6, 0.4, 0.2)), vase])


def actors(x=0.0):
    one = ellipsoid((-0.6 + x, -0.9, 0.3), (0.3, 0.9, 0.25), (0.8, 0.3, 0.2), rings=16, segments=20)
    two = box((0.35, -0.8, 1.2), (0.5, 1.6, 0.4), (0.2, 0.5, 0.3))
    return join([one.owned_by(1), two.owned_by(2)])


def scene(x=0.0):
    return RenderScene.of(furniture(), floor).with_moving(actors(x))


def cast(mesh, origin, rays, near=0.05):
    """Brute force: face hit first by each unit ray, and the distance, also of the floor."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(float) for k in range(3))
    normal = np.cross(b - a, c - a)
    best = np.full(len(rays), np.inf)
    face = np.full(len(rays), -1)
    down = rays[:, 1] > 1e-9
    best[down] = -origin[1] / rays[down, 1]
    for n in range(len(a)):
        along = rays @ normal[n]
        with np.errstate(all="ignore"):
            t = (normal[n] @ (a[n] - origin)) / along
        p = origin + t[:, None] * rays
        inside = (along < 0) & (t > near)
        for u, v in ((a[n], b[n]), (b[n], c[n]), (c[n], a[n])):
            inside &= np.cross(v - u, p - u) @ normal[n] >= 0
        closer = inside & (t < best)
        best[closer], face[closer] = t[closer], n
    return face, best


def check_against_rays(lens, world):
    frame = render_frame(world, lens, RIG, SIZE)
    random = np.random.default_rng(5)
    row, column = random.integers(0, SIZE[1], 200), random.integers(0, SIZE[0], 200)
    rays = lens.rays(SIZE)[row, column]
    face, distance = cast(world.mesh, np.asarray(lens.position), rays)
    axis = 1.0 if lens.projection == "fisheye" else rays @ lens.turn[:, 2]
    expected = distance * axis
    owner = np.where(face >= 0, world.mesh.owner[face], 0)
    return frame, frame.depth[row, column], expected, frame.owner[row, column], owner


def test_depth_is_that_of_rays_to_a_millimetre_and_ids_are_exact():
    frame, depth, expected, ids, owner = check_against_rays(camera(), scene())
    known = np.isfinite(expected)
    assert known.sum() > 150
    assert (~known).sum() > 5
    assert np.abs(depth[known] - expected[known]).max() < 0.001
    assert np.isinf(depth[~known]).all()
    assert (ids == owner).all()
    assert {0, 1, 2} == set(np.unique(frame.owner))


@pytest.mark.parametrize("projection", ["fisheye", "anamorphic"])
def test_a_bent_lens_shows_what_its_own_rays_hit(projection):
    lens, world = camera(focal=0.4, projection=projection), scene()
    frame = render_frame(world, lens, RIG, SIZE)
    random = np.random.default_rng(5)
    row, column = random.integers(1, SIZE[1] - 1, 300), random.integers(1, SIZE[0] - 1, 300)
    rays = lens.rays(SIZE)[row, column]
    face, distance = cast(world.mesh, np.asarray(lens.position), rays)
    depth = distance * (1.0 if projection == "fisheye" else rays @ lens.turn[:, 2])
    owner = np.where(face >= 0, world.mesh.owner[face], 0)
    # At most one pixel off: what a ray hits is among the neighbours of its pixel.
    near = [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    assert np.any([frame.owner[at] == owner for at in near], axis=0).all()
    low, high = (pick([frame.depth[at] for at in near], axis=0) for pick in (np.min, np.max))
    assert ((low <= depth * 1.0001) & (depth * 0.9999 <= high)).mean() > 0.99
    assert (frame.owner[row, column] == owner).mean() > 0.98


@pytest.mark.parametrize("projection", ["pinhole", "fisheye", "anamorphic"])
def test_points_are_projected_to_the_pixels_whose_rays_meet_them(projection):
    lens = camera(focal=0.5, projection=projection)
    rays = lens.rays(SIZE)
    pixels, depth = lens.project(lens.position + 3.0 * rays, SIZE)
    row, column = np.mgrid[: SIZE[1], : SIZE[0]]
    assert np.abs(pixels - np.stack([column, row], axis=-1) - 0.5).max() < 0.01
    assert depth.max() == pytest.approx(3.0, abs=1e-3)


def test_a_fisheye_sees_more_than_half_a_turn():
    lens = camera(at=(0, -1.5, 0), aim=(0, -1.5, 1), focal=0.29, projection="fisheye")
    posts = [box((x, -1, z), (0.3, 2, 0.3), (1, 0, 0)).owned_by(k + 1)
             for k, (x, z) in enumerate([(-3, 0.1), (3, 0.1), (0, 3)])]  # fmt: skip
    frame = render_frame(RenderScene.of(join(posts), floor), lens, RIG, SIZE)
    assert {0, 1, 2, 3} == set(np.unique(frame.owner))


def test_the_outline_of_a_sphere_is_that_of_its_cone():
    ball = ellipsoid((0, -1.5, 4), (0.5,) * 3, (1, 0, 0), rings=60, segments=90).owned_by(7)
    lens = camera(at=(0, -1.5, 0), aim=(0, -1.5, 1), focal=1.0)
    frame = render_frame(RenderScene.of(ball), lens, RIG, SIZE)
    radius = SIZE[0] * np.tan(np.arcsin(0.5 / 4))
    area = frame.coverage(7).sum() / 255
    assert area == pytest.approx(np.pi * radius**2, rel=0.005)
    row, column = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
    distance = np.hypot(column - SIZE[0] / 2, row - SIZE[1] / 2)
    assert ((frame.owner == 7) == (distance < radius))[np.abs(distance - radius) > 0.5].all()


def test_boxes_that_cross_show_each_where_it_is_nearer():
    crossed = join([
        box((0, -1, 3), (2.0, 0.5, 0.5), (1, 0, 0)).moved(yaw_deg=0).owned_by(1),
        box((0, 0, 0), (2.0, 0.4, 0.5), (0, 1, 0)).moved((0, -1, 3), yaw_deg=35).owned_by(2),
    ])  # fmt: skip
    world = RenderScene.of(crossed, floor)
    _, depth, expected, ids, owner = check_against_rays(camera(at=(0, -1.6, -1)), world)
    assert (ids == owner).all()
    known = np.isfinite(expected)
    assert np.abs(depth[known] - expected[known]).max() < 0.001


def test_what_crosses_the_near_plane_is_cut_there():
    wall = box((0, -1, 0.5), (8, 2, 30), (0.5, 0.4, 0.3)).owned_by(1)
    lens = camera(at=(0, -2.05, -1), aim=(0, -1.9, 3), focal=0.6)
    _, depth, expected, ids, owner = check_against_rays(lens, RenderScene.of(wall, floor))
    assert (ids == owner).all()
    assert (owner == 1).sum() > 50
    known = np.isfinite(expected)
    assert np.abs(depth[known] - expected[known]).max() < 0.001


def test_a_wall_is_not_drawn_from_behind_and_lets_light_through():
    frame = render_frame(scene(), camera(at=(0, -1.5, 8), aim=(0, -1, 0)), RIG, SIZE)
    assert {1, 2} <= set(np.unique(frame.owner))


@pytest.mark.parametrize("lens", [camera(), camera(focal=0.5, projection="fisheye")])
def test_one_to_four_threads_give_the_same_bits(lens):
    optics, weather = Optics(2.0, stop=1.4), Weather(("rain",), 0.4)
    frames = [
        render_frame(scene(), lens, RIG, SIZE, optics=optics, weather=weather, threads=n)
        for n in (1, 2, 3, 4)
    ]
    for other in frames[1:]:
        for name in ("picture", "depth", "normal", "owner"):
            assert np.array_equal(getattr(other, name), getattr(frames[0], name))


def test_no_pixel_depends_on_memory_that_was_not_written(monkeypatch):
    optics, weather = Optics(2.0, stop=1.4), Weather(("rain",), 0.4)

    def picture():
        return render_frame(scene(), camera(), RIG, SIZE, optics=optics, weather=weather).picture

    def poisoned(shape, dtype=float, **more):
        array = fresh(shape, dtype, **more)
        if not more:
            array.view(np.uint8).fill(0xFF)  # of floats, nan
        return array

    expected, fresh = picture(), np.empty
    monkeypatch.setattr(np, "empty", poisoned)
    assert np.array_equal(picture(), expected)


def test_what_is_kept_of_a_set_gives_the_same_picture_as_a_fresh_one():
    kept = RenderScene.of(furniture(), floor)
    for k in range(3):
        lens = camera(at=(-0.9 + 0.2 * k, -1.5, -3.2))
        again = render_frame(kept.with_moving(actors(0.1 * k)), lens, RIG, SIZE)
        fresh = render_frame(scene(0.1 * k), lens, RIG, SIZE)
        assert np.array_equal(again.picture, fresh.picture)


@pytest.mark.parametrize("softness", [0.0, 0.35])
@pytest.mark.parametrize("size", [SIZE, (241, 135)])
def test_what_a_camera_that_stands_keeps_gives_the_same_bits_on_one_to_four_threads(softness, size):
    pane = box((0.3, -1, -0.6), (0.5, 0.9, 0.02), (0.2, 0.9, 0.2), surface="glass")
    optics, rig = Optics(2.0, stop=1.4), replace(RIG, softness=softness)
    still = join([furniture(), pane.owned_by(3), pane.moved((-1.0, 0, 0.2))])
    kept, lens = [RenderScene.of(still, floor) for _ in range(4)], camera()
    for k in range(5):
        bottle = pane.moved((0.1 * k - 0.7, 0, -0.2)).owned_by(4)
        moving = join([actors(0.1 * k - 0.3 * (k == 3)), bottle])
        fresh = RenderScene.of(still, floor).with_moving(moving)
        expected = render_frame(fresh, lens, rig, size, optics=optics)
        for threads, world in enumerate(kept, start=1):
            frame = render_frame(
                world.with_moving(moving), lens, rig, size, optics=optics, threads=threads
            )
            for name in ("picture", "depth", "normal", "owner"):
                assert np.array_equal(getattr(frame, name), getattr(expected, name))
            for owner in (0, 2, 3, 4):
                assert np.array_equal(frame.coverage(owner), expected.coverage(owner))
    assert kept[0].still.drawn is None if softness == 0 else kept[0].still.drawn


@pytest.mark.parametrize("degrees", range(0, 40, 4))
def test_a_rolled_horizon_is_before_the_camera(degrees):
    a = np.radians(degrees)
    roll = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    level = camera(at=(0, -1.8, -4), aim=(0, -1.8, 9))
    frame = render_frame(RenderScene.of(actors(), floor), replace(level, turn=roll), RIG, SIZE)
    assert (frame.depth > 0).all()


def test_the_key_of_a_room_stays_where_it_is_when_people_walk():
    roof = box((0, -4.5, 0), (9, 0.1, 9), (0.5, 0.5, 0.5))
    world = RenderScene.of(join([furniture(), roof]), floor, MIDDLE)
    lens = camera(at=(-0.9, -1.5, -3.2))
    lit = [
        render_frame(world.with_moving(actors(x)), lens, RIG, SIZE).picture[110:, 200:].mean()
        for x in (-4.0, -8.0, -12.0)
    ]
    assert np.ptp(lit) < 1


def test_a_moving_camera_does_not_make_ids_flicker():
    world, counts = scene(), []
    for k in range(10):
        frame = render_frame(world, camera(at=(-0.9 + 0.01 * k, -1.5, -3.2)), RIG, SIZE)
        counts.append([(frame.owner == owner).sum() for owner in (0, 1, 2)])
    assert np.abs(np.diff(counts, axis=0)).max() < 60  # pixels of 32,640
    assert np.abs(np.diff(counts, n=2, axis=0)).max() < 40


def test_coverage_is_smooth_at_edges_and_sums_to_all():
    frame = render_frame(scene(), camera(), RIG, SIZE)
    total = sum(frame.coverage(owner).astype(int) for owner in (0, 1, 2))
    assert np.abs(total - 255).max() <= 2
    assert len(np.unique(frame.coverage(1))) == 5
    assert (frame.coverage(1)[frame.owner == 1] > 0).mean() > 0.99


def inner(mask):
    """Without the pixels at the mask's edge, which show their neighbours too."""
    return cv2.erode(mask.astype(np.uint8), np.ones((5, 5))) > 0


def luminance(picture, mask):
    return float(picture[mask].mean())


def test_the_side_of_the_key_light_is_the_pictures():
    ball = ellipsoid((0, -1.2, 1), (0.5,) * 3, (0.7,) * 3, rings=24, segments=30).owned_by(1)
    for side_deg, at in ((0.0, (0, -1.2, -2)), (90.0, (3, -1.2, 1)), (200.0, None)):
        turn = np.radians(side_deg)
        at = at or (3 * np.sin(turn), -1.2, 1 - 3 * np.cos(turn))
        lens = camera(at=at, aim=(0, -1.2, 1), focal=1.2)
        for side in ("left", "right"):
            rig = light_rig(Lighting(direction="side", side=side), side_deg=side_deg)
            frame = render_frame(RenderScene.of(ball), lens, rig, SIZE)
            left = frame.owner == 1
            left[:, SIZE[0] // 2 :] = False
            right = (frame.owner == 1) & ~left
            brighter = luminance(frame.picture, left) - luminance(frame.picture, right)
            assert brighter > 20 if side == "left" else brighter < -20


def test_shadows_fall_on_the_ground_and_are_softer_in_soft_light():
    post = box((0, -0.75, 1), (0.3, 1.5, 0.3), (0.5,) * 3).owned_by(1)
    grey = RenderScene.of(post, lambda x, z, d: np.full((len(x), 3), 0.5, np.float32))
    lens = camera(at=(0, -3.5, -3), aim=(0, 0, 1.5), focal=0.8)
    high = replace(RIG, towards=(-1.0, -1.0, -0.2), haze=0.0)
    widths = []
    for softness in (0.0, 0.6):
        frame = render_frame(grey, lens, replace(high, softness=softness), SIZE)
        ground = (frame.owner == 0) & np.isfinite(frame.depth)
        value = frame.picture[..., 1].astype(float)
        lit, dark = np.percentile(value[ground], 95), value[ground].min()
        assert dark < 0.75 * lit
        between = ground & (value > dark + 0.2 * (lit - dark)) & (value < dark + 0.8 * (lit - dark))
        widths.append(int(between.sum()))
    assert widths[1] > 2 * widths[0]
    plain = render_frame(RenderScene.of(furniture(), grey.ground), lens, high, SIZE)
    assert plain.picture.min() > 0


def test_a_surface_does_not_shade_itself():
    slab = box((0, -0.5, 2), (4, 0.2, 4), (0.6,) * 3).owned_by(1)
    for towards in ((-1, -0.4, -0.2), (0.2, -1.0, 0.1), (0.9, -0.25, 0.4)):
        rig = replace(RIG, towards=towards, softness=0.0, haze=0.0)
        frame = render_frame(
            RenderScene.of(slab), camera(at=(0, -2, -2), aim=(0, -0.5, 2)), rig, SIZE
        )
        value = frame.picture[inner(frame.normal[..., 1] < -0.9)].astype(int)
        assert len(value) > 3000
        assert np.ptp(value[:, 1]) < 12


def test_contact_darkens_the_corner_of_a_wall():
    lens = camera(at=(0, -1.5, 0), aim=(0, -0.6, 4), focal=0.8)
    rig = replace(RIG, key=0.0, haze=0.0)
    grey = RenderScene.of(furniture(), lambda x, z, d: np.full((len(x), 3), 0.6, np.float32))
    frame = render_frame(grey, lens, rig, SIZE)
    column = frame.picture[:, 60, 1].astype(int)
    edge = int(np.flatnonzero(np.abs(frame.normal[:, 60, 1]) > 0.9)[0])  # where the floor begins
    assert column[edge - 3] < 0.9 * column[edge - 25]
    assert column[edge + 2] < 0.9 * column[edge + 25]


def test_glass_shows_what_is_behind_and_belongs_to_its_player():
    behind = box((0, -1, 3), (3, 2, 0.1), (0.9, 0.1, 0.1)).owned_by(1)
    lens = camera(at=(0, -1, 0), aim=(0, -1, 3), focal=1.0)
    pane = box((0, -1, 2), (0.6, 0.6, 0.02), (0.2, 0.9, 0.2), surface="glass")
    bare = render_frame(RenderScene.of(behind), lens, RIG, SIZE)
    window = render_frame(RenderScene.of(join([behind, pane])), lens, RIG, SIZE)
    bottle = render_frame(RenderScene.of(join([behind, pane.owned_by(2)])), lens, RIG, SIZE)
    y, x = SIZE[1] // 2, SIZE[0] // 2
    red = bare.picture[y, x].astype(int)
    mixed = window.picture[y, x].astype(int)
    assert mixed[1] > red[1] + 20
    assert mixed[0] > 0.4 * red[0]
    assert (window.owner[y, x], bottle.owner[y, x]) == (1, 2)
    assert window.depth[y, x] == pytest.approx(2.95, abs=1e-3)
    assert bottle.depth[y, x] == pytest.approx(1.99, abs=1e-3)
    assert bottle.coverage(2)[y, x] == 255


def test_lamps_and_glow_are_lit_when_it_is_dark():
    night = light_rig(Lighting(time="night"), lamps=[Lamp((0.3, -1.2, -0.2))])
    day = light_rig(Lighting(time="day"), lamps=[Lamp((0.3, -1.2, -0.2))])
    assert night.lamps
    assert not day.lamps
    frame = render_frame(scene(), camera(), night, SIZE)
    dark = render_frame(scene(), camera(), replace(night, lamps=()), SIZE)
    assert luminance(frame.picture, frame.owner == 1) > luminance(dark.picture, dark.owner == 1) + 5
    screen = box((0, -1, 2), (1, 1, 0.1), (0.9,) * 3, glow=1.0).owned_by(1)
    lit = render_frame(RenderScene.of(screen), camera(aim=(0, -1, 2)), night, SIZE)
    assert luminance(lit.picture, lit.owner == 1) > 170


def test_at_night_the_lamps_of_a_room_light_people_and_not_what_is_outside():
    walls = (-3.0, -3.0, 3.0, 3.0)
    night = light_rig(Lighting(time="night"), is_interior=True, glow=WARM, room=walls)
    moon = light_rig(Lighting(time="night", source="moonlight"), is_interior=True, glow=WARM)
    posts = [box((0, -1, z), (1, 2, 0.1), (0.7,) * 3).owned_by(1) for z in (0.0, 6.0)]
    inside, outside, by_moon = (
        render_frame(RenderScene.of(post, lit_at=MIDDLE), camera(), rig, SIZE).picture[
            SIZE[1] // 2, SIZE[0] // 2
        ].astype(int)
        for post, rig in ((posts[0], night), (posts[1], night), (posts[0], moon))
    )  # fmt: skip
    assert inside[0] > inside[2] + 15
    assert by_moon[2] > by_moon[0]
    assert inside.sum() > 4 * outside.sum()


def test_indoors_there_is_no_sky():
    rig = light_rig(Lighting(), is_interior=True)
    frame = render_frame(RenderScene.of(actors(), lit_at=MIDDLE), camera(), rig, SIZE)
    assert np.ptp(frame.picture[inner(np.isinf(frame.depth))], axis=0).max() == 0


def sharpness(picture, mask):
    edges = np.abs(np.diff(picture[..., 1].astype(float), axis=1))[:, :-1]
    return float(edges[mask[:, 1:-1]].max())


def test_what_is_in_focus_stays_and_blur_grows_with_distance_and_stop():
    slats = join([box((x, -1, z), (0.05, 1.5, 0.01), (0.9,) * 3).owned_by(n + 1)
                  for n, z in enumerate((2.0, 4.0, 8.0)) for x in np.arange(-1, 1, 0.12) + n * 0.04
                  if n == 1 or abs(x) > 0.25 * (n + 1)])  # fmt: skip
    lens = camera(at=(0, -1, 0), aim=(0, -1, 1), focal=2.0)
    world, rig = RenderScene.of(slats), replace(RIG, haze=0.0)
    sharp = render_frame(world, lens, rig, SIZE)
    optics = Optics(4.0, stop=1.4)
    soft = render_frame(world, lens, rig, SIZE, optics=optics)
    radius = optics.radius_px(sharp.depth, 2.0)
    inside = (sharp.owner == 2) & (sharp.depth > 3.9)
    assert np.abs(radius[inside]).max() < 0.35
    far_from_blur = inside & (np.abs(soft.picture.astype(int) - sharp.picture).max(axis=2) == 0)
    assert far_from_blur.sum() > 0.5 * inside.sum()
    for stop in (1.4, 5.6, 22.0):
        spread = np.abs(Optics(4.0, stop=stop).radius_px(floats([[4.0, 6.0, 8.0, np.inf]]), 2.0))[0]
        assert spread[0] == 0
        assert (np.diff(spread) > 0).all()
    wide, narrow = (Optics(4.0, stop=s).radius_px(floats([[9.0]]), 2.0).item() for s in (1.4, 5.6))
    assert wide == pytest.approx(4 * narrow)
    assert Optics(4.0).radius_px(floats([[2.0]]), 2.0).item() < 0
    for owner in (1, 3):
        assert sharpness(soft.picture, sharp.owner == owner) < sharpness(
            sharp.picture, sharp.owner == owner
        )


def test_a_sharp_foreground_does_not_bleed_and_a_small_blur_changes_nothing():
    colour = np.zeros((64, 96, 3), np.float32)
    radius = np.full((64, 96), 6.0, np.float32)
    colour[:, :48], radius[:, :48] = 1.0, 0.0  # a sharp white wall before a blurred black one
    before = colour.copy()
    blur(colour, radius)
    assert np.array_equal(colour[:, :47], before[:, :47])
    assert colour[:, 52:].max() < 0.02
    blur(before, np.full((64, 96), 0.3, np.float32))
    assert set(np.unique(before)) == {0.0, 1.0}


def test_a_blurred_foreground_spreads_over_what_is_sharp():
    colour = np.zeros((64, 96, 3), np.float32)
    radius = np.zeros((64, 96), np.float32)
    colour[:, :48], radius[:, :48] = 1.0, -8.0
    blur(colour, radius)
    assert 0.2 < colour[32, 50].max() < 0.8
    assert colour[32, 62].max() == 0


def test_a_leaning_plane_of_focus_leaves_a_sharp_band():
    for hinge in (0.3, 0.5):
        optics = Optics(3.0, stop=1.4, tilt=1.5, hinge=hinge)
        rows = np.abs(optics.radius_px(np.full((100, 300), 3.0, np.float32), 1.0))[:, 1]
        assert abs(int(rows.argmin()) - 100 * hinge) <= 1
        assert rows.min() < 0.05
        assert min(rows[0], rows[-1]) > 0.5


def test_rain_falls_behind_what_is_near_and_keeps_its_way_through_the_world():
    lens, rig = camera(), in_weather(RIG, ("rain",))
    near = box((0.0, -1.5, -2.6), (4, 4, 0.1), (0.5,) * 3).owned_by(1)
    world = RenderScene.of(near)
    dry = render_frame(world, lens, rig, SIZE)
    wet = render_frame(world, lens, rig, SIZE, weather=Weather(("rain",), 1.0))
    changed = (dry.picture != wet.picture).any(axis=2)
    assert changed.mean() < 0.05
    open_air = RenderScene.of(furniture(), floor)
    frames = [
        render_frame(open_air, lens, rig, SIZE, weather=Weather(("snow",), t)).picture
        for t in (1.0, 1.0, 1.04)
    ]
    assert np.array_equal(frames[0], frames[1])
    assert not np.array_equal(frames[0], frames[2])


def test_fog_hides_what_is_far():
    rig = in_weather(RIG, ("fog",))
    far = box((0, -2, 30), (40, 4, 1), (0.1,) * 3).owned_by(1)
    contrast = []
    for each in (RIG, rig):
        frame = render_frame(RenderScene.of(far), camera(), each, SIZE)
        sky = luminance(frame.picture, np.isinf(frame.depth))
        contrast.append(abs(luminance(frame.picture, frame.owner == 1) - sky))
    assert contrast[1] < 0.25 * contrast[0]
