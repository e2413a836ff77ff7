"""Reading of looks and clothes: from free text to an `Appearance`, by the closed lexicon of looks.

Words next to a noun belong to it: in "a tall woman with short red hair" the hair is short. What
the words leave open is chosen from a hash, so that a person is the same in every shot and two
persons differ.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from shots.lexicon import looks as lexicon
from shots.lexicon.colours import find_colour
from shots.lexicon.grammar import singular
from shots.staging.default_looks import LookWords, complete_look, crowd_member
from shots.staging.staged import Appearance, Garment, NotStaged, Staged

__all__ = ["crowd_look", "read_appearance"]

_NUMBER = r"(\d{1,2}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)?\s?(?:" + "|".join(
    sorted(lexicon.NUMBERS, key=len, reverse=True)) + r"))"  # fmt: skip
_ABOUT = r"(?:about|around|nearly|almost|roughly|some|maybe|over|under|approximately)"
_DECADE = "|".join(lexicon.DECADES)
_AGE_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"\b(?:of |aged? )?(?:{_ABOUT} )?{_NUMBER} years?(?: old)?(?: of age)?\b",
        rf"\b(?:aged|age|of|at|is) (?:{_ABOUT} )?{_NUMBER}\b",
        rf"\b{_ABOUT} {_NUMBER}\b(?! \w+s\b)",
        r"(?:^|[,(:]\s*)(\d{1,2})(?=\s*(?:[,;.)]|$))",
    )
)
_DECADE_FORM = re.compile(
    rf"\b(?:in )?(?:h?is |her |their |the )?(early |mid |late )?({_DECADE})\b"
)
_HEIGHT_FORMS = (
    (re.compile(r"\b([12][.,]\d{1,2}) ?(?:m|metres?|meters?)\b(?: tall| high)?"), 1.0),
    (re.compile(r"\b(\d{2,3}) ?(?:cm|centimetres?|centimeters?)\b(?: tall)?"), 0.01),
)
_FEET = re.compile(r"\b([3-7]) ?(?:'|ft|feet|foot) ?(\d{1,2})?(?:\"|''| ?in(?:ches)?\b)?(?: tall)?")
_TOKEN = re.compile(r"[a-z0-9][a-z0-9']*|[,;.:()/]")


_SHADES = {"dark": "dark", "deep": "dark", "light": "light", "pale": "light", "pastel": "light"}
_JOBS = {**lexicon.OUTFITS, **lexicon.GROUP_OUTFITS}
_PLURALS = {word.split()[-1] for word in (*_JOBS, *lexicon.AGES)} | lexicon.GARMENTS.keys()
_OMITS = {"shirtless": "top", "topless": "top", "bare chested": "top", "barefoot": "feet",
          "bare feet": "feet", "barefooted": "feet"}  # fmt: skip


@dataclass
class _Reading(LookWords):
    """What has been read so far, and the report of it."""

    staged: list[Staged] = field(default_factory=list)
    not_staged: list[NotStaged] = field(default_factory=list)

    def put(self, name: str, value: object, words: str) -> None:
        """A field, the first words about it counting."""
        if name not in self.fields:
            self.fields[name] = value
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            self.staged.append(Staged(f"{name.replace('_', ' ')}: {shown}", words))


def read_appearance(
    looks: str, outfit: str = "", seed_text: str = "", seed_looks: str = ""
) -> tuple[Appearance, tuple[Staged, ...], tuple[NotStaged, ...]]:
    """Looks and clothes as words: the appearance, and what was and was not understood.

    `seed_text` tells persons apart whose words are alike: the id of a character. `seed_looks` are
    the words that identify a person where a shot adds some: who puts on a hat stays the same.
    """
    reading = _Reading()
    for text in (looks, outfit):
        _read(reading, text)
    seed = f"{seed_text}|{seed_looks or looks}|{outfit}"
    return complete_look(reading, seed), tuple(reading.staged), tuple(reading.not_staged)


def crowd_look(seed: str, index: int, words: str = "") -> Appearance:
    """Somebody of a crowd dressed by its words; neighbours differ in sex, age and colours."""
    reading = _Reading()
    _read(reading, words)
    return crowd_member(reading, seed, index)


def _read(reading: _Reading, text: str) -> None:
    names = {word.lower() for word in re.findall(r"\b[A-Z][A-Za-z]+\b", text)}
    plain = _read_numbers(reading, text.lower().replace("-", " "))
    tokens = [_singular(token) for token in _TOKEN.findall(plain)]
    used = [False] * len(tokens)
    _read_nouns(reading, tokens, used)
    _read_person(reading, tokens, used)
    for index, token in enumerate(tokens):
        if find_colour(token) and not used[index] and tokens[max(index - 1, 0)] in ("in", "all"):
            reading.all_colour = _colour(tokens[index : index + 2])
            reading.staged.append(Staged(f"clothes: {reading.all_colour}", f"in {token}"))
            used[index] = True
    _report_unknown(reading, tokens, used, names)


def _singular(token: str) -> str:
    one = singular(token)[0]
    is_plural = token not in lexicon.GARMENTS and token not in _JOBS
    return one if is_plural and one in _PLURALS else token


def _read_numbers(reading: _Reading, text: str) -> str:
    for pattern, factor in _HEIGHT_FORMS:
        if match := pattern.search(text):
            metres = float(match[1].replace(",", ".")) * factor
            if 0.4 < metres < 2.6:
                reading.put("height_m", round(metres, 3), match[0].strip())
                text = text.replace(match[0], " , ", 1)
    if match := _FEET.search(text):
        inches = int(match[1]) * 12 + int(match[2] or 0)
        reading.put("height_m", round(inches * 0.0254, 3), match[0].strip())
        text = text.replace(match[0], " , ", 1)
    if match := _DECADE_FORM.search(text):
        middle = lexicon.DECADES[match[2]]
        shift = {"early": -3, "late": 3}.get((match[1] or "").strip(), 0)
        reading.put("age", float(middle + shift), match[0].strip())
        rest = match[0].replace(match[2], ",").replace(match[1] or ",", ",")
        text = text.replace(match[0], rest, 1)
    for pattern in _AGE_FORMS:
        if match := pattern.search(text):
            reading.put("age", _number(match[1]), match[0].strip(" ,("))
            text = text[: match.start()] + " , " + text[match.end() :]
            break
    return text


def _number(text: str) -> float:
    if text.isdigit():
        return float(text)
    return float(sum(lexicon.NUMBERS[word] for word in re.findall(r"[a-z]+", text)
                     if word in lexicon.NUMBERS))  # fmt: skip


def _longest(tokens: Sequence[str], start: int, table: Iterable[str], used: list[bool]) -> int:
    """Number of tokens of the longest entry of a table that begins here, 0 for none."""
    for count in range(min(4, len(tokens) - start), 0, -1):
        if any(used[start : start + count]):
            continue
        if " ".join(tokens[start : start + count]) in table:
            return count
    return 0


def _read_nouns(reading: _Reading, tokens: list[str], used: list[bool]) -> None:
    """Clothes, hair, beards, skin and what cannot be shown, with the words before them."""
    tables = (
        lexicon.GARMENTS,
        lexicon.BEARDS,
        lexicon.NOT_SHOWN,
        lexicon.HAIR_NOUNS,
        lexicon.SKIN_NOUNS,
    )
    index = 0
    while index < len(tokens):
        lengths = [_longest(tokens, index, table, used) for table in tables]
        count = max(lengths)
        if not count:
            index += 1
            continue
        noun, which = " ".join(tokens[index : index + count]), lengths.index(count)
        first = _first_modifier(tokens, used, index, which in (1, 3, 4))
        words = tokens[first:index]
        phrase = " ".join([*words, noun])
        used[first : index + count] = [True] * (index + count - first)
        _apply_noun(reading, which, noun, words, phrase)
        index += count


def _first_modifier(tokens: list[str], used: list[bool], noun: int, is_body: bool) -> int:
    """Index of the first of the words before a noun that belong to it."""
    first = noun
    while first > 0 and not used[first - 1]:
        before = tokens[first - 1]
        if before in (",", "and") and first > 1 and not used[first - 2]:
            other = tokens[first - 2]
            is_style = is_body and other in lexicon.HAIRS
            is_colour = before == "and" and find_colour(other)
            if not (is_style or is_colour) or first == noun:
                break
        elif before in lexicon.BREAKS or before in lexicon.SEXES or before in lexicon.OUTFITS:
            break
        first -= 1
    return first


def _apply_noun(
    reading: _Reading, which: int, noun: str, words: list[str], phrase: str
) -> None:  # fmt: skip
    if which == 0:
        garment = Garment(lexicon.GARMENTS[noun], _colour(words))
        reading.garments.append(garment)
        reading.staged.append(Staged(f"{garment.colour} {garment.kind}".strip(), phrase))
        patterns = [word for word in words if word in lexicon.NOT_SHOWN]
        reading.not_staged += [NotStaged(word, lexicon.NOT_SHOWN[word]) for word in patterns]
    elif which == 1:
        beard = lexicon.BEARDS[noun]
        reading.put(
            "beard", "long beard" if beard == "beard" and "long" in words else beard, phrase
        )
        _put_first(reading, "hair_colour", lexicon.HAIR_COLOURS, words, phrase)
    elif which == 2:
        reading.not_staged.append(NotStaged(phrase, lexicon.NOT_SHOWN[noun]))
    elif which == 3:
        joined = " ".join(words)
        _put_first(reading, "hair_colour", lexicon.HAIR_COLOURS, words, phrase)
        if "curly" in words and "long" in words:
            reading.put("hair", "long curly", phrase)
        special = [w for w in words if lexicon.HAIRS.get(w) not in (None, "short", "long")]
        whole = [w for w in lexicon.HAIRS if " " in w and w in joined]
        _put_first(reading, "hair", lexicon.HAIRS, [*whole, *special, noun, *words], phrase)
    else:
        _put_first(reading, "skin", lexicon.SKINS, words, phrase)


def _put_first(
    reading: _Reading, name: str, table: Mapping[str, str], words: Sequence[str], phrase: str
) -> None:  # fmt: skip
    pairs = [f"{a} {b}" for a, b in pairwise(words)]
    for word in (*pairs, *words):
        if word in table:
            reading.put(name, table[word], phrase)
            return


def _colour(words: Sequence[str]) -> str:
    """The colour among words, with dark or light before it; "" if there is none."""
    for index, word in enumerate(words):
        colour = "denim" if word == "denim" else find_colour(word)
        if colour:
            shade = _SHADES.get(words[index - 1], "") if index else ""
            if shade == "dark" and colour == "blue":
                return "navy"
            return f"{shade} {colour}".strip()
    return ""


def _read_person(reading: _Reading, tokens: list[str], used: list[bool]) -> None:
    """What stands beside no noun: age, sex, build, height, professions, skin, hair."""
    free = list(used)
    tables: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("age", lexicon.AGES), ("job", _JOBS), ("sex", lexicon.SEXES), ("build", lexicon.BUILDS),
        ("taller", lexicon.HEIGHTS), ("hair", lexicon.HAIRS), ("skin", lexicon.SKINS),
        ("hair_colour", lexicon.HAIR_COLOURS), ("omit", _OMITS),
    )  # fmt: skip
    for name, table in tables:
        for index in range(len(tokens)):
            count = _longest(tokens, index, table, free)
            word = " ".join(tokens[index : index + count])
            if not count or not _stands_alone(name, word, tokens, index):
                continue
            used[index : index + count] = [True] * count
            _apply_person(reading, name, table[word], word)


def _stands_alone(name: str, word: str, tokens: Sequence[str], index: int) -> bool:
    after = index + word.count(" ") + 1
    before = tokens[index - 1] if index else ","
    following = tokens[after] if after < len(tokens) else ","
    if name in ("hair", "hair_colour") and word in lexicon.NEEDS_HAIR:
        return False
    if name == "skin" and word in lexicon.NEEDS_PERSON:
        is_item = before in ",;:(" and following in ",;.)"
        is_person = any(following in each for each in (lexicon.SEXES, lexicon.AGES, _JOBS))
        return is_item or is_person
    return True


def _apply_person(reading: _Reading, name: str, value: object, word: str) -> None:
    if name == "taller" and isinstance(value, float):
        reading.taller = reading.taller or value
        reading.staged.append(Staged("height: " + ("tall" if value > 0 else "short"), word))
    elif name == "omit":
        reading.omits.add(str(value))
        reading.staged.append(Staged(f"no {value}", word))
    elif name == "job":
        if not reading.implied:
            inner = _Reading()
            _read_nouns(inner, tokens := _TOKEN.findall(str(value)), [False] * len(tokens))
            reading.implied = inner.garments
            reading.omits |= {_OMITS[t] for t in tokens if t in _OMITS}
            reading.usual = inner.fields | ({"hair": "bald"} if "bald" in tokens else {})
            reading.staged.append(Staged(f"clothes of: {word}", word))
    else:
        reading.put(name, float(value) if isinstance(value, int | float) else value, word)
        if name == "hair_colour" and word in ("black", "brown"):
            reading.put("hair", "short", word)


def _report_unknown(
    reading: _Reading, tokens: Sequence[str], used: Sequence[bool], names: set[str]
) -> None:  # fmt: skip
    all_words = [*lexicon.GARMENTS, *lexicon.HAIRS, *lexicon.BUILDS, *_JOBS, *lexicon.SKINS]
    unknown: list[list[str]] = [[]]
    for token, done in zip(tokens, used, strict=True):
        ends_in_man = re.fullmatch(r"\w+?(wo)?man", token)
        if not done and ends_in_man and token not in names:
            reading.put("sex", "female" if ends_in_man[1] else "male", token)
        is_word = token[:1].isalpha() and token not in lexicon.IGNORED and token not in names
        if not done and is_word and not find_colour(token):
            unknown[-1].append(token)
        elif unknown[-1]:
            unknown.append([])
    for words in filter(None, unknown):
        nearest = difflib.get_close_matches(words[-1], all_words, 1, 0.84)
        why = "it is no word of the looks that can be shown"
        reading.not_staged.append(NotStaged(" ".join(words), why, nearest[0] if nearest else ""))
