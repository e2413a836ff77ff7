"""Who is in the shots of a draft, what a script says they look like, and how long they speak.

Called by `skeleton.py`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import ceil

from shots.resolve import MAX_DURATION_S

from .draft import DEFAULT_DURATION_S, DEFAULT_LOOKS, Draft, DraftLine

WORDS_PER_SECOND = 2.5
"""How fast people speak on the screen."""
PAUSE_S = 0.5
"""After a line."""
MAX_NAME_WORDS = 6

_ENDING = re.compile(r"(?:['’]s|['’])?[.,;:!?)\"”…]*$")  # noqa: RUF001


def cast(draft: Draft) -> None:
    """Put into each shot who its action names, and make it as long as what is said in it.

    Args:
        draft: Changed in place; who speaks in a shot is in it already.
    """
    people = draft.characters
    keys = {_folded(who.name): key for key, who in people.items()}
    for scene in draft.scenes:
        for shot in scene.shots:
            named = dict(_named(shot.action, keys))
            shot.subjects = list(dict.fromkeys([*named, *shot.subjects]))
            for key, written in named.items():
                if people[key].looks == DEFAULT_LOOKS:
                    people[key].looks = _looks_of(written, shot.action) or DEFAULT_LOOKS
            needed_s = ceil(spoken_s(shot.dialogue))
            if not shot.duration and needed_s > DEFAULT_DURATION_S:
                shot.duration = f"{min(needed_s, MAX_DURATION_S)}s"


def spoken_s(lines: Sequence[DraftLine]) -> float:
    """Seconds that a dialogue takes; lines at the same time count once."""
    end = 0.0
    for line in lines:
        start = float(line.at.rstrip("s")) if line.at else end
        end = max(end, start + len(line.line.split()) / WORDS_PER_SECOND + PAUSE_S)
    return ceil(end * 2) / 2


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _named(action: str, keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Characters that an action names, written as MARA or Mara: key and spelling."""
    words = [_ENDING.sub("", word.lstrip("(\"“‘'")) for word in action.split()]  # noqa: RUF001
    k = 0
    while k < len(words):
        for size in range(min(MAX_NAME_WORDS, len(words) - k), 0, -1):
            written = " ".join(words[k : k + size])
            is_name = not any(word[:1].islower() for word in written.split())
            if is_name and _folded(written) in keys:
                yield keys[_folded(written)], written
                k += size - 1
                break
        k += 1


def _looks_of(name: str, action: str) -> str:
    """What an introduction says: "ILYA, a thin driver, ..." or "MARA (30s, short hair) ..."."""
    name = re.escape(name)
    if found := re.search(rf"{name},\s+(an?\s[^,.;:()]{{3,80}})[,.;]", action):
        return found[1].strip()
    if found := re.search(rf"{name}\s*\(([^()]{{2,80}})\)", action):
        return f"a person, {found[1].strip()}"
    return ""
