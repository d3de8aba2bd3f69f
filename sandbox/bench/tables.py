"""The part of the bench about a large trust store, on a data folder of its own, with both databases."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sandbox.bench.pages import Unexpected
from sandbox.bench.postgres import NoPostgres, embedded_postgres
from sandbox.bench.started import ROOT

GOAL_MS: Final = 300
Row = tuple[str, str, str]


def rows(folder: Path, *, certificates: int) -> Iterator[Row]:
    """Measure a store of so many certificates on SQLite, and on PostgreSQL where a server can be had."""
    yield from _of_database("SQLite", folder / "store-sqlite", "", certificates)
    try:
        with embedded_postgres() as url:
            yield from _of_database("PostgreSQL", folder / "store-postgres", url, certificates)
    except NoPostgres as missing:
        yield "Trust store on PostgreSQL", f"not measured: {missing}", ""


def _of_database(name: str, data: Path, url: str, certificates: int) -> Iterator[Row]:
    for figure in _figures("list", data, url, certificates):
        yield _row(name, figure)
    # In a process that has done nothing else, as a worker that delivers mail.
    for figure in _figures("context", data, url, certificates):
        spent = f"{figure['read'] + figure['context']:.0f} ms, kept: {figure['again']:.1f} ms"
        yield f"{name}: TLS context of {figure['anchors']} anchors", spent, ""
        yield (
            f"{name}: memory of that process",
            f"{figure['memory']:.0f} MB, before {figure['before']:.0f} MB",
            "",
        )


def _row(name: str, figure: dict[str, Any]) -> Row:
    if figure["what"] == "filled":
        return f"{name}: {figure['rows']:,} certificates filled in", f"{figure['seconds']:.0f} s", ""
    spent = f"{figure['median']:.0f} ms, worst {figure['worst']:.0f} ms, first {figure['first']:.0f} ms"
    return f"{name}: {figure['what']}", spent, f"{GOAL_MS} ms"


def _figures(what: str, data: Path, url: str, certificates: int) -> Iterator[dict[str, Any]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ISE_MAIL_")}
    kept.pop("DATABASE_URL", None)
    environment = {
        **kept,
        **({"DATABASE_URL": url} if url else {}),
        "ISE_MAIL_DATA": str(data),
        "ISE_MAIL_LOG_LEVEL": "ERROR",
        "ISE_MAIL_STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }
    words = [sys.executable, "-W", "ignore", "-m", "sandbox.bench.store", what, str(certificates)]
    with subprocess.Popen(  # noqa: S603
        words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        for line in process.stdout:
            yield json.loads(line)
        fault = process.stderr.read()
    if process.returncode:
        raise Unexpected(
            f"The measurement of the trust store ended with {process.returncode}: {fault[-2000:]}"
        )
