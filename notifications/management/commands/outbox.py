"""Look at the outbox and send a mail again."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from django.utils import timezone

from deployment.commands import ProjectCommand
from deployment.personas import Persona
from notifications import delivery_log, outbox
from notifications.delivery_log import GROUPS, Entry, Filter
from notifications.mail_detail import Detail, detail_of

ACTOR = "command line"


class Command(ProjectCommand):
    """Lists mails, shows one with its tries, or sends a dead or unanswered one again."""

    help = "List the mails of the outbox, show one, or send one again."
    exit_codes = {
        0: "done",
        1: "the mail cannot be sent again",
        2: "usage, no such mail, or the key ring lacks keys that are in use",
    }

    def writes(self, options: Mapping[str, Any]) -> bool:
        """Only resend writes."""
        return bool(options["action"] == "resend")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take list, show ID and resend ID, each with --json."""
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="the newest mails first")
        listing.add_argument("--group", choices=list(GROUPS), default="")
        listing.add_argument("--persona", choices=[persona.value for persona in Persona], default="")
        listing.add_argument("--recipient", default="", help="a part of the address")
        listing.add_argument("--before", type=UUID, default=None, metavar="ID", help="go on after this mail")
        listing.add_argument("--json", action="store_true", help="print JSON and nothing else")
        for name, about in (("show", "one mail with its tries"), ("resend", "send a mail again")):
            action = actions.add_parser(name, help=about)
            action.add_argument("id", type=UUID, metavar="ID")
            action.add_argument("--json", action="store_true", help="print JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked for and print it."""
        if options["action"] == "list":
            self.stdout.write(_listed(options))
            return
        if options["action"] == "resend":
            _resend(options["id"])
        detail = detail_of(options["id"])
        if detail is None:
            raise CommandError("There is no mail with this id.", returncode=2)
        shown = detail.as_json()
        self.stdout.write(json.dumps(shown, indent=2) if options["json"] else _in_lines(detail))


def _resend(mail_id: UUID) -> None:
    try:
        outbox.resend(mail_id=mail_id, actor=ACTOR, now=timezone.now())
    except outbox.UnknownMail as error:
        raise CommandError("There is no mail with this id.", returncode=2) from error
    except outbox.MoveForbidden as error:
        raise CommandError(f"A mail in state {error.state} cannot be sent again.", returncode=1) from error
    except outbox.ValuesErased as error:
        raise CommandError("What stood in the mail is no longer held.", returncode=1) from error


def _listed(options: dict[str, Any]) -> str:
    wanted = Filter(group=options["group"], persona=options["persona"], search=options["recipient"])
    page = delivery_log.page_of(wanted, before=options["before"])
    if not options["json"]:
        return "\n".join(map(_as_line, page.entries)) or "No mail."
    mails = [
        {
            "id": str(entry.id),
            "created_at": entry.created_at.isoformat(),
            "state": entry.state,
            "category": entry.category,
            "persona": entry.persona,
            "node": entry.node,
            "recipient": entry.recipient,
            "attempts": entry.attempts,
            "code": entry.last_code,
            "answer": entry.answer,
        }
        for entry in page.entries
    ]
    return json.dumps({"mails": mails, "before": str(page.older_than or "") or None}, indent=2)


def _as_line(entry: Entry) -> str:
    when = entry.created_at.isoformat(timespec="seconds")
    sender = f"{entry.persona}@{entry.node}" if entry.node else entry.persona
    said = entry.answer or entry.last_code
    words = (str(entry.id), when, entry.state, entry.category, sender, entry.recipient, said)
    return "  ".join(words).rstrip()


def _in_lines(detail: Detail) -> str:
    shown = detail.as_json()
    tries = shown.pop("tries")
    lines = [f"{name}: {value}" for name, value in shown.items() if value not in (None, "")]
    for one in tries:
        said = one["answer"] or one["code"]
        lines.append(f"try {one['n']}: {one['outcome']} at {one['stage'] or '-'} by {one['process']}: {said}")
    return "\n".join(lines)
