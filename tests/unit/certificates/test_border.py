"""Whatever a server sends, a decision ends with a reason."""

import pytest
from cryptography import x509
from OpenSSL import crypto

from certificates.pki import border
from certificates.pki.verdict import Verdict
from tests.support.pki import server

LEAF = server(None)


@pytest.mark.parametrize(
    "stumble",
    [ValueError("odd name"), TypeError("odd"), crypto.Error([]), IndexError("empty"), KeyError("x")],
)
def test_what_a_library_stumbles_over_is_a_refusal(stumble: Exception) -> None:
    def decide() -> Verdict:
        raise stumble

    verdict = border.decided([LEAF.der], decide)
    assert (verdict.code, verdict.depth, verdict.subject) == ("CERT_UNREADABLE", 0, "mail.testlab.com")
    assert verdict.chain[0].der == LEAF.der


def test_a_fault_of_our_own_is_not_hidden() -> None:
    def decide() -> Verdict:
        raise AssertionError("wrong")

    with pytest.raises(AssertionError):
        border.decided([LEAF.der], decide)


def test_a_decision_is_handed_through() -> None:
    assert x509.load_der_x509_certificate(LEAF.der)
    assert border.decided([LEAF.der], lambda: Verdict("OK")).is_ok
