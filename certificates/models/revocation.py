"""What an authority's row says about revocation, the services that are asked, and what they answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Unit(models.TextChoices):
    """ISE's units for the periods of a CRL."""

    MINUTES = "minutes", _("Minutes")
    HOURS = "hours", _("Hours")
    DAYS = "days", _("Days")
    WEEKS = "weeks", _("Weeks")

    def times(self, amount: int) -> timedelta:
        """The period of so many units."""
        return timedelta(**{str(self.value): amount})


_AMOUNT: Final = (MinValueValidator(1), MaxValueValidator(999))


class OcspProfile(models.Model):
    """One OCSP client profile: where a responder stands, and how much it is believed."""

    name = models.CharField(_("Name"), max_length=100, unique=True)
    description = models.CharField(_("Description"), max_length=500, blank=True)
    primary_url = models.CharField(_("Primary server URL"), max_length=1000, blank=True)
    secondary_url = models.CharField(_("Secondary server URL"), max_length=1000, blank=True)
    use_aia = models.BooleanField(_("Use OCSP URLs specified in the certificate"), default=False)
    timeout_seconds = models.PositiveSmallIntegerField(
        _("Timeout"), default=5, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    enable_nonce = models.BooleanField(_("Enable nonce extension support"), default=True)
    validate_signature = models.BooleanField(_("Validate response signature"), default=True)
    cache_minutes = models.PositiveIntegerField(
        _("Cache entry time to live"), default=1440, validators=[MaxValueValidator(10080)]
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(primary_url="") | Q(use_aia=True), name="ocsp_profile_has_an_address"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RevocationSettings(models.Model):
    """How certificates that this authority issued are checked; without a row they are not."""

    certificate = models.OneToOneField(
        "certificates.TrustedCertificate", models.CASCADE, primary_key=True, related_name="revocation"
    )
    ocsp_enabled = models.BooleanField(_("Validate against OCSP service"), default=False)
    ocsp_profile = models.ForeignKey(
        OcspProfile, models.PROTECT, null=True, blank=True, verbose_name=_("OCSP service")
    )
    ocsp_reject_unknown = models.BooleanField(
        _("Reject the request if OCSP returns UNKNOWN status"), default=False
    )
    ocsp_reject_unreachable = models.BooleanField(
        _("Reject the request if OCSP responder is unreachable"), default=False
    )
    crl_enabled = models.BooleanField(_("Download CRL"), default=False)
    crl_url = models.CharField(_("CRL distribution URL"), max_length=1000, blank=True)
    crl_automatic = models.BooleanField(_("Retrieve CRL automatically before expiration"), default=False)
    crl_before_amount = models.PositiveSmallIntegerField(default=5, validators=_AMOUNT)
    crl_before_unit = models.CharField(max_length=8, choices=Unit.choices, default=Unit.MINUTES)
    crl_every_amount = models.PositiveSmallIntegerField(default=1, validators=_AMOUNT)
    crl_every_unit = models.CharField(max_length=8, choices=Unit.choices, default=Unit.HOURS)
    crl_retry_amount = models.PositiveSmallIntegerField(default=10, validators=_AMOUNT)
    crl_retry_unit = models.CharField(max_length=8, choices=Unit.choices, default=Unit.MINUTES)
    crl_identity_check = models.BooleanField(_("Enable server identity check"), default=False)
    crl_bypass_if_missing = models.BooleanField(
        _("Bypass CRL verification if CRL is not received"), default=False
    )
    crl_ignore_dates = models.BooleanField(
        _("Ignore that CRL is not yet valid or has expired"), default=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ocsp_enabled=False) | Q(ocsp_profile__isnull=False), name="ocsp_needs_a_profile"
            ),
            models.CheckConstraint(
                condition=Q(ocsp_enabled=True) | Q(ocsp_reject_unknown=False, ocsp_reject_unreachable=False),
                name="ocsp_options_need_ocsp",
            ),
            models.CheckConstraint(
                condition=Q(crl_enabled=False) | ~Q(crl_url=""), name="crl_needs_an_address"
            ),
            models.CheckConstraint(
                condition=Q(crl_enabled=True)
                | Q(
                    crl_automatic=False,
                    crl_identity_check=False,
                    crl_bypass_if_missing=False,
                    crl_ignore_dates=False,
                ),
                name="crl_options_need_crl",
            ),
        ]

    def __str__(self) -> str:
        return f"revocation of certificate {self.certificate_id}"


class CrlState(models.Model):
    """The list of one authority as it was last received, and what became of the last attempt."""

    certificate = models.OneToOneField(
        "certificates.TrustedCertificate", models.CASCADE, primary_key=True, related_name="crl"
    )
    der = models.BinaryField(null=True)
    number = models.CharField(max_length=64, blank=True)
    this_update = models.DateTimeField(null=True)
    next_update = models.DateTimeField(null=True)
    revoked_count = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(null=True)
    last_modified = models.CharField(max_length=100, blank=True)
    attempted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, db_index=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_params = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"CRL of certificate {self.certificate_id}"


class OcspAnswer(models.Model):
    """A verified answer about one certificate, kept for as long as its profile and the answer allow."""

    issuer_key = models.CharField(max_length=64)
    serial_hex = models.CharField(max_length=128)
    profile = models.ForeignKey(OcspProfile, models.CASCADE)
    response = models.BinaryField()
    url = models.CharField(max_length=1000)
    milliseconds = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()
    keep_until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("profile", "issuer_key", "serial_hex", name="ocsp_answer_unique")
        ]

    def __str__(self) -> str:
        return f"OCSP answer for {self.serial_hex}"


class CheckSettings(models.Model):
    """Certificate Periodic Check Settings: when the chains in use are checked against OCSP and CRLs.

    `due_at` is the moment of the next check, `started_at` and `checked_at` are begin and end of the last one.
    """

    is_on = models.BooleanField(_("Check the certificates in use against OCSP and CRL"), default=True)
    first_at = models.TimeField(_("First check at"), default="00:00")
    every_hours = models.PositiveSmallIntegerField(
        _("Check every"), default=24, validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    due_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="certificate_check_settings_single")]

    def __str__(self) -> str:
        return f"every {self.every_hours} hours from {self.first_at}"


class CertificateCheck(models.Model):
    """What the last periodic check found about the chain of one endpoint."""

    endpoint = models.CharField(max_length=300, unique=True)
    code = models.CharField(max_length=40)
    verdict = models.JSONField(default=dict)
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.code}"
