from __future__ import annotations

import math
import random

import pyproj
import pytest

from gi_registry.core.errors import BadInput
from gi_registry.places.datums import (
    BD_TURN,
    Datum,
    cgcs2000_to_gcj02,
    look_swapped,
    parse_degrees,
    parse_range,
    to_cgcs2000,
)

ELLIPSOID = pyproj.Geod(ellps="WGS84")


def gcj02_to_bd09(lon, lat):
    """The published forward formula of BD-09, which the register itself never needs."""
    z = math.hypot(lon, lat) + 0.00002 * math.sin(lat * BD_TURN)
    theta = math.atan2(lat, lon) + 0.000003 * math.cos(lon * BD_TURN)
    return z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006


def test_the_shift_of_gcj02_at_jinghai_is_the_published_one():
    lon, lat = cgcs2000_to_gcj02(116.97, 38.94)
    _there, _back, east = ELLIPSOID.inv(116.97, 38.94, lon, 38.94)
    _there, _back, north = ELLIPSOID.inv(116.97, 38.94, 116.97, lat)

    assert (east, north) == (pytest.approx(518, abs=1), pytest.approx(87, abs=1))


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_a_shifted_position_comes_back_within_a_metre(datum):
    chance = random.Random(datum.value)
    for _number in range(200):
        lon, lat = chance.uniform(75, 134), chance.uniform(18, 53)
        shifted = cgcs2000_to_gcj02(lon, lat)
        found = to_cgcs2000(*(gcj02_to_bd09(*shifted) if datum == Datum.BD09 else shifted), datum)
        assert ELLIPSOID.inv(lon, lat, *found)[2] < 1


def test_cgcs2000_is_left_as_it_is():
    assert to_cgcs2000(116.97, 38.94, Datum.CGCS2000) == (116.97, 38.94)


@pytest.mark.parametrize(
    ("text", "axis", "degrees"),
    [
        ("116.9074", "lon", 116.9074),
        (" 116.9074° ", "lon", 116.9074),
        ("１１６．９０７４", "lon", 116.9074),
        ("116°54′26.64″", "lon", 116.9074),
        ("116°54'26.64\"", "lon", 116.9074),
        ("116° 54' 26.64'' E", "lon", 116.9074),
        ("116°54’26.64”", "lon", 116.9074),
        ("东经116度54分26.64秒", "lon", 116.9074),
        ("116 54 26.64", "lon", 116.9074),
        ("116:54:26.64", "lon", 116.9074),
        ("E116°54.444′", "lon", 116.9074),
        ("116.9074e", "lon", 116.9074),
        ("北纬39°1′43.248″", "lat", 39.02868),
        ("N39.02868", "lat", 39.02868),
        ("-116.9074", "lon", -116.9074),
        ("西经116.9074", "lon", -116.9074),
        ("39.02868S", "lat", -39.02868),
        ("0", "lat", 0),
        ("180", "lon", 180),
    ],
)
def test_degrees_are_read_in_every_usual_writing(text, axis, degrees):
    assert parse_degrees(text, axis) == pytest.approx(degrees, abs=1e-9)


LON, LAT = "经度", "纬度"


@pytest.mark.parametrize(
    ("text", "axis", "sentence"),
    [
        ("", "lon", "请填写经度。"),
        (" ", "lat", "请填写纬度。"),
        *(
            (text, "lon", f"经度“{text}”读不出来：请写成 116.9074 或 116°54′26″ 这样的度数。")
            for text in ("abc", "nan", "inf", "1e2", "116.9074x", "116,9074", "116°54′26″30", "--116", "0x74", "116.")
        ),
        ("116°60′00″", "lon", "经度“116°60′00″”的分和秒必须小于 60。"),
        ("116°54′60″", "lon", "经度“116°54′60″”的分和秒必须小于 60。"),
        ("N39", "lon", "经度一栏写的是另一个方向（N）：经度和纬度是否颠倒了？"),
        ("东经116.9", "lat", "纬度一栏写的是另一个方向（东）：经度和纬度是否颠倒了？"),
        ("116.9", "lat", "纬度必须在 -90 到 90 度之间，所给的是 116.9；经度和纬度是否颠倒了？"),
        ("181", "lon", "经度必须在 -180 到 180 度之间，所给的是 181。"),
        ("-180.5", "lon", "经度必须在 -180 到 180 度之间，所给的是 -180.5。"),
        ("190", "lat", "纬度必须在 -90 到 90 度之间，所给的是 190。"),
    ],
)
def test_bad_degrees_are_refused_in_one_sentence_that_names_the_axis(text, axis, sentence):
    with pytest.raises(BadInput) as refused:
        parse_degrees(text, axis)

    assert refused.value.sentence == sentence


@pytest.mark.parametrize(
    ("lon", "lat", "swapped"),
    [(38.9, 116.9, True), (116.9, 38.9, False), (0, 0, False), (-74, 40.7, False), (40, 75, True)],
)
def test_a_swapped_pair_is_one_that_lies_in_china_only_the_other_way_round(lon, lat, swapped):
    assert look_swapped(lon, lat) == swapped


def test_a_printed_range_is_read_as_west_south_east_north():
    wording = "地理坐标为东经116°24′00″~117°15′00″,北纬38°35′00″~39°04′00″。"

    assert parse_range(wording) == pytest.approx((116.4, 38 + 35 / 60, 117.25, 39 + 4 / 60))


@pytest.mark.parametrize("wording", ["", "台头镇、独流镇", "东经116°24′00″"])
def test_a_wording_without_a_range_gives_none(wording):
    assert parse_range(wording) is None
