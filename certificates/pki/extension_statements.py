"""Puts what an extension says into statements: a code with values, and no words (RFC 5280 section 4.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from certificates.pki import fields

VALUES_SHOWN: Final = 100
"""Values of one statement that are kept; a hostile certificate can hold 50,000 names."""
TEXT_LENGTH: Final = 300
KEY_ID_LENGTH: Final = 64


@dataclass(frozen=True)
class Statement:
    """One thing that an extension says; `more` values were left out."""

    code: str
    values: tuple[str, ...] = ()
    more: int = 0


def printable(text: str) -> str:
    """The text without characters that a page would obey instead of showing them, and not without end."""
    cut = text if len(text) <= TEXT_LENGTH else f"{text[:TEXT_LENGTH]}…"
    return "".join(c if c.isprintable() else f"\\{ord(c):02X}" for c in cut)


def _listed(code: str, values: Sequence[Any], show: Callable[[Any], str] = str) -> Iterator[Statement]:
    """One statement with the first values; nothing when there are none."""
    if values:
        shown = tuple(printable(show(value)) for value in islice(values, VALUES_SHOWN))
        yield Statement(code, shown, len(values) - len(shown))


def _pairs(value: bytes) -> str:
    return fields.pairs(value.hex())


_PREFIXES: Final[dict[type[x509.GeneralName], str]] = {
    x509.DNSName: "DNS:",
    x509.IPAddress: "IP:",
    x509.RFC822Name: "email:",
    x509.UniformResourceIdentifier: "",
}


def _name(name: x509.GeneralName) -> str:
    """A general name with its kind in front, as OpenSSL prints it; an address needs none."""
    match name:
        case x509.DirectoryName():
            return f"DirName:{name.value.rfc4514_string()}"
        case x509.OtherName():
            return f"{name.type_id.dotted_string}:{name.value[:64].hex()}"
        case x509.RegisteredID():
            return f"RID:{name.value.dotted_string}"
    return f"{_PREFIXES.get(type(name), '')}{name.value}"


def _basic_constraints(value: x509.BasicConstraints) -> Iterator[Statement]:
    yield Statement("is_ca" if value.ca else "is_not_ca")
    if value.ca and value.path_length is not None:
        yield Statement("path_length", (str(value.path_length),))
    elif value.ca:
        yield Statement("path_unlimited")


_KEY_USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


def _key_usage(value: x509.KeyUsage) -> Iterator[Statement]:
    held = [name for name in _KEY_USAGES if getattr(value, name)]
    if value.key_agreement:
        held += [name for name in ("encipher_only", "decipher_only") if getattr(value, name)]
    yield from _listed("key_usage", held)
    if not held:
        yield Statement("key_usage_none")


def _extended_key_usage(value: x509.ExtendedKeyUsage) -> Iterator[Statement]:
    yield from _listed("extended_key_usage", list(value), lambda oid: oid.dotted_string)


_NAME_KINDS: Final[Sequence[tuple[str, type[x509.GeneralName]]]] = (
    ("dns", x509.DNSName),
    ("ip", x509.IPAddress),
    ("email", x509.RFC822Name),
    ("uri", x509.UniformResourceIdentifier),
)


def _alternative_names(value: Iterable[x509.GeneralName]) -> Iterator[Statement]:
    names = list(value)
    for code, kind in _NAME_KINDS:
        yield from _listed(code, [name for name in names if isinstance(name, kind)], lambda n: str(n.value))
    known = tuple(kind for _, kind in _NAME_KINDS)
    yield from _listed("other_name", [name for name in names if not isinstance(name, known)], _name)


def _name_constraints(value: x509.NameConstraints) -> Iterator[Statement]:
    yield from _listed("permitted", value.permitted_subtrees or (), _name)
    yield from _listed("excluded", value.excluded_subtrees or (), _name)


def _policies(value: x509.CertificatePolicies) -> Iterator[Statement]:
    policies = list(value)
    yield from _listed("policy", policies, lambda policy: policy.policy_identifier.dotted_string)
    qualifiers = [q for policy in policies for q in policy.policy_qualifiers or ()]
    yield from _listed("practice", [q for q in qualifiers if isinstance(q, str)])
    notices = [q.explicit_text for q in qualifiers if isinstance(q, x509.UserNotice) and q.explicit_text]
    yield from _listed("notice", notices)


def _authority_key(value: x509.AuthorityKeyIdentifier) -> Iterator[Statement]:
    if value.key_identifier is not None:
        yield Statement("key_id", (_pairs(value.key_identifier[:KEY_ID_LENGTH]),))
    yield from _listed("authority_name", value.authority_cert_issuer or (), _name)
    if value.authority_cert_serial_number is not None:
        yield Statement("authority_serial", (printable(f"{value.authority_cert_serial_number:X}"),))


def _subject_key(value: x509.SubjectKeyIdentifier) -> Iterator[Statement]:
    yield Statement("key_id", (_pairs(value.digest[:KEY_ID_LENGTH]),))


def _access(
    value: x509.AuthorityInformationAccess | x509.SubjectInformationAccess,
) -> Iterator[Statement]:
    places = list(value)
    known = {AuthorityInformationAccessOID.OCSP: "ocsp_url"}
    known[AuthorityInformationAccessOID.CA_ISSUERS] = "issuer_url"
    for method, code in known.items():
        found = [place.access_location for place in places if place.access_method == method]
        yield from _listed(code, found, _name)
    others = [place for place in places if place.access_method not in known]
    yield from _listed(
        "other_access", others, lambda p: f"{p.access_method.dotted_string} {_name(p.access_location)}"
    )


def _distribution_points(value: Iterable[x509.DistributionPoint]) -> Iterator[Statement]:
    points = list(value)
    yield from _listed("list_url", [name for point in points for name in point.full_name or ()], _name)
    relative = [point.relative_name for point in points if point.relative_name is not None]
    yield from _listed("list_relative", relative, lambda name: name.rfc4514_string())
    yield from _listed("list_issuer", [name for point in points for name in point.crl_issuer or ()], _name)
    reasons = sorted({reason.value for point in points for reason in point.reasons or ()})
    yield from _listed("list_reasons", reasons)


def _timestamps(value: Iterable[Any]) -> Iterator[Statement]:
    yield from _listed(
        "logged", list(value), lambda sct: f"{sct.timestamp:%Y-%m-%d %H:%M:%S} UTC, {_pairs(sct.log_id[:8])}…"
    )


def _features(value: x509.TLSFeature) -> Iterator[Statement]:
    yield from _listed("feature", [feature.name for feature in value])


def _policy_constraints(value: x509.PolicyConstraints) -> Iterator[Statement]:
    if value.require_explicit_policy is not None:
        yield Statement("explicit_policy_after", (str(value.require_explicit_policy),))
    if value.inhibit_policy_mapping is not None:
        yield Statement("no_mapping_after", (str(value.inhibit_policy_mapping),))


def _key_period(value: x509.PrivateKeyUsagePeriod) -> Iterator[Statement]:
    for code, when in (("key_from", value.not_before), ("key_until", value.not_after)):
        if when is not None:
            yield Statement(code, (f"{when:%Y-%m-%d %H:%M:%S} UTC",))


def _template(value: x509.MSCertificateTemplate) -> Iterator[Statement]:
    yield Statement("template", (value.template_id.dotted_string,))


TELLERS: Final[dict[type, Callable[[Any], Iterable[Statement]]]] = {
    x509.BasicConstraints: _basic_constraints,
    x509.KeyUsage: _key_usage,
    x509.ExtendedKeyUsage: _extended_key_usage,
    x509.SubjectAlternativeName: _alternative_names,
    x509.IssuerAlternativeName: _alternative_names,
    x509.NameConstraints: _name_constraints,
    x509.CertificatePolicies: _policies,
    x509.AuthorityKeyIdentifier: _authority_key,
    x509.SubjectKeyIdentifier: _subject_key,
    x509.AuthorityInformationAccess: _access,
    x509.SubjectInformationAccess: _access,
    x509.CRLDistributionPoints: _distribution_points,
    x509.FreshestCRL: _distribution_points,
    x509.PrecertificateSignedCertificateTimestamps: _timestamps,
    x509.TLSFeature: _features,
    x509.PolicyConstraints: _policy_constraints,
    x509.InhibitAnyPolicy: lambda value: [Statement("no_any_policy_after", (str(value.skip_certs),))],
    x509.OCSPNoCheck: lambda _: [Statement("no_check")],
    x509.PrecertPoison: lambda _: [Statement("poison")],
    x509.PrivateKeyUsagePeriod: _key_period,
    x509.MSCertificateTemplate: _template,
}
"""Which function puts which extension into statements."""
