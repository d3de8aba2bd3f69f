"""Trust health: every kind of finding, its bounds, and its page."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from certificates.health.findings import Group, Line
from certificates.health.report import days_of, report, urgent_count
from certificates.models import CertificateCheck, CrlState, OcspAnswer, TrustedCertificate
from certificates.revocation import profiles, settings
from certificates.revocation.profiles import Profile
from certificates.revocation.settings import RevocationChange
from tests.support import people
from tests.support.pki import DAY, Made, root, server
from tests.support.seenchains import see, store

pytestmark = pytest.mark.django_db
PAGE = "/admin/system/certificates/trust-health/"
DOWNLOAD = RevocationChange(crl_enabled=True, crl_url="http://pki.testlab.com/root.crl")


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


def group(key: str, now: datetime, days: int = 90) -> Group | None:
    found = report(now=now, unused_days=days).groups
    return next((group for group in found if group.key == key), None)


def lines(key: str, now: datetime, days: int = 90) -> list[Line]:
    found = group(key, now, days)
    return [] if found is None else list(found.lines)


def told(found: Iterable[Line]) -> list[tuple[str, str, str]]:
    return [(line.severity, line.name, line.detail) for line in found]


def check(code: str, now: datetime, endpoint: str = "mail.testlab.com:587", **verdict: Any) -> None:
    CertificateCheck.objects.create(
        endpoint=f"smtp {endpoint}", code=code, verdict={"code": code, **verdict}, checked_at=now
    )


def copies(made: Made, count: int, **columns: Any) -> None:
    """Rows that differ from a stored certificate in name and fingerprint alone."""
    now = columns.pop("now")
    row = store(made, now, "Copy", **columns)
    values = {
        f.name: getattr(row, f.name) for f in TrustedCertificate._meta.concrete_fields if f.name != "id"
    }
    TrustedCertificate.objects.bulk_create(
        TrustedCertificate(**(values | {"friendly_name": f"Copy {n}", "sha256": f"{n:064x}"}))
        for n in range(count)
    )


def test_a_sound_store_has_no_finding(now: datetime) -> None:
    made = root()
    store(made, now)
    see([server(made)], made, now)
    assert report(now=now, unused_days=30).groups == ()
    assert urgent_count(now) == 0


def test_the_expired_are_named_the_enabled_ones_first(now: datetime) -> None:
    store(root("Old", not_after=now - 6 * DAY), now, "Old and off", status="disabled")
    enabled = store(root("Late", not_after=now - 4 * DAY), now, "Late")
    found = lines("expired", now)
    assert [(line.severity, line.name) for line in found] == [("bad", "Late"), ("info", "Old and off")]
    assert found[0].url == f"/admin/system/certificates/trusted/{enabled.pk}/"
    assert "Import the renewed certificate" in found[0].remedy
    assert urgent_count(now) == 1


def test_what_ends_within_thirty_days_is_named_and_what_is_disabled_is_not(now: datetime) -> None:
    store(root("Soon", not_after=now + 29 * DAY), now, "Soon")
    store(root("Later", not_after=now + 31 * DAY), now, "Later")
    store(root("Off", not_after=now + 5 * DAY), now, "Off", status="disabled")
    assert [line.name for line in lines("expiring", now)] == ["Soon"]


def test_a_server_certificate_that_is_trusted_is_named(now: datetime) -> None:
    store(server(None, "mail.testlab.com"), now, "Server")
    store(server(None, "old.testlab.com", ca=None), now, "Old form")
    store(server(None, "other.testlab.com"), now, "Without a box", usages=frozenset())
    assert told(lines("not-a-ca", now)) == [
        ("warn", "Old form", "It does not say that it may issue."),
        ("warn", "Server", "It may issue no certificates."),
    ]


def test_short_keys_and_broken_digests_are_named_by_how_much_they_matter(now: datetime) -> None:
    store(root("A"), now, "Short", key_kind="RSA", key_bits=1024)
    store(root("B"), now, "SHA-1", signature_algorithm="SHA1WITHRSA", is_self_issued=False)
    store(root("C"), now, "MD5 root", signature_algorithm="MD5WITHRSA")
    store(root("D"), now, "Ed", key_kind="Ed25519", key_bits=256)
    store(root("E"), now, "Off", key_kind="RSA", key_bits=512, status="disabled")
    assert told(lines("weak", now)) == [
        ("info", "MD5 root", "Signed with MD5WITHRSA."),
        ("warn", "SHA-1", "Signed with SHA1WITHRSA."),
        ("bad", "Short", "The key is too short: RSA with 1024 bits."),
    ]


def test_two_enabled_certificates_with_one_key_name_each_other(now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    store(root("Lab CA", key=key), now, "Lab CA")
    store(root("Lab CA", key=key, not_after=now + 900 * DAY), now, "Lab CA renewed")
    third = store(root("Lab CA", key=key, not_after=now + 800 * DAY), now, "Third", status="disabled")
    assert told(lines("duplicate-key", now)) == [
        ("warn", "Lab CA", "The same key as “Lab CA renewed”."),
        ("warn", "Lab CA renewed", "The same key as “Lab CA”."),
    ]
    TrustedCertificate.objects.exclude(pk=third.pk).filter(friendly_name="Lab CA").update(status="disabled")
    assert lines("duplicate-key", now) == []


def test_what_no_chain_rested_on_for_the_chosen_days_is_named(now: datetime) -> None:
    used, idle = root("Used"), root("Idle")
    for made, name in ((used, "Used"), (idle, "Idle"), (root("Never"), "Never")):
        store(made, now, name, imported_at=now - 400 * DAY)
    store(root("New"), now, "New", imported_at=now - 10 * DAY)
    see([server(used)], used, now - 5 * DAY)
    see([server(idle)], idle, now - 100 * DAY, endpoint="old.testlab.com:587")
    assert [line.name for line in lines("unused", now, days=90)] == ["Idle", "Never"]
    assert lines("unused", now, days=90)[0].detail.startswith("Last used on ")
    assert lines("unused", now, days=90)[1].detail.startswith("Never used since its import on ")
    assert [line.name for line in lines("unused", now, days=180)] == ["Never"]


def test_an_issuer_that_completes_a_chain_in_use_is_not_called_unused(now: datetime) -> None:
    row = store(root("Issuing"), now, "Issuing", imported_at=now - 400 * DAY)
    check(
        "OK", now, chain=[{"sha256": "aa", "source": "presented"}, {"sha256": row.sha256, "source": "store"}]
    )
    assert lines("unused", now) == []


def test_a_list_that_is_missing_over_or_failing_is_named_by_what_it_does(now: datetime) -> None:
    for name, chosen, state in (
        ("Missing", DOWNLOAD, {}),
        ("Bypassed", replace(DOWNLOAD, crl_bypass_if_missing=True), {}),
        ("Over", DOWNLOAD, {"received_at": now, "next_update": now - DAY}),
        ("Sound", DOWNLOAD, {"received_at": now, "next_update": now + DAY}),
        (
            "Failing",
            DOWNLOAD,
            {"received_at": now, "next_update": now + DAY, "error_code": "CRL_DELTA", "error_params": {}},
        ),
    ):
        row = store(root(name), now, name)
        settings.change(certificate_id=row.pk, change=chosen, actor="ada", now=now)
        CrlState.objects.filter(pk=row.pk).update(**state)
    found = lines("crl", now)
    assert [(line.severity, line.name) for line in found] == [
        ("warn", "Bypassed"),
        ("warn", "Failing"),
        ("bad", "Missing"),
        ("bad", "Over"),
    ]
    assert found[2].detail == "No list has been received yet."
    assert found[3].detail.startswith("The list ended on ")
    assert urgent_count(now) == 4


def test_a_service_that_takes_over_two_seconds_on_average_is_named(now: datetime) -> None:
    for name, times in (("Fast", (1900, 2000)), ("Slow", (3000, 2000))):
        url = "http://ocsp.testlab.com/"
        profile_id = profiles.add(profile=Profile(name, primary_url=url), actor="ada", now=now)
        OcspAnswer.objects.bulk_create(
            OcspAnswer(
                issuer_key="k",
                serial_hex=str(number),
                profile_id=profile_id,
                response=b"",
                url=url,
                milliseconds=time,
                received_at=now,
                keep_until=now,
            )
            for number, time in enumerate(times)
        )
    assert told(lines("ocsp", now)) == [("warn", "Slow", "2500 ms on average over the last week.")]


def test_a_service_that_failed_in_the_last_check_is_named(now: datetime) -> None:
    finding = {"code": "OCSP_UNREACHABLE", "params": {"url": "http://o/"}, "severity": "W"}
    check("OK", now, chain=[], findings=[finding])
    assert [(line.severity, line.name) for line in lines("ocsp", now)] == [
        ("warn", "SMTP server mail.testlab.com:587")
    ]


def test_a_chain_that_the_last_check_refused_leads_to_its_certificate(now: datetime) -> None:
    row = store(root("Lab"), now, "Lab")
    params = {"role": "root", "name": "Lab", "date": now.isoformat(), "days": "1"}
    check("CERT_EXPIRED", now, params=params, chain=[{"sha256": "aa"}, {"sha256": row.sha256}])
    check("REVOKED_CRL", now, endpoint="other:25", params={}, chain=[{"sha256": "bb"}])
    found = lines("chains", now)
    assert [line.severity for line in found] == ["bad", "bad"]
    assert found[0].url == f"/admin/system/certificates/trusted/{row.pk}/"
    assert found[1].url == "/admin/system/certificates/periodic-check/"
    assert "expired on" in found[0].detail
    assert urgent_count(now) == 2


def test_of_many_findings_the_first_fifty_are_read_and_the_rest_is_counted(
    now: datetime, django_assert_max_num_queries: Any
) -> None:
    many = {"now": now, "not_after": now - DAY, "key_kind": "RSA", "key_bits": 512, "is_ca": False}
    copies(root(), 120, imported_at=now - 400 * DAY, **many)
    with django_assert_max_num_queries(16):
        found = report(now=now, unused_days=30)
    assert {group.key: (len(group.lines), group.count) for group in found.groups} == dict.fromkeys(
        ("expired", "weak", "not-a-ca", "duplicate-key", "unused"), (50, 121)
    )
    assert {group.more for group in found.groups} == {71}


def test_the_page_has_as_many_queries_for_one_certificate_as_for_two_hundred(
    ada: Client, now: datetime, django_assert_max_num_queries: Any
) -> None:
    copies(root(), 200, now=now, imported_at=now - 400 * DAY)
    ada.get(PAGE)
    with django_assert_max_num_queries(24):
        page = unescape(ada.get(PAGE).content.decode())
    assert "and 151 more" in page


def test_an_empty_page_says_that_nothing_needs_attention(ada: Client) -> None:
    page = unescape(ada.get(PAGE).content.decode())
    assert "Nothing needs attention" in page


def test_the_page_names_severity_certificate_and_remedy(ada: Client, now: datetime) -> None:
    row = store(root(not_after=now - DAY), now, "<b>Lab</b>")
    raw = ada.get(PAGE).content.decode()
    assert "<b>Lab</b>" not in raw
    assert f'href="/admin/system/certificates/trusted/{row.pk}/"' in raw
    assert "Urgent" in raw and "Import the renewed certificate, then delete this one." in raw


def test_the_days_stand_in_the_address_and_anything_else_is_the_usual(ada: Client) -> None:
    assert '<option value="365" selected>' in ada.get(f"{PAGE}?unused=365").content.decode()
    assert '<option value="90" selected>' in ada.get(f"{PAGE}?unused=7;drop").content.decode()
    assert (days_of("30"), days_of(""), days_of("31")) == (30, 90, 90)


def test_hana_may_read_it() -> None:
    assert people.client_for(people.hana()).get(PAGE).status_code == 200
