"""Walking and its relatives: steps along a path, on feet that do not slide."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shots.lexicon.actions import POSTURES
from storyboard.layout import rotations as r
from storyboard.layout.meshes import Array
from storyboard.layout.motion.body_pose import SIDES, SIGN, BodyPlan, BodyPose, turn
from storyboard.layout.motion.gesture_table import rows
from storyboard.layout.motion.inverse_kinematics import lower_hips, plant

Ground = Callable[[float, float], float]  # height over the floor at x, z of the plan


@dataclass(frozen=True)
class Gait:
    """How a figure steps: parts of the leg, and degrees.

    Attributes:
        step: Length of a step, times sqrt(speed x leg).
        duty: Share of a cycle that a foot is on the ground: below 0.5 both are in the air at times.
        lift: How high the ankle is lifted.
        drop: How much lower than on straight legs the pelvis is carried.
        bob: Above 0 it rises and falls as the standing leg is an arc; below 0 it bounces by this
            amplitude, lowest over the standing foot.
        width: Distance of the footprints from the line walked.
        lean, hunch: Degrees that the trunk leans forward, at the pelvis, and in spine and chest.
        swing: Degrees that the arms swing.
        elbow: Degrees that they bend.
        push, strike: Degrees of the foot as it leaves, heel up, and as it lands, toes up.
        sway: Degrees that the trunk rolls and the head follows late, for the unsteady.
        arm: Degrees that the arms are held forward of hanging.
    """

    step: float = 0.67
    duty: float = 0.62
    lift: float = 0.07
    drop: float = 0.006
    bob: float = 1.0
    width: float = 0.055
    lean: float = 3.0
    hunch: float = 1.0
    swing: float = 24.0
    elbow: float = 18.0
    push: float = 42.0
    strike: float = 16.0
    sway: float = 0.0
    arm: float = 0.0


GAITS = {
    row["gait"]: Gait(**{name: float(text) for name, text in row.items() if name != "gait"})
    for row in rows("gaits.csv")
}


@dataclass(frozen=True, eq=False)
class Track:
    """A path on the plan, gone along in a time.

    Attributes:
        points: (K, 2) x, z.
        seconds: For the entire path.
        ease: Seconds of starting and of stopping; 0 where it comes on or leaves in motion.
        end_facing: Facing of the last footprints, None: as the path ends.
        ground: Height of the ground.
        step_m: Length of a step where treads give it, 0 for that of the gait.
        is_back: Whether it is gone from the last point to the first, the back ahead.
    """

    points: Array
    seconds: float
    ease: tuple[float, float] = (0.0, 0.0)
    end_facing: float | None = None
    ground: Ground | None = None
    step_m: float = 0.0
    is_back: bool = False

    @cached_property
    def length(self) -> float:
        """Metres of the path."""
        return float(np.linalg.norm(np.diff(self.points, axis=0), axis=1).sum())

    @property
    def speed(self) -> float:
        """Metres a second between starting and stopping."""
        return self.length / max(self.seconds - sum(self._eases()) / 2, 1e-6)

    def _eases(self) -> tuple[float, float]:
        scale = min(1.0, 0.9 * self.seconds / max(sum(self.ease), 1e-9))
        return self.ease[0] * scale, self.ease[1] * scale

    def gone(self, seconds: float) -> tuple[float, float]:
        """Metres gone after some seconds, and the share of full speed; before and after: still."""
        metres, pace = self._gone(seconds)
        return (self.length - metres, pace) if self.is_back else (metres, pace)

    def _gone(self, seconds: float) -> tuple[float, float]:
        first, last = self._eases()
        t = min(max(seconds, 0.0), self.seconds)
        left = self.seconds - t
        if t < first:
            return self.speed * t * t / (2 * first), t / first
        if left < last:
            return self.length - self.speed * left * left / (2 * last), left / last
        inside = 0.0 <= seconds <= self.seconds or (not first and seconds < 0) or not last
        return self.speed * (t - first / 2), 1.0 if inside else 0.0

    def at(self, metres: float) -> tuple[float, float, float]:
        """x, z and the heading in degrees after some metres; straight on beyond the ends."""
        x, z = self._point(metres)
        behind, ahead = self._point(metres - 0.25), self._point(metres + 0.25)
        return x, z, r.heading(ahead[0] - behind[0], ahead[1] - behind[1])

    @cached_property
    def _steps(self) -> tuple[Array, Array, Array]:
        steps = np.diff(self.points, axis=0)
        lengths = np.linalg.norm(steps, axis=1)
        return steps, lengths, np.cumsum(lengths) - lengths

    def _point(self, metres: float) -> tuple[float, float]:
        steps, lengths, begin = self._steps
        k = min(max(int(np.searchsorted(begin, metres, side="right")) - 1, 0), len(steps) - 1)
        x, z = self.points[k] + steps[k] * ((metres - begin[k]) / max(lengths[k], 1e-9))
        return float(x), float(z)

    def height(self, x: float, z: float) -> float:
        """Height of the ground there."""
        return self.ground(x, z) if self.ground else 0.0


def track(
    path: Sequence[tuple[float, float]],
    seconds: float,
    *,
    ease: tuple[float, float] = (0.5, 0.5),
    end_facing: float | None = None,
    is_back: bool = False,
) -> Track | None:
    """The track of a path, or None where it goes nowhere."""
    points = [path[0]] if path else []
    for point in path:
        if math.dist(point, points[-1]) > 0.02:
            points.append(point)
    if len(points) < 2:
        return None
    points = points[::-1] if is_back else points
    facing = None if is_back else end_facing
    return Track(np.asarray(points, np.float64), max(seconds, 0.05), ease, facing, is_back=is_back)


@dataclass(frozen=True)
class _Foot:
    """One foot at one time: where its print is, and the phase."""

    step: Array  # (3,) world, of the print
    facing: float
    pitch: float  # degrees, + heel up
    lift: float
    roll: float  # degrees, + toes up about the heel


def stride(body: BodyPlan, name: str, way: Track, seconds: float, seed: int) -> BodyPose:
    """A figure on a track some seconds after it started: in the world, with feet on the ground."""
    gait = GAITS[name]
    gone, pace = way.gone(seconds)
    step = gait.step * math.sqrt(max(way.speed, 0.25) * body.leg)
    if gait.duty > 0.5:
        step = min(step, 0.9 * body.leg)
    if way.ease[1] and way.ease[0]:  # a whole number of steps, so that the feet end side by side
        step = way.length / max(round(way.length / step), 1)
    first = seed % 2 * step
    if way.step_m:
        step = way.step_m
        first = seed % 2 * step
    elif not way.ease[0]:
        first += way.length % step if way.ease[1] else (seed // 2 % 16) / 16 * step
    x, z, facing = way.at(gone)
    stance = BodyPose(body, facing_deg=_final(way, gone, facing))
    prints = [_foot(body, gait, way, gone, step, first + k * step, SIGN[side])
              for k, side in enumerate(SIDES)]  # fmt: skip
    ground = sum(float(foot.step[1]) for foot in prints) / 2
    stance.place = np.array([x, ground, z])
    phase = math.pi * (gone - first) / step
    _carry(stance, gait, phase, pace)
    _bob(stance, gait, phase, pace, prints, step)
    ankles = [_ankle(stance, side, foot) for side, foot in zip(SIDES, prints, strict=True)]
    loads = {
        side: 1 - foot.lift / (0.07 * body.leg) for side, foot in zip(SIDES, prints, strict=True)
    }
    lower_hips(stance, {side: at for side, (at, _) in zip(SIDES, ankles, strict=True)}, loads=loads)
    for side, foot, (at, turned) in zip(SIDES, prints, ankles, strict=True):
        plant(stance, side, at, turned, (SIGN[side] * 0.1, 0.0, -1.0))
        curl = max(foot.pitch - foot.roll, 0.0) * (1 - 0.5 * min(foot.lift / 0.08, 1.0))
        stance.set(f"toes.{side}", turn(f"toes.{side}", min(curl, 50.0)))
    return stance


def _final(way: Track, gone: float, facing: float) -> float:
    """The heading, turned towards the facing at the end over the last 0.4 m."""
    if way.end_facing is None:
        return facing
    turned = math.remainder(way.end_facing - facing, 360)
    return facing + turned * r.smooth((gone - way.length + 0.4) / 0.4)


def _foot(
    body: BodyPlan, gait: Gait, way: Track, gone: float, step: float, first: float, sign: float
) -> _Foot:
    """The foot whose prints are at first + 2 k steps; on a standing start and stop, within them."""
    # A foot lands nearer to the body than it leaves it, on its toes.
    front = min(0.74 * gait.duty * step, 0.45 * body.leg)
    back = min(1.26 * gait.duty * step, 0.62 * body.leg)
    low = 1e-3 if way.ease[0] else -math.inf
    high = way.length - 1e-3 if way.ease[1] else math.inf
    k = math.floor((gone - first + front) / (2 * step))  # the print stood on, or left last
    here, after = first + 2 * k * step, first + 2 * (k + 1) * step
    leave, land = here + back, after - front
    now, facing = _print(body, gait, way, min(max(here, low), high), sign)
    if gone <= leave or here >= high:
        if here <= low or here >= high:
            heel = 0.0 if here >= high else r.smooth((gone - leave + 0.5 * step) / (0.5 * step))
            return _Foot(now, facing, gait.push * heel, 0.0, 0.0)
        part = (gone - here + front) / (front + back)
        heel = r.smooth((part - 0.62) / 0.38)
        toes = r.smooth(1 - part / 0.14) * (gait.strike if here - front > low else 0.0)
        return _Foot(now, facing, gait.push * heel, 0.0, toes)
    start = max(leave, low)
    q = min(max((gone - start) / max(min(land, high) - start, 1e-9), 0.0), 1.0)
    then, facing_then = _print(body, gait, way, min(max(after, low), high), sign)
    part = r.smooth(q)
    lift = gait.lift * body.leg * abs(math.sin(math.pi * q)) ** 1.3
    at = r.mixed(now, then, part)
    turned = facing + math.remainder(facing_then - facing, 360) * part
    push = (
        gait.push * (1 - r.smooth(q / 0.7)) * (1 + 0.5 * (gait.lift > 0.3) * math.sin(math.pi * q))
    )
    strike = gait.strike * r.smooth((q - 0.6) / 0.4) * (0.0 if after >= high else 1.0)
    return _Foot(at, turned, push, lift, strike)


def _print(
    body: BodyPlan, gait: Gait, way: Track, metres: float, sign: float
) -> tuple[Array, float]:
    x, z, facing = way.at(metres)
    facing = _final(way, metres, facing)
    a = math.radians(facing)
    wide = max(gait.width * body.leg, 0.03)
    x, z = x + math.cos(a) * wide * sign, z + math.sin(a) * wide * sign
    return np.array([x, -way.height(x, z), z]), facing + 5.0 * sign


def _carry(stance: BodyPose, gait: Gait, phase: float, pace: float) -> None:
    """Trunk, arms and head for a phase: 0 with the left leg upright on the ground."""
    swing, late = math.sin(phase) * pace, math.sin(phase - 0.7) * gait.sway * pace
    whole, upper = gait.lean, gait.hunch
    roll = 3.0 * math.cos(phase) * pace
    stance.set("pelvis", turn("pelvis", whole * (0.3 + 0.7 * pace), 6 * swing, roll + late))
    stance.set("spine", turn("spine", upper, -5 * swing, -roll - late * 0.5))
    stance.set("chest", turn("chest", upper, -7 * swing, late * 0.6))
    stance.set("neck", turn("neck", -upper * 0.5 - whole * 0.4, 3 * swing, -late))
    stance.set("head", turn("head", -upper * 0.5 - whole * 0.5, 3 * swing, -late * 0.4))
    for side in SIDES:
        forward = swing * SIGN[side]
        bent = gait.elbow * (0.6 + 0.4 * pace) + (12 if gait.elbow < 50 else 16) * forward * 0.8
        spread = 7.0 + gait.sway * (1.0 + 0.7 * forward)
        stance.bend(f"arm.{side}", gait.arm + gait.swing * forward, 0.0, spread)
        stance.bend(f"forearm.{side}", max(bent, 3.0), 12.0)
        if gait.elbow > 80:
            stance.grips[SIDES.index(side)] = 0.8


def _bob(
    stance: BodyPose, gait: Gait, phase: float, pace: float, prints: list[_Foot], step: float
) -> None:
    """Carry the pelvis over the standing leg: lower the longer the step is."""
    leg = stance.body.leg
    wide = min(0.5 * step, 0.6 * leg)
    arc = 0.3 * (leg - math.sqrt(leg**2 - wide**2)) if gait.bob > 0 else -gait.bob * leg
    up = math.copysign(arc, gait.bob) * math.cos(2 * phase) * pace
    down = gait.drop * leg + (arc if gait.bob > 0 else 0.0) * pace
    # Standing on legs that are straight down, not apart as at rest.
    down -= 0.993 * leg - float(stance.body.rest("foot.L")[1] - stance.body.rest("thigh.L")[1])
    climb = abs(float(prints[0].step[1] - prints[1].step[1]))
    stance.move(x=0.018 * math.cos(phase) * pace, y=down - up + 0.35 * climb)


def _ankle(stance: BodyPose, side: str, foot: _Foot) -> tuple[Array, Array]:
    """Place of the ankle in the figure's axes and rotation of the foot."""
    body = stance.body
    ankle, heel, ball = (body.rest(f"{name}.{side}") for name in ("foot", "heel", "ball"))
    yaw = r.yaw(foot.facing - stance.facing_deg)
    turned = yaw @ r.about(r.X, math.radians(foot.pitch - foot.roll))
    pivot = heel if foot.roll > foot.pitch else ball
    under = np.array([ankle[0], 0, ankle[2]])  # the print is below the ankle of a flat foot
    at = stance.from_world(foot.step) - (0, foot.lift, 0)
    return at + yaw @ (pivot - under) + turned @ (ankle - pivot), turned


def stride_in_place(body: BodyPlan, name: str, pace: float, seconds: float, seed: int) -> BodyPose:
    """A figure that walks on the spot."""
    speed = POSTURES[name].speed * pace
    way = track(((0.0, 0.0), (0.0, -100.0 * speed)), 100.0, ease=(0.0, 0.0))
    assert way is not None
    return stride(body, name, way, seconds, seed)
