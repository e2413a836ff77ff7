"""File names of variants: a template with fields in braces, checked before anything is rendered.

Templates are read by `string.Formatter`, but only plain fields are filled in: no attribute, index
or conversion of a field reaches `format`. Called by `campaign.py`.
"""

from collections.abc import Iterator, Mapping
from string import Formatter

from .terms import Fault, did_you_mean

_VERSION_FORMS = frozenset(f"0{width}" for width in range(1, 7))


def template_faults(template: str, known: Mapping[str, str]) -> Iterator[Fault]:
    """What is wrong with a template, without filling it in."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        yield Fault("SB405", f'the name "{template}": {error}', "write fields like {code}")
        return
    fields = (*known, "version")
    for _, field, form, conversion in parts:
        if field is None:
            continue
        if field not in fields:
            remedy = did_you_mean(field, fields) or f"use one of {', '.join(fields)}"
            yield Fault("SB405", f'the name has no field "{field}"', remedy, field)
        elif conversion or (form and not (field == "version" and form in _VERSION_FORMS)):
            finding = f'the field {{{field}}} cannot be written as "{form or conversion}"'
            yield Fault("SB405", finding, "write {version:03}, and other fields plainly")
        elif field in known and not known[field] and field in ("code", "title"):
            finding = f"the name has the {field} of the board, which has none"
            yield Fault("SB405", finding, f"write {field}: on the board", field)


def fill_template(template: str, fields: Mapping[str, str]) -> str:
    """Fill every field in but the version, which is known when files are delivered."""
    parts: list[str] = []
    for text, field, form, _ in Formatter().parse(template):
        parts.append(text.replace("{", "{{").replace("}", "}}"))
        if field == "version":
            parts.append(f"{{version:{form}}}" if form else "{version}")
        elif field is not None:
            parts.append(fields[field].replace("{", "{{").replace("}", "}}"))
    return "".join(parts)
