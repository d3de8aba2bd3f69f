"""Which text is the address of one mailbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.mail.address import AddressRefused, Reason, clean_mailbox


@pytest.mark.parametrize(
    ("typed", "on_the_wire"),
    [
        ("gita@guest.example", "gita@guest.example"),
        ("  Gita.Garg+wifi@Guest.Example ", "Gita.Garg+wifi@guest.example"),
        ("o'brien@sub.testlab.local", "o'brien@sub.testlab.local"),
        ("gita@bücher.example", "gita@xn--bcher-kva.example"),
        ("a" * 64 + "@x.example", "a" * 64 + "@x.example"),
    ],
)
def test_an_address_is_kept_as_it_goes_over_the_wire(typed, on_the_wire):
    assert clean_mailbox(typed) == on_the_wire


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", Reason.EMPTY),
        ("   ", Reason.EMPTY),
        ("gita", Reason.SYNTAX),
        ("@guest.example", Reason.SYNTAX),
        ("gita@", Reason.NO_DOT),
        ("gita@localhost", Reason.NO_DOT),
        ("gita@localhost.", Reason.NO_DOT),
        ("=?utf-8?q?=61=40?=@x.example", Reason.ROUTING_CHARACTER),
        ("a%b.example@x.example", Reason.ROUTING_CHARACTER),
        ("x.example!a@y.example", Reason.ROUTING_CHARACTER),
        ("a" * 65 + "@x.example", Reason.TOO_LONG),
        ("a@" + ".".join(["b" * 60] * 5) + ".example", Reason.SYNTAX),
        ("a@[127.0.0.1]", Reason.IP_ADDRESS),
        ("a@127.0.0.1", Reason.IP_ADDRESS),
        ("üser@x.example", Reason.LOCAL_PART_NOT_ASCII),
        ("a\0@x.example", Reason.CONTROL_CHARACTER),
        ("a@x.example\n", Reason.CONTROL_CHARACTER),
        ("a@x.example\r\nRCPT TO:<b@x.example>", Reason.CONTROL_CHARACTER),
        ("a@x.example, b@x.example", Reason.SYNTAX),
        ("Gita <a@x.example>", Reason.SYNTAX),
        ('"a b"@x.example', Reason.SYNTAX),
        ("a@x..example", Reason.SYNTAX),
        ("a@-x.example", Reason.SYNTAX),
        ("a b@x.example", Reason.SYNTAX),
    ],
)
def test_what_is_no_mailbox_is_refused_with_its_reason(typed, reason):
    with pytest.raises(AddressRefused) as refused:
        clean_mailbox(typed)
    assert refused.value.reason is reason


@given(st.text(max_size=60))
def test_whatever_passes_is_one_ascii_word_with_one_at_sign(typed):
    try:
        address = clean_mailbox(typed)
    except AddressRefused:
        return
    assert address.isascii() and address.isprintable() and len(address.split()) == 1
    assert address.count("@") == 1 and not set(address) & set('<>,;:\\"()[]')
    assert clean_mailbox(address) == address
