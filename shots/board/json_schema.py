"""The JSON Schema of the language, for editors: completion, hover texts, red lines.

Both spellings of every directive are allowed. An editor's own YAML reader may hand over numbers
and empty values where this language reads text, so the schema is a little wider than the reader.
"""

from __future__ import annotations

from typing import Any

from shots.board.raw_board import Board


def board_schema() -> dict[str, Any]:
    """The schema of a whole board, as JSON Schema draft 2020-12."""
    schema = Board.model_json_schema(by_alias=True, mode="validation")
    _widen(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _widen(node: Any) -> None:  # noqa: ANN401 - JSON
    """Allow keys that begin with x- in every block, merge keys, and numbers where text is read."""
    if isinstance(node, list):
        for item in node:
            _widen(item)
    if not isinstance(node, dict):
        return
    if node.get("additionalProperties") is False:
        node["patternProperties"] = {"^x-": {}}
        node["properties"]["<<"] = {}
    if node.get("type") == "string" and "enum" not in node:
        node["type"] = ["string", "number", "boolean"]
    for key, child in node.items():
        if key not in ("default", "enum", "examples", "const"):
            _widen(child)
