"""Which text is the address of one mailbox that mail may be sent to."""

from __future__ import annotations

from enum import StrEnum

import email_validator

MAX_LOCAL_OCTETS = 64
MAX_ADDRESS_OCTETS = 254
# `%` and `!` route on through old relays; `=?` begins an encoded word that decodes to another mailbox.
_ROUTING = ("%", "!", "=?")
# A relay inside a private network may serve corp.local or lab.test: what it serves is its own matter.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


class Reason(StrEnum):
    """Why a text is no address to send to."""

    EMPTY = "EMPTY"
    TOO_LONG = "TOO_LONG"
    CONTROL_CHARACTER = "CONTROL_CHARACTER"
    ROUTING_CHARACTER = "ROUTING_CHARACTER"
    LOCAL_PART_NOT_ASCII = "LOCAL_PART_NOT_ASCII"
    IP_ADDRESS = "IP_ADDRESS"
    NO_DOT = "NO_DOT"
    SYNTAX = "SYNTAX"


class AddressRefused(Exception):
    """A text is no address that mail may be sent to; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def clean_mailbox(text: str) -> str:
    """Return the address as it goes over the wire: all ASCII, the domain as A-labels (RFC 5890).

    Raises AddressRefused. An address beyond ASCII on its left side is refused, since relays without
    SMTPUTF8 (RFC 6531) cannot take it.
    """
    stripped = text.strip(" ")
    local, _, domain = stripped.rpartition("@")
    for is_wrong, reason in (
        (not stripped, Reason.EMPTY),
        (any(ord(char) < 0x20 or ord(char) == 0x7F for char in text), Reason.CONTROL_CHARACTER),
        (len(local.encode("utf-8", "replace")) > MAX_LOCAL_OCTETS, Reason.TOO_LONG),
        (not local.isascii(), Reason.LOCAL_PART_NOT_ASCII),
        (any(mark in stripped for mark in _ROUTING), Reason.ROUTING_CHARACTER),
        (domain.startswith("["), Reason.IP_ADDRESS),
        (bool(local) and "." not in domain.strip("."), Reason.NO_DOT),
        (domain.replace(".", "").isdigit(), Reason.IP_ADDRESS),
    ):
        if is_wrong:
            raise AddressRefused(reason)
    address = _validated(stripped)
    if len(address) > MAX_ADDRESS_OCTETS:
        raise AddressRefused(Reason.TOO_LONG)
    return address


def _validated(text: str) -> str:
    try:
        found = email_validator.validate_email(
            text,
            check_deliverability=False,
            allow_smtputf8=False,
            allow_quoted_local=False,
        )
    except email_validator.EmailNotValidError as error:
        raise AddressRefused(Reason.SYNTAX) from error
    return f"{found.ascii_local_part}@{found.ascii_domain}"
