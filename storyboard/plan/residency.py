"""How an expert is held in memory: whole, in 8 bits, or streamed block by block; and free memory.

The choice depends on the free memory of the device and on the sizes of the checkpoint, which its
headers give. Whole, streamed and fp8 give identical results, so the choice may depend on what is
free. int8 changes results: it is part of the cache key and used only on request.

Nothing here imports torch. Source of the sizes: the layers of the published transformer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from model.geometry import num_tokens
from model.presets import VACE_CHANNELS, Backbone, Patch, Preset, Size
from storyboard.errors import InputError
from storyboard.stages.stage import Hardware

WHOLE, FP8, INT8, STREAMED = RESIDENCIES = ("whole", "fp8", "int8", "streamed")

NUMBER_BYTES = {"float32": 4, "bfloat16": 2}

# Operations per second and CPU core, and per GPU, assumed until a run has measured them.
CPU_CORE_FLOPS, GPU_FLOPS = 3e10, 3e14

# Share of the free memory to plan with; the rest is for what the estimate leaves out.
USABLE = 0.9

# Read speed of a common SSD, bytes per second.
STREAM_BYTES_PER_S = 3e9

# Memory of the largest GPU on the market.
LARGEST_CARD_BYTES = 288 * 2**30

# int8 is suggested where streaming would take this many times longer than a whole expert.
PATIENCE = 1.5

MEMINFO = Path("/proc/meminfo")
CGROUP = Path("/sys/fs/cgroup")
NVIDIA_SMI_TIMEOUT_S = 10


@dataclass(frozen=True)
class Residency:
    """How experts are held in memory, and the reason."""

    name: str = WHOLE  # one of RESIDENCIES
    reason: str = "as requested"  # one line for the user
    need_bytes: int = 0  # estimate for an expert with its activations; 0 if not known
    free_bytes: int | None = None  # of the device; None if not known
    slowdown: float = 1.0  # time of a step relative to that of a whole expert, at least 1


@dataclass(frozen=True)
class ExpertSize:
    """Parameter counts of an expert."""

    packable: int  # in the blocks, can be stored in 8 bits
    rows: int  # rows of those, with one float32 factor each
    float32: int  # stay float32
    other: int
    block: float  # share of `packable` that belongs to one block

    def num_bytes(self, dtype: str, residency: str) -> int:
        """Bytes of the expert in memory, with one of RESIDENCIES."""
        each = NUMBER_BYTES[dtype]
        rest = 4 * self.float32 + each * self.other
        if residency in (FP8, INT8):
            return rest + self.packable + 4 * self.rows
        # Streamed: two blocks, and the one being read in the format of its file.
        share = min(3 * self.block, 1.0) if residency == STREAMED else 1.0
        return rest + round(each * self.packable * share)


def expert_size(
    backbone: Backbone, patch: Patch, camera_unshuffle: int | None = None
) -> ExpertSize:
    """Count the parameters of an expert, camera adapter and VACE part included."""
    width, hidden, sides = backbone.width, backbone.ffn_width, len(backbone.control_layers)
    layers = backbone.layers + sides
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
    if sides:
        # The embedding of the context, a projection of every hint and one before the first block.
        other += width * (cells * VACE_CHANNELS + 1) + (sides + 1) * (width**2 + width)
    return ExpertSize(packable, rows, small + time + head, other, 1 / layers)


def guessed_flops(device: str) -> float:
    """Assumed operations per second of a device that has not been measured."""
    return GPU_FLOPS if device.startswith("cuda") else CPU_CORE_FLOPS * (os.cpu_count() or 1)


def work_bytes(preset: Preset, size: Size, num_frames: int, dtype: str) -> int:
    """Upper estimate of the memory of a step beside the weights."""
    assert preset.backbone is not None
    tokens, width = num_tokens(preset, size, num_frames), preset.backbone.width
    # Two branches, queries, keys, values, their rotations and sums: ten float32 rows per token;
    # and the hidden layer three times, for its activation.
    return tokens * (40 * width + 3 * NUMBER_BYTES[dtype] * preset.backbone.ffn_width)


def choose_residency(
    preset: Preset,
    hardware: Hardware,
    *,
    size: Size,  # of the largest clip
    num_frames: int,  # of the longest clip
    flops: float,  # operations per second of the device
    free_bytes: int | None,  # of the device; None if not known
    requested: str | None = None,
    is_fp8: bool = False,  # whether the files store the expert blocks as 8-bit floats
) -> Residency:
    """Choose how the experts of a run are held in memory, unless a residency is requested.

    Raises:
        InputError: The requested residency does not exist or the files do not allow it, or the
            clip is too large for any GPU.
    """
    if requested is not None and requested not in RESIDENCIES:
        raise InputError(
            f"--set residency: {requested!r}, must be one of {', '.join(RESIDENCIES)}."
        )
    if requested == FP8 and not is_fp8:
        raise InputError(
            "--set residency: 'fp8', but the experts' files do not have their weights in eight-bit "
            "floats, or a LoRA changes them. Leave it out, or use int8."
        )
    if preset.backbone is None:
        reason = "the sizes of the experts are not known"
        return Residency(requested or WHOLE, reason, 0, free_bytes)
    work = work_bytes(preset, size, num_frames, hardware.dtype)
    if work > max(LARGEST_CARD_BYTES, free_bytes or 0):
        raise InputError(
            f"SB304 size {size[0]}x{size[1]}, {num_frames} frames: a step needs "
            f"{work / 2**30:,.0f} GiB beside the weights, and no card has more than "
            f"{LARGEST_CARD_BYTES / 2**30:.0f} GiB. Use a smaller size."
        )
    sizes = expert_size(preset.backbone, preset.patch, preset.camera_unshuffle)
    need = {name: sizes.num_bytes(hardware.dtype, name) + work for name in RESIDENCIES}
    if not is_fp8:
        del need[FP8]
    # Time to read the blocks over the time to compute them, per parameter: its bytes, and two
    # operations per token. One branch and no attention are counted: the ratio is rather too high.
    compute_s = 2 * num_tokens(preset, size, num_frames) / flops
    slowdown = NUMBER_BYTES[hardware.dtype] / STREAM_BYTES_PER_S / compute_s
    if requested is not None:
        name, reason = requested, "as requested"
    elif free_bytes is None:
        name, reason = WHOLE, "free memory is not known"
    else:
        name, reason = _choose(preset, hardware, need, free_bytes, slowdown)
    slower = max(1.0, slowdown) if name == STREAMED else 1.0
    return Residency(name, reason, need[name], free_bytes, slower)


def _choose(
    preset: Preset, hardware: Hardware, need: dict[str, int], free_bytes: int, slowdown: float
) -> tuple[str, str]:
    """The fastest residency that fits, and the reason."""
    budget = USABLE * free_bytes
    where = "on the GPU" if hardware.device.startswith("cuda") else "in memory"
    found = (
        f"an expert of {preset.name} with its activations needs {need[WHOLE] / 1e9:.1f} GB, "
        f"{free_bytes / 1e9:.1f} GB free {where}"
    )
    if need[WHOLE] <= budget:
        return WHOLE, found
    if FP8 in need and need[FP8] <= budget:
        return FP8, f"{found}; it fits with its weights in eight bits, as they are in the files"
    if need[STREAMED] > budget:
        least = f"{need[STREAMED] / 1e9:.1f} GB"
        return STREAMED, f"{found}; streaming needs {least}: choose a smaller size or fewer frames"
    if slowdown <= 1:
        return STREAMED, f"{found}; blocks are read faster than they are computed"
    reason = f"{found}; reading its blocks takes {slowdown:.1f} times as long as computing"
    if slowdown > PATIENCE and need[INT8] <= budget:
        reason += f"; residency=int8 fits with {need[INT8] / 1e9:.1f} GB, but changes the result"
    return STREAMED, reason


@dataclass(frozen=True)
class Card:
    """An NVIDIA GPU, named as by its driver, with its memory."""

    name: str
    total_bytes: int
    free_bytes: int


def free_memory(device: str) -> int | None:
    """Bytes free on a device; None if that is not known."""
    if not device.startswith("cuda"):
        return free_ram()
    found, number = cards(), int(device.partition(":")[2] or 0)
    return found[number].free_bytes if number < len(found) else None


def free_ram(meminfo: Path = MEMINFO, cgroup: Path = CGROUP) -> int | None:
    """Bytes of RAM available without swapping, within the limit of a container (cgroup v2)."""
    available = _field(meminfo, "MemAvailable:")
    try:
        # "max" without a limit, which is no number.
        limit = int((cgroup / "memory.max").read_text())
        current = int((cgroup / "memory.current").read_text())
    except (OSError, ValueError):
        return None if available is None else available << 10
    # Cached files count as used, but are released on demand.
    free = limit - current + (_field(cgroup / "memory.stat", "inactive_file") or 0)
    return free if available is None else min(available << 10, free)


def total_ram() -> int | None:
    """Bytes of RAM of the machine; None if that is not known."""
    total = _field(MEMINFO, "MemTotal:")
    if total is not None:
        return total << 10
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def _field(file: Path, key: str) -> int | None:
    """Number behind a key in a file of "key number" lines; None if there is none."""
    try:
        rows = [line.split() for line in file.read_text().splitlines()]
    except OSError:
        return None
    return next((int(row[1]) for row in rows if row and row[0] == key), None)


def cards() -> tuple[Card, ...]:
    """NVIDIA GPUs of the machine, as nvidia-smi lists them."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    query = "--query-gpu=name,memory.total,memory.free"
    try:
        done = subprocess.run(
            [program, query, "--format=csv,noheader,nounits"],
            capture_output=True, text=True, check=True, timeout=NVIDIA_SMI_TIMEOUT_S,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ()
    return parse_cards(done.stdout)


def parse_cards(text: str) -> tuple[Card, ...]:
    """Parse lines of name, total MiB and free MiB; GPUs that report no memory are left out."""
    found = []
    for line in text.splitlines():
        # From the right, since names may contain commas.
        parts = [part.strip() for part in line.rsplit(",", 2)]
        if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
            found.append(Card(parts[0], int(parts[1]) << 20, int(parts[2]) << 20))
    return tuple(found)
