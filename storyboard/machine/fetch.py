"""Fetch the published weights of a preset from the Hugging Face hub into a folder.

The commit is looked up once and pinned in the folder, so that a fetch that continues another day
gets the same revision. Complete files are not fetched again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from storyboard.errors import InputError, ResourceError, StoryboardError
from storyboard.store import file_sha256, free_disk, write_atomically

PIN = "storyboard-weights.json"
RESERVE_BYTES = 1_000_000_000
"""Left free on the disk."""

SKIPPED = ("*.md", "*.png", "*.jpg", "*.jpeg", "*.gif", "*.mp4", "*.wav", "assets/*", "examples/*",
           ".git*")  # fmt: skip

REPOSITORIES: Mapping[str, str] = MappingProxyType(
    {
        "wan2.2-t2v-a14b": "Wan-AI/Wan2.2-T2V-A14B-Diffusers",
        "wan2.2-i2v-a14b": "Wan-AI/Wan2.2-I2V-A14B-Diffusers",
        "wan2.2-ti2v-5b": "Wan-AI/Wan2.2-TI2V-5B-Diffusers",
        "wan2.2-fun-camera-a14b": "alibaba-pai/Wan2.2-Fun-A14B-Control-Camera",
        "wan2.2-fun-camera-5b": "alibaba-pai/Wan2.2-Fun-5B-Control-Camera",
        "wan2.2-vace-fun-a14b": "alibaba-pai/Wan2.2-VACE-Fun-A14B",
        "wan2.1-vace-14b": "Wan-AI/Wan2.1-VACE-14B",
        "wan2.1-vace-1.3b": "Wan-AI/Wan2.1-VACE-1.3B",
        "wan2.2-fun-control-a14b": "alibaba-pai/Wan2.2-Fun-A14B-Control",
        "wan2.2-fun-control-5b": "alibaba-pai/Wan2.2-Fun-5B-Control",
    }
)


@dataclass(frozen=True)
class Snapshot:
    """Files of one commit of a repository, by path: sizes in bytes, and SHA-256 where known."""

    repository: str
    revision: str
    sizes: Mapping[str, int]
    hashes: Mapping[str, str]


def fetch(preset: str, folder: Path, revision: str | None, say: Callable[[str], None]) -> Snapshot:
    """Fetch the weights of a preset into a folder; an interrupted fetch is continued.

    Args:
        preset: One of REPOSITORIES.
        folder: Created if missing.
        revision: Branch, tag or commit; None for the one pinned in the folder, else main.
        say: Receives one line per file to fetch.

    Raises:
        InputError: The preset does not exist, or the folder holds the weights of another.
        ResourceError: The disk is too small.
        StoryboardError: The hub cannot be reached or refuses, or a file is damaged.
    """
    if preset not in REPOSITORIES:
        raise InputError(
            f"preset {preset!r}: no weights to fetch, must be one of {', '.join(REPOSITORIES)}."
        )
    from huggingface_hub import get_session, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    # The HTTP library differs between versions of the hub's client.
    http = import_module(type(get_session()).__module__.partition(".")[0])
    repository = REPOSITORIES[preset]
    pinned = _pinned_revision(folder, repository)
    try:
        snapshot = _look_up(repository, revision or pinned or "main")
        missing = {}
        for path, size in snapshot.sizes.items():
            file = folder / path
            if not file.is_file() or file.stat().st_size != size:
                missing[path] = size
        needed, free = sum(missing.values()) + RESERVE_BYTES, free_disk(folder)
        if missing and needed > free:
            raise ResourceError(
                f"{folder}: {free / 1e9:.1f} GB free, must be {needed / 1e9:.1f} GB for what is "
                "still to fetch. Nothing was fetched; name a folder on a larger disk."
            )
        _pin(folder, snapshot)
        for path, size in missing.items():
            say(f"fetching {path}, {size / 1e6:,.1f} MB")
        if missing:
            snapshot_download(
                repository,
                revision=snapshot.revision,
                local_dir=folder,
                ignore_patterns=list(SKIPPED),
            )
    except (HfHubHTTPError, OfflineModeIsEnabled, http.TransportError) as error:
        raise StoryboardError(
            f"{repository}: {_first_line(error)}, must be reachable. Check the name, the "
            "network and, for gated repositories, HF_TOKEN; fetched files are kept."
        ) from None
    except OSError as error:
        raise StoryboardError(
            f"{repository}: {_first_line(error)}. Run the same command to continue."
        ) from None
    _require_hashes(folder, snapshot, missing)
    return snapshot


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else repr(error)


def _look_up(repository: str, revision: str) -> Snapshot:
    """List the files of a revision and resolve it to a commit, without fetching anything."""
    from huggingface_hub import HfApi

    info = HfApi().model_info(repository, revision=revision, files_metadata=True)
    siblings = info.siblings or ()
    sizes = {
        sibling.rfilename: int(sibling.size or 0)
        for sibling in siblings
        if not any(fnmatch(sibling.rfilename, pattern) for pattern in SKIPPED)
    }
    for path in sizes:
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise StoryboardError(
                f"{repository}: lists the file {path!r}, must be below its folder. "
                "Do not use this repository."
            )
    hashes = {sibling.rfilename: sibling.lfs.sha256 for sibling in siblings if sibling.lfs}
    return Snapshot(repository, str(info.sha), sizes, hashes)


def _pinned_revision(folder: Path, repository: str) -> str | None:
    """Commit that the folder was begun with, None for a new folder."""
    path = folder / PIN
    if not path.is_file():
        return None
    try:
        pin = json.loads(path.read_text())
        pinned, revision = str(pin["repository"]), str(pin["revision"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{path}: cannot be read. Remove it to begin again.") from None
    if pinned != repository:
        raise InputError(
            f"{folder}: holds files of {pinned!r}, must be empty or of {repository!r}. "
            "Name another folder."
        )
    return revision


def _pin(folder: Path, snapshot: Snapshot) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = {"repository": snapshot.repository, "revision": snapshot.revision}
    write_atomically(folder / PIN, (json.dumps(content, indent=1) + "\n").encode())


def _require_hashes(folder: Path, snapshot: Snapshot, fetched: Collection[str]) -> None:
    """Compare the content of fetched files with the hub's SHA-256; a damaged file is removed."""
    for path, expected in snapshot.hashes.items():
        if path in fetched and file_sha256(folder / path) != expected:
            (folder / path).unlink()
            raise StoryboardError(
                f"{folder / path}: what arrived has another SHA-256 than the hub announces, "
                f"must be {expected[:16]}... Run the same command."
            )
