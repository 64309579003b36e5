"""Sign-in is for officers whom an administrator entered; nobody signs up by himself."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccounts(DefaultAccountAdapter):
    """Closes the sign-up that allauth offers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are made by the security administrator."""
        return False
