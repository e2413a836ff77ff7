"""Render a board from Python: `python examples/render_from_python.py [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import storyboard

BOARD = Path(__file__).with_name("product_spot.yaml")


def main() -> None:
    """Check the board, render its layout, and print the results."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp()) / "product_spot"
    for problem in storyboard.check(BOARD):
        print(problem.render())
    result = storyboard.render(BOARD, out, quality="layout")
    for take in result.takes:
        print(f"{take.shot} take {take.take}: {take.status}, {take.clip}")
        for directive, verdict in take.verdicts.items():
            print(f"    {directive}: {verdict}")
    print(f"animatic: {result.animatic}")
    print(f"contact sheet: {result.page}")
    for shot, error in result.failures.items():
        print(f"{shot} failed: {error}")


if __name__ == "__main__":
    main()
