"""Final Draft → Script. A file that breaks off is read up to there.

Written here on defusedxml's SAX: the library that knows the format keeps only the first run of each
paragraph, no scene numbers, no lines and no dual dialogue. Called by the CLI.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from shots.source.board_source import LINE_END, UNPRINTABLE
from storyboard.interchange.import_report import InterchangeError, Report
from storyboard.interchange.screenplay.screenplay import (
    SAID,
    Element,
    Kind,
    Script,
    note_element,
    sung,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: Mapping[str, Kind] = {
    "Scene Heading": "heading",
    "Action": "action",
    "General": "action",
    "Character": "cue",
    "Parenthetical": "parenthetical",
    "Dialogue": "dialogue",
    "Transition": "transition",
    "Shot": "shot",
    "Lyrics": "lyrics",
    "Singing": "lyrics",
    "New Act": "section",
    "End of Act": "section",
    "Act Break": "section",
    "Sequence": "section",
    "Outline 1": "section",
    "Outline 2": "section",
    "Outline 3": "section",
    "Outline 4": "section",
    "Outline Body": "synopsis",
}
_BY = ("written by", "by", "screenplay by", "story by", "teleplay by")
_MAX_BYTES = 64_000_000


@dataclass
class _Paragraph:
    """A paragraph that is being read; `first` counts the elements before it."""

    path: tuple[str, ...]
    kind: str
    line: int
    first: int
    number: str = ""
    text: list[str] = field(default_factory=list)


def read_fdx(content: bytes, report: Report) -> Script:
    """Read a Final Draft file.

    Args:
        content: The file.
        report: Told what had to be guessed and what is left behind.

    Raises:
        InterchangeError: It is no Final Draft script, or holds what only attacks hold.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.sax import parseString

    if len(content) > _MAX_BYTES:
        raise InterchangeError(
            f"{report.path}: {len(content):,} bytes, {_MAX_BYTES:,} are allowed. Split the file."
        )
    handler = _Handler(report)
    try:
        parseString(content, handler, forbid_dtd=False)
    except DefusedXmlException:
        raise InterchangeError(
            f"{report.path}: defines entities, must be plain XML. Save it from Final Draft again."
        ) from None
    except (SAXException, ValueError, LookupError) as error:
        if not handler.elements:
            raise _no_script(report) from None
        reason = getattr(error, "getMessage", error.__str__)()
        finding = f"the file breaks off here ({reason}), read up to it"
        report.remark(handler.line, finding, "save it from Final Draft again")
    if not handler.is_final_draft:
        raise _no_script(report)
    return Script(tuple(handler.elements), handler.title_page())


def _no_script(report: Report) -> InterchangeError:
    return InterchangeError(
        f"{report.path}: no Final Draft script, must be the .fdx that it saves. "
        "Save it from Final Draft again."
    )


class _Handler(ContentHandler):
    """Paragraphs as they end."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.is_final_draft = False
        self._report = report
        self._path: list[str] = []
        self._open: list[_Paragraph] = []
        self._style = self._styled = ""
        self._titles: list[str] = []
        self._dual = 0
        self._locator: Locator | None = None

    @property
    def line(self) -> int:
        """Where in the file the reading is."""
        return (self._locator.getLineNumber() or 1) if self._locator else 1

    def title_page(self) -> dict[str, str]:
        """The title page has no keys: the title comes first, and the author after "written by"."""
        lines = list(self._titles)
        page: dict[str, str] = {}
        if lines:
            page["title"] = lines.pop(0)
        for k, text in enumerate(lines):
            if text.casefold().rstrip(":") in _BY and k + 1 < len(lines):
                page["author"] = lines[k + 1]
                del lines[k : k + 2]
                break
        if lines:
            page["contact"] = "\n".join(lines)
        return page

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 - SAX's name
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        self._path.append(name)
        self.is_final_draft |= self._path == ["FinalDraft"]
        if name == "Paragraph":
            kind, number = attrs.get("Type", ""), attrs.get("Number", "")
            path = tuple(self._path[:-1])
            first = len(self.elements)
            self._open.append(_Paragraph(path, kind, self.line, first, number.strip()))
        elif name == "DualDialogue":
            self._dual = 1
        elif name == "Text":
            self._style, self._styled = attrs.get("Style", ""), ""

    def endElement(self, name: str) -> None:  # noqa: N802
        self._path.pop()
        if name == "Paragraph" and self._open:
            self._close(self._open.pop())
        elif name == "DualDialogue":
            self._dual = 0
        elif name == "Text" and self._styled.strip():
            self._report.lose(self.line, "emphasis", self._styled.strip())
            self._styled = ""

    def characters(self, content: str) -> None:
        if not self._open or self._path[-1] != "Text":
            return
        paragraph = self._open[-1]
        text = UNPRINTABLE.sub("", LINE_END.sub("\n", content))
        paragraph.text.append(text)
        if self._style and paragraph.path == ("FinalDraft", "Content"):
            self._styled += text

    def _close(self, paragraph: _Paragraph) -> None:
        text = "".join(paragraph.text).strip()
        path = paragraph.path
        if not text or path[:1] != ("FinalDraft",):
            return
        if "OmittedScene" in path or "Alt" in path:
            what = "omitted scene" if "OmittedScene" in path else "alternative"
            self._report.lose(paragraph.line, what, text)
        elif path == ("FinalDraft", "TitlePage", "Content"):
            self._titles += [line.strip() for line in text.splitlines() if line.strip()]
        elif "ScriptNote" in path:
            self._note(paragraph, text)
        elif "Summary" in path:
            self.elements.append(Element("synopsis", text, paragraph.line))
        elif path[1:2] == ("Content",):
            self._add(paragraph, text)

    def _note(self, paragraph: _Paragraph, text: str) -> None:
        if "Content" in paragraph.path:
            self.elements.append(note_element(text, paragraph.line))
        else:
            self._report.lose(paragraph.line, "note without a place", text)

    def _add(self, paragraph: _Paragraph, text: str) -> None:
        kind = _KINDS.get(paragraph.kind)
        if paragraph.kind == "Cast List":
            self._report.lose(paragraph.line, "cast list", text)
            return
        if kind is None:
            if paragraph.kind:
                finding = f'a paragraph of type "{paragraph.kind}", read as action'
                self._report.remark(paragraph.line, finding)
            kind = "action"
        element = Element(kind, text, paragraph.line, number=paragraph.number)
        if kind == "cue":
            element = self._cue(element)
        if kind == "lyrics" and self.elements and self.elements[-1].kind in SAID:
            self.elements += sung(text, paragraph.line)
            return
        # What a note inside a heading says comes after it, what one in an action says before it.
        place = paragraph.first if kind == "heading" else len(self.elements)
        self.elements.insert(place, element)

    def _cue(self, element: Element) -> Element:
        name, bracket, rest = element.text.partition("(")
        is_dual, self._dual = self._dual > 1, self._dual + (self._dual > 0)
        if not name.strip():
            return element
        extension = rest.strip().removesuffix(")") if bracket else ""
        return replace(element, text=name.strip(), number="", extension=extension, is_dual=is_dual)
