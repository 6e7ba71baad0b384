"""The desk's pages of the three systems: all products, one product clause by clause, three years, print and XLSX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib.messages import get_messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from gi_registry.assurance import systems
from gi_registry.assurance.clauses import Clause, Rule, System, Who, clauses_on, find
from gi_registry.assurance.models import Attachment, QualificationKind
from gi_registry.assurance.permissions import may_hand_in, may_keep
from gi_registry.assurance.systems import ClauseAnswer, ProductAnswer, Status
from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.core.validators import day
from gi_registry.parties.permissions import Act, Person, Reach, Role, reach, roles_of
from gi_registry.products.models import Product
from gi_registry.products.permissions import within_reach
from gi_registry.web import figures
from gi_registry.web.applications import XLSX, download, me, reader_of
from gi_registry.web.desk import ROWS, desk, product_for
from gi_registry.web.evidence import addresses_of

MONTHS = 36  # of the trend

# --- All products ----------------------------------------------------------------------------------------------------


class Wanted(NamedTuple):
    """What the address asks to see; an empty word asks for everything."""

    q: str = ""
    system: str = ""
    status: str = ""
    who: str = ""


def wanted_of(request: HttpRequest) -> Wanted:
    """What the address asks to see. Raises BadInput where it names a system, status or part that there is not."""
    asked = {name: request.GET.get(name, "").strip()[:60] for name in Wanted._fields}
    for name, choices in (("system", System.values), ("status", Status.values), ("who", Who.values)):
        if asked[name] and asked[name] not in choices:
            raise BadInput(_("没有“{word}”这种体系、状态或责任人：请从筛选栏里选。").format(word=asked[name][:30]))
    return Wanted(**asked)


class Nearest(NamedTuple):
    """The clause of a product that lapses first among those that stand, and how many days that is off."""

    clause: Clause
    ends: date
    left: int


class Row(NamedTuple):
    """One product of the table."""

    slug: str
    name: str
    systems: tuple[systems.SystemAnswer, ...]
    next_lapse: Nearest | None


@desk(Act.DESK)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The products within reach × the three systems. Made once while the register and the day stand."""
    kept = systems.matrix(day(request.GET.get("on", ""))).kept
    key = (clock.today(), request.get_full_path(), reader_of(me(request)))
    if get_messages(request):
        return table(request)
    if key not in kept:
        systems.keep(kept, key, table(request).content)
    return HttpResponse(kept[key])


def table(request: HttpRequest) -> HttpResponse:
    """The table as the filters leave it."""
    wanted, on = wanted_of(request), day(request.GET.get("on", ""))
    page = Paginator(rows_of(request.user, wanted, on), ROWS).get_page(request.GET.get("page"))
    context = {
        "rows": page,
        "wanted": wanted,
        "narrowed": any(wanted),
        "may_import": reach(request.user, Act.STANDARDS) is not None,
        "may_sign": may_keep(request.user),
        **around(on),
    }
    return render(request, "desk/systems/index.html", context)


def around(on: date) -> dict[str, Any]:
    """What every page of the systems shows around itself: the day and the choices of its filters."""
    return {
        "on": on,
        "past": on < clock.today(),
        "day_query": "" if on == clock.today() else f"?on={on.isoformat()}",
        "systems": System.choices,
        "statuses": [Status.MET, Status.EXPIRING, Status.LAPSED, Status.MISSING, Status.NOT_APPLICABLE],
        "whos": Who.choices,
    }


def rows_of(person: Person, wanted: Wanted, on: date) -> list[Row]:
    """The products that the filters leave, what lapses first before the others."""
    found = systems.matrix(on).answers
    if reach(person, Act.DESK) is not Reach.ALL:
        own = set(within_reach(person, Act.DESK).values_list("pk", flat=True))
        found = [one for one in found if one.pk in own]
    rows = [Row(one.slug, one.name, one.systems, lapse_of(one, on)) for one in found if fits(one, wanted)]
    return sorted(rows, key=lambda row: (row.next_lapse.left if row.next_lapse else 10**6, row.name))


def fits(one: ProductAnswer, wanted: Wanted) -> bool:
    """Whether a product is among those asked for: by name, by the status of one system or of any."""
    asked = [system for system in one.systems if wanted.system in {"", system.system}]
    return wanted.q in one.name and (not wanted.status or any(system.status == wanted.status for system in asked))


def lapse_of(one: ProductAnswer, on: date) -> Nearest | None:
    """What lapses first of all three."""
    first = [system.next_lapse for system in one.systems if system.next_lapse is not None]
    dated = [(each.ends, each.clause) for each in first if each.ends is not None]
    if not dated:
        return None
    ends, clause = min(dated, key=lambda pair: pair[0])
    return Nearest(clause, ends, (ends - on).days)


@desk(Act.DESK)
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    """The products that the filters leave, as a workbook."""
    on = day(request.GET.get("on", ""))
    rows = rows_of(request.user, wanted_of(request), on)
    content = import_string("gi_registry.web.system_sheets.of_products")(rows, on)
    return download(content, f"三大体系 {on}.xlsx", XLSX)


# --- One product -----------------------------------------------------------------------------------------------------


@desk(Act.DESK)
@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product: the three systems at a glance, what is to be done by whom, clause by clause."""
    return render(request, "desk/systems/detail.html", context_of(request, slug))


@desk(Act.DESK)
@require_safe
def sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """The same on paper."""
    return render(request, "desk/systems/print.html", context_of(request, slug) | {"printed_on": clock.now()})


def context_of(request: HttpRequest, slug: str) -> dict[str, Any]:
    """All that the pages of one product show."""
    shown, on = product_for(request.user, Act.DESK, slug), day(request.GET.get("on", ""))
    answer, wanted = systems.answer(shown, on), wanted_of(request)
    todo = todo_of(answer)
    return {
        "shown": shown,
        "answer": answer,
        "figure": strips_of(answer),
        "todo": todo,
        "opened": opened_of(request.user, [who for who, _ones in todo]),
        "parts": parts_of(chosen(answer, wanted)),
        "wanted": wanted,
        "may_attach": may_keep(request.user),
        "may_hand_in": on == clock.today() and may_hand_in(request.user, shown),
        "may_sign": may_keep(request.user),
        "said": set(Attachment.objects.filter(product=shown).values_list("clause", flat=True)),
        "addresses": addresses_of(shown, [piece for one in answer.clauses for piece in one.evidence]),
        **around(on),
    }


def strips_of(answer: ProductAnswer) -> Any:
    """The three systems drawn: a sign for each clause."""
    rows = [
        figures.Strip(
            str(system.system.label),
            [figures.Tile(one.status.value, f"{one.clause.key} {one.status.label}") for one in system.clauses],
        )
        for system in answer.systems
    ]
    told = "；".join(
        _("{system}{status}，适用 {asked} 条，满足 {met} 条").format(
            system=one.system.label, status=one.status.label, asked=one.asked, met=one.met
        )
        for one in answer.systems
    )
    return figures.strips("systems", rows, _("{name}的三大体系").format(name=answer.name), told)


def todo_of(answer: ProductAnswer) -> list[tuple[Who, list[ClauseAnswer]]]:
    """What is to be done next under who answers for it; what lapses first stands before the others."""
    open_ones = [one for one in answer.clauses if systems.counts(one) and one.status is not Status.MET]
    open_ones.sort(key=lambda one: (one.status is not Status.EXPIRING, one.ends or date.max))
    grouped = [(who, [one for one in open_ones if one.clause.who[0] == who]) for who in Who]
    return [(who, ones) for who, ones in grouped if ones]


def opened_of(person: Person, parts: Sequence[Who]) -> Who | None:
    """Whose part stands open: that of the association for its own people, else the first."""
    own = Who.APPLICANT in parts and Role.ASSOCIATION in roles_of(person)
    return Who.APPLICANT if own else next(iter(parts), None)


def chosen(answer: ProductAnswer, wanted: Wanted) -> list[ClauseAnswer]:
    """The clauses that the filters leave."""
    among = set(find(wanted.q, [one.clause for one in answer.clauses]))
    return [
        one
        for one in answer.clauses
        if (one.clause in among or names(one, wanted.q))
        and wanted.system in {"", one.clause.system}
        and wanted.status in {"", one.status}
        and (not wanted.who or wanted.who in one.clause.who)
    ]


def names(one: ClauseAnswer, words: str) -> bool:
    """Whether the words stand in what is said of the clause, or in the name of one of its pieces of evidence."""
    paper = str(QualificationKind.CMA.label) if one.clause.rule is Rule.QUALIFIED else ""
    said = " ".join([one.sentence, paper, *(piece.title for piece in one.evidence)])
    return words.casefold() in said.casefold()


class Part(NamedTuple):
    """One system's clauses as the filters leave them: those that apply, and those that do not."""

    system: System
    asked: list[ClauseAnswer]
    idle: list[ClauseAnswer]

    @property
    def every(self) -> list[ClauseAnswer]:
        """All of them, as they stand on paper."""
        return self.asked + self.idle


def parts_of(answers: Iterable[ClauseAnswer]) -> list[Part]:
    """The clauses under their systems."""
    order = list(System)
    listed = sorted(answers, key=lambda one: order.index(one.clause.system))
    parts = []
    for system, some in groupby(listed, key=lambda one: one.clause.system):
        ones = list(some)
        idle = [one for one in ones if one.status is Status.NOT_APPLICABLE]
        parts.append(Part(system, [one for one in ones if one not in idle], idle))
    return parts


@desk(Act.DESK)
@require_safe
def product_workbook(request: HttpRequest, slug: str) -> HttpResponse:
    """The clauses of one product as a workbook."""
    shown, on = product_for(request.user, Act.DESK, slug), day(request.GET.get("on", ""))
    found = chosen(systems.answer(shown, on), wanted_of(request))
    content = import_string("gi_registry.web.system_sheets.of_clauses")(shown.common_name, found)
    return download(content, f"{shown.common_name}三大体系 {on}.xlsx", XLSX)


# --- Three years -----------------------------------------------------------------------------------------------------


@desk(Act.DESK)
@require_safe
def trend(request: HttpRequest, slug: str) -> HttpResponse:
    """The share of clauses met at the end of each of the last months, as the register knows today."""
    shown = product_for(request.user, Act.DESK, slug)
    days = month_ends(clock.today(), MONTHS)
    found = systems.over(shown, days)
    lines = {system: months_of(found, at) for at, system in enumerate(System)}
    context = {
        "shown": shown,
        "drawn": [
            (system, figures.trend(f"trend-{system.value}", str(system.label), months))
            for system, months in lines.items()
        ],
        "heads": list(System),
        "table": [
            (
                months[0].label,
                [(head, figures.percent(month.share)) for head, month in zip(System, months, strict=True)],
            )
            for months in zip(*lines.values(), strict=True)
        ][::-1],
    }
    return render(request, "desk/systems/trend.html", context)


def month_ends(today: date, count: int) -> list[date]:
    """The last days of the months before this one, and today: `count` days in all, the earliest first."""
    days = [today]
    while len(days) < count:
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return days[::-1]


def months_of(found: Sequence[ProductAnswer], at: int) -> list[figures.Month]:
    """The shares of one system, month by month."""
    rows = ((one.day, one.systems[at]) for one in found)
    return [figures.Month(on.year, on.month, row.met / row.asked if row.asked else None) for on, row in rows]


# --- Clauses ---------------------------------------------------------------------------------------------------------


@desk(Act.DESK)
@require_safe
def clauses(request: HttpRequest) -> HttpResponse:
    """The 45 clauses as they hold on a day, and those that the district added; searched by any word."""
    on, wanted = day(request.GET.get("on", "")), wanted_of(request)
    every = [*clauses_on(on), *systems.local_clauses(on)]
    found = [
        clause
        for clause in find(wanted.q, every)
        if wanted.system in {"", clause.system} and (not wanted.who or wanted.who in clause.who)
    ]
    order = list(System)
    found.sort(key=lambda clause: order.index(clause.system))
    context = {
        "parts": [(system, list(some)) for system, some in groupby(found, key=lambda clause: clause.system)],
        "count": len(found),
        "wanted": wanted,
        "may_add": may_keep(request.user),
        **around(on),
    }
    return render(request, "desk/systems/clauses.html", context)


# --- Of the public ---------------------------------------------------------------------------------------------------


class Told(NamedTuple):
    """One system in plain words: what it is about, how many clauses apply, of which the register has evidence that
    holds and of which it has not."""

    system: System
    about: str
    asked: int
    met: int
    having: list[str]
    lacking: list[str]


ABOUT: dict[System, Any] = {
    System.STANDARDS: _lazy("有没有现行的标准，照什么标准生产"),
    System.QUALITY: _lazy("怎样管住质量、名称和专用标志"),
    System.TESTING: _lazy("由谁检验，检验结果是否合格"),
}


def told_of(one: systems.SystemAnswer) -> Told:
    """A system in plain words."""
    counted = [each for each in one.clauses if systems.counts(each)]
    having, lacking = (
        [each.clause.wording for each in counted if (each.status in systems.STANDS) is stands]
        for stands in (True, False)
    )
    return Told(one.system, str(ABOUT[one.system]), one.asked, one.met, having, lacking)


def public_part(shown: Product, on: date) -> dict[str, Any]:
    """What the page of a product says to everybody: of each clause whether evidence that holds is registered, and no
    more, since evidence itself is not public. None where no clause applies."""
    answer = systems.answer(shown, on)
    told = [told_of(one) for one in answer.systems if one.asked]
    rows = [figures.Strip(str(one.system.label), [public_tile(each) for each in one.clauses]) for one in answer.systems]
    words = "；".join(
        _("{system}适用 {asked} 条要求，已有有效材料的 {met} 条").format(
            system=one.system.label, asked=one.asked, met=one.met
        )
        for one in told
    )
    drawn = figures.strips("three", rows, _("{name}的三大体系").format(name=answer.name), words) if told else ""
    return {"told": told, "figure": drawn}


def public_tile(one: ClauseAnswer) -> figures.Tile:
    """A clause for everybody."""
    idle = _("不适用") if one.status is Status.NOT_APPLICABLE else _("供参考，不计入")
    words = {"met": _("有有效材料"), "missing": _("还没有有效材料"), "not_applicable": idle}
    if one.status is not Status.NOT_APPLICABLE and one.clause.apart:
        return figures.Tile("not_applicable", _("{wording}：供参考，不计入").format(wording=one.clause.wording))
    state = "not_applicable" if not systems.counts(one) else "met" if one.status in systems.STANDS else "missing"
    return figures.Tile(state, f"{one.clause.wording}：{words[state]}")
