from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
import pytest

from shots.lexicon.place_words import PLACES
from shots.lexicon.places import (
    PLACE_WORDS,
    SETS,
    Fixture,
    SetPlan,
    find_place,
    nearest_place,
    read_plan,
)
from shots.lexicon.things import MODELS
from storyboard.layout.meshes import box, join
from storyboard.layout.near_shell import GARDEN, without_near_shell
from storyboard.layout.places.build_place import build_place
from storyboard.layout.places.rooms import from_above, through_walls
from storyboard.layout.places.scenery import sceneries
from storyboard.layout.places.set_place import SetPlace

SEED = 1


@cache
def built(name: str) -> SetPlace:
    return build_place(SETS[name], name, SEED)


INTERIORS = [name for name, plan in SETS.items() if plan.is_interior]
EXTERIORS = [name for name, plan in SETS.items() if not plan.is_interior]
IN_WALLS = {"door", "glass-door", "lift-door", "garage-door", "window", "shop-window"}
FLAT_OR_HIGH = {"carpet", "puddle", "parasol", "towel", "street-lamp", "crane"}  # others pass below
CROWNS = {"tree", "palm", "pine", "bare-tree"}  # their trunks stand apart, their crowns may touch
# Sets whose centre is taken by what they are about: seats are the marks there.
SEATED = {"car"}

HEADINGS = {
    "INT. KITCHEN - DAY": "kitchen", "INT. MARY'S HOUSE - KITCHEN - NIGHT": "kitchen",
    "INT. THE KITCHENS OF THE GRAND HOTEL": "kitchen", "INT. LIVING ROOM": "living-room",
    "INT. HOUSE": "living-room", "EXT. HOUSE": "house", "INT. LOUNGE -- EVENING": "living-room",
    "INT. BEDROOM - NIGHT": "bedroom", "INT. HOTEL ROOM": "bedroom",
    "INT. HOTEL ROOM - BATHROOM": "bathroom", "INT. OFFICE": "office",
    "INT. HARBOUR OFFICE": "office", "INT. BOARDROOM": "meeting-room",
    "INT. JURY ROOM": "meeting-room", "INT. HALLWAY": "hallway",
    "INT. HOSPITAL - CORRIDOR - DAY": "corridor", "INT. STAIRWELL": "stairwell",
    "INT. BAR - NIGHT": "bar", "INT. NIGHTCLUB": "nightclub", "INT. RESTAURANT": "restaurant",
    "INT. CAFÉ - DAY": "cafe", "EXT. CAFÉ": "shop-front", "INT. BOOKSHOP": "shop",
    "INT. SUPERMARKET": "supermarket", "INT. HOSPITAL": "hospital-room",
    "INT. X-RAY ROOM - DAY": "hospital-room", "EXT. HOSPITAL": "building-front",
    "EXT. HOSPITAL BY THE LAKE": "building-front", "EXT. GARDEN OF THE HOSPITAL": "garden",
    "INT. CLASSROOM": "classroom", "EXT. SCHOOL": "building-front", "INT. ELEVATOR": "lift",
    "INT. CAR - DAY": "car", "INT./EXT. CAR": "car", "I/E CAR - MOVING": "car",
    "EXT. CAR": "country-road", "INT. POLICE CAR - MOVING": "car", "INT. BACK OF A TAXI": "car",
    "INT. TRAM - NIGHT": "tram", "INT. TRAIN": "train", "INT. PLANE": "aeroplane-cabin",
    "INT. CHURCH": "church", "EXT. CHURCH": "cemetery", "INT. THEATRE STAGE": "theatre",
    "INT. GYM": "gym", "INT. WAREHOUSE": "warehouse", "INT. GARAGE": "garage",
    "INT. WORKSHOP": "workshop", "INT./EXT. BARN SAME": "barn-inside", "INT. PRISON": "prison-cell",
    "INT. COURTROOM": "court-room", "INT. LIBRARY": "library", "INT. ART GALLERY": "museum",
    "INT. INTERROGATION ROOM": "interrogation-room", "INT. LAB": "laboratory",
    "INT. BASEMENT": "cellar", "INT. ATTIC ROOM": "attic", "INT. HOTEL LOBBY": "hotel-lobby",
    "INT. STUDIO": "studio", "INT. PRODUCT STUDIO": "tabletop", "INT. BLACK VOID": "void",
    "INT. SPACESHIP": "spaceship-interior", "INT. SUBWAY STATION": "underground",
    "EXT. STREET - NIGHT": "street", "EXT. AVENUE": "street", "EXT. CROSSROADS": "crossroads",
    "EXT. BACK OF THE RESTAURANT - ALLEY": "alley", "EXT. TOWN SQUARE": "square",
    "EXT. SUBURBAN STREET": "suburb", "EXT. BEACH HOUSE": "house", "EXT. KITCHEN": "house",
    "EXT. BRIDGE": "bridge", "EXT. PARK - BENCH - DAY": "park", "EXT. PLAYGROUND": "playground",
    "EXT. BACKYARD": "garden", "EXT. KITCHEN GARDEN": "garden", "EXT. EDGE OF THE FOREST": "forest",
    "EXT. WOODS": "forest", "EXT. WHEAT FIELD": "field", "EXT. FARM": "farm",
    "EXT. SHORE (flat calm sea)": "beach", "EXT. HARBOUR": "harbour", "EXT. DESERT": "desert",
    "EXT. SNOWY MOUNTAIN ROAD": "mountain-road", "EXT. MOUNTAINS": "mountains",
    "EXT. COUNTRY ROAD": "country-road", "EXT. HIGHWAY": "highway",
    "EXT. LONDON - ROOFTOP": "rooftop", "EXT. ROOF OF THE OFFICE BUILDING": "rooftop",
    "EXT. PARKING LOT OF THE SUPERMARKET": "car-park", "EXT. GAS STATION": "petrol-station",
    "EXT. TRAIN STATION": "platform", "EXT. TRAM STOP": "tram-stop", "EXT. GRAVEYARD": "cemetery",
    "EXT. RIVERBANK": "river-bank", "EXT. FROZEN LAKE": "snow-field",
    "EXT. FOOTBALL PITCH": "stadium", "EXT. BUILDING SITE": "construction-site",
    "INT. FRONT DOOR": "hallway", "EXT. FRONT DOOR": "house", "INT. PIANO ROOM": "music-room",
    "INT. AIRPORT TERMINAL - GATE": "airport", "INT. BANK": "bank", "INT. CASINO": "casino",
    "INT. MORGUE": "morgue", "INT. SURVEILLANCE VAN": "van-interior",
    "INT. LAUNDROMAT": "laundromat",
    "INT. CAR SHOWROOM": "showroom", "INT. DRESSING ROOM": "dressing-room",
    "INT. FACTORY FLOOR": "factory", "INT. DOCTOR'S OFFICE": "surgery",
    "INT. THERAPIST'S OFFICE": "therapy-room", "INT. REHAB CENTER": "rehab-room",
    "INT. WIZARD'S TOWER": "wizard-tower", "INT. SHOPPING MALL": "mall",
    "INT. BOXING GYM": "boxing-gym", "INT. JAZZ CLUB": "jazz-club",
    "INT. BALLET STUDIO": "dance-studio", "INT. SWIMMING POOL": "pool-hall",
    "INT. CONCERT HALL": "concert-hall", "INT. LOCKER ROOM": "locker-room",
    "INT. CLIMBING GYM": "climbing-gym", "INT. WEDDING HALL": "banquet",
    "INT. CHILD'S BEDROOM": "kids-room", "INT. RESTAURANT KITCHEN": "pro-kitchen",
    "INT. PARKING GARAGE": "parking-deck", "EXT. PARKING GARAGE": "car-park",
    "EXT. TRENCH - DAWN": "trench", "EXT. BATTLEFIELD": "battlefield", "EXT. CLIFF EDGE": "cliff",
    "EXT. RUNNING TRACK": "track", "EXT. CAMPSITE": "campsite", "EXT. VINEYARD": "vineyard",
    "EXT. CASTLE GATE": "castle-gate", "INT. CASTLE": "castle-hall", "EXT. MARS SURFACE": "mars",
    "EXT. SAVANNAH": "savannah", "EXT. PADDOCK": "paddock", "EXT. ARCTIC SHELF": "ice",
    "EXT. COAST": "coast", "EXT. BALCONY": "balcony", "EXT. FRONT PORCH": "porch",
    "EXT. BEACH BAR": "beach-bar", "EXT. FESTIVAL STAGE": "festival", "EXT. ORCHARD": "orchard",
    "EXT. ENCHANTED FOREST": "magic-forest", "EXT. OLD TOWN MARKET": "cathedral-market",
    "EXT. ABANDONED FARMHOUSE": "derelict-house", "EXT. RIVER RAPIDS": "rapids",
    "EXT. OCEAN - NIGHT": "sea", "INT. BEACH": "room", "EXT. ZOLG": "ground", "INT. ZOLG": "room",
}  # fmt: skip
LOOKS = {
    ("EXT. A", "a deserted tram stop on a cobbled street in heavy rain", ""): "tram-stop",
    ("INT. B", "the empty interior of an old wooden tram with rain on the windows", ""): "tram",
    ("INT. STUDIO", "a marble plinth before a seamless backdrop", ""): "tabletop",
    ("INT. ROOM", "a small dark kitchen", ""): "kitchen",
    ("EXT. C", "a wide city street between tall buildings", ""): "street",
    ("", "the harbour office, indoors", ""): "office",
    ("", "a beach in the evening", "He walks through the forest."): "beach",
    ("EXT. D", "", "She walks along the beach at dawn."): "beach",
    ("", "", "A man drives the car down a highway."): "highway",
    ("", "", "She sits in a taxi and weeps."): "car",
}


@pytest.mark.parametrize(("heading", "name"), HEADINGS.items())
def test_a_heading_gives_its_set_and_int_and_ext_hold(heading: str, name: str) -> None:
    found, is_interior, words = find_place(heading, "")
    assert found == name
    assert SETS[name].is_interior == is_interior == heading.startswith("I")
    assert bool(words) == ("ZOLG" not in heading)


@pytest.mark.parametrize(("texts", "name"), LOOKS.items())
def test_looks_and_the_action_are_asked_where_the_heading_says_nothing(
    texts: tuple[str, str, str], name: str
) -> None:
    assert find_place(*texts)[0] == name


def test_every_word_names_a_set_of_each_kind() -> None:
    assert len(PLACE_WORDS) > 900
    for word, (usual, other) in PLACES.items():
        assert word == word.lower()
        assert SETS[usual].is_interior != SETS[other].is_interior
    assert set(SETS) == set(PLACE_WORDS.values())


def test_an_unknown_place_has_a_nearest_word() -> None:
    assert nearest_place("INT. KITCHN - DAY") == "kitchen"
    assert nearest_place("EXT. XQZ") == ""


def corners(fixture: Fixture, width: float, depth: float) -> list[tuple[float, float]]:
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return [fixture.point(a * width / 2, b * depth / 2) for a, b in signs]


def overlap(one: Fixture, other: Fixture) -> bool:
    """Whether two fixtures stand in each other, by more than 2 cm."""
    shapes = [np.array(corners(each, each.extent[0], each.extent[2])) for each in (one, other)]
    low, high = sorted((one, other), key=lambda each: each.base_m)
    if high.base_m >= low.base_m + low.extent[1] - 0.02:
        return False
    for shape in shapes:
        for a, b in itertools.pairwise([*shape, shape[0]]):
            axis = np.array([a[1] - b[1], b[0] - a[0]]) / np.hypot(*(b - a))
            first, second = (each @ axis for each in shapes)
            if first.max() <= second.min() + 0.02 or second.max() <= first.min() + 0.02:
                return False
    return True


def covers(fixture: Fixture, point: tuple[float, float], margin: float) -> bool:
    dx, dz = point[0] - fixture.at[0], point[1] - fixture.at[1]
    c, s = (f(math.radians(fixture.facing_deg)) for f in (math.cos, math.sin))
    width, _, depth = fixture.extent
    across, along = abs(dx * c + dz * s), abs(dz * c - dx * s)
    return across < width / 2 + margin and along < depth / 2 + margin


def standing(plan: SetPlan) -> list[Fixture]:
    ignored = FLAT_OR_HIGH | CROWNS
    return [f for f in plan.fixtures if f.base_m < 0.3 and f.model not in ignored]


@pytest.mark.parametrize("name", SETS)
def test_furniture_stands_in_the_set_and_not_in_each_other(name: str) -> None:
    plan = SETS[name]
    names = [each.name for each in plan.fixtures]
    assert len(names) == len(set(names))
    x0, z0, x1, z1 = plan.bounds
    slack = 0.05 if plan.is_interior else 14.0  # trees and masts stand at the edge
    for each in plan.fixtures:
        width, height, depth = each.extent
        assert each.model in MODELS
        if each.model not in IN_WALLS:
            for x, z in corners(each, width, depth):
                assert x0 - slack <= x <= x1 + slack, each.name
                assert z0 - slack <= z <= z1 + slack, each.name
        if plan.is_interior:
            assert each.base_m + height <= plan.height_m + 0.02, each.name
    pairs = itertools.combinations(standing(plan), 2)
    assert [(a.name, b.name) for a, b in pairs if overlap(a, b)] == []


@pytest.mark.parametrize("name", SETS)
def test_things_on_things_rest_on_their_tops(name: str) -> None:
    plan = SETS[name]
    for each in plan.fixtures:
        if MODELS[each.model].place != "table" or each.base_m < 0.3:
            continue
        below = [f for f in plan.fixtures if f is not each and covers(f, each.at, 0.02)]
        factor = {f.name: f.extent[1] / MODELS[f.model].size[1] for f in below}
        tops = [
            f.base_m + (MODELS[f.model].surface_m * factor[f.name] or f.extent[1]) for f in below
        ]
        shelf = {"suitcase", "sports-bag", "security-camera", "dumbbell"}  # on racks, on walls
        assert each.model in shelf or any(abs(t - each.base_m) < 0.06 for t in tops), each.name


@pytest.mark.parametrize("name", SETS)
def test_marks_are_free_and_four_people_have_room_at_the_centre(name: str) -> None:
    plan = SETS[name]
    everywhere = [*plan.marks, *plan.entrances]
    names = [each.name for each in everywhere]
    assert len(names) == len(set(names))
    assert plan.entrances
    x0, z0, x1, z1 = plan.bounds
    for mark in everywhere:
        assert x0 <= mark.at[0] <= x1
        assert z0 <= mark.at[1] <= z1
        if mark.seat:
            fixture = plan.fixture(mark.seat)
            assert fixture is not None
            assert mark.index < len(MODELS[fixture.model].seats)
            assert covers(fixture, mark.at, 0.05)
        else:
            blocking = [f.name for f in standing(plan) if covers(f, mark.at, 0.12)]
            assert blocking == [], mark.name
    near = [m for m in everywhere if math.dist(m.at, plan.centre) <= 1.2]
    assert len([m for m in near if not m.seat or name in SEATED]) >= 4
    assert plan.mark(everywhere[0].name) == everywhere[0]
    assert plan.mark("nowhere") is None


@pytest.mark.parametrize("name", EXTERIORS)
def test_an_exterior_is_free_between_the_default_camera_and_its_centre(name: str) -> None:
    plan, place = SETS[name], built(name)
    for each in plan.fixtures:
        points = corners(each, each.extent[0], each.extent[2])
        strip = [p for p in points if abs(p[0]) < 3 and -25 < p[1] < plan.centre[1] - 0.5]
        assert strip == [], each.name
    corner = place.shell.vertices[place.shell.faces]
    outwards = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    visible = outwards[:, 2] < -1e-6  # towards the camera; others are not drawn from there
    middle = corner.mean(axis=1)
    within = (np.abs(middle[:, 0]) < 3) & (middle[:, 2] > -25) & (middle[:, 2] < -0.5)
    eye_height = (middle[:, 1] < -0.45) & (middle[:, 1] > -2.4)
    assert not (visible & within & eye_height).any()


def first_hits(name: str, eye: float) -> np.ndarray:
    """Distances on the plan from the centre to the shell, a door or a window in 72 directions."""
    plan, mesh = SETS[name], built(name).shell
    corner = mesh.vertices[mesh.faces].astype(float)
    across = (corner[:, :, 1].min(axis=1) < -eye) & (corner[:, :, 1].max(axis=1) > -eye)
    segments = []
    for triangle in corner[across]:  # cut at the height of the eye
        cut = []
        for a, b in itertools.pairwise([*triangle, triangle[0]]):
            if (a[1] + eye) * (b[1] + eye) < 0:
                cut.append((a + (b - a) * ((-eye - a[1]) / (b[1] - a[1])))[[0, 2]])
        segments += [cut] if len(cut) == 2 else []
    for each in plan.fixtures:
        if each.model in IN_WALLS:
            half = each.extent[0] / 2 + 0.03
            segments.append([np.array(each.point(-half, 0)), np.array(each.point(half, 0))])
    start, end = (np.array([s[k] for s in segments]) - plan.centre for k in (0, 1))
    turn = np.arange(72)[:, None] * (2 * np.pi / 72) + 0.01
    ray = np.concatenate([np.sin(turn), np.cos(turn)], axis=1)
    side = end - start
    det = ray[:, :1] * side[:, 1] - ray[:, 1:] * side[:, 0]
    det = np.where(np.abs(det) < 1e-9, np.inf, det)
    distance = (start[:, 0] * side[:, 1] - start[:, 1] * side[:, 0]) / det
    share = (start[:, 0] * ray[:, 1:] - start[:, 1] * ray[:, :1]) / det
    hit = (distance > 0.05) & (share >= -1e-3) & (share <= 1 + 1e-3)
    return np.where(hit, distance, np.inf).min(axis=1)


@pytest.mark.parametrize("name", [n for n in INTERIORS if n not in {"car", "underground"}])
def test_an_interior_has_walls_all_round(name: str) -> None:
    x0, z0, x1, z1 = SETS[name].bounds
    farthest = math.hypot(x1 - x0, z1 - z0) + 1.5  # a passage behind a door
    assert (first_hits(name, 1.5) <= farthest).all()


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_small_and_has_ground_everywhere(name: str) -> None:
    plan, place = SETS[name], built(name)
    assert len(place.shell.faces) + len(place.backdrop.faces) <= 12_000
    assert place.is_interior == (plan.is_interior and name != "car")
    x, z = (each.ravel() for each in np.meshgrid(*[np.linspace(-150, 150, 61)] * 2))
    colour = place.ground(np.float32(x), np.float32(z), np.float32(np.hypot(x, z + 5)))
    assert colour.shape == (len(x), 3)
    assert np.isfinite(colour).all()
    assert colour.min() >= 0
    assert colour.max() <= 1
    for mesh in (place.shell, place.backdrop):
        assert np.isfinite(mesh.vertices).all()
        assert ((mesh.colour >= 0) & (mesh.colour <= 1)).all()


@pytest.mark.parametrize("name", ["kitchen", "alley", "forest"])
def test_a_seed_gives_the_same_bits_and_another_one_another_look(name: str) -> None:
    first, again, other = (build_place(SETS[name], name, seed) for seed in (4, 4, 5))
    assert first.shell.vertices.tobytes() == again.shell.vertices.tobytes()
    assert first.shell.colour.tobytes() == again.shell.colour.tobytes()
    assert first.backdrop.vertices.tobytes() == again.backdrop.vertices.tobytes()
    assert first.shell.colour.tobytes() != other.shell.colour.tobytes()


def test_night_has_lit_windows_outside() -> None:
    for name in ("street", "square", "suburb", "rooftop"):
        assert (built(name).shell.glow > 0.5).any()


def test_a_cliff_and_a_balcony_stand_over_an_abyss() -> None:
    for name in ("cliff", "balcony"):
        place = built(name)
        assert not place.has_ground
        top = place.shell.vertices[place.shell.faces]
        feet = np.abs(top[:, :, 1]).max(axis=1) < 0.021
        assert (top[feet][:, :, 2].max(axis=1) < 2.6).all()
        assert place.shell.vertices[:, 1].max() > 20
    assert built("field").has_ground


def test_walls_are_visible_from_inside_only() -> None:
    plan = SETS["bedroom"]
    mesh = built("bedroom").shell
    corner = mesh.vertices[mesh.faces]
    front = np.ptp(corner[:, :, 2], axis=1) < 1e-4
    front &= np.abs(corner[:, 0, 2] - plan.bounds[1]) < 1e-4
    outwards = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    assert front.any()
    assert (outwards[front][:, 2] > 0).all()


def test_what_stands_against_a_wall_goes_with_it() -> None:
    plan = SETS["kitchen"]
    assert "dresser" in plan.struck((0, -6))
    assert "fridge" not in plan.struck((0, -6))
    assert "fridge" in plan.struck((0, 6))
    assert plan.struck((0, 0)) == plan.struck((3, 3)) == frozenset()
    assert SETS["street"].struck((0, -20)) == frozenset()


def test_kitchen_chairs_face_each_other_across_the_table() -> None:
    left, right = (SETS["kitchen"].mark(f"chair-{k}") for k in (1, 2))
    assert left.facing_deg == 90
    assert right.facing_deg == -90
    assert left.at[0] < SETS["kitchen"].fixture("table").at[0] < right.at[0]


def test_a_line_of_a_plan_that_is_no_fixture_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"'sofa' is no fixture of a floor plan."):
        read_plan("[den] -3 -3 3 3 2.7\nsofa", is_interior=True)
    name, plan = read_plan("[den] -3 -3 3 3 2.7\nsofa N 0 blue !; sign E 1 ^1.5 'NO_EXIT", True)
    assert name == "den"
    assert plan.fixture("sofa").colour == "blue"
    assert plan.fixture("sofa").at == pytest.approx((0, 3 - MODELS["sofa"].size[2] / 2 - 0.01))
    assert plan.fixture("sign").label == "NO EXIT"
    assert plan.fixture("chair") is None


def test_every_set_has_scenery() -> None:
    assert set(sceneries()) == set(SETS)
    assert len(INTERIORS) >= 34
    assert len(EXTERIORS) >= 30


def test_a_garden_is_cleared_up_to_the_room_that_is_filmed_through_it() -> None:
    hedge, far = box((0, -1, -3), (4, 2, 1), (0, 1, 0)), box((0, -1, 6), (4, 2, 1), (0, 1, 0))
    ground = box((0, 0.1, 0), (100, 0.2, 100), (1, 1, 1))
    pose = np.concatenate([np.eye(3), [[0.0], [-1.0], [-10.0]]], axis=1)[None]
    lens = pose, np.array([1.0]), 16 / 9, np.zeros((1, 3))
    garden = join([ground, hedge, far])
    assert len(without_near_shell(garden, *lens).faces) == len(garden.faces)
    cleared = without_near_shell(garden, *lens, GARDEN)
    assert len(cleared.faces) == len(garden.faces) - 10, "but for the two that lie on the ground"


def test_the_floor_of_a_room_goes_on_where_the_camera_stands_outside() -> None:
    plan = SETS["kitchen"]
    place = build_place(plan, "kitchen", 1)
    x0, z0, x1, z1 = plan.bounds
    middle = (z0 + z1) / 2
    inside, beyond, across = (np.array([[x, middle]]) for x in (x1 - 0.7, x1 + 0.7, x0 - 0.7))
    opened = through_walls(place, plan.bounds, np.array([[x1 + 2.0, -1.5, middle]]))

    def colour(at, of):
        return of.ground(at[:, 0], at[:, 1], np.ones(1))

    np.testing.assert_allclose(colour(beyond, opened), colour(inside, place), atol=1e-6)
    np.testing.assert_array_equal(colour(across, opened), colour(across, place))
    assert through_walls(place, plan.bounds, np.array([[0.0, -1.5, middle]])) is place


def test_a_room_from_above_its_walls_has_no_garden_round_it() -> None:
    opened = from_above(build_place(SETS["kitchen"], "kitchen", 1), SETS["kitchen"].bounds)
    colour = opened.ground(np.array([0.0, 9.0]), np.array([0.0, 9.0]), np.array([5.0, 5.0]))
    assert len(opened.backdrop.faces) == 0
    assert colour[0].mean() > 2 * colour[1].mean()
