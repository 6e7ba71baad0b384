"""A producer's use of the mark from the empty register to the province, and an announcement's list, in a browser."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import date

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from gi_registry.marks.models import Authorisation, OriginCheck, Site
from gi_registry.parties.permissions import Role
from tests import handed_in, make
from tests.browser.conftest import PHONE

PAPER = {"name": "申请书.pdf", "mimeType": "application/pdf", "buffer": handed_in.PDF}


@pytest.fixture
def at(opened):
    """Open an address of the desk as the market office."""

    @contextmanager
    def opening(address, **options):
        Group.objects.get_or_create(name=Role.MARKET.label)  # emptied with all tables after the test before
        with opened(f"/sign-in/?next={address}", **options) as page:
            make.person("market", "wangmin", last_name="王", first_name="敏")
            page.set_default_timeout(10_000)
            page.get_by_label("用户名").fill("wangmin")
            page.get_by_label("口令").fill("流水不腐 24")
            page.get_by_label("口令").press("Enter")
            page.wait_for_url(f"**{address}")
            yield page

    return opening


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def hand_in(page, paper, content):
    page.get_by_role("link", name="交这一份").first.click()
    expect(page.get_by_label("材料 必填")).to_have_value(paper)
    page.get_by_label("文件", exact=True).set_input_files(PAPER | {"buffer": content})
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status").first).to_contain_text("已收下")


def take(page, act):
    page.get_by_role("link", name=act, exact=True).click()
    page.get_by_role("button", name=act.partition("：")[2], exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("已记下")


@pytest.mark.parametrize(
    "options", [{"java_script_enabled": False}, {"viewport": PHONE}, {}], ids=["plain", "phone", ""]
)
def test_a_producer_is_led_from_the_empty_register_through_the_check_of_its_origin(at, options):
    with at("/desk/marks/", **options) as page:
        make.producer()
        page.get_by_role("link", name="为使用人立卷 还没有公告").click()
        page.get_by_label("使用人 必填").select_option("示例酿造有限公司")
        page.get_by_label("产品 必填").select_option("duliu-laocu")
        page.get_by_label("依据 必填").select_option("announced")
        page.get_by_role("button", name="立卷").click()
        expect(page.get_by_role("status").first).to_contain_text("已为“示例酿造有限公司”立卷")

        hand_in(page, "form", handed_in.PDF)
        hand_in(page, "test_report", handed_in.PDF + b"\n%2\n")

        page.get_by_role("link", name="登记生产场所").click()
        page.get_by_label("生产场所 必填").fill("示例车间")
        if options.get("java_script_enabled", True):
            expect(page.locator(".leaflet-areas-pane path").first).to_be_visible()
            page.locator(".leaflet-container").click(position={"x": 180, "y": 120})
            expect(page.get_by_label("经度 必填")).to_have_value(re.compile(r"116\.\d{6}"))
        page.get_by_label("经度 必填").fill("116°53′")
        page.get_by_label("纬度 必填").fill("39.0")
        assert fits(page)
        page.get_by_role("button", name="登记", exact=True).click()
        expect(page.get_by_role("status").first).to_contain_text("已登记“示例车间”。")

        take(page, "代为办理：提交申请")
        take(page, "办理：受理")
        expect(page.get_by_text("“示例车间”还没有核验符合，产地核验不能通过")).to_be_visible()
        page.get_by_role("link", name="产地核验", exact=True).click()
        page.get_by_label("现场核验").select_option("yes")
        page.get_by_label("说明").fill("示例：现场看过。")
        page.get_by_role("button", name="记下核验").click()
        take(page, "办理：产地核验通过")
        take(page, "办理：报送省级审核")
        assert fits(page)

    one = Authorisation.objects.get()
    assert (one.state, one.attachments.count(), Site.objects.count()) == ("provincial", 2, 1)
    assert OriginCheck.objects.get().conforms is True


@pytest.mark.parametrize("options", [{"viewport": PHONE}, {}], ids=["phone", ""])
def test_a_list_is_told_row_by_row_and_stored_once_it_was_confirmed(at, options):
    lines = [
        ["企业名称", "统一社会信用代码", "产品名称"],
        ["示例酿造有限公司", make.USCC[0], "独流老醋"],
        ["示例错码厂", make.USCC[0][:-1] + "Y", "独流老醋"],
    ]
    content = "\n".join(",".join(line) for line in lines).encode()

    with at("/desk/marks/", **options) as page:
        make.announcement("示例第1号", date(2024, 3, 1))
        page.get_by_role("link", name="导入公告名单 公告附有").click()
        chosen = page.get_by_label("所依据的公告").locator("option", has_text="示例第1号").get_attribute("value")
        page.get_by_label("所依据的公告").select_option(chosen)
        page.get_by_label("依据 必填", exact=True).select_option("announced")
        page.get_by_label("名单 必填").set_input_files({"name": "名单.csv", "mimeType": "text/csv", "buffer": content})
        page.get_by_role("button", name="检查").click()
        expect(page.get_by_role("status")).to_contain_text("共 2 行：")
        expect(page.get_by_role("row", name="示例错码厂")).to_contain_text("校验位不对")
        assert (Authorisation.objects.count(), fits(page)) == (0, True)

        page.get_by_role("button", name="确认，登记 1 行").click()
        expect(page.get_by_role("status").first).to_contain_text("登记 1 个使用人")
        expect(page.get_by_role("row", name="示例错码厂")).to_contain_text("校验位不对")
        assert fits(page)

        page.get_by_role("link", name="返回").click()
        expect(page.get_by_role("row", name="示例酿造有限公司")).to_contain_text("可以使用")
        assert fits(page)
