"""Streaming of transformer blocks: an expert larger than memory reads its blocks on every pass.

One thread reads the next block while the current one computes, so at most two blocks are in
memory. The values are those of a resident expert, so results are bit-identical. On CUDA a separate
stream copies the blocks.

Streaming costs no time where computing a block takes longer than reading it: at 25 GB/s and
650 TFLOP/s from about 26,000 tokens of two-byte weights.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from model.weights.build import LoadOptions, Rename, fill_network, find_sources
from model.weights.tensor_files import OpenFiles, StoredTensor

BLOCK = re.compile(r"(?P<list>(?:vace_)?blocks)\.(?P<index>\d+)\.(?P<name>.+)")


class StreamedBlocks(nn.Module):
    """Sequence of blocks that are read each time they are needed, without own parameters.

    Args:
        skeletons: The blocks on `meta`, each copied when it is read.
        prefix: Of the names of their tensors, such as "blocks".
        sources: Tensors of every block in order, by their name within the block.
        options: Dtype and device of the blocks.
        files: Files that stay open as long as this object; one pass at a time.
    """

    def __init__(
        self,
        skeletons: Sequence[nn.Module],
        prefix: str,
        sources: Sequence[Mapping[str, StoredTensor]],
        options: LoadOptions,
        files: OpenFiles,
    ) -> None:
        super().__init__()
        # In a tuple, so that skeletons are no submodules and have no part in the parameters.
        self._skeletons = tuple(skeletons)
        self._prefix = prefix
        self._sources = sources
        self._options = options
        self._files = files
        self._device = torch.device(options.device)
        is_cuda = self._device.type == "cuda"
        self._copies = torch.cuda.Stream(self._device) if is_cuda else None

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self._sources)

    def passing(self, only: str = "") -> Iterator[nn.Module]:
        """Yield every block in order and read the next one meanwhile.

        Tensors that do not match the regular expression `only` stay on `meta`.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="blocks") as reader:
            waiting: Future[nn.Module] = reader.submit(self._read, 0, only, None)
            for index in range(len(self)):
                block = waiting.result()
                # The block before is freed by now, but the GPU may still compute with it.
                after = self._mark(block)
                if index + 1 < len(self):
                    waiting = reader.submit(self._read, index + 1, only, after)
                yield block
                # The caller's loop variable keeps the block while the next is read: empty it.
                for tensor in (*block.parameters(), *block.buffers()):
                    tensor.data = tensor.new_empty(0)
                del block, tensor

    def _mark(self, block: nn.Module) -> torch.cuda.Event | None:
        """Record the work queued on the compute stream, and that it will use the block."""
        if self._copies is None:
            return None
        work = torch.cuda.current_stream(self._device)
        for tensor in block.state_dict().values():
            if not tensor.is_meta:
                tensor.record_stream(work)
        event = torch.cuda.Event()
        event.record(work)
        return event

    def _read(self, index: int, only: str, after: torch.cuda.Event | None) -> nn.Module:
        """Read one block; on CUDA not before the event, so at most two blocks are in memory."""
        if after is not None:
            after.synchronize()
        block = copy.deepcopy(self._skeletons[index])
        with torch.no_grad(), torch.cuda.stream(self._copies):
            tensors: dict[str, Tensor] = {}
            for name, stored in self._sources[index].items():
                if re.search(only, name):
                    full = f"{self._prefix}.{index}.{name}"
                    entries = self._options.read(full, stored, self._files)
                    tensors |= {BLOCK.sub(r"\g<name>", key): t for key, t in entries.items()}
        if self._copies is not None:
            self._copies.synchronize()
        block.load_state_dict(tensors, strict=not only, assign=True)
        return block.eval().requires_grad_(False)


def stream_network(
    network: nn.Module,
    files: Sequence[Path],
    opened: OpenFiles,
    *,
    options: LoadOptions,
    rename: Rename = str,
    only: str = "",
) -> None:
    """Fill a network built on `meta` and replace its list of blocks by `StreamedBlocks`.

    The headers of all tensors are checked first, those of the blocks too. Takes the arguments of
    `load_network`; `opened` must stay open as long as the network is used.
    """
    sources = find_sources(network, files, rename=rename, only=only)
    prefix = "blocks" if hasattr(network, "blocks") else "vace_blocks"
    blocks = cast("nn.ModuleList", getattr(network, prefix))
    inside: list[dict[str, StoredTensor]] = [{} for _ in blocks]
    outside: dict[str, StoredTensor] = {}
    for name, stored in sources.items():
        match = BLOCK.fullmatch(name)
        if match is None:
            outside[name] = stored
        else:
            inside[int(match["index"])][match["name"]] = stored
    setattr(network, prefix, StreamedBlocks(list(blocks), prefix, inside, options, opened))
    fill_network(network, outside, options, opened)
