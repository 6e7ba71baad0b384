from __future__ import annotations

import geopandas
import pytest
import shapely

from gi_registry.core import clock
from gi_registry.core.revision import revision
from tests import make, shapes

pytestmark = pytest.mark.django_db
ALL = "/api/products.geojson"


def ids(client, address):
    return [feature["id"] for feature in client.get(address).json()["features"]]


def corners(west, south, side):
    east, north = round(west + side, 6), round(south + side, 6)
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def test_the_whole_answer(client):
    make.register(1)

    answer = client.get(ALL, {"on": "2025-01-01"})

    ring = answer.json()["features"][0]["geometry"]["coordinates"][0][0]
    assert sorted(ring[:-1]) == sorted(corners(116.8, 38.8, 0.1)[:-1])
    assert answer.headers["Content-Type"] == "application/geo+json"
    assert answer.json() == {
        "type": "FeatureCollection",
        "on": "2025-01-01",
        "revision": revision(),
        "numberMatched": 1,
        "numberReturned": 1,
        "features": [
            {
                "type": "Feature",
                "id": "product-0/product",
                "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
                "properties": {
                    "slug": "product-0",
                    "name": "产品0",
                    "slot": answer.json()["features"][0]["properties"]["slot"],
                    "stage": "protected",
                    "stage_label": "已保护",
                    "certain": True,
                    "url": "/products/product-0/",
                    "regime": "product",
                    "regime_label": "地理标志产品",
                    "basis": "act",
                    "basis_label": "按公告文字",
                    "grade": "primary",
                    "grade_label": "原文",
                    "schematic": False,
                    "uncertainty_m": 0.0,
                    "hectares": answer.json()["features"][0]["properties"]["hectares"],
                    "valid_from": "2000-01-01",
                },
            }
        ],
    }
    assert answer.json()["features"][0]["properties"]["hectares"] == pytest.approx(9_641, abs=10)


def test_an_empty_register_answers_an_empty_collection(client):
    assert client.get(ALL).json() == {
        "type": "FeatureCollection",
        "on": clock.today().isoformat(),
        "revision": 0,
        "numberMatched": 0,
        "numberReturned": 0,
        "features": [],
    }


def test_a_product_without_area_comes_without_geometry(client):
    make.protection(make.product())

    [feature] = client.get(ALL).json()["features"]

    assert (feature["id"], feature["geometry"], feature["properties"]["name"]) == ("duliu-laocu", None, "独流老醋")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=dllc", ["duliu-laocu/product"]),
        ("q=独留老醋", ["duliu-laocu/product"]),
        ("regime=certification", ["jinghai-heizhu/certification"]),
        ("stage=candidate", ["chenguantun-dongcai/product", "puluo-li/product"]),
        ("stage=ended", []),
        ("category=vegetable", ["chenguantun-dongcai/product"]),
        ("category=fruit&on=2010-12-23", ["jinghai-jinsixiaozao/agricultural"]),
        ("category=fruit&on=2010-12-24", ["taitou-xigua/product", "jinghai-jinsixiaozao/agricultural"]),
        ("category=fruit&bbox=117.05,38.55,117.2,38.7", ["jinghai-jinsixiaozao/agricultural"]),
        ("bbox=100,20,101,21", []),
    ],
)
def test_filters_days_and_boxes(client, jinghai, query, found):
    assert ids(client, f"{ALL}?{query}") == found


def test_a_limit_cuts_the_answer_and_says_how_many_there_are(client, jinghai):
    answer = client.get(ALL, {"limit": "2"}).json()

    assert (answer["numberMatched"], answer["numberReturned"], len(answer["features"])) == (6, 2, 2)


def test_one_product(client, jinghai):
    answer = client.get("/api/products/taitou-xigua.geojson").json()

    assert [feature["id"] for feature in answer["features"]] == ["taitou-xigua/product"]
    assert answer["features"] == client.get(ALL, {"q": "台头西瓜"}).json()["features"]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/api/products/no-such.geojson?on=2025-01-01", "登记簿在 2025-01-01 没有网址名为“no-such”的产品。"),
        ("/api/products/taitou-xigua.geojson?on=2010-12-23", "登记簿在 2010-12-23 没有网址名为“taitou-xigua”的产品。"),
    ],
)
def test_a_product_that_is_not_in_the_register_is_a_problem(client, jinghai, address, sentence):
    answer = client.get(address)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json() == {"type": "about:blank", "title": "Not Found", "status": 404, "detail": sentence}


@pytest.mark.parametrize("address", [ALL, "/api/places.geojson"])
def test_geojson_is_as_rfc_7946_wants_it(client, jinghai, address):
    answer = client.get(address).json()

    assert "crs" not in str(answer)
    for feature in answer["features"]:
        if feature["geometry"]:
            shape = shapely.geometry.shape(feature["geometry"])
            assert all(part.exterior.is_ccw for part in shape.geoms)
            assert not any(hole.is_ccw for part in shape.geoms for hole in part.interiors)
            assert (shapely.get_coordinates(shape).round(7) == shapely.get_coordinates(shape)).all()
            assert shape.is_valid


@pytest.mark.parametrize(("address", "rows"), [(ALL, 6), ("/api/places.geojson", 28)])
def test_geojson_is_read_by_other_programs(client, jinghai, tmp_path, address, rows):
    (tmp_path / "answer.geojson").write_bytes(client.get(address).content)

    frame = geopandas.read_file(tmp_path / "answer.geojson")

    assert (len(frame), frame.crs.to_epsg()) == (rows, 4326)


@pytest.mark.parametrize("size", [1, 3])
def test_many_products_cost_as_many_queries_as_one(client, size, django_assert_num_queries):
    make.register(size)

    with django_assert_num_queries(6):
        assert len(ids(client, ALL)) == size
    with django_assert_num_queries(6):
        assert ids(client, "/api/products/product-0.geojson") == ["product-0/product"]


def test_a_box_on_the_border_meets_the_area(client):
    product = make.product()
    make.protection(product)
    make.area(product, shapes.square(116.8, 38.8, 0.1))

    assert ids(client, f"{ALL}?bbox=116.5,38.5,116.8,38.9") == ["duliu-laocu/product"]
