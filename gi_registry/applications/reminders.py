"""Who is told of a deadline, and when: 30, 7 and 1 days before it, once each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gi_registry.applications.docket import Falling, docket, falling_due
from gi_registry.core import clock
from gi_registry.core.models import Reminder
from gi_registry.core.reminders import tell_once
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act
from gi_registry.products.permissions import within_reach

MARKS = (1, 7, 30)  # days before
CONCERNED = (Act.APPLICATIONS, Act.STATE_STEPS)


@dataclass(frozen=True, slots=True)
class Told:
    """What one person has not been told yet; `person` is None for the list that is printed."""

    person: User | None
    falling: tuple[Falling, ...]


def mark_of(falling: Falling) -> int:
    """Which of the marks a deadline has reached: a day on which nobody ran the command is made up for."""
    return next(mark for mark in MARKS if falling.left <= mark)


def key_of(falling: Falling) -> str:
    """What makes a reminder the same reminder."""
    due = falling.due
    opposition = due.opposition.pk if due.opposition is not None else 0
    return f"{falling.card.file_number}/{due.deadline.rule.id}/{opposition}/{falling.day}/{mark_of(falling)}"


def untold() -> list[Told]:
    """Everybody who is to be told something today, and the list that is printed. Queries: a fixed number a person."""
    falling = falling_due(docket(clock.today()).cards, max(MARKS))
    people = [person for person in User.objects.filter(is_active=True).exclude(email="") if concerned(person)]
    told = set(Reminder.objects.values_list("to", "key")) if falling else set()
    lists = [Told(None, fresh(falling, "", told))]
    lists += [Told(person, fresh(of_person(person, falling), person.username, told)) for person in people]
    return [one for one in lists if one.falling]


def concerned(person: User) -> bool:
    """Whether the person takes or records steps at all."""
    return any(within_reach(person, act).exists() for act in CONCERNED)


def of_person(person: User, falling: Sequence[Falling]) -> list[Falling]:
    """The deadlines of the products on which the person takes or records steps."""
    own: set[int] = set()
    for act in CONCERNED:
        own |= set(within_reach(person, act).values_list("pk", flat=True))
    return [one for one in falling if one.card.product_id in own]


def fresh(falling: Iterable[Falling], to: str, told: set[tuple[str, str]]) -> tuple[Falling, ...]:
    """Those that were not told yet."""
    return tuple(one for one in falling if (to, key_of(one)) not in told)


def tell(told: Told, send: Callable[[Told], None]) -> bool:
    """Send what is new, once (`core.reminders`). Returns whether it was sent; raises what `send` raises."""
    to = told.person.username if told.person else ""
    return tell_once(to, map(key_of, told.falling), lambda: send(told))
