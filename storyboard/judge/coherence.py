"""Whether frames follow from one another: what optical flow cannot explain, and flicker.

Every clip is asked for it, in whatever words. Frames are compared with their neighbours after the
motion between them is undone, so a moving camera costs nothing, a face that melts does. Where the
camera whips round, neighbours have too little in common to compare them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from storyboard.judge.downscale import shrunk, small_size
from storyboard.judge.finding import Agreement, Finding

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath

Frames = NDArray[np.uint8]

_MOST_PAIRS = 6  # spread over the clip
_ROUND_TRIP_PX = 1.0  # forth and back again: beyond it something was covered or came into view
# 40 bursts of the calibration seeds: at most 0.107 and 0.026; melting ones, which flicker by 8 %,
# have a warp error of 0.165 and more.
WARP_ERROR, FLICKER = 0.12, 0.028
BROKEN = 1.35  # times one of these
_LEAST_FOLLOWED = 0.25  # of the picture
_FASTEST = 0.15  # picture widths from frame to frame; a fast pan has 0.04, a whip pan 0.25 and more
_SPREAD_FLOOR = 6.0  # grey levels: of a picture plainer than that nothing is a large part


@dataclass(frozen=True)
class Coherence:
    """How steady a clip is.

    Attributes:
        warp_error: Mean difference of neighbours after warping, over the picture's deviation.
        flicker: Mean jump of the picture's luma from its neighbours' mean, over the same.
        followed: Part of the picture whose motion could be followed, 0 to 1.
    """

    warp_error: float
    flicker: float
    followed: float


def measure_coherence(frames: Frames) -> Coherence:
    """Measure a clip of three frames or more, (T, H, W, 3), RGB."""
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    size = small_size(frames.shape[2], frames.shape[1])
    small = np.stack([shrunk(np.asarray(each, np.uint8), size) for each in grey])
    spread = max(float(small[len(small) // 2].std()), _SPREAD_FLOOR)
    first = np.unique(np.linspace(0, len(small) - 2, _MOST_PAIRS).round().astype(int))
    found = [_unexplained(small[k], small[k + 1]) for k in first]
    luma = small.mean(axis=(1, 2))
    jumps = np.abs(luma[1:-1] - (luma[:-2] + luma[2:]) / 2)
    return Coherence(
        warp_error=float(np.mean([error for error, _ in found])) / spread,
        flicker=float(jumps.mean()) / spread,
        followed=float(np.mean([followed for _, followed in found])),
    )


def _unexplained(one: Frames, two: Frames) -> tuple[float, float]:
    """Mean difference in grey levels where the flow is believed, and the part where it is."""
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    height, width = one.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    forth = dis.calc(one, two, np.zeros((height, width, 2), np.float32))
    back = dis.calc(two, one, np.zeros((height, width, 2), np.float32))
    there = x + forth[..., 0], y + forth[..., 1]
    home = cv2.remap(
        back, *there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(99, 99)
    )
    warped = cv2.remap(two, *there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    is_followed = np.linalg.norm(forth + home, axis=-1) < _ROUND_TRIP_PX
    if not is_followed.any():
        return 0.0, 0.0
    apart = np.abs(one.astype(np.float32) - warped)[is_followed]
    return float(apart.mean()), float(is_followed.mean())


def fastest_turn(path: CameraPath) -> float:
    """How far the camera turns from one frame to the next at most, picture widths."""
    if path.num_frames < 2:
        return 0.0
    ahead = path.camera_to_world[:, :, 2]
    turns = np.linalg.norm(np.diff(ahead, axis=0), axis=1)
    return float((turns * path.focal[1:]).max())


def judge_coherence(found: Coherence, turn: float = 0.0) -> Finding:
    """Compare a clip with what layouts have, which are as coherent as anything.

    Args:
        found: As measured.
        turn: `fastest_turn` of the camera that was asked for.
    """
    words = f"warp error {found.warp_error:.3f}, flicker {found.flicker:.3f}"
    share = max(found.warp_error / WARP_ERROR, found.flicker / FLICKER)
    if found.followed < _LEAST_FOLLOWED:
        return Finding("coherence", "steady", f"{words}, hardly followed", "cannot tell", 0.0)
    if turn > _FASTEST:
        return Finding("coherence", "steady", f"{words}, in a whip", "cannot tell", 0.0)
    verdict: Agreement = "agrees" if share <= 1 else "cannot tell"
    if share >= BROKEN:
        verdict = "disagrees"
    confidence = {"agrees": 1 - share / 2, "disagrees": min(1.0, share / (2 * BROKEN))}
    return Finding("coherence", "steady", words, verdict, round(confidence.get(verdict, 0.0), 2))


def is_measurable(frames: Frames) -> bool:
    """Whether there are neighbours on both sides to compare with."""
    return len(frames) > 2
