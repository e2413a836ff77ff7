"""Where somebody stands who does something to a person that sits, lies or has the back to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from shots.lexicon.actions import GESTURES, POSTURES
from shots.lexicon.things import MODELS, Thing
from shots.staging.staged import CAMERA, Beat, Player, Point
from shots.staging.stooping import bedside
from storyboard.layout import rotations as r
from storyboard.layout.meshes import Array
from storyboard.layout.motion.body_pose import SIDES, BodyPose
from storyboard.layout.motion.gesture_table import GESTURE_ROWS, GestureRow
from storyboard.layout.motion.held import HANDLING
from storyboard.layout.motion.inverse_kinematics import WAYS, way_to
from storyboard.layout.motion.postures import Moment
from storyboard.layout.motion.world import Spot, World, stands

LYING_DOWN = ("lie", "sleep", "lie-floor", "dragged")
_EYES_ON_HANDS = tuple(name for name, motion in GESTURE_ROWS.items() if motion.looks)
_BEHIND_SEAT_M, _FAR = 0.2, 6.0
_NAMED = ("eye", "nose", "mouth", "crown", "skull", "breast", "back", "belly", "neck", "pelvis",
          "head", *(f"{name}.{side}" for name in ("clavicle", "shoulder", "ear", "palm",
          "fingertip", "forearm", "hand", "knee", "foot") for side in SIDES))  # fmt: skip
_AT_HEAD = ("their-forehead", "their-neck", "their-mouth", "their-skull", "their-cheek")


@dataclass(frozen=True, eq=False)
class Settled:
    """Where a person is: (3,) on the floor below, facing, posture, height, and the seat or bed."""

    place: Array
    facing_deg: float
    posture: str
    height: float
    seat: Spot | None


def settled(spots: Mapping[str, Spot], name: str, beat: Beat) -> Settled:
    """Where a person or a thing of that name is in one of its beats."""
    spot = spots[name]
    seat = spots.get(beat.seat) if POSTURES.get(beat.posture, POSTURES["stand"]).seat else None
    place, facing = spot.position, spot.facing_deg
    if seat is not None:
        on = seat.seated(beat.posture, place, spot.size[1])
        place, facing = on.place, on.facing_deg
    return Settled(place, facing, beat.posture, spot.size[1], seat)


def at_bed(on: Settled, place: Array, row: GestureRow, bed: Player | None) -> tuple[Array, float]:
    """Place and facing beside somebody who lies: at the head or at the hands."""
    lead = row.keys[-1][1].anchor if row.keys else ""
    along = 0.36 if row.face or lead in _AT_HEAD else 0.12 if lead != "their-palm" else -0.02
    goal = on.place + r.yaw(on.facing_deg) @ (0.0, 0.0, along * on.height)
    x, z = bedside(on_plan(place), on_plan(goal), on.facing_deg, bed)
    return r.xyz(x, place[1], z), r.heading(goal[0] - x, goal[2] - z)


def on_plan(place: Array) -> Point:
    """X and z of a place."""
    return float(place[0]), float(place[2])


def at_side(on: Settled, place: Array, row: GestureRow) -> tuple[Array, float]:
    """Place and facing behind or beside somebody."""
    own = r.yaw(on.facing_deg)
    away = row.near * on.height / 1.75 + (_BEHIND_SEAT_M if on.seat is not None else 0.0)
    if row.side == "behind":
        stand = on.place - own @ r.FRONT * away
    else:
        right = own @ r.X
        stand = on.place + right * away * (1.0 if (place - on.place) @ right > 0 else -1.0)
    stand = stand * (1, 0, 1) + place * (0, 1, 0)
    if row.side == "along":
        return stand, on.facing_deg
    back = on.place - stand
    return stand, r.heading(back[0], back[2])


def meet(stance: BodyPose, on: Settled, near: float) -> None:
    """Face each other at a distance; of two who stand each comes half the way."""
    gap = (on.place - stance.place) * (1, 0, 1)
    distance = r.norm(gap)
    if distance < 0.05 or distance > 4.0:
        return
    near *= (stance.body.height + on.height) / 3.5  # both come to the same distance
    if on.seat is not None and not stands(on.posture):
        near = max(near, 0.52)
        front = r.yaw(on.facing_deg) @ r.FRONT
        back = min(-float(gap @ front), 0.0)  # not from behind the seat
        gap = gap + front * back
        stance.place = on.place * (1, 0, 1) + stance.place * (0, 1, 0) - gap
        distance = max(r.norm(gap), near)
    way = 1 - min(near / distance, 1.0)
    stance.place = stance.place + gap * way * (0.5 if stands(on.posture) else 1.0)
    stance.facing_deg = r.heading(gap[0], gap[2])


def touch_points(stance: BodyPose) -> dict[str, Array]:
    """Points of a body in the world, by name, that others look at and touch."""
    found = {name: stance.to_world(stance.point(name)) for name in _NAMED}
    found["forehead"] = found["eye"] + 0.35 * (found["crown"] - found["eye"])
    for side in SIDES:
        found[f"cheek.{side}"] = 0.45 * found["mouth"] + 0.55 * found[f"ear.{side}"]
    return found


@lru_cache(maxsize=8)
def fitting(players: tuple[Player, ...]) -> list[Player]:
    """Players with gestures that suit how the other is there, and answer it when it is done."""
    people = {each.id: each for each in players if each.look}
    models = {each.id: MODELS.get(each.model) for each in players}
    fitted = [
        replace(p, beats=tuple(_fitting(p, _carried(b, models), people) for b in p.beats))
        for p in players
    ]
    cuts = {
        (beat.target, time)
        for each in fitted
        for beat in each.beats
        if GESTURE_ROWS.get(beat.gesture, GestureRow()).near
        for time in (beat.start, beat.end)
    }
    return [
        replace(p, beats=tuple(part for beat in p.beats for part in _cut(p.id, beat, cuts)))
        for p in fitted
    ]


def _cut(name: str, beat: Beat, cuts: set[tuple[str, float]]) -> list[Beat]:
    """A beat in parts, so that somebody takes part in a gesture of two only while it goes on."""
    inside = sorted(t for who, t in cuts if who == name and beat.start < t < beat.end)
    if not inside or beat.gesture or beat.path:
        return [beat]
    ends = [beat.start, *inside, beat.end]
    return [replace(beat, start=a, end=b) for a, b in pairwise(ends)]


def _carried(beat: Beat, models: Mapping[str, Thing | None]) -> Beat:
    """A beat that suits the thing: a gun across the chest, a trumpet level, a phone over a face."""
    if beat.gesture == "phone-look" and beat.posture == "lie":
        return replace(beat, gesture="phone-over")
    for model in (models.get(thing) for _, thing in beat.holds):
        if model and model.size[2] > 0.5 and model.lies == "side":
            is_idle = beat.gesture in ("", "hold", "carry")
            return replace(beat, gesture="port-arms") if is_idle else beat
        is_jar = model and model.kind == "product" and min(model.size[0], model.size[2]) > 0.04
        if is_jar and beat.gesture.startswith("touch-"):  # the fingers of the other hand
            return replace(beat, gesture="dab")
        if model and beat.gesture == "play-wind" and model.size[2] > model.size[1]:
            return replace(beat, gesture="play-horn")
    return beat


def both_full(beat: Beat, held: Sequence[Thing]) -> str:
    """How both hands hold on to a thing while the body alone does something; "" if they do not."""
    row = GESTURES.get(beat.gesture)
    is_body = row is not None and not (row.hands or row.needs) and GESTURE_ROWS.get(beat.gesture)
    if not (is_body and held and beat.holds[0][0] == "both") or beat.gesture in HANDLING:
        return ""
    return _carried(replace(beat, gesture="carry"), {beat.holds[0][1]: held[0]}).gesture


def _fitting(player: Player, beat: Beat, people: Mapping[str, Player]) -> Beat:
    own, partner = player.look, people.get(beat.target)
    if beat.gesture not in ("kiss", "hold-hand") or not partner or not stands(beat.posture):
        return beat
    middle = (beat.start + beat.end) / 2
    theirs = (each.posture for each in partner.beats if each.start <= middle <= each.end)
    low = not stands(next(theirs, "stand"))
    if beat.gesture == "hold-hand":
        return beat if low else replace(beat, gesture="hand-in-hand")
    is_small = own and partner.look and partner.look.height_m < 0.8 * own.height_m
    return replace(beat, gesture="kiss-forehead") if low or is_small else beat


def looked_at(world: World, beat: Beat, stance: BodyPose) -> Array | None:
    """What is looked at in a beat, in the figure's axes; None: where the hands lead."""
    word, lens, eye = beat.looks_at, world.camera, stance.point("eye")
    if word == CAMERA and lens is not None:
        return stance.from_world(lens)
    point = world.eye_of(word)
    if point is None and not word and beat.gesture not in ("hug", "kiss", *_EYES_ON_HANDS):
        point = world.eye_of(beat.target)
    if point is not None:
        return stance.from_world(point)
    if word == "away":
        camera = r.FRONT if lens is None else stance.from_world(lens)
        return eye + _FAR * way_to(-70.0 if camera[0] >= 0 else 70.0, -8.0)
    return eye + _FAR * way_to(*WAYS[word]) if word in WAYS else None


def taken_along(
    posture: str, carrier: Spot, height: float, moment: Moment
) -> tuple[Array, float, Moment]:
    """Place and facing of somebody in the arms of another, or dragged by the shoulders."""
    if posture == "carried":
        up = replace(moment, rest_m=0.5 * carrier.size[1])
        return carrier.at((0.0, 0.0, -0.13 * carrier.size[1])), carrier.facing_deg + 180.0, up
    ahead = 0.2 * carrier.size[1] + 0.33 * height
    return carrier.at((0.0, 0.0, -ahead)), carrier.facing_deg, moment
