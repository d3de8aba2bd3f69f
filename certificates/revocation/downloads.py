"""Downloads the revocation lists of the authorities whose page says so, when they are due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from certificates.chains.purposes import CRL
from certificates.models import CrlState, RevocationSettings, Status, TrustedCertificate
from certificates.pki.crl import CrlRefused
from certificates.revocation import lists
from certificates.revocation.lists import Held
from certificates.revocation.secured import SeenAs, secure_for
from console import audit
from console.outbound import Call, FetchFailed, Limits, Reply, fetch
from deployment.broker import BrokerGone, publish
from deployment.personas import Persona, persona_queue

log = logging.getLogger(__name__)

TASK: Final = "certificates.download_crl"
LIMITS: Final = Limits(body_bytes=20 * 1024 * 1024, seconds=30)
LEASE: Final = timedelta(minutes=2)
"""A download that has taken longer died, and another process may begin."""
NOBODY_TOOK_IT: Final = timedelta(minutes=3)
MOST_AT_ONCE: Final = 50
MOST_BY_DAEMON: Final = 3
"""Downloads that the daemon makes itself in one round; the mail that it delivers must not wait longer."""


class NotDownloaded(Exception):
    """No list is downloaded for this certificate: it does not exist any more, or its page does not say so."""


def run_due(now: datetime) -> int:
    """Have every due list downloaded by a worker of the PAN, or by the daemon itself when none takes it up.

    Returns how many were due. Lists of authorities whose download was turned off are forgotten.
    """
    _follow_settings(now)
    due = list(_due(now).order_by("due_at").values_list("pk", "due_at")[:MOST_AT_ONCE])
    own = 0
    for certificate_id, due_at in due:
        is_taken = _wake_worker(certificate_id)
        is_left = due_at is not None and now - due_at > NOBODY_TOOK_IT
        if (is_left or not is_taken) and own < MOST_BY_DAEMON:
            own += 1
            download(certificate_id, now=now)
    return len(due)


def download_now(*, certificate_id: int, actor: str, now: datetime, address: str = "") -> None:
    """Make the list of an authority due at once and have a worker fetch it; raises NotDownloaded."""
    with transaction.atomic():
        chosen = RevocationSettings.objects.select_related("certificate").filter(
            pk=certificate_id, crl_enabled=True
        )
        row = chosen.first()
        if row is None:
            raise NotDownloaded
        CrlState.objects.update_or_create(certificate_id=certificate_id, defaults={"due_at": now})
        audit.record(
            actor=actor,
            action="certificate.download_crl",
            target=row.certificate.friendly_name,
            after={"crl_url": row.crl_url},
            now=now,
            address=address,
        )
        transaction.on_commit(lambda: _wake_worker(certificate_id), robust=True)


def download(certificate_id: int, *, now: datetime, get: Callable[..., Reply] = fetch) -> bool:
    """Download a list that is due, check it, and keep it or write down why not.

    Returns whether this process did so: of several that try, one does. No transaction is open meanwhile.
    """
    held = _claim(certificate_id, now)
    if held is None:
        return False
    try:
        data, modified = _received(held, now, get)
        lists.keep(held, data, modified=modified, now=now)
    except FetchFailed as failed:
        lists.note_failure(held, code=str(failed.code), params=failed.params, now=now)
    except CrlRefused as refused:
        lists.note_failure(held, code=refused.code, params=refused.params, now=now)
    except Exception:
        log.exception("The list of certificate %s could not be taken", certificate_id)
        lists.note_failure(held, code="INTERNAL", params={}, now=now)
    return True


def _received(held: Held, now: datetime, get: Callable[..., Reply]) -> tuple[bytes, str]:
    """The list with its Last-Modified; an unchanged one is the one that is held."""
    asked = {"If-Modified-Since": held.last_modified} if held.der and held.last_modified else {}
    seen_as = SeenAs(CRL, held.chosen.crl_url)
    secure = secure_for(now=now, compare_name=held.chosen.crl_identity_check, seen_as=seen_as)
    reply = get(Call(held.chosen.crl_url, headers=asked), limits=LIMITS, secure=secure)
    if reply.status == 304 and held.der is not None:
        return held.der, held.last_modified
    return reply.body, reply.headers.get("last-modified", "")


def _claim(certificate_id: int, now: datetime) -> Held | None:
    """Take a due download for this process, by compare-and-set on when it was last attempted."""
    state = CrlState.objects.select_related("certificate__revocation").filter(pk=certificate_id).first()
    chosen = None if state is None else getattr(state.certificate, "revocation", None)
    if state is None or chosen is None or not chosen.crl_enabled:
        return None
    if state.due_at is None or state.due_at > now:
        return None
    seen = CrlState.objects.filter(pk=certificate_id, attempted_at=state.attempted_at, due_at=state.due_at)
    if not seen.update(attempted_at=now, due_at=now + LEASE):
        return None
    return lists.held(state, chosen, claimed_at=now)


def _due(now: datetime) -> QuerySet[CrlState]:
    return CrlState.objects.filter(
        certificate__status=Status.ENABLED, certificate__revocation__crl_enabled=True, due_at__lte=now
    )


def _follow_settings(now: datetime) -> None:
    """Make rows for authorities that have none yet, and forget the lists of those that want none."""
    wanting = TrustedCertificate.objects.filter(revocation__crl_enabled=True)
    new = wanting.filter(Q(crl=None) | Q(crl__due_at=None)).values_list("pk", flat=True)
    for certificate_id in new[:MOST_AT_ONCE]:
        CrlState.objects.update_or_create(certificate_id=certificate_id, defaults={"due_at": now})
    CrlState.objects.filter(certificate__revocation__crl_enabled=False).delete()


def _wake_worker(certificate_id: int) -> bool:
    try:
        publish(TASK, certificate_id, queue=persona_queue(Persona.PAN))
    except BrokerGone as error:
        log.warning("The broker took no message (%s); the daemon downloads the list", error)
        return False
    return True
