"""Who is told of rectifications whose day comes or has passed, and of the clocks that run on leads; each time once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gi_registry.core import clock
from gi_registry.core.models import Reminder
from gi_registry.core.reminders import tell_once
from gi_registry.inspections.leads import Due, due
from gi_registry.inspections.models import Lead
from gi_registry.inspections.permissions import leads_within_reach
from gi_registry.inspections.states import LeadState
from gi_registry.marks.models import Rectification
from gi_registry.marks.permissions import authorisations_within_reach
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act

STAGES = ((0, "overdue"), (2, "1"), (8, "7"))  # fewer days left than the first is the second


@dataclass(frozen=True, slots=True)
class Ordered:
    """A rectification that is open, and the days until its last one (negative once that has passed)."""

    rectification: Rectification
    left: int

    @property
    def past(self) -> int:
        return -self.left

    @property
    def key(self) -> str:
        """What makes a reminder the same reminder."""
        row = self.rectification
        stage = next(stage for below, stage in STAGES if self.left < below)
        return f"rectification/{row.authorisation.code}/{row.ordered_on}/{row.due_on}/{stage}"


@dataclass(frozen=True, slots=True)
class Clocked:
    """A lead on which a clock runs."""

    lead: Lead
    due: Due
    past: bool

    @property
    def what(self) -> str:
        """What has to be done."""
        reported = self.lead.state == LeadState.REPORTED
        return "负责人决定是否批准移送公安机关" if reported else "移送公安机关"

    @property
    def key(self) -> str:
        return f"lead/{self.lead.number}/{self.due.until.isoformat()}/{'overdue' if self.past else 'running'}"


@dataclass(frozen=True, slots=True)
class Told:
    """What one person was not told yet; `person` is None for the printed list."""

    person: User | None
    orders: tuple[Ordered, ...]
    leads: tuple[Clocked, ...]

    @property
    def keys(self) -> list[str]:
        return [*(one.key for one in self.orders), *(one.key for one in self.leads)]


def untold() -> list[Told]:
    """Everybody who is to be told something now, the printed list first."""
    orders, leads = list(open_orders()), list(running())
    if not orders and not leads:
        return []
    said = set(Reminder.objects.values_list("to", "key"))
    people = User.objects.filter(is_active=True).exclude(email="").order_by("username")
    lists = [Told(None, tuple(orders), tuple(leads)), *(of_person(person, orders, leads) for person in people)]
    fresh = (without(told, said) for told in lists)
    return [told for told in fresh if told.orders or told.leads]


def open_orders() -> Iterator[Ordered]:
    """The open rectifications of which a week or less is left, the oldest day first."""
    today = clock.today()
    found = Rectification.objects.filter(closed_on__isnull=True).order_by("due_on", "pk")
    for row in found.select_related("authorisation__producer", "authorisation__product"):
        left = (row.due_on - today).days
        if left < STAGES[-1][0]:
            yield Ordered(row, left)


def running() -> Iterator[Clocked]:
    """The leads on which a clock runs."""
    now = clock.now()
    for lead in Lead.objects.open().prefetch_related("steps"):
        until = due(lead)
        if until is not None:
            yield Clocked(lead, until, until.until < now)


def of_person(person: User, orders: Iterable[Ordered], leads: Iterable[Clocked]) -> Told:
    """What is the person's to look after: the office all, a producer its own, an inspector the leads assigned to it."""
    own = {
        key
        for act in (Act.AUTHORISATIONS, Act.OWN_USE)
        for key in authorisations_within_reach(person, act).values_list("pk", flat=True)
    }
    theirs = set(leads_within_reach(person).values_list("pk", flat=True))
    return Told(
        person,
        tuple(one for one in orders if one.rectification.authorisation_id in own),
        tuple(one for one in leads if one.lead.pk in theirs),
    )


def without(told: Told, said: set[tuple[str, str]]) -> Told:
    """What the person was not told at this stage."""
    to = told.person.username if told.person else ""
    return Told(
        told.person,
        tuple(one for one in told.orders if (to, one.key) not in said),
        tuple(one for one in told.leads if (to, one.key) not in said),
    )


def tell(told: Told, send: Callable[[Told], None]) -> bool:
    """Send what is new, once (`core.reminders`). Returns whether it was sent; raises what `send` raises."""
    to = told.person.username if told.person else ""
    return tell_once(to, told.keys, lambda: send(told))
