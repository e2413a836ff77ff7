"""Where everybody and everything is at a moment of a staged shot, and how tall it stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from shots.lexicon.actions import POSTURES, reaches
from shots.lexicon.things import Seat
from shots.staging.floor_space import (
    along,
    direction,
    distance,
    facing,
    length,
    model_of,
    own_to_plan,
    plan_to_own,
    point,
    size_of,
)
from shots.staging.staged import Beat, Player, Point, Size
from shots.staging.stooping import HIPS, bedside, least_stoop, nearer, stoop_of

FIGURE_M = 1.75
EYES_UNDER_TOP = 0.069  # eyes under the top of the head, as a part of the height
# By gesture. Where the palm of the hand with the thing is for a person of 1.75 m who stands: to the
# side of its hand, over the feet, ahead, in metres; measured on the poses of the layout.
_PALMS = reaches("palm")
# Metres between two of 1.75 m who do something together, and the side of the other one that it is
# done from: who does it steps up, and of two on their feet each comes half the way.
TOGETHER = reaches("near")
# The parts of the beat at which the body is upright, bent until the hand is where it has to be,
# bent and upright.
_BENDS = reaches("bends")
_LOWERED, _LEADS = reaches("top"), reaches("leads")  # the head's top, and how far it is ahead
_NEAR_EDGE_M, _LONG_ARM = 0.18, 0.34
_TO_FACE = ("kiss", "kiss-forehead")
_SHOULDER = 0.81  # of the height; a hand over it needs no stoop
_UPRIGHT = ("stand", "walk", "run", "sneak", "march", "stagger", "bend", "lean")
LAID = ("put-down", "pick-up")  # what is held there is by the place where it lies
_POURED_M, _LEANT = 0.22, 0.25  # to the hand with a bottle; to a page's middle, of its length
_DESK_M, _BREAST_M = 0.78, 1.35
_CLIMBED_M, _LADDER_M = 2.4, 1.6  # metres of stairs and of a ladder climbed in a shot
_ON_SIDE, _READ_LYING_M = (-0.1, -0.375), 0.26  # the head asleep; a book nearer to the feet
_CLIMBS = ("stairs", "ladder")
_HOLDING, _HOLDING_BOTH = (0.13, 1.00, 0.29), (0.0, 1.11, 0.30)


@dataclass(frozen=True)
class Standing:
    """A place at a moment.

    Attributes:
        at: On the plan.
        facing_deg: Of its front.
        base_m: Height of what it rests on: the floor, a seat, a table.
        size: Width, height and depth that it takes up over its base, in its own axes.
        posture: Of a person.
        tall_m: Standing height of a person, 0 for others.
        stoops: Parts of that height that the head is ahead of the place, over something worked on.
    """

    at: Point
    facing_deg: float
    base_m: float
    size: Size
    posture: str = ""
    tall_m: float = 0.0
    stoops: float = 0.0

    @property
    def top_m(self) -> float:
        """Height of the top of the head, or of the thing."""
        return self.base_m + self.size[1]

    @property
    def lies(self) -> bool:
        """Whether it lies flat."""
        return bool(self.tall_m) and self.size[1] < 0.25 * self.tall_m

    @property
    def head(self) -> tuple[float, float, float]:
        """x, height, z of the middle of the head."""
        aside, ahead = 0.0, POSTURES.get(self.posture, POSTURES["stand"]).ahead + self.stoops
        if self.lies:
            aside, ahead = _ON_SIDE if self.posture == "sleep" else (0.0, -0.4)
        x, z = own_to_plan((aside * self.tall_m, -ahead * self.tall_m), self.at, self.facing_deg)
        return x, self.top_m - (0.10 if self.lies else EYES_UNDER_TOP * self.tall_m), z


def beat_at(player: Player, share: float) -> Beat:
    """What a player does at a share of the shot, 0 to 1; a plain beat for one who does nothing."""
    beats = player.beats or (Beat(),)
    return next((beat for beat in beats if share < beat.end - 1e-9), beats[-1])


def seat_of(thing: Player, place: Point) -> Seat | None:
    """The seat of a thing that somebody at a place of the plan has."""
    seats = model_of(thing).seats
    if not seats and thing.kind == "thing":  # on top of it
        top = model_of(thing).surface_m or size_of(thing)[1]
        return Seat(0.0, min(top, 1.2), 0.0)
    own = [own_to_plan((seat.x, seat.z), thing.at, thing.facing_deg) for seat in seats]
    nearest = min(range(len(seats)), key=lambda k: distance(own[k], place), default=None)
    return None if nearest is None else seats[nearest]


def standing(player: Player, share: float, players: Mapping[str, Player]) -> Standing:
    """Where a player is at a share of the shot; riders and held things move with what has them."""
    beat = beat_at(player, share)
    at, facing_deg = _walked(player, share)
    carrier = players.get(beat.seat if player.kind == "person" else player.on)
    base_m, seat = player.base_m, None
    if carrier is not None and carrier.id != player.id and carrier.kind != "person":
        sits = player.kind == "person" and POSTURES[beat.posture].seat not in _CLIMBS
        seat = seat_of(carrier, player.at) if sits and beat.posture != "lean" else None
        at, facing_deg = _carried(player, carrier, at, facing_deg, share)
        if seat is not None:
            base_m = carrier.base_m + seat.height
    if beat.posture == "climb-stairs" and carrier is not None:
        at, base_m = _climbed(beat, carrier, share)
        facing_deg = carrier.facing_deg + (0.0 if beat.to == "down" else 180.0)
    if beat.posture == "climb-ladder" and carrier is not None:
        base_m += min(0.15 + _LADDER_M * share, 0.55 * size_of(carrier)[1])
    if player.kind != "person":
        held = _held(player, share, players)
        return held or Standing(at, facing_deg, base_m, size_of(player))
    tall = player.look.height_m if player.look else FIGURE_M
    posture = POSTURES.get(beat.posture, POSTURES["stand"])
    if seat is None:
        base_m += posture.rest * tall / FIGURE_M
    part = _bent_part(beat, share) if beat.gesture in _BENDS else 1.0
    lower = part * max(0.0, posture.top - _LOWERED.get(beat.gesture, (9.0,))[0])
    ahead, top = _LEADS.get(beat.gesture, (0.0,))[0] if lower else 0.0, posture.top - lower
    if beat.posture == "fall" and share > (beat.start + beat.end) / 2:
        top = POSTURES["lie-floor"].top
    size = (0.27 * tall, top * tall, (0.18 if top > 0.4 else max(0.15, posture.length)) * tall)
    facing_deg += 180.0 * (beat.gesture == "lean-head")  # the face to the wall, not the back
    now = Standing(at, facing_deg, base_m, size, beat.posture, tall, part * ahead)
    return _acting(player, now, share, players)


def _acting(player: Player, now: Standing, share: float, players: Mapping[str, Player]) -> Standing:
    """Somebody bent over what their hands are on, or stepped up to whom they do something with."""
    beat = beat_at(player, share)
    target = players.get(beat.target)
    if now.lies:
        return now
    held = [] if beat.gesture in LAID else [name for _, name in beat.holds]
    is_apart = beat.gesture not in (*TOGETHER, *_BENDS)
    if target is None or is_apart or target.id in (player.id, *held):
        return replace(now, at=_met(player, now, share, players))
    if target.kind == "person":
        now = _stepped_up(beat, now, target, share, players)
    elif now.posture in _UPRIGHT and not beat.path and beat.gesture in _BENDS:
        goal_at = _hand_point(beat, now, target)[0]
        blocks = [each for each in players.values() if each.id != target.id]
        now = replace(now, at=nearer(now.at, goal_at, 0.3 * now.tall_m, blocks))
    others = {key: each for key, each in players.items() if key != player.id}
    if beat.gesture in _TO_FACE and standing(target, share, {}).lies:
        theirs = standing(target, share, others)
        apart = distance(now.at, (theirs.head[0], theirs.head[2])) / now.tall_m
        size = (now.size[0], theirs.top_m + 0.15 - now.base_m, now.size[2])
        return replace(now, size=size, stoops=round(apart, 4))
    is_own = beat.gesture in _LOWERED or _drops(beat, players)  # no hand has to get anywhere
    bent = 0.0 if is_own else _bent_part(beat, share)
    if bent and beat.posture in (*_UPRIGHT, "sit", "kneel", "crouch"):
        place, high = _hand_point(beat, now, target)
        goal = distance(now.at, place), high
        if target.kind == "person":  # the breast
            theirs = standing(target, share, others)
            breast = 0.72 * theirs.size[1] if not theirs.lies else theirs.size[1]
            x, _, z = theirs.head
            middle = ((theirs.at[0] + x) / 2, (theirs.at[1] + z) / 2) if theirs.lies else theirs.at
            goal = distance(now.at, middle), theirs.base_m + breast
        if goal[1] - now.base_m > _SHOULDER * now.tall_m and not _hips(now):
            return now
        stoop = least_stoop(_hips(now), goal[0] / now.tall_m, (goal[1] - now.base_m) / now.tall_m)
        high = now.size[1] - bent * stoop.lower * now.tall_m
        size = (now.size[0], high, now.size[2])
        now = replace(now, size=size, stoops=round(bent * stoop.ahead, 4))
    return now


def _drops(beat: Beat, players: Mapping[str, Player]) -> bool:
    """Whether what is put down falls out of the hand."""
    held = (players[name] for _, name in beat.holds if name in players)
    return beat.gesture == "put-down" and any(
        each.posture == "fall"
        for thing in held
        for each in thing.beats
        if not (thing.near and thing.relation in ("in", "on"))
    )


def _bent_part(beat: Beat, share: float) -> float:
    """How far somebody is bent at a share of the shot, of what a gesture takes, 0 to 1."""
    moments = _BENDS.get(beat.gesture)
    if not moments:
        return 0.0
    done = (share - beat.start) / max(1e-9, beat.end - beat.start)
    return float(np.interp(done, moments, (0.0, 1.0, 1.0, 0.0)))


def _hand_point(beat: Beat, person: Standing, thing: Player) -> tuple[Point, float]:
    """Where the hand goes on a thing: on the plan, and its height."""
    size, grip = size_of(thing), model_of(thing).grip
    own = any(held == thing.id for _, held in beat.holds)
    breast_m, top_m = person.base_m + 0.72 * person.size[1], thing.base_m + size[1]
    if (grip is not None and size[1] < 0.9) or own:
        return thing.at, thing.base_m + (grip[1] if grip else 0.05)
    if beat.gesture in ("wipe", "put-down") and model_of(thing).place != "wall":
        return reached(thing, person, _NEAR_EDGE_M), top_m
    high = min(thing.base_m + 0.95 * size[1], max(breast_m, thing.base_m + 0.3))
    return reached(thing, person, 0.0), high


def working_hand(beat: Beat, person: Standing, thing: Player) -> tuple[float, float, float]:
    """x, height, z of the hand that is on a thing, as far as the arm reaches."""
    place, high = _hand_point(beat, person, thing)
    tall, base = person.tall_m, person.base_m
    away, over = distance(person.at, place) / tall, (high - base) / tall
    hips = _hips(person)
    stoop = least_stoop(hips, away, over) if beat.gesture in _BENDS else stoop_of(hips, 0.0)
    ahead, up = stoop.shoulder
    goal = np.array([away - ahead, over - up])
    goal *= min(1.0, _LONG_ARM / max(1e-6, float(np.linalg.norm(goal))))
    way = (np.array(place) - person.at) / max(1e-6, distance(person.at, place))
    x, z = np.array(person.at) + (ahead + goal[0]) * tall * way
    return float(x), base + float(up + goal[1]) * tall, float(z)


def _hips(person: Standing) -> float:
    """Height of the hips of one who does not stand, in parts of the height; 0 of one who does."""
    is_upright = person.posture in _UPRIGHT
    return 0.0 if is_upright else max(0.05, person.size[1] / person.tall_m - 1.0 + HIPS)


def _stepped_up(
    beat: Beat, now: Standing, partner: Player, share: float, players: Mapping[str, Player]
) -> Standing:
    """Somebody who does something together with a partner, as near as it takes and turned there."""
    near, side_deg = TOGETHER.get(beat.gesture, (0.0, 0.0))
    seat = beat_at(partner, share).seat
    others = {seat: players[seat]} if seat in players else {}
    theirs = standing(partner, share, others)
    apart = distance(now.at, theirs.at)
    may_step = now.posture in _UPRIGHT or (side_deg and now.posture == "kneel")
    if not near or not may_step or beat.path or not 0.05 < apart < 4.0:
        return now
    near *= (now.tall_m + theirs.tall_m) / 3.5
    if theirs.lies:
        share = 0.36 if beat.gesture in _TO_FACE else -0.02 if beat.gesture == "hold-hand" else 0.12
        breast = np.array(theirs.at) - direction(theirs.facing_deg) * share * theirs.tall_m
        goal = bedside(now.at, point(breast), theirs.facing_deg, others.get(seat))
    elif side_deg:
        sides = (theirs.facing_deg + turn for turn in (side_deg, -side_deg))
        beside = [point(np.array(theirs.at) + near * direction(each)) for each in sides]
        goal = min(beside, key=lambda each: distance(each, now.at))
    else:
        part = (1.0 - min(1.0, near / apart)) * (0.5 if theirs.posture in _UPRIGHT else 1.0)
        goal = point(np.array(now.at) + part * (np.array(theirs.at) - now.at))
    turned = theirs.facing_deg if beat.gesture == "hand-in-hand" else facing(goal, theirs.at)
    return replace(now, at=goal, facing_deg=turned)


def _met(player: Player, now: Standing, share: float, players: Mapping[str, Player]) -> Point:
    """Where somebody on their feet is to whom another one comes: half the way to them."""
    mine = beat_at(player, share)
    if now.posture not in _UPRIGHT or mine.path or mine.gesture:
        return now.at
    for other in players.values() if player.kind == "person" else ():
        beat = beat_at(other, share)
        near, side_deg = TOGETHER.get(beat.gesture, (0.0, 1.0))
        apart = distance(other.at, now.at)
        if beat.target == player.id and not (side_deg or beat.path) and 0.05 < apart < 4.0:
            tall = other.look.height_m if other.look else FIGURE_M
            part = (1.0 - min(1.0, near * (now.tall_m + tall) / 3.5 / apart)) / 2
            part *= beat.posture in _UPRIGHT
            return point(np.array(now.at) + part * (np.array(other.at) - now.at))
    return now.at


def hand_spot(person: Standing, gesture: str, hand: str = "right") -> tuple[float, float, float]:
    """x, height, z of the palm of somebody who does a gesture."""
    ordinary = _HOLDING_BOTH if hand == "both" else _HOLDING
    aside, height, ahead = _PALMS.get(gesture, ordinary)
    scale = person.tall_m / FIGURE_M
    side = {"left": 1.0, "right": -1.0}.get(hand, 0.0)  # a person who faces -z has its left at +x
    if person.lies:  # the way up is along the body, the way ahead is up
        along_m = height * scale - 0.53 * person.tall_m - _READ_LYING_M * (gesture == "read")
        x, z = own_to_plan((aside * side * scale, along_m), person.at, person.facing_deg)
        return x, person.top_m - 0.1 + ahead * scale, z
    x, z = own_to_plan((aside * side * scale, -ahead * scale), person.at, person.facing_deg)
    height = height * scale - person.tall_m + person.top_m
    if person.posture == "sit" and ahead > 0.45:
        height = max(height, _DESK_M)
    return x, max(0.1, height), z


def raises_hand(gesture: str) -> bool:
    """Whether a gesture has its hand over the breast: at the face, over the head."""
    return gesture in _PALMS and _PALMS[gesture][1] > _BREAST_M


def reached(thing: Player, person: Standing, inside_m: float = 0.18) -> Point:
    """The point of a thing on the plan that somebody's hands are on: near the edge next to them."""
    width, _, depth = size_of(thing)
    x, z = plan_to_own(person.at, thing.at, thing.facing_deg)
    half_x, half_z = width / 2, depth / 2
    inside = float(np.clip(x, -half_x, half_x)), float(np.clip(z, -half_z, half_z))
    away = np.array(inside) - (x, z)
    step = away * (inside_m / max(0.18, float(np.linalg.norm(away))))
    own = np.clip(np.array(inside) + step, (-half_x, -half_z), (half_x, half_z))
    return own_to_plan((float(own[0]), float(own[1])), thing.at, thing.facing_deg)


def stair_side(wide: float, *, down: bool) -> float:
    """Where people are across stairs of a width, from their middle: to the right of their way."""
    return 0.0 if wide < 0.95 else -0.3 if down else 0.3


def _climbed(beat: Beat, stairs: Player, share: float) -> tuple[Point, float]:
    """Place and height of one who climbs stairs from their foot, or comes down to it."""
    wide, high, deep = size_of(stairs)
    gone = _CLIMBED_M * (beat.end - share if beat.to == "down" else share - beat.start)
    gone = min(deep, max(0.0, gone))
    x = stair_side(wide, down=beat.to == "down")
    at = point(own_to_plan((x, gone - deep / 2), stairs.at, stairs.facing_deg))
    return at, stairs.base_m + high * gone / max(deep, 1e-6)


def _walked(player: Player, share: float) -> tuple[Point, float]:
    """Place and facing by the paths of the beats."""
    at, facing_deg = player.at, player.facing_deg
    for beat in player.beats:
        if share < beat.start:
            break
        span = max(1e-9, beat.end - beat.start)
        done = min(1.0, (share - beat.start) / span)
        if len(beat.path) > 1:
            at, facing_deg = along(beat.path, done * length(beat.path))
            facing_deg += 180.0 * (beat.posture == "walk-back")
        elif beat.path:
            at = beat.path[0]
        if beat.facing_deg is not None and (done > 0.5 or len(beat.path) < 2):
            facing_deg = beat.facing_deg
    return at, facing_deg


def _carried(
    player: Player, carrier: Player, at: Point, facing_deg: float, share: float
) -> tuple[Point, float]:
    """Place and facing of one that rests on a carrier which may move and turn."""
    there, turned = _walked(carrier, share)
    if there == carrier.at and turned == carrier.facing_deg:
        return at, facing_deg
    own = plan_to_own(player.at, carrier.at, carrier.facing_deg)
    return own_to_plan(own, there, turned), facing_deg + turned - carrier.facing_deg


def _held(thing: Player, share: float, players: Mapping[str, Player]) -> Standing | None:
    """Place of a thing in somebody's hand."""
    for person in players.values():
        if person.kind == "person":
            beat = beat_at(person, share)
            for hand, held in beat.holds:
                if held == thing.id and beat.gesture not in LAID:
                    holder = standing(person, share, players)
                    x, height, z = hand_spot(holder, beat.gesture, hand)
                    target = players.get(beat.target)
                    if beat.gesture in _BENDS and target is not None and target.kind == "thing":
                        x, height, z = working_hand(beat, holder, target)
                    if beat.gesture == "pour" and target is not None and target.kind == "thing":
                        x, z = reached(target, holder, 0.0)
                        height = target.base_m + size_of(target)[1] + _POURED_M
                    grip, size = model_of(thing).grip, size_of(thing)
                    if model_of(thing).lies == "back":  # leant back
                        size = (size[0], size[2], size[1])
                        x, z = np.array((x, z)) + _LEANT * size[1] * direction(holder.facing_deg)
                    base = height - (min(grip[1], size[1]) if grip else size[1] / 2)
                    return Standing(point((x, z)), holder.facing_deg, base, size)
    return None
