"""Test reports from a workbook: one row for each result, told row by row what it would do, then stored.

A report is stored whole or not at all: one wrong row holds all rows of its report back. Cells about the report may be
left empty below its first row, as merged cells are.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from itertools import islice
from typing import Any

from django.db import transaction

from gi_registry.assurance.actions import refuse_report, save_report
from gi_registry.assurance.facts import PRODUCERS
from gi_registry.assurance.judging import Edition, Line, Result, edition_of, lines_of
from gi_registry.assurance.judging import Verdict as Judged
from gi_registry.assurance.models import Laboratory, Standard, TestReport
from gi_registry.assurance.permissions import require_hand_in
from gi_registry.assurance.rules import NOT_QUALIFIED
from gi_registry.assurance.values import read_value
from gi_registry.core.errors import BadInput
from gi_registry.core.revision import take_turn
from gi_registry.core.text import plain
from gi_registry.core.validators import day as checked_day
from gi_registry.gazette.actions import NewSource, settled
from gi_registry.gazette.models import Source
from gi_registry.gazette.tables import lines_of as table_of
from gi_registry.parties.models import FormerParticulars, Party, User
from gi_registry.parties.permissions import Act
from gi_registry.products.models import Name, Product, Role
from gi_registry.products.permissions import within_reach

SEARCHED_FOR_HEADINGS = 10  # lines: a title may stand above the table
MOST_REPORTS = 500  # so many are stored within one request
BRACKETED = re.compile(r"[（(][^）)]*[）)]")
SERIAL = re.compile(r"[34]\d{4}")  # a day whose cell was formatted as a number: from 1982 to 2036
BEFORE_FIRST = date(1899, 12, 30)  # day 0 of spreadsheets
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")

WIDE, NARROW = str.maketrans("()", "（）"), str.maketrans("（）", "()")

# What each column is usually called; the first name is ours.
HEADINGS: dict[str, tuple[str, ...]] = {
    "number": ("报告编号", "报告号", "检验报告编号", "编号"),
    "laboratory": ("检验机构", "检测机构", "检验检测机构", "机构名称"),
    "product": ("产品名称", "产品", "样品名称", "地理标志产品"),
    "producer": ("生产者", "生产单位", "生产企业", "受检单位", "企业名称"),
    "batch": ("批号", "批次", "生产批号", "样品批号"),
    "goods": ("等级", "质量等级"),
    "standard_number": ("判定依据", "执行标准", "检验依据", "标准号"),
    "sampled_on": ("抽样日期", "抽样日", "采样日期"),
    "issued_on": ("签发日期", "签发日", "报告日期", "出具日期"),
    "valid_until": ("有效期至", "有效期", "有效期限"),
    "parameter": ("检验项目", "检测项目", "项目", "指标"),
    "text": ("检验结果", "检测结果", "结果", "实测值", "检验值"),
    "unit": ("单位", "计量单位"),
    "method": ("检验方法", "检测方法", "方法", "方法标准"),
}
COLUMN_OF = {plain(heading): column for column, headings in HEADINGS.items() for heading in headings}
LABELS = {column: headings[0] for column, headings in HEADINGS.items()}
OF_A_LINE = frozenset({"parameter", "text", "unit", "method"})
OF_A_REPORT = tuple(column for column in HEADINGS if column not in OF_A_LINE)
NEEDED = ("number", "laboratory", "sampled_on", "issued_on")

Cells = dict[str, str]


class Verdict(Enum):
    """What would become of a row."""

    GOOD = "可以登记"
    DOUBTFUL = "可以登记，请核对"
    THERE = "已经登记"
    WRONG = "有误，不登记"


@dataclass(slots=True)
class Row:
    """One row: what stands in it, what had to be understood, what is odd about it, what is wrong with it.

    `lines` is how its result stands to the limits of the sampling day, as it would be judged.
    """

    number: int
    cells: Cells
    there: str = ""
    understood: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """What would become of the row, in one word."""
        if self.faults:
            return Verdict.WRONG
        if self.there:
            return Verdict.THERE
        odd = self.warnings or any(line.verdict is Judged.NOT_COMPARABLE for line in self.lines)
        return Verdict.DOUBTFUL if odd else Verdict.GOOD

    @property
    def sentences(self) -> list[str]:
        """All that is to be said of the row, the gravest first."""
        return [*self.faults, *([self.there] if self.there else []), *self.warnings, *self.understood]


@dataclass(slots=True)
class Draft:
    """A report as its rows tell it."""

    rows: list[Row]
    columns: dict[str, Any] = field(default_factory=dict)
    product: Product | None = None

    @property
    def good(self) -> bool:
        """Whether all its rows would be stored."""
        return all(row.verdict in {Verdict.GOOD, Verdict.DOUBTFUL} for row in self.rows)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A workbook examined against the register as it stands; nothing is stored."""

    rows: tuple[Row, ...]
    reports: tuple[Draft, ...]
    unknown: tuple[str, ...]
    product: Product | None = None

    @property
    def good(self) -> list[Draft]:
        """The reports that would be stored."""
        return [report for report in self.reports if report.good]


def read_sheet(name: str, content: bytes, *, by: User, product: Product | None = None) -> Sheet:
    """The workbook (or CSV) with a diagnosis of each row; `product` is meant where a row names none.

    Raises BadInput where the file cannot be read as a table of reports; nothing is stored.
    """
    lines = table_of(name, content)
    at, columns = headings_of(lines)
    unknown = tuple(text for text, column in zip(lines[at], columns, strict=True) if text and column is None)
    told = [(number, cells_of(columns, line)) for number, line in enumerate(lines[at + 1 :], at + 2)]
    told = [(number, cells) for number, cells in told if cells]
    if not told:
        raise BadInput("表里除了表头没有内容。")
    return diagnosed(told, unknown, product, by=by)


def headings_of(lines: Sequence[Sequence[str]]) -> tuple[int, list[str | None]]:
    """Which line holds the headings, and the column that each of its cells stands for. Raises BadInput."""
    for at, line in enumerate(islice(lines, SEARCHED_FOR_HEADINGS)):
        columns = [COLUMN_OF.get(plain(BRACKETED.sub("", text))) for text in line]
        if {"number", "parameter", "text"} <= set(columns):
            twice = [LABELS[column] for column in LABELS if columns.count(column) > 1]
            if twice:
                raise BadInput(f"有两列都像“{'”“'.join(twice)}”，不知道该取哪一列：请只留一列。")
            return at, columns
    raise BadInput("没有找到表头：表头须有“报告编号”“检验项目”和“检验结果”三栏。")


def cells_of(columns: Sequence[str | None], line: Sequence[str]) -> Cells:
    """The cells of a line by column; empty ones are left out."""
    return {column: text for column, text in zip(columns, line, strict=False) if column and text}


# --- What each row would do ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What the register has of what the table names, and for which products (by their rows) the person hands in. Ten
    queries, however long the table."""

    laboratories: Mapping[str, Laboratory]
    parties: Mapping[str, Party]
    products: Mapping[str, Product]
    there: Mapping[tuple[int, str], TestReport]
    editions: Mapping[int | None, list[Edition]]
    within: frozenset[int]
    makers: frozenset[tuple[int, int]]  # product and party, by their rows


def diagnosed(
    told: Iterable[tuple[int, Cells]], unknown: tuple[str, ...] = (), product: Product | None = None, *, by: User
) -> Sheet:
    """Each row examined against the register and against the others of its report; nothing is stored."""
    rows = [Row(number, dict(cells)) for number, cells in told]
    fill_down(rows)
    drafts: dict[tuple[str, str], Draft] = {}
    for row in rows:
        key = (plain(row.cells.get("laboratory", "")), plain(row.cells.get("number", "")))
        drafts.setdefault(key, Draft([])).rows.append(row)
    if len(drafts) > MOST_REPORTS:
        raise BadInput(f"一次最多 {MOST_REPORTS} 份报告：请分成几个文件。")
    known = known_to(rows, product, by)
    for draft in drafts.values():
        draft.product = product
        examine(draft, known)
    return Sheet(tuple(rows), tuple(drafts.values()), unknown, product)


def fill_down(rows: Sequence[Row]) -> None:
    """A row without a number goes on with the report above it."""
    above: Cells = {}
    for row in rows:
        if "number" not in row.cells and above:
            row.cells = {name: above[name] for name in OF_A_REPORT if name in above} | row.cells
        elif "number" not in row.cells:
            row.faults.append("没有写报告编号。")
        above = row.cells


def known_to(rows: Sequence[Row], product: Product | None, by: User) -> Known:
    """What the register has of the names in the rows."""
    numbers = {row.cells.get("number", "") for row in rows}
    reports = TestReport.objects.filter(number__in=numbers).select_related("product")
    products = {plain(name.text): name.product for name in Name.objects.select_related("product")}
    meant = {products.get(plain(row.cells.get("product", ""))) for row in rows} | {product}
    editions: dict[int | None, list[Edition]] = {}
    keys = [one.pk for one in meant if one]
    for standard in Standard.objects.serving(*keys).prefetch_related("limits"):
        editions.setdefault(standard.product_id, []).append(edition_of(standard, standard.limits.all()))
    parties = parties_named({row.cells.get(name, "") for row in rows for name in ("laboratory", "producer")})
    laboratories = {
        one.party_id: one for one in Laboratory.objects.select_related("party").prefetch_related("qualifications")
    }
    return Known(
        {name: laboratories[party.pk] for name, party in parties.items() if party.pk in laboratories},
        parties,
        products,
        {(report.laboratory_id, report.number): report for report in reports},
        editions,
        frozenset(within_reach(by, Act.STANDARDS).filter(pk__in=keys).values_list("pk", flat=True)),
        frozenset(Role.objects.filter(product__in=keys, part__in=PRODUCERS).values_list("product", "party")),
    )


def parties_named(names: set[str]) -> dict[str, Party]:
    """Parties under names they have or had, whichever brackets are typed."""
    written = {one for name in names for one in (name, name.translate(WIDE), name.translate(NARROW))}
    former = FormerParticulars.objects.filter(name__in=written).select_related("party")
    current = Party.objects.filter(name__in=written)
    return {plain(one.name): one.party for one in former} | {plain(party.name): party for party in current}


def examine(draft: Draft, known: Known) -> None:
    """All that is to be said of one report, each sentence at the row it is about."""
    head = draft.rows[0]
    for name in OF_A_REPORT:
        differ = [row for row in draft.rows if row.cells.get(name, "") not in {"", head.cells.get(name, "")}]
        for row in differ:
            row.faults.append(f"“{LABELS[name]}”与同一报告第 {head.number} 行不同。")
    head.faults += [f"没有写{LABELS[name]}。" for name in NEEDED[1:] if not head.cells.get(name)]
    read_head(draft, head, known)
    read_days(draft, head)
    for row in draft.rows:
        read_line(row)
    find_twins(draft)
    find_there(draft, known)
    judge(draft, known)
    hold_back(draft)


def read_head(draft: Draft, head: Row, known: Known) -> None:
    """Laboratory, product and producer, as the register knows them."""
    cells, columns = head.cells, draft.columns
    columns |= {name: cells.get(name, "") for name in ("number", "batch", "goods", "standard_number")}
    if said := cells.get("laboratory"):
        columns["laboratory"] = known.laboratories.get(plain(said))
        if columns["laboratory"] is None:
            head.faults.append(f"登记簿没有检验机构“{said[:40]}”：请先登记。")
    if said := cells.get("product"):
        draft.product = known.products.get(plain(said))
        if draft.product is None:
            head.faults.append(f"登记簿没有产品“{said[:40]}”。")
    elif draft.product is None:
        head.faults.append("没有写产品名称，也没有选定产品。")
    if draft.product is not None and draft.product.pk not in known.within:
        head.faults.append(f"{draft.product}不在您负责的范围内：不能登记它的报告。")
    columns["producer"] = None
    if said := cells.get("producer"):
        columns["producer"] = known.parties.get(plain(said))
        if columns["producer"] is None:
            head.faults.append(f"登记簿没有生产者“{said[:40]}”：请先登记。")
        elif draft.product is not None and (draft.product.pk, columns["producer"].pk) not in known.makers:
            head.warnings.append(f"登记簿没有把{columns['producer']}列为{draft.product}的生产者：请核对。")
    else:
        head.warnings.append("没有写生产者：这份报告只算产品的，不算任何一家生产者的。")


def read_days(draft: Draft, head: Row) -> None:
    """Days in order; what is said to hold to a day holds on that day too."""
    for name in ("sampled_on", "issued_on", "valid_until"):
        try:
            draft.columns[name] = read_day(head.cells.get(name, ""))
        except BadInput as refusal:
            head.faults.append(f"{LABELS[name]}：{refusal.sentence}")
            draft.columns[name] = None
        else:
            if SERIAL.fullmatch(head.cells.get(name, "").strip()):
                said = f"“{head.cells[name]}”是表格的日期序号，读作 {draft.columns[name]}。"
                head.warnings.append(f"{LABELS[name]}：{said}")
    if draft.columns["valid_until"] is not None:
        draft.columns["valid_until"] += timedelta(days=1)
        head.understood.append(f"有效期至按含当日读，{draft.columns['valid_until']} 届满。")
    if draft.columns["sampled_on"] and draft.columns["issued_on"] and draft.product is not None:
        try:
            refuse_report(None, draft.product, draft.columns)
        except BadInput as refusal:
            head.faults.append(refusal.sentence)
    laboratory, issued_on = draft.columns.get("laboratory"), draft.columns["issued_on"]
    if laboratory is not None and issued_on is not None and not laboratory.qualified_on(issued_on):
        head.warnings.append(f"{NOT_QUALIFIED}。")


def read_day(text: str) -> date | None:
    """A day as people write it in tables. Raises BadInput."""
    written = unicodedata.normalize("NFKC", text).strip()
    if not written:
        return None
    if SERIAL.fullmatch(written):
        return BEFORE_FIRST + timedelta(days=int(written))
    match = DAY.fullmatch(written)
    return checked_day("-".join((match[1], match[2].zfill(2), match[3].zfill(2))) if match else written)


def read_line(row: Row) -> None:
    """The result can be read."""
    if not row.cells.get("parameter"):
        row.faults.append("没有写检验项目。")
    try:
        reading = read_value(row.cells.get("text", ""), row.cells.get("unit", ""))
    except BadInput as refusal:
        row.faults.append(refusal.sentence)
        return
    row.warnings += reading.understood


def find_twins(draft: Draft) -> None:
    """Each parameter stands once in a report."""
    seen: dict[str, Row] = {}
    for row in draft.rows:
        name = row.cells.get("parameter", "")
        first = seen.setdefault(plain(name), row)
        if name and first is not row:
            row.faults.append(f"“{name}”与第 {first.number} 行重复。")


def find_there(draft: Draft, known: Known) -> None:
    """A report that is registered already is passed over."""
    laboratory = draft.columns.get("laboratory")
    report = known.there.get((laboratory.pk, draft.columns["number"])) if laboratory is not None else None
    if report is not None:
        for row in draft.rows:
            row.there = f"报告 {report.number} 已登记在“{report.product}”下，不再重复。"


def judge(draft: Draft, known: Known) -> None:
    """How each result stands to the limits of the sampling day."""
    if draft.product is None or draft.columns.get("sampled_on") is None:
        return
    editions = known.editions.get(draft.product.pk, []) + known.editions.get(None, [])
    for row in draft.rows:
        if not row.faults:
            row.lines = lines_of(
                [Result(*(row.cells.get(name, "") for name in ("parameter", "unit", "method", "text")))],
                editions,
                sampled_on=draft.columns["sampled_on"],
                standard_number=draft.columns["standard_number"],
                goods=draft.columns["goods"],
            )


def hold_back(draft: Draft) -> None:
    """One wrong row holds its whole report back."""
    wrong = next((row for row in draft.rows if row.faults), None)
    for row in draft.rows:
        if wrong is not None and not row.faults:
            row.faults.append(f"同一报告第 {wrong.number} 行有误，整份报告不登记。")


# --- Storing ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def admit(sheet: Sheet, *, by: User, source: Source | NewSource, grade: str, note: str = "") -> list[TestReport]:
    """Store the good reports, examined once more as the register stands now, all in one transaction.

    Raises NotAllowed, and BadInput where one that was shown as good is so no longer; then nothing is left behind.
    """
    for product in {draft.product for draft in sheet.good if draft.product is not None}:
        require_hand_in(by, product)
    take_turn()
    now = diagnosed([(row.number, row.cells) for row in sheet.rows], sheet.unknown, sheet.product, by=by)
    promised = [draft.rows[0].number for draft in sheet.good]
    if not promised:
        raise BadInput("没有一份报告可以登记。")
    good = {draft.rows[0].number: draft for draft in now.good}
    if spoiled := [number for number in promised if number not in good]:
        raise BadInput(f"登记簿刚有变动，第 {spoiled[0]} 行的报告不能再照原样登记：请重新检查这份表。")
    basis = {"source": settled(source, by=str(by)), "grade": grade, "note": note}
    return [stored(good[number], basis, by) for number in promised]


def stored(draft: Draft, basis: Mapping[str, Any], by: User) -> TestReport:
    """One report with its values."""
    if draft.product is None:
        raise BadInput(f"第 {draft.rows[0].number} 行没有产品。")
    lines = [{name: row.cells.get(name, "") for name in OF_A_LINE} for row in draft.rows]
    return save_report(None, draft.product, by=by, lines=lines, **draft.columns, **basis)


# How each column is filled, as the template says it; those that every report or result needs come first in its notes.
SAMPLES = {
    "number": "必填。报告上的编号；同一报告的各行写同一个，或者只写在第一行",
    "laboratory": "必填。登记簿里的机构名称",
    "product": "登记簿里的产品名称；整张表是同一产品的可以不写，导入时选",
    "producer": "登记簿里的主体名称；整个产品共用的留空",
    "batch": "报告上的批号",
    "goods": "报告上的等级，例如特级",
    "standard_number": "例如 GB/T 17924-2008；报告没有写的留空",
    "sampled_on": "必填。例如 2026-02-20",
    "issued_on": "必填。例如 2026-03-01",
    "valid_until": "报告自己写明的才填，含当日，例如 2027-02-28",
    "parameter": "必填。一行一项，例如总酸",
    "text": "必填。照报告原样：5.6、<0.01、未检出、符合",
    "unit": "例如 g/100mL；没有单位的留空",
    "method": "例如 GB 12456-2021 第一法",
}


def template() -> bytes:
    """An empty workbook with our headings, and a sheet that says how each column is filled."""
    from openpyxl import Workbook  # noqa: PLC0415 -- 35 MB of every web worker: only where a workbook is written
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "检验检测报告"
    sheet.append(list(LABELS.values()))
    sheet.freeze_panes = "A2"
    notes = book.create_sheet("填写说明")
    for row in (("栏目", "怎样填"), *((LABELS[column], sample) for column, sample in SAMPLES.items())):
        notes.append(row)
    for page, widths in ((sheet, [18] * len(LABELS)), (notes, [14, 60])):
        for at, width in enumerate(widths, 1):
            page.column_dimensions[get_column_letter(at)].width = width
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
