from __future__ import annotations

import json
import shutil
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from gi_registry.assurance.models import Standard, Standing
from gi_registry.core.history import Outcome, put
from gi_registry.core.models import Change
from gi_registry.core.revision import revision
from gi_registry.gazette.models import Announcement, LawVersion, Source
from gi_registry.intake.actions import load
from gi_registry.parties.models import Party
from gi_registry.places.models import Place, PlaceVersion
from gi_registry.products.models import Area, Name, Product, Protection

pytestmark = pytest.mark.django_db
READ = {
    "sources.json": 33,
    "announcements.json": 1,
    "laws.json": 8,
    "districts.geojson": 8,
    "units.csv": 20,
    "parties.json": 5,
    "products.json": 6,
    "standards.json": 3,
    "surveys.json": 2,
}
AREAS = {
    "duliu-laocu": ("product", "unverified", {"120118102"}),
    "taitou-xigua": ("product", "act", {"120118104", "120118102", "120118110", "120118103", "120118200"}),
    "jinghai-heizhu": ("certification", "unverified", {"120118"}),
    "jinghai-jinsixiaozao": (
        "agricultural",
        "act",
        {f"120118{town}" for town in (115, 101, 107, 106, 109, 113, 110, 103, 100, 112, 102)},
    ),
    "chenguantun-dongcai": ("product", "proposed", {"120118106"}),
    "puluo-li": ("product", "assumed", {"120118200"}),
}


def test_geodata_makes_20_units_of_which_the_two_subdistricts_are_not_drawn(jinghai):
    units = PlaceVersion.objects.filter(parent__code="120118")

    assert units.count() == 20
    assert set(units.filter(boundary__isnull=True).values_list("name", "kind")) == {
        ("华康街道", "subdistrict"),
        ("朝阳街道", "subdistrict"),
    }
    assert units.filter(boundary__isnull=False, schematic=True, boundary_grade="unverified").count() == 18


def test_geodata_makes_both_editions_of_the_drafting_rule_side_by_side(jinghai):
    found = Standard.objects.filter(product__isnull=True).order_by("number")

    assert {one.number: one.standing_on(date(2026, 11, 24)) for one in found} == {
        "GB/T 17924-2008": Standing.IN_FORCE,
        "GB/T 17924-2025": Standing.UPCOMING,
        "GB/T 44584-2024": Standing.IN_FORCE,
    }


def test_geodata_makes_the_district_and_its_seven_neighbours(jinghai):
    counties = PlaceVersion.objects.filter(kind="county")

    assert (counties.count(), counties.filter(boundary__isnull=True).count()) == (8, 0)
    assert counties.get(place__code="120118").name == "静海区"


def test_geodata_makes_six_products_with_the_areas_that_the_issue_names(jinghai):
    made = {
        area.product.slug: (area.regime, area.basis, {unit.code for unit in area.units.all()})
        for area in Area.objects.all()
    }

    assert made == AREAS
    assert set(Product.objects.values_list("slug", flat=True)) == set(AREAS)


def test_what_is_unknown_is_not_invented(jinghai):
    vinegar = Protection.objects.get(product__slug="duliu-laocu")
    pig = Protection.objects.get(product__slug="jinghai-heizhu")
    jujube = Protection.objects.get(product__slug="jinghai-jinsixiaozao")

    assert (vinegar.announcement, vinegar.number, vinegar.holder, vinegar.valid_from) == (None, "", None, None)
    assert vinegar.product.areas.get().wording == ""
    assert (pig.announcement, pig.number, pig.holder, pig.valid_from) == (None, "", None, None)
    assert (jujube.announcement, jujube.number, jujube.valid_from) == (None, "", None)
    assert set(Area.objects.filter(stated_hectares__isnull=False)) == set()


def test_the_wording_of_an_act_is_kept_verbatim(jinghai):
    wording = "天津市静海县台头镇、独流镇、梁头镇、王口镇、良王庄乡等5个乡镇所辖行政区域"

    assert Area.objects.get(product__slug="taitou-xigua").wording == wording


def test_the_report_counts_what_was_read_and_made_and_twice_changes_nothing(settings):
    first = load(settings.GEODATA_DIR)
    before = revision()
    second = load(settings.GEODATA_DIR)

    assert {name: tally.read for name, tally in first.files.items()} == READ
    assert {name: dict(tally.outcomes) for name, tally in first.files.items()} == {
        name: {Outcome.MADE: number} for name, number in READ.items()
    }
    assert {name: dict(tally.outcomes) for name, tally in second.files.items()} == {
        name: {Outcome.SAME: number} for name, number in READ.items()
    }
    assert (first.refused, second.refused, revision()) == ([], [], before)


# --- Broken files ----------------------------------------------------------------------------------------------------


@pytest.fixture
def geodata(tmp_path, settings):
    """A copy of geodata/ to break."""
    shutil.copytree(settings.GEODATA_DIR, tmp_path / "geodata")
    return tmp_path / "geodata"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def counts():
    models = (Source, Announcement, LawVersion, Place, PlaceVersion, Party, Product, Protection, Area)
    return {model.__name__: model.objects.count() for model in models}


WHOLE = {
    "Source": 33,
    "Announcement": 1,
    "LawVersion": 8,
    "Place": 28,
    "PlaceVersion": 28,
    "Party": 5,
    "Product": 6,
    "Protection": 6,
    "Area": 6,
}
LAST = '"slug": "puluo-li"'
ITS_SURVEY = "surveys.json 第 3 行：所引用的产品“puluo-li”不在登记簿中。"  # what rests on a refused row is refused
WITHOUT_PULUO = {"Product": 5, "Protection": 5, "Area": 5}


UNREADABLE = "读不出来：请写成 2010-12-24 这样的年-月-日。"


def missing(what, named):
    return f"所引用的{what}“{named}”不在登记簿中。"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('["120118200"]', '["999999999"]', missing("行政区", "999999999")),
        ('["120118200"]', '["120118001"]', "120118001 在 2022-03-02 没有界线，画不出产地范围。"),
        ('"source": "tjrb-2024-09-23"', '"source": "hearsay"', missing("来源", "hearsay")),
        ('"basis": "assumed"', '"basis": "guessed"', "依据：值 'guessed' 不是有效选项。"),
        ('"stage": "candidate"', '"stage": "famous"', "阶段：值 'famous' 不是有效选项。"),
        ('"grade": "unverified"', '"grade": "excellent"', "可信等级：值 'excellent' 不是有效选项。"),
        ('"valid_from": "2022-03-02"', '"valid_from": "2022-02-30"', f"日期“2022-02-30”{UNREADABLE}"),
        ('"valid_from": "2022-03-02"', '"valid_from": 20220302', f"日期“20220302”{UNREADABLE}"),
        ('"common_name": "普罗梨", ', "", "缺少“common_name”一项。"),
        ('"statements": [', '"facts": [', "缺少“statements”一项。"),
        ('"holder": null', '"holder": "无名协会"', missing("主体", "无名协会")),
        ('"announcement": null', '"announcement": ["局", "1", "2022-03-02"]', missing("公告", "局、1、2022-03-02")),
    ],
)
def test_a_bad_product_is_refused_with_file_line_and_reason_and_leaves_no_trace(geodata, old, new, reason):
    lines = (geodata / "products.json").read_text(encoding="utf-8").split("\n")
    number = next(at for at, line in enumerate(lines) if LAST in line)
    assert old in lines[number]
    lines[number] = lines[number].replace(old, new, 1)
    (geodata / "products.json").write_text("\n".join(lines), encoding="utf-8")

    report = load(geodata)

    assert report.refused == [f"products.json 第 {number + 1} 行：{reason}", ITS_SURVEY]
    assert counts() == WHOLE | WITHOUT_PULUO
    assert not Change.objects.filter(row__contains="普罗梨").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "refused", "rest"),
    [
        (
            "units.csv",
            "120118001,华康街道,subdistrict,,,,,",
            "12O118001,华康街道,subdistrict,,,,,",
            "units.csv 第 2 行：所引用的行政区“12O118”不在登记簿中。",
            {"Place": 27, "PlaceVersion": 27},
        ),
        (
            "units.csv",
            "120118001,华康街道,subdistrict",
            "120118001,华康街道,city",
            "units.csv 第 2 行：类别：值 'city' 不是有效选项。",
            {"Place": 27, "PlaceVersion": 27},
        ),
        (
            "units.csv",
            "120118111,团泊镇,town,117.14774,38.89967",
            "120118111,团泊镇,town,38.89967,117.14774",
            "units.csv 第 15 行：纬度必须在 -90 到 90 度之间，所给的是 117.148；经度和纬度是否颠倒了？",
            {"Place": 27, "PlaceVersion": 27},
        ),
        (
            "units.csv",
            "120118111,团泊镇,town,117.14774,38.89967",
            "120118111,团泊镇,town,nan,38.89967",
            "units.csv 第 15 行：经度“nan”读不出来：请写成 116.9074 或 116°54′26″ 这样的度数。",
            {"Place": 27, "PlaceVersion": 27},
        ),
        (
            "cells.geojson",
            '"code":"120118111","uncertainty_m":',
            '"code":"120118111","uncertainty_m":-',
            None,
            {"Place": 27, "PlaceVersion": 27},
        ),
        (
            "laws.json",
            '"valid_from": "2005-07-15", "valid_until": "2024-02-01"',
            '"valid_from": "2005-07-15", "valid_until": "2005-07-15"',
            "laws.json 第 2 行：截止日必须晚于起始日。",
            {"LawVersion": 7},
        ),
        (
            "parties.json",
            '"kind": "enterprise"',
            '"kind": "empire"',
            "parties.json 第 2 行：性质：值 'empire' 不是有效选项。",
            {"Party": 4, **{name: number - 1 for name, number in WHOLE.items() if name in WITHOUT_PULUO}},
        ),
    ],
)
def test_a_bad_row_of_any_file_is_refused_and_so_is_what_rests_on_it(geodata, name, old, new, refused, rest):
    edit(geodata / name, old, new)

    report = load(geodata)

    assert refused is None or report.refused[0] == refused
    assert counts() == WHOLE | rest


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (
            {"type": "Polygon", "coordinates": [[[116, 38], [117, 39], [117, 38], [116, 39], [116, 38]]]},
            "界线无效：Self-intersection[116.5 38.5]。",
        ),
        ({"type": "Point", "coordinates": [116, 38]}, "界线应是面（Polygon 或 MultiPolygon），所给的是 Point。"),
        ({"type": "Polygon"}, "缺少“coordinates”一项。"),
        (None, None),
        ({}, None),
        ({"type": "Polygon", "coordinates": [[[116, 38], [117, 39]]]}, None),
        ({"type": "Polygon", "coordinates": [[["west", 38], [117, 39], [117, 38], ["west", 38]]]}, None),
    ],
)
def test_a_bad_border_is_refused_and_nothing_is_repaired_in_silence(geodata, geometry, reason):
    path = geodata / "districts.geojson"
    districts = json.loads(path.read_text(encoding="utf-8"))
    districts["features"][-1]["geometry"] = geometry
    lines = ",\n".join(json.dumps(feature) for feature in districts["features"])
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}', encoding="utf-8")

    refused = load(geodata).refused

    assert [line.split("：")[0] for line in refused] == ["districts.geojson 第 9 行"]
    assert reason is None or refused == [f"districts.geojson 第 9 行：{reason}"]
    assert counts() == WHOLE | {"Place": 27, "PlaceVersion": 27}


def test_without_its_source_file_nothing_is_loaded_by_halves(geodata):
    (geodata / "sources.json").unlink()

    report = load(geodata)

    assert report.refused[0] == "sources.json：文件不存在。"
    assert (set(counts().values()), Change.objects.count()) == ({0}, 0)


def test_loading_again_after_the_repair_completes_the_register(geodata, settings):
    edit(geodata / "products.json", '"basis": "assumed"', '"basis": "guessed"')
    load(geodata)

    assert load(settings.GEODATA_DIR).refused == []
    assert counts() == WHOLE


def test_a_corrected_row_is_changed_and_the_old_value_kept(geodata, jinghai):
    edit(geodata / "sources.json", '"publisher": "GeoNames"', '"publisher": "GeoNames.org"')

    report = load(geodata)

    assert dict(report.files["sources.json"].outcomes) == {Outcome.SAME: 32, Outcome.CHANGED: 1}
    change = Change.objects.first()
    assert (change.before, change.after) == ({"publisher": "GeoNames"}, {"publisher": "GeoNames.org"})


def test_the_command_prints_its_report(geodata, capsys):
    call_command("load_geodata", geodata)

    assert capsys.readouterr().out.splitlines() == [
        f"{name}：读取 {number} 行，新增 {number}，更改 0，未变 0，拒绝 0" for name, number in READ.items()
    ]


def test_the_command_fails_where_something_was_refused(geodata, capsys):
    edit(geodata / "products.json", '"basis": "assumed"', '"basis": "guessed"')

    with pytest.raises(CommandError, match=r"^有 2 处被拒绝，其余已装入。$"):
        call_command("load_geodata", geodata)

    refused = f"拒绝：products.json 第 7 行：依据：值 'guessed' 不是有效选项。\n拒绝：{ITS_SURVEY}\n"
    assert capsys.readouterr().err == refused


def test_what_an_official_has_changed_is_not_undone_by_loading_again(jinghai, settings):
    area = Area.objects.get(product__slug="taitou-xigua")
    put(Area, {"pk": area.pk}, {"valid_until": date(2026, 11, 24)}, by="王敏（wangmin）")
    before = revision()

    report = load(settings.GEODATA_DIR)

    area.refresh_from_db()
    assert (area.valid_until, revision(), report.refused) == (date(2026, 11, 24), before, [])


def test_a_row_that_an_official_gave_another_name_is_not_made_again(jinghai, settings):
    name = Name.objects.get(text="独流老醋")
    put(Name, {"pk": name.pk}, {"text": "独流醋"}, by="王敏（wangmin）")
    before = revision()

    load(settings.GEODATA_DIR)

    assert (Name.objects.filter(text="独流老醋").count(), revision()) == (0, before)
