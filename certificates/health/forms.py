"""The form of the Certificate Periodic Check Settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from certificates.health import schedule
from certificates.health.schedule import Schedule
from certificates.models import CheckSettings
from console.forms import CrispyForm

_EVERY = _("Enter 1 to 24 hours.")
_TIME = _("Enter a time of the day, such as 02:30.")


class ScheduleForm(CrispyForm, forms.Form):
    """When the chains in use are checked; `schedule` is what the door takes."""

    is_on = forms.BooleanField(label=_("Check the certificates in use against OCSP and CRL"), required=False)
    first_at = forms.TimeField(
        label=_("First check at"),
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        error_messages={"invalid": _TIME},
        help_text=format_lazy(_("Time zone of this deployment: {zone}."), zone=settings.TIME_ZONE),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    every_hours = forms.IntegerField(
        label=_("Check every (hours)"),
        required=False,
        min_value=1,
        max_value=24,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _EVERY),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, stored: CheckSettings) -> None:
        self._stored = schedule.chosen(stored)
        super().__init__(data, initial=vars(self._stored))

    @property
    def schedule(self) -> Schedule:
        """What the checked values choose; a check that is off keeps the times that are stored."""
        if not self.cleaned_data["is_on"]:
            return Schedule(False, self._stored.first_at, self._stored.every_hours)
        return Schedule(True, self.cleaned_data["first_at"], self.cleaned_data["every_hours"])

    def clean(self) -> dict[str, Any]:
        """Ask for the times only while the check is on: the page leaves out the fields of one that is off."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("is_on"):
            for name in ("first_at", "every_hours"):
                self.errors.pop(name, None)
            return cleaned
        for name, sentence in (("first_at", _TIME), ("every_hours", _EVERY)):
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, str(sentence))
        return cleaned
