"""How an expert lies in memory: whole, in eight bits, or streamed block by block.

The choice is made from what is free on the device and from the sizes of the checkpoint, which its
headers give. Whole, streamed, and fp8 as files have it give the same bits, so any may be chosen by
what happens to be free; int8 does not: it is part of the cache key, and only ever asked for. Called
by `settings` and `doctor`.

Source of the sizes: the layers of the published transformer; `tests` count them on the network.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from model.geometry import num_tokens
from model.presets import Backbone, Preset
from storyboard.errors import InputError
from storyboard.stages.stage import Hardware

WHOLE, FP8, INT8, STREAMED = RESIDENCIES = ("whole", "fp8", "int8", "streamed")

NUMBER_BYTES = {"float32": 4, "bfloat16": 2}

# Operations a second per core and per card, until a run has measured them.
CPU_CORE_FLOPS, GPU_FLOPS = 3e10, 3e14

# Share of the free memory that is planned with; the rest is for what is not counted here.
USABLE = 0.9

# Bytes a second from the files to the device, a disk of the usual kind.
STREAM_BYTES_PER_S = 3e9

# The largest memory that one card is sold with.
LARGEST_CARD_BYTES = 288 * 2**30

# A streamed run may take this much longer than a whole one before int8 is spoken of.
PATIENCE = 1.5


@dataclass(frozen=True)
class Residency:
    """A choice, and why.

    Attributes:
        name: One of RESIDENCIES.
        reason: One line for people.
        need_bytes: Of an expert and its work, by estimate; 0 if nothing was measured.
        free_bytes: Found on the device; None if that cannot be known.
        slowdown: Time a step takes over that of a whole expert, at least 1.
    """

    name: str = WHOLE
    reason: str = "as asked"
    need_bytes: int = 0
    free_bytes: int | None = None
    slowdown: float = 1.0


@dataclass(frozen=True)
class ExpertSize:
    """Numbers in an expert without its camera adapter.

    Attributes:
        packable: In the weights of the blocks that may lie in eight bits.
        rows: Rows of those weights, a float32 factor each.
        float32: In tensors that stay float32.
        other: The rest.
        block: Share of the numbers that one block has.
    """

    packable: int
    rows: int
    float32: int
    other: int
    block: float

    def num_bytes(self, dtype: str, residency: str) -> int:
        """What the expert takes in memory; of a streamed one, three blocks and the rest.

        Args:
            dtype: "float32" or "bfloat16".
            residency: One of RESIDENCIES.
        """
        each = NUMBER_BYTES[dtype]
        rest = 4 * self.float32 + each * self.other
        if residency in (FP8, INT8):
            return rest + self.packable + 4 * self.rows
        # Two blocks, and the one that is being read as it is in the file.
        share = min(3 * self.block, 1.0) if residency == STREAMED else 1.0
        return rest + round(each * self.packable * share)


def expert_size(
    backbone: Backbone, patch: tuple[int, int, int], camera_unshuffle: int | None = None
) -> ExpertSize:
    """Count the numbers of an expert from its sizes, camera adapter included."""
    width, hidden, layers = backbone.width, backbone.ffn_width, backbone.layers
    cells = patch[0] * patch[1] * patch[2]
    packable = layers * (8 * width**2 + 2 * width * hidden)
    rows = layers * (9 * width + hidden)
    # Per block: four norms of queries and keys, an affine norm, the modulation of six.
    small = layers * (4 * width + 2 * width + 6 * width)
    time = width * backbone.frequency_width + width + width**2 + width
    time += 6 * (width**2 + width)
    head = cells * backbone.out_channels * (width + 1) + 2 * width
    text = width * backbone.text_width + width + width**2 + width
    picture = width * (cells * backbone.in_channels + 1)
    other = rows + text + picture
    if camera_unshuffle is not None:
        # A convolution of 2 x 2 on the rays of a token, and two of 3 x 3.
        other += width * (24 * camera_unshuffle**2 * 4 + 1) + 2 * width * (9 * width + 1)
    return ExpertSize(packable, rows, small + time + head, other, 1 / layers)


def guessed_flops(device: str) -> float:
    """Operations a second of a device that has not been measured."""
    return GPU_FLOPS if device.startswith("cuda") else CPU_CORE_FLOPS * (os.cpu_count() or 1)


def work_bytes(preset: Preset, size: tuple[int, int], num_frames: int, dtype: str) -> int:
    """Estimate what a step needs beside the weights, generously.

    Args:
        preset: With the sizes of its experts.
        size: Pixels, (width, height).
        num_frames: Of the clip.
        dtype: "float32" or "bfloat16".
    """
    assert preset.backbone is not None
    tokens, width = num_tokens(preset, size, num_frames), preset.backbone.width
    # Two branches, queries, keys, values, their rotations and sums: ten rows of float32 a token;
    # and the hidden layer three times, for its activation.
    return tokens * (40 * width + 3 * NUMBER_BYTES[dtype] * preset.backbone.ffn_width)


def choose_residency(
    preset: Preset,
    hardware: Hardware,
    *,
    size: tuple[int, int],
    num_frames: int,
    flops: float,
    free_bytes: int | None,
    asked: str | None = None,
    is_fp8: bool = False,
) -> Residency:
    """Choose how the experts of a run lie in memory.

    Args:
        preset: With the sizes of its experts.
        hardware: Device and numbers.
        size: Pixels, (width, height), of the largest clip.
        num_frames: Of the longest clip.
        flops: Operations a second of the device.
        free_bytes: Of the device's memory; None if not known.
        asked: Name of the residency wanted, or None.
        is_fp8: Whether the files have the weights of the blocks in eight-bit floats.

    Raises:
        InputError: What is asked for is no residency, or fp8 and the files have none; or no card
            could hold the work on a clip of this size.
    """
    if asked is not None and asked not in RESIDENCIES:
        raise InputError(f"--set residency: {asked!r}, must be one of {', '.join(RESIDENCIES)}.")
    if asked == FP8 and not is_fp8:
        raise InputError(
            "--set residency: 'fp8', but the experts' files do not have their weights in eight-bit "
            "floats, or a LoRA changes them. Leave it out, or use int8."
        )
    if preset.backbone is None:
        return Residency(asked or WHOLE, "the sizes of the experts are not known", 0, free_bytes)
    work = work_bytes(preset, size, num_frames, hardware.dtype)
    if work > max(LARGEST_CARD_BYTES, free_bytes or 0):
        raise InputError(
            f"SB304 size {size[0]}x{size[1]}, {num_frames} frames: a step needs "
            f"{work / 2**30:,.0f} GiB beside the weights, and no card has more than "
            f"{LARGEST_CARD_BYTES / 2**30:.0f} GiB. Use a smaller size."
        )
    sizes = expert_size(preset.backbone, preset.patch, preset.camera_unshuffle)
    need = {name: sizes.num_bytes(hardware.dtype, name) + work for name in RESIDENCIES}
    slowdown = streaming_slowdown(
        preset, size=size, num_frames=num_frames, dtype=hardware.dtype, flops=flops
    )
    if not is_fp8:
        del need[FP8]
    if asked is not None:
        name, reason = asked, "as asked"
    elif free_bytes is None:
        name, reason = WHOLE, "free memory is not known"
    else:
        name, reason = _chosen(preset, hardware, need, free_bytes, slowdown)
    slower = max(1.0, slowdown) if name == STREAMED else 1.0
    return Residency(name, reason, need[name], free_bytes, slower)


def _chosen(
    preset: Preset, hardware: Hardware, need: dict[str, int], free_bytes: int, slowdown: float
) -> tuple[str, str]:
    room = USABLE * free_bytes
    where = "on the card" if hardware.device.startswith("cuda") else "in memory"
    free = f"{free_bytes / 1e9:.1f} GB free {where}"
    wanted = f"an expert of {preset.name} with its work needs {need[WHOLE] / 1e9:.1f} GB"
    if need[WHOLE] <= room:
        return WHOLE, f"{wanted}, {free}"
    if need.get(FP8, room + 1) <= room:
        return (
            FP8,
            f"{wanted}, {free}; with its weights in eight bits, as the files have them, it fits",
        )
    if need[STREAMED] > room:
        least = f"even streamed it needs {need[STREAMED] / 1e9:.1f} GB"
        return STREAMED, f"{wanted}, {free}; {least}: choose a smaller size or fewer frames"
    how = "hidden behind computing" if slowdown <= 1 else f"{slowdown:.1f} times the work"
    hint = ""
    if slowdown > PATIENCE and need[INT8] <= room:
        hint = f"; residency=int8 would fit with {need[INT8] / 1e9:.1f} GB, in other bits"
    return STREAMED, f"{wanted}, {free}; reading its blocks is {how}{hint}"


def streaming_slowdown(
    preset: Preset, *, size: tuple[int, int], num_frames: int, dtype: str, flops: float
) -> float:
    """Time to read the blocks over the time to compute with them; below 1 reading is hidden.

    Counts one branch and no attention, so it errs towards a slow disk.

    Args:
        preset: With its patch and stride.
        size: Pixels, (width, height).
        num_frames: Of the clip.
        dtype: "float32" or "bfloat16".
        flops: Operations a second of the device.
    """
    tokens = num_tokens(preset, size, num_frames)
    # Per number of a weight: its bytes to read, two operations for every token.
    return (NUMBER_BYTES[dtype] / STREAM_BYTES_PER_S) / (2 * tokens / flops)
