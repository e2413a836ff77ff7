"""The author's blocking and set in place of what the words of a shot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shots.blocking import Blocking, BlockingMove, Doing, Position
from shots.dressing import dressed, place_of
from shots.lexicon.find_word import find_word
from shots.lexicon.places import Mark, SetPlan
from shots.lexicon.things import MODELS, STAND_IN
from shots.schema import Shot, ShotList
from shots.staging.appearance import read_appearance
from shots.staging.staged import Beat, Player, ShotReading, Staged


def author_plan(plan: SetPlan, shots: Sequence[Shot]) -> SetPlan:
    """The set of some shots as the author dresses it.

    Each place of their blocking that is a point, or has a facing in degrees, becomes a mark.
    """
    dressing = shots[0].location.set if shots and shots[0].location else None
    plan = dressed(plan, dressing) if dressing else plan
    own: dict[str, Mark] = {}
    for entry in (entry for shot in shots for entry in shot.blocking.values()):
        moves = [(move.to, move.facing) for move in entry.moves or ()]
        for spot, facing in [(entry.spot, entry.facing), *moves]:
            at = place_of(plan, spot)
            if spot and at and _mark_name(spot, facing) != spot.near:
                turned = facing if isinstance(facing, float) else 0.0
                name = _mark_name(spot, facing)
                own[name] = Mark(name, at, turned)
    return replace(plan, marks=(*plan.marks, *own.values()))


def blocked(board: ShotList, shot: Shot, reading: ShotReading) -> ShotReading:
    """A reading with what the author blocks: who is there, where, and what they do."""
    players = {player.id: player for player in reading.players}
    staged = list(reading.staged)
    for who, entry in shot.blocking.items():
        if entry.is_absent:
            players.pop(who, None)
            continue
        player = players.get(who) or _new_player(board, who, entry)
        players[who] = _blocked_player(player, entry, float(shot.duration_s))
        staged.append(_report(board, shot, who, players[who]))
    # What is blocked to stand somewhere is in nobody's hands, whatever the scene says.
    stands = {who for who, entry in shot.blocking.items() if entry.spot}
    for who, player in players.items():
        beats = (
            replace(beat, holds=tuple(held for held in beat.holds if held[1] not in stands))
            for beat in player.beats
        )
        players[who] = replace(player, beats=tuple(beats))
    return replace(
        reading, players=tuple(players.values()), staged=tuple(staged),
        over=shot.camera.over or reading.over,
        absent=tuple(who for who, entry in shot.blocking.items() if entry.is_absent),
    )  # fmt: skip


def _report(board: ShotList, shot: Shot, who: str, player: Player) -> Staged:
    """What the author blocks somebody to do, and the line it is written on."""
    entry = shot.blocking[who]
    fields = (f"blocking.{who}.{info.alias}" for info in Blocking.model_fields.values())
    lines = [board.origin(shot.id, field).line for field in fields]
    line = next(filter(None, lines), None)
    beat = player.beats[0] if player.beats else None
    doing = [beat.posture, beat.gesture] if beat else [player.model]
    spot = entry.spot
    place = f"{'at ' if spot.relation == 'at' else ''}{spot}" if spot else ""
    what = f"{who}: {', '.join(filter(None, (*doing, place)))}"
    return Staged(what, f"blocking, line {line}" if line else "blocking")


def _mark_name(spot: Position, facing: float | str | None) -> str:
    """Name of the mark at a place: that of the set, or one for a point or a facing."""
    if isinstance(facing, float) and spot.relation == "at":
        return f"{spot} facing {facing:g}"
    return str(spot) if spot.point else spot.near


def _new_player(board: ShotList, who: str, entry: Blocking) -> Player:
    """A character whom the words do not name, an extra, an animal or a thing."""
    name, character = who.replace("-", " "), board.characters.get(who)
    if character:
        look = read_appearance(character.looks, character.outfit(None), who)[0]
        return Player(who, character.name, look=look)
    model = entry.model or find_word("thing", who)
    if entry.looks or not model:
        return Player(who, name, look=read_appearance(entry.looks or name, "", who)[0])
    if model in MODELS and MODELS[model].kind == "animal":
        return Player(who, name, "animal", model)
    return Player(who, name, "thing", model, label=name if model == STAND_IN else "")


def _blocked_player(player: Player, entry: Blocking, seconds: float) -> Player:
    spot, values = entry.spot, dict[str, Any]()
    if spot:
        values = {"near": _mark_name(spot, entry.facing), "relation": spot.relation, "on": ""}
        if spot.relation == "on":
            values = {"near": "", "relation": "", "on": spot.near}
    if entry.colour:
        values["colour"] = entry.colour
    if player.kind == "thing":
        return replace(player, **values)
    beats = player.beats or (Beat(),)
    own = _doing(entry)
    if spot and spot.relation in ("at", "on"):
        thing = MODELS.get(find_word("thing", spot.near) or "")
        if thing and thing.seats and "posture" not in own and spot.relation == "on":
            own["posture"] = "sit"
        if own.get("posture") in ("sit", "lie", "sleep", "drive") and spot.near != "floor":
            own["seat"], values["near"], values["on"] = spot.near, "", ""
    beats = tuple(replace(beat, **own) for beat in beats)
    if spot and beats[0].to == "in":
        beats = (replace(beats[0], to="centre"), *beats[1:])
    if entry.moves:
        beats = tuple(_beats(replace(beats[0], to="", start=0.0, end=1.0), entry.moves, seconds))
    return replace(player, beats=beats, **values)


def _doing(entry: Doing) -> dict[str, Any]:
    """The fields of a beat that an entry sets."""
    values: Mapping[str, Any] = {
        "posture": entry.pose, "gesture": entry.does, "target": entry.with_,
        "looks_at": entry.looks_at or (entry.facing if isinstance(entry.facing, str) else None),
        "facing_deg": entry.facing if isinstance(entry.facing, float) else None,
        "holds": None if entry.holds is None else tuple((h or "right", t) for h, t in entry.holds),
    }  # fmt: skip
    return {key: value for key, value in values.items() if value is not None}


def _beats(first: Beat, moves: Sequence[BlockingMove], seconds: float) -> Iterator[Beat]:
    """Beats of a shot: at rest until the first move, the moves, and at rest between and after."""
    last, now = first, 0.0
    for k, move in enumerate(moves):
        start = min(float(move.from_.seconds) / seconds, 1.0) if move.from_ else now
        after = moves[k + 1].from_ if k + 1 < len(moves) else None
        end = min(float(move.until.seconds) / seconds, 1.0) if move.until else None
        end = end if end is not None else min(float(after.seconds) / seconds, 1.0) if after else 1.0
        if start > now:
            yield replace(last, start=now, end=start)
        way: dict[str, Any] = {"posture": "walk", "seat": ""} if move.to else {}
        way |= {"to": _mark_name(move.to, move.facing)} if move.to else {}
        beat = replace(last, start=start, end=end, pace=move.pace or 1.0, **way | _doing(move))
        yield replace(beat, arrives=bool(move.to and move.until))
        rests = "stand" if move.to else beat.posture
        last, now = replace(beat, to="", posture=rests, pace=1.0), end
    if now < 1.0:
        yield replace(last, start=now, end=1.0)
