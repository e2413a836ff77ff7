"""Networks in a folder, recognised by tensor names and shapes: which part of which model they are.

Only headers are read. Shards are grouped by their index file or by the numbers in their names.
The two experts of a pair have the same names and shapes; only the names of files and folders tell
them apart. Models that cannot be rendered are recognised too, for error messages.

Source: tensor names of Wan2.2 wan/modules/*.py; ComfyUI comfy/model_detection.py for the idea.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from model.exceptions import WeightsError
from model.weights import rename
from model.weights.scaled import with_scales
from model.weights.tensor_files import StoredTensor, read_header

Role = Literal["expert", "vace", "vae", "text", "adapter", "lora", "other"]
Shapes = Mapping[str, tuple[int, ...]]

ORIGINAL, DIFFUSERS, GGUF = "original", "diffusers", "gguf"
PREFIXES = ("model.diffusion_model.", "diffusion_model.", "model.", "transformer.", "")
"""Prefixes that some writers put before every name, longest first."""

ADAPTER = "control_adapter.conv.weight"
REFERENCE = "ref_conv.weight"
VACE = "vace_patch_embedding.weight"


@dataclass(frozen=True)
class Kind:
    """Part and model that a set of tensors belongs to.

    Attributes:
        model: Description for users, such as "Wan 2.2 A14B text-to-video expert".
        naming: Naming scheme, one of ORIGINAL, DIFFUSERS, GGUF.
        prefix: Prefix of every name.
        is_readable: Whether it can be part of a checkpoint that this program renders.
        vae_class: One of `presets.VAE_CLASSES`: the class of an autoencoder, or the one that an
            expert needs. Models on "wan2.2" have one expert, those on "wan2.1" two.
    """

    role: Role
    model: str
    naming: str = ORIGINAL
    prefix: str = ""
    is_readable: bool = True
    vae_class: str = ""


# Models that cannot be rendered, by the start of a name that only they have.
FOREIGN_EXPERTS = (
    ("casual_audio_encoder.", "Wan2.2-S2V-14B, speech to video"),
    ("face_adapter.", "Wan2.2-Animate-14B, a character set in motion"),
    ("motion_encoder.", "Wan2.2-Animate-14B, a character set in motion"),
    ("img_emb.", "Wan 2.1 image-to-video, with a CLIP branch"),
    ("condition_embedder.image_embedder.", "Wan 2.1 image-to-video, with a CLIP branch"),
)
FOREIGN_PARTS = (
    ("wav2vec2.", "wav2vec2, the audio encoder of S2V-14B"),
    ("visual.", "a CLIP image encoder, of Wan 2.1 or Animate-14B"),
    ("vision_model.", "a CLIP image encoder, of Wan 2.1 or Animate-14B"),
)
# Model and class of its autoencoder, by channels in and out.
EXPERTS = {
    (48, 48): ("Wan 2.2 TI2V-5B or a relative", "wan2.2"),
    (16, 16): ("Wan 2.2 A14B text-to-video expert", "wan2.1"),
    (36, 16): ("Wan 2.2 A14B image-to-video expert", "wan2.1"),
    (52, 16): ("Wan2.2-Fun-A14B-Control expert", "wan2.1"),
    (148, 48): ("Wan2.2-Fun-5B-Control", "wan2.2"),
}
VACE_WIDTHS = {1536: "Wan 2.1 VACE-1.3B", 5120: "VACE 14B expert, of Wan2.2-Fun or Wan 2.1"}
CAMERA_EXPERTS = {
    (36, 16): ("Wan2.2-Fun-A14B-Control-Camera expert", "wan2.1"),
    (100, 48): ("Wan2.2-Fun-5B-Control-Camera", "wan2.2"),
}
"""Published with a camera adapter inside."""

# Functions from names in files to names in networks, where they differ.
TRANSLATIONS = {
    ("expert", DIFFUSERS): rename.TRANSFORMER.to_original,
    ("vace", DIFFUSERS): rename.TRANSFORMER.to_original,
    ("wan2.1", DIFFUSERS): rename.VAE_WAN21.to_original,
    ("wan2.2", DIFFUSERS): rename.VAE_WAN22.to_original,
    ("text", ORIGINAL): rename.TEXT.to_diffusers,
    ("text", GGUF): rename.TEXT_GGUF.to_diffusers,
}
LORA_MARKS = (".lora_down.", ".lora_up.", ".lora_A.", ".lora_B.", ".hada_w1_a", ".lokr_w")
LORA_ENDS = (".diff", ".diff_b", ".diff_m")


def kind_of(shapes: Shapes) -> Kind:
    """Recognise the tensors of one network by name and shape."""
    if any(name.endswith(LORA_ENDS) or any(m in name for m in LORA_MARKS) for name in shapes):
        return Kind("lora", "LoRA")
    bare_shapes = {
        prefix: {n.removeprefix(prefix): shapes[n] for n in shapes if n.startswith(prefix)}
        for prefix in PREFIXES
    }
    for recognise in (_expert, _vae, _text, _adapter, _vace):
        for prefix, bare in bare_shapes.items():
            kind = recognise(bare)
            if kind is not None:
                return replace(kind, prefix=prefix)
    for start, model in FOREIGN_PARTS:
        if any(name.startswith(start) for name in shapes):
            return Kind("other", model, is_readable=False)
    return Kind("other", "not a part of Wan", is_readable=False)


def _expert(shapes: Shapes) -> Kind | None:
    patches = shapes.get("patch_embedding.weight")
    naming = ORIGINAL if "head.head.weight" in shapes else DIFFUSERS
    rows = shapes.get("head.head.weight", shapes.get("proj_out.weight"))
    if patches is None or len(patches) != 5 or rows is None:
        return None
    channels = patches[1], rows[0] // math.prod(patches[2:])
    foreign = _foreign_expert(shapes, channels, width=patches[0])
    if foreign is not None:
        return Kind("expert", foreign, naming, is_readable=False)
    has_camera = ADAPTER in shapes
    if has_camera and channels in CAMERA_EXPERTS:
        model, vae_class = CAMERA_EXPERTS[channels]
    else:
        model, vae_class = EXPERTS[channels]
        model += ", with a camera adapter" if has_camera else ""
    if VACE in shapes:
        model = VACE_WIDTHS.get(patches[0], "VACE expert")
    return Kind("expert", model, naming, vae_class=vae_class)


def _foreign_expert(shapes: Shapes, channels: tuple[int, int], *, width: int) -> str | None:
    """Name of a model that cannot be rendered, None for others."""
    for start, model in FOREIGN_EXPERTS:
        if any(name.startswith(start) for name in shapes):
            return model
    if channels == (16, 16) and width == 1536 and VACE not in shapes:
        return "Wan 2.1 T2V-1.3B, text to video"
    if channels == (100, 48) and ADAPTER not in shapes:
        return "Wan2.2-Fun-5B-InP, a clip filled in between pictures"
    if channels not in EXPERTS | CAMERA_EXPERTS:
        return f"a relative of Wan with {channels[0]} channels in and {channels[1]} out"
    return None


def _vae(shapes: Shapes) -> Kind | None:
    for naming, first, conv in (
        (ORIGINAL, "decoder.conv1.weight", "conv2.weight"),
        (DIFFUSERS, "decoder.conv_in.weight", "post_quant_conv.weight"),
    ):
        if first not in shapes or conv not in shapes:
            continue
        if len(shapes[conv]) != 5:
            return Kind("other", "an image autoencoder of another model", is_readable=False)
        levels = ("encoder.downsamples.0.downsamples.", "encoder.down_blocks.0.resnets.")
        version = "2.2" if any(name.startswith(levels) for name in shapes) else "2.1"
        return Kind("vae", f"Wan {version} autoencoder", naming, vae_class=f"wan{version}")
    return None


def _text(shapes: Shapes) -> Kind | None:
    for naming, *names in (
        (ORIGINAL, "token_embedding.weight", "blocks.0.pos_embedding.embedding.weight"),
        (
            DIFFUSERS,
            "encoder.final_layer_norm.weight",
            "encoder.block.0.layer.0.SelfAttention.q.weight",
        ),
        (GGUF, "token_embd.weight", "enc.blk.0.attn_q.weight"),
    ):
        if all(name in shapes for name in names):
            return Kind("text", "UMT5 text encoder", naming)
    return None


def _adapter(shapes: Shapes) -> Kind | None:
    return Kind("adapter", "camera adapter of an expert") if ADAPTER in shapes else None


def _vace(shapes: Shapes) -> Kind | None:
    if VACE not in shapes:
        return None
    naming = DIFFUSERS if "vace_blocks.0.proj_in.weight" in shapes else ORIGINAL
    return Kind("vace", "VACE part of an expert", naming)


SUFFIXES = (".safetensors", ".sft", ".pth", ".pt", ".ckpt", ".bin", ".gguf")
INDEX = ".index.json"
SHARD = re.compile(r"(.+)-(\d{5})-of-(\d{5})(\.\w+)")
SAMPLES = 64
SAMPLE_BYTES = 4096
SKIPPED = (".cache", ".git")


@dataclass(frozen=True)
class Network:
    """Files, in order of their numbers, that together contain the tensors of one network.

    The tensors are as stored, with markers and scales. The noise is "high" or "low" if names say
    so, else "".
    """

    files: tuple[Path, ...]
    tensors: tuple[StoredTensor, ...]
    kind: Kind
    noise: str = ""

    @property
    def place(self) -> Path:
        """Its single file, or the folder of its shards."""
        return self.files[0] if len(self.files) == 1 else self.files[0].parent

    @property
    def has_vace(self) -> bool:
        """Whether it is or contains the VACE part of an expert."""
        return self.kind.role in ("expert", "vace") and VACE in self.shapes

    @property
    def num_bytes(self) -> int:
        """Size of its files."""
        return sum(file.stat().st_size for file in self.files)

    def rename(self, name: str) -> str:
        """Map the name of a tensor in the files to its name in the network.

        Raises:
            WeightsError: No tensor of such a network has this name.
        """
        kind = self.kind
        if not name.startswith(kind.prefix):
            raise WeightsError(f"{name!r}: does not begin with {kind.prefix!r} like the others.")
        network = kind.vae_class if kind.role == "vae" else kind.role
        translate = TRANSLATIONS.get((network, kind.naming), str)
        return translate(name.removeprefix(kind.prefix))

    @cached_property
    def shapes(self) -> Shapes:
        """Shapes of the parameters by their names in the network."""
        shapes = {}
        for stored in with_scales(self.tensors):
            try:
                shapes[self.rename(stored.name)] = stored.shape
            except WeightsError as error:
                raise WeightsError(f"{stored.file}: {error}") from None
        return shapes

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of a parameter by its name in the network."""
        if name not in self.shapes:
            raise WeightsError(
                f"{self.files[0]}: tensor {name!r} is missing. Is it cut short? Fetch it again."
            )
        return self.shapes[name]

    def count_blocks(self, prefix: str) -> int:
        """Number of blocks whose names begin with a prefix and a number."""
        names = [name.removeprefix(prefix) for name in self.shapes if name.startswith(prefix)]
        return len({int(name.split(".")[0]) for name in names})


@dataclass(frozen=True)
class Survey:
    """Networks in a folder and its subfolders, by path, and a message per unreadable file."""

    folder: Path
    networks: tuple[Network, ...]
    problems: tuple[str, ...]


def survey(folder: Path) -> Survey:
    """Find the networks in a folder and its subfolders.

    Raises:
        WeightsError: There is no such folder.
    """
    if not folder.is_dir():
        raise WeightsError(f"{folder}: no such folder. Name the folder of a checkpoint.")
    networks, problems = [], []
    for files in _file_groups(folder):
        try:
            _require_all_shards(files)
            tensors = tuple(stored for file in files for stored in read_header(file))
            kind = kind_of({stored.name: stored.shape for stored in tensors})
            has_noise = kind.role in ("expert", "vace", "lora", "adapter")
            noise = rename.noise_in_name(folder, files[0]) if has_noise else ""
            networks.append(Network(files, tensors, kind, noise))
        except WeightsError as error:
            problems.append(str(error))
    return Survey(folder, tuple(networks), tuple(problems))


def _file_groups(folder: Path) -> Iterator[tuple[Path, ...]]:
    """Yield files that belong together: shards of an index or numbering, or one file alone."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        place = Path(root)
        weights = {name for name in names if name.lower().endswith(SUFFIXES)}
        # macOS writes metadata of a file into "._" and its name.
        weights -= {name for name in weights if name.startswith("._")}
        for shards in _indexed_shards(place, [name for name in names if name.endswith(INDEX)]):
            listed = weights & set(shards)
            if listed:
                yield tuple(place / name for name in sorted(shards))
            weights -= listed
        groups: dict[tuple[str, ...], list[str]] = {}
        for name in sorted(weights):
            match = SHARD.fullmatch(name)
            key = (match[1], match[3], match[4]) if match else (name,)
            groups.setdefault(key, []).append(name)
        for group in groups.values():
            yield tuple(place / name for name in group)


def _indexed_shards(place: Path, indices: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the shards of every index file; files that are no index are skipped."""
    for name in sorted(indices):
        try:
            content = json.loads((place / name).read_text(encoding="utf-8"))
            shards = {str(shard) for shard in content["weight_map"].values()}
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            continue
        # The index is untrusted: it may name files in its own folder only.
        yield tuple(shard for shard in shards if Path(shard).name == shard)


def _require_all_shards(files: tuple[Path, ...]) -> None:
    matches = [match for file in files if (match := SHARD.fullmatch(file.name))]
    count = int(matches[0][3]) if matches else 0
    # The count is untrusted too.
    numbers = set(range(1, min(count, 10_000) + 1)) - {int(match[2]) for match in matches}
    absent = [file.name for file in files if not file.is_file()]
    if numbers or absent:
        shard = absent[0] if absent else f"number {min(numbers)} of {count}"
        raise WeightsError(
            f"{files[0].parent}: shard {shard} is not there. Fetch the folder again."
        )


def quick_hash(files: Sequence[Path]) -> str:
    """Hash the sizes and a few samples of files, in milliseconds.

    Two files that differ in a single tensor may get the same hash: for display and for finding
    duplicates, never for a cache key.
    """
    digest = hashlib.sha256()
    for file in files:
        size = file.stat().st_size
        digest.update(size.to_bytes(8, "little"))
        with file.open("rb") as stream:
            for sample in range(SAMPLES):
                stream.seek(size * sample // SAMPLES)
                digest.update(stream.read(SAMPLE_BYTES))
    return digest.hexdigest()
