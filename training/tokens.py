"""Tokenizer of greybox: a unigram vocabulary counted from compiled prompts.

Counted, since a trained vocabulary differs from run to run by ties. Pieces are the words of the
prompts, then the commonest parts of words, into which other words split, then characters and bytes.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Iterable

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

SPECIALS = ("<pad>", "</s>", "<s>", "<unk>")
_NUM_WORDS, _NUM_PARTS = 1800, 700
_META = "\u2581"


def build_tokenizer(prompts: Iterable[str]) -> Tokenizer:
    """A tokenizer with the special tokens of UMT5: pad 0, end 1, `</s>` appended, byte fallback."""
    words: Counter[str] = Counter()
    for prompt in prompts:
        words.update(re.findall(r"[a-z]+|[^\sa-z]", prompt.lower()))
    parts: Counter[str] = Counter()
    for word, count in words.items():
        for size in range(2, 6):
            for start in range(len(word) - size + 1):
                parts[word[start : start + size]] += int(1 + math.log(count))
    ranked = sorted(words.items(), key=lambda item: (-item[1], item[0]))[:_NUM_WORDS]
    common = sorted(parts.items(), key=lambda item: (-item[1] * len(item[0]), item[0]))[:_NUM_PARTS]
    pieces = {name: 0.0 for name in SPECIALS}
    pieces |= {f"<0x{value:02X}>": -20.0 for value in range(256)}
    for rank, (word, _) in enumerate(ranked):
        pieces.setdefault(_META + word, -2.0 - math.log1p(rank) * 0.5)
    for rank, (part, _) in enumerate(common):
        pieces.setdefault(part, -9.0 - math.log1p(rank) * 0.5)
        pieces.setdefault(_META + part, -9.5 - math.log1p(rank) * 0.5)
    for character in (_META, *string.printable[:94]):
        pieces.setdefault(character, -14.0)
    tokenizer = Tokenizer(models.Unigram(list(pieces.items()), unk_id=3, byte_fallback=True))
    tokenizer.add_special_tokens(list(SPECIALS))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(replacement=_META, prepend_scheme="always"),
            pre_tokenizers.Punctuation(behavior="isolated"),
        ]
    )
    tokenizer.decoder = decoders.Metaspace(replacement=_META, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    return tokenizer
