"""When the tests of endpoints run: after those that were there before."""

from pathlib import Path

import pytest

GENERATED = Path(__file__).parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that set variables before they import the application be the first to do so."""
    items.sort(key=lambda item: item.path.is_relative_to(GENERATED))
