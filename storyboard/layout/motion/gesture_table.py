"""Gestures as tables: where the hands go, how trunk and head take part, how props lie in hands.

Directions and places are (out, down, front): out is away from the body on the hand's own side.
Places are metres of a body of 1.75 m.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

Triple = tuple[float, float, float]
FORWARD, DOWN, UPWARD, INWARD = (0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (0.0, -1.0, 0.0), (-1.0, 0.0, 0.0)


@dataclass(frozen=True)
class Hand:
    """Where a palm is, and how the hand lies there.

    Attributes:
        anchor: Point of the body that it is placed from; "aim": the shoulder, with the front
            towards the target; "touch": the target; "surface": the table or what the body rests
            on; "hang": the arm as the posture has it.
        at: Place from the anchor.
        fingers, palm: Directions that the fingers point to and the palm faces.
        elbow: Direction that the elbow goes to.
        grip: How far the fingers are closed.
        sway, hertz: Amplitude and frequency of a motion about the place; both hands alternate.
        head: Whether the directions turn with the head, or else with the figure.
    """

    anchor: str
    at: Triple = (0.0, 0.0, 0.0)
    fingers: Triple = FORWARD
    palm: Triple = INWARD
    elbow: Triple = (0.6, 0.9, -0.3)
    grip: float = 0.3
    sway: Triple = (0.0, 0.0, 0.0)
    hertz: float = 0.0
    head: bool = False


HANG = Hand("hang")
Key = tuple[float, Hand, Hand]  # time, the leading hand, the other


@dataclass(frozen=True)
class Motion:
    """A gesture: keys of the hands in time.

    Attributes:
        keys: In the order of their times, 0 to 1.
        period: Seconds of one round; 0: the keys are spread over the beat.
        looks: Whether the eyes follow the hands, unless they look at something else.
        stoop: Whether the body bends to bring the hand to its target.
        trunk: Degrees added to bones: flex, twist, spread.
        near: Metres between the feet of two people who do it together; 0: it is done alone.
    """

    keys: tuple[Key, ...] = ()
    period: float = 0.0
    looks: bool = False
    stoop: bool = False
    trunk: Mapping[str, Triple] | None = None
    near: float = 0.0


def _still(lead: Hand, other: Hand = HANG, **more: object) -> Motion:
    return replace(Motion(((0.0, lead, other),)), **more)  # type: ignore[arg-type]


def _both(hand: Hand, **more: object) -> Motion:
    return _still(hand, hand, **more)


def _to_mouth(low: Hand, high: Hand, period: float, **more: object) -> Motion:
    keys = ((0.0, low, HANG), (0.35, low, HANG), (0.5, high, HANG), (0.75, high, HANG), (0.92, low, HANG))
    return replace(Motion(keys, period), **more)  # type: ignore[arg-type]


LOW = Hand("spine", (0.14, 0.02, 0.34), (-0.25, 0.0, 1.0), INWARD, grip=0.75)
EAR = Hand("ear", (0.035, 0.085, 0.045), (-0.1, -1.0, -0.25), INWARD, (0.35, 1.0, 0.45), 0.55, head=True)
SCREEN = Hand("breast", (-0.12, -0.02, 0.24), (-0.3, -0.9, 0.45), (-0.15, -0.45, -1.0), grip=0.6)
KEYS = Hand("surface", (-0.09, -0.03, 0.0), (-0.15, 0.25, 1.0), DOWN, (0.8, 0.5, -0.3), 0.35, (0.012, 0.012, 0.0), 2.3)
PAGE = Hand("page", (0.0, 0.0, 0.0), (-0.25, -0.55, 0.8), (-0.8, -0.4, -0.5), grip=0.45)
MOUTH = Hand("mouth", (0.02, 0.035, 0.085), (-0.9, -0.25, 0.35), (-0.3, 0.0, -1.0), (0.8, 0.7, 0.3), 0.75, head=True)
SMOKE = Hand("mouth", (0.065, 0.055, 0.055), (-0.65, -0.75, -0.1), (-0.2, 0.0, -1.0), (0.5, 0.9, 0.3), 0.2, head=True)
RAISED = Hand("arm", (0.20, -0.36, 0.10), (0.0, -1.0, 0.1), FORWARD, (1.0, 0.5, 0.0), 0.05)
AIMED = Hand("aim", (0.0, 0.0, 1.02), FORWARD, DOWN, (0.6, 0.8, -0.2), 0.1)
TOUCH = Hand("touch", (0.0, 0.0, 0.0), (0.0, 0.5, 1.0), (-0.6, 0.8, 0.0), (0.7, 0.2, -0.7), 0.4)
FIST = Hand("breast", (-0.02, -0.20, 0.24), (-0.2, -0.8, 0.5), (-0.7, 0.0, -0.7), (0.7, 0.9, 0.0), 1.0)
FACE = Hand("eye", (0.035, 0.05, 0.06), (-0.25, -1.0, 0.0), (-0.1, 0.0, -1.0), (0.6, 0.9, 0.4), 0.15, head=True)
PALM_UP = Hand("spine", (0.26, -0.12, 0.22), (0.7, 0.0, 0.8), UPWARD, (0.3, 0.9, -0.5), 0.1)
TALKING = Hand("spine", (0.12, -0.10, 0.33), (-0.2, -0.3, 1.0), (-0.7, -0.7, 0.0), grip=0.2, sway=(0.05, 0.07, 0.04), hertz=0.7)
BACK_OF = Hand("back-of", (-0.02, 0.0, 0.03), (-1.0, -0.2, 0.2), (0.0, 0.0, -1.0), (1.0, 0.2, 0.2), 0.15)
PUSHED = Hand("push", (0.03, 0.0, 0.0), (0.0, -1.0, 0.25), FORWARD, (0.8, 0.8, -0.3), 0.05)
STRIKE = Hand("aim", (0.0, 0.0, 1.02), FORWARD, DOWN, (0.8, 0.6, 0.0), 1.0)

MOTIONS: Mapping[str, Motion] = {
    "phone-ear": _still(EAR),
    "phone-look": _still(SCREEN, looks=True),
    "type": _both(KEYS, looks=True),
    "write": _still(replace(KEYS, at=(-0.06, -0.03, 0.02), fingers=(-0.5, 0.35, 0.8), palm=(-0.8, 0.6, 0),
                            grip=0.7, sway=(0.02, 0.0, 0.008), hertz=1.2),
                    replace(KEYS, at=(0.02, -0.02, 0.0), fingers=(-0.7, 0.1, 0.8), hertz=0.0), looks=True),
    "read": _both(PAGE, looks=True),
    "drink": _to_mouth(LOW, MOUTH, 4.5),
    "eat": _to_mouth(replace(LOW, at=(0.04, 0.02, 0.36)), MOUTH, 3.0),
    "pour": _still(Hand("pour", (0.04, -0.24, -0.02), (-0.4, 0.1, 1.0), INWARD, (1.0, 0.1, -0.2), 0.8), looks=True),
    "smoke": _to_mouth(replace(LOW, at=(0.16, 0.12, 0.20), fingers=(0.1, 0.3, 1.0), grip=0.3), SMOKE, 5.0),
    "cook": _still(Hand("stove", (-0.05, -0.22, 0.0), (-0.3, 0.4, 0.8), INWARD, grip=0.85,
                        sway=(0.07, 0.0, 0.06), hertz=0.9),
                   Hand("stove", (0.02, -0.03, 0.0), FORWARD, INWARD, grip=0.8), looks=True),
    "wipe": _still(replace(TOUCH, fingers=(-0.3, 0.1, 1.0), palm=DOWN, grip=0.1, sway=(0.16, 0.0, 0.07), hertz=0.8),
                   looks=True, stoop=True),
    "point": _still(AIMED),
    "aim": _still(Hand("aim-eye", (0.01, 0.05, 0.52), FORWARD, INWARD, (0.6, 0.9, 0.0), 0.9),
                  Hand("aim-eye", (0.0, 0.06, 0.50), (-0.35, -0.2, 1.0), INWARD, (0.6, 0.9, 0.0), 0.85)),
    "aim-long": _still(Hand("aim-eye", (0.03, 0.14, 0.20), (-0.5, 0.2, 1.0), INWARD, (1.0, 0.6, 0.0), 0.9),
                       Hand("aim-eye", (-0.03, 0.16, 0.50), (-0.3, -0.3, 1.0), (-0.4, -0.9, 0.0), (0.5, 1.0, 0.0), 0.8)),
    "hang": _still(Hand("side", (0.0, 0.0, 0.0), DOWN, INWARD, (0.5, 0.2, -1.0), 0.9)),
    "take": Motion(((0.0, HANG, HANG), (0.4, Hand("meet", palm=(-0.5, -0.8, 0.0), grip=0.2), HANG),
                    (0.6, Hand("meet", palm=(-0.5, -0.8, 0.0), grip=0.6), HANG), (1.0, LOW, HANG)), near=1.0),
    "guard": _both(FIST, near=0.78),
    "wave": _still(replace(RAISED, sway=(0.14, 0.02, 0.0), hertz=1.5)),
    "raise-arm": _still(Hand("arm", (0.06, -0.66, 0.06), UPWARD, FORWARD, (1.0, 0.0, 0.2), 0.05)),
    "hands-up": _both(replace(RAISED, at=(0.19, -0.34, 0.10), sway=(0.0, 0.006, 0.0), hertz=0.4)),
    "reach": _still(TOUCH, looks=True, stoop=True),
    "pick-up": Motion(((0.0, HANG, HANG), (0.4, TOUCH, HANG), (0.55, TOUCH, HANG), (0.95, LOW, HANG)),
                      looks=True, stoop=True),
    "put-down": Motion(((0.0, LOW, HANG), (0.45, TOUCH, HANG), (0.6, TOUCH, HANG), (0.95, HANG, HANG)),
                       looks=True, stoop=True),
    "hold": _still(LOW),
    "hold-out": _still(replace(AIMED, at=(0.0, 0.12, 0.82), palm=(-0.6, -0.7, 0.0), grip=0.6)),
    "give": Motion(((0.0, LOW, HANG), (0.35, Hand("meet", palm=(-0.5, -0.8, 0.0), grip=0.6), HANG),
                    (0.65, Hand("meet", palm=(-0.5, -0.8, 0.0), grip=0.3), HANG), (1.0, HANG, HANG)), near=1.0),
    "carry": _both(Hand("load", (0.0, 0.0, 0.0), (-0.1, 0.1, 1.0), (-0.9, -0.5, 0.0), (0.8, 0.6, -0.5), 0.35),
                   trunk={"spine": (-4, 0, 0)}),
    "push": _both(PUSHED, trunk={"pelvis": (9, 0, 0), "spine": (8, 0, 0), "chest": (6, 0, 0)}),
    "pull": _both(replace(PUSHED, fingers=FORWARD, palm=(-0.5, 0.6, 0.0), grip=0.95),
                  trunk={"pelvis": (-9, 0, 0), "spine": (-6, 0, 0), "neck": (8, 0, 0)}),
    "open-door": _still(Hand("handle", (0.0, 0.0, 0.0), (-0.3, 0.1, 1.0), (-0.4, 0.9, 0.0), grip=0.8), looks=True),
    "open": _still(TOUCH, looks=True, stoop=True),
    "knock": Motion(((0.0, (knock := Hand("push", (-0.08, -0.22, -0.03), (-0.1, -1.0, 0.1), (-0.4, 0.0, -1.0),
                                          (0.8, 0.8, 0.1), 1.0)), HANG),
                     (0.5, replace(knock, at=(-0.08, -0.22, -0.14)), HANG)), period=0.36),
    "throw": Motion(((0.0, LOW, HANG), (0.35, Hand("arm", (0.18, -0.26, -0.24), (0.2, -0.8, -0.4), FORWARD,
                                                 (1.0, 0.0, 0.2), 0.8), AIMED),
                     (0.5, replace(AIMED, at=(0.0, -0.22, 0.80)), HANG), (0.62, replace(AIMED, at=(-0.1, 0.15, 0.9)), HANG),
                     (1.0, HANG, HANG))),
    "catch": Motion(((0.0, (out := Hand("breast", (-0.06, -0.14, 0.42), (0.1, -0.6, 1.0), (-0.6, 0.0, 0.9), grip=0.1)), out),
                     (0.5, out, out), (0.62, (caught := replace(out, at=(-0.07, 0.05, 0.18), grip=0.5)), caught))),
    "hug": _still(replace(BACK_OF, at=(0.0, -0.04, 0.03)), replace(BACK_OF, at=(0.0, 0.16, 0.03)), near=0.34),
    "kiss": _still(replace(BACK_OF, at=(0.05, 0.10, 0.03)), Hand("cheek", (0.02, 0.10, 0.03), (-0.2, -0.9, 0.5), INWARD,
                                                           (0.8, 0.8, 0.0), 0.15), near=0.40),
    "shake-hands": _still(Hand("meet", (0.0, 0.0, 0.0), FORWARD, INWARD, grip=0.55, sway=(0.0, 0.04, 0.0), hertz=1.6),
                          near=0.95),
    "punch": Motion(((0.0, FIST, FIST), (0.16, STRIKE, FIST), (0.4, FIST, FIST), (0.62, FIST, STRIKE), (0.85, FIST, FIST)),
                    period=1.5, near=0.78, trunk={"spine": (6, 0, 0), "chest": (6, 0, 0)}),
    "kick": _both(FIST),
    "cry": _both(FACE, trunk={"spine": (12, 0, 0), "chest": (10, 0, 0), "neck": (10, 0, 0), "head": (14, 0, 0)}),
    "laugh": _still(HANG, Hand("belly", (0.02, -0.02, 0.05), (-1.0, 0.0, 0.2), (0.0, 0.0, -1.0), grip=0.15)),
    "talk": _still(TALKING),
    "shout": _both(Hand("mouth", (0.075, 0.02, 0.05), (0.0, -0.8, 0.6), INWARD, (1.0, 0.6, 0.1), 0.2, head=True)),
    "whisper": _still(Hand("mouth", (0.06, 0.0, 0.05), (-0.2, -0.9, 0.4), INWARD, (0.6, 1.0, 0.1), 0.1, head=True),
                      trunk={"pelvis": (7, 0, 0), "spine": (8, 0, 0)}, near=0.62),
    "think": _still(Hand("mouth", (0.0, 0.075, 0.015), (-0.7, -0.7, 0.1), (-0.3, -0.4, -1.0), (0.1, 1.0, 0.3), 0.6, head=True),
                    Hand("belly", (-0.12, -0.02, 0.10), (-1.0, 0.1, 0.2), (0.0, 0.0, -1.0), (0.7, 0.9, 0.0), 0.3),
                    trunk={"head": (6, 0, 5)}),
    "shrug": _both(PALM_UP),
    "cross-arms": _still(Hand("breast", (-0.19, 0.02, 0.13), (-1.0, -0.1, -0.2), (0.0, 0.2, -1.0), (0.9, 0.8, 0.4), 0.2),
                         Hand("breast", (-0.17, 0.07, 0.08), (-1.0, 0.0, -0.1), (0.0, 0.2, -1.0), (0.9, 0.8, 0.4), 0.3)),
    "hands-on-hips": _both(Hand("pelvis", (0.19, -0.05, 0.03), (-0.35, 0.3, 1.0), (-1.0, 0.0, -0.35), (1.0, 0.0, -0.35), 0.2)),
    "hands-in-pockets": _both(Hand("pelvis", (0.175, 0.07, 0.05), (-0.35, 1.0, 0.25), INWARD, (0.8, 0.1, -0.6), 0.2)),
    "clap": Motion(((0.0, (clap := Hand("breast", (-0.165, 0.03, 0.27), (-0.1, -0.7, 0.8), INWARD, grip=0.0)), clap),
                    (0.5, (apart := replace(clap, at=(-0.03, 0.03, 0.25))), apart)), period=0.4),
    "salute": _still(Hand("eye", (0.085, -0.045, 0.03), (-0.75, -0.6, 0.2), (0.0, 0.6, 0.6), (1.0, 0.2, 0.2), 0.0, head=True)),
    "photograph": _both(Hand("eye", (0.05, 0.02, 0.10), (-0.4, -0.4, 0.8), INWARD, (0.7, 0.9, 0.2), 0.65, head=True)),
    "play-guitar": _still(Hand("belly", (-0.02, 0.0, 0.13), (-0.8, 0.5, 0.4), (-0.2, 0.0, -1.0), (0.9, 0.2, -0.1), 0.4,
                               (0.01, 0.07, 0.0), 1.8),
                          Hand("breast", (0.40, -0.02, 0.20), (-0.3, -0.8, 0.6), (-0.4, -0.6, -0.6), (0.5, 1.0, 0.1), 0.65)),
    "play-piano": _both(replace(KEYS, at=(0.02, -0.04, 0.02), sway=(0.08, 0.012, 0.0), hertz=0.9)),
    "tie-shoe": _both(Hand("foot.L", (-0.035, -0.05, 0.06), (-0.3, 0.8, 0.6), INWARD, (0.8, 0.3, -0.3), 0.6,
                           (0.02, 0.02, 0.0), 1.1), looks=True, stoop=True),
    "put-on": Motion(((0.0, (collar := Hand("breast", (-0.03, -0.10, 0.13), (-0.3, -0.9, 0.0), (-0.2, 0.0, -1.0), grip=0.9)),
                       (sleeve := Hand("arm", (0.30, 0.1, 0.12), (0.8, 0.3, 0.6), DOWN, grip=0.5))),
                      (0.5, sleeve, collar)), period=2.4),
    "comb": Motion(((0.0, (hair := Hand("crown", (0.03, 0.02, 0.06), (-0.7, -0.3, -0.6), (-0.4, 0.9, 0.0), (1.0, -0.1, 0.3), 0.7,
                                        head=True)), HANG),
                    (0.6, replace(hair, at=(0.10, 0.16, -0.06), fingers=(-0.3, -0.6, -0.8), palm=INWARD), HANG)), period=1.6),
    "shiver": _still(Hand("arm", (-0.36, 0.14, 0.10), (-1.0, 0.0, -0.2), (-0.1, 0.2, -1.0), (0.8, 0.9, 0.4), 0.4),
                     Hand("arm", (-0.36, 0.18, 0.06), (-1.0, 0.0, -0.2), (-0.1, 0.2, -1.0), (0.8, 0.9, 0.4), 0.4),
                     trunk={"spine": (9, 0, 0), "chest": (7, 0, 0), "head": (6, 0, 0)}),
    "stretch": _both(Hand("arm", (0.16, -0.62, -0.04), (0.2, -1.0, -0.1), INWARD, (1.0, 0.0, 0.3), 0.7),
                     trunk={"spine": (-8, 0, 0), "chest": (-9, 0, 0), "neck": (-8, 0, 0), "head": (-8, 0, 0)}),
}  # fmt: skip

COUNTER = {"punch": "guard", "give": "take", "hug": "hug", "kiss": "kiss", "shake-hands": "shake-hands"}
