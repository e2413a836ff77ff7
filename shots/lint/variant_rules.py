"""What looks odd about the variants of a board: SB403, SB404 and SB406. Called by `lint.py`."""

from __future__ import annotations

from collections.abc import Iterator

from shots.expand import length_of
from shots.schema import Shot, ShotList
from shots.variants import Variant
from shots.vocabulary.terms import Fault
from shots.vocabulary.values import decimal

_CROWDED = frozenset({"two-shot", "three-shot", "group"})

Finding = tuple[Fault, Shot | None, str]


def variant_warnings(board: ShotList) -> Iterator[Finding]:
    """What looks odd about the variants of a board: SB403, SB404 and SB406."""
    # Many variants find the same: one of each shape and one of each language is enough.
    for variant in {(v.aspect, v.is_reframed, v.shots): v for v in board.variants}.values():
        yield from _framings(board, variant)
    for variant in {(v.dialogue, v.shots): v for v in board.variants}.values():
        yield from _lines(board, variant)
    for variant in board.variants:
        if variant.length_s is not None:
            length_s, parts = length_of(board, variant)
            if length_s < variant.length_s:
                limit = decimal(variant.length_s)
                finding = f"the {limit} s cut-down runs only {parts} = {decimal(length_s)} s"
                remedy = "keep more shots, or lengthen the end card"
                yield Fault("SB406", finding, remedy), None, "variants.axes.length"


def _framings(board: ShotList, variant: Variant) -> Iterator[Finding]:
    """Wide framings that are rendered again for an upright picture."""
    (width, height), (own_width, own_height) = variant.aspect, board.format.aspect
    if variant.is_reframed or width >= height or own_width < own_height:
        return
    shape = ":".join(map(str, variant.aspect))
    for name in variant.shots:
        shot = board.shot(name)
        field, word = "camera.size", shot.camera.size
        if shot.camera.people in _CROWDED:
            field, word = "camera.people", shot.camera.people
        elif word != "EWS":
            continue
        finding = f"{word} in {shape}: the composition will change"
        remedy = "look at its layout first, or reframe"
        yield Fault("SB403", finding, remedy), shot, field


def _lines(board: ShotList, variant: Variant) -> Iterator[Finding]:
    if variant.dialogue is None:
        return
    for name in variant.shots:
        shot = board.shot(name)
        for line in shot.dialogue:
            if variant.dialogue not in line.locale:
                finding = f'"{line.line}" has no words for {variant.dialogue}'
                remedy = f"write locale: {{{variant.dialogue}: ...}}; until then it stays as it is"
                yield Fault("SB404", finding, remedy), shot, "dialogue"
