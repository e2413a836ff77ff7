"""Coherence of a clip from frame to frame, and of a scene from shot to shot.

Within a clip: changes beyond optical flow, and flicker. Frames are compared after the motion
between them is undone, so a moving camera costs nothing and a face that melts does. Between the
shots of a scene: palette, luminance and sharpness, where only shots with the same light and
location are compared. Distances are judged by those between layouts of one scene.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from storyboard.judge.finding import UNDECIDED, Agreement, Finding
from storyboard.judge.motion import Array, Frames, forward_backward, shrink, small_size

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot


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


def judge_coherence(
    coherence: Coherence, turn: float = 0.0, layout: Coherence | None = None
) -> Finding:
    """Compare with the steadiness of layouts.

    Args:
        coherence: Of the clip.
        turn: `fastest_turn` of the requested camera.
        layout: Of the layout of the shot, which may be less steady than others; None: not measured.
    """
    least = layout or Coherence(0.0, 0.0, 1.0)
    warp_error, flicker = max(_WARP_ERROR, least.warp_error), max(_FLICKER, least.flicker)
    words = f"warp error {coherence.warp_error:.3f}, flicker {coherence.flicker:.3f}"
    if coherence.tracked < _LEAST_TRACKED:
        return Finding("coherence", "steady", f"{words}, too little could be tracked", *UNDECIDED)
    if turn > _FASTEST:
        return Finding("coherence", "steady", f"{words}, the camera turns too fast", *UNDECIDED)
    share = max(coherence.warp_error / warp_error, coherence.flicker / flicker)
    verdict: Agreement = "agrees" if share <= 1 else "cannot tell"
    if share >= _BROKEN:
        verdict = "disagrees"
    confidence = {"agrees": 1 - share / 2, "disagrees": min(1.0, share / (2 * _BROKEN))}
    return Finding("coherence", "steady", words, verdict, round(confidence.get(verdict, 0.0), 2))


_STEEP = 99  # percentile of steps between pixels: the edges that sharpness is read from
_QUANTILES = np.linspace(0.05, 0.95, 10)
# Up to the first limit two shots match, from the second they drift. 100 scenes of the calibration
# seeds, filmed by two cameras: 99 % are nearer than 16.6 Lab units, 1.35 stops of luma and 0.74 of
# sharpness. With one shot graded warm and one cool 99 % are farther than 3.8, with one at a third
# of the light than 0.94, with one blurred over 2.5 pixels than 0.55.
LIMITS = {"palette": (3.2, 20.0), "luminance": (0.7, 1.4), "sharpness": (0.5, 1.0)}
MEASURES = tuple(LIMITS)
_APART = {
    "palette": "{} are {:.2g} Lab units apart",
    "luminance": "{} are {:.2g} EV apart",
    "sharpness": "of {} one is {:.2g} times as sharp as the other",
}


@dataclass(frozen=True, eq=False)
class Look:
    """What should stay constant over a scene.

    Attributes:
        palette: (20,), quantiles of Lab's a and b.
        luminance: Mean luma, stops.
        sharpness: Steps at the steepest edges over the same after a blur of one pixel, stops.
    """

    palette: Array
    luminance: float
    sharpness: float

    def distances(self, other: Look) -> dict[str, float]:
        """Distance to another look by measure, in the units of the measure."""
        return {
            "palette": float(np.abs(self.palette - other.palette).mean()),
            "luminance": abs(self.luminance - other.luminance),
            "sharpness": abs(self.sharpness - other.sharpness),
        }

    def as_json(self) -> dict[str, object]:
        """JSON object as stored with the findings of a take."""
        return {
            "palette": np.round(self.palette, 3).tolist(),
            "luminance": round(self.luminance, 4),
            "sharpness": round(self.sharpness, 4),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Look:
        """Inverse of `as_json`."""
        return cls(np.array(stored["palette"], float), stored["luminance"], stored["sharpness"])


def look_frames(count: int) -> NDArray[np.int64]:
    """The frames of a clip that its look is measured on: first, middle and last."""
    return np.unique([0, (count - 1) // 2, count - 1])


def measure_look(frames: Frames) -> Look:
    """Measure the look of a clip, (T, H, W, 3), RGB."""
    frames = frames[look_frames(len(frames))]
    size = small_size(frames.shape[2], frames.shape[1])
    small = np.concatenate([shrink(frame, size) for frame in frames])
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    grey = np.stack([cv2.cvtColor(f, cv2.COLOR_RGB2GRAY) for f in frames]).astype(np.float32)
    colours = np.quantile(lab[..., 1:].reshape(-1, 2), _QUANTILES, axis=0)
    palette = np.asarray(colours.T.ravel(), np.float64)
    luma = np.log2(np.maximum(grey / 255, 1 / 255)).mean()
    return Look(palette, float(luma), _sharpness(grey))


def _sharpness(grey: NDArray[np.float32]) -> float:
    # What the steepest edges lose by a blur does not depend on the contents of the picture.
    sharp, soft = 1.0, 1.0
    for picture in grey:
        steps = np.abs(np.diff(picture, axis=1))
        blurred = np.abs(np.diff(cv2.GaussianBlur(picture, (0, 0), 1.0), axis=1))
        is_steep = steps >= max(float(np.percentile(steps, _STEEP)), 1.0)
        sharp, soft = sharp + float(steps[is_steep].sum()), soft + float(blurred[is_steep].sum())
    return float(np.log2(sharp / soft))


def judge_drift(looks: Sequence[tuple[Shot, Look]]) -> Iterator[tuple[str, Finding]]:
    """Judge the worst pair of shots of every scene and measure, as (scene, finding).

    `looks` are those of the shown take of each shot, in order.
    """
    for scene, members in groupby(looks, key=lambda member: member[0].scene):
        pairs = [
            (f"{one.id} and {other.id}", look.distances(other_look))
            for (one, look), (other, other_look) in combinations(members, 2)
            if one.lighting == other.lighting and one.location == other.location
        ]
        for measure in MEASURES if pairs else ():
            names, distances = max(pairs, key=lambda pair: pair[1][measure])
            verdict, confidence = judge_distance(measure, distances[measure])
            distance = distances[measure]
            shown = 2.0**distance if measure == "sharpness" else distance
            words = _APART[measure].format(names, shown)
            requested = "the same over the scene"
            yield scene, Finding(measure, requested, words, verdict, round(confidence, 2))


def judge_distance(measure: str, distance: float) -> tuple[Agreement, float]:
    """Verdict and confidence for a distance between two shots of a scene."""
    same, other = LIMITS[measure]
    if distance <= same:
        return "agrees", 1 - distance / (2 * same)
    if distance >= other:
        return "disagrees", min(1.0, distance / (2 * other))
    return "cannot tell", 0.0
