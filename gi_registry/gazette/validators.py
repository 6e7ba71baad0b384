"""Is this file acceptable as a document: known by its content, whole, harmless, and called what it is."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from gi_registry.core.errors import BadInput

LARGEST_IMAGE_PX = 50_000_000  # an A3 page at 600 dpi has 70 million, which nobody needs to read it
MOST_PARTS = 5_000
LARGEST_UNPACKED = 200 * 1024 * 1024  # bytes
LONGEST_NAME = 100
JPEG_QUALITY = 90

UNSAFE_IN_A_NAME = re.compile(r'[\\/:*?"<>|]+')
BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
BROKEN_IMAGE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, ZeroDivisionError)


class HandedIn(NamedTuple):
    """A file that was examined: its safe name, what it is, and the bytes that are kept."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def extension(self) -> str:
        return PurePosixPath(self.name).suffix.lower()


class FileType(NamedTuple):
    """A type of document: what people call it, how its names end, how its bytes begin, how it is made harmless."""

    label: str
    media_type: str
    extensions: tuple[str, ...]
    signature: bytes
    cleaned: Callable[[bytes], bytes]


def examined(name: str, content: bytes, limit_mb: int) -> HandedIn:
    """The file as it may be kept. Raises BadInput with one sentence where it may not."""
    if not content:
        raise BadInput("文件是空的。")
    if len(content) > limit_mb * 1024 * 1024:
        raise BadInput(f"文件太大：最大 {limit_mb} MB。")
    kind = type_of(content)
    called = safe_name(name)
    extension = PurePosixPath(called).suffix.lower()
    if extension not in kind.extensions:
        raise BadInput(
            f"文件名的结尾是“{extension or '（没有）'}”，内容却是{kind.label}：应以 {'、'.join(kind.extensions)} 结尾。"
        )
    return HandedIn(called, kind.media_type, kind.cleaned(content))


def type_of(content: bytes) -> FileType:
    """What the bytes are, whatever the file is called. Raises BadInput."""
    for kind in TYPES:
        if content.startswith(kind.signature) and (kind.signature != ZIP or office_type(content) == kind.media_type):
            return kind
    raise BadInput("只收 PDF、JPEG、PNG、DOCX 和 XLSX 文件，这个文件的内容不是其中任何一种。")


def safe_name(name: str) -> str:
    """The last part of a name without anything that a system could take for more than a name."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    path = PurePosixPath(UNSAFE_IN_A_NAME.sub("_", shown).strip(" .") or "文件")
    return f"{path.stem[:LONGEST_NAME]}{path.suffix[:10]}"


# --- PDF -------------------------------------------------------------------------------------------------------------


def whole_pdf(content: bytes) -> bytes:
    """The PDF itself, where it has both its head and its end."""
    tail = content[-2048:]
    if not re.match(rb"%PDF-[12]\.\d", content) or b"startxref" not in tail or b"%%EOF" not in tail:
        raise BadInput("这个 PDF 文件不完整：缺少文件头或文件尾，请重新导出。")
    return content


# --- Images ----------------------------------------------------------------------------------------------------------


def bare_image(format_name: str) -> Callable[[bytes], bytes]:
    """Draws an image again: upright, without place, device or any other note that came with it."""

    def drawn_again(content: bytes) -> bytes:
        try:
            return encoded(content, format_name)
        except BadInput:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise too_many_pixels() from error
        except BROKEN_IMAGE as error:
            raise BadInput("这张图片打不开：文件不完整或已损坏。") from error

    return drawn_again


def encoded(content: bytes, format_name: str) -> bytes:
    """The pixels in a new file. Raises BadInput where there are too many, and what Pillow raises."""
    with Image.open(io.BytesIO(content), formats=[format_name]) as image:
        if image.width * image.height > LARGEST_IMAGE_PX:
            raise too_many_pixels()
        upright = ImageOps.exif_transpose(image)
        plain = upright.convert(kept_mode(upright, format_name))
    plain.info.clear()
    file = io.BytesIO()
    plain.save(file, format_name, **({"quality": JPEG_QUALITY} if format_name == "JPEG" else {}))
    return file.getvalue()


def kept_mode(image: Image.Image, format_name: str) -> str:
    """Grey stays grey; what may be seen through stays so where the format can."""
    if image.mode in {"1", "L", "I;16"}:
        return image.mode if format_name == "PNG" else "L"
    return "RGBA" if format_name == "PNG" and image.has_transparency_data else "RGB"


def too_many_pixels() -> BadInput:
    return BadInput(f"图片太大：最多 {LARGEST_IMAGE_PX // 10_000:,} 万像素，请缩小后再交。")


# --- DOCX and XLSX ---------------------------------------------------------------------------------------------------

ZIP = b"PK\x03\x04"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAIN_PARTS = {
    DOCX: ("word/document.xml", b"wordprocessingml.document.main+xml"),
    XLSX: ("xl/workbook.xml", b"spreadsheetml.sheet.main+xml"),
}


def office_type(content: bytes) -> str:
    """The media type of an Office file, "" for any other archive. Raises BadInput where it is not sane."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            refuse_insane(archive)
            names = set(archive.namelist())
            types = archive.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
            damaged = archive.testzip()
    except BadInput:
        raise
    except BROKEN_ARCHIVE as error:
        raise BadInput("这个文件是损坏的压缩包，打不开。") from error
    if damaged:
        raise BadInput("这个文件是损坏的压缩包，打不开。")
    if b"macroEnabled" in types or any(is_macro(name) for name in names):
        raise BadInput("文件里有宏：请另存为不含宏的 DOCX 或 XLSX 再交。")
    return next((kind for kind, (part, mark) in MAIN_PARTS.items() if part in names and mark in types), "")


def refuse_insane(archive: zipfile.ZipFile) -> None:
    """Counts before anything is unpacked. Raises BadInput."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise BadInput("文件解压后太大或部件太多，没有接收。")
    if any(part.flag_bits & 1 for part in parts):
        raise BadInput("文件有密码：请去掉密码再交。")
    if any(part.filename.startswith(("/", "\\")) or ".." in re.split(r"[\\/]", part.filename) for part in parts):
        raise BadInput("文件里有指向外部的路径，没有接收。")


def is_macro(name: str) -> bool:
    lowered = name.lower()
    return lowered.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in lowered or "/activex/" in lowered


def as_it_is(content: bytes) -> bytes:
    return content


TYPES = [
    FileType(" PDF 文件", "application/pdf", (".pdf",), b"%PDF-", whole_pdf),
    FileType(" JPEG 图片", "image/jpeg", (".jpg", ".jpeg"), b"\xff\xd8\xff", bare_image("JPEG")),
    FileType(" PNG 图片", "image/png", (".png",), b"\x89PNG\r\n\x1a\n", bare_image("PNG")),
    FileType(" Word 文档", DOCX, (".docx",), ZIP, as_it_is),
    FileType(" Excel 工作簿", XLSX, (".xlsx",), ZIP, as_it_is),
]
MEDIA_TYPES = {kind.media_type: kind for kind in TYPES}
