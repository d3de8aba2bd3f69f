"""The import in a real browser: from the file to the choice, with the keyboard, on a phone, with a worker."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from certificates import truststore
from certificates.importing import uploads, working
from certificates.models import TrustedCertificate, Upload
from certificates.pki.parse import SourceFile
from certificates.truststore import Usage
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor
from tests.support.pki import DAY, NOW, Made, intermediate, root, server

IMPORT = "/admin/system/certificates/trusted/import/"
Visit = Callable[..., Visitor]
SIZES = pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light")], ids=["wide", "dark", "phone"]
)


def look(visitor: Visitor, name: str) -> None:
    """Keep a picture when a folder for them is named."""
    folder = os.environ.get("ISE_MAIL_SHOTS")
    if folder:
        visitor.page.screenshot(path=Path(folder) / f"import-{name}.png", full_page=True)


def examine(visitor: Visitor, name: str) -> None:
    """Look at the page as it stands."""
    look(visitor, name)
    assert visitor.axe() == []
    assert visitor.overflow() == 0
    assert visitor.small_targets() == []


def store(made: Made, name: str) -> None:
    truststore.import_certificates(
        data=made.pem,
        usages=frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS}),
        name=name,
        actor="ada",
        now=datetime.now(UTC),
    )


@pytest.fixture
def authority() -> Made:
    return root("QuoVadis Root CA 2", not_after=NOW + 1826 * DAY)


@pytest.fixture
def mixed(authority: Made) -> list[SourceFile]:
    """A duplicate, a renewed authority, one that has expired, a server's own, and a broken block."""
    renewed = root("Branch PKI Root CA", not_after=NOW + 3000 * DAY)
    store(authority, "QuoVadis Root CA 2")
    store(root("Branch PKI Root CA", not_after=NOW + 200 * DAY), "Branch root")
    expired = intermediate(authority, "HydrantID SSL ICA G1", not_after=NOW - 4 * DAY)
    broken = authority.pem.replace(b"\nM", b"\n!", 1)
    return [
        SourceFile(authority.pem + broken + renewed.pem, "company-bundle.pem"),
        SourceFile(expired.pem + server(authority, "mail.cisco.com").pem, "mail.cisco.com.pem"),
    ]


def take_in(files: list[SourceFile]) -> str:
    upload_id = uploads.take_in(files=files, actor="ada", now=timezone.now())
    return f"{IMPORT}{upload_id}/"


@SIZES
def test_the_first_step_is_accessible_and_fits(visit: Visit, size: tuple[int, int], scheme: str) -> None:
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(IMPORT)
    examine(visitor, f"first-{scheme}-{size[0]}")


def test_text_that_is_too_large_is_not_sent_and_stays_on_the_page(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(IMPORT)
    page = visitor.page
    page.locator("#id_text").evaluate("(field) => { field.value = 'x'.repeat(2 * 1024 * 1024); }")
    for _ in range(2):
        page.get_by_role("button", name="Continue").click()
        assert page.get_by_role("alert").all_inner_texts() == [
            "The text is larger than 2 MB, so it was not sent. Choose a file instead."
        ]
    assert visitor.axe() == []
    assert page.locator("#id_text").evaluate("(field) => field.value.length") == 2 * 1024 * 1024
    page.locator("#id_text").fill("-----BEGIN CERTIFICATE-----")
    assert page.get_by_role("alert").count() == 0
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Block 1 is damaged").first.wait_for()


@SIZES
def test_the_choice_is_accessible_and_fits(
    visit: Visit, mixed: list[SourceFile], size: tuple[int, int], scheme: str
) -> None:
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(take_in(mixed))
    examine(visitor, f"choice-{scheme}-{size[0]}")
    visitor.page.get_by_role("button", name="Import", exact=True).click()
    visitor.page.locator(".im-errors").wait_for()
    look(visitor, f"confirm-{scheme}-{size[0]}")
    assert visitor.axe() == []
    assert visitor.overflow() == 0


def large(authority: Made, count: int = 60) -> list[SourceFile]:
    made = [
        intermediate(
            authority,
            f"Regional Issuing CA {number:02}",
            key=authority.key,
            not_after=NOW + (number + 1) * DAY,
        )
        for number in range(count)
    ]
    return [SourceFile(b"".join(one.pem for one in [authority, *made]))]


@SIZES
def test_a_large_bundle_is_accessible_and_fits_from_the_choice_to_the_result(
    visit: Visit, authority: Made, size: tuple[int, int], scheme: str
) -> None:
    store(authority, "QuoVadis Root CA 2")
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(take_in(large(authority)))
    page = visitor.page
    examine(visitor, f"large-{scheme}-{size[0]}")
    for label in ("Trust for authentication within ISE", "Import in spite of this"):
        page.get_by_label(label).check()
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("0 of 60 certificates").wait_for()
    examine(visitor, f"requested-{scheme}-{size[0]}")
    page.get_by_text("No worker has taken the import up yet").wait_for(timeout=6000)
    examine(visitor, f"silent-{scheme}-{size[0]}")
    upload = Upload.objects.get()
    working._advance(upload.pk, working.NameGiver(), timezone.now())
    page.get_by_text("20 of 60 certificates").wait_for()
    look(visitor, f"running-{scheme}-{size[0]}")
    TrustedCertificate.objects.filter(issued_to="Regional Issuing CA 59").delete()
    working.run(upload.pk, clock=timezone.now)
    page.get_by_text("60 certificates imported").wait_for()
    examine(visitor, f"done-{scheme}-{size[0]}")
    assert TrustedCertificate.objects.count() == 61


def test_ada_imports_a_renewed_authority_and_leaves_the_doubtful_ones_out(
    visit: Visit, mixed: list[SourceFile], tmp_path: Path
) -> None:
    paths = [tmp_path / source.name for source in mixed]
    for path, source in zip(paths, mixed, strict=True):
        path.write_bytes(source.data)
    visitor = visit(people.ada())
    visitor.open(IMPORT)
    page = visitor.page
    page.get_by_label("Certificate files").set_input_files(paths)
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Block 2 of “company-bundle.pem” is damaged").wait_for()
    assert page.get_by_label("Import this one: QuoVadis Root CA 2").is_disabled()
    page.get_by_label("Renewed authority").select_option("Replace “Branch root” and delete it")
    page.get_by_label("Trust for authentication within ISE").check()
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("button", name="Import the others only").click()
    page.get_by_text("“Branch root” imported.").wait_for()
    names = set(TrustedCertificate.objects.values_list("friendly_name", flat=True))
    assert names == {"QuoVadis Root CA 2", "Branch root"}
    visitor.open(f"{IMPORT}{Upload.objects.get().pk}/")
    page.reload()
    page.get_by_text("1 certificate imported").wait_for()


def test_a_confirmation_is_given_with_the_keyboard_alone(visit: Visit, authority: Made) -> None:
    visitor = visit(people.ada())
    visitor.open(take_in([SourceFile(server(authority).pem)]))
    page = visitor.page
    page.locator("#id_taken_0").focus()
    for label in (
        "Trust for authentication within ISE",
        "Allow CA certificate with basic constraint CA FALSE",
    ):
        field = page.get_by_label(label)
        for _ in range(30):
            if field.evaluate("element => element === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert field.is_checked()
    page.keyboard.press("Enter")
    page.get_by_text("imported.").wait_for()
    assert TrustedCertificate.objects.count() == 1


def test_a_refused_import_puts_the_focus_on_what_is_wrong(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(root().key_pem)
    visitor = visit(people.ada())
    visitor.open(IMPORT)
    page = visitor.page
    page.get_by_label("Certificate files").set_input_files(path)
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("is a private key").first.wait_for()
    look(visitor, "refused")
    assert visitor.axe() == []
    assert page.evaluate("document.activeElement.className") == "im-errors"


def test_an_upload_that_has_expired_leads_back_to_the_first_step(visit: Visit, authority: Made) -> None:
    address = take_in([SourceFile(authority.pem)])
    visitor = visit(people.ada())
    visitor.open(address)
    Upload.objects.update(made_at=timezone.now() - timedelta(hours=25))
    visitor.page.get_by_role("button", name="Import", exact=True).click()
    visitor.page.get_by_text("This upload is not there any more.").wait_for()
    assert visitor.page.url.endswith(IMPORT)
