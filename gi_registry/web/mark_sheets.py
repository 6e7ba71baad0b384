"""Workbooks of marks made and used: the print runs, and one year with its reports and rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook

from gi_registry.marks.ledger import Balance
from gi_registry.marks.models import Authorisation, Batch, UseReport
from gi_registry.marks.rates import ProductYear, Rate
from gi_registry.opendata.columns import Kind
from gi_registry.opendata.sheets import cell, head
from gi_registry.web.sheets import Field, book

USER: tuple[Field, ...] = (
    ("产品", Kind.TEXT, 16),
    ("使用人", Kind.TEXT, 30),
    ("统一社会信用代码", Kind.CODE, 22),
    ("核准编码", Kind.CODE, 14),
)
BATCHES: tuple[Field, ...] = (
    ("批次号", Kind.CODE, 14),
    *USER,
    ("印制单位", Kind.TEXT, 24),
    ("标示方法", Kind.TEXT, 20),
    ("印制日", Kind.DAY, 12),
    ("起始序号", Kind.CODE, 16),
    ("终止序号", Kind.CODE, 16),
    ("印制（枚）", Kind.WHOLE, 12),
    ("库存（枚）", Kind.WHOLE, 12),
    ("使用人手中（枚）", Kind.WHOLE, 12),
    ("已使用（枚）", Kind.WHOLE, 12),
    ("已损毁（枚）", Kind.WHOLE, 12),
)
REPORTS: tuple[Field, ...] = (
    *USER,
    ("报送日", Kind.DAY, 12),
    ("产量（吨）", Kind.NUMBER, 12),
    ("产值（万元）", Kind.NUMBER, 12),
    ("印制（枚）", Kind.WHOLE, 12),
    ("使用（枚）", Kind.WHOLE, 12),
    ("结存（枚）", Kind.WHOLE, 12),
    ("年内最后一次使用", Kind.DAY, 16),
    ("销往何处", Kind.TEXT, 30),
    ("说明", Kind.TEXT, 30),
)
RATES: tuple[Field, ...] = (
    ("产品", Kind.TEXT, 16),
    ("比率", Kind.TEXT, 20),
    ("数值（%）", Kind.NUMBER, 12),
    ("分子", Kind.NUMBER, 12),
    ("分母", Kind.NUMBER, 12),
    ("单位", Kind.TEXT, 8),
    ("未查明的原因或提醒", Kind.TEXT, 40),
    ("怎样计算", Kind.TEXT, 80),
)


def user_of(mark: Authorisation) -> tuple[Any, ...]:
    """Who uses the mark for what."""
    return (mark.product.common_name, mark.producer.name, mark.producer.uscc, mark.code)


def of_batches(rows: Iterable[tuple[Batch, Balance]]) -> bytes:
    """The print runs, one in a row, with what their marks come to."""
    return book(_("印制批次"), BATCHES, (batch_row(batch, held) for batch, held in rows))


def batch_row(batch: Batch, held: Balance) -> Sequence[Any]:
    """One print run under the headings of `BATCHES`."""
    run = (batch.printer, batch.get_label_kind_display(), batch.printed_on, batch.serial_from, batch.serial_to)
    marks = (held.printed, held.stock, held.in_hand, held.used, held.spoiled)
    return (batch.number, *user_of(batch.authorisation), *run, *marks)


def of_year(found: Sequence[ProductYear], mine: frozenset[int]) -> bytes:
    """One year: the reports of the authorisations whose keys are `mine`, missing ones with empty cells; then the rates
    of every product with how each is computed."""
    file = BytesIO()
    made = Workbook(write_only=True)
    users = ((user, one.reports.get(user.pk)) for one in found for user in one.users if user.pk in mine)
    add_sheet(made, _("年度报告"), REPORTS, (report_row(user, report) for user, report in users))
    rates = ((one, rate) for one in found for rate in one.rates)
    add_sheet(made, _("比率"), RATES, (rate_row(one, rate) for one, rate in rates))
    made.save(file)
    return file.getvalue()


def add_sheet(made: Workbook, title: str, fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> None:
    """One sheet under a frozen heading."""
    sheet = made.create_sheet(title)
    head(sheet, [name for name, _kind, _width in fields], [width for _name, _kind, width in fields])
    for row in rows:
        sheet.append([cell(sheet, kind, value) for (_name, kind, _width), value in zip(fields, row, strict=True)])


def report_row(user: Authorisation, report: UseReport | None) -> Sequence[Any]:
    """One user's year under the headings of `REPORTS`."""
    if report is None:
        return (*user_of(user), *[None] * 9)
    goods = (report.filed_on, report.output_t, report.value_wan)
    marks = (report.printed, report.used, report.left, report.last_used_on)
    return (*user_of(user), *goods, *marks, report.sold_where, report.note)


def rate_row(found: ProductYear, rate: Rate) -> Sequence[Any]:
    """One rate under the headings of `RATES`."""
    percent = None if rate.value is None else round(100 * rate.value, 1)
    why = rate.unknown or rate.caution
    return (found.product.common_name, rate.title, percent, rate.part, rate.whole, rate.unit, why, rate.definition)
