"""Whose tensors these are: which part of which model, told from names and shapes alone.

The two experts of a pair have the same names and shapes; only where a file lies tells them apart,
see `survey`. Models that cannot be rendered are recognised too, so that a message can name them.

Source: tensor names of Wan2.2 wan/modules/*.py; ComfyUI comfy/model_detection.py for the idea.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["expert", "vae", "text", "adapter", "lora", "other"]
Shapes = Mapping[str, tuple[int, ...]]

ORIGINAL, DIFFUSERS, GGUF = "original", "diffusers", "gguf"
PREFIXES = ("model.diffusion_model.", "diffusion_model.", "model.", "transformer.", "")
"""What writers put before every name, longest first."""

ADAPTER = "control_adapter.conv.weight"


@dataclass(frozen=True)
class Kind:
    """What a set of tensors is.

    Attributes:
        role: Which part of a checkpoint.
        model: For people, such as "Wan 2.2 A14B text-to-video expert".
        naming: Whose names it uses, one of ORIGINAL, DIFFUSERS, GGUF.
        prefix: Before every name.
        is_readable: Whether it can be part of a checkpoint here.
        vae_class: One of `presets.VAE_CLASSES`: what an autoencoder is, or what an expert needs;
            that of the newer class has one expert, of the older two.
    """

    role: Role
    model: str
    naming: str = ORIGINAL
    prefix: str = ""
    is_readable: bool = True
    vae_class: str = ""


# First tensor that is there decides; all of these are beyond what is rendered here.
FOREIGN_EXPERTS = (
    ("casual_audio_encoder.", "Wan2.2-S2V-14B, speech to video"),
    ("face_adapter.", "Wan2.2-Animate-14B, a character set in motion"),
    ("motion_encoder.", "Wan2.2-Animate-14B, a character set in motion"),
    ("vace_", "VACE, controlled generation and editing"),
    ("ref_conv.", "Wan2.2-Fun-Control, a video that steers another"),
    ("img_emb.", "Wan 2.1 image-to-video, with a CLIP branch"),
    ("condition_embedder.image_embedder.", "Wan 2.1 image-to-video, with a CLIP branch"),
)
# Model and the autoencoder it needs, by channels in and out.
CAMERA_EXPERTS = {
    (36, 16): ("Wan2.2-Fun-A14B-Control-Camera expert", "wan2.1"),
    (100, 48): ("Wan2.2-Fun-5B-Control-Camera", "wan2.2"),
}
"""Of those with a camera adapter inside, and published so."""

READABLE_EXPERTS = {
    (48, 48): ("Wan 2.2 TI2V-5B or a relative", "wan2.2"),
    (16, 16): ("Wan 2.2 A14B text-to-video expert", "wan2.1"),
    (36, 16): ("Wan 2.2 A14B image-to-video expert", "wan2.1"),
}
FOREIGN_PARTS = (
    ("wav2vec2.", "wav2vec2, the ears of S2V-14B"),
    ("visual.", "a CLIP image encoder, of Wan 2.1 or Animate-14B"),
    ("vision_model.", "a CLIP image encoder, of Wan 2.1 or Animate-14B"),
)
# A text encoder of another family would be filled into UMT5 and refused by its shapes only.
LORA_MARKS = (".lora_down.", ".lora_up.", ".lora_A.", ".lora_B.", ".hada_w1_a", ".lokr_w")
LORA_ENDS = (".diff", ".diff_b", ".diff_m")


def kind_of(shapes: Shapes) -> Kind:
    """Recognise the tensors of one network by name and shape."""
    if any(mark in name for name in shapes for mark in LORA_MARKS) or any(
        name.endswith(LORA_ENDS) for name in shapes
    ):
        return Kind("lora", "LoRA")
    for recognise in (_expert, _vae, _text, _adapter):
        for prefix in PREFIXES:
            found = recognise(shapes, prefix)
            if found is not None:
                return found
    for start, model in FOREIGN_PARTS:
        if any(name.startswith(start) for name in shapes):
            return Kind("other", model, is_readable=False)
    return Kind("other", "not a part of Wan", is_readable=False)


def _expert(shapes: Shapes, prefix: str) -> Kind | None:
    patches = shapes.get(f"{prefix}patch_embedding.weight")
    if patches is None or len(patches) != 5:
        return None
    for naming, head in ((ORIGINAL, "head.head.weight"), (DIFFUSERS, "proj_out.weight")):
        rows = shapes.get(prefix + head)
        if rows is not None:
            foreign = _foreign_expert(shapes, prefix, patches, rows)
            if foreign:
                return Kind("expert", foreign, naming, prefix, is_readable=False)
            model, vae_class = _readable_expert(shapes, prefix, _channels(patches, rows))
            return Kind("expert", model, naming, prefix, vae_class=vae_class)
    return None


def _foreign_expert(
    shapes: Shapes, prefix: str, patches: tuple[int, ...], head: tuple[int, ...]
) -> str:
    """Name of a model that is not rendered here, or nothing."""
    for start, model in FOREIGN_EXPERTS:
        if any(name.startswith(prefix + start) for name in shapes):
            return model
    channels = _channels(patches, head)
    if channels == (16, 16) and patches[0] == 1536:
        return "Wan 2.1 T2V-1.3B, text to video"
    if channels == (100, 48) and prefix + ADAPTER not in shapes:
        return "Wan2.2-Fun-5B-InP, a clip filled in between pictures"
    if channels not in READABLE_EXPERTS | CAMERA_EXPERTS:
        return f"a relative of Wan with {channels[0]} channels in and {channels[1]} out"
    return ""


def _readable_expert(shapes: Shapes, prefix: str, channels: tuple[int, int]) -> tuple[str, str]:
    """Model and class of autoencoder of an expert that can be rendered."""
    if prefix + ADAPTER not in shapes:
        return READABLE_EXPERTS[channels]
    if channels in CAMERA_EXPERTS:
        return CAMERA_EXPERTS[channels]
    model, vae_class = READABLE_EXPERTS[channels]
    return f"{model}, with a camera adapter", vae_class


def _channels(patches: tuple[int, ...], head: tuple[int, ...]) -> tuple[int, int]:
    """Channels in and out, from the shapes of the first and of the last product."""
    return patches[1], head[0] // math.prod(patches[2:])


def _vae(shapes: Shapes, prefix: str) -> Kind | None:
    original = all(prefix + name in shapes for name in ("decoder.conv1.weight", "conv2.weight"))
    diffusers = all(
        prefix + name in shapes for name in ("decoder.conv_in.weight", "post_quant_conv.weight")
    )
    if not original and not diffusers:
        return None
    if len(shapes[prefix + ("conv2.weight" if original else "post_quant_conv.weight")]) != 5:
        return Kind("other", "an autoencoder for pictures, of another model", is_readable=False)
    marks = ("encoder.downsamples.0.downsamples.", "encoder.down_blocks.0.resnets.")
    is_wan22 = any(name.startswith(tuple(prefix + mark for mark in marks)) for name in shapes)
    name = "2.2" if is_wan22 else "2.1"
    return Kind(
        "vae",
        f"Wan {name} autoencoder",
        ORIGINAL if original else DIFFUSERS,
        prefix,
        vae_class=f"wan{name}",
    )


def _text(shapes: Shapes, prefix: str) -> Kind | None:
    marks = {
        ORIGINAL: ("token_embedding.weight", "blocks.0.pos_embedding.embedding.weight"),
        DIFFUSERS: (
            "encoder.final_layer_norm.weight",
            "encoder.block.0.layer.0.SelfAttention.q.weight",
        ),
        GGUF: ("token_embd.weight", "enc.blk.0.attn_q.weight"),
    }
    for naming, names in marks.items():
        if all(prefix + name in shapes for name in names):
            return Kind("text", "UMT5 text encoder", naming, prefix)
    return None


def _adapter(shapes: Shapes, prefix: str) -> Kind | None:
    if prefix + ADAPTER not in shapes:
        return None
    return Kind("adapter", "camera adapter of an expert", prefix=prefix)
