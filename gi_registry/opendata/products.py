"""Products and their producing areas as open data: one row for each product, regime and area on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.contrib.gis.db.models.functions import AsWKB
from django.contrib.gis.geos import Polygon
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from gi_registry.gazette.models import Source
from gi_registry.opendata.columns import Column, Edition, Kind, Layer, Origin, Release, edition_columns, joined, values
from gi_registry.places.geometry import SRID
from gi_registry.products.models import Area, Category, Name, NameKind, Protection, Regime
from gi_registry.products.register import Entry, Filters, entries, label

Box = tuple[float, float, float, float]
TEXT, CODE, NUMBER, FLAG, DAY = Kind.TEXT, Kind.CODE, Kind.NUMBER, Kind.FLAG, Kind.DAY
REGISTER, SOURCE, WORKED_OUT = Origin.REGISTER, Origin.SOURCE, Origin.WORKED_OUT


@dataclass(frozen=True, slots=True)
class Row:
    """One product under one regime, with one area; either protection or area may be missing."""

    edition: Edition
    entry: Entry
    regime: str
    protection: Protection | None
    area: Area | None

    @property
    def page(self) -> str:
        return self.entry.product.get_absolute_url()

    @property
    def official_name(self) -> str:
        return joined(name.text for name in self.entry.names if name.kind == NameKind.OFFICIAL)


COLUMNS = (
    Column("slug", "slug", lazy("网址名"), CODE, REGISTER, lazy("产品在本登记簿的标识，不变"), lambda r: r.entry.slug),
    Column("name", "name", lazy("通称"), TEXT, REGISTER, lazy("人们使用的名称"), lambda r: r.entry.name),
    Column(
        *("official_name", "offic_name", lazy("法定名称"), TEXT, SOURCE),
        lazy("文件上的名称；几个之间用“；”隔开"),
        lambda r: r.official_name,
    ),
    Column(
        *("category", "category", lazy("类别代码"), CODE, REGISTER),
        lazy("condiment、fruit、livestock、vegetable、other；本登记簿的分类，不是国家分类"),
        lambda r: r.entry.product.category,
    ),
    Column(
        *("category_label", "cat_label", lazy("类别"), TEXT, REGISTER),
        lazy("类别的中文"),
        lambda r: label(Category, r.entry.product.category),
    ),
    Column(
        *("regime", "regime", lazy("保护制度代码"), CODE, REGISTER),
        lazy("product、collective、certification、agricultural"),
        lambda r: r.regime,
    ),
    Column(
        *("regime_label", "reg_label", lazy("保护制度"), TEXT, REGISTER),
        lazy("地理标志产品、集体商标、证明商标、农产品地理标志"),
        lambda r: label(Regime, r.regime),
    ),
    Column(
        *("stage", "stage", lazy("阶段代码"), CODE, SOURCE),
        lazy("protected、in_procedure、candidate、ended"),
        lambda r: r.entry.stage_under(r.regime).value,
    ),
    Column(
        *("stage_label", "stg_label", lazy("阶段"), TEXT, SOURCE),
        lazy("已保护、申请中、候选、已终止"),
        lambda r: r.entry.stage_under(r.regime).label,
    ),
    Column(
        *("stage_from", "stg_from", lazy("阶段起始日"), DAY, SOURCE),
        lazy("该阶段开始的日子；空：未查明"),
        lambda r: r.protection and r.protection.valid_from,
    ),
    Column(
        *("stage_until", "stg_until", lazy("阶段截止日"), DAY, SOURCE),
        lazy("该阶段到这一天为止，当天不含；空：没有终止"),
        lambda r: r.protection and r.protection.valid_until,
    ),
    Column(
        *("stage_attested_on", "stg_seen", lazy("阶段最早见于"), DAY, SOURCE),
        lazy("起始日未查明时，来源证明已处于该阶段的最早一天"),
        lambda r: r.protection and r.protection.attested_on,
    ),
    Column(
        *("certain", "certain", lazy("当日有据"), FLAG, WORKED_OUT),
        lazy("是：有来源证明当日处于该阶段；否：起始日未查明，当日是否如此不知"),
        lambda r: r.protection and r.protection.certain_on(r.edition.on),
    ),
    Column(
        *("number", "number", lazy("注册号或登记证书号"), CODE, SOURCE),
        lazy("商标注册号或登记证书号；空：未查明"),
        lambda r: r.protection and r.protection.number,
    ),
    Column(
        *("holder", "holder", lazy("申请人或注册人"), TEXT, SOURCE),
        lazy("单位名称；自然人只给姓氏；空：未查明"),
        lambda r: r.protection and r.protection.holder and r.protection.holder.public_name,
    ),
    Column(
        *("announcement", "announce", lazy("公告"), TEXT, SOURCE),
        lazy("该阶段所依据的公告：机关与文号；空：未查明"),
        lambda r: r.protection and r.protection.announcement and str(r.protection.announcement),
    ),
    Column(
        *("announced_on", "annc_on", lazy("公告日"), DAY, SOURCE),
        lazy("该公告发布的日子"),
        lambda r: r.protection and r.protection.announcement and r.protection.announcement.issued_on,
    ),
    Column(
        *("stage_grade", "stg_grade", lazy("阶段可信等级"), TEXT, REGISTER),
        lazy("原文、转述或未核实"),
        lambda r: r.protection and r.protection.get_grade_display(),
    ),
    Column(
        *("stage_source", "stg_source", lazy("阶段来源"), TEXT, REGISTER),
        lazy("阶段所依据来源的名称"),
        lambda r: r.protection and r.protection.source.title,
    ),
    Column(
        *("stage_source_url", "stg_src_ur", lazy("阶段来源网址"), TEXT, REGISTER),
        lazy("该来源的网址；空：没有保留网址"),
        lambda r: r.protection and r.protection.source.address,
    ),
    Column(
        *("stage_note", "stg_note", lazy("阶段说明"), TEXT, REGISTER),
        lazy("编者对阶段的说明"),
        lambda r: r.protection and r.protection.note,
    ),
    Column(
        *("basis", "basis", lazy("范围依据代码"), CODE, REGISTER),
        lazy("act、unverified、proposed、assumed；空：没有收录产地范围"),
        lambda r: r.area and r.area.basis,
    ),
    Column(
        *("basis_label", "bas_label", lazy("范围依据"), TEXT, REGISTER),
        lazy("按公告文字、公告文字未核实、拟定范围、推定范围"),
        lambda r: r.area and r.area.get_basis_display(),
    ),
    Column(
        *("grade", "grade", lazy("范围可信等级代码"), CODE, REGISTER),
        lazy("primary、secondary、unverified"),
        lambda r: r.area and r.area.grade,
    ),
    Column(
        *("grade_label", "grd_label", lazy("范围可信等级"), TEXT, REGISTER),
        lazy("原文、转述、未核实"),
        lambda r: r.area and r.area.get_grade_display(),
    ),
    Column(
        *("schematic", "schematic", lazy("界线仅为示意"), FLAG, REGISTER),
        lazy("是：界线是画出来的示意，不是法定界线"),
        lambda r: r.area and r.area.schematic,
    ),
    Column(
        *("uncertainty_m", "uncert_m", lazy("界线误差"), NUMBER, WORKED_OUT),
        lazy("界线可能偏离真实界线多远"),
        lambda r: r.area and r.area.uncertainty_m,
        lazy("米"),
    ),
    Column(
        *("hectares", "hectares", lazy("计算面积"), NUMBER, WORKED_OUT),
        lazy("由界线在 EPSG:4548 中量得"),
        lambda r: r.area and r.area.hectares,
        lazy("公顷"),
    ),
    Column(
        *("stated_hectares", "stated_ha", lazy("公布面积"), NUMBER, SOURCE),
        lazy("文件上写的面积；空：未查明"),
        lambda r: r.area and r.area.stated_hectares,
        lazy("公顷"),
    ),
    Column(
        *("valid_from", "valid_from", lazy("范围起始日"), DAY, SOURCE),
        lazy("产地范围自何日起；空：未查明"),
        lambda r: r.area and r.area.valid_from,
    ),
    Column(
        *("valid_until", "valid_till", lazy("范围截止日"), DAY, SOURCE),
        lazy("到这一天为止，当天不含；空：没有终止"),
        lambda r: r.area and r.area.valid_until,
    ),
    Column(
        *("attested_on", "attested", lazy("范围最早见于"), DAY, SOURCE),
        lazy("起始日未查明时，来源证明已有该范围的最早一天"),
        lambda r: r.area and r.area.attested_on,
    ),
    Column(
        *("area_announcement", "area_annc", lazy("划定文件"), TEXT, SOURCE),
        lazy("划定产地范围的公告：机关与文号；空：未查明"),
        lambda r: r.area and r.area.announcement and str(r.area.announcement),
    ),
    Column(
        *("wording", "wording", lazy("产地范围原文"), TEXT, SOURCE),
        lazy("公告里的文字，一字不改；空：未查明"),
        lambda r: r.area and r.area.wording,
    ),
    Column(
        *("unit_codes", "unit_codes", lazy("所含行政区代码"), CODE, REGISTER),
        lazy("产地范围写到的行政区的区划代码，用“；”隔开"),
        lambda r: r.area and joined(place.code for place in r.area.units.all()),
    ),
    Column(
        *("drawn_on", "drawn_on", lazy("按哪一天的界线绘制"), DAY, REGISTER),
        lazy("范围由行政区界线拼成时，用的是哪一天的界线"),
        lambda r: r.area and r.area.drawn_on,
    ),
    Column(
        *("datum", "datum", lazy("原坐标系"), CODE, REGISTER),
        lazy("界线来时的坐标系；文件里一律是 CGCS2000"),
        lambda r: r.area and r.area.datum,
    ),
    Column(
        *("source", "source", lazy("范围来源"), TEXT, REGISTER),
        lazy("产地范围所依据来源的名称"),
        lambda r: r.area and r.area.source.title,
    ),
    Column(
        *("source_url", "source_url", lazy("范围来源网址"), TEXT, REGISTER),
        lazy("该来源的网址；空：没有保留网址"),
        lambda r: r.area and r.area.source.address,
    ),
    Column(
        *("source_licence", "src_licenc", lazy("范围来源许可"), TEXT, SOURCE),
        lazy("该来源写明的许可；空：未查明"),
        lambda r: r.area and r.area.source.licence,
    ),
    Column(
        *("warning", "warning", lazy("范围提醒"), TEXT, REGISTER),
        lazy("使用该范围前须知"),
        lambda r: r.area and r.area.warning,
    ),
    Column(
        *("note", "note", lazy("范围说明"), TEXT, REGISTER),
        lazy("编者对范围的说明"),
        lambda r: r.area and r.area.note,
    ),
    *edition_columns(),
)


def release(edition: Edition, filters: Filters, box: Box | None) -> Release:
    """The products on the edition's day that pass `filters`; with `box`, only rows whose boundary meets it.

    A product without an area stands there with an empty geometry. A fixed number of queries.
    """
    found = entries(edition.on, filters)
    prefetch_related_objects([p for entry in found for p in entry.protections], "source", "holder")
    prefetch_related_objects([a for entry in found for a in entry.areas], "source", "announcement", "units")
    shapes = boundaries([area.pk for entry in found for area in entry.areas], box)
    rows = [row for entry in found for row in rows_of(edition, entry)]
    if box:
        rows = [row for row in rows if row.area and row.area.pk in shapes]
    layer = Layer(
        "products",
        _("产品与产地范围"),
        "MultiPolygon",
        COLUMNS,
        [values(COLUMNS, row) for row in rows],
        [shapes.get(row.area.pk) if row.area else None for row in rows],
    )
    return Release(edition, layer)


def rows_of(edition: Edition, entry: Entry) -> Iterator[Row]:
    """Each protection with its areas or none, then areas under a regime that has no protection on the day."""
    for protection in entry.protections:
        areas: list[Area | None] = [area for area in entry.areas if area.regime == protection.regime]
        for area in areas or [None]:
            yield Row(edition, entry, protection.regime, protection, area)
    protected = {protection.regime for protection in entry.protections}
    for area in entry.areas:
        if area.regime not in protected:
            yield Row(edition, entry, area.regime, None, area)


def boundaries(keys: list[int], box: Box | None) -> dict[int, bytes]:
    """The exact boundaries of the areas as WKB, those that meet `box` only. One query."""
    areas = Area.objects.filter(pk__in=keys, boundary__isnull=False)
    if box:
        window = Polygon.from_bbox(box)
        window.srid = SRID
        areas = areas.filter(boundary__intersects=window)
    return {pk: bytes(wkb) for pk, wkb in areas.annotate(wkb=AsWKB("boundary")).values_list("pk", "wkb")}


def sources(day: date) -> QuerySet[Source]:
    """The sources on which the names, stages and areas of the day rest."""
    facts = [model._default_manager.on(day).values("source") for model in (Name, Protection, Area)]
    return Source.objects.filter(reduce(or_, (Q(pk__in=keys) for keys in facts))).order_by("title")
