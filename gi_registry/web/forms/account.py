"""Forms of signing in and of a new password, in the looks of the register."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """Django's own, in our words."""

    error_messages = {
        "invalid_login": _("用户名或口令不对。注意口令区分大小写。"),
        "inactive": _("这个账号已停用。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("用户名")
        self.fields["password"].label = _("口令")
        plain(self)


class PasswordForm(PasswordChangeForm):
    """Django's own, in our looks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self)


def plain(form: Any) -> None:
    """Give every field the class of our inputs."""
    for field in form.fields.values():
        field.widget.attrs["class"] = "input"
