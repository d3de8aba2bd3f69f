"""The pages of the trusted certificates as people of different roles use them."""

from datetime import datetime
from html import unescape

import pytest
from django.test import Client

from certificates import truststore
from certificates.models import TrustedCertificate
from certificates.truststore import Usage
from tests.support import people
from tests.support.pki import DAY, Made, intermediate, root

pytestmark = pytest.mark.django_db
LIST = "/admin/system/certificates/trusted/"
BOTH = frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS})


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


def test_hostile_names_are_shown_as_text(ada: Client, now: datetime) -> None:
    row = store(root("<script>alert(1)</script>"), now, "<img src=x>")
    for address in (LIST, f"{LIST}{row.pk}/", f"{LIST}{row.pk}/delete/"):
        raw = ada.get(address).content.decode()
        assert "<script>alert" not in raw and "<img src=x" not in raw


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
