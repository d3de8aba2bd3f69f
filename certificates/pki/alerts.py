"""TLS alerts (RFC 8446 section 6) and what a failed handshake without a certificate fault means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

HANDSHAKE_FAILURE: Final = 40
BAD_CERTIFICATE: Final = 42
PROTOCOL_VERSION: Final = 70
CERTIFICATE_REQUIRED: Final = 116

NAMES: Final[dict[int, str]] = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    22: "record_overflow",
    40: "handshake_failure",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    109: "missing_extension",
    110: "unsupported_extension",
    112: "unrecognized_name",
    116: "certificate_required",
    120: "no_application_protocol",
}


def name_of(number: int) -> str:
    """The name of an alert, such as `unknown_ca` for 48; the number itself when it is not registered."""
    return NAMES.get(number, str(number))


def code_of_received(number: int, *, certificate_was_requested: bool) -> str:
    """The code of the taxonomy for a fatal alert that the server sent."""
    if number == PROTOCOL_VERSION:
        return "TLS_VERSION"
    if number == CERTIFICATE_REQUIRED:
        return "TLS_CLIENT_CERT_REQUIRED"
    if certificate_was_requested and number in {HANDSHAKE_FAILURE, BAD_CERTIFICATE}:
        return "TLS_CLIENT_CERT_REQUIRED"
    if number in {HANDSHAKE_FAILURE, 71}:
        return "TLS_NO_COMMON_CIPHER"
    return "TLS_CLOSED"


def code_of_reasons(reasons: Sequence[tuple[str, str, str]]) -> str:
    """The code for what OpenSSL itself found wrong: rows of (library, function, reason)."""
    texts = [reason.lower() for _, _, reason in reasons]
    if any("unsupported protocol" in t or "version too low" in t for t in texts):
        return "TLS_VERSION"
    if any(t in {"wrong version number", "http request", "packet length too long"} for t in texts):
        return "PLAIN_ON_TLS_PORT"
    if any("unexpected eof" in t for t in texts):
        return "TLS_CLOSED"
    if any("asn1" in library.lower() or "asn1" in reason.lower() for library, _, reason in reasons):
        return "CERT_UNREADABLE"
    if any("cipher" in t or "too small" in t or "signature type" in t or "key share" in t for t in texts):
        return "TLS_NO_COMMON_CIPHER"
    return "TLS_PROTOCOL"
