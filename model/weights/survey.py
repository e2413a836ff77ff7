"""Every network in a folder, found by content: which files it is made of and what it is.

Shards are put together by their index or by their numbers. Which expert a file is stands in its
name or in that of a folder around it, and nowhere else. Reads headers only.
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
from model.weights.dispatch import read_header
from model.weights.header import Stored
from model.weights.kinds import Kind, kind_of

SUFFIXES = (".safetensors", ".sft", ".pth", ".pt", ".ckpt", ".bin", ".gguf")
INDEX = ".index.json"
SHARD = re.compile(r"(.+)-(\d{5})-of-(\d{5})(\.\w+)")
NOISE = (
    re.compile(r"(?<![a-z])(high|low)[-_ ]?noise"),
    re.compile(r"(?<![a-z])(high|low)(?![a-z])"),
)
"""How names say it, the surer way first."""
SAMPLES = 64
SAMPLE_BYTES = 4096
SKIPPED = (".cache", ".git")


@dataclass(frozen=True)
class Network:
    """Files that together hold the tensors of one network.

    Attributes:
        files: In order of their numbers.
        tensors: As they lie in the files, markers and scales included.
        kind: What they are.
        noise: "high" or "low" for experts whose place says so, else "".
    """

    files: tuple[Path, ...]
    tensors: tuple[Stored, ...]
    kind: Kind
    noise: str = ""

    @property
    def place(self) -> Path:
        """Its file, or the folder of its shards."""
        return self.files[0] if len(self.files) == 1 else self.files[0].parent

    @property
    def num_bytes(self) -> int:
        """On disk."""
        return sum(file.stat().st_size for file in self.files)


@dataclass(frozen=True)
class Survey:
    """What lies in a folder.

    Attributes:
        folder: That was looked through, with all below it.
        networks: Sorted by path.
        problems: Of files that look like weights and cannot be read, one message each.
    """

    folder: Path
    networks: tuple[Network, ...]
    problems: tuple[str, ...]


def survey(folder: Path) -> Survey:
    """Look through a folder and all below it.

    Raises:
        WeightsError: There is no such folder.
    """
    if not folder.is_dir():
        raise WeightsError(f"{folder}: no such folder. Name the folder of a checkpoint.")
    networks, problems = [], []
    for files in _file_groups(folder):
        try:
            networks.append(_network(folder, files))
        except WeightsError as error:
            problems.append(str(error))
    return Survey(folder, tuple(networks), tuple(problems))


def _network(folder: Path, files: tuple[Path, ...]) -> Network:
    _require_all_shards(files)
    tensors = tuple(stored for file in files for stored in read_header(file))
    kind = kind_of({stored.name: stored.shape for stored in tensors})
    noise = noise_in_name(folder, files[0]) if kind.role in ("expert", "lora", "adapter") else ""
    return Network(files, tensors, kind, noise)


def noise_in_name(folder: Path, file: Path) -> str:
    """Read from a file's name and the folders around it which expert it is.

    Args:
        folder: Names above this one do not count.
        file: In or below the folder.

    Returns:
        "high", "low", or "" where no name says it.

    Raises:
        WeightsError: The names contradict each other.
    """
    inside = file.relative_to(folder) if file.is_relative_to(folder) else Path(file.name)
    # A link says what it is called; what it points to must not say otherwise.
    names = [*inside.parts, *([file.resolve().name] if file.is_symlink() else [])]
    words = [_lower_words(name) for name in names]
    for pattern in NOISE:
        said = {found for word in words for found in pattern.findall(word)}
        if said:
            break
    if len(said) > 1:
        raise WeightsError(
            f"{file}: its name and folder say both 'high' and 'low', must say one. "
            "Put it where it belongs."
        )
    return said.pop() if said else ""


def _lower_words(name: str) -> str:
    """HighNoise and high_noise read alike."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _file_groups(folder: Path) -> Iterator[tuple[Path, ...]]:
    """Files that belong together: the shards of an index or of a numbering, or one alone."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        place = Path(root)
        weights = {name for name in names if name.lower().endswith(SUFFIXES)}
        weights -= {name for name in weights if name.startswith("._")}
        for shards in _indexed(place, [name for name in names if name.endswith(INDEX)]):
            listed = weights & set(shards)
            if listed:
                yield tuple(place / name for name in sorted(shards))
            weights -= listed
        groups: dict[tuple[str, ...], list[str]] = {}
        for name in sorted(weights):
            numbered = SHARD.fullmatch(name)
            key = (numbered[1], numbered[3], numbered[4]) if numbered else (name,)
            groups.setdefault(key, []).append(name)
        for group in groups.values():
            yield tuple(place / name for name in group)


def _indexed(place: Path, indices: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Shards per index file; what is no index is passed over."""
    for name in sorted(indices):
        try:
            content = json.loads((place / name).read_text(encoding="utf-8"))
            shards = {str(shard) for shard in content["weight_map"].values()}
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            continue
        # The index is data: it may name files beside it, nothing else.
        yield tuple(shard for shard in shards if Path(shard).name == shard)


def _require_all_shards(files: tuple[Path, ...]) -> None:
    numbered = [SHARD.fullmatch(file.name) for file in files]
    there = {int(found[2]) for found in numbered if found}
    count = next((int(found[3]) for found in numbered if found), 0)
    missing = sorted(set(range(1, min(count, 10_000) + 1)) - there)
    absent = [file.name for file in files if not file.is_file()]
    if missing or absent:
        named = absent[0] if absent else f"number {missing[0]} of {count}"
        raise WeightsError(
            f"{files[0].parent}: shard {named} is not there. Fetch the folder again."
        )


def quick_hash(files: Sequence[Path]) -> str:
    """Tell files apart by their sizes and a few samples of their content, in milliseconds.

    Two files that differ in a single tensor may be told alike; it is for people and for finding
    the same file twice, never for a key.
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
