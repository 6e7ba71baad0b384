"""The desk's pages of inspections: what was checked and where, one inspection's whole file, what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, NamedTuple
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.core import clock
from gi_registry.core.durable import on_disk
from gi_registry.core.errors import BadInput, NotInRegister, Refusal
from gi_registry.core.history import last_change
from gi_registry.core.validators import day
from gi_registry.gazette.models import Document
from gi_registry.inspections import actions, notices, photos, remarks
from gi_registry.inspections.bundle import missing
from gi_registry.inspections.items import BY_LAW, MODEL, NATIONAL, Item
from gi_registry.inspections.models import (
    Finding,
    Order,
    Outcome,
    Photo,
    Plan,
    Record,
    RecordQuerySet,
    Shot,
    ShotKind,
    Target,
)
from gi_registry.inspections.permissions import leads_to_read, reads_all, records_to_read, require_to_read
from gi_registry.inspections.rechecks import Looked, evidence_of, looked_at, midnight
from gi_registry.inspections.remarks import spoken
from gi_registry.inspections.rescue import LARGEST_FILE, rescued
from gi_registry.marks.models import Rectification, Site
from gi_registry.marks.permissions import may_on
from gi_registry.marks.states import Ground, State
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act, Person, reach
from gi_registry.places.datums import in_china
from gi_registry.products.models import Product
from gi_registry.web.applications import FORM, XLSX, download, me, numbered
from gi_registry.web.desk import ROWS, answer, desk
from gi_registry.web.documents import READ_NOT_RUN
from gi_registry.web.figures import percent
from gi_registry.web.forms.inspections import RecheckForm, RescueForm
from gi_registry.web.forms.marks import OrderForm
from gi_registry.web.situation import situation

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
A_YEAR = timedelta(days=365)
MOST_ON_THE_MAP = 2_000
WITH_NAMES = ("task__plan", "task__target__product", "task__target__authorisation__producer", "inspector")

View = Callable[..., HttpResponseBase]


def reads(view: View) -> Any:
    """Wrap a view of the desk: only for those who may read inspections at all."""

    @desk(Act.DESK)
    @wraps(view)
    def wrapped(request: HttpRequest, **named: Any) -> HttpResponseBase:
        require_to_read(request.user)
        return view(request, **named)

    return wrapped


# --- The list --------------------------------------------------------------------------------------------------------

STATES: dict[str, tuple[Any, Callable[[RecordQuerySet], RecordQuerySet]]] = {
    "complete": (gettext_lazy("已到齐"), lambda records: records.complete()),
    "waiting": (gettext_lazy("还缺照片"), lambda records: records.waiting()),
}


class Wanted(NamedTuple):
    """What the address asks to see."""

    product: str = ""
    plan: str = ""
    outcome: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None


class Row(NamedTuple):
    """One inspection of the list: how many of its pictures are awaited, how much of it is odd."""

    record: Record
    awaited: int
    odd: int


class Overdue(NamedTuple):
    """One rectification that is open: days until its last day, and the inspection that it came from."""

    rectification: Rectification
    left: int
    record: Record | None

    @property
    def past(self) -> int:
        return max(0, -self.left)


class Share(NamedTuple):
    """How many of how many were in order, of a product or an item."""

    name: str
    passed: int
    whole: int

    @property
    def percent(self) -> str:
        return percent(self.passed / self.whole if self.whole else None)


class Rates(NamedTuple):
    """What was in order in a period, by product and by item."""

    since: date
    until: date
    products: list[Share]
    items: list[Share]


@reads
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The inspections within reach, what is overdue on top, and the rates of a period."""
    wanted, today = wanted_of(request), clock.today()
    reached = records_to_read(request.user)
    page = Paginator(listed(chosen(reached, wanted)), ROWS).get_page(request.GET.get("page"))
    context = {
        "rows": page,
        "lines": [row_of(record) for record in page],
        "wanted": wanted,
        "narrowed": any(wanted),
        "products": products_to_choose(wanted),
        "plans": Plan.objects.filter(tasks__records__isnull=False).distinct(),
        "outcomes": Outcome.choices,
        "states": [(name, label) for name, (label, _rule) in STATES.items()],
        "orders": open_orders(request.user, today),
        "rates": rates_of(reached, wanted, today),
        "may_order": reach(request.user, Act.AUTHORISATIONS) is not None,
        "may_lead": reach(request.user, Act.LEADS) is not None,
        "may_inspect": reach(request.user, Act.INSPECT) is not None,
        "today": today,
    }
    return render(request, "desk/inspections/index.html", context)


def products_to_choose(wanted: Wanted) -> QuerySet[Product]:
    """Those that were inspected, and the one that is asked for."""
    inspected = Q(pk__in=Target.objects.filter(tasks__records__isnull=False).order_by().values("product"))
    return Product.objects.filter(inspected | Q(slug=wanted.product)).order_by("common_name")


def wanted_of(request: HttpRequest) -> Wanted:
    """What the address asks to see. Raises BadInput for a word or a day that there is not."""
    asked = {name: request.GET.get(name, "").strip() for name in Wanted._fields}
    for name, choices in (("outcome", Outcome.values), ("state", list(STATES))):
        if asked[name] and asked[name] not in choices:
            raise BadInput(_("没有“{word}”这种结论或状态：请从筛选栏里选。").format(word=asked[name][:30]))
    since, until = (day(asked[name]) if asked[name] else None for name in ("since", "until"))
    if since and until and until < since:
        raise BadInput(_("结束日 {until} 早于开始日 {since}。").format(since=since, until=until))
    return Wanted(asked["product"], asked["plan"], asked["outcome"], asked["state"], since, until)


def chosen(records: RecordQuerySet, wanted: Wanted) -> RecordQuerySet:
    """Those that the filters leave."""
    found = within(records, wanted, wanted.since, wanted.until)
    if wanted.outcome:
        found = found.filter(outcome=wanted.outcome)
    return STATES[wanted.state][1](found) if wanted.state else found


def within(records: RecordQuerySet, wanted: Wanted, since: date | None, until: date | None) -> RecordQuerySet:
    """Those of a product and a plan within a period, both days included."""
    found: RecordQuerySet = records.all()
    if wanted.product:
        found = found.filter(task__target__product__slug=wanted.product)
    if wanted.plan:
        found = found.filter(task__plan__number=wanted.plan)
    if since:
        found = found.filter(inspected_at__gte=midnight(since))
    if until:
        found = found.filter(inspected_at__lt=midnight(until + timedelta(days=1)))
    return found


def listed(records: RecordQuerySet) -> RecordQuerySet:
    """With all that a line says."""
    named: RecordQuerySet = records.with_corrections().select_related(*WITH_NAMES)
    return named.prefetch_related(*remarks.FETCHED)


def row_of(record: Record) -> Row:
    return Row(record, len(missing(record)), len(remarks.of(record)))


def open_orders(person: Person, today: date) -> list[Overdue]:
    """The rectifications within reach that are open, the oldest day first."""
    found = Rectification.objects.filter(closed_on__isnull=True).select_related(
        "authorisation__producer", "authorisation__product", "inspection__record"
    )
    if not reads_all(person):
        found = found.filter(inspection__record__in=records_to_read(person).order_by().values("pk"))
    return [
        Overdue(one, (one.due_on - today).days, one.inspection.record if hasattr(one, "inspection") else None)
        for one in found.order_by("due_on", "pk")
    ]


def rates_of(records: RecordQuerySet, wanted: Wanted, today: date) -> Rates:
    """What was in order in the period, else in the last year: of whole records that nothing corrects. Two queries."""
    until = wanted.until or today
    since = wanted.since or until - A_YEAR + timedelta(days=1)
    counted = within(records, wanted, since, until).counted()
    found = Finding.objects.filter(record__in=counted.order_by().values("pk")).rates()
    of_items = [Share(str(Item(row["item"]).label), row["passed"], row["passed"] + row["failed"]) for row in found]
    of_products = [Share(row["name"], row["passed"], row["inspected"]) for row in counted.rates()]
    return Rates(since, until, of_products, of_items)


@reads
@require_safe
def shapes(request: HttpRequest) -> JsonResponse:
    """Where the inspections were that the filters leave, as GeoJSON; what was corrected and a position that is none are
    left out."""
    found = listed(chosen(records_to_read(request.user), wanted_of(request)))
    found = found.filter(location__isnull=False, corrected=False)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [record.location.x, record.location.y]},
            "properties": {
                "address": reverse("desk-inspection", args=[record.uuid]),
                "name": f"{record.task.target.who} {record.inspected_on}",
                "outcome": record.outcome,
                "outcome_label": record.get_outcome_display(),
            },
        }
        for record in found.prefetch_related(None)[:MOST_ON_THE_MAP]
        if in_china(record.location.x, record.location.y)
    ]
    content = {"type": "FeatureCollection", "features": features}
    return JsonResponse(content, content_type="application/geo+json", json_dumps_params={"ensure_ascii": False})


@reads
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    """The inspections that the filters leave, and the rates, as a workbook."""
    wanted, today = wanted_of(request), clock.today()
    reached = records_to_read(request.user)
    rows = [row_of(record) for record in listed(chosen(reached, wanted)).prefetch_related("findings")]
    content = import_string("gi_registry.web.inspection_sheets.of_inspections")(rows, rates_of(reached, wanted, today))
    return download(content, f"监督检查 {today}.xlsx", XLSX)


# --- One inspection --------------------------------------------------------------------------------------------------


class Picture(NamedTuple):
    """One picture of the record: its number there, whether it is here, where it was taken by its own account."""

    number: int
    shot: Shot
    shown: bool
    apart_m: float | None
    off_h: float | None


class Line(NamedTuple):
    """One item with what was found and its pictures."""

    finding: Finding
    by_law: bool
    pictures: list[Picture]


class Signature(NamedTuple):
    """Who signed, and the picture of it where it is here."""

    name: str
    picture: Picture | None


class Signatures(NamedTuple):
    """Who signed for both sides; `refusal` is why the party did not."""

    inspectors: list[Signature]
    party: Signature | None
    refusal: str


class Followed(NamedTuple):
    """One order: its number, the files that answer it, what re-checks found."""

    number: int
    order: Order
    evidence: list[Document]
    rechecks: list[Looked]


def record_for(person: Person, uuid: UUID) -> Record:
    """The record, where the person may read it. Raises NotInRegister: what is not theirs is as if it were not there."""
    found: Any = records_to_read(person).with_corrections().filter(uuid=uuid).select_related(*WITH_NAMES, "area")
    record: Record | None = found.prefetch_related("findings", "task__inspectors", *remarks.FETCHED).first()
    if record is None:
        raise NotInRegister(_("没有这条检查记录，或者它不归您看。"))
    return record


@reads
@require_safe
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The whole file of one inspection."""
    record = record_for(request.user, uuid)
    return render(request, "desk/inspections/detail.html", all_of(record) | may_follow(request.user, record))


@reads
@require_safe
def sheet(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same for paper, with every picture."""
    context = all_of(record_for(request.user, uuid)) | {"printed_at": clock.now()}
    return render(request, "desk/inspections/print.html", context)


def all_of(record: Record) -> dict[str, Any]:
    """What the page of an inspection says."""
    pictures = pictures_of(record)
    sites = sites_of(record)
    content = record.content
    earlier, later = corrections_of(record)
    samples = content.get("samples")
    return {
        "record": record,
        "content": content,
        "target": record.task.target,
        "inspected_on": record.inspected_on,
        "skew": skew_in_words(record),
        "clock_off": record.skew_s is not None and abs(record.skew_s) > remarks.SKEW_S,
        "remarks": remarks.of(record),
        "awaited": missing(record),
        "agree": record.device_verdict == record.verdict if record.device_verdict and record.verdict else None,
        "unjudged": not record.device_verdict and not record.verdict,
        "apart_m": apart(record.device_distance_m, record.distance_m),
        "figure": situation(record, sites),
        "doubt_m": (record.accuracy_m or 0) + ((record.area.uncertainty_m or 0) if record.area else 0),
        "sites": [(number, site, remarks.metres_apart(site.location, record.location)) for number, site in sites],
        "lines": lines_of(record, pictures),
        "law": NATIONAL,
        "model": MODEL,
        "loose": [one for one in pictures if one.shot.item is None and one.shot.kind != ShotKind.SIGNATURE],
        "samples": [one for one in samples if isinstance(one, dict)] if isinstance(samples, list) else [],
        "signatures": signatures_of(record, pictures),
        "earlier": earlier,
        "later": later,
        "orders": [
            Followed(number, order, evidence_of(order.rectification), looked_at(order.rectification))
            for number, order in enumerate(orders_of(record), 1)
        ],
        "today": clock.today(),
    }


def skew_in_words(record: Record) -> str:
    """How far the device's clock was off when the record was sent."""
    seconds = record.skew_s or 0.0
    if abs(seconds) < 1:
        return _("与登记簿的时钟一致")
    return _("比登记簿{way} {length}").format(way=_("快") if seconds > 0 else _("慢"), length=spoken(abs(seconds)))


def apart(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else abs(one - other)


def pictures_of(record: Record) -> list[Picture]:
    """Its pictures in the order in which it names them."""
    return [picture_of(number, shot, record) for number, shot in enumerate(record.shots.all(), 1)]


def picture_of(number: int, shot: Shot, record: Record) -> Picture:
    """One picture held against the record."""
    photo: Photo = shot.photo
    shown = photo.received_at is not None and not photo.flaw
    said = shot.taken_at or record.device_at
    off = abs((photo.exif_at - said).total_seconds()) / 3_600 if photo.exif_at is not None else None
    return Picture(number, shot, shown, remarks.metres_apart(photo.exif_location, record.location), off)


def sites_of(record: Record) -> list[tuple[int, Site]]:
    """The registered sites with their numbers as the field knew them: those of the day of the inspection."""
    authorisation = record.task.target.authorisation
    if authorisation is None:
        return []
    on = record.inspected_on
    return list(enumerate(Site.objects.on(on).filter(authorisation=authorisation).order_by("pk"), 1))


def lines_of(record: Record, pictures: list[Picture]) -> list[Line]:
    """The twelve items."""
    return [
        Line(finding, finding.item in BY_LAW, [one for one in pictures if one.shot.item == finding.item])
        for finding in record.findings.all()
    ]


def signatures_of(record: Record, pictures: Iterable[Picture]) -> Signatures:
    """Who signed, with the pictures; what was sent is read with care, since only its columns were examined."""
    by_hash = {one.shot.photo.sha256: one for one in pictures if one.shot.kind == ShotKind.SIGNATURE}
    told = record.content.get("signatures")
    told = told if isinstance(told, dict) else {}
    lines = told.get("inspectors")
    signers = [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    names = {person.username: person.name for person in User.objects.filter(username__in=usernames(signers))}
    party, refusal = told.get("party"), told.get("refusal")
    return Signatures(
        [
            Signature(
                names.get(str(one.get("username")), str(one.get("username") or "—")),
                by_hash.get(str(one.get("sha256"))),
            )
            for one in signers
        ],
        Signature(str(party.get("name") or ""), by_hash.get(str(party.get("sha256"))))
        if isinstance(party, dict)
        else None,
        refusal if isinstance(refusal, str) else "",
    )


def usernames(lines: Iterable[dict[str, Any]]) -> list[str]:
    return [name for line in lines if isinstance(name := line.get("username"), str)]


def corrections_of(record: Record) -> tuple[Record | None, list[Record]]:
    """The record that this one corrects, and those that correct it."""
    others = list(Record.objects.filter(task=record.task_id).exclude(pk=record.pk).select_related("inspector"))
    earlier = next((other for other in others if other.uuid == record.corrects), None)
    return earlier, [other for other in others if other.corrects == record.uuid]


def orders_of(record: Record) -> list[Order]:
    """What was ordered after it."""
    return list(record.orders.select_related("rectification__authorisation__product", "rectification__document"))


def may_follow(person: Person, record: Record) -> dict[str, Any]:
    """What the reader may do next."""
    authorisation = record.task.target.authorisation
    fresh = not record.corrected  # type: ignore[attr-defined]  # `with_corrections`
    user = authorisation is not None and may_on(person, Act.AUTHORISATIONS, authorisation)
    return {
        "may_order": fresh and user and record.outcome == Outcome.RECTIFY,
        "may_close": user,
        "may_recheck": reach(person, Act.PLANS) is not None,
        "may_lead": reach(person, Act.LEADS) is not None,
        "proposed": authorisation is not None and authorisation.state == State.CANCEL_PROPOSED,
        "proposable": authorisation is not None
        and State.CANCEL_PROPOSED in authorisation.route.next.get(State(authorisation.state), ()),
        "leads": leads_to_read(person).filter(record=record),
    }


@reads
@require_safe
def body(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The record exactly as it was sent, so that anybody can compute its SHA-256."""
    record = record_for(request.user, uuid)
    return download(record.body.encode(), f"{record.uuid}.json", "application/json")


@reads
@require_safe
def photo(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """One picture drawn again, without what the camera wrote into it."""
    shot = shot_of(request.user, uuid, number)
    return picture_answer(photos.copy_of(shot.photo), shot.photo.media_type)


@reads
@require_safe
def original(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """One picture as it came, to be saved: evidence, and what cannot be shown."""
    shot = shot_of(request.user, uuid, number)
    if shot.photo.received_at is None:
        raise NotInRegister(_("这张照片还没有送到。"))
    kind = shot.photo.media_type.removeprefix("image/") if shot.photo.media_type.startswith("image/") else "bin"
    with shot.photo.file.open() as file:
        response = download(file.read(), f"{shot.photo.sha256}.{kind}", shot.photo.media_type)
    return guarded(response)


def shot_of(person: Person, uuid: UUID, number: int) -> Shot:
    """The picture with the number within its record. Raises NotInRegister."""
    record = records_to_read(person).filter(uuid=uuid).first()
    if record is None:
        raise NotInRegister(_("没有这条检查记录，或者它不归您看。"))
    shot: Shot = numbered(record.shots.select_related("photo").order_by("pk"), number, _("照片"))
    return shot


def picture_answer(content: bytes, media_type: str) -> HttpResponse:
    return guarded(HttpResponse(content, content_type=media_type))


def guarded(response: HttpResponse) -> HttpResponse:
    """Should a browser take it for something else, nothing in it may act."""
    response.headers["Content-Security-Policy"] = READ_NOT_RUN
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


# --- What follows ----------------------------------------------------------------------------------------------------

FOLLOWS = "#follows"


def here(record: Record, part: str = "") -> str:
    """The page of the record."""
    return reverse("desk-inspection", args=[record.uuid]) + part


def frame(record: Record, heading: str) -> dict[str, Any]:
    """What every form around a record shows."""
    return {"record": record, "target": record.task.target, "heading": heading, "back": here(record, FOLLOWS)}


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def rectify(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """责令限期改正 after an inspection, filled in with what was not in order."""
    record = record_for(request.user, uuid)
    authorisation = record.task.target.authorisation
    if authorisation is None:
        raise BadInput(_("检查对象不是专用标志使用人，不能责令限期改正：请登记案件线索。"))
    today, days = clock.today(), notices.proposed_days(record)
    first = {"ground": Ground.SUBSTANDARD, "demand": notices.proposed_demand(record), "ordered_on": today}
    first |= {"seen": last_change(authorisation), "due_on": today + timedelta(days=days) if days else None}
    form = OrderForm(request.POST or None, authorisation=authorisation, initial=first)

    def act() -> str:
        made = actions.order(record, by=me(request), ground=Ground(form.cleaned_data["ground"]), **form.asked())
        return _("已责令限期改正，限期到 {day}。").format(day=made.rectification.due_on)

    context = frame(record, _("责令限期改正")) | {"corrected": record.corrected}  # type: ignore[attr-defined]  # ditto
    to = here(record, FOLLOWS)
    return answer(request, form, "desk/inspections/rectify.html", context, act=act, to=to, row=authorisation)


def order_of(person: Person, uuid: UUID, number: int) -> tuple[Record, Rectification]:
    """The rectification with the number among those of its record. Raises NotInRegister."""
    record = record_for(person, uuid)
    order: Order = numbered(
        record.orders.select_related("rectification__authorisation__producer", "rectification__authorisation__product"),
        number,
        _("限期改正"),
    )
    return record, order.rectification


@reads
@require_safe
def notice(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """The notice for paper."""
    record, rectification = order_of(request.user, uuid, number)
    context = {"notice": notices.notice_of(rectification), "record": record, "number": number}
    return render(request, "desk/inspections/notice.html", context)


@reads
@require_safe
def notice_file(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """The notice as a Word file, to be numbered and sealed."""
    _record, rectification = order_of(request.user, uuid, number)
    return notice_as_word(rectification)


def notice_as_word(rectification: Rectification) -> HttpResponse:
    """The Word file of a notice, for whoever may have it."""
    content = import_string("gi_registry.web.inspection_sheets.notice")(notices.notice_of(rectification))
    return download(content, f"限期改正通知书 {rectification.ordered_on}.docx", DOCX)


@desk(Act.PLANS)
@require_http_methods(FORM)
def recheck(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """Somebody goes and looks whether what was ordered is mended."""
    record, rectification = order_of(request.user, uuid, number)
    form = RecheckForm(request.POST or None, initial={"seen": last_change(rectification)})

    def act() -> str:
        asked = form.cleaned_data
        task = actions.plan_recheck(rectification, asked["inspectors"], by=me(request), days=asked["days"])
        return _("已派复查，计划 {number}。").format(number=task.plan.number)

    context = frame(record, _("派人复查")) | {"order": rectification}
    to = here(record, FOLLOWS)
    return answer(request, form, "desk/inspections/recheck.html", context, act=act, to=to, row=rectification)


# --- The rescue ------------------------------------------------------------------------------------------------------


class Rescued(NamedTuple):
    """One record of an exported file: what became of it, where it stands, and whether it was here before."""

    file: str
    state: str
    detail: str
    awaited: int
    known: bool
    record: Record | None


@desk(Act.INSPECT)
@require_http_methods(FORM)
def rescue(request: HttpRequest) -> HttpResponse:
    """Queues that phones exported are taken in, record by record; what is here already counts once."""
    if request.method != "POST":
        return render(request, "desk/inspections/rescue.html", {"form": RescueForm()})
    form = RescueForm(request.POST, request.FILES)
    lines: list[Rescued] = []
    pictures: list[str] = []
    if form.is_valid():
        with on_disk():  # whoever is told that something arrived throws their copy away
            for upload in form.cleaned_data["files"]:
                taken(request, form, upload, lines, pictures)
    context = {"form": form, "lines": lines, "pictures": pictures, "handed_in": not form.errors or bool(lines)}
    return render(request, "desk/inspections/rescue.html", context, status=400 if form.errors else 200)


def taken(request: HttpRequest, form: RescueForm, upload: Any, lines: list[Rescued], pictures: list[str]) -> None:
    """One file; what it is refused for stands in the form, and keeps no other file back."""
    before = clock.now()
    try:
        told = rescued(upload.read(LARGEST_FILE + 1), by=me(request))
    except Refusal as refusal:
        form.add_error("files", f"{upload.name}：{refusal.sentence}")
        return
    found = {str(one.uuid): one for one in records_of(told["records"])}
    lines += [rescued_line(upload.name, line, found.get(line.get("uuid", "")), before) for line in told["records"]]
    pictures += [line["detail"] for line in told["photos"] if line["state"] == "refused"]


def rescued_line(file: str, line: dict[str, Any], record: Record | None, before: datetime) -> Rescued:
    """What became of one record, of which the register knows since when it has it."""
    known = record is not None and record.received_at < before
    return Rescued(file, line["state"], line.get("detail", ""), len(line.get("missing", ())), known, record)


def records_of(lines: Iterable[dict[str, Any]]) -> RecordQuerySet:
    """The records that the lines are of."""
    found = Record.objects.filter(uuid__in=[line["uuid"] for line in lines if "uuid" in line])
    named: RecordQuerySet = found.select_related("task__target__product", "task__target__authorisation__producer")
    return named
