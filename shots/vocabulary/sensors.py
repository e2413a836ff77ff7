"""Sensors and film gauges: the width of the picture on them decides what a lens sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import WithJsonSchema

from shots.vocabulary.terms import did_you_mean, only_match, value_error
from shots.vocabulary.values import from_text
from shots.vocabulary.words import normalize

SENSORS: Mapping[str, float] = {
    "super35": 24.89,
    "full-frame": 36.0,
    "alexa-lf": 36.70,
    "alexa-65": 54.12,
    "imax": 70.41,
    "aps-c": 23.5,
    "micro43": 17.3,
    "16mm": 12.52,
    "super8": 5.79,
}
"""Width of the picture in millimetres."""
_ALIASES = {
    "s35": "super35", "35mm": "super35", "ff": "full-frame", "vistavision": "full-frame",
    "large format": "alexa-lf", "lf": "alexa-lf", "65mm": "alexa-65", "mft": "micro43",
    "micro four thirds": "micro43", "m43": "micro43", "super16": "16mm", "s16": "16mm",
    "apsc": "aps-c",
}  # fmt: skip
_WORDS = {normalize(name): name for name in SENSORS} | {
    normalize(alias): name for alias, name in _ALIASES.items()
}


def read_sensor(text: str) -> str:
    """Find the sensor that a text names.

    Raises:
        PydanticCustomError: There is no such sensor.
    """
    found = _WORDS.get(normalize(text))
    if found is None:
        remedy = did_you_mean(text, SENSORS) or f"use one of {', '.join(SENSORS)}"
        finding = f'sensor "{text}" is not in the vocabulary'
        raise value_error(finding, remedy, code="SB101", fix=only_match(text, SENSORS))
    return found


SensorText = Annotated[
    str,
    from_text(read_sensor),
    WithJsonSchema({"anyOf": [{"enum": list(SENSORS)}, {"type": "string"}]}),
]
