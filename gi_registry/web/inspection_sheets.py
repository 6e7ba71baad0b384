"""Files of inspections: the workbook of what was checked with the rates, and the notice as a Word document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any, Protocol

import docx
from django.utils.translation import gettext as _
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl import Workbook

from gi_registry.core import clock
from gi_registry.inspections.models import Record, Result
from gi_registry.inspections.notices import Notice, spoken
from gi_registry.opendata.columns import Kind
from gi_registry.web.mark_sheets import add_sheet
from gi_registry.web.sheets import Field

RECORDS: tuple[Field, ...] = (
    ("记录编号", Kind.CODE, 38),
    ("检查对象", Kind.TEXT, 30),
    ("统一社会信用代码", Kind.CODE, 22),
    ("产品", Kind.TEXT, 16),
    ("计划", Kind.TEXT, 28),
    ("检查日", Kind.DAY, 12),
    ("设备时间", Kind.TEXT, 20),
    ("收到时间", Kind.TEXT, 20),
    ("记录人", Kind.TEXT, 14),
    ("结论", Kind.TEXT, 12),
    ("不合格的项目", Kind.TEXT, 40),
    ("经度", Kind.NUMBER, 12),
    ("纬度", Kind.NUMBER, 12),
    ("精度（米）", Kind.NUMBER, 12),
    ("设备判定", Kind.TEXT, 18),
    ("登记簿判定", Kind.TEXT, 18),
    ("距界线（米）", Kind.NUMBER, 12),
    ("还缺照片（张）", Kind.WHOLE, 12),
    ("须核对（处）", Kind.WHOLE, 12),
    ("已被更正", Kind.FLAG, 10),
    ("原文的 SHA-256", Kind.CODE, 66),
)
RATES: tuple[Field, ...] = (
    ("按", Kind.TEXT, 12),
    ("名称", Kind.TEXT, 24),
    ("合格率（%）", Kind.NUMBER, 14),
    ("合格", Kind.WHOLE, 10),
    ("检查", Kind.WHOLE, 10),
    ("自", Kind.DAY, 12),
    ("至", Kind.DAY, 12),
    ("怎样计算", Kind.TEXT, 80),
)
BY_PRODUCT = "照片到齐、没有被更正的记录里（一项任务只算最后一条），结论为合格的次数 ÷ 检查次数。"
BY_ITEM = "照片到齐、没有被更正的记录里（一项任务只算最后一条），合格 ÷（合格 + 不合格）；不适用的不算。"
FONT = "宋体"
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Listed(Protocol):
    """One inspection as the desk lists it."""

    @property
    def record(self) -> Record: ...
    @property
    def awaited(self) -> int: ...
    @property
    def odd(self) -> int: ...


class Counted(Protocol):
    """A share as the desk shows it."""

    @property
    def name(self) -> str: ...
    @property
    def passed(self) -> int: ...
    @property
    def whole(self) -> int: ...


def of_inspections(rows: Iterable[Listed], rates: Any) -> bytes:
    """The inspections, one in a row, and what was in order in the period by product and by item."""
    file = BytesIO()
    made = Workbook(write_only=True)
    add_sheet(made, _("检查记录"), RECORDS, (record_row(row) for row in rows))
    parts = ((_("产品"), rates.products, BY_PRODUCT), (_("检查项目"), rates.items, BY_ITEM))
    lines = (rate_row(by, share, rates, how) for by, shares, how in parts for share in shares)
    add_sheet(made, _("合格率"), RATES, lines)
    made.save(file)
    return file.getvalue()


def record_row(row: Listed) -> Sequence[Any]:
    """One inspection under the headings of `RECORDS`."""
    record = row.record
    target, where, inspected = record.task.target, record.location, clock.legal_time(record.device_at)
    uscc = target.authorisation.producer.uscc if target.authorisation else None
    failed = [one.get_item_display() for one in record.findings.all() if one.result == Result.FAIL]
    who = (str(record.uuid), target.who, uscc, str(target.product), str(record.task.plan))
    received = clock.legal_time(record.received_at)
    times = (f"{inspected:%Y-%m-%d %H:%M:%S}", f"{received:%Y-%m-%d %H:%M:%S}")
    when = (record.inspected_on, *times, str(record.inspector))
    found = (record.get_outcome_display(), "、".join(str(name) for name in failed))
    position = (where.x, where.y, record.accuracy_m) if where else (None, None, None)
    judged = (record.get_device_verdict_display(), record.get_verdict_display(), record.distance_m)
    corrected = record.corrected  # type: ignore[attr-defined]  # `with_corrections`
    return (*who, *when, *found, *position, *judged, row.awaited, row.odd, corrected, record.sha256)


def rate_row(by: str, share: Counted, rates: Any, how: str) -> Sequence[Any]:
    """One share under the headings of `RATES`."""
    value = round(100 * share.passed / share.whole, 1) if share.whole else None
    return (by, share.name, value, share.passed, share.whole, rates.since, rates.until, how)


# --- The notice ------------------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """The text without characters that no Word file takes, whoever sent them."""
    return UNWRITABLE.sub(" ", text)


def notice(told: Notice) -> bytes:
    """The notice as a Word file on A4, with room for its number and the seal."""
    word = docx.Document()
    dress(word, told)
    centred(word, told.title)
    line(word, "编号：＿＿＿＿＿＿＿＿", WD_ALIGN_PARAGRAPH.RIGHT)
    line(word, f"{told.party}：", WD_ALIGN_PARAGRAPH.LEFT)
    indented(word, told.facts)
    for number, failed in enumerate(told.failed, 1):
        indented(word, f"{number}. {failed}")
    indented(word, told.basis)
    for demand in told.demand:
        indented(word, demand)
    indented(word, told.until)
    indented(word, told.after)
    if told.record:
        indented(word, f"检查记录编号：{told.record}")
    word.add_paragraph()
    line(word, "（机关名称、印章）", WD_ALIGN_PARAGRAPH.RIGHT)
    line(word, spoken(told.ordered_on), WD_ALIGN_PARAGRAPH.RIGHT)
    file = BytesIO()
    word.save(file)
    return file.getvalue()


def dress(word: Word, told: Notice) -> None:
    """A4 with the margins of official papers, Chinese type, and who it is to among the properties."""
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    style: Any = word.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(15)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    about = word.core_properties
    about.title, about.author = plain(f"{told.title} {told.party}")[:255], "地理标志登记簿"


def centred(word: Word, text: str) -> None:
    """The title."""
    paragraph = word.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.font.size = True, Pt(22)


def line(word: Word, text: str, alignment: WD_ALIGN_PARAGRAPH) -> None:
    """A line at one side."""
    word.add_paragraph(plain(text)).alignment = alignment


def indented(word: Word, text: str) -> None:
    """A paragraph that begins two characters in."""
    word.add_paragraph(plain(text)).paragraph_format.first_line_indent = Pt(30)
