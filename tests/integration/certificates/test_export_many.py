"""The export of many trusted certificates: one PEM file or a ZIP, of the ticked rows or of a filter."""

import io
import zipfile
from datetime import datetime

import pytest
from cryptography import x509
from django.test import Client

from certificates import truststore
from certificates.models import TrustedCertificate
from certificates.truststore import Usage
from tests.support import people
from tests.support.pki import DAY, Made, root

pytestmark = pytest.mark.django_db
EXPORT = "/admin/system/certificates/trusted/export/"
KEY = root("key").key
NAMES = ("Lab", "lab (2)", "Straße/Nord", "STRASSE?NORD", "../../etc/passwd", "con", ".hidden", "x" * 250)


@pytest.fixture
def hana() -> Client:
    return people.client_for(people.hana())


def store(made: Made, now: datetime, name: str) -> TrustedCertificate:
    usages = frozenset({Usage.INFRASTRUCTURE})
    result = truststore.import_certificates(
        data=made.pem, usages=usages, name=name, accept_warnings=True, actor="ada", now=now
    )
    return TrustedCertificate.objects.get(pk=result.certificates[0].id)


def content(client: Client, **values: object) -> bytes:
    answer = client.get(EXPORT, values)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_the_pem_file_holds_the_blocks_and_nothing_else(hana: Client, now: datetime) -> None:
    made = [root(f"CA {number}", key=KEY) for number in range(3)]
    for number, one in enumerate(made):
        store(one, now, f"CA {number}")
    assert content(hana, all="1") == b"".join(one.pem for one in made)
    assert len(x509.load_pem_x509_certificates(content(hana, all="1", form="pem"))) == 3


def test_only_what_is_ticked_or_what_the_filter_finds_is_exported(hana: Client, now: datetime) -> None:
    old, new = root("old", key=KEY, not_after=now - DAY), root("new", key=KEY)
    store(old, now, "old")
    kept = store(new, now, "new")
    assert content(hana, all="1", expiry="expired") == old.pem
    assert content(hana, chosen=[kept.pk]) == new.pem
    assert content(hana) == b""


def test_the_zip_has_one_safe_and_unique_name_for_each(hana: Client, now: datetime) -> None:
    made = {name: root(f"CA {number}", key=KEY) for number, name in enumerate(NAMES)}
    rows = {name: store(one, now, name) for name, one in made.items()}
    with zipfile.ZipFile(io.BytesIO(content(hana, all="1", form="zip"))) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    assert len({name.casefold() for name in files}) == len(NAMES)
    assert files["Lab.pem"] == made["Lab"].pem and files["lab (2).pem"] == made["lab (2)"].pem
    assert sorted(files.values()) == sorted(one.pem for one in made.values())
    for name in files:
        assert name.isascii() and len(name) < 130 and name.endswith(".pem")
        assert not set(name) & set('/\\:*?"<>|') and not name.startswith(".")
    assert f"con~{rows['con'].sha256[:16]}.pem" in files


def test_the_files_are_offered_as_downloads_with_their_kind(hana: Client, now: datetime) -> None:
    store(root("CA", key=KEY), now, "CA")
    for form, kind in (("pem", "application/x-pem-file"), ("zip", "application/zip")):
        answer = hana.get(EXPORT, {"all": "1", "form": form})
        assert answer["Content-Type"] == kind
        assert answer["Content-Disposition"].startswith('attachment; filename="trusted-certificates-')
        assert answer["Content-Disposition"].endswith(f'.{form}"')


def test_portions_join_without_a_seam(hana: Client, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [root(f"CA {number}", key=KEY) for number in range(7)]
    for number, one in enumerate(made):
        store(one, now, f"CA {number}")
    monkeypatch.setattr("certificates.listing.export.PORTION", 3)
    monkeypatch.setattr("certificates.listing.export.PIECE", 1500)
    assert content(hana, all="1") == b"".join(one.pem for one in made)
