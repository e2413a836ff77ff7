"""Everything that makes greybox, in order. Every stage resumes where it stopped.

Usage: python -m training.make, or `make greybox`. With the default budget this takes most of a day
on two cores; the stages can also be run by themselves, and experts and decoder side by side.
"""

from __future__ import annotations

import subprocess
import sys

STAGES = (
    ("training.filming", "--shards", "40"),
    ("training.basis",),
    ("training.latents",),
    ("training.prompts",),
    ("training.words", "--minutes", "30"),
    ("training.codec", "decoder", "--minutes", "180"),
    ("training.codec", "encoder", "--minutes", "60"),
    ("training.experts", "--stage", "shared", "--minutes", "480"),
    ("training.experts", "--stage", "high", "--minutes", "90"),
    ("training.experts", "--stage", "low", "--minutes", "90"),
    ("training.export", "model/greybox"),
)


def main() -> None:
    """Run the stages; the first that fails stops the rest."""
    for stage in STAGES:
        print(f"\n{' '.join(stage)}", flush=True)
        subprocess.run([sys.executable, "-m", *stage], check=True)


if __name__ == "__main__":
    main()
