"""What the public sees of inspections: plans that were published, draws that anybody recomputes, and what was found."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from gi_registry.core import clock
from gi_registry.core.errors import NotInRegister
from gi_registry.core.validators import whole_number
from gi_registry.inspections import redraw
from gi_registry.inspections.models import (
    Draw,
    Finding,
    LeadStep,
    Order,
    Outcome,
    Plan,
    PlanStep,
    Record,
    RecordQuerySet,
    Result,
    Risk,
)
from gi_registry.inspections.states import Kind, LeadState, PlanState
from gi_registry.marks.models import Rectification
from gi_registry.products.models import Product
from gi_registry.web.pages import page

ROWS = 50
YEARS = 3  # that the page of a product looks back
OF_USER = "task__target__authorisation"

# --- Results ---------------------------------------------------------------------------------------------------------


class Shown(NamedTuple):
    """One inspection as the public reads it: no person, no words of the record, of what was passed on no items."""

    day: date
    who: str
    code: str
    product: Product
    plan: Plan
    outcome: Outcome
    label: str
    failed: list[str]
    mending: str
    corrected: str


def results() -> RecordQuerySet:
    """What the public may read, the newest first."""
    found: Any = Record.objects.public()
    newest: RecordQuerySet = found.order_by("-inspected_at", "-pk")
    return newest


def shown(records: RecordQuerySet) -> list[Shown]:
    """The records as the public reads them. Four queries, however many they are."""
    failed = Finding.objects.filter(result=Result.FAIL)
    orders = Order.objects.select_related("rectification")
    named = records.defer("body").select_related("task__plan", "task__target__product", f"{OF_USER}__producer")
    rows = list(named.prefetch_related(Prefetch("findings", failed)))
    of_tasks = Record.objects.filter(task__in={row.task_id for row in rows}).order_by("pk").annotate(gone=passed_on())
    fetched = of_tasks.only("uuid", "corrects", "outcome", "task").prefetch_related(Prefetch("orders", orders))
    known, today = {row.uuid: row for row in fetched}, clock.today()
    return [shown_one(row, known, today) for row in rows]


def passed_on() -> Exists:
    """Whether a lead from the inspection was passed on to somebody: before that nobody may read that it was."""
    states = (LeadState.PASSED_ON, LeadState.TRANSFERRED)
    return Exists(LeadStep.objects.filter(lead__record__task=OuterRef("task"), state__in=states))


def called(outcome: Outcome, *, gone: bool) -> str:
    """An outcome in public: 移送 is what an inspector proposes until somebody does it."""
    if outcome == Outcome.TRANSFER:
        return _("已移送有关部门") if gone else _("正在进一步核实")
    return str(outcome.label)


def shown_one(record: Record, known: dict[Any, Any], today: date) -> Shown:
    """One record as the public reads it; what was ordered may hang on another record of its task."""
    target, outcome = record.task.target, Outcome(record.outcome)
    user = target.authorisation
    of_task = [one for one in known.values() if one.task_id == record.task_id]
    orders = sorted((order.rectification for one in of_task for order in one.orders.all()), key=lambda row: row.pk)
    return Shown(
        day=record.inspected_on,
        who=target.public_name,
        code=user.code if user is not None and user.course else "",
        product=target.product,
        plan=record.task.plan,
        outcome=outcome,
        label=called(outcome, gone=known[record.uuid].gone),
        failed=[str(line.get_item_display()) for line in record.findings.all() if outcome != Outcome.TRANSFER],
        mending=mending(orders[-1], today) if orders and outcome == Outcome.RECTIFY else "",
        corrected=corrected(record, known),
    )


def mending(order: Rectification, today: date) -> str:
    """Whether what was ordered is mended."""
    if order.closed_on is None:
        words = _("限 {day} 前（含当日）改正") if today <= order.due_on else _("限期 {day} 已过，尚未办结")
        return words.format(day=order.due_on)
    if order.mended is None:
        return _("{day} 办结").format(day=order.closed_on)
    return (_("{day} 确认已改正") if order.mended else _("{day} 确认未改正")).format(day=order.closed_on)


def earlier(record: Record, known: dict[Any, Any]) -> list[Record]:
    """What it corrects, and what that corrects in turn, as far as it is known."""
    chain = [record]
    while (before := known.get(chain[-1].corrects)) is not None and before not in chain:
        chain.append(before)
    return chain[1:]


def corrected(record: Record, known: dict[Any, Any]) -> str:
    """That a result was corrected, and what stood before; empty where it was not."""
    if record.corrects is None or record.corrects == record.uuid:
        return ""
    course: list[Any] = [*reversed(earlier(record, known))]
    if not course:
        return _("更正了先前的记录")
    said = (called(Outcome(one.outcome), gone=one.gone) for one in course)
    return _("更正过，先前为：{outcomes}").format(outcomes="、".join(said))


# --- The list --------------------------------------------------------------------------------------------------------


@page
def index(request: HttpRequest) -> HttpResponse:
    """What was found, the newest first; with `show=plans` the plans instead."""
    slug, year = request.GET.get("product", ""), year_asked(request)
    plans = Plan.objects.public()
    years = [day.year for day in plans.dates("starts_on", "year", order="DESC")]
    found, records = plans.prefetch_related("products"), results()
    if slug:
        found, records = found.filter(products__slug=slug), records.filter(task__target__product__slug=slug)
    if year:
        found = found.filter(starts_on__year=year)
        records = records.filter(task__plan__starts_on__year=year)
    listing = request.GET.get("show") == "plans"
    rows: Any = Paginator(found.distinct() if listing else records, ROWS).get_page(request.GET.get("page"))
    context = {
        "rows": rows,
        "listing": listing,
        "results": [] if listing else shown(rows.object_list),
        "products": products_of(plans, slug),
        "years": years,
        "product": slug,
        "year": year,
        "today": clock.today(),
    }
    return render(request, "inspections/index.html", context)


def products_of(plans: Any, asked: str) -> Any:
    """What the list can be narrowed to: the products of the plans, and the one that was asked for."""
    offered = Q(plans__in=plans.order_by()) | Q(slug=asked)
    return Product.objects.filter(offered).distinct().order_by("common_name")


def year_asked(request: HttpRequest) -> int:
    """The year of the plans that the address asks for, 0 where it asks for none. Raises BadInput."""
    return whole_number(request.GET.get("year", ""), "年度", 1900, 2999, 0)


# --- Plans and draws -------------------------------------------------------------------------------------------------


@page
def plan(request: HttpRequest, number: str) -> HttpResponse:
    """One plan: its rule, its draws, what was found under it."""
    one = plan_called(number)
    rows: Any = Paginator(results().filter(task__plan=one), ROWS).get_page(request.GET.get("page"))
    context = {
        "plan": one,
        "products": list(one.products.all()),
        "draws": list(one.draws.order_by("number")),
        "random": one.kind == Kind.RANDOM,
        "closed": one.state == PlanState.CLOSED,
        "given_up": one.given_up,
        "told_of": results().filter(task__plan=one).order_by().values("task").distinct().count(),
        "rows": rows,
        "results": shown(rows.object_list),
        "today": clock.today(),
    }
    return render(request, "inspections/plan.html", context)


def plan_called(number: str) -> Plan:
    """The published plan with the number. Raises NotInRegister: one that is not published is as if it were not."""
    one: Plan | None = Plan.objects.public().filter(number=number.upper()).first()
    if one is None:
        raise NotInRegister(_("没有公布过检查计划“{number}”。").format(number=number[:20]))
    return one


def draw_called(number: str, at: int) -> Draw:
    """The draw of a published plan. Raises NotInRegister."""
    one = Draw.objects.filter(plan=plan_called(number), number=at).select_related("plan").first()
    if one is None:
        raise NotInRegister(_("检查计划 {number} 没有第 {at} 次抽取。").format(number=number[:20], at=at))
    return one


class Drawn(NamedTuple):
    """One target of a draw: its stratum in words, who it is, who goes."""

    layer: str
    code: str
    who: str
    inspectors: list[str]


@page
def draw(request: HttpRequest, number: str, at: int) -> HttpResponse:
    """One draw: before it what binds the district, after it the seed and the list, and how to draw again."""
    one = draw_called(number, at)
    names = {line["code"]: line["name"] for line in one.frame["targets"]}
    layers = layers_of(one.frame)
    context = {
        "plan": one.plan,
        "draw": one,
        "frame": one.frame,
        "percent": one.frame["rule"]["share"] * 100,
        "layers": strata_of(one, layers),
        "recusals": [(sign, names[code], code) for sign, code in one.frame["recusals"]],
        "drawn": [
            Drawn(layers[line["stratum"]], line["target"], names[line["target"]], line["inspectors"])
            for line in one.result
        ],
        "listed": [(line, layers[line["stratum"]]) for line in one.frame["targets"]],
        "others": list(one.plan.draws.exclude(pk=one.pk).order_by("number")),
        "before": given_up_before(one),
        "last": not one.plan.draws.filter(number__gt=one.number).exists(),
    }
    return render(request, "inspections/draw.html", context)


class Before(NamedTuple):
    """A plan that was given up after its frame was published, and how many of its targets stand in this one too."""

    plan: Plan
    step: PlanStep
    shared: int


def given_up_before(one: Draw) -> list[Before]:
    """The plans of the year before that were given up: a draw that did not please may not be made anew unseen."""
    since = one.committed_at - timedelta(days=365)
    draws = Draw.objects.filter(plan__state=PlanState.CLOSED, committed_at__range=(since, one.committed_at))
    codes = {line["code"] for line in one.frame["targets"]}
    shared: dict[Plan, set[str]] = {}
    for draw in draws.exclude(plan=one.plan_id).select_related("plan").order_by("pk"):
        shared.setdefault(draw.plan, set()).update(codes & {line["code"] for line in draw.frame["targets"]})
    return [Before(plan, step, len(both)) for plan, both in shared.items() if both and (step := plan.given_up)]


def layers_of(frame: dict[str, Any]) -> dict[str, str]:
    """The strata of a frame by their names there, in words: the product and its risk."""
    strata = sorted({line["stratum"] for line in frame["targets"]})
    parts = {stratum: stratum.rpartition("/") for stratum in strata}
    slugs = {slug for slug, _slash, _risk in parts.values()}
    names = dict(Product.objects.filter(slug__in=slugs).values_list("slug", "common_name"))
    return {stratum: f"{names.get(slug, slug)} · {Risk(risk).label}" for stratum, (slug, _slash, risk) in parts.items()}


def strata_of(one: Draw, layers: dict[str, str]) -> list[tuple[str, str, int, int]]:
    """Of each stratum how it is called, how the script calls it, how many stand in it, how many were drawn."""
    stands = [line["stratum"] for line in one.frame["targets"]]
    drawn = [line["stratum"] for line in one.result]
    return [(name, stratum, stands.count(stratum), drawn.count(stratum)) for stratum, name in layers.items()]


@page
def draw_json(request: HttpRequest, number: str, at: int) -> HttpResponse:
    """The draw as `redraw.py` takes it."""
    one = draw_called(number, at)
    response = JsonResponse(one.published, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return named(response, f"{one.plan.number}-{one.number}.json")


@page
def script(request: HttpRequest) -> HttpResponse:
    """The script that draws again, as the register itself runs it."""
    return named(HttpResponse(script_text(), content_type="text/x-python; charset=utf-8"), "redraw.py")


@cache
def script_text() -> bytes:
    """The file of the module; it does not change while the register runs."""
    return Path(redraw.__file__).read_bytes()


def named(response: HttpResponse, name: str) -> HttpResponse:
    """To be saved under the name."""
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


# --- On the page of a product ----------------------------------------------------------------------------------------


class Lately(NamedTuple):
    """How many inspections of a product the public may read of in the last years, by what they came to."""

    total: int
    outcomes: list[tuple[str, int]]


def lately(product: Product, on: date) -> Lately:
    """Those of the years up to the day. One query."""
    since = on.replace(year=on.year - YEARS, day=min(on.day, 28))
    found = Record.objects.public().filter(task__target__product=product, inspected_at__date__range=(since, on))
    counts = found.order_by().annotate(gone=passed_on()).values_list("outcome", "gone").annotate(Count("pk"))
    said = [(called(Outcome(outcome), gone=gone), n) for outcome, gone, n in counts.order_by("outcome", "gone")]
    return Lately(sum(n for _label, n in said), said)
