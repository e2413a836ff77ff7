"""Every code that a problem can have: how serious it is, and what it is about in a few words.

`errors.py` takes levels from here. The page of each code, with an example wrong and right, is
`pages/<code>.md`; `storyboard explain SB205` prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True)
class Code:
    """A kind of problem.

    Attributes:
        code: SB and three digits.
        level: Errors stop a board; warnings and notices do not.
        title: What it is about.
    """

    code: str
    level: Level
    title: str

    @property
    def page(self) -> str:
        """What it means, why it matters, and an example wrong and right; Markdown."""
        return files("shots").joinpath("pages", f"{self.code}.md").read_text(encoding="utf-8")


_ROWS: tuple[tuple[str, Level, str], ...] = (
    ("SB001", "error", "the file cannot be read as YAML"),
    ("SB002", "error", "a tab in the indent"),
    ("SB003", "error", "a key written twice in one block"),
    ("SB004", "error", "a key that the language does not have"),
    ("SB005", "error", "a value of the wrong kind"),
    ("SB006", "error", "an empty value before a #"),
    ("SB007", "error", "something that has to be there is missing"),
    ("SB008", "error", "a value outside of what is allowed"),
    ("SB009", "error", "more than a board may have"),
    ("SB011", "error", "a name that nothing on the board has"),
    ("SB012", "error", "a ratio or a time that arrived as a number"),
    ("SB013", "error", "a ring of files, definitions or shots"),
    ("SB014", "error", "two included files that disagree"),
    ("SB021", "error", "an id or a number used twice"),
    ("SB022", "warning", "a slate that can be misread"),
    ("SB023", "warning", "one set-up, two cameras"),
    ("SB101", "error", "a word that is not in the vocabulary"),
    ("SB102", "error", "two values for one field"),
    ("SB201", "warning", "a move of a camera that stands still"),
    ("SB202", "warning", "a framing for more people than there are"),
    ("SB203", "warning", "a light that the time of day does not have"),
    ("SB204", "warning", "a shot in which nothing happens"),
    ("SB205", "notice", "words taken out of the negative prompt"),
    ("SB206", "warning", "a prompt that is too long"),
    ("SB207", "warning", "an action against the screen direction"),
    ("SB208", "warning", "dialogue or sound in a shot without sound"),
    ("SB209", "warning", "a line that begins after the shot ends"),
    ("SB210", "warning", "takes that are all the same"),
    ("SB211", "warning", "a framing for fewer people than there are"),
    ("SB212", "warning", "lens and focus that rule each other out"),
    ("SB213", "warning", "a size that cannot show what is asked for"),
    ("SB214", "error", "a prompt longer than the model can read"),
    ("SB301", "warning", "a shot longer than the model's clip"),
    ("SB302", "notice", "a length that the model cannot make exactly"),
    ("SB303", "warning", "a model at another frame rate than the cut"),
    ("SB304", "warning", "a picture of a shape that the model was not trained on"),
    ("SB311", "warning", "a screen direction that flips across a cut"),
    ("SB312", "warning", "a chain of last frames that will drift"),
    ("SB313", "warning", "a cut across the line of action"),
    ("SB314", "warning", "a character without clothes for the shot"),
    ("SB315", "warning", "clothes that change in the middle of a scene"),
    ("SB316", "warning", "colour taken over from another light"),
    ("SB401", "error", "a variant without a shot"),
    ("SB402", "error", "a cut-down longer than its length"),
    ("SB403", "warning", "a framing that another format will change"),
    ("SB404", "warning", "a line without words in a variant's language"),
    ("SB405", "error", "a name that cannot name the files of variants"),
    ("SB406", "warning", "a cut-down shorter than its length"),
)

CODES: Mapping[str, Code] = MappingProxyType({row[0]: Code(*row) for row in _ROWS})
