"""A real PostgreSQL for tests: the one that DATABASE_URL names, else an embedded one."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from sandbox.bench.postgres import embedded_postgres


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yield the address of a PostgreSQL server, for DATABASE_URL; an embedded one ends with the block."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    with embedded_postgres() as url:
        yield url


@contextmanager
def own_database(*, like: str | None = None) -> Iterator[str | None]:
    """Yield the address of a new database on the server that DATABASE_URL names, for one test.

    It is empty, or a copy of one that nobody is connected to. None where DATABASE_URL names no PostgreSQL.
    """
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield None
        return
    name = f"test_own_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        model = urlsplit(like).path.removeprefix("/") if like else "template1"
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{model}"')
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def rows_of(url: str, query: str) -> list[tuple[Any, ...]]:
    """Return what a database answers to a query, JSON as the text that SQLite would have."""
    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute(query.encode()).fetchall()
    return [
        tuple(json.dumps(cell) if isinstance(cell, list | dict) else cell for cell in row) for row in rows
    ]
