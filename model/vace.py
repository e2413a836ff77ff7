"""The VACE part of an expert: side blocks that read a control film and steer the main blocks.

Side block i adds a hint to the tokens behind main block `layers[i]`. Hints are computed just before
they are added, so that one is alive at a time. Parameters carry the names of the original
checkpoints.

Source: ali-vilab/VACE vace/models/wan/wan_vace.py; ComfyUI comfy/ldm/wan/model.py for the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from einops import rearrange
from torch import Tensor, nn

from model.block import Blocks, PreparedContext, TransformerBlock, embed_patches, prepare_blocks
from model.ops import Linear
from model.presets import VACE_CHANNELS, Backbone


class SideBlock(TransformerBlock):
    """A block of the side stack, with the projection of its hint.

    The first one also has the projection of the control tokens before they join the main ones.
    """

    def __init__(self, width: int, heads: int, ffn_width: int, *, is_first: bool) -> None:
        super().__init__(width, heads, ffn_width)
        if is_first:
            self.before_proj = Linear(width, width)
        self.after_proj = Linear(width, width)


class VacePart(nn.Module):
    """Side blocks for the layers `backbone.control_layers` of an expert of the same sizes."""

    def __init__(self, backbone: Backbone, patch: tuple[int, int, int] = (1, 2, 2)) -> None:
        super().__init__()
        sizes = (backbone.width, backbone.heads, backbone.ffn_width)
        self.layers = backbone.control_layers
        self.vace_patch_embedding = nn.Conv3d(VACE_CHANNELS, backbone.width, patch, stride=patch)
        blocks = (SideBlock(*sizes, is_first=not layer) for layer in self.layers)
        self.vace_blocks = Blocks(blocks)

    def embed(self, context: Tensor) -> Tensor:
        """Embed a control context, (B, 96, T, H, W), as tokens (B, L, D), the same at every step.

        References are the first frames of the context.
        """
        return embed_patches(context, self.vace_patch_embedding)

    def prepare(self, text: Tensor, bias: Tensor | None) -> PreparedContext:
        """Compute keys and values of a text from `Transformer.embed_text` for every side block."""
        return prepare_blocks(self.vace_blocks, text, bias)

    def hints(
        self,
        control: Tensor,
        x: Tensor,
        time: Tensor,
        rotations: Tensor,
        texts: Sequence[PreparedContext],
    ) -> Iterator[list[Tensor]]:
        """Compute the hints of one step in the order of the layers, one per text each.

        Args:
            control: (B, L, D) from `embed`.
            x: (B, S, N, D) tokens before the first main block.
            time: (B, S, 6, D), as the main blocks read it.
            rotations: (L, 1, K/2) complex.
            texts: From `prepare`, one per branch.

        Yields:
            For every layer, one (B, S, N, D) float32 per text.
        """
        streams: list[Tensor] = []
        for index, each in enumerate(self.vace_blocks.passing()):
            block = cast("SideBlock", each)
            if index == 0:
                joined = block.before_proj(control)  # (B, L, D)
                joined = rearrange(joined.float(), "b (s n) d -> b s n d", s=x.shape[1])
                # The branches enter as the same tokens and leave as different ones.
                streams = block(x + joined, time, rotations, [text[0] for text in texts])
            else:
                for branch, text in enumerate(texts):
                    streams[branch] = block(streams[branch], time, rotations, [text[index]])[0]
            dtype = block.ffn.dtype
            yield [block.after_proj(stream.to(dtype)).float() for stream in streams]


@dataclass(frozen=True)
class Steering:
    """A VACE part with what it reads at one step.

    Attributes:
        part: Of the expert that is steered.
        control: (B, L, D) from `VacePart.embed`.
        texts: From `VacePart.prepare`, one per branch.
        strength: That all hints are multiplied by, or one number for each.
    """

    part: VacePart
    control: Tensor
    texts: tuple[PreparedContext, ...]
    strength: float | tuple[float, ...] = 1.0

    def scales(self) -> dict[int, float]:
        """Strength of the hint of every layer that has one."""
        layers = self.part.layers
        each = self.strength if isinstance(self.strength, tuple) else (self.strength,) * len(layers)
        return dict(zip(layers, each, strict=True))
