"""Everything that makes greybox, in order. Every stage resumes where it stopped.

Usage: python -m training.make, or `make greybox`. With the default budget this takes most of a day
on two cores; the stages can also be run by themselves, the experts while the decoder learns.
"""

from __future__ import annotations

import os
import subprocess
import sys

WORKERS = ("torch.distributed.run", "--nproc-per-node", "2", "-m")
EXPERTS = (*WORKERS, "training.experts")
BRANCH = ("--learning-rate", "6e-4", "--total-steps", "4000")
STAGES = (
    ("training.filming", "--shards", "40"),
    ("training.basis",),
    ("training.latents",),
    ("training.prompts",),
    ("training.words", "--minutes", "30"),
    ("training.contexts",),
    ("training.codec", "decoder", "--minutes", "180"),
    ("training.codec", "encoder", "--minutes", "60"),
    (*EXPERTS, "--stage", "shared", "--minutes", "600", "--total-steps", "24000"),
    (*EXPERTS, "--stage", "high", "--minutes", "90", *BRANCH),
    (*EXPERTS, "--stage", "low", "--minutes", "90", *BRANCH),
    ("training.export", "model/greybox"),
)


def main() -> None:
    """Run the stages; the first that fails stops the rest."""
    # Two workers of one thread: nearly twice as fast as one of two, nothing waits in an operation.
    # Large buffers are kept in the heap: fresh pages for each would cost up to a third of the time.
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "MALLOC_MMAP_THRESHOLD_": str(2**32),
        "MALLOC_TRIM_THRESHOLD_": str(2**34),
    }
    for stage in STAGES:
        print(f"\n{' '.join(stage)}", flush=True)
        subprocess.run([sys.executable, "-m", *stage], check=True, env=environment)


if __name__ == "__main__":
    main()
