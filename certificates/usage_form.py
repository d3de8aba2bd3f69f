"""The four *Trusted for* boxes as a form that others build on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from certificates import words
from certificates.models import USAGE_COLUMNS
from certificates.pki.verdict import Finding
from certificates.usages import EFFECTS, LABELS, Usage, missing_for
from console.forms import CrispyForm


def _box(usage: Usage) -> forms.BooleanField:
    widget = forms.CheckboxInput(attrs={"class": "form-check-input"})
    return forms.BooleanField(label=LABELS[usage], help_text=EFFECTS[usage], required=False, widget=widget)


class UsageForm(CrispyForm, forms.Form):
    """The four *Trusted for* boxes with ISE's dependencies."""

    trust_infrastructure = _box(Usage.INFRASTRUCTURE)
    trust_endpoints = _box(Usage.ENDPOINTS)
    trust_admin_auth = _box(Usage.ADMIN_AUTH)
    trust_cisco_services = _box(Usage.CISCO_SERVICES)

    @property
    def usages(self) -> frozenset[Usage]:
        """The ticked boxes."""
        return frozenset(usage for usage, name in USAGE_COLUMNS.items() if self.cleaned_data.get(name))

    def clean(self) -> dict[str, Any]:
        """Say beside each box which other boxes it needs."""
        cleaned = super().clean() or self.cleaned_data
        for usage, needs in missing_for(self.usages).items():
            finding = Finding("USAGE_NEEDS", {"usage": usage.value, "needs": ",".join(needs)}, "E")
            self.add_error(USAGE_COLUMNS[usage], words.sentence_of(finding))
        return cleaned

    def show(self, findings: Iterable[Finding], *, field: str) -> None:
        """Put refusals beside the fields they belong to; what belongs to none stands beside `field`."""
        for finding in findings:
            at = {"NAME_TAKEN": "friendly_name", "CHANGED_MEANWHILE": None}.get(finding.code, field)
            self.add_error(at, words.sentence_of(finding))
