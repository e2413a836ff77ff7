"""The stages without a network: drawing layout frames, and conforming clips to the cut."""
# ruff: noqa: D102 - the methods of a stage are documented at `stage.Stage`

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from os import cpu_count
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from storyboard.errors import StoryboardError
from storyboard.film.conform import VERSION as SEAMS_VERSION
from storyboard.film.conform import Seam, conform_frames, join_clips, match_frames
from storyboard.film.slate import mark_layout
from storyboard.film.video import DELIVERY, LOSSLESS, VIDEO, Frame, read_video, write_video
from storyboard.stages.stage import Stage, Step, make_ref, noise_meta, since
from storyboard.store import Meta, Ref, Store
from storyboard.take.take import Size, Take

if TYPE_CHECKING:
    from shots.staging.staged import StagedShot
    from storyboard.layout import ShotFilm

LAYOUT_THREADS = min(cpu_count() or 1, 4)
"""Threads that draw layouts; the frames are the same with any number."""


def staging_inputs(take: Take, staged: StagedShot) -> dict[str, object]:
    """Everything that the shapes in the layout of a take depend on, for cache keys."""
    return {"staged": staged.shown(), "seconds": str(take.filmed.duration_s), "path": take.path_key}


def layout_inputs(take: Take) -> dict[str, object]:
    """Everything that the layout of a take depends on, for cache keys."""
    camera = take.filmed.camera
    return {
        **staging_inputs(take, take.staged),
        "lighting": take.filmed.lighting.model_dump(mode="json"),
        "palette": list(take.board.style.palette),
        "optics": [camera.focus, camera.lens_mm, take.filmed.sensor_mm, list(camera.movement)],
    }


def take_film(take: Take) -> ShotFilm:
    """The staged shot of a take along its camera path."""
    from storyboard.layout import ShotFilm  # imports cv2

    return ShotFilm(take.staged, take.path, take.filmed, take.board.style.palette)


class DrawnFilm(ABC):
    """A stage that draws a film of the staging of a shot, without a network."""

    network = ""

    @abstractmethod
    def refs(self, take: Take) -> tuple[Ref, ...]: ...

    @abstractmethod
    def pictures(self, take: Take) -> Iterator[Frame]:
        """The frames of the film."""

    @property
    @abstractmethod
    def rate(self) -> Fraction:
        """Frames per second."""

    def needs(self, take: Take) -> tuple[Ref, ...]:
        return ()

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> None:
        return None

    def run(self, network: object, take: Take, store: Store, step: Step) -> None:
        started, frames = perf_counter(), self.pictures(take)

        def write(path: Path) -> Meta:
            write_video(path, frames, fps=self.rate, encoding=LOSSLESS)
            return {"seconds": since(started)}

        store.put(self.refs(take)[0], write)
        step()


@dataclass(frozen=True)
class Layout(DrawnFilm):
    """Shot to clip of its staging, filmed along its camera path."""

    fps: Fraction
    name = "layout"
    VERSION = 2

    @property
    def rate(self) -> Fraction:
        return self.fps

    def refs(self, take: Take) -> tuple[Ref, ...]:
        declared = {**layout_inputs(take), "size": list(take.size), "fps": str(self.fps)}
        return (make_ref(self, self.VERSION, VIDEO, declared),)

    def pictures(self, take: Take) -> Iterator[Frame]:
        return take_film(take).pictures(take.size, threads=LAYOUT_THREADS)


@dataclass(frozen=True)
class Conform:
    """Rendered clip to clip of the cut: delivery size and rate, spare frames included.

    Layouts are stamped as such, and not matched in colour to the shot before.
    """

    source: Stage  # renders the clips
    size: Size  # of the delivery
    fps: Fraction  # of the delivery
    stamp: bool = False  # whether the clips are layouts
    name = "conform"
    network = ""
    VERSION = 1

    def refs(self, take: Take) -> tuple[Ref, ...]:
        if take.segment:
            return ()
        keys, matched = [ref.key for ref in self._clips(take)], self._matched(take)
        declared: dict[str, object] = {
            "frames": take.frames.clip,
            "step": str(take.frames.step),
            "size": list(self.size),
            "fps": str(self.fps),
            "stamp": self.stamp,
            "encoding": DELIVERY.name,
        }
        if take.segments:
            counts = [segment.frames.shown for segment in take.segments]
            declared |= {"clips": keys, "counts": counts, "seams": SEAMS_VERSION}
        else:
            declared["clip"] = keys[0]
        if matched is not None:
            (ref,) = self.refs(matched)
            at, share = matched.frames.last, _match_share(take)
            declared |= {"match": ref.key, "at": at, "share": share, "seams": SEAMS_VERSION}
        return (make_ref(self, self.VERSION, VIDEO, declared),)

    def needs(self, take: Take) -> tuple[Ref, ...]:
        matched = self._matched(take)
        return (*self._clips(take), *(self.refs(matched) if matched else ()))

    def _matched(self, take: Take) -> Take | None:
        return None if self.stamp else take.matched

    def _clips(self, take: Take) -> tuple[Ref, ...]:
        """The rendered clips: one, or one per segment."""
        return tuple(ref for part in (take.segments or (take,)) for ref in self.source.refs(part))

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> None:
        return None

    def run(self, network: object, take: Take, store: Store, step: Step) -> None:
        started, seams, matches = perf_counter(), list[Seam](), list[Seam]()
        frames = self._model_frames(take, store, seams, matches)

        def write(path: Path) -> Meta:
            write_video(path, self._conformed(frames, take, 0, take.frames.clip), fps=self.fps)
            # The seams are measured while the frames are read: only now they are complete.
            meta: dict[str, object] = dict(noise_meta(store, self._clips(take)[0]))
            if take.segments:
                meta["seams"] = [seam.as_json() for seam in seams]
            if matches:
                meta["match"] = matches[0].as_json()
            return {**meta, "seconds": since(started)}

        store.put(self.refs(take)[0], write)
        step()

    def frames(self, take: Take, store: Store, first: int, count: int) -> Iterator[Frame]:
        """`count` frames of a finished clip, from the rendered clips if these still exist."""
        if all(store.holds(source) for source in self.needs(take)):
            # Not from the conformed clip, which has been compressed with loss.
            yield from self._conformed(self._model_frames(take, store, [], []), take, first, count)
        else:
            conformed = read_video(store.path(self.refs(take)[0]))
            yield from islice(conformed, first, first + count)

    def _model_frames(
        self, take: Take, store: Store, seams: list[Seam], matches: list[Seam]
    ) -> Iterator[Frame]:
        """Rendered frames of a take, segments joined and colours matched.

        Args:
            take: Its clips must be in the store.
            store: Store of the clips.
            seams: Receives the measured seams of a segmented take.
            matches: Receives the measured seam to the take before, if colours are matched to it.
        """
        sources = self._clips(take)
        if take.segments:
            for number, source in enumerate(sources, start=1):
                if not store.holds(source):
                    raise StoryboardError(
                        f"{take.slate}: clip {number} of {len(sources)} is missing, all are "
                        "required. Render again."
                    )
            counts = [segment.frames.shown for segment in take.segments]
            frames = join_clips([store.path(source) for source in sources], counts, seams)
        else:
            frames = read_video(store.path(sources[0]))
        matched = self._matched(take)
        if matched is None:
            return frames
        (ref,) = self.refs(matched)
        target = next(islice(read_video(store.path(ref)), matched.frames.last, None))
        return match_frames(frames, target, _match_share(take), matches)

    def _conformed(
        self, source: Iterator[Frame], take: Take, first: int, count: int
    ) -> Iterator[Frame]:
        """Conformed frames, those of a layout marked."""
        last, marked = None, None
        for frame in conform_frames(source, take.frames, self.size, first=first, count=count):
            # A held frame stays one object, so that it is marked and encoded once.
            if marked is None or frame is not last:
                last, marked = frame, mark_layout(frame) if self.stamp else frame
            yield marked


def _match_share(take: Take) -> float:
    """How far colours are matched to the take before, 0 … 1."""
    continuity = take.shot.continuity
    return float(continuity.match_color or 0) if continuity else 0.0
