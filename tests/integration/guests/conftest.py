"""The people of the guest tests, and the guest accounts they deal with."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import directory
from accounts.models import User
from guests import sponsors, sponsorship
from guests.models import GuestAccount, GuestType
from guests.sponsors import Sponsor
from tests.support import people


def _person(now: datetime, username: str, group: str, **details: Any) -> User:
    return directory.create_user(
        username=username,
        password=people.PASSWORD,
        group=group,
        actor="system",
        now=now,
        must_change_password=False,
        **details,
    )


@pytest.fixture
def sami(db: None, now: datetime) -> Sponsor:
    _person(
        now, "sami", "OWN_ACCOUNTS (default)", email="sami@testlab.com", first_name="Sami", last_name="Sorel"
    )
    return sponsors.sponsor_of("sami")


@pytest.fixture
def olga(db: None, now: datetime) -> Sponsor:
    """A second sponsor of the same group as sami."""
    _person(now, "olga", "OWN_ACCOUNTS (default)", email="olga@testlab.com")
    return sponsors.sponsor_of("olga")


@pytest.fixture
def make_sponsor(db: None, now: datetime) -> Callable[[str, str], Sponsor]:
    def make(username: str, group: str) -> Sponsor:
        _person(now, username, group, email=f"{username}@testlab.com")
        return sponsors.sponsor_of(username)

    return make


@pytest.fixture
def ada(db: None, now: datetime) -> User:
    return _person(now, "ada", "Super Admin")


@pytest.fixture
def hana(db: None, now: datetime) -> User:
    return _person(now, "hana", "Helpdesk Admin")


@pytest.fixture
def signed_in() -> Callable[[str], Client]:
    """Return a browser in which a person is signed in, a sponsor at the sponsor portal."""
    return lambda username: people.client_for(User.objects.get(username=username))


@pytest.fixture
def make_guest(now: datetime) -> Callable[..., sponsorship.Issued]:
    """Return a way to have a sponsor make an account."""

    def make(
        sponsor: Sponsor, *, form_token: str = "form-1", at: datetime = now, **changes: Any
    ) -> sponsorship.Issued:
        fields: dict[str, Any] = {
            "first_name": "Gita",
            "last_name": "Garg",
            "email": "gita@guest.example",
            "phone": "",
            "company": "Testlab",
            "guest_type": GuestType.objects.get(name="Contractor (default)"),
            "begins_at": at,
            "ends_at": at + timedelta(days=90),
            "language": "en",
            **changes,
        }
        details = sponsorship.GuestDetails(**fields)
        return sponsorship.create_guest(details=details, sponsor=sponsor, form_token=form_token, now=at)

    return make


@pytest.fixture
def reread() -> Callable[[GuestAccount], GuestAccount]:
    def read(account: GuestAccount) -> GuestAccount:
        return GuestAccount.objects.get(pk=account.pk)

    return read
