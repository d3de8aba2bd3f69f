"""OCSP against real responders on loopback: every state, fail-over, and the cache."""

import dataclasses
import datetime as dt
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509 import ocsp

from certificates.chains.uses import uses_of
from certificates.models import OcspAnswer, OcspProfile
from certificates.pki.ocsp import OcspStatus
from certificates.pki.rules import OcspRule
from certificates.pki.status import Question
from certificates.revocation import answers
from certificates.revocation.sources import DatabaseStatusSource
from ise_mail.env import Address
from tests.support import store
from tests.support.pki import DAY, NOW, Made, root, server
from tests.support.responder import Responder
from tests.support.revocation import HOUR, answer, delegate, forged, refusal
from tests.support.web import Handler, WebServer, page, tls_context

pytestmark = pytest.mark.django_db
TRY_LATER = refusal(ocsp.OCSPResponseStatus.TRY_LATER)


@pytest.fixture(scope="module")
def issuer() -> Made:
    return root()


@pytest.fixture(scope="module")
def leaf(issuer: Made) -> Made:
    return server(issuer)


@pytest.fixture
def responder(issuer: Made, leaf: Made) -> Responder:
    return Responder(issuer, [leaf])


@pytest.fixture
def serve(settings: Any) -> Iterator[Callable[[Handler], WebServer]]:
    """Starts servers that the gate lets through, and stops them at the end of the test."""
    running: list[WebServer] = []

    def start(handler: Handler, tls: Any = None) -> WebServer:
        running.append(WebServer(handler, tls))
        settings.ISE_MAIL_EGRESS_ALLOW = tuple(Address("localhost", server.port) for server in running)
        return running[-1]

    yield start
    for server_ in running:
        server_.stop()


@pytest.fixture
def profile() -> OcspProfile:
    return OcspProfile.objects.create(name="Lab", primary_url="http://ocsp.testlab.com/")


def asked(
    rule: OcspRule,
    leaf: Made,
    issuer: Made,
    *,
    now: dt.datetime = NOW,
    staple: bytes | None = None,
    **options: Any,
) -> OcspStatus:
    question = Question(leaf.certificate, issuer.certificate, rule, now, staple)
    return DatabaseStatusSource(**options).status(question)


def rule_for(*servers: WebServer, **more: Any) -> OcspRule:
    urls = [server.url("/ocsp") for server in servers] + ["", ""]
    return OcspRule("Lab", urls[0], urls[1], **more)


def test_a_good_certificate_is_good_and_the_nonce_was_sent(
    serve: Any, responder: Responder, leaf: Made, issuer: Made
) -> None:
    running = serve(responder)
    status = asked(rule_for(running), leaf, issuer)
    assert (status.state, status.code, status.source) == ("good", "", running.url("/ocsp"))
    assert status.warnings == ()
    nonce = responder.asked[0].extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    assert len(nonce) == 32


def test_without_nonce_support_none_is_sent(
    serve: Any, responder: Responder, leaf: Made, issuer: Made
) -> None:
    assert asked(rule_for(serve(responder), enable_nonce=False), leaf, issuer).state == "good"
    assert list(responder.asked[0].extensions) == []


def test_a_revoked_certificate_is_told_with_its_address(
    serve: Any, responder: Responder, leaf: Made, issuer: Made
) -> None:
    responder.status = ocsp.OCSPCertStatus.REVOKED
    responder.lies = {"reason": x509.ReasonFlags.key_compromise}
    running = serve(responder)
    status = asked(rule_for(running), leaf, issuer)
    assert (status.state, status.code, status.reason) == ("revoked", "REVOKED_OCSP", "keyCompromise")
    assert status.params["url"] == running.url("/ocsp")


def test_an_unknown_certificate_settles_the_question_without_the_secondary(
    serve: Any, responder: Responder, leaf: Made, issuer: Made
) -> None:
    responder.status = ocsp.OCSPCertStatus.UNKNOWN
    second = Responder(issuer, [leaf])
    assert asked(rule_for(serve(responder), serve(second)), leaf, issuer).code == "OCSP_UNKNOWN"
    assert second.asked == []


@pytest.mark.parametrize(
    ("lies", "code"),
    [
        ({"nonce": bytes(32)}, "OCSP_NONCE_MISMATCH"),
        ({"this_update": NOW - 9 * DAY, "next_update": NOW - DAY}, "OCSP_STALE"),
        ({"this_update": NOW + HOUR}, "OCSP_STALE"),
        ({"about": server(root("Other")).certificate}, "OCSP_NOT_FOR_THIS_CERT"),
        ({"carried": []}, "OCSP_SIGNER_NOT_AUTHORIZED"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_with_its_reason(
    serve: Any, leaf: Made, issuer: Made, lies: dict[str, Any], code: str
) -> None:
    lying = Responder(issuer, [leaf], delegate(issuer))
    lying.lies = lies
    running = serve(lying)
    status = asked(rule_for(running), leaf, issuer)
    assert (status.state, status.code) == ("unreachable", code)
    assert status.params["url"] == running.url("/ocsp")


@pytest.mark.parametrize(
    ("changes", "detail"),
    [({"usages": ()}, "no extended key usage"), ({"not_after": NOW - HOUR}, "expired")],
)
def test_a_delegate_without_its_right_is_refused(
    serve: Any, leaf: Made, issuer: Made, changes: dict[str, Any], detail: str
) -> None:
    status = asked(rule_for(serve(Responder(issuer, [leaf], delegate(issuer, **changes)))), leaf, issuer)
    assert status.code == "OCSP_SIGNER_NOT_AUTHORIZED"
    assert status.params["detail"].startswith(detail)


@pytest.mark.parametrize(
    ("sent", "code", "fault"),
    [
        (page(TRY_LATER), "OCSP_RESPONDER_ERROR", ""),
        (page(b"<html>proxy</html>"), "OCSP_MALFORMED", ""),
        (page(b""), "OCSP_MALFORMED", ""),
        (page(b"", status="503 Busy"), "OCSP_UNREACHABLE", "BAD_STATUS"),
        (
            page(b"", "Location: http://169.254.169.254/", status="302 Found"),
            "OCSP_UNREACHABLE",
            "REDIRECTED",
        ),
        (page(b"x" * 65537), "OCSP_UNREACHABLE", "TOO_LARGE"),
        (page(b"x", "Content-Encoding: gzip"), "OCSP_UNREACHABLE", "ENCODED"),
        (b"220 mail\r\n", "OCSP_UNREACHABLE", "NOT_HTTP"),
    ],
)
def test_a_service_without_an_answer_is_told_with_its_fault(
    serve: Any, leaf: Made, issuer: Made, sent: bytes, code: str, fault: str
) -> None:
    status = asked(rule_for(serve(lambda _: sent)), leaf, issuer)
    assert (status.state, status.code, status.params.get("fault", "")) == ("unreachable", code, fault)


def test_the_secondary_is_asked_when_the_primary_gives_no_answer(
    serve: Any, responder: Responder, leaf: Made, issuer: Made
) -> None:
    for broken in (page(TRY_LATER), page(b"junk"), page(b"", status="500 Oops")):
        second = serve(responder)
        status = asked(rule_for(serve(lambda _, b=broken: b), second), leaf, issuer)
        assert (status.state, status.source) == ("good", second.url("/ocsp"))


def test_when_both_fail_the_more_telling_reason_is_given(serve: Any, leaf: Made, issuer: Made) -> None:
    silent, late = serve(lambda _: page(b"", status="500 Oops")), serve(lambda _: page(TRY_LATER))
    status = asked(rule_for(silent, late), leaf, issuer)
    assert status.code == "OCSP_RESPONDER_ERROR"
    assert status.params["attempts"] == (
        f"{silent.url('/ocsp')}=BAD_STATUS, {late.url('/ocsp')}=OCSP_RESPONDER_ERROR"
    )


def test_a_tampered_answer_falls_over_to_the_secondary(
    serve: Any, responder: Responder, leaf: Made, issuer: Made
) -> None:
    wrong = forged(answer(leaf.certificate, issuer))
    status = asked(rule_for(serve(lambda _: page(wrong)), serve(responder)), leaf, issuer)
    assert status.state == "good"
    assert asked(rule_for(serve(lambda _: page(wrong))), leaf, issuer).code == "OCSP_BAD_SIGNATURE"
    unchecked = rule_for(serve(lambda _: page(wrong)), validate_signature=False)
    assert asked(unchecked, leaf, issuer).state == "good"


def named(issuer: Made, *urls: str) -> Made:
    access = [
        x509.AccessDescription(x509.AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url))
        for url in urls
    ]
    return server(issuer, extra=[(x509.AuthorityInformationAccess(access), False)])


def test_the_address_in_the_certificate_is_asked_first_when_the_profile_says_so(
    serve: Any, issuer: Made
) -> None:
    own, primary = Responder(issuer, []), Responder(issuer, [])
    in_certificate = serve(own)
    leaf = named(issuer, in_certificate.url("/aia"))
    for answering in (own, primary):
        answering.known[leaf.certificate.serial_number] = leaf.certificate
    running = serve(primary)
    status = asked(rule_for(running, use_aia=True), leaf, issuer)
    assert status.source == in_certificate.url("/aia") and primary.asked == []
    assert asked(rule_for(running), leaf, issuer).source == running.url("/ocsp")


def test_the_primary_is_asked_when_the_address_in_the_certificate_is_shut_by_the_gate(
    serve: Any, issuer: Made
) -> None:
    leaf = named(issuer, "http://169.254.169.254/ocsp", "http://127.0.0.1:6379/")
    running = serve(Responder(issuer, [leaf]))
    assert asked(rule_for(running, use_aia=True), leaf, issuer).state == "good"
    status = asked(OcspRule("Lab", use_aia=True), leaf, issuer)
    assert (status.code, status.params["fault"]) == ("OCSP_UNREACHABLE", "REFUSED_BY_GATE")


def test_without_any_address_that_is_the_reason(leaf: Made, issuer: Made) -> None:
    assert asked(OcspRule("Lab", use_aia=True), leaf, issuer).code == "OCSP_NO_ADDRESS"


def slow(_: object) -> Iterator[bytes]:
    time.sleep(4)
    yield page(b"late")


def test_each_responder_has_its_time_and_all_together_theirs(serve: Any, leaf: Made, issuer: Made) -> None:
    rule = rule_for(serve(slow), serve(slow), timeout_seconds=1)
    began = time.monotonic()
    status = asked(rule, leaf, issuer, seconds=10)
    assert (status.code, status.params["fault"]) == ("OCSP_UNREACHABLE", "TIMEOUT")
    assert 1.9 < time.monotonic() - began < 3.5
    began = time.monotonic()
    status = asked(rule, leaf, issuer, seconds=0.5)
    assert status.params["attempts"].endswith("=OCSP_OUT_OF_TIME")
    assert time.monotonic() - began < 1.5


def test_the_time_is_shared_by_all_questions_of_one_source(serve: Any, leaf: Made, issuer: Made) -> None:
    source = DatabaseStatusSource(seconds=0.4)
    question = Question(leaf.certificate, issuer.certificate, rule_for(serve(slow)), NOW)
    assert source.status(question).params["fault"] == "TIMEOUT"
    assert source.status(question).code == "OCSP_OUT_OF_TIME"


def test_what_the_server_brought_along_is_used_first(
    serve: Any, responder: Responder, leaf: Made, issuer: Made
) -> None:
    rule = rule_for(serve(responder))
    good = answer(leaf.certificate, issuer)
    status = asked(rule, leaf, issuer, staple=good)
    assert (status.state, status.source) == ("good", "stapled")
    revoked = answer(leaf.certificate, issuer, status=ocsp.OCSPCertStatus.REVOKED)
    assert asked(rule, leaf, issuer, staple=revoked).code == "REVOKED_OCSP"
    assert responder.asked == []


def test_a_staple_that_settles_nothing_leads_to_the_responder(
    serve: Any, responder: Responder, leaf: Made, issuer: Made
) -> None:
    rule = rule_for(serve(responder), validate_signature=False)
    stale = answer(leaf.certificate, issuer, this_update=NOW - 9 * DAY, next_update=NOW - DAY)
    by_itself = answer(leaf.certificate, issuer, leaf)
    unknown = answer(leaf.certificate, issuer, status=ocsp.OCSPCertStatus.UNKNOWN)
    for number, staple in enumerate((b"", b"junk", stale, by_itself, unknown, TRY_LATER), start=1):
        assert asked(rule, leaf, issuer, staple=staple).source.startswith("http://")
        assert len(responder.asked) == number


def kept(profile: OcspProfile, running: WebServer, **more: Any) -> OcspRule:
    return rule_for(running, profile_id=profile.pk, **more)


def test_an_answer_is_kept_for_the_time_of_the_profile_and_no_longer(
    serve: Any, responder: Responder, profile: OcspProfile, leaf: Made, issuer: Made
) -> None:
    running = serve(responder)
    rule = kept(profile, running, cache_minutes=60)
    assert asked(rule, leaf, issuer).source == running.url("/ocsp")
    row = OcspAnswer.objects.get()
    assert (row.url, row.received_at, row.keep_until) == (running.url("/ocsp"), NOW, NOW + HOUR)
    again = asked(rule, leaf, issuer, now=NOW + dt.timedelta(minutes=59))
    assert (again.state, again.source, again.params["url"]) == ("good", "cache", running.url("/ocsp"))
    assert len(responder.asked) == 1
    assert asked(rule, leaf, issuer, now=NOW + HOUR).source == running.url("/ocsp")
    assert len(responder.asked) == 2
    assert OcspAnswer.objects.get().received_at == NOW + HOUR


def test_an_answer_is_kept_no_longer_than_it_says_itself(
    serve: Any, responder: Responder, profile: OcspProfile, leaf: Made, issuer: Made
) -> None:
    responder.lies = {"next_update": NOW + HOUR / 2}
    asked(kept(profile, serve(responder)), leaf, issuer)
    assert OcspAnswer.objects.get().keep_until == NOW + HOUR / 2


def test_a_revoked_answer_is_kept_too_and_an_unknown_one_is_not(
    serve: Any, responder: Responder, profile: OcspProfile, leaf: Made, issuer: Made
) -> None:
    rule = kept(profile, serve(responder))
    responder.status = ocsp.OCSPCertStatus.UNKNOWN
    asked(rule, leaf, issuer)
    assert not OcspAnswer.objects.exists()
    responder.status = ocsp.OCSPCertStatus.REVOKED
    assert asked(rule, leaf, issuer).state == "revoked"
    assert asked(rule, leaf, issuer).source == "cache"
    assert asked(rule, leaf, issuer, use_cache=False).source != "cache"


def test_nothing_is_kept_without_a_time_to_live(
    serve: Any, responder: Responder, profile: OcspProfile, leaf: Made, issuer: Made
) -> None:
    rule = kept(profile, serve(responder), cache_minutes=0)
    assert [asked(rule, leaf, issuer).state for _ in range(2)] == ["good", "good"]
    assert len(responder.asked) == 2 and not OcspAnswer.objects.exists()


def test_an_answer_of_the_cache_is_judged_again_before_it_counts(
    serve: Any, responder: Responder, profile: OcspProfile, leaf: Made, issuer: Made
) -> None:
    running = serve(responder)
    rule = kept(profile, running)
    asked(rule, leaf, issuer)
    other = server(issuer, "other.testlab.com")
    for wrong in (b"junk", answer(other.certificate, issuer), forged(answer(leaf.certificate, issuer))):
        OcspAnswer.objects.update(response=wrong)
        assert asked(rule, leaf, issuer).source == running.url("/ocsp")
        assert asked(rule, leaf, issuer).source == "cache"


def test_an_answer_is_not_another_certificates_nor_another_issuers_nor_another_profiles(
    serve: Any, responder: Responder, profile: OcspProfile, leaf: Made, issuer: Made
) -> None:
    rule = kept(profile, serve(responder))
    asked(rule, leaf, issuer)
    other = server(issuer, "other.testlab.com")
    responder.known[other.certificate.serial_number] = other.certificate
    assert asked(rule, other, issuer).source != "cache"
    twin_issuer = root()
    twin = server(twin_issuer, serial=leaf.certificate.serial_number)
    assert asked(rule, twin, twin_issuer).source != "cache"
    second = OcspProfile.objects.create(name="Second", primary_url="http://ocsp.testlab.com/")
    assert asked(dataclasses.replace(rule, profile_id=second.pk), leaf, issuer).source != "cache"


@pytest.mark.django_db(transaction=True)
def test_a_profile_that_was_deleted_meanwhile_loses_the_cache_and_not_the_answer(
    serve: Any, responder: Responder, profile: OcspProfile, leaf: Made, issuer: Made
) -> None:
    rule = kept(profile, serve(responder))
    profile.delete()
    assert asked(rule, leaf, issuer).state == "good"


def test_old_answers_are_forgotten_a_day_after_they_counted(profile: OcspProfile) -> None:
    for serial, until in (("01", NOW - 2 * DAY), ("02", NOW - HOUR), ("03", NOW + HOUR)):
        OcspAnswer.objects.create(
            issuer_key="k", serial_hex=serial, profile=profile, response=b"", url="", received_at=NOW,
            keep_until=until,
        )  # fmt: skip
    assert answers.forget_old(NOW) == 1
    assert set(OcspAnswer.objects.values_list("serial_hex", flat=True)) == {"02", "03"}


def test_a_responder_over_https_must_be_trusted_by_our_store(
    serve: Any, responder: Responder, leaf: Made, issuer: Made, tmp_path: Path
) -> None:
    web_root = root("Web CA")
    running = serve(responder, tls_context(server(web_root, "localhost"), tmp_path))
    rule = dataclasses.replace(OcspRule("Lab"), primary_url=running.url("/ocsp", host="localhost"))
    status = asked(rule, leaf, issuer)
    assert (status.code, status.params["fault"]) == ("OCSP_UNREACHABLE", "INTERMEDIATE_NOT_SENT")
    store.trust(web_root)
    assert asked(rule, leaf, issuer).state == "good"
    (use,) = uses_of(web_root.sha256)
    assert (use.purpose.name, use.endpoint) == ("ocsp", rule.primary_url)
    by_address = dataclasses.replace(rule, primary_url=running.url("/ocsp"))
    assert asked(by_address, leaf, issuer).params["fault"] == "IP_MISMATCH"
