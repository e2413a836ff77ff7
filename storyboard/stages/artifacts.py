"""What passes between stages, and how it lies on disk: TextContext, Latent, Clip.

Contexts and latents are safetensors, which hold numbers and nothing that runs; clips are
losslessly coded video. The store checks every file against its SHA-256. Tensors that could not be
shown are refused on the way in, so that nothing not finite is ever kept. Clips need no torch,
so it is imported where tensors are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.errors import StoryboardError
from storyboard.film.video import LOSSLESS, Frame, read_video, write_video

if TYPE_CHECKING:
    from torch import Tensor

    from model.flow import SolverState


@dataclass(frozen=True)
class TextContext:
    """One encoded prompt.

    Attributes:
        context: (M, D) without padding.
    """

    context: Tensor

    def save(self, path: Path) -> None:
        """Write a safetensors file."""
        from safetensors.torch import save_file

        _check_finite("context", self.context)
        save_file({"context": self.context.contiguous().cpu()}, path)

    @classmethod
    def load(cls, path: Path) -> TextContext:
        """Read what `save` wrote."""
        from safetensors.torch import load_file

        return cls(load_file(path)["context"])


@dataclass(frozen=True)
class Latent:
    """A latent between two experts, with all that the solver remembers.

    Attributes:
        state: Latent, step and solver history.
    """

    state: SolverState

    def save(self, path: Path) -> None:
        """Write a safetensors file."""
        from safetensors.torch import save_file

        tensors = self.state.tensors()
        for name, tensor in tensors.items():
            _check_finite(name, tensor)
        # Cloned, since a solver's history may be the latent itself, which the format refuses.
        save_file(
            {name: tensor.cpu().contiguous().clone() for name, tensor in tensors.items()}, path
        )

    @classmethod
    def load(cls, path: Path) -> Latent:
        """Read what `save` wrote."""
        from safetensors.torch import load_file

        from model.flow import SolverState

        return cls(SolverState.from_tensors(load_file(path)))


@dataclass(frozen=True)
class Clip:
    """The frames the model made of a take, at its own size and rate.

    Attributes:
        path: Losslessly coded video.
    """

    path: Path

    def frames(self) -> Iterator[Frame]:
        """Read (H, W, 3) RGB uint8 frames, in order."""
        return read_video(self.path)

    @staticmethod
    def save(path: Path, frames: Iterator[Frame], *, fps: Fraction) -> int:
        """Write frames as they come; returns how many."""
        return write_video(path, frames, fps=fps, encoding=LOSSLESS)


def _check_finite(name: str, tensor: Tensor) -> None:
    import torch

    if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
        raise StoryboardError(
            f"{name}: holds numbers that are not finite, must be finite. "
            "Lower the guidance, or check the weights."
        )
