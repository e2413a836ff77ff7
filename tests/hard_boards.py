"""Texts of up to 100 kB that are made to hang, crash or fill the memory of a reader."""

from __future__ import annotations

from pathlib import Path

MAX_BYTES = 100_000
WORKED = (Path(__file__).parent / "boards" / "worked_board.yaml").read_text(encoding="utf-8")


def repeated(part, size=MAX_BYTES):
    return part * (size // len(part.encode()))


SHOTS = "scenes:\n  - number: 1\n    shots:\n"


def bomb(form):
    """Every line holds the one before it ten times."""
    pairs = zip("abcdefgh", "bcdefghi", strict=True)
    return "".join(f"{b}: &{b} {form.format(', '.join([f'*{a}'] * 10))}\n" for a, b in pairs)


HARD = {
    "alias bomb": "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + bomb("[{}]"),
    "merge bomb": "a: &a {x: y}\n" + bomb("{{<<: [{}]}}"),
    "deep flow": "[" * MAX_BYTES,
    "deep blocks": "".join(" " * k + f"k{k}:\n" for k in range(440)),
    "huge number": f"style: {{seed: {'9' * 99_000}}}\n",
    "huge float": f"style: {{consistency: {'9' * 400}.{'9' * 400}e{'9' * 20}}}\n",
    "huge duration": f"defaults: {{duration: {'9' * 90_000}s}}\n",
    "NUL": "title: a\0b",
    "two marks": "\ufeff\ufefftitle: x",
    "CRLF": WORKED.replace("\n", "\r\n"),
    "CR": WORKED.replace("\n", "\r"),
    "right to left": "title: \u202eabc\u05d0\nscenes: []",
    "emoji": repeated("\U0001f600: \U0001f4a9\n"),
    "one key again and again": repeated("title: x\n"),
    "other keys": "".join(f"k{k}: 1\n" for k in range(11_000)),
    "tabs": repeated("\t"),
    "tabs in a block": "scenes:\n\t- number: 1\n",
    "comments": repeated("# comment\n"),
    "one comma": f"{SHOTS}      - {{id: 1, camera: \"{repeated('a,', 90_000)}\"}}\n",
    "long term": f"scenes: [{{number: 1, shots: [{{id: 1, camera: {'a' * 90_000}}}]}}]",
    "brackets in blocking": f"{SHOTS}      - {{id: 1, blocking: {{a: '{'[' * 90_000}'}}}}\n",
    "many words in blocking": f"{SHOTS}      - {{id: 1, blocking: {{a: "
    f"{repeated('sit ', 90_000)}}}}}\n",
    "many terms in blocking": f"{SHOTS}      - {{id: 1, blocking: {{a: "
    f"'{repeated('x,', 90_000)}'}}}}\n",
    "spaces in blocking": f"{SHOTS}      - {{id: 1, blocking: {{a: at{' ' * 90_000}x}}}}\n",
    "ways in blocking": f"{SHOTS}      - {{id: 1, blocking: {{a: to "
    f"{repeated('then ', 90_000)}}}}}\n",
    "many blocked": f"{SHOTS}      - {{id: 1, blocking: {{"
    + ", ".join(f"a{k}: at b{k}" for k in range(5000))
    + "}}\n",
    "then and then": f"{SHOTS}      - {{id: 1, camera: \"{repeated('then ', 90_000)}\"}}\n",
    "long action": f"{SHOTS}      - {{id: 1, action: {repeated('walks backwards ', 90_000)}}}\n",
    "many steps": f"{SHOTS}      - {{id: 1, action: {repeated('walks ', 90_000)}}}\n",
    "spaces in a light": f"{SHOTS}      - {{id: 1, lighting: \"side{' ' * 90_000}x\"}}\n",
    "hyphens in a light": f"{SHOTS}      - {{id: 1, lighting: side{'-' * 90_000}x}}\n",
    "long join": f"{SHOTS}      - {{id: 1, transition: dissolve 1{'a' * 90_000} b c}}\n",
    "spaces": f"{SHOTS}      - {{id: 1, camera: \"push{' ' * 90_000}in\", action: x}}\n",
    "many shots": SHOTS + "".join(f"      - {{id: 1-{k}, action: Rain}}\n" for k in range(2800)),
    "shots in a row": SHOTS
    + "".join(f"      - {{id: {k}, extends: {k + 1}}}\n" for k in range(2900)),
    "shots that follow the next": SHOTS
    + "".join(f"      - {{id: {k}, continuity: {{after: {k + 1}}}}}\n" for k in range(2000)),
    "ids that are all one": SHOTS + repeated("      - {id: 1}\n", 90_000),
    "wrong shots": SHOTS + repeated("      - {acton: folow}\n", 90_000),
    "wrong terms": SHOTS + "".join(f"      - {{id: {k}, camera: folw{k}}}\n" for k in range(2500)),
    "wrong names": "characters: {mara: {looks: x}}\n"
    + SHOTS
    + "".join(f"      - {{id: {k}, subjects: [maro{k}]}}\n" for k in range(2400)),
    "people in a row": "characters:\n"
    + "".join(f"  c{k}: {{extends: c{k + 1}}}\n" for k in range(3500)),
    "outfits handed on": "characters:\n  c0: {looks: x, wardrobe: {"
    + ", ".join(f"o{k}: x" for k in range(5000))
    + "}}\n"
    + "".join(f"  c{k}: {{extends: c0}}\n" for k in range(1, 1300)),
    "names in an action": "characters:\n"
    + "".join(f"  c{k}: {{name: N{k}, looks: a man}}\n" for k in range(1200))
    + SHOTS
    + f"      - {{id: 1, action: {' '.join(f'N{k}' for k in range(1200))}}}\n"
    + "".join(f"      - {{id: 1-{k}, action: N{k} runs}}\n" for k in range(400)),
}  # fmt: skip
