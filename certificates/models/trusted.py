"""The trusted certificates, with every field that a page shows as a column."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Lower
from django.utils.translation import gettext_lazy as _

from certificates.usages import Usage

USAGE_COLUMNS: Final[dict[Usage, str]] = {
    Usage.INFRASTRUCTURE: "trust_infrastructure",
    Usage.ENDPOINTS: "trust_endpoints",
    Usage.ADMIN_AUTH: "trust_admin_auth",
    Usage.CISCO_SERVICES: "trust_cisco_services",
}
SEARCH_LENGTH: Final = 600
"""Characters of a row that the index for searching holds; PostgreSQL bounds what one entry may take."""
_FACETS: Final = ("status", *USAGE_COLUMNS.values())
_SEARCHED: Final = ("friendly_name", "serial_hex", "subject", "issuer")


class Status(models.TextChoices):
    """Whether a certificate is used to establish trust."""

    ENABLED = "enabled", _("Enabled")
    DISABLED = "disabled", _("Disabled")


class Band(models.TextChoices):
    """How near the end of its validity a certificate is; derived from the clock, never stored."""

    EXPIRED = "expired", _("Expired")
    WITHIN_30 = "30", _("Within 30 days")
    WITHIN_60 = "60", _("Within 60 days")
    WITHIN_90 = "90", _("Within 90 days")
    VALID = "valid", _("Valid")
    NOT_YET_VALID = "future", _("Not yet valid")


def band_filter(band: Band, now: datetime) -> Q:
    """The rows of one band at `now`; every row is in exactly one."""
    edges = {
        Band.WITHIN_30: (timedelta(0), timedelta(days=30)),
        Band.WITHIN_60: (timedelta(days=30), timedelta(days=60)),
        Band.WITHIN_90: (timedelta(days=60), timedelta(days=90)),
    }
    begun = Q(not_before__lte=now)
    if band == Band.EXPIRED:
        return Q(not_after__lt=now)
    if band == Band.NOT_YET_VALID:
        return Q(not_before__gt=now, not_after__gte=now)
    if band == Band.VALID:
        return begun & Q(not_after__gte=now + timedelta(days=90))
    low, high = edges[band]
    return begun & Q(not_after__gte=now + low, not_after__lt=now + high)


class TrustedCertificateQuerySet(models.QuerySet["TrustedCertificate"]):
    """Adjectives for trusted certificates."""

    def bulk_create(self, objs: Iterable[TrustedCertificate], *args: Any, **options: Any) -> Any:
        """Store many rows at once, each with the text by which it is found."""
        rows = list(objs)
        for row in rows:
            row.note_search_text()
        return super().bulk_create(rows, *args, **options)

    def update(self, **values: Any) -> int:
        """Change rows in place; raises TypeError for what the text of a search is made of."""
        if not values.keys().isdisjoint(_SEARCHED):
            raise TypeError(f"{', '.join(_SEARCHED)} are changed by save()")
        return super().update(**values)

    def enabled(self) -> TrustedCertificateQuerySet:
        """Those that are used to establish trust."""
        return self.filter(status=Status.ENABLED)

    def trusted_for(self, usage: Usage) -> TrustedCertificateQuerySet:
        """Those whose box for the usage is ticked."""
        return self.filter(**{USAGE_COLUMNS[usage]: True})

    def trusted_for_nothing(self) -> TrustedCertificateQuerySet:
        """Those without any box ticked."""
        return self.filter(**dict.fromkeys(USAGE_COLUMNS.values(), False))

    def in_date(self, now: datetime) -> TrustedCertificateQuerySet:
        """Those whose validity period covers `now`."""
        return self.filter(not_before__lte=now, not_after__gte=now)

    def in_band(self, band: Band, now: datetime) -> TrustedCertificateQuerySet:
        """Those that are that near their end."""
        return self.filter(band_filter(band, now))

    def with_revocation(self) -> TrustedCertificateQuerySet:
        """Rows together with their rules of revocation and their list."""
        return self.select_related("revocation__ocsp_profile", "crl")

    def for_listing(self) -> TrustedCertificateQuerySet:
        """Rows without the columns that no list shows."""
        return self.defer("der", "names", "description", "sha1", "search_text")


class TrustedCertificate(models.Model):
    """One certificate that may end a chain; its fields were read once, when it was imported."""

    friendly_name = models.CharField(_("Friendly name"), max_length=255)
    description = models.CharField(_("Description"), max_length=500, blank=True)
    status = models.CharField(_("Status"), max_length=8, choices=Status.choices, default=Status.ENABLED)
    trust_infrastructure = models.BooleanField(default=False)
    trust_endpoints = models.BooleanField(default=False)
    trust_admin_auth = models.BooleanField(default=False)
    trust_cisco_services = models.BooleanField(default=False)

    der = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    sha1 = models.CharField(max_length=40)
    subject = models.TextField()
    subject_key = models.CharField(max_length=64)
    issuer = models.TextField()
    issued_to = models.CharField(max_length=255)
    issued_by = models.CharField(max_length=255)
    serial_hex = models.CharField(max_length=128)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    signature_algorithm = models.CharField(max_length=80)
    key_kind = models.CharField(max_length=80)
    key_bits = models.PositiveIntegerField()
    key_sha256 = models.CharField(max_length=64)
    is_ca = models.BooleanField(null=True)
    is_self_issued = models.BooleanField()
    names = models.JSONField(default=list)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=150)
    search_text = models.TextField(editable=False)

    objects = TrustedCertificateQuerySet.as_manager()

    class Meta:
        ordering = ["friendly_name", "pk"]
        # The first three hold all that counting, filtering and searching look at, and each order its own key:
        # a page of a large store is found in an index, and only its own rows are read.
        indexes = [
            models.Index(*_FACETS, "not_after", "not_before", "id", name="trusted_facets"),
            models.Index("not_after", "id", "not_before", *_FACETS, name="trusted_ends"),
            models.Index(*_FACETS, "search_text", "id", "not_after", "not_before", name="trusted_search"),
            models.Index(Length("search_text"), "id", name="trusted_search_length"),
            models.Index("not_before", "id", name="trusted_begins"),
            models.Index(Lower("friendly_name"), "id", "friendly_name", name="trusted_name_order"),
            models.Index(Lower("issued_to"), "id", "issued_to", name="trusted_issued_to"),
            models.Index(Lower("issued_by"), "id", "issued_by", name="trusted_issued_by"),
            models.Index(Length("serial_hex"), "serial_hex", "id", name="trusted_serial_order"),
            models.Index("serial_hex", name="trusted_serial"),
            models.Index("sha1", name="trusted_sha1"),
            models.Index("subject_key", name="trusted_subject_key"),
            models.Index("key_sha256", name="trusted_key"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("friendly_name"), name="trusted_friendly_name_unique"),
            models.CheckConstraint(
                condition=Q(trust_endpoints=False) | Q(trust_infrastructure=True),
                name="trusted_endpoints_need_infrastructure",
            ),
            models.CheckConstraint(
                condition=Q(trust_admin_auth=False) | Q(trust_infrastructure=True, trust_endpoints=True),
                name="trusted_admin_auth_needs_both",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="trusted_status_known"),
        ]

    def __str__(self) -> str:
        return self.friendly_name

    def save(self, *args: Any, **options: Any) -> None:
        """Store the row with the text by which it is found."""
        self.note_search_text()
        if options.get("update_fields") is not None:
            options["update_fields"] = {*options["update_fields"], "search_text"}
        super().save(*args, **options)

    def note_search_text(self) -> None:
        """Set the text that a search looks through; databases do not agree on the case of letters."""
        self.search_text = " ".join(getattr(self, name) for name in _SEARCHED).casefold()[:SEARCH_LENGTH]

    @property
    def is_enabled(self) -> bool:
        """Whether the certificate is used to establish trust."""
        return self.status == Status.ENABLED

    @property
    def usages(self) -> frozenset[Usage]:
        """What the certificate is trusted for."""
        return frozenset(usage for usage, column in USAGE_COLUMNS.items() if getattr(self, column))

    def set_usages(self, usages: frozenset[Usage]) -> None:
        """Tick exactly these boxes; the row is not saved."""
        for usage, column in USAGE_COLUMNS.items():
            setattr(self, column, usage in usages)

    def band(self, now: datetime) -> Band:
        """The band of this row at `now`, the same as `band_filter` finds."""
        if self.not_after < now:
            return Band.EXPIRED
        if self.not_before > now:
            return Band.NOT_YET_VALID
        left = self.not_after - now
        for days, band in ((30, Band.WITHIN_30), (60, Band.WITHIN_60), (90, Band.WITHIN_90)):
            if left < timedelta(days=days):
                return band
        return Band.VALID
