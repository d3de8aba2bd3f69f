"""Which version of the software this process runs."""

import tomllib
from functools import cache

from django.conf import settings


@cache
def running_version() -> str:
    """Return the version that pyproject.toml names, or "" where the file was not installed."""
    try:
        with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
            return str(tomllib.load(file)["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return ""
