"""Each format as its readers take it: read by GDAL, by a spreadsheet's library, by an XML parser."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import openpyxl
import pyogrio
import pytest
import shapely

from gi_registry.core.errors import NotInRegister
from gi_registry.opendata import places, products, sheets
from gi_registry.opendata.columns import Edition, Layer, Release
from gi_registry.opendata.formats import FORMATS, format_of, written
from gi_registry.opendata.shapes import rounded
from tests import shapes

EDITION = Edition("登记簿", "https://gi.example.cn", date(2026, 1, 1), 7, datetime(2025, 12, 31, 9, tzinfo=UTC))
SLY = '=HYPERLINK("http://x","<b>&点击")'
LONG = "自东向西的界线" * 100


def layer(table, rows):
    """A layer whose rows are given by the values that matter; the rest is unknown."""
    names = [column.name for column in table.COLUMNS]
    values = [[row.get(name) for name in names] for row in rows]
    drawn = [row.get("shape") for row in rows]
    return Layer("products", "产品", "MultiPolygon", table.COLUMNS, values, [s and shapely.to_wkb(s) for s in drawn])


def release(*rows, table=products):
    return Release(EDITION, layer(table, rows))


def three():
    return release(
        {"slug": "sly", "name": SLY, "shape": shapes.islands(116.8, 38.8, 0.1), "schematic": True, "note": LONG},
        {"slug": "120118102", "name": "独流<老>醋&", "valid_from": date(2010, 12, 24), "hectares": 55.5},
        {"slug": "jujube", "name": "枣", "shape": shapes.star(116.9, 38.9, 1), "schematic": False, "revision": 7},
    )


def content(of, extension):
    with written(of, format_of(extension)) as file:
        return file.read()


def saved(of, extension, folder):
    path = folder / f"file.{extension}"
    path.write_bytes(content(of, extension))
    return path


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(NotInRegister) as refused:
        format_of("dwg")

    assert refused.value.sentence == "没有“dwg”这种下载格式：可选 geojson、gpkg、shp.zip、kml、csv、xlsx。"


@pytest.mark.parametrize("extension", FORMATS)
def test_the_same_release_gives_the_same_bytes(extension):
    assert content(three(), extension) == content(three(), extension)


@pytest.mark.parametrize("extension", ["shp.zip", "xlsx"])
def test_archives_are_dated_by_the_register_and_not_by_the_clock(extension, tmp_path):
    with ZipFile(saved(three(), extension, tmp_path)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2025, 12, 31, 9, 0, 0)}


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_no_file_stays_behind(extension, rows, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    whole = three()
    some = replace(whole.main, rows=whole.main.rows[:rows], shapes=whole.main.shapes[:rows])

    assert content(replace(whole, main=some), extension)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("extension", FORMATS)
def test_a_write_that_fails_leaves_no_file_behind(extension, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    broken = replace(three().main, shapes=[b"no shape"] * 3)

    with pytest.raises(Exception, match=r"(?i)wkb|geometry|byte order"):
        written(Release(EDITION, broken), format_of(extension))
    assert list(tmp_path.iterdir()) == []


# --- GeoJSON ---------------------------------------------------------------------------------------------------------


def test_geojson_is_what_rfc_7946_asks_for():
    answer = json.loads(content(three(), "geojson"))

    assert {key: answer[key] for key in answer if key != "features"} == {
        "type": "FeatureCollection",
        "name": "products",
        "on": "2026-01-01",
        "revision": 7,
    }
    islands, nowhere, _star = answer["features"]
    assert (islands["type"], set(islands)) == ("Feature", {"type", "geometry", "properties"})
    assert (nowhere["geometry"], nowhere["properties"]["valid_from"]) == (None, "2010-12-24")
    [(outer, hole), _other] = islands["geometry"]["coordinates"]
    assert (shapely.LinearRing(outer).is_ccw, shapely.LinearRing(hole).is_ccw) == (True, False)
    written_degrees = content(three(), "geojson").decode()
    assert max(len(number.partition(".")[2]) for number in degrees_in(written_degrees)) <= 7
    assert list(islands["properties"]) == [column.name for column in products.COLUMNS]


def degrees_in(text):
    for feature in json.loads(text, parse_float=str)["features"]:
        if feature["geometry"]:
            for part in feature["geometry"]["coordinates"]:
                for ring in part:
                    yield from (degrees for point in ring for degrees in point if isinstance(degrees, str))


# --- GeoPackage ------------------------------------------------------------------------------------------------------


def test_a_geopackage_has_a_layer_for_each_type_of_geometry_and_codes_as_text(tmp_path):
    seats = Layer(
        *("seats", "驻地", "Point", places.SEAT_COLUMNS),
        [["120118102", "独流镇"]],
        [shapely.to_wkb(shapely.Point(116.9, 39.0))],
    )
    path = saved(replace(three(), others=(seats,)), "gpkg", tmp_path)

    assert pyogrio.list_layers(path).tolist() == [["products", "MultiPolygon"], ["seats", "Point"]]
    assert [pyogrio.read_info(path, layer=name)["crs"] for name in ("products", "seats")] == ["EPSG:4490"] * 2
    read = pyogrio.read_dataframe(path, layer="products")
    assert read["slug"].tolist() == ["sly", "120118102", "jujube"]
    assert read["note"][0] == LONG
    assert [str(read[name].dtype) for name in ("hectares", "revision")] == ["float64", "float64"]
    assert (read["schematic"].tolist()[0], read["schematic"].isna().tolist()) == (True, [False, True, False])
    assert read["valid_from"].isna().tolist() == [True, False, True]
    assert read.geometry[0].equals(shapes.islands(116.8, 38.8, 0.1))
    [seat] = pyogrio.read_dataframe(path, layer="seats").geometry
    assert (seat.x, seat.y) == (116.9, 39.0)


def test_a_geopackage_is_dated_by_the_register(tmp_path):
    with closing(sqlite3.connect(saved(three(), "gpkg", tmp_path))) as database:
        [row] = database.execute(
            "SELECT table_name, identifier, description, last_change FROM gpkg_contents"
        ).fetchall()

    assert row == (
        "products",
        "产品",
        "登记簿 产品，2026-01-01，修订 7（https://gi.example.cn）",
        "2025-12-31T09:00:00.000Z",
    )


# --- Shapefile -------------------------------------------------------------------------------------------------------


def test_a_shapefile_says_its_encoding_and_its_coordinate_system_and_explains_its_columns(tmp_path):
    path = saved(three(), "shp.zip", tmp_path)

    with ZipFile(path) as archive:
        names, cpg = archive.namelist(), archive.read("products.cpg")
        prj, readme = archive.read("products.prj").decode(), archive.read("字段说明.txt").decode("utf-8-sig")
    assert names == ["products.shp", "products.shx", "products.dbf", "products.prj", "products.cpg", "字段说明.txt"]
    assert (cpg, prj[:12]) == (b"UTF-8", 'GEOGCS["GCS_')
    assert [column.short for column in products.COLUMNS if f"\t{column.short}\t" not in readme] == []
    info = pyogrio.read_info(path)
    assert (info["encoding"], info["crs"], info["geometry_type"]) == ("UTF-8", "EPSG:4490", "Polygon")
    assert info["fields"].tolist() == [column.short for column in products.COLUMNS]
    read = pyogrio.read_dataframe(path)
    assert read["name"].tolist() == [SLY, "独流<老>醋&", "枣"]
    assert read["schematic"].fillna(-1).tolist() == [1, -1, 0]
    assert read.geometry.isna().tolist() == [False, True, False]


def test_a_text_too_long_for_a_dbf_is_marked_there_and_given_in_full_beside_it(tmp_path):
    path = saved(three(), "shp.zip", tmp_path)

    [cut, *_others] = pyogrio.read_dataframe(path)["note"]
    with ZipFile(path) as archive:
        readme = archive.read("字段说明.txt").decode("utf-8-sig")
    assert (cut[-1], len(cut.encode()) <= 254, LONG.startswith(cut[:-1])) == ("…", True, True)
    assert f"第 1 行 note：\r\n{LONG}\r\n" in readme


@pytest.mark.parametrize(("length", "cut"), [(84, False), (85, True)])
def test_a_text_that_fits_is_not_cut(length, cut, tmp_path):
    path = saved(release({"note": "长" * length}), "shp.zip", tmp_path)

    [note] = pyogrio.read_dataframe(path)["note"]
    assert note == ("长" * 83 + "…" if cut else "长" * length)


# --- KML -------------------------------------------------------------------------------------------------------------


def test_kml_is_valid_xml_and_says_what_is_schematic():
    kml = "{http://www.opengis.net/kml/2.2}"
    marks = list(ET.fromstring(content(three(), "kml")).iter(f"{kml}Placemark"))

    assert [mark.findtext(f"{kml}name") for mark in marks] == [SLY, "独流<老>醋&", "枣"]
    assert [mark.findtext(f"{kml}description") for mark in marks] == ["示意，不是法定界线", None, None]
    data = {item.get("name"): item.text for item in marks[1].iter(f"{kml}SimpleData")}
    assert data == {"slug": "120118102", "valid_from": "2010-12-24", "hectares": "55.5"}
    assert [len(list(mark.iter(f"{kml}innerBoundaryIs"))) for mark in marks] == [2, 0, 0]


# --- CSV -------------------------------------------------------------------------------------------------------------


def test_csv_opens_in_excel_with_codes_as_text_and_nothing_to_run(tmp_path):
    raw = content(three(), "csv")

    assert raw.startswith(b"\xef\xbb\xbfslug,name,")
    sly, coded, jujube = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert (sly["slug"], sly["name"], sly["schematic"], sly["note"]) == ("sly", f"'{SLY}", "true", LONG)
    assert (coded["slug"], coded["valid_from"], coded["hectares"], coded["WKT"]) == (
        "\t120118102",
        "2010-12-24",
        "55.5",
        "",
    )
    assert (jujube["schematic"], jujube["revision"]) == ("false", "7")
    read = pyogrio.read_dataframe(saved(three(), "csv", tmp_path))
    assert read["slug"].str.strip().tolist() == ["sly", "120118102", "jujube"]
    assert read.geometry.isna().tolist() == [False, True, False]


# --- XLSX ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path):
    book = openpyxl.load_workbook(saved(three(), "xlsx", tmp_path))
    yield book
    book.close()


def test_a_workbook_has_typed_cells_under_a_frozen_heading(book):
    sheet = book["产品"]
    heading = [cell.value for cell in sheet[1]]

    def cell(row, title):
        found = sheet.cell(row, heading.index(title) + 1)
        return found.value, found.data_type, found.number_format

    assert heading == [*(str(column.title) for column in products.COLUMNS), "WKT"]
    assert book.properties.modified == book.properties.created == datetime(2025, 12, 31, 9)  # noqa: DTZ001
    assert (sheet.freeze_panes, sheet.max_row) == ("A2", 4)
    assert cell(2, "通称") == (SLY, "s", "@")
    assert cell(3, "网址名") == ("120118102", "s", "@")
    assert cell(3, "范围起始日") == (datetime(2010, 12, 24), "d", "yyyy-mm-dd")  # noqa: DTZ001 -- a workbook has no zones
    assert cell(3, "计算面积") == (55.5, "n", "General")
    assert [cell(row, "界线仅为示意")[0] for row in (2, 3, 4)] == ["是", None, "否"]
    assert shapely.from_wkt(cell(2, "WKT")[0]).equals(rounded(shapely.to_wkb(shapes.islands(116.8, 38.8, 0.1))))
    assert cell(3, "WKT")[0] is None


def test_the_second_sheet_is_the_dictionary(book):
    rows = list(book["字段说明"].iter_rows(values_only=True))

    assert book.sheetnames == ["产品", "字段说明"]
    assert [row[0] for row in rows] == ["列名", *(column.name for column in products.COLUMNS), "WKT"]


def test_a_workbook_goes_on_in_further_cells_and_tells_where_a_text_is_cut(tmp_path):
    shape = shapely.union_all([shapes.star(116 + n / 2, 38, n) for n in range(30)])
    long = "字" * (sheets.LONGEST_CELL + 1)
    path = saved(release({"note": long, "shape": shape}, {"note": long[1:]}), "xlsx", tmp_path)

    heading, first, second = openpyxl.load_workbook(path, read_only=False)["产品"].iter_rows(values_only=True)

    at, wkt = heading.index("范围说明"), heading.index("WKT")
    assert heading[wkt:] == ("WKT", "WKT_2")
    assert shapely.from_wkt("".join(first[wkt:])).symmetric_difference(shape).area / shape.area < 1e-5
    assert (len(first[at]), first[at][-21:]) == (sheets.LONGEST_CELL, "…（超过 32767 字，全文见其他格式）")
    assert second[at] == long[1:]


def test_the_media_types_are_those_of_iana():
    assert {form.extension: form.media_type for form in FORMATS.values()} == {
        "geojson": "application/geo+json",
        "gpkg": "application/geopackage+sqlite3",
        "shp.zip": "application/zip",
        "kml": "application/vnd.google-earth.kml+xml",
        "csv": "text/csv; charset=utf-8",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
