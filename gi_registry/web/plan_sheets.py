"""The workbook of a plan of inspection: whom it is about, who goes, what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from django.utils.translation import gettext as _

from gi_registry.inspections.models import Record, Target, Task
from gi_registry.marks.codes import show_code
from gi_registry.opendata.columns import Kind
from gi_registry.web.sheets import Field, book

TASKS: tuple[Field, ...] = (
    ("序号", Kind.WHOLE, 8),
    ("对象", Kind.TEXT, 30),
    ("统一社会信用代码", Kind.CODE, 22),
    ("核准编码", Kind.CODE, 14),
    ("地址", Kind.TEXT, 36),
    ("产品", Kind.TEXT, 18),
    ("风险", Kind.TEXT, 10),
    ("第几次抽取", Kind.WHOLE, 12),
    ("检查员", Kind.TEXT, 36),
    ("检查日", Kind.DAY, 12),
    ("结论", Kind.TEXT, 12),
    ("照片", Kind.TEXT, 12),
)


class Noted(Protocol):
    """A record as the desk lists it."""

    @property
    def record(self) -> Record: ...
    @property
    def standing(self) -> bool: ...
    @property
    def complete(self) -> bool: ...


class Listed(Protocol):
    """A target as the desk lists it."""

    @property
    def number(self) -> int: ...
    @property
    def target(self) -> Target: ...
    @property
    def task(self) -> Task | None: ...
    @property
    def entries(self) -> Sequence[Noted]: ...


def of_plan(lines: Iterable[Listed]) -> bytes:
    """The targets with their tasks, one in a row with the newest record that stands."""
    return book(_("检查任务"), TASKS, (row_of(line) for line in lines))


def row_of(line: Listed) -> Sequence[Any]:
    """One target under the headings of `TASKS`."""
    target, task = line.target, line.task
    user = target.authorisation
    address = user.producer.address if user else target.address
    who = (target.who, user.producer.uscc if user else None, show_code(user.code) if user else None, address)
    team = "、".join(map(str, task.inspectors.all())) if task else None
    drawn = task.draw.number if task and task.draw else None
    found = next((entry for entry in line.entries if entry.standing), None)
    if found is None:
        told: tuple[Any, ...] = (None, None, None)
    else:
        day = found.record.inspected_on
        told = (day, found.record.get_outcome_display(), _("已到齐") if found.complete else _("未到齐"))
    return (line.number, *who, target.product.common_name, target.get_risk_display(), drawn, team, *told)
