"""What does not match from shot to shot: SB023 and SB311 to SB316.

Shots are compared in the order of the cut, and with those that they follow. One pass over the
board, whatever its length. Called by `lint.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from shots.lint.conflicts import direction_of
from shots.schema import Shot, ShotList
from shots.vocabulary.terms import Fault

MAX_CHAIN = 3
"""Last frames that may hand on to each other before colours drift; a starting value."""

Finding = tuple[Fault, Shot, str]

_OPPOSITE = {"left-to-right": "right-to-left", "right-to-left": "left-to-right"}
_CAMERA = {"size": "size", "angle": "angle", "view": "view", "lens_mm": "lens"}


def compare_shots(board: ShotList) -> Iterator[Finding]:
    """Everything that a script supervisor would ask about."""
    yield from _setups(board)
    yield from _directions(board)
    yield from _lines(board)
    yield from _wardrobe(board)
    yield from _follow(board)


def _setups(board: ShotList) -> Iterator[Finding]:
    """SB023: a change of camera, lens or light is another set-up."""
    first: dict[str, Shot] = {}
    for shot in board.shots:
        if shot.setup is None:
            continue
        other = first.setdefault(shot.setup, shot)
        for field, here, there in _differences(shot, other):
            finding = f'set-up "{shot.setup}" has {here} here and {there} in shot {other.id}'
            remedy = f"keep the {field.partition('.')[2]} of the set-up, or make it another one"
            yield Fault("SB023", finding, remedy), shot, field
            break


def _differences(shot: Shot, other: Shot) -> Iterator[tuple[str, str, str]]:
    for name, key in _CAMERA.items():
        here, there = getattr(shot.camera, name), getattr(other.camera, name)
        if here != there:
            unit = "mm" if key == "lens" else ""
            yield f"camera.{key}", f"{key} {_shown(here)}{unit}", f"{_shown(there)}{unit}"
    for name in type(shot.lighting).model_fields:
        here, there = getattr(shot.lighting, name), getattr(other.lighting, name)
        if here != there:
            yield f"lighting.{name}", f"{name} {_shown(here)}", _shown(there)


def _shown(value: object) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _directions(board: ShotList) -> Iterator[Finding]:
    """SB311: who goes left to right goes on left to right after the cut."""
    for before, shot in _cuts(board):
        here, there = _direction(shot), _direction(before)
        same = [key for key in shot.subjects if key in before.subjects]
        if here and there and here == _OPPOSITE.get(there) and (same or not shot.subjects):
            who = f"{same[0]} goes" if same else "the shot goes"
            finding = f"{who} {here} here and {there} in shot {before.id}"
            remedy = "turn one of them, or cut in a shot towards or away from the camera"
            is_said = shot.continuity is not None and shot.continuity.screen_direction is not None
            field = "continuity.screen-direction" if is_said else "action"
            yield Fault("SB311", finding, remedy), shot, field


def _cuts(board: ShotList) -> Iterator[tuple[Shot, Shot]]:
    """Shots that meet at a cut within a scene."""
    for scene in board.scenes:
        yield from zip(scene.shots, scene.shots[1:], strict=False)


def _direction(shot: Shot) -> str | None:
    said = shot.continuity.screen_direction if shot.continuity else None
    return said or direction_of(shot.action)


def _lines(board: ShotList) -> Iterator[Finding]:
    """SB313: of two people, who is on the left stays on the left.

    Who is where is known where a shot has two subjects, the important one first, and a
    composition that puts that one on a side. A move around them, or a shot that shows the place
    anew, may cross the line.
    """
    for scene in board.scenes:
        left: dict[frozenset[str], tuple[str, Shot]] = {}
        for shot in scene.shots:
            if shot.camera.view == "establishing":
                left.clear()
            pair = frozenset(shot.subjects)
            if len(pair) == 2 == len(shot.subjects):
                side = {"left-heavy": 0, "right-heavy": 1}.get(shot.composition or "")
                if side is not None:
                    person, before = left.get(pair, (shot.subjects[side], shot))
                    if person != shot.subjects[side]:
                        other = shot.subjects[side]
                        finding = f"{other} is left of {person} here, right in shot {before.id}"
                        turned = "right-heavy" if side == 0 else "left-heavy"
                        remedy = (
                            f"stay on one side of the line: use {turned}, "
                            "or orbit to the other side in the picture"
                        )
                        yield Fault("SB313", finding, remedy), shot, "composition"
                    left[pair] = (shot.subjects[side], shot)
            if any(move.startswith("orbit") for move in shot.camera.movement):
                left.pop(pair, None)


def _wardrobe(board: ShotList) -> Iterator[Finding]:
    """SB314 and SB315: clothes that are missing, or that change within a scene."""
    for scene in board.scenes:
        worn: dict[str, tuple[str, Shot]] = {}
        for shot in scene.shots:
            for key in shot.subjects:
                who = board.characters.get(key)
                if who is None or not who.wardrobe:
                    continue
                outfit = who.outfit(shot.wardrobe)
                if not outfit:
                    names = ", ".join(who.wardrobe)
                    which = f'no outfit "{shot.wardrobe}"' if shot.wardrobe else "several outfits"
                    finding = f"{key} has {which}, and is dressed as the model likes"
                    remedy = f"say wardrobe: with one of {names}"
                    field = "wardrobe" if shot.wardrobe else "subjects"
                    yield Fault("SB314", finding, remedy), shot, field
                    continue
                before, other = worn.setdefault(key, (outfit, shot))
                if outfit != before:
                    finding = f"{key} wears {outfit} here, {before} in shot {other.id}"
                    remedy = "keep the outfit through the scene, or begin another scene"
                    yield Fault("SB315", finding, remedy), shot, "wardrobe"
                worn[key] = (outfit, shot)


def _follow(board: ShotList) -> Iterator[Finding]:
    """SB312 and SB316: what is handed on from shot to shot."""
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
                finding = f"a chain of {length} last frames, colours drift after {MAX_CHAIN}"
                remedy = "begin afresh with from: style-only, or with a picture"
                yield Fault("SB312", finding, remedy), shot, "continuity.from"
            elif change:
                finding = f"the last frame of shot {before.id} has {change}"
                remedy = "keep the light, or use from: style-only"
                yield Fault("SB312", finding, remedy), shot, "continuity.from"
        if continuity.match_color and change:
            finding = f"match-color with shot {before.id}, which has {change}"
            fault = Fault("SB316", finding, "drop match-color, or keep the light")
            yield fault, shot, "continuity.match-color"


def _change_of_light(before: Shot, shot: Shot) -> str:
    """How the light of two shots differs, or nothing.

    A shot that overrides a field of the set-up that it shares with the other keeps its light.
    """
    if before.lighting.time != shot.lighting.time:
        return f"the time {_shown(before.lighting.time)}"
    if before.lighting_setup != shot.lighting_setup:
        return f'the lighting "{before.lighting_setup or before.lighting.source or "none"}"'
    if before.lighting_setup is None and before.lighting.source != shot.lighting.source:
        return f"the light source {_shown(before.lighting.source)}"
    places = [each.location.id if each.location else None for each in (before, shot)]
    return f"the location {_shown(places[0])}" if places[0] != places[1] else ""
