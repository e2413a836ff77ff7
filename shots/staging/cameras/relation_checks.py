"""Checks that people and things are on, under, in or behind what the words name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from shots.staging.floor_space import gap, plan_to_own, size_of, top_of
from shots.staging.staged import Player
from shots.staging.standing import Standing

_NUMBER = re.compile(r"-\d+$")
_NEAR_M = 0.2  # beside the edge of a thing, and still on it or in it
_BEHIND_M = 2.5  # of what somebody is behind, at most
_LOW = 0.3  # of the height of a person, over which one is on them


def broken_relations(
    players: Mapping[str, Player],
    moments: Sequence[Mapping[str, Standing]],
    named: Collection[str],
    eye: tuple[float, float],
) -> Iterator[str]:
    """Relations of the words that hold at none of some moments: "LILY is not on the bed".

    Args:
        players: Everybody and everything in the shot.
        moments: Where they are, at some moments.
        named: Ids of those whom the words name.
        eye: Where the camera is on the plan.
    """
    held = {thing for each in players.values() for beat in each.beats for _, thing in beat.holds}
    for name in sorted(named):
        player = players.get(name)
        if player is None or name in held:
            continue
        relation, other = ("on", player.on) if player.on else (player.relation, player.near)
        if other not in players or other == name or other in held:
            continue
        carrier = players[other]
        rests_on = {players[beat.seat].model for beat in player.beats if beat.seat in players}
        if (
            relation in ("on", "in") and carrier.model in rests_on
        ):  # one stool is as good as another
            continue
        is_ground = player.kind != "person" and max(size_of(player)) > max(size_of(carrier))
        if not is_ground and not any(
            _holds(relation, player, carrier, state, eye) for state in moments
        ):
            yield f"{called(player)} is not {relation} {called(carrier)}"


def called(player: Player) -> str:
    """A player in a message: MARA, the coffee table (of the fixture coffee-table-1)."""
    if player.kind == "person":
        return player.name or player.id
    return f"the {_NUMBER.sub('', player.name or player.id).replace('-', ' ')}"


def _holds(
    relation: str,
    player: Player,
    carrier: Player,
    state: Mapping[str, Standing],
    eye: tuple[float, float],
) -> bool:
    """Whether a relation holds at a moment; beside, before and above are not checked and hold."""
    mine, theirs = state[player.id], state[carrier.id]
    if carrier.kind == "person":
        raised = mine.base_m > theirs.base_m + _LOW * theirs.size[1]
        return raised or relation != "on" or any(beat.target for beat in player.beats)
    away = gap(mine.at, carrier)
    if relation == "on":
        is_raised = mine.base_m > theirs.base_m + 0.5 * top_of(carrier)
        is_flat = size_of(carrier)[1] < 0.25  # a carpet, a mattress
        return away < _NEAR_M and (is_flat or is_raised)
    if relation == "under":
        return away < _NEAR_M and mine.top_m < theirs.top_m + _NEAR_M
    if relation == "in":
        return away < _NEAR_M
    if relation == "behind":
        own = plan_to_own(mine.at, carrier.at, carrier.facing_deg)
        far = plan_to_own(eye, carrier.at, carrier.facing_deg)
        is_hidden_side = own[0] * far[0] + own[1] * far[1] < 0.0
        return away < _BEHIND_M and (own[1] > 0.0 or is_hidden_side)
    return True
