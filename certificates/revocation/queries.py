"""Asks one OCSP responder over HTTP, and says what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from certificates.chains.purposes import OCSP
from certificates.pki.ocsp import CannotAsk, OcspStatus, build_request, check_response
from certificates.pki.status import Question
from certificates.revocation.answers import Received
from certificates.revocation.secured import SeenAs, secure_for
from console.outbound import Call, FetchFailed, Limits, Reply, fetch

MOST_BYTES: Final = 64 * 1024
NONCE_BYTES: Final = 32
"""As RFC 9654 section 2.1 asks for."""
HEADERS: Final = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


def ask(url: str, question: Question, *, seconds: float, get: Callable[..., Reply] = fetch) -> Received:
    """Send the question to a responder and judge its answer within so many seconds; never raises."""
    rule = question.rule
    nonce = secrets.token_bytes(NONCE_BYTES) if rule.enable_nonce else None
    try:
        request = build_request(question.certificate, question.issuer, nonce=nonce)
        limits = Limits(body_bytes=MOST_BYTES, seconds=seconds)
        secure = secure_for(now=question.now, seen_as=SeenAs(OCSP, url))
        reply = get(Call(url, request, HEADERS), limits=limits, secure=secure)
    except CannotAsk as error:
        return _failed(url, "OCSP_MALFORMED", {"detail": str(error)})
    except FetchFailed as failed:
        return _failed(url, "OCSP_UNREACHABLE", {"fault": str(failed.code), **failed.params})
    status = check_response(
        reply.body,
        certificate=question.certificate,
        issuer=question.issuer,
        now=question.now,
        nonce=nonce,
        validate_signature=rule.validate_signature,
    )
    told = replace(status, source=url, params={**status.params, "url": url})
    return Received(reply.body, told, reply.milliseconds)


def _failed(url: str, code: str, params: Mapping[str, str]) -> Received:
    return Received(b"", OcspStatus("unreachable", code, {**params, "url": url}, url), 0)
