from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from gi_registry.core import clock
from gi_registry.marks import drawing, keys, tokens
from tests import make

pytestmark = pytest.mark.django_db

CODE = "7KQM2X4HA"
WAYS = (f"/v/{CODE}/certificate/", f"/v/{CODE}/certificate.png", f"/v/{CODE}/qr.svg")


@pytest.fixture(autouse=True)
def nothing_drawn_before():
    drawing.png.cache_clear()


@pytest.fixture
def key():
    return keys.rotate(clock.now())


def authorised(state="active", **values):
    return make.authorisation(make.producer(), make.product(), state, code=CODE, **values)


def test_the_picture_holds_a_code_of_this_register_that_verifies(client, key):
    authorised()
    answer = client.get(f"/v/{CODE}/certificate.png")

    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.content)))
    assert found.text.startswith(f"http://testserver/v/{CODE}#")
    assert tokens.verify(found.text, clock.now(), code=CODE).judgement == "genuine"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{CODE}.png"'


def test_the_address_in_the_code_is_the_registers_own(client, key, settings):
    settings.REGISTER_ADDRESS = "https://gi.example.cn"
    authorised()

    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(client.get(f"/v/{CODE}/certificate.png").content)))
    assert found.text.startswith(f"https://gi.example.cn/v/{CODE}#")


def test_the_page_to_print_needs_no_script_and_no_style_of_its_own(client, key):
    authorised()
    page = client.get(f"/v/{CODE}/certificate/").content.decode()

    assert [
        fact for fact in ("示例酿造有限公司", "独流老醋", "7KQ-M2X-4HA", "真码不等于真货", "<svg") if fact not in page
    ] == []
    assert "style=" not in page
    assert "<script" not in page


def test_the_drawing_of_the_code_is_a_file_for_the_printer(client, key):
    authorised()
    answer = client.get(f"/v/{CODE}/qr.svg")

    assert answer.content.startswith(b"<?xml")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("state", "status"), [("suspended", 400), ("cancelled", 400), ("draft", 404)])
def test_who_may_not_use_the_mark_today_gets_none(client, key, way, state, status):
    authorised(state)
    assert client.get(way).status_code == status


@pytest.mark.parametrize("way", WAYS)
def test_without_a_key_one_sentence_says_what_to_do(client, way):
    authorised()
    answer = client.get(way)

    assert answer.status_code == 503
    assert "manage.py rotate_key" in answer.content.decode()


def test_without_a_chinese_font_the_picture_says_so_and_the_page_is_there(client, key, settings):
    settings.CERTIFICATE_FONT = "/nowhere.ttf"
    authorised()

    answer = client.get(f"/v/{CODE}/certificate.png")
    assert (answer.status_code, "没有中文字体" in answer.content.decode()) == (503, True)
    assert client.get(f"/v/{CODE}/certificate/").status_code == 200
