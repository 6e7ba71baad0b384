"""A plan from its first line to a second draw in public, in a real browser."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from gi_registry.inspections.models import Draw
from gi_registry.parties.permissions import Role
from gi_registry.products.models import Product
from tests import make
from tests.browser.conftest import PHONE

OPTIONS = pytest.mark.parametrize(
    "options", [{"java_script_enabled": False}, {"viewport": PHONE}], ids=["plain", "phone"]
)


REFUSED = ("400 (Bad Request)",)  # a browser complains of the page that says what is wrong


def sign_in(page):
    page.set_default_timeout(10_000)
    page.get_by_label("用户名").fill("wangmin")
    page.get_by_label("口令").fill("流水不腐 24")
    page.get_by_label("口令").press("Enter")


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.fixture
def users(opened):
    """Three users of the mark, three inspectors and an official who plans."""
    for role in (Role.MARKET, Role.INSPECTOR):
        Group.objects.get_or_create(name=role.label)  # emptied with all tables after the test before
    make.person("market", "wangmin", last_name="王", first_name="敏")
    for name in ("zhangsan", "lisi", "wangwu"):
        make.person("inspector", name)
    vinegar = Product.objects.get(slug="duliu-laocu")
    names = ["示例甲厂", "示例乙厂", "示例丙厂"]
    made = [make.producer(name, code) for name, code in zip(names, make.USCC, strict=False)]
    return [make.authorisation(producer, vinegar) for producer in made]


@OPTIONS
def test_a_plan_is_made_published_drawn_and_drawn_again_with_a_reason(opened, users, options):
    with opened("/sign-in/?next=/desk/inspections/plans/new/", expected=REFUSED, **options) as page:
        sign_in(page)
        page.get_by_label("种类").select_option("random")
        page.get_by_label("名称").fill("示例年度抽查")
        page.get_by_label("开始").fill("2026-12-01")
        page.get_by_label("结束（含当日）").fill("2026-12-31")
        for box in ("独流老醋", "zhangsan", "lisi", "wangwu"):
            page.get_by_label(box, exact=True).check()
        assert fits(page)
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status")).to_contain_text("已建立计划 2026-J001")

        page.get_by_role("link", name="把使用人列入名录").first.click()
        page.get_by_role("button", name="列入名录").click()
        expect(page.get_by_role("status")).to_contain_text("已把 3 家列入名录。")
        for step in ("公布名录和指纹", "抽取"):
            page.get_by_role("link", name=step, exact=True).click()
            page.get_by_role("button", name=step, exact=True).press("Enter")
        expect(page.get_by_text("3 个对象里抽出 1 个")).to_be_visible()
        assert fits(page)

        page.get_by_role("link", name="重新公布，准备再抽", exact=True).click()
        page.get_by_role("button", name="重新公布，准备再抽").click()
        expect(page.get_by_text("这一栏必填。")).to_be_visible()
        page.get_by_label("理由").fill("示例：名录漏了一家")
        page.get_by_role("button", name="重新公布，准备再抽").click()
        expect(page.get_by_role("heading", name="第 2 次抽取")).to_be_visible()
        assert fits(page)

        page.goto(page.url.split("/desk/")[0] + "/inspections/2026-J001/draws/2/")
        expect(page.get_by_text("这是重新抽取。理由：示例：名录漏了一家")).to_be_visible()
        second = Draw.objects.get(number=2)
        expect(page.get_by_text(second.commitment)).to_be_visible()
        assert fits(page)
        page.get_by_role("link", name="第 1 次", exact=True).click()
        expect(page.get_by_text(Draw.objects.get(number=1).seed)).to_be_visible()
