"""The pages of the trusted certificates as people of different roles use them."""

from datetime import datetime
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from certificates import truststore
from certificates.models import TrustedCertificate
from certificates.truststore import Usage
from tests.support import people
from tests.support.pki import DAY, Made, intermediate, root, server

pytestmark = pytest.mark.django_db
LIST = "/admin/system/certificates/trusted/"
BOTH = frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS})
TICKED = {"trust_infrastructure": "on", "trust_endpoints": "on"}


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


@pytest.fixture
def hana() -> Client:
    return people.client_for(people.hana())


def store(made: Made, now: datetime, name: str, usages: frozenset[Usage] = BOTH) -> TrustedCertificate:
    result = truststore.import_certificates(
        data=made.pem, usages=usages, name=name, accept_warnings=True, actor="ada", now=now
    )
    return TrustedCertificate.objects.get(pk=result.certificates[0].id)


def text_of(response) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def upload(data: bytes, name: str = "ca.pem") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_the_list_shows_every_column_of_ise(ada: Client, now: datetime) -> None:
    authority = root()
    row = store(intermediate(authority), now, "Branch CA")
    page = text_of(ada.get(LIST))
    for heading in (
        "Friendly name",
        "Status",
        "Trusted for",
        "Serial number",
        "Issued to",
        "Issued by",
        "Valid from",
        "Expiration date",
        "Expiration status",
    ):
        assert heading in page
    for value in (
        "Branch CA",
        "Enabled",
        "Infrastructure",
        "Endpoints",
        row.serial_hex,
        "Testlab Issuing CA",
    ):
        assert value in page
    assert "Testlab Root CA" in page


def test_an_empty_store_says_what_that_means_and_offers_the_import(ada: Client, hana: Client) -> None:
    page = text_of(ada.get(LIST))
    assert "every encrypted connection is refused" in page
    assert f'href="{LIST}import/"' in page
    assert f'href="{LIST}import/"' not in text_of(hana.get(LIST))


def fill(now: datetime) -> None:
    for name, end in (("gone", -2), ("in 8", 8), ("in 22", 22), ("in 45", 45), ("in 80", 80), ("fine", 400)):
        store(root(name, not_after=now + end * DAY), now, name)
    TrustedCertificate.objects.filter(friendly_name="fine").update(status="disabled")
    store(root("future", not_before=now + DAY), now, "future")


def test_the_counts_of_the_chips_add_up(ada: Client, now: datetime) -> None:
    fill(now)
    listing = ada.get(LIST).context["listing"]
    assert [(chip.value, chip.count) for chip in listing.bands] == [
        ("", 7),
        ("expired", 1),
        ("30", 2),
        ("60", 1),
        ("90", 1),
        ("valid", 1),
        ("future", 1),
    ]
    assert [(chip.value, chip.count) for chip in listing.statuses] == [("enabled", 6), ("disabled", 1)]


def test_each_chip_counts_what_it_would_show_under_the_other_filters(ada: Client, now: datetime) -> None:
    fill(now)
    listing = ada.get(LIST, {"status": "disabled"}).context["listing"]
    assert [(chip.value, chip.count) for chip in listing.bands if chip.count] == [("", 1), ("valid", 1)]
    listing = ada.get(LIST, {"expiry": "30"}).context["listing"]
    assert [chip.count for chip in listing.statuses] == [2, 0]
    assert [row.certificate.friendly_name for row in listing.rows] == ["in 8", "in 22"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "GON"}, ["gone"]),
        ({"q": "nothing like this"}, []),
        ({"for": "cisco_services"}, []),
        ({"sort": "-expires", "size": "25"}, ["fine", "future", "in 80", "in 45", "in 22", "in 8", "gone"]),
        ({"sort": "name"}, ["fine", "future", "gone", "in 22", "in 45", "in 8", "in 80"]),
        (
            {
                "sort": "from; drop table",
                "expiry": "x",
                "status": "x",
                "for": "x",
                "page": "-3",
                "size": "9999",
            },
            None,
        ),
    ],
)
def test_search_filter_and_sort(
    ada: Client, now: datetime, query: dict[str, str], names: list[str] | None
) -> None:
    fill(now)
    rows = ada.get(LIST, query).context["listing"].rows
    found = [row.certificate.friendly_name for row in rows]
    assert len(found) == 7 if names is None else found == names


def test_a_fingerprint_or_serial_number_finds_its_certificate(ada: Client, now: datetime) -> None:
    row = store(root("X"), now, "X")
    store(root("Y"), now, "Y")
    pairs = ":".join(row.sha256[i : i + 2] for i in range(0, 20, 2)).upper()
    for text in (pairs, row.serial_hex):
        assert [r.certificate.pk for r in ada.get(LIST, {"q": text}).context["listing"].rows] == [row.pk]


def test_pages_hold_25_rows_unless_more_are_asked_for(ada: Client, now: datetime) -> None:
    key = root("key").key
    for number in range(30):
        store(root(f"CA {number:02}", key=key), now, f"CA {number:02}")
    assert len(ada.get(LIST).context["listing"].rows) == 25
    assert len(ada.get(LIST, {"page": "2"}).context["listing"].rows) == 5
    assert len(ada.get(LIST, {"size": "50"}).context["listing"].rows) == 30


@pytest.mark.parametrize("form", ["pem", "der"])
def test_a_file_is_imported_with_its_boxes(ada: Client, form: str) -> None:
    made = root()
    data = TICKED | {
        "certificate_file": upload(getattr(made, form)),
        "friendly_name": "Lab",
        "description": "x",
    }
    response = ada.post(f"{LIST}import/", data, follow=True)
    assert "“Lab” imported." in text_of(response)
    row = TrustedCertificate.objects.get()
    assert (row.sha256, row.usages, row.imported_by) == (made.sha256, BOTH, "ada")


def test_pasted_text_is_imported(ada: Client) -> None:
    made = root()
    bundle = (made.pem + intermediate(made).pem).decode()
    response = ada.post(f"{LIST}import/", TICKED | {"text": bundle}, follow=True)
    assert "2 certificates imported." in text_of(response)


def test_a_private_key_is_refused_and_does_not_come_back_to_the_browser(ada: Client) -> None:
    made = root()
    secret = made.key_pem.decode().splitlines()[1]
    page = text_of(ada.post(f"{LIST}import/", TICKED | {"text": (made.pem + made.key_pem).decode()}))
    assert "Block 2 is a private key." in page
    assert secret not in page
    assert not TrustedCertificate.objects.exists()


@pytest.mark.parametrize("spoil", ["both", "null", "review"])
def test_a_private_key_never_comes_back_however_it_was_sent(ada: Client, spoil: str) -> None:
    made = root()
    data: dict[str, object] = {"text": made.key_pem.decode()}
    if spoil == "both":
        data["certificate_file"] = upload(made.der)
    elif spoil == "null":
        data["text"] = made.key_pem.decode() + "\x00"
    else:
        data["review"] = "yes"
    page = text_of(ada.post(f"{LIST}import/", TICKED | data))
    assert made.key_pem.decode().splitlines()[1] not in page


def test_a_presented_certificate_is_shown_for_review_and_not_yet_stored(ada: Client) -> None:
    made = root()
    response = ada.post(f"{LIST}import/", {"review": "yes", "text": made.pem.decode()})
    page = text_of(response)
    assert ":".join(made.sha256[i : i + 2] for i in range(0, 64, 2)).upper() in page
    assert response.context["form"]["text"].value() == made.pem.decode()
    assert response.context["form"]["trust_infrastructure"].value() is True
    assert not TrustedCertificate.objects.exists()


def test_a_private_key_does_not_come_back_beside_another_error(ada: Client) -> None:
    made = root()
    page = text_of(ada.post(f"{LIST}import/", {"trust_endpoints": "on", "text": made.key_pem.decode()}))
    assert made.key_pem.decode().splitlines()[1] not in page
    assert "can be ticked only together with Trust for authentication within ISE" in page


def test_a_missing_box_is_said_beside_the_one_that_needs_it_and_the_file_is_kept(ada: Client) -> None:
    made = root()
    response = ada.post(f"{LIST}import/", {"trust_endpoints": "on", "certificate_file": upload(made.der)})
    form = response.context["form"]
    assert list(form.errors) == ["trust_endpoints"]
    assert form["text"].value() == made.pem.decode()
    assert not TrustedCertificate.objects.exists()


def test_a_doubtful_certificate_is_stored_only_after_the_confirmation(ada: Client) -> None:
    made = server(root())
    response = ada.post(f"{LIST}import/", TICKED | {"certificate_file": upload(made.der)})
    assert "is not a certificate authority" in text_of(response)
    assert not TrustedCertificate.objects.exists()
    kept = response.context["form"]["text"].value()
    ada.post(f"{LIST}import/", TICKED | {"text": kept, "accept_warnings": "on"})
    assert TrustedCertificate.objects.get().sha256 == made.sha256


def test_a_duplicate_names_its_block_and_the_entry_that_is_there(ada: Client, now: datetime) -> None:
    made = root()
    store(made, now, "Lab")
    page = text_of(ada.post(f"{LIST}import/", TICKED | {"text": made.pem.decode()}))
    assert "The certificate in block 1 is already there as “Lab”." in page


def test_neither_file_nor_text_and_both_at_once_are_refused(ada: Client) -> None:
    made = root()
    assert "certificate_file" in ada.post(f"{LIST}import/", TICKED).context["form"].errors
    both = TICKED | {"certificate_file": upload(made.der), "text": made.pem.decode()}
    assert "text" in ada.post(f"{LIST}import/", both).context["form"].errors


def test_an_oversized_file_is_refused(ada: Client) -> None:
    page = text_of(ada.post(f"{LIST}import/", TICKED | {"certificate_file": upload(b"-" * 1_100_000)}))
    assert "The file is larger than 1024 KB." in page


def test_hostile_names_are_shown_as_text(ada: Client, now: datetime) -> None:
    row = store(root("<script>alert(1)</script>"), now, "<img src=x>")
    for address in (LIST, f"{LIST}{row.pk}/", f"{LIST}{row.pk}/delete/"):
        raw = ada.get(address).content.decode()
        assert "<script>alert" not in raw and "<img src=x" not in raw


def test_the_detail_page_shows_the_fields_of_ise_in_their_order(ada: Client, now: datetime) -> None:
    row = store(intermediate(root()), now, "Branch CA")
    page = text_of(ada.get(f"{LIST}{row.pk}/"))
    labels = ["Friendly name", "Status", "Description", ">Subject<", ">Issuer<", ">Valid from<"]
    labels += [
        ">Valid to (expiration)<",
        ">Serial number<",
        ">Signature algorithm<",
        ">Key length<",
        ">Usage<",
    ]
    place = page.index('id="trusted-edit"')
    for label in labels:
        place = page.index(label, place)
    assert "SHA256WITHECDSA" in page and "256 (EC)" in page
    assert row.sha256[:2].upper() + ":" + row.sha256[2:4].upper() in page
    for label in (
        "Trust for authentication within ISE",
        "Trust for client authentication and Syslog",
        "Trust for certificate based admin authentication",
        "Trust for authentication of Cisco Services",
    ):
        assert label in page


def test_an_edit_is_saved_and_shown(ada: Client, now: datetime) -> None:
    row = store(root(), now, "Lab")
    data = {"friendly_name": "Root", "status": "disabled", "description": "old", "trust_infrastructure": "on"}
    response = ada.post(f"{LIST}{row.pk}/edit/", data, follow=True)
    assert "Changes saved." in text_of(response)
    row.refresh_from_db()
    assert (row.friendly_name, row.status, row.description) == ("Root", "disabled", "old")
    assert row.usages == {Usage.INFRASTRUCTURE}


def test_a_refused_edit_keeps_what_was_typed(ada: Client, now: datetime) -> None:
    store(root("A"), now, "Taken")
    row = store(root("B"), now, "Lab")
    data = {"friendly_name": "taken", "status": "enabled", "description": "typed"}
    response = ada.post(f"{LIST}{row.pk}/edit/", data)
    page = text_of(response)
    assert "Another trusted certificate has the friendly name “taken”." in page
    assert 'value="typed"' in page
    assert row.friendly_name == TrustedCertificate.objects.get(pk=row.pk).friendly_name


def test_the_delete_page_names_what_would_break(
    ada: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = store(root(), now, "Lab")
    monkeypatch.setattr(
        "certificates.detail.dependents._registered", {"smtp": lambda _: ["SMTP server mail.testlab.com"]}
    )
    page = text_of(ada.get(f"{LIST}{row.pk}/delete/"))
    assert "SMTP server mail.testlab.com relies on it." in page
    assert "It is the last usable certificate for “Trust for authentication within ISE”" in page
    assert TrustedCertificate.objects.filter(pk=row.pk).exists()
    assert "“Lab” deleted." in text_of(ada.post(f"{LIST}{row.pk}/delete/", follow=True))
    assert not TrustedCertificate.objects.exists()


def test_the_export_is_the_imported_certificate(hana: Client, now: datetime) -> None:
    made = root()
    row = store(made, now, 'Lab "7"/x')
    response = hana.get(f"{LIST}{row.pk}/export/")
    assert response.content == made.pem
    assert response["Content-Disposition"] == 'attachment; filename="Lab _7_x.pem"'


def test_hana_sees_everything_and_can_change_nothing(hana: Client, now: datetime) -> None:
    row = store(root(), now, "Lab")
    page = text_of(hana.get(f"{LIST}{row.pk}/"))
    assert "<form" not in page.split('id="main"')[1].split("im-savebar")[0]
    for address in ("import/", f"{row.pk}/edit/", f"{row.pk}/delete/"):
        assert hana.get(LIST + address).status_code == 403
        assert hana.post(LIST + address, {"friendly_name": "x"}).status_code == 403
    row.refresh_from_db()
    assert row.friendly_name == "Lab"


@pytest.mark.parametrize("address", ["7/", "7/edit/", "7/delete/", "7/export/"])
def test_a_certificate_that_is_gone_answers_404(ada: Client, address: str) -> None:
    assert ada.get(LIST + address).status_code == 404
