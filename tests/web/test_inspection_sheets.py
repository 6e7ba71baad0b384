"""The workbook of inspections and the notice as a Word file."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest
from openpyxl import load_workbook

from gi_registry.inspections.actions import order
from gi_registry.inspections.notices import notice_of
from gi_registry.web.inspection_sheets import notice
from tests import make, shapes
from tests.web.test_applications import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return [make.person("inspector", name, last_name="张", first_name=name) for name in ("a", "b")]


@pytest.fixture
def official():
    return make.person("market", "market")


@pytest.fixture
def record(team):
    """An inspection in which the packaging was not in order, by somebody whose name a spreadsheet would run."""
    product = make.product()
    make.area(product, shapes.square(116.8, 38.8, 0.1))
    user = make.authorisation(make.producer("=示例()有限公司"), product)
    task = make.task(make.plan(inspectors=team), user, team)
    findings = make.inspected(task, team[0])["findings"]
    findings[6] |= {"result": "fail", "note": "没有\x0b标准号", "clause": "GB 7718（条序未见）"}
    return make.arrived(task, team[0], findings=findings, outcome="rectify")


def sheets_of(client, query=""):
    book = load_workbook(io.BytesIO(client.get(f"/desk/inspections.xlsx{query}").content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_the_workbook_has_the_inspections_and_what_was_in_order(record, official):
    sheets = sheets_of(sign_in(official), "?since=2026-05-01&until=2026-05-31")

    head, row = sheets["检查记录"]
    told = dict(zip(head, row, strict=True))
    assert told["记录编号"] == str(record.uuid)
    assert told["检查对象"] == "'=示例()有限公司" or told["检查对象"].endswith("示例()有限公司")
    assert (told["检查日"].date(), told["结论"], told["不合格的项目"]) == (date(2026, 5, 6), "责令整改", "包装、标识")
    assert (told["经度"], told["纬度"], told["精度（米）"]) == (116.85, 38.85, 8)
    assert (told["设备判定"], told["登记簿判定"], told["已被更正"]) == ("在范围内", "在范围内", "否")
    assert (told["还缺照片（张）"], told["原文的 SHA-256"]) == (0, record.sha256)
    products, items = sheets["合格率"][1], sheets["合格率"][8]
    assert products[:5] == ("产品", "独流老醋", 0, 0, 1)
    assert items[:5] == ("检查项目", "包装、标识", 0, 0, 1)
    assert [day.date() for day in products[5:7]] == [date(2026, 5, 1), date(2026, 5, 31)]


def test_no_text_of_the_workbook_is_a_formula(record, official):
    book = load_workbook(io.BytesIO(sign_in(official).get("/desk/inspections.xlsx").content))

    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_the_workbook_is_narrowed_as_the_list_is(record, official):
    assert len(sheets_of(sign_in(official), "?outcome=pass")["检查记录"]) == 1


def test_the_notice_says_in_word_what_it_says_on_paper(record, official):
    days = {"ordered_on": date(2026, 5, 7), "due_on": date(2026, 5, 20)}
    rectification = order(record, by=official, demand="更换标签\n三日内下架", **days).rectification

    told = docx.Document(io.BytesIO(notice(notice_of(rectification))))

    lines = [paragraph.text for paragraph in told.paragraphs]
    assert lines[:2] == ["限期改正通知书", "编号：＿＿＿＿＿＿＿＿"]
    assert lines[2] == "=示例()有限公司（统一社会信用代码 91120118MA0000007K）："
    assert lines[3].startswith("2026年5月6日，本机关对你单位使用地理标志专用标志的“独流老醋”进行监督检查")
    assert lines[4] == "1. 包装、标识：没有 标准号（条款：GB 7718）"
    assert lines[5].endswith("第三十一条，责令你单位限期改正：")
    assert lines[6:8] == ["更换标签", "三日内下架"]
    assert lines[8] == "请于 2026年5月20日以前（含当日）改正完毕，并把改正的情况和证明材料报本机关。"
    assert lines[-2:] == ["（机关名称、印章）", "2026年5月7日"]
    assert (told.sections[0].page_width.cm, told.sections[0].page_height.cm) == pytest.approx((21, 29.7), abs=0.01)


def test_a_notice_without_an_inspection_says_no_findings(official):
    user = make.authorisation(make.producer(), make.product(), state="rectify")
    told = notice_of(make.rectification(user, ordered_on=date(2026, 5, 7), due_on=date(2026, 5, 20)))

    assert (told.failed, told.record) == ([], "")
    assert told.facts == "你单位在“独流老醋”上使用地理标志专用标志："
