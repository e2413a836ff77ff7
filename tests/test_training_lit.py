"""Pairs of greybox's steered edition: pictures, control films, and their codec."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from shots import parse_shots
from shots.staging.stage_shot import staged_path
from storyboard.layout import ShotFilm, layout_film
from training.basis import Basis, fit
from training.lit.linear_light import LinearLight, film_response, linear
from training.lit.lit_film import LitFilm
from training.lit.pairs import board_of, control_and_mask, covered
from training.lit.rays import Tracer, pattern
from training.lit.textures import noise
from training.lit.train_codec import codec_loss
from training.sizes import STEERED_CHANNELS, new_steered_codec

SIZE = (96, 64)


def _film(light: str, frames: int = 5) -> ShotFilm:
    board = parse_shots(
        "storyboard: 1\ntitle: Light\nlocations: {p: {heading: EXT. FIELD}}\nscenes:\n"
        f"- {{number: 1, location: p, shots: [{{id: '1', lighting: {{{light}}}, duration: 2s,\n"
        "  camera: {size: MS, movement: static}, action: A man in a white shirt stands still.}]}\n",
        Path("light.yaml"),
    )
    shot = board.shots[0]
    path = staged_path(board, shot, num_frames=frames, aspect=SIZE[0] / SIZE[1], seed=1)
    return layout_film(board, shot, path)


@pytest.fixture(scope="module")
def lit_from_left() -> ShotFilm:
    return _film("time: day, direction: side left")


@pytest.fixture(scope="module")
def lit_from_right() -> ShotFilm:
    return _film("time: day, direction: side right")


def test_a_control_film_does_not_depend_on_light(
    lit_from_left: ShotFilm, lit_from_right: ShotFilm
) -> None:
    left, right = (control_and_mask(film, SIZE) for film in (lit_from_left, lit_from_right))
    assert (left[0] == right[0]).all()
    assert left[1].mean() > 20


def test_the_target_shows_the_side_of_the_key(
    lit_from_left: ShotFilm, lit_from_right: ShotFilm
) -> None:
    mask = lit_from_left.subject_mask(lit_from_left.frame(0, SIZE)) > 200
    columns = np.flatnonzero(mask.any(axis=0))
    middle = int(columns.mean())
    more = []
    for film in (lit_from_left, lit_from_right):
        picture = LitFilm(film).frame(0, SIZE).mean(axis=2)
        halves = (picture[:, :middle][mask[:, :middle]], picture[:, middle:][mask[:, middle:]])
        more.append(halves[0].mean() - halves[1].mean())
    assert more[0] > 10
    assert more[1] < -10


def test_a_target_has_the_same_bits_each_time(lit_from_left: ShotFilm) -> None:
    first, second = (LitFilm(lit_from_left).frame(2, SIZE) for _ in range(2))
    assert (first == second).all()
    assert first.std() > 10


def test_the_bounds_of_subjects_in_target_and_layout_are_alike(lit_from_left: ShotFilm) -> None:
    """The traced picture has the layout's geometry: its edges lie where the layout's do."""
    layout = lit_from_left.frame(0, SIZE)
    mask = lit_from_left.subject_mask(layout) > 127
    picture = LitFilm(lit_from_left).frame(0, SIZE).astype(float).mean(axis=2)
    step = np.abs(np.diff(mask.astype(int), axis=1)) > 0
    change = np.abs(np.diff(picture, axis=1))
    assert change[step].mean() > 5 * np.median(change)


def test_open_sets_are_looked_through_from_behind() -> None:
    from storyboard.layout.meshes import from_triangles

    corners = [(-1, -1, 2), (1, -1, 2), (0, 2, 2), (-1, -1, 4), (0, 2, 4), (1, -1, 4)]
    mesh = from_triangles(corners, [(0, 1, 2), (3, 4, 5)], (1, 1, 1), smooth=False)
    origins, rays = np.zeros((1, 3), np.float32), np.array([[0, 0, 1]], np.float32)
    tracer = Tracer(mesh, has_ground=False)
    assert tracer.first(origins, rays).far == pytest.approx(2)
    assert tracer.front(origins, rays).far == pytest.approx(4, abs=1e-2)
    assert tracer.is_free(origins, rays, 1.5) == 1
    assert tracer.is_free(origins, rays) == 0


def test_patterns_of_rays_fill_the_disc_evenly() -> None:
    points = pattern(6).reshape(-1, 2)
    radius = np.hypot(*points.T)
    assert radius.max() < 1
    assert (radius < 0.5).mean() == pytest.approx(0.25, abs=0.02)
    assert np.abs(points.mean(axis=0)).max() < 0.02


def test_noise_is_smooth_and_fixed() -> None:
    values = np.array([noise(0.01 * k, 3.2, -1.7) for k in range(2000)])
    assert np.abs(np.diff(values)).max() < 0.05
    assert values.std() > 0.2
    assert values[0] == noise(0.0, 3.2, -1.7)


def test_film_keeps_the_order_of_light() -> None:
    greys = np.linspace(0, 5, 200, dtype=np.float32)[:, None].repeat(3, axis=1)
    values = film_response(greys)
    assert (np.diff(values, axis=0) >= 0).all()
    assert values[0, 0] == 0
    assert film_response(linear([[0.5, 0.5, 0.5]]))[0, 0] == pytest.approx(0.5, abs=0.07)


def test_a_night_has_less_light_than_a_day() -> None:
    day, night = (
        LinearLight.of(_film(f"time: {time}", 1).rig, None, False) for time in ("day", "night")
    )
    assert (night.key + night.fill).mean() < 0.5 * (day.key + day.fill).mean()


@pytest.mark.parametrize("seed", [10, 11])
def test_the_boards_of_pairs_are_the_same_each_time(seed: int) -> None:
    assert board_of(seed)[0] == board_of(seed)[0]


def test_masks_are_averaged_over_latent_cells() -> None:
    mask = np.zeros((2, 16, 24), np.uint8)
    mask[:, :8, :4] = 255
    cells = covered(mask, (24, 16))
    assert cells.shape == (2, 2, 3)
    assert cells[0, 0, 0] == pytest.approx(128, abs=1)
    assert cells[0].sum() == cells[0, 0, 0]


def test_the_codec_begins_as_a_linear_code(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    coarse = random.integers(0, 255, (2, 17, 8, 8, 3), dtype=np.uint8)
    clips = [clip.repeat(8, axis=1).repeat(8, axis=2) for clip in coarse]
    fit(clips, random, 8, STEERED_CHANNELS, tmp_path / "basis.npz")
    basis = Basis.load(tmp_path / "basis.npz")
    assert basis.side == 8
    codec = new_steered_codec(seed=0)
    video = torch.from_numpy(clips[0][:5]).permute(3, 0, 1, 2)[None].float() / 127.5 - 1
    assert codec.encode(video).shape == basis.encode(video).shape == (1, 16, 2, 8, 8)
    loss = codec_loss(codec, basis, video, step=0)
    loss.backward()
    assert all(p.grad is not None for p in codec.parameters())
    # The pixels of a flat block are one colour at each of 4 frames: 12 of its components.
    assert float(basis.encode(video).square().mean()) == pytest.approx(1, abs=0.6)
