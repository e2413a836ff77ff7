"""Character names replaced by descriptions, because a name means nothing to the model.

"Mara stops" becomes "A woman in a yellow raincoat stops" at the first mention, "the woman" later.
A mention that cannot carry a description ("Ilya's shoulder") and a subject that is never named are
introduced in a sentence of their own before the action.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from shots.schema import Character, Shot, ShotList, fold_name

# Names that are also words: in lower case they are read as the word.
_WORDS_TEXT = """
ace amber april art august autumn bear bill bob buck carol chance chase chip chuck clay cliff colt
dale dawn dean dick don dot drew duke earl faith fern fox frank gene glen grace grant guy hank harry
heath herb holly hope hunter iris ivy jack jade jay jean jet jewel joy june king lance lane lily
mark mason max may melody miles mike nick olive page pat pearl penny pierce pip ray reed rich rob
robin rock rod rose ruby rusty sage sandy sky sterling storm sue summer sunny taylor tom tony tripp
van victor violet wade ward will winter wren young
"""
_WORDS = frozenset(_WORDS_TEXT.split())
_ENDING = r"(?P<ending>['’]s|s['’]?|(?<=s)['’](?=\s))?"  # noqa: RUF001
# What can follow a noun on its own: "the tram slides", but not "the tram driver".
_ALONE = re.compile(
    r"$|[.,;:!?)]|['’]s?\b|\s+(?:\w+(?:s|ed|ing)|and|or|but|then|in|on|at|to|of|off|out|up|down|"  # noqa: RUF001
    r"with|by|from|for|into|over|under|behind|beside|before|after|while|when|until)\b"
)
_PLURALS = {"man": "men", "woman": "women", "child": "children", "person": "people"}


@dataclass(frozen=True)
class ActionText:
    """An action without names, and the sentences that introduce its characters."""

    introductions: tuple[str, ...]
    action: str
    present: tuple[str, ...]  # ids of all characters in the picture, the most important first


def describe_action(board: ShotList, shot: Shot, *, describe: bool) -> ActionText:
    """Write a shot's action without names.

    `describe` is False for a shot that starts from a picture, which shows the looks.
    """
    action = sentence(shot.action)
    mentions = _mentions(board, action)
    first: dict[str, re.Match[str]] = {}
    for character, match in mentions:
        first.setdefault(character.id, match)
    speakers = [line.who for line in shot.dialogue if line.who in board.characters]
    present = tuple(dict.fromkeys([*shot.subjects, *first])) or tuple(dict.fromkeys(speakers))

    inline: dict[str, str] = {}
    introductions: list[str] = []
    for key in present if describe else ():
        if key in board.characters:
            character = board.characters[key]
            words, outfit = character.looks.strip().rstrip("."), character.outfit(shot.wardrobe)
            words += f", wearing {outfit.strip()}" if outfit else ""
            if key in first and not first[key]["ending"]:
                inline[key] = words
            else:
                introductions.append(sentence(words))

    parts: list[str] = []
    end = 0
    for character, match in mentions:
        if match is first[character.id] and character.id in inline:
            words = inline[character.id]
            # An outfit is an apposition, which ends with a comma within a sentence.
            if ", wearing " in words and not re.match(r"\s*(?:[.,;:!?)]|$)", action[match.end() :]):
                words += ","
        else:
            words = _inflect(character.as_ or character.looks, match["ending"] or "")
        before = action[: match.start()].rstrip().rstrip("\"'“‘(")  # noqa: RUF001
        if not before or before[-1] in ".!?…:":
            words = _upper_first(words)
        parts += [action[end : match.start()], words]
        end = match.end()
    return ActionText(tuple(introductions), "".join([*parts, action[end:]]), present)


def short_description(characters: Mapping[str, Character], key: str) -> str:
    """The words for a character after the first mention: "the woman"."""
    character = characters.get(key)
    return (character.as_ or character.looks) if character else "the subject"


def sentence(text: str) -> str:
    """A text with a capital at the start, a full stop at the end, and single spaces."""
    text = " ".join(text.split())
    if text and text.rstrip("\"'”’")[-1:] not in (".", "!", "?", "…"):  # noqa: RUF001
        text = text.rstrip(",;:") + "."
    return _upper_first(text)


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _mentions(board: ShotList, action: str) -> list[tuple[Character, re.Match[str]]]:
    """Names in an action, with the articles before and the endings after them."""
    if not board.characters_by_name or not action:
        return []
    mentions = []
    for match in _pattern(board.names_longest_first).finditer(action):
        character = board.characters_by_name.get(fold_name(match["name"]))
        if character and _is_name(character, match["name"], action[match.end() :]):
            mentions.append((character, match))
    return mentions


# Cached because all shots of a board share their names.
@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names, with an article before it and a possessive or plural ending after it."""
    any_name = "|".join(r"\s+".join(map(re.escape, name.split())) for name in names)
    article = r"(?:(?<!\w)(?:the|an?)\s+)?"
    return re.compile(rf"{article}(?<!\w)(?P<name>{any_name}){_ENDING}(?!\w)", re.IGNORECASE)


def _is_name(character: Character, name: str, after: str) -> bool:
    """Whether a match refers to the character; in lower case it may be an ordinary word."""
    if not name.islower():
        return True
    if name in _WORDS or len(name) == 1:
        return False
    is_noun = re.search(
        rf"\b{re.escape(name)}\b", f"{character.as_} {character.looks}", re.IGNORECASE
    )
    return not is_noun or _ALONE.match(after) is not None


def _inflect(words: str, ending: str) -> str:
    """Give "the woman" the ending of a name: the woman's, the women, the women's."""
    if ending.startswith("s"):
        stem, _, noun = words.rpartition(" ")
        plural = f"{stem} {_plural(noun)}".strip()
        possessive = "'" if plural.endswith("s") else "'s"
        return plural + (possessive if len(ending) > 1 else "")
    return f"{words}'s" if ending else words


def _plural(noun: str) -> str:
    for singular, plural in _PLURALS.items():
        if noun.lower().endswith(singular):
            return noun[: len(noun) - len(singular)] + plural
    if re.search(r"(?:s|x|z|ch|sh)$", noun):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"
