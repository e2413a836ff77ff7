"""The stages that encode prompts and given pictures."""
# ruff: noqa: D102 - the methods of a stage are documented at `stage.Stage`

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from storyboard.stages.stage import TENSORS, Hardware, Step, make_ref
from storyboard.store import Ref, Store
from storyboard.take.take import Take
from storyboard.take.weights import Weights

if TYPE_CHECKING:
    from model.autoencoder.vae import Autoencoder
    from model.text import TextEncoder


@dataclass(frozen=True)
class EncodeText:
    """Positive and negative prompt to contexts; a prompt shared by takes is encoded once."""

    weights: Weights
    hardware: Hardware
    name = "encode-text"
    network = "text encoder"
    VERSION = 1

    def ref(self, text: str) -> Ref:
        """Context of one prompt."""
        weights = self.weights.fingerprints["text"]
        declared = {"text": text, "weights": weights, "dtype": self.hardware.dtype}
        return make_ref(self, self.VERSION, TENSORS, declared)

    def refs(self, take: Take) -> tuple[Ref, ...]:
        return () if take.segments else (self.ref(take.prompt), self.ref(take.negative))

    def needs(self, take: Take) -> tuple[Ref, ...]:
        return ()

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> TextEncoder:
        return self.weights.open().load_text(
            dtype=self.hardware.torch_dtype, device=self.hardware.device
        )

    def run(self, network: TextEncoder, take: Take, store: Store, step: Step) -> None:
        from storyboard.stages import tensors

        for text in (take.prompt, take.negative):
            ref = self.ref(text)
            if not store.holds(ref):
                store.put(ref, partial(tensors.save_context, context=network.encode(text)))
        step()


@dataclass(frozen=True)
class EncodePicture:
    """Given first and last frame to their latent, for takes that have any."""

    weights: Weights
    hardware: Hardware
    name = "encode-picture"
    network = "autoencoder"
    VERSION = 3

    def refs(self, take: Take) -> tuple[Ref, ...]:
        preset = self.weights.preset
        # A VACE part keeps a picture in its control film.
        if not take.pictures or take.segments or preset.first_frame == "none":
            return ()
        declared = {
            "pictures": [picture.key for picture in take.pictures],
            "enters": preset.first_frame,
            # As channels the latent is as long as the clip; otherwise it is one frame.
            "frames": take.frames.rendered if preset.takes_channels else 1,
            "size": list(take.size),
            "weights": self.weights.fingerprints["vae"],
        }
        return (make_ref(self, self.VERSION, TENSORS, declared),)

    def needs(self, take: Take) -> tuple[Ref, ...]:
        return tuple(picture.clip for picture in take.pictures if picture.clip)

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> Autoencoder:
        return self.weights.open().load_vae(device=self.hardware.device)

    def run(self, network: Autoencoder, take: Take, store: Store, step: Step) -> None:
        from model.pictures import encode_pictures
        from storyboard.stages import tensors

        latent = encode_pictures(
            network,
            self.weights.preset,
            tuple(tensors.picture_frame(picture, store) for picture in take.pictures),
            size=take.size,
            num_frames=take.frames.rendered,
            device=self.hardware.device,
        )
        store.put(self.refs(take)[0], partial(tensors.save_context, context=latent))
        step()
