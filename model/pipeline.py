"""The door for people who want the model alone: load a folder, generate frames.

The stages of `storyboard` use the same functions one by one, over many takes; here they run in
order for one. What differs between runs is told by arguments, nothing is read from elsewhere.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from model.autoencoder.codec import Autoencoder
from model.autoencoder.tiling import decode_frames
from model.camera_adapter import CameraPath, path_rays
from model.denoise import OnStep, Remix, denoise, draw_noise, remix_noise
from model.exceptions import GeometryError, PresetError
from model.flow import expert_steps, remix_schedule
from model.geometry import Tiling, latent_shape, pixel_frames, size_for_picture, tiling
from model.pictures import (
    Picture,
    check_pictures,
    encode_clip,
    encode_pictures,
    given,
)
from model.presets import Preset, Size
from model.solvers import SolverState
from model.transformer import Transformer
from model.weights.checkpoint import Checkpoint, open_checkpoint

Residency = Literal["all", "one"]


@dataclass(frozen=True)
class Wan:
    """A checkpoint, and the dtype and device that its networks are loaded with.

    Attributes:
        checkpoint: Files and sizes.
        dtype: Of the experts and the text encoder; the autoencoder is float32, as in the
            reference.
        device: Where the networks lie.
        residency: "all" keeps every network once loaded, "one" only the one at work.
        tiles: How frames are cut for decoding; None decodes them whole.
    """

    checkpoint: Checkpoint
    dtype: torch.dtype
    device: torch.device
    residency: Residency = "all"
    tiles: Tiling | None = None
    _networks: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def preset(self) -> Preset:
        """What the checkpoint is, with its defaults."""
        return self.checkpoint.preset

    def text_encoder(self) -> Any:  # noqa: ANN401 (typed where it is imported: transformers is slow)
        """The text encoder, loaded if it is not resident."""
        load = self.checkpoint.load_text
        return self._resident("text", lambda: load(dtype=self.dtype, device=self.device))

    def expert(self, index: int) -> Transformer:
        """One expert, noisiest first, loaded if it is not resident."""
        load = self.checkpoint.load_expert
        return self._resident(
            f"expert {index}", lambda: load(index, dtype=self.dtype, device=self.device)
        )

    def vae(self) -> Autoencoder:
        """The autoencoder, loaded if it is not resident."""
        load = self.checkpoint.load_vae
        return self._resident("vae", lambda: load(device=self.device))

    def generate(
        self,
        prompt: str,
        negative_prompt: str = "",
        *,
        size: Size | None = None,
        num_frames: int | None = None,
        steps: int | None = None,
        guidance: float | tuple[float, ...] | None = None,
        solver: str | None = None,
        shift: float | None = None,
        seed: int | None = None,
        noise: Tensor | np.ndarray | None = None,
        first_frame: Picture | None = None,
        last_frame: Picture | None = None,
        camera_path: CameraPath | None = None,
        remix: Remix | None = None,
        on_step: OnStep | None = None,
    ) -> np.ndarray:
        """Render one clip.

        What is left out is the preset's default.

        Args:
            prompt: What to show.
            negative_prompt: What to avoid; empty means the preset's own.
            size: Width and height in pixels, on whole tokens; left out with a first frame, the
                clip takes the picture's shape and the area of the preset's first size.
            num_frames: 4n + 1.
            steps: Sampling steps of all experts together.
            guidance: Scale of guidance, one for all experts or one each, noisiest first.
            solver: "unipc", "dpm++" or "euler".
            shift: Noise shift of the schedule.
            seed: Of the noise; None draws one.
            noise: (1, C, T, H, W) latent cells instead of a seed.
            first_frame: Picture to start from, for checkpoints that take one.
            last_frame: Picture to end on, for checkpoints that take the first as channels; the
                same as the first closes a loop.
            camera_path: Path of the camera, for checkpoints with a camera adapter.
            remix: A clip to start from, with so much noise; steps above that level are skipped,
                and so are experts that own no step below it.
            on_step: Called after every step with its index and the solver's state.

        Returns:
            (F, H, W, 3) uint8.

        Raises:
            GeometryError: Size, frames, noise or path do not fit the latent grid.
            PresetError: An option does not exist or does not fit the checkpoint.
            WeightsError: A file of the checkpoint is damaged.
        """
        preset = self.preset
        num_frames = preset.max_frames if num_frames is None else num_frames
        self._check_conditions(first_frame, last_frame, camera_path, num_frames)
        size = size or _default_size(preset, first_frame)
        shape = (1, *latent_shape(preset, size, num_frames))
        scales = _guidance(preset, guidance)
        plan = remix_schedule(
            preset.steps if steps is None else steps,
            preset.shift if shift is None else shift,
            solver or preset.solver,
            1.0 if remix is None else remix.strength,
        )
        start = _noise(shape, noise, seed)
        if remix is not None:
            start = remix_noise(_fitting("remix", remix.latent, shape), start, plan)
        rays = None if camera_path is None else self.rays(camera_path, shape)

        encoder = self.text_encoder()
        context = encoder.encode(prompt)
        negative = None
        if any(scale != 1 for scale in scales):
            negative = encoder.encode(negative_prompt or preset.negative)
        del encoder
        known = given(preset, self._pictures(first_frame, last_frame, size, num_frames), shape)
        state = SolverState(start.to(self.device))
        for index, owned in enumerate(expert_steps(plan, preset.experts)):
            if owned:
                state = denoise(
                    self.expert(index),
                    plan,
                    owned,
                    state,
                    context,
                    negative,
                    scales[index],
                    camera=None if rays is None else rays.to(self.device),
                    given=known,
                    on_step=on_step,
                )
        return decode_clip(self.vae(), state.latent, self.tiles)

    def encode_clip(self, clip: np.ndarray) -> Tensor:
        """Encode (F, H, W, 3) uint8 frames, F = 4n + 1, to (1, C, T, H, W) for a remix."""
        return encode_clip(self.vae(), clip, self.device)

    def _pictures(
        self, first: Picture | None, last: Picture | None, size: Size, num_frames: int
    ) -> Tensor | None:
        """Latent of what is given, if anything is."""
        if first is None:
            return None
        pictures = (first,) if last is None else (first, last)
        return encode_pictures(
            self.vae(), self.preset, pictures, size=size, num_frames=num_frames, device=self.device
        )

    def _check_conditions(
        self,
        first_frame: Picture | None,
        last_frame: Picture | None,
        camera_path: CameraPath | None,
        num_frames: int,
    ) -> None:
        check_pictures(
            self.preset,
            has_first=first_frame is not None,
            has_last=last_frame is not None,
            num_frames=num_frames,
        )
        if camera_path is not None and self.checkpoint.camera_unshuffle is None:
            raise PresetError(
                f"camera_path: {self.preset.name!r} has no camera adapter. Leave it out, and say "
                "the move in the prompt."
            )

    def rays(self, path: CameraPath, shape: tuple[int, ...]) -> Tensor:
        """Rays of a path as the camera adapter takes them.

        Args:
            path: As long as the clip.
            shape: Of the clip's latent, (1, C, T, H, W).

        Raises:
            GeometryError: The path is not as long as the clip.
        """
        num_frames = pixel_frames(shape[2])
        if len(path.focal) != num_frames:
            raise GeometryError(
                f"camera_path: {len(path.focal)} frames, must be {num_frames} like the clip."
            )
        unshuffle = self.checkpoint.camera_unshuffle
        assert unshuffle is not None
        _, rows, columns = self.checkpoint.preset.patch
        return path_rays(path, (shape[4] // columns, shape[3] // rows), unshuffle)

    def _resident(self, name: str, load: Any) -> Any:  # noqa: ANN401 (any network)
        if name not in self._networks:
            if self.residency == "one":
                self._networks.clear()
            self._networks[name] = load()
        return self._networks[name]


def load(
    folder: Path | str,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
    *,
    residency: Residency = "all",
    tile: int | None = None,
) -> Wan:
    """Open a checkpoint; its networks are read when they are first needed.

    Args:
        folder: In the diffusers layout, embedded or published.
        dtype: Of the experts and the text encoder.
        device: Where the networks lie.
        residency: "all" keeps every network once loaded, "one" only the one at work.
        tile: Side in pixels of the tiles that frames are decoded in, for small cards; the clip
            is then near that of a whole decode and not the same.

    Raises:
        GeometryError: The tile is too small.
        WeightsError: The folder is no checkpoint that can be read.
    """
    checkpoint = open_checkpoint(folder)
    tiles = None if tile is None else tiling(checkpoint.preset, tile)
    return Wan(checkpoint, dtype, torch.device(device), residency, tiles)


def decode_clip(vae: Autoencoder, latent: Tensor, tiles: Tiling | None = None) -> np.ndarray:
    """Decode a whole clip, (1, C, T, H, W) normalised, to (F, H, W, 3) uint8."""
    frames: np.ndarray | None = None
    start = 0
    for chunk in decode_frames(vae, latent, tiles):
        if frames is None:
            frames = np.empty((pixel_frames(latent.shape[2]), *chunk.shape[1:]), dtype=np.uint8)
        frames[start : start + chunk.shape[0]] = chunk.cpu().numpy()
        start += chunk.shape[0]
    assert frames is not None
    return frames


def _guidance(preset: Preset, guidance: float | tuple[float, ...] | None) -> tuple[float, ...]:
    """One scale per expert."""
    if guidance is None:
        return preset.guidance
    if isinstance(guidance, int | float):
        return (float(guidance),) * len(preset.experts)
    if len(guidance) != len(preset.experts):
        raise PresetError(
            f"guidance: {len(guidance)} scales, must be {len(preset.experts)} for "
            f"{preset.name!r}, noisiest expert first, or a single number."
        )
    return tuple(guidance)


def _noise(shape: tuple[int, ...], noise: Tensor | np.ndarray | None, seed: int | None) -> Tensor:
    """Given noise, or fresh noise from the seed; float32."""
    if noise is None:
        return draw_noise(shape, secrets.randbits(63) if seed is None else seed)
    return _fitting("noise", noise, shape)


def _fitting(name: str, latent: Tensor | np.ndarray, shape: tuple[int, ...]) -> Tensor:
    """A latent that was given, float32 and of the clip's shape."""
    found = torch.as_tensor(latent, dtype=torch.float32)
    if tuple(found.shape) != shape:
        raise GeometryError(
            f"{name}: shape is {tuple(found.shape)}, must be {shape} for this size and length."
        )
    return found


def _default_size(preset: Preset, first_frame: Picture | None) -> Size:
    if first_frame is None:
        return preset.sizes[0]
    if isinstance(first_frame, np.ndarray):
        return size_for_picture(preset, preset.sizes[0], first_frame.shape[1::-1])
    return size_for_picture(preset, preset.sizes[0], first_frame.size)
