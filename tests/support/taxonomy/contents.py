"""Cases about what single certificates say: dates, names, purpose, rights of authorities, extensions."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificates.pki.asked import Policy
from tests.support.pki import DAY, NOW, Made, Recipe, intermediate, make, root
from tests.support.taxonomy.case import HOST, Case, Scene, raw_extension, relay, trusted
from tests.support.tls_dialogue import row

UNKNOWN = [(raw_extension("1.2.3.4.5", b"\x05\x00"), True)]
PROXY = [(raw_extension("1.3.6.1.5.5.7.1.14", bytes.fromhex("300c300a06082b06010505071501")), True)]
BAD_NAMES = [(raw_extension("2.5.29.17", b"\x04\x01\x00"), False)]
BAD_CONSTRAINTS = [(raw_extension("2.5.29.19", b"\x04\x01\x00"), True)]


def expired_leaf() -> Scene:
    authority = root()
    return trusted(relay(authority, not_after=NOW - 3 * DAY), authority)


def expired_intermediate() -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, not_after=NOW - DAY)), authority)


def expired_root_in_the_store() -> Scene:
    authority = root(not_after=NOW - DAY)
    return trusted(relay(intermediate(authority)), authority)


def expired_root_in_the_store_that_is_sent() -> Scene:
    authority = root(not_after=NOW - DAY)
    issuing = intermediate(authority)
    return Scene(relay(issuing), (row(authority, name="Lab root"),), sent=(issuing, authority))


def expired_intermediate_in_the_store_that_is_not_sent() -> Scene:
    issuing = intermediate(root(), not_after=NOW - DAY)
    return Scene(relay(issuing), (row(issuing, name="Branch"),), sent=())


def expired_leaf_in_the_store() -> Scene:
    leaf = relay(root(), not_after=NOW - DAY)
    return trusted(leaf, leaf)


def future_leaf() -> Scene:
    authority = root()
    return trusted(relay(authority, not_before=NOW + DAY), authority)


def future_intermediate() -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, not_before=NOW + DAY)), authority)


def future_root_in_the_store() -> Scene:
    authority = root(not_before=NOW + DAY)
    return trusted(relay(authority), authority)


def expired_with_an_unknown_issuer() -> Scene:
    return Scene(relay(root(), not_after=NOW - DAY), (row(root("Other Root")),))


def other_host() -> Scene:
    authority = root()
    return trusted(relay(authority, "mx.testlab.com"), authority)


def wildcard_that_covers_no_bare_host() -> Scene:
    authority = root()
    return trusted(relay(authority, "*.localhost"), authority)


def no_subject_alternative_name() -> Scene:
    authority = root()
    return trusted(relay(authority, name=HOST, hosts=()), authority)


def address_not_listed() -> Scene:
    authority = root()
    return trusted(relay(authority), authority, host="127.0.0.1")


def other_address_listed() -> Scene:
    authority = root()
    return trusted(relay(authority, "127.0.0.9"), authority, host="127.0.0.1")


def for_clients_only() -> Scene:
    authority = root()
    return trusted(relay(authority, usages=(ExtendedKeyUsageOID.CLIENT_AUTH,)), authority)


def issued_by_an_authority_for_clients_only() -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, usages=(ExtendedKeyUsageOID.CLIENT_AUTH,))), authority)


def key_usage_of_an_authority() -> Scene:
    authority = root()
    key = rsa.generate_private_key(65537, 2048)
    leaf = relay(authority, ca=True, usages=(ExtendedKeyUsageOID.SERVER_AUTH,), key=key)
    return trusted(leaf, authority)


def signed_by_a_server_certificate() -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, ca=False)), authority)


def signed_without_basic_constraints() -> Scene:
    authority = root()
    return trusted(relay(make(Recipe("Testlab Issuing CA", ca=None), authority)), authority)


def signed_without_the_right_to_sign() -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, key_cert_sign=False)), authority)


def root_without_the_right_to_sign() -> Scene:
    authority = root(key_cert_sign=False)
    return trusted(relay(authority), authority)


def root_that_is_no_authority() -> Scene:
    authority = make(Recipe("Testlab Root CA", ca=False))
    return trusted(relay(intermediate(authority)), authority)


def intermediate_of_the_store_without_the_right_to_sign() -> Scene:
    issuing = intermediate(root(), key_cert_sign=False)
    return trusted(relay(issuing), issuing, sent=())


def path_length_exceeded() -> Scene:
    authority = root(path_length=0)
    return trusted(relay(intermediate(authority)), authority)


def path_length_of_an_intermediate_exceeded() -> Scene:
    authority = root()
    upper = intermediate(authority, "Testlab Policy CA", path_length=0)
    return trusted(relay(intermediate(upper)), authority)


def _constrained(constraints: x509.NameConstraints, **changes: object) -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, extra=[(constraints, True)]), **changes), authority)


def name_not_permitted() -> Scene:
    return _constrained(x509.NameConstraints([x509.DNSName("example.org")], None))


def name_excluded() -> Scene:
    return _constrained(x509.NameConstraints(None, [x509.DNSName(HOST)]))


def second_name_not_permitted() -> Scene:
    only = x509.NameConstraints([x509.DNSName(HOST)], None)
    return _constrained(only, hosts=(HOST, "mx.example.org"))


def unknown_critical_extension() -> Scene:
    authority = root()
    return trusted(relay(authority, extra=UNKNOWN), authority)


def proxy_certificate() -> Scene:
    """RFC 3820: issued by an ordinary certificate in its own name, which OpenSSL takes only when told to."""
    authority = root()
    return trusted(relay(authority, hosts=(), extra=PROXY), authority)


def unknown_critical_extension_of_an_authority() -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, extra=UNKNOWN)), authority)


def policy_demanded_and_not_carried() -> Scene:
    authority = root()
    demands = [(x509.PolicyConstraints(0, None), True)]
    return trusted(relay(intermediate(authority, extra=demands)), authority)


def policy_demanded_and_carried() -> Scene:
    lab = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4.6"), None)])
    authority = root()
    demands = [(x509.PolicyConstraints(0, None), True), (lab, False)]
    return trusted(relay(intermediate(authority, extra=demands), extra=[(lab, False)]), authority)


def names_that_cannot_be_read() -> Scene:
    authority = root()
    leaf = relay(authority, hosts=(), extra=BAD_NAMES, key=rsa.generate_private_key(65537, 2048))
    return trusted(leaf, authority, needs_lenient_server=True)


def authority_that_cannot_be_read() -> Scene:
    authority = root()
    return trusted(
        relay(make(Recipe("Testlab Issuing CA", ca=None, extra=BAD_CONSTRAINTS), authority)), authority
    )


def endless_chain() -> Scene:
    authority = root()
    last: Made = authority
    for number in range(110):
        last = intermediate(last, f"CA {number}", key=authority.key)
    return trusted(relay(last), authority)


def more_authorities_than_asked_for() -> Scene:
    authority = root()
    lower = intermediate(intermediate(authority, "Testlab Policy CA"))
    return trusted(relay(lower), authority, policy=Policy(most_authorities=1))


_ROOT, _ISSUING, _SERVER = "Testlab Root CA", "Testlab Issuing CA", "mail.testlab.com"

CASES = (
    Case(expired_leaf, "CERT_EXPIRED", {"role": "server", "name": _SERVER, "days": "3"}, 0, _SERVER),
    Case(
        expired_intermediate, "CERT_EXPIRED", {"role": "issuer", "name": _ISSUING, "days": "1"}, 1, _ISSUING
    ),
    Case(
        expired_root_in_the_store,
        "CERT_EXPIRED",
        {"role": "root", "name": _ROOT},
        2,
        _ROOT,
        ("STORE_EMPTY",),
    ),
    Case(
        expired_root_in_the_store_that_is_sent,
        "CERT_EXPIRED",
        {"role": "root", "name": "Lab root"},
        2,
        _ROOT,
        ("STORE_EMPTY",),
    ),
    Case(
        expired_intermediate_in_the_store_that_is_not_sent,
        "CERT_EXPIRED",
        {"name": "Branch"},
        1,
        _ISSUING,
        ("STORE_EMPTY",),
    ),
    Case(expired_leaf_in_the_store, "CERT_EXPIRED", {"role": "server"}, 0, _SERVER, ("STORE_EMPTY",)),
    Case(future_leaf, "CERT_NOT_YET_VALID", {"role": "server", "name": _SERVER}, 0, _SERVER),
    Case(future_intermediate, "CERT_NOT_YET_VALID", {"role": "issuer", "name": _ISSUING}, 1, _ISSUING),
    Case(
        future_root_in_the_store,
        "CERT_NOT_YET_VALID",
        {"role": "root", "name": _ROOT},
        1,
        _ROOT,
        ("STORE_EMPTY",),
    ),
    Case(
        expired_with_an_unknown_issuer,
        "INTERMEDIATE_NOT_SENT",
        {"issuer": _ROOT},
        0,
        _SERVER,
        ("CERT_EXPIRED",),
    ),
    Case(other_host, "HOSTNAME_MISMATCH", {"host": HOST, "names": "mx.testlab.com"}, 0, _SERVER),
    Case(wildcard_that_covers_no_bare_host, "HOSTNAME_MISMATCH", {"names": "*.localhost"}, 0, _SERVER),
    Case(no_subject_alternative_name, "NO_SAN", {"name": HOST, "host": HOST}, 0, HOST),
    Case(address_not_listed, "IP_MISMATCH", {"host": "127.0.0.1", "names": HOST}, 0, _SERVER),
    Case(other_address_listed, "HOSTNAME_MISMATCH", {"host": "127.0.0.1", "names": "127.0.0.9"}, 0, _SERVER),
    Case(for_clients_only, "WRONG_EKU", {"name": _SERVER, "usages": "clientAuth"}, 0, _SERVER),
    Case(
        issued_by_an_authority_for_clients_only,
        "WRONG_EKU",
        {"name": _ISSUING, "usages": "clientAuth"},
        1,
        _ISSUING,
    ),
    Case(key_usage_of_an_authority, "WRONG_EKU", {"name": _SERVER, "usages": "keyUsage"}, 0, _SERVER),
    Case(signed_by_a_server_certificate, "ISSUER_NOT_A_CA", {"name": _ISSUING}, 1, _ISSUING),
    Case(signed_without_basic_constraints, "ISSUER_NOT_A_CA", {"name": _ISSUING}, 1, _ISSUING),
    Case(signed_without_the_right_to_sign, "ISSUER_NOT_A_CA", {"name": _ISSUING}, 1, _ISSUING),
    Case(root_without_the_right_to_sign, "ISSUER_NOT_A_CA", {"name": _ROOT}, 1, _ROOT),
    Case(root_that_is_no_authority, "ISSUER_NOT_A_CA", {"name": _ROOT}, 2, _ROOT),
    Case(
        intermediate_of_the_store_without_the_right_to_sign,
        "ISSUER_NOT_A_CA",
        {"name": _ISSUING},
        1,
        _ISSUING,
    ),
    Case(path_length_exceeded, "PATHLEN_EXCEEDED", {"name": _ROOT}, 2, _ROOT),
    Case(
        path_length_of_an_intermediate_exceeded,
        "PATHLEN_EXCEEDED",
        {"name": "Testlab Policy CA"},
        2,
        "Testlab Policy CA",
    ),
    Case(name_not_permitted, "NAME_CONSTRAINT", {"name": _SERVER}, 0, _SERVER),
    Case(name_excluded, "NAME_CONSTRAINT", {"name": _SERVER}, 0, _SERVER),
    Case(second_name_not_permitted, "NAME_CONSTRAINT", {"name": _SERVER}, 0, _SERVER),
    Case(unknown_critical_extension, "UNKNOWN_CRITICAL_EXT", {"name": _SERVER}, 0, _SERVER),
    Case(unknown_critical_extension_of_an_authority, "UNKNOWN_CRITICAL_EXT", {"name": _ISSUING}, 1, _ISSUING),
    Case(proxy_certificate, "CHAIN_REFUSED", {"name": _SERVER, "openssl": "40"}, 0, _SERVER, ("NO_SAN",)),
    Case(policy_demanded_and_not_carried, "POLICY_CONSTRAINT", {"name": _SERVER}, 0, _SERVER),
    Case(policy_demanded_and_carried, "OK"),
    Case(names_that_cannot_be_read, "CERT_UNREADABLE", {"name": _SERVER}, 0, _SERVER),
    Case(authority_that_cannot_be_read, "CERT_UNREADABLE", {"name": _ISSUING}, 1, _ISSUING),
    Case(endless_chain, "CHAIN_TOO_LONG", {"name": "CA 9"}, 101, "CA 9"),
    Case(
        more_authorities_than_asked_for,
        "OK",
        offline="CHAIN_TOO_LONG",
        because="A limit of authorities is part of the question, and connections ask without one.",
    ),
)
