from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, WIDE

DULIU = {"longitude": 116.9074, "latitude": 39.02868}
PAGES = (
    "/",
    "/products/",
    "/products/duliu-laocu/",
    "/products/jinghai-jinsixiaozao/",
    "/places/120118102/",
    "/check/?lon=116.9074&lat=39.02868&accuracy=10",
    "/sources/",
)


def names(page):
    return page.locator(".row-name").all_inner_texts()


def areas(page):
    return page.locator("path.area[role=button]")


def test_an_official_searches_filters_and_shares_the_map(opened):
    with opened("/") as page:
        expect(areas(page)).to_have_count(6)
        assert len(names(page)) == 6

        page.get_by_role("searchbox").or_(page.locator("input[name=q]")).first.fill("dllc")
        expect(page.locator(".row-name")).to_have_count(1)
        assert names(page) == ["独流老醋"]
        expect(areas(page)).to_have_count(1)
        assert "q=dllc" in page.url

        page.reload(wait_until="networkidle")
        assert names(page) == ["独流老醋"]
        page.locator("input[name=q]").fill("")
        expect(page.locator(".row-name")).to_have_count(6)

        page.locator("input[name=stage][value=candidate]").check()
        expect(page.locator(".row-name")).to_have_count(2)
        assert sorted(names(page)) == ["普罗梨", "陈官屯冬菜"]


def test_a_click_on_the_map_lists_what_covers_the_point(opened):
    with opened("/?view=12,39.02868,116.9074") as page:
        with page.expect_response(lambda answer: "/api/covering" in answer.url):
            page.get_by_role("button", name="查看地图中心").click()
        card = page.locator("[data-covering-card]")
        for product in ("独流老醋", "台头西瓜", "静海金丝小枣", "静海黑猪"):
            expect(card).to_contain_text(product)
        expect(card).to_contain_text("界线为示意")

        card.get_by_role("link", name="在位置核查中看全部产品").click()
        expect(page.locator("main")).to_contain_text("陈官屯冬菜")


def test_the_register_is_shown_as_it_stood_on_a_day(opened):
    with opened("/") as page:
        page.locator("input[name=on]").fill("2009-01-01")
        expect(page.locator(".row-name", has_text="台头西瓜")).to_have_count(0)
        expect(page.locator(".row-name", has_text="独流老醋")).to_have_count(1)
        assert "on=2009-01-01" in page.url


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("address", PAGES)
def test_no_page_is_cut_off_or_complains(opened, address, viewport):
    with opened(address, viewport) as page:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator("h1").count() == 1


def test_on_a_phone_the_list_is_a_sheet_over_the_map(opened):
    with opened("/", PHONE) as page:
        row = page.get_by_role("link", name="台头西瓜", exact=True)
        page.locator("[data-handle]").click()
        row.scroll_into_view_if_needed()
        row.click()
        expect(page.locator("h1")).to_contain_text("台头西瓜")
        expect(page.locator("main")).to_contain_text("等5个乡镇所辖行政区域")


def test_the_keyboard_reaches_and_selects_an_area(opened):
    with opened("/") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"

        areas(page).first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**product=**")
        expect(page.locator("path.area.is-selected").first).to_be_visible()


def test_the_facts_are_there_without_javascript(opened):
    with opened("/", java_script_enabled=False) as page:
        assert len(names(page)) == 6
        page.locator("input[name=q]").fill("taitou")
        page.locator("input[name=q]").press("Enter")
        assert names(page) == ["台头西瓜"]
        page.get_by_role("link", name="台头西瓜", exact=True).click()
        expect(page.locator("main")).to_contain_text("2010-12-24")
        page.goto("/check/?lon=116.9074&lat=39.02868")
        expect(page.locator("main")).to_contain_text("离界线太近")


def test_my_position_is_shown_with_its_accuracy_and_answered(opened):
    position = DULIU | {"accuracy": 25}
    with opened("/", geolocation=position, permissions=["geolocation"]) as page:
        page.get_by_role("button", name="我的位置").click()
        expect(page.locator("[data-covering-card]")).to_contain_text("独流老醋")
        expect(page.locator("path.point-accuracy")).to_have_count(1)


def test_a_position_that_may_not_be_read_is_said_in_chinese(opened):
    with opened("/", permissions=[]) as page:
        page.get_by_role("button", name="我的位置").click()
        expect(page.locator("body")).to_contain_text("没有得到定位许可")


def test_swapped_coordinates_are_refused_in_one_sentence_and_kept(opened):
    with opened("/check/?lon=39.02868&lat=16.9074", expected=("status of 400",)) as page:
        page.locator("input[name=lon]").fill("39.02868")
        page.locator("input[name=lat]").fill("116.9074")
        page.get_by_role("button", name="核查", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("颠倒")
        assert page.locator("input[name=lat]").input_value() == "116.9074"


def test_the_map_prints_on_one_sheet_of_a4(opened):
    with opened("/") as page:
        sheet = page.pdf(format="A4", landscape=True, print_background=True)
    assert sheet.count(b"/Type /Page\n") == 1
