"""The forms of the console's pages about guest portals and guest types."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from console.forms import CrispyForm
from guests.models import GuestType
from guests.portals import Settings

_LONGEST = 9999
_NOTICE_FIELDS = ("expiry_notice_amount", "expiry_notice_unit")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


class PortalSettingsForm(CrispyForm, forms.Form):
    """What the Self-Registered Guest Portal (default) does."""

    shows_credentials = forms.BooleanField(
        label=_("Show user name and password on the success page"),
        required=False,
        help_text=_("They are shown once. The email is sent in both cases."),
    )
    acceptable_use_policy = forms.CharField(
        label=_("Acceptable use policy"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("Empty: the text that comes with the product, in the guest's language."),
    )
    has_email_allowlist = forms.BooleanField(
        label=_("Allow only guests with an email address from these domains"), required=False
    )
    email_allowlist = forms.CharField(
        label=_("Domains"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One a line, such as testlab.com. A domain covers what lies below it."),
    )

    def clean_email_allowlist(self) -> tuple[str, ...]:
        """Return the domains, each once and in ASCII small letters."""
        words = self.cleaned_data["email_allowlist"].lower().replace(",", " ").split()
        domains = [_in_ascii(word.lstrip("@")) for word in words]
        wrong = [word for word, domain in zip(words, domains, strict=True) if not _DOMAIN.fullmatch(domain)]
        if wrong:
            raise forms.ValidationError(
                _("This is not a domain: %(words)s"), params={"words": ", ".join(wrong)}
            )
        return tuple(dict.fromkeys(domains))

    def clean(self) -> dict[str, Any]:
        """Refuse a list that is switched on and empty, and leave one alone that is switched off."""
        data = super().clean() or self.cleaned_data
        if not data.get("has_email_allowlist"):
            # The page does not send a field that is hidden; what was saved stays for the next time.
            data["email_allowlist"] = tuple(
                self.get_initial_for_field(self.fields["email_allowlist"], "email_allowlist").split()
            )
            self.errors.pop("email_allowlist", None)
        elif data.get("email_allowlist") == ():
            self.add_error("email_allowlist", _("Enter at least one domain, or nobody can register."))
        return data

    def settings(self) -> Settings:
        """Return what was set."""
        return Settings(**self.cleaned_data)


class TestMailForm(CrispyForm, forms.Form):
    """Where the test mail goes, and in which language."""

    to = forms.EmailField(label=_("Email address"), max_length=254)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class GuestTypeForm(CrispyForm, forms.ModelForm):  # type: ignore[type-arg]
    """How long accounts of a type may last, and when their holders are told of the end."""

    class Meta:
        model = GuestType
        fields = [
            "description",
            "maximum_duration",
            "default_duration",
            "duration_unit",
            "has_expiry_notice",
            "expiry_notice_amount",
            "expiry_notice_unit",
        ]
        labels = {
            "description": _("Description"),
            "maximum_duration": _("Maximum account duration"),
            "default_duration": _("Default duration"),
            "duration_unit": _("Unit"),
            "has_expiry_notice": _("Tell guests by email that their account expires"),
            "expiry_notice_amount": _("How long before the end"),
            "expiry_notice_unit": _("Unit"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("maximum_duration", "default_duration", "expiry_notice_amount"):
            self.fields[name] = forms.IntegerField(
                label=self.fields[name].label, min_value=1, max_value=_LONGEST
            )
        for name in _NOTICE_FIELDS:
            self.fields[name].required = False
        self.initial["description"] = self.instance.description_in_words

    def clean_description(self) -> str:
        """Return the description; one that was only shown in the reader's language stays what it is."""
        typed: str = self.cleaned_data["description"]
        stored = self.instance
        return stored.description if typed == stored.description_in_words else typed

    def clean(self) -> dict[str, Any]:
        """Refuse a default longer than the maximum, and a notice that is on and has no time."""
        data = super().clean() or self.cleaned_data
        for name in _NOTICE_FIELDS:
            if not data.get("has_expiry_notice"):
                # The page does not send a field that is hidden; what was saved stays for the next time.
                data[name] = self.get_initial_for_field(self.fields[name], name)
                self.errors.pop(name, None)
            elif not data.get(name) and not self.has_error(name):
                self.add_error(name, self.fields[name].error_messages["required"])
        maximum, default = data.get("maximum_duration"), data.get("default_duration")
        if maximum is not None and default is not None and default > maximum:
            self.add_error("default_duration", _("The default is longer than the maximum."))
        return data


def _in_ascii(domain: str) -> str:
    """Return the domain as A-labels, or as it is when it has none."""
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain
