"""Acts on places: a border that takes the place of another from a day on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from shapely import MultiPolygon

from gi_registry.core.errors import BadInput
from gi_registry.core.history import Why, put
from gi_registry.gazette.models import Source
from gi_registry.places.geometry import outline_of, to_geos
from gi_registry.places.models import Place, PlaceVersion

KEPT = ("name", "kind", "parent", "source", "grade", "note")
KEPT_OF_SEAT = ("location", "location_source", "location_grade", "location_note")


@transaction.atomic
def redraw(
    place: Place,
    shape: MultiPolygon,
    *,
    day: date,
    source: Source,
    grade: str,
    uncertainty_m: float,
    note: str,
    by: str,
) -> PlaceVersion:
    """Give the place the border `shape` (degrees of CGCS2000) from `day` on; what stood before ends there and stays.

    A border that already begins on that day is corrected in place. Raises BadInput where the place has no version on
    the day.
    """
    before = place.versions.on(day).order_by("valid_from").last()
    if before is None:
        raise BadInput(f"{place.code} 在 {day} 不在登记簿中，不能登记界线。")
    why = Why(day, source.key, note)
    values: dict[str, Any] = {name: getattr(before, name) for name in (*KEPT, *KEPT_OF_SEAT)} | {
        "valid_until": before.valid_until,
        "boundary": to_geos(shape),
        "outline": to_geos(outline_of(shape)),
        "boundary_source": source,
        "boundary_grade": grade,
        "boundary_note": note[:200],
        "uncertainty_m": uncertainty_m,
        "schematic": False,
    }
    if before.valid_from != day:
        put(PlaceVersion, {"pk": before.pk}, {"valid_until": day}, by=by, why=why)
    version, _outcome = put(PlaceVersion, {"place": place, "valid_from": day}, values, by=by, why=why)
    return version
