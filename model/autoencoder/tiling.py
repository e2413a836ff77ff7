"""Decoding a clip in overlapping tiles, for cards that cannot hold a whole frame of features.

On a card it saves memory; on the CPU it saves none, since what waits lies there too.

A tile sees nothing beyond its edge and attends over itself alone, so the frames are near those of
a whole decode and not the same; the overlap is cross-faded. Tiles go through time in step: what
they remember of earlier frames waits elsewhere, and a frame leaves as soon as its tiles are
done, so the memory needed does not grow with the length of the clip. Called by `pipeline` and by
the decoding stage.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import torch
from einops import rearrange
from torch import Tensor

from model.autoencoder.causal import FrameCache
from model.autoencoder.codec import Autoencoder, decode_stream, to_bytes
from model.geometry import Tiling


def decode_frames(vae: Autoencoder, latent: Tensor, tiling: Tiling | None) -> Iterator[Tensor]:
    """Decode a clip in tiles if there are any, else whole; see `decode_stream`."""
    return decode_tiled(vae, latent, tiling) if tiling else decode_stream(vae, latent)


def decode_tiled(
    vae: Autoencoder, latent: Tensor, tiling: Tiling, *, waiting: torch.device | str = "cpu"
) -> Iterator[Tensor]:
    """Decode a clip one latent frame and one tile at a time.

    Args:
        vae: The autoencoder.
        latent: (1, z, T, h, w), normalised.
        tiling: How to cut a frame.
        waiting: Where the memory of tiles lies that are not at work.

    Yields:
        (1, H, W, 3) uint8 first, then (4, H, W, 3), on the device of the latent.
    """
    rows, columns = (tiling.spans(length) for length in latent.shape[3:])
    tiles = list(product(rows, columns))
    caches = [FrameCache(batch=1) for _ in tiles]
    for index in range(latent.shape[2]):
        frame = latent[:, :, index : index + 1]
        canvas: Tensor | None = None
        for ((top, bottom), (left, right)), cache in zip(tiles, caches, strict=True):
            cache.move(latent.device)
            with torch.no_grad():
                pixels = vae.decode_chunk(frame[..., top:bottom, left:right], cache).float()
            cache.move(waiting)
            scale = pixels.shape[3] // (bottom - top)
            if canvas is None:
                size = (frame.shape[3] * scale, frame.shape[4] * scale)
                canvas = pixels.new_zeros(*pixels.shape[:3], *size)
            down = fade((top, bottom), rows, scale).to(pixels)
            across = fade((left, right), columns, scale).to(pixels)
            weight = rearrange(down, "h -> h 1") * across
            canvas[..., top * scale : bottom * scale, left * scale : right * scale] += (
                pixels.clamp(-1, 1) * weight
            )
        assert canvas is not None
        yield to_bytes(canvas)


def fade(span: tuple[int, int], spans: tuple[tuple[int, int], ...], scale: int) -> Tensor:
    """Weight of every pixel of a tile along one axis; those of all tiles add up to 1.

    Args:
        span: (start, stop) of the tile, in cells.
        spans: Of all tiles along the axis, in order; a pixel lies in at most two of them but at
            the flush end, where it may lie in three.
        scale: Pixels per cell.

    Returns:
        (length · scale,) float32 in [0, 1].
    """
    length = max(stop for _, stop in spans) * scale
    total = torch.zeros(length, dtype=torch.float64)
    own = total
    for start, stop in spans:
        first, last = start * scale, stop * scale
        at = torch.arange(first, last, dtype=torch.float64) + 0.5
        hill = torch.minimum(at - first, last - at)
        whole = torch.zeros_like(total)
        whole[first:last] = hill
        total = total + whole
        own = whole if (start, stop) == span else own
    return (own / total)[span[0] * scale : span[1] * scale].float()
