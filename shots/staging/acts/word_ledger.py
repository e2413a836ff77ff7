"""The ledger of a shot's words: which of them changed its layout, and which only the prompt has."""

from __future__ import annotations

from collections.abc import Iterable

from shots.lexicon import grammar
from shots.lexicon.colours import find_colour
from shots.lexicon.grammar import singular
from shots.lexicon.verbs import forms
from shots.staging.clauses.nouns import Word, is_function_word, split_words, starts_with
from shots.staging.clauses.phrases import Phrase

_PHRASES = frozenset(
    each
    for table in (grammar.PREPOSITIONS, grammar.CONJUNCTIONS, grammar.STOP_PHRASES)
    for each in table
    if " " in each
)
_GRAMMAR = frozenset(
    (*grammar.NUMBERS, *grammar.PHASES, *grammar.FLOORS, *grammar.ROWS, *grammar.GROUPS,
     "who", "which", "there", "then", "own", "other", "others", "each", "that", "while", "not",
     "half", "rest", "one", "some", "all", "both", "most", "many", "few", "have", "let", "'s",
     "'re", "'ve")
)  # fmt: skip


class WordLedger:
    """Notes the words that were used for players, beats, places and weather."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def use(self, *texts: str) -> None:
        """Note the words of some texts as used."""
        for text in texts:
            self._used.update(stem for word in split_words(text) for stem in _stems(word.low))

    def use_phrase(self, phrase: Phrase) -> None:
        """Note the noun of a phrase that names a player, with its colours and sizes.

        Of the parts of the body only hands count, because they hold things. Others count by the
        verb that is drawn with them: shakes her head.
        """
        drawn = [each for each in phrase.adjectives if find_colour(each) or each in grammar.SIZES]
        self.use(*drawn)
        if phrase.kind in ("character", "name"):
            self.use(phrase.words)
        elif phrase.kind != "body" or grammar.BODY[phrase.head] == "hands":
            self.use(phrase.head, phrase.noun)

    def unused(self, action: str, reported: Iterable[str]) -> tuple[str, ...]:
        """Runs of words of an action that were neither used nor reported, as written."""
        words = split_words(action)
        lost = {word.low for text in reported for word in split_words(text)}
        runs: list[list[Word]] = []
        at = 0
        while at < len(words):
            phrase, word = starts_with(words, at, _PHRASES), words[at]
            if not (phrase or self._is_accounted(word) or word.low in lost):
                if not (at and runs and runs[-1][-1] is words[at - 1]):
                    runs.append([])
                runs[-1].append(word)
            at += len(phrase.split()) or 1
        return tuple(dict.fromkeys(action[run[0].start : run[-1].end] for run in runs))

    def _is_accounted(self, word: Word) -> bool:
        is_grammar = word.is_mark or is_function_word(word.low) or word.low in _GRAMMAR
        return is_grammar or bool(_stems(word.low) & self._used)


def _stems(low: str) -> set[str]:
    """The forms under which a word is compared: as it is, in the singular, as a verb."""
    return {low, singular(low)[0], forms().get(low, (low, ""))[0]}
