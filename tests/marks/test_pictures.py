from __future__ import annotations

import fcntl
import struct
import zlib

import pytest
from django.conf import settings as site
from PIL import Image

from gi_registry.core.errors import BadInput
from gi_registry.marks.pictures import Busy, Reading, fields, read
from tests import make, pictures

with_text = pytest.mark.skipif(not site.READ_TEXT, reason="the extra `ocr` is not installed")
OURS = "https://gi.example.cn/v/7KQM2X4HD#" + "eyJhbGciOiJFZDI1NTE5In0." * 18


@pytest.fixture
def codes_only(settings):
    settings.READ_TEXT = False


def refusal(content):
    with pytest.raises(BadInput) as refused:
        read(content)
    return refused.value.sentence


def squashed_png(side):
    """A small file that claims to be a square of so many pixels, all of them grey."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


# --- What is read ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_code_is_read_from_each_kind_of_photo(codes_only, kind):
    assert read(pictures.photo(pictures.label(code=OURS), kind)) == Reading((OURS,), None)


def test_a_code_is_read_from_a_photo_that_lies_on_its_side(codes_only):
    assert read(pictures.sideways(pictures.label(code=OURS))) == Reading((OURS,), None)


def test_a_small_code_is_read_from_a_photo_of_twelve_million_pixels(codes_only):
    large = Image.new("RGB", (4000, 3000), "white")
    large.paste(pictures.label(code=OURS), (2500, 1700))

    assert read(pictures.photo(large)) == Reading((OURS,), None)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK"])
def test_a_code_is_read_in_whatever_colours(codes_only, mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"

    assert read(pictures.photo(pictures.label(code="x").convert(mode), kind)).codes == ("x",)


def test_a_photo_without_a_code_gives_none(codes_only):
    assert read(pictures.photo(pictures.label())) == Reading((), None)


@with_text
def test_the_lines_of_a_label_are_read():
    reading = read(pictures.photo(pictures.label(code=OURS)))

    assert reading.codes == (OURS,)
    assert [line.replace(" ", "") for line in reading.lines] == [line.replace(" ", "") for line in pictures.LINES]


@with_text
def test_the_lines_of_a_label_that_lies_on_its_side_are_read():
    lines = read(pictures.sideways(pictures.label())).lines

    assert [line.replace(" ", "") for line in lines] == [line.replace(" ", "") for line in pictures.LINES]


# --- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "文件是空的"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"GIF89a", "只读 JPEG、PNG 和 WebP"),
        (b"%PDF-1.7", "只读 JPEG、PNG 和 WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "只读 JPEG、PNG 和 WebP"),
        (b"\xff\xd8\xff" + b"\x00" * 100, "打不开"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "打不开"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "打不开"),
        (squashed_png(100), "打不开"),
        (squashed_png(20_000), "万像素"),
        (squashed_png(8_000), "万像素"),
    ],
    ids=["empty", "heic", "gif", "pdf", "svg", "jpeg", "png", "webp", "short", "bomb", "large"],
)
def test_what_is_no_photo_is_refused_in_a_sentence(codes_only, content, part):
    assert part in refusal(content)


def test_a_photo_that_ends_early_is_refused(codes_only):
    assert "打不开" in refusal(pictures.photo(pictures.label())[:20_000])


def test_a_photo_that_is_too_long_is_refused(codes_only, settings):
    settings.UPLOAD_LIMIT_MB = {"photo": 1}

    assert refusal(b"\xff\xd8\xff" + bytes(1024 * 1024)) == "照片太大：最大 1 MB，请缩小后再交。"


def test_a_photo_that_takes_too_long_is_let_go(codes_only, monkeypatch):
    monkeypatch.setattr("gi_registry.marks.pictures.LIMIT_S", 0.001)

    assert "超出了时间或内存的限度" in refusal(pictures.photo(pictures.label()))


def test_one_photo_is_read_at_a_time(codes_only, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with (tmp_path / "photo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Busy) as busy:
            read(pictures.photo(pictures.label()))
    assert (busy.value.status, "过几秒再交" in busy.value.sentence) == (503, True)

    assert read(pictures.photo(pictures.label(code="x"))).codes == ("x",)


def test_nothing_of_a_photo_stays(codes_only, settings, tmp_path):
    settings.VAR_DIR = tmp_path

    read(pictures.photo(pictures.label(code="x")))

    assert {path.name: path.stat().st_size for path in tmp_path.iterdir()} == {"photo.lock": 0}


# --- What becomes of it ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_was_read_fills_the_fields():
    make.product()
    lines = (*pictures.LINES, "中华人民共和国地理标志")

    assert fields(Reading(("https://other.example.cn/", OURS), lines)) == {
        "uscc": "91120118MA0000007K",
        "producer": "示例酿造有限公司",
        "product": "独流老醋",
        "standard": "GB/T 19461-2008",
        "announcement": "第590号公告",
        "trademark_number": "12345678",
        "on": "2025-03-08",
        "mark": "yes",
        "qr": OURS,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("信用代码 9112 0118 MA00 0000 7K", {"uscc": "9112 0118 MA00 0000 7K"}),
        ("91120118MAOOOOOO7K", {"uscc": "91120118MAOOOOOO7K"}),
        ("统一社会信用代码:91120118MA0000008K", {"uscc": "91120118MA0000008K"}),
        ("条码6901234567892", {}),
        ("制造商名称: 示例醋厂", {"producer": "示例醋厂"}),
        ("示例静海种植专业合作社", {"producer": "示例静海种植专业合作社"}),
        ("地址：示例镇示例路1号", {}),
        ("执行标准 DB12/T1234—2024", {"standard": "DB12/T 1234-2024"}),
        ("原国家质检总局2011年第178号公告", {"announcement": "2011年第178号公告"}),
        ("国家知识产权局公告 第三五四号", {"announcement": "第354号公告"}),
        ("第475号", {}),
        ("证明商标注册证第4409718号", {"trademark_number": "4409718"}),
        ("生产日期 2025.3.8", {"on": "2025-03-08"}),
        ("保质期24个月", {}),
        ("GEOGRAPHICAL INDICATION OF P.R.CHINA", {"mark": "yes"}),
        ("", {}),
    ],
)
def test_each_thing_is_known_by_how_it_is_written(line, found):
    assert fields(Reading((), (line,))) == found


@pytest.mark.django_db
def test_of_two_codes_the_whole_one_is_taken():
    assert fields(Reading((), ("91120118MA0000008K 或 91120118MA0000007K",))) == {"uscc": "91120118MA0000007K"}


@pytest.mark.django_db
def test_without_text_only_a_code_of_ours_is_filled_in():
    assert fields(Reading(("https://other.example.cn/",), None)) == {}
    assert fields(Reading((OURS,), None)) == {"qr": OURS}


@pytest.mark.django_db
@with_text
def test_a_drawn_label_comes_back_as_its_fields():
    make.product()

    assert fields(read(pictures.photo(pictures.label(code=OURS)))) == {
        "uscc": "91120118MA0000007K",
        "producer": "示例酿造有限公司",
        "product": "独流老醋",
        "standard": "GB/T 19461-2008",
        "announcement": "第590号公告",
        "trademark_number": "12345678",
        "on": "2025-03-08",
        "qr": OURS,
    }
