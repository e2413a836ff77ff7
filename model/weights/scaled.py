"""Eight-bit weights with scales: the tensors that belong to a weight become one with it.

Three writers, three spellings. ComfyUI's older `fp8_scaled` files have a marker `scaled_fp8` and
`<layer>.scale_weight`; its newer ones `<layer>.weight_scale` and `<layer>.comfy_quant` with JSON
in it, or the same in the file's metadata; LightX2V has `<layer>.weight_scale` with a factor per
row. Scales of inputs serve 8-bit products, which are not used here, and are left aside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from model.exceptions import WeightsError
from model.weights.dispatch import format_of
from model.weights.header import FLOAT8, QUANTISED, Stored
from model.weights.safetensors_file import read_bytes, read_metadata

OLD_MARKER = "scaled_fp8"
TOKENIZER = "spiece_model"
SCALES = ("scale_weight", "weight_scale")
ASIDE = ("scale_input", "input_scale")
FORMAT = "comfy_quant"
READABLE = ("float8_e4m3fn", "float8_e5m2")
METADATA = "_quantization_metadata"


def with_scales(found: Sequence[Stored]) -> tuple[Stored, ...]:
    """Join every weight with its scale, and leave out what is no tensor of a network.

    Args:
        found: All tensors of one network, of all its files.

    Raises:
        WeightsError: A weight lacks its scale or a scale its weight, or the quantisation is not
            known.
    """
    by_name = {stored.name: stored for stored in found}
    scales = _scales(by_name)
    if scales:
        for file in {stored.file for stored in found}:
            _check_metadata(file)
    is_marked = any(_leaf(name) == OLD_MARKER for name in by_name)
    joined = []
    for stored in found:
        leaf = _leaf(stored.name)
        if leaf == FORMAT:
            _check_format(stored)
        if leaf in (OLD_MARKER, TOKENIZER, FORMAT, *SCALES, *ASIDE):
            continue
        scale = scales.get(stored.name)
        _check_weight(stored, scale, needs_scale=is_marked and stored.dtype in FLOAT8)
        joined.append(replace(stored, scale=scale))
    return tuple(joined)


def _leaf(name: str) -> str:
    return name.rpartition(".")[2]


def _scales(by_name: Mapping[str, Stored]) -> dict[str, Stored]:
    """Scales by the name of their weight."""
    scales: dict[str, Stored] = {}
    for name, stored in by_name.items():
        layer, _, leaf = name.rpartition(".")
        if leaf not in SCALES:
            continue
        weight = f"{layer}.weight"
        if weight not in by_name:
            raise WeightsError(
                f"{stored.file}: scale {name!r} has no {weight!r} beside it. Fetch the file again."
            )
        scales[weight] = stored
    return scales


def _check_weight(stored: Stored, scale: Stored | None, *, needs_scale: bool) -> None:
    if scale is None:
        # Plain fp8 files have none and mean a scale of 1; int8 without one means nothing.
        if needs_scale or stored.dtype == "I8":
            raise WeightsError(
                f"{stored.file}: weight {stored.name!r} is {stored.dtype} and has no scale. "
                "Fetch the file again."
            )
        return
    if stored.dtype not in QUANTISED:
        raise WeightsError(
            f"{stored.file}: weight {stored.name!r} is {stored.dtype} with a scale, must be one "
            f"of {', '.join(QUANTISED)}. Fetch another quantisation."
        )
    if scale.num_values not in (1, stored.shape[0]):
        raise WeightsError(
            f"{stored.file}: scale {scale.name!r} is {scale.shape}, must be one number or one "
            f"per row ({stored.shape[0]}). Fetch another quantisation."
        )


def _check_format(stored: Stored) -> None:
    """Refuse a layer whose numbers are packed in a way that is not known."""
    try:
        named = json.loads(read_bytes(stored))["format"]
    except (ValueError, KeyError, TypeError):
        named = None
    _require_readable(stored.file, stored.name, named)


def _check_metadata(file: Path) -> None:
    """The same for files that name the format of their layers in their header."""
    if format_of(file) != "safetensors":
        return
    try:
        said = json.loads(read_metadata(file).get(METADATA, "{}"))
        named = {layer: entry["format"] for layer, entry in said.get("layers", {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        named = {METADATA: None}
    for layer, form in named.items():
        _require_readable(file, layer, form)


def _require_readable(file: Path, name: str, form: object) -> None:
    if form not in READABLE:
        raise WeightsError(
            f"{file}: {name!r} names the format {form!r}, must be one of {', '.join(READABLE)}. "
            "Fetch another quantisation."
        )
