"""The two steps of an import as admins use them: what an upload holds, what is chosen, what is confirmed."""

import hashlib
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)
from django.test import Client

from certificates import truststore
from certificates.importing import uploads
from certificates.models import TrustedCertificate, Upload
from certificates.pki import pem
from certificates.truststore import Usage
from console.models import AuditEvent
from tests.support import people, vectors
from tests.support.pages import PART
from tests.support.pki import DAY, Made, Recipe, intermediate, make, root, server
from tests.support.uploads import IMPORT, TICKED, file, send, taken, text_of, upload_at

pytestmark = pytest.mark.django_db
BOTH = frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS})


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


def store(made: Made, now: datetime, name: str) -> TrustedCertificate:
    result = truststore.import_certificates(
        data=made.pem, usages=BOTH, name=name, accept_warnings=True, actor="ada", now=now
    )
    return TrustedCertificate.objects.get(pk=result.certificates[0].id)


def stored() -> list[str]:
    return list(TrustedCertificate.objects.order_by("pk").values_list("friendly_name", flat=True))


@pytest.mark.parametrize("form", ["pem", "der"])
def test_a_file_is_shown_first_and_stored_when_it_is_chosen(ada: Client, form: str) -> None:
    made = root()
    address = send(ada, certificate_file=file(getattr(made, form)))
    page = text_of(ada.get(address))
    for digits in (made.sha256, hashlib.sha1(made.der).hexdigest()):
        assert ":".join(digits[i : i + 2] for i in range(0, len(digits), 2)).upper() in page
    assert "CN=Testlab Root CA,O=Testlab" in page and "EC 256" in page
    assert not TrustedCertificate.objects.exists()
    response = ada.post(
        address, TICKED | taken(0) | {"name_0": "Lab", "description": "of the lab"}, follow=True
    )
    assert "“Lab” imported." in text_of(response)
    row = TrustedCertificate.objects.get()
    assert (row.sha256, row.usages, row.imported_by) == (made.sha256, BOTH, "ada")
    assert row.description == "of the lab"


def test_several_files_are_one_upload_and_each_certificate_says_where_it_stood(ada: Client) -> None:
    authority = root()
    issuing = intermediate(authority)
    container = pkcs7.serialize_certificates([server(issuing).certificate], Encoding.DER)
    address = send(
        ada,
        certificate_file=[
            file(authority.pem, "root.pem"),
            file(issuing.der, "issuing.der"),
            file(container, "chain.p7b"),
        ],
    )
    page = text_of(ada.get(address))
    assert [f"1 of “{name}”" in page for name in ("root.pem", "issuing.der", "chain.p7b")] == [True] * 3
    response = ada.post(address, TICKED | taken(0, 1), follow=True)
    assert "2 certificates imported." in text_of(response)
    assert stored() == ["Testlab Root CA#Testlab Root CA#00001", "Testlab Issuing CA#Testlab Root CA#00001"]


def test_pasted_text_is_imported_and_only_what_is_ticked(ada: Client) -> None:
    authority = root()
    address = send(ada, text=(authority.pem + intermediate(authority).pem).decode())
    ada.post(address, TICKED | taken(1))
    assert stored() == ["Testlab Issuing CA#Testlab Root CA#00001"]


def test_an_upload_with_nothing_ticked_is_refused(ada: Client) -> None:
    address = send(ada, root())
    assert "No certificate is chosen." in text_of(ada.post(address, TICKED))
    assert not TrustedCertificate.objects.exists()


def container_of(made: Made) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"x", made.key, made.certificate, None, BestAvailableEncryption(b"secret")
    )


@pytest.mark.parametrize("kind", ["pem", "der", "encrypted", "pkcs12", "beside", "second file"])
def test_a_private_key_is_refused_and_neither_kept_nor_shown_nor_logged(
    ada: Client, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = root()
    der = made.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    sealed = made.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    sent = {
        "pem": [file(made.key_pem)],
        "der": [file(der)],
        "encrypted": [file(sealed)],
        "pkcs12": [file(container_of(made), "keys.p12")],
        "beside": [file(made.pem + made.key_pem)],
        "second file": [file(made.pem), file(made.key_pem, "key.pem")],
    }[kind]
    with caplog.at_level("DEBUG"):
        page = text_of(ada.post(IMPORT, {"certificate_file": sent}))
    assert ("is a private key" in page) != ("is a PKCS#12 container" in page)
    assert not Upload.objects.exists() and not TrustedCertificate.objects.exists()
    line = made.key_pem.decode().splitlines()[1]
    assert line not in page and line not in caplog.text and der.hex() not in caplog.text


@pytest.mark.parametrize("spoil", ["alone", "both", "null", "mislabeled", "misspelled", "no label", "cut"])
def test_a_private_key_never_comes_back_however_it_was_pasted(ada: Client, spoil: str) -> None:
    made = root()
    text = made.key_pem.decode()
    line = text.splitlines()[1]
    der = made.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    data: dict[str, object] = {
        "mislabeled": {"text": pem.encode(der)},
        "misspelled": {"text": text.replace("PRIVATE", "PRlVATE")},
        "no label": {"text": "\n".join(text.splitlines()[1:-1])},
        "cut": {"text": text[:-40]},
        "both": {"text": text, "certificate_file": file(made.der)},
        "null": {"text": f"{text}\x00"},
    }.get(spoil, {"text": text})
    page = text_of(ada.post(IMPORT, data))
    assert line not in page and not Upload.objects.exists()


def test_refused_text_is_kept_for_a_second_try(ada: Client) -> None:
    made = root()
    broken = made.pem.decode().replace("\nM", "\n!", 1)
    response = ada.post(IMPORT, {"text": broken})
    assert "Block 1 is damaged" in text_of(response)
    assert response.context["form"]["text"].value() == broken


def test_neither_file_nor_text_and_both_at_once_are_refused(ada: Client) -> None:
    made = root()
    assert "certificate_file" in ada.post(IMPORT, {}).context["form"].errors
    both = {"certificate_file": file(made.der), "text": made.pem.decode()}
    assert "text" in ada.post(IMPORT, both).context["form"].errors


def test_an_oversized_file_is_refused(ada: Client) -> None:
    page = text_of(ada.post(IMPORT, {"certificate_file": file(b"-" * (8 * 1024 * 1024 + 1))}))
    assert "The file is larger than 8192 KB." in page


def test_a_broken_block_is_named_and_the_sound_ones_can_be_imported(ada: Client) -> None:
    authority, other = root(), root("Other CA")
    broken = other.pem.replace(b"\nM", b"\n!", 1)
    address = send(ada, certificate_file=file(authority.pem + broken + intermediate(authority).pem))
    response = ada.get(address)
    assert "Block 2 is damaged" in text_of(response)
    assert [card.place for card in response.context["cards"]] == [0, 1]
    ada.post(address, TICKED | taken(0, 1, 2))
    assert len(stored()) == 2


def test_a_duplicate_is_shown_with_the_entry_that_is_there_and_cannot_be_chosen(
    ada: Client, now: datetime
) -> None:
    made = root()
    row = store(made, now, "Lab")
    address = send(ada, made, root("Other CA"))
    page = text_of(ada.get(address))
    assert f'<a href="/admin/system/certificates/trusted/{row.pk}/">Lab</a>' in page
    assert 'id="id_taken_0" disabled' in page
    ada.post(address, TICKED | taken(0, 1))
    assert stored() == ["Lab", "Other CA#Other CA#00001"]


def test_what_came_into_the_store_meanwhile_is_refused_as_a_duplicate(ada: Client, now: datetime) -> None:
    made = root()
    address = send(ada, made)
    text_of(ada.get(address))
    store(made, now, "Lab")
    page = text_of(ada.post(address, TICKED | taken(0)))
    assert "No certificate is chosen." in page and "It is stored already as" in page


@pytest.mark.parametrize(
    ("made", "box", "label"),
    [
        (lambda ca, now: intermediate(ca, not_after=now - DAY), "allow_out_of_date", "Allow out-of-date"),
        (lambda ca, now: intermediate(ca, not_before=now + DAY), "allow_out_of_date", "Allow out-of-date"),
        (lambda ca, now: server(ca), "allow_not_ca", "Allow CA certificate with basic constraint CA FALSE"),
        (
            lambda ca, now: intermediate(ca, not_after=now + 5 * DAY),
            "accept_warnings",
            "Import in spite of this",
        ),
    ],
)
def test_each_doubt_has_its_own_confirmation_which_is_audited_by_name(
    ada: Client, now: datetime, made, box: str, label: str
) -> None:
    address = send(ada, made(root(), now))
    response = ada.get(address)
    assert [shown.name for shown in response.context["form"].boxes_shown] == [box]
    assert label in text_of(response)
    wrong = {"allow_out_of_date", "allow_sha1", "allow_not_ca", "accept_warnings"} - {box}
    response = ada.post(address, TICKED | taken(0) | dict.fromkeys(wrong, "on"))
    assert box in response.context["form"].errors
    assert not TrustedCertificate.objects.exists()
    ada.post(address, TICKED | taken(0) | {box: "on"})
    assert len(stored()) == 1
    assert AuditEvent.objects.get(action="certificate.import").after["confirmed"] == [box]


def test_an_authority_of_sha1_needs_the_box_for_sha1(ada: Client) -> None:
    address = send(ada, certificate_file=file(vectors.read("x509/accvraiz1.pem")))
    response = ada.get(address)
    assert [shown.name for shown in response.context["form"].boxes_shown] == ["allow_sha1"]
    response = ada.post(address, TICKED | taken(0) | {"allow_not_ca": "on", "accept_warnings": "on"})
    assert list(response.context["form"].errors) == ["allow_sha1"]
    assert not TrustedCertificate.objects.exists()
    ada.post(address, TICKED | taken(0) | {"allow_sha1": "on"})
    assert AuditEvent.objects.get(action="certificate.import").after["confirmed"] == ["allow_sha1"]


def test_what_is_not_chosen_needs_no_confirmation(ada: Client, now: datetime) -> None:
    authority = root()
    address = send(ada, authority, intermediate(authority, not_after=now - DAY))
    ada.post(address, TICKED | taken(0))
    assert stored() == ["Testlab Root CA#Testlab Root CA#00001"]
    assert "confirmed" not in AuditEvent.objects.get(action="certificate.import").after


def test_the_others_can_be_imported_without_those_that_need_a_confirmation(
    ada: Client, now: datetime
) -> None:
    authority = root()
    address = send(ada, authority, intermediate(authority, not_after=now - DAY), server(authority))
    choice = TICKED | taken(0, 1, 2) | {"allow_not_ca": "on"}
    page = text_of(ada.post(address, choice))
    assert "Import the others only" in page
    ada.post(address, choice | {"leave_out": "yes"})
    assert set(TrustedCertificate.objects.values_list("issued_to", flat=True)) == {
        "Testlab Root CA",
        "mail.testlab.com",
    }


@pytest.mark.parametrize(
    ("recipe", "missing"),
    [
        (Recipe("leaf"), ["has CA false", "without keyCertSign"]),
        (Recipe("bare", ca=None, usages=()), ["has no basic constraints", "has no key usage"]),
        (Recipe("half", ca=True, key_cert_sign=False), ["without keyCertSign"]),
    ],
)
def test_validated_extensions_name_what_is_missing(ada: Client, recipe: Recipe, missing: list[str]) -> None:
    address = send(ada, make(recipe))
    boxes = dict.fromkeys(("allow_not_ca", "accept_warnings"), "on")
    page = text_of(ada.post(address, TICKED | taken(0) | boxes | {"validate_extensions": "on"}))
    assert all(words in page for words in missing)
    assert not TrustedCertificate.objects.exists()
    ada.post(address, TICKED | taken(0) | boxes)
    assert TrustedCertificate.objects.count() == 1


def test_a_sound_authority_passes_the_validation_of_its_extensions(ada: Client) -> None:
    address = send(ada, root())
    ada.post(address, TICKED | taken(0) | {"validate_extensions": "on"})
    assert len(stored()) == 1


def test_a_box_without_the_one_it_needs_is_said_beside_it(ada: Client) -> None:
    address = send(ada, root())
    response = ada.post(address, taken(0) | {"trust_endpoints": "on", "name_0": "typed"})
    assert list(response.context["form"].errors) == ["trust_endpoints"]
    assert 'value="typed"' in text_of(response)
    assert not TrustedCertificate.objects.exists()


def test_the_page_says_what_each_box_does_and_which_nothing_uses_yet(ada: Client) -> None:
    page = text_of(ada.get(send(ada, root())))
    assert "SMTP relays" in page and "Stored, nothing uses it yet" in page


def test_names_are_offered_as_ise_makes_them_and_taken_ones_refused(ada: Client, now: datetime) -> None:
    store(root("Other CA"), now, "Taken")
    store(root(), now, "Testlab Root CA#Testlab Root CA#00001")
    address = send(ada, root("New CA"), root(), root())
    form = ada.get(address).context["form"]
    offered = [form[f"name_{place}"].value() for place in range(3)]
    assert offered == ["New CA#New CA#00001", *(f"Testlab Root CA#Testlab Root CA#0000{n}" for n in (2, 3))]
    chosen = TICKED | taken(0, 1, 2) | {"name_0": "taken", "name_1": "Same", "name_2": "same"}
    errors = ada.post(address, chosen).context["form"].errors
    assert set(errors) == {"name_0", "name_2"}
    ada.post(address, chosen | {"name_0": "Fresh", "name_2": ""})
    assert stored()[2:] == ["Fresh", "Same", "Testlab Root CA#Testlab Root CA#00002"]


def test_a_name_that_was_offered_in_two_tabs_gets_the_next_number_in_the_second(ada: Client) -> None:
    first, second = send(ada, root()), send(ada, root())
    name = "Testlab Root CA#Testlab Root CA#00001"
    for address in (first, second):
        ada.post(address, TICKED | taken(0) | {"name_0": name})
    assert stored() == [name, "Testlab Root CA#Testlab Root CA#00002"]


def test_refresh_back_and_a_second_tab_change_nothing(ada: Client) -> None:
    address = send(ada, root())
    assert ada.get(address).content.count(b'name="taken"') == ada.get(address).content.count(b'name="taken"')
    choice = TICKED | taken(0) | {"name_0": "Lab"}
    ada.post(address, choice)
    again = ada.post(address, choice | {"name_0": "Other"}, follow=True)
    assert "1 certificate imported" in text_of(again) and ">Lab<" in text_of(again)
    assert "1 certificate imported" in text_of(ada.get(address))
    assert stored() == ["Lab"]
    assert AuditEvent.objects.filter(action="certificate.import").count() == 1
    assert bytes(upload_at(address).data) == b""


def test_an_upload_belongs_to_the_admin_who_made_it(ada: Client) -> None:
    address = send(ada, root())
    other = people.client_for(people.omar())
    response = other.get(address, follow=True)
    assert "This upload is not there any more." in text_of(response)
    other.post(address, TICKED | taken(0))
    assert other.get(f"{address}state/", headers=PART).status_code == 286
    assert not TrustedCertificate.objects.exists()


def test_an_upload_expires_after_a_day_and_is_deleted(ada: Client, now: datetime) -> None:
    address = send(ada, root())
    Upload.objects.update(made_at=now - timedelta(hours=25))
    assert "This upload is not there any more." in text_of(ada.get(address, follow=True))
    ada.post(address, TICKED | taken(0))
    assert not TrustedCertificate.objects.exists()
    assert uploads.forget_old(now) == 1 and not Upload.objects.exists()


def test_an_admin_has_at_most_ten_uploads_waiting(ada: Client) -> None:
    addresses = [send(ada, root(f"CA {number}")) for number in range(12)]
    assert Upload.objects.count() == 10
    assert ada.get(addresses[1]).status_code == 302
    assert ada.get(addresses[2]).status_code == 200


def test_hostile_names_are_shown_as_text(ada: Client) -> None:
    address = send(
        ada,
        certificate_file=[
            file(root("<script>alert(1)</script>").pem, "<img src=x>.pem"),
            file(b"nothing", "<b>.pem"),
        ],
    )
    page = ada.get(address).content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page and "<b>.pem" not in page


def test_places_that_are_not_there_are_ignored(ada: Client) -> None:
    address = send(ada, root())
    ada.post(address, TICKED | {"taken": ["0", "0", "7", "-1", "x", "\x00"], "replace_0": "1-delete"})
    assert len(stored()) == 1
