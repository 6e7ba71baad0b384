"""Everything from which the three systems of products are judged, read in five queries for any number of products.

The rows come as plain values with their spans, for all days at once: one reading answers for any day, so that a trend
of three years costs no more than today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import BigAutoField, CharField, F, IntegerField, QuerySet
from django.db.models import Value as Constant
from django.db.models.functions import Cast, Coalesce

from gi_registry.assurance.clauses import Citation, Clause, FreshBasis, Law, RecordKind, System, Who
from gi_registry.assurance.judging import Bounds, Edition, Line, Result, Verdict, lines_of
from gi_registry.assurance.models import (
    Appointment,
    Attachment,
    LocalClause,
    Qualification,
    QualificationKind,
    QualityRecord,
    Standard,
    TestReport,
    Value,
)
from gi_registry.products.models import Part, Product, Protection, Role

PRODUCERS = frozenset({Part.ENTERPRISE, Part.PRODUCER})


class Span(NamedTuple):
    """[begins, ends); None: not known to begin, not known to end."""

    begins: date | None
    ends: date | None

    def holds_on(self, day: date) -> bool:
        return (self.begins is None or self.begins <= day) and (self.ends is None or day < self.ends)


class Protected(NamedTuple):
    """Where the product stands under a regime over a span."""

    regime: str
    stage: str
    span: Span


class Producer(NamedTuple):
    """A producer that the register knows for the product over a span."""

    pk: int
    name: str
    span: Span


class Record(NamedTuple):
    """A quality record."""

    pk: int
    title: str
    producer: int | None
    made_on: date
    valid_until: date | None


class Attached(NamedTuple):
    """An official's word on a clause; its span ends with the evidence it rests on at the latest.

    `paper_ends`: that evidence says its own end.
    """

    pk: int
    clause: str
    effect: str
    title: str
    note: str
    by: str
    producer: int | None
    span: Span
    rests_on: tuple[str, int] | None
    paper_ends: bool = False


class Certificate(NamedTuple):
    """A qualification of a laboratory."""

    pk: int
    kind: str
    number: str
    span: Span


class Appointed(NamedTuple):
    """A laboratory named for the product."""

    pk: int
    laboratory: int
    name: str
    span: Span


@dataclass(slots=True)
class Report:
    """A test report with its values; `lines` are what its values come to against the limits of the sampling day.

    `failing`: those of them that fail. `passed`: some line passes, and none fails. `qualified`: a 资质认定 of the
    laboratory held on the day of issue.
    """

    pk: int
    number: str
    laboratory: int
    laboratory_name: str
    producer: int | None
    goods: str
    standard_number: str
    sampled_on: date
    issued_on: date
    valid_until: date | None
    retest_of: int | None
    note: str
    results: list[Result] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    failing: list[Line] = field(default_factory=list)
    passed: bool = False
    qualified: bool = False


@dataclass(slots=True)
class Facts:
    """All that bears on one product, on all days."""

    pk: int
    slug: str
    name: str
    category: str
    protections: list[Protected] = field(default_factory=list)
    producers: list[Producer] = field(default_factory=list)
    standards: list[Edition] = field(default_factory=list)  # its own
    common: list[Edition] = field(default_factory=list)  # those that serve all products
    records: dict[str, list[Record]] = field(default_factory=dict)  # by kind, and by the district's clause they name
    attached: dict[str, list[Attached]] = field(default_factory=dict)  # by clause
    local: list[Clause] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    appointed: list[Appointed] = field(default_factory=list)
    certificates: dict[int, list[Certificate]] = field(default_factory=dict)  # by laboratory

    def qualified_on(self, laboratory: int, day: date) -> bool:
        """Whether the laboratory had a 资质认定 on the day."""
        for one in self.certificates.get(laboratory, ()):
            if one.kind == QualificationKind.CMA and one.span.holds_on(day):
                return True
        return False

    def producers_on(self, day: date) -> dict[int, str]:
        """The producers of the day, each once, by name."""
        return {one.pk: one.name for one in self.producers if one.span.holds_on(day)}


def load(products: Iterable[int]) -> dict[int, Facts]:
    """The facts of the products (by their rows) in their order; rows that name none are left out. Five queries."""
    asked = list(products)
    found = frame(asked)
    add_standards(found)
    add_reports(found)
    add_records(found)
    add_laboratories(found)
    for facts in found.values():
        judge_reports(facts)
    return {pk: found[pk] for pk in asked if pk in found}


def judge_reports(facts: Facts) -> None:
    """The lines of every report."""
    editions = facts.standards + facts.common
    for report in facts.reports:
        report.lines = lines_of(
            report.results,
            editions,
            sampled_on=report.sampled_on,
            standard_number=report.standard_number,
            goods=report.goods,
        )
        report.failing = [line for line in report.lines if line.verdict is Verdict.FAIL]
        report.passed = not report.failing and Verdict.PASS in [line.verdict for line in report.lines]
        report.qualified = facts.qualified_on(report.laboratory, report.issued_on)


# --- The product itself ----------------------------------------------------------------------------------------------

# A key, not an IntegerField: Django would turn each of those into an int by itself, empty or not.
NO_NUMBER, IN_FULL = Cast(Constant(None), BigAutoField()), Cast("note", CharField())


def text(value: str) -> Constant:
    """A constant in a column of texts."""
    return Constant(value, output_field=CharField())


# Days are read as texts: the same few thousand days stand in hundreds of thousands of rows.
NO_DAY = Cast(Constant(None), CharField())


def day(column: Any) -> Cast:
    """A column of days as a column of texts."""
    return Cast(column, CharField())


day_of = lru_cache(maxsize=50_000)(date.fromisoformat)


def maybe_day_of(written: str | None) -> date | None:
    """The day that such a text is, None where there is none."""
    return day_of(written) if written else None


def span_of(begins: str | None, ends: str | None) -> Span:
    """A span read from two such texts."""
    return Span(maybe_day_of(begins), maybe_day_of(ends))


def columns(rows: QuerySet, *expressions: Any) -> Any:
    """The rows as tuples of the expressions (or fields), so that unlike tables can be read in one query."""
    named = {f"as_{at}": F(one) if isinstance(one, str) else one for at, one in enumerate(expressions)}
    return rows.order_by().annotate(**named).values_list(*named)


def read(rows: Any) -> Iterator[tuple[Any, ...]]:
    """The rows as they come, without keeping them."""
    return iter(rows.iterator(chunk_size=2_000))


def frame(asked: list[int]) -> dict[int, Facts]:
    """Products with their protections and producers. One query."""
    # what, product, three texts, party, begins, ends
    span = (day("valid_from"), day("valid_until"))
    products = columns(
        Product.objects.filter(pk__in=asked),
        *(text("product"), "pk", "slug", "common_name", "category", NO_NUMBER, NO_DAY, NO_DAY),
    )
    protections = columns(
        Protection.objects.filter(product__in=asked),
        *(text("protection"), "product_id", "regime", "stage", text(""), NO_NUMBER, *span),
    )
    roles = columns(
        Role.objects.filter(product__in=asked, part__in=PRODUCERS),
        *(text("role"), "product_id", "party__name", text(""), text(""), "party_id", *span),
    )
    rows = list(read(products.union(protections, roles, all=True)))
    found = {row[1]: Facts(row[1], *row[2:5]) for row in rows if row[0] == "product"}
    for what, product, one, two, _three, party, begins, ends in rows:
        if what == "protection":
            found[product].protections.append(Protected(one, two, span_of(begins, ends)))
        elif what == "role":
            found[product].producers.append(Producer(party, one, span_of(begins, ends)))
    return found


# --- Standards -------------------------------------------------------------------------------------------------------

OF_STANDARD = ("pk", "product_id", "regime", "number", "title", "replaces")
DAYS_OF_STANDARD = ("issued_on", "reviewed_on", "valid_from", "valid_until", "attested_on", "pending_on")
OF_LIMIT = ("parameter", "unit", "method", "lower", "upper", "goods", "wording")


def add_standards(found: dict[int, Facts]) -> None:
    """Editions with their limits, those that serve all products given to each. One query."""
    of_limit = (f"limits__{name}" for name in OF_LIMIT)
    rows = columns(Standard.objects.serving(*found), *OF_STANDARD, *map(day, DAYS_OF_STANDARD), *of_limit)
    own, names = len(OF_STANDARD + DAYS_OF_STANDARD), OF_STANDARD + DAYS_OF_STANDARD
    editions: dict[int, tuple[Standard, list[Bounds]]] = {}
    for row in rows.order_by("pk", "limits__pk"):
        if row[0] not in editions:
            values = (*row[: len(OF_STANDARD)], *map(maybe_day_of, row[len(OF_STANDARD) : own]))
            editions[row[0]] = (Standard(**dict(zip(names, values, strict=True))), [])
        if row[own] is not None:
            editions[row[0]][1].append(Bounds(*row[own:]))
    common = []
    for standard, limits in editions.values():
        edition = Edition(standard, tuple(limits))
        if standard.product_id is None:
            common.append(edition)
        else:
            found[standard.product_id].standards.append(edition)
    for facts in found.values():
        facts.common = common


# --- Reports ---------------------------------------------------------------------------------------------------------


def add_reports(found: dict[int, Facts]) -> None:
    """Reports with their values, the oldest first. One query."""
    # row, product or report, five texts, three rows, three days; a value has no laboratory
    reports = columns(
        TestReport.objects.filter(product__in=found),
        *("pk", "product_id", "number", "laboratory__party__name", "goods", "standard_number", IN_FULL),
        *("laboratory_id", "producer_id", "retest_of_id", day("sampled_on"), day("issued_on"), day("valid_until")),
    )
    values = columns(
        Value.objects.filter(report__product__in=found),
        *("pk", "report_id", "parameter", "unit", "method", "text", text("")),
        *(NO_NUMBER, NO_NUMBER, NO_NUMBER, NO_DAY, NO_DAY, NO_DAY),
    )
    results: dict[int, list[tuple[int, Result]]] = defaultdict(list)
    for pk, of, one, two, three, four, five, laboratory, producer, retest_of, *days in read(
        reports.union(values, all=True)
    ):
        if laboratory is None:
            results[of].append((pk, Result(one, two, three, four)))
            continue
        sampled_on, issued_on, valid_until = day_of(days[0]), day_of(days[1]), maybe_day_of(days[2])
        found[of].reports.append(
            Report(pk, one, laboratory, two, producer, three, four, sampled_on, issued_on, valid_until, retest_of, five)
        )
    for facts in found.values():
        facts.reports.sort(key=lambda report: (report.issued_on, report.pk))
        for report in facts.reports:
            report.results = [result for _pk, result in sorted(results[report.pk])]


# --- Records, attachments, clauses of the district -------------------------------------------------------------------


def add_records(found: dict[int, Facts]) -> None:
    """Quality records, attachments and the district's own clauses. One query."""
    # what, row, product, producer, clause, kind, title, note, who, begins, ends, evidence's end, four rows of evidence
    none = (NO_NUMBER,) * 4
    records = columns(
        QualityRecord.objects.filter(product__in=found),
        *(text("record"), "pk", "product_id", "producer_id", "clause", "kind", "title", text(""), text("")),
        *(day("made_on"), day("valid_until"), NO_DAY, *none),
    )
    attached = columns(
        Attachment.objects.filter(product__in=found),
        *(text("attached"), "pk", "product_id", "producer_id", "clause", "effect", NAMED, IN_FULL, "by"),
        *(day("valid_from"), day("valid_until"), day(Coalesce(*ENDS))),
        *("standard_id", "record_id", "report_id", "qualification_id"),
    )
    local = columns(
        LocalClause.objects.all(),
        *(text("local"), "pk", "products__pk", NO_NUMBER, "key", "system", "wording", "article", "who"),
        *(day("valid_from"), day("valid_until"), NO_DAY, "fresh", EACH, *none[2:]),
    )
    for row in read(records.union(attached, local, all=True)):
        READ[row[0]](found, row)


NAMED = Coalesce(
    *("standard__number", "record__title", "report__number", "qualification__number", "document__title"),
    text(""),
    output_field=CharField(),
)
EACH = Cast("per_producer", IntegerField())
ENDS = ("standard__valid_until", "record__valid_until", "report__valid_until", "qualification__valid_until")


def read_record(found: dict[int, Facts], row: tuple[Any, ...]) -> None:
    """A quality record."""
    one, records = Record(row[1], row[6], row[3], day_of(row[9]), maybe_day_of(row[10])), found[row[2]].records
    for key in (row[5], row[4]) if row[4] else (row[5],):
        if key in records:
            records[key].append(one)
        else:
            records[key] = [one]


def read_attached(found: dict[int, Facts], row: tuple[Any, ...]) -> None:
    """An official's word."""
    _what, pk, product, producer, clause, effect, title, note, by, begins, ends, evidence_ends, *evidence = row
    kinds = ("standard", "record", "report", "qualification")
    rests_on = next(((kind, one) for kind, one in zip(kinds, evidence, strict=True) if one is not None), None)
    span = span_of(begins, min((end for end in (ends, evidence_ends) if end is not None), default=None))
    one = Attached(pk, clause, effect, title, note, by, producer, span, rests_on, evidence_ends is not None)
    found[product].attached.setdefault(clause, []).append(one)


def read_local(found: dict[int, Facts], row: tuple[Any, ...]) -> None:
    """A clause of the district, for one product or for all."""
    _what, _pk, product, _none, key, system, wording, article, who, begins, ends, _end, fresh, each, *_rest = row
    one = LocalClause(
        key=key,
        system=system,
        wording=wording,
        article=article,
        who=who,
        fresh=fresh,
        per_producer=bool(each),
        valid_from=maybe_day_of(begins),
        valid_until=maybe_day_of(ends),
    )
    for facts in found.values() if product is None else [found[product]] if product in found else []:
        facts.local.append(clause_of(one))


def clause_of(one: LocalClause) -> Clause:
    """A clause of the district as those of the law stand."""
    return Clause(
        one.key,
        System(one.system),
        one.wording,
        (Who(one.who),),
        (Citation(Law(one.article, ""), ""),),
        kinds=(RecordKind.OTHER,),
        noun="符合本条的材料",
        fresh=one.fresh,
        fresh_basis=FreshBasis.ASSUMED if one.fresh else FreshBasis.PAPER,
        local=True,
        per_producer=one.per_producer,
        since=one.valid_from,
        until=one.valid_until,
    )


READ = {"record": read_record, "attached": read_attached, "local": read_local}


# --- Laboratories ----------------------------------------------------------------------------------------------------


def add_laboratories(found: dict[int, Facts]) -> None:
    """Who is named to test, and the certificates of whoever is named or reported. One query."""
    # what, row, product, laboratory, two texts, begins, ends
    appointed = columns(
        Appointment.objects.filter(product__in=found),
        *(text("appointed"), "pk", "product_id", "laboratory_id", "laboratory__party__name", text("")),
        *(day("valid_from"), day("valid_until")),
    )
    named = Appointment.objects.filter(product__in=found).order_by().values("laboratory")
    reported = TestReport.objects.filter(product__in=found).order_by().values("laboratory")
    certificates = columns(
        Qualification.objects.filter(laboratory__in=named.union(reported)),
        *(text("certificate"), "pk", NO_NUMBER, "laboratory_id", "kind", "number"),
        *(day("valid_from"), day("valid_until")),
    )
    of_laboratory: dict[int, list[Certificate]] = defaultdict(list)
    for what, pk, product, laboratory, one, two, begins, ends in read(appointed.union(certificates, all=True)):
        if what == "appointed":
            found[product].appointed.append(Appointed(pk, laboratory, one, span_of(begins, ends)))
        else:
            of_laboratory[laboratory].append(Certificate(pk, one, two, span_of(begins, ends)))
    for facts in found.values():
        facts.certificates = {pk: of_laboratory[pk] for pk in laboratories_of(facts) if pk in of_laboratory}


def laboratories_of(facts: Facts) -> Iterator[int]:
    """Whoever was named for the product or reported on it."""
    yield from {one.laboratory for one in facts.appointed} | {report.laboratory for report in facts.reports}
