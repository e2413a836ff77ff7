"""Write a campaign board from one template: a subject, six shots, and axes as `variants`.

The same subject and axes give the same board, and the board loads without errors. The film lasts
24 s. A cut-down keeps the most important shots that fit, and its end card fills the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from shots.problem import ShotsError
from shots.source.board_source import UNPRINTABLE
from shots.variants import AXIS, FULL, MAX_VARIANTS, RESERVED, Variants, canonical
from shots.vocabulary.values import read_aspect, read_time
from storyboard.interchange.draft import code_of
from storyboard.interchange.draft_text import inline, quoted

FPS = 24
MAX_SUBJECT = 300
"""Characters."""
MIN_CARD_F = FPS
MAX_CARD_F = 6 * FPS
USUAL: Mapping[str, str] = {"format": "16:9,9:16,1:1", "length": "full,15s,6s"}
"""Axes of a campaign without `--axes`."""

_FILM = """\
# yaml-language-server: $schema=./.storyboard/shotlist.schema.json
storyboard: 1
title: {subject}
code: {code}

format: {{aspect: {aspect}, fps: 24}}
style: {{seed: {seed}}}

characters:
  hero: {{looks: {subject}}}

defaults:
  subjects: [hero]
  lighting: day, soft, side left

scenes:
  - number: 1
    shots:
      - id: 1
        camera: WS, establishing, crane down slow, 28mm
        duration: 5s
        action: Hero comes into view.
        priority: 5
      - id: 1A
        camera: FS, low, track right, 35mm
        duration: 4.5s
        action: Hero moves slowly through the light.
        priority: 3
      - id: 1B
        camera: MCU, push in slow, 85mm, shallow
        duration: 2.5s
        action: Light slides over Hero.
        priority: 1
      - id: 1C
        camera: ECU, insert, 85mm
        duration: 2.5s
        action: The smallest detail of Hero catches the light.
        priority: 2
      - id: 1D
        camera: MS, orbit left slow, 35mm
        duration: 4.5s
        action: Hero turns slowly.
        priority: 4
      - id: 1E
        camera: WS, pull out slow, 35mm
        duration: 5s
        action: Hero grows small in the distance.
        priority: 6

"""
# Frames of the shots up to each priority: 2.5 s, 5 s, 9.5 s, 14 s, 19 s and 24 s. With a card of
# 1 s, these give the usual cut-downs of 6 s and 15 s.
_KEPT_F = (60, 120, 228, 336, 456, 576)


class CampaignError(ShotsError):
    """A subject or axes that the template cannot hold."""


def read_axes(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Read axes as a command line has them, `format=16:9,9:16`.

    Raises:
        CampaignError: A text is not an axis, or the language does not allow its values.
    """
    axes: dict[str, tuple[str, ...]] = {}
    for text in texts or [f"{name}={values}" for name, values in USUAL.items()]:
        name, sign, values = text.partition("=")
        name = name.strip()
        parts = [part.strip() for part in values.split(",") if part.strip()]
        if not (sign and parts and AXIS.fullmatch(name)):
            raise CampaignError(f"{text!r}: not an axis, must be like format=16:9,9:16.")
        if name in RESERVED or name in axes:
            state = "a reserved name" if name in RESERVED else "used twice"
            raise CampaignError(f"{text!r}: the axis {name} is {state}. Use another name.")
        try:
            axes[name] = tuple(dict.fromkeys(canonical(name, part) for part in parts))
            Variants.model_validate({"axes": {name: axes[name]}})
        except PydanticCustomError as error:
            raise CampaignError(f"{text!r}: {error.message()}.") from None
        except ValidationError as error:
            raise CampaignError(f"{text!r}: {error.errors()[0]['msg']}.") from None
    count = prod(len(values) for values in axes.values())
    if count > MAX_VARIANTS:
        raise CampaignError(f"{count} variants, must be at most {MAX_VARIANTS}. Shorten an axis.")
    return axes


def write_campaign(subject: str, axes: Mapping[str, Sequence[str]]) -> str:
    """Fill the template in; the result is YAML that `load_shots` reads without an error.

    Raises:
        CampaignError: The subject is empty or too long, or a length does not fit the film.
    """
    text = " ".join(UNPRINTABLE.sub(" ", subject).split())
    if not 1 <= len(text) <= MAX_SUBJECT:
        raise CampaignError(
            f"subject: {len(text)} characters, must be 1 to {MAX_SUBJECT}. Write what the film "
            "shows, like a bottle of perfume."
        )
    film = _FILM.format(
        subject=quoted(text),
        code=code_of(text) or "SPOT",
        aspect=axes.get("format", ("16:9",))[0],
        seed=int.from_bytes(hashlib.sha256(text.encode()).digest()[:3], "big"),
    )
    return film + "\n".join(_variants(text, axes)) + "\n"


def _variants(subject: str, axes: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield "variants:"
    yield "  axes:"
    for name, values in axes.items():
        yield f"    {name}: {inline(list(values))}"
    rules = list(_length_rules(subject, axes.get("length", ())))
    formats = axes.get("format", ())
    for text in formats[1:]:
        own, other = (Fraction(*read_aspect(each)) for each in (formats[0], text))
        # A crop that would keep less than half of the picture is rendered as one of its own.
        how = "reframe" if min(own / other, other / own) >= Fraction(1, 2) else "native"
        rules.append({"when": {"format": text}, "render": how})
    for locale in axes.get("locale", ())[1:]:
        rules.append({"when": {"locale": locale}, "replace": {"dialogue": locale}})
    if rules:
        yield "  rules:"
        yield from (f"    - {inline(rule)}" for rule in rules)
    fields = "_".join(f"{{{name}}}" for name in axes)
    yield f'  name: "{{code}}_{{cut}}_{fields}_v{{version:03}}"'


def _length_rules(subject: str, lengths: Sequence[str]) -> Iterator[Mapping[str, object]]:
    """What each cut-down keeps, with an end card that makes it exactly as long as it says."""
    low, high = _KEPT_F[0] + MIN_CARD_F, _KEPT_F[-1] + MAX_CARD_F
    for text in lengths:
        if text == FULL:
            continue
        frames = read_time(text).at(Fraction(FPS)) * FPS
        if frames.denominator != 1 or not low <= frames <= high:
            raise CampaignError(
                f"length={text}: must be {low / FPS:g}s to {high / FPS:g}s, in whole "
                f"frames at {FPS} fps. Choose another length."
            )
        kept = sum(shots + MIN_CARD_F <= frames for shots in _KEPT_F)
        card = {"text": subject, "duration": f"{frames - _KEPT_F[kept - 1]}f"}
        yield {"when": {"length": text}, "keep": f"priority <= {kept}", "end-card": card}
