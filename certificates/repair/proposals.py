"""Refused chains that an admin looks into: kept for an hour, for the one who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction

from certificates.models import Proposal
from certificates.pki import der, fields
from certificates.pki.assumed import path_to

KEPT_FOR: Final = timedelta(hours=1)
MOST_OF_ONE_ADMIN: Final = 20
MOST_BYTES: Final = 256 * 1024
MOST_CERTIFICATES: Final = 12
REPAIRABLE: Final = frozenset(
    {
        "UNKNOWN_ISSUER",
        "UNKNOWN_ROOT_SENT",
        "INTERMEDIATE_NOT_SENT",
        "SELF_SIGNED",
        "ISSUER_KEY_MISMATCH",
        "ISSUER_DISABLED",
        "ISSUER_WRONG_USAGE",
        "STORE_EMPTY",
    }
)
"""Refusals for want of a trusted certificate; every other one is a fault of the chain itself."""


class ProposalGone(Exception):
    """There is no such proposal, it is older than an hour, or it belongs to somebody else."""


class NothingSent(Exception):
    """The server sent no certificate of its own that can be read, or more bytes of them than are kept."""


@dataclass(frozen=True)
class Refused:
    """A connection that was refused: what it was for (see `chains.purposes`), the code, and what was sent."""

    purpose: str
    endpoint: str
    host: str
    usage: str
    code: str
    presented: Sequence[bytes]


def can_repair(code: str, params: Mapping[str, str]) -> bool:
    """Whether another trusted certificate can end the refusal; an expired anchor is one that was renewed."""
    return code in REPAIRABLE or (code == "CERT_EXPIRED" and params.get("role") == "root")


def propose(refused: Refused, *, actor: str, now: datetime) -> UUID:
    """Keep a refused chain for its admin to look into; return its id. Raises NothingSent.

    Of what was sent only the path from the server's certificate upwards is kept, at most MOST_CERTIFICATES.
    """
    sent = [one for one in refused.presented if _is_whole(one)]
    if not sent or sent[0] != refused.presented[0]:
        raise NothingSent
    path = [one.public_bytes(Encoding.DER) for one in path_to(None, sent)[:MOST_CERTIFICATES]]
    if sum(map(len, path)) > MOST_BYTES:
        raise NothingSent
    with transaction.atomic():
        own = Proposal.objects.filter(made_by=actor).order_by("-made_at", "-pk")
        surplus = own.values_list("pk", flat=True)[MOST_OF_ONE_ADMIN - 1 :]
        Proposal.objects.filter(pk__in=list(surplus)).delete()
        proposal = Proposal.objects.create(
            purpose=refused.purpose,
            endpoint=refused.endpoint[:300],
            host=refused.host[:255],
            usage=refused.usage,
            code=refused.code,
            presented=b"".join(path),
            made_by=actor,
            made_at=now,
        )
    return proposal.pk


def of_admin(proposal_id: UUID, *, actor: str, now: datetime) -> Proposal:
    """Return a proposal to the one who asked for it; raises ProposalGone for everybody else and later."""
    proposal = Proposal.objects.filter(pk=proposal_id, made_by=actor).first()
    if proposal is None or now - proposal.made_at > KEPT_FOR:
        raise ProposalGone
    return proposal


def presented_of(proposal: Proposal) -> list[bytes]:
    """The certificates that the server sent, its own first."""
    return list(der.split(bytes(proposal.presented)))


def fetched_of(proposal: Proposal) -> list[bytes]:
    """The certificates that were fetched to complete the chain."""
    return list(der.split(bytes(proposal.fetched)))


def forget_old(now: datetime) -> int:
    """Delete the proposals of more than an hour ago; return how many."""
    return Proposal.objects.filter(made_at__lt=now - KEPT_FOR).delete()[0]


def _is_whole(data: bytes) -> bool:
    """Whether the bytes are one certificate that can be loaded, and nothing behind it."""
    try:
        fields.load(data)
        return list(der.split(data)) == [data]
    except (fields.CertificateUnreadable, der.DerBroken):
        return False
