"""Characters of a board: their names in the action, and whether they are people or things."""

from __future__ import annotations

from shots.lexicon import grammar
from shots.lexicon.grammar import singular
from shots.lexicon.things import find_thing
from shots.schema import ShotList
from shots.staging.clauses.nouns import Names, split_words


def character_names(board: ShotList) -> Names:
    """The words by which the action can name the characters: name, id."""
    ids: dict[tuple[str, ...], str] = {}
    for key, character in board.characters.items():
        for name in (character.name, key):
            words = tuple(word.low for word in split_words(name.replace("_", " ")))
            if words:
                ids.setdefault(words, key)
    return Names(ids)


def thing_of_looks(looks: str) -> tuple[str, str] | None:
    """Model and noun of a character that is a thing or an animal, None for a person."""
    words = [word.low for word in split_words(looks) if not word.is_mark]
    for k, word in enumerate(words):
        if singular(word)[0] in grammar.PEOPLE or word in grammar.GROUPS:
            return None
        if word in ("with", "on", "in", "of", "who") and k:
            return None
        found = find_thing(words[k:])
        if found and not _is_qualifier(words, k + found[1]):
            return found[0], " ".join(words[k : k + found[1]])
    return None


def _is_qualifier(words: list[str], behind: int) -> bool:
    """Whether a noun only says what kind of thing or person the next one is: tram driver."""
    if behind >= len(words):
        return False
    word = words[behind]
    return singular(word)[0] in grammar.PEOPLE or find_thing(words[behind:]) is not None
