"""Cases about certificates that OpenSSL reads and the library does not, and issuers that it does not take."""

from __future__ import annotations

from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.der import rewritten, sequence
from tests.support.pki import Made, Recipe, intermediate, make, root
from tests.support.taxonomy.case import HOST, Case, Scene, raw_extension, relay, trusted
from tests.support.tls_dialogue import row

BASIC_CONSTRAINTS, NAME_CONSTRAINTS = bytes.fromhex("0603551d13"), bytes.fromhex("0603551d1e")
UNKNOWN = bytes.fromhex("06042a030405")
NO_USAGE = [(raw_extension("2.5.29.15", bytes.fromhex("030100")), True)]
NO_PURPOSE = [(raw_extension("2.5.29.37", bytes.fromhex("3000")), False)]
POSTAL_NAME = [
    (raw_extension("2.5.29.17", sequence(sequence(HOST.encode(), tag=0x82), b"\xa3\x00")), False),
]
ENDLESS_PATH = [
    (raw_extension("2.5.29.19", sequence(b"\x01\x01\xff", sequence(b"\x40" + bytes(8), tag=2))), True),
]
BROKEN_MASK = [
    (
        raw_extension(
            "2.5.29.30", sequence(sequence(sequence(bytes.fromhex("87080a000000ff00ff00")), tag=0xA1))
        ),
        True,
    ),
]
NO_MAPPINGS = [(raw_extension("2.5.29.33", b""), True)]
NO_TYPE = [(raw_extension("2.16.840.1.113730.1.1", b"\x05\x00"), False)]
SHA_384 = sequence(bytes.fromhex("06082a8648ce3d040303"))
SHA_256_RSA = sequence(bytes.fromhex("06092a864886f70d01010b0500"))
NO_ALGORITHM = sequence(bytes.fromhex("06032a0304"))


def _without_a_usage(issuer: Made, authority: Made) -> Scene:
    leaf = relay(issuer, ca=None, extra=NO_USAGE, key=rsa.generate_private_key(65537, 2048))
    return trusted(leaf, authority, needs_lenient_server=True)


def key_usage_without_a_usage() -> Scene:
    authority = root()
    return _without_a_usage(authority, authority)


def key_usage_without_a_usage_below_an_intermediate() -> Scene:
    authority = root()
    return _without_a_usage(intermediate(authority), authority)


def algorithms_of_the_signature_differ() -> Scene:
    authority = root()
    return trusted(rewritten(relay(intermediate(authority)), inside=SHA_256_RSA), authority)


def algorithms_of_the_signature_differ_in_the_digest() -> Scene:
    authority = root()
    return trusted(rewritten(relay(intermediate(authority)), inside=SHA_384), authority)


def algorithm_of_an_intermediate_that_nobody_knows() -> Scene:
    authority = root()
    odd = rewritten(intermediate(authority), inside=NO_ALGORITHM, outside=NO_ALGORITHM)
    return trusted(relay(odd), authority)


def points_to_another_certificate_of_its_issuer() -> Scene:
    authority = root()
    issuing = intermediate(authority, serial=0x51)
    elsewhere = x509.AuthorityKeyIdentifier(None, [x509.DirectoryName(authority.certificate.subject)], 0x50)
    return trusted(relay(issuing, identifiers=False, extra=[(elsewhere, False)]), authority)


def namesake_of_the_issuer_sent() -> Scene:
    authority = root()
    return Scene(relay(intermediate(authority)), (row(authority),), sent=(intermediate(authority),))


def intermediate_of_another_version() -> Scene:
    authority = root()
    return trusted(relay(rewritten(intermediate(authority), version=3)), authority)


def server_certificate_of_another_version() -> Scene:
    authority = root()
    return trusted(rewritten(relay(intermediate(authority)), version=3), authority)


def basic_constraints_twice() -> Scene:
    authority = root()
    return trusted(relay(rewritten(intermediate(authority), repeated=BASIC_CONSTRAINTS)), authority)


def name_constraints_twice() -> Scene:
    authority = root()
    constraints = [(x509.NameConstraints(None, [x509.DNSName("example.org")]), True)]
    odd = rewritten(intermediate(authority, extra=constraints), repeated=NAME_CONSTRAINTS)
    return trusted(relay(odd), authority)


def unknown_extension_twice() -> Scene:
    authority = root()
    unknown = [(raw_extension("1.2.3.4.5", b"\x05\x00"), False)]
    return trusted(relay(rewritten(intermediate(authority, extra=unknown), repeated=UNKNOWN)), authority)


def path_length_beyond_all_numbers() -> Scene:
    authority = root()
    return trusted(
        relay(make(Recipe("Testlab Issuing CA", ca=None, extra=ENDLESS_PATH), authority)), authority
    )


def name_constraints_with_a_broken_mask() -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, extra=BROKEN_MASK)), authority)


def type_of_netscape_that_is_none() -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, extra=NO_TYPE)), authority)


def policy_mappings_that_hold_nothing() -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, extra=NO_MAPPINGS)), authority)


def name_of_a_kind_that_cannot_be_read() -> Scene:
    authority = root()
    return trusted(relay(authority, hosts=(), extra=POSTAL_NAME), authority)


def extended_key_usage_without_a_usage() -> Scene:
    authority = root()
    return trusted(relay(authority, usages=(), extra=NO_PURPOSE), authority)


def extended_key_usage_of_an_intermediate_without_a_usage() -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, extra=NO_PURPOSE)), authority)


def unreadable_certificate_beside_a_sound_chain() -> Scene:
    authority = root()
    issuing = intermediate(authority)
    stray = rewritten(intermediate(authority, "Testlab Stray CA"), version=3)
    return trusted(relay(issuing), authority, sent=(issuing, stray))


_ISSUING, _SERVER = "Testlab Issuing CA", "mail.testlab.com"


def _unreadable(build: Callable[[], Scene], detail: str, depth: int) -> Case:
    name = _ISSUING if depth else _SERVER
    return Case(build, "CERT_UNREADABLE", {"name": name, "detail": detail}, depth, name)


CASES = (
    _unreadable(key_usage_without_a_usage, "keyUsage without a usage", 0),
    _unreadable(key_usage_without_a_usage_below_an_intermediate, "keyUsage without a usage", 0),
    _unreadable(algorithms_of_the_signature_differ, "another signature algorithm inside", 0),
    Case(algorithms_of_the_signature_differ_in_the_digest, "BAD_SIGNATURE", {"name": _SERVER}, 0, _SERVER),
    _unreadable(algorithm_of_an_intermediate_that_nobody_knows, "unknown signature algorithm 1.2.3.4", 1),
    Case(
        points_to_another_certificate_of_its_issuer,
        "ISSUER_KEY_ID_MISMATCH",
        {
            "issuer": _ISSUING,
            "wanted": "50 (CN=Testlab Root CA,O=Testlab)",
            "held": "51 (CN=Testlab Root CA,O=Testlab)",
        },
        0,
        _SERVER,
    ),
    Case(namesake_of_the_issuer_sent, "ISSUER_KEY_ID_MISMATCH", {"issuer": _ISSUING}, 0, _SERVER),
    _unreadable(intermediate_of_another_version, "3 is not a valid X509 version", 1),
    _unreadable(server_certificate_of_another_version, "3 is not a valid X509 version", 0),
    _unreadable(basic_constraints_twice, "repeated extension basicConstraints", 1),
    _unreadable(name_constraints_twice, "repeated extension nameConstraints", 1),
    _unreadable(unknown_extension_twice, "repeated extension 1.2.3.4.5", 1),
    Case(
        path_length_beyond_all_numbers,
        "CERT_UNREADABLE",
        {"name": _ISSUING},
        1,
        _ISSUING,
    ),
    _unreadable(name_constraints_with_a_broken_mask, "nameConstraints: Invalid netmask", 1),
    _unreadable(type_of_netscape_that_is_none, "netscapeCertType", 1),
    _unreadable(policy_mappings_that_hold_nothing, "policyMappings: truncated header", 1),
    Case(name_of_a_kind_that_cannot_be_read, "CERT_UNREADABLE", {"name": _SERVER}, 0, _SERVER),
    Case(
        extended_key_usage_without_a_usage,
        "WRONG_EKU",
        {"name": _SERVER, "usages": ""},
        0,
        _SERVER,
        ("CERT_UNREADABLE",),
    ),
    Case(
        extended_key_usage_of_an_intermediate_without_a_usage,
        "WRONG_EKU",
        {"name": _ISSUING, "usages": ""},
        1,
        _ISSUING,
    ),
    Case(unreadable_certificate_beside_a_sound_chain, "OK", warnings=("CERT_UNREADABLE",)),
)
