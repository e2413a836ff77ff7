"""Report on a folder of weights: networks found, misplaced, unreadable or missing.

Reads headers and a few samples of each file, and needs torch only for torch archives.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from model.exceptions import WeightsError
from model.weights.select import select_networks
from model.weights.survey import Network, Survey, quick_hash, survey
from model.weights.tensor_files import format_of

EXPERT = ("expert", "vace", "adapter")
# Roles that belong into folders of a certain name.
PLACES = {
    "vae": ("vae",), "loras": ("lora",),
    "text_encoder": ("text",), "text_encoders": ("text",),
    "transformer": EXPERT, "transformer_2": EXPERT,
    "high_noise_model": EXPERT, "low_noise_model": EXPERT,
    "diffusion_models": EXPERT, "unet": EXPERT,
}  # fmt: skip


@dataclass(frozen=True)
class ReportRow:
    """One network of a folder.

    Attributes:
        path: Its file or the folder of its shards, relative to the searched folder.
        part: Description of the network.
        noise: "high", "low" or "".
        dtypes: Of its tensors, the one with the most bytes first.
        num_tensors: Scales and markers included.
        hash: First 16 hexadecimal digits of `quick_hash`.
        misplaced: Why its folder is wrong, or "".
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
class WeightsReport:
    """Networks of a folder, by path, and a message per file that cannot be read.

    `missing` is the reason why the networks form no checkpoint, or "".
    """

    folder: Path
    rows: tuple[ReportRow, ...]
    problems: tuple[str, ...]
    missing: str

    @property
    def is_complete(self) -> bool:
        """Whether the folder can be rendered with."""
        return not self.missing


def report(folder: Path) -> WeightsReport:
    """Search a folder and report what it contains."""
    found = survey(folder)
    rows = tuple(_row(found, network) for network in found.networks)
    missing = ""
    try:
        if (folder / "model_index.json").is_file():
            _require_diffusers_parts(found)
        else:
            select_networks(found)
    except WeightsError as error:
        missing = str(error)
    return WeightsReport(folder, rows, found.problems, missing)


def _require_diffusers_parts(found: Survey) -> None:
    for name, role in (("transformer", "expert"), ("vae", "vae"), ("text_encoder", "text")):
        place = found.folder / name
        networks = [network for network in found.networks if network.files[0].parent == place]
        if not any(network.kind.role == role for network in networks):
            raise WeightsError(f"{place}: holds no {role}, must hold one. Fetch the folder again.")
        foreign = [network for network in networks if not network.kind.is_readable]
        if foreign:
            raise WeightsError(
                f"{foreign[0].files[0]}: is {foreign[0].kind.model}, which cannot be rendered."
            )
    tokenizer = found.folder / "tokenizer"
    if not (tokenizer / "tokenizer.json").is_file():
        raise WeightsError(f"{tokenizer}: no tokenizer.json. Fetch the folder again.")


def _row(found: Survey, network: Network) -> ReportRow:
    first, role = network.files[0], network.kind.role
    weights: Counter[str] = Counter()
    for stored in network.tensors:
        weights[stored.dtype] += stored.num_bytes
    place = first.parent.name
    fitting = PLACES.get(place, (role,))
    is_misplaced = role not in (*fitting, "other")
    return ReportRow(
        path=str(network.place.relative_to(found.folder)),
        part=network.kind.model,
        noise=network.noise,
        form=format_of(first),
        dtypes=tuple(dtype for dtype, _ in weights.most_common()),
        num_tensors=len(network.tensors),
        num_bytes=network.num_bytes,
        hash=quick_hash(network.files)[:16],
        misplaced=f"lies in {place}, where {' or '.join(fitting)} belongs" if is_misplaced else "",
    )
