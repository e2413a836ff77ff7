"""Loading an expert takes the memory of the expert, measured on one of two gigabytes."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from model.presets import Backbone
from model.transformer import Transformer

BACKBONE = Backbone(
    width=1536, heads=12, layers=24, ffn_width=8960, in_channels=16, out_channels=16,
    text_width=4096,
)  # fmt: skip
SCRIPT = """
import sys
from pathlib import Path
import torch
from tests.test_model_memory import memory
from model.weights.build import NONE, LoadOptions, load_network
from model.transformer import FLOAT32_PARAMETERS, PACKED_PARAMETERS, Transformer
from tests.test_model_memory import BACKBONE
with torch.device("meta"):
    expert = Transformer(BACKBONE)
before = memory("VmRSS")
options = LoadOptions(torch.bfloat16, "cpu", float32=FLOAT32_PARAMETERS,
                      int8=PACKED_PARAMETERS if sys.argv[2] == "int8" else NONE)
load_network(expert, [Path(sys.argv[1])], options=options)
peak = memory("VmHWM")
size = sum(p.numel() * p.element_size() for p in expert.parameters())
print(size, peak - before)
"""


STREAMING = """
import sys
from pathlib import Path
import torch
from tests.test_model_memory import memory
from model.weights.build import LoadOptions
from model.weights.tensor_files import OpenFiles
from model.weights.stream import stream_network
from model.transformer import FLOAT32_PARAMETERS, Transformer
from tests.test_model_memory import BACKBONE
with torch.device("meta"):
    expert = Transformer(BACKBONE)
size = sum(p.numel() * 2 for p in expert.parameters())
before = memory("VmRSS")
options = LoadOptions(torch.bfloat16, "cpu", float32=FLOAT32_PARAMETERS)
stream_network(expert, [Path(sys.argv[1])], OpenFiles(), options=options)
with torch.no_grad():
    expert(torch.zeros(1, 16, 1, 4, 4), torch.tensor([500.0]), torch.zeros(1, 2, 4096))
print(size, memory("VmHWM") - before)
"""


def memory(field: str) -> int:
    """Bytes of this process, now (VmRSS) or at most (VmHWM).

    Not `ru_maxrss`, which a process takes over from the one that started it.
    """
    status = Path("/proc/self/status").read_text()
    return (
        next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field)) * 1024
    )


def write_sparse(path: Path, dtype: str, num_bytes: int) -> Path:
    """An expert full of zeros that takes no room on the disk."""
    with torch.device("meta"):
        shapes = {k: list(v.shape) for k, v in Transformer(BACKBONE).state_dict().items()}
    header, end = {}, 0
    for name, shape in shapes.items():
        start, end = end, end + math.prod(shape) * num_bytes
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    with path.open("wb") as stream:
        stream.write(len(text).to_bytes(8, "little") + text)
        stream.truncate(8 + len(text) + end)
    return path


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="measured through /proc")
@pytest.mark.parametrize(("kept", "least"), [("bfloat16", 2e9), ("int8", 1e9)])
def test_the_peak_of_loading_is_a_tenth_above_the_expert(tmp_path, kept, least):
    path = write_sparse(tmp_path / "expert.safetensors", "F16", 2)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path), kept],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    size, peak = (int(number) for number in done.stdout.split())
    assert size > least
    assert peak <= 1.1 * size


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="measured through /proc")
def test_a_streamed_expert_runs_in_a_quarter_of_its_size(tmp_path):
    path = write_sparse(tmp_path / "expert.safetensors", "F16", 2)
    done = subprocess.run(
        [sys.executable, "-c", STREAMING, str(path)],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    size, peak = (int(number) for number in done.stdout.split())
    print(f"expert {size / 1e9:.2f} GB, peak above imports {peak / 1e9:.2f} GB")
    assert size > 2e9
    assert peak < size / 4
