"""The stages from noise to a clip: one per expert, and the decoder.

The rules of `stages` hold here too: a stage declares every input that can change its result, and
the declaration, hashed, is the key of the result.
"""
# ruff: noqa: D102 - what the methods of a stage do stands once, at `stage.Stage`

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from model.flow import Schedule, SolverState, expert_steps, remix_schedule
from model.geometry import Tiling, latent_shape
from model.presets import Expert
from storyboard.film.video import VIDEO
from storyboard.stages.encode_stage import TENSORS, EncodePicture, EncodeText
from storyboard.stages.stage import Hardware, Step, noise_meta, since
from storyboard.store import Meta, Ref, Store, content_key
from storyboard.take.take import Take
from storyboard.take.weights import Weights

if TYPE_CHECKING:
    from model.autoencoder.vae import Autoencoder
    from model.transformer import Transformer


@dataclass(frozen=True)
class Denoise:
    """Latent → Latent: the steps of one expert, all takes under the same network.

    A take that is made from another one has a schedule of its own, from a lower noise level, in
    which an expert may own nothing: then there is no result of this stage for the take.

    Attributes:
        experts: All of them, noisiest first.
        index: Of this one.
        steps: Half-open range of the schedule that it owns.
        before: The expert before it; None for the noisiest.
        residency: How the expert lies in memory, one of `residency.RESIDENCIES`.
    """

    weights: Weights
    hardware: Hardware
    schedule: Schedule
    shift: float
    experts: tuple[Expert, ...]
    index: int
    steps: tuple[int, int]
    guidance: float
    text: EncodeText
    picture: EncodePicture
    before: Denoise | None = None
    residency: str = "whole"
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

    def walk(self, take: Take) -> tuple[Schedule, range]:
        """The schedule of a take, and the steps of it that this expert owns."""
        if take.remix is None:
            return self.schedule, range(*self.steps)
        full = self.schedule
        plan = remix_schedule(full.num_steps, self.shift, full.solver, take.remix.strength)
        return plan, expert_steps(plan, self.experts)[self.index]

    def declared(self, take: Take) -> dict[str, object]:
        """Everything that can change the result."""
        plan, owned = self.walk(take)
        before = self._before(take)
        start: object = before.key if before else self._declared_start(take)
        # Packing changes what comes out; a streamed expert gives the bits of a whole one.
        rounded = {"packed": self.residency} if self.residency == "int8" else {}
        return {
            "stage": self.name,
            "version": self.VERSION,
            "weights": self.weights.fingerprints[self._expert],
            "dtype": self.hardware.dtype,
            "schedule": [plan.solver, self.schedule.num_steps, self.shift],
            "steps": [owned.start, owned.stop],
            "guidance": self.guidance,
            "text": [ref.key for ref in self._texts(take)],
            "picture": [ref.key for ref in self.picture.refs(take)],
            "camera": take.path_key if self.weights.has_camera else None,
            "start": start,
            **rounded,
        }

    def _declared_start(self, take: Take) -> dict[str, object]:
        start: dict[str, object] = {
            "shape": latent_shape(self.weights.preset, take.size, take.frames.rendered),
            "shared_seed": take.noise.shared_seed,
            "own_seed": take.noise.own_seed,
            "consistency": take.noise.consistency,
        }
        if take.remix is not None:
            start |= {"remix": take.remix.latent.key, "strength": take.remix.strength}
        return start

    def refs(self, take: Take) -> tuple[Ref, ...]:
        if take.segments or not self.walk(take)[1]:
            return ()
        return (Ref(self.name, content_key(self.declared(take)), TENSORS),)

    def latent(self, take: Take) -> Ref | None:
        """The take's latent after this expert, or after the last one that did something."""
        refs = self.refs(take)
        return refs[0] if refs else self._before(take)

    def _before(self, take: Take) -> Ref | None:
        return self.before.latent(take) if self.before else None

    def needs(self, take: Take) -> tuple[Ref, ...]:
        before = self._before(take)
        start = take.remix.latent if take.remix and before is None else before
        return (*((start,) if start else ()), *self._texts(take), *self.picture.refs(take))

    def _texts(self, take: Take) -> tuple[Ref, ...]:
        """Contexts it reads; without guidance there is no negative branch."""
        return self.text.refs(take) if self.guidance != 1 else (self.text.ref(take.prompt),)

    def units(self, take: Take) -> int:
        return len(self.walk(take)[1])

    def load(self) -> Transformer:
        from storyboard.stages import tensors

        return self.weights.open().load_expert(
            self.index,
            dtype=tensors.dtype(self.hardware),
            device=self.hardware.device,
            residency=self.residency,
        )

    def run(self, network: Transformer, take: Take, store: Store, step: Step) -> None:
        from model.denoise import denoise, given
        from storyboard.stages import tensors
        from storyboard.stages.artifacts import Latent

        started = perf_counter()
        device = self.hardware.device
        texts = [tensors.load_tensor(store, ref, device) for ref in self._texts(take)]
        pictures = [tensors.load_tensor(store, ref, device) for ref in self.picture.refs(take)]
        plan, owned = self.walk(take)
        state, meta = self._start(take, store, plan)

        def on_step(index: int, now: SolverState) -> None:
            tensors.check_finite(now, take, index)
            step()

        state = denoise(
            network,
            plan,
            owned,
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
            is_last = owned.stop == plan.num_steps
            Latent(SolverState(state.latent, state.step) if is_last else state).save(path)
            return {**meta, "seconds": since(started)}

        store.put(self.refs(take)[0], write)

    def _start(
        self, take: Take, store: Store, plan: Schedule
    ) -> tuple[SolverState, dict[str, object]]:
        from model.denoise import remix_noise
        from storyboard.stages import tensors
        from storyboard.take.noise import noise_sha256, take_noise

        before, device = self._before(take), self.hardware.device
        if before is not None:
            return tensors.load_state(store, before, device), dict(noise_meta(store, before))
        shape = latent_shape(self.weights.preset, take.size, take.frames.rendered)
        noise = take_noise(take.noise, shape)
        meta: dict[str, object] = {"noise_sha256": noise_sha256(noise)}
        if take.remix is not None:
            noise = remix_noise(tensors.remix_latent(take.remix, store), noise, plan)
        return SolverState(noise.to(device)), meta


@dataclass(frozen=True)
class Decode:
    """Latent → Clip, frame by frame as they come out of the autoencoder.

    Attributes:
        before: The last expert.
        tiles: How frames are cut, for small cards; None decodes them whole.
    """

    weights: Weights
    hardware: Hardware
    before: Denoise
    tiles: Tiling | None = None
    name = "decode"
    network = "autoencoder"
    VERSION = 2

    def refs(self, take: Take) -> tuple[Ref, ...]:
        if take.segments:
            return ()
        declared: dict[str, object] = {
            "stage": self.name,
            "version": self.VERSION,
            "weights": self.weights.fingerprints["vae"],
            "latent": self._latent(take).key,
        }
        if self.tiles is not None:
            declared["tiles"] = [self.tiles.side, self.tiles.overlap]
        return (Ref(self.name, content_key(declared), VIDEO),)

    def needs(self, take: Take) -> tuple[Ref, ...]:
        return () if take.segments else (self._latent(take),)

    def _latent(self, take: Take) -> Ref:
        latent = self.before.latent(take)
        assert latent is not None, "every step is owned by some expert"
        return latent

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> Autoencoder:
        from storyboard.stages import tensors

        return tensors.load_vae(self.weights, self.hardware)

    def run(self, network: Autoencoder, take: Take, store: Store, step: Step) -> None:
        from model.autoencoder.codec import decode_frames
        from storyboard.stages import tensors
        from storyboard.stages.artifacts import Clip

        started = perf_counter()
        ref = self._latent(take)
        latent = tensors.load_state(store, ref, self.hardware.device).latent
        chunks = decode_frames(network, latent, self.tiles)
        frames = (frame for chunk in chunks for frame in chunk.cpu().numpy())

        def write(path: Path) -> Meta:
            Clip.save(path, frames, fps=self.weights.preset.fps)
            return {**noise_meta(store, ref), "seconds": since(started)}

        store.put(self.refs(take)[0], write)
        step()
