"""Skeletons of people as control pictures: coloured bones on black, hidden joints left out.

18 points: nose, neck, right shoulder, elbow, wrist, left ones, right hip, knee, ankle, left ones,
right eye, left eye, right ear, left ear. Sizes are for a picture of 512 pixels on its short side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from storyboard.layout.cast.pose import BONE
from storyboard.layout.meshes import Array
from storyboard.layout.render.frame import Bytes, Frame
from storyboard.layout.render.lens import LensCamera

BODY_POINTS = (
    "nose", "neck", "shoulder.R", "elbow.R", "wrist.R", "shoulder.L", "elbow.L", "wrist.L",
    "hip.R", "knee.R", "ankle.R", "hip.L", "knee.L", "ankle.L", "eye.R", "eye.L", "ear.R", "ear.L",
)  # fmt: skip
_LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12),
    (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
_COLOURS = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0),
    (0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255),
    (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip
_HEAD = np.isin(np.arange(18), (0, 14, 15, 16, 17))
_FINGERS = [(0 if k % 4 == 1 else k - 1, k) for k in range(1, 21)]
_DIM = 0.6  # limbs, beside the joints
_SUBPIXEL_BITS = 4


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Points of one person in the world, metres.

    Attributes:
        owner: Number of the person.
        body: (18, 3) of `BODY_POINTS`.
        face: (K, 3) landmarks, may be none.
        hands: (2, 21, 3) left and right: wrist, then four a finger from the thumb; may be none.
    """

    owner: int
    body: Array
    face: Array | None = None
    hands: Array | None = None


_BONES = {"shoulder": "arm", "elbow": "forearm", "wrist": "hand", "hip": "thigh", "knee": "shin",
          "ankle": "foot"}  # fmt: skip


def body_points(joints: Array, marks: Mapping[str, Array]) -> Array:
    """(18, 3) points of `BODY_POINTS`, of a figure's joints (B, 3) by bone and its landmarks.

    The neck is the middle between the shoulders, as in the data that models were trained on.
    """
    rows = []
    for name in BODY_POINTS:
        kind, _, side = name.partition(".")
        if kind == "neck":
            rows.append((joints[BONE["arm.L"]] + joints[BONE["arm.R"]]) / 2)
        elif kind in _BONES:
            rows.append(joints[BONE[f"{_BONES[kind]}.{side}"]])
        else:
            rows.append(marks[name])
    return np.stack(rows)


def visible(
    points: Array, owner: int, frame: Frame, camera: LensCamera, inside_m: Array | float
) -> tuple[Array, Array]:
    """Pixels (K, 2) of points, and which are in the picture and not hidden, (K,).

    Args:
        points: (K, 3) of the world.
        owner: Whom they belong to.
        frame: Whose depth hides them.
        camera: Of the frame.
        inside_m: How deep under their owner's own surface they may lie.
    """
    height, width = frame.depth.shape
    pixels, depth = camera.project(points, (width, height))
    ahead = np.isfinite(pixels).all(axis=1) & (depth > camera.near)
    at = np.floor(np.where(ahead[:, None], pixels, -1)).astype(int)
    inside = ahead & (at >= 0).all(axis=1) & (at < [width, height]).all(axis=1)
    column, row = np.where(inside[:, None], at, 0).T
    over = depth - frame.depth[row, column]
    limit = np.where(frame.owner[row, column] == owner, inside_m, 0.02)
    return pixels, inside & (over < limit)


def pose_picture(people: Sequence[Skeleton], frame: Frame, camera: LensCamera) -> Bytes:
    """(H, W, 3) uint8 skeletons of people, the farthest first."""
    height, width = frame.depth.shape
    scale = min(width, height) / 512
    picture = np.zeros((height, width, 3), np.uint8)
    position = np.asarray(camera.position)
    far_first = sorted(people, key=lambda each: -float(np.linalg.norm(each.body[1] - position)))
    for person in far_first:
        inside = np.where(_HEAD, 0.07, 0.25)  # ears and eyes are hidden by their own head
        pixels, shown = visible(person.body, person.owner, frame, camera, inside)
        for (a, b), colour in zip(_LIMBS, _COLOURS, strict=False):
            if shown[a] and shown[b]:
                dim = tuple(int(part * _DIM) for part in colour)
                cv2.fillConvexPoly(picture, _ellipse(pixels[a], pixels[b], 4 * scale), dim)
        for point, colour, is_shown in zip(pixels, _COLOURS, shown, strict=True):
            if is_shown:
                _disc(picture, point, 4 * scale, colour)
        for hand in () if person.hands is None else person.hands:
            _draw_hand(picture, *visible(hand, person.owner, frame, camera, 0.06), scale)
        if person.face is not None:
            pixels, shown = visible(person.face, person.owner, frame, camera, 0.03)
            for point in pixels[shown]:
                _disc(picture, point, 3 * scale, (255, 255, 255))
    return picture


def _ellipse(a: Array, b: Array, half_px: float) -> NDArray[np.int32]:
    """(64, 2) int32 outline of an ellipse from a to b."""
    middle, along = (a + b) / 2, (b - a) / 2
    length = max(float(np.linalg.norm(along)), 1e-6)
    across = np.array([-along[1], along[0]]) / length * half_px
    angle = np.arange(64)[:, None] * (2 * np.pi / 64)
    outline = middle + np.cos(angle) * along + np.sin(angle) * across
    return np.asarray(np.rint(outline - 0.5), np.int32)


def _disc(picture: Bytes, at: Array, radius: float, colour: Sequence[int]) -> None:
    x, y, r = (round(float(v) * (1 << _SUBPIXEL_BITS)) for v in (at[0] - 0.5, at[1] - 0.5, radius))
    cv2.circle(picture, (x, y), r, colour, -1, cv2.LINE_8, _SUBPIXEL_BITS)


def _draw_hand(picture: Bytes, pixels: Array, shown: Array, scale: float) -> None:
    for n, (a, b) in enumerate(_FINGERS):
        if shown[a] and shown[b]:
            hue = np.array([[[n * 9, 255, 255]]], np.uint8)  # OpenCV's hue goes to 180
            colour = cv2.cvtColor(hue, cv2.COLOR_HSV2RGB)[0, 0].tolist()
            ends = [tuple(int(v) for v in pixels[k]) for k in (a, b)]
            cv2.line(picture, ends[0], ends[1], colour, max(round(2 * scale), 1))
    for point in pixels[shown]:
        _disc(picture, point, 3 * scale, (0, 0, 255))
