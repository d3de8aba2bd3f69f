"""Measures a large trust store from inside a process of its own: its list, and a TLS context with it.

python -m sandbox.bench.store {list,context} prints one JSON object a line; the environment says which data
folder and which database.
"""

import json
import os
import resource
import secrets
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import django

PATH: Final = "/admin/system/certificates/trusted/"
ROUNDS: Final = 20
PAGES: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("first page", {}),
    ("page of 100 rows", {"size": "100"}),
    ("last page", {"page": "4000"}),
    ("expired", {"expiry": "expired"}),
    ("within 60 days", {"expiry": "60"}),
    ("anchors by name", {"for": "infrastructure", "status": "enabled", "sort": "name"}),
    ("search, a few found", {"q": "CA 0123"}),
    ("search, nothing found", {"q": "nobody of this name"}),
    ("search by fingerprint", {"q": ":".join(["AB"] * 32)}),
)


def main() -> int:
    """Fill the store or use a filled one, and print what was measured."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ise_mail.settings")
    django.setup()
    what, count = sys.argv[1], int(sys.argv[2])
    for figure in _context() if what == "context" else _list(count):
        sys.stdout.write(f"{json.dumps(figure)}\n")
        sys.stdout.flush()
    return 0


def _list(count: int) -> Iterator[dict[str, Any]]:
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from sandbox.bench import filling

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    anchors = filling.fill(count, now=timezone.now())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # what the server does by itself, a little later
    yield {"what": "filled", "seconds": time.perf_counter() - began, "rows": count, "anchors": anchors}
    client = _signed_in()
    for label, query in PAGES:
        yield {"what": label, **_timed(partial(client.get, PATH, query))}


def _signed_in() -> Any:
    """A client inside this process: what it times is the server's work alone, all middleware included."""
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.utils import timezone

    from accounts import directory

    person = directory.create_user(
        username="bench",
        password=secrets.token_urlsafe(20),
        group="Super Admin",
        must_change_password=False,
        actor="bench",
        now=timezone.now(),
    )
    client = Client(headers={"host": "localhost"})
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(get_user_model().objects.get(pk=person.pk), backend=backend)
    return client


def _timed(load: Callable[[], Any]) -> dict[str, float]:
    """Times in milliseconds; the first one also compiles templates and warms the database."""
    times = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        answer = load()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{PATH} answered {answer.status_code}")
    later = sorted(times[1:])
    return {"first": times[0], "median": statistics.median(later), "worst": later[-1]}


def _context() -> Iterator[dict[str, Any]]:
    from django.utils import timezone

    from certificates import truststore
    from certificates.pki.tls import client_context

    now = timezone.now()
    before = _megabytes()
    began = time.perf_counter()
    view = truststore.view_for(truststore.Usage.INFRASTRUCTURE, now=now)
    read = time.perf_counter()
    context = client_context(view, now=now)
    done = time.perf_counter()
    again = time.perf_counter()
    truststore.view_for(truststore.Usage.INFRASTRUCTURE, now=now)
    yield {
        "what": "context",
        "anchors": len(view.anchors(now)),
        "read": (read - began) * 1000,
        "context": (done - read) * 1000,
        "again": (time.perf_counter() - again) * 1000,
        "before": before,
        "memory": _megabytes(),
        "is_open": context is not None,
    }


def _megabytes() -> float:
    """The most memory that this process has held; Linux counts in kilobytes, macOS in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1_048_576 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.exit(main())
