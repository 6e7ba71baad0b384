from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from gi_registry.core.errors import BadInput
from gi_registry.gazette.validators import DOCX, XLSX, examined, safe_name
from tests import handed_in

MB = 1024 * 1024
MACROS = handed_in.docx(**{"word/vbaProject.bin": b"macro"})


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("公告.pdf", handed_in.PDF, "application/pdf"),
        ("照片.JPG", handed_in.image(), "image/jpeg"),
        ("照片.jpeg", handed_in.image(), "image/jpeg"),
        ("图.png", handed_in.image("PNG"), "image/png"),
        ("说明.docx", handed_in.docx(), DOCX),
        ("名单.xlsx", handed_in.xlsx(), XLSX),
    ],
)
def test_a_file_is_known_by_its_content(name, content, media_type):
    handed = examined(name, content, 20)

    assert (handed.name, handed.media_type, len(handed.sha256)) == (name, media_type, 64)


def claimed_png(width, height):
    """The head of a PNG that says how big it is, and a body too small for that."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def locked():
    """A DOCX whose first part says that it has a password."""
    packed = bytearray(handed_in.docx())
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.pdf", b"", "文件是空的。"),
        ("大.pdf", handed_in.PDF + b"\0" * (2 * MB), "文件太大：最大 1 MB。"),
        ("网页.pdf", b"<html><script>alert(1)</script></html>", "只收 PDF"),
        ("程序.pdf", b"MZ\x90\0", "只收 PDF"),
        ("图.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "只收 PDF"),
        ("半个.pdf", handed_in.PDF[:40], "这个 PDF 文件不完整"),
        ("照片.pdf", handed_in.image(), "文件名的结尾是“.pdf”，内容却是 JPEG 图片：应以 .jpg、.jpeg 结尾。"),
        ("公告", handed_in.PDF, "文件名的结尾是“（没有）”"),
        ("公告.pdf.exe", handed_in.PDF, "文件名的结尾是“.exe”"),
        ("说明.xlsx", handed_in.docx(), "内容却是 Word 文档"),
        ("包.docx", handed_in.archive({"a.txt": b"a"}), "只收 PDF"),
        ("坏.docx", handed_in.docx()[:200], "损坏的压缩包"),
        ("宏.docx", MACROS, "文件里有宏"),
        ("宏.docx", handed_in.docx(**{"[Content_Types].xml": handed_in.WORD_TYPES + b"macroEnabled"}), "文件里有宏"),
        ("爬.docx", handed_in.docx(**{"../../etc/passwd": b"x"}), "指向外部的路径"),
        ("锁.docx", locked(), "文件有密码"),
        ("弹.docx", handed_in.docx(**{"word/media/a": b"\0" * (201 * MB)}), "解压后太大"),
        ("多.docx", handed_in.docx(**{f"word/{n}": b"" for n in range(5001)}), "解压后太大或部件太多"),
        ("弹.png", claimed_png(30_000, 30_000), "图片太大：最多 5,000 万像素"),
        ("弹.png", claimed_png(10_000, 10_000), "图片太大"),
        ("弹.png", claimed_png(8_000, 7_000), "图片太大"),
        ("短.png", claimed_png(400, 400), "这张图片打不开"),
        ("半张.jpg", handed_in.image(size=(400, 400))[:200], "这张图片打不开"),
        ("头.jpg", b"\xff\xd8\xff\xe0", "这张图片打不开"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_what_is_not_what_it_says_is_refused_in_one_sentence(name, content, sentence):
    with pytest.raises(BadInput) as refused:
        examined(name, content, 1)

    assert sentence in refused.value.sentence


def test_an_image_is_drawn_again_upright_and_says_nothing_of_where_it_was_taken():
    notes = Image.Exif()
    notes[0x0112] = 6  # turned by a quarter
    notes[0x010F] = "厂家"
    notes.get_ifd(0x8825)[1] = "N"  # place
    photo = handed_in.image(size=(40, 20), exif=notes, comment=b"who took it")

    kept = examined("照片.jpg", photo, 20).content

    with Image.open(io.BytesIO(kept)) as image:
        assert (image.size, dict(image.getexif()), image.info.get("comment")) == ((20, 40), {}, None)
    assert (b"Exif" in photo, b"Exif" in kept, b"who took it" in kept) == (True, False, False)


def test_what_follows_an_image_in_its_file_is_not_kept():
    kept = examined("照片.jpg", handed_in.image() + b"PK\x03\x04 something else", 20).content

    assert b"something else" not in kept


@pytest.mark.parametrize(("mode", "kept"), [("RGBA", "RGBA"), ("LA", "RGBA"), ("L", "L"), ("1", "1"), ("P", "RGB")])
def test_a_png_keeps_what_it_shows(mode, kept):
    content = examined("图.png", handed_in.image("PNG", mode=mode), 20).content

    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == kept


def test_the_colours_of_print_become_those_of_screens():
    content = examined("图.jpg", handed_in.image(mode="CMYK"), 20).content

    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == "RGB"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("公告.pdf", "公告.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\用户\\照片.jpg", "照片.jpg"),
        ('a"b;\r\nc.pdf', "a_b;c.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("", "文件"),
        ("...", "文件"),
        ("长" * 300 + ".pdf", "长" * 100 + ".pdf"),
    ],
)
def test_a_file_name_is_only_a_name(given, kept):
    assert safe_name(given) == kept
