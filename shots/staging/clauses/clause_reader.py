"""Splits an action into clauses, from left to right, in the order of the words."""

from __future__ import annotations

from itertools import pairwise

from shots.lexicon import grammar
from shots.lexicon.verbs import STATES, forms
from shots.staging.clauses.clause import Clause, Link, is_animal
from shots.staging.clauses.lookahead import DIRECTED, is_vague
from shots.staging.clauses.modifiers import ModifierReader
from shots.staging.clauses.nouns import Names, is_function_word, starts_with
from shots.staging.clauses.phrases import Phrase

# Verbs whose object does what the next verb says: "sees a man run", "teaches her to ride".
_PERCEPTION = frozenset(("see", "watch", "hear", "find", "notice", "spot", "film", "let", "make"))
_CAUSATIVE = frozenset(
    ("teach", "help", "tell", "ask", "show", "order", "force", "allow", "invite")
)
_ON_SCREEN = frozenset(("type", "text", "read", "write", "watch", "look", "scroll", "play", "tap"))
_LATER = ("as", "before", "after", "until", "since")
_STARTS: dict[str, Link] = {"with": "lead", "first": "then"}  # at the start of a sentence


def read_clauses(text: str, names: Names) -> tuple[list[Clause], list[str]]:
    """The clauses of an action, and the words that belong to none."""
    return _ClauseReader(text, names).read()


class _ClauseReader(ModifierReader):
    """Reads clauses; like its base, methods that read something return whether they did."""

    def __init__(self, text: str, names: Names) -> None:
        super().__init__(text, names)
        self._clauses: list[Clause] = []
        self._opens = True
        self._is_relative = False

    def read(self) -> tuple[list[Clause], list[str]]:
        words = " ".join(word.low for word in self.words)
        self.lost += [each for each in sorted(grammar.UNSTAGED) if f" {each} " in f" {words} "]
        while not self.is_over:
            begin = self.at
            clause = self._link()
            if self.is_over:
                break
            self._clause(clause)
            self._opens = False
            if self.at == begin:
                self._lose()
        for before, clause in pairwise(self._clauses):
            if before.is_empty:  # "Inside the box: letters"
                clause.parts[:0], clause.preps[:0] = before.parts, before.preps
        return [clause for clause in self._clauses if not clause.is_empty], self.lost

    def _lose(self) -> bool:
        word = self.words[self.at]
        if not (word.is_mark or is_vague(word.low) or word.low in ("all", "both")):
            self.lost.append(word.text)
        self.at += 1
        return True

    # Between clauses

    def _link(self) -> Clause:
        """A new clause, with what the marks and conjunctions before it say."""
        clause = Clause()
        while not self.is_over:
            low, word = self.low(), self.starts(grammar.CONJUNCTIONS)
            stop = self.starts(grammar.STOP_PHRASES)
            if self.words[self.at].is_mark:
                if low in ".!?:…;—–-":  # noqa: RUF001
                    clause.joined = False
                    clause.link = "then" if low in ".!?:…" else "with"
                    self._opens = self._opens or low in ".!?:…"
                    clause.is_listed = low in ":—–"  # noqa: RUF001
                self.at += 1
            elif word and not (word in grammar.PREPOSITIONS and self._is_preposition(word)):
                self._conjunction(clause, word)
            elif stop:
                self.take(stop)
            else:
                break
        clause.opens = self._opens
        return clause

    def _conjunction(self, clause: Clause, word: str) -> None:
        kind = grammar.CONJUNCTIONS[word]
        clause.joined = kind == "and" or (clause.joined and kind == "then")
        clause.is_next = clause.is_next or kind == "then"
        clause.link = "with" if kind == "with" else "first" if kind == "first" else "then"
        if self._opens and kind != "and":
            clause.link = _STARTS.get(kind, "then")
            clause.link = "later" if word in ("before", "until") else clause.link
        self.take(word)

    def _is_preposition(self, word: str) -> bool:
        """Whether "as" or "before" stands before a noun without a verb."""
        found = self.reader.phrase(self.at + len(word.split()), subject=True)
        return found is not None and not self.is_finite(found[1])

    # One clause

    def _clause(self, clause: Clause) -> None:
        begin = self.at
        self._opening(clause)
        self.last_form = self._clauses[-1].form if self._clauses and not self._opens else ""
        named = self._clauses[-1].phrases[-1:] if self._clauses else []
        if self.low() == "who" and any(p.kind in ("person", "group", "character") for p in named):
            clause.subjects, clause.link = named, "with"  # to her colleagues, who nod
        elif not self.is_verb_first():
            self._subjects(clause)
        self._clauses.append(clause)
        if not clause.base:
            self._predicate(clause, begin)

    def _predicate(self, clause: Clause, begin: int) -> None:
        """Read the verb and what follows it."""
        self._verb_group(clause)
        if clause.base or clause.state:
            self.last_form = clause.form
            self._complements(clause)
        elif clause.subjects:
            self._nominal(clause)
        clause.words = self.reader.span(begin, self.at).strip(" ,;")

    def _opening(self, clause: Clause) -> None:
        """Read phrases and adverbs before the subject: in the kitchen, slowly."""
        while not self.is_over and " and " not in self.starts(STATES):  # on hands and knees
            if self.read_part(clause, subject=True) or self.read_adverb(clause):
                continue
            if self.low() != "," or not self.at or self.is_end(self.at + 1):
                return
            self.at += 1

    # Subjects

    def _subjects(self, clause: Clause) -> None:
        """Read one or several subjects and what is attached to them."""
        while True:
            found = self.reader.phrase(self.at, subject=True)
            if found is None:
                return
            phrase, self.at = found
            clause.subjects += self.read_apposed(self.read_attached(phrase))
            if self.low() in ("who", "which") and not self._relative_of_subject(clause):
                return
            if not self.has_another_subject():
                return
            self.at += 1

    def _relative_of_subject(self, clause: Clause) -> bool:
        """Read "who is wearing a red apron" before the verb of its subject; whether one follows."""
        inner = Clause(clause.subjects[-1:], link=clause.link, opens=clause.opens)
        self.at += 1
        self._is_relative = True
        self._predicate(inner, self.at)
        self._is_relative = False
        self.at += int(self.low() == ",")
        if not self.is_finite(self.at):
            inner.subjects = clause.subjects
            vars(clause).update(vars(inner))
            return False
        self._clauses.append(inner)
        clause.link = "with"
        return True

    # Verb

    def _verb_group(self, clause: Clause) -> None:
        """Read auxiliaries, negation, adverbs and the verb."""
        begin, has_be = self.at, False
        self.at += int(self.low() in ("who", "that", "which"))
        while not self.is_over:
            is_state = self._state(clause, has_be=has_be)
            base, form = forms().get(self.low(), ("", ""))
            if is_state and (has_be or form not in ("s", "base", "ed")):
                break
            if self.low() in grammar.BE:
                has_be = True
                self.at += 1
            elif self._helper(clause, base):
                self.at += 1
            elif form and not (self._is_bare_particle(form) or self._is_noun(form, has_be=has_be)):
                self._take_verb(clause, base, form, has_be=has_be)
                return
            elif not self.read_adverb(clause):
                break
        if not has_be:
            self.at = self.at if clause.state or clause.is_negated else begin
            self._unknown_verb(clause)
        elif not clause.state:
            clause.base, clause.form = "be", "be"

    def _state(self, clause: Clause, *, has_be: bool) -> bool:
        """Read "asleep" or "on the phone"."""
        state = self.starts(STATES)
        if not state or clause.state or not (has_be or clause.subjects or not clause.base):
            return False
        clause.state, clause.form = state, "be"
        self.take(state)
        return True

    def _is_noun(self, form: str, *, has_be: bool) -> bool:
        """Whether what can be a verb here is a noun behind "is"."""
        return has_be and form in ("s", "base") and self.noun(self.at) is not None

    def _is_bare_particle(self, form: str) -> bool:
        """Whether a word such as "down" is no verb: his visor down."""
        return form == "base" and self.low() in grammar.PARTICLES and self.is_end(self.at + 1)

    def _helper(self, clause: Clause, base: str) -> bool:
        """Whether the word here is an auxiliary, a negation, or "starts" before a verb."""
        low = self.low()
        if low in grammar.NEGATIONS:
            clause.is_negated = True
            return True
        is_infinitive = low == "to" and bool(self.reader.form(self.at + 1))
        is_auxiliary = low in grammar.AUXILIARIES and self.is_auxiliary_here()
        return is_infinitive or is_auxiliary or self.is_phase(base)

    def _take_verb(self, clause: Clause, base: str, form: str, *, has_be: bool) -> None:
        clause.base, clause.form = base, form
        is_by = bool(clause.subjects) and self.low(1) == "by"
        clause.is_passive = form == "ed" and (has_be or is_by)
        self.at += 1
        if base == "let" and self.low() == "go":
            clause.particles.append("go")
            self.at += 1 + (self.low(1) == "of")

    def _unknown_verb(self, clause: Clause) -> None:
        """Take a word behind the subject that looks like a verb as one that is in no table."""
        is_second = not clause.opens and self.is_unknown_verb(self.at)
        if not (clause.subjects or is_second) or self.is_over or self.words[self.at].is_mark:
            return
        low = self.low()
        is_open = not is_function_word(low) and low not in grammar.QUALITIES
        is_many = any(each.is_plural or each.count > 1 for each in clause.subjects)
        is_verb = low.endswith(("s", "ed", "ing")) or (is_many and clause.opens)
        if is_open and is_verb and self.noun(self.at) is None:
            clause.base, clause.form = low, "unknown"
            self.at += 1

    # Behind the verb

    def _complements(self, clause: Clause) -> None:
        while not self.is_over:
            if self.words[self.at].is_mark:
                if self.low() != "," or not self._list_goes_on(clause):
                    return
                continue
            if self._begins_next(clause):
                return
            if self._is_relative and clause.objects and self.is_finite(self.at):
                return
            if not (self.read_particle(clause) or self._complement(clause)):
                return

    def _list_goes_on(self, clause: Clause) -> bool:
        """Read on behind a comma in a list of objects."""
        if starts_with(self.words, self.at + 1, grammar.STOP_PHRASES):
            return False  # on the swing, higher and higher
        found = self.reader.phrase(self.at + 1, subject=False)
        if not found or not clause.objects or self.reader.low(found[1]) not in ("and", "&", ","):
            return False
        if self.is_clause(self.at + 1) or self.is_clause(found[1] + 1):
            return False
        clause.objects.append(found[0])
        self.at = found[1]
        return True

    def _begins_next(self, clause: Clause) -> bool:
        """Whether the next clause begins here; participles and purposes are read as one."""
        low, form = self.low(), self.reader.form(self.at)
        if low in ("and", "but", "or", "&"):
            return not self._coordinate(clause)
        if low in grammar.CONJUNCTIONS and low not in grammar.PREPOSITIONS:
            return True
        if low in _LATER and self.is_clause(self.at + 1):
            return True
        if self._is_posed(clause, low, form):
            clause.preps.pop()  # with his head bowed, with both hands up
            return self._begin(clause, "then", 0, [clause.parts.pop()[1]])
        if low in ("who", "which"):
            return self._begin(clause, "with", 1, clause.phrases[-1:] or clause.subjects[-1:])
        if low == "to" and self.reader.form(self.at + 1) == "base":
            noun = self.noun(self.at + 1)
            if noun is None or noun.kind not in ("person", "character"):
                return self._purpose(clause)
        is_verb = self.noun(self.at) is None or self.has_determiner(self.at + 1)
        if form == "ing" and is_verb:
            return self._participle(clause, 0)
        is_watched = form == "base" and clause.objects and clause.base in _PERCEPTION
        return bool(is_watched) and self._participle(clause, 0)

    @staticmethod
    def _is_posed(clause: Clause, low: str, form: str) -> bool:
        """Whether a posture follows "with" and a part of the body."""
        if not clause.parts or clause.preps[-1] != "with" or clause.parts[-1][1].kind != "body":
            return False
        is_limb = grammar.BODY[clause.parts[-1][1].head] not in ("face", "body")
        is_placed = low in ("in", "on", "behind", "over") and is_limb
        return form in ("ed", "ing") or low in ("up", "down", "out") or is_placed

    def _coordinate(self, clause: Clause) -> bool:
        """Read "and" with another object."""
        found = self.reader.phrase(self.at + 1, subject=False)
        if found is None or self.is_clause(self.at + 1) or not clause.phrases:
            return False
        if clause.parts:
            self.add_part(clause, clause.preps[-1], found[0])
        else:
            clause.objects.append(found[0])
        self.at = found[1]
        return True

    def _purpose(self, clause: Clause) -> bool:
        """Begin "to tie her shoe"; of "teaches her to ride", its subject is the object."""
        if clause.base in _CAUSATIVE and clause.objects:
            return self._begin(clause, "with", 1, clause.objects[-1:])
        return self._begin(clause, "then", 1, [])

    def _participle(self, clause: Clause, skip: int) -> bool:
        """Begin "drinking", whose subject is that of the clause, or a person just named."""
        last = clause.phrases[-1:]
        if clause.base in _PERCEPTION:
            return self._begin(clause, "with", skip, clause.objects[-1:])
        people = [
            each
            for phrase in last
            for each in (phrase.of, phrase)
            if each is not None
            and (each.kind in ("person", "group", "character") or is_animal(each))
        ]
        return self._begin(clause, "with", skip, people[:1])

    def _begin(self, before: Clause, link: Link, skip: int, subjects: list[Phrase]) -> bool:
        """Read a clause within the one before, whose other words end here."""
        before.words = before.words or "-"
        self.at += skip
        clause = Clause(list(subjects), link=link, joined=not subjects)
        self._clauses.append(clause)
        self._predicate(clause, self.at)
        return True

    def _complement(self, clause: Clause) -> bool:
        """Read an adverb, a preposition with its phrase, or an object."""
        directed, state = self.starts(DIRECTED), self.starts(STATES)
        prep = self.starts(grammar.PREPOSITIONS)
        if " " in directed and self.is_direction(directed):
            clause.directions.append(directed)
            self.take(directed)
        elif state and self._is_state_of(clause, state):
            clause.state = state
            self.take(state)
        elif self.read_part(clause):
            pass
        elif prep and self.reader.form(self.at + len(prep.split())) == "ing":
            self._participle(clause, len(prep.split()))
            self._clauses[-1].is_negated = prep == "without"
            return False
        elif not self.read_adverb(clause):
            self.take(prep)
            return bool(prep) or self._object(clause)
        return True

    @staticmethod
    def _is_state_of(clause: Clause, state: str) -> bool:
        """Whether a state goes with the verb: talks on the phone, and not types on the phone."""
        return STATES[state].is_added and not clause.state and clause.base not in _ON_SCREEN

    def _object(self, clause: Clause) -> bool:
        found = self.reader.phrase(self.at, subject=self._is_relative)
        if found:
            clause.objects.append(found[0])
            self.at = found[1]
            return True
        if is_function_word(self.low()) or self.reader.form(self.at):
            return False
        return self._lose()

    def _nominal(self, clause: Clause) -> None:
        """Read the rest of a phrase without a verb: "one arm raised", "a watch on velvet"."""
        while not self.is_over and not self.words[self.at].is_mark:
            if self.read_part(clause):
                continue
            if self.low() in grammar.PARTICLES:
                clause.particles.append(self.low())
                self.at += 1
            elif self.reader.form(self.at) or not self.read_adverb(clause):
                return
