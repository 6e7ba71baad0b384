"""What in the ledger and the reports cannot be, or may not be: each alarm explains itself with its figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from django.db.models import Q, QuerySet

from gi_registry.marks.ledger import Balance, signed
from gi_registry.marks.models import (
    Authorisation,
    AuthorisationQuerySet,
    Batch,
    Entry,
    EntryKind,
    Site,
    UseReport,
    Yield,
)
from gi_registry.marks.states import Standing

BY_HAND = frozenset({EntryKind.PRINTED, EntryKind.USED})  # what may only be done while the mark may be used


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that cannot be or may not be, in one sentence; of which batch or year, where it is of one."""

    authorisation: Authorisation
    sentence: str
    batch: Batch | None = None
    year: int | None = None


class Act(NamedTuple):
    """What one kind of lines moved of one batch on one day, without what was reversed."""

    batch: int
    kind: EntryKind
    on: date
    quantity: int


@dataclass(slots=True)
class Books:
    """What is written of one authorisation: its batches, what their lines moved day by day, reports, and the sites and
    the yields of its product."""

    authorisation: Authorisation
    batches: list[Batch] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    reports: list[UseReport] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    yields: list[Yield] = field(default_factory=list)


# --- The rules -------------------------------------------------------------------------------------------------------


def batches_below_zero(books: Books) -> Iterator[Alarm]:
    """More used than printed, more issued than in stock, more used than in hand, on whatever days that was so: a later
    line ends it and does not undo it."""
    by_batch: dict[int, list[Act]] = defaultdict(list)
    for act in books.acts:
        by_batch[act.batch].append(act)
    for batch in books.batches:
        for shortage in shortages(by_batch[batch.pk]):
            yield Alarm(books.authorisation, f"批次 {batch.number} {shortage.words}", batch=batch)


class Shortage(NamedTuple):
    """The days from the first to the last, None where it goes on, on which something lacked in a batch, and what."""

    first: date
    last: date | None
    said: str

    @property
    def words(self) -> str:
        if self.last is None:
            return f"自 {self.first} 起{self.said}"
        return f"{self.first} 至 {self.last} 期间{self.said}"


def shortages(acts: Iterable[Act]) -> Iterator[Shortage]:
    """Every shortage of one batch, its figures as they were at last; `acts` by day. Lines of one day have no order."""
    totals: Counter[EntryKind] = Counter()
    first, said = date.min, ""
    for on, moved in groupby(acts, key=lambda act: act.on):
        for act in moved:
            totals[act.kind] += act.quantity
        lacking = shortfall(Balance(totals))
        if said and not lacking:
            yield Shortage(first, on - timedelta(days=1), said)
        first, said = (first if said else on), lacking
    if said:
        yield Shortage(first, None, said)


def shortfall(held: Balance) -> str:
    """What lacks in a batch, with the lines that lead there; empty where nothing does."""
    of = held.of
    if held.left < 0:
        return (
            f"用得比印得多 {-held.left:,} 枚：印制 {held.printed:,} 枚，"
            f"而使用 {held.used:,} 枚、损毁或销毁 {held.spoiled:,} 枚。"
        )
    if held.stock < 0:
        return (
            f"库存为 {held.stock:,} 枚：印制 {held.printed:,} 枚、退回 {of(EntryKind.RETURNED):,} 枚，"
            f"而发放 {of(EntryKind.ISSUED):,} 枚、未发放即销毁 {of(EntryKind.SCRAPPED):,} 枚。"
        )
    if held.in_hand < 0:
        return (
            f"使用人手中为 {held.in_hand:,} 枚：发放 {of(EntryKind.ISSUED):,} 枚，而使用 {held.used:,} 枚、"
            f"损毁 {of(EntryKind.SPOILED):,} 枚、退回 {of(EntryKind.RETURNED):,} 枚。"
        )
    return ""


def amount(value: float) -> str:
    """A weight or an area to the third decimal."""
    return f"{round(value, 3):,.12g}"


class Capacity(NamedTuple):
    """What the registered sites can bear in a year at most."""

    hectares: float
    kg_per_hectare: float
    source: str

    @property
    def tonnes(self) -> float:
        return self.hectares * self.kg_per_hectare / 1000

    @property
    def words(self) -> str:
        per = f"每公顷 {amount(self.kg_per_hectare)} 千克（{self.source}）"
        return f"登记的 {amount(self.hectares)} 公顷按{per}计最多产 {amount(self.tonnes)} 吨"


def capacity(books: Books, year: int) -> Capacity | None:
    """What the sites of a year can bear, at the highest yield that a source gives for it; None where either is not
    known: of no site the hectares may be missing, or the sum would be too small."""
    sites = [site for site in books.sites if touches(site, year)]
    known = [site.hectares for site in sites if site.hectares is not None]
    highest = max((row for row in books.yields if touches(row, year)), key=lambda row: row.kg_per_hectare, default=None)
    if highest is None or not sites or len(known) < len(sites):
        return None
    return Capacity(sum(known), highest.kg_per_hectare, highest.source.title)


def touches(row: Site | Yield, year: int) -> bool:
    """Whether a row holds on some day of the year."""
    began_in_time = row.valid_from is None or row.valid_from.year <= year
    return began_in_time and (row.valid_until is None or row.valid_until > date(year, 1, 1))


def use_above_yield(books: Books) -> Iterator[Alarm]:
    """More packed under the mark than grows on the sites. Batches whose net weight is not known do not count."""
    net = {batch.pk: batch.net_kg for batch in books.batches if batch.net_kg}
    marks: dict[int, int] = defaultdict(int)
    tonnes: dict[int, float] = defaultdict(float)
    for act in books.acts:
        if act.kind == EntryKind.USED and act.batch in net:
            marks[act.on.year] += act.quantity
            tonnes[act.on.year] += act.quantity * net[act.batch] / 1000
    for year, packed in sorted(tonnes.items()):
        most = capacity(books, year)
        if most is not None and packed > most.tonnes:
            over = f"超出 {amount(packed - most.tonnes)} 吨"
            said = f"{year} 年使用标识 {marks[year]:,} 枚，按净含量折合 {amount(packed)} 吨，而{most.words}，{over}。"
            yield Alarm(books.authorisation, said, year=year)


def output_above_yield(books: Books) -> Iterator[Alarm]:
    """More reported than grows on the sites."""
    for report in books.reports:
        most = capacity(books, report.year)
        if report.output_t is not None and most is not None and report.output_t > most.tonnes:
            over = f"超出 {amount(report.output_t - most.tonnes)} 吨"
            said = f"{report.year} 年报告产量 {amount(report.output_t)} 吨，而{most.words}，{over}。"
            yield Alarm(books.authorisation, said, year=report.year)


def report_unlike_ledger(books: Books) -> Iterator[Alarm]:
    """A report that says another number than the ledger of the same year, where one was kept."""
    if not books.batches:
        return
    written: dict[tuple[int, EntryKind], int] = defaultdict(int)
    for act in books.acts:
        written[act.on.year, act.kind] += act.quantity
    for report in books.reports:
        for kind, reported in ((EntryKind.PRINTED, report.printed), (EntryKind.USED, report.used)):
            booked = written[report.year, kind]
            if reported is not None and reported != booked:
                difference = f"相差 {abs(reported - booked):,} 枚"
                said = f"{report.year} 年报告{kind.label} {reported:,} 枚，流水记 {booked:,} 枚，{difference}。"
                yield Alarm(books.authorisation, said, year=report.year)


NOT_ALLOWED = {
    Standing.NOT_YET: "尚未核准",
    Standing.SUSPENDED: "已停止使用资格",
    Standing.CANCELLED: "已注销",
    Standing.EXPIRED: "已到期",
    Standing.UNPROTECTED: "产品的保护已终止",
}


def acts_without_right(books: Books) -> Iterator[Alarm]:
    """Printed or used on days on which the mark could not be used."""
    found: dict[tuple[EntryKind, str], list[Act]] = defaultdict(list)
    for act in (act for act in books.acts if act.kind in BY_HAND):
        why = NOT_ALLOWED.get(books.authorisation.standing_on(act.on) or Standing.NOT_YET)
        if why:
            found[act.kind, why].append(act)
    for (kind, why), acts in found.items():
        marks = sum(act.quantity for act in acts)
        days = [act.on for act in acts]
        when = f"{min(days)}" if min(days) == max(days) else f"{min(days)} 至 {max(days)} 之间"
        yield Alarm(books.authorisation, f"{when}{kind.label} {marks:,} 枚，当日{why}，不能使用专用标志。")


RULES: tuple[Callable[[Books], Iterator[Alarm]], ...] = (
    batches_below_zero,
    acts_without_right,
    use_above_yield,
    output_above_yield,
    report_unlike_ledger,
)


def alarms_of(authorisations: AuthorisationQuerySet, on: date) -> list[Alarm]:
    """Every alarm of what is written up to and including `on`. Seven queries, however many authorisations."""
    return [alarm for books in books_of(authorisations, on) for rule in RULES for alarm in rule(books)]


# --- Reading ---------------------------------------------------------------------------------------------------------


def books_of(authorisations: AuthorisationQuerySet, on: date) -> list[Books]:
    """What is written of those of which anything is written, in the order of the authorisations."""
    written = Q(pk__in=Batch.objects.values("authorisation")) | Q(pk__in=UseReport.objects.values("authorisation"))
    kept = authorisations.filter(written)
    keys = kept.order_by().values("pk")
    books = {one.pk: Books(one) for one in kept.with_names()}
    batches = Batch.objects.filter(authorisation__in=keys, printed_on__lte=on).order_by("pk")
    owner: dict[int, Books] = {}
    for batch in batches:
        owner[batch.pk] = books[batch.authorisation_id]
        owner[batch.pk].batches.append(batch)
    for act in acts_of(batches, on):
        owner[act.batch].acts.append(act)
    for report in UseReport.objects.filter(authorisation__in=keys, filed_on__lte=on).order_by("year"):
        books[report.authorisation_id].reports.append(report)
    for site in Site.objects.filter(authorisation__in=keys).defer("location"):
        books[site.authorisation_id].sites.append(site)
    add_yields(books.values())
    return list(books.values())


def acts_of(batches: QuerySet[Batch], on: date) -> Iterator[Act]:
    """What the lines moved, day by day."""
    keys = batches.order_by().values("pk")
    lines = Entry.objects.filter(batch__in=keys, on__lte=on).order_by("on", "batch", "kind")
    for batch, kind, day, quantity in lines.values_list("batch", "kind", "on").annotate(total=signed()):
        if quantity:
            yield Act(batch, EntryKind(kind), day, quantity)


def add_yields(books: Iterable[Books]) -> None:
    """What a hectare of each product can bear, once for all books."""
    products = {one.authorisation.product_id for one in books}
    by_product: dict[int, list[Yield]] = defaultdict(list)
    for row in Yield.objects.select_related("source").filter(product__in=products):
        by_product[row.product_id].append(row)
    for one in books:
        one.yields = by_product[one.authorisation.product_id]
