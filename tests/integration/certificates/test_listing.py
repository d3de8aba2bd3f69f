"""The list of trusted certificates: columns, filters with counts, orders, search, and what it costs."""

import json
from datetime import datetime
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from certificates import truststore
from certificates.listing.query import list_certificates, parse_query
from certificates.models import SEARCH_LENGTH, Band, TrustedCertificate
from certificates.truststore import Usage
from tests.support import people
from tests.support.pki import DAY, Made, Recipe, intermediate, make, root

pytestmark = pytest.mark.django_db
LIST = "/admin/system/certificates/trusted/"
BOTH = frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS})
KEY = root("key").key


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


def store(made: Made, now: datetime, name: str, usages: frozenset[Usage] = BOTH) -> TrustedCertificate:
    result = truststore.import_certificates(
        data=made.pem, usages=usages, name=name, accept_warnings=True, actor="ada", now=now
    )
    return TrustedCertificate.objects.get(pk=result.certificates[0].id)


def found(now: datetime, **values: str) -> list[str]:
    listing = list_certificates(parse_query({"for": values.pop("usage", ""), **values}), now=now)
    assert listing.count == len(listing.rows)
    return [row.certificate.friendly_name for row in listing.rows]


def counts(chips: Any) -> dict[str, int]:
    return {chip.value: chip.count for chip in chips}


@pytest.fixture
def filled(now: datetime) -> None:
    """One certificate of each expiration status; the last one before the future is disabled."""
    infrastructure = frozenset({Usage.INFRASTRUCTURE})
    for name, end, usages in (
        ("gone", -2, BOTH),
        ("in 8", 8, infrastructure),
        ("in 45", 45, frozenset({Usage.CISCO_SERVICES})),
        ("in 80", 80, frozenset()),
        ("fine", 400, frozenset(Usage)),
    ):
        store(root(f"CA {name}", key=KEY, not_after=now + end * DAY), now, name, usages)
    store(root("CA future", key=KEY, not_before=now + DAY), now, "future", infrastructure)
    TrustedCertificate.objects.filter(friendly_name="fine").update(status="disabled")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"expiry": "expired"}, ["gone"]),
        ({"expiry": "30"}, ["in 8"]),
        ({"expiry": "60"}, ["in 45"]),
        ({"expiry": "90"}, ["in 80"]),
        ({"expiry": "valid"}, ["fine"]),
        ({"expiry": "future"}, ["future"]),
        ({"status": "disabled"}, ["fine"]),
        ({"usage": "infrastructure", "sort": "name"}, ["fine", "future", "gone", "in 8"]),
        ({"usage": "endpoints", "sort": "name"}, ["fine", "gone"]),
        ({"usage": "admin_auth"}, ["fine"]),
        ({"usage": "cisco_services", "sort": "name"}, ["fine", "in 45"]),
        ({"usage": "unknown"}, ["in 80"]),
        ({"usage": "infrastructure", "status": "enabled", "expiry": "30"}, ["in 8"]),
        ({"usage": "unknown", "expiry": "expired"}, []),
        ({"q": "in ", "expiry": "60"}, ["in 45"]),
        ({"q": "in\x00 "}, []),
        ({"q": "\x00"}, []),
    ],
)
def test_every_filter_shows_its_rows_and_its_chip_has_their_number(
    now: datetime, query: dict[str, str], names: list[str]
) -> None:
    assert found(now, **query) == names
    listing = list_certificates(parse_query({"for": query.get("usage", ""), **query}), now=now)
    assert counts(listing.bands)[query.get("expiry", "")] == len(names)
    if query.get("status"):
        assert counts(listing.statuses)[query["status"]] == len(names)
    if query.get("usage"):
        assert counts(listing.usages)[query["usage"]] == len(names)


@pytest.mark.usefixtures("filled")
def test_a_chip_counts_what_it_would_show_under_the_other_filters(now: datetime) -> None:
    listing = list_certificates(parse_query({"for": "infrastructure"}), now=now)
    assert counts(listing.bands) == {
        "": 4,
        "expired": 1,
        "30": 1,
        "60": 0,
        "90": 0,
        "valid": 1,
        "future": 1,
    }
    assert counts(listing.statuses) == {"enabled": 3, "disabled": 1}
    assert counts(listing.usages) == {
        "infrastructure": 4,
        "endpoints": 2,
        "admin_auth": 1,
        "cisco_services": 2,
        "unknown": 1,
    }


@pytest.mark.usefixtures("filled")
def test_the_counts_agree_with_the_rows_at_every_edge(now: datetime) -> None:
    for days in (0, 8, 30, 45, 60, 80, 90, 400):
        at = now + days * DAY
        listing = list_certificates(parse_query({}), now=at)
        for band in Band:
            expected = TrustedCertificate.objects.in_band(band, at).count()
            assert counts(listing.bands)[band.value] == expected, (days, band)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["fine", "future", "gone", "in 45", "in 8", "in 80"]),
        ("status", ["fine", "gone", "in 8", "in 45", "in 80", "future"]),
        ("for", ["in 80", "in 45", "in 8", "future", "gone", "fine"]),
        ("to", ["fine", "future", "gone", "in 45", "in 8", "in 80"]),
        ("by", ["fine", "future", "gone", "in 45", "in 8", "in 80"]),
        ("expires", ["gone", "in 8", "in 45", "in 80", "future", "fine"]),
        ("state", ["gone", "in 8", "in 45", "in 80", "fine", "future"]),
    ],
)
def test_every_column_sorts_in_both_directions(now: datetime, sort: str, names: list[str]) -> None:
    assert found(now, sort=sort) == names
    assert found(now, sort=f"-{sort}") == names[::-1]


def test_dates_and_serial_numbers_sort_as_what_they_are(now: datetime) -> None:
    for serial, begin in ((0x0900, 5), (0x10000, 9), (0x0A, 7)):
        store(root(f"CA {serial}", key=KEY, serial=serial, not_before=now - begin * DAY), now, f"{serial:X}")
    assert found(now, sort="serial") == ["A", "900", "10000"]
    assert found(now, sort="-from") == ["900", "A", "10000"]


@pytest.fixture
def searched(now: datetime) -> TrustedCertificate:
    for number in range(3):
        store(root(f"Other CA {number}", key=KEY), now, f"Other {number}")
    authority = root("Délégué & Söhne", key=KEY)
    return store(intermediate(authority, "Straße Issuing", serial=0x0123456789ABCDEF), now, "Größe “1”")


def spellings(row: TrustedCertificate) -> dict[str, str]:
    sha256, sha1 = row.sha256, row.sha1
    pairs = ":".join(sha256[place : place + 2] for place in range(0, 64, 2)).upper()
    return {
        "name": "größe",
        "name in capitals": "GRÖSSE",
        "subject": "straße issuing",
        "issuer": "DÉLÉGUÉ",
        "serial in hexadecimal": "0123456789ABCDEF",
        "serial in pairs": "01:23:45:67:89:ab:cd:ef",
        "a part of the serial": "456789ab",
        "serial in decimal": str(0x0123456789ABCDEF),
        "SHA-256": sha256,
        "SHA-256 in pairs": pairs,
        "SHA-256 as openssl prints it": f"sha256 Fingerprint={pairs}",
        "the beginning of SHA-256": pairs[:23],
        "SHA-1": sha1.upper(),
        "SHA-1 in pairs": ":".join(sha1[place : place + 2] for place in range(0, 40, 2)),
        "the beginning of SHA-1": sha1[:12],
        "surrounding spaces": f"  {sha256} ",
    }


def test_a_search_finds_the_certificate_however_it_is_written(
    now: datetime, searched: TrustedCertificate
) -> None:
    wrong = {what: text for what, text in spellings(searched).items() if found(now, q=text) != ["Größe “1”"]}
    assert wrong == {}


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "%%%", "a" * 64, "0" * 40, "-5", "9" * 200, "∞"])
@pytest.mark.usefixtures("searched")
def test_what_nothing_is_called_finds_nothing_and_breaks_nothing(now: datetime, text: str) -> None:
    assert found(now, q=text) == []


def test_a_name_beyond_what_the_index_holds_is_found(now: datetime) -> None:
    organization = "".join(f"Department {number:03d} " for number in range(60))
    row = store(root("Long", key=KEY), now, "Long one")
    row.subject = f"CN=Long,O={organization},OU=The very end"
    row.save()
    assert len(row.search_text) == SEARCH_LENGTH
    assert found(now, q="the VERY end") == ["Long one"]
    assert found(now, q="department 059") == ["Long one"]


def test_a_renamed_certificate_is_found_by_its_new_name_only(now: datetime) -> None:
    row = store(root("X", key=KEY), now, "Before")
    change = truststore.Change("Afterwards", "", row.status, BOTH)  # type: ignore[arg-type]
    truststore.edit(certificate_id=row.pk, change=change, actor="ada", now=now)
    assert found(now, q="afterwards") == ["Afterwards"]
    assert found(now, q="before") == []
    with pytest.raises(TypeError):
        TrustedCertificate.objects.update(friendly_name="x")


def test_a_page_beyond_the_end_is_the_last_one(ada: Client, now: datetime) -> None:
    for number in range(30):
        store(make(Recipe(f"CA {number:02}", ca=True, key=KEY)), now, f"CA {number:02}")
    listing = ada.get(LIST, {"page": "99", "sort": "name"}).context["listing"]
    assert [row.certificate.friendly_name for row in listing.rows] == [f"CA {n}" for n in range(25, 30)]
    assert (listing.page.number, listing.count) == (2, 30)


def test_the_queries_of_a_page_do_not_grow_with_its_rows(
    ada: Client, now: datetime, django_assert_num_queries: Any
) -> None:
    """Three for the session, two to count, two for the rows, one for removals, one for the menu."""
    store(root("first", key=KEY), now, "first")
    ada.get(LIST)  # the first request of a session also writes it
    for number in range(20):
        with django_assert_num_queries(9):
            ada.get(LIST)
        if number % 10 == 0:
            store(root(f"CA {number}", key=KEY), now, f"CA {number}")


def test_a_request_of_the_page_itself_gets_the_table_and_says_how_many_there_are(
    ada: Client, now: datetime
) -> None:
    store(root("X", key=KEY), now, "X")
    answer = ada.get(LIST, {"q": "x"}, headers={"HX-Request": "true", "HX-Target": "trusted-table"})
    page = unescape(answer.content.decode())
    assert page.startswith('<div class="im-table" id="trusted-table">')
    assert 'hx-swap-oob="innerHTML">1 certificate</p>' in page
    again = {"HX-Request": "true", "HX-Target": "trusted-table", "HX-History-Restore-Request": "true"}
    assert b"<html" in ada.get(LIST, headers=again).content


def test_each_state_has_an_icon_a_word_and_a_color_of_its_own(ada: Client, now: datetime) -> None:
    for name, end in (("a", -2), ("b", 8), ("c", 45), ("d", 80), ("e", 400)):
        store(root(f"CA {name}", key=KEY, not_after=now + end * DAY), now, name)
    listing = ada.get(LIST).context["listing"]
    looks = [(row.tone, row.icon, str(row.band.label)) for row in listing.rows]
    assert [look[0] for look in looks] == ["bad", "near", "soon", "info", "ok"]
    for part in zip(*looks, strict=True):
        assert len(set(part)) == 5


def listed(*words: str) -> list[str]:
    out = StringIO()
    call_command("trust_list", *words, "--json", stdout=out)
    return [row["friendly_name"] for row in json.loads(out.getvalue())["certificates"]]


@pytest.mark.usefixtures("filled")
def test_the_command_searches_and_filters_as_the_page_does() -> None:
    assert listed() == ["gone", "in 8", "in 45", "in 80", "future", "fine"]
    assert listed("CA in") == ["in 8", "in 45", "in 80"]
    assert listed("--expiry", "expired") == ["gone"]
    assert listed("--status", "disabled") == ["fine"]
    assert listed("--for", "unknown") == ["in 80"]
    assert listed("CA in", "--for", "cisco_services") == ["in 45"]
    assert listed("nobody") == []
