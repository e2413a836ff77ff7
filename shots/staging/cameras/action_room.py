"""Room in the picture for what people do: their heads in all beats, hands, and things at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shots.lexicon.actions import GESTURES
from shots.path.rig import FRAMINGS, FULL_SIZES, Framed
from shots.staging.cameras.set_up import Filming
from shots.staging.floor.work_places import worked_on
from shots.staging.floor_space import Array, direction, distance, own_to_plan, point, size_of
from shots.staging.staged import Beat, Point
from shots.staging.standing import FIGURE_M, Standing, hand_spot, raises_hand, reached, standing

# By how much a size may be wider than usual to show what is done; a loose one still reads as it.
_LOOSEST: Mapping[str, float] = {
    "EWS": 1.2, "WS": 1.3, "FS": 1.3, "MWS": 1.4, "MS": 1.6, "MCU": 1.45, "CU": 1.35, "BCU": 1.2,
}  # fmt: skip
# How much a camera is disliked for what it does not hold, for its room, for a head that it cuts.
_MISSED, _LOOSE, _CUT = 0.2, 0.15, 0.6
_SMALL_M = 0.7  # things up to this extent are shown whole
_INSIDE, _SHOWN = 0.88, 0.46  # of the picture, that is used; from its middle to what shows
_KEPT = 0.75  # of what the size shows under the top of the head, in any case
_BENT_M = 0.1  # by which the head of one who bends may be higher than it is thought
_REACH_M = 1.3  # from somebody to what their hands are on
_HEAD, _PALM_M = (0.085, 0.16), 0.08  # half a head's width, chin under the top, of the height


@dataclass(frozen=True)
class _Room:
    """Something that has to be in the picture: its top, half its width, its foot, id, and when."""

    at: tuple[float, float, float]  # x, height, z
    half_m: float
    low_m: float
    name: str = ""
    share: float = 1.0


def with_action(
    filming: Filming, names: Sequence[str], side_deg: float, at: Point, framed: Framed
) -> tuple[Point, Framed, float, str]:
    """A framing of people, moved and widened to hold their heads, hands and what they act on.

    Returns:
        Point, measures, penalty, and a note about what is not held, "" if all is.
    """
    size = filming.size
    if size not in _LOOSEST or framed.whole:
        return at, framed, 0.0, ""
    picture = _Picture(filming, side_deg, at, framed)
    most, missed, cut = _LOOSEST[size], list[_Room](), False
    box = picture.box([_head(filming.now(name)) for name in names])
    if size not in FULL_SIZES:
        wider = picture.joined(box, picture.box(list(_heads(filming, names))))
        cut = picture.scale(wider) > most
        box = box if cut else wider
    for room in _acts(filming, names):
        wider = picture.joined(box, picture.box([room]))
        if len(names) == 2:  # a pair stays in balance
            most_m = float(np.abs(wider[:, 0]).max())
            wider[:, 0] = -most_m, most_m
        if picture.scale(wider) <= most:
            box = wider
        else:
            missed.append(room)
    penalty = _MISSED * len(missed) + _CUT * cut + _LOOSE * (picture.scale(box) - 1.0)
    at, framed = picture.holding(box)
    made = _Picture(filming, side_deg, at, framed)
    notes = (_note(filming, picture, r.name) for r in missed if r.name and not made.shows(r))
    return at, framed, penalty, next(notes, "")


def _note(filming: Filming, picture: _Picture, missed: str) -> str:
    rooms = [room for room in _acts(filming, list(filming.players)) if room.name == missed]
    wanted = picture.scale(picture.joined(picture.usual(), picture.box(rooms)))
    asked = FRAMINGS[filming.size].frame_m
    sizes = sorted((each.frame_m, name) for name, each in FRAMINGS.items())
    fits = next((name for high, name in sizes if high > 1.01 * asked
                 and high * _LOOSEST.get(name, 1.0) >= asked * wanted), "WS")  # fmt: skip
    label = filming.players[missed].name if missed in filming.players else missed
    return f"{filming.shot.id}: the {label} is outside of a {filming.size}; {fits} shows it"


@dataclass(frozen=True)
class _Picture:
    """The picture of a framing at its subject: across and up, in metres from the aim."""

    filming: Filming
    side_deg: float
    at: Point
    framed: Framed

    def usual(self) -> Array:
        """(2, 2): the part that is always shown: low and high corner, across and up."""
        (high, free), top = self._high(), self.framed.top_m
        if self.framed.pitch_deg is not None:  # on somebody who lies
            return np.array([(-0.01, top - 0.01), (0.01, top)])
        return np.array([(-0.01, top - _KEPT * (high - free)), (0.01, top)])

    def box(self, rooms: Sequence[_Room]) -> Array:
        """(2, 2): low and high corner of what has to be in, as the camera sees it."""
        every = np.array([self.usual(), *map(self._corners, rooms)])
        return np.array([every[:, 0].min(axis=0), every[:, 1].max(axis=0)])

    def shows(self, room: _Room) -> bool:
        """Whether the middle of something small is in the picture."""
        rig = self.filming.rig(self.framed)
        wide = float(rig.distance[0]) / self.filming.focal
        across, up = self._corners(room).mean(axis=0) + (0.0, rig.aim[0, 1])
        is_in = abs(across) < _SHOWN * wide and abs(up) < _SHOWN * wide / self.filming.aspect
        return bool(is_in) and room.half_m < _SMALL_M / 2

    def _corners(self, room: _Room) -> Array:
        """(2, 2): low and high corner of something."""
        rig = self.filming.rig(self.framed)
        away, aim_m, down = float(rig.distance[0]), -float(rig.aim[0, 1]), -float(rig.pitch[0])
        rises = np.array(self.framed.rises or [(0.0, 0.0)]).T
        off = np.array([room.at[0], room.at[2]]) - self.at
        across, near = (float(off @ direction(self.side_deg + turn)) for turn in (90.0, 0.0))
        risen, spots = aim_m + float(np.interp(room.share, *rises)), []
        for high in (room.low_m - risen, room.at[1] - risen):
            nearer = near * np.cos(down) + high * np.sin(down)
            grows = away / max(0.3 * away, away - nearer)
            up = aim_m + grows * (high * np.cos(down) - near * np.sin(down))
            spots += [(grows * (across + k * room.half_m), up) for k in (-1, 1)]
        return np.array([np.min(spots, axis=0), np.max(spots, axis=0)])

    def joined(self, first: Array, second: Array) -> Array:
        """(2, 2): a box round two."""
        return np.array([np.minimum(first[0], second[0]), np.maximum(first[1], second[1])])

    def scale(self, box: Array) -> float:
        """How much wider than the size asks a picture is that holds a box."""
        high, free = self._high()
        top = max(self.framed.top_m, float(box[1, 1]))
        tall = (top - box[0, 1]) / (high - free)
        if self.framed.pitch_deg is not None:
            tall = (box[1, 1] - box[0, 1]) / (high * _INSIDE)
        wide = (box[1, 0] - box[0, 0]) / (high * self.filming.aspect * _INSIDE)
        return float(max(1.0, wide, tall))

    def holding(self, box: Array) -> tuple[Point, Framed]:
        """Point and measures of a framing that holds a box."""
        high, _ = self._high()
        wide = high * self.filming.aspect * self.scale(box)
        across = _shift(box[:, 0], wide * _INSIDE / 2)
        at = np.array(self.at) + across * direction(self.side_deg + 90.0)
        rig, raised = self.filming.rig(self.framed), 0.0
        if self.framed.pitch_deg is None:
            raised = max(0.0, float(box[1, 1]) - self.framed.top_m) / np.cos(float(rig.pitch[0]))
        else:  # from above, higher in the picture is farther off
            up = _shift(box[:, 1] + rig.aim[0, 1], wide / self.filming.aspect * _INSIDE / 2)
            at = at + up / np.sin(float(rig.pitch[0])) * direction(self.side_deg)
        top = round(float(self.framed.top_m + raised), 4)
        own_m = self.framed.width_m
        return point(at), replace(self.framed, width_m=max(own_m, wide), across_m=own_m, top_m=top)

    def _high(self) -> tuple[float, float]:
        """Height of the picture as the size has it, and of the part over the head."""
        usual = FRAMINGS[self.filming.size]
        scale = self.framed.scale
        if self.filming.size in FULL_SIZES:
            scale = (self.framed.top_m - self.framed.foot_m) / FIGURE_M
        free = (usual.aim_m + usual.frame_m / 2 - FIGURE_M) * scale
        asked = max(usual.frame_m * scale, self.framed.width_m / self.filming.aspect)
        return asked, free * asked / (usual.frame_m * scale)


def _shift(extent: Array, room: float) -> float:
    """By how much the middle of a picture moves to hold an extent (2,) about it."""
    return float(np.clip(0.0, extent[1] - room, max(extent[1] - room, extent[0] + room)))


def _heads(filming: Filming, names: Sequence[str]) -> Iterator[_Room]:
    """Heads at the moment that is framed and in each beat that stays in its place."""
    for name in names:
        player = filming.players[name]
        yield replace(_head(filming.now(name)), share=filming.key_share(player))
        for beat in (each for each in player.beats if each.to != "out"):
            stays = len(beat.path) < 2 and not beat.to
            for share in ((beat.start + beat.end) / 2, beat.end - 1e-6)[not stays :]:
                yield replace(_head(standing(player, share, filming.players)), share=share)


def _head(now: Standing) -> _Room:
    x, _, z = now.head
    width, chin = _HEAD
    if not now.tall_m:
        return _Room((now.at[0], now.top_m, now.at[1]), now.size[0] / 2, now.top_m)
    if now.lies:
        return _Room((x, now.top_m, z), chin * now.tall_m, now.top_m - chin * now.tall_m)
    over = _BENT_M if now.stoops else 0.0
    return _Room((x, now.top_m + over, z), width * now.tall_m, now.top_m - chin * now.tall_m)


def _acts(filming: Filming, names: Sequence[str]) -> Iterator[_Room]:
    """Hands that do something, and the things that they hold or that it is done to."""
    for name in names:
        player = filming.players[name]
        for beat in player.beats if player.kind == "person" else ():
            gesture = GESTURES.get(beat.gesture)
            if (gesture is None or not gesture.hands) and not beat.holds:
                continue
            if len(beat.path) > 1:
                continue
            now = standing(player, (beat.start + beat.end) / 2, filming.players)
            yield from _act(filming, beat, now)


def _act(filming: Filming, beat: Beat, now: Standing) -> Iterator[_Room]:
    share, players = (beat.start + beat.end) / 2, filming.players
    both = GESTURES[beat.gesture].hands == "both" if beat.gesture in GESTURES else False
    hands = ("left", "right") if both else ("right",)
    raised = tuple((hand, "") for hand in hands if raises_hand(beat.gesture))
    for hand, held in beat.holds[:1] or raised:
        x, height, z = hand_spot(now, beat.gesture, hand)
        low = height - _PALM_M
        if held in players and max(size_of(players[held])) < _SMALL_M:
            low = min(low, standing(players[held], share, players).base_m)
        yield _Room((x, height + _PALM_M, z), _PALM_M, low, held, share)
    worked = players.get(worked_on(beat))
    if worked is None or worked.kind == "person":
        return
    thing = standing(worked, share, players)
    if worked.kind == "animal":  # its head
        x, z = own_to_plan((0.0, 0.25 - thing.size[2] / 2), thing.at, thing.facing_deg)
        yield _Room((x, thing.top_m, z), 0.25, thing.top_m - 0.5, worked.id, share)
        return
    x, z = reached(worked, now, 0.0)
    if distance(now.at, (x, z)) > _REACH_M:
        return
    half, low, high = _PALM_M, thing.top_m - 0.1, thing.top_m + _PALM_M
    if max(thing.size) < _SMALL_M:
        x, z = thing.at
        half, low = max(thing.size[0], thing.size[2]) / 2, thing.base_m
    else:
        high = min(high, now.top_m)
        low = min(low, high - 2 * _PALM_M)
    yield _Room((x, high, z), half, low, worked.id, share)
