"""The dashboard: real ticks, what is not well, figures by permission, a checklist one can put away."""

from collections.abc import Iterator

import pytest
from django.test import Client

from console import checklist, dashboard, health
from console.models import AuditEvent
from tests.support import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Two steps whose state the test sets."""
    done = {"relay": False, "mail": False}
    monkeypatch.setattr(checklist, "_steps", {})
    for order, key in enumerate(done):
        checklist.register(
            key,
            order=order,
            title=f"Step {key}",
            text="Do it.",
            url_name="console:audit",
            is_done=lambda key=key: done[key],
        )
    return done


@pytest.fixture
def health_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start without checks and figures."""
    monkeypatch.setattr(health, "_checks", {})
    monkeypatch.setattr(health, "_lesser_checks", {})
    monkeypatch.setattr(health, "_gauges", {})
    yield


def ada() -> Client:
    return people.client_for(people.ada())


def test_the_first_step_not_done_is_the_next_one(steps: dict[str, bool]) -> None:
    steps["relay"] = True
    states = dashboard.overview(may=lambda name: True).steps
    assert [(state.is_done, state.is_next) for state in states] == [(True, False), (False, True)]


def test_the_checklist_shows_how_far_one_is(steps: dict[str, bool]) -> None:
    steps["relay"] = True
    page = ada().get("/").content.decode()
    assert "1 of 2 done" in page
    assert "Step relay" in page
    assert "Put away" not in page


def test_a_finished_checklist_is_put_away_for_everybody_and_the_audit_knows(steps: dict[str, bool]) -> None:
    steps.update(relay=True, mail=True)
    client = ada()
    assert "Put away" in client.get("/").content.decode()
    assert "Checklist put away." in client.post("/checklist/dismiss/", follow=True).content.decode()
    assert "Step relay" not in people.client_for(people.hana()).get("/").content.decode()
    assert AuditEvent.objects.filter(actor="ada", action="checklist.dismiss").count() == 1


def test_a_step_that_is_undone_brings_the_checklist_back(steps: dict[str, bool]) -> None:
    steps.update(relay=True, mail=True)
    client = ada()
    client.post("/checklist/dismiss/")
    steps["relay"] = False
    assert "Step relay" in client.get("/").content.decode()


def test_an_unfinished_checklist_cannot_be_put_away(steps: dict[str, bool]) -> None:
    client = ada()
    client.post("/checklist/dismiss/")
    assert "Step relay" in client.get("/").content.decode()
    assert not AuditEvent.objects.filter(action="checklist.dismiss").exists()


def test_the_helpdesk_may_not_put_the_checklist_away(steps: dict[str, bool]) -> None:
    assert people.client_for(people.hana()).post("/checklist/dismiss/").status_code == 403


def test_what_is_not_well_is_said_in_a_sentence(steps: dict[str, bool], health_registry: None) -> None:
    assert "All checks are well" in ada().get("/").content.decode()
    health.register_check("broker", lambda: "The broker does not answer.")
    health.register_check("worker", lambda: "The worker is silent.", is_vital=False)
    page = ada().get("/").content.decode()
    assert "The broker does not answer." in page
    assert "The worker is silent." in page
    assert "All checks are well" not in page


def test_a_figure_is_shown_to_those_who_may_open_its_page(
    steps: dict[str, bool], health_registry: None
) -> None:
    health.register_gauge(
        "sent", label="Sent today", url_name="console:audit", permission="audit.view", value=lambda: "1,284"
    )
    assert [figure.value for figure in dashboard.overview(may=lambda name: True).figures] == ["1,284"]
    assert dashboard.overview(may=lambda name: False).figures == ()


def test_the_live_page_looks_at_nothing_and_the_ready_page_at_every_check(
    client: Client, health_registry: None
) -> None:
    health.register_check("broker", lambda: None)
    assert client.get("/-/live").json() == {"status": "live", "node": "ise3-1"}
    assert client.get("/-/ready").json()["status"] == "ready"
    health.register_check("broker", lambda: "The broker does not answer.")
    refused = client.get("/-/ready")
    assert refused.status_code == 503
    assert refused.json()["faults"] == {"broker": "The broker does not answer."}
    assert client.get("/-/live").status_code == 200


def test_a_check_that_is_not_vital_is_shown_but_the_node_stays_ready(
    client: Client, health_registry: None
) -> None:
    health.register_check("worker", lambda: "The worker is silent.", is_vital=False)
    answer = client.get("/-/ready")
    assert answer.status_code == 200
    assert answer.json()["notices"] == {"worker": "The worker is silent."}


def test_the_language_is_remembered_in_a_cookie_and_leads_back(client: Client) -> None:
    answer = client.post("/i18n/setlang/", {"language": "fr", "next": "/sign-in/?next=/"})
    assert answer.headers["Location"] == "/sign-in/?next=/"
    assert answer.cookies["ise_language"].value == "fr"
    assert 'lang="fr"' in client.get("/sign-in/").content.decode()


def test_the_language_switch_leads_to_no_other_site(client: Client) -> None:
    answer = client.post("/i18n/setlang/", {"language": "fr", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"
