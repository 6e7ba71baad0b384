from __future__ import annotations

import csv
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from gi_registry.core.errors import BadInput
from gi_registry.gazette import tables
from gi_registry.gazette.tables import LOST, MOST_ROWS, lines_of

ROWS = [["企业名称", "代码"], ["示例厂", "91120118MA0000007K"]]


@pytest.fixture(autouse=True)
def longest_cell_of_csv():
    """As the process begins with it: reading a table of borders raises it."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


def xlsx(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def refused(name, content):
    with pytest.raises(BadInput) as found:
        lines_of(name, content)
    return found.value.sentence


@pytest.mark.parametrize("separator", [",", "\t", ";", "，"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_file_is_read_however_it_is_written(encoding, separator):
    text = "\r\n".join(separator.join(row) for row in ROWS)

    assert lines_of("名单.csv", text.encode(encoding)) == ROWS


def test_a_workbook_is_read_as_texts():
    rows = [*ROWS, [None, 7], ["示例", 7.0], [date(2025, 6, 2), 1.5], [" 示例 ", True]]

    assert lines_of("名单.xlsx", xlsx(rows)) == [
        *ROWS,
        ["", "7"],
        ["示例", "7"],
        ["2025-06-02", "1.5"],
        ["示例", "True"],
    ]


def test_a_code_kept_as_a_number_has_lost_its_end():
    assert lines_of("名单.xlsx", xlsx([[911201180000000000]])) == [[f"911201180000000000{LOST}"]]


def test_signs_that_keep_excel_from_changing_a_code_are_no_part_of_it():
    content = b'\'91120118MA0000007K,"=""91120118MA0000007K"""\n'

    assert lines_of("名单.csv", content) == [["91120118MA0000007K", "91120118MA0000007K"]]


def test_quoted_cells_keep_their_separators_and_lines():
    assert lines_of("名单.csv", '"示例, 厂","一\n二"\n'.encode()) == [["示例, 厂", "一\n二"]]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("名单.csv", b"", "文件是空的。"),
        ("名单.csv", b"\xff\xff\xff", "读不出文件里的文字：请另存为 UTF-8 或 GB18030 编码的 CSV。"),
        ("名单.csv", b"a\0b", "只收 XLSX 工作簿和 CSV 文件。"),
        ("名单.pdf", b"%PDF-1.4", "只收 XLSX 工作簿和 CSV 文件。"),
        ("名单.csv", b"a" * 4_001, "有一格超过 4,000 字，没有接收。"),
        ("名单.csv", b"a" * 140_000, "CSV 文件第 1 行读不下去：请检查引号是否成对。"),
        ("名单.csv", b"a\n" * (MOST_ROWS + 1), "一次最多 10,000 行：请分成几个文件。"),
        ("名单.csv", b"a" * (5 * 1024 * 1024 + 1), "文件太大：最大 5 MB。"),
        ("名单.xlsx", b"PK\x03\x04 broken", "这个文件是损坏的压缩包，打不开。"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(name, content, sentence):
    assert refused(name, content) == sentence


def with_part(content, name, part):
    """The workbook with one of its parts replaced."""
    file = BytesIO()
    with ZipFile(BytesIO(content)) as book, ZipFile(file, "w", ZIP_DEFLATED) as other:
        for kept in book.namelist():
            other.writestr(kept, part if kept == name else book.read(kept))
    return file.getvalue()


SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>',
    b"</sheetData></worksheet>",
)


def test_a_small_workbook_that_unpacks_to_a_great_one_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(tables, "cells_of", pytest.fail)
    cells = b'<c t="inlineStr"><is><t>a</t></is></c>' * 120_000
    one_row = SHEET[0] + b"<row>" + cells + b"</row>" + SHEET[1]
    content = with_part(xlsx(ROWS), "xl/worksheets/sheet1.xml", one_row)

    assert len(content) < 50_000
    assert refused("名单.xlsx", content).startswith("工作簿里的格子太多")
    content = with_part(xlsx(ROWS), "xl/theme/theme1.xml", b"<a>" + b" " * 17_000_000 + b"</a>")
    assert refused("名单.xlsx", content) == "工作簿解开超过 16 MB，没有接收：表里只需文字和数字。"


def test_as_many_rows_as_may_be_are_read():
    rows = [[f"示例{number}", *"abcdefgh"] for number in range(MOST_ROWS)]

    assert lines_of("名单.xlsx", xlsx(rows)) == rows


def test_a_workbook_with_a_broken_sheet_is_refused_in_a_sentence():
    content = with_part(xlsx(ROWS), "xl/worksheets/sheet1.xml", SHEET[0])

    assert refused("名单.xlsx", content) == "这个工作簿打不开：文件不完整或已损坏，请重新另存为 XLSX。"


def test_a_workbook_called_otherwise_is_refused():
    assert "文件名的结尾是“.csv”" in refused("名单.csv", xlsx(ROWS))
