"""Every address of the product against every role: an address that is not in the table fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import groups
from accounts.models import CHANGE_OWN_PASSWORD
from accounts.portals import CONSOLE, GUEST, SPONSOR
from console.access import PUBLIC, declared, required_permission, sign_in_address
from guests.models import GuestType
from tests.support import people


@dataclass(frozen=True)
class Rule:
    """The permission to open an address and the one to post to it; None where it takes no POST."""

    opens: str
    posts: str | None = None


def reads(permission: str) -> Rule:
    """A page that changes nothing."""
    return Rule(permission)


def both(permission: str) -> Rule:
    """A page that whoever opens it may also post to."""
    return Rule(permission, permission)


def writes(opens: str, posts: str) -> Rule:
    """A page that some may read and fewer may change."""
    return Rule(opens, posts)


TABLE: dict[str, Rule] = {
    "console:dashboard": reads("dashboard.view"),
    "console:dismiss-checklist": both("dashboard.edit"),
    "console:audit": reads("audit.view"),
    "console:audit-event": reads("audit.view"),
    "console:audit-chain": reads("audit.view"),
    "console:set-language": both(PUBLIC),
    "console:live": reads(PUBLIC),
    "console:ready": reads(PUBLIC),
    "accounts:sign-in": both(PUBLIC),
    "accounts:sign-out": both(PUBLIC),
    "accounts:password-change": both(CHANGE_OWN_PASSWORD),
    "accounts:sponsor-sign-in": both(PUBLIC),
    "accounts:sponsor-sign-out": both(PUBLIC),
    "accounts:sponsor-password-change": both(CHANGE_OWN_PASSWORD),
    "accounts:password-policy": both("password_policy.edit"),
    "accounts:administrator-list": reads("users.view"),
    "accounts:administrator-add": both("users.edit"),
    "accounts:administrator-edit": both("users.edit"),
    "accounts:administrator-reset-password": both("users.edit"),
    "accounts:administrator-password": reads("users.edit"),
    "accounts:administrator-disable": both("users.edit"),
    "accounts:administrator-enable": both("users.edit"),
    "accounts:user-list": reads("users.view"),
    "accounts:user-add": both("users.edit"),
    "accounts:user-edit": both("users.edit"),
    "accounts:user-reset-password": both("users.edit"),
    "accounts:user-password": reads("users.edit"),
    "accounts:user-disable": both("users.edit"),
    "accounts:user-enable": both("users.edit"),
    "deployment:node-list": reads("deployment.view"),
    "certificates:trusted-list": reads("certificates.view"),
    "certificates:trusted-bulk": both("certificates.edit"),
    "certificates:trusted-export-many": reads("certificates.view"),
    "certificates:trusted-undo": both("certificates.edit"),
    "certificates:trusted-import": both("certificates.edit"),
    "certificates:trusted-import-choice": both("certificates.edit"),
    "certificates:trusted-import-state": reads("certificates.edit"),
    "certificates:trusted-repair": both("certificates.edit"),
    "certificates:trusted-repair-fetch": both("certificates.edit"),
    "certificates:trusted-repair-switch": both("certificates.edit"),
    "certificates:trusted-detail": reads("certificates.view"),
    "certificates:trusted-edit": both("certificates.edit"),
    "certificates:trusted-what-if": reads("certificates.edit"),
    "certificates:trusted-delete": both("certificates.edit"),
    "certificates:trusted-export": reads("certificates.view"),
    "certificates:trust-health": reads("certificates.view"),
    "certificates:periodic-check": writes("certificates.view", "certificates.edit"),
    "certificates:periodic-check-now": both("certificates.edit"),
    "certificates:periodic-check-state": reads("certificates.view"),
    "certificates:crl-download": both("certificates.edit"),
    "certificates:ocsp-profile-list": reads("certificates.view"),
    "certificates:ocsp-profile-add": both("certificates.edit"),
    "certificates:ocsp-profile-edit": writes("certificates.view", "certificates.edit"),
    "certificates:ocsp-profile-delete": both("certificates.edit"),
    "certificates:ocsp-profile-clear-cache": both("certificates.edit"),
    "notifications:smtp-server": writes("smtp.view", "smtp.edit"),
    "notifications:smtp-server-test": both("smtp.test"),
    "notifications:smtp-server-repair": both("certificates.edit"),
    "notifications:smtp-server-test-state": reads("smtp.view"),
    "notifications:test-mail": both("mail.test"),
    "notifications:test-mail-state": reads("mail.test"),
    "notifications:guest-email": writes("guest_email.view", "guest_email.edit"),
    "notifications:delivery-log": reads("delivery.view"),
    "notifications:mail-detail": reads("delivery.view"),
    "notifications:mail-resend": both("delivery.resend"),
    "guests:register": both(PUBLIC),
    "guests:registered": reads(PUBLIC),
    "guests:sponsor-create": both("sponsor.portal"),
    "guests:sponsor-guests": reads("sponsor.portal"),
    "guests:sponsor-guest": reads("sponsor.portal"),
    "guests:sponsor-notify": both("sponsor.portal"),
    "guests:portal-list": reads("portals.view"),
    "guests:type-list": reads("portals.view"),
    "guests:type-edit": writes("portals.view", "portals.edit"),
    "guests:portal-settings": writes("portals.view", "portals.edit"),
    "guests:portal-email": writes("portals.view", "portals.edit"),
    "guests:portal-email-preview": reads("portals.view"),
    "guests:portal-email-test": reads("portals.view"),
    "alarms:alarm-list": reads("alarms.view"),
    "alarms:settings": writes("alarms.view", "alarms.edit"),
    "sandbox:guide": reads("sandbox.view"),
    "sandbox:certificate-authority": reads(PUBLIC),
    "sandbox:inbox": reads("sandbox.view"),
    "sandbox:mail": reads("sandbox.view"),
    "sandbox:mail-html": reads("sandbox.view"),
    "sandbox:mail-source": reads("sandbox.view"),
    "sandbox:mail-part": reads("sandbox.view"),
}

_SAMPLES: dict[str, object] = {
    "IntConverter": 4_000_000,
    "UUIDConverter": UUID(int=7),
    "StringConverter": "none",
    "SlugConverter": "none",
    "PathConverter": "none",
}
# Where a view decides about the POST itself, it must meet an object that exists.
_OBJECTS: dict[str, Callable[[], dict[str, object]]] = {
    "guests:type-edit": lambda: {"type_id": GuestType.objects.earliest("pk").pk},
}
_REFUSED, _NO_SUCH_METHOD = 403, 405


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern, dict[str, object]]]:
    """Yield the name, the pattern and sample arguments of every address below a resolver."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            name = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from patterns(entry, name)
        else:
            converters = entry.pattern.converters
            samples = {key: _SAMPLES[type(converter).__name__] for key, converter in converters.items()}
            yield f"{prefix}{entry.name}", entry, samples


ALL_ADDRESSES = sorted(patterns(get_resolver()), key=lambda found: found[0])
ADDRESSES = [found for found in ALL_ADDRESSES if found[0] in TABLE]
GROUPS = {group.name: group for group in groups.BUILT_IN}


def test_the_table_names_every_address_of_the_product_and_no_other() -> None:
    found = {name for name, _pattern, _samples in ALL_ADDRESSES}
    assert sorted(found - set(TABLE)) == [], "addresses that the table lacks"
    assert sorted(set(TABLE) - found) == [], "addresses that are gone"


def test_every_view_asks_for_the_permission_in_the_table() -> None:
    asked = {name: required_permission(pattern.callback) for name, pattern, _samples in ADDRESSES}
    assert asked == {name: TABLE[name].opens for name in asked}


def test_every_permission_in_the_table_is_declared() -> None:
    named = {rule.opens for rule in TABLE.values()} | {rule.posts for rule in TABLE.values()}
    assert named - {PUBLIC, None} - set(declared()) == set()


@pytest.mark.django_db
def test_a_visitor_opens_what_is_public_and_is_led_to_the_right_sign_in_page_elsewhere(
    client: Client,
) -> None:
    wrong = []
    for name, _pattern, samples in ADDRESSES:
        url = reverse(name, kwargs=samples)
        expected = resolve_url(sign_in_address(url))
        for answer in (client.get(url), client.post(url)):
            is_led_away = answer.status_code == 302 and answer.headers["Location"].startswith(f"{expected}?")
            if is_led_away == (TABLE[name].opens == PUBLIC):
                wrong.append((name, answer.status_code))
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("group", sorted(GROUPS))
def test_a_role_opens_what_its_permissions_allow_and_nothing_else(group: str) -> None:
    client = _everywhere(group)
    wrong = []
    for name, _pattern, samples in ADDRESSES:
        answer = client.get(reverse(name, kwargs=samples))
        may_open = _holds(group, TABLE[name].opens)
        if answer.status_code == 500 or may_open == (answer.status_code == _REFUSED) or _is_sign_in(answer):
            wrong.append((name, answer.status_code))
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("group", sorted(GROUPS))
def test_a_role_posts_nowhere_that_its_permissions_do_not_allow(group: str) -> None:
    client = _everywhere(group)
    wrong = []
    for name, _pattern, samples in ADDRESSES:
        rule = TABLE[name]
        if rule.opens == PUBLIC or (rule.posts is not None and _holds(group, rule.posts)):
            continue
        kwargs = _OBJECTS[name]() if name in _OBJECTS else samples
        status = client.post(reverse(name, kwargs=kwargs)).status_code
        expected = {_NO_SUCH_METHOD} if rule.posts is None else {_REFUSED}
        if status not in (expected if _holds(group, rule.opens) else {_REFUSED}):
            wrong.append((name, status))
    assert wrong == []


def _everywhere(group: str) -> Client:
    """Return a client whose session is known to all three portals, so that only permissions decide."""
    client = people.client_for(people.in_group(group), portal=CONSOLE)
    for portal in (SPONSOR, GUEST):
        client.cookies[portal.cookie_name] = client.cookies[CONSOLE.cookie_name].value
    client.raise_request_exception = False
    return client


def _holds(group: str, permission: str) -> bool:
    return permission in {PUBLIC, CHANGE_OWN_PASSWORD} or groups.allows(GROUPS[group].rules, permission)


def _is_sign_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and "/sign-in/?" in answer.headers["Location"]
