"""An expert larger than its memory: blocks stay in the files and come to the device one by one.

While a block computes, one thread reads the next one. At most two blocks are in memory, and the
one that computes is the same numbers as in a resident expert, so the result is the same bits. On
the CPU and on a card the code is the same; a card adds a stream for the copies. Used by
`transformer` in the place of its list of blocks; `weights` sets it up.

Free where computing a block takes longer than reading it: at 25 GB/s and 650 TFLOP/s from about
26,000 tokens of two-byte weights.
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

from model.weights.build import Rename, Storing, fill_network, find_sources
from model.weights.dispatch import OpenFiles
from model.weights.header import Stored

BLOCK = re.compile(r"blocks\.(\d+)\.(.+)")


class StreamedBlocks(nn.Module):
    """Blocks that are read each time they are needed; it has no parameters of its own.

    Args:
        skeleton: A block on `meta`, copied for every block that is read.
        sources: Tensors of every block in order, by their name within the block.
        storing: In which numbers, and where to.
        opened: Read from for as long as this lives; one pass at a time.
    """

    def __init__(
        self,
        skeleton: nn.Module,
        sources: Sequence[Mapping[str, Stored]],
        storing: Storing,
        opened: OpenFiles,
    ) -> None:
        super().__init__()
        # In a tuple, so that the skeleton is no submodule and is never asked for its parameters.
        self._skeleton = (skeleton,)
        self._sources = sources
        self._storing = storing
        self._opened = opened
        self._device = torch.device(storing.device)
        is_cuda = self._device.type == "cuda"
        self._copies = torch.cuda.Stream(self._device) if is_cuda else None

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self._sources)

    def passing(self, only: str = "") -> Iterator[nn.Module]:
        """Yield every block in order, the next one being read meanwhile.

        Args:
            only: Regular expression for the names wanted within a block; others stay on `meta`.

        Raises:
            WeightsError: A file is damaged.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="blocks") as reader:
            waiting: Future[nn.Module] = reader.submit(self._read, 0, only, None)
            for index in range(len(self)):
                block = waiting.result()
                # The block before has been let go by now; the card may still compute it.
                after = self._mark(block)
                if index + 1 < len(self):
                    waiting = reader.submit(self._read, index + 1, only, after)
                yield block
                # Whoever passes over the blocks still names this one while the next is read.
                for tensor in (*block.parameters(), *block.buffers()):
                    tensor.data = tensor.new_empty(0)
                del block, tensor

    def _mark(self, block: nn.Module) -> torch.cuda.Event | None:
        """Note how far the card's own work has been queued, and that it will use the block."""
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
        """Read one block; on a card not before the one before the last has been computed."""
        if after is not None:
            after.synchronize()
        block = copy.deepcopy(self._skeleton[0])
        with torch.no_grad(), torch.cuda.stream(self._copies):
            tensors: dict[str, Tensor] = {}
            for name, stored in self._sources[index].items():
                if re.search(only, name):
                    whole = self._storing.bring(f"blocks.{index}.{name}", stored, self._opened)
                    tensors |= {BLOCK.sub(r"\2", key): value for key, value in whole.items()}
        if self._copies is not None:
            self._copies.synchronize()
        block.load_state_dict(tensors, strict=not only, assign=True)
        return block.eval().requires_grad_(False)


def stream_network(
    network: nn.Module,
    files: Sequence[Path],
    opened: OpenFiles,
    *,
    storing: Storing,
    rename: Rename = str,
) -> None:
    """Fill a network that was built on `meta`, strictly, and leave its `blocks` in the files.

    Every header is checked first, those of the blocks too.

    Args:
        network: Has its `blocks` replaced by `StreamedBlocks`.
        files: Of any format, together holding exactly its tensors.
        opened: Stays open for as long as the network is used.
        storing: In which numbers and where.
        rename: From names in the files to names in the network; raises for unknown ones.

    Raises:
        WeightsError: What `load_network` raises it for.
    """
    sources = find_sources(network, files, rename=rename)
    blocks = cast("nn.ModuleList", network.blocks)
    inside: list[dict[str, Stored]] = [{} for _ in blocks]
    outside: dict[str, Stored] = {}
    for name, stored in sources.items():
        found = BLOCK.fullmatch(name)
        if found is None:
            outside[name] = stored
        else:
            inside[int(found[1])][found[2]] = stored
    network.blocks = StreamedBlocks(blocks[0], inside, storing, opened)
    fill_network(network, outside, storing, opened)
