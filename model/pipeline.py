"""The public interface of the model: load a checkpoint folder, generate frames."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from model.autoencoder.codec import decode_frames
from model.autoencoder.vae import Autoencoder
from model.camera_adapter import CameraPathLike, path_rays
from model.control_context import (
    Strength,
    check_control,
    encode_reference,
    pin_first_frame,
    strengths,
    vace_context,
)
from model.denoise import ControlFilm, Given, OnStep, Remix, denoise, draw_noise, given, remix_noise
from model.exceptions import GeometryError, PresetError
from model.flow import Schedule, SolverState, expert_steps, remix_schedule
from model.geometry import Tiling, latent_shape, pixel_frames, size_for_picture, tiling
from model.pictures import Picture, check_pictures, encode_clip, encode_pictures
from model.presets import Preset, Size
from model.transformer import Transformer
from model.vace import VacePart
from model.weights.checkpoint import Checkpoint
from model.weights.open_checkpoint import open_checkpoint

Residency = Literal["all", "one"]
Inputs = tuple[Tensor, Tensor | None, Tensor | None, Given, Tensor | None, tuple[float, ...]]
"""Both contexts, rays, pictures, control film and its strengths, as `denoise` reads them."""


@dataclass(frozen=True)
class Wan:
    """A checkpoint, and the dtype and device that its networks are loaded with.

    Attributes:
        checkpoint: Files and sizes.
        dtype: Of the experts and the text encoder; the autoencoder is float32, as in the
            reference.
        device: Of the networks.
        residency: "all" keeps every network once loaded, "one" only the last.
        tiles: Tiles that frames are decoded in; None without tiles.
    """

    checkpoint: Checkpoint
    dtype: torch.dtype
    device: torch.device
    residency: Residency = "all"
    tiles: Tiling | None = None
    _networks: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def preset(self) -> Preset:
        """Preset of the checkpoint, with its defaults."""
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

    def vace_part(self, index: int) -> VacePart:
        """The VACE part of one expert, loaded if it is not resident."""
        load = self.checkpoint.load_vace
        return self._resident(
            f"vace {index}",
            lambda: load(index, dtype=self.dtype, device=self.device),
            beside=f"expert {index}",
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
        camera_path: CameraPathLike | None = None,
        control: np.ndarray | None = None,
        control_mask: np.ndarray | None = None,
        references: Sequence[Picture] = (),
        control_strength: Strength = 1.0,
        remix: Remix | None = None,
        on_step: OnStep | None = None,
    ) -> np.ndarray:
        """Render one clip, (F, H, W, 3) uint8; options that are left out are the preset's.

        `size` is in pixels; without it a clip with a first frame takes the shape of the picture and
        the area of the preset's first size. `num_frames` is 4n + 1. `guidance` is one scale or one
        for each expert, noisiest first. `noise`, (1, C, T, H, W), replaces `seed`, which is drawn
        if it is None. `last_frame` equal to the first closes a loop. `control`, (F, H, W, 3) uint8,
        steers the clip; where `control_mask`, (F, H, W), is 0 it is kept. R `references`, most
        important first, are R latent frames before the clip, in the noise too. `control_strength`
        is one number, or one for each expert or step. With `remix`, steps above its strength are
        skipped. `on_step` is called after a step with its index and state.

        Raises:
            GeometryError: Size, frames, noise, path or control do not fit the clip.
            PresetError: An option does not exist or does not fit the checkpoint.
            WeightsError: A file of the checkpoint is damaged.
        """
        preset = self.preset
        num_frames = preset.max_frames if num_frames is None else num_frames
        check_pictures(preset, first_frame, last_frame, num_frames)
        size = _clip_size(preset, size, first_frame)
        films = control, control_mask, references
        check_control(preset, self.checkpoint.has_reference, *films, size, num_frames)
        channels, frames, *cells = latent_shape(preset, size, num_frames)
        before = len(references) if preset.control == "vace" else 0  # latent frames
        shape = (1, channels, before + frames, *cells)
        scales, plan = _guidance(preset, guidance), _plan(preset, steps, shift, solver, remix)
        counts = strengths(preset, plan, control_strength)
        start = _start(shape, noise, seed, remix, plan)
        rays = None if camera_path is None else self.rays(camera_path, shape)
        pictures = self._given(first_frame, last_frame, references, size, shape)
        film = self._film(first_frame, *films, size, num_frames) if any(counts) else None
        texts = self._contexts(prompt, negative_prompt, scales)
        inputs = *texts, rays, pictures, film, counts
        latent = self._denoise(start, plan, scales, inputs, on_step)[:, :, before:]
        return decode_clip(self.vae(), latent, self.tiles)

    def _denoise(
        self, start: Tensor, plan: Schedule, scales: tuple[float, ...], inputs: Inputs,
        on_step: OnStep | None,
    ) -> Tensor:  # fmt: skip
        """The clean latent after the steps of all experts, one expert after the other."""
        context, negative, rays, pictures, film, counts = inputs
        state = SolverState(start.to(self.device))
        shares = zip(expert_steps(plan, self.preset.experts), scales, strict=True)
        for index, (owned, scale) in enumerate(shares):
            if owned:
                # No name is bound to the expert: with residency "one" it must be free to go.
                state = denoise(
                    self.expert(index), plan, owned, state, context, negative, scale, rays,
                    pictures, on_step, self._control(index, film, counts, owned),
                )  # fmt: skip
        return state.latent

    def _film(
        self, first_frame: Picture | None, control: np.ndarray | None, mask: np.ndarray | None,
        references: Sequence[Picture], size: Size, num_frames: int,
    ) -> Tensor | None:  # fmt: skip
        """Encoded control film, with what a VACE part reads beside it; None without a film."""
        if self.preset.control == "vace":
            if first_frame is not None:
                pinned = control, mask, self.preset, first_frame, size, num_frames
                control, mask = pin_first_frame(*pinned)
            given_films = control, mask, references
            return vace_context(self.vae(), *given_films, size, num_frames, self.device)
        return None if control is None else encode_clip(self.vae(), control, self.device)

    def _control(
        self, index: int, film: Tensor | None, counts: tuple[float, ...], owned: range
    ) -> ControlFilm | None:
        """A control film for the steps of an expert, with the part that reads it if one counts."""
        if film is None:
            return None
        reads = self.preset.control == "vace" and any(counts[step] for step in owned)
        return ControlFilm(film, counts, self.vace_part(index) if reads else None)

    def encode_clip(self, clip: np.ndarray) -> Tensor:
        """Encode (F, H, W, 3) uint8 frames, F = 4n + 1, to (1, C, T, H, W) for a remix."""
        return encode_clip(self.vae(), clip, self.device)

    def _contexts(
        self, prompt: str, negative_prompt: str, scales: tuple[float, ...]
    ) -> tuple[Tensor, Tensor | None]:
        """Encoded prompt and negative prompt, the latter only for guidance."""
        encoder = self.text_encoder()
        context = encoder.encode(prompt)
        if all(scale == 1 for scale in scales):
            return context, None
        return context, encoder.encode(negative_prompt or self.preset.negative)

    def _given(
        self, first: Picture | None, last: Picture | None, references: Sequence[Picture],
        size: Size, shape: tuple[int, ...],
    ) -> Given:  # fmt: skip
        """Given pictures as the experts read them, but for those that a VACE part reads."""
        preset, pictures = self.preset, [each for each in (first, last) if each is not None]
        latent = None
        if pictures and preset.first_frame != "none":
            latent = encode_pictures(
                self.vae(), preset, tuple(pictures),
                size=size, num_frames=pixel_frames(shape[2]), device=self.device,
            )  # fmt: skip
        found = given(preset, latent, shape)
        if not (references and preset.control == "channels"):
            return found
        reference = encode_reference(self.vae(), references[0], size, self.device)
        return replace(found, reference=reference)

    def rays(self, path: CameraPathLike, shape: tuple[int, ...]) -> Tensor:
        """Rays of a path for the camera adapter, given the (1, C, T, H, W) of the clip's latent.

        Raises:
            GeometryError: The path is not as long as the clip.
            PresetError: The checkpoint has no camera adapter.
        """
        unshuffle = self.checkpoint.camera_unshuffle
        if unshuffle is None:
            raise PresetError(
                f"camera_path: {self.preset.name!r} has no camera adapter. Leave it out, and "
                "describe the move in the prompt."
            )
        num_frames = pixel_frames(shape[2])
        if len(path.focal) != num_frames:
            raise GeometryError(
                f"camera_path: {len(path.focal)} frames, must be {num_frames} like the clip."
            )
        _, rows, columns = self.checkpoint.preset.patch
        return path_rays(path, (shape[4] // columns, shape[3] // rows), unshuffle)

    def _resident(self, name: str, load: Any, beside: str = "") -> Any:  # noqa: ANN401 (any network)
        """A network; with residency "one", all others but the one it works beside are freed."""
        if name not in self._networks:
            if self.residency == "one":
                for other in [other for other in self._networks if other != beside]:
                    del self._networks[other]
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
        folder: In any published layout.
        dtype: Of the experts and the text encoder.
        device: Of the networks.
        residency: "all" keeps every network once loaded, "one" only the last.
        tile: Side in pixels of the tiles that frames are decoded in, for small cards; the clip
            is then near that without tiles and not the same.

    Raises:
        GeometryError: The tile is too small.
        WeightsError: The folder is no checkpoint that can be read.
    """
    checkpoint = open_checkpoint(folder)
    tiles = None if tile is None else tiling(checkpoint.preset, tile)
    return Wan(checkpoint, dtype, torch.device(device), residency, tiles)


def decode_clip(vae: Autoencoder, latent: Tensor, tiles: Tiling | None = None) -> np.ndarray:
    """Decode a clip, (1, C, T, H, W) normalised, to (F, H, W, 3) uint8."""
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


def _plan(
    preset: Preset, steps: int | None, shift: float | None, solver: str | None, remix: Remix | None
) -> Schedule:
    """The schedule of a run; what is not given is the preset's."""
    return remix_schedule(
        preset.steps if steps is None else steps,
        preset.shift if shift is None else shift,
        solver or preset.solver,
        1.0 if remix is None else remix.strength,
    )


def _start(
    shape: tuple[int, ...],
    noise: Tensor | np.ndarray | None,
    seed: int | None,
    remix: Remix | None,
    plan: Schedule,
) -> Tensor:
    """The latent at the first noise level, from given or drawn noise; float32."""
    if noise is None:
        pure = draw_noise(shape, secrets.randbits(63) if seed is None else seed)
    else:
        pure = _fitting("noise", noise, shape)
    if remix is None:
        return pure
    return remix_noise(_fitting("remix", remix.latent, shape), pure, plan)


def _fitting(name: str, latent: Tensor | np.ndarray, shape: tuple[int, ...]) -> Tensor:
    """A given latent in float32, checked for the clip's shape."""
    found = torch.as_tensor(latent, dtype=torch.float32)
    if tuple(found.shape) != shape:
        raise GeometryError(
            f"{name}: shape is {tuple(found.shape)}, must be {shape} for this size and length."
        )
    return found


def _clip_size(preset: Preset, size: Size | None, first_frame: Picture | None) -> Size:
    """The requested size, else that of the preset in the shape of the first frame."""
    if size or first_frame is None:
        return size or preset.sizes[0]
    if isinstance(first_frame, np.ndarray):
        return size_for_picture(preset, preset.sizes[0], first_frame.shape[1::-1])
    return size_for_picture(preset, preset.sizes[0], first_frame.size)
