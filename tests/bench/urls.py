"""The register's addresses and two that do nothing: an empty view, and an empty answer of the API (revision, ETag)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from gi_registry import urls
from gi_registry.api.answers import answer, as_json


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@answer
def empty_answer(request: HttpRequest, revision: int) -> HttpResponse:
    return as_json({})


urlpatterns = [path("empty", empty), path("empty.json", empty_answer), *urls.urlpatterns]
