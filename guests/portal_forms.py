"""The forms of the guest portal and the sponsor portal."""

from datetime import datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from console import moments
from console.forms import CrispyForm
from console.plain_text import refuse_hidden_characters
from guests.letters import duration_in_words
from guests.lifecycle import PeriodFault, period_faults
from guests.models import GuestType
from guests.registration import Visitor
from guests.sponsors import Sponsor
from guests.sponsorship import GuestDetails

_PHONE = RegexValidator(
    r"\A\+?[0-9 ().-]{5,31}\Z", _("Write a phone number with digits, for example +1 408 555 0142.")
)
_HORIZON = timedelta(days=3650)
_LINE_END = mark_safe("<br>")
_TOKEN = RegexValidator(r"\A[A-Za-z0-9_-]{20,60}\Z")
_FAULTS = {
    PeriodFault.STARTS_IN_THE_PAST: ("begins_at", _("The start is in the past.")),
    PeriodFault.STARTS_TOO_FAR_AHEAD: (
        "begins_at",
        _("The start is further ahead than your sponsor group allows."),
    ),
    PeriodFault.ENDS_BEFORE_START: ("ends_at", _("The end must be after the start.")),
    PeriodFault.ENDS_IN_THE_PAST: ("ends_at", _("The end is in the past.")),
    PeriodFault.LONGER_THAN_TYPE_ALLOWS: (
        "ends_at",
        _("The account would last longer than its guest type allows."),
    ),
}


class PortalForm(CrispyForm, forms.Form):
    """A form with the portals' own fields: required ones carry no mark, optional ones say so."""

    form_token = forms.CharField(widget=forms.HiddenInput, validators=[_TOKEN])

    @property
    def helper(self) -> FormHelper:
        """The crispy helper, with the portals' field template."""
        helper = super().helper
        helper.field_template = "portal/_field.html"
        helper.form_show_errors = False
        helper.render_hidden_fields = True
        return helper


# Django's field takes a type argument in its stubs only.
class GuestTypeField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of guest types under their names in the reader's language."""

    def label_from_instance(self, obj: GuestType) -> str:
        """Return what an option says."""
        return obj.label


class RegistrationForm(PortalForm):
    """What a visitor writes to get an account."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=100,
        validators=[refuse_hidden_characters],
        widget=forms.TextInput({"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=100,
        validators=[refuse_hidden_characters],
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        help_text=_("We send your user name and password here."),
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email"}),
    )
    company = forms.CharField(
        label=_("Company"),
        max_length=100,
        required=False,
        validators=[refuse_hidden_characters],
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    accepts_policy = forms.BooleanField(
        label=_("I accept the acceptable use policy"),
        error_messages={"required": _("Accept the acceptable use policy to continue.")},
    )

    @property
    def helper(self) -> FormHelper:
        """The crispy helper, with both names in one row and the policy before its box."""
        helper = super().helper
        helper.layout = Layout(
            Div("first_name", "last_name", css_class="ip-row"),
            "email",
            "company",
            Field("accepts_policy", template="guests/portal/_policy.html"),
        )
        return helper

    def visitor(self) -> Visitor:
        """Return what was written, with the language of the page."""
        data = self.cleaned_data
        return Visitor(
            first_name=data["first_name"],
            last_name=data["last_name"],
            email=data["email"],
            company=data["company"],
            language=get_language() or settings.LANGUAGE_CODE,
        )


class GuestForm(PortalForm):
    """What a sponsor writes to make an account for a known guest."""

    first_name = forms.CharField(label=_("First name"), max_length=100, validators=[refuse_hidden_characters])
    last_name = forms.CharField(label=_("Last name"), max_length=100, validators=[refuse_hidden_characters])
    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        required=False,
        help_text=_("Needed to send the credentials by email."),
        widget=forms.EmailInput({"inputmode": "email"}),
    )
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=32,
        required=False,
        validators=[_PHONE],
        widget=forms.TextInput({"type": "tel", "inputmode": "tel"}),
    )
    company = forms.CharField(
        label=_("Company"), max_length=100, required=False, validators=[refuse_hidden_characters]
    )
    guest_type = GuestTypeField(label=_("Guest type"), queryset=GuestType.objects.none(), empty_label=None)
    begins_at = forms.DateTimeField(label=_("From"), required=False)
    ends_at = forms.DateTimeField(label=_("To"), required=False)
    language = forms.ChoiceField(label=_("Language of the email"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, sponsor: Sponsor, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sponsor, self.now = sponsor, now
        types = sponsor.guest_types
        self.fields["guest_type"].queryset = types  # type: ignore[attr-defined]
        for name in ("begins_at", "ends_at"):
            self.fields[name].widget = forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
        self.fields["begins_at"].help_text = gettext("Empty: from now. Times are in %(zone)s.") % {
            "zone": moments.zone_name(now)
        }
        self.fields["ends_at"].help_text = _("Empty: the usual time of the guest type.")
        self.fields["guest_type"].help_text = format_html_join(
            _LINE_END, "{}", ([_in_words(kind)] for kind in types)
        )

    @property
    def helper(self) -> FormHelper:
        """The crispy helper, with short fields in pairs."""
        helper = super().helper
        helper.layout = Layout(
            Div("first_name", "last_name", css_class="ip-row"),
            "email",
            Div("phone", "company", css_class="ip-row"),
            "guest_type",
            Div("begins_at", "ends_at", css_class="ip-row"),
            "language",
        )
        return helper

    def clean(self) -> dict[str, Any]:
        """Fill in the dates left empty and judge them."""
        data = super().clean() or self.cleaned_data
        guest_type = data.get("guest_type")
        if guest_type is None or self.has_error("begins_at") or self.has_error("ends_at"):
            return data
        horizon = self.now + _HORIZON
        for name in ("begins_at", "ends_at"):
            if data[name] and data[name] > horizon:
                self.add_error(name, _("Choose a date within the next ten years."))
        if self.errors.keys() & {"begins_at", "ends_at"}:
            return data
        zone = timezone.get_default_timezone()
        data["begins_at"] = data["begins_at"] or self.now
        data["ends_at"] = data["ends_at"] or guest_type.usual.after(data["begins_at"], zone)
        rules = self.sponsor.rules_for(guest_type)
        for fault in period_faults(
            begins_at=data["begins_at"], ends_at=data["ends_at"], rules=rules, now=self.now
        ):
            self.add_error(*_FAULTS[fault])
        return data

    def details(self) -> GuestDetails:
        """Return what was written."""
        return GuestDetails(
            **{name: value for name, value in self.cleaned_data.items() if name != "form_token"}
        )


class NotifyForm(forms.Form):
    """The button that sends a guest's credentials; `may_renew` agrees to a new password."""

    form_token = forms.CharField(widget=forms.HiddenInput, validators=[_TOKEN])
    may_renew = forms.BooleanField(required=False, widget=forms.HiddenInput)


def _in_words(guest_type: GuestType) -> str:
    return gettext("%(name)s: usually %(usual)s, at most %(maximum)s") % {
        "name": guest_type.short_label,
        "usual": duration_in_words(guest_type.usual),
        "maximum": duration_in_words(guest_type.maximum),
    }
