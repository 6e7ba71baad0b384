from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotAllowed
from gi_registry.core.history import last_change
from gi_registry.core.models import Change
from gi_registry.inspections.leads import due, open_lead, take_step
from gi_registry.inspections.models import Lead, LeadStep, Origin
from gi_registry.inspections.states import LEADS, LeadState
from tests import make

pytestmark = pytest.mark.django_db
L = LeadState
ABOUT = {"title": "冒用专用标志", "text": "网店商品图上有专用标志，查无核准。"}
FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # ten in the morning


@pytest.fixture
def official():
    return make.person("market", "official")


@pytest.fixture
def inspector():
    return make.person("inspector", "zhangsan")


@pytest.fixture
def lead(official):
    return open_lead(Origin.COMPLAINT, by=official, contact="李** 138", **ABOUT)


def at(lead, state, on=FRIDAY):
    """The lead as it stands after a step of an instant."""
    Lead.objects.filter(pk=lead.pk).update(state=state)
    LeadStep.objects.filter(lead=lead).update(at=on - timedelta(days=1))
    LeadStep.objects.create(lead=lead, state=state, at=on, recorded_at=on, by="测试")
    return Lead.objects.get(pk=lead.pk)


SAID = {
    L.ASSIGNED: {},
    L.PASSED_ON: {"office": "某区农业农村委员会", "note": "属其职责"},
    L.REPORTED: {"note": "两名执法人员已核实"},
    L.APPROVED: {},
    L.TRANSFERRED: {"office": "公安静海分局"},
    L.ANSWERED: {"note": "已责令改正并答复举报人"},
}


def test_leads_are_numbered_within_their_year_and_begin_registered(lead, official):
    other = open_lead(Origin.LABEL, by=official, **ABOUT)

    year = clock.today().year
    assert [lead.number, other.number] == [f"{year}-X0001", f"{year}-X0002"]
    assert [step.state for step in lead.steps.all()] == ["registered"]


def test_who_told_of_it_stands_with_the_lead_and_not_in_the_history(lead):
    lines = str([[line.before, line.after, line.note] for line in Change.objects.all()])

    assert (Lead.objects.get().contact, "李**" in lines) == ("李** 138", False)


@pytest.mark.parametrize("before", L)
@pytest.mark.parametrize("after", L)
def test_a_lead_follows_its_table(lead, official, inspector, before, after):
    if before != L.REGISTERED:
        lead = at(lead, before)
    said = SAID.get(after, {}) | ({"assignee": inspector, "note": "示例：证据不足"} if after == L.ASSIGNED else {})
    trace = (LeadStep.objects.count(), Change.objects.count())

    if after in LEADS[before]:
        assert take_step(lead, after, by=official, **said).lead.state == after
    else:
        with pytest.raises(BadInput, match="之后不能是"):
            take_step(lead, after, by=official, **said)
        assert (LeadStep.objects.count(), Change.objects.count()) == trace


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (L.REGISTERED, L.ASSIGNED, "请选定承办人：须是可以办理案件线索的人。"),
        (L.ASSIGNED, L.PASSED_ON, "请写明转办的理由。"),
        (L.ASSIGNED, L.REPORTED, "请写明调查情况：须有两名以上执法人员核实并写出书面报告。"),
        (L.REPORTED, L.ASSIGNED, "请写明不批准移送的理由。"),
        (L.APPROVED, L.TRANSFERRED, "请写明接收的公安机关。"),
        (L.ASSIGNED, L.ANSWERED, "请写明办理结果和答复。"),
    ],
)
def test_a_step_that_does_not_say_what_it_must_is_refused(lead, official, before, after, sentence):
    with pytest.raises(BadInput) as refused:
        take_step(at(lead, before), after, by=official)

    assert refused.value.sentence == sentence


def test_the_head_decides_within_three_days_of_the_report(lead):
    """The law's days: a last day that is a day off moves to the next working day (Monday)."""
    found = due(at(lead, L.REPORTED))

    assert clock.legal_time(found.until).isoformat() == "2026-11-24T00:00:00+08:00"
    assert found.rule.id == "YS-5a"


def test_what_is_approved_goes_to_the_police_within_24_hours(lead):
    found = due(at(lead, L.APPROVED))

    assert (found.until - FRIDAY, found.rule.id) == (timedelta(hours=24), "YS-5b")


@pytest.mark.parametrize("state", [L.REGISTERED, L.ASSIGNED, L.PASSED_ON, L.TRANSFERRED, L.ANSWERED])
def test_no_other_state_has_a_period_in_the_law(lead, state):
    assert due(at(lead, state)) is None


def test_a_step_cannot_be_before_the_last_or_to_come(lead, official):
    lead = at(lead, L.ASSIGNED)
    for on in (FRIDAY - timedelta(minutes=1), clock.now() + timedelta(hours=1)):
        with pytest.raises(BadInput):
            take_step(lead, L.ANSWERED, by=official, at=on, note="已答复")


def test_an_inspector_follows_up_what_is_assigned_and_decides_nothing(lead, official, inspector):
    with pytest.raises(NotAllowed):
        take_step(lead, L.ANSWERED, by=inspector, note="已答复")
    take_step(lead, L.ASSIGNED, by=official, assignee=inspector)
    with pytest.raises(NotAllowed):
        take_step(lead, L.PASSED_ON, by=inspector, **SAID[L.PASSED_ON])
    take_step(lead, L.REPORTED, by=inspector, **SAID[L.REPORTED])
    with pytest.raises(NotAllowed):
        take_step(lead, L.APPROVED, by=inspector)


@pytest.mark.parametrize("role", ["agriculture", "producer", "auditor", "liaison", "association"])
def test_nobody_else_opens_or_moves_a_lead(lead, role):
    person = make.person(role, "other")

    with pytest.raises(NotAllowed):
        open_lead(Origin.COMPLAINT, by=person, **ABOUT)
    with pytest.raises(NotAllowed):
        take_step(lead, L.ANSWERED, by=person, note="已答复")


def test_an_inspector_opens_a_lead_from_an_inspection_of_their_own_only(inspector, official):
    [product] = make.register(1)
    user = make.authorisation(make.producer(), product)
    other = make.person("inspector", "lisi")
    record = make.arrived(make.task(make.plan(), user, [inspector, make.person("inspector", "wu")]), inspector)

    lead = open_lead(Origin.INSPECTION, by=inspector, record=record, **ABOUT)
    assert (lead.authorisation, lead.product, lead.who) == (user, product, "示例酿造有限公司")
    with pytest.raises(NotAllowed):
        open_lead(Origin.INSPECTION, by=other, record=record, **ABOUT)
    with pytest.raises(BadInput):
        open_lead(Origin.INSPECTION, by=official, **ABOUT)


def test_who_was_slower_does_not_overwrite(lead, official, inspector):
    seen = last_change(lead)
    take_step(lead, L.ASSIGNED, by=official, assignee=inspector)

    with pytest.raises(Exception, match="没有覆盖"):
        take_step(lead, L.ANSWERED, by=official, note="已答复", seen=seen)
