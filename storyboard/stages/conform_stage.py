"""The stages without a network: layout frames instead of a model, and clips for the cut.

The same rules as in `stages` hold: what can change a result is declared, nothing else. Called
through the schedule.
"""
# ruff: noqa: D102 - what the methods of a stage do stands once, at `stage.Stage`

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from time import perf_counter

from storyboard.errors import StoryboardError
from storyboard.film.conform import conform_frames
from storyboard.film.seams import VERSION as SEAMS_VERSION
from storyboard.film.seams import Seam, join_clips, match_frames
from storyboard.film.slate import mark_layout
from storyboard.film.video import DELIVERY, VIDEO, Frame, read_video, write_video
from storyboard.stages.stage import Stage, Step, noise_meta, since
from storyboard.store import Meta, Ref, Store, content_key
from storyboard.take.take import Size, Take

BOOKKEEPING = {
    "notes", "status", "review", "priority", "use", "takes", "seed", "dialogue", "sound",
    "references", "loop", "focus", "take", "transition_in", "transition_out",
}  # fmt: skip
"""Fields of a shot that its picture does not depend on."""


@dataclass(frozen=True)
class Layout:
    """Shot → Clip of grey primitives, filmed along the shot's own camera path."""

    fps: Fraction
    name = "layout"
    network = ""
    VERSION = 1

    def refs(self, take: Take) -> tuple[Ref, ...]:
        board, shot = take.board, take.filmed
        declared = {
            "stage": self.name,
            "version": self.VERSION,
            "board": board.title,
            "shot": shot.model_dump(mode="json", exclude=BOOKKEEPING),
            "cast": [board.characters[key].model_dump(mode="json") for key in shot.subjects],
            "palette": list(board.style.palette),
            "path": take.path_key,
            "size": list(take.size),
            "fps": str(self.fps),
        }
        return (Ref(self.name, content_key(declared), VIDEO),)

    def needs(self, take: Take) -> tuple[Ref, ...]:
        return ()

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> None:
        return None

    def run(self, network: object, take: Take, store: Store, step: Step) -> None:
        from storyboard.layout import layout_frames
        from storyboard.stages.artifacts import Clip

        started = perf_counter()
        frames = layout_frames(take.board, take.filmed, take.path, take.size)

        def write(path: Path) -> Meta:
            Clip.save(path, iter(frames), fps=self.fps)
            return {"seconds": since(started)}

        store.put(self.refs(take)[0], write)
        step()


@dataclass(frozen=True)
class Conform:
    """Clip → the clip as the cut shows it: delivery size and rate, spare frames included."""

    source: Stage
    size: Size
    fps: Fraction
    stamp: bool = False
    name = "conform"
    network = ""
    VERSION = 1

    def refs(self, take: Take) -> tuple[Ref, ...]:
        if take.segment:
            return ()
        declared = {
            "stage": self.name,
            "version": self.VERSION,
            **self._declared_source(take),
            "frames": take.frames.clip,
            "step": str(take.frames.step),
            "size": list(self.size),
            "fps": str(self.fps),
            "stamp": self.stamp,
            "encoding": DELIVERY.name,
        }
        return (Ref(self.name, content_key(declared), VIDEO),)

    def _declared_source(self, take: Take) -> dict[str, object]:
        keys, match = [ref.key for ref in self._clips(take)], self._declared_match(take)
        if not take.segments:
            return {"clip": keys[0], **match}
        counts = [segment.frames.shown for segment in take.segments]
        return {"clips": keys, "counts": counts, "seams": SEAMS_VERSION, **match}

    def _declared_match(self, take: Take) -> dict[str, object]:
        before = self._matched(take)
        if before is None:
            return {}
        (shown,) = self.refs(before)
        return {
            "match": shown.key,
            "at": before.frames.last,
            "share": _match_share(take),
            "seams": SEAMS_VERSION,
        }

    def needs(self, take: Take) -> tuple[Ref, ...]:
        before = self._matched(take)
        return (*self._clips(take), *(self.refs(before) if before else ()))

    def _matched(self, take: Take) -> Take | None:
        """The take whose colours are wanted; a layout is drawn from words and has its own."""
        return None if self.stamp else take.matched

    def _clips(self, take: Take) -> tuple[Ref, ...]:
        """As the model made them: one, or one a segment."""
        return tuple(ref for part in (take.segments or (take,)) for ref in self.source.refs(part))

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> None:
        return None

    def run(self, network: object, take: Take, store: Store, step: Step) -> None:
        started = perf_counter()
        (first, *_), seams, matches = self._clips(take), list[Seam](), list[Seam]()
        frames = self._model_frames(take, store, seams, matches)

        def write(path: Path) -> Meta:
            write_video(path, self._frames(frames, take, 0, take.frames.clip), fps=self.fps)
            told: dict[str, object] = {}
            if take.segments:
                told["seams"] = [seam.as_json() for seam in seams]
            if matches:
                told["match"] = matches[0].as_json()
            return {**noise_meta(store, first), **told, "seconds": since(started)}

        store.put(self.refs(take)[0], write)
        step()

    def frames(self, take: Take, store: Store, first: int, count: int) -> Iterator[Frame]:
        """Some frames of a finished clip, from the model's own where they are still there."""
        if all(store.holds(source) for source in self.needs(take)):
            made = self._model_frames(take, store, [], [])
            yield from self._frames(made, take, first, count)
        else:
            conformed = read_video(store.path(self.refs(take)[0]))
            yield from islice(conformed, first, first + count)

    def _model_frames(
        self, take: Take, store: Store, seams: list[Seam], matches: list[Seam]
    ) -> Iterator[Frame]:
        """The model's frames of a take, in the colours that they are to have.

        Raises:
            StoryboardError: A clip of a chain is missing.
        """
        frames = self._joined(take, store, seams)
        before = self._matched(take)
        if before is None:
            return frames
        (shown,) = self.refs(before)
        given = next(islice(read_video(store.path(shown)), before.frames.last, None))
        return match_frames(frames, given, _match_share(take), matches)

    def _joined(self, take: Take, store: Store, seams: list[Seam]) -> Iterator[Frame]:
        """The model's frames; those of a chain one clip after the other."""
        sources = self._clips(take)
        if not take.segments:
            return read_video(store.path(sources[0]))
        for number, source in enumerate(sources, start=1):
            if not store.holds(source):
                raise StoryboardError(
                    f"{take.slate}: clip {number} of {len(sources)} is missing, must be there "
                    "to go on. Render again."
                )
        counts = [segment.frames.shown for segment in take.segments]
        return join_clips([store.path(source) for source in sources], counts, seams)

    def _frames(
        self, source: Iterator[Frame], take: Take, first: int, count: int
    ) -> Iterator[Frame]:
        """Conformed frames, stamped if they are a layout's; what is held stays one object."""
        last, marked = None, None
        for frame in conform_frames(source, take.frames, self.size, first=first, count=count):
            if marked is None or frame is not last:
                last, marked = frame, mark_layout(frame) if self.stamp else frame
            yield marked


def _match_share(take: Take) -> float:
    """How far a take is to have the colours of the one before, 0 … 1."""
    continuity = take.shot.continuity
    return float(continuity.match_color or 0) if continuity else 0.0
