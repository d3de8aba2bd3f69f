"""What is doubtful about the trusted certificates themselves; every query ends after 50 rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from certificates.health.findings import Group, Line, Severity, certificate_url, day_of, group_of
from certificates.models import Band, CertificateCheck, SeenChain, Status, TrustedCertificate
from certificates.pki.checks import MINIMUM_BITS
from certificates.pki.oids import SIGNATURE_NAMES, WEAK_DIGESTS

WEAK_SIGNATURES: Final = frozenset(SIGNATURE_NAMES[oid] for oid in WEAK_DIGESTS)
_TRUSTED: Final = (
    Q(trust_infrastructure=True)
    | Q(trust_endpoints=True)
    | Q(trust_admin_auth=True)
    | Q(trust_cisco_services=True)
)
Row = Mapping[str, Any]
Rows = QuerySet[TrustedCertificate, dict[str, Any]]


def expired(now: datetime) -> Group:
    """Certificates whose validity is over, the enabled ones first."""
    found = TrustedCertificate.objects.in_band(Band.EXPIRED, now).order_by("-status", "not_after", "pk")
    rows = found.values("pk", "friendly_name", "status", "not_after")
    return group_of("expired", _("Expired"), rows, _expired, url=_list_url("?expiry=expired"))


def expiring(now: datetime) -> Group:
    """Enabled certificates whose validity ends within 30 days."""
    found = TrustedCertificate.objects.enabled().in_band(Band.WITHIN_30, now).order_by("not_after", "pk")
    rows = found.values("pk", "friendly_name", "not_after")
    url = _list_url("?expiry=30&status=enabled")
    return group_of("expiring", _("Expiring within 30 days"), rows, _expiring, url=url)


def not_an_authority() -> Group:
    """Enabled certificates that are trusted for something and are no authority."""
    found = TrustedCertificate.objects.enabled().filter(_TRUSTED).exclude(is_ca=True)
    rows = found.order_by("friendly_name", "pk").values("pk", "friendly_name", "is_ca")
    return group_of("not-a-ca", _("Trusted without being an authority"), rows, _not_an_authority)


def weak() -> Group:
    """Enabled certificates with a key or a signature that no longer protects."""
    found = TrustedCertificate.objects.enabled().filter(
        _weak_key() | Q(signature_algorithm__in=WEAK_SIGNATURES)
    )
    names = ("pk", "friendly_name", "key_kind", "key_bits", "signature_algorithm", "is_self_issued")
    rows = found.order_by("friendly_name", "pk").values(*names)
    return group_of("weak", _("Weak key or signature"), rows, _weak)


def duplicate_key() -> Group:
    """Enabled certificates whose key another enabled one has too."""
    others = (
        TrustedCertificate.objects.enabled()
        .filter(key_sha256=OuterRef("key_sha256"))
        .exclude(pk=OuterRef("pk"))
        .order_by("pk")
    )
    found = TrustedCertificate.objects.enabled().exclude(key_sha256="").filter(Exists(others))
    named = found.annotate(other=Subquery(others.values("friendly_name")[:1]))
    rows = named.order_by("key_sha256", "pk").values("pk", "friendly_name", "other")
    return group_of("duplicate-key", _("Duplicate key"), rows, _duplicate)


def unused(now: datetime, *, days: int) -> Group:
    """Enabled certificates imported before that many days on which no verified chain has rested since."""
    since = now - timedelta(days=days)
    uses = SeenChain.objects.filter(anchor_sha256=OuterRef("sha256"))
    found = (
        TrustedCertificate.objects.enabled()
        .filter(~Exists(uses.filter(last_seen_at__gte=since)), imported_at__lt=since)
        .exclude(sha256__in=_completing())
        .annotate(last=Subquery(uses.order_by("-last_seen_at").values("last_seen_at")[:1]))
    )
    rows = found.order_by("friendly_name", "pk").values("pk", "friendly_name", "imported_at", "last")
    return group_of("unused", _("Not used"), rows, _unused)


def count_expired_enabled(now: datetime) -> int:
    """How many certificates are still enabled although their validity is over."""
    return TrustedCertificate.objects.enabled().in_band(Band.EXPIRED, now).count()


def _completing() -> set[str]:
    """Certificates that complete the chains in use without ending them, as the last periodic check found."""
    verdicts = CertificateCheck.objects.values_list("verdict", flat=True)[:100]
    chains = (link for verdict in verdicts for link in verdict.get("chain", []))
    return {link["sha256"] for link in chains if link.get("source") == "store"}


def _weak_key() -> Q:
    found = Q(pk__in=[])
    for kind, bits in MINIMUM_BITS.items():
        found |= Q(key_kind=kind, key_bits__gt=0, key_bits__lt=bits)
    return found


def _line(row: Row, severity: Severity, detail: str, remedy: str) -> Line:
    return Line(severity, row["friendly_name"], certificate_url(row["pk"]), detail, remedy)


def _expired(row: Row) -> Line:
    date = {"date": day_of(row["not_after"])}
    if row["status"] == Status.ENABLED:
        remedy = _("Import the renewed certificate, then delete this one.")
        return _line(row, "bad", _("Expired on %(date)s and still enabled.") % date, remedy)
    return _line(row, "info", _("Expired on %(date)s, disabled.") % date, _("Delete it."))


def _expiring(row: Row) -> Line:
    detail = _("Expires on %(date)s.") % {"date": day_of(row["not_after"])}
    return _line(
        row, "warn", detail, _("Ask for the renewed certificate and import it before this one ends.")
    )


def _not_an_authority(row: Row) -> Line:
    detail = (
        _("It may issue no certificates.")
        if row["is_ca"] is False
        else _("It does not say that it may issue.")
    )
    remedy = _("It has to be imported anew at each renewal. Import the certificate of its authority instead.")
    return _line(row, "warn", detail, remedy)


def _weak(row: Row) -> Line:
    if row["signature_algorithm"] not in WEAK_SIGNATURES:
        detail = _("The key is too short: %(kind)s with %(bits)d bits.")
        values = {"kind": row["key_kind"], "bits": row["key_bits"]}
        return _line(
            row, "bad", detail % values, _("Every chain with it is refused. Ask for one with a longer key.")
        )
    detail = _("Signed with %(algorithm)s.") % {"algorithm": row["signature_algorithm"]}
    if row["is_self_issued"]:
        remedy = _("Its own signature proves nothing, but an authority of that age should be replaced.")
        return _line(row, "info", detail, remedy)
    return _line(
        row, "warn", detail, _("A chain in which this signature counts is refused. Ask for a new one.")
    )


def _duplicate(row: Row) -> Line:
    detail = _("The same key as “%(name)s”.") % {"name": row["other"]}
    remedy = _("Keep the one that is valid longest, and disable or delete the other.")
    return _line(row, "warn", detail, remedy)


def _unused(row: Row) -> Line:
    if row["last"] is None:
        detail = _("Never used since its import on %(date)s.") % {"date": day_of(row["imported_at"])}
    else:
        detail = _("Last used on %(date)s.") % {"date": day_of(row["last"])}
    return _line(
        row, "info", detail, _("If nothing needs it, disable it: who is not trusted can do no harm.")
    )


def _list_url(query: str) -> str:
    return reverse("certificates:trusted-list") + query
