"""Assemble clips to a film: clip bodies as they are, transitions and titles by MoviePy, captions.

Every piece of the cut is a short file of one format in the store, so that a change at one cut
renders that piece again and no other. The pieces are joined packet by packet, and the frames of the
result are counted: a film that is a frame off is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, repeat
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

    from shots.schema import Shot

Size = tuple[int, int]

VERSION = 1
"""Part of the keys of pieces; raised when transitions or titles change."""

CAPTIONS = ".srt"

LEAST_S = Fraction(1)
"""Shortest time on screen of a caption, if its shot is that long."""

SIGNS_PER_S = 17
"""Reading speed in characters per second that most viewers follow; usual in subtitle guides."""


@dataclass(frozen=True)
class Footage:
    """Frames of one shot at delivery size and rate, spare ones included.

    Attributes:
        frames: (first, count) → frames.
        file: File with exactly these frames, if there is one.
        lead: Number of frames before the first that the cut counts.
    """

    key: str
    num_frames: int
    frames: Callable[[int, int], Iterator[Frame]]
    file: Path | None = None
    lead: int = 0


@dataclass(frozen=True)
class Film:
    """A cut with its footage, one per shot, and a title card of `title_frames` before it."""

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
    """Footage of one picture that does not move, a slate for example."""
    return Footage(key, num_frames, lambda _, count: repeat(picture, count))


def film_files(film: Film, store: Store) -> list[Path]:
    """Write the pieces that the store lacks, and return the files of all, in order.

    Raises:
        ResourceError: The disk is full.
    """
    files = []
    if film.title_frames:
        declared = {
            "title": film.title,
            "lines": list(film.title_lines),
            "frames": film.title_frames,
        }
        files.append(_piece_file(film, store, declared, lambda: _title_frames(film)))
    return files + [_cut_piece(piece, film, store) for piece in film.cut.pieces]


def film_key(files: Sequence[Path]) -> str:
    """Key of a film: its pieces, whose file names are keys of their content."""
    return content_key({"version": VERSION, "files": [path.name for path in files]})


def assemble(film: Film, store: Store, target: Path) -> None:
    """Write the film; `target` is replaced atomically, the store keeps the pieces.

    Raises:
        AssemblyError: The result does not have the frames of the plan.
        ResourceError: The disk is full.
    """
    files = film_files(film, store)

    def write(draft: Path) -> None:
        join_videos(files, draft)
        _require_format(draft, film)

    store.deliver(write, target)


def _require_format(path: Path, film: Film) -> None:
    info = probe(path)
    found = (info.num_frames, info.size, info.fps)
    expected = (film.num_frames, film.size, film.fps)
    if found != expected:
        raise AssemblyError(
            f"{path.name}: {found[0]} frames of {found[1]} at {found[2]} fps, must be "
            f"{expected[0]} of {expected[1]} at {expected[2]}. Empty the store and render again."
        )


def write_review(
    film: Film, animatic: Path, store: Store, target: Path, texts: Iterable[BurnIn]
) -> None:
    """Write the review copy: the animatic with a text burnt into every frame."""
    # An animatic of another length is reported by _require_format.
    pairs = zip(read_video(animatic), texts, strict=False)

    def write(draft: Path) -> None:
        write_video(draft, (burn_in(frame, text) for frame, text in pairs), fps=film.fps)
        _require_format(draft, film)

    store.deliver(write, target)


def review_texts(film: Film, project: str, date: str, slates: Sequence[str]) -> Iterator[BurnIn]:
    """Texts of every frame of a review copy; `slates` are those of the shots, in order."""
    corners = [("TITLE", "")] * film.title_frames
    for slate, shot in zip(slates, film.cut.shots, strict=True):
        corners += [(slate, f"{k:04}/{shot.frames:04}") for k in range(1, shot.frames + 1)]
    for index, (slate, counter) in enumerate(corners):
        yield BurnIn(project, date, slate, timecode(index, film.fps), counter)


def part_file(footage: Footage, first: int, count: int, film: Film, store: Store) -> Path:
    """File of some frames of a shot; the whole clip needs no new file."""
    if footage.file is not None and (first, count) == (0, footage.num_frames):
        return footage.file
    declared = {"footage": footage.key, "first": first, "count": count}
    return _piece_file(film, store, declared, lambda: footage.frames(first, count))


def _cut_piece(piece: Piece, film: Film, store: Store) -> Path:
    """File of one piece of the cut, written if the store lacks it."""
    footage = film.footage[piece.shot]
    sources = [part_file(footage, footage.lead + piece.first, piece.frames, film, store)]
    if piece.kind == "body":
        return sources[0]
    if piece.to_shot >= 0:
        to = film.footage[piece.to_shot]
        sources.append(part_file(to, to.lead + piece.to_first, piece.frames, film, store))
    declared = {
        "kind": piece.kind,
        "frames": piece.frames,
        "colour": piece.colour,
        "direction": piece.direction,
        "sources": [source.name for source in sources],
    }
    return _piece_file(film, store, declared, lambda: _effect_frames(piece, sources, film.fps))


def _piece_file(
    film: Film, store: Store, declared: Mapping[str, object], frames: Callable[[], Iterator[Frame]]
) -> Path:
    """File of frames in the format of the film; `declared` is what they depend on otherwise."""
    key = content_key(
        {
            **declared,
            "version": VERSION,
            "size": list(film.size),
            "fps": str(film.fps),
            "encoding": DELIVERY.name,
        }
    )
    ref = Ref("piece", key, VIDEO)
    if store.holds(ref):
        return store.path(ref)

    def write(draft: Path) -> None:
        write_video(draft, frames(), fps=film.fps)

    return store.put(ref, write)


def _effect_frames(piece: Piece, sources: Sequence[Path], fps: Fraction) -> Iterator[Frame]:
    """Frames of one transition."""
    from moviepy import CompositeVideoClip, vfx

    duration_s = float(piece.frames / fps)
    with ExitStack() as opened:
        clip, *above = [opened.enter_context(_open(path, duration_s)) for path in sources]
        if piece.kind in ("fade-in", "fade-out"):
            effect = vfx.FadeIn if piece.kind == "fade-in" else vfx.FadeOut
            colour = list(ImageColor.getrgb(piece.colour)[:3])
            film = clip.with_effects([effect(duration_s, colour)])
        elif piece.kind == "dissolve":
            film = CompositeVideoClip([clip, above[0].with_effects([vfx.CrossFadeIn(duration_s)])])
        else:
            mask = _wipe_mask(clip.size, piece.direction, duration_s)
            film = CompositeVideoClip([clip, above[0].with_mask(mask)])
        yield from _clip_frames(film, piece.frames, fps)


@contextmanager
def _open(path: Path, duration_s: float) -> Iterator[VideoClip]:
    """Open a file as a MoviePy clip of exactly this duration."""
    from moviepy import VideoFileClip

    with VideoFileClip(str(path), audio=False) as clip:
        process = clip.reader.proc
        try:
            # MoviePy rounds the durations of files to hundredths of a second, and loses frames.
            yield clip.with_duration(duration_s)
        finally:
            # MoviePy 2.2 does not close the pipes of an ffmpeg that reached the end of its file.
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
    """Sample a MoviePy clip once per frame."""
    for frame in range(count):
        # At the middle of the frame, where rounding cannot reach its neighbours.
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


Caption = tuple[Fraction, Fraction, str]
"""Start, end and text of one line on screen; in seconds from the beginning of the film."""


def captions(
    shots: Sequence[Shot], starts_s: Sequence[Fraction], ends_s: Sequence[Fraction],
    locale: str | None,
) -> Iterator[Caption]:  # fmt: skip
    """Place the dialogue of a film; a caption ends with the next one, or with its shot.

    A line without this locale, and any line for None, is in the original language.
    """
    for shot, start_s, end_s in zip(shots, starts_s, ends_s, strict=True):
        spoken = [line for line in shot.dialogue if line.line.strip()]
        times = [min(start_s + (line.at_s or 0), end_s) for line in spoken]
        order = sorted(range(len(spoken)), key=lambda k: times[k])
        for index, after in pairwise([*order, None]):
            assert index is not None
            text = " ".join(spoken[index].locale.get(locale or "", spoken[index].line).split())
            reading_s = max(LEAST_S, Fraction(len(text), SIGNS_PER_S))
            last_s = end_s if after is None else times[after]
            # Two lines at the same time are shown together instead of one hiding the other.
            last_s = last_s if last_s > times[index] else end_s
            if times[index] < last_s:
                yield times[index], min(times[index] + reading_s, last_s), text


def write_srt(lines: Sequence[Caption]) -> str:
    """Format captions as SubRip, in the order of their times."""
    blocks = (
        f"{number}\n{_srt_time(start_s)} --> {_srt_time(end_s)}\n{text}\n"
        for number, (start_s, end_s, text) in enumerate(
            sorted(lines, key=lambda line: line[0]), start=1
        )
    )
    return "\n".join(blocks)


def _srt_time(time_s: Fraction) -> str:
    """HH:MM:SS,mmm, rounded down."""
    total_s, milliseconds = divmod(int(time_s * 1000), 1000)
    minutes, second = divmod(total_s, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02},{milliseconds:03}"
