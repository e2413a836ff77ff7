"""The stages from noise to a clip: denoising, one stage per expert, and decoding."""
# ruff: noqa: D102 - the methods of a stage are documented at `stage.Stage`

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from model.flow import Schedule, SolverState, expert_steps, remix_schedule
from model.geometry import Tiling, latent_shape
from model.presets import Expert
from storyboard.film.video import LOSSLESS, VIDEO, write_video
from storyboard.stages.encode_stage import EncodePicture, EncodeText
from storyboard.stages.stage import TENSORS, Hardware, Step, make_ref, noise_meta, since
from storyboard.store import Meta, Ref, Store
from storyboard.take.take import Take
from storyboard.take.weights import Weights

if TYPE_CHECKING:
    from model.autoencoder.vae import Autoencoder
    from model.transformer import Transformer


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

    def refs(self, take: Take) -> tuple[Ref, ...]:
        plan, steps = self.steps_of(take)
        if take.segments or not steps:
            return ()
        before, start = self._before(take), dict[str, object]()
        if before is None:
            start = {
                "shape": latent_shape(self.weights.preset, take.size, take.frames.rendered),
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
        return (*((start,) if start else ()), *self._contexts(take), *self.picture.refs(take))

    def _contexts(self, take: Take) -> tuple[Ref, ...]:
        """Contexts of both prompts; without guidance there is no negative branch."""
        return self.text.refs(take) if self.guidance != 1 else (self.text.ref(take.prompt),)

    def units(self, take: Take) -> int:
        return len(self.steps_of(take)[1])

    def load(self) -> Transformer:
        return self.weights.open().load_expert(
            self.index,
            dtype=self.hardware.torch_dtype,
            device=self.hardware.device,
            residency=self.residency,
        )

    def run(self, network: Transformer, take: Take, store: Store, step: Step) -> None:
        from model.denoise import denoise, given
        from storyboard.stages import tensors

        started, device = perf_counter(), self.hardware.device
        texts = [tensors.load_context(store, ref, device) for ref in self._contexts(take)]
        pictures = [tensors.load_context(store, ref, device) for ref in self.picture.refs(take)]
        plan, steps = self.steps_of(take)
        state, meta = self._start(take, store, plan)

        def on_step(index: int, now: SolverState) -> None:
            tensors.check_step(now, take, index)
            step()

        state = denoise(
            network,
            plan,
            steps,
            state,
            texts[0],
            texts[1] if len(texts) > 1 else None,
            self.guidance,
            camera=tensors.rays(take, network, state.latent),
            given=given(
                self.weights.preset, pictures[0] if pictures else None, tuple(state.latent.shape)
            ),
            on_step=on_step,
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
        shape = latent_shape(self.weights.preset, take.size, take.frames.rendered)
        noise = take_noise(take.noise, shape)
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
        chunks = decode_frames(network, latent, self.tiles)
        frames = (frame for chunk in chunks for frame in chunk.cpu().numpy())

        def write(path: Path) -> Meta:
            write_video(path, frames, fps=self.weights.preset.fps, encoding=LOSSLESS)
            return {**noise_meta(store, ref), "seconds": since(started)}

        store.put(self.refs(take)[0], write)
        step()
