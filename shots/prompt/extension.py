"""A prompt made longer by a language model: what of its text is kept, and why the rest is not.

A writer may add what is seen; it may not direct. Its sentences come after the author's words, which
stay as they are, and a sentence that names a move, size, angle or light nobody asked for is left
out. Called by whoever holds a writer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shots.vocabulary.words import FIELDS, Term

MAX_WORDS = 200
"""Of the whole prompt: what the model's own prompt guide asks for at most."""

# In these a single word already directs; in the others ("soft", "top", "edge") it also describes.
_STRICT = frozenset({"size", "angle", "movement", "time"})
_SENTENCE = re.compile(r"[^.!?]+[.!?]+")
_PLAIN = frozenset({"still", "fixed", "sticks", "follow", "following", "lead", "leading"})
_CREW = re.compile(r"\b(?:camera|lens|viewfinder|cinematograph\w*)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Extension:
    """What a writer's text comes to.

    Attributes:
        added: Sentences to put after the prompt, or nothing.
        refused: Sentences left out, each with the reason.
    """

    added: str
    refused: tuple[tuple[str, str], ...]


def extend(prompt: str, text: str) -> Extension:
    """Choose the sentences of a text that may follow a prompt.

    Args:
        prompt: As compiled; never changed.
        text: What a writer has written about it.
    """
    added: list[str] = []
    refused: list[tuple[str, str]] = []
    words = len(prompt.split())
    for sentence in _sentences(text):
        reason = _objection(prompt, sentence)
        if not reason and words + len(sentence.split()) > MAX_WORDS:
            reason = f"the prompt would be longer than {MAX_WORDS} words"
        if not reason and sentence in added:
            reason = "says the same again"
        if reason:
            refused.append((sentence, reason))
        else:
            added.append(sentence)
            words += len(sentence.split())
    return Extension(" ".join(added), tuple(refused))


def _sentences(text: str) -> list[str]:
    """Whole sentences; what a writer was cut off in is none."""
    return [" ".join(found.split()) for found in _SENTENCE.findall(text)]


def _objection(prompt: str, sentence: str) -> str:
    """Why a sentence may not stand, or nothing."""
    if re.search(r"[\"“”«»:<>{}\[\]|`*#]", sentence):
        return "quotes or lists instead of describing"
    if not sentence.isascii():
        return "is not in the prompt's alphabet"
    if sentence.casefold() in prompt.casefold():
        return "is in the prompt already"
    if _CREW.search(sentence):
        return "directs the camera"
    for field, terms in FIELDS.items():
        for term in terms:
            word = _named(term, field, sentence)
            if word and not _named(term, field, prompt):
                return f"says {word!r}, which the shot does not ask for"
    return ""


def _named(term: Term, field: str, text: str) -> str:
    """The spelling by which a text names a term, or nothing."""
    for name in term.spellings:
        directs = len(re.split(r"[\s-]", name)) > 1 or (field in _STRICT and name not in _PLAIN)
        verb, *rest = re.split(r"(?=[\s-])", name, maxsplit=1)  # "zoom in" is also "zooms in"
        spelt = rf"(?<!\w){re.escape(verb)}(?:s|es|ing)?{re.escape(''.join(rest))}(?!\w)"
        if directs and re.search(spelt, text, re.IGNORECASE):
            return name
    if term.phrase and term.phrase.casefold().rstrip(".") in text.casefold():
        return term.phrase
    return ""
