"""Extensions in statements and in words: real-world certificates, damaged ones, and absurd ones."""

import base64
import ipaddress
import re
from dataclasses import replace
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from certificates.detail.extension_words import LABELS, SENTENCES, ShownExtension, extensions_of
from certificates.pki import extension_statements
from certificates.pki.extension_split import alone, split_extensions
from certificates.pki.extensions import ReadExtension, read_extensions
from tests.support.pki import Recipe, make, root, server

VECTORS = Path(cryptography_vectors.__file__).parent / "x509"
PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END", re.DOTALL)


def with_extension(value: x509.ExtensionType, *, critical: bool = False) -> bytes:
    recipe = Recipe("Strange", ca=None, usages=(), identifiers=False, extra=[(value, critical)])
    return make(recipe).der


def only(der: bytes) -> ReadExtension:
    (found,) = read_extensions(der).extensions
    return found


def words(der: bytes, title: str) -> ShownExtension:
    return next(shown for shown in extensions_of(der).extensions if shown.title == title)


def told(der: bytes) -> dict[str, tuple[str, ...]]:
    return {statement.code: statement.values for statement in only(der).statements}


def test_an_authority_is_put_into_words() -> None:
    der = root(path_length=1).der
    basic = words(der, "Basic constraints")
    assert basic.fact.is_critical
    assert basic.sentences == (
        "It is a certificate authority: it may issue certificates.",
        "Authorities that may stand below it, at most: 1.",
    )
    (usage,) = words(der, "Key usage").rows
    assert (usage.label, usage.values) == (
        "The key may be used for",
        ("Signing certificates", "Signing revocation lists"),
    )
    assert [shown.title for shown in extensions_of(der).extensions] == [
        "Basic constraints",
        "Key usage",
        "Subject key identifier",
        "Authority key identifier",
    ]


def test_a_server_is_put_into_words() -> None:
    der = server(root(), usages=[ExtendedKeyUsageOID.SERVER_AUTH, x509.ObjectIdentifier("1.2.3")]).der
    (purposes,) = words(der, "Extended key usage").rows
    assert purposes.values == ("Servers over TLS (1.3.6.1.5.5.7.3.1)", "1.2.3")
    (names,) = words(der, "Subject alternative names").rows
    assert (names.label, names.values, names.more) == ("Host names", ("mail.testlab.com",), 0)
    assert words(der, "Basic constraints").sentences[0].startswith("It is not a certificate authority")


def test_names_are_told_apart_by_their_kind() -> None:
    names = [
        x509.DNSName("a.testlab.com"),
        x509.IPAddress(ipaddress.ip_address("2001:db8::1")),
        x509.RFC822Name("ca@testlab.com"),
        x509.UniformResourceIdentifier("https://testlab.com/"),
        x509.DirectoryName(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Lab")])),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4")),
        x509.OtherName(x509.ObjectIdentifier("1.2.3.5"), b"\x05\x00"),
    ]
    assert told(with_extension(x509.SubjectAlternativeName(names))) == {
        "dns": ("a.testlab.com",),
        "ip": ("2001:db8::1",),
        "email": ("ca@testlab.com",),
        "uri": ("https://testlab.com/",),
        "other_name": ("DirName:CN=Lab", "RID:1.2.3.4", "1.2.3.5:0500"),
    }


def test_name_constraints_say_what_is_allowed_and_what_is_not() -> None:
    value = x509.NameConstraints(
        [x509.DNSName("testlab.com")], [x509.IPAddress(ipaddress.ip_network("10.0.0.0/8"))]
    )
    assert told(with_extension(value, critical=True)) == {
        "permitted": ("DNS:testlab.com",),
        "excluded": ("IP:10.0.0.0/8",),
    }


def test_policies_carry_their_words_and_their_identifier() -> None:
    notice = x509.UserNotice(None, "For tests only")
    value = x509.CertificatePolicies(
        [
            x509.PolicyInformation(x509.ObjectIdentifier("2.23.140.1.2.1"), ["http://cps.testlab.com/"]),
            x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4.5"), [notice]),
        ]
    )
    rows = {row.label: row.values for row in words(with_extension(value), "Certificate policies").rows}
    assert rows == {
        "Policies": ("Domain validated (2.23.140.1.2.1)", "1.2.3.4.5"),
        "Practice statement": ("http://cps.testlab.com/",),
        "Notice": ("For tests only",),
    }


def test_where_lists_services_and_issuers_stand() -> None:
    access = x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.testlab.com")
            ),
            x509.AccessDescription(
                AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier("http://ca/ca.der")
            ),
        ]
    )
    assert told(with_extension(access)) == {
        "ocsp_url": ("http://ocsp.testlab.com",),
        "issuer_url": ("http://ca/ca.der",),
    }
    point = x509.DistributionPoint(
        [x509.UniformResourceIdentifier("http://crl.testlab.com/ca.crl")],
        None,
        frozenset({x509.ReasonFlags.key_compromise}),
        None,
    )
    assert told(with_extension(x509.CRLDistributionPoints([point]))) == {
        "list_url": ("http://crl.testlab.com/ca.crl",),
        "list_reasons": ("keyCompromise",),
    }


def test_must_staple_is_said_in_words() -> None:
    der = with_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]))
    (row,) = words(der, "TLS feature").rows
    assert (row.label, row.values) == ("The server must send", ("A stapled OCSP answer (must-staple)",))


def test_timestamps_of_transparency_logs_are_listed() -> None:
    der = next(iter(certificates_in(VECTORS / "badssl-sct.pem")))
    found = next(e for e in read_extensions(der).extensions if e.oid == "1.3.6.1.4.1.11129.2.4.2")
    (logged,) = found.statements
    assert logged.code == "logged"
    assert logged.values[0].startswith("2016-11-17 01:56:25 UTC, ")


def test_an_unknown_extension_shows_its_identifier_and_bytes() -> None:
    value = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x04\x02ab" * 200)
    (shown,) = extensions_of(with_extension(value, critical=True)).extensions
    assert (shown.title, shown.fact.oid, shown.fact.state) == ("Unknown extension", "1.2.3.4.5", "unknown")
    assert shown.fact.is_critical and shown.fact.size == 800 and shown.is_cut
    assert shown.pairs.startswith("04 02 61 62 04")


def test_an_unreadable_extension_says_so_and_spoils_no_other() -> None:
    bad = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.37"), b"\x30\x03\x06\x01")
    der = make(Recipe("Strange", ca=True, usages=(), extra=[(bad, False)])).der
    states = {found.oid: found.state for found in read_extensions(der).extensions}
    assert states.pop("2.5.29.37") == "unreadable"
    assert set(states.values()) == {"read"}
    shown = words(der, "Extended key usage")
    assert shown.pairs == "30 03 06 01" and shown.fact.problem


def test_an_extension_that_comes_twice_is_marked() -> None:
    der = root().der
    first, _ = split_extensions(der, most=9)
    twice = alone(replace(first[0], whole=first[0].whole * 2))
    assert [found.is_repeated for found in read_extensions(twice).extensions] == [False, True]


def test_fifty_thousand_names_are_counted_and_not_shown() -> None:
    names = [x509.DNSName(f"{number}.testlab.com") for number in range(50_000)]
    (statement,) = only(with_extension(x509.SubjectAlternativeName(names))).statements
    assert len(statement.values) == extension_statements.VALUES_SHOWN
    assert statement.more == 50_000 - len(statement.values)


def test_a_thousand_extensions_are_counted_and_not_shown() -> None:
    extra: list[tuple[x509.ExtensionType, bool]] = [
        (x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.2.3.{number}"), b"\x05\x00"), False)
        for number in range(1000)
    ]
    reading = read_extensions(make(Recipe("Strange", extra=extra, identifiers=False, usages=())).der)
    assert len(reading.extensions) + reading.more == 1002
    assert len(reading.extensions) == 60


def test_long_and_disobedient_texts_are_tamed() -> None:
    value = x509.CertificatePolicies(
        [
            x509.PolicyInformation(
                x509.ObjectIdentifier("1.2.3"), [x509.UserNotice(None, "\u202egpj.exe\n" + "x" * 9000)]
            )
        ]
    )
    (text,) = told(with_extension(value))["notice"]
    assert text.startswith("\\202Egpj.exe\\0Ax") and len(text) < 400


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"abc", b"\x30\x00"]
)
def test_what_is_no_certificate_is_broken_and_raises_nothing(data: bytes) -> None:
    assert read_extensions(data).is_broken


def test_a_certificate_without_extensions_has_none() -> None:
    der = make(Recipe("Old", ca=None, usages=(), identifiers=False)).der
    assert read_extensions(der) == read_extensions(der)
    assert read_extensions(der).extensions == ()
    assert not read_extensions(der).is_broken


def certificates_in(path: Path) -> list[bytes]:
    data = path.read_bytes()
    found = [base64.b64decode(body) for body in PEM.findall(data)]
    return found or [data]


def real_certificates() -> list[bytes]:
    """The authorities that browsers trust, as far as this machine has a list of them."""
    for place in ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"):
        if Path(place).is_file():
            return certificates_in(Path(place))
    bundle = pytest.importorskip("pip._vendor.certifi")
    return certificates_in(Path(bundle.where()))


@pytest.mark.filterwarnings("ignore:.*:cryptography.utils.CryptographyDeprecationWarning")
def test_every_authority_that_browsers_trust_is_read_whole_and_in_words() -> None:
    ders = real_certificates()
    assert len(ders) > 50
    for der in ders:
        for shown in extensions_of(der).extensions:
            assert shown.fact.state in {"read", "unknown"}
            assert shown.sentences or shown.rows or shown.fact.state == "unknown"
            assert shown.title != "Unknown extension" or shown.fact.oid not in READ_KINDS


READ_KINDS = {"2.5.29.19", "2.5.29.15", "2.5.29.14", "2.5.29.35", "2.5.29.31", "2.5.29.32"}


@pytest.mark.filterwarnings("ignore:.*:cryptography.utils.CryptographyDeprecationWarning")
def test_every_vector_is_read_without_an_error_and_every_statement_has_words() -> None:
    codes = set()
    for path in VECTORS.rglob("*"):
        for der in certificates_in(path) if path.is_file() else ():
            for found in read_extensions(der).extensions:
                codes |= {statement.code for statement in found.statements}
    assert len(codes) > 25
    assert codes <= SENTENCES.keys() | LABELS.keys()


@pytest.mark.parametrize("place", range(0, 400, 7))
def test_a_damaged_certificate_is_read_as_far_as_it_goes(place: int) -> None:
    der = bytearray(server(root()).der)
    der[place % len(der)] ^= 0xFF
    reading = read_extensions(bytes(der))
    assert reading.is_broken or reading.more >= 0
