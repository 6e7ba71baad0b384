"""The desk's pages of leads (案件线索): the list with the clocks that run, one lead with its steps, a form for each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotInRegister
from gi_registry.core.history import changes_of, last_change
from gi_registry.inspections import leads as acts
from gi_registry.inspections.leads import NOT_APPROVED, OFFICE_STEPS, Due
from gi_registry.inspections.models import Lead, LeadQuerySet, Origin
from gi_registry.inspections.permissions import leads_to_read, leads_within_reach, require_leads
from gi_registry.inspections.states import LEADS, LeadState
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.web.applications import FORM, me
from gi_registry.web.desk import ROWS, answer, desk
from gi_registry.web.documents import handed_in
from gi_registry.web.forms.leads import LeadForm, LeadStepForm
from gi_registry.web.inspections import record_for

LINES = 20  # of history below a lead
OPEN = "open"
WITH_NAMES = ("assignee", "product", "authorisation__producer", "record")

# What each step is called where it is done, in the order in which they are offered.
DOES: dict[LeadState, Any] = {
    LeadState.ASSIGNED: gettext_lazy("分派"),
    LeadState.APPROVED: gettext_lazy("批准移送"),
    LeadState.TRANSFERRED: gettext_lazy("移送公安机关"),
    LeadState.ANSWERED: gettext_lazy("办结并答复"),
    LeadState.PASSED_ON: gettext_lazy("转其他部门"),
    LeadState.REPORTED: gettext_lazy("报请移送公安机关"),
}
FROM_THE_LAW: dict[LeadState, Any] = {
    LeadState.REPORTED: gettext_lazy(
        "涉嫌犯罪的：指定两名以上执法人员核实，写出书面报告；负责人自接到报告之日起 3 日内决定"
        "（《行政执法机关移送涉嫌犯罪案件的规定》第五条）。"
    ),
    LeadState.APPROVED: gettext_lazy(
        "批准的，应当在 24 小时内移送，附移送书、调查报告、涉案物品清单、检验报告或者鉴定结论；"
        "不批准的，交回承办并写明理由。"
    ),
    LeadState.TRANSFERRED: gettext_lazy("移送书、调查报告、涉案物品清单、检验报告或者鉴定结论等一并移送。"),
}


class Left(NamedTuple):
    """How long until a step must be taken, in words that need no reckoning."""

    due: Due
    seconds: float

    @property
    def past(self) -> bool:
        return self.seconds < 0

    @property
    def near(self) -> bool:
        return self.seconds < timedelta(days=1).total_seconds()

    @property
    def words(self) -> str:
        days, hours = divmod(int(abs(self.seconds)) // 3_600, 24)
        length = _("{d} 天 {h} 小时").format(d=days, h=hours) if days else _("{h} 小时").format(h=hours)
        return (_("已过 {length}") if self.past else _("还有 {length}")).format(length=length)


class Row(NamedTuple):
    """One lead of the list with its clock."""

    lead: Lead
    left: Left | None


def left_of(lead: Lead, now: datetime) -> Left | None:
    """The clock that runs on the lead."""
    due = acts.due(lead)
    return Left(due, (due.until - now).total_seconds()) if due is not None else None


@desk(Act.LEADS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The leads within reach, the running clocks first."""
    state = request.GET.get("state", OPEN)
    if state not in {"", OPEN, *LeadState.values}:
        raise BadInput(_("没有“{word}”这种状态：请从筛选栏里选。").format(word=state[:30]))
    found: Any = leads_to_read(request.user).select_related(*WITH_NAMES).prefetch_related("steps")
    if state == OPEN:
        found = found.open()
    elif state:
        found = found.filter(state=state)
    page, now = Paginator(found, ROWS).get_page(request.GET.get("page")), clock.now()
    rows = [Row(lead, left_of(lead, now)) for lead in page]
    context = {
        "rows": page,
        "lines": sorted(rows, key=lambda row: row.left.seconds if row.left else float("inf")),
        "state": state,
        "states": LeadState.choices,
        "may_open": reach(request.user, Act.LEADS) is Reach.ALL,
    }
    return render(request, "desk/leads/index.html", context)


def lead_for(person: Person, number: str, among: Callable[[Person], LeadQuerySet] = leads_within_reach) -> Lead:
    """The lead, where the person may follow it up or do what else `among` says. Raises NotInRegister: to others it is
    not there."""
    found = among(person).select_related(*WITH_NAMES, "record__task__target")
    lead: Lead | None = found.filter(number=number).first()
    if lead is None:
        raise NotInRegister(_("没有这条线索，或者它不由您承办。"))
    return lead


class Option(NamedTuple):
    """A step that may follow, and the address of its form."""

    label: str
    address: str


@desk(Act.LEADS)
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One lead: what it says, who has it, the clock, the steps, what may follow."""
    lead = lead_for(request.user, number, leads_to_read)
    theirs = leads_within_reach(request.user).filter(pk=lead.pk).exists()
    steps = list(lead.steps.select_related("document"))
    context = {
        "lead": lead,
        "theirs": theirs,
        "left": left_of(lead, clock.now()) if theirs else None,
        "steps": steps[::-1] if theirs else [],
        "options": options(request.user, lead) if theirs else [],
        "reads_papers": reach(request.user, Act.DESK) is Reach.ALL,
        "changes": changes_of(lead, *steps)[:LINES] if theirs else [],
    }
    return render(request, "desk/leads/detail.html", context)


def options(person: Person, lead: Lead) -> list[Option]:
    """The steps that the person may take now: what is due first, giving it to somebody else last."""
    office = reach(person, Act.LEADS) is Reach.ALL
    able = [state for state in DOES if state in LEADS[LeadState(lead.state)]]
    able.sort(key=lambda state: state == LeadState.ASSIGNED and lead.assignee_id is not None)
    return [
        Option(said(lead, state), reverse("desk-lead-step", args=[lead.number, state]))
        for state in able
        if office or state not in OFFICE_STEPS
    ]


def said(lead: Lead, state: LeadState) -> str:
    """What the step is called from where the lead stands."""
    if (LeadState(lead.state), state) == NOT_APPROVED:
        return _("不批准移送，交回承办")
    again = state == LeadState.ASSIGNED and lead.assignee_id is not None
    return _("改派") if again else str(DOES[state])


def here(lead: Lead) -> str:
    """The page of the lead."""
    return reverse("desk-lead", args=[lead.number])


@desk(Act.LEADS)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """The form of a lead that somebody told of."""
    require_leads(request.user)
    return opening(request, None)


@desk(Act.LEADS)
@require_http_methods(FORM)
def from_record(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The form of a lead that an inspection found."""
    return opening(request, uuid)


def opening(request: HttpRequest, uuid: UUID | None) -> HttpResponse:
    """Either of them."""
    record = record_for(request.user, uuid) if uuid is not None else None
    target = record.task.target if record is not None else None
    initial = {"title": _("{who}：检查发现").format(who=target.who)} if target is not None else {}
    form = LeadForm(request.POST or None, record=record, initial=initial)
    made: list[Lead] = []

    def act() -> str:
        origin = Origin.INSPECTION if record is not None else Origin(form.cleaned_data["origin"])
        made.append(acts.open_lead(origin, by=me(request), record=record, **form.asked()))
        return _("已登记线索 {number}。").format(number=made[0].number)

    back = reverse("desk-inspection", args=[uuid]) if uuid is not None else reverse("desk-leads")
    context = {"heading": _("登记案件线索"), "record": record, "target": target, "back": back}
    return answer(request, form, "desk/leads/new.html", context, act=act, to=lambda: here(made[0]))


@desk(Act.LEADS)
@require_http_methods(FORM)
def step(request: HttpRequest, number: str, state: str) -> HttpResponse:
    """The form of the next step."""
    lead = lead_for(request.user, number)
    if state not in DOES:
        raise NotInRegister(_("线索没有这一步。"))
    following = LeadState(state)
    if following in OFFICE_STEPS:
        require_leads(request.user)
    if request.method != "POST" and following not in LEADS[LeadState(lead.state)]:
        raise BadInput(_("线索“{now}”之后不能是“{next}”。").format(now=lead.get_state_display(), next=following.label))
    form = LeadStepForm(
        request.POST or None,
        request.FILES or None,
        lead=lead,
        state=following,
        initial={"seen": last_change(lead), "assignee": lead.assignee},
    )

    def act() -> str:
        upload, document = form.cleaned_data["file"], form.cleaned_data["document"]
        if upload:
            document = acts.kept(handed_in(upload), title=f"{lead.number} {DOES[following]}", by=str(request.user))
        acts.take_step(lead, following, by=me(request), document=document, **form.asked())
        return _("已记下“{step}”。").format(step=heading)

    heading = said(lead, following)
    context = {"heading": heading, "lead": lead, "back": here(lead), "law": FROM_THE_LAW.get(following, "")}
    to = here(lead)
    return answer(request, form, "desk/leads/step.html", context, act=act, to=to, row=lead)
