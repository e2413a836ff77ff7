"""Read a Final Draft file into a script; a truncated file is read up to where it ends.

Based on defusedxml's SAX parser, because the existing library for the format keeps only the first
run of each paragraph, and no scene numbers, line numbers or dual dialogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml import DefusedXmlException
from defusedxml.sax import parseString

from shots.source.board_source import LINE_END, UNPRINTABLE
from storyboard.interchange.import_report import ImportReport, InterchangeError
from storyboard.interchange.screenplay.screenplay import (
    SPEECH,
    Element,
    Kind,
    Script,
    note_element,
    sung,
)

_KINDS: Mapping[str, Kind] = {
    "Scene Heading": "heading", "Action": "action", "General": "action", "Character": "cue",
    "Parenthetical": "parenthetical", "Dialogue": "dialogue", "Transition": "transition",
    "Shot": "shot", "Lyrics": "lyrics", "Singing": "lyrics", "New Act": "section",
    "End of Act": "section", "Act Break": "section", "Sequence": "section",
    "Outline 1": "section", "Outline 2": "section", "Outline 3": "section",
    "Outline 4": "section", "Outline Body": "synopsis",
}  # fmt: skip
_BY = ("written by", "by", "screenplay by", "story by", "teleplay by")
_MAX_BYTES = 64_000_000


@dataclass
class _Paragraph:
    """A paragraph that is open; `first` counts the elements before it."""

    path: tuple[str, ...]
    kind: str
    line: int
    first: int
    number: str = ""
    text: list[str] = field(default_factory=list)


def read_fdx(content: bytes, report: ImportReport) -> Script:
    """Read a Final Draft file.

    Raises:
        InterchangeError: It is too large, is not a Final Draft script, or defines XML entities.
    """
    if len(content) > _MAX_BYTES:
        raise InterchangeError(
            f"{report.path}: {len(content):,} bytes, {_MAX_BYTES:,} are allowed. Split the file."
        )
    handler = _Handler(report)
    not_a_script = InterchangeError(
        f"{report.path}: not a Final Draft script, must be an .fdx file. "
        "Save it from Final Draft again."
    )
    try:
        parseString(content, handler, forbid_dtd=False)
    except DefusedXmlException:
        raise InterchangeError(
            f"{report.path}: defines entities, must be plain XML. Save it from Final Draft again."
        ) from None
    except (SAXException, ValueError, LookupError) as error:
        if not handler.elements:
            raise not_a_script from None
        reason = getattr(error, "getMessage", error.__str__)()
        finding = f"the file is damaged here ({reason}), read up to this line"
        report.remark(handler.line, finding, "save it from Final Draft again")
    if not handler.is_final_draft:
        raise not_a_script
    return Script(tuple(handler.elements), handler.title_page())


class _Handler(ContentHandler):
    """Collects paragraphs as their tags close."""

    def __init__(self, report: ImportReport) -> None:
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
        """Line that the parser is at, from 1."""
        return (self._locator.getLineNumber() or 1) if self._locator else 1

    def title_page(self) -> dict[str, str]:
        """Title (the first line), author (the line after "written by"), and the rest as contact."""
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
            kind, number = attrs.get("Type", ""), attrs.get("Number", "").strip()
            path, first = tuple(self._path[:-1]), len(self.elements)
            self._open.append(_Paragraph(path, kind, self.line, first, number))
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
        path, line = paragraph.path, paragraph.line
        if not text or path[:1] != ("FinalDraft",):
            return
        if "OmittedScene" in path or "Alt" in path:
            what = "omitted scene" if "OmittedScene" in path else "alternative"
            self._report.lose(line, what, text)
        elif path == ("FinalDraft", "TitlePage", "Content"):
            self._titles += [part.strip() for part in text.splitlines() if part.strip()]
        elif "ScriptNote" in path and "Content" in path:
            self.elements.append(note_element(text, line))
        elif "ScriptNote" in path:
            self._report.lose(line, "note without a place", text)
        elif "Summary" in path:
            self.elements.append(Element("synopsis", text, line))
        elif path[1:2] == ("Content",):
            self._add(paragraph, text)

    def _add(self, paragraph: _Paragraph, text: str) -> None:
        kind = _KINDS.get(paragraph.kind)
        if paragraph.kind == "Cast List":
            self._report.lose(paragraph.line, "cast list", text)
            return
        if kind is None:
            if paragraph.kind:
                finding = f'paragraph type "{paragraph.kind}" is not known, read as action'
                self._report.remark(paragraph.line, finding)
            kind = "action"
        element = Element(kind, text, paragraph.line, number=paragraph.number)
        name, bracket, rest = text.partition("(")
        if kind == "cue":
            # The second cue of a DualDialogue element speaks at the same time as the first.
            is_dual, self._dual = self._dual > 1, self._dual + (self._dual > 0)
            if name.strip():
                extension = rest.strip().removesuffix(")") if bracket else ""
                element = Element(
                    kind, name.strip(), paragraph.line, extension=extension, is_dual=is_dual
                )
        if kind == "lyrics" and self.elements and self.elements[-1].kind in SPEECH:
            self.elements += sung(text, paragraph.line)
            return
        # Notes inside a heading come after it, notes inside an action before it.
        index = paragraph.first if kind == "heading" else len(self.elements)
        self.elements.insert(index, element)
