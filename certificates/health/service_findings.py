"""What is doubtful about revocation lists, OCSP services and the chains in use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Avg, Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from certificates import words
from certificates.health.findings import Group, Line, Severity, certificate_url, day_of, group_of, listed
from certificates.health.periodic import Checked
from certificates.models import OcspAnswer, RevocationSettings, Status, TrustedCertificate

SLOW_MILLISECONDS: Final = 2000
LAST_ANSWERS: Final = timedelta(days=7)
Row = Mapping[str, Any]


def lists(now: datetime) -> Group:
    """Authorities whose revocation list is missing, over, or could not be fetched at the last attempt."""
    rows = _lists(now).values(
        "certificate_id",
        "certificate__friendly_name",
        "crl_bypass_if_missing",
        "crl_ignore_dates",
        "certificate__crl__received_at",
        "certificate__crl__attempted_at",
        "certificate__crl__next_update",
        "certificate__crl__error_code",
        "certificate__crl__error_params",
    )
    ordered = rows.order_by("certificate__friendly_name", "certificate_id")
    return group_of("crl", _("CRL stale or failing"), ordered, lambda row: _list_line(row, now))


def count_lists(now: datetime) -> int:
    """How many authorities `lists` would name."""
    return _lists(now).count()


def services(now: datetime, results: Sequence[Checked]) -> Group:
    """OCSP services that answer slowly, and those that failed in the last periodic check."""
    lines = [*_slow(now), *_failing(results)]
    return listed("ocsp", _("OCSP slow or failing"), lines)


def chains(results: Sequence[Checked]) -> Group:
    """Chains in use that the last periodic check refused."""
    refused = [result for result in results if not result.is_ok]
    pages = _pages_of({sha for result in refused for sha in result.chain})
    return listed("chains", _("Chains in use that would be refused"), [_chain(r, pages) for r in refused])


def _lists(now: datetime) -> QuerySet[RevocationSettings]:
    state = "certificate__crl"
    doubtful = (
        Q(**{f"{state}__isnull": True})
        | Q(**{f"{state}__received_at__isnull": True})
        | Q(**{f"{state}__next_update__lt": now})
        | ~Q(**{f"{state}__error_code": ""})
    )
    wanted = RevocationSettings.objects.filter(crl_enabled=True, certificate__status=Status.ENABLED)
    return wanted.filter(doubtful)


def _list_line(row: Row, now: datetime) -> Line:
    code, end = row["certificate__crl__error_code"], row["certificate__crl__next_update"]
    is_missing = row["certificate__crl__received_at"] is None
    is_over = end is not None and end < now
    counts = (is_missing and not row["crl_bypass_if_missing"]) or (is_over and not row["crl_ignore_dates"])
    severity: Severity = "bad" if counts else "warn"
    if code:
        why = words.text_of(code, row["certificate__crl__error_params"] or {})
        detail, remedy = why.cause, why.remedy
    elif is_missing:
        detail, remedy = (
            _("No list has been received yet."),
            _("Download it now on the page of the certificate."),
        )
    else:
        detail = _("The list ended on %(date)s.") % {"date": day_of(end)}
        remedy = _("Download it now, and ask the administrator of the authority for a current list.")
    page = certificate_url(row["certificate_id"])
    return Line(severity, row["certificate__friendly_name"], page, detail, remedy)


def _slow(now: datetime) -> Iterator[Line]:
    recent = OcspAnswer.objects.filter(received_at__gte=now - LAST_ANSWERS)
    averages = recent.values("profile_id", "profile__name").annotate(
        average=Avg("milliseconds"), n=Count("pk")
    )
    for row in averages.filter(average__gt=SLOW_MILLISECONDS).order_by("profile__name"):
        detail = _("%(average)d ms on average over the last week.") % {"average": row["average"]}
        remedy = _("Enter another server, or a longer time for which an answer is kept.")
        page = reverse("certificates:ocsp-profile-edit", args=[row["profile_id"]])
        yield Line("warn", row["profile__name"], page, detail, remedy)


def _failing(results: Sequence[Checked]) -> Iterator[Line]:
    page = reverse("certificates:ocsp-profile-list")
    for result in results:
        for code, params in result.codes:
            if code.startswith("OCSP_"):
                why = words.text_of(code, params)
                severity: Severity = "bad" if code == result.code else "warn"
                yield Line(severity, result.label, page, why.cause, why.remedy)


def _chain(result: Checked, pages: Mapping[str, str]) -> Line:
    page = next((pages[sha] for sha in result.chain if sha in pages), "")
    why = result.reason
    return Line("bad", result.label, page or reverse("certificates:periodic-check"), why.cause, why.remedy)


def _pages_of(fingerprints: set[str]) -> dict[str, str]:
    if not fingerprints:
        return {}
    found = TrustedCertificate.objects.filter(sha256__in=fingerprints).values_list("sha256", "pk")
    return {sha256: certificate_url(pk) for sha256, pk in found}
