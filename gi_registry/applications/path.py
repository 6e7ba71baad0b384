"""Where an application stands: what was done, which deadlines run, what may follow and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import prefetch_related_objects

from gi_registry.applications.materials import Item, checklist
from gi_registry.applications.models import Application, Material, MaterialState, Opposition, Step, standing
from gi_registry.applications.permissions import act_for
from gi_registry.applications.states import PENDING, Agricultural, Objection, Procedure, Product2024, Rests, label
from gi_registry.core.errors import BadInput
from gi_registry.gazette.terms import Clock, Deadline, days_left, deadline, rule_on
from gi_registry.parties.permissions import Act


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that runs for an application; `left` is None where the law sets no limit."""

    deadline: Deadline
    left: int | None
    opposition: Opposition | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """A step that the table lets follow: who takes or records it, what it rests on, what stands in its way today."""

    state: str
    label: str
    rests: Rests
    act: Act
    obstacle: str


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the checklist with the row kept for it, None where nobody has touched it: then it is missing."""

    item: Item
    material: Material | None

    @property
    def state(self) -> MaterialState:
        return MaterialState.MISSING if self.material is None else MaterialState(self.material.state)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of the required items are ready, and which are not."""

    required: int
    missing: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """In words and number: 申请要件 9 项，已齐 7 项，还缺：……"""
        ready = self.required - len(self.missing)
        if not self.missing:
            return f"申请要件 {self.required} 项，已完备。"
        return f"申请要件 {self.required} 项，已齐 {ready} 项，还缺：{'、'.join(self.missing)}。"


def materials_of(application: Application) -> list[Line]:
    """The checklist in the law's order with what there is of it. One query."""
    rows = {material.item: material for material in application.materials.all()}
    return [Line(item, rows.get(item.key)) for item in checklist(application.procedure, application.regime)]


def completeness(application: Application) -> Completeness:
    """How complete the required items are. One query."""
    required = [item for item in checklist(application.procedure, application.regime) if item.required]
    return Completeness(len(required), tuple(application.missing_items()))


def standing_steps(application: Application) -> list[Step]:
    """The steps of the application itself that stand, in the order in which they were taken. One query."""
    return list(application.steps.standing().of_path())


def begins_at_result(application: Application, first: Step | None) -> bool:
    """Whether the file was brought in at its result (补录): then nobody knows the steps before. No query."""
    return first is not None and first.state != application.machine.start


def began(application: Application) -> dict[str, date]:
    """When each state was last entered; one query, none where `with_clocks` fetched what the clocks need."""
    steps = getattr(application, "clock_steps", None)
    return {step.state: step.on for step in (standing_steps(application) if steps is None else steps)}


# --- Clocks ----------------------------------------------------------------------------------------------------------


def deadlines_of(application: Application, today: date) -> list[Due]:
    """The deadlines that run now, the nearest first, those without a limit last. Three queries at most."""
    entered = began(application)
    dues = [
        due(clock, entered[start], today)
        for clock, start in application.machine.clocks.get(application.state, ())
        if start in entered
    ]
    dues += opposition_dues(application, entered, today)
    known = [followed(due, today) for due in dues if due is not None]
    return sorted(known, key=lambda due: due.deadline.day or date.max)


# What begins when a period has passed unused.
FOLLOWING = {Clock.TRADEMARK_TERM: Clock.TRADEMARK_GRACE}


def followed(passed: Due, today: date) -> Due:
    """The period that begins where this one has passed, else this one."""
    following = FOLLOWING.get(passed.deadline.rule.clock)
    if following is None or passed.deadline.day is None or passed.deadline.day >= today:
        return passed
    return due(following, passed.deadline.day, today) or passed


def due(clock: Clock, event_day: date, today: date, opposition: Opposition | None = None) -> Due | None:
    """The clock's deadline after an event; None where no law of that day sets one."""
    try:
        end = deadline(rule_on(clock, event_day), event_day)
    except BadInput:
        return None
    return Due(end, days_left(end, today), opposition)


def opposition_dues(application: Application, entered: dict[str, date], today: date) -> list[Due | None]:
    """What runs while oppositions are pending: handling has no limit for products, a decision has for trademarks."""
    if not application.machine.window or application.state != application.machine.window:
        return []
    taken_on = [o for o in application.oppositions.all() if o.state in PENDING - {Objection.FILED}]
    prefetch_related_objects(taken_on, "steps")
    if application.procedure != Procedure.TRADEMARK:
        return [due(Clock.OPPOSITION_HANDLING, accepted_on(o), today, o) for o in taken_on]
    window = window_of(application, entered)
    decided = [due(Clock.TRADEMARK_DECISION, window.day, today, o) for o in taken_on if window and window.day]
    return [due(Clock.TRADEMARK_DEFENCE, accepted_on(o), today, o) for o in taken_on] + decided


def accepted_on(opposition: Opposition) -> date:
    """The day on which the State took an opposition on: that of its first step after the filing."""
    steps = standing(opposition.steps.all())
    return next((step.on for step in steps if step.state != Objection.FILED), opposition.filed_on)


def window_of(application: Application, entered: dict[str, date] | None = None) -> Deadline | None:
    """The time in which oppositions may be filed; None where the procedure has none or has not come there yet."""
    machine = application.machine
    if machine.window_clock is None:
        return None
    entered = began(application) if entered is None else entered
    if machine.window not in entered:
        return None
    return deadline(rule_on(machine.window_clock, entered[machine.window]), entered[machine.window])


# --- What may follow -------------------------------------------------------------------------------------------------


def what_next(application: Application, today: date) -> list[Way]:
    """The steps that the table lets follow, in the order of the states, each with what stands in its way today."""
    machine = application.machine
    return [
        Way(
            state,
            label(application.procedure, state),
            machine.rests[state],
            act_for(machine.rests[state]),
            obstacle(application, state, today),
        )
        for state in machine.states.values
        if state in machine.next[application.state]
    ]


def obstacle(application: Application, state: str, on: date) -> str:
    """Why the application cannot go to `state` on the day although the table would let it; "" where it can."""
    machine = application.machine
    if machine.filing and state == machine.filing:
        return unfit_to_file(application)
    if state == Agricultural.MIGRATED and application.procedure == Procedure.AGRICULTURAL:
        return unfit_to_migrate(application)
    if machine.window and application.state == machine.window and state in {machine.success, machine.denied}:
        return unfit_after_window(application, state, on)
    return ""


def unfit_to_file(application: Application) -> str:
    """申请要件完备 comes before the filing."""
    if application.applicant is None:
        return "还没有申请人，不能提交。"
    missing = completeness(application)
    article = checklist(application.procedure, application.regime)[0].article.split("第（")[0]
    return f"{missing.sentence.removesuffix('。')}，不能提交（{article}）。" if missing.missing else ""


def unfit_to_migrate(application: Application) -> str:
    """A registration is migrated once the 地理标志产品 that takes it on is recognised."""
    taken_on = application.protection and application.protection.successors.filter(state=Product2024.RECOGNISED)
    return "" if taken_on and taken_on.exists() else "承接这项登记的地理标志产品还没有认定，不能记为已统一认定。"


def unfit_after_window(application: Application, state: str, on: date) -> str:
    """An opposition window ends first, and its oppositions decide which way it goes on."""
    machine, states = application.machine, {opposition.state for opposition in application.oppositions.all()}
    if states & PENDING:
        return f"还有异议没有处理完（{machine.article}）。"
    upheld = Objection.UPHELD in states
    if state == machine.denied:
        return "" if upheld else f"没有成立的异议，不能“{label(application.procedure, state)}”（{machine.article}）。"
    if upheld:
        return f"有异议成立，不能“{label(application.procedure, state)}”（{machine.article}）。"
    window = window_of(application)
    if window is not None and window.day is not None and on <= window.day:
        return (
            f"异议期到 {window.day} 才满（{window.rule.citation}），此前不能“{label(application.procedure, state)}”。"
        )
    return ""
