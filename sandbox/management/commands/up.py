"""`manage.py up`: everything of one installation on one machine, in the foreground."""

import os
import shutil
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from deployment.commands import ProjectCommand, require_keys
from sandbox import first_accounts, folder_lock, installation, preparation
from sandbox.asked import LOCAL_HOST, port_number
from sandbox.broker import BrokerUnavailable
from sandbox.coordinates import sandbox_folder
from sandbox.plan import to_json
from sandbox.ports import PortTaken

SPACE_NEEDED_BYTES = 100_000_000


class Command(ProjectCommand):
    """Prepares the data folder, then becomes the supervisor: the process keeps its id and forgets Django."""

    help = "Start the web pages, a worker, the node daemon, the broker and the sandbox relay."
    exit_codes = {
        0: "stopped by Ctrl+C or a signal",
        1: "not started: port taken, data folder in use or full, no broker, or a program that ends itself",
        2: "usage, or the key ring lacks keys that are in use",
    }
    requires_system_checks = []

    def writes(self, options: Mapping[str, Any]) -> bool:
        """The key ring is looked at once the tables are there."""
        return False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data", type=_folder, help="the data folder (default: ISE_MAIL_DATA, else ./var)"
        )
        parser.add_argument(
            "--port", type=port_number, help="the port of the pages (default: the first free from 8000)"
        )
        parser.add_argument(
            "--host", default=LOCAL_HOST, help="the address to listen on (default: 127.0.0.1)"
        )
        parser.add_argument(
            "--no-sandbox", action="store_true", help="without the sandbox relay and its Inbox"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        data = options["data"].expanduser().resolve() if options["data"] else settings.ISE_MAIL_DATA
        has_sandbox = not options["no_sandbox"] and os.environ.get("ISE_MAIL_SANDBOX") != "0"
        _use(data, has_sandbox=has_sandbox)
        os.umask(0o077)  # for this process and all that it starts: the database holds names and addresses
        wishes = installation.Wishes(
            data=data,
            root=settings.BASE_DIR,
            host=options["host"],
            port=options["port"],
            has_sandbox=has_sandbox,
        )
        try:
            work = _prepare(wishes)
        except (PortTaken, BrokerUnavailable, folder_lock.FolderInUse) as error:
            sys.exit(str(error))
        reading, writing = os.pipe()
        os.set_inheritable(reading, True)
        with os.fdopen(writing, "w") as pipe:
            pipe.write(work)
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [sys.executable, "-m", "sandbox.supervisor", str(reading)])  # noqa: S606


def _folder(text: str) -> Path:
    if not text.strip():
        raise ArgumentTypeError("the path of a folder is needed.")
    return Path(text)


def _use(data: Path, *, has_sandbox: bool) -> None:
    """Start over with the settings of the folder and the sandbox that were asked for, if these are others."""
    if data == settings.ISE_MAIL_DATA and has_sandbox == settings.ISE_MAIL_SANDBOX:
        return
    os.environ["ISE_MAIL_DATA"] = str(data)
    os.environ["ISE_MAIL_SANDBOX"] = "1" if has_sandbox else "0"
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606


def _prepare(wishes: installation.Wishes) -> str:
    """Lock the data folder, bring it up to date and return the supervisor's plan as text."""
    lock = folder_lock.take(wishes.data)
    if shutil.disk_usage(wishes.data).free < SPACE_NEEDED_BYTES:
        sys.exit(f"The disk of {wishes.data} has less than 100 MB left: free some space first.")
    now = datetime.now(UTC)
    port = installation.web_port(wishes)
    relay = installation.prepare_relay(wishes.data, now=now) if wishes.has_sandbox else None
    preparation.migrate()
    require_keys()
    preparation.collect_static_files()
    passwords = installation.Passwords(
        admin=first_accounts.make_admin(now=now),
        sponsor=first_accounts.make_sponsor(sandbox_folder(wishes.data), now=now) if relay else None,
    )
    personas = ",".join(settings.ISE_MAIL_PERSONAS)
    work = installation.plan(wishes, port=port, relay=relay, personas=personas, passwords=passwords)
    folder_lock.describe(lock, f"process {os.getpid()}, {work.url}")
    (wishes.data / "broker_url").write_text(work.environment["REDIS_URL"])
    return to_json(work)
