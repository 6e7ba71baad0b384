"""Signing in and out, and what a signed-in person sees of themselves."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from gi_registry.core.errors import NotAllowed
from gi_registry.parties.permissions import Act, reach, roles_of
from gi_registry.web.forms.account import PasswordForm, SignInForm


class SignIn(views.LoginView):
    """The form of name and password; five wrong passwords in a row close it for a quarter of an hour (django-axes)."""

    form_class = SignInForm
    template_name = "account/sign_in.html"
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        firsts = ((Act.DESK, "desk"), (Act.OWN_USE, "producer"))
        return reverse(next((name for act, name in firsts if reach(self.request.user, act)), "account"))


def client_address(request: HttpRequest) -> str | None:
    """The address of whoever signs in, behind as many proxies as the settings say; None where there is none.

    Each proxy adds the address of its own client at the end of X-Forwarded-For. What stands before those is what the
    client itself wrote, and is not believed.
    """
    nearest = str(request.META.get("REMOTE_ADDR", ""))
    told = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    address = told[-settings.PROXIES].strip() if 0 < settings.PROXIES <= len(told) else nearest
    return in_one_form(address) or nearest or None


@lru_cache(maxsize=5_000)
def in_one_form(address: str) -> str:
    """The address as its kind is written; "" for what is none."""
    try:
        return str(ip_address(address))
    except ValueError:
        return ""


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """What is shown after too many wrong passwords."""
    sentence = _("口令连续输错太多次，这个账号在这台设备上暂停登录 15 分钟。")
    return render(request, "refusal.html", {"title": _("暂停登录"), "sentence": sentence}, status=429)


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who is signed in: roles, party, unit, and what may be done."""
    acts = [(act, how) for act in Act if (how := reach(request.user, act))]
    return render(
        request, "account/index.html", {"roles": sorted(r.label for r in roles_of(request.user)), "acts": acts}
    )


@method_decorator(sensitive_post_parameters(), name="dispatch")
class Password(views.PasswordChangeView):
    """A new password; the other sessions of the person end with it. Demo accounts keep theirs, since all share it."""

    form_class = PasswordForm
    template_name = "account/password.html"
    success_url = reverse_lazy("account")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if getattr(request.user, "is_demo", False):
            sentence = NotAllowed("试用账号共用一个口令，不能更改。").sentence
            return render(request, "refusal.html", {"title": _("不能更改"), "sentence": sentence}, status=403)
        return super().post(request, *args, **kwargs)
