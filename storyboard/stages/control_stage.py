"""The stages that make the layout steer the model: drawing the control film, and encoding it."""
# ruff: noqa: D102 - the methods of a stage are documented at `stage.Stage`

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from model.flow import Schedule, expert_steps
from model.presets import Expert, Preset
from shots.vocabulary.control import Control
from storyboard.film.video import VIDEO, Frame
from storyboard.stages.conform_stage import DrawnFilm, staging_inputs, take_film
from storyboard.stages.stage import TENSORS, Hardware, Step, make_ref
from storyboard.store import Ref, Store
from storyboard.take.take import Picture, Take
from storyboard.take.weights import Weights

if TYPE_CHECKING:
    from model.autoencoder.vae import Autoencoder
    from shots.staging.staged import StagedShot

MAX_REFERENCES = 4
"""Pictures of likeness that one clip reads, as in the training of the published models."""

_HIGH_NOISE = 0.875  # where published pairs of experts change over
_RELEASE = 0.5  # strength of the last high-noise steps
_LOOSE_END = 0.3


def control_strengths(
    control: Control, preset: Preset, plan: Schedule, experts: tuple[Expert, ...]
) -> tuple[float, ...]:
    """Strength of the control film at every step of a schedule.

    "normal" is full strength for two thirds of the steps of high noise, half of it for the rest of
    them, and none below: shape is decided early, and the late steps would copy the drawing.
    "loose" ends after three tenths of the steps. "tight" keeps half to the end. A model with one
    expert counts the steps of the same noise. Where a film is read as channels, any strength is 1.
    """
    if len(experts) > 1:
        high = len(expert_steps(plan, experts)[0])
    else:
        high = sum(noise >= _HIGH_NOISE for noise in plan.noise[: plan.num_steps])
    full = -(-2 * high // 3)
    low = _RELEASE if control.hold == "tight" else 0.0
    strengths = [1.0] * full + [_RELEASE] * (high - full) + [low] * (plan.num_steps - high)
    if control.hold == "loose":
        strengths = [1.0] * plan.num_steps
    end = control.end
    if end is None:
        end = _LOOSE_END if control.hold == "loose" else 1.0
    stop = round(end * plan.num_steps)
    strengths = [s if step < stop else 0.0 for step, s in enumerate(strengths)]
    if preset.control == "channels":
        strengths = [float(s > 0) for s in strengths]
    return tuple(strengths)


def silent(take: Take) -> StagedShot:
    """The staging of a take without mouths that speak, which no control film shows."""
    players = (
        replace(each, beats=tuple(replace(beat, speaks=()) for beat in each.beats))
        for each in take.staged.players
    )
    return replace(take.staged, players=tuple(players))


@dataclass(frozen=True)
class Passes(DrawnFilm):
    """Shot to the control film of its staging: depth and skeletons, without light and colour."""

    weights: Weights
    name = "passes"
    VERSION = 1

    @property
    def rate(self) -> Fraction:
        return self.weights.preset.fps

    def refs(self, take: Take) -> tuple[Ref, ...]:
        control = take.filmed.control
        if take.segments or self.weights.preset.control == "none" or not control.has_film:
            return ()
        declared = {
            **staging_inputs(take, silent(take)),
            "set": control.set,
            "cast": control.cast,
            "size": list(take.size),
        }
        return (make_ref(self, self.VERSION, VIDEO, declared),)

    def pictures(self, take: Take) -> Iterator[Frame]:
        from storyboard.layout.passes.control_film import control_frames  # imports cv2

        film = take_film(replace(take, staged=silent(take)))
        return control_frames(film, take.size, take.filmed.control)


@dataclass(frozen=True)
class EncodeControl:
    """Control film, pinned first frame and pictures of likeness to what a model reads."""

    weights: Weights
    hardware: Hardware
    passes: Passes
    name = "encode-control"
    network = "autoencoder"
    VERSION = 1

    def refs(self, take: Take) -> tuple[Ref, ...]:
        films, preset = self.passes.refs(take), self.weights.preset
        if not films and not self._pictures(take):
            return ()
        declared = {
            "films": [ref.key for ref in films],
            "references": [picture.key for picture in take.references],
            "pinned": [picture.key for picture in self._pinned(take)],
            "enters": preset.control,
            "frames": take.frames.rendered,
            "size": list(take.size),
            "weights": self.weights.fingerprints["vae"],
        }
        return (make_ref(self, self.VERSION, TENSORS, declared),)

    def _pinned(self, take: Take) -> tuple[Picture, ...]:
        """A given first frame, which a VACE part keeps by a mask."""
        is_kept = self.weights.preset.control == "vace" and take.picture is not None
        return (take.picture,) if is_kept and take.picture else ()

    def _pictures(self, take: Take) -> tuple[Picture, ...]:
        """What is read beside the film."""
        if self.weights.preset.control == "none" or take.segments or take.filmed.control.end == 0:
            return ()
        return (*take.references, *self._pinned(take))

    def needs(self, take: Take) -> tuple[Ref, ...]:
        clips = tuple(picture.clip for picture in self._pinned(take) if picture.clip)
        return (*self.passes.refs(take), *clips)

    def units(self, take: Take) -> int:
        return 1

    def load(self) -> Autoencoder:
        return self.weights.open().load_vae(device=self.hardware.device)

    def run(self, network: Autoencoder, take: Take, store: Store, step: Step) -> None:
        from storyboard.stages import tensors

        films, (pinned, *_) = self.passes.refs(take), (*self._pinned(take), None)
        tensors_by_name = tensors.encode_control(
            network,
            self.weights.preset,
            store.path(films[0]) if films else None,
            None if pinned is None else tensors.picture_frame(pinned, store),
            [tensors.picture_frame(picture, store) for picture in take.references],
            size=take.size,
            num_frames=take.frames.rendered,
            device=self.hardware.device,
        )
        store.put(self.refs(take)[0], partial(tensors.save_tensors, tensors=tensors_by_name))
        step()
