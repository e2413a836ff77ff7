"""Looks of people: sex, age, build, height, skin, hair, beards, clothes and what professions wear.

They are in `looks.words` and `outfits.words` beside this module. Each table maps words to the value
that an `Appearance` or a `Garment` holds.
"""

from __future__ import annotations

from collections.abc import Mapping

from shots.lexicon.word_tables import mapping_of, numbers_of, read_sections, set_of

_LOOKS, _WEAR = read_sections("looks.words"), read_sections("outfits.words")
_COUNTED = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen twenty"""


def _table(section: str) -> Mapping[str, str]:
    """Words to their value; each value names itself too."""
    values = [row.partition(":")[0] for row in _LOOKS[section]]
    named = {value: value for value in values}
    return {**named, **mapping_of(row for row in _LOOKS[section] if ": " in row)}


SEXES = _table("sexes")
AGES = numbers_of(_LOOKS["ages"])
DECADES = numbers_of(_LOOKS["decades"])
BUILDS = _table("builds")
HEIGHTS = numbers_of(_LOOKS["heights"])
"""Words to metres more than others of the same sex and age."""
SKINS = _table("skins")
HAIRS = _table("hairs")
HAIR_COLOURS = _table("hair colours")
BEARDS = _table("beards")
GARMENTS = _table("garments")
"""Words for clothes, and the kind of a `Garment` that each is."""
SLOTS = mapping_of(_LOOKS["slots"])
"""Kinds of clothes, to where on the body they are worn; what is not listed is a top."""
WOMENSWEAR = set_of(_LOOKS["womenswear"])
"""Kinds that make a person a woman where no word tells the sex."""
DEFAULT_COLOURS = mapping_of(_LOOKS["default colours"])
"""Kinds of clothes, to their colour where none is named."""
NAMES = mapping_of(_LOOKS["names"])
"""First names, to the sex of a person of whom no word tells it."""
NOT_SHOWN = mapping_of(_LOOKS["not shown"])
"""What is visible on people and not shown, to the reason."""
NUMBERS: Mapping[str, int] = {word: value for value, word in enumerate(_COUNTED.split())} | {
     "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
     "ninety": 90}  # fmt: skip

HAIR_NOUNS, SKIN_NOUNS = set_of(_LOOKS["hair nouns"]), set_of(_LOOKS["skin nouns"])
BREAKS = set_of(_LOOKS["breaks"]) | frozenset(",;.:()/")
"""Words and marks at which what belongs to one noun ends."""
NEEDS_HAIR, NEEDS_PERSON = set_of(_LOOKS["needs hair"]), set_of(_LOOKS["needs person"])
"""Words that say something of hair only beside that noun, and of skin only before a person."""
IGNORED = set_of(_LOOKS["ignored"]) | BREAKS

OUTFITS: Mapping[str, str] = mapping_of(_WEAR["outfits"])
"""What people wear by their profession or part: words for clothes, by each noun for them."""
GROUP_OUTFITS: Mapping[str, str] = mapping_of(_WEAR["groups"])
"""What people wear by words beside a noun, or as a group."""
PLACE_WEAR: Mapping[str, str] = mapping_of(_WEAR["places"])
"""The word of `GROUP_OUTFITS` for whoever is unnamed in a set and has no other clothes."""
