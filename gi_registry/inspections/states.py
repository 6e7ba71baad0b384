"""What may follow what: plans of inspection, and leads towards a case.

Sources: 令第80号 art. 24, 30; 行政执法机关移送涉嫌犯罪案件的规定 art. 5. 双随机、一公开 is practice; that the frame
and a commitment to the seed are published first is this register's own rule.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Why a plan is made."""

    RANDOM = "random", _("双随机")
    SPECIAL = "special", _("专项")
    REPORT = "report", _("举报")
    RECHECK = "recheck", _("复查")


class PlanState(models.TextChoices):
    """Where a plan stands."""

    PREPARING = "preparing", _("准备")
    PUBLISHED = "published", _("已公布")
    DRAWN = "drawn", _("已抽取")
    RUNNING = "running", _("进行中")
    CLOSED = "closed", _("已结束")


class LeadState(models.TextChoices):
    """Where a lead stands; only what may be a crime goes the way from a report to its transfer."""

    REGISTERED = "registered", _("已登记")
    ASSIGNED = "assigned", _("已分派")
    PASSED_ON = "passed_on", _("已转其他部门")
    REPORTED = "reported", _("已报请移送公安机关")
    APPROVED = "approved", _("已批准移送")
    TRANSFERRED = "transferred", _("已移送公安机关")
    ANSWERED = "answered", _("已办结")


P, L = PlanState, LeadState

ASSIGNED_PLAN: dict[PlanState, frozenset[PlanState]] = {
    P.PREPARING: frozenset({P.PUBLISHED, P.RUNNING, P.CLOSED}),
    P.PUBLISHED: frozenset({P.RUNNING, P.CLOSED}),
    P.RUNNING: frozenset({P.CLOSED}),
    P.CLOSED: frozenset(),
}
# From a draw back to what is published: that is a second draw, which says so in public.
RANDOM_PLAN: dict[PlanState, frozenset[PlanState]] = {
    P.PREPARING: frozenset({P.PUBLISHED, P.CLOSED}),
    P.PUBLISHED: frozenset({P.DRAWN, P.CLOSED}),
    P.DRAWN: frozenset({P.PUBLISHED, P.RUNNING, P.CLOSED}),
    P.RUNNING: frozenset({P.CLOSED}),
    P.CLOSED: frozenset(),
}
PLANS: Mapping[Kind, dict[PlanState, frozenset[PlanState]]] = {
    Kind.RANDOM: RANDOM_PLAN,
    **dict.fromkeys((Kind.SPECIAL, Kind.REPORT, Kind.RECHECK), ASSIGNED_PLAN),
}

LEADS: dict[LeadState, frozenset[LeadState]] = {
    L.REGISTERED: frozenset({L.ASSIGNED, L.PASSED_ON, L.ANSWERED}),
    L.ASSIGNED: frozenset({L.ASSIGNED, L.PASSED_ON, L.REPORTED, L.ANSWERED}),
    L.PASSED_ON: frozenset({L.ASSIGNED, L.ANSWERED}),
    L.REPORTED: frozenset({L.APPROVED, L.ASSIGNED}),
    L.APPROVED: frozenset({L.TRANSFERRED}),
    L.TRANSFERRED: frozenset({L.ASSIGNED, L.ANSWERED}),
    L.ANSWERED: frozenset(),
}
