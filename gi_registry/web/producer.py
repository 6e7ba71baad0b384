"""The producers' own pages: who may use the mark, applying for use, answering, marks made and used, yearly reports.

Whatever is another's is here as if it were not there: one question to the database finds what is one's own and has the
code, and where it finds nothing one sentence answers, whatever the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps
from typing import Any, NamedTuple

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotInRegister, Refusal
from gi_registry.core.history import changes_of, last_change, thing
from gi_registry.core.models import Change
from gi_registry.gazette.models import Document
from gi_registry.gazette.validators import MEDIA_TYPES
from gi_registry.marks import actions, ledger
from gi_registry.marks.acts import out_of_turn
from gi_registry.marks.alarms import alarms_of
from gi_registry.marks.certificates import certificate, qr_svg
from gi_registry.marks.codes import ALPHABET, plain_code, show_code
from gi_registry.marks.dues import USER, Due, dues_of, urgency
from gi_registry.marks.ledger import NOTHING, Account, Balance, people_of
from gi_registry.marks.models import (
    OVER,
    Attachment,
    Authorisation,
    Batch,
    ChangeRequest,
    Entry,
    EntryKind,
    Item,
    Site,
    Step,
    UseReport,
)
from gi_registry.marks.origin import Origin, area_on, origin_in, origin_of
from gi_registry.marks.path import ART_20, NEEDS_NOTE, what_next
from gi_registry.marks.permissions import PRODUCERS_STEPS, authorisations_within_reach
from gi_registry.marks.protected import REGIMES
from gi_registry.marks.reports import FIRST_YEAR, booked, due_on, file_report, last_year, years_of_use
from gi_registry.marks.states import Basis, Standing, State
from gi_registry.parties.models import Party
from gi_registry.parties.permissions import Act, Person
from gi_registry.places.validators import accuracy, position
from gi_registry.products.models import Product, Protection, Stage
from gi_registry.web.applications import FORM, me, numbered
from gi_registry.web.desk import answer, desk
from gi_registry.web.documents import handed_in, streamed
from gi_registry.web.forms.marks import SeenForm
from gi_registry.web.forms.producer import (
    KINDS,
    AnswerForm,
    ApplyForm,
    ChangeForm,
    NoteForm,
    OwnBatchForm,
    OwnEntryForm,
    PaperForm,
    ReasonForm,
    SiteForm,
)
from gi_registry.web.forms.use_reports import GOODS, MARKS, ReportForm
from gi_registry.web.inspections import notice_as_word
from gi_registry.web.marks import beside, on_the_row_that_was_seen, order_of, stations
from gi_registry.web.proof import address
from gi_registry.web.use_reports import begun_with

# --- What is one's own -----------------------------------------------------------------------------------------------

OwnView = Callable[..., HttpResponseBase]


def own(view: OwnView) -> Any:
    """Wrap a view of (request, authorisation, …): only for one of the party's own."""

    @desk(Act.OWN_USE)
    @wraps(view)
    def wrapped(request: HttpRequest, code: str, **named: Any) -> HttpResponseBase:
        return view(request, own_one(request.user, code), **named)

    return wrapped


def own_one(person: Person, code: str) -> Authorisation:
    """The authorisation of the party with the code. Raises NotInRegister."""
    wanted = plain_code(code)
    found: Any = authorisations_within_reach(person, Act.OWN_USE).with_names()
    one: Authorisation | None = found.filter(code=wanted).first() if set(wanted) <= set(ALPHABET) else None
    if one is None:
        raise NotInRegister(_("没有这条记录，或者它不是您单位的。"))
    return one


def here(one: Authorisation, part: str = "") -> str:
    """The page of one's own authorisation."""
    return reverse("producer-mark", args=[one.code]) + part


def frame(one: Authorisation, heading: str, back: str = "") -> dict[str, Any]:
    """What every form shows around itself."""
    return {"one": one, "code": show_code(one.code), "heading": heading, "back": back or here(one)}


# --- All of one's own ------------------------------------------------------------------------------------------------


class Proof(NamedTuple):
    """The QR code of one that may be used today, as a drawing; else the sentence that says why there is none."""

    qr: str = ""
    sentence: str = ""


class Own(NamedTuple):
    """One authorisation: where it stands today and what its state says beside that, what is to be done soon and later,
    what others have to do, its QR code."""

    one: Authorisation
    code: str
    standing: Standing | None
    beside: str
    tasks: list[Due]
    later: list[Due]
    waits: list[Due]
    proof: Proof


class Task(NamedTuple):
    """Something that the producer has to do, and for which authorisation."""

    due: Due
    one: Authorisation


@desk(Act.OWN_USE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All authorisations of the party, and what is to be done."""
    party, today = me(request).party, clock.today()
    mine: Any = authorisations_within_reach(request.user, Act.OWN_USE)
    found = list(mine.with_names())
    dues = dues_of(found, today)
    rows = [shown(request, one, dues[one.pk], today) for one in found]
    tasks = [Task(due, row.one) for row in rows for due in row.tasks]
    context = {
        "party": party,
        "unfit": unfit(party) if party else "",
        "tasks": sorted(tasks, key=lambda task: urgency(task.due)),
        "rows": rows,
        "today": today,
    }
    return render(request, "producer/index.html", context)


def unfit(party: Party) -> str:
    """Why the party cannot use the mark whatever it makes, "" where it can."""
    try:
        actions.refuse_unfit(party)
    except BadInput as refusal:
        return refusal.sentence
    return ""


def shown(request: HttpRequest, one: Authorisation, dues: Iterable[Due], today: date) -> Own:
    """One authorisation as the pages show it."""
    mine = [due for due in dues if due.who == USER]
    tasks = [due for due in mine if due.soon]
    later = [due for due in mine if due not in tasks]
    waits = [due for due in dues if due.who != USER]
    standing, proof = one.standing_on(today), proof_of(request, one, today)
    return Own(one, show_code(one.code), standing, beside(one, today), tasks, later, waits, proof)


def proof_of(request: HttpRequest, one: Authorisation, today: date) -> Proof:
    """The QR code with the signed address, where there is one to give."""
    if one.standing_on(today) != Standing.VALID:
        return Proof()
    try:
        link = certificate(one, clock.now(), address(request)).link
    except Refusal as refusal:
        return Proof(sentence=refusal.sentence)
    return Proof(qr=mark_safe(qr_svg(link)))  # noqa: S308 -- drawn by us


# --- Applying --------------------------------------------------------------------------------------------------------


@desk(Act.OWN_USE)
@require_http_methods(FORM)
def apply(request: HttpRequest) -> HttpResponse:
    """The first field of an application: with the product a draft is kept."""
    party = me(request).party
    if party is None:
        raise BadInput(_("您的账号还没有归到单位名下，不能申请：请联系登记簿管理员。"))
    protected = protected_on(clock.today())
    products = protected.exclude(pk__in=begun_by(party))
    form = ApplyForm(request.POST or None, products=products, initial={"product": request.GET.get("product", "")})
    made: list[Authorisation] = []

    def act() -> str:
        made.append(actions.open_authorisation(party, form.cleaned_data["product"], Basis.ANNOUNCED, by=me(request)))
        return _("草稿已存，可以随时离开，下次接着办。")

    context = {
        "heading": _("申请使用专用标志"),
        "back": reverse("producer"),
        "party": party,
        "unfit": unfit(party),
        "none": not products.exists(),
        "begun": protected.exists(),
    }
    return answer(request, form, "producer/apply.html", context, act=act, to=lambda: here(made[0]))


def begun_by(party: Party) -> Any:
    """The products for which the party uses the mark or applies already."""
    same_way = Authorisation.objects.standing_over().filter(producer=party, basis=Basis.ANNOUNCED)
    return same_way.order_by().values("product")


def protected_on(day: date) -> Any:
    """The products for which one applies by 令第80号 art. 20: those protected under its regime on the day."""
    kept = Protection.objects.on(day).filter(regime=REGIMES[Basis.ANNOUNCED], stage=Stage.PROTECTED)
    return Product.objects.filter(pk__in=kept.values("product")).order_by("common_name")


# --- One of one's own ------------------------------------------------------------------------------------------------


class Paper(NamedTuple):
    """A paper as its owner knows it: what was stored first under another's name is not called by that name here."""

    number: int
    row: Attachment
    kind: str
    on: date


class Told(NamedTuple):
    """One step as the producer may read it: whose it was, and the words that were meant for the producer."""

    step: Step
    ours: bool
    note: str


class Place(NamedTuple):
    """A production site with what the map says of it today."""

    number: int
    site: Site
    origin: Origin


# Steps whose words are written for the producer; those of others are for the file of the office.
FOR_THE_PRODUCER = frozenset({*NEEDS_NOTE, State.RECTIFY})
# Papers that only a producer has to give; of all others only those that the party's own people handed in are shown.
PRODUCERS_PAPERS = frozenset({Item.FORM, Item.TEST_REPORT, Item.CHANGE_FORM, Item.ANSWER})


@own
@require_safe
def detail(request: HttpRequest, one: Authorisation) -> HttpResponse:
    """Where one authorisation stands, what comes next, and all that was handed in, printed and reported."""
    today, people = clock.today(), people_of(one.producer)
    steps = list(one.steps.standing().select_related("announcement", "change_request"))
    dues = dues_of([one], today)[one.pk]
    papers = papers_of(one, people)
    preparing = one.state in actions.PREPARING
    batches = Batch.objects.filter(authorisation=one)
    context = frame(one, "") | {
        "row": shown(request, one, dues, today),
        "stations": stations(one, steps, today, late=bool(steps) and steps[0].state == State.ACTIVE),
        "told": [told(step, people) for step in steps][::-1],
        "said": told(steps[-1], people).note if steps and one.state in NEEDS_NOTE else "",
        "preparing": preparing,
        "needed": needed(one, papers) if preparing and State.INTAKE in one.route.next else [],
        "ways": {way.state.value: way for way in what_next(one, today) if way.by_producer},
        "papers": papers,
        "places": places_of(one, today),
        "orders": list(enumerate(one.rectifications.order_by("pk"), 1))[::-1],
        "asked": change_asked(one),
        "balance": ledger.whole_of(batches) if batches.exists() else None,
        "alarms": alarms_of(Authorisation.objects.filter(pk=one.pk), today),
        "years": years_of(one),
        "withdrawable": withdrawable(steps, request.user),
        "over": one.state in OVER,
        "today": today,
    }
    return render(request, "producer/detail.html", context)


def told(step: Step, people: frozenset[str]) -> Told:
    ours = step.by in people
    return Told(step, ours, step.note if ours or step.state in FOR_THE_PRODUCER else "")


def papers_of(one: Authorisation, people: frozenset[str]) -> list[Paper]:
    """The producer's papers, numbered among all of the file. Two queries."""
    rows = list(one.attachments.select_related("document").order_by("pk"))
    made = {change.thing: change for change in changes_of(*rows).order_by("-pk")}
    return [
        paper(number, row, made[thing(row)])
        for number, row in enumerate(rows, 1)
        if row.item in PRODUCERS_PAPERS or made[thing(row)].by in people
    ]


def paper(number: int, row: Attachment, made: Change) -> Paper:
    kind = MEDIA_TYPES.get(row.document.media_type)
    return Paper(number, row, kind.label.strip() if kind else "", clock.legal_time(made.at).date())


def needed(one: Authorisation, papers: list[Paper]) -> list[tuple[Item, list[Paper]]]:
    """The two documents of 令第80号 art. 20 with what was handed in as such."""
    return [(item, [paper for paper in papers if paper.row.item == item]) for item in ART_20]


def places_of(one: Authorisation, today: date) -> list[Place]:
    """The sites in use with what the map says; the area is read once."""
    sites = list(enumerate(one.sites.order_by("pk"), 1))
    area = area_on(one.product, REGIMES[Basis(one.basis)], today) if sites else None
    return [
        Place(number, site, origin_in(area, site.location.x, site.location.y, site.accuracy_m))
        for number, site in sites
        if site.holds_on(today)
    ]


def change_asked(one: Authorisation) -> ChangeRequest | None:
    """The change that is under review."""
    if one.state != State.CHANGE_REVIEW:
        return None
    return ChangeRequest.objects.filter(step__authorisation=one).order_by("step").last()


def withdrawable(steps: list[Step], person: Person) -> Step | None:
    """The last step, where the person took it and may take it back."""
    last = steps[-1] if len(steps) > 1 else None
    return last if last is not None and last.by == str(person) and last.state in PRODUCERS_STEPS else None


# --- Papers ----------------------------------------------------------------------------------------------------------

PAPERS = "#papers"
TO_HAND_IN = frozenset({Item.FORM, Item.TEST_REPORT, Item.CHANGE_FORM, Item.OTHER})  # answers go with their notice


@own
@require_http_methods(FORM)
def hand_in(request: HttpRequest, one: Authorisation, item: str) -> HttpResponse:
    """A paper is handed in."""
    if item not in TO_HAND_IN:
        raise NotInRegister(_("没有这样的材料。"))
    actions.refuse_over(one)
    form = PaperForm(request.POST or None, request.FILES or None)

    def act() -> str:
        actions.hand_in(one, Item(item), handed_in(form.cleaned_data["file"]), by=me(request))
        return _("已收下《{item}》。").format(item=Item(item).label)

    context = frame(one, _("交《{item}》").format(item=Item(item).label), here(one, PAPERS))
    context |= {"button": _("交上去")}
    return answer(request, form, "producer/form.html", context, act=act, to=here(one, PAPERS))


def own_paper(one: Authorisation, number: int) -> Paper:
    """The producer's paper with the number. Raises NotInRegister."""
    papers = papers_of(one, people_of(one.producer))
    found = next((paper for paper in papers if paper.number == number), None)
    if found is None:
        raise NotInRegister(_("没有这份材料。"))
    return found


@own
@require_safe
def get_paper(request: HttpRequest, one: Authorisation, number: int) -> FileResponse:
    """A paper comes back as it was handed in."""
    row = own_paper(one, number).row
    return named(streamed(row.document), row.document, row.get_item_display())


def named(response: FileResponse, document: Document, name: str) -> FileResponse:
    """The file under a name of ours: the one it was first stored under may be another's."""
    kind = MEDIA_TYPES.get(document.media_type)
    extension = kind.extensions[0] if kind else ""
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{name}{extension}") or ""
    return response


@own
@require_http_methods(FORM)
def take_out(request: HttpRequest, one: Authorisation, number: int) -> HttpResponse:
    """A paper is taken out of an application that is still being written."""
    row = own_paper(one, number).row
    form = SeenForm(request.POST or None, initial={"seen": last_change(row)})

    def act() -> str:
        on_the_row_that_was_seen(row, form.seen, lambda: actions.detach(row, by=me(request)))
        return _("已拿走《{item}》。").format(item=row.get_item_display())

    context = frame(one, _("拿走《{item}》").format(item=row.get_item_display()), here(one, PAPERS))
    context |= {"lead": _("提交以前可以拿走重交，提交以后不能。"), "button": _("拿走")}
    return answer(request, form, "producer/form.html", context, act=act, to=here(one, PAPERS))


# --- Sites -----------------------------------------------------------------------------------------------------------

SITES = "#sites"


@own
@require_http_methods(FORM)
def new_site(request: HttpRequest, one: Authorisation) -> HttpResponse:
    """Where the product is made: chosen on the map or typed, checked with the area at once, kept when told to."""
    if "check" in request.POST:
        return checked_site(request, one)
    form = SiteForm(request.POST or None)

    def act() -> str:
        site = actions.add_site(one, by=me(request), **form.asked())
        where = site.location
        found = origin_of(one.product, one.basis, where.x, where.y, accuracy_m=site.accuracy_m, day=clock.today())
        return _("已登记“{site}”：{origin}").format(site=site.name, origin=found.sentence)

    return answer(request, form, "producer/site.html", site_frame(one), act=act, to=here(one, SITES))


def site_frame(one: Authorisation) -> dict[str, Any]:
    return frame(one, _("登记生产场所"), here(one, SITES))


def checked_site(request: HttpRequest, one: Authorisation) -> HttpResponse:
    """The form with all that was typed and what the map says of the position; nothing is kept."""
    form = SiteForm(initial=request.POST.dict())
    context, status = site_frame(one) | {"form": form}, 200
    try:
        context |= asked_origin(one, request.POST)
    except BadInput as refusal:
        context, status = context | {"refusal": refusal.sentence}, refusal.status
    return render(request, "producer/site.html", context, status=status)


@own
@require_safe
def origin(request: HttpRequest, one: Authorisation) -> HttpResponse:
    """What the map says of a position, as a piece of a page."""
    return render(request, "producer/_origin.html", asked_origin(one, request.GET))


def asked_origin(one: Authorisation, asked: Any) -> dict[str, Any]:
    """The verdict on a typed position. Raises BadInput."""
    lon, lat = position(asked.get("lon", ""), asked.get("lat", ""), asked.get("datum", ""))
    accuracy_m = accuracy(asked.get("accuracy_m", ""))
    found = origin_of(one.product, one.basis, lon, lat, accuracy_m=accuracy_m, day=clock.today())
    return {"origin": found, "lon": lon, "lat": lat, "accuracy_m": accuracy_m}


@own
@require_http_methods(FORM)
def drop_site(request: HttpRequest, one: Authorisation, number: int) -> HttpResponse:
    """A site is taken out of an application that is still being written."""
    site: Site = numbered(one.sites.order_by("pk"), number, _("生产场所"))
    form = SeenForm(request.POST or None, initial={"seen": last_change(site)})

    def act() -> str:
        on_the_row_that_was_seen(site, form.seen, lambda: actions.drop_site(site, by=me(request)))
        return _("已拿走“{site}”。").format(site=site.name)

    context = frame(one, _("拿走“{site}”").format(site=site.name), here(one, SITES))
    context |= {"lead": _("位置写错的，拿走以后重新登记；提交以后不能自己改。"), "button": _("拿走")}
    return answer(request, form, "producer/form.html", context, act=act, to=here(one, SITES))


# --- Steps that are the producer's -----------------------------------------------------------------------------------


@own
@require_http_methods(FORM)
def submit(request: HttpRequest, one: Authorisation) -> HttpResponse:
    """The application is handed in: for the first time, after what was wanting, or by who is a member or licensee."""
    state = State.FILED if State.FILED in one.route.next else State.INTAKE
    lead = _("提交给产地知识产权管理部门。提交以后，材料和生产场所不能自己拿走，只能补交。")
    return stepping(request, one, state, heading=_("提交申请"), lead=lead, done=_("已提交，等待审核。"))


@own
@require_http_methods(FORM)
def abandon(request: HttpRequest, one: Authorisation) -> HttpResponse:
    """No more is wanted of an application."""
    lead = _("不再申请以后，这份草稿留作记录，可以另外再申请。")
    return stepping(request, one, State.ABANDONED, heading=_("不再申请"), lead=lead, done=_("已记下：不再申请。"))


def stepping(
    request: HttpRequest, one: Authorisation, state: State, *, heading: str, lead: str, done: str
) -> HttpResponse:
    """A step that the producer takes, after a page that says what it does."""
    way = next((way for way in what_next(one, clock.today()) if way.state == state), None)
    form = NoteForm(request.POST or None, initial={"seen": last_change(one)})

    def act() -> str:
        actions.take_step(one, state, by=me(request), note=form.cleaned_data["note"], seen=form.seen)
        return done

    away = _("现在是“{now}”，不能这样办。").format(now=one.get_state_display())
    context = frame(one, heading) | {"lead": lead, "button": heading, "obstacle": way.obstacle if way else away}
    return answer(request, form, "producer/form.html", context, act=act, to=here(one), row=one)


@own
@require_http_methods(FORM)
def withdraw(request: HttpRequest, one: Authorisation) -> HttpResponse:
    """The last step, taken by mistake, is taken back by who took it."""
    step = withdrawable(list(one.steps.standing()), request.user)
    if step is None:
        raise BadInput(_("没有您可以撤回的步骤：登记机关已经在办，或者是别人办的。"))
    form = ReasonForm(request.POST or None, initial={"seen": last_change(one)})

    def act() -> str:
        actions.withdraw_step(step, by=me(request), reason=form.cleaned_data["reason"], seen=form.seen)
        return _("已撤回“{step}”。").format(step=step.get_state_display())

    context = frame(one, _("撤回“{step}”").format(step=step.get_state_display())) | {"button": _("撤回")}
    return answer(request, form, "producer/form.html", context, act=act, to=here(one), row=one)


@own
@require_http_methods(FORM)
def change(request: HttpRequest, one: Authorisation) -> HttpResponse:
    """The producer is called or lies otherwise now."""
    form = ChangeForm(request.POST or None, request.FILES or None, initial={"seen": last_change(one)})

    def act() -> str:
        upload = form.cleaned_data["file"]
        handed = handed_in(upload) if upload else None
        actions.ask_change(one, by=me(request), **form.asked())
        if handed is not None:
            actions.hand_in(one, Item.CHANGE_FORM, handed, by=me(request))
        return _("已交变更申请。公告以前，登记簿仍写原来的名称和住所。")

    now = State(one.state)
    obstacle = "" if State.CHANGE_REVIEW in one.route.next.get(now, ()) else out_of_turn(now, State.CHANGE_REVIEW)
    context = frame(one, _("申请变更名称或住所"))
    context |= {"button": _("交变更申请"), "party": one.producer, "obstacle": obstacle}
    return answer(request, form, "producer/change.html", context, act=act, to=here(one), row=one)


# --- Rectification ---------------------------------------------------------------------------------------------------


@own
@require_http_methods(FORM)
def rectification(request: HttpRequest, one: Authorisation, number: int) -> HttpResponse:
    """What is to be put right until when, and the answer, which may be written anew until the office has settled it.

    Files are kept even where the words still lack, since a browser forgets them.
    """
    row = order_of(one, number)
    form = AnswerForm(
        request.POST or None, request.FILES or None, initial={"text": row.answer, "seen": last_change(row)}
    )

    def act() -> str:
        actions.refuse_closed(row)
        for handed in [handed_in(file) for file in form.cleaned_data["files"]]:
            actions.hand_in(one, Item.ANSWER, handed, by=me(request))
        actions.answer_rectification(row, form.cleaned_data["text"], by=me(request), seen=form.seen)
        return _("已交答复，等登记机关查明。")

    context = frame(one, _("限期改正")) | {
        "row": row,
        "number": number,
        "today": clock.today(),
        "papers": lambda: answers_of(one),  # asked when the page is written: after those that were just kept
    }
    columns = ["answer"]
    to = here(one)
    return answer(request, form, "producer/rectification.html", context, act=act, to=to, row=row, columns=columns)


def answers_of(one: Authorisation) -> list[Paper]:
    """The papers that were handed in with answers."""
    papers = papers_of(one, people_of(one.producer))
    return [paper for paper in papers if paper.row.item == Item.ANSWER]


@own
@require_safe
def notice(request: HttpRequest, one: Authorisation, number: int) -> HttpResponseBase:
    """The notice by which something is to be put right: as it was sealed, else, after an inspection, as the register
    writes it."""
    row = order_of(one, number)
    if row.document is not None:
        return named(streamed(row.document), row.document, _("限期改正通知书"))
    if not hasattr(row, "inspection"):
        raise NotInRegister(_("这次限期改正没有附通知书。"))
    return notice_as_word(row)


# --- Marks made and used ---------------------------------------------------------------------------------------------


class Run(NamedTuple):
    """One print run with what its marks come to."""

    batch: Batch
    balance: Balance


class Line(NamedTuple):
    """One line of a run: its number there, whether one of the party wrote it, whether it may be taken back."""

    number: int
    entry: Entry
    ours: bool
    reversible: bool


@own
@require_safe
def prints(request: HttpRequest, one: Authorisation) -> HttpResponse:
    """The print runs, what is left of them, and what cannot be."""
    batches = Batch.objects.filter(authorisation=one)
    held = ledger.balances(batches)
    context = frame(one, _("印制与使用")) | {
        "runs": [Run(batch, held.get(batch.pk, NOTHING)) for batch in batches],
        "balance": ledger.together(held.values()),
        "alarms": alarms_of(Authorisation.objects.filter(pk=one.pk), clock.today()),
        "started": bool(one.course),
    }
    return render(request, "producer/prints.html", context)


@own
@require_http_methods(FORM)
def new_print(request: HttpRequest, one: Authorisation) -> HttpResponse:
    """One more print run."""
    form = OwnBatchForm(request.POST or None, **about(request, one))
    made: list[Batch] = []

    def act() -> str:
        made.append(ledger.print_batch(one, by=me(request), **form.asked()))
        return _("已记下批次 {number}。").format(number=made[0].number)

    context = frame(one, _("记一批印制"), reverse("producer-prints", args=[one.code])) | {"button": _("记下")}
    return answer(request, form, "producer/form.html", context, act=act, to=lambda: at(one, made[0]))


def about(request: HttpRequest, one: Authorisation) -> dict[str, Any]:
    """What the forms of the ledger are about."""
    return {"product": one.product, "person": request.user, "papers": named_papers(one)}


def named_papers(one: Authorisation) -> dict[str, tuple[Document, str]]:
    """The producer's papers by their numbers, named as the producer knows them."""
    return {
        str(paper.number): (
            paper.row.document,
            called(paper),
        )
        for paper in papers_of(one, people_of(one.producer))
    }


def called(paper: Paper) -> str:
    """A paper in a list to choose from."""
    name = _("第 {number} 份：{item}（{kind}，{day}）")
    return name.format(number=paper.number, item=paper.row.get_item_display(), kind=paper.kind, day=paper.on)


def batch_of(one: Authorisation, number: str) -> Batch:
    """The print run with the number. Raises NotInRegister."""
    batch = Batch.objects.filter(authorisation=one, number=number.replace("\x00", "")).first()
    if batch is None:
        raise NotInRegister(_("没有这个印制批次，或者它不是您单位的。"))
    batch.authorisation = one
    return batch


def at(one: Authorisation, batch: Batch) -> str:
    """The page of the print run."""
    return reverse("producer-print", args=[one.code, batch.number])


@own
@require_safe
def print_run(request: HttpRequest, one: Authorisation, number: str) -> HttpResponse:
    """One print run: where its marks are, and every line."""
    batch, people = batch_of(one, number), people_of(one.producer)
    entries = list(batch.entries.select_related("reverses", "reversed_by").order_by("pk"))
    reversible = ledger.reversible_by(me(request), entries)
    balance = ledger.balance_of(batch)
    alarms = alarms_of(Authorisation.objects.filter(pk=one.pk), clock.today())
    context = frame(one, batch.number, reverse("producer-prints", args=[one.code])) | {
        "batch": batch,
        "balance": balance,
        "accounts": [(account.value, balance.accounts[account]) for account in Account if account != Account.PRESS],
        "kinds": list(KINDS.items()),
        "lines": [Line(at, entry, entry.by in people, entry.pk in reversible) for at, entry in enumerate(entries, 1)],
        "alarms": [alarm for alarm in alarms if alarm.batch == batch],
    }
    return render(request, "producer/print.html", context)


@own
@require_http_methods(FORM)
def line(request: HttpRequest, one: Authorisation, number: str) -> HttpResponse:
    """What happened to marks of a run."""
    batch = batch_of(one, number)
    kind = request.GET.get("kind", "")
    initial = {"kind": kind} if kind in EntryKind.values else {}
    form = OwnEntryForm(request.POST or None, **about(request, one), initial=initial)

    def act() -> str:
        entry = ledger.enter(batch, by=me(request), **form.asked())
        return _("已记{kind} {quantity} 枚。").format(kind=entry.get_kind_display(), quantity=f"{entry.quantity:,}")

    context = frame(one, _("批次 {number} 记一笔").format(number=batch.number), at(one, batch))
    context |= {"balance": ledger.balance_of(batch), "button": _("记下")}
    return answer(request, form, "producer/form.html", context, act=act, to=at(one, batch))


@own
@require_http_methods(FORM)
def take_back(request: HttpRequest, one: Authorisation, number: str, line: int) -> HttpResponse:
    """A line written by mistake is taken back by another one."""
    batch = batch_of(one, number)
    entry: Entry = numbered(batch.entries.select_related("batch").order_by("pk"), line, _("流水"))
    form = ReasonForm(request.POST or None)

    def act() -> str:
        ledger.reverse(entry, by=me(request), reason=form.cleaned_data["reason"])
        return _("已冲销第 {line} 笔。").format(line=line)

    lead = _("{day}{kind} {quantity} 枚。冲销会另记一笔转回去，原来的一笔仍留着。").format(
        day=entry.on, kind=entry.get_kind_display(), quantity=f"{entry.quantity:,}"
    )
    context = frame(one, _("冲销第 {line} 笔").format(line=line), at(one, batch)) | {"lead": lead, "button": _("冲销")}
    return answer(request, form, "producer/form.html", context, act=act, to=at(one, batch))


# --- Yearly reports --------------------------------------------------------------------------------------------------


class Year(NamedTuple):
    """One year that is to be reported: its report where there is one, what that leaves open, until when it is due."""

    year: int
    report: UseReport | None
    unknown: list[str]
    due: date


def years_of(one: Authorisation) -> list[Year]:
    """The years that are over in which the mark could be used, the last one first. One query."""
    filed = {report.year: report for report in one.reports.all()}
    years = sorted({*filed, *years_of_use(one)}, reverse=True)
    return [Year(year, filed.get(year), left_open(filed.get(year)), due_on(year)) for year in years]


def left_open(report: UseReport | None) -> list[str]:
    """The figures that a report does not give."""
    if report is None:
        return []
    names = [name for name in (*GOODS, *MARKS) if getattr(report, name) in {None, ""}]
    return [str(UseReport._meta.get_field(name).verbose_name) for name in names]  # type: ignore[union-attr]


@own
@require_safe
def reports(request: HttpRequest, one: Authorisation) -> HttpResponse:
    """The years with their reports."""
    context = frame(one, _("年度用标报告")) | {"years": years_of(one), "today": clock.today()}
    return render(request, "producer/reports.html", context)


@own
@require_http_methods(FORM)
def report(request: HttpRequest, one: Authorisation, year: int) -> HttpResponse:
    """The report of one year, or its correction; a new one begins with what the ledger says."""
    if not FIRST_YEAR <= year <= last_year():
        raise NotInRegister(_("没有 {year} 年的报告可报：只报已经结束的年份。").format(year=year))
    row = UseReport.objects.filter(authorisation=one, year=year).first()
    noted = booked(one, year)
    form = ReportForm(request.POST or None, initial=begun_with(row, noted))

    def act() -> str:
        file_report(one, year, by=me(request), **form.asked())
        return _("已报送 {year} 年的用标情况。").format(year=year)

    back = reverse("producer-reports", args=[one.code])
    context = frame(one, _("{year} 年用标报告").format(year=year), back)
    context |= {"booked": noted, "row": row, "due": due_on(year), "button": _("更正") if row else _("报送")}
    columns = (*GOODS, *MARKS, "note")
    return answer(request, form, "producer/report.html", context, act=act, to=back, row=row, columns=columns)
