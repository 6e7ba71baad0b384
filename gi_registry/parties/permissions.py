"""Who may sign in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from gi_registry.parties.models import User


class RegisterBackend(ModelBackend):
    """Django's own check, and demo accounts only while DEBUG is on: their password is printed for everybody to read."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        demo = getattr(user, "is_demo", False)
        return super().user_can_authenticate(user) and (settings.DEBUG or not demo)
