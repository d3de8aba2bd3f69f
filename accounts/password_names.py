"""Keeps the user name out of the password."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

_SHORTEST_NAME = 3


class UserNameValidator:
    """Refuses a password that holds the user name, in any case; names of one or two letters do not count."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when the password holds the name."""
        name = user.username.casefold() if user is not None else ""
        if len(name) >= _SHORTEST_NAME and name in password.casefold():
            raise ValidationError(_("The password must not contain the user name."), code="holds_user_name")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return _("The password must not contain the user name.")
