"""What is said when the database takes no connection at all: one sentence with what to do about it."""

from django.db import DatabaseError, connection

UNREACHABLE = 69
"""The exit code of every command then: EX_UNAVAILABLE of sysexits.h, which no command has for itself."""

_CAUSE = "failed: "
_POSTGRES_PORT = 5432


def why_unreachable() -> str | None:
    """Return the sentence on a database that takes no connection, None when it takes one.

    It names the place and what the database or the network said; a password never stands in it.
    """
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return _sentence(str(error))
    return None


def _sentence(said: str) -> str:
    place, cause = connection.settings_dict, _cause(said)
    if connection.vendor == "sqlite":
        return (
            f"The database file {place['NAME']} cannot be opened ({cause}): "
            "correct DATABASE_URL, or give this user access to the file and its folder."
        )
    where = f"{place['HOST'] or 'localhost'}, port {place['PORT'] or _POSTGRES_PORT},"
    return f"The database at {where} takes no connection ({cause}): start it, or correct DATABASE_URL."


def _cause(said: str) -> str:
    """Return the reason out of what the driver says, which repeats the place and asks questions around it."""
    lines = [line for line in said.splitlines() if _CAUSE in line] or said.splitlines() or ["no reason given"]
    cause = lines[0].rpartition(_CAUSE)[2].strip()
    password = str(connection.settings_dict.get("PASSWORD") or "")
    return cause.replace(password, "********") if password else cause
