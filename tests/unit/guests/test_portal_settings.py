"""Which guests the portal's settings let in."""

import pytest

from guests.portals import Settings


@pytest.mark.parametrize("email", ["gita@guest.example", "gita@testlab.com"])
def test_without_a_list_everybody_may_register(email: str) -> None:
    assert Settings(email_allowlist=("testlab.com",)).allows(email)


@pytest.mark.parametrize(
    ("email", "is_allowed"),
    [
        ("gita@testlab.com", True),
        ("gita@Paris.TestLab.com", True),
        ("gita@eviltestlab.com", False),
        ("testlab.com@guest.example", False),
    ],
)
def test_a_domain_of_the_list_covers_what_lies_below_it(email: str, is_allowed: bool) -> None:
    settings = Settings(has_email_allowlist=True, email_allowlist=("testlab.com",))
    assert settings.allows(email) is is_allowed
