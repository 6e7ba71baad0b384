from __future__ import annotations

import html
import json
import re
from datetime import date

import pytest
import shapely
from django.conf import settings as site
from django.core.management import call_command

from gi_registry.core import clock
from gi_registry.places.geometry import to_shapely
from gi_registry.products import areas
from gi_registry.products.models import Area, AreaDraft, Product
from gi_registry.web.templatetags.areas import ha, share, span
from tests import make, shapes
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db

DESK = "/desk/products/taitou-xigua/areas/"
BIG, EAST = shapes.square(116.8, 38.8, 0.1), shapes.square(116.8 + 0.1, 38.8, 0.1)
ISLANDS = shapes.islands(116.8, 38.8, 0.09)
DAY = "2026-11-24"
FACTS = {
    "day": DAY,
    "basis": "proposed",
    "grade": "secondary",
    "wording": "四至：东至运河\r\n西至大清河",
    "stated_hectares": "",
    "uncertainty_m": "10",
    "note": "",
    "read_as": "cgcs2000",
}


@pytest.fixture
def official(client):
    client.force_login(
        make.person("agriculture", last_name="王", first_name="敏"), backend=site.AUTHENTICATION_BACKENDS[1]
    )
    return client


@pytest.fixture
def product(official):
    product = make.product("taitou-xigua", "台头西瓜", "fruit")
    make.protection(product)
    make.place("120118101", BIG, name="台头镇")
    make.place("120118102", EAST, name="独流镇")
    return product


def facts(**values):
    return FACTS | {"source": make.source("plan").pk} | values


def begin(client, way="drawn", regime="product"):
    return client.post(f"{DESK}new/", {"regime": regime, "way": way}).headers["Location"]


def fill(client, address, **values):
    """Send the form of a draft as a browser would: with the edition that the page carries."""
    page = client.get(address).content.decode()
    return client.post(address, facts(edition=edition_in(page), **values), follow=True)


def edition_in(page):
    return re.search(r'name="edition" value="([^"]*)"', page)[1]


def save(client, address, *confirmed):
    page = client.get(f"{address}difference/").content.decode()
    return client.post(f"{address}difference/", {"edition": edition_in(page), "confirm": confirmed}, follow=True)


def geojson(shape):
    return shapely.to_geojson(shape)


def test_units_chosen_become_a_difference_and_a_version_and_the_way_leads_back(official, product):
    make.area(product, BIG)
    address = begin(official, "units")

    shown = text_of(fill(official, address, units=["120118101", "120118102"]))
    assert "保存之前，看看改了什么" in shown
    assert "去掉 0.00 公顷" in shown
    done = text_of(save(official, address))
    assert "已保存为第 2 版，自 2026-11-24 起" in done
    assert "王敏（wangmin） 登记 · 选行政区" in done

    page = text_of(official.get(f"{DESK}1/back/"))
    assert "回到第 1 版" in page
    newest = areas.footing(Area.objects.last())
    asked = {"day": "2026-12-01", "base": newest.base, "seen": newest.seen, "note": "公告更正"}
    refused = official.post(f"{DESK}1/back/", asked)
    assert (refused.status_code, "请逐项勾选确认后再保存" in text_of(refused)) == (400, True)
    assert 'value="公告更正"' in refused.content.decode()
    answer = official.post(f"{DESK}1/back/", asked | {"confirm": ["land"]}, follow=True)
    done = text_of(answer)
    assert "回到第 1 版：公告更正" in done
    first, _second, third = Area.objects.order_by("pk")
    assert bytes(first.boundary.wkb) == bytes(third.boundary.wkb)


def test_every_version_stands_in_the_list_newest_first_with_who_and_a_small_map(official, product):
    make.area(product, BIG, valid_until=date(2020, 1, 1))
    make.area(product, EAST, valid_from=date(2020, 1, 1), basis="proposed")

    page = official.get(DESK)

    assert re.findall(r'id="version-(\d)"', page.content.decode()) == ["2", "1"]
    assert page.content.decode().count('class="thumbnail"') == 2
    assert "自 2000-01-01 起，到 2020-01-01 为止（不含） · " in text_of(page)
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d 测试 登记", text_of(page))


def test_two_versions_are_compared_in_words_picture_and_table(official, product):
    make.area(product, ISLANDS, valid_until=date(2020, 1, 1))
    make.area(product, shapely.MultiPolygon([ISLANDS.geoms[0]]), valid_from=date(2020, 1, 1))

    page = official.get(f"{DESK}compare/?old=1&new=2")

    text = text_of(page)
    assert "第 2 版与第 1 版比较" in text
    assert ["孔洞", "2", "1"] in [re.sub(r"\s+", " ", row).split()[:3] for row in re.findall(r"孔洞 \d \d", text)]
    shown = json.loads(html.unescape(re.search(r'data-difference="([^"]*)"', page.content.decode())[1]))
    assert [len(shown[name]["coordinates"]) for name in ("added", "removed", "unchanged")] == [0, 1, 1]


@pytest.mark.parametrize("asked", ["old=3&new=1", "old=a&new=1"])
def test_versions_that_are_none_are_refused(official, product, asked):
    make.area(product, BIG)

    assert official.get(f"{DESK}compare/?{asked}").status_code == 400


def test_a_product_without_versions_has_nothing_to_compare(official, product):
    assert "还没有产地范围" in text_of(official.get(f"{DESK}compare/"))
    assert "还没有产地范围" in text_of(official.get(DESK))


def test_a_drawn_shape_keeps_wording_and_every_ring(official, product):
    address = begin(official)
    fill(official, address, boundary=geojson(ISLANDS), units=["120118101"])
    save(official, address)

    area = Area.objects.get()
    assert shapely.equals_identical(to_shapely(area.boundary), ISLANDS)
    assert (area.wording, [unit.code for unit in area.units.all()]) == ("四至：东至运河\n西至大清河", ["120118101"])


def test_sending_a_drawn_shape_untouched_changes_no_vertex_and_keeps_its_datum(official, product):
    ragged = shapes.star(116.9, 38.9, 7)
    make.area(product, ragged, datum="gcj02", wording="四至：东至运河\n西至大清河")
    address = begin(official)
    text = html.unescape(
        re.search(r"<textarea id=\"id_boundary\"[^>]*>(.*?)</textarea>", official.get(address).content.decode())[1]
    )

    fill(official, address, boundary=text)

    draft = AreaDraft.objects.get()
    assert (bytes(draft.boundary.wkb), draft.datum) == (bytes(Area.objects.get().boundary.wkb), "gcj02")


def test_coordinates_read_from_a_shifted_map_are_turned_and_the_row_says_so(official, product):
    address = begin(official)

    fill(official, address, boundary=BIG.wkt, read_as="bd09")

    draft = AreaDraft.objects.get()
    west, south, _east, _north = draft.boundary.extent
    assert draft.datum == "bd09"
    assert (116.8 - west, 38.8 - south) == (pytest.approx(0.0123, abs=0.002), pytest.approx(0.007, abs=0.002))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "还没有界线"),
        ("junk", "界线读不出来"),
        ('{"type":"Polygon","crs":{},"coordinates":[]}', "GeoJSON 不应带 crs"),
        ("POLYGON((116 38,117 39,117 38,116 39,116 38))", "边与边相交"),
        ("POLYGON((38 116,39 116,39 117,38 116))", "似乎颠倒了"),
    ],
)
def test_a_shape_that_is_none_is_refused_in_the_form_with_all_that_was_typed(official, product, text, sentence):
    answer = fill(official, begin(official), boundary=text, note="打到一半的说明")

    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert "打到一半的说明" in answer.content.decode()
    assert html.escape(text) in answer.content.decode()
    assert "四至：东至运河" in answer.content.decode()


def test_what_is_missing_is_said_beside_its_field(official, product):
    answer = fill(official, begin(official), boundary=geojson(BIG), uncertainty_m="", source="", day="")

    assert answer.status_code == 400
    assert answer.content.decode().count('class="wrong"') == 3


def test_a_day_on_which_nobody_keeps_a_register_is_refused(official, product):
    answer = fill(official, begin(official), boundary=geojson(BIG), day="9999-01-01")

    assert (answer.status_code, "超出登记簿的范围" in text_of(answer)) == (400, True)


def test_an_act_without_its_announcement_is_refused_in_the_form(official, product):
    answer = fill(official, begin(official), boundary=geojson(BIG), basis="act")

    assert (answer.status_code, "要选划定文件（公告）或依据文件" in text_of(answer)) == (400, True)


def test_units_without_border_on_the_day_are_refused_and_stay_chosen(official, product):
    make.place("120118103", name="王口镇")

    answer = fill(official, begin(official, "units"), units=["120118103"])

    assert answer.status_code == 400
    assert "120118103 在 2026-11-24 没有界线" in text_of(answer)
    assert re.search(r'value="120118103"[^>]*checked', answer.content.decode())


def test_who_was_outrun_gets_409_keeps_the_draft_and_can_compare_anew(official, product):
    make.area(product, BIG)
    mine, theirs = begin(official), begin(official)
    for address, shape in ((mine, BIG.union(EAST)), (theirs, EAST)):
        fill(official, address, boundary=geojson(shape))
    outdated = edition_in(official.get(f"{mine}difference/").content.decode())
    save(official, theirs, "land", "parts")

    answer = official.post(f"{mine}difference/", {"edition": outdated})
    assert (answer.status_code, Area.objects.count(), AreaDraft.objects.count()) == (409, 2, 1)
    assert "王敏（wangmin） 已在" in text_of(answer)

    anew = text_of(official.post(f"{mine}latest/", {"edition": outdated}, follow=True))
    assert "草稿留着" not in anew
    assert "将在原处更正" in anew


def test_going_back_from_an_outrun_page_is_409_and_the_page_shows_what_stands_now(official, product):
    make.area(product, BIG, valid_until=date(2020, 1, 1))
    second = make.area(product, EAST, valid_from=date(2020, 1, 1))
    stale = areas.footing(second)
    make.area(product, ISLANDS, valid_from=date(2021, 1, 1))

    asked = {"day": DAY, "base": stale.base, "seen": stale.seen, "note": "", "confirm": ["land", "parts", "holes"]}
    answer = official.post(f"{DESK}1/back/", asked)

    assert answer.status_code == 409
    assert "保存了第 3 版" in text_of(answer)
    assert "checked" not in answer.content.decode()


def test_a_draft_without_shape_has_no_difference_yet(official, product):
    address = begin(official)

    answer = official.get(f"{address}difference/")

    assert (answer.status_code, "草稿还缺" in text_of(answer)) == (400, True)


def test_a_day_before_the_latest_version_is_said_before_saving(official, product):
    make.area(product, BIG, valid_from=date(2026, 1, 1))
    address = begin(official)

    shown = fill(official, address, boundary=geojson(BIG.union(EAST)), day="2025-01-01")

    assert "新版本不能早于它" in text_of(shown)
    assert "disabled" in shown.content.decode()


def test_drafts_wait_in_the_list_until_they_are_thrown_away(official, product):
    address = begin(official)
    assert "还没保存的草稿" in text_of(official.get(DESK))

    assert "草稿已丢弃" in text_of(official.post(f"{address}discard/", follow=True))
    assert (AreaDraft.objects.count(), official.get(address).status_code) == (0, 404)


def test_files_come_in_by_the_import_with_product_and_regime_chosen(official, product):
    assert (
        "/desk/imports/?purpose=area&amp;product=taitou-xigua&amp;regime=product" in official.get(DESK).content.decode()
    )


@pytest.mark.parametrize("asked", [{}, {"regime": "none", "way": "units"}, {"regime": "product", "way": "file"}])
def test_a_draft_of_nothing_is_refused(official, product, asked):
    assert official.post(f"{DESK}new/", asked).status_code == 400


@pytest.mark.parametrize(
    ("role", "reads"),
    [("auditor", 200), ("association", 403), ("inspector", 200), ("producer", 403), ("liaison", 403)],
)
def test_who_may_not_draw_gets_403_and_changes_nothing(client, product, role, reads):
    other = type(client)()
    other.force_login(make.person(role, "zhao"), backend=site.AUTHENTICATION_BACKENDS[1])

    answers = [other.get(DESK), other.post(f"{DESK}new/", {"regime": "product", "way": "units"})]

    assert ([answer.status_code for answer in answers], AreaDraft.objects.count()) == ([reads, 403], 0)
    assert "画新的一版" not in answers[0].content.decode()


def test_nothing_stands_inline(official, product):
    make.area(product, ISLANDS, valid_until=date(2020, 1, 1))
    make.area(product, BIG, valid_from=date(2020, 1, 1))
    address = begin(official)
    pages = [DESK, address, f"{DESK}compare/?old=1&new=2", f"{DESK}1/back/"]

    inline = [
        page
        for page in pages
        if re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", official.get(page).content.decode())
    ]

    assert inline == []


def test_the_way_by_units_walks_jinghai_without_script(official, jinghai):
    address = begin(official, "units")
    product = Product.objects.get(slug="taitou-xigua")
    chosen = sorted(unit.code for unit in product.areas.get().units.all())
    page = official.get(address).content.decode()
    assert sorted(re.findall(r'value="(\d+)"[^>]*checked', page)) == chosen

    fill(official, address, units=chosen[:3], day=clock.today().isoformat())
    save(official, address, "land", "parts")

    assert [area.valid_until for area in product.areas.order_by("pk")] == [clock.today(), None]


@pytest.mark.parametrize(
    ("part", "written"),
    [
        (0.0, "0.0%"),
        (1e-12, "0.0%"),
        (0.0001, "<0.1%"),
        (0.5, "50.0%"),
        (0.9999, ">99.9%"),
        (1 - 1e-9, "100.0%"),
        (1.0, "100.0%"),
    ],
)
def test_little_is_never_written_as_nothing_nor_nearly_all_as_all(part, written):
    assert share(part) == written


@pytest.mark.parametrize(
    ("days", "written"),
    [
        ({"valid_from": date(2000, 1, 1)}, "自 2000-01-01 起"),
        ({"attested_on": date(2000, 1, 1)}, "起始日未查明（最早见于 2000-01-01）"),
        ({"valid_until": date(2001, 1, 1)}, "起始日未查明，到 2001-01-01 为止（不含）"),
    ],
)
def test_a_span_is_written_with_what_is_known_of_it(days, written):
    assert span(Area(**days)) == written


def test_the_published_size_stands_beside_the_computed_one(official, product):
    address = begin(official)

    shown = text_of(fill(official, address, boundary=geojson(BIG), stated_hectares="9000"))

    assert re.search(r"公布面积 9,000\.00 公顷，计算面积 9,6\d\d\.\d\d 公顷，相差 \+7\.\d%", shown)


def test_everything_the_editor_loads_has_a_hashed_name(official, product, settings, tmp_path):
    hashed = {"BACKEND": "gi_registry.core.storage.HashedStaticStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": hashed}
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", "--noinput", verbosity=0)

    page = official.get(begin(official)).content.decode()

    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert len([path for path in loaded if "leaflet" in path]) == 5
    assert [path for path in loaded if not (tmp_path / path.removeprefix("/static/")).is_file()] == []
    style = next(tmp_path.glob("css/area.*.css")).read_text()
    assert re.search(r"leaflet/draw/images/spritesheet\.\w{12}\.svg", style)
    assert re.search(r"\./map/draw\.\w{12}\.js", next(tmp_path.glob("js/pages/area.*.js")).read_text())


def test_the_page_of_going_back_shows_what_the_old_shape_would_overlap_today(official, product):
    make.area(product, BIG, valid_until=date(2020, 1, 1))
    make.area(product, EAST, valid_from=date(2020, 1, 1))
    make.area(make.product("puluo-li", "普罗梨", "fruit"), BIG, valid_from=date(2022, 1, 1))

    assert "普罗梨 地理标志产品" in text_of(official.get(f"{DESK}1/back/"))


def test_what_the_arithmetic_of_borders_leaves_below_zero_is_written_as_nothing():
    assert [ha(-1e-9), ha(-0.004), ha(12345.678)] == ["0.00", "0.00", "12,345.68"]


def test_an_address_that_only_takes_forms_says_so_on_a_page(official, product):
    answer = official.get(f"{DESK}new/")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "刚才的没有收到" in text_of(answer)
