"""A label checked by a person: photographed, corrected, answered."""

from __future__ import annotations

import pytest
from django.conf import settings as site
from PIL import Image
from playwright.sync_api import Page, expect

from tests import make, pictures
from tests.browser.conftest import PHONE, WIDE

ADDRESS = "/verify/label/"
with_text = pytest.mark.skipif(not site.READ_TEXT, reason="the extra `ocr` is not installed")


def photograph(page: Page, content: bytes) -> None:
    page.get_by_label("标签的照片").set_input_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content})
    page.get_by_role("button", name="读取照片").click()


def outcomes(page: Page) -> list[str]:
    return [row.strip() for row in page.locator("#answer td .outcome").all_inner_texts()]


@with_text
@pytest.mark.parametrize(("viewport", "javascript"), [(WIDE, True), (PHONE, True), (WIDE, False)])
def test_a_photo_is_read_corrected_and_answered(opened, viewport, javascript):
    with opened(ADDRESS, viewport, java_script_enabled=javascript) as page:
        make.authorisation(make.producer(), make.product(), standard_number="GB/T 19461-2008")
        photograph(page, pictures.photo(pictures.label(code="https://other.example.cn/")))
        expect(page.get_by_text("读出来的不一定对")).to_be_visible()
        expect(page.get_by_label("统一社会信用代码")).to_have_value(make.USCC[0])

        page.get_by_label("标签上有没有专用标志").select_option("有")
        page.get_by_label("地理标志名称").fill("独流老醋")
        page.get_by_role("button", name="核对", exact=True).click()

        expect(page.get_by_role("heading", name="填写的内容符合标示要求")).to_be_visible()
        said = [line.split()[-1] for line in outcomes(page)]
        assert said == ["符合"] * 4 + ["不适用"] * 2 + ["一致"] * 4 + ["登记簿没有"]
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_a_large_photo_is_made_smaller_before_it_is_sent(opened, settings):
    settings.READ_TEXT = False
    large = Image.effect_noise((3600, 2700), 80).convert("RGB")
    large.paste(pictures.label(code="x"), (0, 0))
    content = pictures.photo(large, quality=95)
    with opened(ADDRESS, PHONE) as page:
        sent: list[int] = []
        page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")))
        photograph(page, content)
        expect(page.get_by_text("二维码", exact=True)).to_be_visible()

    assert (len(content) > 4_000_000, max(sent) < len(content) / 2) == (True, True)


def test_a_photo_that_no_browser_opens_is_refused_in_a_sentence(opened):
    with opened(ADDRESS, expected=("400",)) as page:
        photograph(page, b"\x00\x00\x00\x18ftypheic" + bytes(1_500_000))

        expect(page.get_by_role("alert")).to_contain_text("HEIC")


@pytest.mark.parametrize("javascript", [True, False])
def test_after_checking_the_verdict_is_in_view_on_a_phone(opened, javascript):
    make.authorisation(make.producer(), make.product(), "suspended", standard_number="GB/T 19461-2008")
    with opened(ADDRESS, PHONE, java_script_enabled=javascript) as page:
        page.get_by_label("标签上有没有专用标志").select_option("有")
        page.get_by_label("统一社会信用代码").fill(make.USCC[0])
        page.get_by_label("地理标志名称").fill("独流老醋")
        page.get_by_label("标准代号").fill("GB/T 19461-2008")
        page.get_by_role("button", name="核对", exact=True).click()

        verdict = page.get_by_role("heading", name="标示齐全，但登记簿记载：已停止使用资格")
        expect(verdict).to_be_in_viewport(ratio=1)
        expect(verdict).to_be_focused()
