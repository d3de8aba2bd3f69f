"""Saves and deletes a trusted certificate as a whole, and never breaks a working connection by surprise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from certificates import truststore
from certificates.chains import what_if
from certificates.chains.what_if import Broken
from certificates.models import Status, TrustedCertificate
from certificates.revocation import settings
from certificates.revocation.settings import RevocationChange
from certificates.truststore import Change, NotFound
from console import audit


class WouldBreak(Exception):
    """Nothing was changed: connections that work today would be refused; `broken` names them."""

    def __init__(self, broken: tuple[Broken, ...]) -> None:
        super().__init__(", ".join(one.endpoint for one in broken))
        self.broken = broken


@dataclass(frozen=True)
class Edit:
    """What the page of one certificate sets; `accepts_breaks` saves also what breaks a connection."""

    change: Change
    revocation: RevocationChange
    accepts_breaks: bool = False


def save(*, certificate_id: int, edit: Edit, actor: str, now: datetime, address: str = "") -> bool:
    """Store everything of the page in one transaction; returns False when nothing was different.

    Raises NotFound, WouldBreak, truststore.EditRefused, and revocation.settings.ChangeRefused.
    """
    certificate = _stored(certificate_id)
    broken = what_if.broken_by_edit(
        certificate,
        is_enabled=edit.change.status == Status.ENABLED,
        usages=edit.change.usages,
        now=now,
    )
    if broken and not edit.accepts_breaks:
        raise WouldBreak(broken)
    with transaction.atomic():
        is_edited = truststore.edit(
            certificate_id=certificate_id, change=edit.change, actor=actor, now=now, address=address
        )
        try:
            is_changed = settings.change(
                certificate_id=certificate_id, change=edit.revocation, actor=actor, now=now, address=address
            )
        except settings.CertificateUnknown as gone:
            raise NotFound from gone
        if broken:
            _record("certificate.edit_accepted", edit.change.friendly_name, broken, actor, now, address)
    return is_edited or is_changed


def delete(*, certificate_id: int, actor: str, now: datetime, address: str = "") -> str:
    """Take a certificate out, write down what that breaks, and return its name; raises NotFound."""
    certificate = _stored(certificate_id)
    broken = what_if.broken_by(remove={certificate.sha256}, disable=(), now=now)
    with transaction.atomic():
        name = truststore.delete(certificate_id=certificate_id, actor=actor, now=now, address=address)
        if broken:
            _record("certificate.delete_accepted", name, broken, actor, now, address)
    return name


def _stored(certificate_id: int) -> TrustedCertificate:
    found = TrustedCertificate.objects.filter(pk=certificate_id).first()
    if found is None:
        raise NotFound
    return found


def _record(
    action: str, target: str, broken: tuple[Broken, ...], actor: str, now: datetime, address: str
) -> None:
    """Write down that somebody went on although these connections fail from now on."""
    fails = [f"{one.purpose.name} {one.endpoint}: {one.code}" for one in broken]
    audit.record(actor=actor, action=action, target=target, after={"breaks": fails}, now=now, address=address)
