"""Readers of the tables of data beside the modules: sections of words, and rows of CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from importlib.resources import files


def read_sections(file: str) -> dict[str, list[str]]:
    """The rows of each [section] of a file of this folder, wrapped lines joined."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (files("shots.lexicon") / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = sections.setdefault(line[1:-1], [])
        elif line.startswith("  "):
            lines[-1] += " " + line.strip()
        elif line and not line.startswith("#"):
            lines.append(line)
    return sections


def read_rows(package: str, file: str) -> list[dict[str, str]]:
    """The rows of a CSV file in the folder of a package, by the names of its first line."""
    return list(csv.DictReader((files(package) / file).read_text(encoding="utf-8").splitlines()))


def words_of(text: str) -> list[str]:
    """Words separated by commas if there is one, else by blanks."""
    return [word.strip() for word in (text.split(",") if "," in text else text.split())]


def set_of(lines: Iterable[str]) -> frozenset[str]:
    """The words of some lines."""
    return frozenset(words_of(" ".join(lines)))


def mapping_of(lines: Iterable[str]) -> Mapping[str, str]:
    """Lines of "value: words", as words to their value."""
    rows = (line.partition(": ") for line in lines)
    return {word.strip(): value for value, _, words in rows for word in words.split(",")}


def numbers_of(lines: Iterable[str]) -> Mapping[str, float]:
    """Lines of "number: words", as words to their number."""
    return {word: float(value) for word, value in mapping_of(lines).items()}
