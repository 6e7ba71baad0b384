"""A test report typed in, a failed line seen, evidence attached to a clause, a round signed, in a real browser."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from gi_registry.assurance.models import Round, TestReport
from gi_registry.core import clock
from gi_registry.parties.permissions import Role
from gi_registry.products.models import Product
from tests import make
from tests.browser.conftest import PHONE

OPTIONS = pytest.mark.parametrize(
    "options", [{"java_script_enabled": False}, {"viewport": PHONE}], ids=["plain", "phone"]
)
HERE = "/desk/systems/duliu-laocu/"


def sign_in(page):
    page.set_default_timeout(10_000)
    page.get_by_label("用户名").fill("wangmin")
    page.get_by_label("口令").fill("流水不腐 24")
    page.get_by_label("口令").press("Enter")


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.fixture
def product(opened):
    """A product with a standard and its limit, a laboratory, and an official who keeps the systems."""
    Group.objects.get_or_create(name=Role.MARKET.label)  # emptied with all tables after the test before
    make.person("market", "wangmin", last_name="王", first_name="敏")
    product = Product.objects.get(slug="duliu-laocu")
    make.standard(product, limits=[{"parameter": "总酸", "unit": "g/100mL", "lower": 5}])
    make.laboratory()
    return product


@OPTIONS
def test_a_report_is_typed_and_a_failed_line_keeps_its_clause_down(opened, product, options):
    today = clock.today().isoformat()
    with opened(f"/sign-in/?next={HERE}evidence/", expected=("status of 400",), **options) as page:
        sign_in(page)
        page.get_by_role("link", name="登记报告").click()
        page.get_by_label("报告编号").fill("示例-1")
        page.get_by_label("检验检测机构").select_option(label="示例检验中心")
        page.get_by_label("抽样日").fill(today)
        page.get_by_label("签发日").fill(today)
        page.locator("select[name=source]").select_option("gazette")
        page.locator("select[name=grade]").select_option("primary")
        page.get_by_label("结果").first.fill("大约四")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("alert").first).to_contain_text("第 1 行")

        page.get_by_label("结果").first.fill("4,2")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status")).to_contain_text("已登记报告 示例-1：不合格 1 项。")
        expect(page.locator(".verdict-fail")).to_contain_text("不合格")
        assert fits(page)

        page.goto(HERE)
        expect(page.locator("#T11")).to_contain_text("总酸 4,2 g/100mL 不合格")
        assert fits(page)
        assert TestReport.objects.count() == 1


@OPTIONS
def test_a_clause_is_attested_and_the_day_is_signed(opened, product, options):
    with opened(f"/sign-in/?next={HERE}", **options) as page:
        sign_in(page)
        page.locator("#Q2").get_by_role("link", name="认定").click()
        page.locator("select[name=evidence]").select_option(label="标准：GB/T 99991-2020 示例标准 GB/T 99991-2020")
        page.locator("textarea[name=note]").fill("逐条对照管理办法")
        page.get_by_role("button", name="保存").click()
        expect(page.locator("#Q2")).to_contain_text("已满足")

        page.goto("/desk/systems/")
        expect(page.get_by_role("row", name="独流老醋")).to_be_visible()
        assert fits(page)
        page.get_by_role("link", name="做一次评估").click()
        page.get_by_label("产品").select_option("duliu-laocu")
        page.get_by_role("button", name="计算").click()
        expect(page.locator("#preview-title")).to_be_visible()
        assert fits(page)
        page.get_by_role("button", name="签署这一结果").click()
        expect(page.locator("main")).to_contain_text(Round.objects.get().sha256)
        assert fits(page)


@OPTIONS
def test_the_trend_and_the_public_page_fit_and_tell_their_figures(opened, product, options):
    with opened(f"/sign-in/?next={HERE}trend/", **options) as page:
        sign_in(page)
        expect(page.get_by_role("img", name="标准化体系")).to_be_visible()
        assert fits(page)
        page.goto("/products/duliu-laocu/")
        expect(page.get_by_role("img", name="独流老醋的三大体系")).to_be_visible()
        assert fits(page)
