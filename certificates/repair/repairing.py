"""Carries a repair out: the import or the edit, with how its genuineness was judged, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from certificates import truststore
from certificates.importing.confirmations import Confirmation
from certificates.importing.rows import summary_of
from certificates.models import Proposal, Status, TrustedCertificate
from certificates.pki import fingerprints, pem
from certificates.repair.offers import Switch, Way
from certificates.truststore import Change
from certificates.usages import Usage
from console import audit


class OfferChanged(Exception):
    """The trusted certificate is no longer what was shown to the admin."""


class Proof(StrEnum):
    """How an admin knows that a certificate is genuine."""

    FINGERPRINT = "fingerprint"
    FILE = "file"
    REASON = "reason"


@dataclass(frozen=True)
class Decision:
    """What an admin decided: the way, the boxes, and the proof; `reason` says why nothing was compared."""

    way: Way
    usages: frozenset[Usage]
    proof: Proof
    name: str = ""
    reason: str = ""
    confirmed: frozenset[Confirmation] = frozenset()


def trust(
    proposal: Proposal, decision: Decision, *, actor: str, now: datetime, address: str = ""
) -> tuple[str, ...]:
    """Import what was decided and return the friendly names; raises truststore.ImportRefused.

    The audit gets the import and, in the same transaction, what it repaired and how it was proved.
    """
    with transaction.atomic():
        result = truststore.import_certificates(
            data="".join(pem.encode(item.der) for item in decision.way.taken).encode(),
            usages=decision.usages,
            name=decision.name,
            confirmed=decision.confirmed,
            actor=actor,
            now=now,
            address=address,
        )
        names = tuple(one.friendly_name for one in result.certificates)
        proved = {"proof": decision.proof.value} | ({"reason": decision.reason} if decision.reason else {})
        facts = {"sha256": decision.way.certificate.fields.sha256, **proved}
        _record("certificate.repair", names[0], proposal, facts, (actor, now, address))
    return names


def switch_on(proposal: Proposal, switch: Switch, *, actor: str, now: datetime, address: str = "") -> str:
    """Enable a trusted certificate and tick what it lacks; return its friendly name.

    Raises OfferChanged and truststore.EditRefused.
    """
    row = switch.certificate
    with transaction.atomic():
        held = TrustedCertificate.objects.select_for_update().filter(pk=row.pk, sha256=row.sha256).first()
        if held is None or summary_of(held) != summary_of(row):
            raise OfferChanged
        truststore.edit(
            certificate_id=row.pk,
            change=Change(
                friendly_name=row.friendly_name,
                description=row.description,
                status=Status.ENABLED,
                usages=frozenset(row.usages) | switch.adds,
            ),
            actor=actor,
            now=now,
            address=address,
        )
        _record("certificate.repair", row.friendly_name, proposal, {}, (actor, now, address))
    return row.friendly_name


def note_mismatch(proposal: Proposal, way: Way, *, actor: str, now: datetime, address: str = "") -> None:
    """Write down that the typed end of a fingerprint was another one: a slip, or a forged certificate.

    The end stays hidden here too, or one wrong guess would show it.
    """
    with transaction.atomic():
        found = way.certificate.fields
        facts = {"sha256": fingerprints.masked(found.sha256)}
        _record("certificate.mismatch", found.display_name, proposal, facts, (actor, now, address))


def _record(
    action: str, target: str, proposal: Proposal, facts: Mapping[str, Any], by: tuple[str, datetime, str]
) -> None:
    actor, now, address = by
    told = {"for": proposal.endpoint, "refused": proposal.code, **facts}
    audit.record(actor=actor, action=action, target=target, after=told, now=now, address=address)
