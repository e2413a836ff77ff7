"""`python -m storyboard`."""

from __future__ import annotations

from storyboard.cli.main import main

main()
