"""Officials at the desk in a real browser: with the keyboard, without JavaScript, and two at once."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import shapely
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from gi_registry.core import clock
from gi_registry.intake.models import ReceivedFile, Step
from gi_registry.parties.permissions import Role
from gi_registry.products.models import Name
from tests import handed_in, make, shapes
from tests.browser.conftest import PHONE

HERE = "/desk/products/taitou-xigua/"
CONFLICT = ("409 (Conflict)",)


@pytest.fixture
def at_the_desk(opened):
    """Open the product's page at the desk as an official."""

    @contextmanager
    def opening(role=Role.AGRICULTURE, name="wangmin", **options):
        Group.objects.get_or_create(name=role.label)  # emptied with all tables after the test before
        make.person(role.value, name, last_name="王", first_name="敏")
        with opened(f"/sign-in/?next={HERE}", **options) as page:
            page.set_default_timeout(10_000)
            page.get_by_label("用户名").fill(name)
            page.get_by_label("口令").fill("流水不腐 24")
            page.get_by_label("口令").press("Enter")
            page.wait_for_url(f"**{HERE}")
            yield page

    return opening


@pytest.mark.parametrize(
    "options", [{"java_script_enabled": False}, {"viewport": PHONE}, {}], ids=["plain", "phone", ""]
)
def test_a_name_is_corrected_by_keyboard_and_its_history_tells(at_the_desk, options):
    with at_the_desk(**options) as page:
        page.get_by_role("link", name="更正 台头西瓜").first.focus()
        page.keyboard.press("Enter")
        page.get_by_label("名称 必填").fill("台头甜西瓜")
        page.get_by_label("为什么改").fill("照公告原文")
        page.get_by_label("为什么改").press("Tab")
        page.keyboard.press("Enter")

        expect(page.get_by_role("status")).to_have_text("已保存，原来的内容留在变更记录里。")
        page.get_by_role("link", name="台头甜西瓜", exact=True).first.click()
        expect(page.locator(".changes > li").first).to_contain_text("照公告原文")
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert Name.objects.filter(text="台头甜西瓜").count() == 1


def test_a_source_is_found_by_typing_and_typing_alone_chooses_nothing_else(at_the_desk):
    with at_the_desk() as page:
        page.goto(f"{HERE}names/1/correct/")
        chosen = page.locator("[name=source]").input_value()
        find = page.get_by_role("searchbox", name="输入几个字，在下面的选项里找").first
        find.fill("规划")

        shown = page.locator("[name=source] option").all_text_contents()
        assert ("天津市静海区知识产权“十四五”规划" in shown, len(shown) < 5) == (True, True)
        assert page.locator("[name=source]").input_value() == chosen
        find.fill("")
        assert len(page.locator("[name=source] option").all_text_contents()) > 20


def test_the_second_of_two_officials_sees_both_versions_side_by_side(at_the_desk):
    with at_the_desk(expected=CONFLICT) as mine, at_the_desk(Role.MARKET, "liqiang", expected=CONFLICT) as other:
        for page in (mine, other):
            page.goto(f"{HERE}names/1/correct/")
        mine.get_by_label("名称 必填").fill("台头甲瓜")
        other.get_by_label("名称 必填").fill("台头乙瓜")
        mine.get_by_role("button", name="保存").click()
        other.get_by_role("button", name="保存").click()

        expect(other.get_by_role("alert")).to_contain_text("王敏（wangmin） 已在")
        expect(other.get_by_label("名称 必填")).to_have_value("台头乙瓜")
        expect(other.locator(".now")).to_have_text(["现在登记的 台头甲瓜"])


def test_a_file_handed_in_comes_back_as_it_was(at_the_desk):
    with at_the_desk() as page:
        page.get_by_role("link", name="交文件").click()
        page.get_by_label("文件 必填").set_input_files(
            {"name": "公告.pdf", "mimeType": "application/pdf", "buffer": handed_in.PDF}
        )
        page.get_by_label("标题 必填").fill("公告扫描件")
        page.locator("[name=source]").select_option(index=1)
        page.get_by_role("button", name="交上去").click()

        with page.expect_download() as download:
            page.get_by_role("link", name="公告扫描件").first.click()
        assert download.value.suggested_filename == "公告.pdf"
        assert download.value.path().read_bytes() == handed_in.PDF


def test_a_file_at_work_says_how_far_it_is_and_then_what_was_found(at_the_desk):
    with at_the_desk() as page:
        page.goto("/desk/imports/")
        content = shapely.to_geojson(shapes.square(116.9, 38.9, 0.05)).encode()
        file = {"name": "界线.geojson", "mimeType": "application/geo+json", "buffer": content}
        page.locator("[name=file]").set_input_files(file)
        page.locator("main form button").first.click()
        expect(page.get_by_role("heading", name="诊断")).to_be_visible()

        far = {"step": Step.EXAMINING, "since": clock.now(), "doing": "读取要素", "done": 0.4}
        ReceivedFile.objects.update(**far)
        page.reload()
        expect(page.get_by_role("progressbar")).to_have_js_property("value", 0.4)
        ReceivedFile.objects.update(doing="核对坐标系", done=0.8)
        expect(page.get_by_role("progressbar")).to_have_js_property("value", 0.8)
        expect(page.locator("[data-doing]")).to_have_text("核对坐标系")
        ReceivedFile.objects.update(step=Step.EXAMINED)
        expect(page.get_by_role("heading", name="诊断")).to_be_visible()
