"""Acts on leads (案件线索), and the clock that runs on what may be a crime.

行政执法机关移送涉嫌犯罪案件的规定 art. 5: at least two officers look into it and report; the head decides within three
days; what is approved goes to the police within 24 hours. Passing a lead on to another office has no period in the law.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.core.history import Why, put, refuse_if_changed_since
from gi_registry.core.revision import take_turn
from gi_registry.gazette.actions import add_document, added, own_source, stored
from gi_registry.gazette.models import Document
from gi_registry.gazette.terms import Clock, Rule, deadline, rule_on
from gi_registry.gazette.validators import HandedIn
from gi_registry.inspections.actions import NEW, next_number
from gi_registry.inspections.models import Lead, LeadStep, Origin, Record
from gi_registry.inspections.permissions import require_lead, require_leads, require_to_open_lead
from gi_registry.inspections.states import LEADS, LeadState
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act, reach

PUBLIC = "公众"
OWN_SOURCE = ("leads", "本登记簿的案件线索")
CLOCKS: dict[LeadState, Clock] = {
    LeadState.REPORTED: Clock.TRANSFER_APPROVAL,
    LeadState.APPROVED: Clock.TRANSFER,
}
NEEDS_NOTE: dict[LeadState, str] = {
    LeadState.PASSED_ON: "请写明转办的理由。",
    LeadState.REPORTED: "请写明调查情况：须有两名以上执法人员核实并写出书面报告。",
    LeadState.ANSWERED: "请写明办理结果和答复。",
}
NOT_APPROVED = (LeadState.REPORTED, LeadState.ASSIGNED)  # the head decides against it: back to who looked into it
NEEDS_OFFICE = {LeadState.PASSED_ON: "请写明接收的部门。", LeadState.TRANSFERRED: "请写明接收的公安机关。"}
# What only the office decides; the rest may be done by whom the lead is assigned to.
OFFICE_STEPS = frozenset({LeadState.ASSIGNED, LeadState.PASSED_ON, LeadState.APPROVED, LeadState.TRANSFERRED})


class Due(NamedTuple):
    """Until when somebody must act by which rule: the end of the last day, or an instant where hours count."""

    until: datetime
    rule: Rule
    provisional: bool


@transaction.atomic
def open_lead(
    origin: Origin, *, by: User, title: str, text: str, record: Record | None = None, contact: str = "", **columns: Any
) -> Lead:
    """A new lead; an inspector may open one from an inspection of their own. Raises NotAllowed and BadInput."""
    require_to_open_lead(by, record)
    if origin == Origin.INSPECTION and record is None:
        raise BadInput("检查发现的线索，请从检查记录登记。")
    if record is not None:
        target = record.task.target
        columns = {"authorisation": target.authorisation, "product": target.product, "who": target.who} | columns
    return registered(origin, by=str(by), contact=contact, title=title, text=text, record=record, **columns)


def take_report(*, title: str, text: str, contact: str = "", photo: HandedIn | None = None, **columns: Any) -> Lead:
    """What a stranger saw of a label, as a lead that nobody's account opens. Raises BadInput."""
    if not text.strip():
        raise BadInput("请写明看到了什么。")
    if told := told_already(text, columns):
        return told
    picture = kept(photo, title="举报的照片", by=PUBLIC) if photo is not None else None
    return registered(
        Origin.LABEL, by=PUBLIC, contact=contact, document=picture, title=title, text=text, record=None, **columns
    )


def told_already(text: str, columns: dict[str, Any]) -> Lead | None:
    """The lead of the same report from today or yesterday: a form sent twice is one lead."""
    said = {name: columns.get(name, "").strip() for name in ("who", "where")}
    since = clock.today() - timedelta(days=1)
    reports = Lead.objects.filter(origin=Origin.LABEL, received_on__gte=since)
    return reports.filter(text=text.strip(), **said).first()


def kept(handed: HandedIn, *, title: str, by: str) -> Document:
    """A file that belongs to a lead; one that the register has already is not stored again. The transaction is the
    outermost one, so that row and file stand or fall together. Raises BadInput."""
    known = Document.objects.filter(sha256=handed.sha256).first()
    if known is not None:
        return known
    try:
        with stored(handed) as name, transaction.atomic(durable=True):
            source = own_source(*OWN_SOURCE, by=by)
            return add_document(handed, name, title=title, source=source, public=False, by=by, note="")
    except IntegrityError as error:
        raise BadInput("同一个文件刚由别人交上来，没有再存一份：请重新打开这一页。") from error


@transaction.atomic
def registered(origin: Origin, *, by: str, contact: str, document: Document | None = None, **columns: Any) -> Lead:
    """A lead with its first step, whoever it comes from."""
    take_turn()
    today = clock.today()
    texts = {name: columns[name].strip() for name in ("title", "text")}
    values = {"received_on": today} | columns | texts | {"origin": origin, "state": LeadState.REGISTERED}
    key = {"number": next_number(Lead.objects.all(), f"{today.year}-X", 4)}
    lead = put(Lead, key, values, by=by, why=Why(today), seen=NEW)[0]
    Lead.objects.filter(pk=lead.pk).update(contact=contact.strip())  # past the history, which more people read
    lead.contact = contact.strip()
    written(lead, LeadState.REGISTERED, by, at=clock.now(), document=document)
    return lead


@transaction.atomic
def take_step(
    lead: Lead,
    state: LeadState,
    *,
    by: User,
    at: datetime | None = None,
    assignee: User | None = None,
    office: str = "",
    note: str = "",
    document: Document | None = None,
    seen: int | None = None,
) -> LeadStep:
    """The lead's next step, taken at the instant `at` (now). Raises NotAllowed, BadInput, Conflict; then nothing is
    left behind."""
    if state in OFFICE_STEPS:
        require_leads(by)
    take_turn()
    lead = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    require_lead(by, lead)
    if seen is not None:
        refuse_if_changed_since(lead, seen)
    before = LeadState(lead.state)
    if state not in LEADS[before]:
        raise BadInput(f"线索“{before.label}”之后不能是“{LeadState(state).label}”。")
    at = at or clock.now()
    refuse_instant(lead, at)
    refuse_incomplete(before, state, note, office, assignee)
    values: dict[str, Any] = {"state": state}
    if state == LeadState.ASSIGNED:
        values["assignee"] = assignee
    lead, _moved = put(Lead, {"pk": lead.pk}, values, by=str(by), why=Why(clock.legal_time(at).date(), note=note))
    return written(lead, state, by, at=at, office=office.strip(), note=note.strip(), document=document)


def refuse_instant(lead: Lead, at: datetime) -> None:
    """A step follows the one before and has happened. Raises BadInput."""
    last = lead.steps.last()
    if at > clock.now():
        raise BadInput("这一步的时间还没有到，不能先记。")
    if last is not None and at < last.at:
        raise BadInput(f"时间早于上一步“{last.get_state_display()}”的 {clock.legal_time(last.at):%Y-%m-%d %H:%M}。")


def note_needed(before: LeadState, state: LeadState) -> str:
    """What a step must say in words, "" where it need not."""
    return "请写明不批准移送的理由。" if (before, state) == NOT_APPROVED else NEEDS_NOTE.get(state, "")


def refuse_incomplete(before: LeadState, state: LeadState, note: str, office: str, assignee: User | None) -> None:
    """Raises BadInput where a step does not say what it must."""
    if (needed := note_needed(before, state)) and not note.strip():
        raise BadInput(needed)
    if state in NEEDS_OFFICE and not office.strip():
        raise BadInput(NEEDS_OFFICE[state])
    if state == LeadState.PASSED_ON and "公安" in office:
        raise BadInput("移送公安机关有期限：请走“报请移送公安机关”。")
    if state == LeadState.ASSIGNED and (assignee is None or reach(assignee, Act.LEADS) is None):
        raise BadInput("请选定承办人：须是可以办理案件线索的人。")


def written(lead: Lead, state: LeadState, by: User | str, **columns: Any) -> LeadStep:
    """One more line of the lead's history."""
    values = {"lead": lead, "state": state, "recorded_at": clock.now(), "by": str(by)} | columns
    why = Why(clock.legal_time(columns["at"]).date(), note=columns.get("note", ""))
    step: LeadStep = added(LeadStep, values, by=str(by), why=why)
    return step


def due(lead: Lead) -> Due | None:
    """Until when the lead's next step must be taken; None where the law sets no period."""
    named = CLOCKS.get(LeadState(lead.state))
    if named is None:
        return None
    last = list(lead.steps.all())[-1]  # of a list of leads they were fetched at once
    since = clock.legal_time(last.at)
    rule = rule_on(named, since.date())
    if named == Clock.TRANSFER:
        return Due(last.at + timedelta(hours=rule.length or 0), rule, provisional=False)
    end = deadline(rule, since.date())
    if end.day is None:
        return None
    midnight = datetime.combine(end.day + timedelta(days=1), datetime.min.time(), clock.LEGAL_ZONE)
    return Due(midnight, rule, end.provisional)
