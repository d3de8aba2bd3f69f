"""List the trusted certificates."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from certificates.listing import query as listing
from certificates.models import TrustedCertificate


class Command(BaseCommand):
    """Exit code: 0, also when the store is empty."""

    help = "List the trusted certificates, the first to expire on top."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the arguments."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="write one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one line, or one JSON row, for each certificate."""
        now = timezone.now()
        found = TrustedCertificate.objects.for_listing().order_by("not_after", "pk")
        rows = [_plain(listing.row_of(certificate, now=now)) for certificate in found]
        if options["as_json"]:
            self.stdout.write(json.dumps({"code": "OK", "certificates": rows}))
            return
        for row in rows:
            usages = ",".join(row["trusted_for"]) or "nothing"
            self.stdout.write(
                f"{row['friendly_name']}\n"
                f"  {row['status']}, for {usages}, until {row['valid_to']} ({row['expiration_status']})\n"
                f"  issued to {row['issued_to']} by {row['issued_by']}, serial {row['serial']}"
            )
        if not rows:
            self.stdout.write("No trusted certificate.")


def _plain(row: listing.Row) -> dict[str, Any]:
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
