"""Names what a repair offered, so that the answer to it cannot do anything that was not shown."""

from __future__ import annotations

from typing import Final

from django.utils.crypto import salted_hmac

from certificates.models import Proposal

_SALT: Final = "certificates.repair"
_LENGTH: Final = 32


def token_of(proposal: Proposal, kind: str, *parts: bytes | str) -> str:
    """Return the name of one offer: the same parts of the same proposal have the same one, and no others.

    It is keyed, so that nothing of a fingerprint can be told from it.
    """
    values = [part.encode() if isinstance(part, str) else part for part in (str(proposal.pk), kind, *parts)]
    text = b"".join(len(value).to_bytes(4, "big") + value for value in values)
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:_LENGTH]
