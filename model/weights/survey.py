"""Networks in a folder: which files belong together, and what they contain, from headers only.

Shards are grouped by their index file or by the numbers in their names. High- and low-noise
experts are told apart by the names of files and folders only.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from model.exceptions import WeightsError
from model.weights.kinds import Kind, kind_of
from model.weights.tensor_files import StoredTensor, read_header

SUFFIXES = (".safetensors", ".sft", ".pth", ".pt", ".ckpt", ".bin", ".gguf")
INDEX = ".index.json"
SHARD = re.compile(r"(.+)-(\d{5})-of-(\d{5})(\.\w+)")
NOISE = (
    re.compile(r"(?<![a-z])(high|low)[-_ ]?noise"),
    re.compile(r"(?<![a-z])(high|low)(?![a-z])"),
)
"""Spellings of the noise in names, the more certain one first."""
SAMPLES = 64
SAMPLE_BYTES = 4096
SKIPPED = (".cache", ".git")


@dataclass(frozen=True)
class Network:
    """Files that together contain the tensors of one network.

    Attributes:
        files: In order of their numbers.
        tensors: As stored in the files, markers and scales included.
        kind: What the tensors are.
        noise: "high" or "low" if names say so, else "".
    """

    files: tuple[Path, ...]
    tensors: tuple[StoredTensor, ...]
    kind: Kind
    noise: str = ""

    @property
    def place(self) -> Path:
        """Its single file, or the folder of its shards."""
        return self.files[0] if len(self.files) == 1 else self.files[0].parent

    @property
    def num_bytes(self) -> int:
        """Size of its files."""
        return sum(file.stat().st_size for file in self.files)


@dataclass(frozen=True)
class Survey:
    """Networks found in a folder.

    Attributes:
        folder: Searched with all its subfolders.
        networks: Sorted by path.
        problems: One message per weight file that cannot be read.
    """

    folder: Path
    networks: tuple[Network, ...]
    problems: tuple[str, ...]


def survey(folder: Path) -> Survey:
    """Find the networks in a folder and its subfolders.

    Raises:
        WeightsError: There is no such folder.
    """
    if not folder.is_dir():
        raise WeightsError(f"{folder}: no such folder. Name the folder of a checkpoint.")
    networks, problems = [], []
    for files in _file_groups(folder):
        try:
            _require_all_shards(files)
            tensors = tuple(stored for file in files for stored in read_header(file))
            kind = kind_of({stored.name: stored.shape for stored in tensors})
            has_noise = kind.role in ("expert", "lora", "adapter")
            noise = noise_in_name(folder, files[0]) if has_noise else ""
            networks.append(Network(files, tensors, kind, noise))
        except WeightsError as error:
            problems.append(str(error))
    return Survey(folder, tuple(networks), tuple(problems))


def noise_in_name(folder: Path, file: Path) -> str:
    """Find which expert a file is for in its name and the names of its folders.

    Args:
        folder: Names of this folder and above are ignored.
        file: In or below the folder.

    Returns:
        "high", "low", or "" if no name contains either.

    Raises:
        WeightsError: The names contradict each other.
    """
    inside = file.relative_to(folder) if file.is_relative_to(folder) else Path(file.name)
    # The target of a link counts too: it must not contradict the link's name.
    names = [*inside.parts, *([file.resolve().name] if file.is_symlink() else [])]
    # HighNoise becomes high_noise.
    words = [re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() for name in names]
    for pattern in NOISE:
        noises = {noise for word in words for noise in pattern.findall(word)}
        if noises:
            break
    if len(noises) > 1:
        raise WeightsError(
            f"{file}: its name and folder say both 'high' and 'low', must say one. "
            "Put it where it belongs."
        )
    return noises.pop() if noises else ""


def _file_groups(folder: Path) -> Iterator[tuple[Path, ...]]:
    """Yield files that belong together: shards of an index or numbering, or one file alone."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        place = Path(root)
        weights = {name for name in names if name.lower().endswith(SUFFIXES)}
        # macOS writes metadata of a file into "._" and its name.
        weights -= {name for name in weights if name.startswith("._")}
        for shards in _indexed_shards(place, [name for name in names if name.endswith(INDEX)]):
            listed = weights & set(shards)
            if listed:
                yield tuple(place / name for name in sorted(shards))
            weights -= listed
        groups: dict[tuple[str, ...], list[str]] = {}
        for name in sorted(weights):
            match = SHARD.fullmatch(name)
            key = (match[1], match[3], match[4]) if match else (name,)
            groups.setdefault(key, []).append(name)
        for group in groups.values():
            yield tuple(place / name for name in group)


def _indexed_shards(place: Path, indices: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the shards of every index file; files that are no index are skipped."""
    for name in sorted(indices):
        try:
            content = json.loads((place / name).read_text(encoding="utf-8"))
            shards = {str(shard) for shard in content["weight_map"].values()}
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            continue
        # The index is untrusted: it may name files in its own folder only.
        yield tuple(shard for shard in shards if Path(shard).name == shard)


def _require_all_shards(files: tuple[Path, ...]) -> None:
    matches = [match for file in files if (match := SHARD.fullmatch(file.name))]
    count = int(matches[0][3]) if matches else 0
    # The count is untrusted too.
    numbers = set(range(1, min(count, 10_000) + 1)) - {int(match[2]) for match in matches}
    absent = [file.name for file in files if not file.is_file()]
    if numbers or absent:
        shard = absent[0] if absent else f"number {min(numbers)} of {count}"
        raise WeightsError(
            f"{files[0].parent}: shard {shard} is not there. Fetch the folder again."
        )


def quick_hash(files: Sequence[Path]) -> str:
    """Hash the sizes and a few samples of files, in milliseconds.

    Two files that differ in a single tensor may get the same hash: for display and for finding
    duplicates, never for a cache key.
    """
    digest = hashlib.sha256()
    for file in files:
        size = file.stat().st_size
        digest.update(size.to_bytes(8, "little"))
        with file.open("rb") as stream:
            for sample in range(SAMPLES):
                stream.seek(size * sample // SAMPLES)
                digest.update(stream.read(SAMPLE_BYTES))
    return digest.hexdigest()
