"""Who is told that the report of a year's use is missing: when the year is over, 30 and 7 days before the day that the
district has set, and once that has passed; each time once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from gi_registry.core import clock
from gi_registry.core.models import Reminder
from gi_registry.core.reminders import tell_once
from gi_registry.marks.models import Authorisation
from gi_registry.marks.permissions import authorisations_within_reach
from gi_registry.marks.reports import due_on, last_year, missing
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act, reach

STAGES = ((0, "overdue"), (8, "7"), (31, "30"), (367, "begun"))  # fewer days left than the first is the second


@dataclass(frozen=True, slots=True)
class Told:
    """Missing reports of one year of which one person was not told yet; `person` is None for the printed list."""

    person: User | None
    year: int
    due: date
    missing: tuple[Authorisation, ...]

    @property
    def left(self) -> int:
        """Days until the report is due, negative once that has passed."""
        return (self.due - clock.today()).days


def stage_of(due: date) -> str:
    """How far the time for reporting has run: a day on which nobody ran the command is made up for."""
    left = (due - clock.today()).days
    return next(stage for below, stage in STAGES if left < below)


def key_of(authorisation: Authorisation, year: int) -> str:
    """What makes a reminder the same reminder."""
    return f"{authorisation.code}/{year}/{stage_of(due_on(year))}"


def untold() -> list[Told]:
    """Everybody who is to be told something today, the printed list first. Queries: three, and two for each person."""
    year = last_year()
    lacking = missing(year, Authorisation.objects.order_by("product__slug", "producer__name"))
    if not lacking:
        return []
    said = set(Reminder.objects.values_list("to", "key"))
    people = User.objects.filter(is_active=True).exclude(email="").order_by("username")
    lists = [(None, lacking), *((person, of_person(person, lacking)) for person in people)]
    told = (Told(person, year, due_on(year), fresh(person, year, rows, said)) for person, rows in lists)
    return [one for one in told if one.missing]


def of_person(person: User, lacking: Sequence[Authorisation]) -> list[Authorisation]:
    """Those of which the person keeps the ledger: a producer its own, an association its products', an office all."""
    if reach(person, Act.PRINTS) is None:
        return []
    own = set(authorisations_within_reach(person, Act.PRINTS).values_list("pk", flat=True))
    return [one for one in lacking if one.pk in own]


def fresh(
    person: User | None, year: int, rows: Sequence[Authorisation], said: set[tuple[str, str]]
) -> tuple[Authorisation, ...]:
    """Those of which the person was not told at this stage."""
    to = person.username if person else ""
    return tuple(one for one in rows if (to, key_of(one, year)) not in said)


def tell(told: Told, send: Callable[[Told], None]) -> bool:
    """Send what is new, once (`core.reminders`). Returns whether it was sent; raises what `send` raises."""
    to = told.person.username if told.person else ""
    return tell_once(to, (key_of(one, told.year) for one in told.missing), lambda: send(told))
