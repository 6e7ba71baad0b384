"""Workbooks of the desk: the table of applications, the sheet of a survey, the users of the mark and their list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any, Protocol

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from gi_registry.applications.docket import Card
from gi_registry.applications.sheets import COLUMNS, sample_of
from gi_registry.marks.dues import Due
from gi_registry.marks.models import Authorisation
from gi_registry.marks.rolls import LABELS
from gi_registry.marks.states import Standing
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


MARKS: tuple[Field, ...] = (
    ("编码", Kind.CODE, 14),
    ("使用人", Kind.TEXT, 30),
    ("统一社会信用代码", Kind.CODE, 22),
    ("乡镇街道", Kind.TEXT, 14),
    ("产品", Kind.TEXT, 18),
    ("依据", Kind.TEXT, 24),
    ("今天", Kind.TEXT, 16),
    ("办到哪一步", Kind.TEXT, 22),
    ("公告", Kind.TEXT, 28),
    ("自何日起可以使用", Kind.DAY, 16),
    ("自何日起不能再用", Kind.DAY, 16),
    ("商标注册号", Kind.CODE, 14),
    ("标准编号", Kind.TEXT, 20),
    ("接下来", Kind.TEXT, 36),
    ("限期", Kind.DAY, 12),
    ("还有天数", Kind.WHOLE, 10),
    ("该谁办", Kind.TEXT, 22),
)


class Listed(Protocol):
    """One user as the desk lists it."""

    @property
    def authorisation(self) -> Authorisation: ...
    @property
    def code(self) -> str: ...
    @property
    def standing(self) -> Standing | None: ...
    @property
    def due(self) -> Due | None: ...


def of_authorisations(rows: Iterable[Listed], units: Mapping[int, tuple[str, str]]) -> bytes:
    """The users of the mark, one in a row, with what is due next and by whom; `units` are code and name by key."""
    return book(_("专用标志使用人"), MARKS, (row_of_user(row, units) for row in rows))


def row_of_user(row: Listed, units: Mapping[int, tuple[str, str]]) -> Sequence[Any]:
    """One user under the headings of `MARKS`."""
    one, due = row.authorisation, row.due
    producer = one.producer
    unit = units.get(producer.unit_id or 0, ("", ""))[1]
    about = (row.code, producer.name, producer.uscc, unit, one.product.common_name, one.get_basis_display())
    standing = str(row.standing.label) if row.standing else None
    announced = (str(one.announcement) if one.announcement else None, one.valid_from, one.valid_until)
    numbers = (one.trademark_number, one.standard_number)
    next_ = (due.what, due.day, due.left, due.who) if due else (None, None, None, None)
    return (*about, standing, one.get_state_display(), *announced, *numbers, *next_)


ROLL_WIDTHS = {"name": 34, "uscc": 24, "product": 18, "address": 40}


def of_roll() -> bytes:
    """The empty sheet for a list of users; the columns are texts, so that no code loses its last digits."""
    file = BytesIO()
    made = Workbook(write_only=True)
    sheet = made.create_sheet(_("使用人名单"))
    for letter in "ABCDEF"[: len(LABELS)]:
        sheet.column_dimensions[letter].number_format = "@"
    head(sheet, list(LABELS.values()), [ROLL_WIDTHS.get(column, 18) for column in LABELS])
    made.save(file)
    return file.getvalue()


def book(title: str, fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet under a frozen heading; texts stay texts whatever they look like."""
    file = BytesIO()
    made = Workbook(write_only=True)
    sheet = made.create_sheet(title)
    head(sheet, [name for name, _kind, _width in fields], [width for _name, _kind, width in fields])
    lines = 1
    for row in rows:
        lines += 1
        sheet.append([cell(sheet, kind, value) for (_name, kind, _width), value in zip(fields, row, strict=True)])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(fields))}{lines}"
    made.save(file)
    return file.getvalue()
