"""The process that reads one photo of a label; `pictures` starts it. It imports nothing of ours and writes no file.

Standard input is the photo. Arguments: its format as Pillow calls it, and whether text is read too (1 or 0). Standard
output is JSON: {"codes": [what each QR code says, …], "lines": [the lines of text from the top, …] or null where no
text was read, "refusal": "" or one sentence}.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

MEMORY, CPU_S = 1_536 * 1024 * 1024, 40
LARGEST_PX = 50_000_000
LONGEST_SIDE = 4_000  # px: a code of 97 modules that fills a tenth of the photo still has four a module
MOST_CODES, MOST_LINES, LONGEST = 10, 120, 4_000

BROKEN = (UnidentifiedImageError, OSError, SyntaxError, ValueError, ZeroDivisionError)
TOO_MANY_PIXELS = f"照片太大：最多 {LARGEST_PX // 10_000:,} 万像素，请缩小后再交。"


class Refused(Exception):
    """The photo is not read; the message is a sentence for the person who sent it."""


def limit() -> None:
    """So much memory and time, after all others have had theirs, and not a byte to any file."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def opened(content: bytes, format_name: str) -> Image.Image:
    """The photo upright, in colour, its longest side at most LONGEST_SIDE px. Raises Refused."""
    try:
        with Image.open(BytesIO(content), formats=[format_name]) as image:
            if image.width * image.height > LARGEST_PX:
                raise Refused(TOO_MANY_PIXELS)
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(TOO_MANY_PIXELS) from error
    except BROKEN as error:
        raise Refused("这张照片打不开：文件不完整或已损坏。") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return upright


def codes_of(image: Image.Image) -> list[str]:
    """What each QR code says, without repetition."""
    import zxingcpp  # noqa: PLC0415 -- needs the limits to be set

    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [text[:LONGEST] for text in dict.fromkeys(code.text for code in found)][:MOST_CODES]


def lines_of(image: Image.Image) -> list[str]:
    """The lines of text from the top, by the models that rapidocr brings along; nothing is fetched."""
    import numpy as np  # noqa: PLC0415
    import rapidocr  # noqa: PLC0415

    models = Path(rapidocr.__file__).with_name("models")
    params: dict[str, Any] = {"Global.log_level": "critical"}
    for task in ("det", "cls", "rec"):
        [model] = models.glob(f"*_{task}_*.onnx")
        params[f"{task.title()}.model_path"] = str(model)
    found: Any = rapidocr.RapidOCR(params=params)(np.asarray(image)[:, :, ::-1])
    return [line[:LONGEST] for line in found.txts or ()][:MOST_LINES]


def main(format_name: str, text: str) -> None:
    limit()
    answer: dict[str, Any] = {"codes": [], "lines": None, "refusal": ""}
    try:
        image = opened(sys.stdin.buffer.read(), format_name)
        answer["codes"] = codes_of(image)
        answer["lines"] = lines_of(image) if text == "1" else None
    except Refused as refused:
        answer["refusal"] = str(refused)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
