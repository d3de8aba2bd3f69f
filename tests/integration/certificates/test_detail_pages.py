"""View, edit and delete of one trusted certificate, with what depends on it and what would break."""

from datetime import datetime
from html import unescape
from typing import Any

import pytest
from cryptography import x509
from django.test import Client

from certificates import truststore
from certificates.chains.climb import End, climb_from
from certificates.chains.purposes import Purpose
from certificates.models import OcspProfile, RevocationSettings, TrustedCertificate
from certificates.truststore import Usage
from console.models import AuditEvent
from tests.support import people
from tests.support.pages import PART
from tests.support.pki import DAY, Made, Recipe, intermediate, make, root, server
from tests.support.seenchains import BOTH, see, store

pytestmark = pytest.mark.django_db
LIST = "/admin/system/certificates/trusted/"
TICKED = {"trust_infrastructure": "on", "trust_endpoints": "on"}
BOXES = (
    "Trust for authentication within ISE",
    "Trust for client authentication and Syslog",
    "Trust for certificate based admin authentication",
    "Trust for authentication of Cisco Services",
)


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


@pytest.fixture
def hana() -> Client:
    return people.client_for(people.hana())


@pytest.fixture
def authority() -> Made:
    return root()


@pytest.fixture
def leaf(authority: Made) -> Made:
    return server(intermediate(authority))


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def view(client: Client, row: TrustedCertificate) -> str:
    return text_of(client.get(f"{LIST}{row.pk}/"))


def edit(client: Client, row: TrustedCertificate, **values: str) -> Any:
    data = {"friendly_name": row.friendly_name, "status": "enabled", "description": ""} | TICKED | values
    kept = {name: value for name, value in data.items() if value != "off"}
    return client.post(f"{LIST}{row.pk}/edit/", kept, follow=True)


@pytest.mark.parametrize("page", ["", "edit/"])
def test_view_and_edit_show_the_fields_of_ise_in_their_order(
    ada: Client, authority: Made, now: datetime, page: str
) -> None:
    row = store(intermediate(authority), now, "Branch CA")
    shown = text_of(ada.get(f"{LIST}{row.pk}/{page}"))
    labels = ["Friendly name", "Status", "Description", ">Subject<", ">Issuer<", ">Valid from<"]
    labels += [">Valid to (expiration)<", ">Serial number<", ">Signature algorithm<", ">Key length<"]
    place = shown.index("im-page__content")
    for label in [*labels, ">Usage<"]:
        place = shown.index(label, place)
    assert "SHA256WITHECDSA" in shown and "256 (EC)" in shown
    for label in BOXES:
        assert label in shown


def test_both_fingerprints_can_be_copied(ada: Client, authority: Made, now: datetime) -> None:
    row = store(authority, now)
    page = view(ada, row)
    for name, digits in (("sha256", row.sha256), ("sha1", row.sha1)):
        assert f'data-im-copy="{name}"' in page
        assert ":".join(digits[i : i + 2] for i in range(0, len(digits), 2)).upper() in page


def test_what_each_box_does_says_what_does_not_exist_yet(ada: Client, authority: Made, now: datetime) -> None:
    row = store(authority, now)
    for page in (view(ada, row), text_of(ada.get(f"{LIST}{row.pk}/edit/"))):
        for consumer in ("SMTP relays", "CRL and OCSP over HTTPS"):
            assert f"<div>{consumer}</div>" in page
        for consumer in (
            "LDAPS",
            "Syslog over TLS",
            "Client certificates",
            "Admin sign-in by certificate",
            "OAuth token endpoints",
        ):
            assert (
                f'<div>{consumer} <small class="im-dim">(stored, nothing uses it yet)</small></div>' in page
            )


def test_the_extensions_are_told_in_words(ada: Client, leaf: Made, now: datetime) -> None:
    page = view(ada, store(leaf, now))
    assert "It is not a certificate authority: it may not issue certificates." in page
    assert "Servers over TLS (1.3.6.1.5.5.7.3.1)" in page
    assert page.count('<section class="im-extension">') == 6


def test_fifty_thousand_names_do_not_fill_the_page(ada: Client, now: datetime) -> None:
    names = x509.SubjectAlternativeName([x509.DNSName(f"{n}.testlab.com") for n in range(50_000)])
    row = store(root(), now, "Many", der=make(Recipe("Many", extra=[(names, False)])).der)
    response = ada.get(f"{LIST}{row.pk}/")
    assert "and 49900 more" in text_of(response).replace(",", "")
    assert len(response.content) < 100_000


def test_hostile_extensions_are_shown_as_text(ada: Client, now: datetime) -> None:
    notice = x509.UserNotice(None, "<script>alert(1)</script>")
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), [notice])
    row = store(make(Recipe("Odd", ca=True, extra=[(x509.CertificatePolicies([policy]), False)])), now)
    assert "<script>alert" not in ada.get(f"{LIST}{row.pk}/").content.decode()


def test_the_chain_leads_up_to_the_root(ada: Client, authority: Made, leaf: Made, now: datetime) -> None:
    top = store(authority, now, "Top")
    middle = store(leaf.above[0], now, "Middle", status="disabled")
    row = store(leaf, now, "Mail")
    climb = climb_from(row, now=now)
    assert [link.row.certificate.friendly_name for link in climb.from_the_top] == ["Top", "Middle", "Mail"]
    assert [(link.role, link.is_anchor) for link in climb.from_the_top] == [
        ("root", True),
        ("authority", False),
        ("server", True),
    ]
    assert climb.end is End.ROOT
    page = view(ada, row)
    picture = page[page.index('<ol class="im-climb">') : page.index("The chain is whole")]
    for linked in (top, middle):
        assert f'href="{LIST}{linked.pk}/"' in picture
    assert picture.count("<li") == 3 and picture.count("Disabled") == 1


def test_a_chain_whose_issuer_is_not_here_says_whose_it_is(ada: Client, leaf: Made, now: datetime) -> None:
    row = store(leaf.above[0], now)
    climb = climb_from(row, now=now)
    assert (climb.end, climb.missing) == (End.NOT_HERE, "Testlab Root CA")
    page = view(ada, row)
    assert "This issuer is not in Trusted certificates." in page
    assert "The store does not hold the rest of the chain." in page


def test_a_namesake_with_another_key_is_named(ada: Client, leaf: Made, now: datetime) -> None:
    impostor = store(root(), now, "Impostor")
    row = store(leaf.above[0], now)
    climb = climb_from(row, now=now)
    assert (climb.end, climb.rivals) == (End.OTHER_KEY, (impostor,))
    page = view(ada, row)
    assert "with another key: a renewed authority, or an impostor" in page
    assert f'href="{LIST}{impostor.pk}/"' in page


def test_of_two_issuers_with_one_key_the_usable_one_is_shown(now: datetime) -> None:
    old = root(not_after=now - DAY)
    renewed = make(Recipe("Testlab Root CA", ca=True, key=old.key))
    ended, current = store(old, now, "Old"), store(renewed, now, "New")
    climb = climb_from(store(server(old), now), now=now)
    assert climb.links[1].row.certificate == current
    assert climb.links[1].others == (ended,)


def test_two_authorities_that_signed_each_other_do_not_run_in_circles(now: datetime) -> None:
    one, other = root("One"), root("Other")
    first = make(Recipe("One", ca=True, key=one.key), other)
    second = make(Recipe("Other", ca=True, key=other.key), one)
    store(second, now)
    climb = climb_from(store(first, now), now=now)
    assert len(climb.links) == 2 and climb.end is End.NOT_HERE


@pytest.mark.parametrize("permission", ["smtp.view", "smtp.edit"])
def test_used_by_links_to_the_settings_for_those_who_may_see_them(
    hana: Client,
    authority: Made,
    leaf: Made,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    permission: str,
) -> None:
    monkeypatch.setattr("certificates.chains.purposes._registered", {})
    page_of = {"url_name": "notifications:smtp-server", "permission": permission}
    truststore.register_purpose(Purpose("smtp", "SMTP server", **page_of))
    see([leaf, leaf.above[0]], authority, now)
    page = view(hana, store(authority, now))
    linked = '/proxy/smtp-server/"><bdi>SMTP server mail.testlab.com:587</bdi></a>'
    assert (linked in page) is (permission == "smtp.view")
    assert "SMTP server mail.testlab.com:587" in page and "from ise3-1" in page


def test_the_view_page_says_what_fails_on_the_last_day(
    ada: Client, authority: Made, leaf: Made, now: datetime
) -> None:
    row = store(authority, now)
    assert "When it expires on" not in view(ada, row)
    see([leaf, leaf.above[0]], authority, now)
    page = view(ada, row)
    assert "When it expires on" in page and "this fails unless the renewed certificate is here" in page


def test_an_edit_is_saved_and_shown(ada: Client, authority: Made, now: datetime) -> None:
    row = store(authority, now, "Lab")
    response = edit(
        ada, row, friendly_name="Root", status="disabled", description="old", trust_endpoints="off"
    )
    assert "Changes saved." in text_of(response)
    row.refresh_from_db()
    assert (row.friendly_name, row.status, row.description) == ("Root", "disabled", "old")
    assert row.usages == {Usage.INFRASTRUCTURE}


def test_a_refused_edit_keeps_what_was_typed(ada: Client, now: datetime) -> None:
    store(root("A"), now, "Taken")
    row = store(root("B"), now, "Lab")
    page = text_of(edit(ada, row, friendly_name="taken", description="typed"))
    assert "Another trusted certificate has the friendly name “taken”." in page
    assert 'value="typed"' in page
    row.refresh_from_db()
    assert row.friendly_name == "Lab"


def test_a_box_without_those_it_needs_is_refused_beside_it(
    ada: Client, authority: Made, now: datetime
) -> None:
    row = store(authority, now, "Lab")
    response = edit(ada, row, trust_infrastructure="off")
    assert "trust_endpoints" in response.context["form"].errors
    assert "can be ticked only together with Trust for authentication within ISE" in text_of(response)


def test_both_sections_are_stored_in_one_transaction(ada: Client, authority: Made, now: datetime) -> None:
    profile = OcspProfile.objects.create(name="Lab OCSP", primary_url="http://ocsp.testlab.com/")
    row = store(authority, now, "Lab")
    chosen = {"status-ocsp_enabled": "on", "status-ocsp_profile_id": str(profile.pk)}
    assert "Changes saved." in text_of(edit(ada, row, friendly_name="Root", **chosen))
    row.refresh_from_db()
    assert row.friendly_name == "Root"
    assert RevocationSettings.objects.get(pk=row.pk).ocsp_profile == profile


def test_a_fault_in_one_section_stores_nothing_of_the_other(
    ada: Client, authority: Made, now: datetime
) -> None:
    store(root("A"), now, "Taken")
    row = store(authority, now, "Lab")
    page = text_of(edit(ada, row, friendly_name="Root", **{"status-ocsp_enabled": "on"}))
    assert "Choose the OCSP service to ask." in page
    profile = OcspProfile.objects.create(name="Lab OCSP", primary_url="http://ocsp.testlab.com/")
    chosen = {"status-ocsp_enabled": "on", "status-ocsp_profile_id": str(profile.pk)}
    assert "has the friendly name “Taken”" in text_of(edit(ada, row, friendly_name="Taken", **chosen))
    row.refresh_from_db()
    assert row.friendly_name == "Lab"
    assert not RevocationSettings.objects.exists()


@pytest.mark.parametrize(
    "change", [{"status": "disabled"}, {"trust_infrastructure": "off", "trust_endpoints": "off"}]
)
def test_what_breaks_a_connection_is_saved_only_in_spite_of_it(
    ada: Client, authority: Made, leaf: Made, now: datetime, change: dict[str, str]
) -> None:
    row = store(authority, now, "Lab")
    see([leaf, leaf.above[0]], authority, now)
    page = text_of(edit(ada, row, **change))
    assert "Connections that work today would fail." in page
    assert "SMTP server mail.testlab.com:587" in page and "This works today and would fail" in page
    row.refresh_from_db()
    assert row.is_enabled and row.usages == BOTH
    assert "Changes saved." in text_of(edit(ada, row, accepts_breaks="on", **change))
    event = AuditEvent.objects.get(action="certificate.edit_accepted")
    assert (event.actor, event.target) == ("ada", "Lab")
    assert event.after["breaks"][0].startswith("smtp mail.testlab.com:587: ISSUER_")


def test_a_harmless_edit_asks_nothing_and_audits_no_acceptance(
    ada: Client, authority: Made, leaf: Made, now: datetime
) -> None:
    row = store(authority, now, "Lab")
    see([leaf, leaf.above[0]], authority, now)
    assert "Changes saved." in text_of(edit(ada, row, accepts_breaks="on", trust_endpoints="off"))
    assert not AuditEvent.objects.filter(action="certificate.edit_accepted").exists()


def test_the_warning_beside_the_form_follows_the_boxes(
    ada: Client, authority: Made, leaf: Made, now: datetime
) -> None:
    row = store(authority, now, "Lab")
    see([leaf, leaf.above[0]], authority, now)
    address = f"{LIST}{row.pk}/what-if/"
    assert "nothing fails" in text_of(ada.get(address, TICKED | {"status": "enabled"}, headers=PART))
    for values in (TICKED | {"status": "disabled"}, {"status": "enabled"}):
        page = text_of(ada.get(address, values, headers=PART))
        assert "SMTP server mail.testlab.com:587" in page and 'name="accepts_breaks"' in page


def test_the_delete_page_names_what_would_break_and_the_audit_keeps_it(
    ada: Client, authority: Made, leaf: Made, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certificates.detail.dependents._registered", {"ldap": lambda _: ["LDAP server dc1"]})
    row = store(authority, now, "Lab")
    see([leaf, leaf.above[0]], authority, now)
    page = text_of(ada.get(f"{LIST}{row.pk}/delete/"))
    assert "LDAP server dc1 relies on it." in page
    assert "It is the last usable certificate for “Trust for authentication within ISE”" in page
    assert "The issuer “Testlab Root CA” is not in Trusted certificates." in page
    assert "Delete in spite of this" in page
    assert TrustedCertificate.objects.filter(pk=row.pk).exists()
    assert "“Lab” deleted." in text_of(ada.post(f"{LIST}{row.pk}/delete/", follow=True))
    assert not TrustedCertificate.objects.exists()
    kept = AuditEvent.objects.get(action="certificate.delete_accepted")
    assert kept.after == {"breaks": ["smtp mail.testlab.com:587: UNKNOWN_ISSUER"]}


def test_the_export_is_the_imported_certificate(hana: Client, authority: Made, now: datetime) -> None:
    row = store(authority, now, 'Lab "7"/x')
    response = hana.get(f"{LIST}{row.pk}/export/")
    assert response.content == authority.pem
    assert response["Content-Disposition"] == 'attachment; filename="Lab _7_x.pem"'


def test_hana_sees_what_would_break_and_is_offered_no_change(
    hana: Client, authority: Made, leaf: Made, now: datetime
) -> None:
    row = store(authority, now, "Lab")
    see([leaf, leaf.above[0]], authority, now)
    page = view(hana, row)
    assert "SMTP server mail.testlab.com:587" in page
    assert f"{LIST}{row.pk}/edit/" not in page and f"{LIST}{row.pk}/delete/" not in page
    for address in ("edit/", "delete/", "what-if/"):
        assert hana.get(f"{LIST}{row.pk}/{address}").status_code == 403
