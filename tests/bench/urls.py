"""The register's addresses and three that do nothing: an empty view, one at the desk, an empty answer of the API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from gi_registry import urls
from gi_registry.api.answers import answer, as_json
from gi_registry.parties.permissions import Act
from gi_registry.web.desk import desk


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@desk(Act.DESK)
def empty_desk(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@answer
def empty_answer(request: HttpRequest, revision: int) -> HttpResponse:
    return as_json({})


urlpatterns = [
    path("empty", empty),
    path("desk/empty", empty_desk),
    path("empty.json", empty_answer),
    *urls.urlpatterns,
]
