"""The pages of users, administrators and the password policy."""

import re
from datetime import datetime

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client

from accounts import directory
from accounts.models import User
from console.models import AuditEvent
from tests.support import people

pytestmark = pytest.mark.django_db
USERS = "/admin/identity-management/identities/users/"
ADMINS = "/admin/system/admin-access/administrators/"
POLICY = "/admin/system/admin-access/password-policy/"
GOOD = "copper-window-violet-31"
NORA = {
    "username": "nora",
    "first_name": "Nora",
    "email": "nora@testlab.com",
    "group": "ALL_ACCOUNTS (default)",
}


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def said(response: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_internal_users_and_administrators_stand_in_lists_of_their_own(ada: Client) -> None:
    people.sami()
    assert "sami@testlab.com" in text_of(ada.get(USERS))
    assert "ada@testlab.com" not in text_of(ada.get(USERS))
    assert "ada@testlab.com" in text_of(ada.get(ADMINS))
    assert "sami@testlab.com" not in text_of(ada.get(ADMINS))


def test_the_list_is_searched_filtered_and_sorted(ada: Client, now: datetime) -> None:
    people.sami()
    people.in_group("Employee")
    directory.disable(username="employee", actor="ada", now=now)
    assert "sami@" not in text_of(ada.get(USERS, {"q": "emplo"}))
    assert "employee@" in text_of(ada.get(USERS, {"status": "disabled"}))
    assert "sami@" not in text_of(ada.get(USERS, {"status": "disabled"}))
    by_name = text_of(ada.get(USERS, {"sort": "-name"}))
    assert by_name.index("sami@") < by_name.index("employee@")
    assert "Nobody matches" in text_of(ada.get(USERS, {"q": "zzz"}))


def test_nonsense_in_the_query_shows_the_list(ada: Client) -> None:
    people.sami()
    answer = ada.get(USERS, {"sort": "password", "page": "abc", "status": "x"})
    assert "sami@testlab.com" in text_of(answer)


def test_twenty_five_people_make_a_page(ada: Client, now: datetime) -> None:
    template = people.sami()
    User.objects.bulk_create(
        User(username=f"u{number:02}", password=template.password, created_at=now, password_changed_at=now)
        for number in range(30)
    )
    assert text_of(ada.get(USERS)).count("<tr>") == 1 + 25
    assert "u29" in text_of(ada.get(USERS, {"page": 2}))


def test_what_people_are_called_is_escaped(ada: Client, now: datetime) -> None:
    directory.create_user(
        username="x",
        password=GOOD,
        group="Employee",
        first_name="<script>alert(1)</script>",
        actor="a",
        now=now,
    )
    assert "<script>alert(1)" not in text_of(ada.get(USERS))


def test_a_user_is_created_with_a_password_that_is_shown_once(ada: Client) -> None:
    answer = ada.post(f"{USERS}add/", NORA, follow=True)
    found = re.search(r'id="password">([^<]+)<', text_of(answer))
    assert found is not None
    nora = User.objects.get(username="nora")
    assert nora.check_password(found[1])
    assert nora.must_change_password
    assert answer.headers["Cache-Control"] == "no-store"
    assert found[1] not in text_of(ada.get(f"{USERS}{nora.pk}/")) + text_of(ada.get(USERS))
    assert found[1] not in str(list(AuditEvent.objects.values()))


def test_loading_the_page_of_a_new_password_again_shows_none_and_makes_none(ada: Client) -> None:
    page = ada.post(f"{USERS}add/", NORA)["Location"]
    assert 'id="password"' in text_of(ada.get(page))
    before = User.objects.get(username="nora").password
    again = ada.get(page, follow=True)
    assert 'id="password"' not in text_of(again)
    assert "The password was shown already." in text_of(again)
    assert User.objects.get(username="nora").password == before


@pytest.mark.parametrize("name", ["n\u202eora", "n\u043era", "no ra", "n\u200bora"])
def test_a_user_name_that_looks_like_another_is_refused(ada: Client, name: str) -> None:
    answer = text_of(ada.post(f"{USERS}add/", {**NORA, "username": name}))
    assert "Use letters without accents" in answer
    assert User.objects.count() == 1


def test_a_password_that_holds_the_user_name_is_refused(ada: Client) -> None:
    answer = text_of(ada.post(f"{USERS}add/", {**NORA, "password": "copper-NORA-violet-31"}))
    assert "The password must not contain the user name." in answer


def test_a_typed_password_is_not_shown_again(ada: Client) -> None:
    answer = ada.post(f"{USERS}add/", {**NORA, "password": GOOD})
    assert answer.status_code == 302
    assert said(answer) == ["The password of nora was set."]
    assert User.objects.get(username="nora").check_password(GOOD)


def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(ada: Client) -> None:
    people.sami()
    answer = text_of(ada.post(f"{USERS}add/", {**NORA, "username": "SAMI", "password": "password1"}))
    assert "There is already a user with this name." in answer
    assert 'value="nora@testlab.com"' in answer
    assert "password1" not in answer
    answer = text_of(ada.post(f"{USERS}add/", {**NORA, "password": "password1"}))
    assert "This password is too common." in answer


def test_all_that_is_wrong_with_a_new_user_is_said_in_one_round(ada: Client) -> None:
    wrong = {"username": "no ra", "password": "password1", "first_name": "No\u202era", "email": "nora"}
    answer = text_of(ada.post(f"{USERS}add/", {**NORA, **wrong, "last_name": "x" * 101}))
    for field, reason in (
        ("username", "Use letters without accents"),
        ("password", "This password is too common."),
        ("first_name", "Leave out line breaks"),
        ("last_name", "at most 100 characters"),
        ("email", "Enter a valid email address."),
    ):
        assert f'href="#id_{field}"' in answer
        assert reason in answer


def test_all_that_is_wrong_with_a_change_is_said_in_one_round(ada: Client) -> None:
    person = User.objects.get(username="ada")
    wrong = {"first_name": "A\u202ed", "email": "ada%x@testlab.com", "group": "Helpdesk Admin"}
    answer = text_of(ada.post(f"{ADMINS}{person.pk}/", wrong))
    assert "Leave out line breaks" in answer
    assert "No email can be sent to this address." in answer
    assert "This is the last enabled Super Admin." in answer


def test_an_internal_user_cannot_be_put_into_an_admin_group(ada: Client) -> None:
    answer = ada.post(f"{USERS}add/", {**NORA, "group": "Super Admin"})
    assert answer.status_code == 200
    assert not User.objects.filter(username="nora").exists()


def test_fields_that_the_form_does_not_have_are_ignored(ada: Client) -> None:
    ada.post(
        f"{USERS}add/",
        {
            **NORA,
            "password": GOOD,
            "kind": "admin",
            "is_enabled": "",
            "must_change_password": "",
            "session_epoch": 9,
        },
    )
    nora = User.objects.get(username="nora")
    assert (nora.kind, nora.is_enabled, nora.must_change_password, nora.session_epoch) == (
        "internal",
        True,
        True,
        0,
    )


def test_an_administrator_is_created_with_alarm_mails(ada: Client) -> None:
    ada.post(
        f"{ADMINS}add/",
        {**NORA, "group": "Helpdesk Admin", "password": GOOD, "include_system_alarms": "on"},
    )
    assert [person.username for person in directory.alarm_recipients()] == ["ada", "nora"]


def test_details_are_edited(ada: Client) -> None:
    sami = people.sami()
    page = f"{USERS}{sami.pk}/"
    assert 'value="sami@testlab.com"' in text_of(ada.get(page))
    answer = ada.post(page, {"first_name": "Sam", "email": "", "group": "OWN_ACCOUNTS (default)"})
    assert answer.headers["Location"] == USERS
    sami.refresh_from_db()
    assert (sami.first_name, sami.email) == ("Sam", "")
    assert directory.identity_groups_of("sami") == ["OWN_ACCOUNTS (default)"]


def test_a_password_is_reset_to_one_that_is_made(ada: Client) -> None:
    sami = people.sami()
    page = f"{USERS}{sami.pk}/reset-password/"
    assert ada.get(page).status_code == 200
    found = re.search(r'id="password">([^<]+)<', text_of(ada.post(page, {"password": ""}, follow=True)))
    assert found is not None
    sami.refresh_from_db()
    assert sami.check_password(found[1])
    assert sami.must_change_password


def test_a_person_is_disabled_and_enabled_by_posts_alone(ada: Client) -> None:
    sami = people.sami()
    assert ada.get(f"{USERS}{sami.pk}/disable/").status_code == 405
    answer = ada.post(f"{USERS}{sami.pk}/disable/")
    assert said(answer) == ["sami is disabled."]
    assert not User.objects.get(pk=sami.pk).is_enabled
    ada.post(f"{USERS}{sami.pk}/enable/")
    assert User.objects.get(pk=sami.pk).is_enabled


def test_disabling_oneself_is_refused_with_a_reason(ada: Client) -> None:
    answer = ada.post(f"{ADMINS}{User.objects.get(username='ada').pk}/disable/")
    assert said(answer) == ["You cannot disable your own account."]
    assert User.objects.get(username="ada").is_enabled


def test_a_person_of_the_other_section_is_not_found(ada: Client) -> None:
    assert ada.get(f"{USERS}{User.objects.get(username='ada').pk}/").status_code == 404


def test_hana_sees_the_lists_and_no_way_to_change_them() -> None:
    hana = people.client_for(people.hana())
    page = text_of(hana.get(USERS))
    assert "New user" not in page
    assert hana.get(f"{USERS}add/").status_code == 403
    assert hana.post(f"{USERS}add/", NORA).status_code == 403


def test_omar_changes_the_system_but_not_its_users() -> None:
    omar = people.client_for(people.omar())
    assert omar.get(ADMINS).status_code == 200
    assert omar.get(f"{ADMINS}add/").status_code == 403
    assert omar.get(POLICY).status_code == 200


def test_the_policy_is_off_until_somebody_saves_it(ada: Client) -> None:
    assert 'name="passwords_end"' in text_of(ada.get(POLICY))
    assert not re.search(r'name="passwords_end"[^>]*checked', text_of(ada.get(POLICY)))


def test_the_policy_is_saved_and_shown(ada: Client) -> None:
    answer = ada.post(POLICY, {"passwords_end": "on", "lifetime_days": "60", "remind_days_before": "10"})
    assert said(answer) == ["Password policy saved."]
    page = text_of(ada.get(POLICY))
    assert 'value="60"' in page
    assert 'value="10"' in page
    event = AuditEvent.objects.filter(action="password_policy.save").get()
    assert event.after == {"lifetime_days": 60, "remind_days_before": 10}
    assert event.address == "127.0.0.1"


def test_the_policy_is_switched_off_again(ada: Client) -> None:
    ada.post(POLICY, {"passwords_end": "on", "lifetime_days": "60", "remind_days_before": "10"})
    ada.post(POLICY, {})
    ada.post(POLICY, {"remind_days_before": "10"})
    assert not re.search(r'name="passwords_end"[^>]*checked', text_of(ada.get(POLICY)))


@pytest.mark.parametrize(
    ("lifetime", "remind", "sentence"),
    [
        ("0", "1", "greater than or equal to 1"),
        ("3651", "1", "less than or equal to 3650"),
        ("", "1", "Enter a number of days."),
        ("30", "", "Enter a number of days."),
        ("30", "30", "one day less than the password lasts"),
        ("many", "1", "Enter a whole number."),
    ],
)
def test_days_that_do_not_fit_are_refused_beside_their_field(
    ada: Client, lifetime: str, remind: str, sentence: str
) -> None:
    answer = ada.post(
        POLICY, {"passwords_end": "on", "lifetime_days": lifetime, "remind_days_before": remind}
    )
    assert answer.status_code == 200
    assert sentence in text_of(answer)


def test_changing_the_own_password_checks_both_entries(ada: Client) -> None:
    page = "/password/change/"
    answer = text_of(ada.post(page, {"old_password": people.PASSWORD, "password": GOOD, "repeated": "other"}))
    assert "The two passwords are not the same." in answer
    answer = text_of(ada.post(page, {"old_password": "x", "password": "short", "repeated": "short"}))
    assert "This is not your current password." in answer
    assert GOOD not in answer
