from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import shapely
from django.contrib.gis.geos import Point

from gi_registry.opendata import places
from gi_registry.opendata.columns import Edition
from tests import make, shapes

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 1)
EDITION = Edition("登记簿", "https://gi.example.cn", DAY, 7, datetime(2026, 1, 1, tzinfo=UTC))


def released(box=None):
    layer = places.release(EDITION, box).main
    names = [column.name for column in layer.columns]
    return [dict(zip(names, row, strict=True)) for row in layer.rows], layer.shapes


def test_the_whole_row_of_a_unit():
    source = make.source("map", title="地图", address="https://map.example.cn/", licence="MIT")
    shape = shapes.square(116.8, 38.8, 0.1)
    make.place(
        "120118102",
        shape,
        name="独流镇",
        parent=make.row(places.PlaceVersion._meta.get_field("place").related_model, {"code": "120118"}),
        location=Point(116.85, 38.85, srid=4490),
        location_source=source,
        location_grade="secondary",
        location_note="约 1 公里",
        boundary_source=source,
        boundary_grade="unverified",
        boundary_note="示意",
        schematic=True,
        uncertainty_m=5339.0,
        note="说明",
    )

    [row], [wkb] = released()

    assert row == {
        "code": "120118102",
        "name": "独流镇",
        "kind": "town",
        "kind_label": "镇",
        "role": "unit",
        "parent": "120118",
        "seat_lon": 116.85,
        "seat_lat": 38.85,
        "seat_grade": "转述",
        "seat_source": "地图",
        "seat_note": "约 1 公里",
        "boundary_grade": "未核实",
        "boundary_source": "地图",
        "boundary_source_url": "https://map.example.cn/",
        "boundary_licence": "MIT",
        "boundary_note": "示意",
        "schematic": True,
        "uncertainty_m": 5339.0,
        "hectares": round(places.hectares(shape), 2),
        "valid_from": date(2000, 1, 1),
        "valid_until": None,
        "attested_on": None,
        "grade": "原文",
        "source": "来源 gazette",
        "source_url": None,
        "source_licence": None,
        "note": "说明",
        "page": "https://gi.example.cn/places/120118102/",
        "as_of": DAY,
        "revision": 7,
    }
    assert shapely.from_wkb(wkb).equals(shape)


def test_a_unit_without_a_border_stands_there_and_a_box_leaves_it_out():
    make.place("120118001")
    make.place("120118102", shapes.square(116.8, 38.8, 0.1))
    make.place("120118103", shapes.square(118.8, 38.8, 0.1))

    rows, drawn = released()
    assert [(row["code"], row["schematic"], row["hectares"] is None) for row in rows] == [
        ("120118001", None, True),
        ("120118102", False, False),
        ("120118103", False, False),
    ]
    assert [wkb is None for wkb in drawn] == [True, False, False]
    assert [row["code"] for row in released(box=(116.0, 38.0, 117.0, 39.0))[0]] == ["120118102"]


def test_seats_are_a_layer_of_points():
    make.place("120118102", name="独流镇", location=Point(116.85, 38.85, srid=4490))
    make.place("120118103")

    [seats] = places.release(EDITION, None).others

    assert (seats.name, seats.geometry, seats.rows) == ("seats", "Point", [["120118102", "独流镇"]])
    assert [shapely.from_wkb(wkb).coords[0] for wkb in seats.shapes] == [(116.85, 38.85)]


def test_the_sources_of_a_day(jinghai):
    assert [source.key for source in places.sources(date(2026, 11, 24))] == [
        "geonames",
        "schematic-cells",
        "mca-2025",
        "tianditu",
        "editorial",
        "weather-stations",
    ]
