"""Quantised weights with scales: pair every weight with its scale.

Three spellings are read. Older `fp8_scaled` files of ComfyUI have a tensor `scaled_fp8` and
`<layer>.scale_weight`. Newer ones have `<layer>.weight_scale` and a JSON text in
`<layer>.comfy_quant` or in the file's metadata. LightX2V has `<layer>.weight_scale` with one value
per row. Input scales serve 8-bit matrix products, which are not used, and are ignored.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from model.exceptions import WeightsError
from model.weights.tensor_files import (
    FLOAT8,
    QUANTISED,
    StoredTensor,
    format_of,
    read_bytes,
    read_metadata,
)

OLD_MARKER = "scaled_fp8"
TOKENIZER = "spiece_model"
SCALES = ("scale_weight", "weight_scale")
FORMAT = "comfy_quant"
IGNORED = (OLD_MARKER, TOKENIZER, FORMAT, *SCALES, "scale_input", "input_scale")
READABLE = ("float8_e4m3fn", "float8_e5m2")
METADATA = "_quantization_metadata"


def with_scales(tensors: Sequence[StoredTensor]) -> tuple[StoredTensor, ...]:
    """Set the scale of every weight of a network and drop tensors that are not its parameters.

    Raises:
        WeightsError: A weight lacks its scale or a scale its weight, or the quantisation is not
            supported.
    """
    leaf_of = {stored.name: stored.name.rpartition(".")[2] for stored in tensors}
    scales: dict[str, StoredTensor] = {}
    for stored in tensors:
        if leaf_of[stored.name] in SCALES:
            weight = f"{stored.name.rpartition('.')[0]}.weight"
            if weight not in leaf_of:
                raise WeightsError(
                    f"{stored.file}: scale {stored.name!r} has no {weight!r} beside it. "
                    "Fetch the file again."
                )
            scales[weight] = stored
    # Formats first: a packing that is not supported has dtypes and scales that look damaged.
    formats = {t: _format(read_bytes(t)) for t in tensors if leaf_of[t.name] == FORMAT}
    for stored, form in formats.items():
        _require_readable(stored.file, stored.name, form)
    for file in {stored.file for stored in tensors} if scales else ():
        for layer, form in _metadata_formats(file).items():
            _require_readable(file, layer, form)
    is_marked = OLD_MARKER in leaf_of.values()
    parameters = []
    for stored in tensors:
        if leaf_of[stored.name] not in IGNORED:
            scale = scales.get(stored.name)
            _check_weight(stored, scale, needs_scale=is_marked and stored.dtype in FLOAT8)
            parameters.append(replace(stored, scale=scale))
    return tuple(parameters)


def _check_weight(stored: StoredTensor, scale: StoredTensor | None, *, needs_scale: bool) -> None:
    if scale is None:
        # Plain fp8 files have no scales, which means 1. Integers without a scale mean nothing.
        if needs_scale or stored.dtype == "I8":
            raise WeightsError(
                f"{stored.file}: weight {stored.name!r} is {stored.dtype} and has no scale. "
                "Fetch the file again."
            )
    elif stored.dtype not in QUANTISED:
        raise WeightsError(
            f"{stored.file}: weight {stored.name!r} is {stored.dtype} with a scale, must be one "
            f"of {', '.join(QUANTISED)}. Fetch another quantisation."
        )
    elif math.prod(scale.shape) not in (1, stored.shape[0]):
        raise WeightsError(
            f"{stored.file}: scale {scale.name!r} is {scale.shape}, must be one number or one "
            f"per row ({stored.shape[0]}). Fetch another quantisation."
        )


def _format(text: bytes) -> object:
    """Format in a `comfy_quant` entry, None if it is damaged."""
    try:
        return json.loads(text)["format"]
    except (ValueError, KeyError, TypeError):
        return None


def _metadata_formats(file: Path) -> dict[str, object]:
    """Formats by layer in the metadata of a file."""
    if format_of(file) != "safetensors":
        return {}
    try:
        metadata = json.loads(read_metadata(file).get(METADATA, "{}"))
        return {layer: entry["format"] for layer, entry in metadata.get("layers", {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {METADATA: None}


def _require_readable(file: Path, name: str, form: object) -> None:
    if form not in READABLE:
        raise WeightsError(
            f"{file}: {name!r} names the format {form!r}, must be one of {', '.join(READABLE)}. "
            "Fetch another quantisation."
        )
