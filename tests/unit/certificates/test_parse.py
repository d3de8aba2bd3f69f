"""Reading an upload: every shape that is taken, and every one refused with its block and its reason."""

import base64
import warnings

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)

from certificates.pki import pem
from certificates.pki.parse import MAX_CERTIFICATES, MAX_FILE_BYTES, MAX_FINDINGS, ParseRefused, parse_file
from tests.support.der import members
from tests.support.pki import Made, Recipe, intermediate, make, root


@pytest.fixture(scope="module")
def authority() -> Made:
    return root()


@pytest.fixture(scope="module")
def issuing(authority: Made) -> Made:
    return intermediate(authority)


def refusal_of(data: bytes) -> list[tuple[str, str | None]]:
    with pytest.raises(ParseRefused) as caught:
        parse_file(data)
    assert all(finding.severity == "E" for finding in caught.value.findings)
    return [(finding.code, finding.params.get("block")) for finding in caught.value.findings]


def prints_of(data: bytes) -> list[str]:
    return [item.fields.sha256 for item in parse_file(data)]


def test_der_and_pem_give_the_same_certificate(authority: Made) -> None:
    assert prints_of(authority.der) == prints_of(authority.pem) == [authority.sha256]


def test_a_bundle_is_read_in_order_with_junk_and_headers_between(authority: Made, issuing: Made) -> None:
    data = b"# our CA\xff\n" + authority.pem + b"\n\nsubject=/CN=x\n" + issuing.pem + b"trailing junk"
    parsed = parse_file(data)
    assert [item.block for item in parsed] == [1, 2]
    assert [item.fields.sha256 for item in parsed] == [authority.sha256, issuing.sha256]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.decode().encode("utf-16"),
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b"\r"),
        lambda data: b"".join(b"    " + line + b"\n" for line in data.splitlines()),
        lambda data: data.replace(b"BEGIN CERTIFICATE", b"BEGIN X509 CERTIFICATE").replace(
            b"END CERTIFICATE", b"END X509 CERTIFICATE"
        ),
        lambda data: data.replace(b"-----\n", b"-----\nProc-Type: 4,CLEAR\nFriendly: a: b\n\n", 1),
    ],
    ids=["bom", "utf-16", "crlf", "cr", "indented", "x509-label", "rfc1421-headers"],
)
def test_text_from_other_systems_is_taken(authority: Made, change) -> None:
    assert prints_of(change(authority.pem)) == [authority.sha256]


def test_bare_base64_is_taken(authority: Made) -> None:
    assert prints_of(base64.encodebytes(authority.der)) == [authority.sha256]


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_pkcs7_certificates_are_taken(authority: Made, issuing: Made, encoding: Encoding) -> None:
    container = pkcs7.serialize_certificates([authority.certificate, issuing.certificate], encoding)
    assert sorted(prints_of(container)) == sorted([authority.sha256, issuing.sha256])


def test_a_pkcs7_container_in_ber_is_taken_without_a_warning(authority: Made, issuing: Made) -> None:
    both = [authority.certificate, issuing.certificate]
    in_ber = b"\x30\x80" + b"".join(members(pkcs7.serialize_certificates(both, Encoding.DER))) + b"\0\0"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = parse_file(in_ber)
    assert {one.fields.sha256 for one in found} == {authority.sha256, issuing.sha256}


def test_a_pkcs7_container_under_the_certificate_label_is_taken(authority: Made) -> None:
    container = pkcs7.serialize_certificates([authority.certificate], Encoding.DER)
    assert prints_of(pem.encode(container).encode()) == [authority.sha256]


@pytest.mark.parametrize(
    ("form", "sealed"),
    [
        (PrivateFormat.PKCS8, NoEncryption()),
        (PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        (PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
    ],
)
def test_a_private_key_refuses_the_whole_upload(authority: Made, form: PrivateFormat, sealed: object) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, form, sealed)
    assert refusal_of(authority.pem + key) == [("PRIVATE_KEY", "2")]


def test_a_private_key_without_an_end_line_is_still_a_private_key(authority: Made) -> None:
    cut = authority.key_pem[:60]
    assert refusal_of(cut + b"\n" + authority.pem)[0] == ("PRIVATE_KEY", "1")


def test_a_private_key_without_its_begin_line_is_still_a_private_key(authority: Made) -> None:
    cut = authority.key_pem.split(b"\n", 1)[1]
    assert refusal_of(authority.pem + cut) == [("PRIVATE_KEY", "2")]
    assert refusal_of(cut * 2 + authority.pem) == [("PRIVATE_KEY", "1")]


def test_a_private_key_in_der_is_recognized(authority: Made) -> None:
    der = authority.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    assert refusal_of(der) == [("PRIVATE_KEY", "1")]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"BEGIN ", b"BEGIN  "),
        lambda text: text.lower(),
        lambda text: text.replace(b"-----", b"----"),
        lambda text: text.replace(b"-----", b"---- "),
        lambda text: text.replace(b" PRIVATE KEY", b" RSA\tPRIVATE  KEY"),
    ],
    ids=["two spaces", "lower case", "four dashes", "SSH2", "tab"],
)
def test_a_private_key_under_an_odd_label_refuses_the_whole_upload(authority: Made, change) -> None:
    odd = change(authority.key_pem)
    assert refusal_of(authority.pem + odd) == [("PRIVATE_KEY", "2")]
    assert refusal_of(odd) == [("PRIVATE_KEY", "1")]


@pytest.mark.parametrize(
    "kind", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 1024)]
)
@pytest.mark.parametrize(
    ("form", "sealed"),
    [
        (PrivateFormat.PKCS8, NoEncryption()),
        (PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        (PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
    ],
)
def test_a_private_key_in_der_behind_anything_else_refuses_the_whole_upload(
    authority: Made, kind, form: PrivateFormat, sealed: object
) -> None:
    key = kind.private_bytes(Encoding.DER, form, sealed)
    container = pkcs7.serialize_certificates([authority.certificate], Encoding.DER)
    in_ber = b"\x30\x80" + b"".join(members(container)) + b"\0\0"
    assert refusal_of(authority.pem + key) == [("PRIVATE_KEY", "2")]
    assert refusal_of(key + authority.pem)[0][0] == "PRIVATE_KEY"
    assert refusal_of(container + key) == refusal_of(in_ber + key) == [("PRIVATE_KEY", "1")]
    assert refusal_of(authority.der + key) == [("PRIVATE_KEY", "1")]
    for label in ("PKCS7", "CERTIFICATE REQUEST", "CERTIFICATE"):
        text = pem.encode(key).replace("CERTIFICATE", label).encode()
        assert refusal_of(authority.pem + text) == [("PRIVATE_KEY", "2")]


def test_bytes_after_a_container_are_refused_like_those_after_a_certificate(
    authority: Made, issuing: Made
) -> None:
    container = pkcs7.serialize_certificates([authority.certificate], Encoding.DER)
    in_ber = b"\x30\x80" + b"".join(members(container)) + b"\0\0"
    for data in (container, in_ber, pem.encode(container).encode()):
        assert prints_of(data) == [authority.sha256]
    assert refusal_of(container + issuing.der) == [("TRAILING_DATA", "1")]
    assert refusal_of(in_ber + issuing.der) == [("TRAILING_DATA", "1")]
    assert refusal_of(pem.encode(container + b"x").encode()) == [("TRAILING_DATA", "1")]


def test_words_about_private_keys_between_blocks_are_no_key(authority: Made) -> None:
    text = b"# begin with the private key of the CA - begin here\n- BEGIN the PRIVATE part\n" + authority.pem
    assert prints_of(text) == [authority.sha256]


def test_pkcs12_is_refused_without_asking_for_its_password(authority: Made) -> None:
    container = pkcs12.serialize_key_and_certificates(
        b"x", authority.key, authority.certificate, None, BestAvailableEncryption(b"secret")
    )
    assert refusal_of(container) == [("PKCS12", "1")]
    assert refusal_of(pem.encode(container).replace("CERTIFICATE", "PKCS7").encode()) == [("PKCS12", "1")]
    assert refusal_of(authority.pem + container) == [("PRIVATE_KEY", "2")]


def test_a_broken_block_is_named_and_the_sound_ones_do_not_pass(authority: Made, issuing: Made) -> None:
    lines = issuing.pem.splitlines(keepends=True)
    broken = b"".join([lines[0], b"MIIB" + lines[1][4:], *lines[3:]])
    assert refusal_of(authority.pem + broken) == [("BLOCK_BROKEN", "2")]


def test_a_block_without_an_end_is_broken(authority: Made, issuing: Made) -> None:
    assert refusal_of(authority.pem[:-30] + b"\n" + issuing.pem) == [("BLOCK_BROKEN", "1")]


def test_characters_that_are_not_base64_break_a_block(authority: Made) -> None:
    assert refusal_of(authority.pem.replace(b"M", b"!", 1)) == [("BLOCK_BROKEN", "1")]


def test_bytes_after_a_der_certificate_are_explained(authority: Made, issuing: Made) -> None:
    assert refusal_of(authority.der + issuing.der) == [("TRAILING_DATA", "1")]


def test_openssl_trusted_format_is_explained(authority: Made) -> None:
    text = authority.pem.replace(b"CERTIFICATE", b"TRUSTED CERTIFICATE")
    assert refusal_of(text) == [("TRUSTED_FORMAT", "1")]


def test_a_request_is_not_a_certificate(authority: Made) -> None:
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(authority.certificate.subject)
        .sign(authority.key, hashes.SHA256())
    )
    assert refusal_of(request.public_bytes(Encoding.PEM)) == [("BLOCK_NOT_A_CERTIFICATE", "1")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b" \r\n", "FILE_EMPTY"),
        (b"hello", "NO_CERTIFICATE"),
        (b"\x00\x01\x02", "NO_CERTIFICATE"),
        (b"-----BEGIN CERTIF\xffCATE-----\nMAA=\n", "NO_CERTIFICATE"),
    ],
)
def test_a_file_without_a_certificate_says_so(data: bytes, code: str) -> None:
    assert refusal_of(data)[0][0] == code


def test_an_oversized_file_is_refused_before_it_is_read() -> None:
    assert refusal_of(b"-" * (MAX_FILE_BYTES + 1)) == [("FILE_TOO_LARGE", None)]


def test_many_blocks_that_never_end_are_read_in_one_pass() -> None:
    data = b"-----BEGIN CERTIFICATE-----\n" * 30_000
    assert refusal_of(data) == [("TOO_MANY", None)]
    codes = [code for code, _ in refusal_of(data[:28] * 900)]
    assert codes == ["BLOCK_BROKEN"] * MAX_FINDINGS + ["MORE_FAULTS"]


def test_a_certificate_of_more_than_64_kilobytes_is_refused() -> None:
    made = make(Recipe("wide", ca=True, hosts=[f"host{n}.example.com" for n in range(4000)]))
    assert refusal_of(made.der) == [("CERT_TOO_LARGE", "1")]


def test_the_same_certificate_twice_is_refused(authority: Made, issuing: Made) -> None:
    assert refusal_of(authority.pem + issuing.pem + authority.pem) == [("REPEATED_IN_FILE", "3")]


def test_more_than_a_thousand_certificates_are_refused(authority: Made) -> None:
    made = [make(Recipe(f"CA {n}", ca=True, key=authority.key)) for n in range(MAX_CERTIFICATES + 1)]
    assert refusal_of(b"".join(m.pem for m in made)) == [("TOO_MANY", None)]


def test_every_field_of_the_page_is_read(authority: Made, issuing: Made) -> None:
    found = parse_file(issuing.der)[0].fields
    assert found.subject == "CN=Testlab Issuing CA,O=Testlab"
    assert (found.subject_name, found.issuer_name) == ("Testlab Issuing CA", "Testlab Root CA")
    assert found.serial_hex == f"{issuing.certificate.serial_number:X}".rjust(len(found.serial_hex), "0")
    assert (found.signature, found.key, found.is_ca) == ("SHA256WITHECDSA", "EC 256", True)
    assert found.not_after == issuing.certificate.not_valid_after_utc
    assert found.unreadable == ()


def test_control_characters_of_a_name_are_made_visible() -> None:
    made = make(Recipe("evil\x1b[31m\u202ename", ca=True))
    found = parse_file(made.der)[0].fields
    assert found.subject_name == "evil\\1B[31m\\202Ename"


def test_an_unreadable_subject_refuses_the_certificate(authority: Made) -> None:
    at = authority.der.index(b"Testlab Root CA", authority.der.index(b"Testlab Root CA") + 1)
    spoiled = authority.der[:at] + b"\xff\xfe" + authority.der[at + 2 :]
    assert refusal_of(spoiled) == [("CERT_FIELDS_BROKEN", "1")]
