"""run.json: what was rendered from which settings and seeds, and how long it took.

Written when a run begins and again however it ends; the next plan compares with it, and `sheet`,
`assemble` and `score` repeat the run that it describes.
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
"""Packages whose version can change pixels."""

VERDICTS = ("agrees", "disagrees", "cannot tell")


@dataclass(frozen=True)
class Kept:
    """The take of a retaken shot that is in the cut, all that were compared, and the reason."""

    take: int
    compared: tuple[int, ...]
    because: str

    def as_json(self) -> dict[str, object]:
        """Row of `retakes` in run.json."""
        return {"kept": f"T{self.take:02}", "of": list(self.compared), "because": self.because}


@dataclass(frozen=True)
class TakeEntry:
    """One take in run.json; paths are relative to the folder and empty where there is no file.

    Attributes:
        shown: Whether it is in the cut.
        status: "rendered", "cached", "failed" or "missing".
        reason: Why it had to be rendered.
        start_frame: First frame of the shot in the animatic, without title.
        removed: Words removed from the negative prompt because the shot asks for them.
        seeds: Policy, seeds and mix of the noise.
        size: Width and height of the model's picture.
        frames: Frame counts of the model and of the cut.
        keys: Store keys by stage.
        facts: Every field that the take depends on.
        panel: PNG of a take of one frame.
        asked: Layout clip; its still has the same name.
        seconds: Duration of each stage when it ran.
        findings: Directives compared with the clip.
        staging: What is staged and from which words, what is not and why, and what the picture
            lacks.
        control: How the layout steers the model, its strength at every step, and the pictures of
            likeness; empty where nothing does.
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
    staging: Mapping[str, Any] = field(default_factory=dict)
    control: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """Contents of run.json.

    Attributes:
        status: "running", "done", "failed", "stopped" or "interrupted".
        version: Number of different animatics so far in this folder.
        started: ISO time.
        board: Path relative to the folder, title and SHA-256.
        request: Options of the command line, to repeat the run.
        preset: Numbers of the checkpoint.
        weights: SHA-256 by network.
        delivery: Size, rate and frames of the cut.
        waves: Count, size and reason.
        networks_loaded: Number of times that a network was loaded.
        animatic: Name, content key, and size and time of the file.
        notices: Where the result differs from what the board asks for.
        versions: Of the program, Python and packages.
        residency: Placement of experts in memory, with the bytes that decided; empty for layouts.
        drift: Worst pair of each scene by palette, luminance and sharpness.
        retakes: By retaken shot: the take that is kept, all that were compared, and why.
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
        """Number of directives per verdict over the takes in the cut."""
        all_verdicts = [f["verdict"] for take in self.takes if take.shown for f in take.findings]
        return {verdict: all_verdicts.count(verdict) for verdict in VERDICTS}

    @property
    def has_layouts(self) -> bool:
        """Whether layout clips were published beside the clips."""
        return any(entry.asked for entry in self.takes)

    def write(self, folder: Path) -> None:
        """Replace run.json atomically."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False, default=str)
        write_atomically(folder / FILE, (text + "\n").encode())

    def entry(self, shot: str, take: int) -> TakeEntry | None:
        """Entry of a take, None if the run did not have it."""
        place = (shot, take)
        return next((entry for entry in self.takes if (entry.shot, entry.take) == place), None)


def read_manifest(folder: Path) -> Manifest | None:
    """Read run.json; None if there is none, or one that is damaged or of another format."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            return None
        takes = []
        for row in content.pop("takes"):
            lists = {"removed": row["removed"], "size": row["size"]}
            lists["findings"] = row.get("findings", ())
            takes.append(TakeEntry(**row | {name: tuple(value) for name, value in lists.items()}))
        content["notices"] = tuple(content["notices"])
        content["drift"] = tuple(content.get("drift", ()))
        return Manifest(takes=tuple(takes), **content)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def require_manifest(folder: Path) -> Manifest:
    """Read run.json.

    Raises:
        InputError: There is none that can be read.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError(
            f"{folder}: no {FILE} that can be read, must be the folder of a render. "
            "Run `storyboard render` first."
        )
    return manifest


def used_versions() -> dict[str, str]:
    """Versions of the program, of Python and of PACKAGES, and the machine's architecture."""
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
