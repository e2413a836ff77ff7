"""Drawn text: slates, title cards, the layout stamp, and the burn-in of a review copy.

The font is the scalable one of Pillow, so that none has to be found or shipped. It has only Latin
letters without accents: accents are removed, and other scripts are drawn as boxes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from storyboard.film.video import Frame

BACKGROUND = (24, 25, 28)
PALE = (236, 236, 232)
GREY = (150, 152, 156)
ALERT = (226, 96, 72)

_TYPEWRITER = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014", "''\"\"--")

Colour = tuple[int, int, int]
Size = tuple[int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def slate_picture(size: Size, *, shot: str, state: str, lines: Sequence[str]) -> Frame:
    """Draw a slate: the card shown in place of a missing clip.

    `shot` is its id, drawn large; `state` is "FAILED" or "NOT RENDERED"; `lines` are the action and
    the error.
    """
    width, height = size
    image = Image.new("RGB", size, BACKGROUND)
    draw = ImageDraw.Draw(image)
    margin = width // 16
    bar = max(height // 60, 2)
    draw.rectangle((0, 0, width, bar), fill=ALERT)
    y = height * 0.2
    for text, scale, colour in ((shot, 0.16, PALE), (state, 0.055, ALERT)):
        font = _font(height * scale)
        text = _fitted(draw, text, font, width - 2 * margin)
        draw.text((margin, y), text, font=font, fill=colour)
        y += height * scale * 1.5
    font = _font(height * 0.042)
    wrapped = [part for line in lines for part in _wrapped(draw, line, font, width - 2 * margin)]
    for part in wrapped[:8]:
        draw.text((margin, y), part, font=font, fill=GREY)
        y += height * 0.06
    return np.asarray(image)


def title_picture(size: Size, *, title: str, lines: Sequence[str]) -> Frame:
    """Draw a title card: the title large, the other lines small, centred."""
    width, height = size
    image = Image.new("RGB", size, (0, 0, 0))
    draw = ImageDraw.Draw(image)
    big, small = _font(height * 0.1), _font(height * 0.04)
    titles = _wrapped(draw, title, big, width * 7 // 8)[:3]
    rows = [(row, big, PALE, 0.13) for row in titles]
    rows += [(_fitted(draw, line, small, width * 7 // 8), small, GREY, 0.065) for line in lines]
    y = height * (0.5 - sum(row[3] for row in rows) / 2)
    for text, font, colour, space in rows:
        draw.text((width / 2, y), text, font=font, fill=colour, anchor="ma")
        y += height * space
    return np.asarray(image)


def mark_layout(frame: Frame) -> Frame:
    """Stamp LAYOUT into the upper right corner."""
    height, width = frame.shape[:2]
    image = Image.fromarray(frame)
    draw = ImageDraw.Draw(image, "RGBA")
    font = _font(max(height * 0.045, 8))
    pad = height // 60 + 2
    x0, y0, x1, y1 = draw.textbbox((width - 3 * pad, 3 * pad), "LAYOUT", font=font, anchor="ra")
    draw.rectangle((x0 - pad, y0 - pad, x1 + pad, y1 + pad), fill=(0, 0, 0, 150))
    draw.text((width - 3 * pad, 3 * pad), "LAYOUT", font=font, fill=PALE, anchor="ra")
    return np.asarray(image)


@dataclass(frozen=True)
class BurnIn:
    """Texts in the corners of one frame of a review copy."""

    project: str
    date: str
    slate: str
    timecode: str
    counter: str


def burn_in(frame: Frame, text: BurnIn) -> Frame:
    """Draw the texts over a frame: two at the top, three at the bottom."""
    height, width = frame.shape[:2]
    marked = np.array(frame)
    band = max(height // 18, 14)
    # Dark bands, so that the text is readable over any picture.
    marked[:band] //= 4
    marked[-band:] //= 4
    places = (
        (text.project, "left", 0, width * 3 // 4),
        (text.date, "right", 0, width // 4),
        (text.slate, "left", height - band, width // 3),
        (text.timecode, "middle", height - band, width // 3),
        (text.counter, "right", height - band, width // 3),
    )
    for words, side, top, room in places:
        mask = _text_mask(words, band, room)
        left = {"left": band // 2, "middle": (width - mask.shape[1]) // 2}.get(
            side, width - mask.shape[1] - band // 2
        )
        area = marked[top : top + band, left : left + mask.shape[1]]
        area[:] = np.maximum(area, mask[:, : area.shape[1], None])
    return marked


@lru_cache(maxsize=512)
def _text_mask(text: str, band: int, room: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """One line of white text on black, (band, W)."""
    font = _font(band * 0.62)
    probe = ImageDraw.Draw(Image.new("L", (1, 1)))
    text = _fitted(probe, text, font, room - band)
    image = Image.new("L", (max(int(probe.textlength(text, font=font)) + 2, 1), band))
    ImageDraw.Draw(image).text((0, band / 2), text, font=font, fill=235, anchor="lm")
    return np.array(image)


@lru_cache(maxsize=32)
def _font(size: float) -> Font:
    return ImageFont.load_default(max(round(size), 6))


def _fitted(draw: ImageDraw.ImageDraw, text: str, font: Font, room: float) -> str:
    """One line of text, shortened with an ellipsis to fit into `room` pixels."""
    text = " ".join(_plain(text).split())
    if draw.textlength(text, font=font) <= room:
        return text
    while text and draw.textlength(text + "...", font=font) > room:
        text = text[:-1]
    return text + "..."


def _plain(text: str) -> str:
    """Remove accents, and replace typographic quotes and dashes."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_TYPEWRITER))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _wrapped(draw: ImageDraw.ImageDraw, text: str, font: Font, room: float) -> list[str]:
    """Break a text into lines of at most `room` pixels."""
    lines: list[str] = []
    for word in _plain(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and draw.textlength(longer, font=font) <= room:
            lines[-1] = longer
        else:
            lines.append(_fitted(draw, word, font, room))
    return lines
