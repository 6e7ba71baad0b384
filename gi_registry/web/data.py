"""The open data explained: downloads of a day, how to open them, every column, the licence of each source."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gi_registry.core import clock
from gi_registry.core.validators import day
from gi_registry.opendata import places, products
from gi_registry.opendata.formats import FORMATS
from gi_registry.web.pages import page


@page
def index(request: HttpRequest) -> HttpResponse:
    """The data dictionary with links to the files of a day."""
    on = day(request.GET.get("on", ""))
    sources = (products.sources(on) | places.sources(on)).order_by("title")
    context: dict[str, Any] = {
        "on": on,
        "today": clock.today(),
        "formats": FORMATS.values(),
        "tables": [
            {"name": "products", "title": _("产品与产地范围"), "columns": products.COLUMNS},
            {"name": "places", "title": _("行政区"), "columns": places.COLUMNS},
        ],
        "sources": sources,
    }
    return render(request, "data/index.html", context)
