"""The form of the SMTP server page: it checks and converts, and saves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from console.forms import CrispyForm
from deployment.personas import NodeInfo
from notifications import relay
from notifications.models.relay import HIGHEST_TIMEOUT, LOWEST_TIMEOUT, RelaySettings
from notifications.smtp.credentials import (
    MAX_PASSWORD_LENGTH,
    MAX_USER_LENGTH,
    CredentialsRefused,
    check_password,
    check_user,
)
from notifications.smtp.hostname import HostRefused, clean_host
from notifications.smtp.settings import ServerSettings, TlsMode

HOST_REFUSALS: Final = {
    "EMPTY": _("Enter the SMTP server."),
    "SCHEME": _("Enter the name or address alone, without smtp:// or a path."),
    "PORT": _("Enter the port in the field beside."),
    "SPACE": _("A host name has no spaces or invisible characters."),
    "SCOPE": _("An address with a zone (%) cannot be used on every node."),
    "ADDRESS": _("This is not a valid IP address."),
    "NAME": _("This is not a valid host name."),
}
CREDENTIAL_REFUSALS: Final = {
    "CONTROL": _("Control characters cannot be used here."),
    "USER_TOO_LONG": _("A user name has at most 320 characters."),
    "PASSWORD_TOO_LONG": _("A password has at most 1,000 characters."),
}
PORT_REFUSAL: Final = _("Enter a port from 1 to 65535.")
TIMEOUT_REFUSAL: Final = _("Enter 1 to 300 seconds.")
NEGOTIATIONS: Final = [
    (TlsMode.AUTO.value, _("Automatic")),
    (TlsMode.STARTTLS.value, "STARTTLS"),
    (TlsMode.IMPLICIT.value, _("TLS on connect")),
]
MINIMUM_VERSIONS: Final = [("1.2", "TLS 1.2"), ("1.3", "TLS 1.3")]
_NUMBERS: Final = {"inputmode": "numeric", "autocomplete": "off"}


class _NumberField(forms.IntegerField):
    """A whole number in the digits 0 to 9; those of other scripts are refused."""

    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values and not str(value).isascii():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


def _refusals(text: Any) -> dict[str, Any]:
    return dict.fromkeys(("required", "invalid", "min_value", "max_value"), text)


class SmtpServerForm(CrispyForm, forms.Form):
    """The SMTP server as the page shows it; `server` and `keep_password` are what the door takes."""

    host = forms.CharField(
        label=_("SMTP server"),
        max_length=1000,
        error_messages={"required": HOST_REFUSALS["EMPTY"]},
        help_text=_("Host name or IP address of the relay."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    port = _NumberField(
        label=_("SMTP port"),
        initial=25,
        min_value=1,
        max_value=65535,
        error_messages=_refusals(PORT_REFUSAL),
        widget=forms.TextInput(attrs=_NUMBERS),
    )
    timeout_seconds = _NumberField(
        label=_("Connection timeout (s)"),
        initial=60,
        min_value=LOWEST_TIMEOUT,
        max_value=HIGHEST_TIMEOUT,
        error_messages=_refusals(TIMEOUT_REFUSAL),
        widget=forms.TextInput(attrs=_NUMBERS),
    )
    use_tls = forms.BooleanField(label=_("Use TLS/SSL encryption"), required=False)
    negotiation = forms.ChoiceField(
        label=_("Negotiation"),
        choices=NEGOTIATIONS,
        initial=TlsMode.AUTO.value,
        required=False,
        help_text=_("Automatic is TLS on connect on port 465 and STARTTLS on any other."),
    )
    minimum_tls = forms.ChoiceField(
        label=_("Minimum TLS version"), choices=MINIMUM_VERSIONS, initial="1.2", required=False
    )
    use_password = forms.BooleanField(label=_("Use password authentication"), required=False)
    user = forms.CharField(
        label=_("User name"),
        max_length=MAX_USER_LENGTH,
        required=False,
        error_messages={"max_length": CREDENTIAL_REFUSALS["USER_TOO_LONG"]},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=MAX_PASSWORD_LENGTH,
        required=False,
        error_messages={"max_length": CREDENTIAL_REFUSALS["PASSWORD_TOO_LONG"]},
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    allow_cleartext_password = forms.BooleanField(
        label=_("Send the password without encryption"),
        required=False,
        help_text=_("Anybody on the way to the server can then read it. The audit records this choice."),
    )

    def __init__(self, *args: Any, saved: RelaySettings | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if saved is not None and saved.password_sealed:
            field = self.fields["password"]
            field.widget.attrs["placeholder"] = "••••••••••••"
            field.help_text = _(
                "Leave it empty to keep the stored password. It has to be typed again when the server or "
                "the user name changes, or when the encryption is weakened."
            )

    @classmethod
    def of(cls, saved: RelaySettings | None) -> SmtpServerForm:
        """The form filled with what is saved, or with ISE's defaults."""
        if saved is None:
            return cls(saved=None)
        initial = {
            "host": saved.host,
            "port": saved.port,
            "timeout_seconds": saved.timeout_seconds,
            "use_tls": saved.tls != TlsMode.NONE,
            "negotiation": TlsMode.AUTO.value if saved.tls == TlsMode.NONE else saved.tls,
            "minimum_tls": saved.minimum_tls,
            "use_password": bool(saved.user),
            "user": saved.user,
            "allow_cleartext_password": saved.allow_cleartext_password,
        }
        return cls(initial=initial, saved=saved)

    @property
    def server(self) -> ServerSettings:
        """The server that the checked values describe; its password is what was typed."""
        values = self.cleaned_data
        is_encrypted, signs_in = values["use_tls"], values["use_password"]
        return ServerSettings(
            host=values["host"],
            port=values["port"],
            timeout_seconds=values["timeout_seconds"],
            tls=TlsMode(values["negotiation"] or TlsMode.AUTO) if is_encrypted else TlsMode.NONE,
            minimum_tls=values["minimum_tls"] or "1.2",
            user=values["user"] if signs_in else "",
            password=values["password"] if signs_in else "",
        )

    @property
    def keep_password(self) -> bool:
        """Whether the stored password is meant: the field was left empty."""
        return self.server.user != "" and self.server.password == ""

    @property
    def allows_cleartext_password(self) -> bool:
        """Whether the password may travel without TLS."""
        return bool(self.cleaned_data["allow_cleartext_password"])

    def clean_host(self) -> str:
        """Return the host as it goes over the wire."""
        try:
            return clean_host(self.cleaned_data["host"])
        except HostRefused as refused:
            raise ValidationError(HOST_REFUSALS[refused.reason]) from refused

    def clean_user(self) -> str:
        """Refuse what no sign-in can carry."""
        return _checked(self.cleaned_data["user"], check_user)

    def clean_password(self) -> str:
        """Refuse what no sign-in can carry."""
        return _checked(self.cleaned_data["password"], check_password)

    def clean(self) -> dict[str, Any]:
        """Ask for what the switches make necessary, beside the field that lacks it."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("use_password"):
            return cleaned
        if not cleaned.get("user") and "user" not in self.errors:
            self.add_error("user", _("Enter the user name."))
        if not cleaned.get("use_tls") and not cleaned.get("allow_cleartext_password"):
            self.add_error(
                "allow_cleartext_password",
                _("Confirm this, or switch “Use TLS/SSL encryption” on: the password would be readable."),
            )
        if not self.errors and self.keep_password and not relay.may_keep_password(self.server):
            self.add_error("password", self._why_password())
        return cleaned

    def _why_password(self) -> Any:
        saved = relay.current()
        if saved is None or not saved.password_sealed:
            return _("Enter the password.")
        return _(
            "Type the password again: it was stored for another server or user, or for a safer connection."
        )


class NodesForm(forms.Form):
    """From which nodes to test."""

    nodes = forms.MultipleChoiceField(
        label=_("Test from"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one node to test from.")},
    )

    def __init__(self, *args: Any, nodes: Iterable[NodeInfo], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["nodes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(node.hostname, node.hostname) for node in nodes]


def _checked(text: str, check: Callable[[str], None]) -> str:
    try:
        check(text)
    except CredentialsRefused as refused:
        raise ValidationError(CREDENTIAL_REFUSALS[refused.reason]) from refused
    return text
