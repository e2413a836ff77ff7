"""Accuracy of the findings of `storyboard score`, on layouts of unseen scenes.

Usage: python -m benchmarks.findings --scenes 60. Prints a table and, last, a line of JSON.

A layout shows exactly what was requested, so the requested value of a directive has to agree and
every other value has to disagree. "own" is a shot's own layout; "other" is the layout of the same
directives with another set and, half of the time, another subject, as a model would render it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from time import perf_counter

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.scenes import CALIBRATION_SEED, JUDGED_SEED, SIZE, read, scene_mapping
from benchmarks.scenes import with_other_things as other_things
from shots import CameraPath, Shot, ShotList
from shots.staging.stage_shot import staged_path
from storyboard.judge import exposure, subject_size
from storyboard.judge.alternatives import Alternatives
from storyboard.judge.coherence import (
    MEASURES,
    judge_coherence,
    judge_distance,
    measure_coherence,
    measure_look,
)
from storyboard.judge.finding import CALIBRATION_FILE, Agreement
from storyboard.judge.motion import shrink
from storyboard.layout import layout_film, layout_with_mask
from training.films.filming import shows_subject

Frames = NDArray[np.uint8]

NUM_FRAMES = 33
_BURST = 5  # neighbouring frames, for coherence
_WARM, _COOL, _DARK, _BLUR_PX = (1.14, 1.0, 0.8), (0.82, 0.98, 1.18), 0.35, 2.5
_MELT_PX, _FLICKER = 2.0, 0.08  # of degraded frames, which have to disagree
_SHRINK = 0.1  # of the covariance towards its diagonal, since samples are few
_BOUNDS = {
    "size": subject_size.SIZE_BOUNDS,
    "contrast": exposure.CONTRAST_BOUNDS,
    "key side": exposure.SIDE_BOUNDS,
}
_UNLIKE = 0.90  # of calibration layouts are nearer than the distance `unlike`


@dataclass(frozen=True)
class Row:
    """One verdict on one value of a directive.

    Attributes:
        directive: The directive.
        footage: "own" or "other".
        is_requested: Whether the value is the requested one.
        verdict: Of the judge.
    """

    directive: str
    footage: str
    is_requested: bool
    verdict: Agreement

    @property
    def is_right(self) -> bool:
        """Whether there is a verdict and it is right."""
        return self.verdict == ("agrees" if self.is_requested else "disagrees")


@dataclass(frozen=True, eq=False)
class Sample:
    """One unseen shot, its layouts, and the other shot of its scene.

    Attributes:
        shot: Its directives.
        alternatives: Its layouts.
        clips: The frame to judge, by footage.
        burst: (5, H, W, 3), neighbouring frames.
        scene: Three frames of both shots of the scene.
    """

    shot: Shot
    alternatives: Alternatives
    clips: dict[str, Frames]
    burst: Frames
    scene: tuple[Frames, Frames]


def sample(seed: int) -> Sample | None:
    """Render the layouts of a scene; None if the subject is not visible."""
    board, other = read(scene_mapping(seed), seed), read(other_things(seed), seed)
    index = seed % 2
    shot, beside = board.shots[index], board.shots[1 - index]
    path, path_beside = (_path(board, each, seed) for each in (shot, beside))
    film, film_beside = layout_film(board, shot, path), layout_film(board, beside, path_beside)
    alternatives = Alternatives(film, shot)
    ends = (0, NUM_FRAMES // 2, NUM_FRAMES - 1)
    frames, masks = layout_with_mask(film, SIZE, ends)
    if not shows_subject(masks):
        return None
    at = alternatives.frame
    film_of_other = layout_film(other, other.shots[index], path)
    clips = {"own": frames[ends.index(at)], "other": film_of_other.frame(at, SIZE).picture}
    middle = NUM_FRAMES // 2
    return Sample(
        shot,
        alternatives,
        {footage: shrink(clip, alternatives.size) for footage, clip in clips.items()},
        layout_with_mask(film, SIZE, range(middle, middle + _BURST))[0],
        (frames, layout_with_mask(film_beside, SIZE, ends)[0]),
    )


def _path(board: ShotList, shot: Shot, seed: int) -> CameraPath:
    aspect = SIZE[0] / SIZE[1]
    return staged_path(board, shot, num_frames=NUM_FRAMES, aspect=aspect, seed=seed)


def judge(each: Sample, random: np.random.Generator) -> Iterator[Row]:
    """Verdicts on the requested values of one sample and on all others."""
    for footage, clip in each.clips.items():
        for directive, value, is_requested in _values(each, clip):
            bounds = _BOUNDS.get(directive, exposure.LIGHT_BOUNDS)
            verdict = "cannot tell" if value is None else bounds.judge(value)
            yield Row(directive, footage, is_requested, verdict)
    layout = measure_coherence(each.burst)
    for frames, is_steady in ((each.burst, True), (_degraded(each.burst, random), False)):
        verdict = judge_coherence(measure_coherence(frames), layout=layout).verdict
        yield Row("coherence", "own", is_steady, verdict)
    for measure, apart, is_same in _distances(each.scene):
        yield Row(measure, "own", is_same, judge_distance(measure, apart)[0])


def _values(each: Sample, clip: Frames) -> Iterator[tuple[str, float | None, bool]]:
    lighting, size = each.shot.lighting, each.shot.camera.size
    for directive, (field, names) in exposure.LIGHT_FIELDS.items():
        found = exposure.probabilities(clip, each.alternatives, directive)
        for name in filter(None, names):
            yield directive, found.get(name), name == getattr(lighting, field)
    for name in ("high-contrast", "low-contrast"):
        lean = exposure.lean_to_contrast(clip, each.alternatives, name, size)
        yield "contrast", lean, name == lighting.contrast
    if lighting.side:
        side_lean = exposure.lean_to_side(clip, each.alternatives, "left", size)
        is_visible = side_lean.visible >= exposure.LEAST_VISIBLE_STOPS
        for side, sign in (("left", 1), ("right", -1)):
            yield "key side", sign * side_lean.part if is_visible else None, side == lighting.side
    edges = subject_size.edges(clip, each.alternatives, size)
    for kind in subject_size.SIZES:
        lead = subject_size.size_lead(edges, kind)
        yield "size", lead, kind == subject_size.SIZE_OF[size]


def _degraded(frames: Frames, random: np.random.Generator) -> Frames:
    """Frames that melt and flicker: each warped at random, and lighter or darker."""
    height, width = frames.shape[1:3]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bent = []
    for frame in frames:
        bend = random.normal(0, 1, (5, 8, 2)).astype(np.float32)
        field = cv2.resize(bend, (width, height), interpolation=cv2.INTER_CUBIC) * _MELT_PX
        moved = cv2.remap(frame, x + field[..., 0], y + field[..., 1], cv2.INTER_LINEAR)
        bent.append(np.clip(moved * (1 + random.normal(0, _FLICKER)), 0, 255))
    return np.stack(bent).astype(np.uint8)


def _distances(scene: tuple[Frames, Frames]) -> Iterator[tuple[str, float, bool]]:
    """Of the two shots of a scene as filmed, and with one of them graded, dimmed or blurred."""
    one, two = scene
    apart = measure_look(one).distances(measure_look(two))
    yield from ((measure, apart[measure], True) for measure in MEASURES)
    soft = np.stack([cv2.GaussianBlur(frame, (0, 0), _BLUR_PX) for frame in two])
    changed = {
        "palette": (_graded(one, _WARM), _graded(two, _COOL)),
        "luminance": (one, _graded(two, (_DARK,) * 3)),
        "sharpness": (one, soft),
    }
    for measure, (here, there) in changed.items():
        yield measure, measure_look(here).distances(measure_look(there))[measure], False


def _graded(frames: Frames, tint: Sequence[float]) -> Frames:
    return np.asarray(np.clip(frames * np.array(tint), 0, 255), np.uint8)


def table(rows: Sequence[Row]) -> str:
    """Verdicts by directive as aligned text."""
    lines = [
        f"{'':18s}{'requested value':^30s}{'another value':^30s}{'right of':>10s}",
        f"{'directive':11s}{'layout':7s}"
        + f"{'n':>6s}{'right':>7s}{'wrong':>7s}{'none':>8s}  " * 2
        + f"{'verdicts':>10s}",
    ]
    for directive, footage in dict.fromkeys((row.directive, row.footage) for row in rows):
        these = [row for row in rows if (row.directive, row.footage) == (directive, footage)]
        decided = [row for row in these if row.verdict != "cannot tell"]
        line = f"{directive:11s}{footage:7s}"
        for is_requested in (True, False):
            group = [row for row in these if row.is_requested == is_requested]
            right = sum(row.is_right for row in group)
            undecided = sum(row.verdict == "cannot tell" for row in group)
            wrong = len(group) - right - undecided
            line += f"{len(group):6d}{right:7d}{wrong:7d}{undecided:8d}  "
        share = sum(row.is_right for row in decided) / max(1, len(decided))
        lines.append(f"{line}{share:10.1%}")
    return "\n".join(lines)


def calibrate(samples: Sequence[Sample]) -> dict[str, object]:
    """Spread of the light features between layouts of one light with other contents."""
    features = exposure.light_features
    apart = np.stack(
        [features(each.clips["other"]) - features(each.alternatives.lit()) for each in samples]
    )
    covariance = apart.T @ apart / len(apart)
    diagonal = np.diag(np.diag(covariance))
    covariance = (1 - _SHRINK) * covariance + _SHRINK * diagonal + 1e-4 * np.eye(len(covariance))
    inverse = np.linalg.inv(covariance)
    square = np.einsum("np,pq,nq->n", apart, inverse, apart)
    return {
        "counted on": f"{len(samples)} layouts, python -m benchmarks.findings --calibrate",
        "unlike": round(float(np.quantile(square, _UNLIKE)), 2),
        "inverse": np.round(inverse, 4).tolist(),
    }


@click.command()
@click.option("--scenes", default=60, show_default=True, help="Number of scenes.")
@click.option("--first-seed", type=int, help="Default: seeds that calibration never uses.")
@click.option("--calibrate", "is_calibration", is_flag=True, help=f"Write {CALIBRATION_FILE}.")
def main(scenes: int, first_seed: int | None, *, is_calibration: bool) -> None:
    """Measure the accuracy of the judge, or calibrate it."""
    cv2.setNumThreads(1)
    started = perf_counter()
    seed = first_seed or (CALIBRATION_SEED if is_calibration else JUDGED_SEED)
    samples = _samples(seed, scenes)
    if is_calibration:
        target = Path(str(files("storyboard.judge").joinpath(CALIBRATION_FILE)))
        target.write_text(json.dumps(calibrate(list(samples))) + "\n", encoding="utf-8")
        click.echo(f"wrote {target.name}")
        return
    random = np.random.default_rng(seed)
    rows = [row for each in samples for row in judge(each, random)]
    click.echo(table(rows))
    wrong = sorted({row.directive for row in rows if _is_wrong(row)})
    seconds = round(perf_counter() - started, 1)
    click.echo(json.dumps({"scenes": scenes, "wrong somewhere": wrong, "seconds": seconds}))


def _samples(seed: int, count: int) -> Iterator[Sample]:
    """Scenes with a visible subject, from a seed on."""
    while count:
        each = sample(seed)
        seed += 1
        if each is not None:
            count -= 1
            yield each


def _is_wrong(row: Row) -> bool:
    return row.verdict != "cannot tell" and not row.is_right


if __name__ == "__main__":
    main()
