"""The two sections of the console that list people: internal users, and administrators."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User


@dataclass(frozen=True)
class Section:
    """One list of people with the words and the addresses of its pages."""

    kind: str
    url_prefix: str
    title: Any
    lead: Any
    add_title: Any
    search_label: Any

    def url(self, page: str) -> str:
        """Return the name of one of the section's addresses."""
        return f"accounts:{self.url_prefix}-{page}"

    @property
    def list_url(self) -> str:
        """The list."""
        return self.url("list")

    @property
    def add_url(self) -> str:
        """The form for a new person."""
        return self.url("add")

    @property
    def edit_url(self) -> str:
        """A person's details."""
        return self.url("edit")

    @property
    def reset_url(self) -> str:
        """The form for another password."""
        return self.url("reset-password")

    @property
    def password_url(self) -> str:
        """The page that shows a new password once."""
        return self.url("password")

    @property
    def disable_url(self) -> str:
        """Where the button that disables a person posts to."""
        return self.url("disable")

    @property
    def enable_url(self) -> str:
        """Where the button that enables a person posts to."""
        return self.url("enable")


USERS = Section(
    kind=User.Kind.INTERNAL,
    url_prefix="user",
    title=_("Users"),
    lead=_("Internal users, such as sponsors, who sign in with a name and a password kept here."),
    add_title=_("New user"),
    search_label=_("User name, name or email"),
)
ADMINISTRATORS = Section(
    kind=User.Kind.ADMIN,
    url_prefix="administrator",
    title=_("Administrators"),
    lead=_("People who sign in to this console. Their group says what they may do."),
    add_title=_("New administrator"),
    search_label=_("User name, name or email"),
)
