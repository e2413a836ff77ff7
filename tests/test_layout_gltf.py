"""A glTF file, read by another library, has the layout's vertices, materials and cameras."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pygltflib
import pytest

from storyboard.layout.gltf import ExportPart, Skin, quaternions, sampled, write_gltf
from storyboard.layout.meshes import box, ellipsoid, floats, join, yaw_matrix
from storyboard.layout.render.lens import LensCamera
from storyboard.layout.render.lights import Lamp, LightRig

FRAMES, FPS, SIZE = 25, 24.0, (960, 540)
FLIP = np.array([1.0, -1.0, -1.0])
KINDS = {5126: np.float32, 5123: np.uint16, 5125: np.uint32}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


def turned(yaw_deg, pitch_deg=0.0):
    a = np.radians(pitch_deg)
    pitch = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    return yaw_matrix(yaw_deg).T.astype(float) @ pitch


def cameras():
    return [
        LensCamera(turned(6 * k, 4), np.array([0.1 * k, -1.5, -3 + 0.05 * k]), 1.0 + 0.02 * k)
        for k in range(FRAMES)
    ]


def person(k):
    """Bends and walks: its vertices move on curves."""
    body = ellipsoid((0, -0.9, 0), (0.25, 0.9, 0.2), (0.8, 0.5, 0.4), surface="skin")
    swing = 0.2 * np.sin(0.5 * k) * np.clip(-body.vertices[:, 1:2], 0, 2)
    return replace(body, vertices=floats(body.vertices + swing * [1, 0, 0.3] + [0.04 * k, 0, 0]))


def places():
    return np.stack(
        [np.column_stack([turned(10 * k), [0.1 * k, -0.5, 2.0]]) for k in range(FRAMES)]
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("gltf") / "shot.glb"
    set_mesh = join([box((2, -1, 3), (1, 2, 1), (0.5, 0.5, 0.5)),
                     box((-2, -1, 3), (1, 2, 0.1), (0.3, 0.6, 0.7), surface="glass"),
                     box((0, -2, 3), (0.2, 0.2, 0.2), (1, 0.9, 0.6), glow=1.0)])  # fmt: skip
    crate = box((0, 0, 0), (0.4, 0.4, 0.4), (0.4, 0.3, 0.2), surface="wood")
    bodies = [person(k) for k in range(FRAMES)]
    parts = [ExportPart("set", set_mesh), ExportPart("crate", crate, places=places()),
             ExportPart("Ann", bodies[0], shapes=bodies)]  # fmt: skip
    rig = LightRig(lamps=(Lamp((0, -2, 3)),))

    def ground(x, z, distance):
        return np.where(x[:, None] < 0, floats([1, 0, 0]), floats([0, 0, 1]))

    write_gltf(path, parts, cameras(), size=SIZE, fps=FPS, rig=rig, ground=ground)
    return pygltflib.GLTF2().load(str(path))


def values(file, index):
    accessor = file.accessors[index]
    view = file.bufferViews[accessor.bufferView]
    data = file.binary_blob()[view.byteOffset : view.byteOffset + view.byteLength]
    array = np.frombuffer(data, KINDS[accessor.componentType])
    return array.reshape(accessor.count, WIDTHS[accessor.type]).astype(float)


def node(file, name):
    return next((n, each) for n, each in enumerate(file.nodes) if each.name == name)


def animated(file, index, path, seconds):
    """A channel's value at a time, blended linearly as glTF says; None without a channel."""
    for channel in file.animations[0].channels:
        if channel.target.node == index and channel.target.path == path:
            sampler = file.animations[0].samplers[channel.sampler]
            times, out = values(file, sampler.input)[:, 0], values(file, sampler.output)
            out = out.reshape(len(times), -1)
            return np.array([np.interp(seconds, times, column) for column in out.T])
    return None


def matrix(rotation, translation):
    x, y, z, w = rotation
    turn = np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip
    return np.column_stack([turn, translation])


def pose(file, name, k):
    index, item = node(file, name)
    parts = [
        getattr(item, part) if (moved := animated(file, index, part, k / FPS)) is None else moved
        for part in ("rotation", "translation")
    ]
    return matrix(*parts)


def corners(file, name):
    """Positions of the corners of all triangles of a node, in its own axes, and its primitive."""
    mesh = file.meshes[node(file, name)[1].mesh]
    found = []
    for primitive in mesh.primitives:
        places = values(file, primitive.attributes.POSITION)
        found.append(places[values(file, primitive.indices)[:, 0].astype(int)])
    return np.concatenate(found)


def as_set(points):
    return {tuple(row) for row in np.rint(points * 1e4).astype(int)}


@pytest.mark.parametrize("k", [0, 11, 24])
def test_cameras_stand_and_look_as_in_the_layout(file, k):
    lens = cameras()[k]
    found = pose(file, "camera", k)
    assert np.abs(found[:, 3] - lens.position * FLIP).max() < 0.001
    point = lens.position + lens.turn @ [0.3, 0.2, 2.0]  # right, down, forward
    local = found[:, :3].T @ (point * FLIP - found[:, 3])
    assert np.abs(local - [0.3, -0.2, -2.0]).max() < 0.001  # right, up, backward
    assert file.cameras[0].perspective.aspectRatio == pytest.approx(16 / 9)


def test_the_field_of_view_follows_the_lens(file):
    first = file.cameras[0].perspective.yfov
    assert np.tan(first / 2) == pytest.approx(540 / 960 / 2)
    channel = next(c for c in file.animations[0].channels if c.target.path == "pointer")
    out = values(file, file.animations[0].samplers[channel.sampler].output)[:, 0]
    assert np.tan(out[24] / 2) == pytest.approx(540 / 960 / 2 / 1.48, rel=1e-4)
    assert "KHR_animation_pointer" in file.extensionsUsed


@pytest.mark.parametrize("k", [0, 11, 24])
def test_things_and_people_are_where_they_are_in_the_layout(file, k):
    crate = box((0, 0, 0), (0.4, 0.4, 0.4), (1, 1, 1))
    found = pose(file, "crate", k)
    world = corners(file, "crate") @ found[:, :3].T + found[:, 3]
    expected = crate.vertices[crate.faces].reshape(-1, 3) @ places()[k][:, :3].T + places()[k][:, 3]
    assert np.abs(np.sort(world, axis=0) - np.sort(expected * FLIP, axis=0)).max() < 0.001
    index, item = node(file, "Ann")
    primitive = file.meshes[item.mesh].primitives[0]
    shape = values(file, primitive.attributes.POSITION)
    for weight, target in zip(
        animated(file, index, "weights", k / FPS), primitive.targets, strict=True
    ):
        shape = shape + weight * values(file, target["POSITION"])
    assert np.abs(shape - person(k).vertices * FLIP).max() < 0.001


def test_triangles_keep_their_outside(file):
    tri = corners(file, "set").reshape(-1, 3, 3)
    box_only = tri[(tri[..., 0] > 1.4).all(axis=1)]
    normal = np.cross(box_only[:, 1] - box_only[:, 0], box_only[:, 2] - box_only[:, 0])
    assert ((box_only.mean(axis=1) - [2, 1, -3]) * normal).sum(axis=1).min() > 0
    assert as_set(box_only.reshape(-1, 3)) == as_set(
        np.array([[x, y, z] for x in (1.5, 2.5) for y in (0, 2) for z in (-3.5, -2.5)])
    )


def test_materials_have_linear_colours_glass_and_glow(file):
    looks = {each.name: each for each in file.materials}
    pane = looks["glass"]
    assert pane.alphaMode == "BLEND"
    assert pane.pbrMetallicRoughness.baseColorFactor[3] == 0.35
    grey = next(m for m in file.materials if m.name == "plain" and not any(m.emissiveFactor or [0]))
    assert grey.pbrMetallicRoughness.baseColorFactor[0] == pytest.approx(0.2159, abs=2e-3)
    assert any(max(m.emissiveFactor or [0]) == 1 for m in file.materials)


def test_the_ground_is_a_picture_the_right_way_round(file):
    primitive = file.meshes[node(file, "ground")[1].mesh].primitives[0]
    assert file.images[0].mimeType == "image/png"
    places = values(file, primitive.attributes.POSITION)
    assert np.ptp(places[:, 1]) == 0
    assert np.ptp(places[:, 0]) == 40
    faces = values(file, primitive.indices)[:, 0].astype(int).reshape(-1, 3)
    up = np.cross(
        places[faces[0, 1]] - places[faces[0, 0]], places[faces[0, 2]] - places[faces[0, 0]]
    )
    assert up[1] > 0
    texture = values(file, primitive.attributes.TEXCOORD_0)
    assert (texture[places[:, 0] < 0, 0] == 0).all()  # red is left
    assert (texture[places[:, 2] == places[:, 2].min(), 1] == 0).all()  # far is the top


def test_the_key_light_shines_along_its_way(file):
    lights = file.extensions["KHR_lights_punctual"]["lights"]
    assert [each["type"] for each in lights] == ["directional", "point"]
    item = node(file, "key")[1]
    way = matrix(item.rotation, item.translation)[:, :3] @ [0, 0, -1]
    assert np.abs(way + LightRig().direction * FLIP).max() < 1e-6
    assert node(file, "lamp 1")[1].translation == pytest.approx([0, 2, -3])


def test_shapes_are_sampled_no_oftener_than_needed():
    still = np.zeros((20, 4, 3))
    assert sampled(still, 0.001) == [0]
    line = still + np.arange(20)[:, None, None] * 0.01
    assert sampled(line, 0.001) == [0, 19]
    curve = still + np.sin(np.arange(20) / 3)[:, None, None]
    keys = sampled(curve, 0.06)
    assert keys[0] == 0
    assert keys[-1] == 19
    assert 4 < len(keys) < 16


def test_quaternions_do_not_jump():
    turns = np.stack([turned(15 * k, 7 * k) for k in range(60)])
    found = quaternions(turns)
    assert np.abs(np.linalg.norm(found, axis=1) - 1).max() < 1e-12
    assert (np.einsum("ij,ij->i", found[1:], found[:-1]) > 0.9).all()
    for k in (0, 13, 31, 59):
        assert np.abs(matrix(found[k], [0, 0, 0])[:, :3] - turns[k]).max() < 1e-6


def test_joints_carry_a_skinned_mesh(tmp_path):
    arm = box((0, -1, 0), (0.1, 2, 0.1), (1, 0, 0))
    upper = (arm.vertices[:, 1] < -1).astype(float)
    joints = np.tile(np.array([0, 1, 0, 0]), (len(arm.vertices), 1))
    weights = np.column_stack([1 - upper, upper, 0 * upper, 0 * upper])
    rest = np.stack([np.column_stack([np.eye(3), [0, y, 0]]) for y in (0, -1)])
    poses = np.stack([rest, rest]).astype(float)
    bend = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1.0]])
    poses[1, :, :, 3] += [0.5, 0, 0]
    poses[1, 1, :, :3] = bend
    skin = Skin(["root", "tip"], [-1, 0], rest, joints, weights, poses)
    path = write_gltf(tmp_path / "a.glb", [ExportPart("arm", arm, skin=skin)],
                      cameras()[:2], size=SIZE, fps=FPS)  # fmt: skip
    file = pygltflib.GLTF2().load(str(path))
    item = file.skins[0]
    bind = values(file, item.inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1)
    world, matrices = None, []
    for number, joint in enumerate(item.joints):
        local = np.vstack([pose(file, file.nodes[joint].name, 1), [0, 0, 0, 1]])
        world = local if number == 0 else world @ local
        matrices.append(world @ bind[number])
    primitive = file.meshes[0].primitives[0]
    points = np.column_stack([values(file, primitive.attributes.POSITION), np.ones(len(joints))])
    share = values(file, primitive.attributes.WEIGHTS_0)
    index = values(file, primitive.attributes.JOINTS_0).astype(int)
    found = sum(
        share[:, k, None] * np.einsum("nij,nj->ni", np.stack(matrices)[index[:, k]], points)
        for k in range(4)
    )[:, :3]
    expected = np.where(
        upper[:, None] > 0,
        (arm.vertices - [0, -1, 0]) @ bend.T + [0.5, -1, 0],
        arm.vertices + np.array([0.5, 0, 0]),
    )
    assert np.abs(found - expected * FLIP).max() < 1e-6
