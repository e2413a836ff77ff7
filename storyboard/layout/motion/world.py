"""Where everybody and everything of a shot is at a time, and the points that hands go to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from shots.lexicon.actions import POSTURES
from shots.lexicon.things import MODELS, Seat, Thing
from shots.staging.staged import Beat, Player
from shots.staging.standing import stair_side
from storyboard.layout import rotations as r
from storyboard.layout.meshes import Array, Vector
from storyboard.layout.motion.cycles import GAITS, Track, track

# From a thing as held to the same as it lies: see `Thing.lies`.
LYING = {"": np.eye(3), "back": r.facing(r.UP, r.Z), "side": r.about(r.Z, math.pi / 2)}
_KEYS_M = {"piano": 0.72, "grand-piano": 0.72}
_OVER = ("dunk", "pack", "pour")  # done over its top
_AHEAD = np.arange(0.0, 0.61, 0.04)  # metres before a seat
_NOTHING = Thing("prop", (0.3, 0.3, 0.3))


@dataclass(frozen=True, eq=False)
class Spot:
    """Where a player is at a time, in the world.

    Attributes:
        position: (3,) of its base, y down.
        facing_deg: Of its front.
        size: Width, height, depth.
        model: As of the player.
        points: Named points of a person's body: eye, mouth, breast, back, palm.L.
        gone: Metres that it has gone along its path.
    """

    position: Array
    facing_deg: float = 0.0
    size: tuple[float, float, float] = (0.5, 1.75, 0.35)
    model: str = "person"
    points: Mapping[str, Array] = field(default_factory=dict)
    gone: float = 0.0

    @property
    def thing(self) -> Thing:
        """Its model."""
        return MODELS.get(self.model, _NOTHING)

    @property
    def is_person(self) -> bool:
        """Whether it is a person, and no thing or animal."""
        return self.model == "person"

    @property
    def axes(self) -> Array:
        """(3, 3) from the thing's axes to the world's."""
        return r.yaw(self.facing_deg)

    def at(self, point: Vector) -> Array:
        """A point of the thing's axes in the world."""
        place: Array = self.position + self.axes @ np.asarray(point, np.float64)
        return place

    def top(self) -> float:
        """Height over the floor of what hands rest on: a table's top, keys, a prop's base."""
        thing = self.thing
        if self.model in _KEYS_M:
            up = _KEYS_M[self.model]
        elif thing.kind in ("prop", "food", "product") and not thing.surface_m:
            up = min(0.03, self.size[1])
        else:
            up = (thing.surface_m or thing.size[1]) * self.size[1] / thing.size[1]
        return up - float(self.position[1])

    def near(self, eye: Array, inside: float = 0.0) -> Array:
        """The point of its outline on the plan that is nearest, some metres further inside."""
        local = self.axes.T @ ((eye - self.position) * (1, 0, 1))
        half = np.maximum(np.array([self.size[0], 0.0, self.size[2]]) / 2, 1e-3)
        edge = np.clip(local, -half, half)
        return self.at(np.clip(edge + r.unit(edge - local) * inside, -half, half))

    def on_top(self, place: Array) -> Array:
        """The point of its top that is nearest to a place."""
        half = np.maximum(np.array([self.size[0], 0.0, self.size[2]]) / 2 - 0.06, 1e-3)
        at = self.at(np.clip(self.axes.T @ ((place - self.position) * (1, 0, 1)), -half, half))
        return r.xyz(at[0], -self.top(), at[2])

    def eye(self) -> Array:
        """The point that is looked at: eyes, or the upper part of a thing."""
        if "eye" in self.points:
            return self.points["eye"]
        up = 0.93 if self.model == "person" else 0.6
        return self.position - (0, up * self.size[1], 0)

    def hand_point(self, gesture: str, breast: Array, prop: Thing | None, own: bool) -> Array:
        """The point that the hands of a gesture go to.

        Args:
            gesture: Word of the lexicon.
            breast: Of who does it.
            prop: Model of what is in the hands.
            own: Whether this thing is in the hands.
        """
        if self.points:
            return self.points["eye" if gesture == "punch" else "breast"]
        height = -float(self.position[1])
        if gesture == "put-down":
            thing = self.thing if own or prop is None else prop
            place = self.position if own else self.near(breast, 0.18)
            lift = 0.02 if thing.lies else (thing.grip or (0.0, 0.05, 0.0))[1]
            return r.xyz(place[0], -(height if own else self.top()) - lift, place[2])
        if gesture in _OVER:
            return self.at((0.0, -self.size[1], 0.0))
        if gesture == "stroke" and self.thing.kind == "animal":
            reach, muzzle = -1.2 * float(breast[1]), 0.74 * self.size[1]
            low = reach < muzzle  # the neck of what is too tall
            return self.at((0.0, -min(reach, muzzle), (-0.3 if low else -0.42) * self.size[2]))
        if self.thing.grip is not None and self.size[1] < 0.9:
            return self.grip()
        if gesture in ("wipe", "write", "type") and self.thing.place != "wall":
            place = self.near(breast, 0.18)
            return r.xyz(place[0], -self.top() - 0.02, place[2])
        if gesture == "open-door" and self.thing.door:
            side = math.copysign(self.size[2] / 2, (self.axes.T @ (breast - self.position))[2])
            return self.at((0.32 * self.size[0], -1.03, side))  # where doors have their handles
        place = self.near(breast, 0.2 if gesture == "paint" else 0.0)
        up = min(height + self.size[1] * 0.95, max(-float(breast[1]), height + 0.3))
        return r.xyz(place[0], -up, place[2])

    def seated(self, posture: str, place: Array, height: float) -> Seated:
        """On the seat nearest to a place, for a body of some height; drivers where a wheel is."""
        seats = self.thing.seats
        if posture == "drive" or posture.startswith("ride"):
            seats = tuple(seat for seat in seats if seat.hands) or seats
        if not seats:
            most = 0.55 * self.size[1] if posture == "climb-ladder" else 1.2
            seats = (Seat(0.0, min(self.thing.surface_m or self.size[1], most), 0.0),)
        places = [self.at((seat.x, 0.0, seat.z)) for seat in seats]
        away = [r.norm((each - place) * (1, 0, 1)) for each in places]
        k = away.index(min(away))
        seat, there, facing = seats[k], places[k], self.facing_deg + seats[k].facing_deg
        if posture == "sit" and self.model == "stairs":  # the feet are two steps lower
            there = there - (0, seat.height / 2, 0)
            seat = replace(seat, height=seat.height / 2)
        elif posture == "sit" and "bed" in self.model:  # on the edge, at the nearer side
            local = self.axes.T @ ((place - self.position) * (1, 0, 1))
            side = math.copysign(1.0, local[0])
            there = self.at((side * (self.size[0] / 2 - 0.10 * height), 0.0, local[2]))
            facing = self.facing_deg + 90.0 * side
        own = r.yaw(facing)
        if POSTURES[posture].seat == "bed":  # its middle is that of the body, not the hips
            there = there + own @ (0, 0, -0.04 * height)
        hands = tuple(own.T @ self.axes @ (x - seat.x, -up, z - seat.z) for x, up, z in seat.hands)
        return Seated(there, facing, seat.height, hands)

    def grip(self) -> Array:
        """Where a palm takes it as it lies or stands there."""
        thing = self.thing
        middle = np.array([0.0, -self.size[1] / 2, 0.0])
        if thing.grip is None:
            return self.at(middle)
        lies = LYING[thing.lies]
        tall = abs(lies.T @ np.asarray(self.size))[1]
        x, up, z = thing.grip
        return self.at(lies @ (x, tall / 2 - up, z) + middle)


@dataclass(frozen=True, eq=False)
class Seated:
    """A body's place on a seat: (3,) below it in the world, facing, height, points for hands."""

    place: Array
    facing_deg: float
    height: float
    hands: tuple[Array, ...]

    def turned(self, facing_deg: float) -> float:
        """Degrees that a body is turned on it, 0 for a facing that it cannot have there."""
        turn = math.remainder(facing_deg - self.facing_deg, 360)
        return turn if abs(turn) < 60.0 else 0.0


def table_before(spots: Mapping[str, Spot], on: Seated) -> tuple[float, float] | None:
    """Of a table before somebody seated: height of its top, and metres to its edge; or None."""
    front = r.yaw(on.facing_deg) @ r.FRONT
    for spot in spots.values():
        if not spot.thing.surface_m or spot.thing.kind != "furniture" or spot.thing.seats:
            continue
        top = spot.top() - on.height
        way, ahead = spot.axes.T @ ((on.place - spot.position) * (1, 0, 1)), spot.axes.T @ front
        half = np.array([spot.size[0], 0.0, spot.size[2]]) / 2
        inside = [d for d in _AHEAD if np.all(np.abs(way + ahead * d)[[0, 2]] <= half[[0, 2]])]
        if 0.15 < top < 0.45 and inside:
            return spot.top() + float(on.place[1]), inside[0]
    return None


@dataclass(frozen=True, eq=False)
class World:
    """Everybody and everything at a time of the shot.

    Attributes:
        spots: By id of the player or fixture.
        players: By id, for what partners do.
        camera: (3,) place of the camera; None where nobody looks at it.
    """

    spots: Mapping[str, Spot]
    players: Mapping[str, Player] = field(default_factory=dict)
    camera: Array | None = None

    def beat_of(self, name: str, share: float) -> Beat:
        """What a player does at a share of the shot."""
        beats = self.players[name].beats if name in self.players else ()
        return next((each for each in beats if each.start <= share <= each.end), Beat())

    def eye_of(self, name: str) -> Array | None:
        """The point of a player that is looked at."""
        return self.spots[name].eye() if name in self.spots else None

    def falls(self, name: str, start: float, end: float) -> bool:
        """Whether a thing falls during a part of the shot."""
        player = self.players.get(name)
        if player is None or (player.near and player.relation in ("in", "on")):
            return False  # it is let go into or onto something
        beats = player.beats
        return any(b.gesture == "fall" and b.start < end and b.end > start for b in beats)


def world_at(
    players: Sequence[Player], at: float, seconds: float, camera: Array | None = None
) -> World:
    """Where everybody is at a share of a shot; people have no points before they are performed."""
    spots = {player.id: _spot(player, at * seconds, seconds) for player in players}
    return World(spots, {player.id: player for player in players}, camera)


def _spot(player: Player, now: float, seconds: float) -> Spot:
    x, z = player.at
    facing, gone = player.facing_deg, 0.0
    for k, beat in enumerate(player.beats):
        way = beat_track(player, k, seconds)
        if beat.start * seconds > now:
            break
        if way is not None:
            metres = way.gone(now - beat.start * seconds)[0]
            gone += metres
            x, z, facing = way.at(metres)
        if beat.facing_deg is not None and (way is None or now >= beat.end * seconds):
            facing = beat.facing_deg
    height = player.look.height_m if player.look else 1.75
    own = MODELS[player.model].size if player.model in MODELS else (0.5, height, 0.35)
    place = np.array([x, -player.base_m, z])
    return Spot(place, facing, player.size or own, player.model, gone=gone)


def beat_track(player: Player, index: int, seconds: float) -> Track | None:
    """The way that a player goes in one of its beats, or None.

    What begins with the shot or ends with it, or goes on in the next beat, does not start or stop.
    """
    beats = player.beats
    beat = beats[index]
    starts = beat.start > 0.01 and not (index and len(beats[index - 1].path) > 1)
    stops = beat.end < 0.99 and not (index + 1 < len(beats) and len(beats[index + 1].path) > 1)
    length = (beat.end - beat.start) * seconds
    ease = (0.5 * starts, 0.5 * stops)
    is_back = beat.posture == "walk-back"
    return track(beat.path, length, ease=ease, end_facing=beat.facing_deg, is_back=is_back)


def climb(spot: Spot, speed: float, seconds: float, *, down: bool = False) -> Track:
    """The way up stairs, or back down to their foot: as far as there is time, on its right side."""
    wide, high, deep = spot.size
    count = max(round(high / 0.2), 1)
    tread = deep / count

    def ground(x: float, z: float) -> float:
        local = spot.axes.T @ (np.array([x, 0.0, z]) - spot.position)
        step = math.floor((local[2] + deep / 2) / tread + 1e-6) + 1
        return float(min(max(step, 0), count) * high / count - spot.position[1])

    far = min(speed * seconds, deep - 1.5 * tread)
    x = stair_side(wide, down=down)
    heights = (far, 0.0) if down else (0.0, far)
    ends = [spot.at((x, 0, -deep / 2 + tread / 2 + z)) for z in heights]
    way = [(float(end[0]), float(end[2])) for end in ends]
    return Track(np.asarray(way), max(seconds, 0.05), (0.0, 0.0), None, ground, tread)


def stands(name: str) -> bool:
    """Whether a body in a posture is on its feet."""
    return name in GAITS or name in ("stand", "dance", "bend", "lean", "crouch")


def beside_seats(
    beats: Sequence[Beat], player: Player, spots: Mapping[str, Spot]
) -> tuple[tuple[Beat, ...], dict[int, tuple[float, float]]]:
    """Let somebody stand before what they are going to sit on, or have got up from.

    Returns:
        The beats with ways that end and begin there, and the places in x, z where beats without
        a way are, by index.
    """
    changed, risen = list(beats), dict[int, tuple[float, float]]()
    height = player.look.height_m if player.look else 1.75
    for k, beat in enumerate(beats):
        spot = spots.get(beat.seat)
        if spot is None or POSTURES[beat.posture].seat not in ("seat", "bed"):
            continue
        way = changed[k - 1].path if k else ()
        here = way[-1] if way else player.at
        on = spot.seated(beat.posture, r.xyz(here[0], 0.0, here[1]), height)
        ahead = r.yaw(on.facing_deg) @ (0, 0, -0.24 * height)
        stand = float(on.place[0] + ahead[0]), float(on.place[2] + ahead[2])
        middle = float(on.place[0]), float(on.place[2])
        if len(way) > 1 and math.dist(way[-1], middle) < 0.6:
            changed[k - 1] = replace(
                changed[k - 1], path=(*way[:-1], stand), facing_deg=on.facing_deg
            )
        if k + 1 == len(beats) or not stands(beats[k + 1].posture):
            continue
        path = beats[k + 1].path
        if not path:
            risen[k + 1] = stand
        elif math.dist(path[0], middle) < 0.6:
            changed[k + 1] = replace(beats[k + 1], path=(stand, *path[1:]))
    return tuple(changed), risen
