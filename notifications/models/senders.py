"""The Guest email settings: one row."""

from django.db import models

DEFAULT_FROM = "donotreply@example.com"


class GuestEmail(models.Model):
    """Whether guests are mailed at all, and in whose name."""

    enabled = models.BooleanField(default=True)
    default_from = models.CharField(max_length=254, default=DEFAULT_FROM)
    always_default = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="guest_email_has_one_row")]
