"""The door for people who want the model alone: load a folder, generate frames.

The stages of `storyboard` use the same functions one by one, over many takes; here they run in
order for one. What differs between runs is told by arguments, nothing is read from elsewhere.
"""

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from einops import rearrange
from PIL import Image, ImageOps
from torch import Tensor

from .autoencoder import Autoencoder, decode_stream
from .camera_adapter import CameraPath, path_rays
from .denoise import OnStep, denoise, draw_noise
from .errors import GeometryError, PresetError
from .flow import expert_steps, schedule
from .geometry import latent_shape, pixel_frames
from .presets import Preset, Size
from .solvers import SolverState
from .transformer import Transformer
from .weights import Checkpoint, open_checkpoint

Picture = Image.Image | np.ndarray
"""A PIL image, or (H, W, 3) uint8."""

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
    """

    checkpoint: Checkpoint
    dtype: torch.dtype
    device: torch.device
    residency: Residency = "all"
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
        on_step: OnStep | None = None,
    ) -> np.ndarray:
        """Render one clip.

        What is left out is the preset's default.

        Args:
            prompt: What to show.
            negative_prompt: What to avoid; empty means the preset's own.
            size: Width and height in pixels, on whole tokens.
            num_frames: 4n + 1.
            steps: Sampling steps of all experts together.
            guidance: Scale of guidance, one for all experts or one each, noisiest first.
            solver: "unipc", "dpm++" or "euler".
            shift: Noise shift of the schedule.
            seed: Of the noise; None draws one.
            noise: (1, C, T, H, W) latent cells instead of a seed.
            first_frame: Picture to start from, for checkpoints that take one.
            last_frame: Not supported yet.
            camera_path: Path of the camera, for checkpoints with a camera adapter.
            on_step: Called after every step with its index and the solver's state.

        Returns:
            (F, H, W, 3) uint8.

        Raises:
            GeometryError: Size, frames, noise or path do not fit the latent grid.
            PresetError: An option does not exist or does not fit the checkpoint.
            WeightsError: A file of the checkpoint is damaged.
        """
        preset = self.preset
        self._check_conditions(first_frame, last_frame, camera_path)
        size = size or preset.sizes[0]
        num_frames = preset.max_frames if num_frames is None else num_frames
        shape = (1, *latent_shape(preset, size, num_frames))
        scales = _guidance(preset, guidance)
        plan = schedule(
            preset.steps if steps is None else steps,
            preset.shift if shift is None else shift,
            solver or preset.solver,
        )
        start = _noise(shape, noise, seed).to(self.device)
        rays = None if camera_path is None else self._rays(camera_path, shape)

        encoder = self.text_encoder()
        context = encoder.encode(prompt)
        negative = encoder.encode(negative_prompt or preset.negative)
        del encoder
        clean = None if first_frame is None else self.encode_picture(first_frame, size)
        state = SolverState(start)
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
                    first_frame=clean,
                    on_step=on_step,
                )
        return decode_clip(self.vae(), state.latent)

    def encode_picture(self, picture: Picture, size: Size) -> Tensor:
        """Encode a picture as a clip of one frame: (1, C, 1, H, W), normalised."""
        video = picture_to_pixels(picture, size).to(self.device)
        with torch.no_grad():
            return self.vae().encode(video).float()

    def _check_conditions(
        self,
        first_frame: Picture | None,
        last_frame: Picture | None,
        camera_path: CameraPath | None,
    ) -> None:
        name, takes = self.preset.name, self.preset.first_frame
        if last_frame is not None:
            raise PresetError("last_frame: is not supported yet. Leave it out.")
        if takes == "channels":
            raise PresetError(
                f"{name!r}: checkpoints that take a picture as channels are not supported yet. "
                "Use a text-to-video checkpoint."
            )
        if first_frame is not None and takes == "none":
            raise PresetError(
                f"first_frame: {name!r} cannot start from a picture. Leave it out, or use a "
                "checkpoint that can."
            )
        if camera_path is not None and self.checkpoint.camera_unshuffle is None:
            raise PresetError(
                f"camera_path: {name!r} has no camera adapter. Leave it out, and say the move "
                "in the prompt."
            )

    def _rays(self, path: CameraPath, shape: tuple[int, ...]) -> Tensor:
        """Rays of a path that is as long as the clip, for a latent (1, C, T, H, W)."""
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
) -> Wan:
    """Open a checkpoint; its networks are read when they are first needed.

    Args:
        folder: In the diffusers layout, embedded or published.
        dtype: Of the experts and the text encoder.
        device: Where the networks lie.
        residency: "all" keeps every network once loaded, "one" only the one at work.

    Raises:
        WeightsError: The folder is no checkpoint that can be read.
    """
    return Wan(open_checkpoint(folder), dtype, torch.device(device), residency)


def decode_clip(vae: Autoencoder, latent: Tensor) -> np.ndarray:
    """Decode a whole clip, (1, C, T, H, W) normalised, to (F, H, W, 3) uint8."""
    frames: np.ndarray | None = None
    start = 0
    for chunk in decode_stream(vae, latent):
        if frames is None:
            frames = np.empty((pixel_frames(latent.shape[2]), *chunk.shape[1:]), dtype=np.uint8)
        frames[start : start + chunk.shape[0]] = chunk.cpu().numpy()
        start += chunk.shape[0]
    assert frames is not None
    return frames


def picture_to_pixels(picture: Picture, size: Size) -> Tensor:
    """Scale a picture to cover the size, cut it in the middle: (1, 3, 1, H, W) in [-1, 1].

    Source: Wan2.2 wan/textimage2video.py, WanTI2V.i2v.
    """
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    fitted = ImageOps.fit(image.convert("RGB"), size, method=Image.Resampling.LANCZOS)
    pixels = torch.from_numpy(np.array(fitted, dtype=np.float32)) / 127.5 - 1
    return rearrange(pixels, "h w c -> 1 c 1 h w")


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
    given = torch.as_tensor(noise, dtype=torch.float32)
    if tuple(given.shape) != shape:
        raise GeometryError(
            f"noise: shape is {tuple(given.shape)}, must be {shape} for this size and length."
        )
    return given
