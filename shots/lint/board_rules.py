"""Lint rules over several shots of a board.

SB022 slates, SB023 set-ups, SB311 to SB316 continuity in the order of the cut, SB403 to SB406
variants. Each rule is one pass over the board, so its time is linear in the number of shots.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count, pairwise, product

from shots.expand import length_of
from shots.schema import Shot, ShotList
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.terms import Fault
from shots.vocabulary.values import decimal

MAX_CHAIN = 3
"""Longest chain of last frames before colours drift; a starting value."""
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters of set-ups: without I and O, which can be misread as digits."""

Finding = tuple[Fault, Shot | None, str]
"""A fault, its shot (None for the whole board), and the field that it is about."""

_SLATE = re.compile(r"(\d+)([A-Za-z]+)")
_OPPOSITE = {"left-to-right": "right-to-left", "right-to-left": "left-to-right"}
_ACROSS = re.compile(r"\bfrom (?:the )?(left|right) to (?:the )?(left|right)\b", re.IGNORECASE)
_DEPTH = re.compile(r"\b(towards?|away from) (?:the )?(?:camera|lens|viewer|us)\b", re.IGNORECASE)
# Fields that the shots of a set-up have in common: the block, the attribute, the key.
_SETUP_FIELDS = (
    ("camera", "size", "size"), ("camera", "angle", "angle"), ("camera", "view", "view"),
    ("camera", "lens_mm", "lens"), *(("lighting", name, name) for name in Lighting.model_fields),
)  # fmt: skip


def board_findings(board: ShotList) -> Iterator[Finding]:
    """All findings over several shots, rule by rule."""
    rules = (
        _slates, _setups, _directions, _line_of_action, _wardrobe, _chains, _variant_framings,
        _variant_lines, _variant_lengths,
    )  # fmt: skip
    for rule in rules:
        yield from rule(board)


def direction_of(action: str) -> str | None:
    """The screen direction that an action describes, if any: left-to-right, towards, ..."""
    across = _ACROSS.search(action)
    if across and across[1].lower() != across[2].lower():
        return f"{across[1]}-to-{across[2]}".lower()
    depth = _DEPTH.search(action)
    return ("towards" if depth[1].lower().startswith("toward") else "away") if depth else None


def suffixes() -> Iterator[str]:
    """A, B, ... Z, AA, AB, ... without I and O."""
    for size in count(1):
        for letters in product(LETTERS, repeat=size):
            yield "".join(letters)


def slates(scene: str) -> Iterator[str]:
    """Ids for the shots of a scene: the master, then its set-ups: 12, 12A, ... 12H, 12J, ...

    A scene that ends in a letter gets the long form, 12A-1: its bare number looks like a set-up of
    scene 12.
    """
    if not scene[-1:].isdigit():
        yield from (f"{scene}-{k}" for k in count(1))
    yield scene
    yield from (scene + letters for letters in suffixes())


def _slates(board: ShotList) -> Iterator[Finding]:
    """SB022: ids that can be misread on a slate. They name files, so they are never changed."""
    scenes = {scene.number.casefold() for scene in board.scenes}
    used = scenes | {shot.id.casefold() for shot in board.shots}
    # One iterator per scene, so that two shots are not offered the same free id.
    candidates: dict[str, Iterator[str]] = {}

    def fault(shot: Shot, finding: str, advice: str) -> Fault:
        ids = candidates.setdefault(shot.scene, slates(shot.scene))
        free = next(name for name in ids if name.casefold() not in used)
        return Fault("SB022", finding, f'{advice}: "{free}" is free', shot.id)

    for shot in board.shots:
        slate = _SLATE.fullmatch(shot.id)
        letters = set(slate[2].upper()) & {"I", "O"} if slate else set()
        if letters:
            letter = "I" if "I" in letters else "O"
            finding = f'set-up "{shot.id}" has the letter {letter}, which can be read as a digit'
            yield fault(shot, finding, f"skip {letter}"), shot, "id"
        number = shot.id.casefold()
        if number in scenes and number != shot.scene.casefold():
            finding = f'set-up "{shot.id}" of scene {shot.scene} reads like scene {shot.id}'
            remedy = f'use the long form "{shot.id}-1" for set-ups of that scene'
            yield Fault("SB022", finding, remedy, shot.id), shot, "id"
        elif slate and slate[1] in scenes and not shot.scene.startswith(slate[1]):
            finding = f'shot "{shot.id}" of scene {shot.scene} reads like one of scene {slate[1]}'
            yield fault(shot, finding, "name it after its scene"), shot, "id"


def _setups(board: ShotList) -> Iterator[Finding]:
    """SB023: a change of camera, lens or light within a set-up."""
    first: dict[str, Shot] = {}
    for shot in board.shots:
        if shot.setup is None:
            continue
        other = first.setdefault(shot.setup, shot)
        for group, name, key in _SETUP_FIELDS:
            value, other_value = (getattr(getattr(each, group), name) for each in (shot, other))
            if value != other_value:
                here, there = _text(value), _text(other_value)
                if key == "lens":
                    here, there = f"{here}mm", f"{there}mm"
                values = f"{key} {here} here and {there} in shot {other.id}"
                remedy = f"keep the {key} of the set-up, or define another set-up"
                fault = Fault("SB023", f'set-up "{shot.setup}" has {values}', remedy)
                yield fault, shot, f"{group}.{key}"
                break


def _text(value: object) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _directions(board: ShotList) -> Iterator[Finding]:
    """SB311: a screen direction that reverses at a cut within a scene."""
    for scene in board.scenes:
        for before, shot in pairwise(scene.shots):
            direction, other = _direction(shot), _direction(before)
            both = [key for key in shot.subjects if key in before.subjects]
            if not (direction and other and direction == _OPPOSITE.get(other)):
                continue
            if both or not shot.subjects:
                name = f"{both[0]} goes" if both else "the shot goes"
                finding = f"{name} {direction} here and {other} in shot {before.id}"
                remedy = "reverse one of them, or insert a shot towards or away from the camera"
                is_explicit = shot.continuity is not None and shot.continuity.screen_direction
                field = "continuity.screen-direction" if is_explicit else "action"
                yield Fault("SB311", finding, remedy), shot, field


def _direction(shot: Shot) -> str | None:
    explicit = shot.continuity.screen_direction if shot.continuity else None
    return explicit or direction_of(shot.action)


def _line_of_action(board: ShotList) -> Iterator[Finding]:
    """SB313: two people change sides within a scene.

    Their sides follow from two subjects, the important one first, and a composition that puts that
    one left or right. An orbit, a new establishing shot and `cross-line` may cross the line.
    """
    for scene in board.scenes:
        left: dict[frozenset[str], tuple[str, Shot]] = {}  # the left one of each pair
        for shot in scene.shots:
            if shot.camera.view == "establishing":
                left.clear()
            pair = frozenset(shot.subjects)
            if shot.camera.cross_line:
                left.pop(pair, None)
            side = {"left-heavy": 0, "right-heavy": 1}.get(shot.composition or "")
            if side is not None and len(pair) == 2 == len(shot.subjects):
                person = shot.subjects[side]
                other, before = left.get(pair, (person, shot))
                if person != other:
                    finding = f"{person} is left of {other} here, right in shot {before.id}"
                    composition = "right-heavy" if side == 0 else "left-heavy"
                    remedy = (
                        f"stay on one side of the line: use {composition}, "
                        "or orbit to the other side in the picture"
                    )
                    yield Fault("SB313", finding, remedy), shot, "composition"
                left[pair] = (person, shot)
            if any(move.startswith("orbit") for move in shot.camera.movement):
                left.pop(pair, None)


def _wardrobe(board: ShotList) -> Iterator[Finding]:
    """SB314 and SB315: outfits that are missing, or that change within a scene."""
    for scene in board.scenes:
        outfits: dict[str, tuple[str, Shot]] = {}  # the last one of each character
        for shot in scene.shots:
            for key in shot.subjects:
                character = board.characters.get(key)
                if character is None or not character.wardrobe:
                    continue
                outfit = character.outfit(shot.wardrobe)
                if not outfit:
                    finding = f"{key} has several outfits and the shot names none"
                    if shot.wardrobe:
                        finding = f'{key} has no outfit "{shot.wardrobe}"'
                    remedy = f"set wardrobe: to one of {', '.join(character.wardrobe)}"
                    field = "wardrobe" if shot.wardrobe else "subjects"
                    fault = Fault("SB314", f"{finding}; the model invents one", remedy)
                    yield fault, shot, field
                    continue
                before, other = outfits.get(key, (outfit, shot))
                if outfit != before:
                    finding = f"{key} wears {outfit} here, {before} in shot {other.id}"
                    remedy = "keep the outfit through the scene, or begin another scene"
                    yield Fault("SB315", finding, remedy), shot, "wardrobe"
                outfits[key] = (outfit, shot)


def _chains(board: ShotList) -> Iterator[Finding]:
    """SB312 and SB316: last frames and colours that are taken from a shot with another light."""
    lengths: dict[str, int] = {}
    for shot in board.shots:
        continuity = shot.continuity
        if continuity is None or continuity.after is None:
            continue
        before = board.shot(continuity.after)
        change = _change_of_light(before, shot)
        if continuity.from_ == "last-frame":
            length = lengths[shot.id] = lengths.get(before.id, 0) + 1
            if length == MAX_CHAIN + 1:
                finding = f"a chain of {length} last frames; colours drift after {MAX_CHAIN}"
                remedy = "start again with from: style-only, or with a picture"
                yield Fault("SB312", finding, remedy), shot, "continuity.from"
            elif change:
                finding = f"the last frame of shot {before.id} has {change}"
                remedy = "keep the light, or use from: style-only"
                yield Fault("SB312", finding, remedy), shot, "continuity.from"
        if continuity.match_color and change:
            finding = f"match-color with shot {before.id}, which has {change}"
            fault = Fault("SB316", finding, "remove match-color, or keep the light")
            yield fault, shot, "continuity.match-color"


def _change_of_light(before: Shot, shot: Shot) -> str:
    """What is different about the light of the earlier shot; empty if the light is the same.

    A shot that overrides a field of the set-up that both shots share has the same light.
    """
    if before.lighting.time != shot.lighting.time:
        return f"the time {_text(before.lighting.time)}"
    if before.lighting_setup != shot.lighting_setup:
        return f'the lighting "{before.lighting_setup or before.lighting.source or "none"}"'
    if before.lighting_setup is None and before.lighting.source != shot.lighting.source:
        return f"the light source {_text(before.lighting.source)}"
    places = [each.location.key if each.location else None for each in (before, shot)]
    return f"the location {_text(places[0])}" if places[0] != places[1] else ""


def _variant_framings(board: ShotList) -> Iterator[Finding]:
    """SB403: wide framings that are rendered again for an upright picture."""
    # Variants that differ elsewhere have the same findings: one of each kind is enough.
    for variant in {(v.aspect, v.is_reframed, v.shots): v for v in board.variants}.values():
        (width, height), (own_width, own_height) = variant.aspect, board.format.aspect
        if variant.is_reframed or width >= height or own_width < own_height:
            continue
        for shot in map(board.shot, variant.shots):
            field, word = "camera.size", shot.camera.size
            if shot.camera.people in ("two-shot", "three-shot", "group"):
                field, word = "camera.people", shot.camera.people
            elif word != "EWS":
                continue
            finding = f"{word} in {width}:{height}: the composition will change"
            remedy = "look at its layout first, or use render: reframe"
            yield Fault("SB403", finding, remedy), shot, field


def _variant_lines(board: ShotList) -> Iterator[Finding]:
    """SB404: lines without a translation."""
    for variant in {(v.dialogue, v.shots): v for v in board.variants}.values():
        locale = variant.dialogue
        if locale is None:
            continue
        for shot in map(board.shot, variant.shots):
            for line in shot.dialogue:
                if locale not in line.locale:
                    finding = f'"{line.line}" has no translation for {locale}'
                    remedy = f"add locale: {{{locale}: ...}}; without it the caption stays as it is"
                    yield Fault("SB404", finding, remedy), shot, "dialogue"


def _variant_lengths(board: ShotList) -> Iterator[Finding]:
    """SB406: cut-downs that are too short."""
    for variant in board.variants:
        if variant.length_s is not None:
            length_s, parts = length_of(board, variant)
            if length_s < variant.length_s:
                target = decimal(variant.length_s)
                finding = f"the {target} s cut-down runs only {parts} = {decimal(length_s)} s"
                remedy = "keep more shots, or lengthen the end card"
                yield Fault("SB406", finding, remedy), None, "variants.axes.length"
