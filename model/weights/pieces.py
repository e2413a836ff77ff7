"""A tokenizer from a SentencePiece model, given as a file, as bytes in a checkpoint, or as lists.

Only the fields of the model file that decide the tokens are read. The result is checked in the
tests to give the ids of the sentencepiece library.

Source: google/sentencepiece src/sentencepiece_model.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from model.exceptions import WeightsError

GGUF_FIELDS = tuple(
    f"tokenizer.ggml.{name}"
    for name in (
        "model", "tokens", "scores", "token_type", "precompiled_charsmap", "add_space_prefix",
    )
)  # fmt: skip
SPACE = "▁"
END = "</s>"
UNKNOWN, CONTROL, BYTE = 2, 3, 6  # types of a piece


@dataclass(frozen=True)
class Pieces:
    """A unigram vocabulary.

    Attributes:
        pieces: Text and score, by id.
        unknown: Id of the piece for what is not in the vocabulary.
        has_bytes: Whether that falls back to bytes.
        charsmap: Compiled normalisation of characters.
        adds_space: Whether a text begins with a space.
        controls: Pieces that no text is made of, such as the end.
    """

    pieces: tuple[tuple[str, float], ...]
    unknown: int
    has_bytes: bool
    charsmap: bytes
    adds_space: bool
    controls: tuple[str, ...]


def read_pieces(model: bytes) -> Pieces:
    """Read the vocabulary of a SentencePiece model.

    Raises:
        WeightsError: The bytes are no such model.
    """
    pieces: list[tuple[str, float]] = []
    types: list[int] = []
    trainer: dict[int, object] = {}
    normalizer: dict[int, object] = {}
    try:
        for field, value in _fields(model):
            if field == 1 and isinstance(value, bytes):
                entry = dict(_fields(value))
                pieces.append((_text(entry[1]), _float(entry.get(2))))
                types.append(int(str(entry.get(3, 1))))
            elif field == 2 and isinstance(value, bytes):
                trainer = dict(_fields(value))
            elif field == 3 and isinstance(value, bytes):
                normalizer = dict(_fields(value))
    except (IndexError, KeyError, ValueError) as error:
        raise WeightsError(f"not a SentencePiece model ({error!r}). Fetch it again.") from None
    if UNKNOWN not in types or trainer.get(3, 1) != 1:
        raise WeightsError("not a unigram SentencePiece model. Fetch it again.")
    charsmap = normalizer.get(2, b"")
    return _typed(
        pieces,
        types,
        charsmap=charsmap if isinstance(charsmap, bytes) else b"",
        adds_space=normalizer.get(3, 1) != 0,
    )


def _typed(
    pieces: Sequence[tuple[str, float]], types: Sequence[int], *, charsmap: bytes, adds_space: bool
) -> Pieces:
    """Pieces with what their types say about them."""
    typed = list(zip(pieces, types, strict=True))
    return Pieces(
        pieces=tuple(pieces),
        unknown=types.index(UNKNOWN),
        has_bytes=BYTE in types,
        charsmap=charsmap,
        adds_space=adds_space,
        controls=tuple(text for (text, _), kind in typed if kind in (UNKNOWN, CONTROL)),
    )


def gguf_pieces(fields: Mapping[str, Any]) -> Pieces:
    """Take the vocabulary from the metadata of a GGUF file.

    Args:
        fields: Values of GGUF_FIELDS, those that the file has.

    Raises:
        WeightsError: It holds none, or one of another kind.
    """
    model, tokens, scores, types, charsmap, adds_space = (fields.get(n) for n in GGUF_FIELDS)
    if model != "t5" or not tokens or not scores or not types or UNKNOWN not in types:
        raise WeightsError(f"its tokenizer is {model!r}, must be 't5'. Fetch the file again.")
    return _typed(
        list(zip(tokens, scores, strict=True)),
        types,
        charsmap=bytes(code % 256 for code in charsmap or ()),
        adds_space=adds_space is not False,
    )


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of every field of a protocol-buffer message."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire = key & 7
        if wire == 0:
            value: int | bytes
            value, at = _varint(message, at)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
            value, at = message[at : at + length], at + length
        elif wire == 2:
            length, at = _varint(message, at)
            value, at = message[at : at + length], at + length
        else:
            raise ValueError(f"wire type {wire}")
        if at > len(message):
            raise ValueError("cut short")
        yield key >> 3, value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise ValueError("a number without end")


def _text(value: object) -> str:
    if not isinstance(value, bytes):
        raise ValueError("a piece without text")
    return value.decode()


def _float(value: object) -> float:
    return float(struct.unpack("<f", value)[0]) if isinstance(value, bytes) else 0.0


def build_tokenizer(vocabulary: Pieces) -> Tokenizer:
    """Build the tokenizer that appends the end to every text.

    Raises:
        WeightsError: The vocabulary has no end.
    """
    ids = {text: index for index, (text, _) in enumerate(vocabulary.pieces)}
    if END not in ids:
        raise WeightsError(f"the tokenizer has no piece {END!r}. Is it that of UMT5?")
    tokenizer = Tokenizer(
        models.Unigram(
            list(vocabulary.pieces), unk_id=vocabulary.unknown, byte_fallback=vocabulary.has_bytes
        )
    )
    tokenizer.add_special_tokens(list(vocabulary.controls))
    steps = [normalizers.Precompiled(vocabulary.charsmap)] if vocabulary.charsmap else []
    tokenizer.normalizer = normalizers.Sequence(
        [*steps, normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    scheme = "always" if vocabulary.adds_space else "never"
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme=scheme)
    tokenizer.decoder = decoders.Metaspace(replacement=SPACE, prepend_scheme=scheme)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {END}", pair=f"$A {END} $B {END}", special_tokens=[(END, ids[END])]
    )
    return tokenizer
