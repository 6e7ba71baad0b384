"""The desk's pages of applications: the board, one file with its path, and a form for every act on it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.contrib.messages import get_messages
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.applications import actions
from gi_registry.applications.docket import Card, Phase, Wanted, chosen, docket, falling_due
from gi_registry.applications.models import Application, MaterialState, Opposition, Step, standing
from gi_registry.applications.path import (
    Line,
    begins_at_result,
    begins_with_receipt,
    completeness,
    deadlines_of,
    materials_of,
    what_next,
)
from gi_registry.applications.permissions import act_for, require
from gi_registry.applications.states import OPPOSITIONS, Machine, Objection, Procedure, act_label, label
from gi_registry.applications.subscriptions import key_of, owner_of, renew
from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotAllowed, NotInRegister
from gi_registry.core.history import last_change
from gi_registry.gazette.papers import Rests
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.products.models import Product
from gi_registry.products.permissions import may_on, within_reach
from gi_registry.web.desk import ROWS, answer, desk
from gi_registry.web.forms.applications import (
    ApplicantForm,
    BringInForm,
    MaterialForm,
    ObjectionForm,
    OpenForm,
    OppositionForm,
    StepForm,
    WithdrawForm,
)
from gi_registry.web.pages import page

COLUMN = 20  # cards shown in one column; the table has the rest
FORM = ["GET", "HEAD", "POST"]

# --- The board -------------------------------------------------------------------------------------------------------


class Column(NamedTuple):
    """One column of the board: the cards it shows, and how many there are."""

    phase: Phase
    cards: list[Card]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.cards)


@desk(Act.DESK)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The applications within reach: a board by stage, or the same as a table. Made once while the register stands."""
    held, key = docket(clock.today()), (request.get_full_path(), reader_of(me(request)))
    if get_messages(request):
        return listing(request)
    if key not in held.kept:
        held.keep(key, listing(request).content)
    return HttpResponse(held.kept[key])


def reader_of(person: User) -> tuple[object, ...]:
    """All of a person on which a page may depend."""
    return (person.pk, str(person), person.party_id, person.unit_id, person.is_superuser, *person.group_names)


def listing(request: HttpRequest) -> HttpResponse:
    """The board or the table as the filters leave it."""
    wanted = wanted_of(request)
    within = cards_within_reach(request.user)
    cards = chosen(within, wanted)
    context = {
        "wanted": wanted,
        "count": len(cards),
        "phases": Phase.choices,
        "procedures": Procedure.choices,
        "actors": sorted({card.who for card in within if card.who}),
        "falling": len(falling_due(cards)),
        "overdue": sum(card.overdue for card in cards),
        "may_open": reach(request.user, Act.APPLICATIONS) is not None,
        "may_record": reach(request.user, Act.STATE_STEPS) is not None,
        "table": request.GET.get("view") == "table",
    }
    if context["table"]:
        rows = Paginator(cards, ROWS).get_page(request.GET.get("page"))
        return render(request, "desk/applications/table.html", context | {"rows": rows})
    return render(request, "desk/applications/board.html", context | {"columns": columns_of(cards)})


def cards_within_reach(person: Person) -> list[Card]:
    """The cards of the products that the person may see, the most urgent first. One query at most."""
    cards = docket(clock.today()).cards
    if reach(person, Act.DESK) is Reach.ALL:
        return list(cards)
    own = set(within_reach(person, Act.DESK).values_list("pk", flat=True))
    return [card for card in cards if card.product_id in own]


def wanted_of(request: HttpRequest) -> Wanted:
    """What the address asks to see. Raises BadInput where it names a stage or a procedure that there is not."""
    asked = {name: request.GET.get(name, "").strip() for name in ("phase", "procedure", "who", "q")}
    for name, choices in (("phase", Phase.values), ("procedure", Procedure.values)):
        if asked[name] and asked[name] not in choices:
            raise BadInput(_("没有“{word}”这种阶段或程序：请从筛选栏里选。").format(word=asked[name][:30]))
    return Wanted(**asked, overdue=bool(request.GET.get("overdue")))


def columns_of(cards: Iterable[Card]) -> list[Column]:
    """The cards under their stages, in the order of the stages."""
    order = list(Phase)
    placed = {
        phase: list(some)
        for phase, some in groupby(sorted(cards, key=lambda c: order.index(c.phase)), key=lambda c: c.phase)
    }
    return [Column(phase, placed.get(phase, [])[:COLUMN], len(placed.get(phase, []))) for phase in order]


# --- One file --------------------------------------------------------------------------------------------------------


class Station(NamedTuple):
    """One stop on the line of a path: unknown, done, where it stands, or what lies on the way to its aim (`kind`)."""

    label: str
    kind: str
    on: date | None = None


class Option(NamedTuple):
    """A step that may follow, with the address of its form where the reader may take it."""

    label: str
    ours: bool
    rests: Rests
    obstacle: str
    address: str
    onward: bool


@desk(Act.DESK)
@require_safe
def detail(request: HttpRequest, file_number: str) -> HttpResponse:
    """One file: its path, clocks, what may follow, materials, steps and oppositions."""
    application = application_for(request.user, file_number)
    prefetch_related_objects([application], "materials__documents", "materials__responsible")
    today = clock.today()
    steps = list(application.steps.select_related("document", "announcement__source", "opposition", "withdraws"))
    late = begins_at_result(application, steps[0] if steps else None)
    may = {act: may_on(request.user, act, application.product) for act in (Act.APPLICATIONS, Act.STATE_STEPS)}
    context = {
        "application": application,
        "late": late,
        "stations": stations(application, standing([s for s in steps if s.opposition_id is None]), late=late),
        "ways": ways(application, may, today),
        "dues": deadlines_of(application, today),
        "lines": materials_of(application),
        "completeness": completeness(application),
        "may_prepare": may[Act.APPLICATIONS] and not late and application.state not in application.machine.settled,
        "may_name": may[Act.APPLICATIONS] and application.state == application.machine.start,
        "history": history(application, steps, may),
        "oppositions": oppositions(application, may, steps),
        "may_object": may[Act.STATE_STEPS] and application.state == application.machine.window != "",
        "laws": [law for law in application.machine.laws if law.in_force_on(application.opened_on) and not late],
        "today": today,
    }
    return render(request, "desk/applications/detail.html", context)


def application_for(person: Person, file_number: str, act: Act = Act.DESK) -> Application:
    """The application, where the person may do the act on its product. Raises NotInRegister and NotAllowed."""
    found = Application.objects.select_related("product", "applicant", "survey", "protection", "predecessor")
    application = found.filter(file_number=file_number).first()
    if application is None:
        raise NotInRegister(f"没有案卷号为“{file_number[:20]}”的申请。")
    if not may_on(person, act, application.product):
        raise NotAllowed(f"您的账号不能{act.label}：{application.product}不在您负责的范围内。")
    return application


def stations(application: Application, done: list[Step], *, late: bool = False) -> list[Station]:
    """The line: every standing step, the last one as where it stands, then the shortest way to the aim.

    A file that was brought in `late` does not know what came before.
    """
    before = [Station(_("此前的步骤"), "unknown")] * late
    past = [Station(step.state_label, "done", step.on) for step in done[:-1]]
    here = Station(application.state_label, "here", done[-1].on if done else None)
    ahead = shortest_way(application.machine, application.state)
    return [*before, *past, here, *(Station(label(application.procedure, state), "ahead") for state in ahead)]


def shortest_way(machine: Machine, state: str) -> list[str]:
    """The states from here to the result of the procedure; none where it is reached or cannot be any more."""
    queue, seen = deque([[state]]), {state}
    while queue:
        way = queue.popleft()
        if way[-1] == machine.result:
            return way[1:]
        for following in machine.states.values:
            if following in machine.next[way[-1]] and following not in seen:
                seen.add(following)
                queue.append([*way, following])
    return []


def ways(application: Application, may: dict[Act, bool], today: date) -> list[Option]:
    """What may follow, each with its form for those who may take it; `onward` is the shortest way to the aim."""
    aim = shortest_way(application.machine, application.state)[:1]
    return [
        Option(
            way.label,
            way.rests == Rests.OURS,
            way.rests,
            way.obstacle,
            reverse("desk-application-step", args=[application.file_number, way.state]) if may[way.act] else "",
            [way.state] == aim,
        )
        for way in what_next(application, today)
    ]


class Entry(NamedTuple):
    """One step as the file shows it: its number, whether it was taken back and why, and where to take it back."""

    number: int
    step: Step
    withdrawn: Step | None
    address: str


def history(application: Application, steps: list[Step], may: dict[Act, bool]) -> list[Entry]:
    """Every step, the newest first. The last standing one of the path and of each opposition may be withdrawn."""
    back = {step.withdraws_id: step for step in steps if step.withdraws_id is not None}
    last: dict[int | None, list[Step]] = {}
    for step in standing(steps):
        last.setdefault(step.opposition_id, []).append(step)
    late = {None} if begins_at_result(application, steps[0] if steps else None) else set()
    if application.state != application.machine.window:  # then nothing is changed of what was decided of oppositions
        last = {about: path for about, path in last.items() if about is None}
    open_ = {path[-1].pk for about, path in last.items() if len(path) > 1 or about in late}
    entries = [
        Entry(number, step, back.get(step.pk), withdrawal(application, number, step, may) if step.pk in open_ else "")
        for number, step in enumerate(steps, 1)
    ]
    return entries[::-1]


def withdrawal(application: Application, number: int, step: Step, may: dict[Act, bool]) -> str:
    """The address where a step is taken back, "" for those who may not."""
    act = Act.STATE_STEPS if step.opposition_id is not None else act_for(application.machine.rests[step.state])
    return reverse("desk-application-withdraw", args=[application.file_number, number]) if may[act] else ""


class Objected(NamedTuple):
    """One opposition: its number, its steps, and what the State may do next."""

    number: int
    opposition: Opposition
    steps: list[Step]
    next: list[tuple[str, str]]


def oppositions(application: Application, may: dict[Act, bool], steps: list[Step]) -> list[Objected]:
    """Every opposition with its intake, negotiation and decision."""
    open_ = application.state == application.machine.window
    table = OPPOSITIONS.get(Procedure(application.procedure), {}) if open_ else {}
    told = standing(steps)
    return [
        Objected(
            number,
            opposition,
            [step for step in told if step.opposition_id == opposition.pk],
            [
                (
                    str(Objection(state).label),
                    reverse("desk-opposition-step", args=[application.file_number, number, state]),
                )
                for state in Objection.values
                if may[Act.STATE_STEPS] and state in table.get(opposition.state, ())
            ],
        )
        for number, opposition in enumerate(application.oppositions.prefetch_related("documents"), 1)
    ]


# --- To take along ---------------------------------------------------------------------------------------------------

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ICS = "text/calendar; charset=utf-8"


@desk(Act.DESK)
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    """The applications that the filters leave, as a workbook."""
    cards = chosen(cards_within_reach(request.user), wanted_of(request))
    content = import_string("gi_registry.web.sheets.of_cards")(cards)
    return download(content, f"申请 {clock.today()}.xlsx", XLSX)


def download(content: bytes, name: str, media_type: str) -> HttpResponse:
    """A file to be saved under its Chinese name."""
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


@desk(Act.DESK)
@require_safe
def dossier(request: HttpRequest, file_number: str) -> FileResponse:
    """The materials in the order of the checklist, with a cover that names what is missing."""
    application = application_for(request.user, file_number)
    prefetch_related_objects([application], "materials__documents", "materials__responsible")
    made = import_string("gi_registry.applications.dossier.dossier")(application)
    name = f"{application.file_number} {application.product}申报卷宗.zip"
    return FileResponse(made, as_attachment=True, filename=name, content_type="application/zip")


@desk(Act.DESK)
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The deadlines within reach as a calendar, for whoever has signed in."""
    return download(feed_for(request, me(request)), "期限.ics", ICS)


@page
def subscribed(request: HttpRequest, key: str) -> HttpResponse:
    """The same for a calendar that cannot sign in: whoever knows the secret address reads its owner's deadlines."""
    person = owner_of(key)
    if reach(person, Act.DESK) is None:
        raise NotInRegister("这个日历地址的主人已经没有工作台权限。")
    response = HttpResponse(feed_for(request, person), content_type=ICS)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def feed_for(request: HttpRequest, person: User) -> bytes:
    """The deadlines that the person may see."""

    def address(card: Card) -> str:
        return request.build_absolute_uri(reverse("desk-application", args=[card.file_number]))

    made: bytes = import_string("gi_registry.applications.calendar.feed")(
        cards_within_reach(person), f"{settings.REGISTER_NAME} · 申请期限", address
    )
    return made


@desk(Act.DESK)
@require_http_methods(FORM)
def subscription(request: HttpRequest) -> HttpResponse:
    """The secret address of one's own calendar, and the button that renews it."""
    if request.method == "POST":
        renew(me(request))
        messages.success(request, _("日历地址已更换，旧地址不再有效。"))
        return redirect("desk-calendar")
    address = request.build_absolute_uri(reverse("calendar", args=[key_of(me(request))]))
    return render(request, "desk/applications/calendar.html", {"address": address})


# --- Opening ---------------------------------------------------------------------------------------------------------


@desk(Act.APPLICATIONS)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """The form that opens a file of ours."""
    return opening(request, Act.APPLICATIONS, _("立新案卷"))


@desk(Act.STATE_STEPS)
@require_http_methods(FORM)
def new_revocation(request: HttpRequest) -> HttpResponse:
    """The form that records a revocation somebody asked for."""
    return opening(request, Act.STATE_STEPS, _("补记撤销请求"))


def opening(request: HttpRequest, act: Act, heading: str) -> HttpResponse:
    """The form that opens a file, for what the act covers."""
    product = Product.objects.filter(slug=request.GET.get("product", "")).first()
    form = OpenForm(request.POST or None, person=request.user, act=act, product=product)
    opened: list[Application] = []

    def open_() -> str:
        asked = form.cleaned_data
        opened.append(actions.open_application(asked["product"], form.procedure(), by=me(request), **form.asked()))
        return told_of_opening(opened[0])

    may_record = reach(request.user, Act.STATE_STEPS) is not None
    context = {"back": reverse("desk-applications"), "heading": heading, "may_record": may_record}
    return answer(request, form, "desk/applications/new.html", context, act=open_, to=lambda: here(opened[0]))


@desk(Act.STATE_STEPS)
@require_http_methods(FORM)
def bring_in(request: HttpRequest) -> HttpResponse:
    """The form of a protection of before: a file that begins at its result."""
    product = Product.objects.filter(slug=request.GET.get("product", "")).first()
    form = BringInForm(request.POST or None, person=request.user, product=product)
    made: list[Application] = []

    def act() -> str:
        made.append(actions.bring_in(by=me(request), **form.asked()))
        said = _("已补录 {number}：自 {day} 起受{regime}保护。")
        return said.format(number=made[0].file_number, day=made[0].opened_on, regime=made[0].get_regime_display())

    context = {"back": reverse("desk-applications"), "heading": _("补录已有的保护")}
    return answer(request, form, "desk/applications/bring_in.html", context, act=act, to=lambda: here(made[0]))


def told_of_opening(application: Application) -> str:
    """What was opened, and under which law."""
    laws = [law for law in application.machine.laws if law.in_force_on(application.opened_on)]
    named = "、".join(f"《{law.name}》（{law.version}）" for law in laws)
    return _("已立卷 {number}，适用{laws}。").format(number=application.file_number, laws=named)


@desk(Act.APPLICATIONS)
@require_http_methods(FORM)
def applicant(request: HttpRequest, file_number: str) -> HttpResponse:
    """Who applies, until the file goes out."""
    application = application_for(request.user, file_number, Act.APPLICATIONS)
    now = {"applicant": application.applicant, "seen": last_change(application)}
    form = ApplicantForm(request.POST or None, person=request.user, initial=now)

    def act() -> str:
        chosen_one = form.cleaned_data["applicant"]
        actions.name_applicant(application, chosen_one, by=me(request), seen=form.seen)
        return _("申请人是“{name}”。").format(name=chosen_one)

    context = frame(application) | {"heading": _("申请人")}
    return answer(
        request,
        form,
        "desk/applications/form.html",
        context,
        act=act,
        to=here(application),
        row=application,
        columns=("applicant",),
    )


# --- Steps -----------------------------------------------------------------------------------------------------------


@desk(Act.DESK)
@require_http_methods(FORM)
def step(request: HttpRequest, file_number: str, state: str) -> HttpResponse:
    """The form of the next step: ours is taken, the State's is recorded from its own paper."""
    application = application_for(request.user, file_number)
    machine = application.machine
    if state not in machine.states.values:
        raise NotInRegister(f"“{Procedure(application.procedure).label}”没有这一步。")
    rests = machine.rests[state]
    require(request.user, act_for(rests), application.product)
    form = StepForm(
        request.POST or None,
        application=application,
        rests=rests,
        result=state == machine.result,
        received=rests == Rests.NOTICE and begins_with_receipt(machine, state, clock.today()),
        initial={"seen": last_change(application)},
    )
    name = act_label(application.procedure, state)

    def act() -> str:
        actions.take_step(application, state, by=me(request), **form.asked())
        return _("已记下“{step}”。").format(step=name)

    way = next((way for way in what_next(application, clock.today()) if way.state == state), None)
    context = frame(application) | {
        "heading": name,
        "ours": rests == Rests.OURS,
        "obstacle": way.obstacle
        if way
        else _("“{now}”之后不能是“{next}”。").format(
            now=application.state_label, next=label(application.procedure, state)
        ),
        "materials": materials_of(application) if state == machine.filing else [],
    }
    return answer(request, form, "desk/applications/step.html", context, act=act, to=here(application), row=application)


@desk(Act.DESK)
@require_http_methods(FORM)
def withdraw(request: HttpRequest, file_number: str, number: int) -> HttpResponse:
    """Take back a step that was entered by mistake, with the reason."""
    application = application_for(request.user, file_number)
    taken = numbered(application.steps.select_related("opposition"), number, _("步骤"))
    rests = Rests.NOTICE if taken.opposition_id is not None else application.machine.rests[taken.state]
    require(request.user, act_for(rests), application.product)
    row = taken.opposition or application
    form = WithdrawForm(request.POST or None, initial={"seen": last_change(row)})

    def act() -> str:
        actions.withdraw_step(taken, by=me(request), reason=form.cleaned_data["reason"], seen=form.seen)
        return _("已撤回“{step}”，原因留在案卷里。").format(step=taken.act_label)

    context = frame(application) | {"heading": _("撤回“{step}”").format(step=taken.act_label), "taken": taken}
    return answer(request, form, "desk/applications/withdraw.html", context, act=act, to=here(application), row=row)


def numbered(rows: Any, number: int, word: str) -> Any:
    """The row with the number within its file. Raises NotInRegister."""
    row = rows[number - 1 : number].first() if number > 0 else None
    if row is None:
        raise NotInRegister(_("案卷里没有第 {number} 条{word}。").format(number=number, word=word))
    return row


def me(request: HttpRequest) -> User:
    """Who acts: behind `desk` nobody is a stranger."""
    assert isinstance(request.user, User)
    return request.user


def frame(application: Application) -> dict[str, Any]:
    """What every form of a file shows around itself."""
    return {"application": application, "back": here(application)}


def here(application: Application, part: str = "") -> str:
    """The page of the file."""
    return reverse("desk-application", args=[application.file_number]) + part


# --- Materials -------------------------------------------------------------------------------------------------------


@desk(Act.APPLICATIONS)
@require_http_methods(FORM)
def material(request: HttpRequest, file_number: str, item: str) -> HttpResponse:
    """How far one item of the checklist is."""
    application = application_for(request.user, file_number, Act.APPLICATIONS)
    line = next((line for line in materials_of(application) if line.item.key == item), None)
    if line is None:
        raise NotInRegister("清单中没有这项材料。")
    form = MaterialForm(
        request.POST or None,
        application=application,
        material=line.material,
        person=request.user,
        initial=material_now(line),
    )

    def act() -> str:
        state = MaterialState(form.cleaned_data["state"])
        actions.set_material(application, item, state, by=me(request), **form.asked())
        return _("“{title}”已记为“{state}”。").format(title=line.item.title, state=state.label)

    context = frame(application) | {"heading": line.item.title, "item": line.item}
    return answer(
        request,
        form,
        "desk/applications/material.html",
        context,
        act=act,
        to=here(application, "#materials"),
        row=line.material or application.materials.filter(item=item).first(),
        columns=("state", "responsible", "note"),
    )


def material_now(line: Line) -> dict[str, Any]:
    """What stands of an item; one that nobody touched is missing."""
    row = line.material
    if row is None:
        return {"state": MaterialState.MISSING, "seen": 0}
    chosen_now = [document.sha256 for document in row.documents.all()]
    return {
        "state": row.state,
        "responsible": row.responsible,
        "note": row.note,
        "documents": chosen_now,
        "seen": last_change(row),
    }


# --- Oppositions -----------------------------------------------------------------------------------------------------


@desk(Act.STATE_STEPS)
@require_http_methods(FORM)
def object_to(request: HttpRequest, file_number: str) -> HttpResponse:
    """The form of an opposition that was filed with the State."""
    application = application_for(request.user, file_number, Act.STATE_STEPS)
    form = OppositionForm(request.POST or None, product=application.product, initial={"seen": last_change(application)})

    def act() -> str:
        made = actions.object_to(application, by=me(request), **form.asked())
        return _("已登记“{opponent}”的异议。").format(opponent=made.opponent)

    context = frame(application) | {"heading": _("登记异议")}
    to = here(application, "#oppositions")
    return answer(request, form, "desk/applications/opposition.html", context, act=act, to=to, row=application)


@desk(Act.STATE_STEPS)
@require_http_methods(FORM)
def handle_opposition(request: HttpRequest, file_number: str, number: int, state: str) -> HttpResponse:
    """What the State does with an opposition."""
    application = application_for(request.user, file_number, Act.STATE_STEPS)
    opposition = numbered(application.oppositions.all(), number, _("异议"))
    if state not in Objection.values:
        raise NotInRegister("异议没有这一步。")
    goal = Objection(state)
    form = ObjectionForm(request.POST or None, application=application, initial={"seen": last_change(opposition)})

    def act() -> str:
        actions.handle_opposition(opposition, goal, by=me(request), **form.asked())
        return _("异议已记为“{state}”。").format(state=goal.label)

    context = frame(application) | {"heading": _("异议：{state}").format(state=goal.label), "opposition": opposition}
    to = here(application, "#oppositions")
    return answer(request, form, "desk/applications/opposition.html", context, act=act, to=to, row=opposition)
