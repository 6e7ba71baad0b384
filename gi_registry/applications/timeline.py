"""What the public may read of a product's applications: what the State announced, and how to object. Nothing internal.

Notices, notes, people, materials and our own preparations stay in the file; a filing is public because the register's
own stage says it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from gi_registry.applications.docket import Phase, phase_of
from gi_registry.applications.models import Application, Step
from gi_registry.applications.path import begins_at_result, window_of
from gi_registry.applications.states import MACHINES, Procedure, Product2005, Product2024, Trademark, label
from gi_registry.core import clock
from gi_registry.gazette.models import Announcement
from gi_registry.gazette.papers import Rests
from gi_registry.gazette.terms import Deadline
from gi_registry.products.models import Product

FILED = {
    Procedure.PRODUCT_2024: Product2024.PROVINCIAL,
    Procedure.PRODUCT_2005: Product2005.PROVINCIAL,
    Procedure.TRADEMARK: Trademark.FILED,
}
UNSUCCESSFUL = {
    Procedure.PRODUCT_2024: lazy("程序已结束，没有认定。"),
    Procedure.PRODUCT_2005: lazy("程序已结束，没有批准。"),
    Procedure.TRADEMARK: lazy("程序已结束，没有注册。"),
    Procedure.AGRICULTURAL: lazy("程序已结束，没有登记。"),
    Procedure.MINOR_CHANGE: lazy("程序已结束，没有变更。"),
    Procedure.MAJOR_CHANGE: lazy("程序已结束，没有变更。"),
    Procedure.REVOCATION: lazy("程序已结束，没有撤销。"),
}
ANYBODY = lazy(  # 令第80号 art. 15
    "任何单位或者个人有异议的，可以在 {day} 以前（含当日）向国家知识产权局提出。异议须写明具体理由并附证据。"
)
HOW = {
    Procedure.PRODUCT_2024: ANYBODY,
    Procedure.MAJOR_CHANGE: ANYBODY,
    Procedure.TRADEMARK: lazy(
        "对公告的商标有异议的，可以在 {day} 以前（含当日）向商标注册机关提出；谁可以凭什么理由提出，见下面所引的条文。"
    ),
}
OPEN = lazy("异议期到 {day}（含当日）为止。")  # where the law of the procedure was not seen
OVER = lazy("当时的异议期到 {day}（含当日）为止，现在已经届满。")


@dataclass(frozen=True, slots=True)
class Event:
    """Something public that happened; `announcement` is None for the filing."""

    on: date
    what: str
    announcement: Announcement | None


@dataclass(frozen=True, slots=True)
class Course:
    """One application as the public sees it on a day; `window` is the time to object while it is open."""

    procedure: str
    regime: str
    sentence: str
    window: Deadline | None
    how: str
    events: tuple[Event, ...]


def courses(product: Product, on: date) -> list[Course]:
    """The product's applications as they stood on the day, the newest first. Two queries."""
    steps = Step.objects.standing().of_path().filter(on__lte=on).select_related("announcement__source")
    rows = product.applications.prefetch_related(Prefetch("steps", steps, to_attr="clock_steps"))
    told = [course_of(application, application.clock_steps, on) for application in rows]
    return [course for course in told if course is not None]


def course_of(application: Application, steps: Sequence[Step], on: date) -> Course | None:
    """One application, None where nothing of it is public on the day."""
    procedure, machine = Procedure(application.procedure), application.machine
    public = [
        step for step in steps if machine.rests[step.state] == Rests.ANNOUNCEMENT or step.state == FILED.get(procedure)
    ]
    if not public:
        return None
    window = window_of(application, {step.state: step.on for step in steps})
    state = steps[-1].state
    is_open = state == machine.window and window is not None and window.day is not None and on <= window.day
    events = tuple(Event(step.on, told_of(procedure, step), step.announcement) for step in public)
    sentence = in_plain_words(procedure, state, window, on)
    return Course(
        str(procedure.label),
        application.get_regime_display(),
        sentence + _("此前的步骤未查明。") * begins_at_result(application, steps[0]),
        window if is_open else None,
        how_to_object(procedure, window.day) if is_open and window and window.day else "",
        events,
    )


def how_to_object(procedure: Procedure, until: date) -> str:
    """Until when and how one may object, or, where the reader looks back, that the time is over."""
    return str(OVER if until < clock.today() else HOW.get(procedure, OPEN)).format(day=until)


def told_of(procedure: Procedure, step: Step) -> str:
    """A public step by its public name."""
    return _("提交申请") if step.state == FILED.get(procedure) else label(procedure, step.state)


def in_plain_words(procedure: Procedure, state: str, window: Deadline | None, on: date) -> str:
    """Where it stands, without saying what passes between the district and the offices."""
    machine = MACHINES[procedure]
    if state == machine.window and window is not None and window.day is not None:
        if on <= window.day:
            return _("已发布{state}，正在公开征求异议。").format(state=label(procedure, state))
        return _("异议期已满，等待国家的决定。")
    if state == machine.result or machine.rests[state] == Rests.ANNOUNCEMENT:
        return _("已发布{state}。").format(state=label(procedure, state))
    if phase_of(procedure, state) == Phase.DONE:
        return str(UNSUCCESSFUL[procedure])
    return _("已提交申请，正在审查。")
