"""Ways that depend on the camera: across its picture, up to it, out of it, after somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from shots.staging.floor.marks import Occupied
from shots.staging.floor.moves_on_plan import (
    FRAME,
    RELATIVE,
    Route,
    is_relative,
    is_vehicle,
    moving_on,
    speed_of,
    starting,
)
from shots.staging.floor_space import (
    Array,
    cut_end,
    cut_start,
    direction,
    distance,
    length,
    own_to_plan,
    plan_to_own,
    point,
)
from shots.staging.picture import CameraPicture, share_in_frame
from shots.staging.staged import Beat, Player, Point
from shots.staging.standing import standing

_PARTS = (1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.12, 0.06, 0.03, 0.015)
_OUTSIDE_M = 0.4  # from the edge of the picture to who is about to come in, or has gone out
_CHASED_M = 1.4  # behind one who runs as well
_SOON = 0.6  # of the shot; a way that ends earlier leads to what is done next


@dataclass(frozen=True)
class InPicture:
    """Where ways have to be: in the picture of a camera.

    Attributes:
        picture: The camera.
        heading_deg: Direction in which it looks at rest.
        seconds: Length of the shot.
        occupied: The set.
        subjects: Ids of those who have to stay in the picture.
    """

    picture: CameraPicture
    heading_deg: float
    seconds: float
    occupied: Occupied
    subjects: Sequence[str]

    def ways(self, players: Sequence[Player], routes: Sequence[Route]) -> tuple[Player, ...]:
        """Players with all ways: relative to the camera, those of subjects as long as they fit."""
        by_id = {each.id: each for each in players}
        before = dict(by_id)
        ats = [by_id[name].at for name in self.subjects if name in by_id]
        middle = np.mean(ats, axis=0) if ats else np.zeros(2)
        for route in routes:
            leads = [n for n in self.subjects if n in by_id and _goes_with(by_id[n], route.player)]
            best, most = by_id[route.player], -1.0
            variants = self._variants(best, route, middle if route.player in leads else None)
            leaves = best.beats[route.beat].to == "out"
            for tried in variants if leads and not leaves else islice(variants, 1):
                after = by_id | {tried.id: tried}
                lead = _with_carrier(after[leads[0]], before, after) if leads else tried
                share = share_in_frame(lead, after | {lead.id: lead}, self.picture)
                if share > most + 1e-9:
                    best, most = tried, share
                if most > 0.999:
                    break
            by_id[route.player] = best
        for each in before.values():  # one on the tail of another goes its way
            leader = by_id.get(each.near)
            if (chased := _chased(each, by_id)) is not None:
                by_id[each.id], by_id[chased.id] = _chasing(each, chased, self.picture.subject[0])
            elif leader is not None and leader.beats and _is_led(each, leader):
                apart = np.array(each.at) - before[leader.id].at
                shifted = tuple(point(np.array(at) + apart) for at in leader.beats[0].path)
                beats = [replace(each.beats[0], path=shifted), *each.beats[1:]]
                by_id[each.id] = starting(each, beats) if shifted else by_id[each.id]
        return tuple(_with_carrier(each, before, by_id) for each in by_id.values())

    def _variants(self, player: Player, route: Route, middle: Array | None) -> Iterator[Player]:
        """The player with the longest way first, then with shorter ones."""
        beat, along_with = player.beats[route.beat], self.picture.subject
        goes_along = middle is not None and distance(along_with[0], along_with[-1]) > 0.2
        is_entry = beat.to in ("in", "out") and FRAME(beat.words) and not goes_along
        for path in self._over_the_edge(beat) if is_entry else ():
            beats = [*player.beats[: route.beat], replace(beat, path=path),
                     *player.beats[route.beat + 1 :]]  # fmt: skip
            yield starting(player, beats)
        for part in _PARTS:
            if goes_along:
                path = tuple(point(each + np.array(player.at) - middle) for each in along_with)
            elif beat.path and not is_relative(player, beat):
                cut = cut_start if route.arrives else cut_end
                path = cut(beat.path, part * length(beat.path))
            else:
                path = self._relative_way(player, route, part)
            moving = moving_on(beat, path, None)
            if beat.path and path[-1] == beat.path[-1]:
                moving = replace(moving, facing_deg=beat.facing_deg)
            beats = [*player.beats[: route.beat], moving, *player.beats[route.beat + 1 :]]
            yield starting(player, beats)

    def _over_the_edge(self, beat: Beat) -> Iterator[tuple[Point, ...]]:
        """Straight ways into the picture from its left or right to a goal, or out of it."""
        leaves = beat.to == "out"
        inner = np.array(beat.path[0 if leaves else -1])
        away = float((inner - self.picture.eyes[0][[0, 2]]) @ direction(self.heading_deg))
        aside = max(0.0, away) / (2 * float(self.picture.focal[0])) + _OUTSIDE_M
        for turn in (-90.0, 90.0):
            outer = inner + aside * direction(self.heading_deg + turn)
            way = self.occupied.floor.straight(inner, outer)
            if distance(point(way), point(outer)) < _OUTSIDE_M:
                ends = point(outer), point(inner)
                yield ends[::-1] if leaves else ends

    def _relative_way(self, player: Player, route: Route, part: float) -> tuple[Point, ...]:
        """A straight way, its middle where the player is at rest."""
        beat = player.beats[route.beat]
        now = standing(player, beat.start, {})
        at, ahead = np.array(now.at), direction(now.facing_deg)
        step = ahead
        if beat.to in RELATIVE:
            step = direction(self.heading_deg + RELATIVE[beat.to])
        if is_vehicle(player) and self.occupied.plan.lanes:
            step = ahead if ahead @ step >= -0.3 else -ahead
        full = speed_of(player, beat) * (beat.end - beat.start) * self.seconds
        arrives = beat.to == "in" or beat.end < _SOON  # and then does something there
        is_deep = beat.to in ("towards", "away") and not (arrives or route.beat)
        reach = full if is_deep else full * part
        before = 0.0 if route.beat else reach if arrives else reach / 2
        if is_deep:  # not shorter but farther off
            before = full * (part / 2 if beat.to == "away" else 1.0 - part / 2)
        ends = [at - step * before, at + step * (reach - before)]
        if not is_vehicle(player):
            ends = [self.occupied.floor.straight(at, end) for end in ends]
        return point(ends[0]), point(ends[1])


def _is_led(player: Player, leader: Player) -> bool:
    """Whether a player goes the way of another: on a leash, or one vehicle behind another."""
    is_on_leash = player.kind == "animal" and player.beats and not player.beats[0].words
    return bool(is_on_leash or (player.beats and is_vehicle(player) and is_vehicle(leader)))


def _chased(player: Player, players: Mapping[str, Player]) -> Player | None:
    """Who runs along the floor at the time in which a person runs to them."""
    first = player.beats[0] if player.kind == "person" and player.beats else Beat()
    other = players.get(first.to)
    theirs = other.beats[0] if other is not None and other.beats else Beat()
    goes_on = any(beat.to or beat.gesture for beat in player.beats[1:])
    return other if len(theirs.path) > 1 and theirs.end > _SOON and not goes_on else None


def _chasing(player: Player, chased: Player, aim: Array) -> tuple[Player, Player]:
    """Somebody on the way of another one, behind them, both across the aim of the picture."""
    path = np.array(chased.beats[0].path)
    step = (path[-1] - path[0]) / max(1e-6, float(np.linalg.norm(path[-1] - path[0])))
    pair = []
    middle_m = float((aim - path.mean(axis=0)) @ step)
    for each, ahead_m in ((player, middle_m - _CHASED_M / 2), (chased, middle_m + _CHASED_M / 2)):
        shifted = tuple(map(point, path + ahead_m * step))
        beat = replace(each.beats[0], end=chased.beats[0].end)
        pair.append(
            starting(
                each, [moving_on(beat, shifted, None), *(each.beats[1:] if each is chased else ())]
            )
        )
    return pair[0], pair[1]


def _goes_with(player: Player, carrier: str) -> bool:
    """Whether a player is, or rides on, one that moves."""
    return player.id == carrier or any(beat.seat == carrier for beat in player.beats)


def _with_carrier(
    player: Player, before: Mapping[str, Player], after: Mapping[str, Player]
) -> Player:
    """A rider whose carrier has got another start; other players as they are."""
    seat = player.beats[0].seat if player.kind == "person" and player.beats else ""
    old, new = before.get(seat), after.get(seat)
    if old is None or new is None or (old.at, old.facing_deg) == (new.at, new.facing_deg):
        return player
    own = plan_to_own(player.at, old.at, old.facing_deg)
    turned = player.facing_deg + new.facing_deg - old.facing_deg
    return replace(player, at=point(own_to_plan(own, new.at, new.facing_deg)), facing_deg=turned)
