"""Answers how a certificate stands: by what the server brought along, the cache, or a responder."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from certificates.pki.ocsp import OcspStatus, addresses_in, check_response
from certificates.pki.status import Question
from certificates.revocation import answers, queries

log = logging.getLogger(__name__)

SHORTEST: Final = 0.05
"""Seconds that must be left for asking to make sense."""
MOST_NAMED: Final = 2
"""Addresses of a certificate that are tried."""


class DatabaseStatusSource:
    """Asks by the rules of OCSP client profiles (see `pki.status.StatusSource`).

    `seconds` is the time that all questions together may wait for the network. Without `use_cache` every
    responder is asked anew; what it says is kept all the same.
    """

    def __init__(self, *, seconds: float = 30.0, use_cache: bool = True) -> None:
        self._seconds = seconds
        self._use_cache = use_cache

    def status(self, question: Question) -> OcspStatus:
        """Answer from the staple, the cache, or the responders in ISE's order; never raises."""
        try:
            return self._stapled(question) or self._kept(question) or self._asked(question)
        except Exception:
            log.exception("An OCSP question could not be asked")
            return OcspStatus("unreachable", "OCSP_UNREACHABLE", {"url": "", "fault": "INTERNAL"})

    def _stapled(self, question: Question) -> OcspStatus | None:
        """What the server brought along, when it settles something.

        It is always validated: a server that may sign for itself would never be revoked.
        """
        if not question.staple:
            return None
        status = _judged(question.staple, question, validate=True)
        return replace(status, source="stapled") if status.state in answers.SETTLED else None

    def _kept(self, question: Question) -> OcspStatus | None:
        """What is in the cache, judged anew."""
        kept = answers.find(question) if self._use_cache else None
        if kept is None:
            return None
        status = _judged(kept.der, question, validate=question.rule.validate_signature)
        if status.state not in answers.SETTLED:
            return None
        return replace(status, source="cache", params={**status.params, "url": kept.url})

    def _asked(self, question: Question) -> OcspStatus:
        """The first answer of a responder; when none gives one, why, the most telling reason first."""
        failed: list[OcspStatus] = []
        for url in _addresses(question):
            if self._seconds < SHORTEST:
                failed.append(OcspStatus("unreachable", "OCSP_OUT_OF_TIME", {"url": url}, url))
                continue
            began = time.monotonic()
            seconds = min(float(question.rule.timeout_seconds), self._seconds)
            received = queries.ask(url, question, seconds=seconds)
            self._seconds -= time.monotonic() - began
            if received.status.state != "unreachable":
                answers.store(question, received)
                return received.status
            failed.append(received.status)
        return _most_telling(failed)


def _judged(der: bytes, question: Question, *, validate: bool) -> OcspStatus:
    return check_response(
        der,
        certificate=question.certificate,
        issuer=question.issuer,
        now=question.now,
        nonce=None,
        validate_signature=validate,
    )


def _addresses(question: Question) -> Sequence[str]:
    """Where to ask: the addresses in the certificate if the profile uses them, then primary and secondary."""
    rule = question.rule
    named = addresses_in(question.certificate)[:MOST_NAMED] if rule.use_aia else ()
    return list(dict.fromkeys(url for url in (*named, rule.primary_url, rule.secondary_url) if url))


def _most_telling(failed: Sequence[OcspStatus]) -> OcspStatus:
    if not failed:
        return OcspStatus("unreachable", "OCSP_NO_ADDRESS")
    silent = {"OCSP_UNREACHABLE", "OCSP_OUT_OF_TIME"}
    chosen = next((status for status in failed if status.code not in silent), failed[0])
    attempts = ", ".join(f"{status.source}={status.params.get('fault', status.code)}" for status in failed)
    return replace(chosen, params={**chosen.params, "attempts": attempts})
