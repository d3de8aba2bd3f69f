"""ISE's confirmations: what an admin has to say yes to, by name, before a doubtful certificate is taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from certificates.pki.verdict import Finding

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Confirmation(StrEnum):
    """One box; the value is its name in forms, in the audit and, with dashes, in the command."""

    OUT_OF_DATE = "allow_out_of_date"
    SHA1 = "allow_sha1"
    NOT_A_CA = "allow_not_ca"
    OTHER = "accept_warnings"


LABELS: Final[Mapping[Confirmation, _StrPromise]] = {
    Confirmation.OUT_OF_DATE: _("Allow out-of-date certificate"),
    Confirmation.SHA1: _("Allow SHA-1 based certificate"),
    Confirmation.NOT_A_CA: _("Allow CA certificate with basic constraint CA FALSE"),
    Confirmation.OTHER: _("Import in spite of this"),
}
EFFECTS: Final[Mapping[Confirmation, _StrPromise]] = {
    Confirmation.OUT_OF_DATE: _("It ends no chain before it is valid, or after it has expired."),
    Confirmation.SHA1: _("SHA-1 and MD5 can be forged: whoever does so can pose as this authority."),
    Confirmation.NOT_A_CA: _("It vouches for one server only, not for those that an authority issued."),
    Confirmation.OTHER: _("What is said beside the certificates is known and accepted."),
}
CONFIRMED_BY: Final[Mapping[str, Confirmation]] = {
    "CERT_EXPIRED": Confirmation.OUT_OF_DATE,
    "CERT_NOT_YET_VALID": Confirmation.OUT_OF_DATE,
    "WEAK_SIGNATURE": Confirmation.SHA1,
    "NOT_A_CA": Confirmation.NOT_A_CA,
}
"""Every other warning needs the last box."""


def box_for(finding: Finding) -> Confirmation:
    """The box that accepts a warning."""
    return CONFIRMED_BY.get(finding.code, Confirmation.OTHER)


def boxes_for(findings: Iterable[Finding]) -> frozenset[Confirmation]:
    """The boxes that accept all of the warnings."""
    return frozenset(box_for(finding) for finding in findings)


def without(findings: Iterable[Finding], confirmed: Collection[Confirmation]) -> list[Finding]:
    """The warnings that nobody has accepted."""
    return [finding for finding in findings if box_for(finding) not in confirmed]
