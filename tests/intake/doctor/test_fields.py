from __future__ import annotations

from gi_registry.intake.doctor import diagnose
from gi_registry.intake.doctor.fields import Field
from tests.intake.doctor import files
from tests.intake.doctor.files import DISTRICT, OTHER, TOWN


def test_fields_come_as_stored_and_as_they_should_be_read(tmp_path):
    parts = files.shapefile(tmp_path / "f", TOWN, OTHER, 名称=["独流镇", "台头镇"], mj=[1.5, 2.0])
    cut = files.overwritten(parts[".dbf"], 32, "A行政区划名".encode("gbk")[:10])
    path = files.zipped(tmp_path / "a.zip", parts | {".dbf": cut})
    diagnosis = diagnose(path, path.name, DISTRICT, files.unheard)
    assert diagnosis.fields == (
        Field("AÐÐÕþÇø»®Ã", "A行政区划", "text", "yes", ("独流镇", "台头镇")),
        Field("mj", "mj", "real", "", ("1.5", "2")),
    )


def test_names_and_codes_of_units_are_recognised(tmp_path):
    path = files.zipped(tmp_path / "a.zip", files.sound(tmp_path / "f"))
    diagnosis = diagnose(path, path.name, DISTRICT, files.unheard)
    assert (diagnosis.name_column, diagnosis.code_column) == ("名称", "代码")


def test_a_code_kept_as_a_number_is_recognised_too(tmp_path):
    parts = files.shapefile(tmp_path / "f", TOWN, OTHER, dm=[120118100, 120118101], bz=["甲", "乙"])
    path = files.zipped(tmp_path / "a.zip", parts)
    diagnosis = diagnose(path, path.name, DISTRICT, files.unheard)
    assert (diagnosis.name_column, diagnosis.code_column) == (None, "dm")
