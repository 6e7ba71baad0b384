"""What the pages share: refusals become a page with the sentence, answers stay good while the register stands still."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from gi_registry.core.errors import Refusal

View = Callable[..., HttpResponseBase]


TITLES = {503: gettext_lazy("现在还不能办")}  # what is not there is the page's own title


def page(view: View) -> View:
    """Wrap a view of GET and HEAD: a refusal is shown as one sentence on a page of its own, with its status."""

    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, **named: str) -> HttpResponseBase:
        try:
            return view(request, **named)
        except Refusal as refusal:
            context = {"title": TITLES.get(refusal.status, ""), "sentence": refusal.sentence}
            return render(request, "refusal.html", context, status=refusal.status)

    return wrapped


def ticked(choices: Any, chosen: frozenset[str], counts: dict[str, int]) -> list[dict[str, Any]]:
    """The boxes of one filter: value, label, whether it is ticked, how many products it would show."""
    return [
        {"value": value, "label": label, "ticked": value in chosen, "count": counts.get(value, 0)}
        for value, label in choices.choices
    ]
