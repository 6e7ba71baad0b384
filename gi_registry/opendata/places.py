"""Administrative units as open data: one row for each unit on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, reduce
from operator import or_

import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.contrib.gis.geos import Polygon
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from gi_registry.gazette.models import Source
from gi_registry.opendata.columns import Column, Edition, Kind, Layer, Origin, Release, edition_columns, values
from gi_registry.places.geometry import SRID, hectares
from gi_registry.places.models import PlaceVersion

Box = tuple[float, float, float, float]
TEXT, CODE, NUMBER, FLAG, DAY = Kind.TEXT, Kind.CODE, Kind.NUMBER, Kind.FLAG, Kind.DAY
REGISTER, SOURCE, WORKED_OUT = Origin.REGISTER, Origin.SOURCE, Origin.WORKED_OUT


@dataclass(frozen=True)
class Row:
    """One unit as it stood on the edition's day; its boundary as WKB where it has one."""

    edition: Edition
    version: PlaceVersion
    boundary: bytes | None

    @property
    def page(self) -> str:
        return self.version.place.get_absolute_url()

    @cached_property
    def hectares(self) -> float | None:
        return round(hectares(shapely.from_wkb(self.boundary)), 2) if self.boundary else None


CODE_COLUMN = Column(
    "code", "code", lazy("区划代码"), CODE, SOURCE, lazy("县级 6 位，乡级 9 位"), lambda r: r.version.place.code
)
NAME_COLUMN = Column("name", "name", lazy("名称"), TEXT, SOURCE, lazy("当日的名称"), lambda r: r.version.name)

COLUMNS = (
    CODE_COLUMN,
    NAME_COLUMN,
    Column(
        *("kind", "kind", lazy("类别代码"), CODE, SOURCE),
        lazy("county、subdistrict、town、township"),
        lambda r: r.version.kind,
    ),
    Column(
        *("kind_label", "kind_label", lazy("类别"), TEXT, SOURCE),
        lazy("县级行政区、街道、镇、乡"),
        lambda r: r.version.get_kind_display(),
    ),
    Column(
        *("role", "role", lazy("角色"), CODE, REGISTER),
        lazy("district：本登记簿所在的区；unit：乡镇街道；neighbour：周边区县，只作参照"),
        lambda r: r.version.role,
    ),
    Column(
        *("parent", "parent", lazy("上级代码"), CODE, SOURCE),
        lazy("上级行政区的区划代码"),
        lambda r: r.version.parent and r.version.parent.code,
    ),
    Column(
        *("seat_lon", "seat_lon", lazy("驻地经度"), NUMBER, SOURCE),
        lazy("驻地的经度（CGCS2000）；空：未查明"),
        lambda r: r.version.location and round(r.version.location.x, 7),
        lazy("度"),
    ),
    Column(
        *("seat_lat", "seat_lat", lazy("驻地纬度"), NUMBER, SOURCE),
        lazy("驻地的纬度（CGCS2000）；空：未查明"),
        lambda r: r.version.location and round(r.version.location.y, 7),
        lazy("度"),
    ),
    Column(
        *("seat_grade", "seat_grade", lazy("驻地可信等级"), TEXT, REGISTER),
        lazy("原文、转述或未核实"),
        lambda r: r.version.get_location_grade_display(),
    ),
    Column(
        *("seat_source", "seat_sourc", lazy("驻地来源"), TEXT, REGISTER),
        lazy("驻地所依据来源的名称"),
        lambda r: r.version.location_source and r.version.location_source.title,
    ),
    Column(
        *("seat_note", "seat_note", lazy("驻地说明"), TEXT, REGISTER),
        lazy("驻地大约偏差多少"),
        lambda r: r.version.location_note,
    ),
    Column(
        *("boundary_grade", "bnd_grade", lazy("界线可信等级"), TEXT, REGISTER),
        lazy("原文、转述或未核实；空：没有界线"),
        lambda r: r.version.get_boundary_grade_display(),
    ),
    Column(
        *("boundary_source", "bnd_source", lazy("界线来源"), TEXT, REGISTER),
        lazy("界线所依据来源的名称"),
        lambda r: r.version.boundary_source and r.version.boundary_source.title,
    ),
    Column(
        *("boundary_source_url", "bnd_src_ur", lazy("界线来源网址"), TEXT, REGISTER),
        lazy("该来源的网址；空：没有保留网址"),
        lambda r: r.version.boundary_source and r.version.boundary_source.address,
    ),
    Column(
        *("boundary_licence", "bnd_licenc", lazy("界线来源许可"), TEXT, SOURCE),
        lazy("该来源写明的许可；空：未查明"),
        lambda r: r.version.boundary_source and r.version.boundary_source.licence,
    ),
    Column(
        *("boundary_note", "bnd_note", lazy("界线说明"), TEXT, REGISTER),
        lazy("编者对界线的说明"),
        lambda r: r.version.boundary_note,
    ),
    Column(
        *("schematic", "schematic", lazy("界线仅为示意"), FLAG, REGISTER),
        lazy("是：界线是画出来的示意，不是行政界线"),
        lambda r: r.version.schematic if r.boundary else None,
    ),
    Column(
        *("uncertainty_m", "uncert_m", lazy("界线误差"), NUMBER, WORKED_OUT),
        lazy("界线可能偏离真实界线多远"),
        lambda r: r.version.uncertainty_m,
        lazy("米"),
    ),
    Column(
        *("hectares", "hectares", lazy("计算面积"), NUMBER, WORKED_OUT),
        lazy("由界线在 EPSG:4548 中量得"),
        lambda r: r.hectares,
        lazy("公顷"),
    ),
    Column(
        *("valid_from", "valid_from", lazy("起始日"), DAY, SOURCE),
        lazy("自何日起是这样；空：未查明"),
        lambda r: r.version.valid_from,
    ),
    Column(
        *("valid_until", "valid_till", lazy("截止日"), DAY, SOURCE),
        lazy("到这一天为止，当天不含；空：没有终止"),
        lambda r: r.version.valid_until,
    ),
    Column(
        *("attested_on", "attested", lazy("最早见于"), DAY, SOURCE),
        lazy("起始日未查明时，来源证明已是这样的最早一天"),
        lambda r: r.version.attested_on,
    ),
    Column(
        *("grade", "grade", lazy("可信等级"), TEXT, REGISTER),
        lazy("名称、类别与代码的可信等级：原文、转述或未核实"),
        lambda r: r.version.get_grade_display(),
    ),
    Column(
        *("source", "source", lazy("来源"), TEXT, REGISTER),
        lazy("名称、类别与代码所依据来源的名称"),
        lambda r: r.version.source.title,
    ),
    Column(
        *("source_url", "source_url", lazy("来源网址"), TEXT, REGISTER),
        lazy("该来源的网址；空：没有保留网址"),
        lambda r: r.version.source.address,
    ),
    Column(
        *("source_licence", "src_licenc", lazy("来源许可"), TEXT, SOURCE),
        lazy("该来源写明的许可；空：未查明"),
        lambda r: r.version.source.licence,
    ),
    Column("note", "note", lazy("说明"), TEXT, REGISTER, lazy("编者的说明"), lambda r: r.version.note),
    *edition_columns(),
)
SEAT_COLUMNS = (CODE_COLUMN, NAME_COLUMN)


def release(edition: Edition, box: Box | None) -> Release:
    """The units on the edition's day; with `box`, only those whose boundary meets it.

    A unit without a border stands there with an empty geometry. Seats are a layer of points of their own, which only a
    GeoPackage has room for; every format has them as longitude and latitude. One query.
    """
    versions = PlaceVersion.objects.on(edition.on).defer("boundary", "outline")
    if box:
        window = Polygon.from_bbox(box)
        window.srid = SRID
        versions = versions.filter(boundary__intersects=window)
    found = versions.select_related("place", "parent", "source", "location_source", "boundary_source")
    rows = [Row(edition, v, bytes(v.wkb) if v.wkb else None) for v in found.annotate(wkb=AsWKB("boundary"))]
    seated = [(row, row.version.location) for row in rows if row.version.location]
    borders = Layer(
        *("places", _("行政区"), "MultiPolygon", COLUMNS),
        [values(COLUMNS, row) for row in rows],
        [row.boundary for row in rows],
    )
    seats = Layer(
        *("seats", _("行政区驻地"), "Point", SEAT_COLUMNS),
        [values(SEAT_COLUMNS, row) for row, _seat in seated],
        [bytes(seat.wkb) for _row, seat in seated],
    )
    return Release(edition, borders, (seats,))


def sources(day: date) -> QuerySet[Source]:
    """The sources on which the units, seats and borders of the day rest."""
    versions = PlaceVersion.objects.on(day)
    keys = [versions.values(field) for field in ("source", "location_source", "boundary_source")]
    return Source.objects.filter(reduce(or_, (Q(pk__in=key) for key in keys))).order_by("title")
