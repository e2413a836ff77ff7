"""Metadata of a checkpoint, cached so that planning neither imports torch nor rereads the files.

Opening a checkpoint imports torch and hashes every file. The result is cached beside the store with
path, size and modification time of every file, and is valid as long as those do not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import model
from model.presets import Backbone, Expert, Preset
from storyboard.errors import InputError
from storyboard.store import canonical_json, read_object, write_atomically

if TYPE_CHECKING:
    from model.weights.checkpoint import Checkpoint
    from model.weights.lora import LoraChoice

CACHE_FILE = "checkpoints.json"
FORMAT = 3


@dataclass(frozen=True)
class Weights:
    """What a plan needs of a checkpoint."""

    folder: Path  # in any supported layout
    preset: Preset  # with the numbers found in the files
    has_camera: bool  # whether the experts have a camera adapter
    fingerprints: Mapping[str, str]  # SHA-256 of "text", "vae" and each expert by name
    bytes: Mapping[str, int]  # on disk, of the same networks
    vae_width: int  # channels of the widest decoder stage, for the cost estimate
    is_fp8: bool = False  # whether the files store the expert blocks as 8-bit floats
    loras: tuple[LoraChoice, ...] = ()  # merged into the experts when they are loaded

    def open(self) -> Checkpoint:
        """Open the checkpoint, to load its networks."""
        checkpoint = _open(self.folder, str(_stamp(self.folder)))
        return checkpoint.with_loras(self.loras) if self.loras else checkpoint


def embedded_folder() -> Path:
    """Folder of the checkpoint that is distributed with the program."""
    return Path(model.__file__).parent / "greybox"


def inspect_weights(folder: Path, cache: Path | None) -> Weights:
    """Recognise a checkpoint and fingerprint its networks, with a folder to cache the result in.

    Raises:
        InputError: The folder does not exist.
        WeightsError: The folder is not a readable checkpoint.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder, must be a checkpoint. Check --weights.")
    stamp = _stamp(folder)
    content = {} if cache is None else read_object(cache / CACHE_FILE)
    entries = content.get("checkpoints") if content.get("format") == FORMAT else None
    entries = entries if isinstance(entries, dict) else {}
    entry = entries.get(str(folder))
    if entry is not None and entry.get("stamp") == stamp:
        return _from_json(folder, entry)
    weights = _inspect(folder, str(stamp))
    if cache is not None:
        fields = asdict(weights)
        del fields["folder"], fields["loras"]
        fields["preset"]["fps"] = str(weights.preset.fps)
        entries[str(folder)] = {"stamp": stamp, **fields}
        content = {"format": FORMAT, "checkpoints": entries}
        write_atomically(cache / CACHE_FILE, canonical_json(content).encode())
    return weights


@lru_cache(maxsize=2)
def _open(folder: Path, stamp: str) -> Checkpoint:
    # The stamp is unused: it makes the cache miss after a file of the folder has changed.
    from model.weights.open_checkpoint import open_checkpoint

    return open_checkpoint(folder)


def _inspect(folder: Path, stamp: str) -> Weights:
    checkpoint = _open(folder, stamp)
    names = [expert.name for expert in checkpoint.preset.experts]
    prints = {name: checkpoint.expert_fingerprint(index) for index, name in enumerate(names)}
    prints |= {"text": checkpoint.text_fingerprint(), "vae": checkpoint.vae_fingerprint()}
    if checkpoint.vace_parts:
        prints |= {f"vace-{n}": checkpoint.vace_fingerprint(k) for k, n in enumerate(names)}
    files = {name: checkpoint.experts[index].files for index, name in enumerate(names)}
    files |= {"text": checkpoint.text_part.files, "vae": checkpoint.vae_part.files}
    return Weights(
        folder=folder,
        preset=checkpoint.preset,
        has_camera=checkpoint.camera_unshuffle is not None,
        fingerprints=prints,
        bytes={name: sum(path.stat().st_size for path in paths) for name, paths in files.items()},
        vae_width=checkpoint.vae.decoder_width,
        is_fp8=checkpoint.is_fp8,
    )


def _stamp(folder: Path) -> list[list[object]]:
    """Relative path, size and modification time of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = [(path, path.stat()) for path in files]
    return [[str(p.relative_to(folder)), s.st_size, s.st_mtime_ns] for p, s in stats]


def _from_json(folder: Path, entry: Mapping[str, Any]) -> Weights:
    fields = dict(entry["preset"])
    fields["fps"] = Fraction(fields["fps"])
    fields["experts"] = tuple(Expert(**expert) for expert in fields["experts"])
    fields["sizes"] = tuple(tuple(size) for size in fields["sizes"])
    for name in ("stride", "patch"):
        fields[name] = tuple(fields[name])
    if fields["backbone"] is not None:
        sizes = fields["backbone"]
        layers = tuple(sizes["control_layers"])
        fields["backbone"] = Backbone(**{**sizes, "control_layers": layers})
    rest = {name: entry[name] for name in entry if name not in ("stamp", "preset")}
    return Weights(folder=folder, preset=Preset(**fields), **rest)
