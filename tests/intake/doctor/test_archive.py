from __future__ import annotations

from django.conf import settings as site

from gi_registry.intake.doctor.archive import LARGEST_FILE, Format, unpacked
from tests.intake.doctor import files


def test_members_are_written_under_names_of_ours_and_gone_afterwards(tmp_path):
    path = files.zipped(tmp_path / "乡镇.zip", files.sound(tmp_path / "f"), *files.PARTS, ".cpg", stem="数据/乡镇")
    with unpacked(path, path.name) as laid_out:
        (source,) = laid_out.sources
        assert (laid_out.format, source.name) == (Format.SHAPEFILE, "乡镇")
        names = {suffix: part.name for suffix, part in source.parts.items()}
    assert names == {".shp": "0.shp", ".shx": "0.shx", ".dbf": "0.dbf", ".prj": "0.prj", ".cpg": "0.cpg-declared"}
    assert not source.path.parent.exists()


def test_a_name_in_gbk_is_read_although_the_zip_does_not_say_so(tmp_path):
    path = files.zipped(tmp_path / "a.zip", files.sound(tmp_path / "f"), stem="ABCDEF")
    files.written(path, path.read_bytes().replace(b"ABCDEF", "独流镇".encode("gbk")))
    with unpacked(path, path.name) as laid_out:
        assert [source.name for source in laid_out.sources] == ["独流镇"]


def test_shapefiles_of_one_name_are_told_apart_by_their_folders_and_leavings_of_macos_passed_over(tmp_path):
    parts = files.sound(tmp_path / "f")
    members = {f"{folder}/a{suffix}": parts[suffix] for folder in ("甲", "乙") for suffix in files.PARTS}
    path = files.packed(tmp_path / "a.zip", members | {"__MACOSX/甲/._a.shp": b"x", "甲/._a.shp": b"x"})
    with unpacked(path, path.name) as laid_out:
        assert [source.name for source in laid_out.sources] == ["甲/a", "乙/a"]


def test_whatever_may_be_handed_in_is_not_too_big_to_be_read():
    assert site.UPLOAD_LIMIT_MB["delivery"] * 1024 * 1024 <= LARGEST_FILE
