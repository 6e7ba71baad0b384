"""Producers in a real browser, mostly on a phone: applying with a map, a position or typed numbers, answering."""

from __future__ import annotations

import io
from contextlib import contextmanager
from datetime import timedelta

import pytest
import zxingcpp
from django.contrib.auth.models import Group
from PIL import Image
from playwright.sync_api import expect

from gi_registry.core import clock
from gi_registry.marks import actions, keys, tokens
from gi_registry.marks.ledger import balance_of
from gi_registry.marks.models import Authorisation, Batch, Rectification, Site
from gi_registry.parties.permissions import Role
from gi_registry.products.models import Product
from tests import handed_in, make
from tests.browser.conftest import PHONE

CODE = "TEAM00001"


@pytest.fixture
def signed_in(opened):
    """Open the producers' first page as somebody of a maker of 独流老醋."""

    @contextmanager
    def opening(before=lambda _party: None, **options):
        party = make.producer(address="示例路 1 号")
        before(party)
        Group.objects.get_or_create(name=Role.PRODUCER.label)  # emptied with all tables after the test before
        make.person(Role.PRODUCER, "maker", party=party, last_name="李", first_name="娟")
        with opened("/sign-in/", **{"viewport": PHONE} | options) as page:
            page.set_default_timeout(10_000)
            page.get_by_label("用户名").fill("maker")
            page.get_by_label("口令").fill("流水不腐 24")
            page.get_by_label("口令").press("Enter")
            page.wait_for_url("**/producer/")
            yield page
            assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]

    return opening


def using(party):
    """The party may use the mark for 独流老醋."""
    return make.authorisation(party, Product.objects.get(slug="duliu-laocu"), code=CODE)


def applying(party):
    """The party is about to apply for 独流老醋."""
    return make.authorisation(party, Product.objects.get(slug="duliu-laocu"), "draft", code=CODE)


def pdf(name, mark):
    content = handed_in.PDF.replace(b"obj<<", b"obj%" + mark + b"\n<<")
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def said(page):
    return page.get_by_role("status").first


def hand_in(page, link, file):
    page.get_by_role("link", name=link).click()
    page.get_by_label("文件 必填").set_input_files(file)
    page.get_by_role("button", name="交上去").click()
    expect(said(page)).to_contain_text("已收下")


@pytest.mark.parametrize("options", [{}, {"viewport": {"width": 1440, "height": 900}}], ids=["phone", "wide"])
def test_a_producer_applies_with_two_documents_and_a_site_clicked_on_the_map(signed_in, options):
    with signed_in(**options) as page:
        page.get_by_role("link", name="申请使用专用标志").click()
        page.get_by_label("产品 必填").select_option("duliu-laocu")
        page.get_by_role("button", name="开始申请").click()
        expect(said(page)).to_have_text("草稿已存，可以随时离开，下次接着办。")
        hand_in(page, "交《地理标志专用标志使用申请书》", pdf("申请书.pdf", b"1"))
        hand_in(page, "交《地理标志产品特色质量检验检测报告》", pdf("报告.pdf", b"2"))

        page.get_by_role("link", name="登记生产场所").click()
        page.wait_for_load_state("networkidle")
        page.locator("[data-map]").click()
        expect(page.locator(".origin")).to_contain_text("距界线约")
        page.get_by_label("生产场所 必填").fill("示例车间")
        page.get_by_role("button", name="登记这一处").click()
        expect(said(page)).to_contain_text("已登记“示例车间”")

        page.get_by_role("link", name="提交申请").click()
        page.get_by_role("button", name="提交申请").click()
        expect(said(page)).to_have_text("已提交，等待审核。")
    one = Authorisation.objects.get()
    assert (one.state, one.attachments.count(), one.sites.count()) == ("intake", 2, 1)


def test_the_phones_own_position_fills_the_form_and_is_judged_with_its_accuracy(signed_in):
    here = {"latitude": 39.0222, "longitude": 116.8954, "accuracy": 12}
    with signed_in(applying, geolocation=here, permissions=["geolocation"]) as page:
        page.goto(f"/producer/{CODE}/sites/new/", wait_until="networkidle")
        page.get_by_role("button", name="用手机现在的位置").click()

        expect(page.locator(".origin")).to_contain_text("定位精度约 12 米")
        expect(page.get_by_label("经度 必填")).to_have_value("116.895400")
        expect(page.get_by_label("定位精度（米）")).to_have_value("12")


def test_what_cannot_be_read_is_said_at_once_and_stays_in_the_form(signed_in):
    with signed_in(applying, expected=("400 (Bad Request)",)) as page:
        page.goto(f"/producer/{CODE}/sites/new/", wait_until="networkidle")
        page.get_by_label("经度 必填").fill("39.02")
        page.get_by_label("纬度 必填").fill("116.89")
        page.get_by_label("纬度 必填").press("Tab")

        expect(page.get_by_role("alert")).to_contain_text("颠倒")
        expect(page.get_by_label("纬度 必填")).to_have_value("116.89")


def test_a_position_far_outside_is_shown_together_with_the_area(signed_in):
    """The frame of the map holds the border, however far off the point lies."""
    with signed_in(applying) as page:
        page.goto(f"/producer/{CODE}/sites/new/", wait_until="networkidle")
        page.get_by_label("经度 必填").fill("117.2")
        page.get_by_label("纬度 必填").fill("39.4")
        page.get_by_label("纬度 必填").press("Tab")
        expect(page.locator(".origin")).to_contain_text("在范围外")

        frame, *shown = [
            page.locator(part).first.bounding_box() for part in ("[data-map]", "path.area", "path.point-halo")
        ]
        assert all(frame["x"] <= box["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"] for box in shown)
        assert all(frame["y"] <= box["y"] and box["y"] + box["height"] <= frame["y"] + frame["height"] for box in shown)


def test_without_a_script_typed_numbers_of_another_map_are_checked_and_kept(signed_in):
    with signed_in(applying, java_script_enabled=False) as page:
        page.goto(f"/producer/{CODE}/sites/new/")
        page.get_by_label("经度 必填").fill("116°54′06″")
        page.get_by_label("纬度 必填").fill("39.0233")
        page.get_by_label("坐标取自哪种地图").select_option("gcj02")
        page.get_by_label("生产场所 必填").fill("示例车间")
        page.get_by_role("button", name="先查在不在产地范围内").click()
        expect(page.locator(".origin")).to_contain_text("距界线约")
        expect(page.get_by_label("生产场所 必填")).to_have_value("示例车间")
        assert Site.objects.count() == 0

        page.get_by_role("button", name="登记这一处").click()
        expect(said(page)).to_contain_text("已登记“示例车间”")
    assert Site.objects.get().datum == "gcj02"


def test_a_rectification_is_answered_from_a_phone_with_two_photos(signed_in):
    def told_to_mend(party):
        Group.objects.get_or_create(name=Role.MARKET.label)
        today = clock.today()
        demand = {"demand": "补做检验检测", "ordered_on": today, "due_on": today + timedelta(days=30)}
        actions.order_rectification(using(party), "substandard", by=make.person(Role.MARKET, "market"), **demand)

    with signed_in(told_to_mend) as page:
        page.get_by_role("link", name="去办：限期改正：改正并答复，独流老醋").click()
        page.get_by_role("link", name="答复", exact=True).click()
        page.get_by_label("改正的情况").fill("已送检，结果合格。")
        photos = [
            {"name": f"{n}.png", "mimeType": "image/png", "buffer": handed_in.image("PNG", (n, n))} for n in (20, 30)
        ]
        page.get_by_label("证明文件").set_input_files(photos)
        page.get_by_role("button", name="交答复").click()
        expect(said(page)).to_have_text("已交答复，等登记机关查明。")
    row = Rectification.objects.get()
    assert (row.answer, row.authorisation.attachments.count()) == ("已送检，结果合格。", 2)


def test_marks_are_recorded_and_the_code_on_the_page_verifies(signed_in):
    keys.rotate(clock.now())
    with signed_in(using) as page:
        picture = Image.open(io.BytesIO(page.locator(".own-proof svg").screenshot()))
        [found] = zxingcpp.read_barcodes(picture.resize((picture.width * 4, picture.height * 4)))
        assert tokens.verify(found.text, clock.now(), code=CODE).judgement == "genuine"

        page.get_by_role("link", name="印制与使用").click()
        page.get_by_role("link", name="记一批印制").click()
        page.get_by_label("印制单位 必填").fill("示例印刷厂")
        page.get_by_label("数量（枚） 必填").fill("1000")
        page.get_by_role("button", name="记下").click()
        page.get_by_role("link", name="使用（已贴到产品上）").click()
        page.get_by_label("数量（枚） 必填").fill("600")
        page.get_by_role("button", name="记下").click()
        expect(said(page)).to_have_text("已记使用 600 枚。")
    assert balance_of(Batch.objects.get()).in_hand == 400
