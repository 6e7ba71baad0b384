"""Who is told of what, and when: of deadlines 30, 7 and 1 days before, of what lapses in the three systems 60, 30 and 7
days before; each time once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gi_registry.applications.docket import Falling, docket, falling_due
from gi_registry.assurance.systems import Lapse, lapsing
from gi_registry.core import clock
from gi_registry.core.models import Reminder
from gi_registry.core.reminders import tell_once
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act
from gi_registry.products.models import Product
from gi_registry.products.permissions import within_reach

MARKS = (1, 7, 30)  # days before a deadline
LAPSES = (7, 30, 60)  # days before evidence lapses
CONCERNED = (Act.APPLICATIONS, Act.STATE_STEPS)


@dataclass(frozen=True, slots=True)
class Told:
    """What one person has not been told yet; `person` is None for the list that is printed."""

    person: User | None
    falling: tuple[Falling, ...]
    lapsing: tuple[Lapse, ...]

    @property
    def keys(self) -> list[str]:
        """What is told, each under what makes it the same reminder."""
        return [*map(key_of, self.falling), *map(key_of_lapse, self.lapsing)]


def mark_of(left: int, marks: Sequence[int]) -> int:
    """Which of the marks something has reached: a day on which nobody ran the command is made up for."""
    return next(mark for mark in marks if left <= mark)


def key_of(falling: Falling) -> str:
    """What makes a reminder of a deadline the same reminder."""
    due = falling.due
    opposition = due.opposition.pk if due.opposition is not None else 0
    mark = mark_of(falling.left, MARKS)
    return f"{falling.card.file_number}/{due.deadline.rule.id}/{opposition}/{falling.day}/{mark}"


def key_of_lapse(lapse: Lapse) -> str:
    """What makes a reminder of evidence the same reminder."""
    return f"{lapse.slug}/{lapse.clause.key}/{lapse.on}/{mark_of(left_of(lapse), LAPSES)}"


def left_of(lapse: Lapse) -> int:
    """Days until the clause no longer stands."""
    return (lapse.on - clock.today()).days


def untold() -> list[Told]:
    """Everybody who is to be told something today, and the list that is printed. Queries: a fixed number a person, and
    five for every 200 products that have evidence."""
    falling = falling_due(docket(clock.today()).cards, max(MARKS))
    lapses = lapsing(with_evidence(), clock.today(), max(LAPSES))
    if not falling and not lapses:
        return []
    told = set(Reminder.objects.values_list("to", "key"))
    people = User.objects.filter(is_active=True).exclude(email="")
    everybody = [Told(None, tuple(falling), tuple(lapses)), *(of_person(one, falling, lapses) for one in people)]
    lists = [fresh(one, told) for one in everybody]
    return [one for one in lists if one.falling or one.lapsing]


def with_evidence() -> list[int]:
    """The products of which something could lapse at all."""
    kinds = ("standards", "quality_records", "test_reports", "appointments", "attachments")
    keys = [Product.objects.filter(**{f"{kind}__isnull": False}).order_by().values("pk") for kind in kinds]
    return [row["pk"] for row in keys[0].union(*keys[1:])]


def of_person(person: User, falling: Sequence[Falling], lapses: Sequence[Lapse]) -> Told:
    """The deadlines of the products on which the person takes or records steps, and what lapses of those whose evidence
    the person hands in: officials, and associations for their own."""
    steps, systems = reached(person, CONCERNED), reached(person, (Act.STANDARDS,))
    return Told(
        person,
        tuple(one for one in falling if one.card.product_id in steps),
        tuple(one for one in lapses if one.product in systems),
    )


def reached(person: User, acts: Iterable[Act]) -> set[int]:
    """The products on which the person may do one of the acts."""
    return {pk for act in acts for pk in within_reach(person, act).values_list("pk", flat=True)}


def fresh(one: Told, told: set[tuple[str, str]]) -> Told:
    """What the person was not told yet."""
    to = name_of(one)
    return Told(
        one.person,
        tuple(each for each in one.falling if (to, key_of(each)) not in told),
        tuple(each for each in one.lapsing if (to, key_of_lapse(each)) not in told),
    )


def name_of(told: Told) -> str:
    """To whom it is told; "" for the list that is printed."""
    return told.person.username if told.person else ""


def tell(told: Told, send: Callable[[Told], None]) -> bool:
    """Send what is new, once (`core.reminders`). Returns whether it was sent; raises what `send` raises."""
    return tell_once(name_of(told), told.keys, lambda: send(told))
