"""The corpus: small files, most of them broken, each with the whole of what the doctor must say of it."""

from __future__ import annotations

import json
import sqlite3
import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor import Diagnosis, diagnose
from gi_registry.places.datums import cgcs2000_to_gcj02
from tests import shapes
from tests.intake.doctor import files
from tests.intake.doctor.files import BOW_TIE, DISTRICT, OTHER, TOWN

DEGREES = "epsg:4490"
GBK = ("shapefile", "gb18030")
JSON = ("geojson", "utf-8")


def shifted(to: Callable[[float, float], tuple[float, float]], shape: MultiPolygon) -> MultiPolygon:
    return shapely.transform(shape, lambda xy: np.array([to(x, y) for x, y in xy]))


def to_bd09(lon: float, lat: float) -> tuple[float, float]:
    """百度's published forward formula."""
    x, y = cgcs2000_to_gcj02(lon, lat)
    turn = np.pi * 3000 / 180
    z = np.hypot(x, y) + 0.00002 * np.sin(y * turn)
    theta = np.arctan2(y, x) + 0.000003 * np.cos(x * turn)
    return float(z * np.cos(theta) + 0.0065), float(z * np.sin(theta) + 0.006)


def undeclared(epsg: int, *, swapped: bool = False) -> Callable[[Path], Path]:
    """Two towns in another system, without .prj."""

    def make(folder: Path) -> Path:
        drawn = files.in_system(epsg, TOWN, OTHER, swapped=swapped)
        return files.zipped(folder / "a.zip", files.shapefile(folder / "f", *drawn), ".shp", ".shx", ".dbf")

    return make


def bare(drawn: Any) -> Callable[[Path], Path]:
    """A GBK Shapefile with one shape and no .prj."""
    return lambda folder: files.zipped(folder / "a.zip", files.shapefile(folder / "f", drawn), ".shp", ".shx", ".dbf")


def sound_with(change: Callable[[dict[str, bytes]], dict[str, bytes]], *suffixes: str) -> Callable[[Path], Path]:
    """The sound Shapefile with some of its bytes changed."""

    def make(folder: Path) -> Path:
        parts = files.sound(folder / "f")
        return files.zipped(folder / "a.zip", parts | change(parts), *suffixes)

    return make


def text(name: str, content: bytes | str) -> Callable[[Path], Path]:
    return lambda folder: files.written(folder / name, content)


def gj(*drawn: Any, **members: Any) -> Callable[[Path], Path]:
    return lambda folder: files.geojson(folder / "a.geojson", *drawn, **members)


def zip_of(members: Callable[[dict[str, bytes]], dict[str, bytes]], name: str = "a.zip") -> Callable[[Path], Path]:
    return lambda folder: files.packed(folder / name, members(files.sound(folder / "f")))


def csv_file(*rows: str, encoding: str = "utf-8") -> Callable[[Path], Path]:
    return text("a.csv", files.csv_of(*rows, encoding=encoding))


# --- What is diagnosed: format, encoding, best system, whether the person must choose, every finding ------------------


def no_cpg(folder: Path) -> Path:
    return files.zipped(folder / "a.zip", files.sound(folder / "f"))


def wrong_cpg(folder: Path) -> Path:
    parts = files.sound(folder / "f") | {".cpg": b"UTF-8"}
    return files.zipped(folder / "a.zip", parts, *files.PARTS, ".cpg")


def utf8(folder: Path) -> Path:
    parts = files.shapefile(folder / "f", TOWN, OTHER, encoding="UTF-8")
    return files.zipped(folder / "a.zip", parts, *files.PARTS, ".cpg")


def gbk_member_names(folder: Path) -> Path:
    """As Windows writes a zip: GBK names without the flag that says so."""
    path = files.zipped(folder / "a.zip", files.sound(folder / "f"), stem="ABCD")
    return files.written(path, path.read_bytes().replace(b"ABCD", "乡镇".encode("gbk")))


def in_a_folder_in_capitals(folder: Path) -> Path:
    parts = files.sound(folder / "f")
    return files.packed(folder / "a.zip", {f"数据/TOWNS{suffix.upper()}": parts[suffix] for suffix in files.PARTS})


def several(folder: Path) -> Path:
    one, two = files.shapefile(folder / "f", TOWN), files.sound(folder / "g")
    members = {f"村{suffix}": one[suffix] for suffix in files.PARTS} | {
        f"镇{suffix}": two[suffix] for suffix in files.PARTS
    }
    return files.packed(folder / "a.zip", members)


def cut_name(folder: Path) -> Path:
    """Six GBK characters do not fit: the tenth byte is the first half of one."""
    return sound_with(lambda parts: {".dbf": files.overwritten(parts[".dbf"], 32, "A行政区划名".encode("gbk")[:10])})(
        folder
    )


def cut_value(folder: Path) -> Path:
    parts = files.shapefile(folder / "f", TOWN, 名称=["独流镇"])
    whole = "独流镇".encode("gbk")
    return files.zipped(folder / "a.zip", parts | {".dbf": parts[".dbf"].replace(whole, whole[:5] + b" ")})


def damaged_text(folder: Path) -> Path:
    return sound_with(
        lambda parts: {".dbf": parts[".dbf"].replace("示例镇".encode("gbk"), b"\xff\xff\xff\xff\xff\xff")}
    )(folder)


def package_of_two(folder: Path) -> Path:
    return files.geopackage(folder / "a.gpkg", {"村": [TOWN], "镇": [TOWN, OTHER]})


def kmz(folder: Path) -> Path:
    return files.packed(folder / "a.kmz", {"files/x.png": b"x", "doc.kml": files.kml(files.placemark(TOWN))})


SLIVER = shapely.box(116.99, 38.8, 116.99 + 5e-6, 38.85)
DOUBLED = [*files.ring()[:2], files.ring()[1], *files.ring()[2:]]
INNER = shapes.pierced(116.9, 38.8, 0.05)
HALVES = [shapely.orient_polygons(INNER & shapes.square(west, 38.8, 0.05)) for west in (116.875, 116.925)]
FAR_HOLE = files.polygon(files.ring(), files.ring(117.0, 38.8, 0.01)[::-1])
NESTED = MultiPolygon([*TOWN.geoms, *shapes.square(116.91, 38.81, 0.01).geoms])
UP = shapely.force_3d(TOWN, 3.5)
WKT_ROWS = ("名称,WKT", f'示例镇,"{TOWN.wkt}"', f'样板镇,"{OTHER.wkt}"')
POINTS = ("名称,经度,纬度", "示例镇,116.9,38.8", "样板镇,116.95,38.8", "试验镇,116.95,38.85")
NORTH_FIRST = ("点号,X坐标,Y坐标", "1,4296000,490000", "2,4296000,495000", "3,4299000,495000")
SCIENTIFIC = ("编号,经度,纬度", "9.11201E+17,116.9,38.8")

SAID: dict[str, tuple[Callable[[Path], Path], tuple[Any, ...]]] = {
    "GBK without cpg": (no_cpg, (*GBK, DEGREES, False, {})),
    "cpg says UTF-8 of GBK": (wrong_cpg, (*GBK, DEGREES, False, {})),
    "UTF-8 with cpg": (utf8, ("shapefile", "utf-8", DEGREES, False, {})),
    "language id GBK": (
        sound_with(lambda parts: {".dbf": files.overwritten(parts[".dbf"], 29, b"\x4d")}),
        (*GBK, DEGREES, False, {}),
    ),
    "member names in GBK": (gbk_member_names, (*GBK, DEGREES, False, {})),
    "in a folder, in capitals": (in_a_folder_in_capitals, (*GBK, DEGREES, False, {})),
    "several Shapefiles": (several, (*GBK, DEGREES, False, {})),
    "field name cut within a character": (cut_name, (*GBK, DEGREES, False, {"cut_names": 1})),
    "value cut within a character": (cut_value, (*GBK, DEGREES, False, {"cut_values": 1})),
    "text of no encoding": (damaged_text, (*GBK, DEGREES, False, {})),
    "no shx": (sound_with(lambda _: {}, ".shp", ".dbf", ".prj"), (*GBK, DEGREES, False, {"no_shx": 2})),
    "no dbf": (
        sound_with(lambda _: {}, ".shp", ".shx", ".prj"),
        ("shapefile", "utf-8", DEGREES, False, {"no_dbf": 2}),
    ),
    "fewer rows than shapes": (
        sound_with(lambda parts: {".dbf": files.overwritten(parts[".dbf"], 4, b"\x01")}),
        (*GBK, DEGREES, False, {"row_mismatch": 1}),
    ),
    "no prj": (sound_with(lambda _: {}, ".shp", ".shx", ".dbf"), (*GBK, DEGREES, True, {})),
    "unreadable prj": (sound_with(lambda _: {".prj": b"unknown"}), (*GBK, DEGREES, True, {})),
    "prj that cannot be true": (
        lambda folder: files.zipped(
            folder / "a.zip",
            files.shapefile(folder / "f", *files.in_system(4548, TOWN, OTHER)),
        ),
        (*GBK, "epsg:4548", True, {}),
    ),
    "prj of WGS 84 UTM": (
        lambda folder: files.zipped(
            folder / "a.zip", files.shapefile(folder / "f", *files.in_system(32650, TOWN, OTHER), crs=32650)
        ),
        (*GBK, "epsg:32650", False, {}),
    ),
    "prj of Xian 1980": (
        lambda folder: files.zipped(
            folder / "a.zip", files.shapefile(folder / "f", *files.in_system(2384, TOWN, OTHER), crs=2384)
        ),
        (*GBK, "epsg:2384", False, {}),
    ),
    "3 degrees, no prefix": (undeclared(4548), (*GBK, "epsg:4548", True, {})),
    "3 degrees, prefix 39": (undeclared(4527), (*GBK, "epsg:4527", True, {})),
    "6 degrees, prefix 20": (undeclared(4498), (*GBK, "epsg:4498", True, {})),
    "3 degrees, north first": (undeclared(4548, swapped=True), (*GBK, "epsg:4548-swapped", True, {})),
    "prefix 39, north first": (undeclared(4527, swapped=True), (*GBK, "epsg:4527-swapped", True, {})),
    "latitude first": (undeclared(4490, swapped=True), (*GBK, "epsg:4490-swapped", True, {})),
    "GCJ-02": (bare(shifted(cgcs2000_to_gcj02, DISTRICT)), (*GBK, "gcj02", True, {})),
    "BD-09": (bare(shifted(to_bd09, DISTRICT)), (*GBK, "bd09", True, {})),
    "another county": (gj(shapes.square(110.0, 30.0, 0.1)), (*JSON, DEGREES, True, {"out_of_district": 1})),
    "self-intersection": (gj(BOW_TIE), (*JSON, DEGREES, False, {"self_intersection": 1})),
    "sliver": (gj(TOWN, SLIVER), (*JSON, DEGREES, False, {"sliver": 1})),
    "duplicate vertices": (gj(files.polygon(DOUBLED)), (*JSON, DEGREES, False, {"repeated_vertices": 1})),
    "duplicate features": (gj(TOWN, OTHER, TOWN), (*JSON, DEGREES, False, {"duplicates": 1})),
    "duplicate, begun elsewhere": (
        gj(files.polygon(files.ring()), files.polygon([*files.ring()[1:], files.ring()[1]])),
        (*JSON, DEGREES, False, {"duplicates": 1}),
    ),
    "wrong ring order": (gj(files.polygon(files.ring()[::-1])), (*JSON, DEGREES, False, {"ring_order": 1})),
    "hole": (gj(INNER), (*JSON, DEGREES, False, {"holes": 1})),
    "hole outside": (gj(FAR_HOLE), (*JSON, DEGREES, False, {"hole_outside": 1, "holes": 1})),
    "nested shells": (gj(NESTED), (*JSON, DEGREES, False, {"nested": 1})),
    "unclosed ring": (gj(files.polygon(files.ring(closed=False))), (*JSON, DEGREES, False, {"unclosed": 1})),
    "ring of two points": (
        gj(TOWN, files.polygon(files.ring()[:2])),
        (*JSON, DEGREES, False, {"unreadable": 1}),
    ),
    "null geometry": (gj(TOWN, None), (*JSON, DEGREES, False, {"null_geometry": 1})),
    "empty geometry": (gj(TOWN, Polygon()), (*JSON, DEGREES, False, {"empty_geometry": 1})),
    "mixed geometries": (
        gj(TOWN, Point(116.9, 38.9), LineString([(116.9, 38.9), (117, 38.9)])),
        (*JSON, DEGREES, False, {"not_polygon": 2}),
    ),
    "heights": (gj(UP), (*JSON, DEGREES, False, {"z_values": 1})),
    "overlap": (
        gj(TOWN, shapes.square(116.92, 38.82, 0.05)),
        (*JSON, DEGREES, False, {"overlaps": 1}),
    ),
    "gap": (gj(*HALVES), (*JSON, DEGREES, False, {"gaps": 1})),
    "coordinates out of range": (
        gj(TOWN, shapes.square(-10, 38.8, 0.05)),
        (*JSON, DEGREES, False, {"out_of_range": 1}),
    ),
    "a strip around the pole": (
        gj(TOWN, files.polygon([[-180, -90], [180, -90], [180, -89], [-180, -90]])),
        (*JSON, DEGREES, True, {"out_of_range": 1}),
    ),
    "crs member": (
        gj(TOWN, crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}),
        (*JSON, DEGREES, True, {"crs_member": 1}),
    ),
    "crs member with metres": (
        gj(*files.in_system(4548, TOWN), crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}),
        (*JSON, "epsg:4548", True, {"crs_member": 1}),
    ),
    "GeoJSON in GBK": (
        lambda folder: files.written(folder / "a.geojson", gj(TOWN)(folder).read_text().encode("gb18030")),
        ("geojson", "gb18030", DEGREES, False, {}),
    ),
    "a bare polygon": (
        text("a.json", json.dumps(files.polygon(files.ring()))),
        (*JSON, DEGREES, False, {}),
    ),
    "GeoPackage of two layers": (package_of_two, ("geopackage", "utf-8", DEGREES, False, {})),
    "KML": (text("a.kml", files.kml(files.placemark(TOWN))), ("kml", "utf-8", DEGREES, False, {})),
    "KMZ": (kmz, ("kmz", "utf-8", DEGREES, False, {})),
    "CSV of WKT in GBK": (csv_file(*WKT_ROWS, encoding="gbk"), ("csv", "gb18030", DEGREES, True, {})),
    "CSV of WKT with a mark": (csv_file(*WKT_ROWS, encoding="utf-8-sig"), ("csv", "utf-8", DEGREES, True, {})),
    "CSV of points": (csv_file(*POINTS), ("csv", "utf-8", DEGREES, True, {"points": 3})),
    "CSV of degrees and minutes": (
        csv_file("名称,经度,纬度", "示例镇,116°54′00″,38°48′00″", "样板镇,东经116度57分,北纬38度48分"),
        ("csv", "utf-8", DEGREES, True, {"points": 2}),
    ),
    "CSV of surveyors, north first": (
        csv_file(*NORTH_FIRST),
        ("csv", "utf-8", "epsg:4548-swapped", True, {"points": 3}),
    ),
    "CSV with uneven rows": (
        csv_file(*POINTS, "演示镇,116.9,38.85,多一格"),
        ("csv", "utf-8", DEGREES, True, {"points": 4, "uneven_rows": 1}),
    ),
    "CSV with lost digits": (csv_file(*SCIENTIFIC), ("csv", "utf-8", DEGREES, True, {"points": 1, "lost_digits": 1})),
    "CSV with a broken row": (
        csv_file(*WKT_ROWS, '试验镇,"POLYGON((116.9 38.8"'),
        ("csv", "utf-8", DEGREES, True, {"unreadable": 1}),
    ),
    "XLSX of WKT": (
        lambda folder: files.workbook(folder / "a.xlsx", ["名称", "几何"], ["示例镇", TOWN.wkt]),
        ("xlsx", "utf-8", DEGREES, True, {}),
    ),
    "XLSX of points": (
        lambda folder: files.workbook(folder / "a.xlsx", ["名称", "lng", "lat"], ["示例镇", 116.9, 38.8]),
        ("xlsx", "utf-8", DEGREES, True, {"points": 1}),
    ),
}


def heard(diagnosis: Diagnosis) -> tuple[Any, ...]:
    found = {finding.key: finding.count for finding in diagnosis.findings}
    return diagnosis.format, diagnosis.encoding.guess, diagnosis.system, diagnosis.needs_choice, found


@pytest.fixture
def left_behind(tmp_path, monkeypatch):
    """Where temporary folders are made; empty again when the test ends."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("case", SAID)
def test_a_file_gets_the_whole_of_its_diagnosis(case, tmp_path, left_behind):
    make, expected = SAID[case]
    path = make(tmp_path)
    before = path.read_bytes()
    assert heard(diagnose(path, path.name, DISTRICT, files.unheard)) == expected
    assert path.read_bytes() == before


# --- What is refused, and the sentence --------------------------------------------------------------------------------

BROKEN = "文件已损坏或不完整，读不出来：请重新导出后再传。"
TORN = "压缩包已损坏或不完整，打不开：请重新压缩后再传。"
TOO_MANY = "文件有 1000000 个要素，超过上限 200000 个：请分开导入。"
ENTITY = '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
WIDE = json.dumps({"type": "FeatureCollection", "features": []})[:-2]
EMPTY_FEATURE = '{"type":"Feature","properties":null,"geometry":null}'


def a_million_empty(folder: Path) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for suffix, content in files.empty_shapefile(1_000_000).items():
            archive.writestr("a" + suffix, content)
    return path


def bomb(folder: Path) -> Path:
    return files.packed(folder / "a.zip", {"a.shp": bytes(20_000_000)})


def claims_a_terabyte(folder: Path) -> Path:
    """The list of members says that one of them is larger than it is."""
    path = no_cpg(folder)
    content = path.read_bytes()
    entry = content.index(b"PK\x01\x02")
    return files.written(path, files.overwritten(content, entry + 24, b"\xff\xff\xff\x7f"))


def symlink(folder: Path) -> Path:
    member = zipfile.ZipInfo("a.shp")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr(member, "/etc/passwd")
    return folder / "a.zip"


def encrypted(folder: Path) -> Path:
    path = no_cpg(folder)
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return files.written(path, bytes(content))


def rare_method(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.shp", b"x")
    return folder / "a.zip"


def bad_sum(folder: Path) -> Path:
    path = files.packed(folder / "a.zip", {"x": b""})
    with zipfile.ZipFile(path, "w") as archive:  # stored, so that a byte can be found again
        for suffix, content in files.sound(folder / "f").items():
            archive.writestr("a" + suffix, content)
    return files.written(path, path.read_bytes().replace("示例镇".encode("gbk"), "示列镇".encode("gbk")))


def package_with_a_view(folder: Path) -> Path:

    path = files.geopackage(folder / "a.gpkg", {"镇": [TOWN]})
    with sqlite3.connect(path) as database:
        database.executescript(
            "CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n;"
            "INSERT INTO gpkg_contents(table_name, data_type, identifier, srs_id) VALUES ('v', 'features', 'v', 4490);"
            "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POLYGON', 4490, 0, 0)"
        )
    database.close()
    return path


def cut_short(make: Callable[[Path], Path], keep: float) -> Callable[[Path], Path]:
    def make_short(folder: Path) -> Path:
        path = make(folder)
        content = path.read_bytes()
        return files.written(path, content[: int(len(content) * keep)])

    return make_short


def renamed(make: Callable[[Path], Path], name: str) -> Callable[[Path], Path]:
    return lambda folder: make(folder).rename(folder / name)


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty": (text("a.zip", b""), "文件是空的（0 字节）。"),
    "blank": (text("a.geojson", " \n "), "文件里只有空白。"),
    "bomb": (bomb, "压缩包解开会胀大 200 倍以上，不像正常的数据，不予解压。"),
    "claims two gigabytes": (claims_a_terabyte, "压缩包解开有 2147 MB，超过上限 500 MB。"),
    "too many members": (
        zip_of(lambda _: {f"{number}.txt": b"" for number in range(1_001)}),
        "压缩包里的文件超过 1000 个。",
    ),
    "zip in a zip": (
        zip_of(lambda _: {"b.zip": files.zip_bytes({"a": b""})}),
        "压缩包里还有压缩包“b.zip”：请解开后只压一层。",
    ),
    "climbs out": (
        zip_of(lambda parts: {"../../a.shp": parts[".shp"]}),
        "压缩包里“../../a.shp”的路径指向包外，不予解压。",
    ),
    "climbs out by backslashes": (
        zip_of(lambda parts: {"..\\a.shp": parts[".shp"]}),
        "压缩包里“../a.shp”的路径指向包外，不予解压。",
    ),
    "absolute": (zip_of(lambda parts: {"/tmp/a.shp": parts[".shp"]}), "压缩包里“/tmp/a.shp”的路径指向包外，不予解压。"),
    "a drive's path": (
        zip_of(lambda parts: {"C:/a.shp": parts[".shp"]}),
        "压缩包里“C:/a.shp”的路径指向包外，不予解压。",
    ),
    "symlink": (symlink, "压缩包里的“a.shp”是符号链接，不予解压。"),
    "encrypted": (encrypted, "压缩包设了密码：请去掉密码后再传。"),
    "rare compression": (rare_method, "压缩包里的“a.shp”用了少见的压缩方法：请用普通的 zip 重新压缩。"),
    "wrong sum": (bad_sum, TORN),
    "truncated zip": (cut_short(no_cpg, 0.5), TORN),
    "zip without shapes": (
        zip_of(lambda _: {"说明.txt": b"x"}),
        "压缩包里没有 .shp，也没有 .kml：请把 Shapefile 的几个文件直接压成一个 zip。",
    ),
    "only a table": (zip_of(lambda parts: {"a.dbf": parts[".dbf"]}), "压缩包里有 .dbf，却没有 .shp：图形不在里面。"),
    "bare shp": (
        lambda folder: files.written(folder / "a.shp", files.sound(folder / "f")[".shp"]),
        "只有 .shp 还不够：请把同名的 .shp、.shx、.dbf（以及 .prj、.cpg）压成一个 zip。",
    ),
    "zip that is a GeoPackage": (
        renamed(package_of_two, "b.zip"),
        "文件名的后缀是“.zip”，内容却是 GeoPackage：请核对文件，后缀应为 .gpkg。",
    ),
    "GeoJSON that is a KML": (
        text("a.geojson", files.kml(files.placemark(TOWN))),
        "文件名的后缀是“.geojson”，内容却是 KML：请核对文件，后缀应为 .kml。",
    ),
    "GeoJSON that is a VRT": (
        text("a.geojson", "<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>"),
        "文件名的后缀是“.geojson”，内容却是 KML：请核对文件，后缀应为 .kml。",
    ),
    "KML that is a VRT": (text("a.kml", "<OGRVRTDataSource/>"), "不是 KML：最外层是 <OGRVRTDataSource>。"),
    "PDF": (
        text("a.geojson", b"%PDF-1.7"),
        "文件是PDF 文档，读不出界线：请给 Shapefile（zip）、GeoPackage、GeoJSON、KML、CSV 或 XLSX。",
    ),
    "bytes of nothing": (
        text("a.csv", bytes(range(1, 9)) + b"\x00\x00"),
        "认不出这是什么文件：请给 Shapefile（zip）、GeoPackage、GeoJSON、KML、CSV 或 XLSX。",
    ),
    "shp that is none": (
        zip_of(lambda parts: {"a.shp": b"not a shape" * 20, "a.dbf": parts[".dbf"]}),
        "“a.shp”不是 Shapefile：文件头不对。",
    ),
    "shp that claims 2 GB": (
        sound_with(lambda parts: {".shp": files.overwritten(parts[".shp"], 24, b"\x3f\xff\xff\xff")}),
        "“乡镇.shp”不完整：文件头说有 2147483646 字节，实际只有 372 字节。",
    ),
    "truncated shp": (
        sound_with(lambda parts: {".shp": parts[".shp"][:300]}),
        "“乡镇.shp”不完整：文件头说有 372 字节，实际只有 300 字节。",
    ),
    "shx that points elsewhere": (
        sound_with(lambda parts: {".shx": files.overwritten(parts[".shx"], 100, b"\x7f\xff\xff\xff")}),
        "“乡镇.shx”指向 .shp 以外的位置：两个文件不是一套，或已损坏。",
    ),
    "dbf that claims more rows": (
        sound_with(lambda parts: {".dbf": files.overwritten(parts[".dbf"], 4, b"\x00\x00\x00\x70")}),
        "“乡镇.dbf”不完整：文件头说有 1879048192 行，实际放不下。",
    ),
    "truncated dbf": (sound_with(lambda parts: {".dbf": parts[".dbf"][:20]}), "“乡镇.dbf”不完整：连文件头都没有。"),
    "NaN": (
        sound_with(lambda parts: {".shp": files.last_replaced(parts[".shp"], OTHER.bounds[3], float("nan"))}),
        "第 2 个要素的坐标不是数（NaN 或无穷大），共 1 个：请改正后再传。",
    ),
    "infinity": (
        sound_with(lambda parts: {".shp": files.last_replaced(parts[".shp"], OTHER.bounds[3], float("inf"))}),
        "第 2 个要素的坐标不是数（NaN 或无穷大），共 1 个：请改正后再传。",
    ),
    "NaN in JSON": (
        text("a.geojson", '{"type":"Point","coordinates":[NaN,1]}'),
        "JSON 第 1 行写法有误，或文件不完整。",
    ),
    "a million empty features": (a_million_empty, TOO_MANY),
    "a million empty features in JSON": (
        text("a.geojson", '{"type":"FeatureCollection","features":[' + ",".join([EMPTY_FEATURE] * 1_000_000) + "]}"),
        TOO_MANY,
    ),
    "only empty features": (gj(None, None), "文件里的 2 个要素都没有可用的图形。"),
    "no feature": (gj(), "文件里一个要素也没有。"),
    "truncated JSON": (cut_short(gj(TOWN), 0.7), "JSON 第 1 行写法有误，或文件不完整。"),
    "JSON of another kind": (text("a.json", '{"a": 1}'), "是 JSON，但不是 GeoJSON：最外层应是 FeatureCollection。"),
    "TopoJSON": (text("a.json", '{"type": "Topology"}'), "是 JSON，但不是 GeoJSON：最外层应是 FeatureCollection。"),
    "GDAL's own pipeline": (
        text("a.json", '{"type": "gdal_streamed_alg", "command_line": "gdal vector read x"}'),
        "是 JSON，但不是 GeoJSON：最外层应是 FeatureCollection。",
    ),
    "crs member to fetch": (
        gj(TOWN, crs={"type": "link", "properties": {"href": "http://127.0.0.1/x"}}),
        "GeoJSON 带有读不懂的 crs：请去掉这一项，坐标一律用 WGS 84 / CGCS2000 经纬度。",
    ),
    "external entity": (
        text("a.kml", files.kml(files.placemark(TOWN, "&x;"), ENTITY)),
        "KML 里有 DOCTYPE 或外部实体，不予读取：请用地图软件重新导出。",
    ),
    "external entity in UTF-16": (
        text("a.kml", files.kml("", ENTITY).decode().replace("UTF-8", "UTF-16").encode("utf-16")),
        "KML 里有 DOCTYPE 或外部实体，不予读取：请用地图软件重新导出。",
    ),
    "truncated KML": (text("a.kml", files.kml(files.placemark(TOWN))[:200]), "XML 第 1 行写法有误，或文件不完整。"),
    "KML without shapes": (text("a.kml", files.kml("")), "文件里没有可读的图层。"),
    "truncated GeoPackage": (cut_short(package_of_two, 0.6), "GeoPackage 不完整：" + BROKEN),
    "SQLite that is no GeoPackage": (
        lambda folder: files.written(folder / "a.gpkg", a_database(folder)),
        "不是完好的 GeoPackage：" + BROKEN,
    ),
    "GeoPackage with an endless view": (package_with_a_view, "GeoPackage 的图层“v”不是普通的表，不读。"),
    "CSV without coordinates": (
        csv_file("名称,面积", "示例镇,3"),
        "表格里找不到坐标：应有“经度”“纬度”两列，或一列 WKT。",
    ),
    "CSV of no encoding": (text("a.csv", b"a,b\r\n\xff\xff\xfe,1"), "CSV 的文字不是 UTF-8，也不是 GB18030。"),
    "CSV with an open quote": (csv_file("名称,WKT", '示例镇,"POLYGON'), "CSV 写法有误，或文件不完整。"),
    "broken workbook": (
        lambda folder: files.packed(folder / "a.xlsx", {"xl/workbook.xml": b"<x"}),
        "XLSX " + BROKEN,
    ),
}


def a_database(folder: Path) -> bytes:

    with sqlite3.connect(folder / "other.sqlite3") as database:
        database.execute("CREATE TABLE t (x)")
    database.close()
    return (folder / "other.sqlite3").read_bytes()


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused_in_one_sentence_and_leaves_nothing(case, tmp_path, left_behind):
    make, sentence = REFUSED[case]
    path = make(tmp_path)
    with pytest.raises(BadInput) as refusal:
        diagnose(path, path.name, DISTRICT, files.unheard)
    assert refusal.value.sentence == sentence


def test_the_corpus_is_large_enough():
    assert len(SAID) + len(REFUSED) >= 40
