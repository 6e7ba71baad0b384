"""A print run from its first line to a mistake taken back, and the year's report, in a real browser."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from gi_registry.core import clock
from gi_registry.marks.models import Batch
from gi_registry.marks.reports import last_year
from gi_registry.parties.permissions import Role
from gi_registry.products.models import Product
from tests import make
from tests.browser.conftest import PHONE

OPTIONS = pytest.mark.parametrize(
    "options", [{"java_script_enabled": False}, {"viewport": PHONE}], ids=["plain", "phone"]
)


def sign_in(page):
    page.set_default_timeout(10_000)
    page.get_by_label("用户名").fill("wangmin")
    page.get_by_label("口令").fill("流水不腐 24")
    page.get_by_label("口令").press("Enter")


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.fixture
def user(opened):
    """A user of the mark, and an official who keeps the ledger."""
    Group.objects.get_or_create(name=Role.MARKET.label)  # emptied with all tables after the test before
    make.person("market", "wangmin", last_name="王", first_name="敏")
    return make.authorisation(make.producer(), Product.objects.get(slug="duliu-laocu"), code="TEAM00001")


@OPTIONS
def test_marks_are_printed_issued_and_a_mistake_is_taken_back(opened, user, options):
    with opened("/sign-in/?next=/desk/prints/new/?mark=TEAM00001", **options) as page:
        sign_in(page)
        page.get_by_label("印制单位").fill("示例印刷厂")
        page.get_by_label("数量（枚）").fill("1000")
        page.get_by_label("印好即交使用人").uncheck()
        page.get_by_role("button", name="保存").click()
        number = Batch.objects.get().number
        expect(page.get_by_role("heading", name=f"批次 {number}")).to_be_visible()

        page.get_by_role("link", name="记一笔").click()
        page.get_by_label("事项").select_option("issued")
        page.get_by_label("数量（枚）").fill("10000")
        page.get_by_role("button", name="保存").click()
        expect(page.locator(".alarms")).to_contain_text("起库存为 -9,000 枚")
        assert fits(page)

        page.get_by_role("link", name="冲销", exact=True).click()
        page.get_by_label("为什么冲销").fill("多记一个零")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status")).to_contain_text("已冲销第 2 笔。")
        expect(page.locator(".alarms")).to_have_count(0)
        expect(page.locator(".sums")).to_contain_text("1,000")


@OPTIONS
def test_a_year_is_reported_and_its_rates_are_explained(opened, user, options):
    year = last_year()
    with opened(f"/sign-in/?next=/desk/reports/{year}/", **options) as page:
        sign_in(page)
        page.get_by_role("link", name="示例酿造有限公司").click()
        page.get_by_label("产量（吨）").fill("30")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status")).to_contain_text(f"{year} 年的用标报告")

        expect(page.locator(".rate").first).to_contain_text("100%")
        expect(page.locator(".rate").nth(2)).to_contain_text("产地范围内的总数没有登记。")
        assert fits(page)
        assert clock.today().year == year + 1
