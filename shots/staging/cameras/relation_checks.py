"""Checks that people and things are, go and face where the words say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from shots.lexicon.actions import POSTURES
from shots.staging.floor_space import (
    distance,
    facing,
    gap,
    model_of,
    plan_to_own,
    size_of,
    top_of,
    turn_between,
)
from shots.staging.staged import Beat, Player
from shots.staging.standing import LAID, TOGETHER, Standing, beat_at, standing

_NUMBER = re.compile(r"[- ]\d+\b")
_RISES = ("fall", "float")  # postures that move
_TOUCH_M = 0.2  # from the edge of a thing, and still on it or in it
# Metres from the edge of what one is at, at most, by relation.
_FARTHEST_M = {"on": _TOUCH_M, "in": _TOUCH_M, "under": _TOUCH_M, "above": 1.5, "against": 0.5,
               "beside": 2.5, "before": 3.5, "behind": 3.5, "at": 3.0}  # fmt: skip
_LOW = 0.3  # of the height of a person, over which one is on them
_STEP_M = 0.3  # one who goes gets farther than that
_ARM_M, _SIDE_DEG = 0.5, 110.0  # beyond the ordinary distance; to the side, and still in view


def broken_relations(
    players: Mapping[str, Player],
    moments: Sequence[Mapping[str, Standing]],
    named: Collection[str],
    eye: tuple[float, float],
) -> Iterator[str]:
    """Relations of the words that the staging breaks: "LILY is not on the bed".

    Those at rest hold all the time that neither is in a hand, those of one who moves at one
    moment, of two who move at half of them.

    Args:
        players: Everybody and everything in the shot.
        moments: Where they are, at moments evenly over the shot.
        named: Ids of those whom the words name.
        eye: Where the camera is on the plan.
    """
    shares = np.linspace(0.0, 1.0, len(moments)).tolist()
    held = [{name for each in players.values() if each.kind == "person"
             for beat in [beat_at(each, share)] if beat.gesture not in LAID
             for _, name in beat.holds} for share in shares]  # fmt: skip
    found: dict[str, str] = {}
    for player in (players[name] for name in sorted(set(named) & set(players))):
        relation, other = ("on", player.on) if player.on else (player.relation, player.near)
        carrier = _nearest_like(player, players.get(other), players)
        texts = [*_broken_acts(player, players)]
        is_ground = player.kind != "person" and carrier is not None and (
            max(size_of(player)) > max(size_of(carrier)))  # a house on a hill  # fmt: skip
        if carrier is not None and other != player.id and not is_ground:
            good = [
                beat_at(player, share).seat == other
                or _holds(relation, state[player.id], state[carrier.id], carrier, eye)
                for share, state, hands in zip(shares, moments, held, strict=True)
                if not {player.id, other} & hands
            ]
            goes = sum(any(beat.path or beat.to or beat.posture in _RISES for beat in each.beats)
                       for each in (player, carrier))  # fmt: skip
            least = (len(good), 1, len(good) / 2)[goes]
            if sum(good) < least:
                texts.append(f"{called(player)} is not {relation} {called(carrier)}")
        for text in texts:  # of a group, one
            found.setdefault(_NUMBER.sub("", text), text)
    yield from found.values()


def called(player: Player) -> str:
    """A player in a message: MARA, the coffee table (of the fixture coffee-table-1)."""
    if player.kind == "person":
        return player.name or player.id
    return f"the {_NUMBER.sub('', player.name or player.id).replace('-', ' ')}"


def _nearest_like(
    player: Player, carrier: Player | None, players: Mapping[str, Player]
) -> Player | None:
    """Of furniture that stands there several times, such as bookshelves, the one next to it."""
    if carrier is None or not carrier.is_fixture:
        return carrier
    stem = _NUMBER.sub("", carrier.id)
    like = (each for key, each in players.items() if _NUMBER.sub("", key) == stem)
    return min(like, key=lambda each: gap(player.at, each))


def _holds(
    relation: str, mine: Standing, theirs: Standing, carrier: Player, eye: tuple[float, float]
) -> bool:
    """Whether a relation holds at a moment."""
    body = replace(carrier, at=theirs.at, facing_deg=theirs.facing_deg, size=theirs.size)
    away, over = gap(mine.at, body), mine.base_m - theirs.base_m
    is_tall = theirs.top_m > mine.top_m + _TOUCH_M  # a crane, a tree: the ground about it
    if away > _FARTHEST_M.get(relation, 9.0) + (1.0 if relation == "under" and is_tall else 0.0):
        return False
    top = _LOW * theirs.size[1] if theirs.tall_m else 0.5 * top_of(body)
    if relation == "on":
        return over > top or (not theirs.tall_m and theirs.size[1] < 0.25)  # a carpet, a mattress
    if relation == "in":
        return theirs.tall_m > 0 or -_TOUCH_M < over < theirs.size[1] + _TOUCH_M
    if relation == "under":
        return mine.top_m < theirs.top_m + _TOUCH_M
    if relation == "above":
        return over > 0.5 * theirs.size[1]
    own, far = (plan_to_own(at, theirs.at, theirs.facing_deg) for at in (mine.at, eye))
    is_hidden_side = own[0] * far[0] + own[1] * far[1] < 0.0
    if relation == "behind":
        takes_cover = POSTURES[mine.posture].top < 0.9 if mine.posture else False
        is_at_flank = takes_cover and model_of(carrier).kind == "vehicle" and away < 1.0
        return own[1] > 0.0 or is_hidden_side or is_at_flank
    return relation != "before" or own[1] < 0.0 or not is_hidden_side


def _broken_acts(player: Player, players: Mapping[str, Player]) -> Iterator[str]:
    """What a person's beats say and their places do not do: go, get to, touch, face."""
    for beat in player.beats if player.kind == "person" else ():
        first, middle, last = (
            standing(player, beat.start + part * (beat.end - beat.start), players)
            for part in (0.0, 0.5, 0.999)
        )
        goes = POSTURES[beat.posture].speed and beat.posture != "jump"
        if goes and distance(first.at, last.at) < _STEP_M and not players.get(beat.seat):
            yield f"{called(player)} does not go anywhere"
        tall = [p for p in players.values() if p.base_m + size_of(p)[1] > 0.9 * last.size[1]]
        if beat.posture == "hang" and last.base_m >= 0.0 and player.near != "wall" and not any(
            gap(last.at, each) < _ARM_M for each in tall if each is not player
        ):  # fmt: skip
            yield f"{called(player)} does not hang from anything"
        other = players.get(beat.target) or players.get(beat.looks_at)
        if other is None or other is player or beat.path:
            continue
        share = (beat.start + beat.end) / 2
        theirs = standing(other, share, players)
        if not _is_near(beat, middle, theirs):
            yield f"{called(player)} does not reach {called(other)}"
        turned = turn_between(middle.facing_deg, facing(middle.at, theirs.at))
        is_free = not (middle.lies or theirs.lies) and distance(middle.at, theirs.at) > _STEP_M
        if abs(turned) > _SIDE_DEG and is_free and other.kind == "person":
            yield f"{called(player)} does not face {called(other)}"


def _is_near(beat: Beat, mine: Standing, theirs: Standing) -> bool:
    if not theirs.tall_m or beat.gesture not in TOGETHER:
        return True
    near = TOGETHER[beat.gesture][0] * (mine.tall_m + theirs.tall_m) / 3.5
    return distance(mine.at, theirs.at) < near + _ARM_M + (
        theirs.size[2] / 2 if theirs.lies else 0.0
    )
