"""Web addresses of responders and lists, before they are stored."""

import pytest

from certificates.revocation.addresses import AddressRefused, clean_address, port_of


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        (" http://OCSP.testlab.com ", "http://ocsp.testlab.com"),
        ("HTTP://ocsp.testlab.com:80/x?y=1#z", "http://ocsp.testlab.com/x?y=1"),
        ("https://ocsp.testlab.com:8443/", "https://ocsp.testlab.com:8443/"),
        ("https://ocsp.testlab.com.:443/CA.crl", "https://ocsp.testlab.com/CA.crl"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("http://10.48.22.67/ocsp", "http://10.48.22.67/ocsp"),
        ("http://münchen.example/", "http://xn--mnchen-3ya.example/"),
        ("http://adfs_1.testlab.com/", "http://adfs_1.testlab.com/"),
    ],
)
def test_an_address_is_kept_as_it_is_asked_for(typed: str, clean: str) -> None:
    assert clean_address(typed) == clean


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("ocsp.testlab.com", "SCHEME"),
        ("ldap://ldap.testlab.com/cn=CA", "SCHEME"),
        ("file:///etc/passwd", "SCHEME"),
        ("javascript:alert(1)", "SCHEME"),
        ("http://ada:secret@ocsp.testlab.com/", "CREDENTIALS"),
        ("http://ocsp.testlab.com@10.0.0.1/", "CREDENTIALS"),
        ("http://", "HOST"),
        ("http:///path", "HOST"),
        ("http://-bad-.example/", "HOST"),
        ("http://2130706433/", "HOST"),
        ("http://0x7f.1/", "HOST"),
        ("http://0x7f000001/", "HOST"),
        ("http://[fe80::1%25eth0]/", "HOST"),
        ("http://[::1/", "HOST"),
        (f"http://{'a' * 64}.example/", "HOST"),
        ("http://ocsp.testlab.com:0/", "PORT"),
        ("http://ocsp.testlab.com:65536/", "PORT"),
        ("http://ocsp.testlab.com:eighty/", "PORT"),
        ("http://ocsp.testlab.com/a b", "SPACE"),
        ("http://ocsp.testlab.com\\@10.0.0.1/", "SPACE"),
        ("http://ocsp.testlab.com/\x00", "SPACE"),
        ("http://ocsp.testlab.com/\u202ecod.exe", "SPACE"),
    ],
)
def test_what_is_no_web_address_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        clean_address(typed)
    assert refused.value.reason == reason


def test_the_port_follows_from_the_scheme_when_none_is_named() -> None:
    assert port_of("http://ocsp.testlab.com/") == 80
    assert port_of("https://ocsp.testlab.com/") == 443
    assert port_of("http://ocsp.testlab.com:8080/") == 8080
