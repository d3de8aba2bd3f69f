"""What an answer about revocation means for a chain: refusal, warning, or a word on the side."""

import pytest

from certificates.pki.ocsp import OcspStatus
from certificates.pki.rules import OcspRule
from certificates.pki.status import Question
from certificates.pki.trust import INFRASTRUCTURE, TrustedRow, TrustView
from certificates.pki.verdict import Finding, Verdict
from certificates.pki.verify import verify
from tests.support.pki import NOW, root, server

HOST = "mail.testlab.com"


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


def test_a_revoked_certificate_is_refused_whatever_the_options_say() -> None:
    assert judged(OcspStatus("revoked", "REVOKED_OCSP", {})).code == "REVOKED_OCSP"
