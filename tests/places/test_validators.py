from __future__ import annotations

import pytest

from gi_registry.core.errors import BadInput
from gi_registry.places.datums import cgcs2000_to_gcj02
from gi_registry.places.validators import accuracy, bbox, position

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
