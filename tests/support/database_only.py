"""A pytest plugin for the second database: leaves out the tests to which it makes no difference.

A test uses it through Django, or through processes of its own; the latter say so with `both_databases`.
"""

import pytest

_FIXTURES = frozenset({"db", "transactional_db", "django_db_reset_sequences", "live_server"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that would only do again what they did in the first pass."""
    kept = [item for item in items if _uses_database(item)]
    dropped = [item for item in items if not _uses_database(item)]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    items[:] = kept


def _uses_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    is_marked = any(item.get_closest_marker(name) for name in ("django_db", "both_databases"))
    return is_marked or bool(_FIXTURES & fixtures)
