"""Video files with PyAV: encode, decode, probe, and join without encoding again.

Encoding is reproducible. There are no B-frames, so a packet is a frame, decode order is display
order, and files of one format can be joined packet by packet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.container import InputContainer, OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream
from numpy.typing import NDArray

from storyboard.errors import AssemblyError

Frame = NDArray[np.uint8]
"""(H, W, 3) RGB."""

VIDEO = ".mp4"
NUM_THREADS = 4
"""Fixed, since x264 writes other bytes with another number."""


@dataclass(frozen=True)
class Encoding:
    """Settings of a video stream, with the names of ffmpeg.

    Attributes:
        name: Part of a store key; renamed when a setting changes.
    """

    name: str
    codec: str
    pixel_format: str
    options: Mapping[str, str]

    @property
    def is_yuv(self) -> bool:
        """Whether pixels are converted to YUV, by BT.709."""
        return self.pixel_format.startswith("yuv")


LOSSLESS = Encoding(
    "lossless-2", "libx264rgb", "rgb24", {"preset": "ultrafast", "qp": "0", "bf": "0"}
)
"""Decodes to the same pixels. "ultrafast" takes a fifth to a half of the time of "veryfast", for
files that are a tenth to a third larger."""

DELIVERY = Encoding(
    "delivery-1",
    "libx264",
    "yuv420p",
    {"preset": "veryfast", "crf": "17", "bf": "0", "g": "48", "profile": "high"},
)
"""Plays everywhere, at a quality for presentation."""


@dataclass(frozen=True)
class VideoInfo:
    """Format of a file; `num_frames` is counted, not read from its header."""

    size: tuple[int, int]
    fps: Fraction
    num_frames: int
    codec: str
    pixel_format: str


def write_video(
    path: Path, frames: Iterable[Frame], *, fps: Fraction, encoding: Encoding = DELIVERY
) -> int:
    """Encode frames of one size; returns their number.

    Args:
        path: An .mp4; not written atomically, so pass the name of a draft.
        frames: At least one (H, W, 3) uint8. A frame that is the same object as the one before
            is converted once.
        fps: Exact rate.
        encoding: DELIVERY or LOSSLESS.

    Raises:
        AssemblyError: There is no frame, or the file has fewer than were written.
    """
    rest = iter(frames)
    first = next(rest, None)
    if first is None:
        raise AssemblyError(f"{path.name}: no frames, must be at least one.")
    count = 0
    # bitexact keeps the version of the muxer out of the file.
    with av.open(str(path), "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = _add_stream(container, first, fps, encoding)
        last, picture = None, None
        for pixels in chain((first,), rest):
            if picture is None or pixels is not last:
                picture, last = _picture(pixels, encoding), pixels
            picture.pts, picture.time_base = count, 1 / fps
            container.mux(stream.encode(picture))
            count += 1
        container.mux(stream.encode(None))
    _require_frames(path, count)
    return count


def _add_stream(
    container: OutputContainer, first: Frame, fps: Fraction, encoding: Encoding
) -> VideoStream:
    stream = cast(
        VideoStream, container.add_stream(encoding.codec, rate=fps, options=dict(encoding.options))
    )
    stream.height, stream.width = first.shape[:2]
    stream.pix_fmt = encoding.pixel_format
    stream.thread_count = NUM_THREADS
    context = stream.codec_context
    context.flags |= av.codec.context.Flags.bitexact  # no version of the encoder in the file
    context.time_base = 1 / fps
    if encoding.is_yuv:
        # Without these tags players guess the matrix from the picture size, and colours shift.
        context.colorspace = Colorspace.ITU709
        context.color_range = ColorRange.MPEG
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
    return stream


def _picture(pixels: Frame, encoding: Encoding) -> av.VideoFrame:
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    if not encoding.is_yuv:
        return picture
    return picture.reformat(
        format=encoding.pixel_format,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )


def read_video(path: Path) -> Iterator[Frame]:
    """Decode every frame, (H, W, 3) RGB uint8, in order.

    Raises:
        AssemblyError: The file is not a complete video.
    """
    with _decoding(path) as (container, _):
        for picture in container.decode(video=0):
            yield cast(Frame, picture.to_ndarray(format="rgb24"))


@contextmanager
def _decoding(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a file to decode its video; an incomplete file is an AssemblyError."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_count = NUM_THREADS
            yield container, stream
    except (av.error.InvalidDataError, IndexError) as error:
        raise AssemblyError(f"{path}: not a complete video ({error}). Render it again.") from error


def read_clip(path: Path) -> NDArray[np.uint8]:
    """Decode all frames of a clip, (F, H, W, 3) RGB uint8."""
    return np.stack(list(read_video(path)))


def probe(path: Path) -> VideoInfo:
    """Read a file's format, and count its frames by decoding them.

    Raises:
        AssemblyError: The file is not a complete video.
    """
    with _decoding(path) as (container, stream):
        count = sum(1 for _ in container.decode(video=0))
        return VideoInfo(
            size=(stream.width, stream.height),
            fps=Fraction(stream.average_rate or 0),
            num_frames=count,
            codec=stream.codec_context.name,
            pixel_format=str(stream.pix_fmt),
        )


def join_videos(paths: Sequence[Path], target: Path) -> int:
    """Join outputs of `write_video` without encoding; returns the number of frames.

    `target` is not written atomically, so pass the name of a draft.

    Raises:
        AssemblyError: A file has another format than the first.
    """
    count = 0
    # faststart puts the index at the front, so that a browser plays while it loads.
    options = {"fflags": "+bitexact", "movflags": "+faststart"}
    with av.open(str(paths[0])) as first, av.open(str(target), "w", "mp4", options) as container:
        template = first.streams.video[0]
        rate = Fraction(template.average_rate or 0)
        joined = container.add_stream_from_template(template)
        joined.time_base = 1 / rate
        for path in paths:
            with av.open(str(path)) as source:
                stream = source.streams.video[0]
                if _format(stream) != _format(template):
                    raise AssemblyError(
                        f"{path}: another format than {paths[0].name}, must be the same to join. "
                        "Remove the file and assemble again."
                    )
                for packet in source.demux(stream):
                    if packet.size == 0:  # the flush packet at the end of every file
                        continue
                    packet.stream = joined
                    packet.time_base = 1 / rate
                    packet.pts = packet.dts = count
                    packet.duration = 1
                    container.mux(packet)
                    count += 1
    _require_frames(target, count)
    return count


def _format(stream: VideoStream) -> tuple[object, ...]:
    context = stream.codec_context
    return (
        context.name,
        context.extradata,
        stream.width,
        stream.height,
        stream.average_rate,
        stream.time_base,
        stream.pix_fmt,
    )


def _require_frames(path: Path, num_frames: int) -> None:
    # A muxer does not report a full disk, so the frames in the file are counted.
    with av.open(str(path)) as container:
        arrived = sum(packet.size > 0 for packet in container.demux(video=0))
    if arrived != num_frames:
        raise AssemblyError(
            f"{path.name}: {arrived} frames were written, must be {num_frames}. "
            "Is there space left on the disk?"
        )
