"""Revocation lists from real servers on loopback: when they are fetched, taken, refused, what they decide."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import close_old_connections, connection

from certificates import truststore, words
from certificates.chains.uses import uses_of
from certificates.models import CrlState, RevocationSettings, Status, StoreVersion, TrustedCertificate, Unit
from certificates.pki.verify import verify
from certificates.revocation import downloads
from console.models import AuditEvent
from deployment import scheduler
from ise_mail.env import Address
from tests.support import store
from tests.support.pki import DAY, NOW, Made, root, server
from tests.support.revocation import HOUR, Entry, crl, version_1
from tests.support.web import Handler, Request, WebServer, page, tls_context

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_broker")]
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def issuer() -> Made:
    return root()


@pytest.fixture
def trusted(issuer: Made) -> TrustedCertificate:
    return store.trust(issuer)


@pytest.fixture
def serve(settings: Any) -> Iterator[Callable[..., WebServer]]:
    """Starts servers that the gate lets through, and stops them at the end of the test."""
    running: list[WebServer] = []

    def start(handler: Handler, tls: Any = None) -> WebServer:
        running.append(WebServer(handler, tls))
        settings.ISE_MAIL_EGRESS_ALLOW = tuple(Address("localhost", server.port) for server in running)
        return running[-1]

    yield start
    for server_ in running:
        server_.stop()


class Shelf:
    """A file on a web server, with its date."""

    def __init__(self, content: bytes, modified: str = "") -> None:
        self.content = content
        self.modified = modified

    def __call__(self, request: Request) -> bytes:
        if self.modified and request.headers.get("if-modified-since") == self.modified:
            return b"HTTP/1.1 304 Not Modified\r\n\r\n"
        return page(self.content, *([f"Last-Modified: {self.modified}"] if self.modified else []))


def due(trusted: TrustedCertificate, url: str, *, at: dt.datetime = NOW, **chosen: Any) -> None:
    store.download(trusted, url, **chosen)
    CrlState.objects.update_or_create(certificate=trusted, defaults={"due_at": at})


def got(trusted: TrustedCertificate, *, now: dt.datetime = NOW) -> CrlState:
    CrlState.objects.filter(pk=trusted.pk).update(due_at=now)
    assert downloads.download(trusted.pk, now=now)
    return CrlState.objects.get(pk=trusted.pk)


def test_a_list_is_fetched_checked_and_kept_with_its_numbers(
    serve: Any, trusted: TrustedCertificate, issuer: Made
) -> None:
    der = crl(issuer, number=12, entries=[Entry(5), Entry(6)])
    due(trusted, serve(Shelf(der, "Tue, 24 Nov 2026 08:00:00 GMT")).url("/lab.crl"))
    before = StoreVersion.current()[0]
    state = got(trusted)
    assert bytes(state.der) == der
    assert (state.number, state.revoked_count) == ("12", 2)
    assert (state.this_update, state.next_update) == (NOW - HOUR, NOW + DAY)
    assert (state.received_at, state.attempted_at, state.error_code) == (NOW, NOW, "")
    assert state.last_modified == "Tue, 24 Nov 2026 08:00:00 GMT"
    assert StoreVersion.current()[0] == before + 1


def test_a_list_in_pem_is_kept_in_der(serve: Any, trusted: TrustedCertificate, issuer: Made) -> None:
    der = crl(issuer)
    pem = x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)
    due(trusted, serve(Shelf(pem)).url())
    assert bytes(got(trusted).der) == der


def test_the_store_changes_only_when_the_list_does(
    serve: Any, trusted: TrustedCertificate, issuer: Made
) -> None:
    shelf = Shelf(crl(issuer), "Mon, 23 Nov 2026 08:00:00 GMT")
    running = serve(shelf)
    due(trusted, running.url())
    got(trusted)
    version = StoreVersion.current()[0]
    again = got(trusted, now=NOW + MINUTE)
    assert running.requests[1].headers["if-modified-since"] == shelf.modified
    assert (again.received_at, StoreVersion.current()[0]) == (NOW + MINUTE, version)
    shelf.modified = ""
    assert got(trusted, now=NOW + 2 * MINUTE).received_at == NOW + 2 * MINUTE
    assert StoreVersion.current()[0] == version
    shelf.content = crl(issuer, number=8)
    assert got(trusted, now=NOW + 3 * MINUTE).number == "8"
    assert StoreVersion.current()[0] == version + 1


@pytest.mark.parametrize(
    ("chosen", "ends", "expected"),
    [
        ({}, NOW + DAY, NOW + HOUR),
        ({"crl_every_amount": 2, "crl_every_unit": Unit.WEEKS}, NOW + DAY, NOW + 14 * DAY),
        ({"crl_automatic": True}, NOW + DAY, NOW + DAY - 5 * MINUTE),
        (
            {"crl_automatic": True, "crl_before_amount": 3, "crl_before_unit": Unit.HOURS},
            NOW + DAY,
            NOW + 21 * HOUR,
        ),
        (
            {"crl_automatic": True, "crl_before_amount": 2, "crl_before_unit": Unit.DAYS},
            NOW + DAY,
            NOW + MINUTE,
        ),
        ({"crl_automatic": True}, NOW + 2 * MINUTE, NOW + MINUTE),
    ],
)
def test_the_next_download_is_due_as_the_page_says(
    serve: Any,
    trusted: TrustedCertificate,
    issuer: Made,
    chosen: dict[str, Any],
    ends: dt.datetime,
    expected: dt.datetime,
) -> None:
    due(trusted, serve(Shelf(crl(issuer, next_update=ends))).url(), **chosen)
    assert got(trusted).due_at == expected


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda issuer: b"<html>not found</html>", "CRL_UNREADABLE"),
        (lambda issuer: b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "CRL_UNREADABLE"),
        (lambda issuer: crl(root("Other CA")), "CRL_WRONG_ISSUER"),
        (lambda issuer: crl(root()), "CRL_BAD_SIGNATURE"),
        (lambda issuer: crl(issuer, number=None), "CRL_BAD_NUMBER"),
        (lambda issuer: crl(issuer, number=6), "CRL_NUMBER_BACK"),
        (lambda issuer: crl(issuer, number=8, this_update=NOW - 3 * HOUR), "CRL_OLDER"),
        (version_1, "CRL_OLDER"),
        (lambda issuer: crl(issuer, number=8, extra=[(x509.DeltaCRLIndicator(7), True)]), "CRL_DELTA"),
        (
            lambda issuer: crl(issuer, number=8, this_update=NOW - 2 * DAY, next_update=NOW - DAY),
            "CRL_EXPIRED",
        ),
        (lambda issuer: crl(issuer, number=8, this_update=NOW + HOUR), "CRL_NOT_YET_VALID"),
    ],
)
def test_a_list_that_is_refused_leaves_the_old_one_and_waits_as_chosen(
    serve: Any, trusted: TrustedCertificate, issuer: Made, make: Callable[[Made], bytes], code: str
) -> None:
    shelf = Shelf(crl(issuer))
    due(trusted, serve(shelf).url(), crl_retry_amount=20)
    good = bytes(got(trusted).der)
    version = StoreVersion.current()[0]
    shelf.content = make(issuer)
    state = got(trusted, now=NOW + MINUTE)
    assert state.error_code == code
    assert (bytes(state.der), state.number, state.received_at) == (good, "7", NOW)
    assert state.due_at == NOW + 21 * MINUTE
    assert StoreVersion.current()[0] == version
    told = words.text_of(state.error_code, state.error_params)
    assert code not in told.cause and "—" not in told.cause
    shelf.content = crl(issuer, number=9)
    healed = got(trusted, now=NOW + 21 * MINUTE)
    assert (healed.number, healed.error_code, healed.error_params) == ("9", "", {})


def test_the_dates_of_a_list_do_not_count_when_they_are_ignored(
    serve: Any, trusted: TrustedCertificate, issuer: Made
) -> None:
    old = crl(issuer, this_update=NOW - 9 * DAY, next_update=NOW - DAY)
    due(trusted, serve(Shelf(old)).url(), crl_ignore_dates=True)
    assert bytes(got(trusted).der) == old


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (page(b"", status="404 Not Found"), "BAD_STATUS"),
        (page(b"", "Location: http://10.0.0.1/", status="302 Found"), "REDIRECTED"),
        (page(b"x", "Content-Encoding: gzip"), "ENCODED"),
        (b"220 mail.testlab.com ESMTP\r\n", "NOT_HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 20971521\r\n\r\n", "TOO_LARGE"),
    ],
)
def test_a_server_that_gives_no_list_is_told_with_its_fault(
    serve: Any, trusted: TrustedCertificate, sent: bytes, code: str
) -> None:
    due(trusted, serve(lambda _: sent).url())
    state = got(trusted)
    assert (state.error_code, state.der, state.due_at) == (code, None, NOW + 10 * MINUTE)
    assert "—" not in words.text_of(state.error_code, state.error_params).cause


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ldap://ca.testlab.com/cn=crl", "SCHEME_NOT_SUPPORTED"),
        ("http://127.0.0.1:6379/", "REFUSED_BY_GATE"),
        ("http://169.254.169.254/latest", "REFUSED_BY_GATE"),
        ("http://2130706433/", "REFUSED_BY_GATE"),
    ],
)
def test_an_address_that_may_not_be_called_is_told(
    trusted: TrustedCertificate, settings: Any, url: str, code: str
) -> None:
    settings.ISE_MAIL_EGRESS_ALLOW = ()
    due(trusted, url)
    assert got(trusted).error_code == code


@pytest.mark.parametrize(
    ("host", "identity_check", "code", "fault"),
    [
        ("localhost", True, "", None),
        ("127.0.0.1", True, "TLS_NOT_TRUSTED", "IP_MISMATCH"),
        ("127.0.0.1", False, "", None),
    ],
)
def test_over_https_the_name_counts_only_with_the_server_identity_check(
    serve: Any,
    trusted: TrustedCertificate,
    issuer: Made,
    tmp_path: Path,
    host: str,
    identity_check: bool,
    code: str,
    fault: str | None,
) -> None:
    running = serve(Shelf(crl(issuer)), tls_context(server(issuer, "localhost"), tmp_path))
    due(trusted, running.url(host=host), crl_identity_check=identity_check)
    state = got(trusted)
    assert (state.error_code, state.error_params.get("fault")) == (code, fault)
    assert (state.der is not None) == (code == "")
    seen = [(use.label, use.is_current) for use in uses_of(issuer.sha256)]
    assert seen == ([] if code else [(f"Revocation list {running.url(host=host)}", True)])


@pytest.mark.parametrize("identity_check", [True, False])
def test_over_https_the_chain_counts_always(
    serve: Any, trusted: TrustedCertificate, issuer: Made, tmp_path: Path, identity_check: bool
) -> None:
    stranger = server(root("Unknown CA"), "localhost")
    running = serve(Shelf(crl(issuer)), tls_context(stranger, tmp_path))
    due(trusted, running.url(host="localhost"), crl_identity_check=identity_check)
    state = got(trusted)
    assert (state.error_code, state.error_params["fault"]) == ("TLS_NOT_TRUSTED", "INTERMEDIATE_NOT_SENT")
    assert "Unknown CA" in words.text_of(state.error_code, state.error_params).cause
    assert running.requests == []


def test_the_list_of_an_authority_can_be_fetched_from_a_server_with_its_own_certificate(
    serve: Any, trusted: TrustedCertificate, issuer: Made, tmp_path: Path
) -> None:
    """The server's certificate is not checked against the list that is only being fetched."""
    running = serve(Shelf(crl(issuer)), tls_context(server(issuer, "localhost"), tmp_path))
    due(trusted, running.url(host="localhost"), crl_identity_check=True)
    assert CrlState.objects.get(pk=trusted.pk).der is None
    assert got(trusted).error_code == ""


def test_the_job_makes_rows_fetches_what_is_due_and_nothing_else(
    serve: Any, trusted: TrustedCertificate, issuer: Made
) -> None:
    running = serve(Shelf(crl(issuer)))
    disabled, off = store.trust(root("Disabled CA")), store.trust(root("Off CA"))
    store.download(trusted, running.url())
    store.download(disabled, running.url())
    TrustedCertificate.objects.filter(pk=disabled.pk).update(status=Status.DISABLED)
    store.download(off, running.url(), crl_enabled=False)
    assert downloads.run_due(NOW) == 1
    assert CrlState.objects.get(pk=trusted.pk).received_at == NOW
    assert len(running.requests) == 1
    assert downloads.run_due(NOW + MINUTE) == 0
    assert downloads.run_due(NOW + HOUR) == 1
    assert len(running.requests) == 2


def test_the_list_is_forgotten_when_its_download_is_turned_off(
    serve: Any, trusted: TrustedCertificate, issuer: Made
) -> None:
    due(trusted, serve(Shelf(crl(issuer))).url())
    got(trusted)
    RevocationSettings.objects.filter(pk=trusted.pk).update(crl_enabled=False)
    assert downloads.run_due(NOW + DAY) == 0
    assert not CrlState.objects.exists()


def test_the_jobs_are_the_schedulers() -> None:
    jobs = {name: job.period_seconds for name, job in scheduler._jobs.items()}
    assert (jobs["certificates.crl"], jobs["certificates.ocsp-answers"]) == (60, 3600)


def test_a_press_of_the_button_makes_the_list_due_and_is_audited(
    serve: Any, trusted: TrustedCertificate, issuer: Made, django_capture_on_commit_callbacks: Any
) -> None:
    due(trusted, serve(Shelf(crl(issuer))).url("/lab.crl"), at=NOW + DAY)
    assert not downloads.download(trusted.pk, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        downloads.download_now(certificate_id=trusted.pk, actor="ada", now=NOW)
    event = AuditEvent.objects.latest("pk")
    assert (event.actor, event.action, event.target) == (
        "ada",
        "certificate.download_crl",
        trusted.friendly_name,
    )
    assert downloads.run_due(NOW) == 1
    assert CrlState.objects.get(pk=trusted.pk).received_at == NOW


def test_the_button_is_refused_where_nothing_is_downloaded(trusted: TrustedCertificate) -> None:
    with pytest.raises(downloads.NotDownloaded):
        downloads.download_now(certificate_id=trusted.pk, actor="ada", now=NOW)


def test_a_download_that_died_is_made_again_after_its_lease(
    serve: Any, trusted: TrustedCertificate, issuer: Made
) -> None:
    due(trusted, serve(Shelf(crl(issuer))).url())
    assert downloads._claim(trusted.pk, NOW) is not None
    assert not downloads.download(trusted.pk, now=NOW + MINUTE)
    assert downloads.download(trusted.pk, now=NOW + downloads.LEASE)
    assert CrlState.objects.get(pk=trusted.pk).received_at == NOW + downloads.LEASE


def test_who_lost_the_claim_writes_nothing(serve: Any, trusted: TrustedCertificate, issuer: Made) -> None:
    def overtaken(request: Request) -> bytes:
        return page(crl(issuer, number=8))

    running = serve(overtaken)
    due(trusted, running.url())
    held = downloads._claim(trusted.pk, NOW)
    assert held is not None
    later = got(trusted, now=NOW + MINUTE)
    version = StoreVersion.current()[0]
    downloads.lists.keep(held, crl(issuer, number=9), modified="", now=NOW)
    downloads.lists.note_failure(held, code="TIMEOUT", params={}, now=NOW)
    after = CrlState.objects.get(pk=trusted.pk)
    assert (after.number, after.error_code, after.due_at) == ("8", "", later.due_at)
    assert StoreVersion.current()[0] == version


@pytest.mark.django_db(transaction=True)
def test_of_several_that_try_at_once_one_downloads(serve: Any, issuer: Made) -> None:
    trusted = store.trust(issuer)
    running = serve(Shelf(crl(issuer)))
    due(trusted, running.url())
    gate, made = threading.Barrier(4), []

    def attempt() -> None:
        close_old_connections()
        gate.wait(10)
        made.append(downloads.download(trusted.pk, now=NOW))
        connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(made) == [False, False, False, True]
    assert len(running.requests) == 1
    assert CrlState.objects.get(pk=trusted.pk).number == "7"


def test_a_received_list_decides_about_the_next_connection(
    serve: Any, trusted: TrustedCertificate, issuer: Made
) -> None:
    leaf = server(issuer)
    shelf = Shelf(crl(issuer))
    due(trusted, serve(shelf).url())

    def verdict() -> str:
        view = truststore.view_for(truststore.Usage.INFRASTRUCTURE, now=NOW)
        return verify(
            presented=[leaf.der], anchors=view, host="mail.testlab.com", usage=view.usage, now=NOW
        ).code

    StoreVersion.bump()
    assert verdict() == "CRL_MISSING"
    got(trusted)
    assert verdict() == "OK"
    shelf.content = crl(issuer, number=8, entries=[Entry(leaf.certificate.serial_number)])
    got(trusted)
    assert verdict() == "REVOKED_CRL"
