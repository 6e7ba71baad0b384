"""One inspection from the list to its paper, what is ordered after it, and a label reported, in a real browser."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from PIL import Image
from playwright.sync_api import expect

from gi_registry.core import clock
from gi_registry.inspections import photos
from gi_registry.inspections.models import Lead, Record
from gi_registry.marks.models import Rectification
from gi_registry.parties.permissions import Role
from gi_registry.products.models import Product
from tests import make
from tests.browser.conftest import PHONE
from tests.browser.test_systems import fits, sign_in

OPTIONS = pytest.mark.parametrize(
    "options", [{"java_script_enabled": False}, {"viewport": PHONE}], ids=["plain", "phone"]
)
LIST = "/desk/inspections/"


def jpeg(colour):
    file = io.BytesIO()
    Image.new("RGB", (800, 600), colour).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def record(opened):
    """An inspection with three pictures in which the packaging was not in order, and an official at the desk."""
    for role in (Role.MARKET, Role.INSPECTOR):
        Group.objects.get_or_create(name=role.label)  # emptied with all tables after the test before
    make.person("market", "wangmin", last_name="王", first_name="敏")
    team = [make.person("inspector", name) for name in ("zhang", "zhao")]
    user = make.authorisation(make.producer(), Product.objects.get(slug="duliu-laocu"))
    make.site(user, 116.93, 39.02, name="示例车间")
    task = make.task(make.plan(title="示例专项检查", inspectors=team), user, team)
    pictures = [jpeg(colour) for colour in ("maroon", "navy", "green")]
    findings = make.inspected(task, team[0])["findings"]
    findings[6] |= {"result": "fail", "note": "没有标准号"}
    at = {"lon": 116.931, "lat": 39.021, "accuracy_m": 20, "source": "device", "at": "2026-05-06T10:00:00+08:00"}
    declared = [make.pictured(one, item=7) for one in pictures]
    made = make.arrived(task, team[0], position=at, findings=findings, photos=declared, outcome="rectify")
    for one in pictures:
        photos.take(hashlib.sha256(one).hexdigest(), io.BytesIO(one), start=0, total=len(one), by=team[0])
    return made


def test_a_mark_on_the_map_leads_to_the_record_also_by_keyboard(opened, record):
    with opened(f"/sign-in/?next={LIST}") as page:
        sign_in(page)
        mark = page.get_by_role("button", name="示例酿造有限公司 2026-05-06 责令整改")
        expect(mark).to_be_visible()
        mark.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/records/{record.uuid}/")


def test_the_file_is_printed_with_its_pictures_and_without_the_ways_of_the_desk(opened, record):
    with opened(f"/sign-in/?next={LIST}records/{record.uuid}/print/") as page:
        sign_in(page)
        expect(page.get_by_role("heading", name="现场检查记录")).to_be_visible()
        page.wait_for_load_state("networkidle")
        widths = page.locator(".picture img").evaluate_all("images => images.map((image) => image.naturalWidth)")
        assert widths == [800, 800, 800]
        page.emulate_media(media="print")
        assert page.locator(".desk-ways").is_hidden()
        assert page.locator(".foot").is_hidden()

        paper = page.pdf(format="A4")

        assert len(re.findall(rb"/Subtype\s*/Image", paper)) >= 3
        assert b"/MediaBox [0 0 594" in paper or b"/MediaBox [0 0 595" in paper


@OPTIONS
def test_what_was_not_in_order_is_ordered_and_the_notice_is_there(opened, record, options):
    with opened(f"/sign-in/?next={LIST}", expected=("status of 400",), **options) as page:
        sign_in(page)
        page.get_by_role("rowheader").get_by_role("link", name="示例酿造有限公司").click()
        expect(page.get_by_role("heading", name="示例酿造有限公司")).to_be_visible()
        assert fits(page)
        page.get_by_role("link", name="责令限期改正").click()
        page.get_by_label("限期（含当日）").fill(clock.today().isoformat())
        page.get_by_role("button", name="责令限期改正").click()
        expect(page.get_by_role("alert").first).to_contain_text("须晚于通知日")
        assert page.get_by_label("要求").input_value() == "包装、标识：没有标准号"

        page.get_by_label("限期（含当日）").fill((clock.today() + timedelta(days=20)).isoformat())
        page.get_by_role("button", name="责令限期改正").click()
        expect(page.get_by_role("status")).to_contain_text("已责令限期改正")
        page.get_by_role("link", name="通知书", exact=True).click()
        expect(page.get_by_role("heading", name="限期改正通知书")).to_be_visible()
        assert fits(page)
        with page.expect_download() as download:
            page.get_by_role("link", name="下载 DOCX").click()
        assert download.value.suggested_filename.endswith(".docx")
    assert Rectification.objects.get().demand == "包装、标识：没有标准号"


@OPTIONS
def test_a_label_is_reported_and_becomes_a_lead(opened, record, options):
    with opened("/verify/label/report/", expected=("status of 400",), **options) as page:
        page.get_by_role("button", name="交给市场监管部门").click()
        expect(page.get_by_role("alert").first).to_be_visible()
        page.get_by_label("看到了什么").fill("礼盒上印着专用标志，没有代码")
        page.get_by_label("在哪里看到的").fill("示例商场")
        page.get_by_label("照片").set_input_files({"name": "标签.jpg", "mimeType": "image/jpeg", "buffer": jpeg("red")})
        page.get_by_role("button", name="交给市场监管部门").click()
        expect(page.get_by_role("status")).to_contain_text("已收到，编号")
        assert fits(page)
    assert (Lead.objects.get().steps.get().document is not None, Record.objects.count()) == (True, 1)
