"""What may be entered as a server, and the form in which it is kept."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.smtp.hostname import HostRefused, clean_host


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("mail", "mail"),
        (" Mail.TestLab.com. ", "mail.testlab.com"),
        ("bücher.example.net", "xn--bcher-kva.example.net"),
        ("3com.example.net", "3com.example.net"),
        ("10.106.32.25", "10.106.32.25"),
        ("[2001:DB8::A]", "2001:db8::a"),
        ("2001:db8:0:0::1", "2001:db8::1"),
    ],
)
def test_names_and_addresses_have_one_form(text: str, host: str):
    assert clean_host(text) == host


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "EMPTY"),
        ("  ", "EMPTY"),
        ("smtp://mail", "SCHEME"),
        ("mail/x", "SCHEME"),
        ("ada@mail", "SCHEME"),
        ("mail:25", "PORT"),
        ("mail server", "SPACE"),
        ("mail\u200b.net", "SPACE"),
        ("fe80::1%eth0", "SCOPE"),
        ("1.2.3", "ADDRESS"),
        ("0x7f.0x1", "ADDRESS"),
        ("[mail]", "ADDRESS"),
        ("2001:db8::x", "ADDRESS"),
        ("mail..net", "NAME"),
        ("-mail.net", "NAME"),
        ("mail_1.net", "NAME"),
        ("a" * 64 + ".net", "NAME"),
        (".".join(["a" * 60] * 5), "NAME"),
        ("xn--\u0661", "NAME"),
    ],
)
def test_what_is_no_server_is_refused_with_its_reason(text: str, reason: str):
    with pytest.raises(HostRefused) as caught:
        clean_host(text)
    assert caught.value.reason == reason


@given(st.text(max_size=80))
def test_whatever_is_typed_comes_out_fit_for_the_wire_or_not_at_all(text: str):
    try:
        host = clean_host(text)
    except HostRefused:
        return
    assert host.isascii() and host.isprintable() and " " not in host
    assert clean_host(host) == host


@given(st.ip_addresses())
def test_every_address_is_a_server(address: ipaddress.IPv4Address | ipaddress.IPv6Address):
    assert ipaddress.ip_address(clean_host(str(address))) == address
