from __future__ import annotations

import json
import shutil
import tempfile

import numpy as np
import pytest
import shapely

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor import Choices, Count, Delivery, Receipt, Repair, treated
from gi_registry.places.geometry import hectares
from tests import shapes
from tests.intake.doctor import files
from tests.intake.doctor.files import BOW_TIE, DISTRICT, OTHER, TOWN
from tests.intake.doctor.test_corpus import shifted, to_bd09

SLIVER = shapely.box(116.99, 38.8, 116.99 + 5e-6, 38.85)
OWN_PRJ = (
    'PROJCS["x",GEOGCS["x",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",600000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",117.0],'
    'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
UP = shapely.force_3d(TOWN, 3.5)


def treat(path, *repairs: str, **choices) -> Delivery:
    chosen = {"layer": "", "encoding": "utf-8", "system": "epsg:4490"} | choices
    return treated(path, path.name, Choices(**chosen, repairs=frozenset(repairs)), DISTRICT)


def collection(folder, *drawn):
    return files.geojson(folder / "a.geojson", *drawn)


def test_a_sound_file_comes_through_whole(tmp_path):
    pierced = shapes.pierced(116.9, 38.8, 0.05)
    path = files.zipped(tmp_path / "a.zip", files.shapefile(tmp_path / "f", pierced, OTHER))
    delivery = treat(path, encoding="gb18030", layer="乡镇", name_column="名称", code_column="代码")
    assert [(one.number, one.name, one.code, one.attributes) for one in delivery.features] == [
        (1, "示例镇", "120118100", {"名称": "示例镇", "代码": "120118100"}),
        (2, "样板镇", "120118101", {"名称": "样板镇", "代码": "120118101"}),
    ]
    assert all(one.shape.equals(given) for one, given in zip(delivery.features, (pierced, OTHER), strict=True))
    count = Count(2, 2, 3, 1, 15, 2, pytest.approx(hectares(pierced) + hectares(OTHER), abs=1e-3))
    receipt = delivery.receipt
    assert (receipt.before, receipt.after, receipt.repairs, receipt.empty_left_out) == (count, count, (), ())
    assert Receipt.from_json(json.loads(json.dumps(receipt.as_json()))) == receipt


@pytest.mark.parametrize(
    ("drawn", "repair", "sentence"),
    [
        (BOW_TIE, "make_valid", "有 1 个要素的界线无效（自相交、洞在外面等）：须同意相应的修正，或改正文件后再传。"),
        (UP, "drop_z", "有 1 个要素带高程或量测值：须同意相应的修正，或改正文件后再传。"),
        (
            shapely.LineString([(116.9, 38.8), (117, 38.9)]),
            "drop_other",
            "有 1 个要素不是面：须同意相应的修正，或改正文件后再传。",
        ),
        (
            files.polygon(files.ring(closed=False)),
            "close_rings",
            "有 1 个要素的环没有闭合：须同意相应的修正，或改正文件后再传。",
        ),
        (
            files.polygon(files.ring()[:2]),
            "drop_unreadable",
            "有 1 个要素的图形读不出来：须同意相应的修正，或改正文件后再传。",
        ),
    ],
)
def test_a_necessary_repair_is_made_only_when_accepted(tmp_path, drawn, repair, sentence):
    path = collection(tmp_path, OTHER, drawn)
    with pytest.raises(BadInput) as refusal:
        treat(path)
    assert refusal.value.sentence == sentence
    receipt = treat(path, repair).receipt
    assert [(one.key, one.features) for one in receipt.repairs] == [(repair, 1)]


@pytest.mark.parametrize(
    ("drawn", "repair", "features"),
    [
        ((TOWN, SLIVER), "drop_slivers", (2, 1)),
        ((TOWN, OTHER, TOWN), "drop_duplicates", (3, 2)),
        ((files.polygon([*files.ring()[:2], files.ring()[1], *files.ring()[2:]]),), "drop_repeated", (1, 1)),
    ],
)
def test_what_may_stay_stays_unless_its_repair_is_accepted(tmp_path, drawn, repair, features):
    path = collection(tmp_path, *drawn)
    as_it_is, repaired = treat(path).receipt, treat(path, repair).receipt
    assert (as_it_is.before, as_it_is.repairs) == (as_it_is.after, ())
    assert (repaired.after.features, [one.key for one in repaired.repairs]) == (features[1], [repair])
    assert len(repaired.left_out) == features[0] - features[1]


def test_a_repair_tells_the_area_before_and_after(tmp_path):
    (repair,) = treat(collection(tmp_path, BOW_TIE), "make_valid").receipt.repairs
    half = pytest.approx(hectares(TOWN) / 2, rel=1e-3)
    assert repair == Repair("make_valid", 1, 0.0, half)
    assert repair.area_change_ha == half


def test_only_the_thin_parts_and_holes_of_a_shape_go(tmp_path):
    slit = shapely.box(116.91, 38.81, 116.91 + 5e-6, 38.84)
    drawn = shapely.MultiPolygon([*shapely.get_parts(TOWN.difference(slit)), SLIVER])
    (feature,) = treat(collection(tmp_path, drawn), "drop_slivers").features
    assert feature.shape.equals(TOWN)


def test_empty_features_are_left_out_by_number(tmp_path):
    receipt = treat(collection(tmp_path, TOWN, None, OTHER, shapely.Polygon())).receipt
    assert (receipt.empty_left_out, receipt.left_out, receipt.before.features, receipt.after.features) == (
        (2, 4),
        (),
        4,
        2,
    )


def test_outer_rings_come_counter_clockwise(tmp_path):
    (feature,) = treat(collection(tmp_path, files.polygon(files.ring()[::-1]))).features
    assert feature.shape.geoms[0].exterior.is_ccw


@pytest.mark.parametrize(("epsg", "key"), [(4548, "epsg:4548"), (4527, "epsg:4527"), (4498, "epsg:4498")])
def test_metres_are_turned_to_degrees(tmp_path, epsg, key):
    parts = files.shapefile(tmp_path / "f", *files.in_system(epsg, TOWN))
    (feature,) = treat(files.zipped(tmp_path / "a.zip", parts), encoding="gb18030", system=key).features
    assert shapely.hausdorff_distance(feature.shape, TOWN) < 1e-9


def test_bd09_is_turned_back_within_a_metre(tmp_path):
    (feature,) = treat(collection(tmp_path, shifted(to_bd09, TOWN)), system="bd09").features
    assert shapely.hausdorff_distance(feature.shape, TOWN) < 1e-5


def test_a_wkt_of_their_own_is_turned_as_declared(tmp_path):
    moved = shapely.transform(files.in_system(4548, TOWN)[0], lambda xy: np.add(xy, (100_000, 0)))
    parts = files.shapefile(tmp_path / "g", moved) | {".prj": OWN_PRJ.encode()}
    (feature,) = treat(files.zipped(tmp_path / "a.zip", parts), encoding="gb18030", system="declared").features
    assert shapely.hausdorff_distance(feature.shape, TOWN) < 1e-6


def test_corners_in_a_table_are_joined_in_their_order(tmp_path):
    corners = [
        f"{name},{x},{y}" for name, town in (("甲", TOWN), ("乙", OTHER)) for x, y in town.geoms[0].exterior.coords[:-1]
    ]
    path = files.written(tmp_path / "a.csv", files.csv_of("地块,经度,纬度", *corners))
    columns = {"name_column": "地块", "lon": "经度", "lat": "纬度"}
    with pytest.raises(BadInput, match="只是点，不是面"):
        treat(path, **columns)
    delivery = treat(path, "join_points", **columns)
    assert [(one.number, one.name) for one in delivery.features] == [(1, "甲"), (5, "乙")]
    assert all(one.shape.equals(town) for one, town in zip(delivery.features, (TOWN, OTHER), strict=True))


def test_a_table_of_wkt_keeps_its_codes_as_text(tmp_path):
    path = files.workbook(tmp_path / "a.xlsx", ["代码", "面积", "WKT"], ["120118100", 3.5, TOWN.wkt])
    (feature,) = treat(path, wkt="WKT", code_column="代码").features
    assert (feature.code, feature.attributes) == ("120118100", {"代码": "120118100", "面积": 3.5})


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"encoding": "utf-8"}, "属性文字不是所选的编码：请另选一种编码。"),
        ({"encoding": "klingon"}, "所选的编码认不出来。"),
        ({"system": "epsg:1"}, "所选的坐标系不在可选之列。"),
        ({"system": "epsg:4490-swapped"}, "第 1 个要素按所选的坐标系落在经纬度范围之外：请另选坐标系，或改正后再传。"),
        ({"layer": "别的"}, "文件里没有名为“别的”的图层。"),
        ({"name_column": "别的"}, "文件里没有名为“别的”的字段。"),
        ({"repairs": frozenset({"别的"})}, "没有名为“别的”的修正。"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_and_leaves_nothing(tmp_path, monkeypatch, choices, sentence):
    path = files.zipped(tmp_path / "a.zip", files.sound(tmp_path / "f"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shutil.rmtree(tmp_path / "f")
    chosen = {"layer": "", "encoding": "gb18030", "system": "epsg:4490"} | choices
    with pytest.raises(BadInput) as refusal:
        treated(path, path.name, Choices(**chosen), DISTRICT)
    assert refusal.value.sentence == sentence
    assert list(tmp_path.iterdir()) == [path]


def test_choices_are_kept_as_json():
    choices = Choices("乡镇", "gb18030", "epsg:4548", "名称", None, frozenset({"make_valid", "drop_z"}))
    assert Choices.from_json(json.loads(json.dumps(choices.as_json()))) == choices


def test_the_same_towns_come_through_every_format(tmp_path):
    pierced = shapes.pierced(116.9, 38.8, 0.05)
    paths = [
        files.zipped(
            tmp_path / "a.zip", files.shapefile(tmp_path / "f", pierced, encoding="UTF-8"), *files.PARTS, ".cpg"
        ),
        files.geopackage(tmp_path / "a.gpkg", {"镇": [pierced]}),
        collection(tmp_path, pierced),
        files.kml_of(tmp_path / "a.kml", pierced),
        files.written(tmp_path / "a.csv", files.csv_of("名称,WKT", f'示例镇,"{pierced.wkt}"')),
        files.workbook(tmp_path / "a.xlsx", ["名称", "WKT"], ["示例镇", pierced.wkt]),
    ]
    lost = [treat(path).features[0].shape.symmetric_difference(pierced).area / pierced.area for path in paths]
    assert [share < 1e-9 for share in lost] == [True] * 6
