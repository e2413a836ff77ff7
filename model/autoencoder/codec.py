"""Encode and decode clips in chunks of frames, and in tiles for cards that cannot hold a frame.

A tile sees nothing beyond its edge and attends over itself alone, so the frames are near those of
a decode without tiles and not the same; overlaps are cross-faded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise, product

import torch
from einops import rearrange
from torch import Tensor

from model.autoencoder.causal import FrameCache
from model.autoencoder.vae import Autoencoder
from model.geometry import FRAMES_PER_LATENT, Tiling, latent_frames


def encode_stream(vae: Autoencoder, video: Tensor) -> Iterator[Tensor]:
    """Encode a clip of (B, 3, F, H, W) pixels in [-1, 1] as `encode_chunks` does; F = 4n + 1."""
    num_latents = latent_frames(video.shape[2])
    bounds = [0, *(FRAMES_PER_LATENT * i + 1 for i in range(num_latents))]
    return encode_chunks(vae, (video[:, :, start:stop] for start, stop in pairwise(bounds)))


def encode_chunks(vae: Autoencoder, chunks: Iterable[Tensor]) -> Iterator[Tensor]:
    """Encode a clip one latent frame at a time; it need not exist as one tensor.

    Args:
        vae: The autoencoder.
        chunks: (B, 3, 1, H, W) first, then (B, 3, 4, H, W), pixels in [-1, 1].

    Yields:
        (B, z, 1, h, w) normalised, one for each chunk.
    """
    cache: FrameCache | None = None
    for chunk in chunks:
        cache = cache or FrameCache(batch=chunk.shape[0])
        with torch.no_grad():
            mean, _ = vae.moments(chunk, cache)
            latent = vae.normalise(mean)
        yield latent


def decode_frames(vae: Autoencoder, latent: Tensor, tiling: Tiling | None) -> Iterator[Tensor]:
    """Decode a clip in tiles, or in full frames without a tiling."""
    return decode_tiled(vae, latent, tiling) if tiling else decode_stream(vae, latent)


def decode_stream(vae: Autoencoder, latent: Tensor) -> Iterator[Tensor]:
    """Decode a clip one latent frame at a time; frames leave as they are ready.

    Args:
        vae: The autoencoder.
        latent: (1, z, T, h, w), normalised.

    Yields:
        (1, H, W, 3) uint8 first, then (4, H, W, 3), on the device of the latent.
    """
    cache = FrameCache(batch=1)
    for index in range(latent.shape[2]):
        with torch.no_grad():
            pixels = vae.decode_chunk(latent[:, :, index : index + 1], cache)
        yield to_bytes(pixels)


def decode_tiled(
    vae: Autoencoder, latent: Tensor, tiling: Tiling, *, waiting: torch.device | str = "cpu"
) -> Iterator[Tensor]:
    """Decode a clip one latent frame and one tile at a time.

    Args:
        vae: The autoencoder.
        latent: (1, z, T, h, w), normalised.
        tiling: Side and overlap of the tiles.
        waiting: Device of the caches of tiles that are not being decoded; on the CPU, where they
            lie beside the others, tiles save no memory.

    Yields:
        (1, H, W, 3) uint8 first, then (4, H, W, 3), on the device of the latent.
    """
    rows, columns = (tiling.spans(length) for length in latent.shape[3:])
    tiles = list(product(rows, columns))
    # Tiles go through time in step, so that memory does not grow with the length of the clip.
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
        hill = torch.zeros_like(total)
        hill[first:last] = torch.minimum(at - first, last - at)
        total = total + hill
        own = hill if (start, stop) == span else own
    return (own / total)[span[0] * scale : span[1] * scale].float()


def to_bytes(pixels: Tensor) -> Tensor:
    """Round (1, 3, T, H, W) pixels, clamped to [-1, 1], to (T, H, W, 3) uint8."""
    scaled = (pixels.float().clamp(-1, 1) + 1) * 127.5
    return rearrange(scaled.round().to(torch.uint8), "1 c t h w -> t h w c").contiguous()
