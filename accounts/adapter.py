"""What allauth may do here: sign people in, and nothing else."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes the routes by which a stranger could make an account."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: accounts are made by an administrator."""
        return False
