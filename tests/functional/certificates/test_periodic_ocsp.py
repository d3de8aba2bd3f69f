"""The periodic check and the download button with real responders and real web servers on loopback."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.x509 import ocsp

from certificates.health import periodic, schedule
from certificates.health.report import report
from certificates.models import CertificateCheck, CheckSettings, CrlState, OcspAnswer
from certificates.revocation import downloads, profiles, settings
from certificates.revocation.overview import overview_of
from certificates.revocation.profiles import Profile
from certificates.revocation.settings import RevocationChange
from ise_mail.env import Address
from tests.support import people
from tests.support.pki import DAY, Made, root, server
from tests.support.responder import Responder
from tests.support.revocation import Entry, crl
from tests.support.seenchains import see, set_relay, store
from tests.support.web import Handler, WebServer, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_broker")]
HOUR = timedelta(hours=1)
ENDPOINT = "smtp mail.testlab.com:587"
Serve = Callable[[Handler], WebServer]


@pytest.fixture
def serve(settings: Any) -> Iterator[Serve]:
    """Starts servers that the gate lets through, and stops them at the end of the test."""
    running: list[WebServer] = []

    def start(handler: Handler) -> WebServer:
        running.append(WebServer(handler))
        settings.ISE_MAIL_EGRESS_ALLOW = tuple(Address("localhost", server.port) for server in running)
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def authority() -> Made:
    return root()


@pytest.fixture
def leaf(authority: Made) -> Made:
    return server(authority)


def use(
    authority: Made, leaf: Made, url: str, now: datetime, *, rejects: bool = False, **options: Any
) -> int:
    """Have the leaf in use and its authority's certificates validated by a service; return its profile."""
    row = store(authority, now)
    profile_id = profiles.add(profile=Profile("Lab", primary_url=url, **options), actor="ada", now=now)
    chosen = RevocationChange(ocsp_enabled=True, ocsp_profile_id=profile_id, ocsp_reject_unreachable=rejects)
    settings.change(certificate_id=row.pk, change=chosen, actor="ada", now=now)
    set_relay(now)
    see([leaf], authority, now)
    return profile_id


def check(now: datetime) -> str:
    schedule.current(now=now)
    CheckSettings.objects.update(due_at=now)
    assert periodic.run(now)
    return CertificateCheck.objects.get(endpoint=ENDPOINT).code


def test_each_check_asks_the_service_anew_and_finds_a_revocation_at_once(
    authority: Made, leaf: Made, serve: Serve, now: datetime
) -> None:
    responder = Responder(authority, [leaf])
    use(authority, leaf, serve(responder).url(), now)
    assert check(now) == "OK"
    responder.status = ocsp.OCSPCertStatus.REVOKED
    responder.lies = {"revoked_at": now - HOUR}
    assert check(now + timedelta(minutes=1)) == "REVOKED_OCSP"
    assert len(responder.asked) == 2
    assert OcspAnswer.objects.count() == 1
    found = report(now=now, unused_days=90).groups[0]
    assert (found.key, found.lines[0].name) == ("chains", "SMTP server mail.testlab.com:587")


def test_a_service_that_is_gone_is_named_by_trust_health(
    authority: Made, leaf: Made, serve: Serve, now: datetime
) -> None:
    gone = serve(lambda _request: page(b"", status="503 Service Unavailable"))
    use(authority, leaf, gone.url(), now)
    assert check(now) == "OK"
    named = {group.key: group.lines for group in report(now=now, unused_days=90).groups}
    assert [line.severity for line in named["ocsp"]] == ["warn"]


def test_a_service_that_must_answer_and_does_not_refuses_the_chain(
    authority: Made, leaf: Made, serve: Serve, now: datetime
) -> None:
    gone = serve(lambda _request: page(b"", status="503 Service Unavailable"))
    use(authority, leaf, gone.url(), now, rejects=True)
    assert check(now) != "OK"
    named = {group.key: group.lines for group in report(now=now, unused_days=90).groups}
    assert [line.severity for line in named["chains"]] == ["bad"]


def test_the_button_has_the_list_fetched_and_the_page_shows_its_numbers(
    authority: Made, leaf: Made, serve: Serve, now: datetime
) -> None:
    lists = [crl(authority, number=8, entries=[Entry(leaf.certificate.serial_number)])]
    web = serve(lambda _request: page(lists[0]))
    row = store(authority, now)
    chosen = RevocationChange(crl_enabled=True, crl_url=web.url("/root.crl"))
    settings.change(certificate_id=row.pk, change=chosen, actor="ada", now=now)
    CrlState.objects.update(due_at=now + DAY)
    ada = people.client_for(people.ada())
    answer = ada.post(f"/admin/system/certificates/trusted/{row.pk}/crl/download/", follow=True)
    assert "The download was requested." in answer.content.decode()
    downloads.run_due(now + HOUR)
    shown = overview_of(row.pk, now=now)
    assert shown.state is not None and shown.error is None
    assert (shown.has_list, shown.state.number, shown.state.revoked_count) == (True, "8", 1)
    lists[0] = crl(authority, number=7)
    CrlState.objects.update(due_at=now)
    downloads.run_due(now + 2 * HOUR)
    error = overview_of(row.pk, now=now).error
    assert error is not None and error.remedy
    named = {group.key: group.lines for group in report(now=now, unused_days=90).groups}
    assert [(line.severity, line.detail) for line in named["crl"]] == [("warn", error.cause)]


def test_a_certificate_whose_list_is_not_downloaded_has_no_button(authority: Made, now: datetime) -> None:
    row = store(authority, now)
    ada = people.client_for(people.ada())
    assert ada.post(f"/admin/system/certificates/trusted/{row.pk}/crl/download/").status_code == 404
    assert "Download now" not in ada.get(f"/admin/system/certificates/trusted/{row.pk}/").content.decode()
