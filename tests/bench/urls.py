"""The register's addresses, three that do nothing (for anybody, at the desk, of the API), one that only writes."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkstemp

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from gi_registry import urls
from gi_registry.api.answers import answer, as_json
from gi_registry.core.durable import settle
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


@csrf_exempt
def written(request: HttpRequest) -> HttpResponse:
    """What was sent, on the disk with its name, for a power cut to find it: what taking it in costs at least."""
    folder = Path(settings.PRIVATE_DIR) / "written"
    folder.mkdir(parents=True, exist_ok=True)
    handle, _name = mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(request.read())
        file.flush()
        os.fsync(file.fileno())
    settle(folder)
    return HttpResponse()


urlpatterns = [
    path("empty", empty),
    path("written", written),
    path("desk/empty", empty_desk),
    path("empty.json", empty_answer),
    *urls.urlpatterns,
]
