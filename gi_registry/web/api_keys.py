"""The desk's page of keys for bulk checks: made and shown once, listed by their use, revoked."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gi_registry.core.errors import BadInput
from gi_registry.marks import api_keys
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act
from gi_registry.web.desk import desk
from gi_registry.web.forms.api_keys import KeyForm


@desk(Act.AUTHORISATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The keys that one may see, and the form for another. A new key stands in the answer and nowhere else."""
    form, status = KeyForm(request.POST or None), 200
    context: dict[str, Any] = {"form": form}
    if request.method == "POST":
        key = made(request, form)
        status = 200 if key else 400
        context |= {"key": key, "label": form.cleaned_data["label"], "form": KeyForm()} if key else {}
    context["rows"] = [(row, api_keys.handle_of(row)) for row in api_keys.keys_of(me(request))]
    return render(request, "desk/api_keys/index.html", context, status=status)


def made(request: HttpRequest, form: KeyForm) -> str:
    """The new key; "" where the form is not in order, which it then says."""
    if not form.is_valid():
        return ""
    try:
        return api_keys.make(me(request), form.cleaned_data["label"])
    except BadInput as refusal:
        form.add_error(None, refusal.sentence)
        return ""


@desk(Act.AUTHORISATIONS)
@require_POST
def revoke(request: HttpRequest, handle: str) -> HttpResponse:
    """The key answers no more."""
    revoked = api_keys.revoke(handle, by=me(request))
    messages.success(request, _("密钥“{label}”已作废。").format(label=revoked.label))
    return redirect("desk-api-keys")


def me(request: HttpRequest) -> User:
    """Who has signed in."""
    return cast("User", request.user)
