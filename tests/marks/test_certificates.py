from __future__ import annotations

import io
from datetime import date

import pytest
import segno
import zxingcpp
from PIL import Image

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotReady
from gi_registry.marks import certificates, drawing, keys, tokens
from tests import make
from tests.tampered import ADDRESS

pytestmark = pytest.mark.django_db

CODE = "7KQM2X4HA"


def authorised(name="示例酿造有限公司", **values):
    return make.authorisation(make.producer(name), make.product(), code=CODE, **values)


@pytest.fixture(autouse=True)
def nothing_drawn_before():
    drawing.png.cache_clear()


@pytest.fixture
def shown():
    keys.rotate(clock.now())
    return certificates.certificate(authorised(), clock.now(), ADDRESS)


def opened(content):
    return Image.open(io.BytesIO(content), formats=["PNG"])


def read_back(image):
    return [found.text for found in zxingcpp.read_barcodes(image)]


def artwork(colour):
    file = io.BytesIO()
    Image.new("RGBA", (300, 200), colour).save(file, "PNG")
    return file.getvalue()


def test_a_certificate_says_what_the_register_says(shown):
    assert shown.rows == (
        ("使用人", "示例酿造有限公司"),
        ("统一社会信用代码", "91120118MA0000007K"),
        ("产品", "独流老醋"),
        ("依据", "公告核准"),
        ("公告", "国家知识产权局公告 第590号（2024-03-01）"),
        ("自何日起可以使用", "2024-03-01"),
        ("核准编码", "7KQ-M2X-4HA（本登记簿自编，不是官方编码）"),
    )
    assert shown.link.startswith(f"{ADDRESS}/v/{CODE}#")


def test_who_may_not_use_the_mark_gets_no_certificate():
    keys.rotate(clock.now())
    with pytest.raises(BadInput, match="只有当日可以使用"):
        certificates.certificate(authorised(state="suspended"), clock.now(), ADDRESS)


def test_the_code_on_the_picture_is_read_back_and_its_token_verifies(shown):
    [link] = read_back(opened(drawing.png(shown, None)))

    assert link == shown.link
    assert tokens.verify(link, clock.now(), code=CODE).judgement == "genuine"


def test_the_code_is_read_back_though_a_corner_of_it_is_torn(shown):
    page = opened(drawing.png(shown, None)).convert("L")
    [found] = zxingcpp.read_barcodes(page)
    corner = found.position.bottom_right
    page.paste(255, (corner.x - 110, corner.y - 110, corner.x, corner.y))

    assert read_back(page) == [shown.link]


def test_the_picture_is_an_a4_page_at_300_dpi(shown):
    page = opened(drawing.png(shown, None))

    assert page.size == (2480, 3508)
    assert tuple(round(dpi) for dpi in page.info["dpi"]) == (300, 300)


def test_a_whole_record_fits_in_a_code_of_version_24_with_correction_q():
    keys.rotate(clock.now())
    long = certificates.certificate(authorised("示例" + "长" * 14 + "有限公司"), clock.now(), ADDRESS)

    code = certificates.qr(long.link)
    assert (code.error, code.version <= 24) == ("Q", True)


def test_the_drawing_of_the_code_is_the_same_code(shown):
    svg = certificates.qr_svg(shown.link, standalone=True)

    assert svg.startswith("<?xml")
    assert "style=" not in certificates.qr_svg(shown.link)
    assert (
        certificates.qr(shown.link).matrix == segno.make(shown.link, error="q", micro=False, boost_error=False).matrix
    )


def test_the_place_of_the_mark_stays_empty_unless_its_file_was_handed_in(shown):
    bare, with_mark = opened(drawing.png(shown, None)), opened(drawing.png(shown, artwork("#ff0000")))
    middle = (drawing.LEFT + drawing.BOX // 2, 1754 + drawing.BOX // 2)

    assert with_mark.getpixel(middle) == (255, 0, 0)
    assert (255, 0, 0) not in {colour for _count, colour in bare.getcolors(1 << 24)}


def test_nothing_is_cut_off_of_long_names():
    keys.rotate(clock.now())
    long = authorised("示" * 120, standard_number="GB/T 00000-2024", trademark_number="0" * 20)
    page = opened(drawing.png(certificates.certificate(long, clock.now(), ADDRESS), None)).convert("L")

    inside = page.crop((drawing.LEFT, 3300, drawing.RIGHT, 3360))
    assert read_back(page) != []
    assert inside.getextrema() == (255, 255)


def test_lines_break_before_what_is_too_wide_but_never_before_a_closing_mark():
    face = drawing.font(50)

    assert list(drawing.wrapped("一二三四，五六", face, 4 * 50)) == ["一二三四，", "五六"]
    assert list(drawing.wrapped("", face, 100)) == [""]


def test_without_a_chinese_font_one_sentence_says_what_to_do(shown, settings, tmp_path):
    settings.CERTIFICATE_FONT = str(tmp_path / "none.ttf")
    with pytest.raises(NotReady, match="没有中文字体"):
        drawing.png(shown, None)


def test_the_usual_folders_are_searched(monkeypatch, tmp_path):
    drawing.usual_font.cache_clear()
    monkeypatch.setattr(drawing, "FOLDERS", (str(tmp_path),))
    with pytest.raises(NotReady, match="fonts-noto-cjk"):
        drawing.font(50)

    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "wqy-zenhei.ttc").touch()
    assert drawing.usual_font() == str(tmp_path / "deep" / "wqy-zenhei.ttc")
    drawing.usual_font.cache_clear()


def test_the_day_of_the_page_is_the_legal_day(shown):
    assert shown.made_on == clock.today()
    assert certificates.notes(date(2026, 11, 24))[0].endswith("核准以国家知识产权局的公告为准。")
