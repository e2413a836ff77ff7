"""Export to glTF 2.0 (.glb): set, things, cast, the ground, the animated camera, lights.

glTF's axes are y up and right-handed, a camera looks along its -z; a layout's are y down and z
forward. Half a turn about x takes one into the other, for vertices, cameras and rotations alike.
People are morphed: their vertices are sampled so often that in between, where glTF blends them
linearly, no vertex is off by more than a given distance; or they are skinned.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from storyboard.layout.cast.skinning import rotation_quaternions
from storyboard.layout.meshes import SURFACES, Array, GroundPaint, Mesh, floats
from storyboard.layout.render.lens import LensCamera
from storyboard.layout.render.lights import LightRig

_FLIP = np.diag([1.0, -1.0, -1.0])
_FLOAT, _SHORT, _INT = 5126, 5123, 5125
_VERTICES, _INDICES = 34962, 34963
_TYPES = {(): "SCALAR", (2,): "VEC2", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4"}
_METAL, _GLASS = SURFACES.index("metal"), SURFACES.index("glass")
_SHADES = 31  # of a channel, where a mesh has many colours
_GROUND_M, _GROUND_PX = 40.0, 2048
_KEY_LUX, _LAMP_CANDELA = 3.0, 8.0


@dataclass(frozen=True, eq=False)
class Skin:
    """Joints that carry a mesh.

    Attributes:
        names, parents: Of the J joints, parents first; a root's parent is -1.
        rest: (J, 3, 4) joint to world, in which the mesh is given.
        joints: (V, 4) joints of each vertex.
        weights: (V, 4) their weights; the sum is 1.
        poses: (F, J, 3, 4) joint to world at each frame.
    """

    names: Sequence[str]
    parents: Sequence[int]
    rest: Array
    joints: NDArray[np.integer[Any]]
    weights: Array
    poses: Array


@dataclass(frozen=True, eq=False)
class ExportPart:
    """Something to export.

    Attributes:
        name: Shown in other programs.
        mesh: Its triangles, in the world or, with `places`, in its own axes.
        places: (F, 3, 4) own axes to world at each frame, without scale: it moves as a whole.
        shapes: The F meshes of it in the world, of the same faces: it changes its shape.
        skin: Or it is carried by joints.
    """

    name: str
    mesh: Mesh
    places: Array | None = None
    shapes: Sequence[Mesh] | None = None
    skin: Skin | None = None


@dataclass(eq=False)
class _Document:
    """The JSON of a file as it grows, and its binary part."""

    json: dict[str, Any] = field(default_factory=dict)
    data: bytearray = field(default_factory=bytearray)

    def add(self, kind: str, item: dict[str, Any]) -> int:
        """Append to a list of the document; returns the index."""
        items: list[Any] = self.json.setdefault(kind, [])
        items.append(item)
        return len(items) - 1

    def view(self, data: bytes, **more: int) -> int:
        """Append bytes."""
        self.data.extend(bytes(-len(self.data) % 4))
        offset = len(self.data)
        self.data.extend(data)
        item = {"buffer": 0, "byteOffset": offset, "byteLength": len(data), **more}
        return self.add("bufferViews", item)

    def accessor(self, values: ArrayLike, component: int = _FLOAT, target: int = 0) -> int:
        """Append an array of scalars, vectors or, by columns, matrices."""
        kind = {_FLOAT: np.float32, _SHORT: np.uint16, _INT: np.uint32}[component]
        array = np.ascontiguousarray(values, kind)
        flat = array.reshape(len(array), -1)
        view = self.view(array.tobytes(), **({"target": target} if target else {}))
        item: dict[str, Any] = {
            "bufferView": view, "componentType": component, "count": len(array),
            "type": _TYPES[array.shape[1:]],
        }  # fmt: skip
        if component == _FLOAT and len(array):
            item |= {"min": flat.min(0).tolist(), "max": flat.max(0).tolist()}
        return self.add("accessors", item)

    def animate(self, times: int, target: dict[str, Any], values: ArrayLike) -> None:
        """Append a channel of the one animation."""
        clip = self.json["animations"][0]
        clip["samplers"].append({"input": times, "output": self.accessor(values)})
        clip["channels"].append({"sampler": len(clip["samplers"]) - 1, "target": target})

    def use(self, *extensions: str) -> None:
        """Declare extensions."""
        used = self.json.setdefault("extensionsUsed", [])
        used.extend(name for name in extensions if name not in used)


def write_gltf(
    path: Path,
    parts: Sequence[ExportPart],
    cameras: Sequence[LensCamera],
    *,
    size: tuple[int, int],
    fps: float,
    rig: LightRig | None = None,
    ground: GroundPaint | None = None,
    tolerance_m: float = 0.0005,
) -> Path:
    """Write a .glb file; returns its path.

    Args:
        path: File to write.
        parts: Set, things and cast.
        cameras: The camera at each of the F frames. A lens is written as a pinhole; a focal
            length that changes needs a reader of KHR_animation_pointer, others keep the first.
        size: Width and height of the picture.
        fps: Frames a second.
        rig: Key light and lamps.
        ground: Paint of the floor, written as a picture round the first camera.
        tolerance_m: How far a vertex may be off between samples of a shape.
    """
    document = _Document()
    document.json |= {"asset": {"version": "2.0", "generator": "storyboard"}, "scene": 0}
    document.json["animations"] = [{"name": "shot", "samplers": [], "channels": []}]
    times = np.arange(len(cameras)) / fps
    nodes = [_add_part(document, part, times, tolerance_m) for part in parts]
    nodes.append(_add_camera(document, cameras, size, times))
    if rig is not None:
        nodes += _add_lights(document, rig)
    if ground is not None:
        nodes.append(_add_ground(document, ground, np.asarray(cameras[0].position)))
    document.json["scenes"] = [{"nodes": nodes}]
    if not document.json["animations"][0]["channels"]:
        del document.json["animations"]
    document.json["buffers"] = [{"byteLength": len(document.data)}]
    text = json.dumps(document.json, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    data = bytes(document.data) + bytes(-len(document.data) % 4)
    path.write_bytes(
        struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(data))
        + struct.pack("<I4s", len(text), b"JSON") + text
        + struct.pack("<I4s", len(data), b"BIN\0") + data
    )  # fmt: skip
    return path


def _flipped(points: ArrayLike) -> Array:
    return floats(points) * floats([1, -1, -1])


def _add_part(document: _Document, part: ExportPart, times: Array, tolerance_m: float) -> int:
    first = part.mesh if part.shapes is None else part.shapes[0]
    attributes = _vertices(document, first.vertices, first.normals)
    node: dict[str, Any] = {"name": part.name}
    if part.skin is not None:
        attributes["JOINTS_0"] = document.accessor(part.skin.joints, _SHORT, _VERTICES)
        attributes["WEIGHTS_0"] = document.accessor(part.skin.weights, target=_VERTICES)
        node["skin"] = _add_skin(document, part.skin, times)
    primitives = _primitives(document, part.mesh, attributes)
    if not primitives:
        return document.add("nodes", node)
    mesh: dict[str, Any] = {"name": part.name, "primitives": primitives}
    node["mesh"] = document.add("meshes", mesh)
    index = document.add("nodes", node)
    if part.shapes is not None:
        keys = sampled(np.stack([shape.vertices for shape in part.shapes]), tolerance_m)
        targets = [
            _vertices(document, each.vertices - first.vertices, each.normals - first.normals)
            for each in (part.shapes[k] for k in keys[1:])
        ]
        if targets:
            for primitive in primitives:
                primitive["targets"] = targets
            mesh["weights"] = [0.0] * len(targets)
            weights = np.eye(len(keys))[:, 1:]  # one target after the other, blended linearly
            stamps = document.accessor(times[keys])
            target = {"node": index, "path": "weights"}
            document.animate(stamps, target, weights.reshape(-1))
    elif part.places is not None:
        _place(document, index, document.accessor(times), part.places)
    return index


def _vertices(document: _Document, places: Array, normals: Array) -> dict[str, int]:
    return {
        "POSITION": document.accessor(_flipped(places), target=_VERTICES),
        "NORMAL": document.accessor(_flipped(normals), target=_VERTICES),
    }


def sampled(shapes: Array, tolerance_m: float) -> list[int]:
    """Frames (K,) of shapes (F, V, 3) between which no vertex is off a straight line by more."""
    keys, last = [0], len(shapes) - 1
    while keys[-1] < last:
        first, reach = keys[-1], 1
        while first + reach < last and _is_straight(shapes, first, first + reach + 1, tolerance_m):
            reach += 1
        keys.append(first + reach)
    still = len(keys) == 2 and float(np.abs(shapes[keys[1]] - shapes[0]).max()) <= tolerance_m
    return keys[:1] if still else keys


def _is_straight(shapes: Array, first: int, last: int, tolerance_m: float) -> bool:
    share = (np.arange(first + 1, last) - first)[:, None, None] / (last - first)
    line = shapes[first] + share * (shapes[last] - shapes[first])
    return float(np.abs(shapes[first + 1 : last] - line).max(initial=0)) <= tolerance_m


def _primitives(
    document: _Document, mesh: Mesh, attributes: dict[str, int]
) -> list[dict[str, Any]]:
    """One group of faces for each colour and surface."""
    shades = 255 if len(np.unique(np.rint(mesh.colour * 255), axis=0)) <= 64 else _SHADES
    look = np.column_stack([np.rint(mesh.colour * shades), np.rint(mesh.glow * 10), mesh.surface])
    looks, which = np.unique(look, axis=0, return_inverse=True)
    groups = []
    for k, row in enumerate(looks):
        corners = mesh.faces[which.reshape(-1) == k].reshape(-1)
        indices = document.accessor(corners, _INT, _INDICES)
        material = _material(document, row[:3] / shades, row[3] / 10, int(row[4]))
        groups.append({"attributes": attributes, "indices": indices, "material": material})
    return groups


def _material(document: _Document, colour: Array, glow: float, surface: int) -> int:
    """Index of a material, which is made once."""
    red, green, blue = (round(float(part), 5) for part in _linear(colour))
    pane = surface == _GLASS
    finish = {"metallicFactor": 0.9, "roughnessFactor": 0.35} if surface == _METAL else {
        "metallicFactor": 0.0, "roughnessFactor": 0.1 if pane else 0.8,
    }  # fmt: skip
    base = [red, green, blue, 0.35 if pane else 1.0]
    item: dict[str, Any] = {
        "name": SURFACES[surface], "pbrMetallicRoughness": {"baseColorFactor": base, **finish},
    }  # fmt: skip
    if glow:
        item["emissiveFactor"] = [part * float(glow) for part in (red, green, blue)]
    if pane:
        item["alphaMode"] = "BLEND"
    made: list[Any] = document.json.setdefault("materials", [])
    return made.index(item) if item in made else document.add("materials", item)


def _linear(colour: ArrayLike) -> Array:
    """Linear light of sRGB values, as glTF wants its factors."""
    value = np.clip(np.asarray(colour, np.float64), 0, 1)
    return floats(np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4))


def _add_skin(document: _Document, skin: Skin, times: Array) -> int:
    rest, poses = _squared(skin.rest), _squared(skin.poses)
    stamps, first = document.accessor(times), len(document.json.setdefault("nodes", []))
    for name in skin.names:
        document.add("nodes", {"name": name})
    for joint, parent in enumerate(skin.parents):
        own = poses[:, joint]
        if parent >= 0:
            own = np.linalg.inv(poses[:, parent]) @ own
            document.json["nodes"][first + parent].setdefault("children", []).append(first + joint)
        _place(document, first + joint, stamps, own[:, :3], is_flipped=True)
    inverse = np.swapaxes(np.linalg.inv(rest), 1, 2)  # by columns
    joints = [first + k for k in range(len(skin.names))]
    bind = document.accessor(inverse)
    return document.add("skins", {"joints": joints, "inverseBindMatrices": bind})


def _squared(matrices: Array) -> Array:
    """(…, 4, 4) in glTF's axes of (…, 3, 4) matrices of a layout."""
    out = np.zeros((*matrices.shape[:-2], 4, 4))
    out[..., :3, :3] = _FLIP @ matrices[..., :3] @ _FLIP
    out[..., :3, 3] = matrices[..., 3] @ _FLIP
    out[..., 3, 3] = 1
    return out


def _place(
    document: _Document, node: int, times: int, places: Array, *, is_flipped: bool = False
) -> None:
    """Place a node at (F, 3, 4) matrices of the frames."""
    poses = np.asarray(places) if is_flipped else _squared(places)
    turns, moves = quaternions(poses[:, :3, :3]), poses[:, :3, 3]
    item = document.json["nodes"][node]
    item |= {"rotation": turns[0].tolist(), "translation": moves[0].tolist()}
    for name, values in (("rotation", turns), ("translation", moves)):
        if np.ptp(values, axis=0).max() > 1e-7:
            document.animate(times, {"node": node, "path": name}, values)


def quaternions(turns: Array) -> Array:
    """(F, 4) unit quaternions x, y, z, w of (F, 3, 3) rotations, without jumps of the sign."""
    out = np.roll(rotation_quaternions(np.asarray(turns, np.float64)), -1, axis=1)
    for k in range(1, len(out)):
        if out[k] @ out[k - 1] < 0:
            out[k] = -out[k]
    return out


def _add_camera(
    document: _Document, cameras: Sequence[LensCamera], size: tuple[int, int], times: Array
) -> int:
    focal = np.array([camera.focal for camera in cameras])
    fields = 2 * np.arctan(size[1] / (2 * size[0] * focal))
    lens = {"yfov": float(fields[0]), "aspectRatio": size[0] / size[1], "znear": 0.05}
    item = document.add("cameras", {"name": "camera", "type": "perspective", "perspective": lens})
    node = document.add("nodes", {"name": "camera", "camera": item})
    stamps = document.accessor(times)
    poses = np.stack([np.column_stack([c.turn, c.position]) for c in cameras])
    _place(document, node, stamps, poses)
    if np.ptp(fields) > 1e-6:
        document.use("KHR_animation_pointer")
        pointer = {"pointer": f"/cameras/{item}/perspective/yfov"}
        target = {"path": "pointer", "extensions": {"KHR_animation_pointer": pointer}}
        document.animate(stamps, target, fields)
    return node


def _add_lights(document: _Document, rig: LightRig) -> list[int]:
    """The key light and the lamps; the fill has no like in glTF."""
    document.use("KHR_lights_punctual")
    towards = np.asarray(rig.direction, np.float64)
    right = np.cross([0, 1, 0] if abs(towards[1]) < 0.9 else [0, 0, 1], -towards)
    right /= np.linalg.norm(right)
    turn = np.stack([right, np.cross(-towards, right), -towards], axis=1)  # forward is its way
    key = {"name": "key", "type": "directional", "intensity": _KEY_LUX * rig.key}
    items = [(key, rig.key_colour, np.column_stack([turn, np.zeros(3)]))]
    for number, lamp in enumerate(rig.lamps, start=1):
        item = {"name": f"lamp {number}", "type": "point", "intensity": _LAMP_CANDELA}
        items.append((item, lamp.colour, np.column_stack([np.eye(3), lamp.at])))
    extensions = document.json.setdefault("extensions", {})
    lights = extensions.setdefault("KHR_lights_punctual", {}).setdefault("lights", [])
    nodes = []
    for item, colour, place in items:
        light = {"light": len(lights)}
        lights.append(item | {"color": _linear(np.asarray(colour) / max(colour)).tolist()})
        extension = {"KHR_lights_punctual": light}
        node = document.add("nodes", {"name": item["name"], "extensions": extension})
        _place(document, node, 0, place[None])
        nodes.append(node)
    return nodes


def _add_ground(document: _Document, ground: GroundPaint, camera: Array) -> int:
    at = (np.arange(_GROUND_PX) + 0.5) / _GROUND_PX * _GROUND_M - _GROUND_M / 2
    x, z = (grid.reshape(-1) for grid in np.meshgrid(at + camera[0], at[::-1] + camera[2]))
    colour = ground(floats(x), floats(z), np.full(len(x), 1.0, np.float32))
    picture = np.clip(colour * 255, 0, 255).astype(np.uint8)
    picture = picture.reshape(_GROUND_PX, _GROUND_PX, 3)[..., ::-1]
    view = document.view(cv2.imencode(".png", picture)[1].tobytes())
    image = document.add("images", {"bufferView": view, "mimeType": "image/png"})
    texture = document.add("textures", {"source": image})
    base = {"baseColorTexture": {"index": texture}, "metallicFactor": 0.0}
    material = document.add("materials", {"name": "ground", "pbrMetallicRoughness": base})
    half = _GROUND_M / 2
    corners = np.array([[-half, 0, half], [half, 0, half], [half, 0, -half], [-half, 0, -half]])
    attributes = _vertices(document, corners + camera * [1, 0, 1], np.tile([0, -1, 0], (4, 1)))
    places = [[0, 0], [1, 0], [1, 1], [0, 1]]
    attributes["TEXCOORD_0"] = document.accessor(places, target=_VERTICES)
    indices = document.accessor([0, 2, 1, 0, 3, 2], _INT, _INDICES)
    primitive = {"attributes": attributes, "indices": indices, "material": material}
    mesh = document.add("meshes", {"name": "ground", "primitives": [primitive]})
    return document.add("nodes", {"name": "ground", "mesh": mesh})
