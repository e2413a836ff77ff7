"""Load a board: read the YAML, validate every value, resolve levels and names, lint; or fix it.

Every mistake is reported at once: wrong values are removed, and the rest is still checked. A
problem carries its own fix: a misspelt word with a single possible correction, a ratio that was
turned into a number, a colour without quotes. Applying fixes leaves every other byte as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shots.board.inherit import BLOCKS, Inheritance, NameIndex
from shots.board.raw_board import Board
from shots.board.resolve import resolve
from shots.expand import with_variants
from shots.lint.rules import lint
from shots.problem import Problem, ShotListErrors
from shots.schema import ShotList
from shots.source.board_source import LINE_END, Loc, Source, TextFile, add_file, encode_like
from shots.source.read_yaml import read_yaml
from shots.vocabulary.terms import FAULTS, Fault, did_you_mean, only_match

MAX_SUGGESTIONS = 100  # problems per board for which a similar word is searched, which is slow

_MAX_ROUNDS = 8

# Expected value by prefixes of Pydantic's error types.
_EXPECTED = {
    ("int_",): "a whole number",
    ("float_", "fraction"): "a number",
    ("bool_",): "true or false",
    ("string_type",): "text",
    ("list_", "tuple_"): "a list",
    ("mapping_", "dict_", "model_"): "a block of keys",
    ("dataclass_", "is_instance"): "a length of time like 4s",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("above", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("below", "lt"),
}
# Placeholders for values without which a block cannot be validated.
_PLACEHOLDERS: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(("id", "number", "looks", "line"), str),
    "shots": lambda name: [{"id": name}],
    "an item of shots": lambda name: {"id": name},
    "an item of scenes": lambda name: {"number": name, "shots": [{"id": name}]},
}
_KINDS = {block: kind for kind, block in BLOCKS.items()}


def load_shots(path: Path | str) -> ShotList:
    """Load a board from disk.

    Raises:
        ShotListErrors: The file cannot be read, or the board has errors.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        finding = f"the file cannot be read: {(error.strerror or str(error)).lower()}"
        source = Source([TextFile(path, ())])
        raise source.stop("SB001", finding, "check the path", ()) from None
    return parse_shots(content, path)


def parse_shots(
    content: bytes | str, path: Path, *, read: Callable[[Path], bytes] = Path.read_bytes
) -> ShotList:
    """Load a board from memory, as if it were the file at `path`; `read` reads an included file.

    Raises:
        ShotListErrors: The board has errors.
    """
    data, source = read_yaml(content, path, read=read)
    if not isinstance(data, dict):
        code, finding = "SB005", "a board must be a block of keys"
        if data is None:
            code, finding = "SB007", "the file contains no board"
        raise source.stop(code, finding, "`storyboard init` writes one", ())
    names = NameIndex(data)
    names.report_duplicates(source)
    inheritance = Inheritance(data, names, source)
    inheritance.inherit(data)
    board = _validate(data, source, names)
    shots = resolve(board, source, inheritance) if board else None
    if board and shots and board.variants:
        shots = with_variants(shots, board.variants, source)
    if shots is None or source.problems:
        raise ShotListErrors(source.sorted_problems())
    return shots.model_copy(update={"notices": lint(shots)})


def _validate(data: dict[str, Any], source: Source, names: NameIndex) -> Board | None:
    """Validate a board; wrong values are reported and removed. None where too little remains."""
    for attempt in range(_MAX_ROUNDS):
        try:
            return Board.model_validate(data, context={"setups": names.lighting_setups})
        except ValidationError as error:
            # Later rounds find only consequences of a removal, such as a missing key.
            if attempt == 0:
                problems: list[Problem] = []
                for detail in error.errors():
                    suggests = len(problems) < MAX_SUGGESTIONS
                    problems += _problems(detail, source, suggests=suggests)
                source.problems += problems
            _prune(data, error)
    return None


def _problems(detail: ErrorDetails, source: Source, *, suggests: bool) -> list[Problem]:
    """Convert one error of Pydantic."""
    loc = detail["loc"]
    if detail["type"] == FAULTS:
        faults: tuple[Fault, ...] = detail["ctx"]["faults"]
        return [source.problem(fault, source.span((*loc, *fault.within))) for fault in faults]
    code, finding, remedy, *fixes = _explain(detail, suggests=suggests)
    span = source.span(loc, of="key" if code == "SB004" else "value")
    if code == "SB004" and detail["input"] is None and not source.has_colon_after(span):
        remedy, fixes = "inside { } a comma ends a value: put the entire value in quotes", []
    return [source.problem(Fault(code, finding, remedy, fix="".join(fixes)), span)]


def _explain(detail: ErrorDetails, *, suggests: bool) -> tuple[str, ...]:
    """Return code, finding and remedy, followed by a fix where one is certain."""
    kind, value, loc = detail["type"], detail["input"], detail["loc"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    name = _name(loc)
    if kind == "extra_forbidden":
        keys = _keys_of(loc[:-1])
        near = did_you_mean(str(loc[-1]), keys) if suggests else None
        fix = only_match(str(loc[-1]), keys) if suggests else ""
        finding = f'no key "{loc[-1]}" in {_name(loc[:-1])}'
        return "SB004", finding, near or f"use one of {', '.join(keys)}", fix
    if kind == "missing":
        finding = f'{_name(loc[:-1])} has no "{loc[-1]}"'
        return "SB007", finding, f"write {loc[-1]}: with a value"
    if kind == "literal_error":
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        near = did_you_mean(str(value), choices.split(", ")) if suggests else None
        fix = only_match(str(value), choices.split(", ")) if suggests else ""
        finding = f"{name} is {_quoted(value)}, must be one of {choices}"
        return "SB008", finding, near or f"use one of {choices}", fix
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        bound = f"{words} {context[key]:g}"
        return "SB008", f"{name} is {_quoted(value)}, must be {bound}", f"use {bound}"
    if kind == "string_too_short":
        return "SB008", f"{name} is empty", "fill it in"
    expected = next((words for types, words in _EXPECTED.items() if kind.startswith(types)), "")
    if expected:
        return "SB005", f"{name} is {_quoted(value)}, must be {expected}", f"write {expected}"
    return "SB008", f"{name}: {detail['msg']}", "see `storyboard schema`"


def _quoted(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "a block"
    text = str(value)
    return f'"{text[:40]}{"..." if len(text) > 40 else ""}"'


def _name(loc: Loc) -> str:
    """Name a value for a message: shot, character "mara", takes."""
    if not loc:
        return "the board"
    if len(loc) == 2 and loc[0] in _KINDS:
        return f'{_KINDS[str(loc[0])]} "{loc[1]}"'
    if len(loc) > 2 and loc[-2] in ("blocking", "furniture", "marks"):
        return f'{loc[-2]} "{loc[-1]}"'
    if isinstance(loc[-1], int):
        holder = next((part for part in reversed(loc) if isinstance(part, str)), "board")
        return holder[:-1] if holder in ("scenes", "shots") else f"an item of {holder}"
    return loc[-1]


def _keys_of(loc: Loc) -> list[str]:
    """List the keys that are allowed in the block at a position."""
    model: type[BaseModel] | None = Board
    is_name = False
    for part in loc:
        if isinstance(part, int) or is_name or model is None:
            is_name = False
            continue
        fields = model.model_fields.items()
        found = [info.annotation for name, info in fields if part in (name, info.alias)]
        model = _model_in(found[0]) if found else None
        is_name = bool(found) and model is not None and get_origin(found[0]) is Mapping
    return [info.alias or name for name, info in model.model_fields.items()] if model else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Find the model in `Mapping[str, Model]`, `tuple[Model, ...]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(part) for part in get_args(annotation))
    return next((part for part in inner if part is not None), None)


def _prune(data: dict[str, Any], error: ValidationError) -> None:
    """Remove wrong values from the data; shots and scenes keep their indices in their lists."""
    done: set[Loc] = set()
    # From the end, so that a removal from a list does not shift the errors that follow.
    for n, detail in enumerate(reversed(error.errors())):
        loc = detail["loc"]
        if detail["type"] == "missing" and loc[-1] not in _PLACEHOLDERS:
            loc = loc[:-1]
        # The key of a value that was written as a text or a list is not in the data.
        while loc and not isinstance(
            _value_at(data, loc[:-1]), list if isinstance(loc[-1], int) else dict
        ):
            loc = loc[:-1]
        if not loc or loc in done:
            continue
        holder = _value_at(data, loc[:-1])
        done.add(loc)
        key: Any = loc[-1]
        name = f"an item of {loc[-2]}" if isinstance(key, int) and len(loc) > 1 else str(key)
        if name in _PLACEHOLDERS:
            holder[key] = _PLACEHOLDERS[name](f"unnamed-{n}")
        elif isinstance(holder, dict):
            holder.pop(key, None)
        else:
            del holder[key]


def _value_at(data: Any, loc: Loc) -> Any:  # noqa: ANN401 - raw data
    for part in loc:
        if isinstance(data, dict):
            data = data.get(str(part))
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


_MAX_FIX_ROUNDS = 10


@dataclass(frozen=True)
class Fixed:
    """New contents of the files that changed, and the problems that were fixed."""

    contents: Mapping[Path, bytes]
    problems: tuple[Problem, ...]


def fix_board(path: Path) -> Fixed:
    """Fix a board and the files that it includes in memory; nothing is written.

    Raises:
        OSError: The board cannot be read.
    """
    contents = {path: path.read_bytes()}
    fixed: list[Problem] = []

    def read(file: Path) -> bytes:
        return contents[file] if file in contents else file.read_bytes()

    def find_errors() -> list[Problem]:
        try:
            parse_shots(contents[path], path, read=read)
        except ShotListErrors as caught:
            return list(caught.errors)
        return []

    errors = find_errors()
    # One mistake may hide another, so the board is read again after each round of fixes.
    for _ in range(_MAX_FIX_ROUNDS):
        fixable = [problem for problem in errors if problem.fix]
        if not fixable:
            break
        before = dict(contents)
        for file in {problem.path for problem in fixable}:
            contents[file] = _replace(read(file), [each for each in fixable if each.path == file])
        remaining = find_errors()
        # A round that does not reduce the number of errors is undone.
        if len(remaining) >= len(errors):
            contents = before
            break
        fixed, errors = [*fixed, *fixable], remaining
    changed = {file: new for file, new in contents.items() if new != file.read_bytes()}
    return Fixed(changed, tuple(fixed))


def _replace(content: bytes, problems: list[Problem]) -> bytes:
    """Replace the underlined characters of each problem by its fix."""
    text = add_file(Source([]), content, Path())
    starts = [0, *(line_end.end() for line_end in LINE_END.finditer(text))]
    end = len(text)
    # From the last to the first, so that positions stay valid; overlapping ones are skipped.
    for problem in sorted(problems, key=lambda each: (each.line, each.column), reverse=True):
        start = starts[problem.line - 1] + problem.column - 1
        if start + problem.span <= end:
            text = text[:start] + problem.fix + text[start + problem.span :]
            end = start
    return encode_like(text, content)
