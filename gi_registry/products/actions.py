"""Acts on the register: drawing a producing area from the units that its wording names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.gis.geos import GEOSGeometry

from gi_registry.core.errors import BadInput
from gi_registry.places.datums import parse_range
from gi_registry.places.geometry import hectares, outline_of, to_geos, to_shapely, union_of
from gi_registry.places.models import Place, PlaceVersion


@dataclass(frozen=True, slots=True)
class Drawing:
    """A producing area built from units: the columns of `Area` that follow from them."""

    drawn_on: date
    boundary: GEOSGeometry
    outline: GEOSGeometry
    hectares: float
    uncertainty_m: float
    schematic: bool
    warning: str


def draw_area(units: Sequence[Place], wording: str, day: date) -> Drawing:
    """The union of the borders of `units` as they stood on `day`. Raises BadInput where a unit has no border then."""
    versions = list(
        PlaceVersion.objects.on(day).filter(place__in=units, boundary__isnull=False).select_related("place")
    )
    missing = {unit.code for unit in units} - {version.place.code for version in versions}
    if missing or not versions:
        raise BadInput(f"{'、'.join(sorted(missing)) or '所列行政区'} 在 {day} 没有界线，画不出产地范围。")
    shape = union_of(to_shapely(version.boundary) for version in versions if version.boundary)
    return Drawing(
        drawn_on=day,
        boundary=to_geos(shape),
        outline=to_geos(outline_of(shape)),
        hectares=round(hectares(shape), 2),
        uncertainty_m=max(version.uncertainty_m or 0.0 for version in versions),
        schematic=any(version.schematic for version in versions),
        warning=range_warning(wording, shape.bounds),
    )


def range_warning(wording: str, bounds: tuple[float, float, float, float]) -> str:
    """A sentence where the coordinate range printed in the wording reaches far beyond the area drawn; else nothing.

    Printed ranges are often wrong; they are kept as printed and never clip or reject anything.
    """
    printed = parse_range(wording)
    if printed is None:
        return ""
    tolerance = 0.05  # degrees, about 5 km: a printed range is a rounded rectangle around the area
    west, south, east, north = printed
    sides = [
        ("西", bounds[0] - west),
        ("南", bounds[1] - south),
        ("东", east - bounds[2]),
        ("北", north - bounds[3]),
    ]
    beyond = "、".join(side for side, excess in sides if excess > tolerance)
    return f"原文所印坐标范围的{beyond}界超出所列行政区，原样保留，未用于绘图。" if beyond else ""
