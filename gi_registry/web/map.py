"""The map and its list."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gi_registry.core import clock
from gi_registry.core.validators import day
from gi_registry.gazette.models import Source
from gi_registry.places.models import PlaceVersion, found_by_name
from gi_registry.products.models import Category, Regime, Stage
from gi_registry.products.register import Entry, Filters, entries
from gi_registry.products.validators import filters
from gi_registry.web.pages import page, ticked

ROWS = 50


@page
def index(request: HttpRequest) -> HttpResponse:
    """The map with its list; `part=list` answers the list alone, for the script that refreshes it."""
    context = listing(request)
    context["boundary_sources"] = boundary_sources(context["on"])
    template = "products/_list.html" if request.GET.get("part") == "list" else "map/index.html"
    return render(request, template, context)


def listing(request: HttpRequest) -> dict[str, Any]:
    """What the list, its filters and the map of one address show; the map and `/products/` share it."""
    on, asked = day(request.GET.get("on", "")), filters(request.GET)
    everything = entries(on, Filters())
    found = entries(on, asked) if asked != Filters() else everything
    rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
    return {
        "on": on,
        "today": clock.today(),
        "filters": asked,
        "filtered": asked != Filters(),
        "rows": rows,
        "places": found_by_name(asked.q, on) if asked.q else [],
        "stages": ticked(Stage, asked.stages, count(everything, "stage")),
        "regimes": ticked(Regime, asked.regimes, count(everything, "regime")),
        "categories": ticked(Category, asked.categories, dict(Counter(entry.product.category for entry in everything))),
    }


def boundary_sources(on: date) -> QuerySet[Source]:
    """The sources of the borders drawn on a day; only the map asks, so the list alone costs no query for it."""
    drawn = PlaceVersion.objects.on(on).filter(outline__isnull=False)
    return Source.objects.filter(pk__in=drawn.values("boundary_source"))


def count(found: list[Entry], field: str) -> dict[str, int]:
    """How many products have each value of `field` under any regime."""
    return dict(Counter(value for entry in found for value in {getattr(p, field) for p in entry.protections}))
