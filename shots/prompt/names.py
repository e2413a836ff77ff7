"""Names → descriptions: "Mara stops" is a woman in a yellow raincoat at first, "the woman" then.

A name means nothing to the model. The first mention is replaced by the description; a mention that
cannot carry one ("Ilya's shoulder") and a subject that is never named are introduced in a sentence
of their own before the action. Used by `prompt.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from shots.schema import Character, Shot, ShotList, fold_name

# Names that are words too: in lower case they are the word.
_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        ace amber april art august autumn bear bill bob buck carol chance chase chip chuck clay
        cliff colt dale dawn dean dick don dot drew duke earl faith fern fox frank gene glen
        grace grant guy hank harry heath herb holly hope hunter iris ivy jack jade jay jean jet
        jewel joy june king lance lane lily mark mason max may melody miles mike nick olive page
        pat pearl penny pierce pip ray reed rich rob robin rock rod rose ruby rusty sage sandy
        sky sterling storm sue summer sunny taylor tom tony tripp van victor violet wade ward
        will winter wren young
        """,
    )
)
_ENDING = r"(?P<ending>['’]s|s['’]?|(?<=s)['’](?=\s))?"  # noqa: RUF001
# What can follow a noun that stands alone: "the tram slides", but not "the tram driver".
_ALONE = re.compile(
    r"$|[.,;:!?)]|['’]s?\b|\s+(?:\w+(?:s|ed|ing)|and|or|but|then|in|on|at|to|of|off|out|up|down|"  # noqa: RUF001
    r"with|by|from|for|into|over|under|behind|beside|before|after|while|when|until)\b"
)
_PLURALS = {"man": "men", "woman": "women", "child": "children", "person": "people"}


@dataclass(frozen=True)
class Telling:
    """An action told to the model.

    Attributes:
        introductions: Sentences that come before it.
        action: The action itself.
        described: The characters that were described, and the words, in order.
        present: Every character in the picture, by id, the most important first.
    """

    introductions: tuple[str, ...]
    action: str
    described: tuple[tuple[str, str], ...]
    present: tuple[str, ...]


@dataclass(frozen=True)
class _Mention:
    who: Character
    start: int
    end: int
    ending: str


def tell(board: ShotList, shot: Shot, *, describe: bool) -> Telling:
    """Tell a shot's action without names.

    Args:
        board: Knows the characters.
        shot: Whose action it is.
        describe: False for a shot that starts from a picture, which shows who is who.
    """
    action = sentence(shot.action)
    mentions = _mentions(board, action)
    named = dict.fromkeys(mention.who.id for mention in mentions)
    speakers = [line.who for line in shot.dialogue if line.who in board.characters]
    present = tuple(dict.fromkeys([*shot.subjects, *named])) or tuple(dict.fromkeys(speakers))
    first: dict[str, _Mention] = {}
    for mention in mentions:
        first.setdefault(mention.who.id, mention)
    described: dict[str, str] = {}
    introductions: list[str] = []
    if describe:
        described = {
            key: description(board.characters[key], shot.wardrobe)
            for key in present
            if key in board.characters
        }
        for key, words in described.items():
            if key not in first or first[key].ending:
                introductions.append(sentence(words))
    inline = {key for key in described if key in first and not first[key].ending}
    parts: list[str] = []
    here = 0
    for mention in mentions:
        parts.append(action[here : mention.start])
        if mention is first[mention.who.id] and mention.who.id in inline:
            words = described[mention.who.id]
            if ", wearing " in words and not re.match(r"\s*(?:[.,;:!?)]|$)", action[mention.end :]):
                words += ","
        else:
            words = _inflect(mention.who.as_ or mention.who.looks, mention.ending)
        parts.append(_upper_first(words) if _begins_sentence(action[: mention.start]) else words)
        here = mention.end
    parts.append(action[here:])
    return Telling(tuple(introductions), "".join(parts), tuple(described.items()), present)


def description(who: Character, wardrobe: str | None) -> str:
    """Looks and outfit: "a woman in her thirties, wearing a raincoat"."""
    outfit = who.outfit(wardrobe)
    return f"{who.looks.strip().rstrip('.')}{f', wearing {outfit.strip()}' if outfit else ''}"


def sentence(text: str) -> str:
    """A capital at the beginning, a full stop at the end, single spaces between."""
    text = " ".join(text.split())
    if text and text.rstrip("\"'”’")[-1:] not in (".", "!", "?", "…"):  # noqa: RUF001
        text = text.rstrip(",;:") + "."
    return _upper_first(text)


def _mentions(board: ShotList, action: str) -> list[_Mention]:
    by_name = board.characters_by_name
    if not by_name or not action:
        return []
    found: list[_Mention] = []
    for match in _pattern(board.names_longest_first).finditer(action):
        who = by_name.get(fold_name(match["name"]))
        if who and _is_meant(who, match["name"], action[match.end() :]):
            found.append(_Mention(who, match.start(), match.end(), match["ending"] or ""))
    return found


def _is_meant(who: Character, name: str, after: str) -> bool:
    """Whether a name is the character: in lower case it may be just the same word."""
    if not name.islower():
        return True
    if name in _WORDS or len(name) == 1:
        return False
    is_noun = re.search(rf"\b{re.escape(name)}\b", f"{who.as_} {who.looks}", re.IGNORECASE)
    return not is_noun or _ALONE.match(after) is not None


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names, with an article before it and a possessive or plural ending after it."""
    anyone = "|".join(r"\s+".join(map(re.escape, name.split())) for name in names)
    article = r"(?:(?<!\w)(?:the|an?)\s+)?"
    return re.compile(rf"{article}(?<!\w)(?P<name>{anyone}){_ENDING}(?!\w)", re.IGNORECASE)


def _inflect(words: str, ending: str) -> str:
    """Give "the woman" the ending a name had: the woman's, the women, the women's."""
    if ending.startswith("s"):
        stem, _, last = words.rpartition(" ")
        plural = f"{stem} {_plural(last)}".strip()
        possessive = "'" if plural.endswith("s") else "'s"
        return plural + (possessive if len(ending) > 1 else "")
    return f"{words}'s" if ending else words


def _plural(noun: str) -> str:
    for one, many in _PLURALS.items():
        if noun.lower().endswith(one):
            return noun[: len(noun) - len(one)] + many
    if re.search(r"(?:s|x|z|ch|sh)$", noun):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"


def _begins_sentence(before: str) -> bool:
    before = before.rstrip().rstrip("\"'“‘(")  # noqa: RUF001
    return not before or before[-1] in ".!?…:"


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def as_words(characters: Mapping[str, Character], key: str) -> str:
    """How the model is told about a character after the first mention."""
    who = characters.get(key)
    return (who.as_ or who.looks) if who else "the subject"
