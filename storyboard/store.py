"""The cache: a content-addressed folder in which nothing half-written ever counts as done.

Layout, below the root:

    <stage>/<key><suffix>     the artefact
    <stage>/<key>.json        its record: SHA-256, bytes, what it was made from

A record is written after its artefact has reached the disk, and is the point of commitment: no
record, no artefact. Both arrive by rename, so a reader sees the old state or the new one. An
artefact that does not match its record counts as missing and is made again, with one warning.

What belongs in a key is decided in `stages`; this file only keeps what it is given.
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

CHUNK_BYTES = 1 << 20
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)

Meta = Mapping[str, object]
"""Facts about an artefact that are cheap to read without opening it; JSON values only."""


def content_key(declared: Mapping[str, object]) -> str:
    """Name the result of declared inputs: SHA-256 of their canonical JSON."""
    return hashlib.sha256(canonical_json(declared).encode()).hexdigest()


def canonical_json(value: object) -> str:
    """One spelling per value: sorted names, no spaces, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object that can be found out again; empty if it is missing or damaged."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def free_disk(folder: Path) -> int:
    """Bytes free on the disk of a folder, which need not exist yet."""
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    return shutil.disk_usage(there).free


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, order=True)
class Ref:
    """Where an artefact lives: the stage that makes it, the key of its inputs, its file type."""

    stage: str
    key: str
    suffix: str


class Store:
    """Artefacts of one board by key; safe against interruption at any moment.

    Args:
        root: Folder to keep them in; made if missing.
        warn: Told once about every damaged artefact.
    """

    def __init__(self, root: Path, warn: Callable[[str], None] = lambda _: None) -> None:
        self.root = root
        self._warn = warn
        self._verified: dict[Ref, tuple[int, int]] = {}
        self._numbers = itertools.count()
        with _disk_full_said(root):
            (root / "tmp").mkdir(parents=True, exist_ok=True)

    def holds(self, ref: Ref) -> bool:
        """Tell whether the artefact is there and whole; a damaged one is dropped."""
        record, path = self._record(ref), self._path(ref)
        if record is None:
            return False
        try:
            facts = path.stat()
            stamp = (facts.st_size, facts.st_mtime_ns)
            if self._verified.get(ref) == stamp:
                return True
            whole = facts.st_size == record["bytes"] and file_sha256(path) == record["sha256"]
        except OSError:
            whole = False
        if whole:
            self._verified[ref] = stamp
            return True
        self._warn(f"store: {ref.stage}/{ref.key[:12]} is damaged; it is made again.")
        self.discard(ref)
        return False

    def path(self, ref: Ref) -> Path:
        """File of an artefact that the store holds.

        Raises:
            KeyError: It does not.
        """
        if not self.holds(ref):
            raise KeyError(f"{ref.stage}/{ref.key}")
        return self._path(ref)

    def meta(self, ref: Ref) -> Meta:
        """What was noted beside an artefact; empty where there is no record."""
        record = self._record(ref)
        meta = record.get("meta") if record else None
        return meta if isinstance(meta, dict) else {}

    def put(self, ref: Ref, write: Callable[[Path], Meta | None]) -> Path:
        """Make an artefact appear, whole or not at all.

        Args:
            ref: Its place.
            write: Writes the file it is given, and returns what to note beside it.

        Raises:
            ResourceError: The disk is full; nothing of the artefact is left.
        """
        draft = self._draft(ref.suffix)
        with _disk_full_said(self.root, draft):
            meta = write(draft) or {}
            path = self._path(ref)
            path.parent.mkdir(exist_ok=True)
            record = {"sha256": file_sha256(draft), "bytes": draft.stat().st_size, "meta": meta}
            commit(draft, path)
            write_atomically(self._record_path(ref), (canonical_json(record) + "\n").encode())
        self._verified.pop(ref, None)
        return path

    def deliver(self, write: Callable[[Path], None], target: Path) -> None:
        """Make a file outside the store appear, whole or not at all; it stays a plain file.

        Raises:
            ResourceError: The disk is full; the old file, if any, is still there.
        """
        draft = self._draft(target.suffix)
        with _disk_full_said(target.parent, draft):
            write(draft)
            commit(draft, target)

    def _draft(self, suffix: str) -> Path:
        """Fresh name on the same disk for a file in the making; swept after a crash."""
        return self.root / "tmp" / f"{os.getpid()}-{next(self._numbers)}{suffix}"

    def discard(self, ref: Ref) -> None:
        """Forget an artefact; its record goes first, so that an interruption leaves no lie."""
        self._verified.pop(ref, None)
        self._record_path(ref).unlink(missing_ok=True)
        self._path(ref).unlink(missing_ok=True)

    def clear_drafts(self) -> None:
        """Remove what killed processes left unfinished; call with the board locked."""
        for draft in (self.root / "tmp").iterdir():
            draft.unlink(missing_ok=True)

    def refs(self) -> Iterator[Ref]:
        """Everything that has a record, in a fixed order."""
        for record in sorted(self.root.glob("*/*.json")):
            files = [p for p in record.parent.glob(f"{record.stem}.*") if p.suffix != ".json"]
            yield Ref(record.parent.name, record.stem, files[0].suffix if files else "")

    def size_bytes(self, ref: Ref) -> int:
        """Bytes on disk."""
        path = self._path(ref)
        return path.stat().st_size if ref.suffix and path.exists() else 0

    def collect(self, keep: Collection[Ref]) -> tuple[int, int]:
        """Drop everything that is not kept; returns how many artefacts and bytes went."""
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
    """Replace a file in one step: its readers see the old bytes or the new ones."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    with _disk_full_said(path.parent, draft):
        draft.write_bytes(content)
        commit(draft, path)


def publish(source: Path, target: Path) -> bool:
    """Copy a stored file to where people look, in one step.

    Returns:
        Whether there was anything to copy; an unchanged file is left alone.
    """
    facts = source.stat()
    if target.exists():
        there = target.stat()
        if (there.st_size, there.st_mtime_ns) == (facts.st_size, facts.st_mtime_ns):
            return False
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    with _disk_full_said(target.parent, draft):
        shutil.copy2(source, draft)
        commit(draft, target)
    return True


def commit(draft: Path, path: Path) -> None:
    """Give a finished draft its name, and survive a power cut from then on."""
    _fsync(draft)
    draft.replace(path)
    _fsync(path.parent)


@contextmanager
def _disk_full_said(folder: Path, *drafts: Path) -> Iterator[None]:
    """Turn a full disk into an error that says so; unfinished drafts never stay."""
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
