"""Cases that are accepted: soundly, or with something that is worth saying."""

from __future__ import annotations

import datetime as dt

from cryptography import x509

from tests.support.pki import DAY, NOW, Made, Recipe, intermediate, make, root
from tests.support.taxonomy.case import Case, Scene, relay, trusted
from tests.support.tls_dialogue import row

SOON = NOW + 8 * DAY + dt.timedelta(hours=1)


def _chain() -> tuple[Made, Made, Made]:
    authority = root()
    issuing = intermediate(authority)
    return authority, issuing, relay(issuing)


def chain_to_a_root() -> Scene:
    authority, _, leaf = _chain()
    return trusted(leaf, authority)


def root_sent_along() -> Scene:
    authority, issuing, leaf = _chain()
    return trusted(leaf, authority, sent=(issuing, authority))


def chain_sent_out_of_order() -> Scene:
    authority = root()
    upper = intermediate(authority, "Testlab Policy CA")
    issuing = intermediate(upper)
    return trusted(relay(issuing), authority, sent=(upper, issuing))


def stranger_sent_along() -> Scene:
    authority, issuing, leaf = _chain()
    return trusted(leaf, authority, sent=(root("Stranger"), issuing))


def intermediate_as_anchor() -> Scene:
    _, issuing, leaf = _chain()
    return trusted(leaf, issuing)


def intermediate_as_anchor_that_is_not_sent() -> Scene:
    _, issuing, leaf = _chain()
    return trusted(leaf, issuing, sent=())


def server_certificate_as_anchor() -> Scene:
    leaf = _chain()[2]
    return trusted(leaf, leaf)


def self_signed_server_certificate_as_anchor() -> Scene:
    alone = relay(None)
    return trusted(alone, alone)


def intermediate_of_the_store_completes_the_chain() -> Scene:
    authority, issuing, leaf = _chain()
    return Scene(leaf, (row(authority), row(issuing)), sent=())


def authorities_without_key_identifiers() -> Scene:
    authority = root(identifiers=False)
    return trusted(relay(intermediate(authority, identifiers=False), identifiers=False), authority)


def authority_without_key_usage() -> Scene:
    authority = root()
    constraints = x509.BasicConstraints(True, None)
    plain = make(Recipe("Testlab Issuing CA", ca=None, extra=[(constraints, True)]), authority)
    return trusted(relay(plain), authority)


def ends_soon() -> Scene:
    authority = root()
    return trusted(relay(authority, not_after=SOON), authority)


def authority_ends_soon() -> Scene:
    authority = root()
    return trusted(relay(intermediate(authority, not_after=SOON)), authority)


def anchor_ends_soon() -> Scene:
    authority = root(not_after=SOON)
    return trusted(relay(intermediate(authority)), authority)


def disabled_intermediate_that_is_sent() -> Scene:
    authority, issuing, leaf = _chain()
    return Scene(leaf, (row(authority), row(issuing, enabled=False, name="Branch CA")))


def second_box_off() -> Scene:
    authority, _, leaf = _chain()
    return Scene(leaf, (row(authority, usages=frozenset({"infrastructure"})),))


def second_box_off_for_another_use() -> Scene:
    authority, _, leaf = _chain()
    return Scene(leaf, (row(authority, usages=frozenset({"cisco_services"})),), usage="cisco_services")


CASES = (
    Case(chain_to_a_root, "OK"),
    Case(root_sent_along, "OK"),
    Case(chain_sent_out_of_order, "OK"),
    Case(stranger_sent_along, "OK"),
    Case(intermediate_as_anchor, "OK"),
    Case(intermediate_as_anchor_that_is_not_sent, "OK"),
    Case(server_certificate_as_anchor, "OK"),
    Case(self_signed_server_certificate_as_anchor, "OK"),
    Case(intermediate_of_the_store_completes_the_chain, "OK"),
    Case(authorities_without_key_identifiers, "OK"),
    Case(authority_without_key_usage, "OK"),
    Case(ends_soon, "OK", warnings=("CERT_EXPIRES_SOON",)),
    Case(authority_ends_soon, "OK", warnings=("CERT_EXPIRES_SOON",)),
    Case(anchor_ends_soon, "OK", warnings=("CERT_EXPIRES_SOON",)),
    Case(disabled_intermediate_that_is_sent, "OK", warnings=("CHAIN_USES_DISABLED_CERT",)),
    Case(second_box_off, "OK", warnings=("SECOND_USAGE_OFF",)),
    Case(second_box_off_for_another_use, "OK"),
)
