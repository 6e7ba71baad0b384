"""The desk's pages of the users of the mark: the register, one file with its path, and a form for every act on it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotInRegister
from gi_registry.core.history import changes_of, last_change, refuse_if_changed_since
from gi_registry.core.revision import take_turn
from gi_registry.inspections.rechecks import evidence_of, looked_at, refuse_unseen
from gi_registry.marks import actions
from gi_registry.marks.acts import act_label, out_of_turn
from gi_registry.marks.codes import plain_code, show_code
from gi_registry.marks.dues import Due, dues_of
from gi_registry.marks.models import (
    OVER,
    Attachment,
    Authorisation,
    AuthorisationQuerySet,
    Item,
    OriginCheck,
    Rectification,
    Site,
    Step,
)
from gi_registry.marks.origin import Origin, origin_of
from gi_registry.marks.path import ART_20, NEEDS_GROUND, NEEDS_NOTE, Way, conforms, unfounded_ground, what_next
from gi_registry.marks.permissions import authorisations_within_reach, may_on
from gi_registry.marks.protected import in_a_lapse, read_lapses
from gi_registry.marks.states import ARTICLE_31, STANDINGS, Basis, Ground, Standing, State
from gi_registry.parties.models import FormerParticulars
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.parties.validators import plain_uscc
from gi_registry.products.models import Product
from gi_registry.web.applications import FORM, XLSX, Station, download, me, numbered
from gi_registry.web.desk import ROWS, answer, desk, with_titles
from gi_registry.web.documents import handed_in
from gi_registry.web.forms.applications import WithdrawForm
from gi_registry.web.forms.fields import unit_field
from gi_registry.web.forms.marks import (
    NUMBERS,
    AnswerForm,
    ChangeForm,
    CheckForm,
    CloseForm,
    EndForm,
    NumbersForm,
    OpenForm,
    OrderForm,
    PaperForm,
    SeenForm,
    SiteForm,
    StepForm,
)
from gi_registry.web.proof import turn
from gi_registry.web.surveys import unit_names

LINES = 20  # of history below a file

# --- The register of users -------------------------------------------------------------------------------------------


def in_states(standing: Standing) -> Q:
    """Those that an announcement brought into use and whose state says so today."""
    return ~Q(course=[]) & Q(state__in=[state for state, said in STANDINGS.items() if said == standing])


def over(today: date) -> Q:
    """Those whose term has run out."""
    return Q(valid_until__isnull=False, valid_until__lte=today)


def unprotected(today: date) -> Q:
    """Those in whose term the protection of the product has ended."""
    return in_a_lapse(read_lapses(), today) & ~over(today)


def in_force(standing: Standing, today: date) -> Q:
    """Those whose state says so, and neither a term nor a protection has ended."""
    return in_states(standing) & ~over(today) & ~unprotected(today)


# What the register is filtered by: where an authorisation stands today, what of it is to be looked after.
STANDS: dict[str, tuple[Any, Callable[[date], Q]]] = {
    "valid": (Standing.VALID.label, lambda today: in_force(Standing.VALID, today)),
    "suspended": (Standing.SUSPENDED.label, lambda today: in_force(Standing.SUSPENDED, today)),
    "cancelled": (Standing.CANCELLED.label, lambda _today: in_states(Standing.CANCELLED)),
    "expired": (
        Standing.EXPIRED.label,
        lambda today: (
            in_states(Standing.EXPIRED) | ((in_states(Standing.VALID) | in_states(Standing.SUSPENDED)) & over(today))
        ),
    ),
    "unprotected": (
        Standing.UNPROTECTED.label,
        lambda today: (in_states(Standing.VALID) | in_states(Standing.SUSPENDED)) & unprotected(today),
    ),
    "rectify": (State.RECTIFY.label, lambda _today: Q(state=State.RECTIFY)),
    "under_way": (gettext_lazy("申请办理中"), lambda _today: Q(course=[]) & ~Q(state__in=OVER)),
    "failed": (gettext_lazy("申请未成"), lambda _today: Q(course=[], state__in=OVER)),
}


class Wanted(NamedTuple):
    """What the address asks to see."""

    q: str = ""
    product: str = ""
    basis: str = ""
    stands: str = ""
    unit: str = ""


class Row(NamedTuple):
    """One authorisation of the list: what may be said of it today, what its state says beside that, what is due."""

    authorisation: Authorisation
    code: str
    standing: Standing | None
    beside: str
    due: Due | None


@desk(Act.DESK)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The users of the mark within reach."""
    today, wanted = clock.today(), wanted_of(request)
    within = authorisations_within_reach(request.user, Act.DESK)
    page = Paginator(chosen(within, wanted, today), ROWS).get_page(request.GET.get("page"))
    context = {
        "rows": page,
        "lines": rows_of(list(page), today),
        "wanted": wanted,
        "narrowed": any(wanted),
        "products": Product.objects.filter(pk__in=within.order_by().values("product")).order_by("common_name"),
        "bases": Basis.choices,
        "stands": [(name, label) for name, (label, _rule) in STANDS.items()],
        "units": sorted(unit_names().values()),
        "may_write": reach(request.user, Act.AUTHORISATIONS) is not None,
        "today": today,
    }
    return render(request, "desk/marks/index.html", context)


def wanted_of(request: HttpRequest) -> Wanted:
    """What the address asks to see. Raises BadInput where it names a basis or a standing that there is not."""
    asked = {name: request.GET.get(name, "").strip() for name in Wanted._fields}
    for name, choices in (("basis", Basis.values), ("stands", list(STANDS))):
        if asked[name] and asked[name] not in choices:
            raise BadInput(_("没有“{word}”这种依据或状态：请从筛选栏里选。").format(word=asked[name][:30]))
    return Wanted(**asked)


def chosen(within: QuerySet[Authorisation], wanted: Wanted, today: date) -> AuthorisationQuerySet:
    """Those that the filters leave, by product and by name."""
    found: Any = within
    if wanted.product:
        found = found.filter(product__slug=wanted.product)
    if wanted.basis:
        found = found.filter(basis=wanted.basis)
    if wanted.stands:
        found = found.filter(STANDS[wanted.stands][1](today))
    if wanted.unit:
        there = Site.objects.on(today).filter(unit__code=wanted.unit).values("authorisation")
        found = found.filter(Q(producer__unit__code=wanted.unit) | Q(pk__in=there))
    if wanted.q:
        found = found.filter(named(wanted.q))
    narrowed: AuthorisationQuerySet = found.with_names()
    return narrowed


def named(q: str) -> Q:
    """Whatever people know a user by: name, also a former one, pinyin, first letters, code, numbers."""
    code, uscc = plain_code(q), plain_uscc(q)[0]
    former = FormerParticulars.objects.filter(name__icontains=q).values("party")
    by_name = Q(producer__name__icontains=q) | Q(producer__in=former)
    by_sound = Q(producer__pinyin__icontains=q) | Q(producer__initials__istartswith=q)
    by_number = Q(trademark_number__icontains=q) | Q(announcement__number__icontains=q)
    by_code = Q(code__startswith=code) | Q(producer__uscc__startswith=uscc) if code and uscc else Q(pk__in=[])
    return by_name | by_sound | by_number | by_code


def rows_of(page: list[Authorisation], today: date) -> list[Row]:
    """The lines of some authorisations."""
    dues = dues_of(page, today)
    return [
        Row(one, show_code(one.code), one.standing_on(today), beside(one, today), first(dues[one.pk])) for one in page
    ]


def first(dues: Iterable[Due]) -> Due | None:
    """What is to be done first of what is to be done now."""
    return next((due for due in dues if due.soon), None)


def beside(one: Authorisation, today: date) -> str:
    """The state in words, where it says more than the standing: what has ended is never shown as in use."""
    state, standing = State(one.state), one.standing_on(today)
    repeats = standing is not None and state in {State.ACTIVE, standing.value}
    contradicts = state == State.CHANGE_REVIEW and standing not in {None, Standing.VALID}
    return "" if repeats or contradicts else str(state.label)


@desk(Act.DESK)
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    """The users that the filters leave, as a workbook."""
    today = clock.today()
    found = chosen(authorisations_within_reach(request.user, Act.DESK), wanted_of(request), today)
    rows = rows_of(list(found.select_related("producer__unit")), today)
    content = import_string("gi_registry.web.sheets.of_authorisations")(rows, unit_names())
    return download(content, f"专用标志使用人 {today}.xlsx", XLSX)


# --- One file --------------------------------------------------------------------------------------------------------


class Option(NamedTuple):
    """A step that may follow, what it is called, and the address of its form where the reader may take it."""

    way: Way
    label: str
    address: str
    onward: bool


class Entry(NamedTuple):
    """One step as the file shows it: whether it was taken back and why, and where to take it back."""

    step: Step
    withdrawn: Step | None
    address: str


class Located(NamedTuple):
    """One site as the file shows it: its number, its unit today, what was last said of it."""

    number: int
    site: Site
    unit: str
    checks: list[OriginCheck]
    in_use: bool
    conforms: bool


@desk(Act.DESK)
@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One file: where it stands, what is due and may follow, papers, sites, rectifications, steps, history."""
    one = authorisation_for(request.user, code)
    today, writes = clock.today(), may_on(request.user, Act.AUTHORISATIONS, one)
    steps = list(one.steps.select_related("document", "announcement__source", "withdraws", "change_request"))
    sites = list(one.sites.prefetch_related("checks__area", "checks__document"))
    papers = list(one.attachments.select_related("document"))
    orders = list(one.rectifications.select_related("document"))
    standing = [step for step in steps if step.withdraws_id is None and not taken_back(step, steps)]
    late = bool(standing) and standing[0].state == State.ACTIVE
    handed_in = {paper.item for paper in papers}
    context = {
        "authorisation": one,
        "code": show_code(one.code),
        "standing": one.standing_on(today),
        "beside": beside(one, today),
        "late": late,
        "stations": stations(one, standing, today, late=late),
        "options": options(one, orders, today, writes=writes),
        "dues": dues_of([one], today)[one.pk],
        "turns": [(day, turn(said)) for day, said in one.turns],
        "papers": list(enumerate(papers, 1)),
        "needed": [(item, item in handed_in) for item in ART_20] if State.INTAKE in one.route.next else [],
        "places": places_of(sites, today),
        "orders": list(enumerate(orders, 1)),
        "entries": entries(one, steps, standing, writes),
        "grounds": grounds(one, today) if ends_by_ground(one) else [],
        "ended_with_protection": ends_by_ground(one) and ended_with_protection(one, today),
        "changes": with_titles(changes_of(one, *steps, *sites, *papers, *orders, *checks_of(sites)))[:LINES],
        "writes": writes and one.state not in OVER,
        "preparing": one.state in actions.PREPARING,
        "reads_papers": reach(request.user, Act.DESK) is Reach.ALL,
        "today": today,
    }
    return render(request, "desk/marks/detail.html", context)


def authorisation_for(person: Person, code: str, act: Act = Act.DESK) -> Authorisation:
    """The authorisation, where the person may do the act on it. Raises NotInRegister: what is not theirs is to them as
    if it were not there."""
    found: Any = authorisations_within_reach(person, act)
    one: Authorisation | None = found.with_names().filter(code=plain_code(code)).first()
    if one is None:
        raise NotInRegister(_("没有编码为“{code}”的使用人，或者不在您负责的范围内。").format(code=code[:20]))
    return one


def taken_back(step: Step, steps: Iterable[Step]) -> bool:
    return any(one.withdraws_id == step.pk for one in steps)


def stations(one: Authorisation, done: list[Step], today: date, *, late: bool) -> list[Station]:
    """The line: every standing step, the last one as where it stands, then the shortest way into use. Where the use
    has ended without a step, that is where it stands."""
    before = [Station(_("此前的步骤"), "unknown")] * late
    past = [Station(step.get_state_display(), "done", step.on) for step in done]
    if ended := ended_by_itself(one, today):
        return [*before, *past, ended]
    here = Station(one.get_state_display(), "here", done[-1].on if done else None)
    ahead = [Station(str(state.label), "ahead") for state in way_into_use(one)]
    return [*before, *past[:-1], here, *ahead]


def ended_by_itself(one: Authorisation, today: date) -> Station | None:
    """The end of a term or of the protection, which no step has written down."""
    standing = one.standing_on(today)
    if standing is None or standing == STANDINGS.get(State(one.state)):
        return None
    return Station(str(standing.label), "here", next(day for day, _said in reversed(one.turns) if day <= today))


# From these the way back into use is for the office to find, nobody's to expect.
NO_WAY_BACK = frozenset({State.SUSPENDED, State.CANCEL_PROPOSED})


def way_into_use(one: Authorisation) -> list[State]:
    """The states from here to being in use; none where it is in use or may not be any more."""
    following, start = one.route.next, State(one.state)
    if start in NO_WAY_BACK or start not in following:
        return []
    queue, seen = deque([[start]]), {start}
    while queue:
        way = queue.popleft()
        if way[-1] == State.ACTIVE:
            return way[1:]
        fresh = [state for state in State if state in following[way[-1]] and state not in seen]
        seen.update(fresh)
        queue.extend([*way, state] for state in fresh)
    return []


def options(one: Authorisation, orders: list[Rectification], today: date, *, writes: bool) -> list[Option]:
    """What may follow, each with its form for those who may take it; the shortest way into use (`onward`) first."""
    aim, now = way_into_use(one)[:1], State(one.state)
    found = [
        Option(way, act_label(now, way.state), form_of(one, orders, way.state) if writes else "", [way.state] == aim)
        for way in what_next(one, today)
    ]
    return sorted(found, key=lambda option: not option.onward)


def form_of(one: Authorisation, orders: list[Rectification], state: State) -> str:
    """The address of the form by which the authorisation comes into a state: from a rectification back into use that
    which closes the open one, "" where it has failed."""
    if (one.state, state) == (State.RECTIFY, State.ACTIVE):
        open_ = (number for number, order in enumerate(orders, 1) if order.closed_on is None)
        return next((reverse("desk-mark-close", args=[one.code, number]) for number in open_), "")
    name = {State.RECTIFY: "desk-mark-rectify", State.CHANGE_REVIEW: "desk-mark-change"}.get(state)
    return reverse(name, args=[one.code]) if name else reverse("desk-mark-step", args=[one.code, state])


def entries(one: Authorisation, steps: list[Step], standing: list[Step], writes: bool) -> list[Entry]:
    """Every step, the newest first. The last standing one may be withdrawn, a first one where it was announced."""
    back = {step.withdraws_id: step for step in steps if step.withdraws_id is not None}
    last = standing[-1] if standing and writes else None
    open_ = last is not None and (len(standing) > 1 or last.announcement_id is not None)
    return [
        Entry(
            step,
            back.get(step.pk),
            reverse("desk-mark-withdraw", args=[one.code, number]) if open_ and step == last else "",
        )
        for number, step in enumerate(steps, 1)
    ][::-1]


def places_of(sites: list[Site], today: date) -> list[Located]:
    """The sites, those in use first, each with its checks, the newest first."""
    names = unit_names()
    places = [
        Located(
            number,
            site,
            names.get(site.unit_id or 0, ("", ""))[1],
            sorted(site.checks.all(), key=lambda check: (check.on, check.pk), reverse=True),
            site.holds_on(today),
            conforms(site),
        )
        for number, site in enumerate(sites, 1)
    ]
    return sorted(places, key=lambda place: not place.in_use)


def checks_of(sites: Iterable[Site]) -> list[OriginCheck]:
    return [check for site in sites for check in site.checks.all()]


def ends_by_ground(one: Authorisation) -> bool:
    """Whether a cancelling may follow, so that its grounds matter."""
    return State.CANCELLED in one.route.next.get(State(one.state), ())


def grounds(one: Authorisation, day: date) -> list[tuple[Ground, str]]:
    """The six of art. 31, each with why it carries no cancelling on the day, "" where it does."""
    return [(ground, unfounded_ground(one, ground, day)) for ground in ARTICLE_31]


def ended_with_protection(one: Authorisation, day: date) -> bool:
    """Whether the register shows that the use ended with the protection of the product, which art. 31 does not name."""
    return not unfounded_ground(one, Ground.UNPROTECTED, day)


def here(one: Authorisation, part: str = "") -> str:
    """The page of the file."""
    return reverse("desk-mark", args=[one.code]) + part


def frame(one: Authorisation, heading: str, part: str = "") -> dict[str, Any]:
    """What every form of a file shows around itself."""
    return {"authorisation": one, "code": show_code(one.code), "heading": heading, "back": here(one, part)}


def written_by(request: HttpRequest, code: str) -> Authorisation:
    """The authorisation, for an act of the office on it."""
    return authorisation_for(request.user, code, Act.AUTHORISATIONS)


R = TypeVar("R")


def on_the_row_that_was_seen(row: models.Model, seen: int, act: Callable[[], R]) -> R:
    """The act on a row that the address names by its number, where that is still the row that was shown. Raises
    Conflict."""
    with transaction.atomic():
        take_turn()
        refuse_if_changed_since(row, seen)
        if last_change(row) != seen:
            raise Conflict("这份案卷的清单刚有变动，没有照办：请回到案卷核对后再做一次。")
        return act()


# --- Opening ---------------------------------------------------------------------------------------------------------


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """The form by which a producer's application is opened."""
    return opening(request, announced=False)


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def announced(request: HttpRequest) -> HttpResponse:
    """The form by which a user is recorded whom an announcement names."""
    return opening(request, announced=True)


def opening(request: HttpRequest, *, announced: bool) -> HttpResponse:
    """Either of them: the same fields, another act."""
    form = OpenForm(request.POST or None, announced=announced)
    made: list[Authorisation] = []

    def act() -> str:
        data = form.cleaned_data
        begin = actions.record_announced if announced else actions.open_authorisation
        made.append(begin(data["producer"], data["product"], form.basis(), by=me(request), **form.asked()))
        words = _("已补录“{producer}”，编码 {code}。") if announced else _("已为“{producer}”立卷，编码 {code}。")
        return words.format(producer=made[0].producer, code=show_code(made[0].code))

    heading = _("按公告补录使用人") if announced else _("为使用人立卷")
    context = {"heading": heading, "announced": announced, "back": reverse("desk-marks")}
    return answer(request, form, "desk/marks/new.html", context, act=act, to=lambda: here(made[0]))


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Numbers and term, where they were written wrongly or a licence was renewed."""
    one = written_by(request, code)
    now = {name: getattr(one, name) for name in NUMBERS}
    form = NumbersForm(request.POST or None, initial=now | {"seen": last_change(one)})

    def act() -> str:
        actions.correct(one, by=me(request), **form.asked())
        return _("已保存，原来的内容留在变更记录里。")

    context = frame(one, _("改号码与期限"))
    return answer(request, form, "desk/marks/form.html", context, act=act, to=here(one), row=one, columns=NUMBERS)


# --- Steps -----------------------------------------------------------------------------------------------------------


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def step(request: HttpRequest, code: str, state: str) -> HttpResponse:
    """The form of the next step: ours is taken, the State's is recorded from its own paper."""
    one, today = written_by(request, code), clock.today()
    if state not in one.route.next:
        raise NotInRegister(_("“{basis}”没有这一步。").format(basis=one.get_basis_display()))
    way = next((way for way in what_next(one, today) if way.state == state), None) or away(one, State(state))
    found = grounds(one, today) if way.needs_ground else []
    name = act_label(State(one.state), State(state))
    form = StepForm(
        request.POST or None,
        authorisation=one,
        way=way,
        grounds=[ground for ground, why_not in found if not why_not],
        beside=[Ground.UNPROTECTED] if way.needs_ground and ended_with_protection(one, today) else [],
        initial={"seen": last_change(one), "ground": proposed_ground(one)},
    )

    def act() -> str:
        actions.take_step(one, State(state), by=me(request), **form.asked())
        return _("已记下“{step}”。").format(step=name)

    context = frame(one, name) | {
        "way": way,
        "not_yet": [(ground, why_not) for ground, why_not in found if why_not],
    }
    return answer(request, form, "desk/marks/step.html", context, act=act, to=here(one), row=one)


def away(one: Authorisation, state: State) -> Way:
    """The form of a step that cannot follow now: the page says why, in what was typed nothing is lost."""
    now = State(one.state)
    why = out_of_turn(now, state)
    return Way(state, one.route.rests_of(now, state), False, state in NEEDS_GROUND, state in NEEDS_NOTE, why)


def proposed_ground(one: Authorisation) -> str:
    """The ground of the proposal, which a cancelling takes over."""
    if one.state != State.CANCEL_PROPOSED:
        return ""
    last = one.steps.standing().last()
    return last.ground if last is not None else ""


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def withdraw(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take back a step that was entered by mistake, with the reason."""
    one = written_by(request, code)
    taken = numbered(one.steps.order_by("pk"), number, _("步骤"))
    form = WithdrawForm(request.POST or None, initial={"seen": last_change(one)})

    def act() -> str:
        actions.withdraw_step(taken, by=me(request), reason=form.cleaned_data["reason"], seen=form.seen)
        return _("已撤回“{step}”，原因留在案卷里。").format(step=taken.get_state_display())

    context = frame(one, _("撤回“{step}”").format(step=taken.get_state_display())) | {"taken": taken}
    return answer(request, form, "desk/marks/withdraw.html", context, act=act, to=here(one), row=one)


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def change(request: HttpRequest, code: str) -> HttpResponse:
    """The producer is called or lies otherwise now."""
    one = written_by(request, code)
    form = ChangeForm(request.POST or None, initial={"seen": last_change(one)})

    def act() -> str:
        actions.ask_change(one, by=me(request), **form.asked())
        return _("已记下变更申请，公告以后登记簿随之改变。")

    context = frame(one, _("申请变更名称或住所"))
    return answer(request, form, "desk/marks/change.html", context, act=act, to=here(one), row=one)


# --- Papers ----------------------------------------------------------------------------------------------------------


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """A file is handed in, or one that the register has already is put to the file."""
    one = written_by(request, code)
    form = PaperForm(request.POST or None, request.FILES or None, authorisation=one)
    form.fields["item"].initial = request.GET.get("item", "")

    def act() -> str:
        asked = form.cleaned_data
        item = Item(asked["item"])
        if asked["file"]:
            actions.hand_in(one, item, handed_in(asked["file"]), by=me(request))
        else:
            actions.attach(one, item, asked["document"], by=me(request))
        return _("已收下《{item}》。").format(item=item.label)

    part = "#papers"
    context = frame(one, _("交材料"), part)
    return answer(request, form, "desk/marks/form.html", context, act=act, to=here(one, part))


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def take_out(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take a document out of an application that is still being written."""
    one = written_by(request, code)
    row: Attachment = numbered(one.attachments.select_related("document").order_by("pk"), number, _("材料"))
    return removal(
        request,
        one,
        row,
        heading=_("拿走《{title}》").format(title=row.get_item_display()),
        words=_("文件“{title}”本身还留在登记簿里。").format(title=row.document.title),
        part="#papers",
        remove=lambda: actions.detach(row, by=me(request)),
    )


def removal(
    request: HttpRequest,
    one: Authorisation,
    row: models.Model,
    *,
    heading: str,
    words: str,
    part: str,
    remove: Callable[[], None],
) -> HttpResponse:
    """A page that asks once more before something is taken out of an application that is still being written."""
    form = SeenForm(request.POST or None, initial={"seen": last_change(row)})

    def act() -> str:
        on_the_row_that_was_seen(row, form.seen, remove)
        return _("已从案卷里拿走，原来的内容留在变更记录里。")

    context = frame(one, heading, part) | {"words": words}
    return answer(request, form, "desk/marks/remove.html", context, act=act, to=here(one, part))


# --- Sites -----------------------------------------------------------------------------------------------------------

SITES = "#sites"


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def new_site(request: HttpRequest, code: str) -> HttpResponse:
    """Where the product is made or grown."""
    one = written_by(request, code)
    unit = unit_field(request.user, label=_("所在乡镇街道"), required=False)
    form = SiteForm(request.POST or None, unit=unit)

    def act() -> str:
        site = actions.add_site(one, by=me(request), **form.asked())
        return _("已登记“{site}”。{origin}").format(site=site.name, origin=origin_today(site).sentence)

    context = frame(one, _("登记生产场所"), SITES) | {"mapped": True}
    return answer(request, form, "desk/marks/site.html", context, act=act, to=here(one, SITES))


def origin_today(site: Site) -> Origin:
    """What the map says of a site today."""
    one, where = site.authorisation, site.location
    return origin_of(one.product, one.basis, where.x, where.y, accuracy_m=site.accuracy_m, day=clock.today())


def site_of(one: Authorisation, number: int) -> Site:
    """The site with the number within its file. Raises NotInRegister."""
    site: Site = numbered(one.sites.select_related("authorisation__product").order_by("pk"), number, _("生产场所"))
    return site


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def check(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """产地核验 of one site: what the map says, and what was found."""
    one = written_by(request, code)
    site = site_of(one, number)
    form = CheckForm(request.POST or None, authorisation=one, initial={"seen": last_change(site)})

    def act() -> str:
        made = on_the_row_that_was_seen(
            site, form.seen, lambda: actions.check_site(site, by=me(request), **form.asked())
        )
        return _("已记下“{site}”{day}的核验。").format(site=site.name, day=made.on)

    heading = _("产地核验：{site}").format(site=site.name)
    context = frame(one, heading, SITES) | {"site": site, "origin": origin_today(site), "today": clock.today()}
    return answer(request, form, "desk/marks/check.html", context, act=act, to=here(one, SITES), row=site)


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def end_site(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """From some day on nothing is produced at a site."""
    one = written_by(request, code)
    site = site_of(one, number)
    form = EndForm(request.POST or None, initial={"seen": last_change(site)})

    def act() -> str:
        day = form.cleaned_data["day"]
        on_the_row_that_was_seen(site, form.seen, lambda: actions.end_site(site, by=me(request), day=day))
        return _("“{site}”自 {day} 起不再生产。").format(site=site.name, day=day)

    context = frame(one, _("停用生产场所：{site}").format(site=site.name), SITES)
    return answer(request, form, "desk/marks/form.html", context, act=act, to=here(one, SITES), row=site)


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def drop_site(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take a site out of an application that is still being written."""
    one = written_by(request, code)
    site = site_of(one, number)
    return removal(
        request,
        one,
        site,
        heading=_("拿走“{site}”").format(site=site.name),
        words=_("申请提交以后，生产场所只能停用，不能拿走。"),
        part=SITES,
        remove=lambda: actions.drop_site(site, by=me(request)),
    )


# --- Rectification ---------------------------------------------------------------------------------------------------

ORDERS = "#rectifications"


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def rectify(request: HttpRequest, code: str) -> HttpResponse:
    """The notice that sets a day for putting something right."""
    one = written_by(request, code)
    form = OrderForm(request.POST or None, authorisation=one, initial={"seen": last_change(one)})

    def act() -> str:
        ground = Ground(form.cleaned_data["ground"])
        made = actions.order_rectification(one, ground, by=me(request), **form.asked())
        return _("已责令限期改正，限期到 {day}。").format(day=made.due_on)

    context = frame(one, _("责令限期改正"), ORDERS)
    return answer(request, form, "desk/marks/rectify.html", context, act=act, to=here(one, ORDERS), row=one)


def order_of(one: Authorisation, number: int) -> Rectification:
    """The rectification with the number within its file. Raises NotInRegister."""
    row: Rectification = numbered(one.rectifications.order_by("pk"), number, _("限期改正"))
    return row


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def answer_order(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """What the producer did about it, written down by the office in its place."""
    one = written_by(request, code)
    row = order_of(one, number)
    form = AnswerForm(request.POST or None, authorisation=one, initial={"text": row.answer, "seen": last_change(row)})

    def act() -> str:
        asked = form.cleaned_data
        actions.answer_rectification(row, asked["text"], by=me(request), documents=asked["documents"], seen=form.seen)
        return _("已记下答复。")

    context = frame(one, _("记录答复"), ORDERS) | {"order": row}
    return answer(request, form, "desk/marks/order.html", context, act=act, to=here(one, ORDERS), row=row)


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def close_order(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Whether the fault was mended; where it was the use goes on."""
    one = written_by(request, code)
    row = order_of(one, number)
    form = CloseForm(request.POST or None, authorisation=one, initial={"seen": last_change(row)})

    def act() -> str:
        mended = form.cleaned_data["mended"] == "yes"
        refuse_unseen(row, mended=mended, note=form.cleaned_data["note"])
        actions.close_rectification(row, mended, by=me(request), **form.asked())
        return _("已办结：已改正，可以继续使用。") if mended else _("已办结：逾期未改正。")

    context = frame(one, _("办结限期改正"), ORDERS) | {
        "order": row,
        "evidence": evidence_of(row),
        "rechecks": looked_at(row),
    }
    return answer(request, form, "desk/marks/order.html", context, act=act, to=here(one, ORDERS), row=row)
