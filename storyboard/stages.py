"""What each stage reads, what it makes, its version and its network.

A stage declares every input that can change its result, and nothing else: the declaration,
hashed, is the key of the result, and the keys of earlier results are part of it. So all keys are
known before any tensor exists. Device, wave and worker are not declared, since they change
nothing. A stage whose mathematics change gets a new VERSION in the same commit.

Importing this file loads no torch: stages that are already done cost nothing.
"""
# ruff: noqa: D102 - what the methods of a stage do stands once, at `stage.Stage`

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from model.flow import Schedule
from model.geometry import latent_shape
from storyboard.cutting.video import VIDEO
from storyboard.planning.takes import Take
from storyboard.planning.weights import Weights
from storyboard.stage import Hardware, Step, noise_meta, since
from storyboard.store import Meta, Ref, Store, content_key

if TYPE_CHECKING:
    from model.autoencoder import Autoencoder
    from model.solvers import SolverState
    from model.text import TextEncoder
    from model.transformer import Transformer

TENSORS = ".safetensors"


@dataclass(frozen=True)
class EncodeText:
    """Prompt → TextContext; a prompt that two takes share is encoded once."""

    weights: Weights
    hardware: Hardware
    name = "encode-text"
    network = "text encoder"
    VERSION = 1

    def ref(self, text: str) -> Ref:
        """Context of one text."""
        declared = {
            "stage": self.name,
            "version": self.VERSION,
            "text": text,
            "weights": self.weights.fingerprints["text"],
            "dtype": self.hardware.dtype,
        }
        return Ref(self.name, content_key(declared), TENSORS)

    def refs(self, take: Take) -> tuple[Ref, ...]:
        return self.ref(take.prompt), self.ref(take.negative)

    def needs(self, take: Take) -> tuple[Ref, ...]:
        return ()

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> "TextEncoder":
        from model.text import load_text
        from storyboard import tensors

        return load_text(self.weights.folder, tensors.dtype(self.hardware), self.hardware.device)

    def run(self, network: "TextEncoder", take: Take, store: Store, step: Step) -> None:
        from storyboard.artifacts import TextContext

        for text in (take.prompt, take.negative):
            ref = self.ref(text)
            if not store.holds(ref):
                store.put(ref, TextContext(network.encode(text)).save)
        step()


@dataclass(frozen=True)
class EncodePicture:
    """Given first frame → its latent, for takes that have one."""

    weights: Weights
    hardware: Hardware
    name = "encode-picture"
    network = "autoencoder"
    VERSION = 2

    @property
    def _in_channels(self) -> bool:
        """Whether the result is as long as the clip, and not its first frame alone."""
        return self.weights.preset.first_frame == "channels"

    def refs(self, take: Take) -> tuple[Ref, ...]:
        if take.picture is None:
            return ()
        declared = {
            "stage": self.name,
            "version": self.VERSION,
            "picture": take.picture.key,
            "enters": self.weights.preset.first_frame,
            "frames": take.frames.rendered if self._in_channels else 1,
            "size": list(take.size),
            "weights": self.weights.fingerprints["vae"],
        }
        return (Ref(self.name, content_key(declared), TENSORS),)

    def needs(self, take: Take) -> tuple[Ref, ...]:
        return (take.picture.clip,) if take.picture and take.picture.clip else ()

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> "Autoencoder":
        from storyboard import tensors

        return tensors.load_vae(self.weights, self.hardware)

    def run(self, network: "Autoencoder", take: Take, store: Store, step: Step) -> None:
        from model.pictures import encode_pictures
        from storyboard import tensors
        from storyboard.artifacts import TextContext

        assert take.picture is not None
        latent = encode_pictures(
            network,
            self.weights.preset,
            (tensors.picture_frame(take.picture, store),),
            size=take.size,
            num_frames=take.frames.rendered,
            device=self.hardware.device,
        )
        store.put(self.refs(take)[0], TextContext(latent).save)
        step()


@dataclass(frozen=True)
class Denoise:
    """Latent → Latent: the steps of one expert, all takes under the same network.

    Attributes:
        index: Of the expert, noisiest first.
        steps: Half-open range of the schedule that it owns.
        before: The expert before it; None for the first, which draws the noise.
    """

    weights: Weights
    hardware: Hardware
    schedule: Schedule
    shift: float
    index: int
    steps: tuple[int, int]
    guidance: float
    text: EncodeText
    picture: EncodePicture
    before: "Denoise | None" = None
    VERSION = 1

    @property
    def name(self) -> str:
        return f"denoise-{self._expert}"

    @property
    def network(self) -> str:
        return f"{self._expert} expert"

    @property
    def _expert(self) -> str:
        return self.weights.preset.experts[self.index].name

    def declared(self, take: Take) -> dict[str, object]:
        """Everything that can change the result."""
        if self.before is None:
            start: object = {
                "shape": latent_shape(self.weights.preset, take.size, take.frames.rendered),
                "shared_seed": take.noise.shared_seed,
                "own_seed": take.noise.own_seed,
                "consistency": take.noise.consistency,
            }
        else:
            start = self.before.refs(take)[0].key
        return {
            "stage": self.name,
            "version": self.VERSION,
            "weights": self.weights.fingerprints[self._expert],
            "dtype": self.hardware.dtype,
            "schedule": [self.schedule.solver, self.schedule.num_steps, self.shift],
            "steps": list(self.steps),
            "guidance": self.guidance,
            "text": [ref.key for ref in self._texts(take)],
            "picture": [ref.key for ref in self.picture.refs(take)],
            "camera": take.path_key if self.weights.has_camera else None,
            "start": start,
        }

    def refs(self, take: Take) -> tuple[Ref, ...]:
        return (Ref(self.name, content_key(self.declared(take)), TENSORS),)

    def needs(self, take: Take) -> tuple[Ref, ...]:
        before = self.before.refs(take) if self.before else ()
        return (*before, *self._texts(take), *self.picture.refs(take))

    def _texts(self, take: Take) -> tuple[Ref, ...]:
        """Contexts it reads; without guidance there is no negative branch."""
        return self.text.refs(take) if self.guidance != 1 else (self.text.ref(take.prompt),)

    def units(self, take: Take) -> int:
        return self.steps[1] - self.steps[0]

    def load(self) -> "Transformer":
        from model.weights import open_checkpoint
        from storyboard import tensors

        checkpoint = open_checkpoint(self.weights.folder)
        return checkpoint.load_expert(
            self.index, dtype=tensors.dtype(self.hardware), device=self.hardware.device
        )

    def run(self, network: "Transformer", take: Take, store: Store, step: Step) -> None:
        from model.denoise import denoise
        from model.pictures import given
        from model.solvers import SolverState
        from storyboard import tensors
        from storyboard.artifacts import Latent

        started = perf_counter()
        device = self.hardware.device
        texts = [tensors.load_tensor(store, ref, device) for ref in self._texts(take)]
        pictures = [tensors.load_tensor(store, ref, device) for ref in self.picture.refs(take)]
        state, meta = self._start(take, store)

        def on_step(index: int, now: SolverState) -> None:
            tensors.check_finite(now, take, index)
            step()

        state = denoise(
            network,
            self.schedule,
            range(*self.steps),
            state,
            texts[0],
            texts[1] if len(texts) > 1 else None,
            self.guidance,
            camera=tensors.rays(take, network, state.latent),
            given=given(self.weights.preset.first_frame, pictures[0] if pictures else None),
            on_step=on_step,
        )

        def write(path: Path) -> Meta:
            is_last = self.steps[1] == self.schedule.num_steps
            Latent(SolverState(state.latent, state.step) if is_last else state).save(path)
            return {**meta, "seconds": since(started)}

        store.put(self.refs(take)[0], write)

    def _start(self, take: Take, store: Store) -> tuple["SolverState", dict[str, object]]:
        from model.solvers import SolverState
        from storyboard import tensors
        from storyboard.planning.noise import noise_sha256, take_noise

        if self.before is not None:
            ref = self.before.refs(take)[0]
            return tensors.load_state(store, ref, self.hardware.device), dict(
                noise_meta(store, ref)
            )
        shape = latent_shape(self.weights.preset, take.size, take.frames.rendered)
        noise = take_noise(take.noise, shape)
        meta: dict[str, object] = {"noise_sha256": noise_sha256(noise)}
        return SolverState(noise.to(self.hardware.device)), meta


@dataclass(frozen=True)
class Decode:
    """Latent → Clip, frame by frame as they come out of the autoencoder."""

    weights: Weights
    hardware: Hardware
    before: Denoise
    name = "decode"
    network = "autoencoder"
    VERSION = 1

    def refs(self, take: Take) -> tuple[Ref, ...]:
        declared = {
            "stage": self.name,
            "version": self.VERSION,
            "weights": self.weights.fingerprints["vae"],
            "latent": self.before.refs(take)[0].key,
        }
        return (Ref(self.name, content_key(declared), VIDEO),)

    def needs(self, take: Take) -> tuple[Ref, ...]:
        return self.before.refs(take)

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> "Autoencoder":
        from storyboard import tensors

        return tensors.load_vae(self.weights, self.hardware)

    def run(self, network: "Autoencoder", take: Take, store: Store, step: Step) -> None:
        from model.autoencoder import decode_stream
        from storyboard import tensors
        from storyboard.artifacts import Clip

        started = perf_counter()
        ref = self.before.refs(take)[0]
        latent = tensors.load_state(store, ref, self.hardware.device).latent
        chunks = decode_stream(network, latent)
        frames = (frame for chunk in chunks for frame in chunk.cpu().numpy())

        def write(path: Path) -> Meta:
            Clip.save(path, frames, fps=self.weights.preset.fps)
            return {**noise_meta(store, ref), "seconds": since(started)}

        store.put(self.refs(take)[0], write)
        step()
