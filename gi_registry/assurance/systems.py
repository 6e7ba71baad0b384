"""Are the three systems of a product met on a day? Computed from clauses and evidence of that day, and explained."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.assurance.clauses import Clause, System

SOON = timedelta(days=60)


class Status(models.TextChoices):
    """How a clause, a system or a product stands on a day, the worst last but for what does not apply."""

    NOT_APPLICABLE = "not_applicable", _("不适用")
    MET = "met", _("已满足")
    EXPIRING = "expiring", _("即将到期")
    LAPSED = "lapsed", _("已失效")
    MISSING = "missing", _("未满足")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence as it counts for a clause: what it is, and the days on which it holds, [begins, ends).

    `ends` None: it does not end. `assumed`: the end is this register's assumption, not the paper's own.
    `kind` and `pk` name the row: standard, record, report, qualification, appointment, attachment.
    """

    kind: str
    pk: int
    title: str
    begins: date | None
    ends: date | None = None
    producer: int | None = None
    assumed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProducerAnswer:
    """How a clause stands for one producer."""

    producer: str
    status: Status
    sentence: str
    ends: date | None


@dataclass(frozen=True, slots=True)
class ClauseAnswer:
    """How a clause stands on the day, in one sentence, with the evidence it rests on and what restores it.

    `ends`: the first day on which it no longer stands so, None where nothing ends it. `failed`: failed lines of test
    reports that bear on it, those settled by a retest too, so that none ever disappears.
    """

    clause: Clause
    status: Status
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    ends: date | None = None
    restores: str = ""
    failed: tuple[str, ...] = ()
    producers: tuple[ProducerAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemAnswer:
    """How one system stands; model clauses are shown and do not count."""

    system: System
    status: Status
    clauses: tuple[ClauseAnswer, ...]
    met: int  # of those that count, those that stand (expiring ones too)
    asked: int  # those that count and apply
    next_lapse: ClauseAnswer | None


@dataclass(frozen=True, slots=True)
class ProductAnswer:
    """How the three systems of a product stand on a day."""

    pk: int
    slug: str
    name: str
    day: date
    status: Status
    systems: tuple[SystemAnswer, ...]
    clauses: tuple[ClauseAnswer, ...] = field(repr=False)
