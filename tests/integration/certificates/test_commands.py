"""The commands of the trusted certificates: what they print and the codes they end with."""

import json
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from certificates.models import TrustedCertificate
from console.models import AuditEvent
from tests.support.pki import DAY, intermediate, root, server

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def fail(*arguments: str) -> tuple[int, Any]:
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command(*arguments, stdout=out, stderr=StringIO())
    return caught.value.returncode, json.loads(out.getvalue() or "null")


def test_files_are_imported_with_their_usages_and_name(tmp_path: Path) -> None:
    authority = root()
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.pem)
    shown = json.loads(
        run("trust_import", str(path), "--for", "infrastructure,endpoints", "--name", "Lab", "--json")
    )
    row = TrustedCertificate.objects.get()
    assert shown == {
        "code": "OK",
        "certificates": [{"id": row.pk, "friendly_name": "Lab", "sha256": authority.sha256}],
        "warnings": [],
    }
    assert {usage.value for usage in row.usages} == {"infrastructure", "endpoints"}


def test_a_refused_file_ends_with_3_and_no_file_of_the_command_is_stored(tmp_path: Path) -> None:
    authority = root()
    good, bad = tmp_path / "good.der", tmp_path / "bad.pem"
    good.write_bytes(authority.der)
    bad.write_bytes(authority.key_pem)
    code, shown = fail("trust_import", str(good), str(bad), "--for", "infrastructure", "--json")
    assert (code, shown["code"], shown["file"]) == (3, "REFUSED", str(bad))
    assert [finding["code"] for finding in shown["findings"]] == ["PRIVATE_KEY"]
    assert not TrustedCertificate.objects.exists()


def test_a_warning_is_told_and_with_strict_it_refuses(tmp_path: Path) -> None:
    path = tmp_path / "leaf.pem"
    path.write_bytes(server(root()).pem)
    code, shown = fail("trust_import", str(path), "--for", "infrastructure", "--strict", "--json")
    assert (code, [finding["code"] for finding in shown["findings"]]) == (3, ["NOT_A_CA"])
    shown = json.loads(run("trust_import", str(path), "--for", "infrastructure", "--json"))
    assert [warning["code"] for warning in shown["warnings"]] == ["NOT_A_CA"]
    assert TrustedCertificate.objects.count() == 1


def test_strict_takes_what_an_option_names_and_nothing_else(tmp_path: Path, now: datetime) -> None:
    authority = root()
    leaf, old = tmp_path / "leaf.pem", tmp_path / "old.pem"
    leaf.write_bytes(server(authority).pem)
    old.write_bytes(intermediate(authority, not_after=now - DAY).pem)
    options = ("--for", "infrastructure", "--strict", "--allow-not-ca", "--json")
    code, shown = fail("trust_import", str(leaf), str(old), *options)
    assert (code, [finding["code"] for finding in shown["findings"]]) == (3, ["CERT_EXPIRED"])
    assert not TrustedCertificate.objects.exists()
    shown = json.loads(run("trust_import", str(leaf), str(old), *options, "--allow-out-of-date"))
    assert [warning["code"] for warning in shown["warnings"]] == ["NOT_A_CA", "CERT_EXPIRED"]
    confirmed = AuditEvent.objects.filter(action="certificate.import").order_by("pk")
    assert [event.after["confirmed"] for event in confirmed] == [["allow_not_ca"], ["allow_out_of_date"]]


def test_extensions_are_validated_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "leaf.pem"
    path.write_bytes(server(root()).pem)
    code, shown = fail(
        "trust_import", str(path), "--for", "infrastructure", "--validate-extensions", "--json"
    )
    codes = [finding["code"] for finding in shown["findings"]]
    assert (code, codes) == (3, ["CONSTRAINTS_CA_FALSE", "USAGE_WITHOUT_CERT_SIGN"])
    assert not TrustedCertificate.objects.exists()


def test_a_usage_without_the_one_it_needs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(root().pem)
    code, shown = fail("trust_import", str(path), "--for", "endpoints", "--json")
    assert (code, shown["findings"][0]["code"]) == (3, "USAGE_NEEDS")


@pytest.mark.parametrize("usages", ["", "everything", "infrastructure,x"])
def test_an_unknown_usage_is_a_mistake_of_the_caller(usages: str, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(root().pem)
    with pytest.raises(CommandError, match="--for"):
        run("trust_import", str(path), "--for", usages)


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    assert fail("trust_import", str(tmp_path / "nothing.pem"), "--for", "infrastructure") == (2, None)


def test_the_list_holds_every_certificate_as_json_and_as_text(tmp_path: Path) -> None:
    assert "No trusted certificate." in run("trust_list")
    authority = root()
    path = tmp_path / "bundle.pem"
    path.write_bytes(authority.pem + intermediate(authority).pem)
    run("trust_import", str(path), "--for", "infrastructure")
    rows = json.loads(run("trust_list", "--json"))["certificates"]
    assert {row["issued_to"] for row in rows} == {"Testlab Root CA", "Testlab Issuing CA"}
    assert rows[0]["trusted_for"] == ["infrastructure"]
    assert "issued to Testlab Issuing CA by Testlab Root CA" in run("trust_list")


def test_a_file_without_an_end_is_refused_as_too_large() -> None:
    code, shown = fail("trust_import", "/dev/zero", "--for", "infrastructure", "--json")
    assert (code, shown["code"]) == (3, "REFUSED")
    assert [finding["code"] for finding in shown["findings"]] == ["FILE_TOO_LARGE"]
