"""The border of the verifier: what its libraries cannot read is a refusal, never an exception."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final

from OpenSSL import crypto

from certificates.pki import fields, loose, unreadable
from certificates.pki.field_reader import UNREADABLE
from certificates.pki.verdict import Verdict, chain_certificate

_RAISED: Final = (fields.CertificateUnreadable, crypto.Error, *UNREADABLE, LookupError)

log = logging.getLogger(__name__)


def decided(presented: Sequence[bytes], decide: Callable[[], Verdict]) -> Verdict:
    """Return the decision about what a server sent; CERT_UNREADABLE where a library stumbles over it.

    The bytes are the server's: whatever they hold, a connection has to end with a reason.
    """
    try:
        return decide()
    except _RAISED as error:
        log.warning("A chain could not be judged to its end: %s", type(error).__name__, exc_info=True)
        depth = unreadable.first_of(presented) or 0
        name = loose.name_of(presented[depth]) if presented else ""
        chain = tuple(chain_certificate(der, "presented") for der in presented)
        return Verdict("CERT_UNREADABLE", {"name": name, "detail": str(error)}, depth, name, chain)
