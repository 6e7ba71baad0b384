"""Deadlines as a calendar (RFC 5545): one day-long event each, in the words of the desk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta

from icalendar import Alarm, Calendar, Event

from gi_registry.applications.docket import Card
from gi_registry.applications.path import Due
from gi_registry.core import clock

WARNED = timedelta(days=-7)
REFRESHED = "PT6H"


def feed(cards: Iterable[Card], name: str, address: Callable[[Card], str]) -> bytes:
    """The deadlines of the cards as an .ics file; `address` gives the page of a file."""
    calendar = Calendar()
    calendar.add("prodid", "-//gi_registry//applications//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", REFRESHED)
    for card in cards:
        for due in card.dues:
            if due.deadline.day is not None:
                calendar.add_component(event(card, due, address(card)))
    return bytes(calendar.to_ical())


def event(card: Card, due: Due, address: str) -> Event:
    """One deadline. Its UID stays while file, rule and event stay, so that a moved day moves the entry."""
    deadline, rule = due.deadline, due.deadline.rule
    assert deadline.day is not None
    made = Event()
    made.add("uid", f"{card.file_number}-{rule.id}-{deadline.event_day}{opposed(due)}@gi-registry")
    made.add("dtstamp", clock.now())
    made.add("dtstart", deadline.day)
    made.add("dtend", deadline.day + timedelta(days=1))
    made.add("summary", f"{card.product}：{rule.clock.label}到期（{rule.who}）")
    lines = [f"{card.file_number} {card.procedure_label}，{card.state_label}", rule.citation, rule.consequence]
    made.add("description", "\n".join([*lines, *deadline.cautions]))
    made.add("url", address)
    made.add("transp", "TRANSPARENT")
    made.add_component(alarm())
    return made


def opposed(due: Due) -> str:
    """What tells the deadlines of several oppositions apart, without the opponent's name."""
    if due.opposition is None:
        return ""
    named = hashlib.sha256(due.opposition.opponent.encode()).hexdigest()[:8]
    return f"-{due.opposition.filed_on}-{named}"


def alarm() -> Alarm:
    """A warning a week before."""
    made = Alarm()
    made.add("action", "DISPLAY")
    made.add("description", "期限将到")
    made.add("trigger", WARNED)
    return made
