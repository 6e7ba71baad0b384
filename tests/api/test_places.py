from __future__ import annotations

from collections import Counter

import pytest

from tests import make, shapes

pytestmark = pytest.mark.django_db
ALL = "/api/places.geojson"


def test_the_district_its_units_and_its_neighbours_are_told_apart(client, jinghai):
    features = client.get(ALL).json()["features"]

    assert Counter(feature["properties"]["role"] for feature in features) == {"district": 1, "unit": 20, "neighbour": 7}
    assert {f["id"] for f in features if f["geometry"] is None} == {"120118001", "120118002"}
    assert {f["properties"]["schematic"] for f in features if f["properties"]["role"] == "unit" and f["geometry"]} == {
        True
    }


def test_the_facts_of_a_unit(client, jinghai):
    [duliu] = [f for f in client.get(ALL).json()["features"] if f["id"] == "120118102"]

    assert duliu["properties"] == {
        "code": "120118102",
        "name": "独流镇",
        "kind": "town",
        "kind_label": "镇",
        "role": "unit",
        "parent": "120118",
        "seat": [116.9074, 39.02868],
        "seat_grade": "secondary",
        "schematic": True,
        "uncertainty_m": 5339.0,
        "url": "/places/120118102/",
    }


def test_a_box_a_day_and_a_limit(client):
    make.place("120118101", shapes.square(116.0, 38.0, 0.1), valid_until="2020-01-01")
    make.place("120118102", shapes.square(116.0, 38.0, 0.1), valid_from="2020-01-01")
    make.place("120118103", shapes.square(118.0, 38.0, 0.1))

    def codes(query):
        return [feature["id"] for feature in client.get(f"{ALL}?{query}").json()["features"]]

    assert codes("on=2019-12-31") == ["120118101", "120118103"]
    assert codes("on=2020-01-01&bbox=115,37,117,39") == ["120118102"]
    assert codes("on=2020-01-01&limit=1") == ["120118102"]


@pytest.mark.parametrize("size", [1, 3])
def test_many_places_cost_as_many_queries_as_one(client, size, django_assert_num_queries):
    make.register(size)

    with django_assert_num_queries(2):
        assert len(client.get(ALL).json()["features"]) == size
