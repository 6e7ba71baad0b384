"""Workbooks of the desk: the table of applications, the form sheet of a survey."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook

from gi_registry.applications.docket import Card
from gi_registry.applications.sheets import COLUMNS, sample_of
from gi_registry.opendata.columns import Kind
from gi_registry.opendata.sheets import cell, head, text_cell

Field = tuple[str, Kind, int]

CARDS: tuple[Field, ...] = (
    ("案卷号", Kind.CODE, 14),
    ("产品", Kind.TEXT, 18),
    ("程序", Kind.TEXT, 30),
    ("保护制度", Kind.TEXT, 16),
    ("阶段", Kind.TEXT, 22),
    ("立卷日", Kind.DAY, 12),
    ("下一个期限", Kind.TEXT, 22),
    ("届满日", Kind.DAY, 12),
    ("还有天数", Kind.WHOLE, 10),
    ("暂定", Kind.FLAG, 8),
    ("该谁办", Kind.TEXT, 22),
    ("依据", Kind.TEXT, 40),
)


def of_cards(cards: Iterable[Card]) -> bytes:
    """The applications, one in a row, with the nearest deadline."""
    return book(_("申请"), CARDS, (row_of(card) for card in cards))


def row_of(card: Card) -> Sequence[Any]:
    """One application under the headings of `CARDS`."""
    about = (card.file_number, card.product, card.procedure_label, card.regime_label, card.state_label, card.opened_on)
    if card.due is None:
        return (*about, None, None, None, None, card.who, None)
    deadline = card.due.deadline
    clock = str(deadline.rule.clock.label)
    return (*about, clock, deadline.day, card.left, deadline.provisional, card.who, deadline.rule.citation)


def of_surveys(units: Iterable[str]) -> bytes:
    """The empty sheet that liaisons fill, with what each column takes and the names of the units beside it."""
    file = BytesIO()
    made = Workbook(write_only=True)
    sheet = made.create_sheet(_("特色产品普查"))
    head(sheet, [column.title for column in COLUMNS], [column.width for column in COLUMNS])
    notes = made.create_sheet(_("填写说明"))
    head(notes, [_("栏目"), _("怎样填")], (20, 80))
    for column in COLUMNS:
        notes.append([text_cell(notes, column.title), text_cell(notes, sample_of(column, units))])
    made.save(file)
    return file.getvalue()


def book(title: str, fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet under a frozen heading; texts stay texts whatever they look like."""
    file = BytesIO()
    made = Workbook(write_only=True)
    sheet = made.create_sheet(title)
    head(sheet, [name for name, _kind, _width in fields], [width for _name, _kind, width in fields])
    for row in rows:
        sheet.append([cell(sheet, kind, value) for (_name, kind, _width), value in zip(fields, row, strict=True)])
    made.save(file)
    return file.getvalue()
