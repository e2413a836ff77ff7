"""Clips to animatic: bodies as they are, transitions and titles by MoviePy, then one join.

Every piece of the cut becomes a short file of one format, kept in the store, so that a change at
one cut makes that piece again and no other. MoviePy only ever sees the few frames of one
transition, at most two files at a time, each opened by the exact frame count (its own durations
are rounded to hundredths and lose frames). The pieces are joined packet by packet and the
result is counted: a film that is a frame off is an error, never a surprise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import ImageColor

from storyboard.errors import AssemblyError
from storyboard.film.cut import Cut, Piece
from storyboard.film.slate import BurnIn, burn_in, title_picture
from storyboard.film.video import (
    DELIVERY,
    VIDEO,
    Frame,
    join_videos,
    probe,
    read_video,
    write_video,
)
from storyboard.store import Ref, Store, content_key
from storyboard.take.frames import timecode

if TYPE_CHECKING:
    from moviepy import VideoClip

Size = tuple[int, int]

VERSION = 1
"""Raised whenever a transition is made differently."""


@dataclass(frozen=True)
class Footage:
    """The frames of one shot at delivery size and rate, spare ones included.

    Attributes:
        key: Names their content.
        num_frames: How many there are.
        frames: (first, count) → frames.
        whole: The same as a file, where there is one.
        lead: How many of them lie before the first that the cut counts.
    """

    key: str
    num_frames: int
    frames: Callable[[int, int], Iterator[Frame]]
    whole: Path | None = None
    lead: int = 0


@dataclass(frozen=True)
class Film:
    """What a cut is made with."""

    cut: Cut
    footage: tuple[Footage, ...]
    size: Size
    fps: Fraction
    title: str = ""
    title_lines: tuple[str, ...] = ()
    title_frames: int = 0

    @property
    def num_frames(self) -> int:
        """Length of the film, title included."""
        return self.title_frames + self.cut.frames


def still_footage(picture: Frame, num_frames: int, key: str) -> Footage:
    """Footage of one picture that does not move: a slate."""
    return Footage(key, num_frames, lambda _, count: repeat(picture, count))


def film_files(film: Film, store: Store) -> list[Path]:
    """Make the pieces that the store lacks, and list the files of all, in order.

    Raises:
        ResourceError: The disk is full.
    """
    files = [_title(film, store)] if film.title_frames else []
    return files + [_piece(piece, film, store) for piece in film.cut.pieces]


def film_key(files: Sequence[Path]) -> str:
    """Name a film by its pieces: files are named by their content."""
    return content_key({"version": VERSION, "files": [path.name for path in files]})


def assemble(film: Film, store: Store, target: Path) -> None:
    """Make the film.

    Args:
        film: The cut and its footage.
        store: Keeps the pieces.
        target: Replaced in one step.

    Raises:
        AssemblyError: The result has not the frames of the plan.
        ResourceError: The disk is full.
    """
    files = film_files(film, store)

    def write(draft: Path) -> None:
        join_videos(files, draft)
        _expect_film(draft, film)

    store.deliver(write, target)


def _expect_film(path: Path, film: Film) -> None:
    info = probe(path)
    found = (info.num_frames, info.size, info.fps)
    wanted = (film.num_frames, film.size, film.fps)
    if found != wanted:
        raise AssemblyError(
            f"{path.name}: {found[0]} frames of {found[1]} at {found[2]} fps, must be "
            f"{wanted[0]} of {wanted[1]} at {wanted[2]}. Empty the store and render again."
        )


def write_review(film: Film, animatic: Path, store: Store, target: Path, marks: Marks) -> None:
    """Write the copy for review: the same film, with what it is burnt into every frame."""
    frames = (
        burn_in(frame, marks.at(index, film)) for index, frame in enumerate(read_video(animatic))
    )

    def write(draft: Path) -> None:
        write_video(draft, frames, fps=film.fps)
        _expect_film(draft, film)

    store.deliver(write, target)


@dataclass(frozen=True)
class Marks:
    """What a review copy says: project and date above, and the slate of every shot."""

    project: str
    date: str
    slates: tuple[str, ...]

    def at(self, frame: int, film: Film) -> BurnIn:
        """Say where a frame of the film is."""
        time = timecode(frame, film.fps)
        frame -= film.title_frames
        if frame < 0:
            return BurnIn(self.project, self.date, "TITLE", time, "")
        index = 0
        while frame >= film.cut.shots[index].frames:
            frame -= film.cut.shots[index].frames
            index += 1
        counter = f"{frame + 1:04}/{film.cut.shots[index].frames:04}"
        return BurnIn(self.project, self.date, self.slates[index], time, counter)


def part_file(footage: Footage, first: int, count: int, film: Film, store: Store) -> Path:
    """File of some frames of a shot; the whole clip is there already."""
    if footage.whole is not None and (first, count) == (0, footage.num_frames):
        return footage.whole
    declared = {"footage": footage.key, "first": first, "count": count, **_format(film)}
    return _made(store, declared, lambda: footage.frames(first, count), film.fps)


def _piece(piece: Piece, film: Film, store: Store) -> Path:
    """File of one piece, made if the store lacks it."""
    footage = film.footage[piece.shot]
    first = footage.lead + piece.first
    sources = [part_file(footage, first, piece.frames, film, store)]
    if piece.kind == "body":
        return sources[0]
    if piece.to_shot >= 0:
        to = film.footage[piece.to_shot]
        to_first = to.lead + piece.to_first
        sources.append(part_file(to, to_first, piece.frames, film, store))
    declared = {
        "kind": piece.kind,
        "frames": piece.frames,
        "colour": piece.colour,
        "direction": piece.direction,
        "sources": [source.name for source in sources],
        **_format(film),
    }
    return _made(store, declared, lambda: _effect_frames(piece, sources, film.fps), film.fps)


def _title(film: Film, store: Store) -> Path:
    declared = {
        "title": film.title,
        "lines": list(film.title_lines),
        "frames": film.title_frames,
        **_format(film),
    }
    return _made(store, declared, lambda: _title_frames(film), film.fps)


def _format(film: Film) -> dict[str, object]:
    return {
        "version": VERSION,
        "size": list(film.size),
        "fps": str(film.fps),
        "encoding": DELIVERY.name,
    }


def _made(
    store: Store,
    declared: dict[str, object],
    frames: Callable[[], Iterator[Frame]],
    fps: Fraction,
) -> Path:
    ref = Ref("piece", content_key(declared), VIDEO)
    if store.holds(ref):
        return store.path(ref)

    def write(path: Path) -> None:
        write_video(path, frames(), fps=fps)

    return store.put(ref, write)


def _effect_frames(piece: Piece, sources: Sequence[Path], fps: Fraction) -> Iterator[Frame]:
    """Frames of one transition."""
    from moviepy import CompositeVideoClip, vfx

    duration_s = float(piece.frames / fps)
    with ExitStack() as opened:
        clip, *above = [opened.enter_context(_open(path, duration_s)) for path in sources]
        if piece.kind == "fade-in":
            film = clip.with_effects([vfx.FadeIn(duration_s, _rgb(piece.colour))])
        elif piece.kind == "fade-out":
            film = clip.with_effects([vfx.FadeOut(duration_s, _rgb(piece.colour))])
        elif piece.kind == "dissolve":
            film = CompositeVideoClip([clip, above[0].with_effects([vfx.CrossFadeIn(duration_s)])])
        else:
            mask = _wipe_mask(clip.size, piece.direction, duration_s)
            film = CompositeVideoClip([clip, above[0].with_mask(mask)])
        yield from _clip_frames(film, piece.frames, fps)


@contextmanager
def _open(path: Path, duration_s: float) -> Iterator[VideoClip]:
    """A file as a MoviePy clip of an exact duration, and nothing left open afterwards."""
    from moviepy import VideoFileClip

    with VideoFileClip(str(path), audio=False) as clip:
        process = clip.reader.proc
        try:
            yield clip.with_duration(duration_s)
        finally:
            # MoviePy 2.2 forgets the pipes of an ffmpeg that has come to the end of its file.
            clip.close()
            process.stdout.close()
            process.stderr.close()


def _title_frames(film: Film) -> Iterator[Frame]:
    from moviepy import ImageClip, vfx

    picture = title_picture(film.size, title=film.title, lines=film.title_lines)
    duration_s = float(film.title_frames / film.fps)
    fade_s = duration_s / 4
    clip = ImageClip(picture, duration=duration_s).with_effects(
        [vfx.FadeIn(fade_s), vfx.FadeOut(fade_s)]
    )
    yield from _clip_frames(clip, film.title_frames, film.fps)


def _clip_frames(clip: VideoClip, count: int, fps: Fraction) -> Iterator[Frame]:
    """Sample a MoviePy clip at the middle of every frame, where rounding cannot reach a border."""
    for frame in range(count):
        pixels = clip.get_frame(float((frame + Fraction(1, 2)) / fps))
        yield np.asarray(pixels).astype(np.uint8)


def _wipe_mask(size: Size, direction: str, duration_s: float) -> VideoClip:
    """Mask of the incoming picture: an edge that travels over the frame in `direction`."""
    from moviepy import VideoClip

    width, height = size
    columns = (np.arange(width) + 0.5) / width
    rows = (np.arange(height) + 0.5) / height
    covered = {
        "right": np.broadcast_to(columns, (height, width)),
        "left": np.broadcast_to(1 - columns, (height, width)),
        "down": np.broadcast_to(rows[:, None], (height, width)),
        "up": np.broadcast_to(1 - rows[:, None], (height, width)),
    }[direction]
    return VideoClip(
        lambda time_s: (covered < time_s / duration_s).astype(float),
        is_mask=True,
        duration=duration_s,
    )


def _rgb(colour: str) -> list[int]:
    return list(ImageColor.getrgb(colour)[:3])
