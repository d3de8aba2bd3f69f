"""What OpenSSL lets pass of name constraints and extended key usages, judged here for every chain.

The second verifier finds the same, but not where it gives up: with keys or constraints it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cryptography import x509

from certificates.pki import fields, unreadable
from certificates.pki.asked import Purpose
from certificates.pki.field_reader import UNREADABLE
from certificates.pki.verdict import Finding

NEEDED_USAGE: Final = {Purpose.SERVER: "serverAuth", Purpose.CLIENT: "clientAuth"}
_LABEL: Final = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_DNS_CONSTRAINT: Final = re.compile(rf"({_LABEL}(\.{_LABEL})*)?")
"""A host name without a leading dot, or nothing at all for every name (RFC 5280 4.2.1.10)."""


def anchor_finding(verified: Sequence[bytes]) -> Finding | None:
    """Say that the extensions of the anchor cannot be read, so that nobody knows what it forbids.

    Those of every other certificate are read for their policies (`policies`).
    """
    depth = len(verified) - 1
    anchor = fields.load(verified[-1])
    try:
        list(anchor.extensions)
    except UNREADABLE as error:
        return unreadable.finding(anchor, depth, detail=str(error)) if depth else None
    return None


def constraint_finding(verified: Sequence[bytes]) -> Finding | None:
    """Say which certificate carries a name that an authority above excluded, or has broken constraints.

    OpenSSL compares `*.example.com` and `mail.example.com.` as they stand, so that an excluded
    `mail.example.com` does not stop them; and it passes over constraints that are no host name.
    """
    chain = [fields.load(der) for der in verified]
    for above in range(1, len(chain)):
        excluded = list(_hosts(chain[above], is_excluded=True))
        for constraint in (*excluded, *_hosts(chain[above], is_excluded=False)):
            if _DNS_CONSTRAINT.fullmatch(constraint) is None:
                return _finding(chain, above)
        for below in range(above):
            if any(_is_within(name, host) for name in _names(chain[below]) for host in excluded):
                return _finding(chain, below)
    return None


def usage_finding(verified: Sequence[bytes], purpose: Purpose) -> Finding | None:
    """Say which certificate has extended key usages without the one that is needed (RFC 5280 4.2.1.12).

    OpenSSL takes Server Gated Crypto of Microsoft and Netscape for serverAuth.
    """
    needed = NEEDED_USAGE.get(purpose)
    if needed is None:
        return None
    for depth, der in enumerate(verified):
        found = fields.read(fields.load(der))
        if found.extended_usages is not None and needed not in found.extended_usages:
            usages = ", ".join(found.extended_usages)
            return Finding("WRONG_EKU", {"name": found.display_name, "usages": usages}, "E", depth)
    return None


def _finding(chain: Sequence[x509.Certificate], depth: int) -> Finding:
    return Finding("NAME_CONSTRAINT", {"name": fields.read(chain[depth]).display_name}, "E", depth)


def _hosts(authority: x509.Certificate, *, is_excluded: bool) -> Iterator[str]:
    """The host names that an authority excludes, or permits, in lower case."""
    try:
        held = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return
    for base in (held.excluded_subtrees if is_excluded else held.permitted_subtrees) or ():
        if isinstance(base, x509.DNSName):
            yield base.value.lower()


def _names(certificate: x509.Certificate) -> Iterator[str]:
    """The host names of a certificate in lower case, without what stands around them."""
    try:
        held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return
    yield from (name.strip().rstrip(".").lower() for name in held.get_values_for_type(x509.DNSName))


def _is_within(name: str, host: str) -> bool:
    """Whether a name, or one that a wildcard stands for, is the excluded host or lies below it."""
    if not host or name == host or name.endswith(f".{host}"):
        return True
    label, _, ending = name.partition(".")
    first, _, rest = host.partition(".")
    if "*" not in label or rest != ending:
        return False
    return re.fullmatch(re.escape(label).replace(r"\*", ".*"), first) is not None
