"""Whether a site lies in the producing area as it stood on a day: the map's part of 产地核验 (令第80号 art. 20)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple, cast

import shapely
from django.db.models import F
from shapely import MultiPolygon

from gi_registry.core.errors import BadInput
from gi_registry.marks.protected import REGIMES
from gi_registry.marks.states import Basis
from gi_registry.places.geometry import Rings, Verdict, lie, verdict
from gi_registry.products.models import Area, Product, Regime
from gi_registry.products.models import Basis as AreaBasis


class Origin(NamedTuple):
    """What the map says of a point: `area` and the others are None where the register has no area of that day.

    `distance_m` is metres to the border, never negative.
    """

    area: Area | None = None
    verdict: Verdict | None = None
    distance_m: float | None = None

    @property
    def certainly_outside(self) -> bool:
        """Outside an area that rests on the act itself: no finding on the spot changes that. The verdict has taken off
        how far the border may be wrong, so that a schematic one tells it as well."""
        by_act = self.area is not None and self.area.basis == AreaBasis.ACT
        return by_act and self.verdict == Verdict.OUTSIDE

    @property
    def sentence(self) -> str:
        """The answer in words, with what the area rests on."""
        if self.area is None or self.verdict is None or self.distance_m is None:
            return "登记簿没有这一天的产地范围，图上无法判定。"
        schematic = f"，界线为示意，误差约 {self.area.uncertainty_m or 0:,.0f} 米" if self.area.schematic else ""
        basis = f"{self.area.get_basis_display()}{schematic}"
        return f"{self.verdict.label}，距界线约 {self.distance_m:,.0f} 米（{basis}）。"


def origin_of(product: Product, basis: str, lon: float, lat: float, *, accuracy_m: float, day: date) -> Origin:
    """The verdict on a point in degrees of CGCS2000 that may be wrong by `accuracy_m` metres. One query."""
    return origin_in(area_on(product, REGIMES[Basis(basis)], day), lon, lat, accuracy_m)


def origin_in(area: Area | None, lon: float, lat: float, accuracy_m: float) -> Origin:
    """The verdict on a point and one area, whose border is read: for many points of one product."""
    if area is None or area.boundary is None:
        return Origin()
    inside, distance_m = lie(rings_of(bytes(area.boundary.wkb)), lon, lat)
    return Origin(area, verdict(inside, distance_m, accuracy_m, area.uncertainty_m or 0.0), round(distance_m, 1))


@lru_cache(maxsize=16)  # a day's inspections stand in a few areas
def rings_of(boundary: bytes) -> Rings:
    """The rings of a boundary in WKB."""
    return Rings.of(cast("MultiPolygon", shapely.from_wkb(boundary)))


def area_on(product: Product, regime: Regime, day: date) -> Area | None:
    """The producing area of that day: under the basis's own regime where it has one, else under another."""
    newest_first = Area.objects.on(day).filter(product=product, boundary__isnull=False)
    areas = list(newest_first.order_by(F("valid_from").desc(nulls_last=True), "-pk"))
    return next((area for area in areas if area.regime == regime), areas[0] if areas else None)


def refuse_contradiction(origin: Origin, conforms: bool | None, note: str) -> None:
    """What was found on the spot and what the map says must not contradict each other in silence. Raises BadInput."""
    if not conforms or origin.verdict != Verdict.OUTSIDE:
        return
    if origin.certainly_outside:
        raise BadInput(f"图上{origin.sentence}位置有误的请先更正生产场所，不能记为符合。")
    if not note.strip():
        raise BadInput(f"图上{origin.sentence}现场核验记为符合的，请写明理由。")
