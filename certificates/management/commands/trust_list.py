"""List the trusted certificates."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone

from certificates.listing.facets import UNKNOWN
from certificates.listing.query import filtered, parse_query
from certificates.listing.rows import Row, row_of
from certificates.models import Band, Status
from certificates.usages import Usage
from deployment.commands import ProjectCommand


class Command(ProjectCommand):
    """Prints the trusted certificates."""

    help = "List the trusted certificates, the first to expire on top."
    exit_codes = {
        0: "listed, also when the store is empty",
        2: "usage",
    }

    def writes(self, options: Mapping[str, Any]) -> bool:
        """Nothing is written."""
        return False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the arguments."""
        parser.add_argument(
            "search",
            nargs="?",
            default="",
            help="part of a name, subject, issuer, serial number or fingerprint",
        )
        parser.add_argument("--expiry", choices=Band.values, help="only those of one expiration status")
        parser.add_argument("--status", choices=Status.values, help="only enabled or disabled ones")
        parser.add_argument("--for", choices=[*Usage, UNKNOWN], dest="usage", help="only those of one usage")
        parser.add_argument("--json", action="store_true", dest="as_json", help="write one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one line, or one JSON row, for each certificate, as it is read."""
        rows = _rows(options)
        if options["as_json"]:
            self._write_json(rows)
            return
        is_empty = True
        for row in rows:
            is_empty = False
            usages = ",".join(row["trusted_for"]) or "nothing"
            self.stdout.write(
                f"{row['friendly_name']}\n"
                f"  {row['status']}, for {usages}, until {row['valid_to']} ({row['expiration_status']})\n"
                f"  issued to {row['issued_to']} by {row['issued_by']}, serial {row['serial']}"
            )
        if is_empty:
            self.stdout.write("No trusted certificate.")

    def _write_json(self, rows: Iterator[dict[str, Any]]) -> None:
        self.stdout.write('{"code": "OK", "certificates": [', ending="")
        for number, row in enumerate(rows):
            self.stdout.write(f"{', ' if number else ''}{json.dumps(row)}", ending="")
        self.stdout.write("]}")


def _rows(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    now = timezone.now()
    asked = {"q": options["search"], "expiry": options["expiry"], "status": options["status"]}
    query = parse_query({name: value or "" for name, value in {**asked, "for": options["usage"]}.items()})
    found = filtered(query, now=now).for_listing().order_by("not_after", "pk")
    for certificate in found.iterator(chunk_size=1000):
        yield _plain(row_of(certificate, now=now))


def _plain(row: Row) -> dict[str, Any]:
    certificate = row.certificate
    return {
        "id": certificate.pk,
        "friendly_name": certificate.friendly_name,
        "status": certificate.status,
        "trusted_for": sorted(usage.value for usage in certificate.usages),
        "serial": certificate.serial_hex,
        "issued_to": certificate.issued_to,
        "issued_by": certificate.issued_by,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "valid_from": certificate.not_before.isoformat(),
        "valid_to": certificate.not_after.isoformat(),
        "expiration_status": row.band.value,
        "sha256": certificate.sha256,
    }
