"""The control directive: how the layout steers a model that takes a control film."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shots.vocabulary.terms import StrictModel
from shots.vocabulary.values import Lower


class ControlChoice(StrictModel):
    """How the layout of a shot steers the model; the level below overrides each field."""

    set: Annotated[Literal["depth", "lines", "clay", "none"] | None, Lower] = None
    """Set and things in the control film: depth, lines, clay, or none."""
    cast: Annotated[Literal["pose", "depth", "none"] | None, Lower] = None
    """People in the control film: pose draws skeletons of near people and the bodies of far ones,
    depth draws all bodies, none leaves people to the words."""
    hold: Annotated[Literal["loose", "normal", "tight"] | None, Lower] = None
    """How long the layout is held to: loose for the first steps, normal until details form, tight
    to the end at half strength."""
    end: Annotated[float, Field(ge=0, le=1)] | None = None
    """Share of the steps after which the layout no longer counts, 0 to 1; left out: from hold."""


class Control(StrictModel):
    """The control of a shot with every field resolved."""

    set: Literal["depth", "lines", "clay", "none"] = "depth"
    cast: Literal["pose", "depth", "none"] = "pose"
    hold: Literal["loose", "normal", "tight"] = "normal"
    end: float | None = None

    @property
    def has_film(self) -> bool:
        """Whether the layout steers the model."""
        return self.end != 0 and (self.set, self.cast) != ("none", "none")
