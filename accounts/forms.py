"""The forms of the accounts pages: they check and convert, and save nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import faults, lockout, passwords
from accounts.models import MAX_LIFETIME_DAYS, Group, PasswordPolicy, User
from accounts.persons import DirectoryError
from accounts.portals import portal_of
from console.forms import CrispyForm
from console.plain_text import refuse_hidden_characters, refuse_unusual_user_name


class SignInForm(CrispyForm, LoginForm):  # type: ignore[misc]
    """User name and password, at the door of the portal that the request's path belongs to."""

    def __init__(self, *args: Any, request: HttpRequest, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        self.now = now
        self.is_locked = False
        self.fields["login"].label = _("User name")
        self.fields["login"].widget.attrs = {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs = {"autocomplete": "current-password"}

    def clean(self) -> dict[str, Any]:
        """Check the lockout, then the password, then whether the person belongs in this portal."""
        cleaned: dict[str, Any] = self.cleaned_data
        if self.errors:
            return cleaned
        name = cleaned["login"]
        self._refuse_while_locked(name)
        if lockout.is_flooded(self.request, name, now=self.now):
            self.is_locked = True
            raise forms.ValidationError(lockout.flood_sentence())
        try:
            super().clean()
        except forms.ValidationError:
            if lockout.seconds_left(self.request, name, now=self.now):
                lockout.record_lock(self.request, name, now=self.now)
                self._refuse_while_locked(name)
            raise
        self._refuse_strangers()
        return cleaned

    def _refuse_while_locked(self, name: str) -> None:
        seconds = lockout.seconds_left(self.request, name, now=self.now)
        if seconds:
            self.is_locked = True
            raise forms.ValidationError(lockout.sentence(seconds))

    def _refuse_strangers(self) -> None:
        """Raise ValidationError; only somebody who knew the password learns this much."""
        user: User = self.user
        portal = portal_of(self.request.path_info)
        if not user.is_enabled:
            raise forms.ValidationError(_("Your account is disabled. Ask an administrator."))
        if not portal.admits(user):
            raise forms.ValidationError(portal.no_entry)


class PasswordChangeForm(CrispyForm, forms.Form):
    """The current password and a new one, twice."""

    old_password = forms.CharField(
        label=_("Current password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=passwords.MAX_LENGTH,
        help_text=_("8 to 128 characters. A few random words make a good password."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated = forms.CharField(
        label=_("New password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Compare the two new passwords."""
        cleaned = super().clean() or {}
        if "password" in cleaned and cleaned.get("repeated") not in {None, cleaned["password"]}:
            self.add_error("repeated", _("The two passwords are not the same."))
        return cleaned


class PasswordResetForm(forms.Form):
    """A password for somebody else; left empty, one is made."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        required=False,
        max_length=passwords.MAX_LENGTH,
        help_text=_("Leave it empty to have one made. It must be changed at the next sign-in."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class PersonForm(CrispyForm, forms.Form):
    """Names, address and group of a person of one kind; `person` is who is changed."""

    first_name = forms.CharField(
        label=_("First name"), max_length=100, required=False, validators=[refuse_hidden_characters]
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=100, required=False, validators=[refuse_hidden_characters]
    )
    email = forms.EmailField(
        label=_("Email"), required=False, help_text=_("Where password reminders and alarms go.")
    )
    group = forms.ChoiceField(label=_("Group"))
    include_system_alarms = forms.BooleanField(label=_("Include system alarms in emails"), required=False)

    def __init__(self, *args: Any, kind: str, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.person = kind, person
        is_admin = kind == User.Kind.ADMIN
        group_kind = Group.Kind.ADMIN if is_admin else Group.Kind.IDENTITY
        names = Group.objects.filter(kind=group_kind).values_list("name", flat=True)
        self.fields["group"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        if not is_admin:
            del self.fields["include_system_alarms"]

    def clean(self) -> dict[str, Any]:
        """Say all that is wrong in one round: what the directory would refuse, beside what is no value."""
        cleaned = super().clean() or {}
        for field, reasons in self._faults(dict(cleaned)).items():
            if not field or (field in self.fields and not self.has_error(field)):
                for reason in reasons:
                    self.add_error(field or None, reason)
        return cleaned

    def _faults(self, typed: dict[str, Any]) -> faults.Faults:
        if self.person is None:
            return {}
        group = typed.pop("group", None) or next(iter(self.person.group_names), "")
        return faults.of_change(user=self.person, group=group, **typed)


class NewPersonForm(PersonForm):
    """A person who does not exist yet, with a first password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=100,
        validators=[refuse_unusual_user_name],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = PasswordResetForm.base_fields["password"]

    field_order = ["username", "password", "first_name", "last_name", "email", "group"]

    def _faults(self, typed: dict[str, Any]) -> faults.Faults:
        typed.pop("group", None)
        needed = {"username": typed.pop("username", ""), "password": typed.pop("password", "")}
        return faults.of_new_person(kind=self.kind, **needed, **typed)


class PolicyForm(CrispyForm, forms.Form):
    """For how long passwords last and when their owners are reminded."""

    passwords_end = forms.BooleanField(label=_("Passwords expire"), required=False)
    lifetime_days = forms.IntegerField(
        label=_("Days after creation or last change"),
        required=False,
        min_value=1,
        max_value=MAX_LIFETIME_DAYS,
        initial=45,
    )
    remind_days_before = forms.IntegerField(
        label=_("Send an email reminder this many days before"),
        required=False,
        min_value=1,
        max_value=MAX_LIFETIME_DAYS,
        initial=15,
    )

    @staticmethod
    def initial_of(policy: PasswordPolicy) -> dict[str, Any]:
        """Return what the form shows of a policy."""
        shown: dict[str, Any] = {"passwords_end": policy.lifetime_days is not None}
        if policy.lifetime_days is not None:
            shown.update(lifetime_days=policy.lifetime_days, remind_days_before=policy.remind_days_before)
        return shown

    def clean(self) -> dict[str, Any]:
        """Ask for both numbers when passwords expire, and for neither when they do not."""
        cleaned = super().clean() or {}
        if not cleaned.get("passwords_end"):
            return {"lifetime_days": None, "remind_days_before": cleaned.get("remind_days_before") or 15}
        for name in ("lifetime_days", "remind_days_before"):
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, _("Enter a number of days."))
        return {name: cleaned.get(name) for name in ("lifetime_days", "remind_days_before")}


def carry_out(form: forms.Form, change: Callable[[], Any]) -> bool:
    """Make a change; put a refusal beside its field and return False."""
    try:
        change()
    except DirectoryError as error:
        field = error.field if error.field in form.fields else None
        form.add_error(field, error.reasons)
        return False
    return True
