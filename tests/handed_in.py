"""Files as people hand them in, small and whole; the tests break them."""

from __future__ import annotations

import io
import zipfile

from openpyxl import Workbook
from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
WORD_TYPES = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Override PartName="/word/document.xml" ContentType="application/'
    b'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def image(format_name: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **saved) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, 1 if mode == "P" else None).save(file, format_name, **saved)
    return file.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


def docx(**more: bytes) -> bytes:
    return archive({"[Content_Types].xml": WORD_TYPES, "word/document.xml": b"<document/>"} | more)


def xlsx() -> bytes:
    file = io.BytesIO()
    Workbook().save(file)
    return file.getvalue()
