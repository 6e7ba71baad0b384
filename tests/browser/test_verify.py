"""A shopper with a package in hand asks who may use the mark."""

from __future__ import annotations

from gi_registry.marks.codes import checked
from tests import make
from tests.browser.conftest import PHONE


def test_a_shopper_finds_a_maker_by_pinyin_then_asks_for_the_packing_day(opened):
    make.authorisation(make.producer(), make.product(), "cancelled", code=checked("7KQM2X4H"))

    with opened("/verify/", PHONE) as page:
        page.keyboard.press("Tab")
        page.get_by_label("企业名称、统一社会信用代码").fill("slnz")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="已注销").wait_for()
        assert page.locator(".verdict-card").get_attribute("class") == "card verdict-card standing-cancelled"

        page.get_by_label("哪一天").fill("2024-06-01")
        page.get_by_role("button", name="查询").click()
        page.get_by_role("heading", name="2024-06-01 可以使用").wait_for()
        assert page.get_by_text("今天与那一天不同。今天：已注销。").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
