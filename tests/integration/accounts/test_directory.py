"""The directory: who is created and changed, what is refused, and what the audit keeps of it."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from accounts import directory
from accounts.groups import BUILT_IN
from accounts.models import Group, User
from console.models import AuditEvent
from tests.support import people

pytestmark = pytest.mark.django_db
GOOD = "copper-window-violet-31"


def create(now: datetime, **changes: object) -> User:
    arguments = {
        "username": "nora",
        "password": GOOD,
        "group": "Helpdesk Admin",
        "actor": "ada",
        "now": now,
        **changes,
    }
    return directory.create_user(**arguments)


def test_every_built_in_group_is_there_after_the_migrations() -> None:
    assert set(Group.objects.values_list("name", flat=True)) >= {group.name for group in BUILT_IN}


def test_the_group_makes_an_administrator_or_an_internal_user(now: datetime) -> None:
    assert create(now).kind == User.Kind.ADMIN
    assert create(now, username="nils", group="Employee").kind == User.Kind.INTERNAL


def test_the_password_is_kept_as_argon2id(now: datetime) -> None:
    assert create(now).password.startswith("argon2$argon2id$")


def test_a_new_person_must_change_the_password_unless_told_otherwise(now: datetime) -> None:
    assert create(now).must_change_password
    assert not create(now, username="nils", must_change_password=False).must_change_password


@pytest.mark.parametrize(
    "password", ["a" * 7, "password1", "iloveyou", "nora.berg", "", "x" * 129, "zero\0byte-long"]
)
def test_a_weak_or_impossible_password_is_refused(now: datetime, password: str) -> None:
    with pytest.raises(directory.PasswordRefused) as refused:
        create(now, password=password, first_name="nora.berg")
    assert refused.value.field == "password"
    assert refused.value.reasons
    assert not User.objects.filter(username="nora").exists()


@pytest.mark.parametrize("password", ["x9" * 64, "пароль из слов", "日本語のパスワード", "        7 spaces"])
def test_long_foreign_and_spaced_passwords_are_taken(now: datetime, password: str) -> None:
    assert create(now, password=password).check_password(password)


@pytest.mark.parametrize("name", ["nora", "NORA", " Nora "])
def test_a_user_name_is_taken_whatever_its_case(now: datetime, name: str) -> None:
    create(now)
    with pytest.raises(directory.UsernameRefused):
        create(now, username=name)


@pytest.mark.parametrize("name", ["", "two words", "semi;colon", "new\nline", "x" * 101])
def test_a_malformed_user_name_is_refused_beside_its_field(now: datetime, name: str) -> None:
    with pytest.raises(directory.DetailRefused) as refused:
        create(now, username=name)
    assert refused.value.field == "username"


@pytest.mark.parametrize("address", ["nora at example", "nora@localhost", "a%b@example.org", "@example.org"])
def test_an_address_that_no_mail_reaches_is_refused_beside_its_field(now: datetime, address: str) -> None:
    with pytest.raises(directory.DetailRefused) as refused:
        create(now, email=address)
    assert refused.value.field == "email"


def test_a_language_that_there_is_not_is_refused(now: datetime) -> None:
    with pytest.raises(directory.DetailRefused) as refused:
        create(now, language="tlh")
    assert refused.value.field == "language"


def test_the_database_itself_refuses_a_second_spelling_of_a_name(now: datetime) -> None:
    create(now)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="NORA", created_at=now, password_changed_at=now)


def test_an_unknown_group_is_refused(now: datetime) -> None:
    with pytest.raises(directory.GroupRefused):
        create(now, group="Nobody Admin")


def test_system_alarms_are_for_administrators(now: datetime) -> None:
    with pytest.raises(directory.DetailRefused):
        create(now, group="Employee", include_system_alarms=True)


def test_a_person_does_not_move_between_admin_and_identity_groups(now: datetime) -> None:
    create(now)
    with pytest.raises(directory.GroupRefused):
        directory.change_details(username="nora", group="Employee", actor="ada", now=now)


def test_the_last_super_admin_can_be_neither_disabled_nor_demoted(now: datetime) -> None:
    people.ada()
    with pytest.raises(directory.LastSuperAdmin):
        directory.disable(username="ada", actor="omar", now=now)
    with pytest.raises(directory.LastSuperAdmin):
        directory.change_details(username="ada", group="Helpdesk Admin", actor="omar", now=now)
    create(now, group="Super Admin")
    assert not directory.disable(username="ada", actor="nora", now=now).is_enabled
    with pytest.raises(directory.LastSuperAdmin):
        directory.change_details(username="nora", group="Helpdesk Admin", actor="ada", now=now)


def test_nobody_disables_the_own_account(now: datetime) -> None:
    people.hana()
    with pytest.raises(directory.OwnAccount):
        directory.disable(username="hana", actor="hana", now=now)


def test_the_current_password_is_not_a_new_one(now: datetime) -> None:
    people.ada()
    with pytest.raises(directory.PasswordRefused):
        directory.change_password(
            username="ada", old_password=people.PASSWORD, password=people.PASSWORD, actor="ada", now=now
        )


def test_a_password_changed_in_the_meantime_is_not_overwritten(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.ada()
    from accounts import credentials

    original = credentials.set_first

    def overtaken(user: User, password: str) -> None:
        original(user, password)
        User.objects.filter(username="ada").update(password="argon2$other")

    monkeypatch.setattr(credentials, "set_first", overtaken)
    with pytest.raises(directory.Overtaken):
        directory.change_password(
            username="ada", old_password=people.PASSWORD, password=GOOD, actor="ada", now=now
        )
    assert User.objects.get(username="ada").password == "argon2$other"


def test_a_wrong_current_password_changes_nothing(now: datetime) -> None:
    people.ada()
    with pytest.raises(directory.WrongPassword):
        directory.change_password(username="ada", old_password="wrong", password=GOOD, actor="ada", now=now)
    assert User.objects.get(username="ada").check_password(people.PASSWORD)


def test_unknown_people_are_named_as_such(now: datetime) -> None:
    for ask in (
        directory.display_name,
        directory.email_of,
        directory.identity_groups_of,
        directory.language_of,
    ):
        with pytest.raises(directory.UserUnknown):
            ask("nobody")
    with pytest.raises(directory.UserUnknown):
        directory.reset_password(username="nobody", password=GOOD, actor="ada", now=now)


def test_the_first_admin_is_made_once_and_kept_after_the_first_sign_in(now: datetime) -> None:
    assert directory.ensure_first_admin(password=GOOD, now=now)
    admin = User.objects.get(username="admin")
    assert admin.must_change_password
    assert admin.has_permission("users.edit")
    User.objects.update(last_login=now)

    assert not directory.ensure_first_admin(password="another-GOOD-one-77", now=now)
    admin.refresh_from_db()
    assert admin.check_password(GOOD)


def test_a_first_password_that_nobody_used_is_replaced_by_the_next_start(now: datetime) -> None:
    directory.ensure_first_admin(password=GOOD, now=now)

    assert directory.ensure_first_admin(password="another-GOOD-one-77", now=now)
    admin = User.objects.get()
    assert admin.check_password("another-GOOD-one-77")
    assert admin.must_change_password


def test_an_admin_somebody_else_made_is_left_alone(now: datetime) -> None:
    people.ada()

    assert not directory.ensure_first_admin(password=GOOD, now=now)
    assert User.objects.count() == 1


def test_alarms_go_to_enabled_admins_who_asked_for_them_and_have_an_address(now: datetime) -> None:
    people.ada()
    people.hana()
    create(now, include_system_alarms=True)
    create(now, username="nils", include_system_alarms=True, email="nils@testlab.com", language="fr")
    create(now, username="noah", include_system_alarms=True, email="noah@testlab.com")
    directory.disable(username="noah", actor="ada", now=now)
    assert directory.alarm_recipients() == [
        directory.Recipient("ada", "ada@testlab.com", ""),
        directory.Recipient("nils", "nils@testlab.com", "fr"),
    ]


def test_sponsors_are_internal_users_who_may_open_the_portal(now: datetime) -> None:
    people.ada()
    people.sami()
    create(now, group="Employee")
    assert [person.username for person in directory.sponsors()] == ["sami"]
    assert directory.identity_groups_of("sami") == ["ALL_ACCOUNTS (default)"]
    assert directory.identity_groups_of("ada") == []
    assert directory.display_name("sami") == "Sami Lund"
    assert directory.email_of("SAMI") == "sami@testlab.com"


def test_every_change_is_in_the_audit_and_no_password_is(now: datetime) -> None:
    people.ada()
    AuditEvent.objects.all().delete()
    create(now, email="nora@testlab.com")
    directory.change_details(
        username="nora", group="System Admin", email="nora@example.org", actor="ada", now=now
    )
    directory.reset_password(username="nora", password="another-quiet-lamp", actor="ada", now=now)
    directory.change_password(
        username="nora", old_password="another-quiet-lamp", password=GOOD, actor="nora", now=now
    )
    directory.disable(username="nora", actor="ada", now=now)
    directory.enable(username="nora", actor="ada", now=now, address="192.0.2.1")
    events = list(AuditEvent.objects.order_by("pk"))
    assert [(event.actor, event.action) for event in events] == [
        ("ada", "user.create"),
        ("ada", "user.edit"),
        ("ada", "user.reset_password"),
        ("nora", "user.change_password"),
        ("ada", "user.disable"),
        ("ada", "user.enable"),
    ]
    assert events[1].before == {"groups": ["Helpdesk Admin"], "email": "nora@testlab.com"}
    assert events[1].after == {"groups": ["System Admin"], "email": "nora@example.org"}
    assert events[5].address == "192.0.2.1"
    kept = str([(event.before, event.after, event.target) for event in events])
    assert not any(secret in kept for secret in (GOOD, "another-quiet-lamp", "argon2"))


def test_a_change_whose_audit_row_cannot_be_written_does_not_happen(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.hana()
    from console import audit

    def refuse(**_fields: object) -> None:
        raise RuntimeError("no audit")

    monkeypatch.setattr(audit, "record", refuse)
    with pytest.raises(RuntimeError):
        directory.disable(username="hana", actor="ada", now=now)
    assert User.objects.get(username="hana").is_enabled
