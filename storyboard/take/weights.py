"""What a plan has to know of a checkpoint, remembered so that planning needs no torch.

Opening a checkpoint imports torch and reads every byte of it for its fingerprints. Both are done
once: the answer is kept beside the store, with path, size and time of every file, and holds as
long as those do. Called by the commands before `plan`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.presets import Backbone, Expert, Preset
from storyboard.errors import InputError
from storyboard.store import canonical_json, read_object, write_atomically

if TYPE_CHECKING:
    from model.weights.checkpoint import Checkpoint
    from model.weights.lora import LoraChoice

MEMORY = "checkpoints.json"
FORMAT = 2


@dataclass(frozen=True)
class Weights:
    """A checkpoint as the plan sees it.

    Attributes:
        folder: In any layout.
        preset: What it is, with the numbers of its files.
        has_camera: Whether its experts take a camera path.
        fingerprints: SHA-256 per network: "text", "vae" and every expert by name.
        bytes: On disk, per network.
        vae_width: Channels of the decoder's widest stage, for the estimate of its cost.
        is_fp8: Whether the files have the weights of the experts' blocks in eight-bit floats.
        loras: Merged into the experts as they are loaded.
    """

    folder: Path
    preset: Preset
    has_camera: bool
    fingerprints: Mapping[str, str]
    bytes: Mapping[str, int]
    vae_width: int
    is_fp8: bool = False
    loras: tuple[LoraChoice, ...] = ()

    def open(self) -> Checkpoint:
        """Open the checkpoint, to load its networks."""
        checkpoint = _opened(self.folder, str(_stamp(self.folder)))
        return checkpoint.with_loras(self.loras) if self.loras else checkpoint


def embedded_folder() -> Path:
    """Where the checkpoint that comes with the program lies."""
    import model

    return Path(model.__file__).parent / "greybox"


def know_weights(folder: Path, memory: Path | None) -> Weights:
    """Recognise a checkpoint and name its content.

    Args:
        folder: In any layout.
        memory: Folder to remember the answer in.

    Raises:
        InputError: There is no such folder.
        WeightsError: It is no checkpoint that can be read.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder, must be a checkpoint. Check --weights.")
    stamp = _stamp(folder)
    remembered = _remembered(memory)
    known = remembered.get(str(folder))
    if known is not None and known.get("stamp") == stamp:
        return _from_json(folder, known)
    weights = _know(folder, str(stamp))
    if memory is not None:
        remembered[str(folder)] = {"stamp": stamp, **_to_json(weights)}
        content = {"format": FORMAT, "checkpoints": remembered}
        write_atomically(memory / MEMORY, canonical_json(content).encode())
    return weights


@lru_cache(maxsize=2)
def _opened(folder: Path, stamp: str) -> Checkpoint:
    """A folder opened once for all stages; the stamp is there to tell its versions apart."""
    from model.weights.checkpoint import open_checkpoint

    return open_checkpoint(folder)


def _know(folder: Path, stamp: str) -> Weights:
    checkpoint = _opened(folder, stamp)
    names = [expert.name for expert in checkpoint.preset.experts]
    prints = {name: checkpoint.expert_fingerprint(index) for index, name in enumerate(names)}
    files = {name: checkpoint.experts[index].files for index, name in enumerate(names)}
    files |= {"text": checkpoint.text_part.files, "vae": checkpoint.vae_part.files}
    return Weights(
        folder=folder,
        preset=checkpoint.preset,
        has_camera=checkpoint.camera_unshuffle is not None,
        fingerprints=prints
        | {"text": checkpoint.text_fingerprint(), "vae": checkpoint.vae_fingerprint()},
        bytes={name: _bytes(place) for name, place in files.items()},
        vae_width=checkpoint.vae.decoder_width,
        is_fp8=checkpoint.is_fp8,
    )


def _bytes(files: Sequence[Path]) -> int:
    return sum(path.stat().st_size for path in files)


def _stamp(folder: Path) -> list[list[object]]:
    """Path, size and time of every file that could matter."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = [(path, path.stat()) for path in files]
    return [[str(p.relative_to(folder)), s.st_size, s.st_mtime_ns] for p, s in stats]


def _remembered(memory: Path | None) -> dict[str, dict[str, Any]]:
    """What is remembered, empty if it cannot be read: it can always be found out again."""
    content = {} if memory is None else read_object(memory / MEMORY)
    known = content.get("checkpoints") if content.get("format") == FORMAT else None
    return known if isinstance(known, dict) else {}


def _to_json(weights: Weights) -> dict[str, Any]:
    preset = asdict(weights.preset)
    preset["fps"] = str(weights.preset.fps)
    return {
        "preset": preset,
        "has_camera": weights.has_camera,
        "fingerprints": dict(weights.fingerprints),
        "bytes": dict(weights.bytes),
        "vae_width": weights.vae_width,
        "is_fp8": weights.is_fp8,
    }


def _from_json(folder: Path, known: Mapping[str, Any]) -> Weights:
    fields = dict(known["preset"])
    fields["fps"] = Fraction(fields["fps"])
    fields["experts"] = tuple(Expert(**expert) for expert in fields["experts"])
    fields["sizes"] = tuple(tuple(size) for size in fields["sizes"])
    for name in ("stride", "patch"):
        fields[name] = tuple(fields[name])
    if fields["backbone"] is not None:
        fields["backbone"] = Backbone(**fields["backbone"])
    return Weights(
        folder=folder,
        preset=Preset(**fields),
        has_camera=known["has_camera"],
        fingerprints=known["fingerprints"],
        bytes=known["bytes"],
        vae_width=known["vae_width"],
        is_fp8=known["is_fp8"],
    )
