"""How the API answers: GeoJSON and JSON with an ETag of the register's revision, and refusals as problem+json."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from gi_registry import __version__
from gi_registry.core import clock
from gi_registry.core.errors import Refusal
from gi_registry.core.revision import revision as newest_revision

GEOJSON, JSON, PROBLEM = "application/geo+json", "application/json", "application/problem+json"

Answer = Callable[..., HttpResponseBase]


def answer(view: Answer) -> Answer:
    """Wrap a view of (request, revision, …): 304 while the register stands still, problem+json for a refusal."""

    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, **named: str) -> HttpResponseBase:
        revision = newest_revision()
        etag = f'"{revision}-{__version__}-{clock.today()}"'  # an address asks the same of the same register all day
        if "HTTP_IF_NONE_MATCH" in request.META and (same := get_conditional_response(request, etag=etag)):
            return same
        try:
            response = view(request, revision, **named)
        except Refusal as refusal:
            return problem(refusal)
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return wrapped


def as_json(content: Any, content_type: str = JSON) -> HttpResponse:
    """`content` written compactly, Chinese as it is; translated labels become their text."""
    return HttpResponse(orjson.dumps(content, default=str), content_type=content_type)


def problem(refusal: Refusal) -> HttpResponse:
    """A refusal as RFC 9457 describes it; `detail` is the Chinese sentence, which pages elsewhere may read too."""
    response = as_json(refusal.as_problem(), PROBLEM)
    response.status_code = refusal.status
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
