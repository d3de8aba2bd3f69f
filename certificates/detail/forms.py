"""The form that changes a trusted certificate: it checks and converts, and stores nothing."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.models import USAGE_COLUMNS, Status, TrustedCertificate
from certificates.truststore import Change, EditRefused
from certificates.usage_form import UsageForm

NAME_LENGTH: Final = 255


class EditForm(UsageForm):
    """What can be changed of a trusted certificate."""

    friendly_name = forms.CharField(label=_("Friendly name"), max_length=NAME_LENGTH)
    status = forms.ChoiceField(label=_("Status"), choices=Status.choices)
    description = forms.CharField(label=_("Description"), required=False, max_length=500)

    field_order = ("friendly_name", "status", "description")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in USAGE_COLUMNS.values():
            self.fields[name].help_text = ""

    @classmethod
    def of(cls, certificate: TrustedCertificate) -> EditForm:
        """The form filled with what is stored."""
        names = ["friendly_name", "status", "description", *USAGE_COLUMNS.values()]
        return cls(initial={name: getattr(certificate, name) for name in names})

    @property
    def change(self) -> Change:
        """What the form asks the truststore to set."""
        cleaned = self.cleaned_data
        return Change(
            friendly_name=cleaned["friendly_name"],
            description=cleaned["description"],
            status=Status(cleaned["status"]),
            usages=self.usages,
        )

    def refuse(self, refusal: EditRefused) -> None:
        """Show why nothing was changed."""
        self.show(refusal.findings, field="friendly_name")
