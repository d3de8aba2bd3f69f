"""What an answer about revocation means for a chain: refusal, warning, or a word on the side."""

from typing import Any

import pytest
from cryptography import x509

from certificates import words
from certificates.pki.ocsp import OcspStatus
from certificates.pki.rules import OcspRule
from certificates.pki.status import Question
from certificates.pki.trust import INFRASTRUCTURE, TrustedRow, TrustView
from certificates.pki.verdict import Finding, Verdict
from certificates.pki.verify import verify
from tests.support.pki import DAY, NOW, Made, Recipe, make, root, server
from tests.support.revocation import HOUR, Entry, crl

HOST = "mail.testlab.com"
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
NOT_FOR_LISTS = Recipe(
    "Testlab Root CA",
    ca=None,
    extra=[
        (x509.BasicConstraints(True, None), True),
        (x509.KeyUsage(False, False, False, False, False, True, False, False, False), True),
    ],
)


class Answering:
    """A source that gives one answer to every question."""

    def __init__(self, status: OcspStatus) -> None:
        self.given = status

    def status(self, question: Question) -> OcspStatus:
        assert question.rule.profile == "Lab"
        return self.given


def judged(status: OcspStatus, **options: bool) -> Verdict:
    authority = root()
    rule = OcspRule(profile="Lab", **options)
    row = TrustedRow(authority.der, "Lab CA", True, frozenset({INFRASTRUCTURE}), ocsp=rule)
    return verify(
        presented=[server(authority).der],
        anchors=TrustView((row,), INFRASTRUCTURE, 1),
        host=HOST,
        usage=INFRASTRUCTURE,
        now=NOW,
        ocsp=Answering(status),
    )


def test_a_good_answer_without_the_nonce_is_accepted_and_said() -> None:
    status = OcspStatus("good", warnings=(Finding("OCSP_NONCE_MISSING", {}, "W"),))
    verdict = judged(status)
    assert verdict.is_ok
    (said,) = (f for f in verdict.findings if f.code == "OCSP_NONCE_MISSING")
    assert (said.params, said.depth) == ({"name": HOST, "issuer": "Lab CA"}, 0)


@pytest.mark.parametrize(
    ("state", "code", "option"),
    [
        ("unknown", "OCSP_UNKNOWN", "reject_unknown"),
        ("unreachable", "OCSP_UNREACHABLE", "reject_unreachable"),
    ],
)
def test_the_option_of_the_row_decides_what_no_answer_means(state: str, code: str, option: str) -> None:
    status = OcspStatus(state, code, {"url": "http://ocsp.testlab.com"})
    assert judged(status, **{option: True}).code == code
    lenient = judged(status)
    assert lenient.is_ok and (code, "W") in {(f.code, f.severity) for f in lenient.findings}


@pytest.mark.parametrize(
    ("authority", "changes", "code"),
    [
        (root(), {"extra": [(UNKNOWN, True)]}, "CRL_UNKNOWN_CRITICAL_EXT"),
        (make(NOT_FOR_LISTS), {}, "CRL_SIGNER_NOT_AUTHORIZED"),
        (root(), {"signed_by": root()}, "CRL_BAD_SIGNATURE"),
        (root(), {"next_update": NOW - HOUR, "this_update": NOW - DAY}, "CRL_EXPIRED"),
        (root(), {"this_update": NOW + HOUR}, "CRL_NOT_YET_VALID"),
        (root(), {"entries": [Entry(7)]}, "REVOKED_CRL"),
    ],
)
def test_a_list_at_hand_that_cannot_be_used_has_its_own_code(
    authority: Made, changes: dict[str, Any], code: str
) -> None:
    verdict = verify(
        presented=[server(authority, serial=7).der],
        anchors=TrustView(
            (TrustedRow(authority.der, "Lab CA", True, frozenset({INFRASTRUCTURE})),), INFRASTRUCTURE, 1
        ),
        host=HOST,
        usage=INFRASTRUCTURE,
        now=NOW,
        crls=[crl(authority, **changes)],
    )
    assert (verdict.code, verdict.depth) == (code, 0)
    assert "—" not in str(words.text_of(verdict.code, verdict.params))


def test_a_revoked_certificate_is_refused_whatever_the_options_say() -> None:
    assert judged(OcspStatus("revoked", "REVOKED_OCSP", {})).code == "REVOKED_OCSP"
