"""Fetches the issuer of a chain's topmost certificate from where that one says it lies (RFC 5280 4.2.2.1)."""

from __future__ import annotations

import socket
from datetime import datetime
from typing import Final

from cryptography import x509
from django.db import transaction

from certificates.models import Proposal
from certificates.pki import fields, fingerprints
from certificates.pki.assumed import path_to
from certificates.pki.issuers import has_issued
from certificates.pki.parse import ParseRefused, SourceFile, read_files
from certificates.repair.proposals import fetched_of, presented_of
from console import audit
from console.outbound import Call, Limits, fetch
from console.outbound_target import Lookup

LIMITS: Final = Limits(body_bytes=256 * 1024, seconds=8.0, redirects=3)


class NotTheIssuer(Exception):
    """What lies at the address is no certificate that issued the topmost one."""


def fetch_issuer(
    proposal: Proposal,
    *,
    actor: str,
    now: datetime,
    address: str = "",
    lookup: Lookup = socket.getaddrinfo,
) -> str:
    """Fetch one issuer through the outbound gate, keep it with the proposal, and return its name.

    Only what signed the topmost certificate is kept; it is trusted no more than what the server sent. Raises
    FetchFailed and NotTheIssuer.
    """
    top = path_to(None, [*presented_of(proposal), *fetched_of(proposal)])[-1]
    url = fields.read(top).issuer_url
    reply = fetch(Call(url), limits=LIMITS, lookup=lookup)
    der = _issuer_in(reply.body, top)
    found = fields.read(fields.load(der))
    with transaction.atomic():
        proposal.fetched = b"".join([*fetched_of(proposal), der])
        proposal.save(update_fields=["fetched"])
        audit.record(
            actor=actor,
            action="certificate.fetch_issuer",
            target=found.display_name,
            after={
                "for": proposal.endpoint,
                "url": reply.url,
                # Nothing was compared yet: the audit must not be where its end is read from.
                "sha256": fingerprints.masked(found.sha256),
            },
            now=now,
            address=address,
        )
    return found.display_name


def _issuer_in(body: bytes, child: x509.Certificate) -> bytes:
    """The certificate of a DER, PEM or PKCS#7 file that issued the child."""
    try:
        read = read_files([SourceFile(body)]).certificates
    except ParseRefused as refusal:
        raise NotTheIssuer from refusal
    for item in read:
        if has_issued(fields.load(item.der), child):
            return item.der
    raise NotTheIssuer
