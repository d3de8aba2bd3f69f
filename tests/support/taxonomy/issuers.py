"""Cases about who issued: unknown, not sent, disabled, for other purposes, with another key."""

from __future__ import annotations

from cryptography import x509

from certificates.pki.trust import TrustedRow
from tests.support.pki import DAY, NOW, Made, intermediate, root
from tests.support.taxonomy.case import Case, Scene, relay, trusted
from tests.support.tls_dialogue import row

INTO_THE_BLUE = frozenset({"cisco_services"})


def _chain() -> tuple[Made, Made, Made]:
    authority = root()
    issuing = intermediate(authority)
    return authority, issuing, relay(issuing)


def disabled_root() -> Scene:
    authority, _, leaf = _chain()
    return Scene(leaf, (row(authority, enabled=False, name="Lab root"),))


def disabled_root_that_is_sent() -> Scene:
    authority, issuing, leaf = _chain()
    return Scene(leaf, (row(authority, enabled=False, name="Lab root"),), sent=(issuing, authority))


def disabled_intermediate_and_no_root() -> Scene:
    _, issuing, leaf = _chain()
    return Scene(leaf, (row(issuing, enabled=False, name="Branch"),))


def disabled_intermediate_that_is_not_sent() -> Scene:
    authority, issuing, leaf = _chain()
    return Scene(leaf, (row(authority), row(issuing, enabled=False, name="Branch")), sent=())


def disabled_renewal_of_a_root_that_is_sent() -> Scene:
    authority, issuing, leaf = _chain()
    renewed = root(key=authority.key)
    return Scene(leaf, (row(renewed, enabled=False, name="Lab root"),), sent=(issuing, authority))


def disabled_root_of_a_chain_out_of_order() -> Scene:
    authority = root()
    upper = intermediate(authority, "Testlab Policy CA")
    issuing = intermediate(upper)
    return Scene(relay(issuing), (row(authority, enabled=False, name="Lab root"),), sent=(upper, issuing))


def disabled_server_certificate() -> Scene:
    leaf = relay(None)
    return Scene(leaf, (row(leaf, enabled=False, name="Pinned"),))


def root_for_other_purposes() -> Scene:
    authority, _, leaf = _chain()
    return Scene(leaf, (row(authority, usages=INTO_THE_BLUE, name="Lab root"),))


def root_for_no_purpose() -> Scene:
    authority, _, leaf = _chain()
    return Scene(leaf, (row(authority, usages=frozenset(), name="Lab root"),))


def intermediate_for_other_purposes_that_is_not_sent() -> Scene:
    authority, issuing, leaf = _chain()
    return Scene(leaf, (row(authority), row(issuing, usages=INTO_THE_BLUE, name="Branch")), sent=())


def root_with_another_key() -> Scene:
    return Scene(_chain()[2], (row(root(), name="Lab root"),))


def root_with_another_key_and_no_identifiers() -> Scene:
    authority = root(identifiers=False)
    return Scene(relay(authority, identifiers=False), (row(root(identifiers=False), name="Lab root"),))


def intermediate_with_another_key() -> Scene:
    return Scene(_chain()[2], (row(intermediate(root()), name="Branch of last year"),))


def untrusted_root_sent() -> Scene:
    authority, issuing, leaf = _chain()
    return Scene(leaf, (row(root("Other Root")),), sent=(issuing, authority))


def only_the_leaf_sent() -> Scene:
    authority, _, leaf = _chain()
    return trusted(leaf, authority, sent=())


def issuer_unknown() -> Scene:
    return Scene(_chain()[2], (row(root("Other Root")),))


def issuer_unknown_with_an_address_of_it() -> Scene:
    issuing = intermediate(root(), issuer_url="http://pki.testlab.com/root.crt")
    return Scene(relay(issuing), (row(root("Other Root")),))


def empty_store() -> Scene:
    return Scene(_chain()[2])


def store_with_nothing_enabled() -> Scene:
    return Scene(_chain()[2], (row(root("Other Root"), enabled=False),))


def store_with_nothing_in_date() -> Scene:
    return Scene(_chain()[2], (row(root("Other Root", not_after=NOW - DAY)),))


def row_that_cannot_be_read() -> Scene:
    broken = TrustedRow(b"\x30\x03\x02\x01\x00", "broken", True, frozenset({"infrastructure"}))
    return Scene(_chain()[2], (broken,))


def self_signed() -> Scene:
    return Scene(relay(None), (row(root()),))


def issuer_with_another_key_identifier() -> Scene:
    authority = root()
    issuing = intermediate(
        authority, identifiers=False, extra=[(x509.SubjectKeyIdentifier(b"\x01" * 20), False)]
    )
    points_elsewhere = x509.AuthorityKeyIdentifier(b"\x02" * 20, None, None)
    leaf = relay(issuing, identifiers=False, extra=[(points_elsewhere, False)])
    return trusted(leaf, authority)


def root_with_another_key_identifier() -> Scene:
    authority = root(identifiers=False, extra=[(x509.SubjectKeyIdentifier(b"\x01" * 20), False)])
    points_elsewhere = x509.AuthorityKeyIdentifier(b"\x02" * 20, None, None)
    return trusted(relay(authority, identifiers=False, extra=[(points_elsewhere, False)]), authority)


_IDS = {"wanted": "02" * 20, "held": "01" * 20}
_ROOT, _ISSUING, _SERVER = "Testlab Root CA", "Testlab Issuing CA", "mail.testlab.com"

CASES = (
    Case(disabled_root, "ISSUER_DISABLED", {"name": "Lab root"}, 2, _ROOT, ("STORE_EMPTY",)),
    Case(disabled_root_that_is_sent, "ISSUER_DISABLED", {"name": "Lab root"}, 2, _ROOT, ("STORE_EMPTY",)),
    Case(
        disabled_intermediate_and_no_root,
        "ISSUER_DISABLED",
        {"name": "Branch"},
        1,
        _ISSUING,
        ("STORE_EMPTY",),
    ),
    Case(disabled_intermediate_that_is_not_sent, "ISSUER_DISABLED", {"name": "Branch"}, 1, _ISSUING),
    Case(
        disabled_renewal_of_a_root_that_is_sent,
        "ISSUER_DISABLED",
        {"name": "Lab root"},
        2,
        _ROOT,
        ("STORE_EMPTY",),
    ),
    Case(
        disabled_root_of_a_chain_out_of_order,
        "ISSUER_DISABLED",
        {"name": "Lab root"},
        3,
        _ROOT,
        ("STORE_EMPTY",),
    ),
    Case(disabled_server_certificate, "ISSUER_DISABLED", {"name": "Pinned"}, 0, _SERVER, ("STORE_EMPTY",)),
    Case(
        root_for_other_purposes,
        "ISSUER_WRONG_USAGE",
        {"name": "Lab root", "usages": "cisco_services", "needed": "infrastructure"},
        2,
        _ROOT,
        ("STORE_EMPTY",),
    ),
    Case(
        root_for_no_purpose,
        "ISSUER_WRONG_USAGE",
        {"name": "Lab root", "usages": "", "needed": "infrastructure"},
        2,
        _ROOT,
        ("STORE_EMPTY",),
    ),
    Case(
        intermediate_for_other_purposes_that_is_not_sent,
        "ISSUER_WRONG_USAGE",
        {"name": "Branch", "usages": "cisco_services", "needed": "infrastructure"},
        1,
        _ISSUING,
    ),
    Case(root_with_another_key, "ISSUER_KEY_MISMATCH", {"name": "Lab root"}, 1, _ISSUING),
    Case(root_with_another_key_and_no_identifiers, "ISSUER_KEY_MISMATCH", {"name": "Lab root"}, 0, _SERVER),
    Case(intermediate_with_another_key, "ISSUER_KEY_MISMATCH", {"name": "Branch of last year"}, 1, _ISSUING),
    Case(untrusted_root_sent, "UNKNOWN_ROOT_SENT", {"root": _ROOT}, 2, _ROOT),
    Case(only_the_leaf_sent, "INTERMEDIATE_NOT_SENT", {"issuer": _ISSUING}, 0, _SERVER),
    Case(issuer_unknown, "UNKNOWN_ISSUER", {"issuer": _ROOT}, 1, _ISSUING),
    Case(
        issuer_unknown_with_an_address_of_it,
        "UNKNOWN_ISSUER",
        {"issuer": _ROOT, "url": "http://pki.testlab.com/root.crt"},
        1,
        _ISSUING,
    ),
    Case(empty_store, "UNKNOWN_ISSUER", {"issuer": _ROOT}, 1, _ISSUING, ("STORE_EMPTY",)),
    Case(store_with_nothing_enabled, "UNKNOWN_ISSUER", {"issuer": _ROOT}, 1, _ISSUING, ("STORE_EMPTY",)),
    Case(store_with_nothing_in_date, "UNKNOWN_ISSUER", {"issuer": _ROOT}, 1, _ISSUING, ("STORE_EMPTY",)),
    Case(row_that_cannot_be_read, "UNKNOWN_ISSUER", {"issuer": _ROOT}, 1, _ISSUING, ("STORE_EMPTY",)),
    Case(self_signed, "SELF_SIGNED", {"name": _SERVER}, 0, _SERVER),
    Case(issuer_with_another_key_identifier, "ISSUER_KEY_ID_MISMATCH", _IDS, 0, _SERVER),
    Case(root_with_another_key_identifier, "ISSUER_KEY_ID_MISMATCH", _IDS, 0, _SERVER),
)
