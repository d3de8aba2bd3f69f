"""What every form of the console does in a real browser, tried on real pages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.support import people
from tests.support.browser import PHONE, Visitor

Visit = Callable[..., Visitor]
ALARMS = "/admin/system/settings/alarms/"
NEW_USER = "/admin/identity-management/identities/users/add/"


def test_the_save_bar_says_whether_something_is_unsaved_and_reset_takes_it_back(visit: Visit) -> None:
    page = visit(people.ada())
    page.open(ALARMS)
    state = page.page.locator(".im-savebar__state")
    expect(state).to_have_text("No unsaved changes")
    page.page.fill("#id_expiration_days", "45")
    expect(state).to_have_text("You have unsaved changes")
    page.page.click("button[type=reset]")
    expect(state).to_have_text("No unsaved changes")


def test_a_page_with_unsaved_changes_asks_before_it_is_left_and_a_saved_one_does_not(visit: Visit) -> None:
    visitor = visit(people.ada())
    asked: list[str] = []
    visitor.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    visitor.open(ALARMS)
    visitor.page.fill("#id_expiration_days", "45")
    visitor.page.click(".im-brand")
    visitor.page.wait_for_url("**/")
    assert asked == ["beforeunload"]
    visitor.open(ALARMS)
    visitor.page.fill("#id_expiration_days", "45")
    visitor.page.click(".im-savebar [type=submit]")
    expect(visitor.page.locator(".im-toast")).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_switch_hides_and_disables_what_depends_on_it(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(ALARMS)
    field = visitor.page.locator("#id_expiration_days")
    expect(field).to_be_visible()
    visitor.page.click("label[for=id_expiration_enabled]")
    expect(field).to_be_hidden()
    expect(field).to_be_disabled()
    visitor.page.click("button[type=reset]")
    expect(field).to_be_visible()
    expect(field).to_be_enabled()


@pytest.mark.parametrize("size", [None, PHONE])
def test_a_refused_form_takes_the_focus_to_its_summary_and_each_line_leads_to_its_field(
    visit: Visit, size: tuple[int, int] | None
) -> None:
    visitor = visit(people.ada(), **({"size": size} if size else {}))
    visitor.open(NEW_USER)
    visitor.page.click(".im-savebar [type=submit]")
    summary = visitor.page.locator(".im-errors")
    expect(summary).to_be_focused()
    assert visitor.axe() == []
    assert visitor.overflow() == 0
    summary.locator("a").first.click()
    assert visitor.page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"


def test_nothing_typed_is_lost_when_a_form_is_refused(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(NEW_USER)
    visitor.page.fill("#id_first_name", "Zoë")
    visitor.page.click(".im-savebar [type=submit]")
    expect(visitor.page.locator("#id_first_name")).to_have_value("Zoë")
    expect(visitor.page.locator(".im-savebar__state")).to_have_text("You have unsaved changes")


def test_a_double_click_sends_a_form_once(visit: Visit) -> None:
    visitor = visit(people.ada())
    sent: list[str] = []
    visitor.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    visitor.open(NEW_USER)
    visitor.page.dblclick(".im-savebar [type=submit]")
    expect(visitor.page.locator(".im-errors")).to_be_visible()
    assert len(sent) == 1


def test_success_is_a_toast_that_can_be_dismissed(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(ALARMS)
    visitor.page.fill("#id_expiration_days", "45")
    visitor.page.click(".im-savebar [type=submit]")
    toast = visitor.page.locator(".im-toast")
    expect(toast).to_be_visible()
    assert visitor.axe() == []
    toast.locator("[data-im-dismiss]").click()
    expect(toast).to_have_count(0)


def test_a_filter_takes_effect_at_once_and_back_restores_the_list(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open("/admin/system/audit/")
    visitor.page.select_option("select[name=action]", "user.create")
    visitor.page.wait_for_url("**action=user.create**")
    visitor.page.go_back()
    expect(visitor.page.locator("select[name=action]")).to_have_value("")


def test_a_search_keeps_the_filter_beside_it(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open("/admin/system/audit/?action=user.create")
    visitor.page.fill("input[type=search]", "nobody at all")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**q=nobody**")
    assert "action=user.create" in visitor.page.url
    expect(visitor.page.locator(".im-empty")).to_contain_text("No event matches")
    assert visitor.axe() == []


def test_the_audit_states_that_its_chain_is_whole(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open("/admin/system/audit/")
    expect(visitor.page.locator("#audit-chain")).to_contain_text("Chain verified")


def test_a_session_that_ended_leads_to_the_sign_in_page_and_not_into_a_panel(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open("/admin/system/audit/")
    expect(visitor.page.locator("#audit-chain")).to_contain_text("Chain verified")
    visitor.context.clear_cookies(name="ise_console")
    visitor.page.evaluate("htmx.ajax('GET', '/admin/system/audit/chain/', '#audit-chain')")
    visitor.page.wait_for_url("**/sign-in/**")
    assert User.objects.filter(username="ada").exists()


def test_a_request_that_fails_behind_the_page_says_so_and_stays(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open("/admin/system/audit/")
    visitor.allow("status of 503|Error Code 503")
    visitor.page.route("**/audit/chain/", lambda route: route.fulfill(status=503, body=""))
    visitor.page.evaluate("htmx.ajax('GET', '/admin/system/audit/chain/', '#audit-chain')")
    expect(visitor.page.locator(".im-toast--error")).to_contain_text("could not answer")


def test_a_server_that_cannot_be_reached_is_told_from_one_that_fails(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open("/admin/system/audit/")
    visitor.allow("ERR_FAILED|htmx:")
    visitor.page.route("**/audit/chain/", lambda route: route.abort())
    visitor.page.evaluate("htmx.ajax('GET', '/admin/system/audit/chain/', '#audit-chain').catch(() => {})")
    expect(visitor.page.locator(".im-toast--error")).to_contain_text("cannot be reached")


def test_a_question_before_a_deed_opens_in_a_dialog_and_escape_answers_no(visit: Visit) -> None:
    visitor = visit(people.ada())
    sami = people.sami()
    visitor.open(f"/admin/identity-management/identities/users/{sami.pk}/")
    button = visitor.page.locator("[data-im-dialog]").first
    button.click()
    dialog = visitor.page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    assert visitor.axe() == []
    visitor.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
