from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command

from gi_registry.core import clock
from gi_registry.inspections import leads
from gi_registry.inspections.leads import open_lead
from gi_registry.inspections.models import Origin
from gi_registry.inspections.states import LeadState
from tests import make

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 31)


def remind():
    said = StringIO()
    call_command("remind_inspections", stdout=said)
    return said.getvalue()


@pytest.fixture
def order():
    """An open rectification of somebody whose producer has an account too."""
    user = make.authorisation(make.producer(), make.product(), state="rectify", code="TEST00001")
    return make.rectification(user, ordered_on=date(2026, 3, 1), due_on=DUE)


def test_a_rectification_is_told_a_week_before_a_day_before_and_once_it_is_overdue(order, monkeypatch):
    make.person("market", email="market@example.cn")
    told = []
    for left in (30, 8, 7, 3, 1, 0, -1, -2, -40):
        monkeypatch.setattr(clock, "today", lambda left=left: DUE - timedelta(days=left))
        mail.outbox.clear()
        printed = "TEST00001" in remind()
        assert printed == bool(mail.outbox)
        told += [left] * len(mail.outbox)

    assert told == [7, 1, -1]


def test_the_office_and_the_producer_are_told_and_nobody_else(order, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: DUE + timedelta(days=3))
    make.person("market", "market", email="market@example.cn")
    make.person("producer", "maker", email="maker@example.cn", party=order.authorisation.producer)
    make.person("producer", "rival", email="rival@example.cn", party=make.producer("示例同业", make.USCC[1]))
    make.person("agriculture", "agri", email="agri@example.cn")

    printed = remind()

    assert "独流老醋：示例酿造有限公司（TEST00001），限期 2026-03-31，已过 3 天" in printed
    assert [one.to for one in mail.outbox] == [["maker@example.cn"], ["market@example.cn"]]
    assert remind() == "没有新的限期改正和线索期限。\n"


def test_a_settled_rectification_is_told_no_more(order, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: DUE + timedelta(days=3))
    order.closed_on = DUE
    order.save()

    assert remind() == "没有新的限期改正和线索期限。\n"


def test_the_clock_of_a_lead_is_told_when_it_runs_and_when_it_has_run_out(monkeypatch):
    official = make.person("market", "market", email="market@example.cn")
    make.person("inspector", "zhang", email="zhang@example.cn")
    lead = open_lead(Origin.COMPLAINT, by=official, title="示例线索", text="冒用专用标志")
    leads.take_step(lead, LeadState.ASSIGNED, by=official, assignee=official)
    assert remind() == "没有新的限期改正和线索期限。\n"

    leads.take_step(lead, LeadState.REPORTED, by=official, note="两名执法人员查明")
    first, again = remind(), remind()
    leads.take_step(lead, LeadState.APPROVED, by=official)
    hours = remind()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=25))
    late = remind()

    assert f"{lead.number}：负责人决定是否批准移送公安机关" in first
    assert again == "没有新的限期改正和线索期限。\n"
    assert (f"{lead.number}：移送公安机关" in hours, "已过" in hours) == (True, False)
    assert (f"{lead.number}：移送公安机关" in late, "，已过" in late) == (True, True)
    assert [(one.to, one.subject.split("：")[1]) for one in mail.outbox] == [
        (["market@example.cn"], "1 条案件线索正在计时")
    ] * 3
