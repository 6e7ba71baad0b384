"""An application from the survey to its filing in a real browser, and a liaison with a phone."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from gi_registry.applications.materials import checklist
from gi_registry.applications.models import Application, Material, Survey
from gi_registry.core import clock
from gi_registry.parties.permissions import Role
from gi_registry.places.models import Place
from gi_registry.products.models import Product
from tests import make
from tests.browser.conftest import PHONE


@pytest.fixture
def at(opened):
    """Open an address of the desk as somebody of a role."""

    @contextmanager
    def opening(address, role=Role.AGRICULTURE, unit="", **options):
        Group.objects.get_or_create(name=role.label)  # emptied with all tables after the test before
        with opened(f"/sign-in/?next={address}", **options) as page:
            place = Place.objects.filter(code=unit).first()
            make.person(role.value, "wangmin", last_name="王", first_name="敏", unit=place)
            page.set_default_timeout(10_000)
            page.get_by_label("用户名").fill("wangmin")
            page.get_by_label("口令").fill("流水不腐 24")
            page.get_by_label("口令").press("Enter")
            page.wait_for_url(f"**{address}")
            yield page

    return opening


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def ready(application):
    """Every required item but the first ready, and an applicant."""
    make.complete(application)
    Material.objects.filter(item=checklist(application.procedure, application.regime)[0].key).delete()


@pytest.mark.parametrize(
    "options", [{"java_script_enabled": False}, {"viewport": PHONE}, {}], ids=["plain", "phone", ""]
)
def test_a_surveyed_product_is_applied_for_and_its_file_goes_out(at, options):
    with at("/desk/surveys/1/", **options) as page:
        page.get_by_role("link", name="据此立卷申请").click()
        page.get_by_label("申请什么").select_option("product")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status").first).to_contain_text("适用《地理标志产品保护办法》（2023年）")
        expect(page.locator("[aria-current=step]")).to_contain_text("准备中")
        assert fits(page)

        ready(application := Application.objects.get())
        Product.objects.get(slug="chenguantun-dongcai").documents.add(make.document("产地范围建议"))
        page.reload()
        page.get_by_role("link", name="划定地理标志产品产地范围的建议").click()
        page.get_by_label("状态").select_option("ready")
        page.get_by_label("产地范围建议").check()
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("申请要件 9 项，已完备。")).to_be_visible()

        page.get_by_role("link", name="办理：提交申请").click()
        page.get_by_role("button", name="提交申请").click()
        expect(page.locator("[aria-current=step]")).to_contain_text("省级初审")
        expect(page.locator(".clock")).to_contain_text("《地理标志产品保护办法》（2023年）第十二条")
        assert fits(page)

        page.goto("/desk/applications/")
        expect(page.locator(".app-card")).to_contain_text(["陈官屯冬菜"])
        assert fits(page)
    application.refresh_from_db()
    assert (application.state, application.steps.latest("pk").on) == ("provincial", clock.today())


@pytest.mark.parametrize("options", [{"java_script_enabled": False}, {"viewport": PHONE}], ids=["plain", "phone"])
def test_a_protection_of_before_is_brought_in_and_its_path_says_what_is_not_known(at, options):
    with at("/desk/applications/", Role.MARKET, **options) as page:
        make.announcement("第902号", date(2012, 5, 18), title="关于普罗梨的公告（示例）")
        page.get_by_role("link", name="补录已有的保护").click()
        page.get_by_label("产品 必填").select_option("puluo-li")
        page.get_by_label("保护制度").select_option("certification")
        page.locator("[name=announcement]").select_option(
            label="国家知识产权局公告 第902号（2012-05-18）关于普罗梨的公告（示例）"
        )
        page.get_by_role("button", name="补录").click()

        expect(page.get_by_role("status").first).to_contain_text("自 2012-05-18 起受证明商标保护。")
        expect(page.locator(".station")).to_have_text(["此前的步骤 未查明", "核准注册公告 2012-05-18"])
        expect(page.locator(".station-unknown .unknown")).to_be_visible()
        assert fits(page)

        page.goto("/products/puluo-li/")
        expect(page.get_by_text("已发布核准注册公告。此前的步骤未查明。")).to_be_visible()


def test_a_liaison_fills_a_survey_with_a_phone(at):
    with at("/desk/surveys/", Role.LIAISON, "120118106", viewport=PHONE) as page:
        page.get_by_role("link", name="填报").click()
        page.get_by_label("产品名称").fill("示例萝卜")
        page.get_by_label("类别").select_option("vegetable")
        page.get_by_label("产地", exact=True).fill("运河西岸")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("示例萝卜")

        page.get_by_role("link", name="回答：真实性").click()
        page.get_by_label("回答").select_option("yes")
        page.get_by_label("依据", exact=True).fill("县志第三卷")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("11 项中已有依据地回答 1 项")).to_be_visible()
        assert fits(page)
    assert Survey.objects.filter(name="示例萝卜", unit__code="120118106").count() == 1
