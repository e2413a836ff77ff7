"""Looks that words leave open: chosen from a hash, as is usual for the sex and the age."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from shots.lexicon import looks as lexicon
from shots.staging.staged import Appearance, Garment

_YEARS = (0, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 60, 95)
_TALL: Mapping[str, tuple[float, ...]] = {
    "male": (0.52, 0.76, 0.87, 1.03, 1.16, 1.28, 1.39, 1.5, 1.64, 1.74, 1.78, 1.77, 1.69),
    "female": (0.51, 0.74, 0.86, 1.02, 1.15, 1.27, 1.39, 1.51, 1.6, 1.63, 1.66, 1.65, 1.56),
}
_HAIR_OF: Mapping[str, Sequence[str]] = {
    "male": ("short", "short", "cropped", "short", "slicked", "curly"),
    "female": ("long", "bob", "ponytail", "medium", "bun", "long", "curly"),
    "child": ("short", "bob", "medium"), "female old": ("bob", "bun", "curly", "short"),
    "male old": ("short", "balding", "cropped", "short"),
    "female dark": ("cropped", "afro", "braids", "curly", "bun"),
    "male dark": ("cropped", "cropped", "short"),
}  # fmt: skip
_TINTS: Mapping[str, Sequence[str]] = {
    "light": ("brown", "dark brown", "light brown", "blonde", "black", "auburn", "red"),
    "dark": ("black", "dark brown"), "old": ("grey", "white", "grey"),
}  # fmt: skip
_SOBER = {"suit", "coat", "trousers", "long skirt", "suit jacket"}
_CLASHES = {
    "over": ("suit",), "all": ("top", "bottom", "suit"), "suit": ("bottom", "all", "over"),
    "top": ("all",), "bottom": ("all", "suit"),
}  # fmt: skip
_TOP_COLOURS = ("red", "green", "blue", "teal", "maroon", "olive", "purple", "yellow", "white",
                "light blue", "orange", "grey", "cream", "navy", "turquoise", "pink")  # fmt: skip
_BOTTOM_COLOURS = ("navy", "dark grey", "brown", "black", "denim", "beige", "olive")
_TOPS: Mapping[str, Sequence[str]] = {
    "male": ("shirt", "t-shirt", "jumper", "shirt", "hoodie", "polo shirt"),
    "female": ("blouse", "t-shirt", "jumper", "dress", "shirt", "rollneck"),
    "child": ("t-shirt", "jumper", "hoodie", "t-shirt"), "old": ("jumper", "shirt", "rollneck"),
}  # fmt: skip
_BOTTOMS: Mapping[str, Sequence[str]] = {
    "male": ("trousers", "jeans"), "female": ("trousers", "jeans", "skirt"),
    "child": ("jeans", "shorts", "trousers"), "old": ("trousers",),
}  # fmt: skip
_FEET_OF: Mapping[str, Sequence[str]] = {
    "male": ("shoes", "sneakers", "shoes", "boots", "sneakers"),
    "female": ("shoes", "sneakers", "heels", "shoes", "boots"),
    "child": ("sneakers",), "old": ("shoes",),
}  # fmt: skip
_COLOURED = {
    "polo shirt", "summer dress", "evening dress", "tank top", "long skirt", "t-shirt", "jumper",
    "rollneck", "cardigan", "hoodie", "jacket", "parka", "dress", "skirt", "scarf", "cap", "beanie",
    "backpack", "tracksuit", "headscarf", "miniskirt", "shorts", "tie",
}  # fmt: skip
_BAREFOOT = {"spacesuit", "swimsuit", "swimming trunks"}


@dataclass
class LookWords:
    """What words say about a person.

    Attributes:
        fields: Of an `Appearance`, by name; those that the words leave open are missing.
        garments: As named.
        implied: By a profession.
        usual: Fields that a profession suggests.
        omits: Slots of clothing that stay empty.
        taller: Metres more than others.
        all_colour: Colour of clothes that are not named, "" if open.
    """

    fields: dict[str, object] = field(default_factory=dict)
    garments: list[Garment] = field(default_factory=list)
    implied: list[Garment] = field(default_factory=list)
    usual: dict[str, object] = field(default_factory=dict)
    omits: set[str] = field(default_factory=set)
    taller: float = 0.0
    all_colour: str = ""


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")


@dataclass(frozen=True)
class _Chance:
    """Choices that depend on a text only; `spread` keeps the members of a crowd apart."""

    seed: str
    spread: int = 0

    def pick(self, name: str, options: Sequence[str]) -> str:
        number = _hash(f"{name}:{self.seed}")
        return options[(number + 5 * self.spread) % len(options)]


def crowd_member(words: LookWords, seed: str, index: int) -> Appearance:
    """Somebody of a crowd; neighbours differ in sex, age and colours where the words leave it."""
    ages = (24, 41, 33, 66, 19, 52, 28, 73, 37, 46, 12)
    shift = _hash(seed)
    sex = "female" if (index + shift // 7) % 2 else "male"
    count = len(ages) - bool(words.implied)  # no children among those at work
    age = float(ages[(index * 3 + shift) % count])
    words = replace(words, fields={"age": age, "sex": sex} | words.fields)
    return complete_look(words, f"{seed}#{index}", index)


def complete_look(words: LookWords, seed: str, spread: int = 0) -> Appearance:
    """The appearance, with what is open chosen from a hash of `seed`."""
    chance = _Chance(seed, spread)
    got = {name: str(value) for name, value in (words.usual | words.fields).items()}

    def choose(name: str, options: Sequence[str]) -> str:
        return got.get(name) or chance.pick(name, options)

    sex = _sex(words, seed) or choose("sex", ("female", "male"))
    age = float(choose("age", ("26", "31", "36", "42", "48")))
    height = float(np.interp(age, _YEARS, _TALL[sex])) + words.taller * min(1, age / 18)
    shift = float(chance.pick("tall", ("-0.05", "-0.02", "0", "0.02", "0.05")))
    height += shift * min(1, age / 18) * (0.4 if words.taller else 1.0)
    skins: Sequence[str] = ("light", "light", "pale", "olive", "tan", "brown", "dark", "light")
    skins = ("pale", "light") if got.get("hair_colour") in ("red", "blonde", "auburn") else skins
    skin = choose("skin", ("dark", "black", "brown") if got.get("hair") == "afro" else skins)
    dark = skin in ("brown", "dark", "black")
    aged = f"{sex} old" if age > 58 else ("child" if age < 13 else sex)
    kind = f"{sex} dark" if dark and age > 3 else aged
    tints: Sequence[str] = _TINTS["light"]
    if dark or skin == "olive":
        tints = _TINTS["dark"]
    if age > 62:
        tints = _TINTS["old"]
    beards = ("", "", "", "stubble", "beard", "moustache") if sex == "male" and age > 24 else ("",)
    beards = beards[:1] if skin in ("silver", "undead") else beards
    look = Appearance(
        sex="female" if sex == "female" else "male",
        age=age,
        height_m=round(float(got.get("height_m", height)), 3),
        build=choose("build", ("average", "slim", "average", "athletic")),
        skin=skin,
        hair=choose("hair", _HAIR_OF[kind]),
        hair_colour=choose("hair_colour", tints),
        beard=choose("beard", beards),
    )
    return replace(look, garments=_clothes(words, look, chance))


def dressed(look: Appearance) -> Appearance:
    """The appearance, with usual clothes if it has none."""
    chance = _Chance(f"{look.sex} {look.age:g} {look.height_m:g} {look.skin} {look.hair_colour}")
    return look if look.garments else replace(look, garments=_clothes(LookWords(), look, chance))


def _sex(words: LookWords, seed: str) -> str:
    """As said, or as beard, clothes and first names suggest; "" if nothing does."""
    if "sex" in words.fields:
        return str(words.fields["sex"])
    if "beard" in words.fields or "top" in words.omits:
        return "male"
    if any(each.kind in lexicon.WOMENSWEAR for each in words.garments):
        return "female"
    names = re.findall(r"[a-z]+", seed.lower())
    return next((lexicon.NAMES[name] for name in names if name in lexicon.NAMES), "")


def _clothes(words: LookWords, look: Appearance, chance: _Chance) -> tuple[Garment, ...]:
    """Garments named, then those of a profession, then what is missing."""
    group = "old" if look.age > 64 else ("child" if look.age < 13 else look.sex)
    slot = {kind: lexicon.SLOTS.get(kind, "top") for kind in lexicon.GARMENTS.values()}
    chosen = list(dict.fromkeys(words.garments))
    filled = {slot[each.kind] for each in chosen}
    for each in map(_for_men, words.implied) if look.sex == "male" else words.implied:
        place = slot[each.kind]
        if place == "head" or "mask" in each.kind:  # a soldier's helmet is an army helmet
            vague = "helmet" if place == "head" else "balaclava"
            chosen = [replace(c, kind=each.kind) if c.kind == vague else c for c in chosen]
        if any(each.kind == other.kind for other in chosen):  # "fatigues" of a soldier are olive
            chosen = [c if c.colour or c.kind != each.kind else each for c in chosen]
            continue
        if place == "extra" or not ({place, *_CLASHES.get(place, ())} & filled):
            chosen.append(each)
    filled = {slot[each.kind] for each in chosen} | words.omits
    suited = "suit" in filled
    if any(each.kind == "swimming trunks" for each in chosen):
        filled.add("top")
    if not filled & {"top", "all"}:
        taken = {each.kind for each in chosen}
        kinds = [k for k in _TOPS[group] if k not in taken]
        kinds = [k for k in kinds if k != "dress" or not filled & {"bottom", "over"}]
        kind = "shirt" if suited else chance.pick("top", kinds)
        colour = "white" if suited else chance.pick("top colour", _TOP_COLOURS)
        chosen.append(Garment(kind, words.all_colour or colour))
        filled.add(slot[kind])
    if not filled & {"bottom", "all", "suit"}:
        kind = chance.pick("bottom", _BOTTOMS[group])
        colour = "denim" if kind == "jeans" else chance.pick("bottom colour", _BOTTOM_COLOURS)
        for each in chosen:  # a uniform of which only the jacket is named
            kind, colour = ("trousers", each.colour) if each.kind == "tunic" else (kind, colour)
        chosen.append(Garment(kind, words.all_colour or colour))
    if "feet" not in filled and not any(each.kind in _BAREFOOT for each in chosen):
        kind = chance.pick("feet", _FEET_OF["male" if suited and group == "male" else group])
        kind = "shoes" if suited and kind in ("sneakers", "boots") else kind
        colours = (
            ("white", "grey", "navy", "white")
            if kind == "sneakers"
            else ("black", "brown", "dark brown")
        )
        chosen.append(Garment(kind, chance.pick("shoe colour", colours)))
    return tuple(_finished(chosen, chance))


def _for_men(garment: Garment) -> Garment:
    return replace(garment, kind="swimming trunks") if garment.kind == "swimsuit" else garment


def _finished(chosen: Sequence[Garment], chance: _Chance) -> Iterable[Garment]:
    """With colours for what has none, and the hood that belongs to a raincoat or a hoodie."""
    hooded = ""
    for each in chosen:
        if not each.colour and (each.kind in _COLOURED or each.kind in _SOBER):
            colours = _BOTTOM_COLOURS[:4] if each.kind in _SOBER else _TOP_COLOURS
            each = replace(each, colour=chance.pick(each.kind, colours))
        if each.kind in ("raincoat", "hoodie", "parka"):
            hooded = each.colour or "yellow"
        if each.kind not in ("hood", "hood down"):
            yield each
    up = any(each.kind == "hood" for each in chosen)
    if up or hooded:
        yield Garment("hood" if up else "hood down", hooded or "grey")
