"""Certificate policies along a chain (RFC 5280 section 6.1), for somebody who is content with any policy.

OpenSSL does this too, but takes "any policy" only through a call that its Python bindings do not have. What
is asked here is whether the tree of valid policies is empty where one is demanded, so that a level of the
tree is a map from a valid policy to the policies expected below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from cryptography import x509

from certificates.pki import fields
from certificates.pki.der import SEQUENCE, DerBroken, element_at, elements
from certificates.pki.field_reader import UNREADABLE

ANY: Final = "2.5.29.32.0"
MAPPINGS: Final = x509.ObjectIdentifier("2.5.29.33")

Level = dict[str, set[str]]
E = TypeVar("E", bound=x509.ExtensionType)


class PolicyFault(Exception):
    """The chain carries no policy although one is demanded, or an authority maps to any policy."""


class ExtensionsUnreadable(Exception):
    """The extensions of a certificate of the chain cannot be read; `depth` says which, 0 the server's own."""

    def __init__(self, depth: int, detail: str) -> None:
        super().__init__(detail)
        self.depth = depth


@dataclass
class _State:
    """The variables of RFC 5280 section 6.1.2; `level` None is an empty tree."""

    explicit: int
    mapping: int
    inhibit_any: int
    level: Level | None = field(default_factory=lambda: {ANY: {ANY}})


def check_policies(chain: Sequence[x509.Certificate]) -> None:
    """Process the policies of a chain, the server's certificate first and its anchor last.

    Raises PolicyFault, or ExtensionsUnreadable for a certificate below the anchor.
    """
    count = len(chain) - 1
    state = _State(count + 1, count + 1, count + 1)
    for depth in reversed(range(count)):
        try:
            _step(state, chain[depth], is_last=depth == 0)
        except DerBroken as error:
            raise ExtensionsUnreadable(depth, f"policyMappings: {error}") from error
        except UNREADABLE as error:
            raise ExtensionsUnreadable(depth, str(error)) from error


def _step(state: _State, certificate: x509.Certificate, *, is_last: bool) -> None:
    """Go one certificate down, from the one below the anchor to the server's own, which is the last."""
    _take_in(state, certificate, is_last)
    if state.explicit == 0 and state.level is None:
        raise PolicyFault("no policy where one is demanded")
    if not is_last:
        _prepare_next(state, certificate)
    elif _wrapped_up(state, certificate) == 0 and state.level is None:
        raise PolicyFault("no policy where one is demanded")


def _take_in(state: _State, certificate: x509.Certificate, is_last: bool) -> None:
    """Steps (d) and (e) of section 6.1.3: the next level of the tree."""
    stated = _stated(certificate)
    if stated is None or state.level is None:
        state.level = None
        return
    expected = set().union(*state.level.values())
    has_any = ANY in state.level
    level: Level = {policy: {policy} for policy in stated - {ANY} if has_any or policy in expected}
    if ANY in stated and (state.inhibit_any > 0 or (not is_last and _is_self_issued(certificate))):
        for policy in expected:
            level.setdefault(policy, {policy})
    state.level = level or None


def _prepare_next(state: _State, certificate: x509.Certificate) -> None:
    """Section 6.1.4, steps (a), (b) and (h) to (j)."""
    mapped = _mappings(certificate)
    if ANY in mapped or any(ANY in targets for targets in mapped.values()):
        raise PolicyFault("a mapping from or to any policy")
    if state.level is not None:
        state.level = _mapped(state.level, mapped, is_allowed=state.mapping > 0) or None
    if not _is_self_issued(certificate):
        state.explicit, state.mapping = max(state.explicit - 1, 0), max(state.mapping - 1, 0)
        state.inhibit_any = max(state.inhibit_any - 1, 0)
    constraints = _value(certificate, x509.PolicyConstraints)
    if constraints is not None:
        state.explicit = _least(state.explicit, constraints.require_explicit_policy)
        state.mapping = _least(state.mapping, constraints.inhibit_policy_mapping)
    inhibited = _value(certificate, x509.InhibitAnyPolicy)
    state.inhibit_any = _least(state.inhibit_any, None if inhibited is None else inhibited.skip_certs)


def _mapped(level: Level, mapped: Level, *, is_allowed: bool) -> Level:
    if not is_allowed:
        return {policy: expected for policy, expected in level.items() if policy not in mapped}
    moved = {policy: targets for policy, targets in mapped.items() if policy in level or ANY in level}
    return level | moved


def _wrapped_up(state: _State, certificate: x509.Certificate) -> int:
    """Section 6.1.5, steps (a) and (b): the certificates that may still do without a policy."""
    constraints = _value(certificate, x509.PolicyConstraints)
    if constraints is not None and constraints.require_explicit_policy == 0:
        return 0
    return max(state.explicit - 1, 0)


def _stated(certificate: x509.Certificate) -> set[str] | None:
    found = _value(certificate, x509.CertificatePolicies)
    return None if found is None else {policy.policy_identifier.dotted_string for policy in found}


def _mappings(certificate: x509.Certificate) -> Level:
    """Each issuer domain policy with the subject domain policies that it is mapped to."""
    try:
        held = certificate.extensions.get_extension_for_oid(MAPPINGS).value
    except x509.ExtensionNotFound:
        return {}
    data = held.value if isinstance(held, x509.UnrecognizedExtension) else held.public_bytes()
    mapped: Level = {}
    outer = element_at(data, 0, len(data))
    for pair in elements(data, outer.content, outer.end):
        ends = [data[e.content : e.end] for e in elements(data, pair.content, pair.end)]
        if pair.tag != SEQUENCE or len(ends) != 2:
            raise DerBroken("a mapping that is no pair")
        mapped.setdefault(_dotted(ends[0]), set()).add(_dotted(ends[1]))
    return mapped


def _dotted(content: bytes) -> str:
    """The content of an object identifier in dots (X.690 section 8.19)."""
    numbers, value = [], 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    if not numbers:
        raise DerBroken("an empty identifier")
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def _value(certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _is_self_issued(certificate: x509.Certificate) -> bool:
    return fields.read(certificate).is_self_issued


def _least(current: int, wanted: int | None) -> int:
    return current if wanted is None else min(current, wanted)
