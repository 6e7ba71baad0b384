"""Products and their producing areas as GeoJSON."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.contrib.gis.geos import Polygon
from django.http import HttpRequest, HttpResponse

from gi_registry.api.answers import GEOJSON, answer, as_json
from gi_registry.core.errors import NotInRegister
from gi_registry.core.validators import day, whole_number
from gi_registry.places.geometry import DECIMALS, SRID
from gi_registry.places.validators import bbox
from gi_registry.products.models import Area
from gi_registry.products.register import Entry, Filters, entries
from gi_registry.products.validators import filters

WGS84 = 4326
MOST, USUAL = 10_000, 1_000


@answer
def collection(request: HttpRequest, revision: int) -> HttpResponse:
    """Producing areas on a day, as generalised outlines; a product without an area comes with an empty geometry."""
    asked = request.GET
    on, box = day(asked.get("on", "")), bbox(asked.get("bbox", ""))
    limit = whole_number(asked.get("limit", ""), "limit", 1, MOST, USUAL)
    return as_json(feature_collection(entries(on, filters(asked)), on, revision, box, limit), GEOJSON)


@answer
def single(request: HttpRequest, revision: int, slug: str) -> HttpResponse:
    """The producing areas of one product on a day."""
    on = day(request.GET.get("on", ""))
    found = [entry for entry in entries(on, Filters()) if entry.slug == slug]
    if not found:
        raise NotInRegister(f"登记簿在 {on} 没有网址名为“{slug[:60]}”的产品。")
    return as_json(feature_collection(found, on, revision, None, MOST), GEOJSON)


def feature_collection(
    found: list[Entry], on: date, revision: int, box: tuple[float, float, float, float] | None, limit: int
) -> dict[str, Any]:
    """The entries as one FeatureCollection, cut at `limit`; `numberMatched` says how many there are."""
    shapes = outlines([area.pk for entry in found for area in entry.areas], box)
    features = [feature for entry in found for feature in features_of(entry, shapes, everything=box is None)]
    return {
        "type": "FeatureCollection",
        "on": on.isoformat(),
        "revision": revision,
        "numberMatched": len(features),
        "numberReturned": min(limit, len(features)),
        "features": features[:limit],
    }


def outlines(keys: list[int], box: tuple[float, float, float, float] | None) -> dict[int, Any]:
    """The outlines of the areas in WGS 84 as GeoJSON geometries, those that meet `box` only. One query."""
    areas = Area.objects.filter(pk__in=keys, outline__isnull=False)
    if box:
        window = Polygon.from_bbox(box)
        window.srid = SRID
        areas = areas.filter(outline__intersects=window)
    rows = areas.annotate(drawn=AsGeoJSON(Transform("outline", WGS84), precision=DECIMALS)).values_list("pk", "drawn")
    return {pk: orjson.Fragment(drawn) for pk, drawn in rows}


def features_of(entry: Entry, shapes: dict[int, Any], *, everything: bool) -> list[dict[str, Any]]:
    """One feature for each area; where `everything` is asked for, one without geometry for a product without area."""
    drawn = [(area, shapes[area.pk]) for area in entry.areas if area.pk in shapes]
    if not drawn and everything:
        return [{"type": "Feature", "id": entry.slug, "geometry": None, "properties": common(entry)}]
    return [
        {
            "type": "Feature",
            "id": f"{entry.slug}/{area.regime}",
            "geometry": shape,
            "properties": common(entry)
            | {
                "regime": area.regime,
                "regime_label": area.get_regime_display(),
                "stage": entry.stage_under(area.regime),
                "stage_label": entry.stage_under(area.regime).label,
                "basis": area.basis,
                "basis_label": area.get_basis_display(),
                "grade": area.grade,
                "grade_label": area.get_grade_display(),
                "schematic": area.schematic,
                "uncertainty_m": area.uncertainty_m,
                "hectares": area.hectares and round(area.hectares, 1),
                "valid_from": area.valid_from and area.valid_from.isoformat(),
            },
        }
        for area, shape in drawn
    ]


def common(entry: Entry) -> dict[str, Any]:
    """What every feature says of its product."""
    return {
        "slug": entry.slug,
        "name": entry.name,
        "slot": entry.slot,
        "stage": entry.stage,
        "stage_label": entry.stage.label,
        "certain": entry.certain,
        "url": entry.product.get_absolute_url(),
    }
