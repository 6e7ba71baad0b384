from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, WIDE

DULIU = {"longitude": 116.9074, "latitude": 39.02868}
COVERING_DULIU = ("独流老醋", "台头西瓜", "静海金丝小枣", "静海黑猪")
PAGES = (
    "/",
    "/products/",
    "/products/duliu-laocu/",
    "/products/jinghai-jinsixiaozao/",
    "/places/120118102/",
    "/check/?lon=116.9074&lat=39.02868&accuracy=10",
    "/sources/",
)
DAY = "2009-01-01"
MOST_TAB_STOPS = 80


def names(page):
    return page.locator(".row-name")


def areas(page):
    return page.locator("path.area[role=button]")


def selected(page):
    return page.locator("path.area.is-selected")


def card(page):
    return page.locator("[data-covering-card]")


def stage_box(page, stage):
    return page.locator(f"input[name=stage][value={stage}]")


def listed_as(page, stage):
    return page.locator(f"[data-row] .swatch .stage-{stage}")


def drawn_as(page, stage):
    return page.locator(f"path.area.stage-{stage}")


def address_with(text):
    return re.compile(re.escape(text))


def click_map(page, pixels_east=0):
    """Click on the map where its centre is, or so many pixels to the right of it."""
    drawn = page.locator("[data-map]")
    box = drawn.bounding_box()
    drawn.click(position={"x": box["width"] / 2 + pixels_east, "y": box["height"] / 2})


def view_west_of(position, pixels, zoom):
    """The view that shows the position so many pixels to the right of the map's centre."""
    degrees = pixels * 360 / 256 / 2**zoom
    return f"{zoom},{position['latitude']},{position['longitude'] - degrees:.5f}"


def tab_until(page, focused):
    for _ in range(MOST_TAB_STOPS):
        page.keyboard.press("Tab")
        if focused.count():
            break
    expect(focused).to_have_count(1)


def test_an_official_searches_filters_and_shares_the_map(opened):
    with opened("/") as page:
        expect(areas(page)).to_have_count(6)
        expect(names(page)).to_have_count(6)

        page.get_by_role("searchbox").fill("dllc")
        expect(names(page)).to_have_text(["独流老醋"])
        expect(areas(page)).to_have_count(1)
        expect(page).to_have_url(address_with("q=dllc"))

        page.reload(wait_until="networkidle")
        expect(names(page)).to_have_text(["独流老醋"])
        page.get_by_role("searchbox").fill("")
        expect(names(page)).to_have_count(6)

        stage_box(page, "candidate").check()
        expect(names(page)).to_have_text(["陈官屯冬菜", "普罗梨"])


@pytest.mark.parametrize("stage", ["protected", "candidate"])
def test_a_stage_turned_off_in_the_legend_leaves_the_list_and_the_map(opened, stage):
    with opened("/") as page:
        for box in page.locator("input[name=stage]").all():
            box.check()
        expect(areas(page)).to_have_count(6)
        legend = int(page.locator(f"[data-count-of='stage:{stage}']").inner_text())
        expect(listed_as(page, stage)).to_have_count(legend)
        expect(drawn_as(page, stage)).to_have_count(legend)

        stage_box(page, stage).uncheck()
        expect(listed_as(page, stage)).to_have_count(0)
        expect(drawn_as(page, stage)).to_have_count(0)
        expect(names(page)).to_have_count(6 - legend)
        expect(areas(page)).to_have_count(6 - legend)
        for name in names(page).all_inner_texts():
            expect(page.locator(f"path.area[aria-label^='{name}，']")).to_have_count(1)


@pytest.mark.parametrize(("stage", "dashes"), [("protected", "none"), ("candidate", "4px, 4px")])
def test_a_stage_has_one_border_in_the_legend_the_list_and_the_map(opened, stage, dashes):
    with opened("/") as page:
        legend = page.locator("label", has=stage_box(page, stage)).locator(f".stage-{stage}")
        for drawn in (legend, listed_as(page, stage).first, drawn_as(page, stage).first):
            expect(drawn).to_have_css("stroke-dasharray", dashes)


def test_a_click_on_the_map_lists_what_covers_the_point(opened):
    with opened(f"/?view={view_west_of(DULIU, 200, zoom=12)}") as page:
        expect(areas(page)).to_have_count(6)
        with page.expect_response(lambda answer: "/api/covering" in answer.url) as answer:
            click_map(page, pixels_east=200)
        asked = parse_qs(urlsplit(answer.value.url).query)
        assert float(asked["lon"][0]) == pytest.approx(DULIU["longitude"], abs=0.001)
        assert float(asked["lat"][0]) == pytest.approx(DULIU["latitude"], abs=0.001)
        for product in COVERING_DULIU:
            expect(card(page)).to_contain_text(product)
        expect(page.locator("path.point-halo")).to_have_count(1)

        card(page).get_by_role("button", name="关闭").click()
        expect(card(page)).to_be_hidden()
        expect(page.locator("path.point-halo")).to_have_count(0)


def test_a_button_lists_what_covers_the_middle_of_the_map(opened):
    with opened("/?view=12,39.02868,116.9074") as page:
        page.get_by_role("button", name="查看地图中心").click()
        for product in COVERING_DULIU:
            expect(card(page)).to_contain_text(product)
        expect(card(page)).to_contain_text("界线为示意")

        card(page).get_by_role("link", name="在位置核查中看全部产品").click()
        expect(page.locator("main")).to_contain_text("陈官屯冬菜")


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_back_button_takes_a_selection_back(opened, motion):
    with opened("/", reduced_motion=motion) as page:
        page.get_by_role("link", name=re.compile("在地图上看.*独流老醋")).click()
        expect(selected(page)).to_have_count(1)
        expect(page).to_have_url(address_with("product=duliu-laocu"))

        page.go_back()
        expect(areas(page)).to_have_count(6)
        expect(selected(page)).to_have_count(0)
        expect(page).not_to_have_url(address_with("product="))

        page.go_forward()
        expect(selected(page)).to_have_attribute("aria-label", re.compile("^独流老醋，"))
        expect(page).to_have_url(address_with("product=duliu-laocu"))


def test_the_register_is_shown_as_it_stood_on_a_day(opened):
    with opened("/") as page:
        page.locator("input[name=on]").fill(DAY)
        expect(names(page).filter(has_text="台头西瓜")).to_have_count(0)
        expect(names(page).filter(has_text="独流老醋")).to_have_count(1)
        expect(page).to_have_url(address_with(f"on={DAY}"))


def test_a_product_of_the_list_is_opened_on_the_chosen_day(opened):
    with opened("/") as page:
        page.locator("input[name=on]").fill(DAY)
        expect(names(page).filter(has_text="台头西瓜")).to_have_count(0)
        page.get_by_role("link", name="独流老醋", exact=True).click()
        expect(page).to_have_url(re.compile(rf"/products/duliu-laocu/\?on={DAY}$"))
        expect(page.locator("main")).to_contain_text(f"这是登记簿在 {DAY} 的样子")


@pytest.mark.parametrize(
    ("link", "arrived"),
    [("独流老醋", rf"/products/duliu-laocu/\?on={DAY}$"), ("在位置核查中看全部产品", rf"/check/\?.*on={DAY}$")],
    ids=["product", "check"],
)
def test_an_area_of_the_map_is_left_on_the_chosen_day(opened, link, arrived):
    with opened("/?view=12,39.02868,116.9074") as page:
        page.locator("input[name=on]").fill(DAY)
        expect(names(page).filter(has_text="台头西瓜")).to_have_count(0)
        click_map(page)
        card(page).get_by_role("link", name=link, exact=True).click()
        expect(page).to_have_url(re.compile(arrived))
        expect(page.locator("main")).to_contain_text(DAY)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("address", PAGES)
def test_no_page_is_cut_off_or_complains(opened, address, viewport):
    with opened(address, viewport) as page:
        expect(page.locator("h1")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_login_of_the_staff_complains_of_nothing(opened, viewport):
    with opened("/admin/login/", viewport) as page:
        expect(page.locator("input[name=username]")).to_be_focused()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_the_list_is_a_sheet_over_the_map(opened):
    with opened("/", PHONE) as page:
        row = page.get_by_role("link", name="台头西瓜", exact=True)
        page.locator("[data-handle]").click()
        row.scroll_into_view_if_needed()
        row.click()
        expect(page.locator("h1")).to_contain_text("台头西瓜")
        expect(page.locator("main")).to_contain_text("等5个乡镇所辖行政区域")


@pytest.mark.parametrize("address", ["/", "/products/"])
def test_the_skip_link_leads_past_the_bar(opened, address):
    with opened(address) as page:
        skip = page.get_by_role("link", name="跳到正文")
        page.keyboard.press("Tab")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport(ratio=1)

        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("searchbox")).to_be_focused()


def test_tab_reaches_an_area_and_enter_selects_it(opened):
    with opened("/") as page:
        expect(areas(page)).to_have_count(6)
        tab_until(page, page.locator("path.area:focus"))
        page.keyboard.press("Enter")
        expect(page.locator("path.area:focus")).to_have_attribute("aria-pressed", "true")
        expect(selected(page)).to_be_visible()
        expect(page.locator("[data-row][data-selected]")).to_have_count(1)
        expect(page).to_have_url(address_with("product="))


def test_the_facts_of_the_map_are_there_without_javascript(opened):
    with opened("/", java_script_enabled=False) as page:
        expect(names(page)).to_have_count(6)
        page.locator("input[name=q]").fill("taitou")
        page.locator("input[name=q]").press("Enter")
        expect(names(page)).to_have_text(["台头西瓜"])
        page.get_by_role("link", name="台头西瓜", exact=True).click()
        expect(page.locator("main")).to_contain_text("2010-12-24")
        page.goto("/check/?lon=116.9074&lat=39.02868")
        expect(page.locator("main")).to_contain_text("离界线太近")


def test_the_facts_of_the_list_are_there_without_javascript(opened):
    with opened("/products/", java_script_enabled=False) as page:
        rows = page.locator("main tbody tr")
        expect(rows).to_have_count(6)
        watermelon = rows.filter(has_text="台头西瓜")
        for fact in ("地理标志产品 · 已保护", "2010-12-24", "km²", "公告文字", "转述", "示意"):
            expect(watermelon).to_contain_text(fact)
        expect(rows.filter(has_text="独流老醋")).to_contain_text("未查明（最早见于 2008-07-31）")

        page.get_by_label("候选").check()
        page.get_by_role("button", name="搜索").click()
        expect(rows.locator("th")).to_have_text(["陈官屯冬菜", "普罗梨"])


def test_my_position_is_shown_with_its_accuracy_and_answered(opened):
    position = DULIU | {"accuracy": 25}
    with opened("/", geolocation=position, permissions=["geolocation"]) as page:
        page.get_by_role("button", name="我的位置").click()
        expect(card(page)).to_contain_text("独流老醋")
        expect(page.locator("path.point-accuracy")).to_have_count(1)


def test_a_position_that_may_not_be_read_is_said_in_chinese(opened):
    with opened("/", permissions=[]) as page:
        page.get_by_role("button", name="我的位置").click()
        expect(page.locator("body")).to_contain_text("没有得到定位许可")


def test_swapped_coordinates_are_refused_in_one_sentence_and_kept(opened):
    with opened("/check/?lon=39.02868&lat=116.9074", expected=("status of 400",)) as page:
        lon, lat = page.locator("input[name=lon]"), page.locator("input[name=lat]")
        expect(page.get_by_role("alert")).to_have_count(1)
        expect(page.get_by_role("alert")).to_contain_text("颠倒")
        expect(lon).to_have_value("39.02868")
        expect(lat).to_have_value("116.9074")

        lon.fill("116.9074")
        lat.fill("39.02868")
        page.get_by_role("button", name="核查", exact=True).click()
        expect(page.locator("#answer")).to_contain_text("独流老醋")
        expect(page.get_by_role("alert")).to_have_count(0)


def test_the_map_prints_on_one_sheet_of_a4(opened):
    with opened("/") as page:
        sheet = page.pdf(format="A4", landscape=True, print_background=True)
    assert sheet.count(b"/Type /Page\n") == 1
