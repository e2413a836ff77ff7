"""Looking words up: a term by its name or an alias, in any case and order, or what was meant.

The tables are in `words`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache

from shots.vocabulary.words import FIELDS, GROUPS, LENS_PHRASES, Term

MAX_MISSPELT = 60
"""Letters of a text that may be a misspelt word; whatever is longer is none."""

_SEPARATORS = re.compile(r"[\s_\-‐‑–—'’‘]+")  # noqa: RUF001


def lens_phrase(lens_mm: float) -> str:
    """What the model is told about a focal length in full-frame millimetres."""
    return next(phrase for limit, phrase, _ in LENS_PHRASES if lens_mm < limit)


def normalize(text: str) -> str:
    """Fold case and drop what separates words: "Bird's-Eye" and "birds_eye" become one."""
    return _SEPARATORS.sub("", text.casefold())


@cache
def _meanings(field: str) -> Mapping[str, Term]:
    return {normalize(name): term for term in FIELDS[field] for name in term.spellings}


@lru_cache(maxsize=4096)
def find(field: str, text: str) -> Term | None:
    """The term of one field that a text means, if any."""
    return _meanings(field).get(normalize(text))


@lru_cache(maxsize=4096)
def find_in_group(group: str, text: str) -> tuple[str, Term] | None:
    """The field and term that a text means in a shorthand of this group, if any."""
    key = normalize(text)
    for field in GROUPS[group]:
        if key in _meanings(field):
            return field, _meanings(field)[key]
    return None


def term(field: str, word: str) -> Term:
    """The term behind a word that has been read already.

    Raises:
        KeyError: The field has no such word.
    """
    found = find(field, word)
    if found is None:
        raise KeyError(f"{field}: {word}")
    return found


def spellings(*fields: str) -> Iterator[tuple[str, str, Term]]:
    """Every spelling, its field and its term."""
    return (
        (name, field, entry)
        for field in fields
        for entry in FIELDS[field]
        for name in entry.spellings
    )


@lru_cache(maxsize=4096)
def only_term(text: str, *fields: str) -> str:
    """The one word that a text can be a misspelling of; empty where it could be two."""
    known = _words_by_name(*fields)
    near = _similar(text, *fields) if len(text) > 4 else []
    words = {known[name] for name in get_close_matches(text.casefold(), near, n=5, cutoff=0.8)}
    return words.pop() if len(words) == 1 else ""


@cache
def _words_by_name(*fields: str) -> Mapping[str, str]:
    return {name.casefold(): entry.word for name, _, entry in spellings(*fields)}


@cache
def _names_by_pair(*fields: str) -> Mapping[str, list[str]]:
    """Spellings by each two letters in them."""
    names: dict[str, list[str]] = {}
    for name in _words_by_name(*fields):
        for pair in _pairs(name):
            names.setdefault(pair, []).append(name)
    return names


def _pairs(text: str) -> set[str]:
    padded = f" {text.casefold()} "
    return {padded[k : k + 2] for k in range(len(padded) - 1)}


@lru_cache(maxsize=4096)
def _similar(text: str, *fields: str) -> list[str]:
    """The spellings that share most with a text; comparing it with all of them takes too long."""
    if len(text) > MAX_MISSPELT:
        return []
    names = _names_by_pair(*fields)
    shared = Counter(name for pair in _pairs(text) for name in names.get(pair, ()))
    return [name for name, _ in shared.most_common(6)]


@lru_cache(maxsize=4096)
def nearest(text: str, *fields: str) -> str | None:
    """The word that a misspelt text most likely means, or None."""
    near = get_close_matches(text.casefold(), _similar(text, *fields), n=1, cutoff=0.6)
    return _words_by_name(*fields)[near[0]] if near else None
