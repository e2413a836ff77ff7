"""Verbs and states: what people, animals and things do, and the role of the object.

The tables are in `english.verbs` beside this module. A row is `verbs = posture/gesture role
options`: verbs in the base form, with their particle, preposition or object, separated by commas.
Inflected forms are computed. Of the names that the words of a clause form, the most special holds:
"pick up phone" before "pick up" before "pick". Behind a verb, "something" and "somebody" stand for
any object, "item" for one that a hand holds, "by cyclist" for a subject.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from shots.lexicon.word_tables import read_sections

_FILE = "english.verbs"
_ROLES = frozenset(("none", "chase", "move", "hold", "release", "look", "seat", "to", "wear"))
THING_MOTIONS: Mapping[str, str] = {
    "drive": "moves along its lane or line", "turn": "turns on the spot", "open": "opens",
    "close": "closes", "fall": "falls to the floor", "land": "falls onto its place",
    "rise": "rises", "float": "floats",
    "shake": "shakes: rings, vibrates", "swing": "swings to and fro", "stop": "stops",
    "blink": "its light goes on and off", "be": "stands, lies or hangs there",
}  # fmt: skip
"""What a thing does, as `Beat.gesture` of a thing, and what is shown."""


@dataclass(frozen=True)
class Verb:
    """What a verb stages.

    Attributes:
        name: Base form with particle, preposition or object: sit down.
        posture: Of `actions.POSTURES`; "" keeps the posture.
        gesture: Of `actions.GESTURES`; for things, of THING_MOTIONS.
        role: What the direct object is. hold: in the hand afterwards; release: in the hand
            before; target: what or whom it is done to; look: what is looked at; seat; to:
            destination; move: taken along; chase: flees; wear: appearance; none: nothing.
        to: Direction implied: in, out, away, towards, past.
        look: Where it implies a look, a word of `Beat.looks_at`.
        pace: Factor of the usual speed.
        prop: Model in the hand where the words name none.
        change: Whether it is an event that ends a state, as "sit down" is and "sit" is not.
        motion: Of THING_MOTIONS: what its object then does.
        is_shown: False where the verb is understood and nothing shows it.
        is_alike: Whether it is shown by the gesture of another verb, which is reported.
    """

    name: str
    posture: str = ""
    gesture: str = ""
    role: str = "target"
    to: str = ""
    look: str = ""
    pace: float = 1.0
    prop: str = ""
    change: bool = False
    motion: str = ""
    is_shown: bool = True
    is_alike: bool = False

    @property
    def is_added(self) -> bool:
        """Whether a state can go with another verb: talks on the phone, comes on a bicycle."""
        is_posed = self.posture.startswith(("ride", "sit-", "kneel", "crawl", "tiptoe"))
        return bool(self.gesture and not self.posture) or is_posed


def _verbs(rows: list[str], *, is_shown: bool = True) -> Iterator[tuple[str, Verb]]:
    for row in rows:
        names, _, action = row.partition(" =")
        shape, *options = action.split(" ")[1:] or [""]
        posture, _, gesture = shape.partition("/")
        named = dict(word.split(":") for word in options if ":" in word)
        for name in names.split(", "):
            yield (
                name,
                Verb(
                    name,
                    posture,
                    gesture,
                    role=next((word for word in options if word in _ROLES), "target"),
                    to=named.get("to", ""),
                    look=named.get("look", ""),
                    pace=float(named.get("pace", 1)),
                    prop=named.get("prop", ""),
                    change="change" in options,
                    motion=named.get("motion", ""),
                    is_shown=is_shown,
                    is_alike="alike" in options,
                ),
            )


_ROWS = read_sections(_FILE)
VERBS: Mapping[str, Verb] = {
    **dict(_verbs(_ROWS["invisible"], is_shown=False)),
    **dict(_verbs(_ROWS["gestures"])),
    **dict(_verbs(_ROWS["moves"])),
}
STATES: Mapping[str, Verb] = dict(_verbs(_ROWS["states"]))
THING_VERBS: Mapping[str, Verb] = {
    **dict(_verbs(_ROWS["invisible things"], is_shown=False)),
    **dict(_verbs(_ROWS["things"])),
}


@cache
def forms() -> Mapping[str, tuple[str, str]]:
    """Inflected words to base form and form: base, s, ing or ed (also the past participle)."""
    bases = {name.split()[0] for table in (VERBS, THING_VERBS) for name in table} | {"pretend"}
    irregular = {row.split()[0]: row.split() for row in " ".join(_ROWS["irregular"]).split(";")}
    table: dict[str, tuple[str, str]] = {}
    for base in sorted(bases | set(irregular)):
        past = irregular.get(base, ["", _past(base), _past(base)])
        table.setdefault(_third_person(base), (base, "s"))
        table.setdefault(_participle(base), (base, "ing"))
        for form in past[1:3]:
            table.setdefault(form, (base, "ed"))
        for form in past[3:]:
            table[form] = (base, "ing" if form.endswith("ing") else "s")
    # A word that is also a base form is read as one.
    for base in sorted(bases):
        if table.get(base, ("", ""))[0] != base:
            table[base] = (base, "base")
    table.update(dict.fromkeys(("lay", "lain"), ("lie", "ed")), fell=("fall", "ed"))
    return table


def _third_person(base: str) -> str:
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    return base[:-1] + "ies" if base.endswith("y") and base[-2] not in "aeiou" else base + "s"


def _stem(base: str) -> str:
    """The base with its last letter doubled where an ending requires it: stop, stopp-ed."""
    is_short = len(base) in (3, 4) or base in ("unzip", "unwrap")
    doubles = (
        is_short
        and base[-1] not in "wxyhaeiou"
        and base[-2] in "aeiou"
        and base[-3] not in "aeiou"
        and base not in ("open", "edit", "exit", "iron")
    )
    return base + base[-1] if doubles else base


def _participle(base: str) -> str:
    if base.endswith("ie"):
        return base[:-2] + "ying"
    return base[:-1] + "ing" if base.endswith("e") and base[-2] != "e" else _stem(base) + "ing"


def _past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return _stem(base) + "ed"
