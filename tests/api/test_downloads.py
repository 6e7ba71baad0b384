"""Downloads as people and programs ask for them, read by GDAL as the client."""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import unquote

import openpyxl
import pyogrio
import pytest
import shapely
from django.core.files.base import ContentFile
from django.utils import timezone

from gi_registry import __version__
from gi_registry.core.clock import today
from gi_registry.core.revision import revision
from gi_registry.gazette.models import Document
from gi_registry.intake.doctor import Choices, diagnose, treated
from gi_registry.opendata.formats import FORMATS
from gi_registry.parties.models import Party
from gi_registry.places.geometry import as_multipolygon, in_metres, to_geos, to_shapely
from gi_registry.products.models import Area, Role
from tests import make, shapes

pytestmark = pytest.mark.django_db
PRODUCTS, PLACES = "/downloads/products.{}", "/downloads/places.{}"
MOST_DRIFT = 1e-4  # 0.01 %


def fetched(client, address, folder, query=""):
    """The file behind an address, saved under the last part of its name."""
    answer = client.get(address + query)
    assert answer.status_code == 200
    path = folder / address.rpartition("/")[2]
    path.write_bytes(answer.getvalue())
    return path


def read(path):
    """Name and shape of every row as GDAL reads the file; of a workbook, the shape from its WKT."""
    if path.suffix == ".xlsx":
        table = pyogrio.read_dataframe(path, layer=pyogrio.list_layers(path)[0][0])
        columns = [name for name in table.columns if name.startswith("WKT")]
        wkt = table[columns].fillna("").astype(str).sum(axis=1)
        names = table["通称"] if "通称" in table else table["名称"]
        return list(zip(names, [shapely.from_wkt(text) if text else None for text in wkt], strict=True))
    table = pyogrio.read_dataframe(path, layer=path.name.partition(".")[0])
    names = table["Name"] if path.suffix == ".kml" else table["name"]
    return list(zip(names, table.geometry, strict=True))


def imported(shape):
    """The shape as the register stores it when it is imported again."""
    return to_shapely(to_geos(as_multipolygon(shapely.force_2d(shape))))


def drift(kept, given):
    """The part of the area in which two shapes differ, measured in EPSG:4548."""
    kept, given = in_metres(kept), in_metres(given)
    return shapely.symmetric_difference(kept, given).area / kept.area


def rings(shape):
    return [1 + len(part.interiors) for part in shape.geoms]


@pytest.mark.parametrize("extension", FORMATS)
def test_what_is_downloaded_and_imported_again_gives_the_same_areas(client, extension, tmp_path):
    drawn = {
        "独流老醋<&>": shapes.islands(116.8, 38.8, 0.1),
        "台头西瓜": shapes.pierced(116.8, 38.7, 0.1),
        "静海黑猪": shapes.star(116.9, 38.9, 7),
    }
    for number, (name, shape) in enumerate(drawn.items()):
        product = make.product(f"product-{number}", name)
        make.protection(product)
        make.area(product, shape)

    again = {name: imported(shape) for name, shape in read(fetched(client, PRODUCTS.format(extension), tmp_path))}

    assert {name: rings(shape) for name, shape in again.items()} == {n: rings(s) for n, s in drawn.items()}
    assert [name for name in drawn if drift(drawn[name], again[name]) >= MOST_DRIFT] == []
    assert [name for name in drawn if not again[name].is_valid] == []


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("address", [PRODUCTS, PLACES])
def test_the_real_register_comes_back_as_it_was(client, jinghai, address, extension, tmp_path):
    table = Area.objects.filter(boundary__isnull=False) if address == PRODUCTS else make.PlaceVersion.objects
    kept = {
        row.product.common_name if address == PRODUCTS else row.name: row.boundary and to_shapely(row.boundary)
        for row in table.all()
    }

    again = dict(read(fetched(client, address.format(extension), tmp_path)))

    assert set(again) == set(kept)
    assert [name for name, shape in kept.items() if (shape is None) != (again[name] is None)] == []
    drifts = [drift(shape, imported(again[name])) for name, shape in kept.items() if shape]
    assert max(drifts) < MOST_DRIFT


@pytest.mark.parametrize("extension", FORMATS)
def test_the_import_doctor_takes_back_what_was_downloaded(client, jinghai, extension, tmp_path):
    kept = {
        version.place.code: (version.name, to_shapely(version.boundary))
        for version in make.PlaceVersion.objects.filter(boundary__isnull=False).select_related("place")
    }
    path = fetched(client, PLACES.format(extension), tmp_path)
    district = kept["120118"][1]

    seen = diagnose(path, path.name, district, lambda *_progress: None)
    titles = {"xlsx": ("名称", "区划代码"), "kml": ("Name", "code")}.get(extension, ("name", "code"))
    columns = dict(zip(("name_column", "code_column"), titles, strict=True))
    columns["wkt"] = "WKT" if extension in {"csv", "xlsx"} else None
    choices = Choices(seen.layer, seen.encoding.guess, "epsg:4490", **columns)
    delivery = treated(path, path.name, choices, district)

    again = {feature.code: (feature.name, feature.shape) for feature in delivery.features}
    assert {code: name for code, (name, _shape) in again.items()} == {code: name for code, (name, _) in kept.items()}
    assert max(drift(shape, again[code][1]) for code, (_name, shape) in kept.items()) < MOST_DRIFT


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("address", [PRODUCTS, PLACES])
@pytest.mark.parametrize("size", [0, 1, 3])
@pytest.mark.filterwarnings("ignore:More than one layer")
def test_as_many_rows_as_the_register_has(client, extension, address, size, tmp_path):
    make.register(size)

    assert rows_in(fetched(client, address.format(extension), tmp_path)) == size


def rows_in(path):
    """How many rows a file has; of a workbook without the heading, which GDAL takes for a row where it stands alone."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        book.close()
        return book.worksheets[0].max_row - 1
    return pyogrio.read_info(path)["features"]


@pytest.mark.parametrize("extension", FORMATS)
def test_what_has_no_area_comes_with_an_empty_shape(client, extension, tmp_path):
    make.protection(make.product())
    make.place("120118001", name="华康街道")

    assert read(fetched(client, PRODUCTS.format(extension), tmp_path)) == [("独流老醋", None)]
    assert read(fetched(client, PLACES.format(extension), tmp_path)) == [("华康街道", None)]


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize(("address", "queries"), [(PRODUCTS, 10), (PLACES, 3)])
def test_many_rows_cost_as_many_queries_as_one(client, size, extension, address, queries, django_assert_num_queries):
    make.register(size)

    with django_assert_num_queries(queries):
        client.get(address.format(extension)).getvalue()


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", ["product-0", "product-1", "product-2", "candidate"]),
        ("?stage=candidate", ["candidate"]),
        ("?regime=collective", ["candidate"]),
        ("?category=fruit&q=产品", ["product-0", "product-1", "product-2"]),
        ("?bbox=116.7,38.7,116.85,38.95", ["product-0"]),
        ("?on=1999-12-31", []),
        ("?q=没有这种东西", []),
    ],
)
def test_filters_a_box_and_a_day_choose_what_is_downloaded(client, query, slugs):
    make.register(3)
    make.protection(make.product("candidate", "候选品"), regime="collective", stage="candidate")

    features = json.loads(client.get(PRODUCTS.format("geojson") + query).getvalue())["features"]

    assert [feature["properties"]["slug"] for feature in features] == slugs


def test_a_box_and_a_day_choose_units(client):
    make.place("120118101", shapes.square(116.0, 38.0, 0.1), valid_until="2020-01-01")
    make.place("120118102", shapes.square(116.0, 38.0, 0.1), valid_from="2020-01-01")
    make.place("120118103", shapes.square(118.0, 38.0, 0.1))

    def codes(query):
        features = json.loads(client.get(f"{PLACES.format('geojson')}?{query}").getvalue())["features"]
        return [feature["properties"]["code"] for feature in features]

    assert codes("on=2019-12-31") == ["120118101", "120118103"]
    assert codes("on=2020-01-01&bbox=115,37,117,39") == ["120118102"]


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_a_file_is_named_by_register_day_and_revision(client, form):
    make.register(1)

    answer = client.get(PRODUCTS.format(form.extension), {"on": "2025-01-02"})
    content = answer.getvalue()

    plain, chinese = answer.headers["Content-Disposition"].split("; ")[1:]
    tail = f"2025-01-02-r{revision()}.{form.extension}"
    assert plain == f'filename="products-{tail}"'
    assert unquote(chinese) == f"filename*=UTF-8''静海区地理标志登记簿-产品与产地范围-{tail}"
    assert (answer.headers["Content-Type"], answer.streaming) == (form.media_type, True)
    assert int(answer.headers["Content-Length"]) == len(content)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_name_of_a_part_says_so_and_no_register_name_leads_out_of_a_folder(client, settings):
    settings.REGISTER_NAME = '../静海"区\r\nX: y'

    def name(address, **query):
        answer = client.get(address.format("csv"), query)
        assert answer.getvalue()
        return answer.headers["Content-Disposition"]

    whole, part = name(PLACES), name(PLACES, bbox="116,38,117,39")
    filtered = name(PRODUCTS, stage="protected")

    assert unquote(whole) == (
        f"attachment; filename=\"places-{today()}-r0.csv\"; filename*=UTF-8''静海区Xy-行政区-{today()}-r0.csv"
    )
    assert unquote(part).endswith(f"静海区Xy-行政区-{today()}-r0-筛选.csv")
    assert f'filename="products-{today()}-r0-part.csv"' in filtered


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("address", [PRODUCTS, PLACES])
def test_a_download_is_304_until_the_register_changes(client, address, extension):
    make.register(1)
    first = client.get(address.format(extension))
    assert first.getvalue()
    assert first.headers["ETag"] == f'"{revision()}-{__version__}-{today()}"'

    again = client.get(address.format(extension), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    make.product("second", "第二")
    changed = client.get(address.format(extension), headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, bool(changed.getvalue())) == (200, True)


def test_head_works_and_post_does_not(client):
    head = client.head(PRODUCTS.format("csv"))

    assert (head.status_code, head.getvalue(), client.post(PRODUCTS.format("csv")).status_code) == (200, b"", 405)


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("products.dwg", 404, "没有“dwg”这种下载格式：可选 geojson、gpkg、shp.zip、kml、csv、xlsx。"),
        ("products.zip", 404, "没有“zip”这种下载格式：可选 geojson、gpkg、shp.zip、kml、csv、xlsx。"),
        ("places.%00", 404, "没有“\x00”这种下载格式：可选 geojson、gpkg、shp.zip、kml、csv、xlsx。"),
        ("products.csv?on=yesterday", 400, "日期“yesterday”读不出来：请写成 2010-12-24 这样的年-月-日。"),
        ("products.csv?bbox=1,2,3", 400, "bbox 应是四个数：西,南,东,北，例如 116.7,38.5,117.2,39.1。"),
        ("products.kml?stage=gone", 400, "阶段“gone”不存在：可选 protected、in_procedure、candidate、ended。"),
        ("products.gpkg?category=x", 400, "类别“x”不存在：可选 condiment、fruit、livestock、vegetable、other。"),
        ("products.xlsx?q=" + "x" * 61, 400, "搜索词太长：请在 60 个字以内。"),
        ("places.csv?on=1900-01-01", 400, "日期 1900-01-01 超出登记簿的范围：请选 1949-10-01 至 2036 年末之间的一天。"),
        ("places.csv?stage=protected", 400, "行政区的下载不能按 stage 筛选：可用 on 和 bbox。"),
    ],
)
def test_bad_input_is_a_problem_with_one_clear_sentence(client, address, status, sentence):
    answer = client.get(f"/downloads/{address}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["detail"] == sentence


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("address", [PRODUCTS, PLACES])
def test_contacts_documents_and_people_stay_inside(client, address, extension, tmp_path, settings):
    settings.PRIVATE_DIR = tmp_path / "private"
    product, *_others = make.register(1)
    party = make.row(
        Party, {"name": "张建国"}, kind="person", contact_name="李秘密", contact_phone="13912345678", **make.sourced()
    )
    make.row(Role, {"product": product, "party": party, "part": "producer"}, **make.sourced())
    make.protection(product, regime="collective", holder=party)
    document = Document.objects.create(
        source=make.source(),
        title="内部文件",
        name="内部.pdf",
        media_type="application/pdf",
        sha256="5ec4e7" * 10,
        bytes=1,
        by="王经办",
        at=timezone.now(),
        file=ContentFile(b"x", name="secret-file.pdf"),
    )
    Area.objects.update(document=document)
    product.documents.add(document)

    path = fetched(client, address.format(extension), tmp_path)

    assert [word for word in SECRETS if word in text_of(path)] == []


SECRETS = ["张建国", "李秘密", "13912345678", "内部文件", "内部.pdf", "5ec4e7", "王经办", "secret-file"]


def text_of(path):
    """Everything that can be read in a file."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        text = "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
        book.close()
        return text
    raw = path.read_bytes().decode("utf-8", "ignore")
    return raw + pyogrio.read_dataframe(path, layer=path.name.partition(".")[0]).to_csv()


def test_a_day_long_past_shows_the_register_of_then(client):
    product = make.product()
    make.protection(product, valid_from=date(2010, 12, 24), stage="protected")
    make.protection(product, valid_from=date(2005, 1, 1), valid_until=date(2010, 12, 24), stage="in_procedure")

    def stages(day):
        features = json.loads(client.get(PRODUCTS.format("geojson"), {"on": day}).getvalue())["features"]
        return [(f["properties"]["stage"], f["properties"]["as_of"]) for f in features]

    assert stages("2010-12-23") == [("in_procedure", "2010-12-23")]
    assert stages("2010-12-24") == [("protected", "2010-12-24")]
