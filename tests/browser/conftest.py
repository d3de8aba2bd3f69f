"""Gives every browser test its Chromium and marks it, so that it can be left out or counted."""

from pathlib import Path

import pytest

from tests.support.browser import chromium, visit

__all__ = ["chromium", "visit"]
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder as browser tests, on a database that the live server sees too."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))
