"""A certificate as a picture: an A4 page at 300 dpi, to be printed as it is.

The official mark is never drawn here (令第80号 art. 22): its place stays empty, or shows the file that the State
published and the district handed in.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from gi_registry.core.errors import NotReady
from gi_registry.marks.certificates import Certificate, notes, place_of_the_mark, qr
from gi_registry.marks.codes import show_code

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

# Pixels.
DPI = 300
WIDTH, HEIGHT = 2480, 3508
LEFT, RIGHT, TOP = 270, 2210, 260
LABELS, BOX, GAP, PADDING = 520, 760, 110, 28
TITLE, TEXT, SMALL = 104, 52, 42
LINE = 1.45  # of the size of the letters
QUIET = 4  # modules around a QR code (ISO/IEC 18004)
INK, SOFT, RULE, PAPER = "#1d2929", "#51605f", "#8f8a7c", "#ffffff"

Point = tuple[float, float]


@lru_cache(maxsize=16)  # of half a megabyte; asked for again, it is the same all day
def png(shown: Certificate, artwork: bytes | None) -> bytes:
    """The page; `artwork` is a PNG of the official mark, where there is one. Raises NotReady without a Chinese font."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- only where a page is drawn

    page = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(page)
    for inset, width in ((120, 6), (140, 2)):
        draw.rectangle((inset, inset, WIDTH - inset, HEIGHT - inset), outline=RULE, width=width)
    below = table(draw, shown.rows, heading(draw, TOP) + GAP)
    top = max(below + GAP, HEIGHT / 2)
    put_mark(page, draw, (LEFT, top), artwork)
    put_code(page, draw, (RIGHT - BOX, top), shown)
    top += BOX + 1.5 * GAP
    for note in notes(shown.made_on):
        top = paragraph(draw, note, (LEFT, top), RIGHT - LEFT, face=font(SMALL), colour=SOFT) + PADDING
    file = io.BytesIO()
    page.save(file, "PNG", dpi=(DPI, DPI))
    return file.getvalue()


# --- Parts of the page ------------------------------------------------------------------------------------------------


def heading(draw: ImageDraw, top: float) -> float:
    """The title and whose register it is; each part says where it ends."""
    draw.text((WIDTH / 2, top), _("地理标志专用标志使用记录"), INK, font(TITLE, bold=True), anchor="ma")
    draw.text((WIDTH / 2, top + 1.7 * TITLE), settings.REGISTER_NAME, SOFT, font(TEXT), anchor="ma")
    return top + 2.5 * TITLE


def table(draw: ImageDraw, rows: Iterable[tuple[str, str]], top: float) -> float:
    face = font(TEXT)
    for label, value in rows:
        draw.line((LEFT, top, RIGHT, top), RULE, 2)
        draw.text((LEFT, top + PADDING), label, SOFT, face)
        at = (LEFT + LABELS, top + PADDING)
        top = paragraph(draw, value, at, RIGHT - LEFT - LABELS, face=face, colour=INK) + PADDING / 2
    draw.line((LEFT, top, RIGHT, top), RULE, 2)
    return top


def put_mark(page: Image, draw: ImageDraw, at: Point, artwork: bytes | None) -> None:
    """The file of the mark, in its own proportions and colours; without one an empty frame that says what it is for."""
    from PIL import Image, ImageOps  # noqa: PLC0415 -- as above

    left, top = int(at[0]), int(at[1])
    if artwork is None:
        draw.rectangle((left, top, left + BOX, top + BOX), outline=RULE, width=2)
        said = "\n".join(wrapped(place_of_the_mark(), font(SMALL), BOX * 2 / 3))
        middle = (left + BOX / 2, top + BOX / 2)
        draw.multiline_text(middle, said, SOFT, font(SMALL), anchor="mm", align="center", spacing=SMALL * (LINE - 1))
        return
    with Image.open(io.BytesIO(artwork), formats=["PNG"]) as drawn:
        mark = ImageOps.contain(drawn.convert("RGBA"), (BOX, BOX), Image.Resampling.LANCZOS)
    page.paste(mark, (left + (BOX - mark.width) // 2, top + (BOX - mark.height) // 2), mark)


def put_code(page: Image, draw: ImageDraw, at: Point, shown: Certificate) -> None:
    """The QR code, each module a whole number of pixels, so that it is sharp; its code below."""
    from PIL import Image  # noqa: PLC0415 -- as above

    code, file = qr(shown.link), io.BytesIO()
    code.save(file, kind="png", scale=BOX // code.symbol_size(border=QUIET)[0], border=QUIET)
    with Image.open(file) as drawn:
        middle = int(at[0]) + BOX // 2
        page.paste(drawn.convert("RGB"), (middle - drawn.width // 2, int(at[1])))
    draw.text((middle, at[1] + drawn.height), show_code(shown.code), INK, font(TEXT, bold=True), anchor="ma")


def paragraph(draw: ImageDraw, text: str, at: Point, width: float, *, face: FreeTypeFont, colour: str) -> float:
    """The text from `at` downward, broken where it is wider than `width`; where it ends."""
    left, top = at
    for line in wrapped(text, face, width):
        draw.text((left, top), line, colour, face)
        top += face.size * LINE
    return top


def wrapped(text: str, face: FreeTypeFont, width: float) -> Iterator[str]:
    """The lines of a text: Chinese breaks anywhere, but no line begins with a mark that closes."""
    line = ""
    for letter in text:
        if line and face.getlength(line + letter) > width and letter not in CLOSING:
            yield line
            line = ""
        line += letter
    yield line


CLOSING = frozenset("，。；：、！？）》”’」』】")

# --- A Chinese font ---------------------------------------------------------------------------------------------------

FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
FONTS = (
    "NotoSerifCJK-Regular.*",
    "NotoSerif*SC-Regular.*",
    "SourceHanSerif*-Regular.*",
    "NotoSansCJK-Regular.*",
    "NotoSans*SC-Regular.*",
    "SourceHanSans*-Regular.*",
    "wqy-*.tt[cf]",
    "simsun.ttc",
    "Songti.ttc",
)
NO_FONT = (
    "服务器上没有中文字体，画不出证明图片：请管理员安装一种（例如 fonts-noto-cjk），"
    "或用 CERTIFICATE_FONT 指定字体文件。打印页不受影响。"
)
MOST_FACES = 10  # in one file of a collection


def font(size: int, *, bold: bool = False) -> FreeTypeFont:
    """A Chinese face in the size, in pixels. Raises NotReady where the system has none."""
    return opened(settings.CERTIFICATE_FONT or usual_font(), size, bold)


@lru_cache(maxsize=1)
def usual_font() -> str:
    """The first of the usual fonts that is there."""
    folders = [Path(folder).expanduser() for folder in FOLDERS]
    found = (path for name in FONTS for folder in folders if folder.is_dir() for path in sorted(folder.rglob(name)))
    path = next(found, None)
    if path is None:
        raise NotReady(NO_FONT)
    return str(path)


@lru_cache(maxsize=8)
def opened(path: str, size: int, bold: bool) -> FreeTypeFont:
    """The face for simplified Chinese, in bold where there is such a file beside it. Raises NotReady."""
    heavy = path.replace("Regular", "Bold")
    held = list(faces(heavy if bold and Path(heavy).is_file() else path, size))
    if not held:
        raise NotReady(NO_FONT)
    return next((face for face in held if "SC" in str(face.getname()[0]).split()), held[0])


def faces(path: str, size: int) -> Iterator[FreeTypeFont]:
    """All that the file holds; none where it is no font."""
    from PIL import ImageFont  # noqa: PLC0415 -- as above

    with suppress(OSError):
        for number in range(MOST_FACES):
            yield ImageFont.truetype(path, size, index=number)
