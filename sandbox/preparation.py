"""Makes what an installation needs before its first command: tables, and static files for the pages."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate() -> bool:
    """Bring the tables up to date and say whether there was anything to do."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", interactive=False, verbosity=0)
    return True


def collect_static_files() -> bool:
    """Gather and compress the static files when they differ from the last time; say whether they did.

    Only a folder that was filled here before, which its stamp tells, is emptied first.
    """
    stamp_file = Path(settings.STATIC_ROOT) / ".stamp"
    stamp = _static_stamp()
    if stamp_file.is_file() and stamp_file.read_text() == stamp:
        return False
    call_command("collectstatic", interactive=False, clear=stamp_file.is_file(), verbosity=0)
    stamp_file.write_text(stamp)
    return True


def _static_stamp() -> str:
    """Return a digest over name, size and time of every source file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
