"""Arithmetic between pixels, latent cells and tokens, without torch."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, prod, sqrt

from model.exceptions import GeometryError
from model.presets import Preset, Size

# The first latent frame decodes to one pixel frame, every later one to four.
FRAMES_PER_LATENT = 4


@dataclass(frozen=True)
class Tiling:
    """Size of the tiles that a frame is decoded in.

    Attributes:
        side: Rows and columns of a tile, in latent cells.
        overlap: Cells that neighbours share, at most half of `side`.
    """

    side: int
    overlap: int

    def __post_init__(self) -> None:
        if not 0 < self.overlap <= self.side // 2:
            raise GeometryError(
                f"tile: {self.side} cells with {self.overlap} shared, must share at least 1 and "
                "at most half. Make the tile larger."
            )

    def spans(self, length: int) -> tuple[tuple[int, int], ...]:
        """Divide an axis of `length` cells: (start, stop) of each tile, the last one flush."""
        if length <= self.side:
            return ((0, length),)
        stride = self.side - self.overlap
        starts = [*range(0, length - self.side, stride), length - self.side]
        return tuple((start, start + self.side) for start in starts)


def tiling(preset: Preset, side: int) -> Tiling:
    """Tiles of about `side` pixels, a quarter of which neighbours share.

    Raises:
        GeometryError: A tile would have fewer than 4 cells.
    """
    cells = side // preset.stride[1]
    if cells < 4:
        least = 4 * preset.stride[1]
        raise GeometryError(
            f"tile: {side} pixels, must be at least {least} for preset {preset.name!r}. "
            "256 is usual."
        )
    return Tiling(cells, cells // 4)


def is_legal_frames(num_frames: int) -> bool:
    """Whether the number of frames is 4n + 1, as 1, 5, 9 and 13 are."""
    return num_frames >= 1 and num_frames % FRAMES_PER_LATENT == 1


def legal_frames_at_least(num_frames: int) -> int:
    """Smallest legal clip that holds `num_frames` frames."""
    return pixel_frames(ceil(max(0, num_frames - 1) / FRAMES_PER_LATENT) + 1)


def latent_frames(num_frames: int) -> int:
    """Latent frames of a clip.

    Raises:
        GeometryError: The count is not 4n + 1.
    """
    if not is_legal_frames(num_frames):
        above = legal_frames_at_least(num_frames)
        below = above - FRAMES_PER_LATENT
        remedy = f"Use {below} or {above}." if below >= 1 else f"Use {above}."
        raise GeometryError(f"num_frames: {num_frames} frames, must be 4n + 1. {remedy}")
    return (num_frames - 1) // FRAMES_PER_LATENT + 1


def pixel_frames(num_latent_frames: int) -> int:
    """Frames that a latent decodes to."""
    return FRAMES_PER_LATENT * num_latent_frames - FRAMES_PER_LATENT + 1


def check_size(preset: Preset, size: Size) -> None:
    """Check that a picture size falls on whole tokens.

    Raises:
        GeometryError: Width or height is not a positive multiple of the preset's grain.
    """
    for axis, pixels, grain in zip(("width", "height"), size, preset.grain, strict=True):
        if pixels < grain or pixels % grain:
            below = pixels // grain * grain
            remedy = f"Use {below} or {below + grain}." if below else f"Use {grain}."
            raise GeometryError(
                f"size: {axis} is {pixels}, must be a multiple of {grain} "
                f"for preset {preset.name!r}. {remedy}"
            )


def size_for_picture(preset: Preset, area: Size, picture: Size) -> Size:
    """Size of a clip with the shape of a picture and at most a given area.

    Args:
        preset: For the way a picture enters, and the grain.
        area: Width and height whose product must not be exceeded.
        picture: Width and height of the picture.

    Returns:
        Width and height, on whole tokens.

    Raises:
        GeometryError: The picture is so narrow that no whole token fits across it.

    Source: Wan2.2 wan/image2video.py, WanI2V.generate; wan/utils/utils.py, best_output_size.
    """
    across, down = preset.grain
    pixels = area[0] * area[1]
    # Quotients and roots in the order of the source: they decide sides on the edge of a token.
    if preset.takes_channels:
        # Both sides are rounded down to whole tokens: 832 x 480 gives 832 x 464 at that very area.
        height = sqrt(pixels * (picture[1] / picture[0])) // down * down
        width = sqrt(pixels / (picture[1] / picture[0])) // across * across
        sizes = [(width, height)]
    else:
        # One side is rounded down and the other fills the area, either way round; the closer shape
        # is kept.
        exact = sqrt(pixels * (picture[0] / picture[1]))
        height, width = pixels / exact // down * down, exact // across * across
        sizes = []
        if width and height:
            high_first = (pixels / height // across * across, height)
            wide_first = (width, pixels / width // down * down)
            sizes = [high_first, wide_first]
    if not (width and height):
        raise GeometryError(
            f"first_frame: {picture[0]}x{picture[1]} is too narrow for {area[0]}x{area[1]} "
            f"pixels in tokens of {across}x{down}. Crop it, or set the size."
        )

    def distortion(size: tuple[float, float]) -> float:
        ratio = picture[0] / picture[1] / (size[0] / size[1])
        return max(ratio, 1 / ratio)

    width, height = min(sizes, key=distortion)
    return int(width), int(height)


def latent_shape(preset: Preset, size: Size, num_frames: int) -> tuple[int, int, int, int]:
    """Shape of one clip's latent, (C, T, H, W) in latent cells.

    Raises:
        GeometryError: The frames are not 4n + 1 or the size does not fall on whole tokens.
    """
    check_size(preset, size)
    _, row_stride, column_stride = preset.stride
    rows, columns = size[1] // row_stride, size[0] // column_stride
    return preset.latent_channels, latent_frames(num_frames), rows, columns


def num_tokens(preset: Preset, size: Size, num_frames: int) -> int:
    """Video tokens of one clip: 75,600 for 81 frames of 1280 x 720 at A14B."""
    return prod(latent_shape(preset, size, num_frames)[1:]) // prod(preset.patch)
