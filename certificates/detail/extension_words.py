"""The extensions of a certificate in words: a title, and for each statement a sentence or a labelled row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from certificates.detail.extension_names import NOT_TRANSLATED, TITLES, VALUES
from certificates.pki.extension_statements import Statement
from certificates.pki.extensions import ReadExtension, Reading, read_extensions

SENTENCES: Final[Mapping[str, Promise]] = {
    "is_ca": _("It is a certificate authority: it may issue certificates."),
    "is_not_ca": _("It is not a certificate authority: it may not issue certificates."),
    "path_unlimited": _("Any number of authorities may stand below it."),
    "path_length": _("Authorities that may stand below it, at most: %(value)s."),
    "key_usage_none": _("The key may be used for nothing."),
    "explicit_policy_after": _("After so many certificates a valid policy is required: %(value)s."),
    "no_mapping_after": _("After so many certificates policies are no longer mapped: %(value)s."),
    "no_any_policy_after": _("After so many certificates “any policy” no longer counts: %(value)s."),
    "no_check": _("The status of this OCSP signer itself need not be checked."),
    "poison": _("This is a precertificate, made for transparency logs only: no connection may use it."),
}
LABELS: Final[Mapping[str, Promise]] = {
    "key_usage": _("The key may be used for"),
    "extended_key_usage": _("The certificate may be used for"),
    "dns": _("Host names"),
    "ip": _("Addresses"),
    "email": _("E-mail addresses"),
    "uri": _("URIs"),
    "other_name": _("Other names"),
    "permitted": _("May issue only for"),
    "excluded": _("May not issue for"),
    "policy": _("Policies"),
    "practice": _("Practice statement"),
    "notice": _("Notice"),
    "key_id": _("Key identifier"),
    "authority_name": _("Issued by"),
    "authority_serial": _("Serial number"),
    "ocsp_url": _("OCSP service"),
    "issuer_url": _("Certificate of the issuer"),
    "other_access": _("Other access"),
    "list_url": _("Revocation list"),
    "list_relative": _("Name relative to the issuer"),
    "list_issuer": _("List issued by"),
    "list_reasons": _("Reasons covered"),
    "logged": _("Logged on"),
    "feature": _("The server must send"),
    "key_from": _("The key signs from"),
    "key_until": _("The key signs until"),
    "template": _("Template"),
}
UNTITLED: Final = _("Unknown extension")


@dataclass(frozen=True)
class ShownRow:
    """One labelled row; `more` values were left out."""

    label: str
    values: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class ShownExtension:
    """One extension as the page shows it."""

    title: str
    fact: ReadExtension
    sentences: tuple[str, ...]
    rows: tuple[ShownRow, ...]

    @property
    def pairs(self) -> str:
        """The first bytes in pairs of hexadecimal digits."""
        digits = self.fact.hexadecimal.upper()
        return " ".join(digits[place : place + 2] for place in range(0, len(digits), 2))

    @property
    def is_cut(self) -> bool:
        """Whether there are more bytes than are shown."""
        return len(self.fact.hexadecimal) < 2 * self.fact.size


@dataclass(frozen=True)
class ShownExtensions:
    """All extensions of one certificate."""

    reading: Reading
    extensions: tuple[ShownExtension, ...]


def extensions_of(der: bytes) -> ShownExtensions:
    """Put every extension of a certificate into words of the reader's language."""
    reading = read_extensions(der)
    return ShownExtensions(reading, tuple(_shown(fact) for fact in reading.extensions))


def _shown(fact: ReadExtension) -> ShownExtension:
    sentences = [_sentence(told) for told in fact.statements if told.code in SENTENCES]
    rows = [_row(told) for told in fact.statements if told.code not in SENTENCES]
    return ShownExtension(_title(fact.oid), fact, tuple(sentences), tuple(rows))


def _title(oid: str) -> str:
    return NOT_TRANSLATED.get(oid) or str(TITLES.get(oid, UNTITLED))


def _sentence(told: Statement) -> str:
    return str(SENTENCES[told.code]) % {"value": told.values[0] if told.values else ""}


def _row(told: Statement) -> ShownRow:
    names = VALUES.get(told.code, {})
    values = tuple(_value(value, names) for value in told.values)
    return ShownRow(str(LABELS.get(told.code, told.code)), values, told.more)


def _value(value: str, names: Mapping[str, Promise]) -> str:
    """A known value in words; an identifier stays beside its words, so that it can be looked up."""
    known = names.get(value)
    if known is None:
        return value
    if "." in value:
        return gettext("%(words)s (%(identifier)s)") % {"words": known, "identifier": value}
    return str(known)
