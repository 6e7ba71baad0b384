"""Are the three systems of a product met on a day? Asked here by desk, product page, trend, reminders and rounds.

No verdict is stored. One product costs five queries, for however many days. The table of all products is worked out
once and held in the process; what the history says was touched since is worked out anew, the rest stands.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

from django.db import models
from django.db.models import QuerySet

from gi_registry.assurance.answers import (
    ClauseAnswer,
    ProducerAnswer,
    ProductAnswer,
    SystemAnswer,
    counts,
    judged,
)
from gi_registry.assurance.clauses import Clause
from gi_registry.assurance.facts import Facts, clause_of, load
from gi_registry.assurance.models import (
    Appointment,
    Attachment,
    Laboratory,
    Limit,
    LocalClause,
    Qualification,
    QualityRecord,
    Standard,
    TestReport,
    Value,
)
from gi_registry.assurance.rules import STANDS, Evidence, Failed, Status
from gi_registry.core import clock
from gi_registry.core import revision as revisions
from gi_registry.core.models import Change
from gi_registry.parties.models import Party
from gi_registry.products.models import Product, Protection, Role

__all__ = [
    "STANDS",
    "ClauseAnswer",
    "Evidence",
    "Failed",
    "Lapse",
    "Matrix",
    "ProducerAnswer",
    "ProductAnswer",
    "Status",
    "SystemAnswer",
    "answer",
    "answers",
    "counts",
    "facts_of",
    "forget",
    "judged",
    "keep",
    "lapsing",
    "local_clauses",
    "matrix",
    "of_laboratories",
    "over",
]
AT_ONCE = 200  # products: so many are read by the same five queries


def answer(product: Product, day: date | None = None) -> ProductAnswer:
    """How the product's three systems stand on a day (today). Five queries."""
    return over(product, [day or clock.today()])[0]


def over(product: Product, days: Iterable[date]) -> list[ProductAnswer]:
    """How they stand on each of the days, as the register knows now. Five queries."""
    facts = load([product.pk])[product.pk]
    return [judged(facts, day) for day in days]


def answers(products: Iterable[int], day: date) -> Iterator[ProductAnswer]:
    """How those of many products (by their rows) stand. Five queries for every 200."""
    return (judged(facts, day) for facts in facts_of(products))


def facts_of(products: Iterable[int]) -> Iterator[Facts]:
    """The facts of many products (by their rows). Five queries for every 200."""
    asked = list(products)
    for start in range(0, len(asked), AT_ONCE):
        yield from load(asked[start : start + AT_ONCE]).values()


@contextmanager
def without_sweeps() -> Iterator[None]:
    """Millions of small things are made and dropped, none of which holds itself: sweeps for such would find nothing,
    and cost a third of the time."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def local_clauses(day: date) -> list[Clause]:
    """The district's own clauses that hold on the day. One query."""
    return [clause_of(one) for one in LocalClause.objects.on(day)]


# --- What lapses -----------------------------------------------------------------------------------------------------


class Lapse(NamedTuple):
    """A clause that stands and ends on a day."""

    product: int
    slug: str
    name: str
    clause: Clause
    on: date
    sentence: str


def lapsing(products: Iterable[int], day: date, within: int = 60) -> list[Lapse]:
    """What stands on the day and ends within so many days, the nearest first; what does not count is left out."""
    last = day + timedelta(days=within)
    with without_sweeps():
        found = [
            Lapse(one.pk, one.slug, one.name, each.clause, each.ends, each.sentence)
            for one in answers(products, day)
            for each in one.clauses
            if counts(each) and each.status in STANDS and each.ends is not None and each.ends <= last
        ]
    return sorted(found, key=lambda lapse: (lapse.on, lapse.slug, lapse.clause.key))


# --- All products ----------------------------------------------------------------------------------------------------

MOST_DAYS = 3  # today and what somebody looks back at
MOST_KEPT = 500  # pages rendered from one matrix
MOST_CHANGES = 2_000  # lines of history beyond which everything is worked out anew


@dataclass(slots=True)
class Matrix:
    """All products on a day, without their clauses; `kept` holds what was made from it and goes with it."""

    day: date
    revision: int
    answers: list[ProductAnswer]
    kept: dict[Hashable, bytes] = field(default_factory=dict)


_held: dict[date, Matrix] = {}
_lock = threading.Lock()


def matrix(day: date) -> Matrix:
    """All products × the three systems on the day, by slug. Nothing is asked while the register stands still."""
    revision, held = revisions.revision(), _held.get(day)
    if held is not None and held.revision == revision:
        return held
    with _lock:
        held = _held.pop(day, None)
        made = held if held is not None and held.revision == revision else renewed(held, day, revision)
        while len(_held) >= MOST_DAYS:
            del _held[next(iter(_held))]
        _held[day] = made
    return made


def renewed(held: Matrix | None, day: date, revision: int) -> Matrix:
    """The matrix of the revision: what was touched since the one that is held, or everything."""
    touched = None if held is None else touched_since(held.revision)
    if held is None or touched is None:
        every = Product.objects.values_list("pk", flat=True)
        with without_sweeps():
            return Matrix(day, revision, in_order(light(one) for one in answers(every, day)))
    if not touched:
        held.revision = revision
        return held
    standing = [one for one in held.answers if one.pk not in touched]
    return Matrix(day, revision, in_order([*standing, *(light(one) for one in answers(touched, day))]))


def in_order(found: Iterable[ProductAnswer]) -> list[ProductAnswer]:
    """By slug."""
    return sorted(found, key=lambda one: one.slug)


def light(one: ProductAnswer) -> ProductAnswer:
    """The answer without its clauses: all of 5,000 products would not fit a worker."""
    return replace(one, systems=tuple(replace(system, clauses=()) for system in one.systems), clauses=())


def keep(kept: dict[Hashable, bytes], key: Hashable, content: bytes) -> None:
    """Keep what was made from a matrix; so many at most."""
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[key] = content


def forget() -> None:
    """Let go of what is held: where rows came or went without a line of history, as in a test that is rolled back."""
    _held.clear()


# --- Whose answers a change touches ----------------------------------------------------------------------------------


def of_laboratories(laboratories: QuerySet) -> set[int]:
    """The products that laboratories are named for or reported on."""
    named = Appointment.objects.filter(laboratory__in=laboratories).values_list("product", flat=True)
    return set(named) | set(TestReport.objects.filter(laboratory__in=laboratories).values_list("product", flat=True))


def of_parties(parties: QuerySet) -> set[int]:
    """The products for which parties have a part, or test."""
    parts = Role.objects.filter(party__in=parties).values_list("product", flat=True)
    return set(parts) | of_laboratories(Laboratory.objects.filter(party__in=parties))


def by(path: str) -> Callable[[QuerySet], set[int | None]]:
    """The products to which a path leads; None among them where a row is about all products."""
    return lambda rows: set(rows.order_by().values_list(path, flat=True))


def of_everybody(rows: QuerySet) -> set[int | None]:
    """All products."""
    return {None}


# Every table from which answers are worked out.
TOUCHES: dict[type[models.Model], Callable[[QuerySet], set]] = {
    Product: by("pk"),
    Protection: by("product"),
    Role: by("product"),
    Standard: by("product"),
    Limit: by("standard__product"),
    QualityRecord: by("product"),
    TestReport: by("product"),
    Value: by("report__product"),
    Appointment: by("product"),
    Attachment: by("product"),
    Laboratory: of_laboratories,
    Qualification: lambda rows: (
        of_laboratories(Laboratory.objects.filter(qualifications__in=rows))
        | set(Attachment.objects.filter(qualification__in=rows).values_list("product", flat=True))
    ),
    Party: of_parties,
    LocalClause: of_everybody,
}


def touched_since(revision: int) -> set[int] | None:
    """The products whose answers may have changed after a revision, None where that may be any of them."""
    things = list(Change.objects.filter(id__gt=revision).values_list("thing", flat=True)[: MOST_CHANGES + 1])
    if len(things) > MOST_CHANGES:
        return None
    touched: set[int | None] = set()
    for model, reached in TOUCHES.items():
        rows = rows_named(things, model._meta.label_lower)
        if not rows:
            continue
        there = model._default_manager.filter(pk__in=rows)
        if there.count() < len(rows):  # one was taken away, and with it whose it was
            return None
        touched |= reached(there)
    return None if None in touched else {pk for pk in touched if pk is not None}


def rows_named(things: Sequence[str], label: str) -> set[int]:
    """The rows of one table among the things of the history."""
    return {int(thing.rpartition(":")[2]) for thing in things if thing.rpartition(":")[0] == label}
