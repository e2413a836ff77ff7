"""Things of the layout: every noun has a model, and every model its size, grip and seats."""

from __future__ import annotations

import numpy as np
import pytest

from shots.lexicon.colours import COLOURS
from shots.lexicon.things import MODELS, NOUNS, STAND_IN, find_thing, nearest_noun, singular
from shots.staging.staged import Beat, Player
from storyboard.layout.meshes import SURFACE, Mesh, from_triangles
from storyboard.layout.motion.world import Spot, world_at
from storyboard.layout.thing_motion import mouths, state_of, thing_mesh
from storyboard.layout.things.lettering import letters, plain_letters
from storyboard.layout.things.materials import material
from storyboard.layout.things.models import build_thing, stand_in
from storyboard.layout.things.part_format import models
from storyboard.layout.things.shapes import axis_turn, extrude, folds, lump, rounded, sweep, torus

BLOCK = (0.4, 0.3, 0.2)
GREY = (0.5, 0.5, 0.5)


def extent(mesh: Mesh) -> tuple[np.ndarray, np.ndarray]:
    return mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)


def volume(mesh: Mesh) -> float:
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(np.float64) for k in range(3))
    return float(np.sum(np.einsum("ij,ij->i", a, np.cross(b, c))) / 6)


def the_same(one: Mesh, other: Mesh) -> bool:
    return np.array_equal(one.vertices, other.vertices) and np.array_equal(one.colour, other.colour)


def test_at_least_450_nouns_name_130_models() -> None:
    assert len(MODELS) >= 130
    assert len(NOUNS) >= 450
    assert set(NOUNS.values()) <= set(MODELS)
    assert set(MODELS) - {STAND_IN} == {name for name in models() if name[0] != "_"}


def test_words_of_the_table_are_words_of_the_lexicon() -> None:
    for name, thing in MODELS.items():
        assert thing.colour in COLOURS, name
        assert thing.place in {"floor", "table", "wall", "ceiling", "hand", "water", "sky"}, name
        assert thing.kind in {
            "vehicle", "furniture", "prop", "food", "product", "fitting", "structure", "plant",
            "animal",
        }, name  # fmt: skip
        assert thing.surface_m <= thing.size[1] + 0.02, name
        assert thing.lies in {"", "back", "side"}, name
    for noun in NOUNS:
        assert noun == noun.lower().strip(), noun


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_model_stands_on_the_floor_at_its_size_with_grip_and_seats(name: str) -> None:
    mesh = build_thing(name)
    low, high = extent(mesh)
    assert high - low == pytest.approx(MODELS[name].size, rel=0.03, abs=0.002)
    assert high[1] == pytest.approx(0, abs=1e-4)
    assert low[[0, 2]] + high[[0, 2]] == pytest.approx(0, abs=2e-3)
    assert np.isfinite(mesh.vertices).all()
    assert np.linalg.norm(mesh.normals, axis=1) == pytest.approx(1, abs=1e-3)
    assert 8 <= len(mesh.faces) <= 4000
    assert mesh.faces.max() < len(mesh.vertices)
    assert (mesh.colour >= 0).all()
    assert (mesh.colour <= 1).all()
    assert (mesh.glow >= 0).all()
    assert mesh.surface.max() < len(SURFACE)
    assert volume(mesh) > -1e-3 * np.prod(high - low)  # most faces look outwards; cloth is thin
    if MODELS[name].grip:
        check_grip(name)
    check_seats(name, low, high)


def check_grip(name: str) -> None:
    low, high = extent(build_thing(name, held=True))
    room = 0.03 + 0.12 * (high - low)
    assert (low <= room).all()  # the palm is the origin
    assert (high >= -room).all()


def check_seats(name: str, low: np.ndarray, high: np.ndarray) -> None:
    for seat in MODELS[name].seats:
        at = np.array([seat.x, -seat.height, seat.z])
        assert (at >= low - 0.05).all(), seat
        assert (at <= high + 0.05).all(), seat
        for hand in seat.hands:
            assert np.linalg.norm(np.array(hand) - [seat.x, seat.height, seat.z]) < 1.0
        if seat.hands:
            left, right = seat.hands
            assert left[0] > right[0]  # who faces -z has the left hand at +x


@pytest.mark.parametrize(
    ("words", "model", "count"),
    [
        ("phone", "phone", 1), ("old telephone", "old-telephone", 2), ("knives", "knife", 1),
        ("boxes of books", "box", 1), ("police car", "police-car", 2), ("taxis", "taxi", 1),
        ("coffee cup", "coffee-cup", 2), ("cup of coffee", "coffee-cup", 3), ("cup", "cup", 1),
        ("frying pan", "pan", 2), ("shopping trolley", "shopping-trolley", 2),
        ("burger on a plate", "burger", 1), ("watch", "watch", 1), ("sneakers", "sneaker", 1),
        ("letter", "letter", 1), ("glass of wine", "wine-glass", 3), ("glasses", "glasses", 1),
        ("bicycle", "bicycle", 1), ("bikes", "bicycle", 1), ("motorbike", "motorcycle", 1),
        ("birthday cake", "birthday-cake", 2), ("street lamps", "street-lamp", 2),
        ("bunch of flowers", "bouquet", 3), ("engagement ring", "ring", 2), ("wolves", "wolf", 1),
        ("mice", "mouse", 1), ("geese", "duck", 1), ("ponies", "horse", 1), ("cat", "cat", 1),
        ("teddy bear", "teddy-bear", 2), ("fire engine", "fire-engine", 2), ("Dog", "dog", 1),
        ("perfume bottle", "perfume", 2), ("hospital bed", "hospital-bed", 2), ("gun", "gun", 1),
        ("leaves", "leaf", 1), ("loaf of bread", "bread", 3), ("park bench", "bench", 2),
        ("traffic light", "traffic-light", 2), ("record player", "record-player", 2),
        ("suitcases", "suitcase", 1), ("torches", "torch", 1),
        ("christmas tree", "christmas-tree", 2),
    ],
)  # fmt: skip
def test_a_noun_is_found_by_its_longest_match(words: str, model: str, count: int) -> None:
    assert find_thing(words.split()) == (model, count)


def test_what_is_no_noun_is_not_found() -> None:
    assert find_thing(["slowly"]) is None
    assert find_thing([]) is None
    assert nearest_noun("bycicle") == "bicycle"
    assert nearest_noun("sofaa") == "sofa"
    assert nearest_noun("zzzzzz") == ""
    assert "knife" in singular("knives")
    assert singular("bread knives")[-1].startswith("bread ")


def test_size_colour_and_label_are_those_asked_for() -> None:
    low, high = extent(build_thing("table", size=(2.0, 0.9, 1.1)))
    assert high - low == pytest.approx((2.0, 0.9, 1.1), rel=1e-3)
    red, blue = (build_thing("car", colour=colour) for colour in ("red", "blue"))
    assert np.array_equal(red.vertices, blue.vertices)
    assert (red.colour != blue.colour).any()
    plain, named = build_thing("product-bottle"), build_thing("product-bottle", label="ALMA")
    assert not the_same(plain, named)
    assert len(build_thing("sign", label="EXIT").faces) < len(build_thing("sign").faces)


@pytest.mark.parametrize("name", ["car", "bicycle", "dog", "bird", "butterfly", "fan", "windmill"])
def test_the_phase_moves_its_parts(name: str) -> None:
    still, moved = build_thing(name), build_thing(name, phase=1.0)
    assert still.vertices.shape == moved.vertices.shape
    assert not np.allclose(still.vertices, moved.vertices, atol=1e-3)
    assert not the_same(moved, build_thing(name, phase=2.0))


def test_legs_stay_on_the_ground_as_an_animal_walks() -> None:
    for name in ("dog", "horse", "cat"):
        for phase in np.linspace(0.2, 6.0, 8):
            _, high = extent(build_thing(name, phase=float(phase)))
            assert abs(high[1]) < 0.06 * MODELS[name].size[1]


@pytest.mark.parametrize(
    "name",
    ["door", "box", "fridge", "book", "wardrobe", "ring-box", "curtain", "lift-door", "gate"],
)
def test_what_opens_moves(name: str) -> None:
    shut, half, wide = (build_thing(name, opened=share) for share in (0.0, 0.5, 1.0))
    assert not the_same(shut, half)
    assert not the_same(half, wide)


def test_the_table_says_what_opens() -> None:
    for name in ("car", "phone", "table", "door", "gift", "house", "tent", "laptop", "music-box"):
        opens = not the_same(build_thing(name), build_thing(name, opened=1.0))
        assert opens == MODELS[name].door, name


def test_the_same_call_gives_the_same_bits_and_a_seed_another_stone() -> None:
    one = build_thing("rock", seed=3)
    build_thing.cache_clear()
    assert the_same(one, build_thing("rock", seed=3))
    assert not the_same(one, build_thing("rock", seed=4))


def test_a_lying_phone_is_held_upright() -> None:
    low, high = extent(build_thing("phone", held=True))
    assert (high - low)[1] == pytest.approx(0.155, rel=0.03)
    screen = build_thing("phone", held=True)
    lit = screen.glow > 0.5
    towards = np.cross(
        screen.vertices[screen.faces[lit][:, 1]] - screen.vertices[screen.faces[lit][:, 0]],
        screen.vertices[screen.faces[lit][:, 2]] - screen.vertices[screen.faces[lit][:, 0]],
    ).sum(axis=0)
    front = build_thing("phone", held=True)
    glowing = front.vertices[front.faces[lit]].mean(axis=(0, 1))
    assert glowing[2] < front.vertices.mean(axis=0)[2]  # the screen is on its front, -z
    assert np.isfinite(towards).all()


def test_a_stand_in_carries_its_name_and_is_blank_without_letters() -> None:
    blank = stand_in("日本", BLOCK)
    named, other = stand_in("samovar", BLOCK), stand_in("astrolabe", BLOCK)
    assert len(named.faces) > len(blank.faces)
    assert not the_same(named, other)
    low, high = extent(blank)
    assert high - low == pytest.approx(BLOCK, rel=1e-3)
    assert the_same(build_thing(STAND_IN, label="samovar", size=BLOCK), build_thing(
        STAND_IN, label="samovar", size=BLOCK, seed=1))  # fmt: skip
    ink = named.colour[:, 0] < 0.2
    sides = named.normals[named.faces[ink][:, 0]].round(3)
    assert {tuple(map(float, side)) for side in np.unique(np.abs(sides), axis=0)} == {
        (0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0),
    }  # fmt: skip
    front = named.vertices[named.faces[ink]].mean(axis=1)
    assert (front[:, 2] < -BLOCK[2] / 2).any()


def test_letters_lose_accents_and_break_into_lines() -> None:
    assert plain_letters("Café  Straße") == "CAFE STRASSE"
    wide, square = (0.4, 0.1), (0.2, 0.2)
    assert len(letters("", wide, GREY).faces) == 0
    one, three = (letters("PAN OF OIL", square, GREY, lines=n) for n in (1, 3))
    tall = [np.ptp(mesh.vertices[:, 1]) for mesh in (one, three)]
    assert tall[1] > 2 * tall[0]
    for mesh in (one, three):
        assert np.ptp(mesh.vertices[:, 0]) <= square[0] * 1.1
    bent = letters("ROUND", wide, GREY, bend=0.05)
    assert np.hypot(bent.vertices[:, 0], bent.vertices[:, 2]) == pytest.approx(0.05, rel=0.02)


def test_materials_are_words() -> None:
    assert material("C", GREY) == (GREY, "plain", 0.0)
    assert material("C-.wood!.5", GREY)[1:] == ("wood", 0.5)
    assert sum(material("wood+", GREY)[0]) > sum(material("wood", GREY)[0])
    assert material("screen", GREY)[2] > 0
    assert material("red", GREY)[0] == COLOURS["red"]
    with pytest.raises(KeyError, match="unobtainium"):
        material("unobtainium", GREY)
    with pytest.raises(KeyError, match="velvet"):
        material("red.velvet", GREY)


@pytest.mark.parametrize(
    "mesh",
    [
        extrude([(0, 0), (2, 0), (2, 1), (1, 0.4), (0, 1)], 0.5, GREY, bevel=0.05),
        extrude(rounded(1.0, 0.6, 0.1), 0.4, GREY, bevel=0.09),
        sweep([(0, 0, 0), (0, -1, 0), (0.6, -1.5, 0.2)], [0.2, 0.1, 0.05], GREY),
        torus(0.5, 0.1, GREY),
        lump((0.5, 0.3, 0.4), 0.15, GREY, 7),
    ],
    ids=["concave", "rounded", "sweep", "torus", "lump"],
)
def test_shapes_are_closed_and_face_outwards(mesh: Mesh) -> None:
    assert volume(mesh) > 0
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert np.abs(normal.sum(axis=0)).max() < 1e-4  # the areas of a closed surface cancel
    lit = np.einsum("ij,ij->i", normal, mesh.normals[mesh.faces].mean(axis=1))
    assert (lit > 0).mean() > 0.97


def test_folds_hang_from_their_height_on_both_sides() -> None:
    mesh = folds(1.0, 2.0, 0.1, 4, GREY)
    low, high = extent(mesh)
    assert low[1] == pytest.approx(-2.0)
    assert high[1] == pytest.approx(0.0)
    assert 0 < volume(mesh) < 0.02


def test_turns_of_the_format_are_those_of_the_plan() -> None:
    front = from_triangles([[0, 0, -1], [0, -1, 0], [1, 0, 0]], [[0, 1, 2]], GREY)
    assert front.turned(axis_turn("y", 90)).vertices[0] == pytest.approx(
        front.moved(yaw_deg=90).vertices[0], abs=1e-6
    )
    assert front.turned(axis_turn("x", 90)).vertices[1] == pytest.approx([0, 0, 1], abs=1e-6)
    assert front.turned(axis_turn("z", 90)).vertices[1] == pytest.approx([1, 0, 0], abs=1e-6)


def test_an_animal_has_what_it_takes_in_its_mouth():
    fish = Player("fish", kind="thing", model="salmon", at=(0.4, -0.6))
    bear = Player(
        "bear", kind="animal", model="bear", beats=(Beat(gesture="pick-up", target="fish"),)
    )
    spots = world_at((bear, fish), 0.5, 4.0).spots
    assert mouths((bear, fish), spots, 0.1) == {}
    assert mouths((bear, fish), spots, 0.8)["fish"].at[2] < -0.4 * MODELS["bear"].size[2]


@pytest.mark.parametrize("animal", ["dog", "cat", "cow", "lion", "horse"])
def test_an_animal_at_rest_is_lower_and_on_the_ground(animal):
    def mesh(posture):
        player = Player("it", kind="animal", model=animal, beats=(Beat(posture=posture),))
        spot = Spot(np.zeros(3), 0.0, MODELS[animal].size, animal)
        return thing_mesh(player, state_of(player, spot, 0.5, 1.0))

    heights = {each: -mesh(each).vertices[:, 1] for each in ("stand", "sit", "lie", "sleep")}
    for posture, height in heights.items():
        assert height.min() == pytest.approx(0, abs=0.03), posture
    tops = {posture: height.max() for posture, height in heights.items()}
    assert tops["lie"] < 0.85 * tops["stand"]
    assert tops["sleep"] <= tops["lie"] + 0.01
    back = np.abs(mesh("stand").vertices[:, 2]) < 0.1 * MODELS[animal].size[2]
    assert heights["sit"][back].max() < heights["stand"][back].max()
