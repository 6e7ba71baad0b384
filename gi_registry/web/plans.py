"""The desk's pages of plans of inspection: whom to inspect, who inspects, the draw, and what came of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotInRegister
from gi_registry.core.history import changes_of, last_change
from gi_registry.inspections import actions
from gi_registry.inspections.models import Draw, Plan, Record, Recusal, Risk, Target, Task
from gi_registry.inspections.states import PLANS, Kind, PlanState
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act
from gi_registry.web.applications import FORM, XLSX, download, me, numbered
from gi_registry.web.desk import ROWS, answer, desk
from gi_registry.web.forms.marks import SeenForm
from gi_registry.web.forms.plans import (
    EndRecusalForm,
    OtherForm,
    PlanForm,
    RecusalForm,
    RiskForm,
    StepForm,
    TeamForm,
    UsersForm,
    inspectors,
)

LINES = 20  # of history below a plan
P = PlanState


# --- What a step does ------------------------------------------------------------------------------------------------


class Told(NamedTuple):
    """A step in words: what it is called, what it does, what the public sees of it."""

    label: Any
    does: Any
    public: Any


CLOSES = Told(
    gettext_lazy("结束"),
    gettext_lazy("不再派任务，检查员不能再带走；迟到的记录仍收下并注明。"),
    gettext_lazy("计划和结果；没有事先公布的计划从这时起公开。"),
)
GIVES_UP = Told(
    gettext_lazy("不检查就结束"),
    gettext_lazy("名录已经公布而没有检查：不再派任务，须写明理由。"),
    gettext_lazy("没有检查就结束和理由；以后抽取的名录里有同样的对象，会写明曾有这个计划。"),
)
RUNS = Told(
    gettext_lazy("开始检查"),
    gettext_lazy("检查员可以在手机上带走任务、记录现场。"),
    gettext_lazy("已公布的计划写明进行中，完整的检查结果随到随公开；没有公布的，结束时一并公开。"),
)
RANDOM_STEPS: dict[tuple[PlanState, PlanState], Told] = {
    (P.PREPARING, P.PUBLISHED): Told(
        gettext_lazy("公布名录和指纹"),
        gettext_lazy("名录、检查员和回避从此固定；产生一个随机数（种子），算出名录和种子的指纹（SHA-256）。"),
        gettext_lazy("计划、名录里的使用人、抽取规则、检查员代号、名录和种子的指纹；种子到抽取时才公开。"),
    ),
    (P.PUBLISHED, P.DRAWN): Told(
        gettext_lazy("抽取"),
        gettext_lazy("按公布的规则抽出对象和检查员，派出任务。"),
        gettext_lazy("种子和抽取结果，任何人都可以用公布的脚本重算。"),
    ),
    (P.DRAWN, P.PUBLISHED): Told(
        gettext_lazy("重新公布，准备再抽"),
        gettext_lazy("按现在的名录重新公布，产生新种子；前一次抽出的任务作废，须写明理由。公布以后还要再点“抽取”。"),
        gettext_lazy("这是第几次抽取和理由；前一次的结果仍然公开。"),
    ),
    (P.DRAWN, P.RUNNING): Told(
        gettext_lazy("开始检查"),
        gettext_lazy("检查员可以在手机上带走任务、记录现场；此后不能再重抽。"),
        gettext_lazy("计划写明进行中，完整的检查结果随到随公开。"),
    ),
}
ASSIGNED_STEPS: dict[tuple[PlanState, PlanState], Told] = {
    (P.PREPARING, P.PUBLISHED): Told(
        gettext_lazy("公布计划"),
        gettext_lazy("把计划事先告诉公众；名录和检查员还可以改。"),
        gettext_lazy("计划的名称、期间和产品；查谁、谁去查事先不公开。"),
    ),
    (P.PREPARING, P.RUNNING): RUNS,
    (P.PUBLISHED, P.RUNNING): RUNS,
}


NEED_TARGETS: dict[Kind, frozenset[PlanState]] = dict.fromkeys(Kind, frozenset({P.RUNNING})) | {
    Kind.RANDOM: frozenset({P.PUBLISHED})
}


class Way(NamedTuple):
    """A step that may follow, in words, with the address of its form."""

    state: PlanState
    told: Told
    address: str


def told(plan: Plan, state: PlanState) -> Told:
    """The step from where the plan stands, in words."""
    if state == P.CLOSED:
        return GIVES_UP if actions.gives_up(plan) else CLOSES
    table = RANDOM_STEPS if plan.kind == Kind.RANDOM else ASSIGNED_STEPS
    return table.get((PlanState(plan.state), state), RUNS)


def ways(plan: Plan, *, empty: bool) -> list[Way]:
    """What may follow, onward before back, the end last; while the frame is `empty` only what can do without."""
    following = PLANS[Kind(plan.kind)][PlanState(plan.state)] - (
        NEED_TARGETS[Kind(plan.kind)] if empty else frozenset()
    )
    order = [P.DRAWN, P.RUNNING, P.PUBLISHED, P.CLOSED]
    if plan.state == P.PREPARING:
        order = [P.PUBLISHED, P.RUNNING, P.CLOSED]
    return [Way(one, told(plan, one), here(plan, f"steps/{one}/")) for one in order if one in following]


# --- The list --------------------------------------------------------------------------------------------------------


@desk(Act.PLANS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The plans, the newest first."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    counted = {"given": many_of(Task.objects.standing()), "done": many_of(tasks_done())}
    found = Plan.objects.annotate(aims=Count("targets"), **counted).order_by("-number").prefetch_related("products")
    if kind:
        found = found.filter(kind=kind)
    if state:
        found = found.filter(state=state)
    context = {
        "rows": Paginator(found, ROWS).get_page(request.GET.get("page")),
        "kinds": Kind.choices,
        "states": PlanState.choices,
        "kind": kind,
        "state": state,
        "today": clock.today(),
    }
    return render(request, "desk/plans/index.html", context)


def tasks_done() -> Any:
    """The tasks of which a record stands."""
    return Task.objects.standing().filter(Exists(Record.objects.standing().filter(task=OuterRef("pk"))))


def many_of(tasks: Any) -> Any:
    """How many of the tasks a plan has."""
    counted = tasks.filter(plan=OuterRef("pk")).order_by().values("plan").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


# --- One plan --------------------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """A record of a task: whether it counts, and whether all its pictures are here."""

    record: Record
    standing: bool
    complete: bool


class Line(NamedTuple):
    """A target with its number in the plan, its task, and what was recorded, the newest first."""

    number: int
    target: Target
    task: Task | None
    entries: list[Entry]


class Past(NamedTuple):
    """A draw with the people behind its signs, as (sign, who, how many targets) each."""

    draw: Draw
    people: list[tuple[str, str, int]]


@desk(Act.PLANS)
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One plan: what may follow, whom it is about, who inspects and who withdraws, draws, steps, history."""
    plan = plan_called(number)
    page = Paginator(targets_of(plan), ROWS).get_page(request.GET.get("page"))
    people = list(plan.inspectors.select_related("party").order_by("username"))
    context = {
        "plan": plan,
        "random": plan.kind == Kind.RANDOM,
        "percent": plan.share * 100,
        "products": list(plan.products.all()),
        "ways": ways(plan, empty=not page.paginator.count),
        "editable": plan.state not in actions.fixed_states(plan),
        "assignable": plan.kind != Kind.RANDOM and plan.state != PlanState.CLOSED,
        "rows": page,
        "lines": lines_of(plan, list(page)),
        "people": people,
        "recusals": list(Recusal.objects.filter(inspector__in=people).select_related("inspector", "party")),
        "draws": pasts_of(plan),
        "steps": list(plan.steps.all()),
        "changes": changes_of(plan, *page)[:LINES],
    }
    return render(request, "desk/plans/detail.html", context)


def plan_called(number: str) -> Plan:
    """The plan with the number. Raises NotInRegister."""
    plan = Plan.objects.filter(number=number.upper()).first()
    if plan is None:
        raise NotInRegister(_("没有检查计划“{number}”。").format(number=number[:20]))
    return plan


def targets_of(plan: Plan) -> Any:
    """The targets, those with a task first."""
    tasks = Task.objects.standing().filter(target=OuterRef("pk"))
    rows = plan.targets.select_related("product", "authorisation__producer", "recheck_of")
    return rows.annotate(tasked=Exists(tasks)).order_by("-tasked", "pk")


def lines_of(plan: Plan, targets: list[Target]) -> list[Line]:
    """The targets with tasks and records. Five queries, however many they are."""
    numbers = {pk: at for at, pk in enumerate(plan.targets.order_by("pk").values_list("pk", flat=True), 1)}
    team, records = User.objects.order_by("username"), Record.objects.defer("body")
    tasks = Task.objects.standing().filter(target__in=targets).select_related("draw")
    fetched = tasks.prefetch_related(Prefetch("inspectors", team), Prefetch("records", records))
    of_target = {task.target_id: task for task in fetched}
    found = Record.objects.filter(task__in=of_target.values())
    standing, complete = (set(some.values_list("pk", flat=True)) for some in (found.standing(), found.complete()))

    def line(target: Target) -> Line:
        task = of_target.get(target.pk)
        entries = [Entry(r, r.pk in standing, r.pk in complete) for r in task.records.all()] if task else []
        return Line(numbers[target.pk], target, task, entries)

    return [line(target) for target in targets]


def pasts_of(plan: Plan) -> list[Past]:
    """The draws, the last one first, with who is behind their signs."""
    draws = plan.draws.order_by("-number").prefetch_related("signs__inspector")

    def goes(draw: Draw, sign: str) -> int:
        return sum(sign in line["inspectors"] for line in draw.result)

    return [
        Past(draw, [(sign.text, str(sign.inspector), goes(draw, sign.text)) for sign in draw.signs.all()])
        for draw in draws
    ]


def here(plan: Plan, part: str = "") -> str:
    """The page of the plan."""
    return reverse("desk-plan", args=[plan.number]) + part


@desk(Act.PLANS)
@require_safe
def workbook(request: HttpRequest, number: str) -> HttpResponse:
    """The targets of a plan with tasks and what was found, as a workbook."""
    plan = plan_called(number)
    lines = lines_of(plan, list(targets_of(plan)))
    content = import_string("gi_registry.web.plan_sheets.of_plan")(lines)
    return download(content, f"检查计划 {plan.number} {clock.today()}.xlsx", XLSX)


# --- Writing a plan --------------------------------------------------------------------------------------------------


@desk(Act.PLANS)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """A new plan, in preparation."""
    form = PlanForm(request.POST or None)
    made: list[Plan] = []

    def act() -> str:
        made.append(actions.make_plan(by=me(request), **form.asked()))
        return _("已建立计划 {number}：下一步把检查对象列入名录。").format(number=made[0].number)

    context = {"heading": _("新建检查计划"), "back": reverse("desk-plans")}
    return answer(request, form, "desk/plans/form.html", context, act=act, to=lambda: here(made[0]))


@desk(Act.PLANS)
@require_http_methods(FORM)
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """The plan otherwise, while nothing rests on it."""
    plan = changeable(number)
    initial = {name: getattr(plan, name) for name in ("title", "starts_on", "ends_on", "least", "team", "note")}
    initial |= {"percent": round(plan.share * 100, 4), "seen": last_change(plan)}
    initial |= {"products": [product.slug for product in plan.products.all()]}
    initial |= {"inspectors": [person.username for person in plan.inspectors.all()]}
    form = PlanForm(request.POST or None, row=plan, initial=initial)

    def act() -> str:
        actions.change_plan(plan, by=me(request), seen=form.seen, **form.asked())
        return _("已改。")

    context = frame(plan) | {"heading": _("改计划")}
    columns = ("title", "starts_on", "ends_on", "least", "team", "note")
    return answer(request, form, "desk/plans/form.html", context, act=act, to=here(plan), row=plan, columns=columns)


def changeable(number: str) -> Plan:
    """The plan, where frame and inspectors may still change. Raises NotInRegister and BadInput."""
    plan = plan_called(number)
    if plan.state in actions.fixed_states(plan):
        raise BadInput(_("计划“{state}”，名录和检查员不能再改。").format(state=plan.get_state_display()))
    return plan


def frame(plan: Plan) -> dict[str, Any]:
    """What every form of a plan shows around itself."""
    return {"plan": plan, "back": here(plan)}


@desk(Act.PLANS)
@require_http_methods(FORM)
def step(request: HttpRequest, number: str, state: str) -> HttpResponse:
    """The next step: what it does, what of it will be public, and a note or reason."""
    plan = plan_called(number)
    if state not in PlanState.values:
        raise NotInRegister(_("检查计划没有“{state}”这一步。").format(state=state[:20]))
    aim = PlanState(state)
    if request.method != "POST" and aim not in PLANS[Kind(plan.kind)][PlanState(plan.state)]:
        sentence = _("{kind}计划“{now}”之后不能是“{next}”。")
        raise BadInput(sentence.format(kind=plan.get_kind_display(), now=plan.get_state_display(), next=aim.label))
    words = told(plan, aim)
    again = (plan.state, aim) == (PlanState.DRAWN, PlanState.PUBLISHED)
    form = StepForm(request.POST or None, answers_for=again or words is GIVES_UP, initial={"seen": last_change(plan)})

    def act() -> str:
        actions.take_step(plan, aim, by=me(request), note=form.cleaned_data["note"], seen=form.seen)
        if plan.kind == Kind.RANDOM and aim == P.PUBLISHED:
            said = _("已公布第 {n} 次抽取的名录和指纹，还没有抽：下一步是“抽取”。")
            return said.format(n=plan.draws.count())
        return _("已办理“{step}”。").format(step=words.label)

    left = Task.objects.standing().filter(plan=plan).exclude(pk__in=tasks_done()).count() if aim == P.CLOSED else 0
    context = frame(plan) | {"heading": words.label, "told": words, "targets": plan.targets.count(), "left": left}
    return answer(request, form, "desk/plans/step.html", context, act=act, to=here(plan), row=plan)


# --- The frame -------------------------------------------------------------------------------------------------------


@desk(Act.PLANS)
@require_http_methods(FORM)
def fill(request: HttpRequest, number: str) -> HttpResponse:
    """Users of the mark into the frame, as many as are ticked."""
    plan = changeable(number)
    users = actions.missing_from(plan)
    form = UsersForm(request.POST or None, users=users)

    def act() -> str:
        made = actions.fill_frame(plan, by=me(request), **form.asked())
        return _("已把 {n} 家列入名录。").format(n=len(made))

    context = frame(plan) | {"heading": _("把使用人列入名录"), "none": not users, "button": _("列入名录")}
    return answer(request, form, "desk/plans/fill.html", context, act=act, to=here(plan))


@desk(Act.PLANS)
@require_http_methods(FORM)
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Somebody who is no user of the mark into the frame."""
    plan = changeable(number)
    if plan.kind == Kind.RANDOM:
        messages.warning(request, _("双随机的对象须是登记的使用人：请在下面选。"))
        return redirect(here(plan, "targets/users/"))
    products = plan.products.order_by("common_name")
    only = products[0].slug if products.count() == 1 else ""
    form = OtherForm(request.POST or None, products=products, initial={"product": only})

    def act() -> str:
        target = actions.add_target(plan, form.cleaned_data["product"], by=me(request), **form.asked())
        return _("已把“{who}”列入名录。").format(who=target.who)

    context = frame(plan) | {"heading": _("列入不是使用人的对象")}
    return answer(request, form, "desk/plans/form.html", context, act=act, to=here(plan))


@desk(Act.PLANS)
@require_http_methods(FORM)
def rate(request: HttpRequest, number: str, at: int) -> HttpResponse:
    """Another risk for a line of the frame."""
    plan = changeable(number)
    target = target_at(plan, at)
    form = RiskForm(request.POST or None, initial={"risk": target.risk, "seen": last_change(target)})

    def act() -> str:
        refuse_another(form.seen, last_change(target))
        asked = form.cleaned_data
        actions.rate_target(target, Risk(asked["risk"]), by=me(request), reason=asked["reason"])
        return _("已把“{who}”改为{risk}。").format(who=target.who, risk=Risk(asked["risk"]).label)

    context = frame(plan) | {"heading": _("改风险"), "target": target}
    return answer(request, form, "desk/plans/form.html", context, act=act, to=here(plan), row=target, columns=["risk"])


@desk(Act.PLANS)
@require_http_methods(FORM)
def take_out(request: HttpRequest, number: str, at: int) -> HttpResponse:
    """A line out of the frame."""
    plan = changeable(number)
    target = target_at(plan, at)
    form = SeenForm(request.POST or None, initial={"seen": last_change(target)})

    def act() -> str:
        refuse_another(form.seen, last_change(target))
        actions.drop_target(target, by=me(request))
        return _("已把“{who}”移出名录。").format(who=target.who)

    context = frame(plan) | {"heading": _("移出名录"), "target": target, "button": _("移出名录")}
    return answer(request, form, "desk/plans/form.html", context, act=act, to=here(plan))


@desk(Act.PLANS)
@require_http_methods(FORM)
def assign(request: HttpRequest, number: str, at: int) -> HttpResponse:
    """Who inspects a target that is not drawn."""
    plan = plan_called(number)
    target = target_at(plan, at)
    people = plan.inspectors.order_by("username") if plan.inspectors.exists() else inspectors()
    party = target.authorisation.producer_id if target.authorisation else None
    tied = {person for person, other in actions.ties(people) if other == party}
    task = target.tasks.filter(draw__isnull=True).first()
    chosen = [person.username for person in task.inspectors.all()] if task else []
    form = TeamForm(
        request.POST or None,
        people=people,
        tied=[person for person in people if person.pk in tied],
        initial={"inspectors": chosen, "seen": last_of(target, task)},
    )

    def act() -> str:
        given = target.tasks.filter(draw__isnull=True).first()
        refuse_another(form.seen, last_of(target, given))
        actions.assign(target, form.cleaned_data["inspectors"], by=me(request))
        return _("已为“{who}”派检查员。").format(who=target.who)

    context = frame(plan) | {"heading": _("派检查员"), "target": target}
    return answer(request, form, "desk/plans/form.html", context, act=act, to=here(plan))


def target_at(plan: Plan, at: int) -> Target:
    """The line of the frame with the number. Raises NotInRegister."""
    rows = plan.targets.select_related("plan", "product", "authorisation__producer").order_by("pk")
    target = rows[at - 1 : at].first() if at > 0 else None
    if target is None:
        raise NotInRegister(_("计划 {plan} 的名录没有第 {at} 行。").format(plan=plan.number, at=at))
    return target


def last_of(target: Target, task: Task | None) -> int:
    """The number of the last change of a target and of who was sent there."""
    return max(last_change(target), last_change(task) if task is not None else 0)


def refuse_another(seen: int, now: int) -> None:
    """Lines move up when one is taken out: whoever saw another line, or this one otherwise, does not write.

    Raises Conflict.
    """
    if now != seen:
        raise Conflict(_("名录刚有变动，没有改：请回到计划页核对后再办。"))


# --- Withdrawing -----------------------------------------------------------------------------------------------------


@desk(Act.PLANS)
@require_safe
def recusals(request: HttpRequest) -> HttpResponse:
    """Who must withdraw from whom: those named, and those who belong to a party anyway."""
    rows = Recusal.objects.order_by("pk").select_related("inspector", "party")
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    own = inspectors().filter(party__isnull=False).select_related("party")
    context = {"rows": page, "lines": enumerate(page, page.start_index()), "own": own}
    return render(request, "desk/plans/recusals.html", context)


@desk(Act.PLANS)
@require_http_methods(FORM)
def recuse(request: HttpRequest) -> HttpResponse:
    """Somebody withdraws from a party from now on."""
    form = RecusalForm(request.POST or None)

    def act() -> str:
        made = actions.recuse(by=me(request), **form.asked())
        return _("已登记回避：{one}。").format(one=made)

    back = reverse("desk-recusals")
    context = {"heading": _("登记回避"), "back": back, "of_recusals": True}
    return answer(request, form, "desk/plans/form.html", context, act=act, to=back)


@desk(Act.PLANS)
@require_http_methods(FORM)
def end_recusal(request: HttpRequest, at: int) -> HttpResponse:
    """What tied them is over."""
    recusal = numbered(Recusal.objects.order_by("pk").select_related("inspector", "party"), at, _("回避"))
    form = EndRecusalForm(request.POST or None, initial={"seen": last_change(recusal)})

    def act() -> str:
        if last_change(recusal) != form.seen:
            raise Conflict(_("回避名单刚有变动，没有取消：请回到名单核对后再办。"))
        actions.end_recusal(recusal, by=me(request), reason=form.cleaned_data["reason"])
        return _("已取消回避：{one}。").format(one=recusal)

    back = reverse("desk-recusals")
    context = {"heading": _("取消回避"), "back": back, "of_recusals": True, "recusal": recusal}
    return answer(request, form, "desk/plans/form.html", context, act=act, to=back)
