"""The field of an alarm's own addresses."""

import pytest
from django import forms

from alarms.forms import AddressesField


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("", ()),
        (" , ,", ()),
        ("noc@testlab.com", ("noc@testlab.com",)),
        ("noc@testlab.com,desk@testlab.com ,noc@testlab.com", ("noc@testlab.com", "desk@testlab.com")),
        ("noc@bücher.test", ("noc@xn--bcher-kva.test",)),
    ],
)
def test_addresses_are_separated_by_commas_and_kept_once(text: str, addresses: tuple[str, ...]) -> None:
    assert AddressesField().clean(text) == addresses


def test_every_word_that_is_no_address_is_named() -> None:
    with pytest.raises(forms.ValidationError) as caught:
        AddressesField().clean("noc@testlab.com, nobody, a;b@testlab.com")
    assert caught.value.messages == ["This is no e-mail address: nobody, a;b@testlab.com"]


def test_more_addresses_than_an_alarm_may_have_are_refused() -> None:
    text = ",".join(f"desk{number}@testlab.com" for number in range(51))
    with pytest.raises(forms.ValidationError, match="at most 50"):
        AddressesField().clean(text)


def test_a_stored_value_is_shown_as_it_is_typed() -> None:
    assert AddressesField().prepare_value(("a@b.test", "c@d.test")) == "a@b.test, c@d.test"
    assert AddressesField().prepare_value("a@b.test;") == "a@b.test;"
