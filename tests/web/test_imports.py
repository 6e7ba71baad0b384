from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest
import shapely
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile

from gi_registry.core.errors import Conflict
from gi_registry.core.models import Change
from gi_registry.intake.imports import kept
from gi_registry.intake.models import ReceivedFile, Step
from gi_registry.places.geometry import to_geos
from gi_registry.places.models import Place, PlaceVersion
from gi_registry.web.imports import draft_address
from tests import make, shapes
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db

TOWN = shapes.pierced(116.82, 38.82, 0.06)
BOW_TIE = shapely.MultiPolygon([shapely.Polygon([(116.85, 38.85), (116.9, 38.9), (116.9, 38.85), (116.85, 38.9)])])


@pytest.fixture
def district():
    """The district with one town as a schematic cell."""
    make.place(site.REGISTER_DISTRICT, shapes.square(116.8, 38.8, 0.2), name="静海区", kind="county")
    make.place("120118102", shapes.square(116.8, 38.8, 0.1), name="独流镇", schematic=True)
    return make.source("survey")


@pytest.fixture
def official(client, district):
    person = make.person("agriculture", last_name="王", first_name="敏")
    client.force_login(person, backend=site.AUTHENTICATION_BACKENDS[1])
    return client


def geojson(*towns):
    features = [
        {"type": "Feature", "properties": {"名称": name}, "geometry": json.loads(shapely.to_geojson(shape))}
        for name, shape in towns
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def send(client, content=None, name="界线.geojson", **values):
    content = geojson(("独流镇", TOWN)) if content is None else content
    return client.post(
        "/desk/imports/receive/", {"file": SimpleUploadedFile(name, content), "purpose": "units"} | values
    )


def choose(client, **values):
    choices = {"layer": "界线", "encoding": "utf-8", "system": "epsg:4490", "name_column": "名称"} | values
    return client.post(f"{page()}choose/", choices, follow=True)


def admit(client, **values):
    asked = {"day": "2026-05-01", "source": "survey", "grade": "primary", "uncertainty_m": "5"} | values
    return client.post(f"{page()}admit/", asked, follow=True)


def page():
    return f"/desk/imports/{ReceivedFile.objects.get().file_number}/"


def test_a_file_is_examined_read_as_chosen_and_only_then_admitted(official):
    assert send(official).headers["Location"] == page()
    examined = text_of(official.get(page()))
    assert [word for word in ("诊断", "GeoJSON", "带洞", "独流镇", "照此读取") if word not in examined] == []
    assert PlaceVersion.objects.count() == 2

    treated = text_of(choose(official))
    assert [word for word in ("回执", "收下的", "独流镇 120118102", "确认登记") if word not in treated] == []
    assert PlaceVersion.objects.count() == 2

    assert "已登记" in text_of(admit(official))
    newest = PlaceVersion.objects.get(place__code="120118102", valid_from=date(2026, 5, 1))
    assert (newest.boundary, newest.schematic) == (to_geos(TOWN), False)
    assert Change.objects.first().by == "王敏（wangmin）"


def test_the_shapes_of_an_area_become_a_draft_to_look_at_first(official):
    product = make.product()
    make.area(product, shapes.square(116.8, 38.8, 0.1))
    send(official, purpose="area", product=product.slug, regime="product")
    choose(official)

    answer = official.post(f"{page()}admit/")
    draft = product.area_drafts.get()
    assert answer.headers["Location"] == f"/desk/products/{product.slug}/areas/drafts/{draft.key}/"
    assert (draft.boundary, draft.datum, draft.way) == (to_geos(TOWN), "CGCS2000 / WGS 84 经纬度", "file")
    assert official.get(answer.headers["Location"]).status_code == 200
    assert product.areas.count() == 1


def test_the_receipt_and_the_original_can_be_kept(official):
    content = geojson(("独流镇", TOWN))
    send(official, content)
    choose(official)

    receipt = official.get(f"{page()}receipt.json").json()
    original = official.get(f"{page()}original")
    assert (receipt["receipt"]["sha256"], receipt["receipt"]["after"]["holes"]) == (
        hashlib.sha256(content).hexdigest(),
        1,
    )
    assert (b"".join(original.streaming_content), original.headers["Content-Disposition"]) == (
        content,
        "attachment; filename*=utf-8''%E7%95%8C%E7%BA%BF.geojson",
    )
    original.close()


def test_what_must_be_repaired_first_comes_back_with_the_choices_kept(official):
    send(official, geojson(("独流镇", BOW_TIE)))

    refused = text_of(choose(official))
    assert "须同意相应的修正" in refused
    assert "怎么读，修什么" in refused
    assert "修正无效的界线" in text_of(choose(official, repairs=["make_valid"]))


def test_shapes_for_the_map_come_with_their_names(official):
    send(official)
    choose(official)

    (feature,) = official.get(f"{page()}shapes.geojson").json()["features"]
    assert (feature["properties"]["name"], len(feature["geometry"]["coordinates"][0])) == ("独流镇", 2)


def test_a_file_that_cannot_be_read_says_why_and_stores_nothing(official, settings):
    send(official, b'{"type": "FeatureCollection", "features": [')

    assert ReceivedFile.objects.get().step == Step.REFUSED
    assert "登记簿没有任何改动，原件没有留存" in text_of(official.get(page()))
    assert (PlaceVersion.objects.count(), files_in(settings.PRIVATE_DIR)) == (2, [])
    assert official.get(f"{page()}original").status_code == 404
    assert "请改好后再交一次" in text_of(official.post(f"{page()}again/"))


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_of_two_who_let_the_same_area_in_one_gets_a_draft(official):
    product = make.product()
    send(official, purpose="area", product=product.slug, regime="product")
    choose(official)
    read_by_both = ReceivedFile.objects.get()
    official.post(f"{page()}admit/")

    with pytest.raises(Conflict, match="别人刚办过这个文件"):
        draft_address(read_by_both, kept(read_by_both), "李强")
    assert product.area_drafts.count() == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"purpose": "area"}, "导入产地范围要选定产品和保护制度"),
        ({"purpose": "nothing"}, "选择一个有效的选项"),
        ({"file": ""}, "请选择文件"),
    ],
)
def test_a_form_that_is_not_complete_comes_back_with_a_sentence(official, values, sentence):
    answer = send(official, **values)

    assert (answer.status_code, sentence in text_of(answer), ReceivedFile.objects.count()) == (400, True, 0)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"system": ""}, "请选择坐标系"),
        ({"system": "epsg:1"}, "选择一个有效的选项"),
        ({"repairs": ["boil"]}, "选择一个有效的选项"),
    ],
)
def test_choices_that_were_not_offered_are_refused(official, values, sentence):
    send(official)

    answer = choose(official, **values)
    assert (answer.status_code, sentence in text_of(answer)) == (400, True)
    assert ReceivedFile.objects.get().step == Step.EXAMINED


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"day": "1999-01-01"}, "没有一个图形与登记簿的乡镇街道对得上"),
        ({"day": "9999-01-01"}, "超出登记簿的范围"),
        ({"uncertainty_m": "-1"}, "大于或等于0"),
        ({"source": "nowhere"}, "选择一个有效的选项"),
    ],
)
def test_an_admission_that_is_refused_keeps_what_was_typed_and_changes_nothing(official, values, sentence):
    send(official)
    choose(official)

    answer = admit(official, **values)
    assert (answer.status_code, sentence in text_of(answer), 'value="5"' in answer.content.decode()) == (
        400,
        True,
        "uncertainty_m" not in values,
    )
    assert PlaceVersion.objects.count() == 2


def test_units_by_which_an_area_loses_land_are_admitted_only_when_that_is_confirmed(official):
    product = make.product()
    make.area(product, shapes.square(116.8, 38.8, 0.1), drawn_on=date(2020, 1, 1), schematic=True).units.set(
        Place.objects.filter(code="120118102")
    )
    send(official)
    choose(official)

    asked = admit(official)
    assert (asked.status_code, "独流老醋（地理标志产品）" in text_of(asked)) == (400, True)
    assert (product.areas.count(), PlaceVersion.objects.count()) == (1, 2)
    assert 'value="5"' in asked.content.decode()

    assert "已登记" in text_of(admit(official, confirmed="1"))
    assert (product.areas.count(), PlaceVersion.objects.count()) == (2, 3)


def test_an_auditor_reads_a_file_and_all_that_became_of_it_and_changes_nothing(official):
    send(official)
    auditor = type(official)()
    auditor.force_login(make.person("auditor", "zhao"), backend=site.AUTHENTICATION_BACKENDS[1])

    seen = text_of(auditor.get(page()))
    assert ("诊断" in seen, "照此读取" in seen, "交来检查" in text_of(auditor.get("/desk/imports/"))) == (
        True,
        False,
        False,
    )
    assert [auditor.post(f"{page()}{act}/").status_code for act in ("choose", "admit", "again")] == [403] * 3
    assert send(auditor).status_code == 403


def test_nothing_is_admitted_twice(official):
    send(official)
    choose(official)
    admit(official)

    assert "现在不等待登记" in text_of(admit(official))
    assert "已经登记，不能重新检查" in text_of(official.post(f"{page()}again/"))
    assert PlaceVersion.objects.count() == 3


def test_the_progress_is_told_to_whoever_asks(official):
    send(official)

    assert official.get(f"{page()}progress.json").json() == {"working": False, "doing": "", "done": 1.0}


def test_only_work_that_was_cut_off_can_be_begun_anew(official, settings):
    send(official)
    ReceivedFile.objects.update(step=Step.EXAMINING)
    assert "正在处理，请等它做完" in text_of(official.post(f"{page()}again/"))

    settings.WORK_LIMIT_S = -61
    assert "从头再检查一遍" in text_of(official.get(page()))
    official.post(f"{page()}again/")
    assert ReceivedFile.objects.get().step == Step.EXAMINED


def test_a_number_that_names_no_file_is_404(official):
    assert official.get("/desk/imports/2026-9999/").status_code == 404


def test_the_list_costs_the_same_for_one_file_and_for_three(official, django_assert_num_queries):
    for number in (1, 3):
        while ReceivedFile.objects.count() < number:
            send(official)
        with django_assert_num_queries(6):
            official.get("/desk/imports/")


@pytest.mark.parametrize(("purpose", "said"), [("units", True), ("area", False)])
def test_only_of_a_file_of_units_is_it_said_which_units_it_lacks(official, purpose, said):
    product = make.product()
    make.place("120118103", name="王口镇")
    send(official, purpose=purpose, product=product.slug, regime="product")

    assert ("文件里没有的乡镇街道（界线照旧）：王口镇" in text_of(choose(official))) == said
