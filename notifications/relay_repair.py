"""From a failed connection test to the place where its trust is mended, and back to the same test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates import truststore
from certificates.pki import pem
from certificates.truststore import Kind
from notifications import relay
from notifications.models.relay import ConnectionTest

_LABELS: Final[Mapping[Kind, Promise]] = {
    Kind.IMPORT: _("Fix it here"),
    Kind.ENABLE: _("Enable the trusted certificate"),
    Kind.TICK: _("Tick the box of the trusted certificate"),
    Kind.REPLACE: _("Import the renewed certificate"),
    Kind.STATUS: _("Certificate status validation"),
    Kind.OWNER: _("Only the owner of the server, or of the authority, can mend this."),
}
_FIELDS: Final[Mapping[Kind, str]] = {
    Kind.ENABLE: "#id_status",
    Kind.TICK: "#id_trust_infrastructure",
    Kind.STATUS: "#status-validation",
}


class NothingToRepair(Exception):
    """There is no such test of this person, or trusting somebody does not mend it."""


@dataclass(frozen=True)
class Remedy:
    """The one thing to do about a failed test: a link, a form (`is_import`), or a sentence without either."""

    label: Promise
    url: str = ""
    is_import: bool = False


def remedy_of(test: ConnectionTest) -> Remedy:
    """Say what mends the trust of a failed test."""
    step = truststore.step_for(test.code, test.params)
    label = _LABELS[step.kind]
    if step.kind == Kind.OWNER:
        return Remedy(label)
    if step.kind == Kind.IMPORT:
        if not _presented(test):
            return Remedy(label, reverse("certificates:trusted-import"))
        return Remedy(label, reverse("notifications:smtp-server-repair", args=[test.pk]), is_import=True)
    if step.kind == Kind.REPLACE:
        return Remedy(label, reverse("certificates:trusted-import"))
    if step.certificate_id is None:
        return Remedy(label, reverse("certificates:trusted-list"))
    page = reverse("certificates:trusted-edit", args=[step.certificate_id])
    return Remedy(label, f"{page}{_FIELDS[step.kind]}")


def propose(test_id: int, *, actor: str, now: datetime) -> UUID:
    """Hand the certificates that the server showed in a test of this person to the trust store's page.

    Raises NothingToRepair.
    """
    test = ConnectionTest.objects.ended().filter(pk=test_id, requested_by=actor).first()
    if test is None or not remedy_of(test).is_import:
        raise NothingToRepair
    return truststore.propose(
        ders=_presented(test),
        host=test.host,
        code=test.code,
        back_url=f"{reverse('notifications:smtp-server')}?again={test.pk}",
        actor=actor,
        now=now,
    )


def test_again(text: str, *, actor: str) -> ConnectionTest | None:
    """The ended test of this person whose values are tested again, None when there is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        return None
    return ConnectionTest.objects.ended().filter(pk=int(text), requested_by=actor).first()


def again_context(test: ConnectionTest | None) -> dict[str, Any]:
    """What the page says of a test that is repeated; a typed password is kept nowhere, so it is asked for."""
    if test is None:
        return {}
    server = test.server_without_password
    needs_password = bool(server.user) and not relay.may_keep_password(server)
    return {"again": test, "again_needs_password": needs_password, "again_runs": not needs_password}


def _presented(test: ConnectionTest) -> list[bytes]:
    """The certificates that the server itself sent, its own first."""
    sent = (one for one in test.chain if one.get("source") == "presented" and one.get("pem"))
    blocks = (block for one in sent for block in pem.split(one["pem"].encode()))
    return [block.body for block in blocks if block.body is not None]
