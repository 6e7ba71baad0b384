from __future__ import annotations

import numpy as np
import pytest
import shapely

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor import systems
from tests import shapes
from tests.intake.doctor import files
from tests.intake.doctor.files import DISTRICT, OTHER, TOWN

GIVEN = np.array([TOWN, OTHER])
UNTOLD = "几种经纬度只相差几百米，重合度分不开，请按数据的来源选择。"


def test_degrees_inside_the_district_cannot_be_told_from_their_shifted_kin():
    fit = systems.fitted(GIVEN, DISTRICT, None)
    assert [(one.key, one.overlap, one.note) for one in fit.fits[:4]] == [
        ("epsg:4490", 1.0, UNTOLD),
        ("gcj02", 1.0, UNTOLD),
        ("bd09", 1.0, UNTOLD),
        ("epsg:4490-swapped", 0.0, ""),
    ]
    assert fit.needs_choice


def test_systems_with_the_same_numbers_say_so():
    fit = systems.fitted(np.array(files.in_system(4548, TOWN)), DISTRICT, None)
    assert [(one.key, one.overlap, one.note) for one in fit.fits[:3]] == [
        ("epsg:4548", 1.0, ""),
        ("epsg:4509", 1.0, "中央经线相同时，与三度带的坐标完全一样。"),
        ("epsg:4490", 0.0, ""),
    ]


def test_the_zones_are_those_of_the_district():
    keys = list(systems.likely(shapes.square(113.9, 30, 0.1)))
    assert keys[4:8] == ["epsg:4547", "epsg:4526", "epsg:4508", "epsg:4497"]
    assert list(systems.likely(DISTRICT))[4:8] == ["epsg:4548", "epsg:4527", "epsg:4509", "epsg:4498"]


@pytest.mark.parametrize(
    ("declared", "key"),
    [
        (None, None),
        ("", None),
        ("nonsense", None),
        ("EPSG:4326", "epsg:4490"),
        ("EPSG:4490", "epsg:4490"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "epsg:4490"),
        ("EPSG:4548", "epsg:4548"),
        ("EPSG:32650", "epsg:32650"),
        ("+proj=tmerc +lon_0=116.5 +x_0=500000 +ellps=GRS80 +type=crs", "declared"),
    ],
)
def test_a_declared_system_has_a_key(declared, key):
    assert systems.declared_key(declared) == key


def test_a_declared_system_is_believed_where_it_can_be_true():
    assert not systems.fitted(GIVEN, DISTRICT, "EPSG:4326").needs_choice
    assert systems.fitted(GIVEN, DISTRICT, "EPSG:4548").needs_choice
    assert systems.fitted(GIVEN, DISTRICT, "EPSG:4326", sure=False).needs_choice


def test_an_old_datum_warns_of_its_inexactness():
    fit = systems.fitted(np.array(files.in_system(2384, TOWN)), DISTRICT, "EPSG:2384")
    assert fit.fits[0].note == "这一坐标系与 CGCS2000 之间没有公开的精确参数，换算后可能偏差几十米到上百米。"


@pytest.mark.parametrize("key", ["epsg:4548", "epsg:4527", "epsg:4509", "epsg:4498", "epsg:4548-swapped"])
def test_a_shape_turned_away_and_back_is_where_it_was(key):
    code = int(key.removesuffix("-swapped")[5:])
    there = np.array(files.in_system(code, TOWN, swapped=key.endswith("-swapped")))
    back = systems.turned(there, key, None)[0]
    assert shapely.hausdorff_distance(back, TOWN) < 1e-9


def test_an_unknown_system_is_refused():
    with pytest.raises(BadInput, match="不在可选之列"):
        systems.turned(GIVEN, "epsg:nothing", None)


def test_one_feature_of_nonsense_does_not_hide_the_right_system():
    nonsense = shapes.square(9e15, 9e15, 1e6)
    given = np.array([*files.in_system(4548, TOWN, OTHER), nonsense])
    best = systems.fitted(given, DISTRICT, None).fits[0]
    assert (best.key, best.overlap) == ("epsg:4548", 0.667)
