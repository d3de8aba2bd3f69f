"""The forms that change a trusted certificate: they check and convert, and store nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from certificates.detail.editing import Edit, WouldBreak
from certificates.models import USAGE_COLUMNS, Status, TrustedCertificate
from certificates.revocation.settings import ChangeRefused
from certificates.revocation.settings_forms import RevocationForm
from certificates.truststore import Change, EditRefused
from certificates.usage_form import UsageForm

NAME_LENGTH: Final = 255
Refusal = EditRefused | ChangeRefused | WouldBreak
REFUSALS: Final = (EditRefused, ChangeRefused, WouldBreak)


class EditForm(UsageForm):
    """What can be changed of a trusted certificate itself."""

    friendly_name = forms.CharField(label=_("Friendly name"), max_length=NAME_LENGTH)
    status = forms.ChoiceField(label=_("Status"), choices=Status.choices)
    description = forms.CharField(label=_("Description"), required=False, max_length=500)
    accepts_breaks = forms.BooleanField(
        label=_("Save in spite of this"),
        help_text=_("This is written down in the audit."),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

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


class EditForms:
    """The forms of the edit page as one: the certificate, and how its status is validated."""

    def __init__(self, certificate: TrustedCertificate, data: Mapping[str, Any] | None = None) -> None:
        self.main = EditForm.of(certificate) if data is None else EditForm(data)
        self.validation = RevocationForm(data, certificate=certificate)

    def __iter__(self) -> Iterator[BoundField]:
        return chain(self.main, self.validation)

    @property
    def errors(self) -> dict[str, Any]:
        """The errors of both, for the summary above the page."""
        return {**self.main.errors, **{f"status-{name}": e for name, e in self.validation.errors.items()}}

    @property
    def non_field_errors(self) -> list[str]:
        """The errors of both that stand beside no field."""
        return [*self.main.non_field_errors(), *self.validation.non_field_errors()]

    def are_valid(self) -> bool:
        """Whether both can be stored, as far as the forms can tell."""
        return all([self.main.is_valid(), self.validation.is_valid()])

    @property
    def edit(self) -> Edit:
        """What both ask for."""
        accepts = bool(self.main.cleaned_data.get("accepts_breaks"))
        return Edit(self.main.change, self.validation.change, accepts)

    def refuse(self, refusal: Refusal) -> None:
        """Show why nothing was changed, beside the fields it is about."""
        if isinstance(refusal, EditRefused):
            self.main.show(refusal.findings, field="friendly_name")
        elif isinstance(refusal, ChangeRefused):
            self.validation.show(refusal.faults)
        else:
            self.main.add_error(
                "accepts_breaks", _("Connections that work today would fail. Tick this box to save anyway.")
            )
