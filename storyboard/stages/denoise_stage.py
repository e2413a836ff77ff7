"""The stages from noise to a clip: denoising, one stage per expert, and decoding."""
# ruff: noqa: D102 - the methods of a stage are documented at `stage.Stage`

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, cast

from model.flow import Schedule, SolverState, expert_steps, remix_schedule
from model.geometry import Tiling, latent_shape
from model.presets import Expert, Preset
from storyboard.film.video import LOSSLESS, VIDEO, write_video
from storyboard.stages.control_stage import EncodeControl, control_strengths
from storyboard.stages.encode_stage import EncodePicture, EncodeText
from storyboard.stages.stage import TENSORS, Hardware, Step, make_ref, noise_meta, since
from storyboard.store import Meta, Ref, Store
from storyboard.take.take import Take
from storyboard.take.weights import Weights

if TYPE_CHECKING:
    from torch.nn import ModuleList

    from model.autoencoder.vae import Autoencoder
    from model.transformer import Transformer


def num_before(preset: Preset, take: Take) -> int:
    """Latent frames before those of a clip: pictures of likeness that a VACE part reads."""
    is_read = preset.control == "vace" and take.filmed.control.end != 0
    return len(take.references) if is_read else 0


@dataclass(frozen=True)
class Denoise:
    """Latent to latent: the steps of one expert.

    A remix has its own schedule, from a lower noise level. An expert that owns none of its steps
    has no result for that take.
    """

    weights: Weights
    hardware: Hardware
    schedule: Schedule
    shift: float
    experts: tuple[Expert, ...]  # noisiest first
    index: int  # of this expert
    steps: tuple[int, int]  # half-open range of the schedule that it owns
    guidance: float
    text: EncodeText
    picture: EncodePicture
    control: EncodeControl
    is_steered: bool = False  # whether a VACE part is loaded beside the expert
    before: Denoise | None = None  # the next noisier expert
    residency: str = "whole"  # one of `residency.RESIDENCIES`
    VERSION = 2

    @property
    def name(self) -> str:
        return f"denoise-{self._expert}"

    @property
    def network(self) -> str:
        return f"{self._expert} expert"

    @property
    def _expert(self) -> str:
        return self.weights.preset.experts[self.index].name

    def steps_of(self, take: Take) -> tuple[Schedule, range]:
        """The schedule of a take, and the steps of it that this expert owns."""
        if take.remix is None:
            return self.schedule, range(*self.steps)
        full = self.schedule
        plan = remix_schedule(full.num_steps, self.shift, full.solver, take.remix.strength)
        return plan, expert_steps(plan, self.experts)[self.index]

    def strengths_of(self, take: Take) -> tuple[float, ...]:
        """Strength of the control film at every step of the schedule of a take."""
        plan, _ = self.steps_of(take)
        return control_strengths(take.filmed.control, self.weights.preset, plan, self.experts)

    def _shape(self, take: Take) -> tuple[int, int, int, int]:
        """Shape of the latent of a take; pictures of likeness are frames before the clip."""
        preset = self.weights.preset
        channels, frames, *cells = latent_shape(preset, take.size, take.frames.rendered)
        return channels, frames + num_before(preset, take), cells[0], cells[1]

    def refs(self, take: Take) -> tuple[Ref, ...]:
        plan, steps = self.steps_of(take)
        if take.segments or not steps:
            return ()
        before, start = self._before(take), dict[str, object]()
        if before is None:
            start = {
                "shape": self._shape(take),
                "shared_seed": take.noise.shared_seed,
                "own_seed": take.noise.own_seed,
                "consistency": take.noise.consistency,
            }
            if take.remix is not None:
                start |= {"remix": take.remix.latent.key, "strength": take.remix.strength}
        declared = {
            "weights": self.weights.fingerprints[self._expert],
            "dtype": self.hardware.dtype,
            "schedule": [plan.solver, self.schedule.num_steps, self.shift],
            "steps": [steps.start, steps.stop],
            "guidance": self.guidance,
            "text": [ref.key for ref in self._contexts(take)],
            "picture": [ref.key for ref in self.picture.refs(take)],
            "camera": take.path_key if self.weights.has_camera else None,
            "start": before.key if before else start,
        }
        films = self.control.refs(take)
        if films:
            owned = self.strengths_of(take)[steps.start : steps.stop]
            # References are latent frames of the clip, so that they count at strength 0 too.
            declared["control"] = [[ref.key for ref in films], owned]
            if self.is_steered and any(owned):
                declared["vace"] = self.weights.fingerprints[f"vace-{self._expert}"]
        # Packing changes the result; a streamed expert gives the same bits as a whole one.
        if self.residency == "int8":
            declared["packed"] = self.residency
        return (make_ref(self, self.VERSION, TENSORS, declared),)

    def latent(self, take: Take) -> Ref | None:
        """Latent of a take after this expert; after the one before if this one has no step."""
        refs = self.refs(take)
        return refs[0] if refs else self._before(take)

    def _before(self, take: Take) -> Ref | None:
        return self.before.latent(take) if self.before else None

    def needs(self, take: Take) -> tuple[Ref, ...]:
        start = self._before(take)
        if start is None and take.remix:
            start = take.remix.latent
        inputs = (*self._contexts(take), *self.picture.refs(take), *self.control.refs(take))
        return (*((start,) if start else ()), *inputs)

    def _contexts(self, take: Take) -> tuple[Ref, ...]:
        """Contexts of both prompts; without guidance there is no negative branch."""
        return self.text.refs(take) if self.guidance != 1 else (self.text.ref(take.prompt),)

    def units(self, take: Take) -> int:
        return len(self.steps_of(take)[1])

    def load(self) -> ModuleList:
        """The expert, and its VACE part if a take is steered."""
        from torch.nn import ModuleList

        checkpoint = self.weights.open()
        loads = (checkpoint.load_expert, *([checkpoint.load_vace] if self.is_steered else []))
        return ModuleList(
            load(
                self.index,
                dtype=self.hardware.torch_dtype,
                device=self.hardware.device,
                residency=self.residency,
            )
            for load in loads
        )

    def run(self, network: ModuleList, take: Take, store: Store, step: Step) -> None:
        from model.denoise import denoise, given
        from storyboard.stages import tensors

        expert, parts = cast("Transformer", network[0]), list(network)[1:]

        started, device = perf_counter(), self.hardware.device
        texts = [tensors.load_context(store, ref, device) for ref in self._contexts(take)]
        pictures = [tensors.load_context(store, ref, device) for ref in self.picture.refs(take)]
        plan, steps = self.steps_of(take)
        state, meta = self._start(take, store, plan)

        def on_step(index: int, now: SolverState) -> None:
            tensors.check_step(now, take, index)
            step()

        pictures_given = given(
            self.weights.preset, pictures[0] if pictures else None, tuple(state.latent.shape)
        )
        films = [tensors.load_tensors(store, ref, device) for ref in self.control.refs(take)]
        film = films[0] if films else {}
        state = denoise(
            expert,
            plan,
            steps,
            state,
            texts[0],
            texts[1] if len(texts) > 1 else None,
            self.guidance,
            camera=tensors.rays(take, expert, state.latent),
            given=replace(pictures_given, reference=film.get("reference")),
            on_step=on_step,
            control=tensors.control(film, self.strengths_of(take), parts),
        )

        def write(path: Path) -> Meta:
            # After the last step nothing reads the solver's history.
            is_last = steps.stop == plan.num_steps
            tensors.save_state(path, SolverState(state.latent, state.step) if is_last else state)
            return {**meta, "seconds": since(started)}

        store.put(self.refs(take)[0], write)

    def _start(self, take: Take, store: Store, plan: Schedule) -> tuple[SolverState, Meta]:
        """State that the first step of this expert starts from, and the hash of its noise."""
        from model.denoise import remix_noise
        from storyboard.stages import tensors
        from storyboard.stages.tensors import noise_sha256, take_noise

        before, device = self._before(take), self.hardware.device
        if before is not None:
            return tensors.load_state(store, before, device), noise_meta(store, before)
        noise = take_noise(take.noise, self._shape(take))
        meta = {"noise_sha256": noise_sha256(noise)}
        if take.remix is not None:
            noise = remix_noise(tensors.remix_latent(take.remix, store), noise, plan)
        return SolverState(noise.to(device)), meta


@dataclass(frozen=True)
class Decode:
    """Latent to clip, written frame by frame as the autoencoder decodes it."""

    weights: Weights
    hardware: Hardware
    before: Denoise  # the last expert
    tiles: Tiling | None = None  # for small GPUs; None decodes whole frames
    name = "decode"
    network = "autoencoder"
    VERSION = 2

    def refs(self, take: Take) -> tuple[Ref, ...]:
        if take.segments:
            return ()
        weights = self.weights.fingerprints["vae"]
        declared: dict[str, object] = {"weights": weights, "latent": self._latent(take).key}
        # Pictures of likeness are part of the latent's key.
        if self.tiles is not None:
            declared["tiles"] = [self.tiles.side, self.tiles.overlap]
        return (make_ref(self, self.VERSION, VIDEO, declared),)

    def needs(self, take: Take) -> tuple[Ref, ...]:
        return () if take.segments else (self._latent(take),)

    def _latent(self, take: Take) -> Ref:
        latent = self.before.latent(take)
        assert latent is not None, "every step is owned by an expert"
        return latent

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> Autoencoder:
        return self.weights.open().load_vae(device=self.hardware.device)

    def run(self, network: Autoencoder, take: Take, store: Store, step: Step) -> None:
        from model.autoencoder.codec import decode_frames
        from storyboard.stages import tensors

        started, ref = perf_counter(), self._latent(take)
        latent = tensors.load_state(store, ref, self.hardware.device).latent
        latent = latent[:, :, num_before(self.weights.preset, take) :]
        chunks = decode_frames(network, latent, self.tiles)
        frames = (frame for chunk in chunks for frame in chunk.cpu().numpy())

        def write(path: Path) -> Meta:
            write_video(path, frames, fps=self.weights.preset.fps, encoding=LOSSLESS)
            return {**noise_meta(store, ref), "seconds": since(started)}

        store.put(self.refs(take)[0], write)
        step()
