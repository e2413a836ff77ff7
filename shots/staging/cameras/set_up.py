"""What a camera set-up is made from: the shot, who is framed, where they are, and the line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from shots.path.rig import FIGURE, FRAMINGS, FULL_SIZES, Framed, Rig, frame_subject, relative_focal
from shots.staging.floor.marks import Occupied
from shots.staging.floor.moves_on_plan import RELATIVE, is_relative
from shots.staging.floor_space import (
    Array,
    direction,
    distance,
    facing,
    own_to_plan,
    point,
    turn_between,
)
from shots.staging.picture import take_picture
from shots.staging.staged import CAMERA, CameraPlace, Player, Point, ShotReading
from shots.staging.standing import FIGURE_M, Standing, beat_at, standing

if TYPE_CHECKING:
    from shots.schema import Shot

SHOULDERS_M = 0.31  # half the room in the picture that a person's body takes up
HEAD_M = 0.16  # the same of a head
HEAD_TURN_DEG = 65.0  # that a head turns on its body
NEAREST_LENS_M = 0.3  # from the axis of a body to the camera
NEW_LINE_DEG = 60.0  # a line that has turned by more is a new one
MOST_APART_M = 2.6  # of two who relate to each other though the words of the shot do not say so
MOSTLY = 0.6  # share of the shot; who stops earlier is filmed as one who stands there
_ARMS_UP = ("raise-arm", "hands-up", "stretch")  # over the head
CHEST = 0.3  # of the standing height, from the head of the lower of two to the picture's edge
_CHIN = 0.16  # the same to the chin
LOWER_HEAD_ROOM = 1.2  # height of a picture over that of two heads and a chest
_OUT_OF_FRAME = 0.25  # of the picture's height: a head that moves more is followed
TIGHT = ("CU", "BCU", "ECU")
_SHIFTS = {"left-heavy": -0.17, "right-heavy": 0.17}
_LOOK_ROOM = {"balanced": -0.08, "short-side": 0.14}  # to where somebody looks, of the width
_TRAVELS = ("follow", "lead")


@dataclass(frozen=True)
class SetUp:
    """A place for the camera, what it measures on, how much it is disliked, and what it misses."""

    place: CameraPlace
    framed: Framed
    penalty: float = 0.0
    note: str = ""
    crosses: bool = False


@dataclass(frozen=True)
class Earlier:
    """The set-up of the shot before: its subject, the one related to, and the angle to the line."""

    subject: str = ""
    partner: str = ""
    view: str = ""
    angle_deg: float = 32.0


@dataclass(frozen=True)
class Filming:
    """A shot on the floor plan, before the camera has a place.

    Attributes:
        shot: The shot.
        aspect: Picture width / height.
        reading: Its words as read.
        players: By id, with the ways that do not depend on the camera.
        occupied: The set.
        line_sides: Side of the line of action on which the cameras of the scene are, and where the
            line ran, by the pair.
        earlier: The set-up before.
    """

    shot: Shot
    aspect: float
    reading: ShotReading
    players: Mapping[str, Player]
    occupied: Occupied
    line_sides: dict[tuple[str, str], tuple[float, float]]
    earlier: Earlier = Earlier()

    @property
    def focal(self) -> float:
        """Focal length / picture width."""
        return relative_focal(self.shot.camera.lens_mm, self.shot.sensor_mm)

    def rig(self, framed: Framed) -> Rig:
        """The camera at rest, in the axes of its path."""
        return frame_subject(self.shot.camera, self.aspect, framed, self.shot.sensor_mm)

    @property
    def size(self) -> str:
        """The shot size."""
        return self.shot.camera.size

    @cached_property
    def travel_m(self) -> float:
        """Metres that the camera goes along with the subject."""
        picture = take_picture(self.shot, self.aspect, CameraPlace(), FIGURE)
        return distance(picture.subject[0], picture.subject[-1])

    @property
    def travels(self) -> str:
        """The move that goes along with the subject, "" if there is none."""
        return next((word for word in self.shot.camera.movement if word in _TRAVELS), "")

    def people(self) -> list[str]:
        """Ids of the people in the words, subjects first."""
        named = [p for p in self.players.values() if p.kind == "person" and p.beats]
        named = [p for p in named if any(each.id == p.id for each in self.reading.players)]
        return [p.id for p in sorted(named, key=lambda each: not each.is_subject)]

    def now(self, name: str) -> Standing:
        """Where a player is at the moment that the framing is made for."""
        player = self.players[name]
        return standing(player, self.key_share(player), self.players)

    def spot(self, name: str) -> Point:
        """Where the line of action ends at a player: at the head of one who lies."""
        now = self.now(name)
        return point((now.head[0], now.head[2])) if now.lies else now.at

    def key_share(self, player: Player) -> float:
        """Moment of the shot, as a share, at which a player is framed: where a way ends."""
        share = 0.0 if len(player.beats) < 2 else 0.5
        if player.kind == "thing" and not player.beats:
            every = [beat for p in self.players.values() for beat in p.beats]
            held = (b for b in every if any(thing == player.id for _, thing in b.holds))
            share = next(((beat.start + beat.end) / 2 for beat in held), share)
        for beat in player.beats:
            if beat.posture.startswith("climb"):
                return (beat.start + beat.end) / 2
            if beat.to == "out" or is_relative(player, beat):
                return beat.start
            if len(beat.path) > 1:
                share = beat.end
        return share

    def gaze(self, name: str) -> float:
        """Direction in which the face of somebody points at that moment, degrees on the plan."""
        now, player = self.now(name), self.players[name]
        if now.lies:
            return now.facing_deg
        beat = beat_at(player, self.key_share(player))
        relative = next((each.to for each in player.beats if each.to in RELATIVE), "")
        ways = (each for each in player.beats if len(each.path) > 1 and each.end > MOSTLY)
        walks = next(ways, None)
        if relative:
            return now.facing_deg
        if walks is not None and walks.to != "in":
            return facing(walks.path[-2], walks.path[-1])
        target = beat.looks_at or beat.target or self.partner(name)
        at = self._place(target)
        if at is None or target == name or distance(at, now.at) < 0.05:
            return now.facing_deg
        turn = turn_between(now.facing_deg, facing(now.at, at))
        return now.facing_deg + float(np.clip(turn, -HEAD_TURN_DEG, HEAD_TURN_DEG))

    def looks_into_lens(self, name: str) -> bool:
        """Whether somebody looks into the camera."""
        return any(beat.looks_at == CAMERA for beat in self.players[name].beats)

    def partner(self, name: str) -> str:
        """Who somebody relates to in this shot, "" if nobody who is there."""
        found = self.occupied.partners.get(name, "")
        if found not in self.players:
            return ""
        beats = self.players[name].beats
        acts = any(found in (beat.target, beat.looks_at, beat.to) for beat in beats)
        leaves = any(beat.to or beat.path for beat in beats)
        near = distance(self.players[name].at, self.players[found].at) < MOST_APART_M
        return found if acts or (near and not leaves) else ""

    def line(self) -> tuple[str, str] | None:
        """The two between whom the line of action runs."""
        people = self.people()
        for name in people:
            if partner := self.partner(name):
                return (name, partner) if name < partner else (partner, name)
        if self.reading.over and people and self.reading.over != people[0]:
            first, second = sorted((people[0], self.reading.over))
            return (first, second) if {first, second} <= set(self.players) else None
        return None

    def line_side(self, pair: tuple[str, str]) -> float:
        """Side of the line for the cameras: 1 or -1 as `side_of_line` counts, kept in the scene."""
        first, second = sorted(pair)
        a, b = self.now(first), self.now(second)
        start, end = self.spot(first), self.spot(second)
        runs = facing(start, end)
        side, before = self.line_sides.get((first, second), (0.0, runs))
        if not side or abs(turn_between(before, runs)) > NEW_LINE_DEG:
            across = direction(runs + 90.0)
            middle = (np.array(start) + np.array(end)) / 2
            both = direction(a.facing_deg) + direction(b.facing_deg)
            room = np.array(self.occupied.plan.centre) - middle
            # Where both face, then the front of the set, then where there is room.
            liking = 2.0 * float(across @ both) - float(across[1]) + 0.1 * float(across @ room)
            side = side_of_line(start, end, point(middle + across)) * (1 if liking >= 0 else -1)
            self.line_sides[first, second] = side, runs
        return side

    def side_of(self, pair: tuple[str, str], place: Point | Array) -> float:
        """Side of the line between two on which a place is, as `line_side` counts."""
        first, second = sorted(pair)
        return side_of_line(self.spot(first), self.spot(second), place)

    def take_side(self) -> bool:
        """Put the cameras on the side of the line that the author asks for; whether it crosses."""
        camera, pair = self.shot.camera, self.line()
        if pair is None or not (camera.side or camera.cross_line):
            return False
        side = self.line_side(pair)
        first, second = sorted(pair)
        start, end = self.spot(first), self.spot(second)
        if camera.side:
            subject = next((name for name in self.people() if name in pair), first)
            ahead = facing(start, end) + (0.0 if subject == first else 180.0)
            hand = direction(ahead + (90.0 if camera.side == "left" else -90.0))
            wanted = side_of_line(start, end, np.array(self.spot(subject)) + hand)
        else:
            wanted = -side
        self.line_sides[first, second] = wanted, self.line_sides[first, second][1]
        return camera.cross_line and wanted != side

    def _place(self, name: str) -> Point | None:
        if name in self.players:
            return self.now(name).at
        return self.occupied.place_of(name) if name else None


def side_of_line(start: Point, end: Point, place: Point | Array) -> float:
    """1.0 or -1.0: on which side of the line from `start` to `end` a place is."""
    cross = (end[0] - start[0]) * (place[1] - start[1]) - (end[1] - start[1]) * (
        place[0] - start[0]
    )
    return 1.0 if cross >= 0 else -1.0


def camera_at(filming: Filming, place: CameraPlace, framed: Framed) -> Point:
    """Where the camera at rest is on the plan."""
    rig = filming.rig(framed)
    return own_to_plan((0.0, float(rig.eye[0, 2])), place.at, place.side_deg)


def frame_people(
    filming: Filming, names: Sequence[str], side_deg: float, margin: float = 0.0
) -> tuple[Point, Framed]:
    """Point and measures of one or several people for a camera on a side."""
    states = [filming.now(name) for name in names]
    top = max(_highest(filming, name) for name in names)
    foot = min(0.0 if not now.lies else now.base_m for now in states)
    foot = min(foot, min(now.base_m for now in states))
    foot = max(foot, min(filming.players[name].base_m for name in names))
    scale = max(now.tall_m or FIGURE_M for now in states) / FIGURE_M
    if len(states) == 1:
        now = states[0]
        if not now.lies:
            at = now.at if filming.size in FULL_SIZES else point((now.head[0], now.head[2]))
            rises = _rises(filming, names[0], now, scale)
            top = now.top_m if rises else float(top)
            jumps = any(beat.posture == "jump" for beat in filming.players[names[0]].beats)
            crouched = now.base_m + 0.6 * now.tall_m if jumps else top  # down to the chin
            width = LOWER_HEAD_ROOM * (top - crouched) * filming.aspect
            return at, Framed(top, foot, scale, width, clear_m=NEAREST_LENS_M, rises=rises)
        head = (now.head[0], now.head[2])
        part = {"CU": 0.0, "BCU": 0.0, "ECU": 0.0, "MCU": 0.15, "MS": 0.4}.get(filming.size, 1.0)
        at = point(np.array(head) + part * (np.array(now.at) - np.array(head)))
        width = 0.0 if part < 1.0 else 1.15 * now.tall_m
        return at, Framed(now.top_m, now.base_m, scale, width, clear_m=NEAREST_LENS_M)
    right, ahead = direction(side_deg + 90.0), -direction(side_deg)
    ats = [(now.head[0], now.head[2]) if filming.size in TIGHT else now.at for now in states]
    aside, depth = np.array(ats) @ right, np.array(ats) @ ahead
    reach = np.array([
        max(now.size[0], now.size[2]) / 2 if not now.tall_m
        else 0.5 * now.tall_m if now.lies
        else (HEAD_M if filming.size in TIGHT else SHOULDERS_M) * scale for now in states
    ])  # fmt: skip
    middle = (max(aside + reach) + min(aside - reach)) / 2
    near = depth.mean() - depth
    width = max(2 * (np.abs(aside - middle) + reach + margin) + np.maximum(near, 0) / filming.focal)
    # From the highest head down to the lowest one.
    chest = _CHIN if filming.size in TIGHT else CHEST
    high = top - min(_lowest(filming, name) - chest * filming.now(name).tall_m for name in names)
    width = max(width, LOWER_HEAD_ROOM * high * filming.aspect)
    at = point(middle * right + depth.mean() * ahead)
    clear = max(NEAREST_LENS_M, float(near.max()) + 0.45)
    return at, Framed(top, foot, scale, float(width), clear_m=clear)


def frame_thing(
    filming: Filming, now: Standing, side_deg: float, pitch_deg: float | None
) -> Framed:
    """Measures of a thing for a camera on a side."""
    turn = np.radians(turn_between(now.facing_deg, side_deg))
    width, height, depth = now.size
    across = abs(np.cos(turn)) * width + abs(np.sin(turn)) * depth
    deep = abs(np.sin(turn)) * width + abs(np.cos(turn)) * depth
    if pitch_deg is not None:  # from above, depth adds to the height in the picture
        height = max(height, height * np.cos(np.radians(pitch_deg))
                     + deep * abs(np.sin(np.radians(pitch_deg))))  # fmt: skip
    near = deep / 2
    wide = max(across + near / filming.focal,
               height * filming.aspect + near / filming.focal)  # fmt: skip
    return Framed(
        top_m=round(now.top_m, 4), foot_m=round(now.base_m, 4), scale=1.0, width_m=float(wide),
        whole=True, pitch_deg=pitch_deg, clear_m=float(np.hypot(width, depth) / 2 + 0.1),
    )  # fmt: skip


def composed(filming: Filming, set_up: SetUp, gaze_deg: float | None) -> SetUp:
    """A set-up with its subject off the centre, as the composition says."""
    word = filming.shot.composition or "balanced"
    shift = _SHIFTS.get(word, 0.0)
    if word in _LOOK_ROOM and gaze_deg is not None:
        turn = np.radians(turn_between(set_up.place.side_deg, gaze_deg))
        shift = _LOOK_ROOM[word] * float(np.sign(round(np.sin(turn), 3)))
    if len(set_up.place.subjects) > 1:  # as far as all of them stay in the picture
        width = float(filming.rig(set_up.framed).distance[0]) / filming.focal
        room = max(0.0, 0.5 - set_up.framed.width_m / width / 2)
        shift = float(np.clip(shift, -room, room))
    return shifted(filming, set_up, shift)


def shifted(filming: Filming, set_up: SetUp, shift: float) -> SetUp:
    """A set-up moved sideways, so that its subject is that part of the width right of centre."""
    if not shift:
        return set_up
    rig = filming.rig(set_up.framed)
    width = float(rig.distance[0]) / filming.focal
    right = direction(set_up.place.side_deg + 90.0)
    at = point(np.array(set_up.place.at) - shift * width * right)
    return replace(set_up, place=replace(set_up.place, at=at, shift=round(shift, 4)))


def centroid(states: Iterable[Standing]) -> Point:
    """The middle of several places."""
    return point(np.mean([now.at for now in states], axis=0))


def _lowest(filming: Filming, name: str) -> float:
    """Height of the head in the lowest posture of the shot."""
    player = filming.players[name]
    shares = [(beat.start + beat.end) / 2 for beat in player.beats]
    tops = [standing(player, share, filming.players).top_m for share in shares]
    return min([filming.now(name).top_m, *tops])


def _rises(
    filming: Filming, name: str, key: Standing, scale: float
) -> tuple[tuple[float, float], ...]:
    """Moments of the shot, and how much higher the head is than in the pose that is framed.

    Empty for a head that stays in the picture.
    """
    if filming.size in FULL_SIZES or filming.shot.camera.view not in (None, "POV"):
        return ()
    player, moments = filming.players[name], np.linspace(0.0, 1.0, 13)
    tops = [standing(player, float(share), filming.players).top_m for share in moments]
    if max(tops) - min(tops) < _OUT_OF_FRAME * FRAMINGS[filming.size].frame_m * scale:
        return ()
    padded = np.array([tops[0], *tops, tops[-1]]) - key.top_m
    eased = padded[:-2] / 4 + padded[1:-1] / 2 + padded[2:] / 4
    rises = zip(moments.tolist(), eased.round(4).tolist(), strict=True)
    return tuple((round(share, 4), rise) for share, rise in rises)


def _highest(filming: Filming, name: str) -> float:
    """Height of the head: of the tallest posture of the shot, unless the size is tight."""
    player = filming.players[name]
    key = filming.now(name)
    if filming.size in TIGHT or key.lies:
        return key.top_m
    shares = [(beat.start + beat.end) / 2 for beat in player.beats]
    tops = [standing(player, share, filming.players).top_m for share in shares]
    highest = max([key.top_m, *(top for top in tops if top < key.top_m + 0.6)])
    raises = any(beat.gesture in _ARMS_UP for beat in player.beats)
    return highest + (0.17 * key.tall_m if raises and filming.size == "FS" else 0.0)
