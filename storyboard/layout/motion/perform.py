"""Beats in time: where a person is, what the body does, what is looked at and held, at any time."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shots.lexicon.actions import GESTURES, POSTURES
from shots.lexicon.things import MODELS, Seat, Thing
from shots.staging.staged import CAMERA, Beat, Player
from storyboard.layout.cast.figure import Figure
from storyboard.layout.cast.pose import Pose
from storyboard.layout.meshes import Array
from storyboard.layout.motion import rotations as r
from storyboard.layout.motion.cycles import GAITS, Ground, Track, stride, track
from storyboard.layout.motion.gestures import Act, counter_gesture, perform_gesture
from storyboard.layout.motion.gesture_table import MOTIONS
from storyboard.layout.motion.held import RELEASED, TAKEN, HeldThing, lie_in_hand
from storyboard.layout.motion.inverse_kinematics import feet, stand_on
from storyboard.layout.motion.postures import Moment, posture
from storyboard.layout.motion.skeleton import Skeleton, Stance, skeleton_of
from storyboard.layout.motion.world import LYING, Spot, World, beat_track, climb, world_at

BLEND_S = 0.35
_NAMED = ("eye", "nose", "mouth", "crown", "breast", "back", "clavicle.R", "ear.L", "ear.R",
          "palm.L", "palm.R", "pelvis", "head")  # fmt: skip
_EYES_ON_HANDS = tuple(name for name, motion in MOTIONS.items() if motion.looks)
_FAR = 6.0
_WAYS = {"up": (0.0, 42.0), "down": (0.0, -38.0), "left": (55.0, 0.0), "right": (-55.0, 0.0),
         "back": (115.0, 0.0)}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Performance:
    """A person at a time.

    Attributes:
        pose: Of the figure.
        place: (3,) of the figure's origin in the world, y down.
        facing_deg: The figure is turned by this yaw, then moved to `place`.
        held: Things in the hands.
        points: Named points of the body in the world.
    """

    pose: Pose
    place: Array
    facing_deg: float
    held: tuple[HeldThing, ...]
    points: Mapping[str, Array]


def perform(figure: Figure, player: Player, at: float, seconds: float, world: World) -> Performance:
    """A person at a share of the shot, 0 to 1, that is some seconds long."""
    return perform_body(skeleton_of(figure), player, at, seconds, world)


def perform_body(
    body: Skeleton, player: Player, at: float, seconds: float, world: World
) -> Performance:
    """As `perform`, of a skeleton."""
    actor = Actor(body, player, seconds, world)
    stance = actor.stance(at * seconds)
    points = {name: stance.to_world(stance.point(name)) for name in _NAMED}
    held = tuple(actor.held(stance, at * seconds))
    return Performance(stance.pose(), stance.place, stance.facing_deg, held, points)


def perform_all(
    figures: Mapping[str, Figure],
    players: Sequence[Player],
    at: float,
    seconds: float,
    camera: Array | None = None,
    ground: Ground | None = None,
) -> dict[str, Performance]:
    """All people of a shot at a time, by id; those who touch each other know where they are."""
    world = world_at(players, at, seconds, camera, ground)
    done: dict[str, Performance] = {}
    spots = dict(world.spots)
    people = [player for player in players if player.id in figures]
    for pass_ in range(2):  # first the bodies without gestures, so that a partner has a place
        for player in people:
            acting = player if pass_ else _plain(player)
            now = replace(world, spots=spots)
            done[player.id] = perform(figures[player.id], acting, at, seconds, now)
            spots[player.id] = replace(spots[player.id], points=done[player.id].points)
    return done


def _plain(player: Player) -> Player:
    # The names of gestures done together stay: they bring people to each other.
    beats = [
        beat if beat.gesture in MOTIONS and MOTIONS[beat.gesture].near else replace(beat, gesture="", looks_at="")
        for beat in player.beats
    ]
    return replace(player, beats=tuple(beats))


@dataclass(eq=False)
class Actor:
    """One person in a shot: stances of its beats, and the blends between them."""

    body: Skeleton
    player: Player
    seconds: float
    world: World

    def __post_init__(self) -> None:
        self.seed = zlib.crc32(self.player.id.encode())
        self.beats = self.player.beats or (Beat(),)
        self.roots = self._roots()

    def _roots(self) -> list[tuple[float, float, float]]:
        """x, z and facing at the start of each beat, and at the end."""
        x, z = self.player.at
        facing = self.player.facing_deg
        roots = [(x, z, facing)]
        for k, beat in enumerate(self.beats):
            way = self._way(k)
            if way is not None:
                x, z, facing = way.at(way.length)
            if beat.facing_deg is not None:
                facing = beat.facing_deg
            elif beat.gesture == "turn" and way is None:
                facing = self._turned(beat, x, z, facing)
            roots.append((x, z, facing))
        return roots

    def _way(self, k: int) -> Track | None:
        if not self.player.beats:
            return None
        return beat_track(self.player, k, self.seconds, self.world.ground)

    def _turned(self, beat: Beat, x: float, z: float, facing: float) -> float:
        """Where somebody turns to: the target, else the camera, else round."""
        target = self._target_point(beat.target or beat.looks_at)
        goal = self.world.camera if target is None else target
        if goal is not None:
            to = math.degrees(math.atan2(goal[0] - x, -(goal[2] - z)))
            if target is not None or abs(math.remainder(to - facing, 360)) > 60:
                return facing + math.remainder(to - facing, 360)
        return facing + 150.0

    def stance(self, now: float) -> Stance:
        """The body at a time in seconds, blended over from one beat to the next."""
        current = 0
        for k, beat in enumerate(self.beats):
            if beat.start * self.seconds <= now + 1e-9:
                current = k
        return self._blended(current, now)

    def _blended(self, k: int, now: float) -> Stance:
        stance = self._beat(k, now)
        since = now - self.beats[k].start * self.seconds
        if k == 0 or since > 3.0:
            return stance
        before = self._blended(k - 1, now)
        length = _blend_seconds(before, stance)
        if since >= length:
            return stance
        return blend(before, stance, since / length)

    def _beat(self, k: int, now: float) -> Stance:
        """The body in one beat, as if it went on for ever."""
        beat = self.beats[k]
        begin, end = beat.start * self.seconds, beat.end * self.seconds
        part = min(max((now - begin) / max(end - begin, 1e-6), 0.0), 1.0)
        stance = self._moved(k, beat, now, part, max(end - begin, 0.05))
        act = self._act(beat, stance, now - begin, part)
        act.speaks = any(a <= now / self.seconds < b for a, b in beat.speaks)
        gaze = self._gaze(beat, stance)
        perform_gesture(stance, act, gaze)
        return stance

    def _moved(self, k: int, beat: Beat, now: float, part: float, length: float) -> Stance:
        """Posture and place."""
        since = now - beat.start * self.seconds
        way = self._way(k)
        x, z, facing = self.roots[k]
        stairs = self.world.spots.get(beat.seat)
        if beat.posture == "climb-stairs" and stairs is not None and way is None:
            way = climb(stairs, POSTURES["climb-stairs"].speed * beat.pace, length)
        if beat.posture in GAITS and way is not None:
            return stride(self.body, beat.posture, way, since, self.seed)
        metres = 0.0
        if way is not None:
            metres = way.gone(since)[0]
            x, z, facing = way.at(metres)
        else:
            turned = math.remainder(self.roots[k + 1][2] - facing, 360)
            facing += turned * r.smooth(since / max(0.4, abs(turned) / 160))
        moment = Moment(now, part, length, beat.pace, self.seed, metres=metres)
        place = np.array([x, -self.player.base_m, z])
        seat = self._seat(beat, place)
        if seat is not None:
            place, facing, moment = self._seated(beat, seat, moment)
        elif way is not None and self.world.ground:
            place[1] -= self.world.ground(x, z)
        if beat.posture in GAITS:  # walks on the spot
            stance = _in_place(self.body, beat, now, self.seed)
            stance.place = np.zeros(3)
        else:
            stance = posture(self.body, beat.posture, moment)
        stance.place, stance.facing_deg = place + stance.place, facing
        self._approach(beat, stance, since)
        return stance

    def _seat(self, beat: Beat, place: Array) -> tuple[Spot, Seat | None] | None:
        spot = self.world.spots.get(beat.seat)
        if spot is None or not POSTURES[beat.posture].seat:
            return None
        seats = spot.thing.seats
        if not seats:
            return spot, None
        driving = beat.posture == "drive" or beat.posture.startswith("ride")
        usable = [seat for seat in seats if seat.hands] if driving else []
        here = spot.axes
        return spot, min(
            usable or seats,
            key=lambda seat: r.norm((here @ (seat.x, 0, seat.z) + spot.position - place) * (1, 0, 1)),
        )

    def _seated(
        self, beat: Beat, found: tuple[Spot, Seat | None], moment: Moment
    ) -> tuple[Array, float, Moment]:
        """Root on a seat, and the moment with its height and what the hands hold."""
        spot, seat = found
        if seat is None:
            seat = Seat(0.0, min(spot.thing.surface_m or spot.size[1], 1.2), 0.0)
        here = spot.axes
        place = spot.position + here @ (seat.x, 0.0, seat.z)
        facing = spot.facing_deg + seat.facing_deg
        if POSTURES[beat.posture].seat == "bed":  # its middle is that of the body, not the hips
            place = place + 0.04 * self.body.height * np.array(
                [math.sin(math.radians(facing)), 0, -math.cos(math.radians(facing))])  # fmt: skip
        own = r.about(r.Y, -math.radians(facing))
        hands = tuple(
            own.T @ (here @ np.array([x - seat.x, -height, z - seat.z])) for x, height, z in seat.hands
        )
        metres = moment.metres or spot.gone
        return place, facing, replace(moment, rest_m=seat.height, hands=hands, metres=metres)

    def _approach(self, beat: Beat, stance: Stance, since: float) -> None:
        """Step up to and face the person something is done with."""
        near, partner = self._together(beat)
        if partner is None or not _stands(beat.posture):
            return
        gap = (partner.position - stance.place) * (1, 0, 1)
        distance = r.norm(gap)
        if distance < 0.05 or distance > 4.0:
            return
        scale = self.body.height / 1.75
        stance.place = stance.place + gap * (0.5 * (1 - min(near * scale / distance, 1.0)))
        stance.facing_deg = math.degrees(math.atan2(gap[0], -gap[2]))

    def _together(self, beat: Beat) -> tuple[float, Spot | None]:
        """The distance that a gesture of two needs, and the other: by the own beat or theirs."""
        if beat.gesture in MOTIONS and MOTIONS[beat.gesture].near and beat.target in self.world.spots:
            return MOTIONS[beat.gesture].near, self.world.spots[beat.target]
        other, theirs = self._doing_to_me(beat)
        if other and MOTIONS[theirs].near:
            return MOTIONS[theirs].near, self.world.spots.get(other)
        return 0.0, None

    def _doing_to_me(self, beat: Beat) -> tuple[str, str]:
        """Id and gesture of a person who does something together with this one in this beat."""
        middle = (beat.start + beat.end) / 2
        for other in self.world.players.values():
            for theirs in other.beats:
                if theirs.target == self.player.id and theirs.start <= middle <= theirs.end:
                    if theirs.gesture in MOTIONS and MOTIONS[theirs.gesture].near:
                        return other.id, theirs.gesture
        return "", ""

    def _act(self, beat: Beat, stance: Stance, since: float, part: float) -> Act:
        gesture, target = beat.gesture, beat.target
        other, theirs = self._doing_to_me(beat)
        if other and not gesture:
            gesture, target = counter_gesture(theirs), other
        side = next((hand[0].upper() for hand, _ in beat.holds if hand in ("left", "right")), "R")
        if not gesture and beat.holds:
            gesture = "carry" if any(hand == "both" for hand, _ in beat.holds) else "hold"
        act = Act(gesture, side, since, part, self.seed, stands=_stands(beat.posture))
        act.prop = self._prop(beat)
        spot = self.world.spots.get(target)
        if spot is not None:
            act.aim = stance.from_world(self._aim(spot, beat, stance.to_world(stance.point("breast"))))
            act.partner = {name: stance.from_world(at) for name, at in spot.points.items()}
            if not spot.points:
                act.surface_m = spot.top() + float(stance.place[1])
                act.size = spot.size
        return act

    def _prop(self, beat: Beat) -> Thing | None:
        """The model of what is in the hands."""
        spots = [self.world.spots[thing] for _, thing in _in_hands(beat) if thing in self.world.spots]
        return spots[0].thing if spots else None

    def _aim(self, spot: Spot, beat: Beat, breast: Array) -> Array:
        """The point of a player that hands go to: a breast or face, a grip, a top, a near side."""
        if spot.points:
            return spot.points["eye" if beat.gesture == "punch" else "breast"]
        height = -float(spot.position[1])
        mine = [thing for _, thing in beat.holds if self.world.spots.get(thing) is spot]
        if beat.gesture == "put-down":
            thing = spot.thing if mine else self._prop(beat) or spot.thing
            place = spot.position if mine else spot.near(breast, 0.18)
            lift = abs(LYING[thing.lies].T @ np.asarray(thing.size))[1] / 2 if thing.lies else (thing.grip or (0, 0.05, 0))[1]
            top = height if mine else spot.top()
            return np.array([place[0], -top - (0.02 if thing.lies else lift), place[2]])
        if spot.thing.grip is not None and spot.size[1] < 0.9:
            return spot.grip()
        if beat.gesture in ("wipe", "write", "type"):
            place = spot.near(breast, 0.18)
            return np.array([place[0], -spot.top() - 0.02, place[2]])
        place = spot.near(breast)
        up = min(height + spot.size[1] * 0.95, max(-float(breast[1]), height + 0.3))
        return np.array([place[0], -up, place[2]])

    def _target_point(self, name: str) -> Array | None:
        """The point of a player that is looked at, in the world."""
        spot = self.world.spots.get(name)
        if spot is None:
            return None
        if "eye" in spot.points:
            return spot.points["eye"]
        up = 0.93 if spot.model == "person" else 0.6
        return spot.position - (0, up * spot.size[1], 0)

    def _gaze(self, beat: Beat, stance: Stance) -> Array | None:
        """What is looked at, in the figure's axes."""
        word = beat.looks_at
        eye = stance.point("eye")
        if word == CAMERA and self.world.camera is not None:
            return stance.from_world(self.world.camera)
        point = self._target_point(word)
        if point is None and not word and beat.gesture not in ("hug", "kiss", *_EYES_ON_HANDS):
            point = self._target_point(beat.target)
        if point is not None:
            return stance.from_world(point)
        if word == "away":
            camera = stance.from_world(self.world.camera) if self.world.camera is not None else r.FRONT
            yaw = -70.0 if camera[0] >= 0 else 70.0
            return eye + _FAR * _way_to(yaw, -8.0)
        return eye + _FAR * _way_to(*_WAYS[word]) if word in _WAYS else None

    def held(self, stance: Stance, now: float) -> list[HeldThing]:
        """Things in the hands, and those that have left them in this shot."""
        things: dict[str, HeldThing] = {}
        for k, beat in enumerate(self.beats):
            begin, end = beat.start * self.seconds, beat.end * self.seconds
            if begin > now + 1e-9:
                break
            is_now = k == len(self.beats) - 1 or self.beats[k + 1].start * self.seconds > now + 1e-9
            for hand, thing in _in_hands(beat):
                part = min((now - begin) / max(end - begin, 1e-6), 1.0)
                found = self._one_held(k, beat, stance if is_now else None, part, now, hand, thing)
                things.pop(thing, None)
                if found is not None:
                    things[thing] = found
                elif not is_now:
                    continue
        return list(things.values())

    def _one_held(
        self, k: int, beat: Beat, stance: Stance | None, part: float, now: float, hand: str, thing: str
    ) -> HeldThing | None:
        """A thing of a beat: in the hand, or where it was let go; None while it is not taken yet."""
        side = "both" if hand == "both" else hand[0].upper()
        gone = beat.gesture in RELEASED and part > 0.5
        if beat.gesture in TAKEN and part < 0.5:
            return None
        if not gone and stance is None:
            return None
        if gone:
            begin, end = beat.start * self.seconds, beat.end * self.seconds
            release = begin + 0.5 * (end - begin)
            if beat.gesture == "give":
                return None
            body = self._blended(k, release)
            turned, at = self._lie(beat, body, side, thing, 0.5)
            if beat.gesture == "throw":
                at = at + self._flight(beat, body, now - release, at)
            return HeldThing(thing, turned, at)
        assert stance is not None
        turned, at = self._lie(beat, stance, side, thing, part)
        return HeldThing(thing, turned, at)

    def _lie(
        self, beat: Beat, stance: Stance, side: str, thing: str, part: float
    ) -> tuple[Array, Array]:
        """Rotation and place of a thing in a hand, in the world."""
        target = self._target_point(beat.target)
        aim = None if target is None else stance.from_world(target)
        turned, at = lie_in_hand(stance, beat.gesture, side, aim)
        turned = stance.yaw @ turned
        spot = self.world.spots.get(thing)
        change = {"pick-up": part - 0.5, "put-down": 0.5 - part}.get(beat.gesture)
        if spot is not None and change is not None:
            found = spot.axes @ LYING[spot.thing.lies]
            turned = r.between(found, turned, r.smooth(change / 0.3))
        return turned, stance.to_world(at)

    def _flight(self, beat: Beat, stance: Stance, since: float, start: Array) -> Array:
        """Way of a thrown thing: to its target, or eight metres, on a parabola, then it lies."""
        target = self._target_point(beat.target)
        goal = stance.to_world((0.0, -0.05, -8.0)) if target is None else target
        way = goal - start
        length = max(0.12 * math.sqrt(max(r.norm(way), 1.0)) * 2.2, 0.3)
        t = min(since / length, 1.0)
        return way * t - np.array([0.0, 4.9 * length**2 * t * (1 - t), 0.0])


def _way_to(yaw: float, pitch: float) -> Array:
    a, b = math.radians(yaw), math.radians(pitch)
    return np.array([math.sin(a) * math.cos(b), -math.sin(b), -math.cos(a) * math.cos(b)])


def _stands(name: str) -> bool:
    return name in GAITS or name in ("stand", "dance", "bend", "lean", "crouch")


def _in_hands(beat: Beat) -> list[tuple[str, str]]:
    """Hands and the ids of the things in them; a thing picked up, put down or opened counts."""
    if beat.gesture in (*TAKEN, "put-down", "throw") and beat.target and not beat.holds:
        hands = GESTURES[beat.gesture].hands if beat.gesture in TAKEN else "right"
        return [(hands or "right", beat.target)]
    return list(beat.holds)


def _in_place(body: Skeleton, beat: Beat, now: float, seed: int) -> Stance:
    speed = POSTURES[beat.posture].speed * beat.pace
    way = track(((0.0, 0.0), (0.0, -100.0 * speed)), 100.0, ease=(0.0, 0.0))
    assert way is not None
    return stride(body, beat.posture, way, now, seed)


def _blend_seconds(a: Stance, b: Stance) -> float:
    """Time for a change: nothing moves faster than 2 m/s on the average, the hips at 0.6 m/s."""
    names = ("crown", "pelvis", "palm.L", "palm.R", "foot.L", "foot.R")
    way = max(r.norm(a.to_world(a.point(n)) - b.to_world(b.point(n))) for n in names)
    hips = r.norm(a.to_world(a.joint("pelvis")) - b.to_world(b.joint("pelvis")))
    return min(max(BLEND_S, 0.85 * way, 1.7 * hips), 1.8)


def blend(a: Stance, b: Stance, part: float) -> Stance:
    """Between two stances; feet on the ground step over one after the other."""
    s = part**3 * (10 - 15 * part + 6 * part * part)
    stance = Stance(a.body)
    stance.turns = np.stack([r.between(x, y, s) for x, y in zip(a.turns, b.turns, strict=True)])
    stance.place = r.mixed(a.place, b.place, s)
    stance.facing_deg = a.facing_deg + math.remainder(b.facing_deg - a.facing_deg, 360) * s
    # The pelvis goes straight in the world; offsets in turning axes would swing it round.
    hips = r.mixed(a.to_world(a.joint("pelvis")), b.to_world(b.joint("pelvis")), s)
    stance.offset = stance.from_world(hips) - a.body.joints[0]
    stance.mouth, stance.eyes = b.mouth, a.eyes + (b.eyes - a.eyes) * s
    stance.grips = [x + (y - x) * s for x, y in zip(a.grips, b.grips, strict=True)]
    footing = []
    for k, (old, new) in enumerate(zip(feet(a), feet(b), strict=True)):
        step = r.smooth(part * 1.4 - 0.4 * ((k + 1) % 2))
        start, end = a.to_world(old[0]), b.to_world(new[0])
        lift = min(0.25 * r.norm((end - start) * (1, 0, 1)), 0.12) * 4 * step * (1 - step)
        ankle = stance.from_world(r.mixed(start, end, step) - (0, lift, 0))
        turned = stance.yaw.T @ r.between(a.yaw @ old[1], b.yaw @ new[1], step)
        pole = stance.yaw.T @ r.mixed(a.yaw @ old[2], b.yaw @ new[2], step)
        footing.append((ankle, turned, pole))
    stand_on(stance, footing)
    return stance
