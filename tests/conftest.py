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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whole files that run networks, and tests that use a browser, for `make quick`."""
    for item in items:
        if item.path.stem.startswith(("test_model_", "test_greybox", "test_training")):
            item.add_marker(pytest.mark.model)
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
