"""The named people can be signed in, each at the right portal."""

import pytest

from tests.support import people

pytestmark = pytest.mark.django_db


def test_ada_signed_in_stays_out_of_the_sign_in_page() -> None:
    assert people.client_for(people.ada()).get("/sign-in/").status_code == 302


def test_sami_signed_in_to_the_sponsor_portal_is_unknown_to_the_console() -> None:
    client = people.client_for(people.sami())
    assert client.get("/sponsor/sign-in/").status_code == 302
    assert client.get("/password/change/").headers["Location"].startswith("/sign-in/")
