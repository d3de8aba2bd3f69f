"""What allauth may do here: sign people in and out, and nothing else."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import credentials, policy, sessions
from accounts.models import User
from accounts.portals import portal_of
from console import audit
from console.access import address_of


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes the routes by which a stranger could make an account, and keeps the two clocks of a session."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The user name or the password is incorrect."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 (allauth's signature)
        """Say no: accounts are made by an administrator."""
        return False

    def get_login_stages(self) -> list[str]:
        """Return the stages after the password: only a second factor, once that app is installed."""
        return [stage for stage in super().get_login_stages() if stage.startswith("allauth.mfa.")]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that the lockout counts too."""
        return address_of(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the start page of the portal."""
        return portal_of(request.path_info).home

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say nothing where allauth would announce a success that the page shows anyway."""
        if level > messages.SUCCESS:
            super().add_message(request, level, *args, **kwargs)

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign the person in: a new session, its clocks, the audit, and the end of an old password."""
        now = timezone.now()
        with transaction.atomic():
            super().login(request, user)
            sessions.begin(request, now=now)
            audit.record(
                actor=user.username,
                action="session.begin",
                target=f"portal:{portal_of(request.path_info).name}",
                address=address_of(request),
                now=now,
            )
            if policy.has_ended(user, now=now):
                credentials.demand_change(username=user.username, actor="system", now=now)
