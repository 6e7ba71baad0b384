"""One administrative unit and what is protected there."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gi_registry.core import clock
from gi_registry.core.errors import NotInRegister
from gi_registry.core.validators import day
from gi_registry.places.geometry import hectares, to_shapely
from gi_registry.places.models import Place, PlaceVersion
from gi_registry.products.models import Area
from gi_registry.products.register import Entry, Filters, entries
from gi_registry.web.pages import page
from gi_registry.web.products import Footnotes


@page
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """The unit as it stood on a day, with the products whose areas name it or the unit above it."""
    place = Place.objects.filter(code=code).first() if code.isdecimal() else None
    if place is None:
        raise NotInRegister(f"登记簿没有代码为“{code[:12]}”的行政区。")
    on = day(request.GET.get("on", ""))
    versions = place.versions.on(on).select_related("parent", "source", "location_source", "boundary_source")
    version = versions.first()
    notes = Footnotes()
    notes.numbered([version] if version else [])
    return render(
        request,
        "places/detail.html",
        {
            "on": on,
            "today": clock.today(),
            "place": place,
            "version": version,
            "parent": version and version.parent and version.parent.versions.on(on).first(),
            "children": PlaceVersion.objects.on(on)
            .filter(parent=place)
            .select_related("place")
            .defer("boundary", "outline"),
            "square_km": version and version.boundary and hectares(to_shapely(version.boundary)) / 100,
            "rows": products_here(place, version, on),
            "sources": notes.sources,
        },
    )


def products_here(place: Place, version: PlaceVersion | None, on: date) -> list[Entry]:
    """The products with an area on the day that names this unit, the one it belongs to, or one that belongs to it."""
    named = Q(units__code__startswith=place.code)  # a town's code begins with its county's
    if version and version.parent:
        named |= Q(units=version.parent)
    slugs = set(Area.objects.on(on).filter(named).values_list("product__slug", flat=True))
    return [entry for entry in entries(on, Filters()) if entry.slug in slugs]
