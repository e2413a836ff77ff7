"""Coherence of a clip: changes between neighbouring frames beyond optical flow, and flicker.

Every clip is judged, without a directive. Frames are compared after the motion between them is
undone, so a moving camera costs nothing and a face that melts does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from storyboard.judge.finding import UNDECIDED, Agreement, Finding
from storyboard.judge.motion import Frames, forward_backward, shrink, small_size

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath

_MOST_PAIRS = 6  # spread over the clip
_ROUND_TRIP_PX = 1.0  # forward-backward error beyond which something was covered or uncovered
# 40 bursts of the calibration seeds: at most 0.107 and 0.026; melting ones, which flicker by 8 %,
# have a warp error of 0.165 and more.
_WARP_ERROR, _FLICKER = 0.12, 0.028
_BROKEN = 1.35  # times one of these
_LEAST_TRACKED = 0.25  # of the picture
# Picture widths from frame to frame; a fast pan has 0.04. A whip pan has 0.25 and more, and its
# frames have too little in common with their neighbours to be compared.
_FASTEST = 0.15
_SPREAD_FLOOR = 6.0  # grey levels: of a picture plainer than that nothing is a large part


@dataclass(frozen=True)
class Coherence:
    """Steadiness of a clip.

    Attributes:
        warp_error: Mean difference of neighbours after warping, over the picture's deviation.
        flicker: Mean jump of the picture's luma from its neighbours' mean, over the same.
        tracked: Part of the picture whose motion could be tracked, 0 to 1.
    """

    warp_error: float
    flicker: float
    tracked: float


def measure_coherence(frames: Frames) -> Coherence:
    """Measure a clip of three frames or more, (T, H, W, 3), RGB."""
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    size = small_size(frames.shape[2], frames.shape[1])
    small = np.stack([shrink(np.asarray(each, np.uint8), size) for each in grey])
    spread = max(float(small[len(small) // 2].std()), _SPREAD_FLOOR)
    first = np.unique(np.linspace(0, len(small) - 2, _MOST_PAIRS).round().astype(int))
    pairs = [_unexplained(small[k], small[k + 1]) for k in first]
    luma = small.mean(axis=(1, 2))
    jumps = np.abs(luma[1:-1] - (luma[:-2] + luma[2:]) / 2)
    return Coherence(
        warp_error=float(np.mean([error for error, _ in pairs])) / spread,
        flicker=float(jumps.mean()) / spread,
        tracked=float(np.mean([tracked for _, tracked in pairs])),
    )


def _unexplained(one: Frames, two: Frames) -> tuple[float, float]:
    """Mean difference in grey levels where the flow is consistent, and the part where it is."""
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    forth, home, end = forward_backward(dis, one, two)
    warped = cv2.remap(two, *end, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    is_tracked = np.linalg.norm(forth + home, axis=-1) < _ROUND_TRIP_PX
    if not is_tracked.any():
        return 0.0, 0.0
    apart = np.abs(one.astype(np.float32) - warped)[is_tracked]
    return float(apart.mean()), float(is_tracked.mean())


def fastest_turn(path: CameraPath) -> float:
    """The largest turn of the camera from one frame to the next, picture widths."""
    if path.num_frames < 2:
        return 0.0
    ahead = path.camera_to_world[:, :, 2]
    turns = np.linalg.norm(np.diff(ahead, axis=0), axis=1)
    return float((turns * path.focal[1:]).max())


def judge_coherence(coherence: Coherence, turn: float = 0.0) -> Finding:
    """Compare with the steadiness of layouts; `turn` is `fastest_turn` of the requested camera."""
    words = f"warp error {coherence.warp_error:.3f}, flicker {coherence.flicker:.3f}"
    if coherence.tracked < _LEAST_TRACKED:
        return Finding("coherence", "steady", f"{words}, too little could be tracked", *UNDECIDED)
    if turn > _FASTEST:
        return Finding("coherence", "steady", f"{words}, the camera turns too fast", *UNDECIDED)
    share = max(coherence.warp_error / _WARP_ERROR, coherence.flicker / _FLICKER)
    verdict: Agreement = "agrees" if share <= 1 else "cannot tell"
    if share >= _BROKEN:
        verdict = "disagrees"
    confidence = {"agrees": 1 - share / 2, "disagrees": min(1.0, share / (2 * _BROKEN))}
    return Finding("coherence", "steady", words, verdict, round(confidence.get(verdict, 0.0), 2))
