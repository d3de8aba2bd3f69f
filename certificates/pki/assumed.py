"""The chain that names suggest, for a refusal of which OpenSSL hands out no chain."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki import fields, issuers
from certificates.pki.asked import Asked


def assumed_chain(presented: Sequence[bytes], asked: Asked) -> tuple[bytes, ...]:
    """The server's certificate, what was sent above it, and the anchor of the topmost one's issuer.

    An anchor ends the chain wherever it stands; where none is found it ends with what was sent.
    """
    chain: list[x509.Certificate] = []
    for certificate in path_to(None, presented):
        chain.append(certificate)
        row = asked.view.row_of(_der(certificate))
        if row is not None and asked.view.is_anchor(row, asked.now):
            return tuple(map(_der, chain))
    if chain:
        for row in issuers.rows_named_as_issuer(chain[-1], asked.view):
            above = row.certificate if asked.view.is_anchor(row, asked.now) else None
            if above is not None and above not in chain and issuers.has_issued(above, chain[-1]):
                return (*map(_der, chain), row.der)
    return tuple(map(_der, chain))


def path_to(top: x509.Certificate | None, presented: Sequence[bytes]) -> list[x509.Certificate]:
    """The certificates from the server's up to `top`, following issuer names through what was sent.

    With None for `top` the path goes as far as it can.
    """
    sent = loadable(presented)
    if not loadable(presented[:1]):
        return [] if top is None else [top]
    path = [sent[0]]
    while path[-1] != top and len(path) <= len(sent):
        above = _issuer_among(sent, path, top)
        if above is None:
            return path if top is None else [*path, top]
        path.append(above)
    return path


def loadable(presented: Sequence[bytes]) -> list[x509.Certificate]:
    """Those of the certificates that can be loaded."""
    loaded = []
    for der in presented:
        try:
            loaded.append(fields.load(der))
        except fields.CertificateUnreadable:
            continue
    return loaded


def _issuer_among(
    sent: Sequence[x509.Certificate], path: Sequence[x509.Certificate], top: x509.Certificate | None
) -> x509.Certificate | None:
    """The next certificate of the path; one whose key made the signature goes before a mere namesake.

    Among equals `top` goes first, so that the path is not longer than the chain that ended there.
    """
    named = [c for c in sent if c not in path and issuers.has_name_of_issuer(c, path[-1])]
    named.sort(key=lambda c: c != top)
    signed = (c for c in named if issuers.has_signed(c, path[-1]) is not False)
    return next(signed, next(iter(named), None))


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
