"""What several files hold together, containers certificate by certificate, and what tells a key."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
)

from certificates.importing import confirmations
from certificates.importing.choice import Choice, from_json
from certificates.importing.confirmations import Confirmation
from certificates.importing.replacing import Fate, Replacement
from certificates.pki import containers, der
from certificates.pki.parse import MAX_FILE_BYTES, ParseRefused, Reading, SourceFile, read_files
from certificates.pki.verdict import Finding
from certificates.usages import Usage
from tests.support.hostile import container
from tests.support.pki import Made, intermediate, root


@pytest.fixture(scope="module")
def authority() -> Made:
    return root()


@pytest.fixture(scope="module")
def issuing(authority: Made) -> Made:
    return intermediate(authority)


def read(*files: tuple[str, bytes]) -> Reading:
    return read_files([SourceFile(data, name) for name, data in files])


def refusal_of(*files: tuple[str, bytes]) -> list[tuple[str, str | None]]:
    with pytest.raises(ParseRefused) as caught:
        read(*files)
    return [(finding.code, finding.params.get("file")) for finding in caught.value.findings]


def test_each_certificate_says_which_file_it_stood_in(authority: Made, issuing: Made) -> None:
    reading = read(("a.pem", authority.pem), ("b.der", issuing.der))
    assert [item.place for item in reading.certificates] == [
        {"block": "1", "file": "a.pem"},
        {"block": "1", "file": "b.der"},
    ]


def test_one_file_needs_no_name(authority: Made) -> None:
    assert read(("a.pem", authority.pem)).certificates[0].place == {"block": "1"}


def test_a_file_that_holds_nothing_is_a_fault_beside_one_that_does(authority: Made) -> None:
    reading = read(("a.pem", authority.pem), ("b.txt", b"hello"), ("c.pem", b""))
    assert len(reading.certificates) == 1
    assert [(fault.code, fault.params["file"]) for fault in reading.faults] == [
        ("NO_CERTIFICATE", "b.txt"),
        ("FILE_EMPTY", "c.pem"),
    ]


def test_the_same_certificate_in_two_files_is_taken_once(authority: Made) -> None:
    reading = read(("a.pem", authority.pem), ("b.der", authority.der))
    assert len(reading.certificates) == 1
    assert [fault.code for fault in reading.faults] == ["REPEATED_IN_FILE"]


def test_a_key_in_one_file_refuses_the_others_too(authority: Made) -> None:
    assert refusal_of(("a.pem", authority.pem), ("k.pem", authority.key_pem)) == [("PRIVATE_KEY", "k.pem")]


def test_the_limit_is_that_of_all_files_together(authority: Made) -> None:
    half = b" " * (MAX_FILE_BYTES // 2)
    assert refusal_of(("a", half), ("b", half), ("c.pem", authority.pem)) == [("FILE_TOO_LARGE", None)]


def test_a_broken_certificate_in_a_container_spoils_only_itself(authority: Made, issuing: Made) -> None:
    broken = authority.der[:10] + b"\xff" * 10 + authority.der[20:]
    reading = read(("a.p7b", container(authority.der + broken + issuing.der)))
    assert [item.der for item in reading.certificates] == [authority.der, issuing.der]
    assert [fault.code for fault in reading.faults] == ["BLOCK_BROKEN"]


@pytest.mark.parametrize(
    ("content", "detail"),
    [(b"", "it is empty"), (b"\x30\x84\xff\xff\xff\xff", "element that ends outside")],
)
def test_a_container_without_certificates_says_why(content: bytes, detail: str) -> None:
    with pytest.raises(ParseRefused) as caught:
        read(("a.p7b", container(content)))
    finding = caught.value.findings[0]
    assert (finding.code, finding.params["detail"]) == ("PKCS7_UNUSABLE", detail)


@pytest.mark.filterwarnings("ignore:PKCS#7 certificates could not be parsed as DER")
def test_a_container_without_definite_lengths_is_read_too(authority: Made) -> None:
    loose = b"\x30\x80" + container(authority.der)[6:] + b"\x00\x00"
    assert [item.der for item in read(("a.p7b", loose)).certificates] == [authority.der]


def test_certificates_are_cut_out_of_what_the_library_writes(authority: Made, issuing: Made) -> None:
    written = pkcs7.serialize_certificates([authority.certificate, issuing.certificate], Encoding.DER)
    assert set(containers.certificates_of(written)) == {authority.der, issuing.der}


KEYS = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "ec": ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
}
FORMS = [
    (PrivateFormat.PKCS8, NoEncryption()),
    (PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    (PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
]


@pytest.mark.parametrize("kind", sorted(KEYS))
@pytest.mark.parametrize(("form", "sealed"), FORMS, ids=["pkcs8", "traditional", "encrypted"])
def test_a_key_is_known_by_its_first_bytes_whatever_follows(kind: str, form, sealed) -> None:
    if kind == "ed25519" and form == PrivateFormat.TraditionalOpenSSL:
        form = PrivateFormat.PKCS8
    data = KEYS[kind].private_bytes(Encoding.DER, form, sealed)
    assert containers.begins_as_key(data)
    assert containers.begins_as_key(data[: len(data) // 2] + b"\x00" * 20)
    assert refusal_of(("k.der", data + b"\n")) == [("PRIVATE_KEY", None)]


def test_a_certificate_does_not_begin_as_a_key(authority: Made) -> None:
    assert not containers.begins_as_key(authority.der)
    assert not containers.is_private_key(authority.der)


def test_joined_elements_are_split_again(authority: Made, issuing: Made) -> None:
    assert list(der.split(authority.der + issuing.der)) == [authority.der, issuing.der]


@pytest.mark.parametrize("data", [b"\x30", b"\x30\x80", b"\x30\x85\x00\x00\x00\x00\x01", b"\x30\x05\x00"])
def test_what_has_no_definite_end_is_not_der(data: bytes) -> None:
    with pytest.raises(der.DerBroken):
        der.element_at(data, 0, len(data))


def test_a_choice_is_the_same_after_it_was_kept() -> None:
    choice = Choice(
        taken=(0, 2),
        usages=frozenset({Usage.INFRASTRUCTURE}),
        description="Lab",
        names={0: "A"},
        replacements={2: Replacement(7, Fate.DISABLE)},
        confirmed=frozenset({Confirmation.SHA1}),
        validate_extensions=True,
    )
    assert from_json(choice.as_json()) == choice
    assert from_json({}) == Choice(taken=())


@pytest.mark.parametrize(
    ("code", "box"),
    [
        ("CERT_EXPIRED", "allow_out_of_date"),
        ("CERT_NOT_YET_VALID", "allow_out_of_date"),
        ("WEAK_SIGNATURE", "allow_sha1"),
        ("NOT_A_CA", "allow_not_ca"),
        ("WEAK_KEY_CA", "accept_warnings"),
        ("SAME_AUTHORITY", "accept_warnings"),
    ],
)
def test_each_warning_is_accepted_by_its_own_box_only(code: str, box: str) -> None:
    finding = Finding(code, {}, "W")
    assert confirmations.boxes_for([finding]) == {Confirmation(box)}
    others = frozenset(Confirmation) - {Confirmation(box)}
    assert confirmations.without([finding], others) == [finding]
    assert confirmations.without([finding], {Confirmation(box)}) == []
