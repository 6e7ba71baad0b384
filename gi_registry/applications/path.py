"""Where an application stands: what was done, which deadlines run, what may follow and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import prefetch_related_objects

from gi_registry.applications.materials import Item, checklist
from gi_registry.applications.models import Application, Material, MaterialState, Opposition, Step, standing
from gi_registry.applications.permissions import act_for
from gi_registry.applications.states import (
    ABOUT_A_PROTECTION,
    PENDING,
    Agricultural,
    Machine,
    Objection,
    Procedure,
    Product2024,
    Trademark,
    act_label,
    label,
)
from gi_registry.core.errors import BadInput
from gi_registry.gazette.papers import Rests
from gi_registry.gazette.terms import Clock, Deadline, Rule, after_months, days_left, deadline, rule_on
from gi_registry.parties.permissions import Act
from gi_registry.products.models import Protection, Stage


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that runs for an application; `left` is None where the law sets no limit."""

    deadline: Deadline
    left: int | None
    opposition: Opposition | None = None

    @property
    def from_receipt(self) -> bool:
        """Whether it runs from the day on which a paper was received, of which the file may know only another day."""
        return runs_from_receipt(self.deadline.rule)


def runs_from_receipt(rule: Rule) -> bool:
    """Whether the period begins when somebody receives a paper."""
    return rule.event.startswith("收到")


def begins_with_receipt(machine: Machine, state: str, day: date) -> bool:
    """Whether a period begins with the step to the state, when its paper is received; by the law of the day."""
    started = [clock for clock, start in machine.clocks.get(state, ()) if start == state]
    return any(runs_from_receipt(rule_on(clock, day)) for clock in started)


@dataclass(frozen=True, slots=True)
class Way:
    """A step that the table lets follow: what is done, who does or records it, on what it rests, what is in its way."""

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


def clock_steps(application: Application) -> list[Step]:
    """The steps on which its clocks rest; one query, none where `with_clocks` fetched them."""
    steps = getattr(application, "clock_steps", None)
    return standing_steps(application) if steps is None else steps


def began(steps: Iterable[Step]) -> dict[str, date]:
    """When each state was last entered."""
    return {step.state: step.on for step in steps}


# --- Clocks ----------------------------------------------------------------------------------------------------------


def deadlines_of(application: Application, today: date) -> list[Due]:
    """The deadlines that run now, the nearest first, those without a limit last. Three queries at most."""
    steps = clock_steps(application)
    entered = began(steps)
    dues = [
        due(clock, term_begins(entered[start], steps) if clock == Clock.TRADEMARK_TERM else entered[start], today)
        for clock, start in application.machine.clocks.get(application.state, ())
        if start in entered
    ]
    dues += opposition_dues(application, entered, today)
    known = [followed(due, today) for due in dues if due is not None]
    return sorted(known, key=lambda due: due.deadline.day or date.max)


def term_begins(registered_on: date, steps: Iterable[Step]) -> date:
    """The first day of a mark's last term: each of ten years follows the one before (商标法 2019, art. 40)."""
    renewals = sum(step.state == Trademark.RENEWED for step in steps)
    return after_months(registered_on, 120 * renewals)


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
    entered = began(clock_steps(application)) if entered is None else entered
    if machine.window not in entered:
        return None
    return deadline(rule_on(machine.window_clock, entered[machine.window]), entered[machine.window])


def article_of(application: Application) -> str:
    """The articles on oppositions to the application; for a trademark those of the day on which it was published."""
    window = None if application.machine.article else window_of(application)
    if window is None:
        return application.machine.article
    decision = rule_on(Clock.TRADEMARK_DECISION, window.event_day)
    return f"{window.rule.citation}、{decision.article}"


# --- What may follow -------------------------------------------------------------------------------------------------


def what_next(application: Application, today: date) -> list[Way]:
    """The steps that the table lets follow, in the order of the states, each with what stands in its way today."""
    machine = application.machine
    return [
        Way(
            state,
            act_label(application.procedure, state),
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
    goes_on = machine.next[state] or state == machine.result
    if application.procedure in ABOUT_A_PROTECTION and goes_on and (lost := unfit_without_protection(application, on)):
        return lost
    return unfit_at_window(application, state, on)


def unfit_at_window(application: Application, state: str, on: date) -> str:
    """What stands in the way into the window for oppositions, or out of it."""
    machine = application.machine
    if machine.window and state == machine.window:
        return unfit_under_another_law(application, state, on)
    if machine.window and application.state == machine.window and state in {machine.success, machine.denied}:
        return unfit_after_window(application, state, on)
    return ""


def unfit_without_protection(application: Application, on: date) -> str:
    """A change or a revocation goes on only while what it is about is protected."""
    held = Protection.objects.on(on).filter(
        product=application.product_id, regime=application.regime, stage=Stage.PROTECTED
    )
    return "" if held.exists() else f"“{application.product}”在 {on} 没有受保护，谈不上变更和撤销。"


def unfit_under_another_law(application: Application, state: str, on: date) -> str:
    """What opens a window is announced under the law of its own day."""
    if any(law.in_force_on(on) for law in application.machine.laws):
        return ""
    laws = "、".join(f"《{law.name}》（{law.version}）" for law in application.machine.laws)
    return f"{laws}在 {on} 不适用，不会再有“{label(application.procedure, state)}”：请按这一天的法律另立案卷。"


def unfit_to_file(application: Application) -> str:
    """申请要件完备 comes before the filing."""
    if application.applicant is None:
        return "还没有申请人，不能提交。"
    missing = completeness(application)
    if not missing.missing:
        return ""
    lacking = [item for item in checklist(application.procedure, application.regime) if item.title in missing.missing]
    articles = "、".join(dict.fromkeys(item.article.split("第（")[0] for item in lacking))
    return f"{missing.sentence.removesuffix('。')}，不能提交（{articles}）。"


def unfit_to_migrate(application: Application) -> str:
    """A registration is migrated once the 地理标志产品 that takes it on is recognised."""
    taken_on = application.protection and application.protection.successors.filter(state=Product2024.RECOGNISED)
    return "" if taken_on and taken_on.exists() else "承接这项登记的地理标志产品还没有认定，不能记为已统一认定。"


def unfit_after_window(application: Application, state: str, on: date) -> str:
    """An opposition window ends first, and its oppositions decide which way it goes on."""
    machine, oppositions = application.machine, list(application.oppositions.all())
    states, article = {opposition.state for opposition in oppositions}, article_of(application)
    if states & PENDING:
        return f"还有异议没有处理完（{article}）。"
    window = window_of(application)
    prefetch_related_objects(oppositions, "steps")
    last = max((step.on for one in oppositions for step in standing(one.steps.all())), default=on)
    until = window.day if window is not None else None
    denied, upheld = state == machine.denied, Objection.UPHELD in states
    goal = f"“{label(application.procedure, state)}”"
    reasons = [
        (denied and not upheld, f"没有成立的异议，不能{goal}（{article}）。"),
        (upheld and not denied, f"有异议成立，不能{goal}（{article}）。"),
        (on < last, f"{on} 早于异议办理的 {last}，不能{goal}（{article}）。"),
    ]
    if window is not None and until is not None and not upheld:
        reasons.append((on <= until, f"异议期到 {until} 才满（{window.rule.citation}），此前不能{goal}。"))
    return next((sentence for stands, sentence in reasons if stands), "")
