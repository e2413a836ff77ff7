"""Beats in time: where a person is, what the body does, what is looked at and held, at any time."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shots.lexicon.actions import POSTURES
from shots.lexicon.things import Thing
from shots.staging.staged import Beat, Player
from shots.staging.stooping import nearer
from storyboard.layout import rotations as r
from storyboard.layout.cast.figure import Figure
from storyboard.layout.cast.pose import Pose
from storyboard.layout.meshes import Array
from storyboard.layout.motion.beside import (
    LYING_DOWN,
    at_bed,
    at_side,
    both_full,
    fitting,
    looked_at,
    meet,
    on_plan,
    settled,
    taken_along,
    touch_points,
)
from storyboard.layout.motion.blending import LONGEST_S, blend, blend_seconds
from storyboard.layout.motion.body_cycles import posture
from storyboard.layout.motion.body_pose import BodyPlan, BodyPose, plan_of
from storyboard.layout.motion.cycles import GAITS, Track, stride, stride_in_place
from storyboard.layout.motion.gesture_table import GESTURE_ROWS, GestureRow
from storyboard.layout.motion.gestures import perform_gesture, turn_eyes
from storyboard.layout.motion.hand_places import OTHER, GestureNow
from storyboard.layout.motion.held import HANDLING, TAKEN, HeldThing, held_things, in_hands
from storyboard.layout.motion.postures import Moment, lean_at
from storyboard.layout.motion.world import (
    World,
    beat_track,
    beside_seats,
    climb,
    stands,
    table_before,
    world_at,
)

_STILL = GestureRow()
TOGETHER = {name: row.near for name, row in GESTURE_ROWS.items() if row.near}
_FACED = {"aim": 0.0, "throw": 10.0, "point": 40.0, "hold-out": 30.0}  # degrees off the target
_ON_THE_PHONE = ("", "talk", "whisper", "listen", "look", "nod", "shake-head", "smile", "laugh")
_BACK_ON = ("sit-floor", "knees-floor", "crossed-floor")  # with a wall or a door behind


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


def perform_all(
    figures: Mapping[str, Figure],
    players: Sequence[Player],
    at: float,
    seconds: float,
    camera: Array | None = None,
) -> dict[str, Performance]:
    """All people of a shot at a time, by id; those who touch each other know where they are."""
    players = fitting(tuple(players))
    world = world_at(players, at, seconds, camera)
    spots = dict(world.spots)
    people = [player for player in players if player.id in figures]
    met = {name for p in people for beat in p.beats for name in (beat.target, beat.looks_at)}
    met |= {p.id for p in people if any(beat.gesture in TOGETHER for beat in p.beats)}
    world = replace(world, spots=spots)  # in which those who have a place get points
    actors = [PersonInShot(plan_of(figures[p.id]), p, seconds, world) for p in people]
    # First those whom others touch or look at, without gestures of their own, so that all have a
    # place and eyes; then everybody.
    for actor in actors:
        if actor.player.id in met:
            points = touch_points(actor.plain(at * seconds))
            spots[actor.player.id] = replace(spots[actor.player.id], points=points)
    done = {}
    for actor in actors:
        name = actor.player.id
        done[name] = actor.performance(at)
        spots[name] = replace(spots[name], points=done[name].points)
    return done


@dataclass(eq=False)
class PersonInShot:
    """One person in a shot: stances of its beats, and the blends between them."""

    body: BodyPlan
    player: Player
    seconds: float
    world: World

    def __post_init__(self) -> None:
        self.seed = zlib.crc32(self.player.id.encode())
        self.faces: dict[int, str] = {}
        self.beats: tuple[Beat, ...] = ()
        for beat in self.player.beats or (Beat(),):
            self.beats = (*self.beats, self._meant(beat))
        self.beats, self.risen = beside_seats(self.beats, self.player, self.world.spots)
        self.player = replace(self.player, beats=self.beats)
        self.roots = self._roots()
        self.changes: dict[tuple[int, bool], float] = {}
        self.placed: dict[tuple[int, float], BodyPose] = {}

    def _meant(self, beat: Beat) -> Beat:
        """A beat as it is done: what is in the own hand is no target; stairs are climbed."""
        spots = self.world.spots
        if beat.posture.startswith("climb") and (beat.seat or beat.to) in spots:
            return replace(beat, seat=beat.seat or beat.to, path=())
        held = [thing for _, thing in beat.holds]
        before = self.beats[-1] if self.beats else Beat()
        stays = before.gesture == "phone-ear" and set(before.holds) <= set(beat.holds)
        steers = beat.posture.startswith(("drive", "ride")) and beat.gesture in ("cry", "shout")
        if steers or (stays and beat.gesture in _ON_THE_PHONE):
            self.faces[len(self.beats)] = beat.gesture
            return replace(beat, gesture="" if steers else "phone-ear")
        if gesture := both_full(beat, [spots[each].thing for each in held if each in spots]):
            self.faces[len(self.beats)] = beat.gesture
            return replace(beat, gesture=gesture)
        if beat.gesture in ("put-down", "") and any(
            self.world.falls(thing, beat.start, beat.end) for thing in held
        ):
            return replace(beat, gesture="drop")
        own = beat.target in held
        if own and beat.gesture not in (*TAKEN, "put-down"):
            return replace(beat, target=beat.looks_at if beat.looks_at in spots else "")
        return beat

    def _roots(self) -> list[tuple[float, float, float]]:
        """x, z and facing at the start of each beat, and at the end."""
        (x, z), facing = self.player.at, self.player.facing_deg
        roots = [(x, z, facing)]
        for k, beat in enumerate(self.beats):
            if k in self.risen:
                x, z = self.risen[k]
                roots[k] = (x, z, facing)
            way = self._way(k)
            if way is not None:
                x, z, facing = way.at(way.gone(way.seconds)[0])
            if beat.facing_deg is not None:
                facing = beat.facing_deg
            elif beat.gesture == "turn" and way is None:
                facing = self._turned(beat, x, z, facing)
            roots.append((x, z, facing))
        return roots

    def _way(self, k: int) -> Track | None:
        return beat_track(self.player, k, self.seconds)

    def _turned(self, beat: Beat, x: float, z: float, facing: float) -> float:
        """Where somebody turns to: the target, else the camera, else round."""
        target = self.world.eye_of(beat.target or beat.looks_at)
        goal = self.world.camera if target is None else target
        if goal is not None:
            to = r.heading(goal[0] - x, goal[2] - z)
            if target is not None or abs(math.remainder(to - facing, 360)) > 60:
                return facing + math.remainder(to - facing, 360)
        return facing + 150.0

    def performance(self, at: float) -> Performance:
        """The person at a share of the shot, 0 to 1."""
        now = at * self.seconds
        stance = self.stance(now)
        held = held_things(self.beats, self.seconds, now, self.world, self.blended, stance)
        return Performance(
            stance.pose(), stance.place, stance.facing_deg, held, touch_points(stance)
        )

    def stance(self, now: float) -> BodyPose:
        """The body at a time in seconds, blended over from one beat to the next."""
        current = self._current(now)
        stance = self.blended(current, now)
        since = now - self.beats[current].start * self.seconds if current else 9.0
        turn_eyes(stance, since, now, self.seed)
        return stance

    def plain(self, now: float) -> BodyPose:
        """The body at a time, without what it does alone with hands and head."""
        return self.blended(self._current(now), now, plain=True)

    def _current(self, now: float) -> int:
        begun = (k for k, beat in enumerate(self.beats) if beat.start * self.seconds <= now + 1e-9)
        return max(begun, default=0)

    def blended(self, k: int, now: float, plain: bool = False) -> BodyPose:
        """The body in a beat at a time, or on the way to it from the beat before."""
        stance = self._beat(k, now, plain)
        begin = self.beats[k].start * self.seconds
        if k == 0 or now - begin > LONGEST_S:
            return stance
        if (k, plain) not in self.changes:
            pair = self.blended(k - 1, begin, plain), self._beat(k, begin, plain)
            self.changes[k, plain] = blend_seconds(*pair)
        part = (now - begin) / self.changes[k, plain]
        return stance if part >= 1 else blend(self.blended(k - 1, now, plain), stance, part)

    def _beat(self, k: int, now: float, plain: bool) -> BodyPose:
        """The body in one beat, as if it went on for ever."""
        beat = self.beats[k]
        if plain and not self._together(beat)[0]:
            return self._placed(k, now).copy()
        begin, length = beat.start * self.seconds, (beat.end - beat.start) * self.seconds
        part = min(max((now - begin) / max(length, 1e-6), 0.0), 1.0)
        stance = self._placed(k, now).copy()
        act = self._act(beat, stance, now - begin, part)
        act.face, act.length = self.faces.get(k, ""), length
        act.speaks = any(a <= now / self.seconds < b for a, b in beat.speaks)
        perform_gesture(stance, act, looked_at(self.world, beat, stance))
        return stance

    def _placed(self, k: int, now: float) -> BodyPose:
        """Posture and place in one beat, made once: it depends on nobody's gestures."""
        if (k, now) not in self.placed:
            beat = self.beats[k]
            begin, end = beat.start * self.seconds, beat.end * self.seconds
            part = min(max((now - begin) / max(end - begin, 1e-6), 0.0), 1.0)
            self.placed[k, now] = self._moved(k, beat, now, part, max(end - begin, 0.05))
        return self.placed[k, now]

    def _moved(self, k: int, beat: Beat, now: float, part: float, length: float) -> BodyPose:
        """Posture and place."""
        since = now - beat.start * self.seconds
        way = self._way(k)
        x, z, facing = self.roots[k]
        stairs = self.world.spots.get(beat.seat)
        if beat.posture == "climb-stairs" and stairs is not None and way is None:
            speed = POSTURES["climb-stairs"].speed * beat.pace
            way = climb(stairs, speed, length, down=beat.to == "down")
        if beat.posture in GAITS and way is not None:
            return stride(self.body, beat.posture, way, since, self.seed)
        metres = 0.0
        if beat.posture == "jump" and self.beats[min(k + 1, len(self.beats) - 1)].posture == "hang":
            part = 0.15 + 0.35 * part  # what it jumps for is caught at the top
        if way is not None:
            metres = way.gone(since)[0]
            x, z, facing = way.at(metres)
        else:
            turned = math.remainder(self.roots[k + 1][2] - facing, 360)
            facing += turned * r.smooth(since / max(0.4, abs(turned) / 160))
        moment = Moment(now, part, length, beat.pace, self.seed, metres=metres)
        place = np.array([x, -self.player.base_m, z])
        seat = self.world.spots.get(beat.seat)
        carrier = self.world.spots.get(beat.target)
        if carrier is not None and beat.posture in ("carried", "dragged"):
            place, facing, moment = taken_along(beat.posture, carrier, self.body.height, moment)
        elif seat is not None and POSTURES[beat.posture].seat:
            on = seat.seated(beat.posture, place, self.body.height)
            stays = beat.posture == "sit" and self.beats[0].seat == beat.seat and not seat.gone
            place, facing = on.place, on.facing_deg + stays * on.turned(self.player.facing_deg)
            moment = replace(moment, rest_m=on.height, hands=on.hands, metres=metres or seat.gone)
            if beat.posture == "sit" and not on.hands and facing == on.facing_deg:
                moment = replace(moment, table=table_before(self.world.spots, on))
        if beat.posture in GAITS:  # walks on the spot
            stance = stride_in_place(self.body, beat.posture, beat.pace, now, self.seed)
            stance.place = np.zeros(3)
        else:
            stance = posture(self.body, beat.posture, moment)
        stance.place, stance.facing_deg = place + stance.place, facing
        self._approach(beat, stance)
        self._come_to_things(beat, stance, is_still=way is None)
        return stance

    def _come_to_things(self, beat: Beat, stance: BodyPose, *, is_still: bool) -> None:
        """Step up to what is handled, turn to what is aimed at, lean or sit against something."""
        seat = self.world.spots.get(beat.seat)
        if is_still and stands(beat.posture):
            self._step_up(beat, stance)
            self._face(beat, stance)
        if beat.posture in _BACK_ON:
            seat = self.world.spots.get(self.player.near)
            seat = seat if seat is not None and seat.top() > 0.5 else None
        if seat is not None and beat.posture in ("lean", *_BACK_ON):
            lean_at(stance, seat, beat.gesture == "lean-head")

    def _face(self, beat: Beat, stance: BodyPose) -> None:
        """Turn to what is aimed at, or so far that an arm can point there."""
        spot = self.world.spots.get(beat.target)
        if spot is None or beat.gesture not in _FACED:
            return
        way = spot.position - stance.place
        off = math.remainder(r.heading(way[0], way[2]) - stance.facing_deg, 360)
        if abs(off) > _FACED[beat.gesture]:
            stance.facing_deg += off - math.copysign(_FACED[beat.gesture], off)

    def _approach(self, beat: Beat, stance: BodyPose) -> None:
        """Step up to and face the person something is done with; who sits is come to."""
        other, row, is_mine = self._together(beat)
        partner = self.world.spots.get(other)
        theirs = self.world.beat_of(other, (beat.start + beat.end) / 2)
        kneels = beat.posture == "kneel" and (row.side or theirs.posture in LYING_DOWN)
        if partner is None or not (stands(beat.posture) or kneels):
            return
        if "carried" in (theirs.posture, beat.posture):
            return
        on = settled(self.world.spots, other, theirs)
        if on.posture in LYING_DOWN:
            bed = self.world.players.get(theirs.seat)
            stance.place, stance.facing_deg = at_bed(on, stance.place, row, bed)
        elif row.side:
            if is_mine:
                stance.place, stance.facing_deg = at_side(on, stance.place, row)
        else:
            meet(stance, on, row.near)

    def _step_up(self, beat: Beat, stance: BodyPose) -> None:
        """Step so near to a thing that the hands reach it, as far as furniture leaves room."""
        spot = self.world.spots.get(beat.target)
        if spot is None or spot.is_person or not GESTURE_ROWS.get(beat.gesture, _STILL).stoop:
            return
        breast = stance.to_world(stance.point("breast"))
        goal = spot.hand_point(beat.gesture, breast, self._prop(beat), own=False)
        here, there, reach_m = on_plan(stance.place), on_plan(goal), 0.3 * self.body.height
        if reach_m < math.dist(here, there) < reach_m + 0.8:  # farther, the camera loses them
            others = (each for each in self.world.players.values() if each.id != beat.target)
            x, z = nearer(here, there, reach_m, others)
            stance.place = r.xyz(x, stance.place[1], z)
            stance.facing_deg = r.heading(there[0] - here[0], there[1] - here[1])

    def _together(self, beat: Beat) -> tuple[str, GestureRow, bool]:
        """With whom it is done, the gesture of two, and whether it is the own beat's."""
        if beat.gesture in TOGETHER and beat.target in self.world.spots:
            return beat.target, GESTURE_ROWS[beat.gesture], True
        other, theirs = self._doing_to_me(beat)
        return other, GESTURE_ROWS[theirs.gesture] if other else _STILL, False

    def _doing_to_me(self, beat: Beat) -> tuple[str, Beat]:
        """Who does something together with this person in this beat, and that beat."""
        middle = (beat.start + beat.end) / 2
        for other, player in self.world.players.items():
            theirs = self.world.beat_of(other, middle) if player.look else beat
            if theirs.target == self.player.id and theirs.gesture in TOGETHER:
                return other, theirs
        return "", beat

    def _act(self, beat: Beat, stance: BodyPose, since: float, part: float) -> GestureNow:
        gesture, target = beat.gesture, beat.target
        other, theirs = self._doing_to_me(beat)
        takes = gesture in ("reach", "hold-out") and theirs.gesture == "give" and not beat.holds
        if other and (takes or not gesture) and beat.posture not in LYING_DOWN:
            gesture, target = GESTURE_ROWS[theirs.gesture].counter, other
            begin, end = theirs.start * self.seconds, theirs.end * self.seconds
            since = since + beat.start * self.seconds - begin  # in time with the other
            part = min(max(since / max(end - begin, 1e-6), 0.0), 1.0)
        side = next((hand[0].upper() for hand, _ in beat.holds if hand in ("left", "right")), "R")
        full = frozenset(hand[0].upper() for hand, _ in beat.holds if hand in ("left", "right"))
        if not gesture and beat.holds:
            gesture = "carry" if any(hand == "both" for hand, _ in beat.holds) else "hold"
        if gesture and gesture not in HANDLING and full == {side}:
            side = OTHER[side]
        act = GestureNow(gesture, side, since, part, self.seed, stands=stands(beat.posture))
        act.holds = full - ({side} if gesture in HANDLING else set())
        act.prop = self._prop(beat)
        spot = self.world.spots.get(target)
        if spot is not None:
            mine = any(self.world.spots.get(thing) is spot for _, thing in beat.holds)
            breast = stance.to_world(stance.point("breast"))
            act.aim = stance.from_world(spot.hand_point(beat.gesture, breast, act.prop, mine))
            act.partner = {name: stance.from_world(at) for name, at in spot.points.items()}
            if gesture == "hand-in-hand" and act.partner:
                act.side = "L" if act.partner["pelvis"][0] > 0 else "R"
            if not spot.points:
                act.surface_m = spot.top() + float(stance.place[1])
                act.size = spot.size
        return act

    def _prop(self, beat: Beat) -> Thing | None:
        """The model of what is in the hands."""
        spots = (self.world.spots.get(thing) for _, thing in in_hands(beat))
        return next((spot.thing for spot in spots if spot is not None), None)
