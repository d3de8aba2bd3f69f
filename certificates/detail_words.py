"""What stands in brackets behind a cause, in words: details of damage and of lists, why one was revoked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.detail.extension_names import VALUES
from certificates.importing.words import DETAILS
from console.egress_words import REFUSALS

EXACT: Final[Mapping[str, Promise]] = {
    **DETAILS,
    "extensions": _("its extensions"),
    "missing": _("it has none"),
    "critical": _("it is marked critical"),
    "out of range": _("it is negative or too long"),
    "keyUsage without cRLSign": _("its key usage lacks cRLSign"),
    "issuingDistributionPoint": _("it is made for other certificates"),
    "onlySomeReasons": _("it holds some reasons for a revocation only"),
    "onlyContainsAttributeCerts": _("it holds attribute certificates only"),
    "indirectCRL": _("it speaks for other authorities too"),
    "keyUsage without a usage": _("its key usage is empty"),
    "another signature algorithm inside": _("it names two different algorithms for its signature"),
    "no certificate": _("it sent none"),
    "no extended key usage OCSPSigning": _("its extended key usage lacks OCSPSigning"),
    "keyUsage without digitalSignature": _("its key usage lacks digitalSignature"),
    "its certificate is not signed by the issuer": _("its certificate is not signed by this authority"),
}
DATED: Final[Mapping[str, Promise]] = {
    "thisUpdate ": _("it is of %(rest)s"),
    "nextUpdate ": _("its successor was due on %(rest)s"),
    "revoked ": _("its certificate was revoked on %(rest)s"),
    "expired ": _("its certificate expired on %(rest)s"),
    "valid from ": _("its certificate is valid only from %(rest)s"),
    "issued by ": _("its certificate was issued by %(rest)s"),
    "unknown signature algorithm ": _("the algorithm of its signature is unknown: %(rest)s"),
    "repeated extension ": _("it has the extension %(rest)s twice"),
    "unknown critical extension ": _("it has a critical extension that is not understood: %(rest)s"),
}
_REASONS: Final = VALUES["list_reasons"]


def reason_of(code: str) -> str:
    """The reason of a revocation or of the outbound gate in words; one that is unknown stays as it is."""
    if code in REFUSALS:
        return str(REFUSALS[code])
    return str(_REASONS[code]).lower() if code in _REASONS else code


def detail_of(text: str) -> str:
    """A detail in words; what a library says stays as it is, and so do moments."""
    if text in EXACT:
        return str(EXACT[text])
    for start, told in DATED.items():
        if text.startswith(start):
            rest, _comma, _more = text.removeprefix(start).partition(", no ")
            return str(told) % {"rest": rest}
    return text
