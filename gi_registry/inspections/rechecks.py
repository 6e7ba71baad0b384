"""What shows whether a fault was mended: the files handed in with answers, and what re-checks found (reads only)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.gazette.models import Document
from gi_registry.inspections.models import Plan, Record, Target
from gi_registry.inspections.states import PlanState
from gi_registry.marks.models import Item, Rectification


class Looked(NamedTuple):
    """One re-check: its plan, and what counts of its records; None where nobody has recorded anything yet."""

    plan: Plan
    record: Record | None

    @property
    def awaited(self) -> bool:
        """Whether somebody is still to go there."""
        return self.record is None and self.plan.state != PlanState.CLOSED


def looked_at(rectification: Rectification) -> list[Looked]:
    """The re-checks of a rectification in their order. Two queries."""
    targets = list(Target.objects.filter(recheck_of=rectification).select_related("plan"))
    counted = Record.objects.counted().filter(task__target__in=targets).defer("body").select_related("task")
    found = {record.task.target_id: record for record in counted} if targets else {}
    return [Looked(target.plan, found.get(target.pk)) for target in targets]


def refuse_unseen(rectification: Rectification, *, mended: bool, note: str) -> None:
    """While a re-check is still to come, whoever calls a fault mended says what shows it. Raises BadInput."""
    awaited = [looked.plan.number for looked in looked_at(rectification) if looked.awaited]
    if mended and awaited and not note.strip():
        raise BadInput(f"复查（计划 {awaited[0]}）还没有记录：现在就办结的，请在“说明”里写明凭什么认定已改正。")


def evidence_of(rectification: Rectification) -> list[Document]:
    """The files that were handed in with answers since it was ordered, until it was closed."""
    handed = Document.objects.filter(
        attachments__authorisation=rectification.authorisation_id,
        attachments__item=Item.ANSWER,
        at__gte=midnight(rectification.ordered_on),
    ).order_by("at")
    until = rectification.closed_on
    return list(handed.filter(at__lt=midnight(until + timedelta(days=1))) if until else handed)


def midnight(on: date) -> datetime:
    """The instant at which a legal day begins."""
    return datetime.combine(on, datetime.min.time(), clock.LEGAL_ZONE)
