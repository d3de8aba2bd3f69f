"""Comparing the host that was asked for with the names in a certificate."""

import pytest
from cryptography import x509

from certificates.pki.hostname import ascii_host, name_finding
from tests.support.pki import Made, Recipe, make, root


@pytest.fixture(scope="module")
def authority() -> Made:
    return root()


def code_for(authority: Made, hosts: tuple[str, ...], asked: str) -> str | None:
    finding = name_finding(make(Recipe("x", hosts=hosts), authority).certificate, asked)
    return None if finding is None else finding.code


@pytest.mark.parametrize(
    ("hosts", "asked", "code"),
    [
        (("mail.testlab.com",), "mail.testlab.com", None),
        (("mail.testlab.com",), "MAIL.TESTLAB.COM.", None),
        (("*.testlab.com",), "mail.testlab.com", None),
        (("*.testlab.com",), "a.mail.testlab.com", "HOSTNAME_MISMATCH"),
        (("*.testlab.com",), "testlab.com", "HOSTNAME_MISMATCH"),
        (("mail.testlab.com",), "mail.testlab.com.evil.org", "HOSTNAME_MISMATCH"),
        (("10.1.2.3",), "10.1.2.3", None),
        (("10.1.2.3",), "10.1.2.4", "HOSTNAME_MISMATCH"),
        (("mail.testlab.com",), "10.1.2.3", "IP_MISMATCH"),
        (("2001:db8::1",), "[2001:DB8:0::1]", None),
        ((), "x", "NO_SAN"),
    ],
)
def test_names_match_as_rfc_9525_says(
    authority: Made, hosts: tuple[str, ...], asked: str, code: str | None
) -> None:
    assert code_for(authority, hosts, asked) == code


def test_the_common_name_never_counts(authority: Made) -> None:
    made = make(Recipe("mail.testlab.com", hosts=("other.testlab.com",)), authority)
    finding = name_finding(made.certificate, "mail.testlab.com")
    assert finding is not None and finding.params["names"] == "other.testlab.com"


def test_a_certificate_with_only_mail_addresses_names_no_host(authority: Made) -> None:
    names = x509.SubjectAlternativeName([x509.RFC822Name("a@testlab.com")])
    made = make(Recipe("x", extra=[(names, False)]), authority)
    finding = name_finding(made.certificate, "x")
    assert finding is not None and finding.code == "NO_SAN"


@pytest.mark.parametrize(
    ("host", "ascii"), [("bücher.example", "xn--bcher-kva.example"), ("[::1]", "::1"), ("Ex.ORG.", "ex.org")]
)
def test_a_host_is_compared_in_its_ascii_form(host: str, ascii: str) -> None:
    assert ascii_host(host) == ascii
