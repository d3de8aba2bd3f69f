"""Comparing the host that was asked for with the names in a certificate."""

import pytest
from cryptography import x509

from certificates.pki.hostname import ascii_host, is_host_name, name_finding
from tests.support.pki import Made, Recipe, make, root

DNS_SRV = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.7")


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


@pytest.mark.parametrize(
    "beside",
    [
        *(x509.DNSName(name) for name in ("10.0.0.5", "*.local", "*.com", "*", "12345", "")),
        *(x509.UniformResourceIdentifier(uri) for uri in ("https://x.org:8443/a", "urn:uuid:f81d", "foo")),
        *(x509.OtherName(DNS_SRV, value) for value in (b"\x16\x00", b"\x0c\x01a", b"\x05\x00")),
    ],
    ids=lambda name: repr(name.value),
)
def test_a_name_that_no_host_can_have_stands_in_no_other_names_way(
    authority: Made, beside: x509.GeneralName
) -> None:
    names = x509.SubjectAlternativeName([beside, x509.DNSName("mail.testlab.com")])
    certificate = make(Recipe("x", extra=[(names, False)]), authority).certificate
    assert name_finding(certificate, "mail.testlab.com") is None
    for other in ("10.0.0.5", "a.local", "testlab.com", "x.org", "12345"):
        finding = name_finding(certificate, other)
        assert finding is not None and finding.code in {"HOSTNAME_MISMATCH", "IP_MISMATCH"}


@pytest.mark.parametrize("blank", [" mail.testlab.com", "mail.testlab.com ", "mail.testlab.com\n"])
def test_a_blank_in_a_certificate_is_a_part_of_the_name(authority: Made, blank: str) -> None:
    assert code_for(authority, (blank,), "mail.testlab.com") == "HOSTNAME_MISMATCH"


@pytest.mark.parametrize(
    "asked",
    [
        *(".", "..", "*", "*.testlab.com", "12345", "a b", "a\0b", "\u2603", "\ud800", "xn--\u00fc"),
        *("", " mail.testlab.com", "mail.testlab.com ", "mail.testlab.com\n", "\u3000mail.testlab.com"),
        *("[mail.testlab.com]", "mail.testlab.com..", ".mail.testlab.com", "m" * 64 + ".testlab.com"),
    ],
)
def test_what_is_no_host_name_matches_nothing_and_blames_no_certificate(authority: Made, asked: str) -> None:
    assert code_for(authority, ("mail.testlab.com", "*.testlab.com"), asked) == "HOSTNAME_MISMATCH"
    assert not is_host_name(ascii_host(asked))


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
