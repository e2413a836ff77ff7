"""The stages that encode, and the rules that every stage keeps; `denoising` has the others.

A stage declares every input that can change its result, and nothing else: the declaration,
hashed, is the key of the result, and the keys of earlier results are part of it. So all keys are
known before any tensor exists. Device, wave and worker are not declared, since they change
nothing. A stage whose mathematics change gets a new VERSION in the same commit.

Importing this file loads no torch: stages that are already done cost nothing.
"""
# ruff: noqa: D102 - what the methods of a stage do stands once, at `stage.Stage`

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storyboard.stages.stage import Hardware, Step
from storyboard.store import Ref, Store, content_key
from storyboard.take.take import Take
from storyboard.take.weights import Weights

if TYPE_CHECKING:
    from model.autoencoder.vae import Autoencoder
    from model.text import TextEncoder

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
        if take.segments:
            return ()
        return self.ref(take.prompt), self.ref(take.negative)

    def needs(self, take: Take) -> tuple[Ref, ...]:
        return ()

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> TextEncoder:
        from storyboard.stages import tensors

        return self.weights.open().load_text(
            dtype=tensors.dtype(self.hardware), device=self.hardware.device
        )

    def run(self, network: TextEncoder, take: Take, store: Store, step: Step) -> None:
        from storyboard.stages.artifacts import TextContext

        for text in (take.prompt, take.negative):
            ref = self.ref(text)
            if not store.holds(ref):
                store.put(ref, TextContext(network.encode(text)).save)
        step()


@dataclass(frozen=True)
class EncodePicture:
    """Given first and last frame → their latent, for takes that have any."""

    weights: Weights
    hardware: Hardware
    name = "encode-picture"
    network = "autoencoder"
    VERSION = 3

    @property
    def _in_channels(self) -> bool:
        """Whether the result is as long as the clip, and not its first frame alone."""
        return self.weights.preset.takes_channels

    def refs(self, take: Take) -> tuple[Ref, ...]:
        if not take.pictures or take.segments:
            return ()
        declared = {
            "stage": self.name,
            "version": self.VERSION,
            "pictures": [picture.key for picture in take.pictures],
            "enters": self.weights.preset.first_frame,
            "frames": take.frames.rendered if self._in_channels else 1,
            "size": list(take.size),
            "weights": self.weights.fingerprints["vae"],
        }
        return (Ref(self.name, content_key(declared), TENSORS),)

    def needs(self, take: Take) -> tuple[Ref, ...]:
        return tuple(picture.clip for picture in take.pictures if picture.clip)

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> Autoencoder:
        from storyboard.stages import tensors

        return tensors.load_vae(self.weights, self.hardware)

    def run(self, network: Autoencoder, take: Take, store: Store, step: Step) -> None:
        from model.pictures import encode_pictures
        from storyboard.stages import tensors
        from storyboard.stages.artifacts import TextContext

        latent = encode_pictures(
            network,
            self.weights.preset,
            tuple(tensors.picture_frame(picture, store) for picture in take.pictures),
            size=take.size,
            num_frames=take.frames.rendered,
            device=self.hardware.device,
        )
        store.put(self.refs(take)[0], TextContext(latent).save)
        step()
