"""Whether a mail is still wanted, asked of the apps that know just before it is sent."""

from collections.abc import Callable

Recheck = Callable[[str], bool]
_rechecks: dict[str, Recheck] = {}


def register_recheck(category: str, still_wanted: Recheck) -> None:
    """Have `still_wanted(reference)` asked just before each mail of a category is sent; False cancels it."""
    _rechecks[category] = still_wanted


def is_still_wanted(category: str, reference: str) -> bool:
    """Ask the category's recheck about a mail; True when it has none."""
    recheck = _rechecks.get(category)
    return recheck is None or recheck(reference)
