"""What OpenSSL lets pass, in chains that the second verifier gives up on: still no way around it."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from tests.support.pki import Key, distinguished, intermediate, root
from tests.support.taxonomy.case import HOST, Case, Scene, relay, trusted

_SERVER = "mail.testlab.com"
_ISSUING = "Testlab Issuing CA"
_WILDCARD = (HOST, "*.testlab.com")
_SERVER_GATED = x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.3")


def _constrained(*excluded: x509.GeneralName, key: Key | None = None, **leaf: object) -> Scene:
    """An authority that must not speak for some names, and a server below it."""
    authority = root()
    constraints = x509.NameConstraints(None, list(excluded))
    issuing = intermediate(authority, key=key, extra=[(constraints, True)])
    return trusted(relay(issuing, **leaf), authority)


def wildcard_over_an_excluded_name() -> Scene:
    return _constrained(x509.DNSName("evil.testlab.com"), hosts=_WILDCARD)


def wildcard_over_an_excluded_name_below_an_edwards_key() -> Scene:
    key = ed25519.Ed25519PrivateKey.generate()
    return _constrained(x509.DNSName("evil.testlab.com"), key=key, hosts=_WILDCARD)


def wildcard_over_an_excluded_name_below_a_brainpool_key() -> Scene:
    key = ec.generate_private_key(ec.BrainpoolP256R1())
    return _constrained(x509.DNSName("evil.testlab.com"), key=key, hosts=_WILDCARD)


def wildcard_over_an_excluded_name_beside_a_directory_name() -> Scene:
    directory = x509.DirectoryName(distinguished("Somebody Else"))
    return _constrained(x509.DNSName("evil.testlab.com"), directory, hosts=_WILDCARD)


def excluded_name_with_a_dot_behind_it() -> Scene:
    key = ed25519.Ed25519PrivateKey.generate()
    return _constrained(x509.DNSName("evil.testlab.com"), key=key, hosts=(HOST, "evil.testlab.com."))


def constraint_with_a_leading_dot() -> Scene:
    return _constrained(x509.DNSName(".evil.testlab.com"))


def two_authorities_of_one_key_of_which_each_is_refused() -> Scene:
    """OpenSSL may not accept the one and the second verifier the other."""
    authority, key = root(), ec.generate_private_key(ec.SECP256R1())
    place = x509.DistributionPoint([x509.UniformResourceIdentifier("http://pki/")], None, None, None)
    critical = x509.CRLDistributionPoints([place])
    first = intermediate(authority, key=key, extra=[(critical, True)])
    second = intermediate(authority, key=key, extra=[(x509.PolicyConstraints(0, None), True)])
    return trusted(relay(first), authority, sent=(first, second))


def constraint_that_is_no_host_name() -> Scene:
    key = ed25519.Ed25519PrivateKey.generate()
    return _constrained(x509.DNSName("evil.testlab.com."), key=key)


def server_gated_crypto_only() -> Scene:
    authority = root()
    return trusted(relay(authority, usages=(_SERVER_GATED,)), authority)


def server_gated_crypto_of_the_authority() -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, usages=(_SERVER_GATED,))), authority)


def fault_of_a_server_whose_name_sounds_like_a_sentence_of_the_library() -> Scene:
    authority = root()
    constraints = x509.NameConstraints(None, [x509.DNSName("unsupported")])
    leaf = relay(authority, name="unsupported name constraint", extra=[(constraints, True)])
    return trusted(leaf, authority)


CASES = (
    Case(wildcard_over_an_excluded_name, "NAME_CONSTRAINT", {"name": _SERVER}, 0, _SERVER),
    Case(
        wildcard_over_an_excluded_name_below_an_edwards_key, "NAME_CONSTRAINT", {"name": _SERVER}, 0, _SERVER
    ),
    Case(
        wildcard_over_an_excluded_name_below_a_brainpool_key, "NAME_CONSTRAINT", {"name": _SERVER}, 0, _SERVER
    ),
    Case(
        wildcard_over_an_excluded_name_beside_a_directory_name,
        "NAME_CONSTRAINT",
        {"name": _SERVER},
        0,
        _SERVER,
    ),
    Case(excluded_name_with_a_dot_behind_it, "NAME_CONSTRAINT", {"name": _SERVER}, 0, _SERVER),
    Case(constraint_with_a_leading_dot, "NAME_CONSTRAINT", {"name": _ISSUING}, 1, _ISSUING),
    Case(two_authorities_of_one_key_of_which_each_is_refused, "SECOND_OPINION", {}, 0, _SERVER),
    Case(constraint_that_is_no_host_name, "NAME_CONSTRAINT", {"name": _ISSUING}, 1, _ISSUING),
    Case(
        server_gated_crypto_only,
        "WRONG_EKU",
        {"name": _SERVER, "usages": "1.3.6.1.4.1.311.10.3.3"},
        0,
        _SERVER,
    ),
    Case(
        server_gated_crypto_of_the_authority,
        "WRONG_EKU",
        {"name": _ISSUING, "usages": "1.3.6.1.4.1.311.10.3.3"},
        1,
        _ISSUING,
    ),
    Case(
        fault_of_a_server_whose_name_sounds_like_a_sentence_of_the_library,
        "SECOND_OPINION",
        {},
        0,
        "unsupported name constraint",
    ),
)
