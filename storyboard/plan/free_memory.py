"""How much memory is free, in the machine or on its card, asked without importing torch.

Called by `settings` and `doctor`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

MEMINFO = Path("/proc/meminfo")
GROUP = Path("/sys/fs/cgroup")
ANSWER_S = 10


@dataclass(frozen=True)
class Card:
    """An NVIDIA card.

    Attributes:
        name: As the driver calls it.
        total_bytes: Of its memory.
        free_bytes: Of its memory, now.
    """

    name: str
    total_bytes: int
    free_bytes: int


def free_memory(device: str) -> int | None:
    """Bytes free for networks on a device; None if that cannot be known."""
    if device.startswith("cuda"):
        found = cards()
        number = int(device.partition(":")[2] or 0)
        return found[number].free_bytes if number < len(found) else None
    return free_ram()


def free_ram(meminfo: Path = MEMINFO, group: Path = GROUP) -> int | None:
    """Bytes of memory that can be had without swapping, within the limit of a container.

    Args:
        meminfo: As Linux writes it.
        group: Folder of the control group, second version.
    """
    available = _meminfo(meminfo, "MemAvailable")
    limit, used = _number(group / "memory.max"), _number(group / "memory.current")
    if limit is None or used is None:
        return available
    # Cached files count as used there, and are given up when memory is wanted.
    within = limit - used + _inactive_files(group / "memory.stat")
    return within if available is None else min(available, within)


def total_ram(meminfo: Path = MEMINFO) -> int | None:
    """Bytes of memory of the machine; None if that cannot be known."""
    found = _meminfo(meminfo, "MemTotal")
    if found is not None:
        return found
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def cards() -> tuple[Card, ...]:
    """The NVIDIA cards of the machine, as the driver's own program lists them."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    query = "--query-gpu=name,memory.total,memory.free"
    try:
        done = subprocess.run(
            [program, query, "--format=csv,noheader,nounits"],
            capture_output=True, text=True, check=True, timeout=ANSWER_S,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ()
    return read_cards(done.stdout)


def read_cards(text: str) -> tuple[Card, ...]:
    """Read lines of name, total and free MiB; a card that keeps its memory secret is left out."""
    found = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.rsplit(",", 2)]
        if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
            found.append(Card(parts[0], int(parts[1]) << 20, int(parts[2]) << 20))
    return tuple(found)


def _meminfo(file: Path, key: str) -> int | None:
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith(f"{key}:")), None)


def _number(file: Path) -> int | None:
    """A file of one number; None for "max", and where there is no such file."""
    try:
        text = file.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _inactive_files(file: Path) -> int:
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("inactive_file ")), 0)
