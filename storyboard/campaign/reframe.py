"""A clip cropped to another format: the part around a focus point, scaled and never stretched.

Called by `campaign`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from storyboard.film.assembly import Footage
from storyboard.film.conform import centre_box
from storyboard.film.slate import mark_layout
from storyboard.film.video import Frame
from storyboard.store import content_key

if TYPE_CHECKING:
    from shots.schema import Shot
    from shots.variants import Point, Variant

VERSION = 1
"""Raised whenever a crop is made differently."""

Size = tuple[int, int]
Box = tuple[float, float, float, float]

_COMPOSED = {"left-heavy": 1 / 3, "right-heavy": 2 / 3}


def focus_point(shot: Shot, variant: Variant) -> Point:
    """What a crop keeps in the middle: what the shot says, the variant, or the composition."""
    return shot.focus or variant.focus or (_COMPOSED.get(shot.composition or "", 0.5), 0.5)


def crop_box(size: Size, target: Size, focus: Point) -> Box:
    """Largest box of the target's aspect as near to the focus as the picture allows.

    Args:
        size: Width and height of the picture.
        target: Width and height to crop for.
        focus: From the left and upper edge, 0 to 1.

    Returns:
        Left, top, right, bottom in pixels.
    """
    left, top, right, bottom = map(float, centre_box(size, target))
    width, height = right - left, bottom - top
    left = min(max(focus[0] * size[0] - width / 2, 0.0), size[0] - width)
    top = min(max(focus[1] * size[1] - height / 2, 0.0), size[1] - height)
    return left, top, left + width, top + height


def reframed(footage: Footage, size: Size, focus: Point, *, stamp: bool) -> Footage:
    """Footage cropped to another size.

    Args:
        footage: Of a shot.
        size: Width and height of the crop once it is scaled.
        focus: What it keeps in the middle.
        stamp: Whether it is a layout, whose stamp may have been cropped away.
    """
    declared = {
        "footage": footage.key,
        "size": list(size),
        "focus": [round(part, 4) for part in focus],
        "stamp": stamp,
        "version": VERSION,
    }

    def frames(first: int, count: int) -> Iterator[Frame]:
        last, cropped = None, None
        for frame in footage.frames(first, count):
            if cropped is None or frame is not last:  # a held frame is cropped once
                last, cropped = frame, _crop(frame, size, focus, stamp=stamp)
            yield cropped

    return replace(footage, key=content_key(declared), frames=frames, whole=None)


def _crop(frame: Frame, size: Size, focus: Point, *, stamp: bool) -> Frame:
    height, width = frame.shape[:2]
    box = crop_box((width, height), size, focus)
    image = Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC, box=box)
    cropped = np.asarray(image)
    return mark_layout(cropped) if stamp else cropped
