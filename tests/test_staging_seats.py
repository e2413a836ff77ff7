"""Who sits beside, across or below somebody: turned to each other, and how they are filmed."""

from __future__ import annotations

import numpy as np
import pytest

from shots.lexicon.places import SETS
from shots.path.rig import FIGURE
from shots.staging.cameras.picture_checks import FilmedShot, defects
from shots.staging.floor.groups import with_company
from shots.staging.floor_space import facing, turn_between
from shots.staging.picture import take_picture
from shots.staging.staged import CameraPlace, Player
from tests.staging_kit import film, head, now, person, picture, reading, shot, stage, thing

BENCH = {"seat": "bench-1", "posture": "sit"}
ANN = person("ann", gesture="talk", target="bob", is_subject=True, **BENCH)
BOB = person("bob", is_subject=True, **BENCH)


def face_angle(filmed, staged, name: str) -> float:
    """Degrees between the lens and where somebody faces."""
    state, lens = now(staged, name), picture(filmed, staged).eyes[0]
    return abs(turn_between(state.facing_deg, facing(state.at, (lens[0], lens[2]))))


def test_two_on_a_bench_who_talk_turn_to_each_other() -> None:
    alone, talking = film((BOB, person("ann", is_subject=True, **BENCH)), (ANN, BOB),
                          plan=SETS["park"])  # fmt: skip
    for one, other in (("ann", "bob"), ("bob", "ann")):
        way = facing(now(talking, one).at, now(talking, other).at)
        assert abs(turn_between(now(alone, one).facing_deg, way)) == pytest.approx(90)
        assert abs(turn_between(now(talking, one).facing_deg, way)) < 60
        assert talking.player(one).beats[0].looks_at in ("", other)
    assert talking.player("bob").beats[0].looks_at == "ann", "who is talked to looks there"


@pytest.mark.parametrize("place", ["park", "bar", "living-room"])
def test_over_the_shoulder_of_who_sits_beside_does_not_show_the_face(place: str) -> None:
    near, far = (person(p.id, p.beats[0].__class__(**{**vars(p.beats[0]), "seat": ""}),
                        is_subject=p is ANN) for p in (BOB, ANN))  # fmt: skip
    filmed = shot("1", "MS, OTS, 35mm")
    staged = stage((filmed, reading(far, near)), plan=SETS[place])[0]
    assert staged.camera.over == "bob"
    assert not [text for text in staged.warnings if "face" in text or "hidden" in text]
    assert face_angle(filmed, staged, "ann") < 75, "the face of who talks"


def test_a_point_of_view_of_who_sits_beside_meets_their_face() -> None:
    filmed = shot("1", "MCU, POV, 35mm")
    staged = stage((filmed, reading(ANN, BOB, over="ann")), plan=SETS["park"])[0]
    assert staged.camera.subjects == ("bob",)
    assert face_angle(filmed, staged, "bob") < 60
    assert head(filmed, staged, "bob")[2] > 0.6, "a face and not only a nose"


def test_a_single_of_one_on_a_bench_has_nobody_else_in_it() -> None:
    filmed = shot("1", "MCU, single, 35mm")
    rows = (shot("0", "MS"), reading(ANN, BOB)), (filmed, reading(ANN, BOB)), (
        shot("2", "MS, two-shot"), reading(ANN, BOB))  # fmt: skip
    before, staged, after = stage(*rows, plan=SETS["park"])
    assert abs(head(filmed, staged, "bob")[0]) > 0.7
    assert now(after, "bob").at == now(before, "bob").at, "only for that picture"
    assert after.player("bob").beats[0].seat == "bench-1"


def test_the_third_at_a_table_does_not_turn_the_back_to_the_lens() -> None:
    three = [person(name, posture="sit", near="table", is_subject=True) for name in "abc"]
    filmed = shot("1", "MWS, three-shot, 35mm")
    staged = stage((filmed, reading(*three)), plan=SETS["restaurant"])[0]
    assert max(face_angle(filmed, staged, name) for name in "abc") < 100


def test_over_one_who_lies_it_looks_past_the_head() -> None:
    ann = person("ann", gesture="talk", target="bob", posture="sit", seat="chair", is_subject=True)
    bob = person("bob", posture="lie", seat="bed")
    filmed = shot("1", "MS, OTS, 35mm")
    staged = stage((filmed, reading(ann, bob)), plan=SETS["hospital-room"])[0]
    assert staged.camera.over == "bob"
    assert (np.abs(head(filmed, staged, "bob")[:2]) < 0.5).all()
    assert not [text for text in staged.warnings if "hidden" in text or "crosses" in text]


def test_a_screen_between_two_at_a_desk_is_cleared_for_over_the_shoulder() -> None:
    ann = person("ann", gesture="talk", target="bob", is_subject=True, near="desk-1")
    bob = person("bob", posture="sit", seat="office-chair-1")
    for camera in ("MS, OTS, 35mm", "MWS, two-shot, 28mm"):
        staged = stage((shot("1", camera), reading(ann, bob)), plan=SETS["office"])[0]
        assert (staged.player("computer-1") is None) == ("OTS" in camera)


@pytest.mark.parametrize("place", ["kitchen", "street", "park", "car"])
def test_an_insert_of_a_page_in_a_hand_has_no_head_in_it(place: str) -> None:
    ann = person(
        "ann", holds=(("right", "letter"),), posture="sit" if place != "street" else "stand"
    )
    filmed = shot("1", "CU, insert, 35mm")
    staged = stage((filmed, reading(ann, thing("letter"), detail="letter")), plan=SETS[place])[0]
    x, y, depth = head(filmed, staged, "ann")
    assert depth < 0 or abs(x) > 0.5 or abs(y) > 0.5
    wide = depth if depth > 0 else 1.0
    assert wide > 0.15, "the camera is not in it"


def test_whoever_is_named_to_be_on_a_stool_may_be_on_any() -> None:
    ann = person("ann", posture="sit", near="stool-1", relation="on", is_subject=True)
    bob = person("bob", posture="sit", near="stool-1", relation="on", is_subject=True)
    staged = film((ann, bob), plan=SETS["bar"])[0]
    assert not [text for text in staged.warnings if "is not on" in text]


def test_who_works_at_a_table_sits_at_it_and_not_at_the_nearest_seat() -> None:
    ben = person("ben", posture="sit", gesture="cry", target="table", is_subject=True)
    staged = film((ben,), plan=SETS["police-station"])[0]
    assert staged.player("ben").beats[0].seat in ("chair-5", "chair-6")


def test_a_sitter_who_is_alone_is_in_no_ring() -> None:
    lily = person("lily", posture="sit", gesture="eat", words="pushes her peas around the plate")
    assert with_company(reading(lily)).players[0].beats[0].posture == "sit"


def test_beside_one_who_lies_the_camera_looks_down_over_the_covers() -> None:
    ann = person("ann", posture="sit", seat="chair", target="bob", is_subject=True)
    bob = person("bob", posture="lie", seat="bed", is_subject=True)
    staged = film((ann, bob), plan=SETS["hospital-room"], camera="MS, two-shot")[0]
    assert staged.framed.pitch_deg < -10


def test_a_wide_shot_is_framed_on_who_acts_and_not_on_the_crowd() -> None:
    crowd = [person(f"crowd-{k}", gesture="hands-up", is_subject=True) for k in range(1, 12)]
    staged = film((person("ann", posture="kneel", is_subject=True), *crowd),
                  plan=SETS["festival"], camera="WS")[0]  # fmt: skip
    assert staged.camera.subjects == ("ann",)


@pytest.mark.parametrize(
    ("camera", "reported"), [("MS", True), ("WS", False), ("MS, follow", False)]
)
def test_a_face_turned_away_in_a_size_that_shows_faces_is_reported(camera, reported) -> None:
    filmed, place = shot("1", f"{camera}, 35mm"), CameraPlace(subjects=("ann",))
    players = {"ann": person("ann", facing_deg=180.0, is_subject=True)}
    taken = take_picture(filmed, 16 / 9, place, FIGURE)
    found = defects(FilmedShot("1", filmed.camera.size, filmed.camera.movement, "", players, place,
                               taken))  # fmt: skip
    assert any("turned away" in each.text for each in found) == reported


@pytest.mark.parametrize(("x", "reported"), [(0.3, False), (2.5, True)])
def test_an_animal_of_which_little_is_in_a_full_shot_is_reported(x: float, reported: bool) -> None:
    filmed, place = shot("1", "FS, 35mm"), CameraPlace(subjects=("ann",))
    horse = Player("horse", "horse", "animal", "horse", at=(x, 1.0), facing_deg=90.0)
    players = {"ann": person("ann", is_subject=True), "horse": horse}
    taken = take_picture(filmed, 16 / 9, place, FIGURE)
    found = defects(FilmedShot("1", "FS", (), "", players, place, taken, frozenset(players)))
    assert any("horse is out of the picture" in each.text for each in found) == reported
