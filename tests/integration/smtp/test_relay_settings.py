"""Saving the SMTP server: the sealed password, when it must be typed again, and what the audit keeps."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from console import secrets
from console.models import AuditEvent
from notifications import relay
from notifications.models import ConnectionTest, RelaySettings
from notifications.relay_settings import columns_of
from notifications.smtp.credentials import CredentialsRefused
from notifications.smtp.settings import ServerSettings, TlsMode

pytestmark = pytest.mark.django_db

SERVER = ServerSettings(
    "mail.testlab.com", 25, 60, TlsMode.AUTO, user="relay@testlab.com", password="C!sco@123"
)


def save(server: ServerSettings, now, *, keep: bool = False, cleartext: bool = False) -> RelaySettings:
    return relay.save(
        server=server, keep_password=keep, allow_cleartext_password=cleartext, actor="ada", now=now
    )


def test_nothing_is_saved_at_first():
    assert relay.current() is None
    assert relay.connection_settings() is None
    assert (relay.version(), relay.is_configured(), relay.has_passed_test()) == (0, False, False)


def test_the_saved_server_comes_back_with_its_password_and_the_name_of_the_node(now):
    save(SERVER, now)
    assert relay.connection_settings() == replace(SERVER, ehlo_name="ise3-1")
    assert relay.is_configured()


def test_the_name_in_ehlo_can_be_set(now, settings):
    settings.ISE_MAIL_EHLO_NAME = "ise.example.net"
    save(SERVER, now)
    assert relay.connection_settings().ehlo_name == "ise.example.net"


def test_each_save_counts_the_version_up(now):
    save(SERVER, now)
    save(SERVER, now, keep=True)
    assert relay.version() == 2
    assert RelaySettings.objects.count() == 1


def test_the_password_is_sealed_to_host_and_user(now):
    row = save(SERVER, now)
    assert "C!sco" not in row.password_sealed
    RelaySettings.objects.update(host="evil.example.net")
    with pytest.raises(secrets.SealBroken):
        relay.connection_settings()


@pytest.mark.parametrize(
    "changes",
    [
        {"port": 587},
        {"port": 465},
        {"timeout_seconds": 5},
        {"tls": TlsMode.STARTTLS},
        {"tls": TlsMode.IMPLICIT, "port": 465},
        {"minimum_tls": "1.3"},
    ],
)
def test_the_password_is_kept_while_host_user_and_protection_stay(now, changes):
    save(SERVER, now)
    save(replace(SERVER, password="", **changes), now, keep=True)
    assert relay.connection_settings().password == "C!sco@123"


@pytest.mark.parametrize(
    "changes",
    [{"host": "other.testlab.com"}, {"user": "other"}, {"tls": TlsMode.NONE}],
)
def test_the_password_must_be_typed_again_for_another_host_or_user_or_less_protection(now, changes):
    save(SERVER, now)
    wanted = replace(SERVER, password="", **changes)
    assert not relay.may_keep_password(wanted)
    with pytest.raises(relay.PasswordNeeded):
        save(wanted, now, keep=True, cleartext=True)
    assert relay.version() == 1


def test_a_lower_minimum_version_is_less_protection(now):
    save(replace(SERVER, minimum_tls="1.3"), now)
    assert not relay.may_keep_password(SERVER)


def test_switching_tls_on_keeps_a_password_that_was_sent_in_clear(now):
    save(replace(SERVER, tls=TlsMode.NONE), now, cleartext=True)
    row = save(replace(SERVER, password=""), now, keep=True)
    assert relay.connection_settings().password == "C!sco@123"
    assert not row.allow_cleartext_password


def test_a_password_in_clear_must_be_confirmed(now):
    with pytest.raises(relay.CleartextRefused):
        save(replace(SERVER, tls=TlsMode.NONE), now)
    assert not relay.is_configured()


def test_without_sign_in_no_password_stays_behind(now):
    save(SERVER, now)
    row = save(replace(SERVER, user="", password=""), now)
    assert row.password_sealed == ""


def test_a_user_without_a_password_is_not_saved(now):
    with pytest.raises(relay.PasswordNeeded):
        save(replace(SERVER, password=""), now)


def test_the_audit_names_what_changed_and_holds_no_password(now):
    save(SERVER, now)
    save(replace(SERVER, port=587, tls=TlsMode.NONE), now, cleartext=True)
    event = AuditEvent.objects.order_by("pk").last()
    assert (event.actor, event.action) == ("ada", "smtp.save")
    assert event.before == {"allow_cleartext_password": False, "port": 25, "tls": "auto"}
    assert event.after == {
        "allow_cleartext_password": True,
        "password": "replaced",
        "port": 587,
        "tls": "none",
    }
    assert "C!sco" not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    "values",
    [
        {"port": 0},
        {"port": 65536},
        {"timeout_seconds": 0},
        {"timeout_seconds": 301},
        {"tls": "x"},
        {"host": ""},
    ],
)
def test_the_database_refuses_what_no_form_lets_through(now, values):
    columns = {**columns_of(replace(SERVER, user="")), **values}
    with pytest.raises(IntegrityError), transaction.atomic():
        RelaySettings.objects.create(pk=1, saved_at=now, **columns)


def test_there_is_one_row_only(now):
    with pytest.raises(IntegrityError), transaction.atomic():
        RelaySettings.objects.create(pk=2, saved_at=now, **columns_of(replace(SERVER, user="")))


def test_what_the_shell_saved_is_not_bound_by_the_outbound_rules(now):
    save(SERVER, now)
    assert relay.permit()("169.254.169.254", 25) == "LINK_LOCAL"
    relay.save(
        server=SERVER,
        keep_password=False,
        allow_cleartext_password=False,
        actor="shell",
        now=now,
        is_bound_by_egress=False,
    )
    assert relay.permit() is None


def test_the_key_of_the_password_is_in_use(now):
    save(SERVER, now)
    assert relay.key_ids_in_use() == set(secrets.ring().ids[:1])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"user": "relay\r\nQUIT"}, "CONTROL"),
        ({"user": "r" * 321}, "USER_TOO_LONG"),
        ({"password": "p\x00"}, "CONTROL"),
        ({"password": "p" * 1001}, "PASSWORD_TOO_LONG"),
    ],
)
def test_what_no_sign_in_can_carry_is_neither_saved_nor_tested(now, changes, reason):
    server = replace(SERVER, **changes)
    with pytest.raises(CredentialsRefused) as refused:
        save(server, now)
    assert refused.value.reason == reason
    with pytest.raises(CredentialsRefused):
        relay.request_test(server=server, nodes=["ise3-1"], actor="ada", now=now)
    assert not relay.is_configured() and not ConnectionTest.objects.exists()
