"""Recognition of networks by tensor names and shapes: which part of which model they are.

The two experts of a pair have the same names and shapes; only their file names tell them apart,
see `survey`. Models that cannot be rendered are recognised too, for error messages.

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
"""Prefixes that some writers put before every name, longest first."""

ADAPTER = "control_adapter.conv.weight"


@dataclass(frozen=True)
class Kind:
    """Part and model that a set of tensors belongs to.

    Attributes:
        role: Part of a checkpoint.
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
    ("vace_", "VACE, controlled generation and editing"),
    ("ref_conv.", "Wan2.2-Fun-Control, a video that steers another"),
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
}
CAMERA_EXPERTS = {
    (36, 16): ("Wan2.2-Fun-A14B-Control-Camera expert", "wan2.1"),
    (100, 48): ("Wan2.2-Fun-5B-Control-Camera", "wan2.2"),
}
"""Published with a camera adapter inside."""

LORA_MARKS = (".lora_down.", ".lora_up.", ".lora_A.", ".lora_B.", ".hada_w1_a", ".lokr_w")
LORA_ENDS = (".diff", ".diff_b", ".diff_m")


def kind_of(shapes: Shapes) -> Kind:
    """Recognise the tensors of one network by name and shape."""
    if any(mark in name for name in shapes for mark in LORA_MARKS) or any(
        name.endswith(LORA_ENDS) for name in shapes
    ):
        return Kind("lora", "LoRA")
    for recognise in (_expert, _vae, _text):
        for prefix in PREFIXES:
            kind = recognise(shapes, prefix)
            if kind is not None:
                return kind
    for prefix in PREFIXES:
        if prefix + ADAPTER in shapes:
            return Kind("adapter", "camera adapter of an expert", prefix=prefix)
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
        if rows is None:
            continue
        channels = patches[1], rows[0] // math.prod(patches[2:])
        foreign = _foreign_expert(shapes, prefix, channels, width=patches[0])
        if foreign is not None:
            return Kind("expert", foreign, naming, prefix, is_readable=False)
        has_camera = prefix + ADAPTER in shapes
        if has_camera and channels in CAMERA_EXPERTS:
            model, vae_class = CAMERA_EXPERTS[channels]
        else:
            model, vae_class = EXPERTS[channels]
            model += ", with a camera adapter" if has_camera else ""
        return Kind("expert", model, naming, prefix, vae_class=vae_class)
    return None


def _foreign_expert(
    shapes: Shapes, prefix: str, channels: tuple[int, int], *, width: int
) -> str | None:
    """Name of a model that cannot be rendered, None for others."""
    for start, model in FOREIGN_EXPERTS:
        if any(name.startswith(prefix + start) for name in shapes):
            return model
    if channels == (16, 16) and width == 1536:
        return "Wan 2.1 T2V-1.3B, text to video"
    if channels == (100, 48) and prefix + ADAPTER not in shapes:
        return "Wan2.2-Fun-5B-InP, a clip filled in between pictures"
    if channels not in EXPERTS | CAMERA_EXPERTS:
        return f"a relative of Wan with {channels[0]} channels in and {channels[1]} out"
    return None


def _vae(shapes: Shapes, prefix: str) -> Kind | None:
    for naming, first, conv in (
        (ORIGINAL, "decoder.conv1.weight", "conv2.weight"),
        (DIFFUSERS, "decoder.conv_in.weight", "post_quant_conv.weight"),
    ):
        if prefix + first not in shapes or prefix + conv not in shapes:
            continue
        if len(shapes[prefix + conv]) != 5:
            return Kind("other", "an image autoencoder of another model", is_readable=False)
        levels = ("encoder.downsamples.0.downsamples.", "encoder.down_blocks.0.resnets.")
        is_wan22 = any(
            name.startswith(tuple(prefix + level for level in levels)) for name in shapes
        )
        version = "2.2" if is_wan22 else "2.1"
        return Kind("vae", f"Wan {version} autoencoder", naming, prefix, vae_class=f"wan{version}")
    return None


def _text(shapes: Shapes, prefix: str) -> Kind | None:
    for naming, *names in (
        (ORIGINAL, "token_embedding.weight", "blocks.0.pos_embedding.embedding.weight"),
        (
            DIFFUSERS,
            "encoder.final_layer_norm.weight",
            "encoder.block.0.layer.0.SelfAttention.q.weight",
        ),
        (GGUF, "token_embd.weight", "enc.blk.0.attn_q.weight"),
    ):
        if all(prefix + name in shapes for name in names):
            return Kind("text", "UMT5 text encoder", naming, prefix)
    return None
