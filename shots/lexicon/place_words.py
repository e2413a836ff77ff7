"""Words for places, and the set that a heading, a location's looks and an action name."""

from __future__ import annotations

import re
from difflib import get_close_matches

from shots.lexicon.things import singular
from shots.lexicon.word_tables import read_sections

VEHICLES = frozenset({"car", "tram", "train", "aeroplane-cabin", "cockpit"})
KIND_OF_SCENE = re.compile(
    r"^\W*(int|ext|interior|exterior|i(?=/e)|e(?=/i))\b\.?(?:\s*/\s*(?:int|ext|i|e)\b\.?)?[\s.:-]*",
    re.IGNORECASE,
)
_INDOORS = re.compile(r"\b(indoors?|interior|outdoors?|exterior)\b", re.IGNORECASE)
_CUT = re.compile(
    r"\b(?:by|near|at|on|of|with|in|into|over|above|beside|overlooking|behind|under|from|opposite"
    r"|along|among|between|next to|in front|through|across|before|around|against|full|where|after"
    r"|during|for|to|inside|outside|down|up|onto|past)\b"
)
_AFTER = re.compile(
    r"\b(?:in|at|on|into|through|across|along|inside|onto|down|up|over|to|towards?|near|by|from|of)\b"
)
_WORD = re.compile(r"[a-zà-ÿ0-9]+(?:['\u2019-][a-zà-ÿ0-9]+)*")


def _read_words() -> tuple[dict[str, tuple[str, str]], dict[str, frozenset[str]]]:
    """Every word with its two sets, and groups: interiors, exteriors, empty and weak words."""
    table: dict[str, tuple[str, str]] = {}
    groups: dict[str, set[str]] = {}
    for name, rows in read_sections("places.words").items():
        group = groups.setdefault(name, set())
        for sets, colon, words in (row.rpartition(": ") for row in rows):
            usual, _, other = sets.partition(" / ")
            group.update([usual] if colon else words.split(", "))
            table.update((word, (usual, other)) for word in words.split(", ") if colon)
    return table, {name: frozenset(words) for name, words in groups.items()}


PLACES, _GROUPS = _read_words()  # word: its usual set, and the one of the other kind
_INTERIORS, _EMPTY = _GROUPS["interiors"], _GROUPS["empty"]
_GENERIC = _EMPTY | _GROUPS["weak"]
_LONGEST = max(len(word.split()) for word in PLACES)

_STUDIOS = frozenset(("studio", "tabletop", "void", "ground"))


def heading_in_words(heading: str) -> str:
    """A heading as a phrase of the prompt: "INT. TOM'S KITCHEN" is "an interior: tom's kitchen"."""
    found = KIND_OF_SCENE.match(heading)
    if found is None:
        return heading.lower()
    kind = "an interior" if found[1].lower().startswith("i") else "an exterior"
    return f"{kind}: {heading[found.end() :].lower()}"


def _phrases(words: list[str]) -> list[tuple[str, str]]:
    """Places that a phrase names, from its end, each as written and as in the table."""
    found = []
    end = len(words)
    while end > 0:
        for count in range(min(_LONGEST, end), 0, -1):
            part = words[end - count : end]
            name = next((each for each in singular(" ".join(part)) if each in PLACES), None)
            if name:
                found.append((" ".join(part), name))
                end -= count
                break
        else:
            end -= 1
    return found


def _head(text: str) -> tuple[str, str] | None:
    """The place that a noun phrase is: its last noun before any preposition, else what follows."""
    generic = None
    for part in _CUT.split(text.lower().replace("\u2019", "'")):
        found = _phrases(_WORD.findall(part))
        firm = [each for each in found if each[1] not in _GENERIC]
        if firm:
            return firm[0]
        generic = generic or next(iter(found), None)
    return generic


def _in_heading(heading: str) -> tuple[str, str] | None:
    """Sub-locations, after a dash, hold over what they belong to; brackets only describe."""
    body, _, bracketed = heading.partition("(")
    segments = [part for part in re.split(r"\s+[-\u2013\u2014]+\s+|--+", body)]
    pieces = [piece for part in reversed(segments) for piece in re.split(r"[,/;:]", part)]
    found = [each for each in map(_head, pieces) if each]
    firm = [each for each in found if each[1] not in _GENERIC]
    if firm:
        return firm[0]
    described = _head(bracketed.rstrip(") "))
    return described if described and described[1] not in _GENERIC else next(iter(found), described)


def _in_action(action: str) -> tuple[str, str] | None:
    """A place after a preposition; vehicles only after "in" or "inside"."""
    text = action.lower().replace("\u2019", "'")
    for found in _AFTER.finditer(text):
        rest = re.split(r"[,.;:!?]|\band\b|\bas\b|\bwhile\b", text[found.end() :])[0]
        named = _phrases(_WORD.findall(_CUT.split(rest)[0]))
        firm = [each for each in named if each[1] not in _GENERIC]
        is_inside = found.group() in {"in", "inside"}
        if firm and (is_inside or PLACES[firm[0][1]][0] not in VEHICLES):
            return firm[0]
    return None


def find_place(heading: str, looks: str, action: str = "") -> tuple[str, bool, str]:
    """The set of a scene, whether it is an interior, and the words that name it ("" for none).

    The heading holds over the looks, the looks over the action, and head nouns over what describes
    them: "HOSPITAL BY THE LAKE" is a hospital. INT or EXT always holds: a word for a place of the
    other kind gives the set for it of that kind ("EXT. KITCHEN" is the outside of a house), and no
    word at all the plain room or ground.
    """
    begins = KIND_OF_SCENE.match(heading) or _INDOORS.search(looks)
    kind = begins[1][0].lower() == "i" if begins else None
    body = KIND_OF_SCENE.sub("", heading)
    sources = (_in_heading(body), *map(_head, re.split(r"[,;:.]", looks)), _in_action(action))
    named = [each for each in sources if each]
    if named and named[0][1] == "studio":  # a bar of chocolate is no bar
        named = [each for each in named if PLACES[each[1]][0] in _STUDIOS]
    firm = [each for each in named if each[1] not in _EMPTY]
    words, name = next(iter(firm or named), ("", ""))
    usual, other = PLACES.get(name, ("room", "ground") if kind else ("ground", "room"))
    is_interior = usual in _INTERIORS
    if kind is None or kind == is_interior:
        return usual, is_interior, words
    return other, kind, words


def nearest_place(heading: str) -> str:
    """The word of the table that is spelt most like one of a heading's, "" if none is close."""
    for word in reversed(_WORD.findall(heading.lower())):
        if close := get_close_matches(word, sorted(PLACES), n=1, cutoff=0.75):
            return str(close[0])
    return ""
