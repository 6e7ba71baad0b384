"""What producers report of a year's use (公告第三五四号), who has not, and when a mark was last used.

No rule found sets the day by which a year is reported: the district sets it (`USE_REPORTS_DUE`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.core.history import Why, put
from gi_registry.core.revision import take_turn
from gi_registry.gazette.terms import Clock, Deadline, deadline, rule_on
from gi_registry.marks.ledger import balances, signed, together
from gi_registry.marks.models import Authorisation, AuthorisationQuerySet, Batch, Entry, EntryKind, UseReport
from gi_registry.marks.permissions import require
from gi_registry.marks.states import Standing
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act

FIRST_YEAR = 2020  # 公告第三五四号 asks for reports since then

# --- Years -----------------------------------------------------------------------------------------------------------


def due_on(year: int) -> date:
    """The day, itself included, by which the district wants a year reported."""
    return date.fromisoformat(f"{year + 1}-{settings.USE_REPORTS_DUE}")


def last_year() -> int:
    """The last year that is over."""
    return clock.today().year - 1


def valid_in(authorisation: Authorisation, year: int) -> bool:
    """Whether the mark could be used on some day of the year, up to today."""
    return standing_in(authorisation, year, Standing.VALID)


def standing_in(authorisation: Authorisation, year: int, standing: Standing) -> bool:
    """Whether the authorisation stood so on some day of the year, up to today."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), clock.today())
    days = {first, *(day for day, _standing in authorisation.turns)}
    return any(authorisation.standing_on(day) == standing for day in days if first <= day <= last)


def used_in(year: int, authorisations: AuthorisationQuerySet) -> list[Authorisation]:
    """Those of which the mark could be used in the year. Two queries."""
    begun = authorisations.public().filter(Q(valid_from__isnull=True) | Q(valid_from__year__lte=year))
    return [authorisation for authorisation in begun.with_names() if valid_in(authorisation, year)]


def missing(year: int, authorisations: AuthorisationQuerySet) -> list[Authorisation]:
    """Those that could use the mark in a year that is over and have not reported it. Two queries."""
    if year > last_year():
        return []
    return used_in(year, authorisations.exclude(reports__year=year))


def years_of_use(authorisation: Authorisation) -> list[int]:
    """The years that are over in which the mark could be used and that are to be reported, the first one first."""
    began = authorisation.valid_from.year if authorisation.valid_from else FIRST_YEAR
    return [year for year in range(max(began, FIRST_YEAR), last_year() + 1) if valid_in(authorisation, year)]


def unreported(authorisations: Sequence[Authorisation]) -> dict[int, list[int]]:
    """Of each by its key the years of use that it has not reported. One query beside the products' protections."""
    filed: dict[int, set[int]] = defaultdict(set)
    reports = UseReport.objects.filter(authorisation__in=authorisations).order_by()
    for key, year in reports.values_list("authorisation", "year"):
        filed[key].add(year)
    return {one.pk: [year for year in years_of_use(one) if year not in filed[one.pk]] for one in authorisations}


# --- Reporting -------------------------------------------------------------------------------------------------------


STANDING_USE = Q(kind=EntryKind.USED, reverses__isnull=True, reversed_by__isnull=True)  # not taken back


@dataclass(frozen=True, slots=True)
class Booked:
    """What the ledger says of one year: marks printed, used, left at its end, and the last day of use in it."""

    printed: int
    used: int
    left: int
    last_used_on: date | None


def booked(authorisation: Authorisation, year: int) -> Booked | None:
    """What the ledger says of a year; None where it was not kept. Three queries."""
    batches, end = Batch.objects.filter(authorisation=authorisation), date(year, 12, 31)
    held = balances(batches, until=end)
    if not held:
        return None
    lines = Entry.objects.filter(batch__in=batches.order_by().values("pk"), on__year=year).order_by()
    totals = dict(lines.values_list("kind").annotate(total=signed()))
    used = lines.aggregate(last=Max("on", filter=STANDING_USE))["last"]
    printed, marks = totals.get(EntryKind.PRINTED, 0), totals.get(EntryKind.USED, 0)
    return Booked(printed, marks, together(held.values()).left, used)


@transaction.atomic
def file_report(
    authorisation: Authorisation,
    year: int,
    *,
    by: User,
    output_t: float | None = None,
    value_wan: float | None = None,
    printed: int | None = None,
    used: int | None = None,
    left: int | None = None,
    last_used_on: date | None = None,
    sold_where: str = "",
    note: str = "",
    seen: int | None = None,
) -> UseReport:
    """The report of a year that is over, or its correction; what is not known stays empty, but something is known.

    Raises NotAllowed, BadInput, and Conflict where somebody else has changed it since `seen`.
    """
    require(by, Act.PRINTS, authorisation)
    take_turn()
    if year > last_year():
        raise BadInput(f"{year} 年还没有结束，年终以后再报送。")
    if not valid_in(authorisation, year):
        raise BadInput(f"{year} 年不能使用专用标志，没有要报送的。")
    if all(figure is None for figure in (output_t, value_wan, printed, used, left)):
        raise BadInput("没有写任何数字：没有用标的，“使用（枚）”填 0。")
    if last_used_on is not None and last_used_on.year != year:
        raise BadInput(f"最后一次使用的日期 {last_used_on} 不在 {year} 年内。")
    if used == 0 and last_used_on is not None:
        raise BadInput(f"使用数为 0，却填了最后一次使用的日期 {last_used_on}：请改正其中一项。")
    before = UseReport.objects.filter(authorisation=authorisation, year=year).first()
    values = {
        "output_t": output_t,
        "value_wan": value_wan,
        "printed": printed,
        "used": used,
        "left": left,
        "last_used_on": last_used_on,
        "sold_where": sold_where.strip(),
        "note": note,
        "filed_on": before.filed_on if before else clock.today(),
        "by": str(by),
    }
    key = {"authorisation": authorisation, "year": year}
    return put(UseReport, key, values, by=str(by), why=Why(date(year, 12, 31)), seen=seen)[0]


# --- Two years without use -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LastUse:
    """The last day on which the mark is known to have been used; `exact` is False where a report only names the year,
    of which then the last day is taken, in favour of the producer."""

    on: date
    exact: bool


def last_uses(authorisations: AuthorisationQuerySet | Sequence[Authorisation]) -> dict[int, LastUse | None]:
    """The last use of each by its key, from ledger and reports: None where these know of no use, absent where neither
    was ever kept, so that it may have been used all the time. Two queries."""
    lines = Entry.objects.filter(batch__authorisation__in=authorisations).order_by().values_list("batch__authorisation")
    days = lines.annotate(last=Max("on", filter=STANDING_USE))
    found = {key: LastUse(on, exact=True) if on else None for key, on in days}
    reports = UseReport.objects.filter(authorisation__in=authorisations).order_by("year")
    for key, year, used, on in reports.values_list("authorisation", "year", "used", "last_used_on"):
        reported = LastUse(on or date(year, 12, 31), exact=on is not None) if used or on else None
        found[key] = max((use for use in (found.get(key), reported) if use), key=lambda use: use.on, default=None)
    return found


def last_use(authorisation: Authorisation) -> LastUse | None:
    """When the mark was last used, as far as ledger and reports say."""
    return last_uses([authorisation]).get(authorisation.pk)


def unused_until(authorisation: Authorisation) -> Deadline | None:
    """The day on which two years without use are full (令第80号 art. 31), counted from the last use, else from the day
    from which the mark could be used; None where it never could. Two queries."""
    return end_of_disuse(authorisation, last_use(authorisation))


def end_of_disuse(authorisation: Authorisation, last: LastUse | None) -> Deadline | None:
    """As `unused_until`, the last use being known. The years before the rule came into force do not count."""
    began = last.on if last is not None else authorisation.valid_from
    if began is None:
        return None
    rule = rule_on(Clock.MARK_UNUSED, clock.today())
    return deadline(rule, max(began, rule.law.since or began))


class Disuse(NamedTuple):
    """An authorisation whose two years without a known use are full, the last use that is known, and whether anything
    was ever kept of it: where nothing was, it may have been used all the time."""

    authorisation: Authorisation
    deadline: Deadline
    last: LastUse | None
    kept: bool


def disused(authorisations: AuthorisationQuerySet, on: date) -> list[Disuse]:
    """Those valid on `on` whose two years without a known use are full on that day. Four queries."""
    last = last_uses(authorisations.order_by())
    valid = [one for one in authorisations.public().with_names() if one.standing_on(on) == Standing.VALID]
    found = ((one, end_of_disuse(one, last.get(one.pk))) for one in valid)
    return [
        Disuse(one, end, last.get(one.pk), one.pk in last) for one, end in found if end is not None and lapsed(end, on)
    ]


def lapsed(end: Deadline, on: date) -> bool:
    """Whether the period is over on the day; its last day still belongs to the user."""
    return end.day is not None and end.day < on
