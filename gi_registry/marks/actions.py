"""Acts on authorisations: who asks is checked, the row is locked, every act leaves its line.

The district records and proposes; that somebody may use the mark, and that the use has ended, are the State's to say
and reach the register only with the announcement they rest on.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotInRegister
from gi_registry.core.history import Why, drop, put, refuse_if_changed_since
from gi_registry.core.models import Change
from gi_registry.core.revision import take_turn
from gi_registry.gazette.actions import add_document, added, own_source, stored
from gi_registry.gazette.models import Announcement, Document, Grade, Source
from gi_registry.gazette.papers import (
    Paper,
    Rests,
    day_of,
    refuse_before_paper,
    refuse_future,
    refuse_unfounded,
)
from gi_registry.gazette.validators import HandedIn
from gi_registry.marks.acts import out_of_turn
from gi_registry.marks.codes import new_code
from gi_registry.marks.models import (
    BLOCK,
    OVER,
    Attachment,
    Authorisation,
    ChangeRequest,
    Item,
    OriginCheck,
    Rectification,
    Site,
    Step,
)
from gi_registry.marks.origin import origin_of, refuse_contradiction
from gi_registry.marks.path import NEEDS_GROUND, NEEDS_NOTE, derived, failed, obstacle, on_record, unfounded_ground
from gi_registry.marks.permissions import may_on, require, require_either, require_step, require_to_open
from gi_registry.marks.protected import REGIMES
from gi_registry.marks.states import AFTER_RECTIFICATION, ROUTES, STANDINGS, Basis, Ground, State
from gi_registry.parties.actions import refuse_taken, rename, take_back_rename
from gi_registry.parties.models import Kind, Party, User
from gi_registry.parties.permissions import Act
from gi_registry.places.geometry import SRID
from gi_registry.places.models import Place
from gi_registry.places.validators import LARGEST_ACCURACY_M, position
from gi_registry.products.models import Product, Protection, Stage

EARLIER_UNKNOWN = "补录：此前的步骤未查明。"
PREPARING = frozenset({State.DRAFT, State.CORRECTION})  # while the producer still writes its application

MOST_PAPERS = 60  # that a producer hands in for one authorisation

# --- Opening ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_authorisation(
    producer: Party,
    product: Product,
    basis: Basis,
    *,
    by: User,
    on: date | None = None,
    note: str = "",
    announcement: Announcement | None = None,
    trademark_number: str = "",
    standard_number: str = "",
    valid_until: date | None = None,
) -> Authorisation:
    """A new application for use, or on the routes by trade mark the announcement that made the producer eligible.

    Raises NotAllowed, BadInput, Conflict; then nothing is left behind.
    """
    route = ROUTES[basis]
    rests = route.rests[route.start]
    require_to_open(by, producer, itself=rests == Rests.OURS)
    take_turn()
    paper = Paper(announcement=announcement)
    refuse_unfounded(rests, str(route.start.label), paper)
    first = Step(state=route.start, on=day_of(on, paper), note=note, announcement=announcement)
    values = {"trademark_number": trademark_number, "standard_number": standard_number, "valid_until": valid_until}
    return opened(producer, product, basis, first, values, by=by)


@transaction.atomic
def record_announced(
    producer: Party,
    product: Product,
    basis: Basis,
    *,
    by: User,
    announcement: Announcement,
    trademark_number: str = "",
    standard_number: str = "",
    valid_until: date | None = None,
    note: str = "",
) -> Authorisation:
    """补录: a producer whom the State's announcement names as user; the steps before are not known.

    Raises as `open_authorisation`; then nothing is left behind.
    """
    require_to_open(by, producer, itself=False)
    take_turn()
    on, note = announcement.issued_on, f"{EARLIER_UNKNOWN}{note}"
    first = Step(state=State.ACTIVE, on=on, note=note, announcement=announcement)
    values = {"trademark_number": trademark_number, "standard_number": standard_number, "valid_until": valid_until}
    return opened(producer, product, basis, first, values, by=by)


def opened(
    producer: Party, product: Product, basis: Basis, first: Step, values: Mapping[str, Any], *, by: User
) -> Authorisation:
    """The row under a code and a place of its own, and its first step (not saved yet).

    Raises BadInput, and Conflict where somebody took code or place meanwhile.
    """
    refuse_future(first.on)
    refuse_unfit(producer)
    refuse_unprotected(product, basis, first.on)
    alike = Authorisation.objects.filter(producer=producer, product=product, basis=basis)
    if sentence := on_record(alike.select_related("announcement"), first.on, first.announcement):
        raise BadInput(sentence)
    said = derived([first])
    row = {
        "producer": producer,
        "product": product,
        "basis": basis,
        "opened_on": first.on,
        "code": unused_code(),
        "index": unused_index(),
    }
    why = Why(first.on, first.announcement.source.key if first.announcement else "", first.note)
    try:
        with transaction.atomic():
            everything = row | dict(values) | said | basis_of(said["announcement"], by)
            authorisation: Authorisation = added(Authorisation, everything, by=str(by), why=why)
    except IntegrityError:
        raise Conflict("编码刚被另一条记录占用，没有登记：请再试一次。") from None
    columns = {"state": first.state, "on": first.on, "note": first.note, "announcement": first.announcement}
    written(authorisation, columns, by=by)
    return authorisation


OWN_SOURCE = ("marks", "本登记簿的专用标志案卷")


def unused_code() -> str:
    """A code that no authorisation has."""
    code = new_code()
    while Authorisation.objects.filter(code=code).exists():
        code = new_code()
    return code


def unused_index() -> int:
    """A place in the list of revocations that nobody has, at random: in order, they would tell strangers how many files
    were opened between two codes. At least half of the places are free; places are never given twice."""
    places = (2 * Authorisation.objects.count() // BLOCK + 1) * BLOCK
    index = secrets.randbelow(places)
    while Authorisation.objects.filter(index=index).exists():
        index = secrets.randbelow(places)
    return index


def refuse_unfit(producer: Party) -> None:
    """公告第三五四号: the mark stands with the user's 统一社会信用代码, which a natural person has not."""
    if producer.kind == Kind.PERSON:
        raise BadInput(
            "自然人没有统一社会信用代码，不能作为使用人：可以由合作社、企业或个体工商户申请（公告第三五四号）。"
        )
    if not producer.uscc:
        raise BadInput(f"“{producer}”还没有登记统一社会信用代码，使用专用标志须标注它（公告第三五四号）。")


def refuse_unprotected(product: Product, basis: Basis, on: date) -> None:
    """The mark is for what is protected under the regime of the basis on the day."""
    regime = REGIMES[basis]
    if not Protection.objects.on(on).filter(product=product, regime=regime, stage=Stage.PROTECTED).exists():
        raise BadInput(f"登记簿里“{product}”在 {on} 没有受{regime.label}保护，不能按“{basis.label}”登记使用人。")


# --- Steps -----------------------------------------------------------------------------------------------------------

# Steps that need more than a step says: each has an act of its own.
BY_ANOTHER_ACT: dict[State, str] = {
    State.RECTIFY: "责令限期改正须写明事由、要求和期限：请用“责令限期改正”。",
    State.CHANGE_REVIEW: "请写明变更后的名称或住所：请用“申请变更”。",
}


@transaction.atomic
def take_step(
    authorisation: Authorisation,
    state: State,
    *,
    by: User,
    on: date | None = None,
    note: str = "",
    document: Document | None = None,
    announcement: Announcement | None = None,
    ground: str = "",
    seen: int | None = None,
) -> Step:
    """The authorisation's next step. Raises NotInRegister, NotAllowed, BadInput, Conflict; then nothing is left behind.

    `ground` is why the use is to end or has ended; where it was proposed, the proposal's holds on. From the review of
    a change an announcement makes the change, a mere notice ends the review without it. `seen` as in `history.put`.
    """
    if state not in State.values:
        raise NotInRegister("没有这样的步骤。")
    require_step(by, state, authorisation)
    authorisation = locked(authorisation, seen)
    if state in BY_ANOTHER_ACT and state in authorisation.route.next[State(authorisation.state)]:
        raise BadInput(BY_ANOTHER_ACT[state])
    if (authorisation.state, state) == (State.RECTIFY, State.ACTIVE):
        raise BadInput("限期改正还没有办结：已改正的，请用“办结限期改正”，使用随之继续。")
    paper = Paper(document, announcement)
    step = moved_on(authorisation, state, paper, by=by, on=on, note=note, ground=ground)
    close_with(step, authorisation, by)
    if (authorisation.state, state) == (State.CHANGE_REVIEW, State.ACTIVE) and announcement is not None:
        apply_change(authorisation, announcement, by)
    return step


def moved_on(
    authorisation: Authorisation,
    state: State,
    paper: Paper,
    *,
    by: User,
    on: date | None,
    note: str = "",
    ground: str = "",
) -> Step:
    """The step checked against table, paper, day, ground and what stands in the way, and written."""
    before, route = State(authorisation.state), authorisation.route
    if state not in route.next:
        raise BadInput(f"“{Basis(authorisation.basis).label}”没有“{State(state).label}”这一步。")
    if state not in route.next[before]:
        raise BadInput(out_of_turn(before, State(state)))
    refuse_unfounded(route.rests_of(before, state), str(State(state).label), paper)
    on = day_of(on, paper)
    refuse_day(authorisation, on, paper)
    refuse_admission(authorisation, paper)
    if state == State.ACTIVE and not authorisation.course:
        refuse_unprotected(authorisation.product, Basis(authorisation.basis), on)
    if state in NEEDS_NOTE and not note.strip():
        raise BadInput(NEEDS_NOTE[state])
    ground = settled_ground(authorisation, state, ground, on)
    if sentence := obstacle(authorisation, state, on):
        raise BadInput(sentence)
    return recorded(authorisation, state, on, by=by, note=note, ground=ground, **paper._asdict())


def refuse_day(authorisation: Authorisation, on: date, paper: Paper) -> None:
    """A step follows the one before and what it rests on."""
    refuse_future(on)
    last = authorisation.steps.standing().last()
    if last is not None and on < last.on:
        raise BadInput(f"{on} 早于上一步“{last.get_state_display()}”的 {last.on}。")
    refuse_before_paper(on, paper)


def refuse_admission(authorisation: Authorisation, paper: Paper) -> None:
    """The announcement that admitted a user says nothing of what came later."""
    if paper.announcement is not None and paper.announcement.pk == authorisation.announcement_id:
        raise BadInput(f"{paper.announcement}正是核准使用的那一份，以后的步骤不能再依据它。")


def settled_ground(authorisation: Authorisation, state: State, ground: str, on: date) -> str:
    """The ground of a step, checked; that of the proposal where a cancelling names none. Raises BadInput."""
    if state not in NEEDS_GROUND:
        if ground:
            raise BadInput(f"“{State(state).label}”不写注销的事由。")
        return ""
    if not ground and authorisation.state == State.CANCEL_PROPOSED:
        proposal = authorisation.steps.standing().last()
        ground = proposal.ground if proposal is not None else ""
    if sentence := unfounded_ground(authorisation, ground, on):
        raise BadInput(sentence)
    return ground


@transaction.atomic
def withdraw_step(step: Step, *, by: User, reason: str, seen: int | None = None) -> Step:
    """Take back the last step, entered by mistake: both stay in the history. Raises as `take_step`.

    A first step can be withdrawn where it was recorded from an announcement; then nothing is left of it in public. A
    producer takes back what it entered itself.
    """
    authorisation = step.authorisation
    if not (step.by == str(by) and may_on(by, Act.OWN_USE, authorisation)):
        require(by, Act.AUTHORISATIONS, authorisation)
    authorisation = locked(authorisation, seen)
    if not reason.strip():
        raise BadInput("撤回步骤必须写明原因。")
    path = list(authorisation.steps.standing())
    if step.pk != (path[-1].pk if path else None):
        raise BadInput("只能撤回最后一步：请先撤回它之后的步骤。")
    if len(path) == 1 and step.announcement_id is None:
        raise BadInput("第一步不能撤回：不再申请的，请记“不再申请”。")
    before = State(path[-2].state) if len(path) > 1 else State.VOID
    refuse_in_use(authorisation, step, before)
    undo(authorisation, path[-1], before, by, reason)
    return recorded(authorisation, before, clock.today(), by=by, note=reason, withdraws=step)


def refuse_in_use(authorisation: Authorisation, step: Step, before: State) -> None:
    """What first gave the use cannot be taken back while marks were made or reported on under it."""
    first = STANDINGS.get(State(step.state)) and before not in STANDINGS
    if first and (authorisation.batches.exists() or authorisation.reports.exists()):
        raise BadInput("已有印制批次或年度报告依据这一步，不能撤回。")


def undo(authorisation: Authorisation, step: Step, before: State, by: User, reason: str) -> None:
    """Take back what the step did beside the path."""
    why = Why(step.on, note=f"{authorisation.code} 撤回步骤：{reason}")
    ordered = Rectification.objects.filter(step=step).first()
    if ordered is not None:
        if ordered.answer:
            raise BadInput("使用人已经答复这次限期改正，不能撤回：请办结它。")
        drop(ordered, by=str(by), why=why)
    for closed in Rectification.objects.filter(closed_by=step):
        put(Rectification, {"pk": closed.pk}, OPEN_AGAIN, by=str(by), why=why)
    for asked in ChangeRequest.objects.filter(step=step):
        drop(asked, by=str(by), why=why)
    changed = (before, step.state) == (State.CHANGE_REVIEW, State.ACTIVE) and step.announcement_id is not None
    if changed and not changed_elsewhere(authorisation, step):
        take_back_rename(authorisation.producer, day=step.on, by=str(by), note=why.note)


def changed_elsewhere(authorisation: Authorisation, step: Step) -> bool:
    """Whether the change of the producer was announced for another of its uses as well, where it still stands."""
    others = Step.objects.standing().filter(state=State.ACTIVE, announcement=step.announcement_id)
    asked = others.filter(authorisation__steps__change_request__isnull=False)
    return asked.filter(authorisation__producer=authorisation.producer_id).exclude(pk=step.pk).exists()


OPEN_AGAIN = {"closed_on": None, "mended": None, "closed_by": None}


def locked(authorisation: Authorisation, seen: int | None = None) -> Authorisation:
    """The authorisation as it stands, kept from others until the act is over. Raises Conflict."""
    take_turn()
    rows = Authorisation.objects.select_for_update(of=("self",)).select_related("product", "producer")
    current: Authorisation = rows.get(pk=authorisation.pk)
    if seen is not None:
        refuse_if_changed_since(current, seen)
    return current


def recorded(authorisation: Authorisation, state: State, on: date, *, by: User, **more: Any) -> Step:
    """Write the step, and on the authorisation what all standing steps together say."""
    step = written(authorisation, {"state": state, "on": on} | more, by=by)
    said = derived(list(authorisation.steps.standing().select_related("announcement")))
    why = Why(on, note=more.get("note", ""))
    put(Authorisation, {"pk": authorisation.pk}, said | basis_of(said["announcement"], by), by=str(by), why=why)
    step.authorisation = Authorisation.objects.select_related("product", "producer").get(pk=authorisation.pk)
    return step


def written(authorisation: Authorisation, columns: Mapping[str, Any], *, by: User) -> Step:
    """One more line of the history."""
    values = {"authorisation": authorisation, "at": clock.now(), "by": str(by)} | dict(columns)
    step: Step = added(Step, values, by=str(by), why=Why(columns["on"], note=columns.get("note", "")))
    return step


def basis_of(announcement: Announcement | None, by: User) -> dict[str, Source | str]:
    """Source and grade of an authorisation: those of its announcement, the register itself before there is one."""
    if announcement is not None:
        return {"source": announcement.source, "grade": announcement.grade}
    return {"source": own_source(*OWN_SOURCE, by=str(by)), "grade": Grade.PRIMARY}


@transaction.atomic
def correct(
    authorisation: Authorisation,
    *,
    by: User,
    trademark_number: str,
    standard_number: str,
    valid_until: date | None,
    note: str = "",
    seen: int | None = None,
) -> None:
    """Numbers and term as they are, where they were written wrongly or a licence was renewed. A longer term says what
    it rests on. Raises as `take_step`."""
    require(by, Act.AUTHORISATIONS, authorisation)
    authorisation = locked(authorisation, seen)
    refuse_over(authorisation)
    longer = (valid_until or date.max) > (authorisation.valid_until or date.max)
    if longer and not note.strip():
        raise BadInput("期限延后或取消的，请写明依据：续展、续许可的公告号或备案号。")
    values = {"trademark_number": trademark_number, "standard_number": standard_number, "valid_until": valid_until}
    put(Authorisation, {"pk": authorisation.pk}, values, by=str(by), why=Why(clock.today(), note=note))


# --- Documents and sites ---------------------------------------------------------------------------------------------


@transaction.atomic
def attach(authorisation: Authorisation, item: Item, document: Document, *, by: User) -> Attachment:
    """A document of the register handed in for this authorisation. Raises NotAllowed and BadInput."""
    require_either(by, authorisation)
    refuse_over(locked(authorisation))
    key = {"authorisation": authorisation, "item": item, "document": document}
    return put(Attachment, key, {}, by=str(by), why=Why(clock.today(), document.source.key))[0]


def hand_in(authorisation: Authorisation, item: Item, handed: HandedIn, *, by: User) -> Attachment:
    """Keep a file and attach it; one that the register has already is not stored again.

    Row and file stand or fall together, so the transaction is the outermost one. Raises NotAllowed and BadInput.
    """
    require_either(by, authorisation)
    refuse_too_many(authorisation, by)
    known = Document.objects.filter(sha256=handed.sha256).first()
    if known is not None:
        return attach(authorisation, item, known, by=by)
    try:
        with stored(handed) as name, transaction.atomic(durable=True):
            source = own_source(*OWN_SOURCE, by=str(by))
            about: dict[str, Any] = {"title": str(Item(item).label), "source": source, "public": False}
            document = add_document(handed, name, by=str(by), note=authorisation.code, **about)
            return attach(authorisation, item, document, by=by)
    except IntegrityError as error:
        raise BadInput("同一个文件刚由别人交上来，没有再存一份：请重新打开这一页。") from error


def refuse_too_many(authorisation: Authorisation, by: User) -> None:
    """There is an end to what a producer lays on the disk; what it took out again is still there and counts. Raises
    BadInput."""
    if may_on(by, Act.AUTHORISATIONS, authorisation):
        return
    table = Attachment._meta.label_lower
    ever = Change.objects.filter(thing__startswith=f"{table}:", row__startswith=f"{authorisation.code} ")
    if ever.filter(before__isnull=True).count() >= MOST_PAPERS:
        raise BadInput(f"这份案卷已经收过 {MOST_PAPERS} 份文件，不能再自己交：还有材料的，请联系登记机关。")


@transaction.atomic
def detach(attachment: Attachment, *, by: User) -> None:
    """Take a document out of an application that is still being written. Raises NotAllowed and BadInput."""
    require_either(by, attachment.authorisation)
    refuse_handed_in(locked(attachment.authorisation))
    drop(attachment, by=str(by), why=Why(clock.today()))


@transaction.atomic
def add_site(
    authorisation: Authorisation,
    *,
    by: User,
    name: str,
    lon: float | str,
    lat: float | str,
    datum: str = "",
    address: str = "",
    accuracy_m: float = 0.0,
    unit: Place | None = None,
    hectares: float | None = None,
    valid_from: date | None = None,
) -> Site:
    """A production site, its position turned from `datum` to CGCS2000. Raises NotAllowed and BadInput.

    `valid_from` None: since when is not known, today it is there. A producer names its sites while it writes its
    application, the office at any time.
    """
    require_either(by, authorisation)
    authorisation = locked(authorisation)
    refuse_over(authorisation)
    refuse_producer_after(authorisation, by)
    east, north = position(str(lon), str(lat), datum)
    if not 0 <= accuracy_m <= LARGEST_ACCURACY_M:
        raise BadInput(f"位置误差应在 0 到 {LARGEST_ACCURACY_M:g} 米之间。")
    values = {
        "address": address.strip(),
        "location": Point(east, north, srid=SRID),
        "datum": datum or "cgcs2000",
        "accuracy_m": accuracy_m,
        "unit": unit,
        "hectares": hectares,
        "valid_from": valid_from,
        "attested_on": None if valid_from else clock.today(),
    }
    site = {"authorisation": authorisation, "name": name.strip()} | values
    added_site: Site = added(Site, site, by=str(by), why=Why(valid_from or clock.today()))
    return added_site


@transaction.atomic
def end_site(site: Site, *, by: User, day: date) -> Site:
    """From `day` on nothing is produced there. Raises NotAllowed and BadInput."""
    require_either(by, site.authorisation)
    authorisation = locked(site.authorisation)
    refuse_over(authorisation)
    refuse_producer_after(authorisation, by)
    return put(Site, {"pk": site.pk}, {"valid_until": day}, by=str(by), why=Why(day))[0]


@transaction.atomic
def drop_site(site: Site, *, by: User) -> None:
    """Take a site out of an application that is still being written. Raises NotAllowed and BadInput."""
    require_either(by, site.authorisation)
    refuse_handed_in(locked(site.authorisation))
    drop(site, by=str(by), why=Why(clock.today()))


@transaction.atomic
def check_site(
    site: Site,
    *,
    by: User,
    on: date | None = None,
    conforms: bool | None = None,
    note: str = "",
    document: Document | None = None,
) -> OriginCheck:
    """产地核验 of one site: what the map says of that day, and what was found (`conforms` None: the map alone).

    Raises NotAllowed, and BadInput where finding and map contradict each other; then nothing is left behind.
    """
    authorisation = site.authorisation
    require(by, Act.AUTHORISATIONS, authorisation)
    locked(authorisation)
    on = on or clock.today()
    refuse_future(on)
    if not site.holds_on(on):
        raise BadInput(f"“{site.name}”在 {on} 不是生产场所。")
    where = site.location
    product, basis = authorisation.product, authorisation.basis
    origin = origin_of(product, basis, where.x, where.y, accuracy_m=site.accuracy_m, day=on)
    refuse_contradiction(origin, conforms, note)
    values = {
        "site": site,
        "on": on,
        "by": str(by),
        "area": origin.area,
        "verdict": origin.verdict or "",
        "distance_m": origin.distance_m,
        "conforms": conforms,
        "note": note,
        "document": document,
    }
    check: OriginCheck = added(OriginCheck, values | {"at": clock.now()}, by=str(by), why=Why(on, note=note))
    return check


def refuse_over(authorisation: Authorisation) -> None:
    """Nothing is added to what has ended."""
    if authorisation.state in OVER:
        raise BadInput(f"这一核准已到“{authorisation.get_state_display()}”，不再变动。")


def refuse_handed_in(authorisation: Authorisation) -> None:
    """What was handed in stays."""
    if authorisation.state not in PREPARING:
        raise BadInput("申请已经提交，交来的材料和生产场所不能拿走。")


def refuse_producer_after(authorisation: Authorisation, by: User) -> None:
    """Once handed in, where a producer makes its goods is for the office to write down. Raises BadInput."""
    if authorisation.state not in PREPARING and not may_on(by, Act.AUTHORISATIONS, authorisation):
        raise BadInput("申请已经提交，生产场所有变化请联系登记机关记录。")


# --- Rectification ---------------------------------------------------------------------------------------------------


@transaction.atomic
def order_rectification(
    authorisation: Authorisation,
    ground: Ground,
    *,
    by: User,
    demand: str,
    ordered_on: date,
    due_on: date,
    document: Document | None = None,
    seen: int | None = None,
) -> Rectification:
    """责令限期改正 (令第80号 art. 31): the use goes on meanwhile. Raises as `take_step`."""
    require(by, Act.AUTHORISATIONS, authorisation)
    authorisation = locked(authorisation, seen)
    if ground not in AFTER_RECTIFICATION:
        raise BadInput("只有未按标准组织生产和两年内未使用须先限期改正（令第80号第三十一条）。")
    if not demand.strip():
        raise BadInput("请写明要求改正什么。")
    if due_on <= ordered_on:
        raise BadInput(f"限期 {due_on} 须晚于通知日 {ordered_on}。")
    paper = Paper(document=document)
    step = moved_on(authorisation, State.RECTIFY, paper, by=by, on=ordered_on, note=demand)
    values = {
        "authorisation": authorisation,
        "ground": ground,
        "demand": demand.strip(),
        "ordered_on": ordered_on,
        "due_on": due_on,
        "document": document,
    }
    return put(Rectification, {"step": step}, values, by=str(by), why=Why(ordered_on, note=demand))[0]


@transaction.atomic
def answer_rectification(
    rectification: Rectification,
    text: str,
    *,
    by: User,
    documents: Iterable[Document] = (),
    seen: int | None = None,
) -> Rectification:
    """What the producer did about it, with what shows it. Raises as `take_step`."""
    authorisation = rectification.authorisation
    require_either(by, authorisation)
    locked(authorisation)
    refuse_closed(rectification)
    if not text.strip():
        raise BadInput("请写明改正的情况。")
    for document in documents:
        attach(authorisation, Item.ANSWER, document, by=by)
    values = {"answer": text.strip(), "answered_on": clock.today()}
    return put(Rectification, {"pk": rectification.pk}, values, by=str(by), why=Why(clock.today()), seen=seen)[0]


@transaction.atomic
def close_rectification(
    rectification: Rectification,
    mended: bool,
    *,
    by: User,
    on: date | None = None,
    document: Document | None = None,
    note: str = "",
    seen: int | None = None,
) -> Rectification:
    """Mended: the use goes on. Not mended, which only its day can show: cancelling may be proposed. Raises as
    `take_step`."""
    authorisation = rectification.authorisation
    require(by, Act.AUTHORISATIONS, authorisation)
    authorisation = locked(authorisation)
    refuse_closed(rectification)
    on = on or clock.today()
    refuse_future(on)
    if on < rectification.ordered_on:
        raise BadInput(f"{on} 早于责令改正的 {rectification.ordered_on}。")
    if not mended and on <= rectification.due_on:
        raise BadInput(f"限期到 {rectification.due_on} 才满，此前不能记为“逾期未改正”。")
    values: dict[str, Any] = {"closed_on": on, "mended": mended}
    if mended:
        paper = Paper(document=document)
        values["closed_by"] = moved_on(authorisation, State.ACTIVE, paper, by=by, on=on, note=note)
    why = Why(on, note=note)
    return put(Rectification, {"pk": rectification.pk}, values, by=str(by), why=why, seen=seen)[0]


def refuse_closed(rectification: Rectification) -> None:
    """What is settled stays so. Raises BadInput."""
    if Rectification.objects.filter(pk=rectification.pk, closed_on__isnull=False).exists():
        raise BadInput("这次限期改正已经办结。")


def close_with(step: Step, authorisation: Authorisation, by: User) -> None:
    """An open rectification is over with the step that leads away from it; failed it has only past its day."""
    for open_one in authorisation.rectifications.filter(closed_on__isnull=True):
        values = {"closed_on": step.on, "mended": False if failed(open_one, step.on) else None, "closed_by": step}
        put(Rectification, {"pk": open_one.pk}, values, by=str(by), why=Why(step.on))


# --- Change of name or address ---------------------------------------------------------------------------------------


@transaction.atomic
def ask_change(
    authorisation: Authorisation,
    *,
    by: User,
    name: str = "",
    address: str = "",
    note: str = "",
    on: date | None = None,
    seen: int | None = None,
) -> ChangeRequest:
    """The producer is called or lies otherwise now and asks to have it recorded; an announcement makes the change.

    What is left empty stays as it is. Raises as `take_step`.
    """
    require_either(by, authorisation)
    authorisation = locked(authorisation, seen)
    producer, name, address = authorisation.producer, name.strip(), address.strip()
    if (name or producer.name, address or producer.address) == (producer.name, producer.address):
        raise BadInput("名称和住所都和登记的一样，没有变更可申请。")
    refuse_taken(name or producer.name, producer)
    step = moved_on(authorisation, State.CHANGE_REVIEW, Paper(), by=by, on=on, note=note)
    return put(ChangeRequest, {"step": step}, {"name": name, "address": address}, by=str(by), why=Why(step.on))[0]


def apply_change(authorisation: Authorisation, announcement: Announcement, by: User) -> None:
    """Write down what the announcement made of the change that was asked for."""
    asked = ChangeRequest.objects.filter(step__authorisation=authorisation).latest("step")
    producer = authorisation.producer
    rename(
        producer,
        name=asked.name or producer.name,
        address=asked.address or producer.address,
        day=announcement.issued_on,
        source=announcement.source,
        grade=announcement.grade,
        by=str(by),
        note=f"{announcement}",
    )
