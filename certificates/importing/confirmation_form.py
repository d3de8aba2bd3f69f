"""ISE's confirmations as a form that others build on, with the *Trusted for* boxes."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

from certificates.importing import confirmations
from certificates.importing.confirmations import Confirmation
from certificates.pki.verdict import Finding
from certificates.usage_form import UsageForm


def _box(box: Confirmation) -> forms.BooleanField:
    widget = forms.CheckboxInput(attrs={"class": "form-check-input"})
    return forms.BooleanField(
        label=confirmations.LABELS[box],
        help_text=confirmations.EFFECTS[box],
        required=False,
        widget=widget,
    )


class ConfirmationForm(UsageForm):
    """One box for each confirmation; the page shows those that something needs."""

    allow_out_of_date = _box(Confirmation.OUT_OF_DATE)
    allow_sha1 = _box(Confirmation.SHA1)
    allow_not_ca = _box(Confirmation.NOT_A_CA)
    accept_warnings = _box(Confirmation.OTHER)

    def boxes_for(self, findings: Iterable[Finding]) -> list[forms.BoundField]:
        """The boxes that accept the findings, in their order."""
        needed = confirmations.boxes_for(findings)
        return [self[box.value] for box in Confirmation if box in needed]

    @property
    def confirmed(self) -> frozenset[Confirmation]:
        """The ticked boxes."""
        return frozenset(box for box in Confirmation if self.cleaned_data.get(box.value))
