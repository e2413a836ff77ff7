"""The change from one pose to another: how long it takes, and what is between."""

from __future__ import annotations

import math

import numpy as np

from storyboard.layout import rotations as r
from storyboard.layout.motion.body_pose import BodyPose
from storyboard.layout.motion.inverse_kinematics import feet, stand_on

SHORTEST_S, LONGEST_S = 0.35, 1.8


def blend_seconds(a: BodyPose, b: BodyPose) -> float:
    """Time for a change: nothing moves faster than 2 m/s on the average, the hips at 0.6 m/s."""
    names = ("crown", "pelvis", "palm.L", "palm.R", "foot.L", "foot.R")
    way = max(r.norm(a.to_world(a.point(n)) - b.to_world(b.point(n))) for n in names)
    hips = r.norm(a.to_world(a.joint("pelvis")) - b.to_world(b.joint("pelvis")))
    return min(max(SHORTEST_S, 0.85 * way, 1.7 * hips), LONGEST_S)


def _upright(stance: BodyPose) -> float:
    """1 for a body whose trunk is upright, else 0."""
    return float(stance.rotation("pelvis")[1, 1] > 0.7)


def blend(a: BodyPose, b: BodyPose, part: float) -> BodyPose:
    """Between two stances; feet on the ground step over one after the other."""
    s = part**3 * (10 - 15 * part + 6 * part * part)
    stance = BodyPose(a.body)
    stance.turns = np.stack([r.between(x, y, s) for x, y in zip(a.turns, b.turns, strict=True)])
    stance.place = r.mixed(a.place, b.place, s)
    stance.facing_deg = a.facing_deg + math.remainder(b.facing_deg - a.facing_deg, 360) * s
    # The pelvis goes straight in the world; offsets in turning axes would swing it round.
    start, end = a.to_world(a.joint("pelvis")), b.to_world(b.joint("pelvis"))
    hips = r.mixed(start, end, s)
    drop = _upright(a) * _upright(b) * float(end[1] - start[1]) / a.body.leg
    if abs(drop) > 0.15:  # onto a seat or up from it: the trunk leans over the feet
        lean = min(abs(drop) * 1.6, 1.0) * math.sin(math.pi * part) ** 2
        stance.add("pelvis", 26 * lean)
        stance.add("spine", 14 * lean)
        stance.add("neck", -14 * lean)
        # Down: back over the seat first, then lower; up: the other way round.
        late = s**1.7 if drop > 0 else 1 - (1 - s) ** 1.7
        hips[1] = start[1] + (end[1] - start[1]) * late
    stance.offset = stance.from_world(hips) - a.body.joints[0]
    stance.mouth, stance.eyes = b.mouth, a.eyes + (b.eyes - a.eyes) * s
    stance.grips = [x + (y - x) * s for x, y in zip(a.grips, b.grips, strict=True)]
    stance.pointing = [x + (y - x) * s for x, y in zip(a.pointing, b.pointing, strict=True)]
    stance.smile, stance.sight = a.smile + (b.smile - a.smile) * s, b.sight
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
