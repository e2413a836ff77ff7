"""Fetch the weights of a preset from the Hugging Face hub into a folder.

The revision is looked up once and kept in the folder, so that a fetch that goes on tomorrow gets
the files of today. What is whole is not fetched again, what is begun goes on where it stopped,
and a disk that is too small is noticed before the first byte. Called by `cli_weights`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from storyboard.errors import InputError, ResourceError, StoryboardError
from storyboard.store import free_disk, write_atomically

if TYPE_CHECKING:
    from huggingface_hub import HfApi

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
    }
)


@dataclass(frozen=True)
class Wanted:
    """Files of one revision of a repository.

    Attributes:
        repository: Owner and name.
        revision: Commit, 40 hexadecimal digits.
        sizes: Bytes by path.
        hashes: SHA-256 by path, where the hub knows it.
    """

    repository: str
    revision: str
    sizes: Mapping[str, int]
    hashes: Mapping[str, str]


def fetch(preset: str, folder: Path, revision: str | None, say: Callable[[str], None]) -> Wanted:
    """Fetch the weights of a preset.

    Args:
        preset: One of REPOSITORIES.
        folder: To fetch into; one that was begun goes on.
        revision: Branch, tag or commit; None for the one the folder was begun with, else main.
        say: Called with a line for every file.

    Raises:
        InputError: There is no such preset, or the folder holds the weights of another.
        ResourceError: The disk is too small.
        StoryboardError: The hub cannot be reached, or refuses.
    """
    if preset not in REPOSITORIES:
        raise InputError(
            f"preset {preset!r}: no weights to fetch, must be one of {', '.join(REPOSITORIES)}."
        )
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    repository = REPOSITORIES[preset]
    pinned = _pinned(folder, repository)
    api = HfApi()
    unreachable: tuple[type[Exception], ...] = (
        HfHubHTTPError,
        OfflineModeIsEnabled,
        *_transport_errors(),
    )
    try:
        wanted = _look_up(api, repository, revision or pinned or "main")
        missing = {path: size for path, size in wanted.sizes.items()
                   if _size(folder / path) != size}  # fmt: skip
        begun = sum(max(_size(_begun(folder / path)), 0) for path in missing)
        _require_space(folder, sum(missing.values()) - begun)
        _pin(folder, wanted)
        for path, size in missing.items():
            say(f"fetching {path}, {size / 1e6:,.1f} MB")
            _fetch_file(wanted, path, folder)
    except unreachable as error:
        raise StoryboardError(
            f"{repository}: {_first_line(error)}, must be reachable. Check the name, the "
            "network and, for gated repositories, HF_TOKEN; what is fetched is kept."
        ) from None
    except OSError as error:
        raise StoryboardError(
            f"{repository}: {_first_line(error)}. Run the same command to go on."
        ) from None
    _require_whole(folder, wanted)
    return wanted


def _transport_errors() -> tuple[type[Exception], ...]:
    """What is raised where there is no network, by whichever HTTP library the hub's client uses."""
    from huggingface_hub import get_session

    library = import_module(type(get_session()).__module__.partition(".")[0])
    # That of requests, in older clients, is an OSError.
    return (library.TransportError,) if hasattr(library, "TransportError") else ()


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else repr(error)


def _look_up(api: HfApi, repository: str, revision: str) -> Wanted:
    """Files and commit of a revision, without fetching any."""
    info = api.model_info(repository, revision=revision, files_metadata=True)
    sizes = {
        sibling.rfilename: int(sibling.size or 0)
        for sibling in info.siblings or ()
        if not any(fnmatch(sibling.rfilename, pattern) for pattern in SKIPPED)
    }
    for path in sizes:
        # The listing is data: it may name files below the folder, nothing else.
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise StoryboardError(
                f"{repository}: lists the file {path!r}, must be below its folder. "
                "Do not use this repository."
            )
    hashes = {
        sibling.rfilename: sibling.lfs.sha256 for sibling in info.siblings or () if sibling.lfs
    }
    return Wanted(repository, str(info.sha), sizes, hashes)


def _pinned(folder: Path, repository: str) -> str | None:
    """The commit that the folder was begun with."""
    path = folder / PIN
    if not path.is_file():
        return None
    try:
        pin: dict[str, Any] = json.loads(path.read_text())
        begun, revision = str(pin["repository"]), str(pin["revision"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{path}: cannot be read. Remove it to begin again.") from None
    if begun != repository:
        raise InputError(
            f"{folder}: holds files of {begun!r}, must be empty or of {repository!r}. "
            "Name another folder."
        )
    return revision


def _pin(folder: Path, wanted: Wanted) -> None:
    content = {"repository": wanted.repository, "revision": wanted.revision}
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / PIN, (json.dumps(content, indent=1) + "\n").encode())


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def _begun(path: Path) -> Path:
    """Where a file lies until it is whole."""
    return path.with_name(f"{path.name}.part")


def _fetch_file(wanted: Wanted, path: str, folder: Path) -> None:
    """Fetch one file, from the byte where an earlier attempt stopped, and check its content.

    The client's own download begins a file again in every process; an expert has tens of GB.
    """
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils._headers import build_hf_headers

    whole = folder / path
    begun, size = _begun(whole), wanted.sizes[path]
    begun.parent.mkdir(parents=True, exist_ok=True)
    if _size(begun) > size:
        begun.unlink()
    with begun.open("ab") as stream:
        http_get(
            hf_hub_url(wanted.repository, path, revision=wanted.revision),
            stream,
            resume_size=stream.tell(),
            headers=build_hf_headers(),
            expected_size=size,
        )
    expected = wanted.hashes.get(path)
    with begun.open("rb") as stream:
        if expected and hashlib.file_digest(stream, "sha256").hexdigest() != expected:
            begun.unlink()
            raise StoryboardError(
                f"{whole}: what arrived has another SHA-256 than the hub announces, "
                f"must be {expected[:16]}... Run the same command."
            )
    begun.replace(whole)


def _require_space(folder: Path, num_bytes: int) -> None:
    free = free_disk(folder)
    if num_bytes > 0 and num_bytes + RESERVE_BYTES > free:
        raise ResourceError(
            f"{folder}: {free / 1e9:.1f} GB free, must be {(num_bytes + RESERVE_BYTES) / 1e9:.1f} "
            "GB for what is still to fetch. Nothing was fetched; name a folder on a larger disk."
        )


def _require_whole(folder: Path, wanted: Wanted) -> None:
    for path, size in wanted.sizes.items():
        if _size(folder / path) != size:
            raise StoryboardError(
                f"{folder / path}: {_size(folder / path):,} bytes, must be {size:,}. "
                "Remove it and run the same command."
            )
