"""Animals on four legs and birds, built from their proportions, walking with the phase."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from storyboard.layout.meshes import Array, Colour, Mesh, ellipsoid, join, limb
from storyboard.layout.things.materials import scaled
from storyboard.layout.things.shapes import axis_turn, sweep

_EYE = (0.05, 0.05, 0.06)
_STRIDE = 26.0  # degrees that a leg swings to each side


def beast(n: Sequence[float], coat: Colour, feet: Colour, phase: float) -> Mesh:
    """An animal on four legs whose shoulders are 1 high.

    Args:
        n: Length and radius of the body and its width over its height; thickness of the legs and
            the height at which they begin; how far the neck leads to the front and up, and its
            radius; length and radius of the head, radius at the nose; length of the ears
            (negative: they hang) and their width; length of the tail, its direction (-1 down to 1
            up) and radius.
        coat: Colour of the body.
        feet: Colour of feet, nose and the tip of the tail.
        phase: Radians of the stride; 0 stands still.
    """
    long, deep, wide, thick, start, lead, rise, neck = n[:8]
    head, skull, nose, ear, ear_width, tail, lift, brush = n[8:]
    back = 1.0 - deep
    z0, z1 = -long / 2, long / 2
    spine = [(0, -back, z0 - 0.5 * deep), (0, -back, z0), (0, -back + 0.06 * deep, 0),
             (0, -back, z1), (0, -back - 0.1 * deep, z1 + 0.6 * deep)]  # fmt: skip
    body = sweep(spine, [0.55 * deep, deep, 0.94 * deep, 0.98 * deep, 0.4 * deep], coat,
                 segments=12, surface="hair").moved(scale=(wide, 1, 1))  # fmt: skip
    crown = np.array([0.0, -(back + rise), z0 - lead])
    throat = np.array([0.0, -back - 0.15 * deep, z0 + 0.2 * deep])
    parts = [body, sweep([throat, (throat + crown) / 2, crown], [1.6 * neck, 1.1 * neck, neck],
                         coat, surface="hair")]  # fmt: skip
    tip = crown + np.array([0, 0.35 * head, -head])
    parts.append(
        sweep([crown + np.array([0, -0.1 * skull, 0.5 * skull]), crown, (crown + tip) / 2, tip],
              [0.6 * skull, skull, 0.5 * (skull + nose), nose], coat, surface="hair")
    )  # fmt: skip
    muzzle = (0.7 * nose, 0.6 * nose, 0.5 * nose)
    parts.append(ellipsoid(tip + np.array([0, -0.1 * nose, 0]), muzzle, feet,
                           rings=5, segments=8))  # fmt: skip
    for side in (1, -1):
        at = crown + np.array([side * 0.72 * skull, -0.35 * skull, -0.6 * skull])
        parts.append(ellipsoid(at, [0.17 * skull] * 3, _EYE, rings=5, segments=8, surface="eye"))
        if ear > 0:  # upright and pointed
            flap = limb((0, 0, 0), (0, -ear, 0), 0.85 * ear_width, coat, end_radius=0.1 * ear_width,
                        segments=8, surface="hair").moved(scale=(1, 1, 0.45))  # fmt: skip
        else:
            flap = ellipsoid((0, ear / 2, 0), (ear_width, -ear / 2, 0.35 * ear_width), coat,
                             rings=5, segments=8, surface="hair")  # fmt: skip
        turn = axis_turn("z", side * (18 if ear > 0 else 158))
        at = crown + np.array([side * 0.6 * skull, -0.75 * skull, 0.15 * skull])
        parts.append(flap.turned(turn).moved(at))
        for z, shift in ((z0 + 0.1 * deep, 0.0), (z1 - 0.1 * deep, np.pi)):
            hip = np.array([side * (0.9 * deep * wide - 0.6 * thick), -start, z])
            turn_by = phase + shift + (side < 0) * np.pi
            parts.append(_leg(hip, thick, z > 0, turn_by, phase != 0, coat, feet))
    root = np.array([0.0, -back - 0.35 * deep, z1 + 0.5 * deep])
    sway = 0.15 * tail * np.sin(phase)
    middle = root + np.array([sway, -0.5 * tail * lift, 0.5 * tail * np.sqrt(1 - 0.7 * lift**2)])
    end = root + np.array([2 * sway, -tail * lift, 0.75 * tail * np.sqrt(1 - 0.7 * lift**2)])
    parts.append(
        sweep([root, middle, end], [brush, 1.1 * brush, 0.5 * brush], coat, surface="hair")
    )
    return join(parts)


def _leg(
    hip: Array, thick: float, hind: bool, turn: float, moves: bool, coat: Colour, feet: Colour
) -> Mesh:
    """A leg from the hip to the ground with one joint; the foot lifts as it swings forward."""
    high = -hip[1]
    swing = np.radians(_STRIDE) * np.sin(turn) * moves
    fold = 0.65 * max(0.0, float(np.cos(turn))) * moves
    bow = 0.12 * high * (1 if hind else -0.3)
    knee = hip + np.array([0, 0.5 * high * np.cos(swing), -0.5 * high * np.sin(swing) + bow])
    shin = swing - fold
    foot = knee + np.array(
        [0, 0.5 * high * np.cos(shin) - 0.4 * thick, -0.5 * high * np.sin(shin) - bow]
    )
    upper = sweep([hip - np.array([0, 0.18 * high, 0]), hip, knee, foot],
                  [1.5 * thick, 1.9 * thick, 0.95 * thick, 0.75 * thick], coat,
                  segments=7, steps=2, surface="hair")  # fmt: skip
    paw = ellipsoid(foot + np.array([0, 0, -0.4 * thick]), (thick, 0.6 * thick, 1.4 * thick), feet,
                    rings=5, segments=8)  # fmt: skip
    return join((upper, paw))


def fowl(n: Sequence[float], coat: Colour, second: Colour, phase: float) -> Mesh:
    """A standing bird.

    Args:
        n: Length and radius of the body; height of its middle; how far the neck rises and leads
            to the front, and its radius; radius of the head; length of the beak; length of the
            tail; thickness of the legs; tilt of the body in degrees.
        coat: Colour of the body.
        second: Colour of beak and legs.
        phase: Radians of the stride; 0 stands still.
    """
    long, deep, high, rise, lead, neck, skull, beak, tail, leg, tilt = n
    centre = np.array([0.0, -high, 0.0])
    trunk = ellipsoid((0, 0, 0), (deep, deep, long / 2), coat, rings=9, segments=12, surface="hair")
    wings = [
        ellipsoid((side * 0.85 * deep, -0.15 * deep, 0.12 * long),
                  (0.25 * deep, 0.62 * deep, 0.46 * long), scaled(coat, 0.8),
                  rings=6, segments=9, surface="hair")
        for side in (1, -1)
    ]  # fmt: skip
    fan = sweep([(0, -0.1 * deep, 0.35 * long), (0, -0.2 * deep, long / 2 + tail)],
                [0.55 * deep, 0.5 * deep], scaled(coat, 0.7), steps=1,
                surface="hair")  # fmt: skip
    body = join((trunk, *wings, fan.moved(scale=(1, 0.25, 1)))).turned(axis_turn("x", -tilt))
    parts = [body.moved(centre)]
    breast = centre + np.array([0, -0.3 * deep, -0.36 * long])
    crown = breast + np.array([0, -rise, -lead])
    crown = crown - np.array([0, 0, 0.25 * skull * np.sin(2 * phase)])  # it nods
    parts.append(sweep([breast, (breast + crown) / 2 + np.array([0, 0, 0.2 * lead]), crown],
                       [0.6 * deep, neck, 0.9 * neck], coat, surface="hair"))  # fmt: skip
    parts.append(ellipsoid(crown, (skull, skull, 1.15 * skull), coat, surface="hair"))
    parts.append(limb(crown + np.array([0, 0.1 * skull, -0.9 * skull]),
                      crown + np.array([0, 0.3 * skull, -skull - beak]), 0.36 * skull, second,
                      end_radius=0.06 * skull, segments=7))  # fmt: skip
    for side in (1, -1):
        eye = crown + np.array([side * 0.78 * skull, -0.2 * skull, -0.55 * skull])
        parts.append(ellipsoid(eye, [0.2 * skull] * 3, _EYE, rings=5, segments=7, surface="eye"))
        step = 0.35 * high * np.sin(phase + (side < 0) * np.pi)
        hip = centre + np.array([side * 0.45 * deep, 0.6 * deep, 0.05 * long])
        foot = np.array([hip[0], -1.2 * leg - max(0.0, 0.3 * step), hip[2] - step])
        parts.append(limb(hip, foot, leg, second, segments=6))
        for toe in (-0.6, 0.0, 0.6):
            reach = foot + np.array([3 * leg * toe, 0.6 * leg, -5 * leg])
            parts.append(limb(foot, reach, 0.8 * leg, second, end_radius=0.4 * leg, segments=5))
    return join(parts)
