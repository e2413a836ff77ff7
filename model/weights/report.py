"""What a folder of weights holds, for people: found, missing, misplaced, recognised, unreadable.

Reads headers and a few samples of each file, never a whole one, and imports no torch.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from model.exceptions import WeightsError
from model.weights.dispatch import format_of
from model.weights.kinds import Kind
from model.weights.select import choose
from model.weights.survey import Network, Survey, quick_hash, survey

# Words in folders that say what belongs there, and the roles that do.
PLACES = {
    "vae": ("vae",),
    "text_encoder": ("text",),
    "text_encoders": ("text",),
    "transformer": ("expert", "adapter"),
    "transformer_2": ("expert", "adapter"),
    "diffusion_models": ("expert", "adapter"),
    "unet": ("expert", "adapter"),
    "high_noise_model": ("expert", "adapter"),
    "low_noise_model": ("expert", "adapter"),
    "loras": ("lora",),
}


@dataclass(frozen=True)
class Row:
    """One network of a folder.

    Attributes:
        path: Of its file, or of the folder of its shards, below the folder looked through.
        part: What it is.
        noise: "high", "low" or "".
        form: Format of its files.
        dtypes: Types of its tensors, the one with the most bytes first.
        num_tensors: As stored, scales and markers included.
        num_bytes: On disk.
        hash: Over sizes and samples of the files, 16 hexadecimal digits; see `quick_hash`.
        misplaced: What is wrong with where it lies, or "".
    """

    path: str
    part: str
    noise: str
    form: str
    dtypes: tuple[str, ...]
    num_tensors: int
    num_bytes: int
    hash: str
    misplaced: str


@dataclass(frozen=True)
class Report:
    """What a folder holds and whether that makes a checkpoint.

    Attributes:
        folder: That was looked through.
        rows: Networks, by path.
        problems: Files that cannot be read.
        missing: Why the networks make no checkpoint, or "".
    """

    folder: Path
    rows: tuple[Row, ...]
    problems: tuple[str, ...]
    missing: str

    @property
    def is_complete(self) -> bool:
        """Whether the folder can be rendered with."""
        return not self.missing


def report(folder: Path) -> Report:
    """Look through a folder.

    Raises:
        WeightsError: There is no such folder.
    """
    found = survey(folder)
    rows = tuple(_row(found, network) for network in found.networks)
    return Report(folder, rows, found.problems, _missing(found))


def _missing(found: Survey) -> str:
    """Why no checkpoint can be made of the networks."""
    try:
        if (found.folder / "model_index.json").is_file():
            _require_diffusers_parts(found)
        else:
            choose(found)
    except WeightsError as error:
        return str(error)
    return ""


def _require_diffusers_parts(found: Survey) -> None:
    wanted = {"transformer": "expert", "vae": "vae", "text_encoder": "text"}
    for place, role in wanted.items():
        there = [n for n in found.networks if n.files[0].parent == found.folder / place]
        if not any(network.kind.role == role for network in there):
            raise WeightsError(
                f"{found.folder / place}: holds no {role}, must hold one. Fetch the folder again."
            )
        foreign = [network for network in there if not network.kind.is_readable]
        if foreign:
            raise WeightsError(
                f"{foreign[0].files[0]}: is {foreign[0].kind.model}, which cannot be rendered."
            )
    if not (found.folder / "tokenizer" / "tokenizer.json").is_file():
        raise WeightsError(
            f"{found.folder / 'tokenizer'}: no tokenizer.json. Fetch the folder again."
        )


def _row(found: Survey, network: Network) -> Row:
    first = network.files[0]
    weights: Counter[str] = Counter()
    for stored in network.tensors:
        weights[stored.dtype] += stored.num_bytes
    return Row(
        path=str(network.place.relative_to(found.folder)),
        part=network.kind.model,
        noise=network.noise,
        form=format_of(first),
        dtypes=tuple(dtype for dtype, _ in weights.most_common()),
        num_tensors=len(network.tensors),
        num_bytes=network.num_bytes,
        hash=quick_hash(network.files)[:16],
        misplaced=_misplaced(first.parent.name, network.kind),
    )


def _misplaced(place: str, kind: Kind) -> str:
    fitting = PLACES.get(place)
    if fitting is None or kind.role in fitting or kind.role == "other":
        return ""
    return f"lies in {place}, where {' or '.join(fitting)} belongs"
