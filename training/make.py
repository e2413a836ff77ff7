"""Run all training stages of greybox in order. Every stage resumes where it stopped.

Usage: python -m training.make, or `make greybox`; with `--onward` from the shipped checkpoint, in
an empty training folder. With the default budget this takes most of a day on two cores; the stages
can also be run separately, the experts while the decoder trains.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

import click

from training.films.footage import training_folder

Stage = tuple[str, ...]

SHARDS = 18
HALVES = ((0, SHARDS // 2), (SHARDS // 2, SHARDS - SHARDS // 2))
WORKERS = ("torch.distributed.run", "--nproc-per-node", "2", "-m")
EXPERTS = (*WORKERS, "training.experts")
# After the shared run the experts lack motion, which full-length clips train.
BRANCH = (
    *("--learning-rate", "1.2e-3", "--total-steps", "12000", "--minutes", "180"),
    *("--full-share", "0.7", "--long-share", "0.3", "--stills-share", "0.1"),
)


def _halves(module: str, count: str) -> tuple[Stage, ...]:
    return tuple((module, "--first", str(first), count, str(n)) for first, n in HALVES)


# Stages of one row run at the same time.
FOOTAGE: tuple[tuple[Stage, ...], ...] = (
    _halves("training.films.filming", "--shards"),
    (("training.films.prompts",),),
)
LATENTS = _halves("training.latents", "--count")
ANEW = (
    *FOOTAGE,
    (("training.basis",),),
    LATENTS,
    (("training.words", "--minutes", "30"), ("training.codec", "decoder", "--minutes", "180")),
    (("training.contexts",), ("training.codec", "encoder", "--minutes", "60")),
)
SHIPPED: tuple[Stage, ...] = (("training.shipped",),)
ONWARD = (*FOOTAGE, LATENTS, (("training.contexts",),))
SHARED: tuple[Stage, ...] = (
    (*EXPERTS, "--stage", "shared", "--minutes", "600", "--total-steps", "24000"),
)
# One core each, independent of each other.
SEPARATE: tuple[tuple[Stage, ...], ...] = (
    (
        ("training.experts", "--stage", "high", *BRANCH),
        ("training.experts", "--stage", "low", *BRANCH),
    ),
    (("training.export", "model/greybox"),),
)


def run(row: Sequence[Stage], environment: dict[str, str]) -> None:
    """Run stages in parallel.

    Raises:
        SystemExit: One has failed, after the others have finished.
    """
    for stage in row:
        print(f"\n{' '.join(stage)}", flush=True)
    started = [subprocess.Popen([sys.executable, "-m", *s], env=environment) for s in row]
    if any([process.wait() for process in started]):
        raise SystemExit(1)


@click.command()
@click.option("--onward", is_flag=True, help="Continue from the shipped checkpoint.")
@click.option("--prepare", is_flag=True, help="Stop before the experts are trained.")
def main(*, onward: bool, prepare: bool) -> None:
    """Run the stages; a failure stops the following ones."""
    # Two workers of one thread each are nearly twice as fast as one of two threads: no thread waits
    # inside an operation. Large buffers stay in the heap: fresh pages for each would cost up to a
    # third of the time.
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "MALLOC_MMAP_THRESHOLD_": str(2**32),
        "MALLOC_TRIM_THRESHOLD_": str(2**34),
    }
    has_state = (training_folder() / "low" / "state.pt").exists()
    shipped = (SHIPPED,) if onward and not has_state else ()
    prepared = (*shipped, *ONWARD) if onward else ANEW
    experts = SEPARATE if onward else (SHARED, *SEPARATE)
    for row in (*prepared, *(() if prepare else experts)):
        run(row, environment)


if __name__ == "__main__":
    main()
