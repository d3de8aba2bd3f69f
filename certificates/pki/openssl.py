"""Asks OpenSSL about a chain without a connection: the same engine and flags as inside a handshake.

It applies no security level there, so that it is never the only gate: `gates` adds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from OpenSSL import crypto

from certificates.pki import engine, fields, loose
from certificates.pki.asked import Purpose
from certificates.pki.field_reader import UNREADABLE
from certificates.pki.handshake import der_of
from certificates.pki.refusal import Refusal

CHAIN_FLAGS: Final = crypto.X509StoreFlags.PARTIAL_CHAIN
"""An issuing authority or the server's own certificate may be the anchor."""
LIST_FLAGS: Final = crypto.X509StoreFlags.CRL_CHECK | 0x1000 | 0x2000
"""Check the first certificate against lists, with indirect and partitioned ones, and with deltas."""
WHOLE_CHAIN: Final = crypto.X509StoreFlags.CRL_CHECK_ALL


@dataclass(frozen=True)
class Lists:
    """Revocation lists in DER, and whether every certificate of the chain needs one or only the first."""

    ders: tuple[bytes, ...]
    whole_chain: bool = False


def verified_chain(
    presented: Sequence[bytes],
    *,
    trusted: Sequence[crypto.X509],
    now: datetime,
    purpose: Purpose = Purpose.SERVER,
    lists: Lists | None = None,
) -> tuple[bytes, ...] | Refusal:
    """Return the chain that OpenSSL builds from what was presented, its anchor last, or its first refusal.

    Raises CertificateUnreadable when the first certificate cannot be read; others that cannot are left out.
    """
    leaf = loose.parse(presented[0])
    if leaf is None:
        raise fields.CertificateUnreadable("OpenSSL cannot decode it")
    store = crypto.X509Store()
    engine.prepare(store, purpose)
    for anchor in trusted:
        store.add_cert(anchor)
    store.set_flags(CHAIN_FLAGS if lists is None else CHAIN_FLAGS | _list_flags(lists))
    store.set_time(now.astimezone(UTC))
    for der in lists.ders if lists is not None else ():
        _add_list(store, der)
    context = crypto.X509StoreContext(store, leaf, loaded(presented[1:]))
    try:
        return tuple(der_of(certificate) for certificate in context.get_verified_chain())
    except crypto.X509StoreContextError as error:
        number, depth, *_ = error.errors
        return Refusal(int(number), int(depth), _der_at_fault(error.certificate))


def _der_at_fault(certificate: crypto.X509) -> bytes:
    """The certificate that OpenSSL looked at; no bytes when its refusal is about the chain as a whole."""
    try:
        return der_of(certificate)
    except crypto.Error:
        return b""


def _list_flags(lists: Lists) -> int:
    return LIST_FLAGS | WHOLE_CHAIN if lists.whole_chain else LIST_FLAGS


def _add_list(store: crypto.X509Store, der: bytes) -> None:
    """Add a list; one that cannot be read is left out, and whoever needs it finds none."""
    try:
        store.add_crl(x509.load_der_x509_crl(der))
    except (*UNREADABLE, crypto.Error):
        return


def loaded(ders: Sequence[bytes]) -> list[crypto.X509]:
    """The certificates as OpenSSL holds them; those that cannot be read are left out."""
    return [found for found in map(loose.parse, ders) if found is not None]
