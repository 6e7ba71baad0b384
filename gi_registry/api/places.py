"""Administrative units as GeoJSON."""

from __future__ import annotations

from typing import Any

import orjson
from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.contrib.gis.geos import Polygon
from django.http import HttpRequest, HttpResponse

from gi_registry.api.answers import GEOJSON, answer, as_json
from gi_registry.api.products import MOST, USUAL, WGS84
from gi_registry.core.validators import day, whole_number
from gi_registry.places.geometry import DECIMALS, SRID
from gi_registry.places.models import PlaceVersion
from gi_registry.places.validators import bbox


@answer
def collection(request: HttpRequest, revision: int) -> HttpResponse:
    """The district, its units and its neighbours on a day; units without a border come with an empty geometry."""
    asked = request.GET
    on, box = day(asked.get("on", "")), bbox(asked.get("bbox", ""))
    limit = whole_number(asked.get("limit", ""), "limit", 1, MOST, USUAL)
    versions = PlaceVersion.objects.on(on).select_related("place", "parent").defer("boundary", "outline")
    if box:
        window = Polygon.from_bbox(box)
        window.srid = SRID
        versions = versions.filter(outline__intersects=window)
    drawn = versions.annotate(drawn=AsGeoJSON(Transform("outline", WGS84), precision=DECIMALS))
    features = [feature(version) for version in drawn]
    return as_json(
        {
            "type": "FeatureCollection",
            "on": on.isoformat(),
            "revision": revision,
            "numberMatched": len(features),
            "numberReturned": min(limit, len(features)),
            "features": features[:limit],
        },
        GEOJSON,
    )


def feature(version: Any) -> dict[str, Any]:
    """One PlaceVersion with its outline `drawn`; `role` tells the district, its units and its neighbours apart."""
    return {
        "type": "Feature",
        "id": version.place.code,
        "geometry": orjson.Fragment(version.drawn) if version.drawn else None,
        "properties": {
            "code": version.place.code,
            "name": version.name,
            "kind": version.kind,
            "kind_label": version.get_kind_display(),
            "role": version.role,
            "parent": version.parent and version.parent.code,
            "seat": version.location and [round(c, DECIMALS) for c in version.location.coords],
            "seat_grade": version.location_grade or None,
            "schematic": version.schematic,
            "uncertainty_m": version.uncertainty_m,
            "url": version.place.get_absolute_url(),
        },
    }
