"""Workbooks of the three systems: all products in one sheet, the clauses of one product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from gi_registry.assurance.clauses import System
from gi_registry.assurance.systems import counts
from gi_registry.opendata.columns import Kind
from gi_registry.web.sheets import Field, book
from gi_registry.web.templatetags.systems import period

if TYPE_CHECKING:
    from gi_registry.assurance.systems import ClauseAnswer
    from gi_registry.web.systems import Row

OF_SYSTEM = (("", Kind.TEXT, 14), ("满足（条）", Kind.WHOLE, 12), ("适用（条）", Kind.WHOLE, 12))
PRODUCTS: tuple[Field, ...] = (
    ("产品", Kind.TEXT, 20),
    *((f"{system.label}{name}", kind, width) for system in System for name, kind, width in OF_SYSTEM),
    ("最先到期的条款", Kind.CODE, 16),
    ("到期日", Kind.DAY, 12),
    ("还有天数", Kind.WHOLE, 10),
)
CLAUSES: tuple[Field, ...] = (
    ("产品", Kind.TEXT, 16),
    ("截至", Kind.DAY, 12),
    ("体系", Kind.TEXT, 14),
    ("条款", Kind.CODE, 8),
    ("要求", Kind.TEXT, 50),
    ("责任人", Kind.TEXT, 18),
    ("状态", Kind.TEXT, 12),
    ("结论", Kind.TEXT, 70),
    ("怎样办", Kind.TEXT, 40),
    ("到期日", Kind.DAY, 12),
    ("材料", Kind.TEXT, 50),
    ("不合格", Kind.TEXT, 50),
    ("计入", Kind.FLAG, 8),
    ("依据", Kind.TEXT, 40),
)


def of_products(rows: Iterable[Row], on: date) -> bytes:
    """The products, one in a row, with what each system comes to on a day."""
    return book(_("三大体系 {day}").format(day=on), PRODUCTS, (product_row(row) for row in rows))


def product_row(row: Row) -> Sequence[Any]:
    """One product under the headings of `PRODUCTS`."""
    each = (value for one in row.systems for value in (str(one.status.label), one.met, one.asked))
    lapse = row.next_lapse
    return (row.name, *each, *((lapse.clause.key, lapse.ends, lapse.left) if lapse else (None, None, None)))


def of_clauses(name: str, answers: Iterable[ClauseAnswer]) -> bytes:
    """The clauses of one product, one in a row."""
    return book(_("逐条"), CLAUSES, (clause_row(name, one) for one in answers))


def clause_row(name: str, one: ClauseAnswer) -> Sequence[Any]:
    """One clause under the headings of `CLAUSES`."""
    clause = one.clause
    who = "、".join(str(each.label) for each in clause.who)
    about = (name, one.day, str(clause.system.label), clause.key, clause.wording, who)
    stands = (str(one.status.label), one.sentence, one.restores, one.ends)
    evidence = "；".join(f"{piece.title}（{period(piece)}）" for piece in one.evidence)
    cited = "；".join(str(citation) for citation in clause.cited)
    return (*about, *stands, evidence, "；".join(str(line) for line in one.failed), counts(one), cited)
