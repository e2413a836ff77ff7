"""run.json: what was rendered, with what, from which seeds, and how long it took.

Written when a run begins, and again when it ends in whatever way, so that the folder always
says what is in it. Read back by the next plan, which compares, and by `sheet` and `assemble`.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from storyboard import __version__
from storyboard.errors import InputError
from storyboard.store import write_atomically

FILE = "run.json"
FORMAT = 1
PACKAGES = ("torch", "numpy", "av", "moviepy", "pillow", "transformers")


VERDICTS = ("agrees", "disagrees", "cannot tell")
"""Of the findings, in the order they are told."""


@dataclass(frozen=True)
class TakeEntry:
    """One take in run.json.

    Attributes:
        shot: Id.
        take: From 1.
        shown: Whether it is the one in the cut.
        status: "rendered", "cached", "failed" or "missing".
        error: Why it failed.
        reason: Why it had to be rendered.
        start_frame: Of the shot, in the animatic.
        prompt: Positive text, as sent.
        negative: Negative text, as sent.
        removed: Words taken out of the negative text.
        seeds: Policy, seeds and mix of the noise.
        noise_sha256: Of the noise itself, once drawn.
        size: Of the model's picture.
        frames: Of the model and of the cut.
        keys: Of every stage.
        facts: Every field that feeds the take.
        clip: Relative to the folder.
        still: Relative to the folder.
        panel: The one frame of a still as PNG, relative to the folder.
        asked: Its layout as a clip, relative to the folder; the still lies beside it.
        seconds: Per stage, when it was made.
        findings: What its clip was asked for, what was measured, and whether they agree.
    """

    shot: str
    take: int
    shown: bool
    status: str
    error: str = ""
    reason: str = ""
    start_frame: int = 0
    prompt: str = ""
    negative: str = ""
    removed: tuple[str, ...] = ()
    seeds: Mapping[str, object] = field(default_factory=dict)
    noise_sha256: str = ""
    size: tuple[int, int] = (0, 0)
    frames: Mapping[str, object] = field(default_factory=dict)
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    clip: str = ""
    still: str = ""
    panel: str = ""
    asked: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Manifest:
    """run.json as a value.

    Attributes:
        status: "running", "done", "failed" or "interrupted".
        version: Counts the animatics of this folder that differ.
        started: ISO time.
        seconds: Of the whole run.
        board: Path relative to the folder, title and SHA-256.
        request: The command line's part, to do the same again.
        preset: The checkpoint's numbers.
        weights: SHA-256 per network.
        delivery: Size, rate and frames of the cut.
        waves: How many, of what size, and why.
        networks_loaded: How often a network came into memory.
        takes: One each.
        animatic: Name, key, bytes and time of the film, to know it again.
        notices: What was done differently from what somebody might expect.
        versions: Of what was used.
        residency: How experts lay in memory, why, and the bytes that decided; empty for layouts.
        drift: The worst pair of each scene by palette, luminance and sharpness.
        retakes: By shot that was rendered again because it disobeyed: the take that is kept, all
            that were compared, and why.
    """

    status: str
    version: int
    started: str
    seconds: float
    board: Mapping[str, object]
    request: Mapping[str, object]
    preset: Mapping[str, object]
    weights: Mapping[str, str]
    delivery: Mapping[str, object]
    waves: Mapping[str, object]
    networks_loaded: int
    takes: tuple[TakeEntry, ...]
    animatic: Mapping[str, object]
    notices: tuple[str, ...]
    versions: Mapping[str, str]
    residency: Mapping[str, object] = field(default_factory=dict)
    drift: tuple[Mapping[str, Any], ...] = ()
    retakes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def verdicts(self) -> dict[str, int]:
        """How many directives of the takes in the cut agree, disagree, or cannot be told."""
        told = [found["verdict"] for entry in self.takes if entry.shown for found in entry.findings]
        return {verdict: told.count(verdict) for verdict in VERDICTS}

    def write(self, folder: Path) -> None:
        """Replace run.json in one step."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False, default=str)
        write_atomically(folder / FILE, (text + "\n").encode())

    @property
    def has_asked(self) -> bool:
        """Whether layouts of what was asked lie beside the clips."""
        return any(entry.asked for entry in self.takes)

    def entry(self, shot: str, take: int) -> TakeEntry | None:
        """A take of the run, if it was in it."""
        wanted = (shot, take)
        return next((entry for entry in self.takes if (entry.shot, entry.take) == wanted), None)


def read_manifest(folder: Path) -> Manifest | None:
    """What the last run into a folder left; None if there was none, or of another format."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            return None
        takes = tuple(_entry(entry) for entry in content.pop("takes"))
        content["notices"] = tuple(content["notices"])
        content["drift"] = tuple(content.get("drift", ()))
        return Manifest(takes=takes, **content)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def require_manifest(folder: Path) -> Manifest:
    """What the last run into a folder left.

    Raises:
        InputError: Nothing that can be read.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError(
            f"{folder}: no {FILE} that can be read, must be the folder of a render. "
            "Run `storyboard render` first."
        )
    return manifest


def _entry(content: dict[str, Any]) -> TakeEntry:
    content["removed"] = tuple(content["removed"])
    content["size"] = tuple(content["size"])
    content["findings"] = tuple(content.get("findings", ()))
    return TakeEntry(**content)


def used_versions() -> dict[str, str]:
    """Versions of the program, of Python and of the packages that pixels depend on."""
    versions = {
        "storyboard": __version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "none"
    return versions
