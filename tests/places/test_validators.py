from __future__ import annotations

import json
import time

import numpy as np
import pytest
import shapely

from gi_registry.core.errors import BadInput
from gi_registry.places import validators
from gi_registry.places.datums import cgcs2000_to_gcj02
from gi_registry.places.validators import accuracy, bbox, drawn_shape, position
from tests import shapes

ORDER = "bbox 的次序应是西,南,东,北：西要小于东，南要小于北。"
FOUR = "bbox 应是四个数：西,南,东,北，例如 116.7,38.5,117.2,39.1。"


def refusal(read, *typed):
    with pytest.raises(BadInput) as refused:
        read(*typed)
    return refused.value.sentence


def test_a_position_is_read():
    assert position("116.9", "38.9") == (116.9, 38.9)


def test_a_position_of_another_datum_is_turned():
    lon, lat = cgcs2000_to_gcj02(116.9, 38.9)

    assert position(str(lon), str(lat), "gcj02") == pytest.approx((116.9, 38.9), abs=1e-8)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("", "38.9"), "请填写经度。"),
        (("116.9", ""), "请填写纬度。"),
        (("38.9", "116.9"), "纬度必须在 -90 到 90 度之间，所给的是 116.9；经度和纬度是否颠倒了？"),
        (("40", "75"), "经度和纬度似乎颠倒了：经度 40、纬度 75 不在中国境内，对调后才在。"),
        (("116.9", "38.9", "wgs72"), "不认识的坐标系“wgs72”：请用 cgcs2000、gcj02、bd09。"),
    ],
)
def test_a_bad_position_is_refused_in_one_sentence(typed, sentence):
    assert refusal(position, *typed) == sentence


@pytest.mark.parametrize("lon", ["-180", "0", "180"])
@pytest.mark.parametrize("lat", ["-90", "0", "90"])
@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_the_shifted_datums_are_for_china_only(lon, lat, datum):
    assert refusal(position, lon, lat, datum) == f"{datum} 坐标只用于中国境内，经度 {lon}、纬度 {lat} 不在其中。"


@pytest.mark.parametrize(
    ("text", "metres"), [("", 0), ("10", 10), ("１０", 10), ("10 米", 10), ("10m", 10), ("0.5", 0.5), ("50000", 50_000)]
)
def test_an_accuracy_is_read(text, metres):
    assert accuracy(text) == metres


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("abc", "定位精度“abc”不是数字：请填写米数，例如 10。"),
        ("nan", "定位精度“nan”不是数字：请填写米数，例如 10。"),
        ("inf", "定位精度“inf”不是数字：请填写米数，例如 10。"),
        ("1e999", "定位精度“1e999”不是数字：请填写米数，例如 10。"),
        ("-1", "定位精度不能是负数：请填写米数，例如 10。"),
        ("50001", "定位精度 50001 米太粗，无法判断：请在 50000 米以内。"),
    ],
)
def test_an_accuracy_that_no_instrument_would_say_is_refused(text, sentence):
    assert refusal(accuracy, text) == sentence


def test_a_box_is_read_and_an_empty_one_is_none():
    assert (bbox("116.7,38.5,117.2,39.1"), bbox(" ")) == ((116.7, 38.5, 117.2, 39.1), None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("116.7,38.5,117.2", FOUR),
        ("116.7,38.5,117.2,39.1,0", FOUR),
        ("all", FOUR),
        ("117.2,38.5,116.7,39.1", ORDER),
        ("116.7,39.1,117.2,38.5", ORDER),
        ("116.7,38.5,116.7,39.1", ORDER),
        ("38.5,116.7,39.1,117.2", "纬度必须在 -90 到 90 度之间，所给的是 116.7；经度和纬度是否颠倒了？"),
        ("nan,38.5,117.2,39.1", "经度“nan”读不出来：请写成 116.9074 或 116°54′26″ 这样的度数。"),
        ("116.7,,117.2,39.1", "请填写纬度。"),
    ],
)
def test_a_bad_box_is_refused_in_one_sentence(text, sentence):
    assert refusal(bbox, text) == sentence


# --- Shapes from people's hands --------------------------------------------------------------------------------------

SQUARE = [[116, 38], [117, 38], [117, 39], [116, 39], [116, 38]]
ISLANDS = shapes.islands(116.8, 38.8, 0.09)


def polygon(*rings, **more):
    return json.dumps({"type": "Polygon", "coordinates": rings} | more)


@pytest.mark.parametrize(
    "text",
    [
        shapely.to_geojson(ISLANDS),
        ISLANDS.wkt,
        json.dumps({"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(ISLANDS))}),
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {"type": "Feature", "geometry": json.loads(shapely.to_geojson(part))} for part in ISLANDS.geoms
                ],
            }
        ),
    ],
    ids=["geometry", "wkt", "feature", "collection"],
)
def test_a_shape_in_any_writing_keeps_every_ring(text):
    read = drawn_shape(text)

    assert shapely.equals_exact(read, ISLANDS, 0.0)


def test_every_vertex_of_a_geojson_comes_back_as_it_was():
    ragged = shapely.MultiPolygon([shapes.star(116.9, 38.9, 3).geoms[0], shapes.pierced(117.2, 38.9, 0.07).geoms[0]])

    assert shapely.equals_identical(drawn_shape(shapely.to_geojson(ragged)), ragged)


def test_a_shape_of_a_shifted_map_is_turned_vertex_by_vertex():
    shifted = shapely.transform(ISLANDS, lambda xy: np.array([cgcs2000_to_gcj02(x, y) for x, y in xy.tolist()]))

    assert shapely.equals_exact(drawn_shape(shapely.to_geojson(shifted), "gcj02"), ISLANDS, 1e-8)


OUTER = "第 1 个地块的外环"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" ", "还没有界线：请在图上画，或粘贴 GeoJSON、WKT。"),
        ("{", "界线读不出来：应是 GeoJSON，或 POLYGON、MULTIPOLYGON 开头的 WKT。"),
        ("[" * 100_000, "界线读不出来：应是 GeoJSON，或 POLYGON、MULTIPOLYGON 开头的 WKT。"),
        (
            "SRID=4326;POLYGON((116 38,117 38,117 39,116 38))",
            "界线读不出来：应是 GeoJSON，或 POLYGON、MULTIPOLYGON 开头的 WKT。",
        ),
        ("[1]", "GeoJSON 应是一个对象。"),
        (polygon(SQUARE, crs={}), "GeoJSON 不应带 crs：请去掉它，并在“坐标系”一栏选明坐标从哪种地图来。"),
        (
            json.dumps({"type": "Feature", "geometry": json.loads(polygon(SQUARE, crs=None))}),
            "GeoJSON 不应带 crs：请去掉它，并在“坐标系”一栏选明坐标从哪种地图来。",
        ),
        ('{"type": "Point", "coordinates": [116, 38]}', "界线应是面（Polygon 或 MultiPolygon），所给的是 Point。"),
        ('{"type": "Feature", "geometry": null}', "界线应是面（Polygon 或 MultiPolygon），所给的是 None。"),
        ('{"type": "Polygon"}', "GeoJSON 的 coordinates 应是列表。"),
        ('{"type": "FeatureCollection", "features": 3}', "界线是空的：里面没有一个面。"),
        ("MULTIPOLYGON EMPTY", "界线是空的：里面没有一个面。"),
        (
            '{"type": "Feature", "geometry": ' * 900 + "null" + "}" * 900,
            "界线应是面（Polygon 或 MultiPolygon），所给的是 Feature。",
        ),
        ("POLYGON((116 38,117 38", "WKT 读不出来：写法有误。"),
        ("POLYGON((116 38,117 38,117 39,116 39))", "界线的环没有闭合：首尾两点必须相同。"),
        (
            "POLYGON Z((116 38 1,117 38 1,117 39 1,116 38 1))",
            f"{OUTER}的第 1 个点有 3 个数：只要经度和纬度，请去掉高程。",
        ),
        (
            "POLYGON((116 38 1,117 38 1,117 39 1,116 38 1))",
            f"{OUTER}的第 1 个点有 3 个数：只要经度和纬度，请去掉高程。",
        ),
        ("POLYGON((116 38,117 38,nan 39,116 38))", f"{OUTER}的第 3 个点不是有限的数。"),
        (polygon(), "第 1 个地块没有环。"),
        (polygon(SQUARE[:3]), f"{OUTER}不足四个点：最少三个顶点，再回到起点。"),
        (polygon(SQUARE, 7), "第 1 个地块的第 1 个孔洞不足四个点：最少三个顶点，再回到起点。"),
        (
            polygon(SQUARE[:4]),
            f"{OUTER}没有闭合：首点（116.000000，38.000000），尾点（116.000000，39.000000），两点必须相同。",
        ),
        (polygon([[116, 38], [117, 38], [True, 39], [116, 38]]), f"{OUTER}的第 3 个点不是经度、纬度两个数。"),
        (polygon([[116, 38], [117, 38], ["x", 39], [116, 38]]), f"{OUTER}的第 3 个点不是经度、纬度两个数。"),
        (
            polygon([[116, 38], [117, 38], [117, 39, 2], [116, 38]]),
            f"{OUTER}的第 3 个点有 3 个数：只要经度和纬度，请去掉高程。",
        ),
        (polygon([[116, 38], [117, 38], [float("nan"), 39], [116, 38]]), f"{OUTER}的第 3 个点不是有限的数。"),
        (polygon([[116, 38], [117, 38], [10**400, 39], [116, 38]]), f"{OUTER}的第 3 个点不是有限的数。"),
        (
            polygon([[38, 116], [38, 117], [39, 117], [38, 116]]),
            f"{OUTER}的第 1 个点（38，116）经度和纬度似乎颠倒了：对调后才在中国境内。",
        ),
        (
            polygon([[500000, 4300000], [500001, 4300000], [500001, 4300001], [500000, 4300000]]),
            f"{OUTER}的第 1 个点（500000，4.3e+06）不在中国境内：应是以度为单位的经度、纬度，经度在前。",
        ),
        (
            polygon([[116, 38], [117, 39], [117, 38], [116, 39], [116, 38]]),
            "界线无效：边与边相交，或两个地块重叠（116.500000，38.500000 处）。登记簿不会自行修补，请改好再提交。",
        ),
        (
            polygon(SQUARE, [[118, 38], [118.1, 38], [118.1, 38.1], [118, 38]]),
            "界线无效：孔洞在地块之外（118.000000，38.000000 处）。登记簿不会自行修补，请改好再提交。",
        ),
    ],
    ids=lambda text: text[:40],
)
def test_a_shape_that_cannot_be_taken_is_refused_with_what_and_where(text, sentence):
    assert refusal(drawn_shape, text) == sentence


def test_a_datum_that_nobody_knows_is_refused():
    assert refusal(drawn_shape, polygon(SQUARE), "wgs72") == "不认识的坐标系“wgs72”：请用 cgcs2000、gcj02、bd09。"


def test_more_vertices_or_letters_than_a_form_should_carry_are_refused(monkeypatch):
    monkeypatch.setattr(validators, "MOST_VERTICES", 4)
    assert refusal(drawn_shape, polygon(SQUARE)) == "界线有 5 个顶点，超过 4 个：请先概括，或用文件导入。"
    monkeypatch.setattr(validators, "LONGEST_TEXT", 50)
    assert "界线文字太长" in refusal(drawn_shape, polygon(SQUARE))


def test_a_shape_of_as_many_vertices_as_allowed_is_read_within_seconds():
    turns = np.linspace(0, 2 * np.pi, validators.MOST_VERTICES - 1, endpoint=False)
    ring = np.column_stack([117 + np.cos(turns) / 10, 38.9 + np.sin(turns) / 10])
    text = shapely.to_geojson(shapely.Polygon(ring))

    started = time.perf_counter()
    assert len(drawn_shape(text).geoms) == 1
    assert time.perf_counter() - started < 10
