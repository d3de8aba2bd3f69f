"""The second verifier has its say whatever the host is called, and about the chain that is used."""

import pytest
from cryptography import x509

from certificates.pki.trust import TrustedRow, TrustView
from certificates.pki.verdict import Verdict
from certificates.pki.verify import verify
from tests.support.pki import NOW, Made, intermediate, root, server

CONSTRAINTS = (x509.NameConstraints(None, [x509.DNSName("elsewhere.com")]), True)
"""In a server's certificate only the second verifier refuses them."""


def decide(leaf: Made, authority: Made, host: str) -> Verdict:
    row = TrustedRow(authority.der, "Lab", True, frozenset({"infrastructure", "endpoints"}))
    sent = [leaf.der, *(one.der for one in leaf.above if one is not authority)]
    view = TrustView((row,), "infrastructure", 1)
    return verify(presented=sent, anchors=view, host=host, usage="infrastructure", now=NOW)


@pytest.mark.parametrize("host", ["mail.testlab.com", "my_mail.testlab.com", "10.0.0.7"])
def test_a_fault_that_it_alone_sees_is_refused(host: str) -> None:
    authority = root()
    leaf = server(intermediate(authority), host, extra=[CONSTRAINTS])
    assert decide(leaf, authority, host).code == "SECOND_OPINION"


@pytest.mark.parametrize("host", ["mail.testlab.com", "my_mail.testlab.com", "10.0.0.7"])
def test_a_sound_chain_passes_without_a_warning(host: str) -> None:
    authority = root()
    verdict = decide(server(intermediate(authority), host), authority, host)
    assert (verdict.code, verdict.findings) == ("OK", ())


def test_without_a_host_the_rest_is_judged_all_the_same() -> None:
    authority = root()
    leaf = server(intermediate(authority), extra=[CONSTRAINTS])
    assert decide(leaf, authority, "").code == "SECOND_OPINION"
    assert decide(server(intermediate(authority)), authority, "").code == "OK"
