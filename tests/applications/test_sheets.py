from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import Workbook

from gi_registry.applications.models import Survey
from gi_registry.applications.sheets import COLUMNS, MOST_ROWS, diagnosed, read, store
from gi_registry.core.errors import BadInput
from gi_registry.core.models import Change
from tests import handed_in, make

HEAD = [column.title for column in COLUMNS]


def workbook(*rows, head=HEAD):
    book, file = Workbook(), io.BytesIO()
    for row in (head, *rows):
        book.active.append(list(row))
    book.save(file)
    return file.getvalue()


def row(**cells):
    """A row of the template with some cells filled."""
    cells = {"name": "示例冬菜", "category": "蔬菜及制品"} | cells
    return [cells.get(column.name) for column in COLUMNS]


def cells_of(*rows, **more):
    return [dict(cells) for _number, cells in read("普查.xlsx", workbook(*rows, **more)).rows]


def test_cells_are_read_as_people_would_type_them():
    assert cells_of(row(surveyed_on=date(2026, 5, 1), hectares=12.5, households=30.0, note=" 空格 ")) == [
        {
            "name": "示例冬菜",
            "category": "蔬菜及制品",
            "surveyed_on": "2026-05-01",
            "hectares": "12.5",
            "households": "30",
            "note": "空格",
        }
    ]


def test_empty_lines_do_not_count_and_numbers_are_those_of_the_sheet():
    sheet = read("普查.xlsx", workbook([], row(), [None, ""], row(name="示例梨")))

    assert [number for number, _cells in sheet.rows] == [3, 5]


def test_columns_nobody_knows_are_named():
    sheet = read("普查.xlsx", workbook([*row(), "x"], head=[*HEAD, "电话"]))

    assert sheet.unknown == ("电话",)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("普查.xlsx", b"", "文件是空的"),
        ("普查.xlsx", b"hello", "只收 PDF、JPEG、PNG、DOCX 和 XLSX 文件"),
        ("普查.xlsx", handed_in.PDF, "内容却是 PDF 文件"),
        ("普查.pdf", handed_in.PDF, "普查表只收 XLSX 工作簿"),
        ("普查.xlsx", handed_in.docx(), "内容却是 Word 文档"),
        ("普查.xlsx", handed_in.xlsx()[:-100], "损坏的压缩包"),
        ("普查.xlsx", handed_in.xlsx(), "第一行没有“产品名称”“类别”这样的栏目"),
        ("普查.xlsx", workbook(), "表里除了表头没有内容"),
        ("普查.xlsx", workbook(row(), head=[*HEAD[:-1], "产地"]), "栏目“产地”出现了两次"),
        ("普查.xlsx", workbook(*[row()] * (MOST_ROWS + 1)), "一次最多导入 2,000 行"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_in_one_sentence(name, content, sentence):
    with pytest.raises(BadInput) as refused:
        read(name, content)

    assert sentence in refused.value.sentence


# --- What each row would do ------------------------------------------------------------------------------------------


@pytest.fixture
def unit(db):
    return make.place("120118106", name="陈官屯镇")


@pytest.fixture
def agri(unit):
    return make.person("agriculture")


def lines(person, *rows):
    return diagnosed(read("普查.xlsx", workbook(*rows)).rows, person)


def said(person, *rows):
    return [(line.verdict, line.faults or line.changes) for line in lines(person, *rows)]


def test_each_row_says_what_it_would_do(agri, unit):
    make.survey("示例冬菜", unit, origin="")
    make.survey("示例梨", unit, category="fruit")

    assert said(
        agri,
        row(unit="陈官屯镇", origin="运河西岸", category="蔬菜及制品"),
        row(unit="120118106", name="示例梨", category="瓜果"),
        row(unit="陈官屯镇", name="示例萝卜"),
    ) == [("补充", ("产地",)), ("没有变化", ()), ("新增", ())]


def test_what_would_take_the_place_of_something_is_shown_with_what_stands(agri, unit):
    make.survey("示例冬菜", unit, category="condiment", origin="运河西岸" * 10)

    assert said(agri, row(unit="陈官屯镇", category="其他", origin="运河东岸", output="3吨（2025年）")) == [
        ("改动", ("类别：调味品 → 其他", f"产地：{('运河西岸' * 10)[:30]}… → 运河东岸", "产量"))
    ]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"name": None}, "没有填“产品名称”。"),
        ({"category": "天上飞的"}, "“类别”没有“天上飞的”这一种"),
        ({"unit": "独流"}, "“独流”不是本区的乡镇街道。"),
        ({"hectares": "十亩"}, "“面积（公顷）”应是数字，所填的是“十亩”。"),
        ({"hectares": -1}, "“面积（公顷）”不能小于 0，所填的是“-1”。"),
        ({"households": 2.5}, "“农户数”应是整数，所填的是“2.5”。"),
        ({"surveyed_on": "五月"}, "日期“五月”读不出来"),
        ({"surveyed_on": date(2026, 12, 31)}, "普查日 2026-12-31 还没有到。"),
        ({"output": "很" * 61}, "“产量”："),
        ({"history": "很" * 4_001}, "“历史依据”超过 4,000 字。"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_in_a_sentence(agri, cells, sentence):
    (line,) = lines(agri, row(**cells))

    assert (line.verdict, sentence in line.faults[0]) == ("有误", True)


def test_two_rows_of_one_product_are_told(agri):
    assert [faults for _verdict, faults in said(agri, row(unit="陈官屯镇"), row(unit="陈官屯镇"))] == [
        (),
        ("与第 2 行是同一乡镇的同一产品。",),
    ]


def test_a_liaison_brings_in_only_their_own_unit(unit):
    make.place("120118102", name="独流镇")
    liaison = make.person("liaison", unit=unit)

    assert [verdict for verdict, _ in said(liaison, row(unit="陈官屯镇"), row(unit="独流镇"), row(name="示例梨"))] == [
        "新增",
        "有误",
        "有误",
    ]


# --- Storing ---------------------------------------------------------------------------------------------------------


def test_rows_are_stored_and_empty_cells_wipe_nothing_out(agri, unit):
    make.survey("示例冬菜", unit, producers="示例合作社")

    written = store(lines(agri, row(unit="陈官屯镇", origin="运河西岸", surveyed_on=date(2026, 5, 1))), by=agri)

    columns = ("origin", "producers", "surveyed_on")
    assert (written, Survey.objects.values_list(*columns).get()) == (1, ("运河西岸", "示例合作社", date(2026, 5, 1)))


def test_one_wrong_row_keeps_all_of_them_out(agri, unit):
    before = Change.objects.count()

    with pytest.raises(BadInput, match="第 3 行还有误，一行也没有导入。"):
        store(lines(agri, row(unit="陈官屯镇"), row(name="示例梨", category="?")), by=agri)

    assert (Survey.objects.count(), Change.objects.count()) == (0, before)


def test_storing_twice_changes_nothing_the_second_time(agri, unit):
    asked = (row(unit="陈官屯镇", origin="运河西岸"), row(name="示例梨", category="瓜果"))

    assert [store(lines(agri, *asked), by=agri) for _time in range(2)] == [2, 0]
