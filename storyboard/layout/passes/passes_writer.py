"""Writes the passes of shots: `DIR/<shot>/<pass>/%04d.png` and `DIR/passes.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from storyboard.layout.passes.pass_pictures import (
    Curve,
    DepthRange,
    depth8,
    depth16,
    ids_picture,
    lines_picture,
    normal_picture,
)
from storyboard.layout.passes.skeleton import Skeleton, pose_picture
from storyboard.layout.render.frame import Bytes, Frame
from storyboard.layout.render.lens import LensCamera


class Target(NamedTuple):
    """What one kind of model or tool wants: passes, 8-bit depth, and the form of its clips.

    `area` is that of the picture in pixels, sides are multiples of `grain`, the rate is `fps` (0:
    that of the cut), and the number of frames is a multiple of `step` plus one.
    """

    passes: tuple[str, ...]
    curve: Curve
    blur_px: float
    area: int = 960 * 540
    grain: int = 2
    fps: int = 0
    step: int = 1


_ALL = ("depth", "depth8", "normal", "ids", "lines", "pose", "clay", "beauty")
TARGETS: Mapping[str, Target] = {
    "": Target(_ALL, "linear", 1.5),
    # Trained on ZoeDepth, linear in metres; Fun-Control and VACE-Fun take pose, lines and depth.
    "wan": Target(
        ("depth8", "lines", "pose", "ids", "clay", "beauty"), "linear", 1.5, 832 * 480, 16, 16, 4
    ),
    # Trained on estimates of inverse depth.
    "ltx": Target(
        ("depth8", "lines", "pose", "clay", "beauty"), "inverse", 1.0, 1280 * 704, 32, 24, 8
    ),
    "cosmos": Target(("depth8", "lines", "ids", "beauty"), "inverse", 1.0, 1280 * 720, 16, 30, 4),
    "vfx": Target(
        ("depth", "normal", "ids", "lines", "clay", "beauty"), "linear", 0.0, 1920 * 1080
    ),
}


class PassFrame(NamedTuple):
    """One frame to write: its buffers, camera and people, and the picture in clay if wanted."""

    frame: Frame
    camera: LensCamera
    people: Sequence[Skeleton] = ()
    clay: Bytes | None = None


@dataclass(frozen=True)
class PassRecord:
    """What `passes.json` says about a shot besides its frames and cameras.

    Attributes:
        span: Depths of the clip.
        ids: Number of each player, with its name and kind.
        staged: Pairs of what is shown and the words that it was read from.
        not_staged: Pairs of words that are not shown and the reason.
        prompt_only: Words that change nothing in the layout.
    """

    span: DepthRange
    ids: Mapping[int, tuple[str, str]]
    staged: Sequence[tuple[str, str]] = ()
    not_staged: Sequence[tuple[str, str]] = ()
    prompt_only: Sequence[str] = ()


def write_shot_passes(
    folder: Path, shot: str, frames: Iterable[PassFrame], record: PassRecord, target: str = ""
) -> dict[str, Any]:
    """Write the passes of one shot; returns its entry of `passes.json`."""
    wanted = TARGETS[target]
    cameras = []
    for number, each in enumerate(frames):
        for name in wanted.passes:
            picture = _picture(name, each, record.span, wanted)
            if picture is not None:
                _write(folder / shot / name / f"{number:04d}.png", picture)
        pose = np.column_stack([each.camera.turn, each.camera.position])
        cameras.append({"camera_to_world": pose.tolist(), "focal": each.camera.focal})
    return {
        "frames": len(cameras),
        "near_m": record.span.near_m,
        "far_m": record.span.far_m,
        "ids": {str(n): {"name": a, "kind": b} for n, (a, b) in sorted(record.ids.items())},
        "cameras": cameras,
        "staged": [{"what": what, "from": words} for what, words in record.staged],
        "not_staged": [{"words": words, "why": why} for words, why in record.not_staged],
        "prompt_only": list(record.prompt_only),
    }


def write_passes_json(
    folder: Path, size: tuple[int, int], fps: float, shots: Mapping[str, Mapping[str, Any]]
) -> Path:
    """Write `passes.json` of all shots; returns its path."""
    path = folder / "passes.json"
    text = json.dumps({"size": list(size), "fps": fps, "shots": shots}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _picture(
    name: str, each: PassFrame, span: DepthRange, target: Target
) -> NDArray[np.unsignedinteger[Any]] | None:
    frame = each.frame
    match name:
        case "depth":
            return depth16(frame.depth, span)
        case "depth8":
            return depth8(frame.depth, span, target.curve, target.blur_px)
        case "normal":
            return normal_picture(frame.normal, each.camera)
        case "ids":
            return ids_picture(frame.owner)
        case "lines":
            return lines_picture(frame)
        case "pose":
            return pose_picture(each.people, frame, each.camera)
        case "clay":
            return each.clay
        case _:
            return frame.picture


def _write(path: Path, picture: NDArray[np.unsignedinteger[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = picture[..., ::-1] if picture.ndim == 3 else picture  # OpenCV writes BGR
    path.write_bytes(cv2.imencode(".png", stored, [cv2.IMWRITE_PNG_COMPRESSION, 3])[1].tobytes())
