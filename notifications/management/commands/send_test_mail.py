"""Send a test mail through the outbox and say what the mail server answered."""

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from deployment.commands import ProjectCommand
from notifications import outbox
from notifications.outbox import MailState, State
from notifications.sender_forms import NOT_AN_ADDRESS
from notifications.test_mail import NoRelay, TooManyTests, send_test_mail

_LOOK_EVERY_SECONDS = 0.1
_EXIT_CODES = {State.SENT: 0, State.QUEUED: 3, State.SENDING: 3}
ACTOR = "command line"


class _Refusal(NamedTuple):
    """What is said when no test mail was written."""

    code: str
    sentence: str
    exit_code: int


_REFUSALS: dict[type[Exception], _Refusal] = {
    outbox.AddressRefused: _Refusal(
        "ADDRESS_REFUSED", "No mail can be sent to {address!r}. {remedy}", exit_code=2
    ),
    NoRelay: _Refusal("NO_SERVER", "No SMTP server is set.", exit_code=4),
    TooManyTests: _Refusal("TOO_MANY_TESTS", "Too many test mails within an hour.", exit_code=1),
}
_NOTHING = {"state": None, "id": None, "code": "", "answer": "", "error": "", "attempts": 0, "sent_at": None}


class Command(ProjectCommand):
    """Posts a test mail and waits for its end."""

    help = "Send a test mail to ADDRESS the way of every other mail."
    exit_codes = {
        0: "accepted, or written with --wait 0",
        1: "not accepted, or too many test mails within an hour",
        2: "usage, the address refused, or the key ring lacks keys that are in use",
        3: "still waiting when the time was up",
        4: "no SMTP server is set",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, --wait, --language and --json."""
        parser.add_argument("address", metavar="ADDRESS")
        parser.add_argument("--wait", type=float, default=30.0, metavar="S", help="seconds (default: 30)")
        parser.add_argument("--language", default="en", choices=[code for code, _ in settings.LANGUAGES])
        parser.add_argument("--json", action="store_true", help="print one JSON object, also when refused")

    def handle(self, *args: Any, **options: Any) -> None:
        """Post, wait and print."""
        try:
            posted = send_test_mail(
                address=options["address"], language=options["language"], actor=ACTOR, now=timezone.now()
            )
        except tuple(_REFUSALS) as error:
            self._refuse(_REFUSALS[type(error)], options)
        found = _state_after(posted.id, options["wait"])
        self.stdout.write(_as_json(posted.id, found) if options["json"] else _as_line(posted.id, found))
        sys.exit(_EXIT_CODES.get(found.state, 1) if options["wait"] else 0)

    def _refuse(self, refusal: "_Refusal", options: dict[str, Any]) -> NoReturn:
        sentence = refusal.sentence.format(address=options["address"], remedy=NOT_AN_ADDRESS)
        if options["json"]:
            self.stdout.write(json.dumps({**_NOTHING, "code": refusal.code, "error": sentence}, indent=2))
        raise CommandError(sentence, returncode=refusal.exit_code)


def _state_after(mail_id: UUID, seconds: float) -> MailState:
    ends_at = time.monotonic() + seconds
    while True:
        found = outbox.state_of(mail_id)
        is_on_its_way = found.state in {State.QUEUED, State.SENDING}
        if not is_on_its_way or time.monotonic() >= ends_at:
            return found
        time.sleep(_LOOK_EVERY_SECONDS)


def _as_json(mail_id: UUID, found: MailState) -> str:
    shown = {
        "state": found.state,
        "id": str(mail_id),
        "code": found.last_code,
        "answer": found.answer,
        "error": found.last_error,
        "attempts": found.attempts,
        "sent_at": found.sent_at.isoformat() if found.sent_at else None,
    }
    return json.dumps(shown, indent=2)


def _as_line(mail_id: UUID, found: MailState) -> str:
    said = found.answer or found.last_error or "the mail server was not reached yet"
    return f"{mail_id} {found.state}: {said}"
