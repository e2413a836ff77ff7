"""Options that the tests share."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        default=False,
        help="write the golden files anew instead of comparing; review them as a diff",
    )


# Files whose tests render, film or start processes throughout: left out of `make quick`.
SLOW_FILES = {
    "test_examples",
    "test_manual",
    "test_obedience",
    "test_storyboard_assembly",
    "test_storyboard_directions",
    "test_storyboard_fetching",
    "test_storyboard_passes",
    "test_storyboard_render",
    "test_storyboard_run",
    "test_storyboard_watch",
    "test_wheel",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whole files and tests that use a browser, so that `make quick` can leave them out."""
    for item in items:
        if item.path.stem.startswith(("test_model_", "test_greybox", "test_training")):
            item.add_marker(pytest.mark.model)
        if item.path.stem in SLOW_FILES:
            item.add_marker(pytest.mark.slow)
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
