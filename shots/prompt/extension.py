"""Extension of a prompt by a language model: which of its sentences are kept or refused.

The model may describe what can be seen, but not direct: its sentences follow the author's words,
which stay unchanged, and a sentence that names a move, size, angle or light that the shot does not
ask for is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shots.vocabulary.words import FIELDS, Term

MAX_WORDS = 200
"""Of the extended prompt: the maximum that the prompt guide of Wan recommends."""

# A single word of these fields is a directive; words of other fields ("soft", "top", "edge") also
# describe things.
_STRICT = frozenset({"size", "angle", "movement", "time"})
_SENTENCE = re.compile(r"[^.!?]+[.!?]+")
_ORDINARY = frozenset({"still", "fixed", "sticks", "follow", "following", "lead", "leading"})
_CREW = re.compile(r"\b(?:camera|lens|viewfinder|cinematograph\w*)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Extension:
    """The sentences to append to a prompt, and the refused ones with their reasons."""

    added: str
    refused: tuple[tuple[str, str], ...]


def extend(prompt: str, text: str) -> Extension:
    """Choose the sentences of a generated text that may follow a prompt.

    A last sentence that was cut off is ignored.
    """
    added: list[str] = []
    refused: list[tuple[str, str]] = []
    num_words = len(prompt.split())
    for match in _SENTENCE.findall(text):
        words = match.split()
        sentence = " ".join(words)
        reason = _objection(prompt, sentence)
        if not reason and num_words + len(words) > MAX_WORDS:
            reason = f"the prompt would be longer than {MAX_WORDS} words"
        if not reason and sentence in added:
            reason = "repeats an added sentence"
        if reason:
            refused.append((sentence, reason))
        else:
            added.append(sentence)
            num_words += len(words)
    return Extension(" ".join(added), tuple(refused))


def _objection(prompt: str, sentence: str) -> str:
    """The reason to refuse a sentence; empty if there is none."""
    if re.search(r"[\"“”«»:<>{}\[\]|`*#]", sentence):
        return "contains quotes or list marks"
    if not sentence.isascii():
        return "contains non-ASCII characters"
    if sentence.casefold() in prompt.casefold():
        return "is already in the prompt"
    if _CREW.search(sentence):
        return "mentions the camera"
    for field, terms in FIELDS.items():
        for term in terms:
            word = _spelling_in(sentence, term, field)
            if word and not _spelling_in(prompt, term, field):
                return f"contains {word!r}, which the shot does not ask for"
    return ""


def _spelling_in(text: str, term: Term, field: str) -> str:
    """The spelling of a term that a text uses as a directive; empty if there is none."""
    for name in term.spellings:
        has_several_words = len(re.split(r"[\s-]", name)) > 1
        is_directive = has_several_words or (field in _STRICT and name not in _ORDINARY)
        verb, *rest = re.split(r"(?=[\s-])", name, maxsplit=1)  # "zoom in" is also "zooms in"
        pattern = rf"(?<!\w){re.escape(verb)}(?:s|es|ing)?{re.escape(''.join(rest))}(?!\w)"
        if is_directive and re.search(pattern, text, re.IGNORECASE):
            return name
    if term.phrase and term.phrase.casefold().rstrip(".") in text.casefold():
        return term.phrase
    return ""
