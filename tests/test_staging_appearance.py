"""Reading of looks and clothes into an appearance."""

from __future__ import annotations

from itertools import pairwise

import pytest

from shots.lexicon import looks as lexicon
from shots.lexicon.colours import COLOURS
from shots.staging.appearance import crowd_look, read_appearance
from shots.staging.default_looks import dressed
from shots.staging.staged import Appearance, Garment

# looks, outfit, fields, garments among those worn
DESCRIPTIONS = [
    ("a thin tram driver of about sixty with a white moustache",
     "a dark blue uniform jacket and a peaked cap",
     {"age": 60, "build": "thin", "beard": "moustache", "hair_colour": "white", "sex": "male"},
     ["navy tunic", "navy peaked cap", "navy trousers"]),
    ("a young woman, 25, red hair", "a yellow oilskin raincoat over a grey wool jumper",
     {"sex": "female", "age": 25, "hair_colour": "red"}, ["yellow raincoat", "grey jumper"]),
    ("Anna, 34, curly red hair, freckles, denim jacket", "",
     {"sex": "female", "age": 34, "hair": "curly", "hair_colour": "red"}, ["denim jacket"]),
    ("a tall bearded man in his late thirties with a shaved head",
     "black leather jacket, blue jeans and boots",
     {"sex": "male", "age": 38, "hair": "bald", "beard": "beard"},
     ["black leather jacket", "boots"]),
    ("a 7-year-old girl with braids", "red dress and white sneakers",
     {"sex": "female", "age": 7, "hair": "braids"}, ["red dress", "white sneakers"]),
    ("elderly woman, small, grey bun, glasses", "purple cardigan",
     {"sex": "female", "age": 77, "hair": "bun"}, ["glasses", "purple cardigan"]),
    ("a waiter", "", {"sex": "male"}, ["white shirt", "black vest", "black trousers"]),
    ("a waitress", "", {"sex": "female"}, ["white shirt", "black vest"]),
    ("a nurse in her forties", "", {"sex": "female", "age": 45}, ["teal scrubs"]),
    ("a police officer", "", {}, ["navy uniform", "navy peaked cap"]),
    ("an astronaut", "", {}, ["white spacesuit", "space helmet"]),
    ("five other girls", "", {"age": 9, "sex": "female"}, []),
    ("three masked robbers", "", {}, ["black balaclava", "black jumper", "black gloves"]),
    ("riot police", "", {}, ["navy riot helmet", "black vest"]),
    ("two astronauts", "", {}, ["white spacesuit", "space helmet"]),
    ("a surgeon", "", {}, ["green scrubs", "green surgical cap", "light blue surgical mask"]),
    ("a zombie", "", {"skin": "undead"}, ["dark grey shirt"]),
    ("an android", "", {"skin": "silver", "hair": "bald", "beard": ""}, ["white jumpsuit"]),
    ("a knight with a red beard", "", {"hair_colour": "red"},
     ["silver armour", "silver knight helmet"]),
    ("an old witch", "", {"sex": "female"}, ["black wizard hat", "black cape"]),
    ("a woman in a leather glove", "", {}, ["gloves"]),
    ("bride", "", {"sex": "female"}, ["wedding dress"]),
    ("toddler in a yellow raincoat, hood up", "", {"age": 2.5}, ["yellow raincoat", "yellow hood"]),
    ("a black woman with an afro", "orange t-shirt",
     {"sex": "female", "skin": "black", "hair": "afro"}, ["orange t-shirt"]),
    ("short, stocky builder with a beer belly", "", {"build": "stocky"}, ["yellow hard hat"]),
    ("1.90 m tall, muscular, dark skin, cropped black hair", "",
     {"height_m": 1.9, "build": "muscular", "skin": "dark", "hair": "cropped",
      "hair_colour": "black"}, []),
    ("a woman, 165 cm", "", {"height_m": 1.65, "sex": "female"}, []),
    ("5'4\" woman, late fifties", "navy skirt and cream blouse",
     {"height_m": 1.626, "age": 58}, ["navy skirt", "cream blouse"]),
    ("a teenage boy with long blond hair", "green hoodie, ripped jeans",
     {"age": 16, "hair": "long", "hair_colour": "blonde"}, ["green hoodie", "green hood down"]),
    ("a businesswoman of 45, short black hair", "grey suit and heels",
     {"sex": "female", "age": 45, "hair": "short", "hair_colour": "black"},
     ["grey suit", "heels", "white shirt"]),
    ("old fisherman, long white beard", "", {"age": 72, "beard": "long beard",
     "hair_colour": "white"}, ["yellow raincoat", "navy jumper"]),
    ("a man in black", "", {"sex": "male"}, []),
    ("she is 30, slim, with shoulder-length brown hair", "floral summer dress",
     {"sex": "female", "age": 30, "build": "slim", "hair": "medium", "hair_colour": "brown"},
     []),
    ("a blonde woman wearing sunglasses and a white scarf", "",
     {"hair_colour": "blonde", "sex": "female"}, ["sunglasses", "white scarf"]),
    ("bald man of seventy, round glasses, grey suit and a red tie", "",
     {"hair": "bald", "age": 70}, ["glasses", "grey suit", "red tie", "white shirt"]),
    ("Tom, dark-haired, unshaven", "brown coat over a green rollneck",
     {"sex": "male", "hair_colour": "black", "beard": "stubble"}, ["brown coat", "green rollneck"]),
    ("sixty-year-old man with a long, grey beard", "",
     {"age": 60, "beard": "long beard", "hair_colour": "grey"}, []),
    ("a judge, 60, female", "", {"sex": "female", "age": 60}, ["black robe"]),
    ("mother, mid-thirties", "", {"sex": "female", "age": 35}, []),
    ("a middle-aged chef with a moustache", "", {"sex": "male", "age": 48, "beard": "moustache"},
     ["white tunic", "white apron", "white chef's hat"]),
    ("little boy with a red backpack and a blue cap", "", {"age": 6},
     ["red backpack", "blue cap"]),
    ("dark brown hair tied back in a ponytail", "light blue shirt",
     {"hair_colour": "dark brown", "hair": "ponytail"}, ["light blue shirt"]),
    ("a doctor in her fifties with olive skin", "", {"skin": "olive", "age": 55},
     ["white lab coat"]),
    ("a barefoot surfer", "red swimming trunks", {}, ["red swimming trunks"]),
    ("The Detective: 50, tired eyes", "grey suit, loosened tie, beige raincoat",
     {"age": 50}, ["grey suit", "beige raincoat"]),
    ("Amara, 42, black, braided hair", "white lab coat over green scrubs",
     {"sex": "female", "skin": "black", "hair": "braids"}, ["white lab coat", "green scrubs"]),
    ("twins, 10, pigtails", "matching yellow raincoats and red wellies",
     {"age": 10, "hair": "ponytail"}, ["yellow raincoat", "red boots"]),
    ("a soldier with a dark bob", "helmet and boots", {"hair": "bob", "hair_colour": "black"},
     ["olive army helmet", "olive uniform"]),
    ("an obese man with a receding hairline and stubble", "",
     {"build": "fat", "hair": "balding", "beard": "stubble"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("looks", "outfit", "fields", "garments"), DESCRIPTIONS)
def test_a_description_is_read(
    looks: str, outfit: str, fields: dict[str, object], garments: list[str]
) -> None:
    look, staged, _ = read_appearance(looks, outfit)
    for name, value in fields.items():
        assert getattr(look, name) == value, name
    got = [f"{each.colour} {each.kind}".strip() for each in look.garments]
    assert set(garments) <= set(got)
    assert not (fields or garments) or staged


def test_every_appearance_holds_words_of_the_lexicon() -> None:
    for looks, outfit, _, _ in DESCRIPTIONS:
        look, _, _ = read_appearance(looks, outfit)
        assert look.build in lexicon.BUILDS.values()
        assert look.skin in lexicon.SKINS.values()
        assert look.hair in lexicon.HAIRS.values()
        assert look.hair_colour in lexicon.HAIR_COLOURS.values()
        assert look.beard in {"", *lexicon.BEARDS.values()}
        for each in look.garments:
            assert each.kind in lexicon.GARMENTS.values()
            shade, _, colour = each.colour.rpartition(" ")
            assert shade in ("", "dark", "light")
            assert colour in {"", "denim", *COLOURS}


def test_everybody_is_dressed_from_head_to_foot() -> None:
    slot = {kind: lexicon.SLOTS.get(kind, "top") for kind in lexicon.GARMENTS.values()}
    for looks, outfit, _, _ in [*DESCRIPTIONS, ("", "", {}, [])]:
        if "trunks" in outfit:
            continue
        look, _, _ = read_appearance(looks, outfit)
        slots = [slot[each.kind] for each in look.garments]
        assert {"top", "all"} & set(slots)
        assert {"bottom", "all", "suit"} & set(slots)
        assert slots.count("bottom") + slots.count("suit") <= 1
        assert "feet" in slots or look.garments[0].kind == "spacesuit"


@pytest.mark.parametrize("word", ["freckles", "a scar on the chin", "a tattooed arm", "green eyes",
                                  "silver earrings", "a striped shirt"])  # fmt: skip
def test_what_is_not_shown_is_reported_with_the_reason(word: str) -> None:
    _, _, not_staged = read_appearance(f"a man with {word}")
    assert not_staged
    assert all(each.why for each in not_staged)


def test_an_unknown_word_is_reported_with_the_nearest_one() -> None:
    _, _, not_staged = read_appearance("a woman in a cardigen")
    assert [(each.words, each.nearest) for each in not_staged] == [("cardigen", "cardigan")]
    assert not_staged[0].why == "it is no word of the looks that can be shown"
    _, _, not_staged = read_appearance("Marianne, a nurse, tired")
    assert [each.words for each in not_staged] == ["tired"]


def test_the_report_names_the_words() -> None:
    _, staged, _ = read_appearance("a woman of 34", "a dark green coat")
    pairs = {each.what: each.words for each in staged}
    assert pairs["age: 34"] == "of 34"
    assert pairs["dark green coat"] == "dark green coat"
    assert pairs["sex: female"] == "woman"


def test_what_is_open_is_the_same_for_one_person_and_differs_between_two() -> None:
    first = read_appearance("a man", seed_text="bob")[0]
    assert first == read_appearance("a man", seed_text="bob")[0]
    others = {read_appearance("a man", seed_text=f"person {n}")[0] for n in range(20)}
    assert len(others) == 20
    assert len({look.garments for look in others}) >= 18


def test_sexes_are_even_where_no_word_tells() -> None:
    looks = [read_appearance("a doctor", seed_text=f"d{n}")[0] for n in range(60)]
    assert 18 <= sum(look.sex == "female" for look in looks) <= 42
    assert all(look.beard == "" for look in looks if look.sex == "female")


def test_heights_follow_age_and_words() -> None:
    def height(words: str) -> float:
        return read_appearance(words, seed_text="x")[0].height_m

    assert height("a tall man of 40") > height("a man of 40") > height("a short man of 40")
    assert 0.8 < height("a toddler") < 1.0
    assert 1.1 < height("a girl of 8") < 1.4


def test_own_clothes_replace_those_of_a_profession() -> None:
    look, _, _ = read_appearance("a police officer", "a red jumper and jeans")
    kinds = {each.kind for each in look.garments}
    assert "uniform" not in kinds
    assert {"jumper", "jeans", "peaked cap"} <= kinds
    assert Garment("jumper", "red") in look.garments


def test_whoever_has_no_clothes_gets_usual_ones() -> None:
    plain = Appearance("female", 30, 1.7)
    assert len(dressed(plain).garments) >= 2
    assert dressed(plain) == dressed(plain)
    clothed = Appearance(garments=(Garment("coat", "red"),))
    assert dressed(clothed) is clothed


def test_neighbours_in_a_crowd_differ() -> None:
    crowd = [crowd_look("platform", index) for index in range(12)]
    assert all(isinstance(look, Appearance) for look in crowd)
    assert all(a.sex != b.sex for a, b in pairwise(crowd))


def test_who_puts_on_a_hat_stays_the_same_person() -> None:
    plain = read_appearance("a man of fifty", "", "ben")[0]
    hatted = read_appearance("a man of fifty in a hard hat", "", "ben", "a man of fifty")[0]
    assert (hatted.hair_colour, hatted.skin, hatted.height_m) == (
        plain.hair_colour, plain.skin, plain.height_m,
    )  # fmt: skip
    assert "hard hat" in {each.kind for each in hatted.garments}


def test_a_man_wears_trunks_to_swim() -> None:
    kinds = [each.kind for each in read_appearance("a swimmer, a man")[0].garments]
    assert kinds == ["swimming trunks", "swimming cap"]


def test_a_crowd_is_dressed_as_its_words_say() -> None:
    crowd = [crowd_look("zombie", index, "a horde of zombies") for index in range(6)]
    assert {look.skin for look in crowd} == {"undead"}
    assert len({look.sex for look in crowd}) == 2
