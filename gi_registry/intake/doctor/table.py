"""CSV and XLSX with coordinates: a column of WKT, or one of longitude and one of latitude (or of x and y)."""

from __future__ import annotations

import csv
import io
import re
import sys
import warnings
import zipfile
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
import shapely
from openpyxl.utils.exceptions import InvalidFileException
from shapely.geometry.base import BaseGeometry

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor.archive import MARKS, MEGABYTE, Source, Unpacked, opened
from gi_registry.intake.doctor.encodings import UNSAID, Declared, fits
from gi_registry.intake.doctor.reading import (
    BROKEN,
    MOST_FEATURES,
    MOST_FIELDS,
    Column,
    Layer,
    Reading,
    Wanted,
    array_of,
    check_count,
    numbers,
    typed,
)
from gi_registry.places.datums import parse_degrees

LARGEST_BOOK = 100 * MEGABYTE
LOOKED_AT = 50  # rows, to guess columns
SHAPE_TITLES = re.compile(r"wkt|the_geom|geom|geometry|shape|几何|图形|坐标串", re.IGNORECASE)
X_TITLES = re.compile(r"(lon|lng|long|longitude|x|东经|(gps)?经度.*|横坐标.*|x坐标.*|.*[_(（]lon[)）]?)", re.IGNORECASE)
Y_TITLES = re.compile(r"(lat|latitude|y|北纬|(gps)?纬度.*|纵坐标.*|y坐标.*|.*[_(（]lat[)）]?)", re.IGNORECASE)
WKT = re.compile(
    r"\s*(?:SRID=(\d{4,6});)?\s*((?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION)\b", re.IGNORECASE
)
BOOK_ERRORS = (InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, AttributeError)


@dataclass(frozen=True)
class Sheet:
    """A header and its rows; `uneven` are the rows, numbered from one, with more or fewer cells than the header."""

    header: list[str]
    rows: list[list[Any]]
    uneven: int


# --- CSV -------------------------------------------------------------------------------------------------------------


def text_layers(unpacked: Unpacked) -> list[Layer]:
    """One layer; counted when it is read."""
    return [Layer(unpacked.sources[0].name, 0, "Unknown")]


def read_csv(source: Source, layer: Layer, wanted: Wanted) -> Reading:
    """A CSV file, its separator taken from the header."""
    raw = source.path.read_bytes()
    declared, codec = encoding_of(raw)
    codec = wanted.encoding or codec
    try:
        text = raw.decode("utf-8-sig" if codec == "utf-8" else codec)
    except (UnicodeDecodeError, LookupError):
        raise BadInput(
            "文字不是所选的编码：请另选一种编码。" if wanted.encoding else "CSV 的文字不是 UTF-8，也不是 GB18030。"
        ) from None
    csv.field_size_limit(sys.maxsize)  # a border in one cell is longer than its 128 KB
    head = text.partition("\n")[0]
    separator = max(",\t;", key=head.count)
    try:
        cells = list(
            islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), MOST_FEATURES + 2)
        )
    except csv.Error:
        raise BadInput("CSV 写法有误，或文件不完整。") from None
    lines = tuple(raw.splitlines()) if declared == UNSAID else ()
    return read_sheet(sheet_of(cells), wanted, declared, lines)


def encoding_of(raw: bytes) -> tuple[Declared, str]:
    """By the byte order mark, else UTF-8 if all of it is, else GB18030."""
    if raw.startswith(MARKS[1:]):
        return Declared("format", "utf-16"), "utf-16"
    if raw.startswith(MARKS[0]):
        return Declared("format", "utf-8"), "utf-8"
    return UNSAID, "utf-8" if fits([raw], "utf-8") else "gb18030"


# --- XLSX ------------------------------------------------------------------------------------------------------------


def book_layers(unpacked: Unpacked) -> list[Layer]:
    """The sheets; what they claim of their size is not asked."""
    with closing(book(unpacked.sources[0].path)) as workbook:
        return [Layer(sheet.title, 0, "Unknown") for sheet in workbook.worksheets]


def book(path: Path) -> Any:
    """The workbook, read as a stream; its texts are held in memory. Raises BadInput."""
    check_size(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what Excel has and openpyxl passes over
        try:
            return openpyxl.load_workbook(path, read_only=True, data_only=True)
        except BOOK_ERRORS as error:
            raise BadInput("XLSX " + BROKEN) from error


def check_size(path: Path) -> None:
    """Refuse a workbook whose parts would not fit into memory once they are Python's. Raises BadInput."""
    with opened(path) as archive:
        whole = sum(member.file_size for member in archive.infolist())
    if whole > LARGEST_BOOK:
        raise BadInput(f"XLSX 解开有 {whole // MEGABYTE} MB，超过上限 {LARGEST_BOOK // MEGABYTE} MB：请改用 CSV。")


def read_book(source: Source, layer: Layer, wanted: Wanted) -> Reading:
    """One sheet of a workbook; formulas give the value that Excel last saw."""
    with closing(book(source.path)) as workbook, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet = workbook[layer.name]
        sheet.reset_dimensions()
        try:
            rows = [
                list(row) for row in islice(sheet.iter_rows(values_only=True, max_col=MOST_FIELDS), MOST_FEATURES + 2)
            ]
        except BOOK_ERRORS as error:
            raise BadInput("XLSX " + BROKEN) from error
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    wide = max((at + 1 for row in rows for at, cell in enumerate(row) if cell is not None), default=0)
    rows = [(row + [None] * wide)[:wide] for row in rows]
    return read_sheet(sheet_of(rows), wanted, Declared("format", "utf-8"), ())


# --- Both ------------------------------------------------------------------------------------------------------------


def sheet_of(cells: list[list[Any]]) -> Sheet:
    """Header and rows, rows without any content left out. Raises BadInput."""
    if not cells or not any(cells[0]):
        raise BadInput("表格的第一行应是表头。")
    header = [str(title or "").strip() or f"第{number}列" for number, title in enumerate(cells[0], 1)]
    if len(header) > MOST_FIELDS:
        raise BadInput(f"表格有 {len(header)} 列，超过上限 {MOST_FIELDS} 列。")
    rows = [row for row in cells[1:] if any(cell not in (None, "") for cell in row)]
    check_count(len(rows))
    wide = len(header)
    uneven = sum(len(row) != wide for row in rows)
    return Sheet(header, [(row + [None] * wide)[:wide] for row in rows], uneven)


def read_sheet(sheet: Sheet, wanted: Wanted, declared: Declared, lines: tuple[bytes, ...]) -> Reading:
    """The rows with their shapes. Raises BadInput where no column holds coordinates."""
    where = wanted.columns or guessed(sheet)
    missing = [title for title in where if title not in sheet.header]
    if missing:
        raise BadInput(f"表格里没有名为“{missing[0][:40]}”的列。")
    at = [sheet.header.index(title) for title in where]
    system = None
    if len(where) == 1:
        texts = [str(row[at[0]] or "") for row in sheet.rows]
        made = [shape_of(text) for text in texts]
        system = declared_in(texts)
    else:
        made = [point_of(row[at[0]], row[at[1]]) for row in sheet.rows]
    states = np.array([state for _shape, state in made])
    columns = [
        Column(title.encode(), *typed([as_value(row[number]) for row in sheet.rows]))
        for number, title in enumerate(sheet.header)
        if number not in at
    ]
    return Reading(
        columns,
        array_of(shape for shape, _state in made),
        declared=system,
        encoding=declared,
        notes={"uneven_rows": sheet.uneven} if sheet.uneven else {},
        unclosed=numbers(states == "unclosed"),
        unreadable=numbers(states == "unreadable"),
        table=where,
        lines=lines,
    )


def guessed(sheet: Sheet) -> tuple[str, ...]:
    """The column of WKT, or those of x and y, by title and by content. Raises BadInput where there are none."""
    for number, title in enumerate(sheet.header):
        texts = [str(row[number]) for row in sheet.rows[:LOOKED_AT] if row[number]]
        if texts and (sum(bool(WKT.match(text)) for text in texts) > len(texts) / 2 or SHAPE_TITLES.fullmatch(title)):
            return (title,)
    x = next((title for title in sheet.header if X_TITLES.fullmatch(title)), None)
    y = next((title for title in sheet.header if Y_TITLES.fullmatch(title)), None)
    if x is None or y is None:
        raise BadInput("表格里找不到坐标：应有“经度”“纬度”两列，或一列 WKT。")
    return (x, y)


def shape_of(text: str) -> tuple[BaseGeometry | None, str]:
    """A shape of WKT and what became of it: "", "unclosed" (now closed) or "unreadable"."""
    match = WKT.match(text)
    if not text.strip():
        return None, ""
    if match is None:
        return None, "unreadable"
    bare = text[match.start(2) :]
    shape = shapely.from_wkt(bare, on_invalid="ignore")
    if shape is not None:
        return shape, ""
    closed = shapely.from_wkt(bare, on_invalid="fix")
    return closed, "unreadable" if closed is None else "unclosed"


def declared_in(texts: list[str]) -> str | None:
    """The system that PostGIS writes before its WKT, where all rows agree."""
    codes = {match[1] for text in texts if (match := WKT.match(text))}
    code = next(iter(codes)) if len(codes) == 1 else None
    return f"EPSG:{code}" if code else None


def point_of(x: Any, y: Any) -> tuple[BaseGeometry | None, str]:
    """A point of two cells, numbers or degrees as people write them."""
    if x in (None, "") and y in (None, ""):
        return None, ""
    try:
        return shapely.Point(number_of(x, "lon"), number_of(y, "lat")), ""
    except (BadInput, TypeError, ValueError):
        return None, "unreadable"


def number_of(cell: Any, axis: str) -> float:
    if isinstance(cell, int | float):
        return float(cell)
    try:
        return float(str(cell))
    except ValueError:
        return parse_degrees(str(cell), axis)


def as_value(cell: Any) -> Any:
    """A cell as JSON takes it."""
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return None if cell == "" else cell
