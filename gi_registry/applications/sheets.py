"""Surveys as a workbook: what its columns are, how it is read, what each row would do, and storing all or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction

from gi_registry.applications.models import Survey
from gi_registry.applications.permissions import require_survey
from gi_registry.applications.surveys import record_survey
from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Refusal
from gi_registry.core.validators import day
from gi_registry.gazette.tables import LARGEST_MB, LONGEST_CELL, workbook
from gi_registry.gazette.validators import XLSX, examined
from gi_registry.parties.models import User
from gi_registry.places.models import Place, PlaceVersion

MOST_ROWS = 2_000
NUMBER = re.compile(r"\d{1,9}(\.\d{1,4})?")


class Column(NamedTuple):
    """A column of the workbook: that of `Survey` which it fills, and how wide it stands in the template."""

    name: str
    width: int

    @property
    def field(self) -> Any:
        return Survey._meta.get_field(self.name)

    @property
    def title(self) -> str:
        return str(self.field.verbose_name)


COLUMNS = tuple(
    Column(name, width)
    for name, width in (
        *(("name", 18), ("category", 12), ("unit", 14), ("surveyed_on", 12), ("name_kind", 24), ("origin", 36)),
        *(("hectares", 12), ("output", 20), ("value", 20), ("households", 10), ("history", 36), ("traits", 36)),
        *(("link", 36), ("producers", 30), ("standard", 24), ("note", 30)),
    )
)
REQUIRED = ("name", "category")
Cells = Mapping[str, str]


def sample_of(column: Column, units: Iterable[str]) -> str:
    """What a column takes, in words."""
    field, must = column.field, "必填。" if column.name in REQUIRED else "不知道的留空。"
    if column.name == "unit":
        return f"{must}写名称或九位代码：{'、'.join(units)}。"
    if field.choices:
        return f"{must}写其中之一：{'、'.join(str(label) for _value, label in field.choices)}。"
    match field:
        case models.DateField():
            return f"{must}写成 2026-05-01。"
        case models.FloatField() | models.PositiveIntegerField():
            return f"{must}只写数字。"
    return f"{must}{field.help_text}"


# --- Reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read: rows by their number in the sheet, texts by column; headings that no column answers to."""

    rows: tuple[tuple[int, Cells], ...]
    unknown: tuple[str, ...]


def read(name: str, content: bytes) -> Sheet:
    """The first sheet of a workbook that somebody sent. Raises BadInput in one sentence."""
    if examined(name, content, LARGEST_MB).media_type != XLSX:
        raise BadInput("普查表只收 XLSX 工作簿：请下载模板填写。")
    return sheet_of(workbook(content))


def sheet_of(cells: Sequence[Sequence[str]]) -> Sheet:
    """Rows under the headings of the first line; empty lines do not count."""
    by_title = {column.title: column.name for column in COLUMNS}
    heading = [title.removesuffix("*").strip() for title in (cells[0] if cells else ())]
    absent = [column.title for column in COLUMNS if column.name in REQUIRED and column.title not in heading]
    if absent:
        raise BadInput(f"第一行没有“{'”“'.join(absent)}”这样的栏目：请用模板的第一行作表头。")
    twice = [title for title in dict.fromkeys(heading) if title in by_title and heading.count(title) > 1]
    if twice:
        raise BadInput(f"栏目“{'”“'.join(twice)}”出现了两次，不知道该取哪一列。")
    rows = [(number, named(heading, by_title, row)) for number, row in enumerate(cells[1:], 2) if any(row)]
    if len(rows) > MOST_ROWS:
        raise BadInput(f"一次最多导入 {MOST_ROWS:,} 行：请分成几个文件。")
    if not rows:
        raise BadInput("表里除了表头没有内容。")
    return Sheet(tuple(rows), tuple(title for title in heading if title and title not in by_title))


def named(heading: Sequence[str], by_title: Mapping[str, str], row: Sequence[str]) -> Cells:
    """The cells of a row by the columns that they fill."""
    return {by_title[title]: text for title, text in zip(heading, row, strict=False) if title in by_title and text}


# --- What each row would do ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it would write, or what is wrong with it, in sentences."""

    number: int
    name: str
    unit: Place | None
    unit_name: str
    values: Mapping[str, Any]
    changes: tuple[str, ...]
    known: bool
    faults: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """What would follow, in one word."""
        if self.faults:
            return "有误"
        if not self.known:
            return "新增"
        if any(ARROW in change for change in self.changes):
            return "改动"
        return "补充" if self.changes else "没有变化"


def diagnosed(rows: Iterable[tuple[int, Cells]], person: User) -> list[Line]:
    """Every row examined against the register as it stands; nothing is written. Four queries."""
    units = units_by_word()
    names: dict[tuple[str, Place | None], int] = {}
    known = {(survey.name, survey.unit_id): survey for survey in Survey.objects.select_related("unit")}
    lines = []
    for number, cells in rows:
        line = examined_line(number, cells, units, known, person)
        if not line.faults and (twin := names.setdefault((line.name, line.unit), number)) != number:
            line = faulty(line, f"与第 {twin} 行是同一乡镇的同一产品。")
        lines.append(line)
    return lines


def units_by_word() -> dict[str, tuple[Place, str]]:
    """The district's units by name and by code, as they are called today."""
    versions = PlaceVersion.objects.on(clock.today()).filter(place__code__startswith=settings.REGISTER_DISTRICT)
    rows = list(versions.select_related("place").defer("boundary", "outline", "location"))
    return {word: (row.place, row.name) for row in rows for word in (row.name, row.place.code)}


def examined_line(
    number: int,
    cells: Cells,
    units: Mapping[str, tuple[Place, str]],
    known: Mapping[tuple[str, int | None], Survey],
    person: User,
) -> Line:
    """One row: each cell as its column takes it, then the whole as the register would."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for column in COLUMNS:
        text = cells.get(column.name, "")
        if column.name != "unit" and text:
            try:
                values[column.name] = value_of(column, text)
            except BadInput as refusal:
                faults.append(refusal.sentence)
    faults += [
        f"没有填“{column.title}”。" for column in COLUMNS if column.name in REQUIRED and not cells.get(column.name)
    ]
    word = cells.get("unit", "")
    unit, unit_name = units.get(word, (None, ""))
    if word and unit is None:
        faults.append(f"“{word[:30]}”不是本区的乡镇街道。")
    name = values.pop("name", "")
    before = known.get((name, unit.pk if unit is not None else None))
    faults += faults_of_whole(person, name, unit, values, before) if not faults else []
    changed = [change_of(c, before, values[c.name]) for c in COLUMNS if before and differs(c, before, values)]
    return Line(
        number,
        name or cells.get("name", ""),
        unit,
        unit_name,
        values,
        tuple(changed),
        before is not None,
        tuple(faults),
    )


ARROW = " → "


def differs(column: Column, before: Survey, values: Mapping[str, Any]) -> bool:
    """Whether the row has another value for the column than the survey."""
    return column.name in values and getattr(before, column.name) != values[column.name]


def change_of(column: Column, before: Survey, value: Any) -> str:
    """The column's title where nothing stood, else what stands and what would take its place."""
    stood = getattr(before, column.name)
    if stood in {None, ""}:
        return column.title
    return f"{column.title}：{in_short(column, stood)}{ARROW}{in_short(column, value)}"


def in_short(column: Column, value: Any) -> str:
    """A value as people read it, long texts cut."""
    text = str(dict(column.field.flatchoices).get(value, value))
    return f"{text[:SHORT]}…" if len(text) > SHORT else text


SHORT = 30


def faults_of_whole(
    person: User, name: str, unit: Place | None, values: Mapping[str, Any], before: Survey | None
) -> list[str]:
    """What the person may not write, and days that have not come."""
    try:
        require_survey(person, unit)
    except Refusal as refusal:
        return [refusal.sentence]
    surveyed_on = values.get("surveyed_on")
    if surveyed_on is not None and surveyed_on > clock.today():
        return [f"普查日 {surveyed_on} 还没有到。"]
    return []


def value_of(column: Column, text: str) -> Any:
    """A cell as its column keeps it. Raises BadInput with the column's name."""
    field = column.field
    if len(text) > LONGEST_CELL:
        raise BadInput(f"“{column.title}”超过 {LONGEST_CELL:,} 字。")
    if field.choices:
        by_label = {str(label): value for value, label in field.choices}
        if text not in by_label:
            raise BadInput(f"“{column.title}”没有“{text[:20]}”这一种：可写{'、'.join(by_label)}。")
        return by_label[text]
    match field:
        case models.DateField():
            return day(text)
        case models.FloatField() | models.PositiveIntegerField():
            return number_of(column, text)
    try:
        field.run_validators(text)
    except ValidationError as error:
        raise BadInput(f"“{column.title}”：{'；'.join(error.messages)}") from error
    return text


def number_of(column: Column, text: str) -> float | int:
    """A number without unit or sign."""
    plain = text.replace(",", "").replace("，", "")
    whole = isinstance(column.field, models.PositiveIntegerField)
    if NUMBER.fullmatch(plain.removeprefix("-")) and plain.startswith("-"):
        raise BadInput(f"“{column.title}”不能小于 0，所填的是“{text[:20]}”。")
    if not NUMBER.fullmatch(plain) or (whole and "." in plain):
        raise BadInput(f"“{column.title}”应是{'整数' if whole else '数字'}，所填的是“{text[:20]}”。")
    return int(plain) if whole else float(plain)


def faulty(line: Line, sentence: str) -> Line:
    """The row with one more thing wrong."""
    return Line(
        line.number,
        line.name,
        line.unit,
        line.unit_name,
        line.values,
        line.changes,
        line.known,
        (*line.faults, sentence),
    )


# --- Storing ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def store(lines: Sequence[Line], *, by: User) -> int:
    """Write every row, or none: how many were new or changed. Raises BadInput where a row is wrong, and as
    `record_survey`."""
    wrong = [line.number for line in lines if line.faults]
    if wrong:
        raise BadInput(f"第 {'、'.join(map(str, wrong[:10]))} 行还有误，一行也没有导入。")
    writing = [line for line in lines if line.changes or not line.known]
    for line in writing:
        record_survey(by=by, name=line.name, unit=line.unit, values=line.values)
    return len(writing)
