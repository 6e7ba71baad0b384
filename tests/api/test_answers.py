from __future__ import annotations

import pytest

from gi_registry import __version__
from gi_registry.core.clock import today
from tests import make

pytestmark = pytest.mark.django_db
PRODUCTS, PLACES, COVERING = "/api/products.geojson", "/api/places.geojson", "/api/covering"
HERE = "lon=116.85&lat=38.85"
ADDRESSES = [PRODUCTS, "/api/products/product-0.geojson", PLACES, f"{COVERING}?{HERE}"]
DAY = "日期“{}”读不出来：请写成 2010-12-24 这样的年-月-日。"
LIMIT = "limit 必须是 1 到 10000 之间的整数，所给的是“{}”。"
ORDER = "bbox 的次序应是西,南,东,北：西要小于东，南要小于北。"
FOUR = "bbox 应是四个数：西,南,东,北，例如 116.7,38.5,117.2,39.1。"
SWAPPED = "纬度必须在 -90 到 90 度之间，所给的是 116.85；经度和纬度是否颠倒了？"


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_is_304_until_the_register_changes(client, address):
    make.register(1)
    first = client.get(address)

    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    weak = client.get(address, headers={"If-None-Match": f"W/{first.headers['ETag']}"})
    assert (again.status_code, weak.status_code, again.content) == (304, 304, b"")

    make.product("second", "第二")
    changed = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_an_etag_names_the_register_the_program_and_the_day(client):
    assert client.get(PRODUCTS).headers["ETag"] == f'"0-{__version__}-{today()}"'


@pytest.mark.parametrize("address", ADDRESSES)
def test_other_sites_may_read_the_answers(client, address):
    make.register(1)

    assert client.get(address).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("address", [*ADDRESSES, "/healthz"])
def test_head_works_and_post_does_not(client, address):
    make.register(1)

    assert (client.head(address).status_code, client.head(address).content) == (200, b"")
    assert (client.post(address).status_code, client.post(address).headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (f"{PRODUCTS}?on=yesterday", DAY.format("yesterday")),
        (f"{PLACES}?on=2010-02-30", DAY.format("2010-02-30")),
        (f"{PRODUCTS}?limit=many", LIMIT.format("many")),
        (f"{PRODUCTS}?limit=0", LIMIT.format("0")),
        (f"{PLACES}?limit=-1", LIMIT.format("-1")),
        (f"{PLACES}?limit=10001", LIMIT.format("10001")),
        (f"{PRODUCTS}?limit={'9' * 5000}", LIMIT.format("9" * 20)),
        (f"{PRODUCTS}?bbox=117.2,38.5,116.7,39.1", ORDER),
        (f"{PLACES}?bbox=116.7,39.1,117.2,38.5", ORDER),
        (f"{PLACES}?bbox=1,2,3", FOUR),
        (f"{PRODUCTS}?stage=gone", "阶段“gone”不存在：可选 protected、in_procedure、candidate、ended。"),
        (f"{PRODUCTS}?q={'x' * 61}", "搜索词太长：请在 60 个字以内。"),
        (COVERING, "请填写经度。"),
        (f"{COVERING}?lon=116.85", "请填写纬度。"),
        (f"{COVERING}?lon=38.85&lat=116.85", SWAPPED),
        (f"{COVERING}?lon=40&lat=75", "经度和纬度似乎颠倒了：经度 40、纬度 75 不在中国境内，对调后才在。"),
        (f"{COVERING}?lon=181&lat=38", "经度必须在 -180 到 180 度之间，所给的是 181。"),
        (f"{COVERING}?lon=x&lat=38", "经度“x”读不出来：请写成 116.9074 或 116°54′26″ 这样的度数。"),
        (f"{COVERING}?lon=nan&lat=nan", "经度“nan”读不出来：请写成 116.9074 或 116°54′26″ 这样的度数。"),
        (f"{COVERING}?{HERE}&accuracy=-5", "定位精度不能是负数：请填写米数，例如 10。"),
        (f"{COVERING}?{HERE}&accuracy=fine", "定位精度“fine”不是数字：请填写米数，例如 10。"),
        (f"{COVERING}?{HERE}&accuracy=1e6", "定位精度 1e+06 米太粗，无法判断：请在 50000 米以内。"),
        (f"{COVERING}?{HERE}&datum=mars", "不认识的坐标系“mars”：请用 cgcs2000、gcj02、bd09。"),
        (f"{COVERING}?lon=0&lat=90&datum=gcj02", "gcj02 坐标只用于中国境内，经度 0、纬度 90 不在其中。"),
        (f"{COVERING}?{HERE}&on=never", DAY.format("never")),
    ],
)
def test_bad_input_is_a_problem_with_one_clear_sentence(client, address, sentence):
    answer = client.get(address)

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.json() == {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": sentence}
