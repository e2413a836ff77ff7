"""Blankets over people in beds."""

from __future__ import annotations

import numpy as np
import pytest

from shots.staging.appearance import read_appearance
from shots.staging.staged import Beat, Player
from storyboard.layout.bed_covers import bed_covers
from storyboard.layout.cast.figure import figure_of
from storyboard.layout.motion.perform import perform_all
from storyboard.layout.motion.world import world_at


def covers(words: str, posture: str = "lie") -> dict[str, np.ndarray]:
    """Vertices of the cloth on each bed, its axes up and as the bed's."""
    look = read_appearance("a woman of thirty")[0]
    anna = Player("anna", "Anna", look=look,
                  beats=(Beat(posture=posture, seat="bed", words=words),))  # fmt: skip
    players = (anna, Player("bed", "bed", "thing", "bed"))
    figures = {"anna": figure_of(look)}
    acting = perform_all(figures, players, 0.5, 4.0, np.array([0.0, -1.6, -3.0]))
    spots = world_at(players, 0.5, 4.0).spots
    found = bed_covers(players, 0.5, figures, acting, spots)
    return {key: mesh.vertices * [1, -1, 1] for key, mesh in found.items()}


def test_who_lies_in_bed_is_covered_to_the_chest() -> None:
    (cloth,) = covers("Anna lies in bed").values()
    assert 0.6 < cloth[:, 1].max() < 0.95  # over the body, and no tent
    assert cloth[:, 2].min() == pytest.approx(-1.05, abs=0.01)  # to the foot of the bed
    assert 0.2 < cloth[:, 2].max() < 0.7  # the face is free


@pytest.mark.parametrize(
    ("words", "posture"), [("Anna lies on the bed", "lie"), ("Anna sits in bed", "sit")]
)
def test_who_lies_on_top_or_sits_is_not(words: str, posture: str) -> None:
    assert covers(words, posture) == {}
