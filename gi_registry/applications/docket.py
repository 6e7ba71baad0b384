"""All applications at a glance: in which stage of the board each stands, what falls due next, who acts.

The docket is worked out once for each revision of the register and each day; every list, feed and reminder reads it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import models
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from gi_registry.applications.models import Application, Opposition
from gi_registry.applications.path import Due, deadlines_of
from gi_registry.applications.states import (
    Agricultural,
    Change,
    Procedure,
    Product2005,
    Product2024,
    Revocation,
    Trademark,
)
from gi_registry.core import revision as revisions
from gi_registry.gazette.papers import Rests
from gi_registry.gazette.terms import Clock
from gi_registry.products.models import Regime

KEPT = 100  # pages of about 100 KB
SOON = 30  # days in which something is said to fall due soon


class Phase(models.TextChoices):
    """The columns of the board: where states of every procedure stand beside each other."""

    PREPARING = "preparing", _("准备")
    PROVINCE = "province", _("省级初审")
    EXAMINED = "examined", _("国家审查")
    OURS = "ours", _("待我方答复")
    WINDOW = "window", _("公告与异议")
    REMEDY = "remedy", _("复审与诉讼")
    DONE = "done", _("已办结")


P, Q, T, A, C, R = Product2024, Product2005, Trademark, Agricultural, Change, Revocation
_PHASES: dict[Procedure, dict[Phase, set[str]]] = {
    Procedure.PRODUCT_2024: {
        Phase.PREPARING: {P.DRAFT},
        Phase.PROVINCE: {P.PROVINCIAL},
        Phase.EXAMINED: {P.FORMAL, P.REPLIED, P.TECHNICAL},
        Phase.OURS: {P.REPLY_DUE},
        Phase.WINDOW: {P.PRELIMINARY},
    },
    Procedure.PRODUCT_2005: {
        Phase.PREPARING: {Q.DRAFT},
        Phase.PROVINCE: {Q.PROVINCIAL},
        Phase.EXAMINED: {Q.FORMAL, Q.TECHNICAL},
        Phase.WINDOW: {Q.ACCEPTED},
    },
    Procedure.TRADEMARK: {
        Phase.PREPARING: {T.DRAFT},
        Phase.EXAMINED: {T.FILED, T.CORRECTED, T.EXAMINED, T.EXPLAINED},
        Phase.OURS: {T.CORRECTION_DUE, T.EXPLANATION_DUE},
        Phase.WINDOW: {T.PUBLISHED},
        Phase.REMEDY: {
            *(T.REFUSED, T.REFUSAL_REVIEW, T.REFUSAL_UPHELD, T.REFUSAL_COURT),
            *(T.NOT_REGISTERED, T.DENIAL_REVIEW, T.DENIAL_UPHELD, T.DENIAL_COURT),
        },
    },
    Procedure.AGRICULTURAL: {
        Phase.PROVINCE: {A.FILED, A.PROVINCIAL},
        Phase.EXAMINED: {A.CENTRE, A.EXPERT},
        Phase.WINDOW: {A.PUBLICITY},
    },
    Procedure.MINOR_CHANGE: {
        Phase.PREPARING: {C.DRAFT},
        Phase.PROVINCE: {C.PROVINCIAL},
        Phase.EXAMINED: {C.REVIEW},
        Phase.WINDOW: {C.PRELIMINARY},
    },
    Procedure.REVOCATION: {Phase.EXAMINED: {R.REQUESTED, R.REVIEW}},
}
_PHASES[Procedure.MAJOR_CHANGE] = _PHASES[Procedure.MINOR_CHANGE]
PHASES: dict[tuple[str, str], Phase] = {
    (procedure, state): phase
    for procedure, rows in _PHASES.items()
    for phase, states in rows.items()
    for state in states
}

TERMS = frozenset({Clock.TRADEMARK_TERM, Clock.TRADEMARK_GRACE})
APPLICANT, OFFICES, OPPONENT = "申请人", "主管机关", "异议人"


def phase_of(procedure: str, state: str) -> Phase:
    """The column of a state; what no column names is over."""
    return PHASES.get((procedure, state), Phase.DONE)


@dataclass(frozen=True, slots=True)
class Card:
    """One application on the board; `dues` are all its deadlines, the nearest first."""

    file_number: str
    slug: str
    product: str
    product_id: int
    procedure: str
    regime: str
    state: str
    state_label: str
    opened_on: date
    dues: tuple[Due, ...] = field(repr=False)
    phase: Phase
    who: str

    @property
    def procedure_label(self) -> str:
        return str(Procedure(self.procedure).label)

    @property
    def regime_label(self) -> str:
        return str(Regime(self.regime).label)

    @property
    def due(self) -> Due | None:
        """The nearest deadline that has a day."""
        return next_due(self.dues)

    @property
    def unlimited(self) -> Due | None:
        """A clock for which the law sets no limit, where none has a day."""
        return self.dues[0] if self.dues and self.due is None else None

    @property
    def left(self) -> int | None:
        """Days until the nearest deadline; negative once it has passed, None where there is none."""
        return None if self.due is None else self.due.left

    @property
    def overdue(self) -> bool:
        """Whether somebody let a day pass; what is only `closed` is nobody's fault."""
        return self.due is not None and self.left is not None and self.left < 0 and not closed(self.due)

    @property
    def soon(self) -> bool:
        """Whether the nearest deadline comes within `SOON` days."""
        return self.left is not None and 0 <= self.left <= SOON

    @property
    def urgency(self) -> tuple[int, str]:
        """What sorts cards: what falls due first stands first, then closed windows, what has no day last."""
        if self.due is None or self.left is None:
            return (10**6, self.file_number)
        return (10**5 if closed(self.due) else self.left, self.file_number)


@dataclass(frozen=True, slots=True)
class Docket:
    """Every application as it stands on `day`, the most urgent first; what is `kept` was made of it."""

    revision: int
    day: date
    cards: tuple[Card, ...]
    kept: dict[object, bytes] = field(default_factory=dict, repr=False)

    def keep(self, key: object, content: bytes) -> None:
        """Keep what was made, among the last `KEPT` things."""
        if len(self.kept) >= KEPT:
            self.kept.clear()
        self.kept[key] = content


ONLY = "docket"  # one in each process
_held: dict[str, Docket] = {}
_lock = threading.Lock()


def docket(day: date) -> Docket:
    """The docket of the day, from memory while neither the register nor the day has moved. Five queries otherwise."""
    wanted = (revisions.revision(), day)
    held = _held.get(ONLY)
    if held is not None and (held.revision, held.day) == wanted:
        return held
    with _lock:
        held = _held.get(ONLY)
        if held is None or (held.revision, held.day) != wanted:
            held = _held[ONLY] = made(*wanted)
        return held


def made(revision: int, day: date) -> Docket:
    """The docket worked out anew. Oppositions matter only while their window is the state; that is few rows of many."""
    rows = list(Application.objects.with_clock_steps())
    opposed = [row for row in rows if row.state == row.machine.window]
    prefetch_related_objects(opposed, Prefetch("oppositions", Opposition.objects.prefetch_related("steps")))
    cards = sorted((card_of(row, day) for row in rows), key=lambda card: card.urgency)
    return Docket(revision, day, tuple(cards))


def forget() -> None:
    """Drop what is held; a database that was rolled back gives its revisions back."""
    _held.clear()


def card_of(application: Application, day: date) -> Card:
    """The card of one application, fetched `with_clocks`."""
    dues = tuple(deadlines_of(application, day))
    next_one = next_due(dues) or (dues[0] if dues else None)
    return Card(
        application.file_number,
        application.product.slug,
        application.product.common_name,
        application.product_id,
        application.procedure,
        application.regime,
        application.state,
        application.state_label,
        application.opened_on,
        dues,
        phase_of(application.procedure, application.state),
        whose_turn(application) if next_one is None or closed(next_one) else next_one.deadline.rule.who,
    )


def next_due(dues: Iterable[Due]) -> Due | None:
    """The nearest deadline that has a day, a closed window only where there is no other."""
    dated = sorted((due for due in dues if due.deadline.day is not None), key=closed)
    return dated[0] if dated else None


def closed(due: Due) -> bool:
    """Whether it is over without anybody being late: a window for oppositions, or the term of a mark, which may have
    been renewed without this file being told."""
    rule = due.deadline.rule
    return due.left is not None and due.left < 0 and (rule.who == OPPONENT or rule.clock in TERMS)


def whose_turn(application: Application) -> str:
    """Who acts where no clock says so: the applicant where a step of ours may follow; nobody once it is over."""
    machine = application.machine
    if application.state in machine.settled:
        return ""
    following = machine.next[application.state]
    return APPLICANT if any(machine.rests[state] == Rests.OURS for state in following) else OFFICES


# --- What falls due --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Falling:
    """One deadline of one application."""

    card: Card
    due: Due

    @property
    def day(self) -> date:
        assert self.due.deadline.day is not None
        return self.due.deadline.day

    @property
    def left(self) -> int:
        assert self.due.left is not None
        return self.due.left


def falling_due(cards: Iterable[Card], within: int = SOON) -> list[Falling]:
    """The deadlines that end today or in at most `within` days, the nearest first."""
    found = [
        Falling(card, due) for card in cards for due in card.dues if due.left is not None and 0 <= due.left <= within
    ]
    return sorted(found, key=lambda falling: (falling.day, falling.card.file_number))


# --- Which cards -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asked to see; an empty word asks for everything."""

    phase: str = ""
    procedure: str = ""
    who: str = ""
    overdue: bool = False
    q: str = ""


def chosen(cards: Iterable[Card], wanted: Wanted) -> list[Card]:
    """The cards that were asked for, in their order."""
    return [card for card in cards if fits(card, wanted)]


def fits(card: Card, wanted: Wanted) -> bool:
    """Whether a card is among those asked for."""
    return (
        wanted.phase in {"", card.phase}
        and wanted.procedure in {"", card.procedure}
        and wanted.who in {"", card.who}
        and (card.overdue or not wanted.overdue)
        and (not wanted.q or wanted.q in card.product or wanted.q in card.file_number)
    )
