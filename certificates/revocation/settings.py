"""How certificates of one authority are checked for revocation: ISE's *Certificate Status Validation*."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import transaction

from certificates.models import (
    CrlState,
    OcspProfile,
    RevocationSettings,
    StoreVersion,
    TrustedCertificate,
    Unit,
)
from certificates.revocation.addresses import AddressRefused, clean_address
from console import audit

ONLY_WITH_CRL: Final = ("crl_automatic", "crl_identity_check", "crl_bypass_if_missing", "crl_ignore_dates")
ONLY_WITH_OCSP: Final = ("ocsp_reject_unknown", "ocsp_reject_unreachable")
_AMOUNTS: Final = ("crl_before_amount", "crl_every_amount", "crl_retry_amount")
_LOWEST, _HIGHEST = 1, 999
_UNITS: Final = ("crl_before_unit", "crl_every_unit", "crl_retry_unit")
_DOWNLOAD: Final = frozenset(
    {"crl_enabled", "crl_url", "crl_identity_check", "crl_automatic", *_AMOUNTS, *_UNITS}
)
"""What decides when and from where the list is fetched."""


class CertificateUnknown(Exception):
    """There is no such trusted certificate any more."""


class Fault(NamedTuple):
    """A field with NEEDS_OCSP, NEEDS_CRL, NO_SERVICE, NO_ADDRESS, ADDRESS, AMOUNT or UNIT."""

    field: str
    code: str


class ChangeRefused(Exception):
    """Nothing was changed; `faults` says why."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(f"{fault.field}: {fault.code}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class RevocationChange:
    """What an admin chooses for an authority; the defaults are ISE's for a new certificate."""

    ocsp_enabled: bool = False
    ocsp_profile_id: int | None = None
    ocsp_reject_unknown: bool = False
    ocsp_reject_unreachable: bool = False
    crl_enabled: bool = False
    crl_url: str = ""
    crl_automatic: bool = False
    crl_before_amount: int = 5
    crl_before_unit: str = Unit.MINUTES
    crl_every_amount: int = 1
    crl_every_unit: str = Unit.HOURS
    crl_retry_amount: int = 10
    crl_retry_unit: str = Unit.MINUTES
    crl_identity_check: bool = False
    crl_bypass_if_missing: bool = False
    crl_ignore_dates: bool = False


NAMES: Final = tuple(RevocationChange.__dataclass_fields__)


def current(certificate_id: int) -> RevocationChange:
    """Return what is chosen for a certificate; without a row it is ISE's default."""
    values = RevocationSettings.objects.filter(pk=certificate_id).values(*NAMES).first()
    return RevocationChange(**values) if values else RevocationChange()


def faults_of(change: RevocationChange) -> tuple[Fault, ...]:
    """Return what cannot be chosen together; ISE refuses the same combinations."""
    return tuple(_faults(change))


def change(
    *, certificate_id: int, change: RevocationChange, actor: str, now: datetime, address: str = ""
) -> bool:
    """Store what is chosen; returns False when nothing was different.

    It may be called inside a transaction of the caller, so that all changes of a page are one. A list that is
    held stays in use until the next download. Raises CertificateUnknown and ChangeRefused.
    """
    faults = faults_of(change)
    if faults:
        raise ChangeRefused(faults)
    with transaction.atomic():
        certificate = _locked(certificate_id)
        _check_profile(change)
        before, after = current(certificate_id), change
        changed = [name for name in NAMES if getattr(before, name) != getattr(after, name)]
        if not changed:
            return False
        RevocationSettings.objects.update_or_create(certificate=certificate, defaults=asdict(change))
        _tell_downloads(certificate_id, change, frozenset(changed), now)
        StoreVersion.bump()
        audit.record(
            actor=actor,
            action="certificate.status_validation",
            target=certificate.friendly_name,
            before=_shown(before, changed),
            after=_shown(after, changed),
            now=now,
            address=address,
        )
    return True


def _faults(change: RevocationChange) -> Iterator[Fault]:
    if change.ocsp_enabled and change.ocsp_profile_id is None:
        yield Fault("ocsp_profile_id", "NO_SERVICE")
    if not change.ocsp_enabled:
        yield from (Fault(name, "NEEDS_OCSP") for name in ONLY_WITH_OCSP if getattr(change, name))
    if not change.crl_enabled:
        yield from (Fault(name, "NEEDS_CRL") for name in ONLY_WITH_CRL if getattr(change, name))
    if change.crl_enabled and not change.crl_url:
        yield Fault("crl_url", "NO_ADDRESS")
    elif change.crl_url and not _is_clean(change.crl_url):
        yield Fault("crl_url", "ADDRESS")
    yield from (
        Fault(name, "AMOUNT") for name in _AMOUNTS if not _LOWEST <= getattr(change, name) <= _HIGHEST
    )
    yield from (Fault(name, "UNIT") for name in _UNITS if getattr(change, name) not in Unit.values)


def _is_clean(address: str) -> bool:
    try:
        return clean_address(address) == address
    except AddressRefused:
        return False


def _locked(certificate_id: int) -> TrustedCertificate:
    row = TrustedCertificate.objects.select_for_update().filter(pk=certificate_id).first()
    if row is None:
        raise CertificateUnknown
    return row


def _check_profile(change: RevocationChange) -> None:
    """A profile may have been deleted since the page was opened."""
    chosen = change.ocsp_profile_id
    if chosen is not None and not OcspProfile.objects.select_for_update().filter(pk=chosen).exists():
        raise ChangeRefused((Fault("ocsp_profile_id", "NO_SERVICE"),))


def _tell_downloads(
    certificate_id: int, change: RevocationChange, changed: frozenset[str], now: datetime
) -> None:
    """Have the list fetched at once when its address or its times changed, and never without a download."""
    if not change.crl_enabled:
        CrlState.objects.filter(pk=certificate_id).update(due_at=None)
    elif changed & _DOWNLOAD:
        anew = {"due_at": now, "last_modified": "", "error_code": "", "error_params": {}}
        CrlState.objects.update_or_create(certificate_id=certificate_id, defaults=anew)


def _shown(values: RevocationChange, names: list[str]) -> dict[str, Any]:
    """The values with the profile by its name, as one reads the audit."""
    shown = {name: getattr(values, name) for name in names}
    if "ocsp_profile_id" in shown:
        profile = OcspProfile.objects.filter(pk=shown.pop("ocsp_profile_id")).first()
        shown["ocsp_service"] = "" if profile is None else profile.name
    return shown
