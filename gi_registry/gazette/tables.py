"""Tables that somebody hands in, XLSX or CSV, as lines of texts: what the cells say, nothing of what they mean."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import date, datetime
from itertools import count, islice
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from gi_registry.core.errors import BadInput
from gi_registry.gazette.validators import XLSX, ZIP, examined

LARGEST_MB = 5
LARGEST_UNPACKED_MB = 16
MOST_ELEMENTS = 300_000  # of XML, of which openpyxl keeps a whole row at once: two or three for a cell
MOST_ROWS, MOST_COLUMNS = 10_000, 60
LONGEST_CELL = 4_000
EXACT = 10**15  # a number in a workbook keeps 15 digits; of a longer one the last are gone
LOST = "（数字格式，后几位已丢失）"
SEPARATORS = ",\t;，"
AS_TEXT = re.compile(r'^(?:="(.*)"|\'(.*))$', re.DOTALL)  # how people keep Excel from taking a code for a number
BROKEN = (zipfile.BadZipFile, ParseError, OSError, EOFError, KeyError, ValueError, TypeError, AttributeError)


def lines_of(name: str, content: bytes) -> list[list[str]]:
    """The first sheet of a workbook, or a CSV file, as texts. Raises BadInput in one sentence."""
    if not content:
        raise BadInput("文件是空的。")
    if content.startswith(ZIP) and examined(name, content, LARGEST_MB).media_type != XLSX:
        raise BadInput("只收 XLSX 工作簿和 CSV 文件。")
    lines = workbook(content) if content.startswith(ZIP) else list(csv_lines(name, content))
    if len(lines) > MOST_ROWS:
        raise BadInput(f"一次最多 {MOST_ROWS:,} 行：请分成几个文件。")
    if any(len(cell) > LONGEST_CELL for line in lines for cell in line):
        raise BadInput(f"有一格超过 {LONGEST_CELL:,} 字，没有接收。")
    return lines


# --- XLSX ------------------------------------------------------------------------------------------------------------


def workbook(content: bytes) -> list[list[str]]:
    """The first sheet of an examined workbook; formulas give the value that Excel last saw. Raises BadInput."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what Excel has and openpyxl passes over
        try:
            refuse_boundless(content)
            return cells_of(content)
        except BadInput:
            raise
        except BROKEN as error:
            raise BadInput("这个工作簿打不开：文件不完整或已损坏，请重新另存为 XLSX。") from error


def refuse_boundless(content: bytes) -> None:
    """Whatever a small file unpacks to, it is not to keep a web worker busy. Raises BadInput."""
    seen = count()

    def started(_tag: str, _attributes: dict[str, str]) -> None:
        if next(seen) >= MOST_ELEMENTS:
            raise BadInput("工作簿里的格子太多，没有接收：请只留要交的表，删去空行空列，或者分成几个文件。")

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED_MB * 1024 * 1024:
            raise BadInput(f"工作簿解开超过 {LARGEST_UNPACKED_MB} MB，没有接收：表里只需文字和数字。")
        for part in archive.infolist():
            parser = expat.ParserCreate()
            parser.StartElementHandler = started
            with suppress(expat.ExpatError), archive.open(part) as file:  # what is no XML has no elements
                parser.ParseFile(file)


def cells_of(content: bytes) -> list[list[str]]:
    """The cells of the first sheet, one line more than may be taken."""
    from openpyxl import load_workbook  # noqa: PLC0415 -- 35 MB of every web worker: only where a workbook is read

    with closing(load_workbook(io.BytesIO(content), read_only=True, data_only=True)) as book:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)
        return [trimmed([text_of(value) for value in row]) for row in islice(rows, MOST_ROWS + 1)]


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end."""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def text_of(value: Any) -> str:
    """A cell as people would type it; a number that was too long for its cell says so."""
    match value:
        case None:
            return ""
        case datetime() | date():
            return f"{value:%Y-%m-%d}"
        case int() | float() if abs(value) >= EXACT:
            return f"{value:.0f}{LOST}"
        case float() if value.is_integer():
            return str(int(value))
    return plain_cell(str(value))


# --- CSV -------------------------------------------------------------------------------------------------------------


def csv_lines(name: str, content: bytes) -> Iterator[list[str]]:
    """The lines of a CSV file in UTF-8, UTF-16 with its mark, or GB18030. Raises BadInput."""
    if len(content) > LARGEST_MB * 1024 * 1024:
        raise BadInput(f"文件太大：最大 {LARGEST_MB} MB。")
    text = decoded(content)
    if "\0" in text or not name.lower().endswith((".csv", ".txt")):
        raise BadInput("只收 XLSX 工作簿和 CSV 文件。")
    first = text.lstrip("\r\n").partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=first.count))
    try:
        for row in islice(reader, MOST_ROWS + 1):
            yield [plain_cell(cell) for cell in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise BadInput(f"CSV 文件第 {reader.line_num} 行读不下去：请检查引号是否成对。") from error


def decoded(content: bytes) -> str:
    """The text of the file. Raises BadInput where it is none."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput("读不出文件里的文字：请另存为 UTF-8 或 GB18030 编码的 CSV。")


def plain_cell(text: str) -> str:
    """A cell without the signs by which people keep Excel from changing it."""
    kept = AS_TEXT.match(text.strip())
    return (text if kept is None else kept[1] or kept[2] or "").strip()
