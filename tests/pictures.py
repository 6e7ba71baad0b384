"""Photos of labels for tests, drawn with a Chinese font of the machine and a QR code."""

from __future__ import annotations

import io
import subprocess
from functools import cache

import segno
from PIL import Image, ImageDraw, ImageFont

LINES = [
    "示例独流老醋",
    "产品标准号：GB/T 19461-2008",
    "国家知识产权局公告第590号",
    "商标注册号：第12345678号",
    "生产者：示例酿造有限公司",
    "统一社会信用代码：91120118MA0000007K",
    "生产日期：2025年03月08日",
]
SIDEWAYS, ORIENTATION = 6, 0x0112  # EXIF: the camera was held upright, the picture lies on its side


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    found = subprocess.run(["fc-match", "-f", "%{file}", ":lang=zh-cn"], capture_output=True, text=True, check=True)
    return ImageFont.truetype(found.stdout, size)


def label(lines: list[str] = LINES, code: str = "", size: tuple[int, int] = (1200, 900)) -> Image.Image:
    """A white label with black lines, and a QR code in its upper right corner."""
    image = Image.new("RGB", size, "white")
    drawn = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        drawn.text((60, 40 + number * 100), line, font=font(44), fill="black")
    if code:
        file = io.BytesIO()
        segno.make(code, error="m", micro=False).save(file, kind="png", scale=4)
        drawn_code = Image.open(file).convert("RGB")
        image.paste(drawn_code, (size[0] - drawn_code.width - 20, 20))
    return image


def photo(image: Image.Image, kind: str = "JPEG", **more) -> bytes:
    """The bytes of its file."""
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def sideways(image: Image.Image) -> bytes:
    """As a phone that was held upright keeps it: the pixels lie on their side, a note says so."""
    exif = Image.Exif()
    exif[ORIENTATION] = SIDEWAYS
    return photo(image.transpose(Image.Transpose.ROTATE_90), exif=exif)
