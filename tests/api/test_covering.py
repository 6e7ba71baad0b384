from __future__ import annotations

import pytest

from gi_registry.core.revision import revision
from tests import make, shapes

pytestmark = pytest.mark.django_db


def asked(client, **query):
    return client.get("/api/covering", query).json()


def test_the_whole_answer_inside(client):
    make.register(1)

    answer = asked(client, lon="116.85", lat="38.85", accuracy="10", on="2025-01-01")

    assert answer == {
        "lon": 116.85,
        "lat": 38.85,
        "accuracy_m": 10.0,
        "on": "2025-01-01",
        "revision": revision(),
        "summary": "在范围内：产品0。",
        "covering": [
            {
                "slug": "product-0",
                "name": "产品0",
                "url": "/products/product-0/",
                "regime": "product",
                "regime_label": "地理标志产品",
                "stage": "protected",
                "stage_label": "已保护",
                "verdict": "inside",
                "verdict_label": "在范围内",
                "inside": True,
                "distance_m": pytest.approx(4_342, abs=5),
                "uncertainty_m": 0.0,
                "schematic": False,
                "basis": "act",
                "basis_label": "按公告文字",
                "grade": "primary",
                "grade_label": "原文",
            }
        ],
    }


def test_outside_is_said_and_not_left_to_an_empty_list(client):
    make.register(1)

    answer = asked(client, lon="116.7", lat="38.85")

    assert (answer["summary"], answer["covering"]) == ("不在登记簿当日收录的任何产地范围内。", [])


@pytest.mark.parametrize(
    ("lon", "inside", "summary"),
    [
        ("116.8001", True, "图上在范围内，离界线太近无法判定：独流老醋。"),
        ("116.7999", False, "图上在范围外，离界线太近无法判定：独流老醋。"),
    ],
)
def test_too_close_to_tell_is_said_on_both_sides_of_the_border(client, lon, inside, summary):
    make.area(make.product(), shapes.square(116.8, 38.8, 0.1), uncertainty_m=30.0)

    answer = asked(client, lon=lon, lat="38.85")

    [finding] = answer["covering"]
    assert (answer["summary"], finding["verdict"], finding["inside"]) == (summary, "too_close", inside)
    assert finding["distance_m"] == pytest.approx(8.7, abs=0.1)


def test_a_position_from_another_map_is_turned_first(client):
    make.register(1)

    answer = asked(client, lon="116.8061", lat="38.8507", datum="gcj02")

    assert (answer["lon"], answer["lat"]) == (pytest.approx(116.8, abs=0.001), pytest.approx(38.85, abs=0.001))


def test_the_nearest_area_is_named_where_it_is_asked_for(client):
    make.register(1)

    def nearest(lon, lat):
        return asked(client, lon=lon, lat=lat, nearest="1")["nearest"]

    assert (nearest("116.79", "38.85")["slug"], nearest("100", "30")) == ("product-0", None)
    assert "nearest" not in asked(client, lon="116.85", lat="38.85", nearest="1")


@pytest.mark.parametrize(("on", "covering"), [("2010-12-23", []), ("2010-12-24", ["taitou-xigua"])])
def test_areas_cover_from_the_day_they_begin(client, jinghai, on, covering):
    seat_of_taitou = {"lon": "116.811", "lat": "39.038", "on": on}

    answer = asked(client, **seat_of_taitou)

    assert [
        found["slug"] for found in answer["covering"] if found["regime"] == "product" and found["inside"]
    ] == covering


@pytest.mark.parametrize("size", [1, 3])
def test_a_point_costs_one_query_once_the_areas_are_held(client, size, django_assert_num_queries):
    make.register(size)
    asked(client, lon="116.85", lat="38.85")

    with django_assert_num_queries(1):
        assert asked(client, lon="116.85", lat="38.85")["summary"] == "在范围内：产品0。"
