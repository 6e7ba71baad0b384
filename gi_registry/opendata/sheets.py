"""Releases for spreadsheets: CSV and XLSX, in which no text becomes a number, a day or a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.writer.excel import ExcelWriter

from gi_registry.opendata.columns import Kind, Release, dictionary
from gi_registry.opendata.shapes import as_wkt
from gi_registry.opendata.texts import guarded
from gi_registry.opendata.zips import add

WKT = "WKT"  # GDAL and QGIS take a column of this name for the shape
LONGEST_CELL = 32_767  # characters, the limit of Excel
WIDTHS = {Kind.TEXT: 24, Kind.CODE: 18}
DAY_FORMAT, TEXT_FORMAT = "yyyy-mm-dd", "@"
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")

# --- CSV -------------------------------------------------------------------------------------------------------------


def write_csv(release: Release, path: Path) -> None:
    """UTF-8 with a byte order mark, as Excel needs it; the shape as WKT in the last column."""
    layer = release.main
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(column.name for column in layer.columns), WKT])
        for row, wkb in zip(layer.rows, layer.shapes, strict=True):
            writer.writerow([*(written(value) for value in row), as_wkt(wkb)])


def written(value: Any) -> Any:
    """A value as CSV has it: true and false in small letters, days as 2010-12-24, texts guarded."""
    if isinstance(value, bool):
        return str(value).lower()
    return guarded(value) if isinstance(value, str) else value


# --- XLSX ------------------------------------------------------------------------------------------------------------


def write_xlsx(release: Release, path: Path) -> None:
    """The rows under a frozen heading, and the data dictionary as a second sheet.

    A shape longer than a cell goes on in WKT_2, WKT_3 and so on: put one behind the other they are the whole.
    """
    layer = release.main
    book = Workbook(write_only=True)
    shapes = [in_cells(as_wkt(wkb)) for wkb in layer.shapes]
    cells = max((len(parts) for parts in shapes), default=1)
    sheet = book.create_sheet(layer.title)
    widths = [*(WIDTHS.get(column.kind, 12) for column in layer.columns), *[24] * cells]
    heading = [*(str(column.title) for column in layer.columns), *wkt_names(cells)]
    head(sheet, heading, widths)
    kinds = [column.kind for column in layer.columns]
    for row, parts in zip(layer.rows, shapes, strict=True):
        facts = (cell(sheet, kind, value) for kind, value in zip(kinds, row, strict=True))
        sheet.append([*facts, *(cell(sheet, Kind.TEXT, part) for part in parts)])
    explain(book, dictionary(layer.columns), wkt_names(cells))
    book.properties.title = layer.title
    book.properties.creator = release.edition.register
    book.properties.created = release.edition.changed_at.replace(tzinfo=None)
    save(book, path, release)


def in_cells(text: str) -> list[str]:
    """A long text cut into pieces that fit a cell."""
    return [text[at : at + LONGEST_CELL] for at in range(0, len(text), LONGEST_CELL)] or [""]


def wkt_names(cells: int) -> list[str]:
    """WKT, WKT_2, WKT_3 and so on."""
    return [WKT, *(f"{WKT}_{number}" for number in range(2, cells + 1))]


def head(sheet: WriteOnlyWorksheet, heading: list[str], widths: Iterable[int]) -> None:
    """The heading, bold and frozen; a sheet that is written from the top wants widths and frame first."""
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([styled(text_cell(sheet, text)) for text in heading])


def styled(heading: WriteOnlyCell) -> WriteOnlyCell:
    """A cell of the heading."""
    heading.font, heading.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    return heading


def cell(sheet: WriteOnlyWorksheet, kind: Kind, value: Any) -> WriteOnlyCell | None:
    """One value under its type; None leaves the cell empty."""
    if value is None or value == "":
        return None
    match kind:
        case Kind.FLAG:
            return text_cell(sheet, _("是") if value else _("否"))
        case Kind.NUMBER | Kind.WHOLE:
            return WriteOnlyCell(sheet, value)
        case Kind.DAY:
            day = WriteOnlyCell(sheet, value)
            day.number_format = DAY_FORMAT
            return day
    return text_cell(sheet, value)


def text_cell(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    """A cell that is text whatever it looks like, told where it is cut; what no workbook may hold is a mark."""
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)
    note = _("…（超过 {size} 字，全文见其他格式）").format(size=LONGEST_CELL)
    made = WriteOnlyCell(sheet, text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(note)] + note)
    made.data_type = "s"
    made.number_format = TEXT_FORMAT
    return made


def explain(book: Workbook, lines: list[list[str]], shapes: list[str]) -> None:
    """The sheet 字段说明."""
    sheet = book.create_sheet(_("字段说明"))
    head(sheet, lines[0], (22, 14, 22, 14, 8, 60, 20))
    shape = _("准确界线（不是概括界线），CGCS2000 经纬度的 WKT；空：没有界线。写不下时分成几列，前后相接即为全文")
    for line in [*lines[1:], [WKT, "", "、".join(shapes), _("文字"), "", shape, ""]]:
        sheet.append([text_cell(sheet, text) for text in line])


def save(book: Workbook, path: Path, release: Release) -> None:
    """The workbook without the time of the clock, which openpyxl writes into it."""
    at, held = release.edition.changed_at, BytesIO()
    ExcelWriter(book, ZipFile(held, "w")).save()
    with ZipFile(held) as clocked, ZipFile(path, "w") as archive:
        for name in clocked.namelist():
            content = clocked.read(name)
            if name == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + f"{at:%Y-%m-%dT%H:%M:%SZ}".encode(), content)
            add(archive, name, content, at)
