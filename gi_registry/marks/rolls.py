"""The list of users that an announcement carries, as a table: read, told row by row what it would do, then stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction

from gi_registry.core.errors import BadInput
from gi_registry.core.history import Why, put
from gi_registry.core.revision import take_turn
from gi_registry.core.text import plain
from gi_registry.gazette.actions import added
from gi_registry.gazette.models import Announcement
from gi_registry.gazette.tables import LOST, lines_of
from gi_registry.marks.actions import record_announced, refuse_unfit, refuse_unprotected
from gi_registry.marks.models import OVER, Authorisation
from gi_registry.marks.numbers import trademark_number
from gi_registry.marks.path import on_record
from gi_registry.marks.permissions import require_to_record
from gi_registry.marks.states import Basis
from gi_registry.parties.models import FormerParticulars, Kind, Party, User
from gi_registry.parties.validators import read_uscc
from gi_registry.products.models import Name, Product

SEARCHED_FOR_HEADINGS = 10  # lines: announcements put a title, and who sent it, above the table
MOST_USERS = 1_000  # rows: so many are stored within one request
BRACKETED = re.compile(r"[（(][^）)]*[）)]")
BY_TRADEMARK = frozenset({Basis.MEMBER, Basis.LICENSEE})

# What each column is usually called.
HEADINGS: dict[str, tuple[str, ...]] = {
    "name": (
        *("企业名称", "生产者名称", "使用人名称", "单位名称", "主体名称", "市场主体名称", "申请人名称", "名称"),
        *("企业", "生产者", "使用人", "申请人", "生产企业", "核准企业", "核准企业名称", "被许可人", "被许可人名称"),
        *("集体成员", "集体成员名称", "成员名称"),
    ),
    "uscc": ("统一社会信用代码", "统一信用代码", "社会信用代码", "信用代码", "统一社会信用代码证号"),
    "product": ("产品名称", "地理标志产品名称", "地理标志名称", "地理标志产品", "地理标志", "产品"),
    "address": ("住所", "地址", "企业地址", "注册地址", "住所地址", "企业住所"),
    "trademark_number": ("商标注册号", "注册号", "商标号", "商标注册证号"),
    "standard_number": ("标准编号", "标准", "标准号", "执行标准", "标准代号", "产品标准", "执行标准编号"),
}
COLUMN_OF = {plain(heading): column for column, headings in HEADINGS.items() for heading in headings}
LABELS = {column: headings[0] for column, headings in HEADINGS.items()}

# What sort of body a name says; anything else is for people to say.
KINDS = {"合作社": Kind.COOPERATIVE, "公司": Kind.ENTERPRISE, "厂": Kind.ENTERPRISE, "协会": Kind.ASSOCIATION}

Cells = Mapping[str, str]


class Table(NamedTuple):
    """What was read: rows by their number in the sheet, texts by column; headings that no column answers to."""

    rows: tuple[tuple[int, Cells], ...]
    unknown: tuple[str, ...]


class Verdict(Enum):
    """What would become of a row."""

    GOOD = "可以登记"
    DOUBTFUL = "可以登记，请核对"
    THERE = "已经登记"
    WRONG = "有误，不登记"


@dataclass(slots=True)
class Row:
    """One row: what it would write, what had to be understood, what is odd about it, what is wrong with it."""

    number: int
    cells: Cells
    uscc: str = ""
    product: Product | None = None
    party: Party | None = None
    trademark_number: str = ""
    there: str = ""
    understood: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The producer as the row calls it."""
        return self.cells.get("name", "")

    @property
    def verdict(self) -> Verdict:
        """What would become of the row, in one word."""
        if self.faults:
            return Verdict.WRONG
        if self.there:
            return Verdict.THERE
        return Verdict.DOUBTFUL if self.warnings else Verdict.GOOD

    @property
    def sentences(self) -> list[str]:
        """All that is to be said of the row, the gravest first."""
        return [*self.faults, *([self.there] if self.there else []), *self.warnings, *self.understood]


@dataclass(frozen=True, slots=True)
class Roll:
    """A table examined against the register as it stands; nothing is stored."""

    rows: tuple[Row, ...]
    unknown: tuple[str, ...]
    announcement: Announcement
    basis: Basis
    product: Product | None = None

    @property
    def good(self) -> list[Row]:
        """The rows that would be stored."""
        return [row for row in self.rows if row.verdict in {Verdict.GOOD, Verdict.DOUBTFUL}]

    @property
    def table(self) -> Table:
        """The rows as they were read, to be examined once more."""
        return Table(tuple((row.number, row.cells) for row in self.rows), self.unknown)


def read_roll(
    content: bytes, filename: str, *, announcement: Announcement, basis: Basis, product: Product | None = None
) -> Roll:
    """The table of an announcement with a diagnosis of each row; `product` is meant where a row names none.

    Raises BadInput where the file cannot be read as a table of users; nothing is stored.
    """
    return diagnosed(table_of(filename, content), announcement=announcement, basis=basis, product=product)


# --- Reading ---------------------------------------------------------------------------------------------------------


def table_of(filename: str, content: bytes) -> Table:
    """The rows under the headings, which may stand below a title. Raises BadInput."""
    lines = lines_of(filename, content)
    at, columns = headings_of(lines)
    rows = [(number, cells_of(columns, line)) for number, line in enumerate(lines[at + 1 :], at + 2)]
    told = tuple((number, cells) for number, cells in rows if cells)
    if not told:
        raise BadInput("表里除了表头没有内容。")
    if len(told) > MOST_USERS:
        raise BadInput(f"一份名单最多 {MOST_USERS:,} 行：请分成几个文件。")
    unknown = [text for text, column in zip(lines[at], columns, strict=True) if text and column is None]
    return Table(told, tuple(unknown))


def headings_of(lines: Sequence[Sequence[str]]) -> tuple[int, list[str | None]]:
    """Which line holds the headings, and the column that each of its cells stands for. Raises BadInput."""
    for at, line in enumerate(islice(lines, SEARCHED_FOR_HEADINGS)):
        columns = [COLUMN_OF.get(plain(BRACKETED.sub("", text))) for text in line]
        if "name" in columns and "uscc" in columns:
            twice = [LABELS[column] for column in LABELS if columns.count(column) > 1]
            if twice:
                raise BadInput(f"有两列都像“{'”“'.join(twice)}”，不知道该取哪一列：请只留一列。")
            return at, columns
    raise BadInput("没有找到表头：表头须有“企业名称”和“统一社会信用代码”两栏。")


def cells_of(columns: Sequence[str | None], line: Sequence[str]) -> dict[str, str]:
    """The cells of a line by column; empty ones are left out."""
    return {column: text for column, text in zip(columns, line, strict=False) if column and text}


# --- What each row would do ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What the register has already of what a table names. Five queries, however long the table."""

    by_uscc: Mapping[str, Party]
    by_name: Mapping[str, Party]
    former: frozenset[tuple[int, str]]
    products: Mapping[str, Product]
    alike: Mapping[tuple[int, int], list[Authorisation]]


def diagnosed(table: Table, *, announcement: Announcement, basis: Basis, product: Product | None = None) -> Roll:
    """Each row examined against the register and against the other rows; nothing is stored."""
    rows = [Row(number, cells, product=product) for number, cells in table.rows]
    for row in rows:
        read_code(row)
        read_trademark(row, basis)
    known = known_to(rows, basis)
    protected: dict[Product, str] = {}
    before = ""
    for row in rows:
        before = find_product(row, known, before)
        find_party(row, known)
        if row.product is not None:
            if row.product not in protected:
                protected[row.product] = sentence_of(refuse_unprotected, row.product, basis, announcement.issued_on)
            row.faults += [protected[row.product]] if protected[row.product] else []
        find_alike(row, known, announcement)
    find_twins(rows)
    return Roll(tuple(rows), table.unknown, announcement, basis, product)


def known_to(rows: Iterable[Row], basis: Basis) -> Known:
    """What the register has of the codes and names of the rows."""
    codes, names = {row.uscc for row in rows if row.uscc}, {row.name for row in rows}
    by_uscc = {party.uscc: party for party in Party.objects.filter(uscc__in=codes)}
    by_name = {party.name: party for party in Party.objects.filter(name__in=names)}
    parties = [*by_uscc.values(), *by_name.values()]
    former = FormerParticulars.objects.filter(party__in=parties).values_list("party", "name")
    alike: dict[tuple[int, int], list[Authorisation]] = {}
    for one in Authorisation.objects.filter(producer__in=parties, basis=basis).select_related("announcement"):
        alike.setdefault((one.producer_id, one.product_id), []).append(one)
    return Known(
        by_uscc,
        by_name,
        frozenset((party, plain(name)) for party, name in former),
        {plain(name.text): name.product for name in Name.objects.select_related("product")},
        alike,
    )


def read_code(row: Row) -> None:
    """The row's code as it counts."""
    typed = row.cells.get("uscc", "")
    if typed.endswith(LOST):
        row.faults.append("统一社会信用代码在表里是数字，后几位已经丢失：请把这一列设为文本，再照原件填。")
        return
    try:
        row.uscc, understood, warning = read_uscc(typed)
    except BadInput as refusal:
        row.faults.append(refusal.sentence)
        return
    row.understood += [f"代码：{sentence}。" for sentence in understood]
    row.warnings += [warning] if warning else []


def read_trademark(row: Row, basis: Basis) -> None:
    """The number of the mark's registration, which goes on the label (公告第三五四号)."""
    typed = row.cells.get("trademark_number", "")
    row.trademark_number = trademark_number(typed)
    if typed and not row.trademark_number:
        row.faults.append(f"商标注册号“{typed[:30]}”读不出来。")
    elif basis in BY_TRADEMARK and not typed:
        row.warnings.append("没有商标注册号：标签上须标注它，请补上。")


def find_product(row: Row, known: Known, before: str) -> str:
    """The product of the row, by any of its names; a blank one goes on from the row above. Gives its name."""
    written = row.cells.get("product", "") or ("" if row.product else before)
    if not written:
        if row.product is None:
            row.faults.append("没有写产品名称，也没有选定产品。")
        return before
    row.product = known.products.get(plain(written))
    if row.product is None:
        row.faults.append(f"登记簿没有产品“{written[:30]}”。")
    elif not row.cells.get("product"):
        row.warnings.append(f"产品名称空白，按上一行的“{written}”读。")
    return written


def find_party(row: Row, known: Known) -> None:
    """The producer of the row, known by its code; a code that stands under another name is not taken for it."""
    if not row.name:
        row.faults.append("没有写企业名称。")
        return
    party, namesake = known.by_uscc.get(row.uscc), known.by_name.get(row.name)
    if party is not None and plain(party.name) == plain(row.name):
        row.party = party
    elif party is not None and (party.pk, plain(row.name)) in known.former:
        row.party = party
        row.warnings.append(f"“{row.name}”是“{party.name}”的曾用名，按代码认定为同一家。")
    elif party is not None:
        row.faults.append(f"登记簿里这一代码属于“{party.name}”，与表中的名称不同：请核对。")
    elif namesake is not None and namesake.uscc and row.uscc:
        row.faults.append(f"登记簿里“{namesake.name}”的代码是 {namesake.uscc}，与表中的不同：请核对。")
    elif namesake is not None and row.uscc:
        row.party = namesake
        row.warnings.append(f"登记簿里的“{namesake.name}”还没有代码，将补上 {row.uscc}。")
    if row.party is not None and row.party.kind == Kind.PERSON:
        row.faults.append(sentence_of(refuse_unfit, row.party))


def find_alike(row: Row, known: Known, announcement: Announcement) -> None:
    """What the producer has already for the product on the basis: the very same is passed over, another in the way."""
    if row.party is None or row.product is None:
        return
    alike = known.alike.get((row.party.pk, row.product.pk), [])
    row.there = on_record(alike, announcement.issued_on, announcement)
    unfinished = next((one for one in alike if one.state not in OVER), None)
    if row.there or unfinished is None:
        return
    state = unfinished.get_state_display()
    if unfinished.course:
        row.there = f"已按{unfinished.announcement}登记，现为“{state}”，不再重复。"
    else:
        row.faults.append(f"登记簿里有它尚未办结的申请，现为“{state}”：请到那份案卷里记录公告。")


def find_twins(rows: Iterable[Row]) -> None:
    """One code, one name; one producer and product, one row."""
    named: dict[str, Row] = {}
    seen: dict[tuple[str, int | None], Row] = {}
    for row in rows:
        if not row.uscc:
            continue
        first = named.setdefault(row.uscc, row)
        twin = seen.setdefault((row.uscc, row.product.pk if row.product else None), row)
        if plain(first.name) != plain(row.name):
            row.faults.append(f"与第 {first.number} 行代码相同而名称不同。")
        elif twin is not row:
            row.faults.append(f"与第 {twin.number} 行重复。")
    holders: dict[str, Row] = {}
    for row in rows:
        holder = holders.setdefault(row.name, row)
        if row.name and row.uscc and holder.uscc and holder.uscc != row.uscc:
            row.faults.append(f"与第 {holder.number} 行名称相同而代码不同。")


def sentence_of(refuse: Any, *asked: Any) -> str:
    """What a check has to say, "" where it has nothing."""
    try:
        refuse(*asked)
    except BadInput as refusal:
        return refusal.sentence
    return ""


# --- Storing ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def admit(roll: Roll, *, by: User, note: str = "") -> list[Authorisation]:
    """Store the good rows, examined once more as the register stands now, all in one transaction.

    Raises NotAllowed, and BadInput where a row that was shown as good is so no longer; then nothing is left behind.
    """
    require_to_record(by)
    take_turn()
    now = diagnosed(roll.table, announcement=roll.announcement, basis=roll.basis, product=roll.product)
    promised, good = {row.number for row in roll.good}, {row.number: row for row in now.good}
    if spoiled := sorted(promised - set(good)):
        raise BadInput(f"登记簿刚有变动，第 {spoiled[0]} 行不能再照原样登记：请重新检查这份表。")
    if not promised:
        raise BadInput("没有一行可以登记。")
    return [stored(good[number], roll, by, note) for number in sorted(promised)]


def stored(row: Row, roll: Roll, by: User, note: str) -> Authorisation:
    """The row's producer and its authorisation."""
    product = row.product
    if product is None:
        raise BadInput(f"第 {row.number} 行没有产品。")
    return record_announced(
        producer_of(row, roll.announcement, by),
        product,
        roll.basis,
        by=by,
        announcement=roll.announcement,
        trademark_number=row.trademark_number,
        standard_number=row.cells.get("standard_number", ""),
        note=note,
    )


def producer_of(row: Row, announcement: Announcement, by: User) -> Party:
    """The producer as the register has it, with what it lacked; one that is new rests on the announcement."""
    why = Why(announcement.issued_on, announcement.source.key)
    address = row.cells.get("address", "")
    made = Party.objects.filter(uscc=row.uscc).first() or row.party
    if made is not None:
        lacking = {"uscc": row.uscc, "address": made.address or address}
        return put(Party, {"pk": made.pk}, lacking, by=str(by), why=why)[0]
    values = {
        "name": row.name,
        "uscc": row.uscc,
        "address": address,
        "kind": kind_of(row.name),
        "source": announcement.source,
        "grade": announcement.grade,
    }
    return added(Party, values, by=str(by), why=why)


def kind_of(name: str) -> Kind:
    """What sort of body the name says, 其他 where it does not."""
    return next((kind for word, kind in KINDS.items() if word in name), Kind.OTHER)
