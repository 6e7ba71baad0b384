from __future__ import annotations

import hashlib
import json

import pytest

from gi_registry.intake.doctor import Diagnosis, diagnose
from gi_registry.intake.doctor.reading import Layer
from gi_registry.places.geometry import hectares
from tests import shapes
from tests.intake.doctor import files
from tests.intake.doctor.files import DISTRICT, OTHER, TOWN


def test_the_diagnosis_counts_what_is_in_the_file(tmp_path):
    islands = shapes.islands(116.9, 38.7, 0.03)
    path = files.zipped(tmp_path / "乡镇.zip", files.shapefile(tmp_path / "f", islands, TOWN, None))
    diagnosis = diagnose(path, "乡镇.zip", DISTRICT, files.unheard)
    assert (diagnosis.features, diagnosis.empty, diagnosis.parts, diagnosis.rings) == (3, 1, 3, 5)
    assert (diagnosis.holes, diagnosis.vertices, diagnosis.has_z) == (2, 25, False)
    assert diagnosis.area_ha == pytest.approx(hectares(islands) + hectares(TOWN), abs=1e-3)
    assert diagnosis.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (diagnosis.name, diagnosis.bytes) == ("乡镇.zip", path.stat().st_size)
    assert (diagnosis.format_label, diagnosis.declared_system) == (
        "Shapefile（zip）",
        "China Geodetic Coordinate System 2000",
    )


def test_the_layer_with_most_polygons_is_taken_unless_another_is_asked_for(tmp_path):
    path = files.geopackage(tmp_path / "a.gpkg", {"村": [TOWN], "镇": [TOWN, OTHER]})
    likeliest = diagnose(path, path.name, DISTRICT, files.unheard)
    assert likeliest.layers == (Layer("村", 1, "MultiPolygon"), Layer("镇", 2, "MultiPolygon"))
    assert (likeliest.layer, likeliest.features) == ("镇", 2)
    asked = diagnose(path, path.name, DISTRICT, files.unheard, layer="村")
    assert (asked.layer, asked.features) == ("村", 1)


def test_progress_is_told_from_nothing_to_all(tmp_path):
    heard: list[tuple[str, float]] = []
    path = files.geojson(tmp_path / "a.geojson", TOWN)
    diagnose(path, path.name, DISTRICT, lambda stage, share: heard.append((stage, share)))
    assert [stage for stage, _share in heard] == [
        "核对文件",
        "打开文件",
        "读取图形和属性",
        "辨认编码",
        "比对坐标系",
        "检查图形",
        "完成",
    ]
    shares = [share for _stage, share in heard]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_a_diagnosis_is_kept_as_json_and_comes_back_whole(tmp_path):
    path = files.zipped(tmp_path / "a.zip", files.shapefile(tmp_path / "f", files.BOW_TIE, None))
    diagnosis = diagnose(path, path.name, DISTRICT, files.unheard)
    assert Diagnosis.from_json(json.loads(json.dumps(diagnosis.as_json()))) == diagnosis
    assert diagnosis.repairs == ("make_valid",)
