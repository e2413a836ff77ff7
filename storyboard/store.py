"""Content-addressed artefact cache with atomic commits.

Layout, below the root:

    <stage>/<key><suffix>     the artefact
    <stage>/<key>.json        its record: SHA-256, size in bytes, metadata

The record is written after its artefact has reached the disk: without a record there is no
artefact. Both are renamed into place, so a reader finds the old state or the new one. An artefact
that does not match its record counts as missing and is rendered again, with one warning.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storyboard.errors import ResourceError

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)

Meta = Mapping[str, object]
"""Metadata of an artefact that can be read without opening it; JSON values only."""


def content_key(declared: Mapping[str, object]) -> str:
    """Key of a result: SHA-256 of the canonical JSON of its declared inputs."""
    return hashlib.sha256(canonical_json(declared).encode()).hexdigest()


def canonical_json(value: object) -> str:
    """JSON with one spelling per value: sorted names, no spaces, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object from a file that can be lost; empty if it is missing or damaged."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def free_disk(folder: Path) -> int:
    """Free bytes on the disk of a folder, which need not exist yet."""
    path = folder.absolute()
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free


def file_sha256(path: Path) -> str:
    """SHA-256 of the content of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, order=True)
class Ref:
    """Reference to an artefact: its stage, the key of its inputs, its file suffix."""

    stage: str
    key: str
    suffix: str


class Store:
    """Artefacts of one board by key; an interruption at any moment leaves it consistent.

    Args:
        root: Folder of the artefacts, created if missing.
        warn: Receives one line about every damaged artefact.
    """

    def __init__(self, root: Path, warn: Callable[[str], None] = lambda _: None) -> None:
        self.root = root
        self._warn = warn
        self._verified: dict[Ref, tuple[int, int]] = {}
        self._numbers = itertools.count()
        with _disk_full_reported(root):
            (root / "tmp").mkdir(parents=True, exist_ok=True)

    def holds(self, ref: Ref) -> bool:
        """Whether the store has the artefact, undamaged; a damaged one is removed."""
        record, path = self._record(ref), self._path(ref)
        if record is None:
            return False
        try:
            stat = path.stat()
            stamp = (stat.st_size, stat.st_mtime_ns)
            # Hashed once per process, as long as size and time stay the same.
            if self._verified.get(ref) == stamp:
                return True
            is_intact = stat.st_size == record["bytes"] and file_sha256(path) == record["sha256"]
        except OSError:
            is_intact = False
        if is_intact:
            self._verified[ref] = stamp
            return True
        self._warn(f"store: {ref.stage}/{ref.key[:12]} is damaged; it is rendered again.")
        self.discard(ref)
        return False

    def path(self, ref: Ref) -> Path:
        """File of an artefact.

        Raises:
            KeyError: The store does not hold it.
        """
        if not self.holds(ref):
            raise KeyError(f"{ref.stage}/{ref.key}")
        return self._path(ref)

    def meta(self, ref: Ref) -> Meta:
        """Metadata of an artefact; empty if there is no record."""
        record = self._record(ref)
        meta = record.get("meta") if record else None
        return meta if isinstance(meta, dict) else {}

    def put(self, ref: Ref, write: Callable[[Path], Meta | None]) -> Path:
        """Add an artefact atomically.

        Args:
            ref: Its reference.
            write: Writes the given file, and returns the metadata.

        Raises:
            ResourceError: The disk is full; nothing of the artefact is left.
        """
        draft = self._draft(ref.suffix)
        with _disk_full_reported(self.root, draft):
            meta = write(draft) or {}
            path = self._path(ref)
            path.parent.mkdir(exist_ok=True)
            record = {"sha256": file_sha256(draft), "bytes": draft.stat().st_size, "meta": meta}
            commit(draft, path)
            # Last: from here on the artefact exists.
            write_atomically(self._record_path(ref), (canonical_json(record) + "\n").encode())
        self._verified.pop(ref, None)
        return path

    def deliver(self, write: Callable[[Path], None], target: Path) -> None:
        """Write a file outside the store atomically.

        Raises:
            ResourceError: The disk is full; the old file, if any, is still there.
        """
        draft = self._draft(target.suffix)
        with _disk_full_reported(target.parent, draft):
            write(draft)
            commit(draft, target)

    def _draft(self, suffix: str) -> Path:
        """Unused name for an unfinished file on the same disk; `clear_drafts` removes leftovers."""
        return self.root / "tmp" / f"{os.getpid()}-{next(self._numbers)}{suffix}"

    def discard(self, ref: Ref) -> None:
        """Remove an artefact."""
        # The record first: an artefact without a record counts as missing.
        self._verified.pop(ref, None)
        self._record_path(ref).unlink(missing_ok=True)
        self._path(ref).unlink(missing_ok=True)

    def clear_drafts(self) -> None:
        """Remove unfinished files of killed processes; the caller holds the lock of the board."""
        for draft in (self.root / "tmp").iterdir():
            draft.unlink(missing_ok=True)

    def refs(self) -> Iterator[Ref]:
        """References of all artefacts with a record, sorted."""
        for record in sorted(self.root.glob("*/*.json")):
            # Without an artefact the suffix is unknown; the reference serves to remove the record.
            files = [p for p in record.parent.glob(f"{record.stem}.*") if p.suffix != ".json"]
            yield Ref(record.parent.name, record.stem, files[0].suffix if files else "")

    def size_bytes(self, ref: Ref) -> int:
        """Size of an artefact on disk."""
        path = self._path(ref)
        return path.stat().st_size if ref.suffix and path.exists() else 0

    def collect(self, keep: Collection[Ref]) -> tuple[int, int]:
        """Remove all artefacts but these; returns the number of removed artefacts and of bytes."""
        count = freed = 0
        for ref in list(self.refs()):
            if ref not in keep:
                freed += self.size_bytes(ref)
                count += 1
                self.discard(ref)
        return count, freed

    def _path(self, ref: Ref) -> Path:
        return self.root / ref.stage / f"{ref.key}{ref.suffix}"

    def _record_path(self, ref: Ref) -> Path:
        return self.root / ref.stage / f"{ref.key}.json"

    def _record(self, ref: Ref) -> dict[str, object] | None:
        try:
            record = json.loads(self._record_path(ref).read_text())
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) and "sha256" in record else None


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file atomically: readers find the old content or the new."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    with _disk_full_reported(path.parent, draft):
        draft.write_bytes(content)
        commit(draft, path)


def publish(source: Path, target: Path) -> bool:
    """Copy a stored file into the output folder atomically.

    Returns:
        False if the target has the size and time of the source already; it is left as it is.
    """
    stat = source.stat()
    if target.exists():
        old = target.stat()
        if (old.st_size, old.st_mtime_ns) == (stat.st_size, stat.st_mtime_ns):
            return False
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    with _disk_full_reported(target.parent, draft):
        shutil.copy2(source, draft)  # with the time, by which an unchanged file is recognised
        commit(draft, target)
    return True


def commit(draft: Path, path: Path) -> None:
    """Rename a finished draft; the file survives a power cut from then on."""
    _fsync(draft)
    draft.replace(path)
    # The new name is an entry of the folder, which has to reach the disk too.
    _fsync(path.parent)


@contextmanager
def _disk_full_reported(folder: Path, *drafts: Path) -> Iterator[None]:
    """Raise ResourceError for a full disk; remove the drafts after any error."""
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        for draft in drafts:
            draft.unlink(missing_ok=True)
        raise ResourceError(
            f"{folder}: no space left on the disk. What is finished is kept; "
            "free some space and run the same command again."
        ) from None
    except BaseException:
        for draft in drafts:
            draft.unlink(missing_ok=True)
        raise


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
