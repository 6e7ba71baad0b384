from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import shapely

from gi_registry.gazette.models import Announcement
from gi_registry.opendata import products
from gi_registry.opendata.columns import Edition
from gi_registry.parties.models import Party
from gi_registry.products.register import Filters
from tests import make, shapes

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 1)
EVERYTHING = Filters()
EDITION = Edition("登记簿", "https://gi.example.cn", DAY, 7, datetime(2026, 1, 1, tzinfo=UTC))


def released(filters=EVERYTHING, box=None, edition=EDITION):
    layer = products.release(edition, filters, box).main
    names = [column.name for column in layer.columns]
    return [dict(zip(names, row, strict=True)) for row in layer.rows], layer.shapes


def told(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_the_whole_row_of_a_product_with_an_area():
    source = make.source("plan", title="规划", address="https://plan.example.cn/", licence="CC BY 4.0")
    act = make.row(
        Announcement,
        {"issuer": "国家知识产权局", "number": "第9号", "issued_on": date(2020, 1, 1)},
        source=source,
        grade="primary",
    )
    holder = make.row(
        Party, {"name": "静海醋业协会"}, kind="association", contact_phone="13800000000", **make.sourced()
    )
    product = make.product()
    make.row(products.Name, {"product": product, "text": "独流(老)醋", "kind": "official"}, **make.sourced())
    make.protection(
        product, valid_from=date(2020, 1, 1), announcement=act, number="第42号", holder=holder, source=source, note="注"
    )
    area = make.area(
        product,
        shapes.pierced(116.8, 38.8, 0.1),
        valid_from=None,
        attested_on=date(2019, 1, 1),
        announcement=act,
        wording="独流镇所辖行政区域",
        stated_hectares=5500.0,
        uncertainty_m=830.0,
        schematic=True,
        drawn_on=date(2025, 12, 31),
        source=source,
        warning="提醒",
        note="说明",
    )
    area.units.set([make.place("120118102"), make.place("120118103")])

    rows, [wkb] = released()

    assert rows == [
        {
            "slug": "duliu-laocu",
            "name": "独流老醋",
            "official_name": "独流(老)醋",
            "category": "condiment",
            "category_label": "调味品",
            "regime": "product",
            "regime_label": "地理标志产品",
            "stage": "protected",
            "stage_label": "已保护",
            "stage_from": date(2020, 1, 1),
            "stage_until": None,
            "stage_attested_on": None,
            "certain": True,
            "number": "第42号",
            "holder": "静海醋业协会",
            "announcement": "国家知识产权局公告 第9号",
            "announced_on": date(2020, 1, 1),
            "stage_grade": "原文",
            "stage_source": "规划",
            "stage_source_url": "https://plan.example.cn/",
            "stage_note": "注",
            "basis": "act",
            "basis_label": "按公告文字",
            "grade": "primary",
            "grade_label": "原文",
            "schematic": True,
            "uncertainty_m": 830.0,
            "hectares": area.hectares,
            "stated_hectares": 5500.0,
            "valid_from": None,
            "valid_until": None,
            "attested_on": date(2019, 1, 1),
            "area_announcement": "国家知识产权局公告 第9号",
            "wording": "独流镇所辖行政区域",
            "unit_codes": "120118102；120118103",
            "drawn_on": date(2025, 12, 31),
            "datum": "cgcs2000",
            "source": "规划",
            "source_url": "https://plan.example.cn/",
            "source_licence": "CC BY 4.0",
            "warning": "提醒",
            "note": "说明",
            "page": "https://gi.example.cn/products/duliu-laocu/",
            "as_of": DAY,
            "revision": 7,
        }
    ]
    assert shapely.from_wkb(wkb).equals(shapes.pierced(116.8, 38.8, 0.1))


def test_a_product_without_an_area_stands_there_with_an_empty_shape():
    make.protection(make.product())

    rows, drawn = released()

    assert told(rows, "slug", "stage", "basis", "schematic") == [("duliu-laocu", "protected", None, None)]
    assert drawn == [None]


def test_each_regime_has_its_rows_and_an_area_without_protection_its_own():
    product = make.product()
    make.protection(product, regime="product")
    make.protection(product, regime="certification", stage="in_procedure")
    make.area(product, shapes.square(116.8, 38.8, 0.1), regime="product")
    make.area(product, shapes.square(116.9, 38.8, 0.1), regime="agricultural")

    rows, drawn = released()

    assert told(rows, "regime", "stage", "basis", "certain") == [
        ("product", "protected", "act", True),
        ("certification", "in_procedure", None, True),
        ("agricultural", "protected", "act", None),
    ]
    assert [wkb is not None for wkb in drawn] == [True, False, True]


def test_the_exact_boundary_is_given_and_not_the_outline():
    product = make.product()
    make.protection(product)
    exact, general = shapes.star(116.9, 38.9, 1), shapes.square(116.8, 38.8, 0.2)
    make.area(product, exact, outline=make.to_geos(general))

    _rows, [wkb] = released()

    assert shapely.from_wkb(wkb).equals_exact(exact, 1e-12)


def test_a_day_a_box_and_filters_choose_the_rows():
    first, second, _third = make.register(3)
    make.area(first, shapes.square(110, 30, 0.1), regime="collective", valid_until=date(2010, 1, 1))
    make.protection(second, regime="collective", stage="candidate")

    west = released(box=(116.7, 38.7, 116.85, 38.95))[0]
    assert told(west, "slug", "regime") == [("product-0", "product")]
    candidates = released(Filters(stages=frozenset({"candidate"})))[0]
    assert told(candidates, "slug", "stage") == [("product-1", "protected"), ("product-1", "candidate")]
    earlier = Edition("登记簿", "https://gi.example.cn", date(2009, 1, 1), 7, EDITION.changed_at)
    assert told(released(edition=earlier)[0], "slug", "regime") == [
        ("product-0", "product"),
        ("product-0", "collective"),
        ("product-1", "product"),
        ("product-1", "collective"),
        ("product-2", "product"),
    ]
    assert released(edition=Edition("登记簿", "", date(1999, 1, 1), 7, EDITION.changed_at)) == ([], [])


def test_of_a_natural_person_only_the_family_name_is_given():
    holder = make.row(Party, {"name": "张建国"}, kind="person", **make.sourced())
    make.protection(make.product(), holder=holder)

    assert told(released()[0], "holder") == [("张**",)]


def test_the_sources_of_a_day():
    product = make.product()
    make.protection(product, source=make.source("stage", title="阶段"))
    make.area(product, shapes.square(116.8, 38.8, 0.1), source=make.source("area", title="范围"))
    make.area(
        product,
        shapes.square(116.8, 38.8, 0.1),
        regime="collective",
        valid_until=date(2010, 1, 1),
        source=make.source("gone", title="从前"),
    )

    assert [source.title for source in products.sources(DAY)] == ["来源 gazette", "范围", "阶段"]
