"""Acts on applications and oppositions: who asks is checked, the row is locked, every act leaves its line.

The district records what the State decides; recognition and registration reach `products` only from here and only with
the announcement they rest on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction

from gi_registry.applications.materials import checklist
from gi_registry.applications.models import (
    READY,
    Application,
    Material,
    MaterialState,
    Opposition,
    Step,
    Survey,
)
from gi_registry.applications.path import article_of, begins_at_result, obstacle, standing_steps, window_of
from gi_registry.applications.permissions import act_for, act_to_open, require
from gi_registry.applications.states import (
    ABOUT_A_PROTECTION,
    MACHINES,
    OPPOSITIONS,
    VOID,
    Agricultural,
    Objection,
    Procedure,
    Product2005,
    Product2024,
    Revocation,
    Trademark,
    label,
)
from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotInRegister
from gi_registry.core.history import Why, drop, put, refuse_if_changed_since
from gi_registry.core.revision import take_turn
from gi_registry.gazette.actions import added, own_source
from gi_registry.gazette.models import Announcement, Document, Grade
from gi_registry.gazette.papers import Paper, Rests, day_of, refuse_before_paper, refuse_future, refuse_unfounded
from gi_registry.parties.models import Party, User
from gi_registry.parties.permissions import Act
from gi_registry.products.actions import add_fact, change_fact
from gi_registry.products.models import Name, Product, Protection, Regime, Stage

REGIMES: dict[Procedure, frozenset[Regime]] = {
    Procedure.PRODUCT_2024: frozenset({Regime.PRODUCT}),
    Procedure.PRODUCT_2005: frozenset({Regime.PRODUCT}),
    Procedure.TRADEMARK: frozenset({Regime.COLLECTIVE, Regime.CERTIFICATION}),
    Procedure.AGRICULTURAL: frozenset({Regime.AGRICULTURAL}),
    Procedure.MINOR_CHANGE: frozenset({Regime.PRODUCT}),
    Procedure.MAJOR_CHANGE: frozenset({Regime.PRODUCT}),
    Procedure.REVOCATION: frozenset({Regime.PRODUCT}),
}
FOR_A_NEW_PROTECTION = frozenset({Procedure.PRODUCT_2024, Procedure.TRADEMARK})

# What reaching a state says of the product under the regime.
P, Q, T, A = Product2024, Product2005, Trademark, Agricultural
EFFECTS: dict[Procedure, dict[str, Stage]] = {
    Procedure.PRODUCT_2024: {
        P.PROVINCIAL: Stage.IN_PROCEDURE,
        P.RECOGNISED: Stage.PROTECTED,
        **dict.fromkeys([P.PROVINCE_FAILED, P.NOT_ACCEPTED, P.REJECTED, P.NOT_RECOGNISED], Stage.CANDIDATE),
    },
    Procedure.PRODUCT_2005: {
        Q.PROVINCIAL: Stage.IN_PROCEDURE,
        Q.APPROVED: Stage.PROTECTED,
        **dict.fromkeys([Q.PROVINCE_FAILED, Q.NOT_ACCEPTED, Q.REJECTED, Q.ABANDONED], Stage.CANDIDATE),
    },
    Procedure.TRADEMARK: {
        T.FILED: Stage.IN_PROCEDURE,
        T.REGISTERED: Stage.PROTECTED,
        T.STRUCK: Stage.ENDED,
        **dict.fromkeys([T.NOT_ACCEPTED, T.CLOSED, T.WITHDRAWN], Stage.CANDIDATE),
    },
    Procedure.AGRICULTURAL: {A.REGISTERED: Stage.PROTECTED, A.DEREGISTERED: Stage.ENDED},
    Procedure.MINOR_CHANGE: {},
    Procedure.MAJOR_CHANGE: {},
    Procedure.REVOCATION: {Revocation.REVOKED: Stage.ENDED},
}
FOR_A_PROTECTION = frozenset(procedure for procedure, effects in EFFECTS.items() if Stage.PROTECTED in effects.values())


# --- Opening ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_application(
    product: Product,
    procedure: Procedure,
    *,
    by: User,
    on: date | None = None,
    regime: Regime | None = None,
    applicant: Party | None = None,
    survey: Survey | None = None,
    protection: Protection | None = None,
    predecessor: Protection | None = None,
    note: str = "",
) -> Application:
    """A new file under the law of the day. Raises NotAllowed, BadInput, Conflict; then nothing is left behind.

    `regime` is needed where the procedure serves two; `protection` is what a change or a revocation is about.
    """
    require(by, act_to_open(procedure), product)
    take_turn()
    Product.objects.select_for_update().get(pk=product.pk)
    on = on or clock.today()
    refuse_future(on)
    refuse_closed(procedure, on)
    regime = settled_regime(procedure, regime)
    if protection is not None or procedure in ABOUT_A_PROTECTION:
        refuse_other_protection(protection, product, regime, on)
    if predecessor is not None:
        refuse_predecessor(predecessor, procedure, product, on)
    refuse_second(product, procedure, regime, on)

    machine = MACHINES[procedure]
    values = {
        "product": product,
        "regime": regime,
        "procedure": procedure,
        "state": machine.start,
        "opened_on": on,
        "applicant": applicant,
        "survey": survey,
        "protection": protection,
        "predecessor": predecessor,
    }
    application = numbered(values, by=by, why=Why(on, note=note))
    record(application, machine.start, on=on, by=by, note=note)
    return application


@transaction.atomic
def bring_in(
    product: Product,
    regime: Regime,
    *,
    by: User,
    announcement: Announcement,
    number: str = "",
    holder: Party | None = None,
    note: str = "",
) -> Application:
    """补录: a file that begins at its result, for a protection of before whose earlier steps nobody knows.

    It makes the protection as a recognition does. Raises as `open_application`; then nothing is left behind.
    """
    require(by, Act.STATE_STEPS, product)
    take_turn()
    Product.objects.select_for_update().get(pk=product.pk)
    on, paper = announcement.issued_on, Paper(announcement=announcement)
    procedure = recognising(regime, on)
    refuse_future(on)
    refuse_after_close(procedure, on)
    refuse_foreign(announcement, product)
    refuse_beside_rows(product, regime, on)
    refuse_beside_a_file(product, regime)

    result = MACHINES[procedure].result
    values = {"product": product, "regime": regime, "procedure": procedure, "applicant": holder}
    note = f"{EARLIER_UNKNOWN}{note}"
    application = numbered(values | {"state": result, "opened_on": on}, by=by, why=Why(on, note=note))
    row = follow_in_register(application, result, on, paper, number=number, by=by)
    record(application, result, on=on, by=by, note=note, protection=row, **paper._asdict())
    application.refresh_from_db()
    return application


EARLIER_UNKNOWN = "补录：此前的步骤未查明。"


def recognising(regime: Regime, on: date) -> Procedure:
    """The procedure whose result protects under the regime, by the law of the day; the oldest for what came before."""
    made = [one for one in Procedure if one in FOR_A_PROTECTION and regime in REGIMES[one]]
    return next((one for one in made if MACHINES[one].open_on(on)), made[-1])


def refuse_beside_rows(product: Product, regime: Regime, on: date) -> None:
    """What the register has of the product under the regime from the day on is not overwritten from behind."""
    rows = Protection.objects.filter(product=product, regime=regime)
    after = models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=on)
    if rows.filter(after, stage=Stage.PROTECTED).exists():
        raise BadInput(f"“{product}”已受{regime.label}保护，不必补录。")
    since = models.Q(valid_from__gte=on) | models.Q(valid_from__isnull=True, attested_on__gte=on)
    if later := rows.filter(since | models.Q(valid_until__gt=on)).first():
        raise BadInput(f"登记簿里“{later}”的记录晚于 {on} 的公告，不能补录在它前面：写错了的请先在产品页更正。")


def numbered(values: Mapping[str, Any], *, by: User, why: Why) -> Application:
    """A file under the next number of the year. Raises Conflict where somebody else took it."""
    try:
        with transaction.atomic():
            number = next_file_number(clock.today().year)
            application: Application = added(Application, {"file_number": number} | dict(values), by=str(by), why=why)
    except IntegrityError:
        raise Conflict("案卷号刚被另一份申请占用，没有立卷：请再试一次。") from None
    return application


@transaction.atomic
def name_applicant(application: Application, applicant: Party, *, by: User, seen: int | None = None) -> None:
    """Who applies, to be settled before the file goes out. Raises as `take_step`."""
    require(by, Act.APPLICATIONS, application.product)
    application = locked(application, seen)
    if application.state != application.machine.start:
        raise BadInput(f"申请已到“{application.state_label}”，申请人不能再换。")
    put(Application, {"pk": application.pk}, {"applicant": applicant}, by=str(by))


def migrate(protection: Protection, *, by: User, on: date | None = None, applicant: Party | None = None) -> Application:
    """统一认定: a 地理标志产品 application that takes on a 农产品地理标志, which stays as it is and is only linked."""
    return open_application(
        protection.product, Procedure.PRODUCT_2024, by=by, on=on, applicant=applicant, predecessor=protection
    )


def next_file_number(year: int) -> str:
    """The year and a running number: 2026-0007."""
    last = Application.objects.filter(file_number__startswith=f"{year}-").order_by("-file_number").first()
    return f"{year}-{int(last.file_number.split('-')[1]) + 1 if last else 1:04d}"


def refuse_closed(procedure: Procedure, on: date) -> None:
    """A procedure can be opened only while its law holds and its register is open."""
    machine = MACHINES[procedure]
    if machine.open_on(on):
        return
    refuse_after_close(procedure, on)
    laws = "、".join(f"《{law.name}》（{law.version}）" for law in machine.laws)
    raise BadInput(f"{on} 不适用{laws}，不能按“{procedure.label}”立卷。")


def refuse_after_close(procedure: Procedure, on: date) -> None:
    """Nothing enters a register that takes nothing in any more."""
    closed_on = MACHINES[procedure].closed_on
    if closed_on is not None and on >= closed_on:
        raise BadInput(f"农产品地理标志自 {closed_on} 起停止新登记，不能再立卷：可按令第80号申请地理标志产品。")


def settled_regime(procedure: Procedure, regime: Regime | None) -> Regime:
    """The regime under which the application runs."""
    possible = REGIMES[procedure]
    if regime is None and len(possible) == 1:
        return next(iter(possible))
    if regime not in possible:
        raise BadInput(f"“{procedure.label}”须选定保护制度：{'或'.join(sorted(str(r.label) for r in possible))}。")
    return regime


def refuse_other_protection(protection: Protection | None, product: Product, regime: Regime, on: date) -> None:
    """A change or a revocation is about a protection of this product that holds on the day."""
    if protection is None:
        raise BadInput("变更和撤销须针对一项现有的保护。")
    if (protection.product_id, protection.regime) != (product.pk, regime):
        raise BadInput(f"“{protection}”不是“{product}”的地理标志产品保护。")
    if protection.stage != Stage.PROTECTED or not protection.holds_on(on):
        raise BadInput(f"“{protection}”在 {on} 没有受保护，谈不上变更和撤销。")


def refuse_predecessor(predecessor: Protection, procedure: Procedure, product: Product, on: date) -> None:
    """Only a standing 农产品地理标志 of the same product is taken on, and only by a 地理标志产品 application."""
    if procedure != Procedure.PRODUCT_2024 or predecessor.regime != Regime.AGRICULTURAL:
        raise BadInput("只有农产品地理标志可以承接为地理标志产品申请。")
    if predecessor.product_id != product.pk:
        raise BadInput(f"“{predecessor}”不是“{product}”的登记。")
    if predecessor.stage != Stage.PROTECTED or not predecessor.holds_on(on):
        raise BadInput(f"“{predecessor}”在 {on} 没有有效登记，不能承接。")


def refuse_second(product: Product, procedure: Procedure, regime: Regime, on: date) -> None:
    """One open file of a kind, and none for what is protected already."""
    alike = FOR_A_PROTECTION if procedure in FOR_A_PROTECTION else {procedure}
    same = Application.objects.undecided().filter(product=product, procedure__in=alike, regime=regime)
    unfinished = same.first()
    if unfinished is not None:
        raise BadInput(f"“{product}”已有未办结的申请 {unfinished.file_number}，不能重复立卷。")
    protected = Protection.objects.on(on).filter(product=product, regime=regime, stage=Stage.PROTECTED)
    if procedure in FOR_A_NEW_PROTECTION and protected.exists():
        raise BadInput(f"“{product}”已受{regime.label}保护，不必再申请。")


def refuse_beside_a_file(product: Product, regime: str) -> None:
    """Where a file is open, the stage follows its steps, and nobody sets it beside them. Raises BadInput."""
    unfinished = Application.objects.unfinished().filter(product=product, regime=regime).first()
    if unfinished is not None:
        number = unfinished.file_number
        raise BadInput(f"“{product}”在这一制度下有未办结的案卷 {number}：阶段随案卷的步骤变，请到案卷里办。")


# --- Steps -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def take_step(
    application: Application,
    state: str,
    *,
    by: User,
    on: date | None = None,
    note: str = "",
    document: Document | None = None,
    announcement: Announcement | None = None,
    number: str = "",
    seen: int | None = None,
) -> Step:
    """The application's next step. Raises NotAllowed, BadInput, Conflict; then nothing is left behind.

    `number` is the registration number that an announcement of registration gives; `seen` as in `history.put`.
    """
    machine = application.machine
    if state not in machine.states.values:
        raise BadInput(f"“{Procedure(application.procedure).label}”没有这一步。")
    require(by, act_for(machine.rests[state]), application.product)
    application = locked(application, seen)
    if state not in machine.next[application.state]:
        raise BadInput(f"“{application.state_label}”之后不能是“{label(application.procedure, state)}”。")
    paper = Paper(document, announcement)
    on = day_of(on, paper)
    refuse_without_basis(application, machine.rests[state], label(application.procedure, state), paper)
    refuse_day(standing_steps(application)[-1], on, paper)
    if sentence := obstacle(application, state, on):
        raise BadInput(sentence)

    row = follow_in_register(application, state, on, paper, number=number, by=by)
    if state == machine.filing:
        move_materials(application, MaterialState.READY, MaterialState.DELIVERED, by)
    return record(application, state, on=on, by=by, note=note, protection=row, **paper._asdict())


def recognise(
    application: Application, *, by: User, announcement: Announcement, number: str = "", note: str = ""
) -> Step:
    """The State's announcement at which the procedure aims: it makes the protection in the register."""
    return take_step(
        application, application.machine.result, by=by, announcement=announcement, number=number, note=note
    )


@transaction.atomic
def withdraw_step(step: Step, *, by: User, reason: str, seen: int | None = None) -> Step:
    """Take back the last step, entered by mistake: both stay in the history. Raises as `take_step`."""
    application = step.application
    rests = Rests.NOTICE if step.opposition_id is not None else application.machine.rests[step.state]
    require(by, act_for(rests), application.product)
    application = locked(application, seen, step.opposition)
    if not reason.strip():
        raise BadInput("撤回步骤必须写明原因。")
    if step.opposition is not None:
        refuse_past_window(application)
    path = list(application.steps.standing().filter(opposition=step.opposition_id))
    if step.pk != (path[-1].pk if path else None):
        raise BadInput("只能撤回最后一步：请先撤回它之后的步骤。")
    if len(path) == 1 and not (step.opposition_id is None and begins_at_result(application, step)):
        raise BadInput("第一步不能撤回。")
    step = path[-1]  # as it stands, with the row of the register that it began
    if step.opposition is None:
        undo(application, step, by)
    return record(
        application,
        path[-2].state if len(path) > 1 else VOID,
        on=clock.today(),
        by=by,
        note=reason,
        withdraws=step,
        opposition=step.opposition,
    )


def undo(application: Application, step: Step, by: User) -> None:
    """Take back what the step did beside the path."""
    machine = application.machine
    if step.state == machine.window and application.oppositions.exists():
        raise BadInput("已有针对这一公告的异议，不能撤回这一步。")
    if step.state == machine.filing:
        move_materials(application, MaterialState.DELIVERED, MaterialState.READY, by)
    row = step.protection
    if row is None:
        return
    if row.valid_until is not None:
        raise BadInput("登记簿中此后已有新的保护记录，不能撤回这一步。")
    if application.protection == row:
        put(Application, {"pk": application.pk}, {"protection": None}, by=str(by))
    before = Protection.objects.filter(product=row.product, regime=row.regime, valid_until=row.valid_from).first()
    drop(row, by=str(by), why=Why(row.valid_from, note=f"{application.file_number} 撤回步骤"))
    if before is not None:
        put(Protection, {"pk": before.pk}, {"valid_until": None}, by=str(by))


def locked(application: Application, seen: int | None = None, opposition: Opposition | None = None) -> Application:
    """The application as it stands, kept from others until the act is over.

    Raises Conflict where somebody was faster on it, or on the opposition that the act is about.
    """
    take_turn()
    current = Application.objects.select_for_update(of=("self",)).select_related("product").get(pk=application.pk)
    if seen is not None:
        refuse_if_changed_since(opposition or current, seen)
    return current


def refuse_day(last: Step, on: date, paper: Paper) -> None:
    """A step follows what it rests on."""
    refuse_future(on)
    if on < last.on:
        raise BadInput(f"{on} 早于上一步“{last.state_label}”的 {last.on}。")
    refuse_before_paper(on, paper)


def refuse_without_basis(application: Application, rests: Rests, step: str, paper: Paper) -> None:
    """The State's steps are recorded from its own papers."""
    refuse_unfounded(rests, step, paper)
    if paper.announcement is None:
        return
    if application.steps.standing().filter(announcement=paper.announcement).exists():
        raise BadInput(f"{paper.announcement}已经用于这份申请的另一步。")
    refuse_foreign(paper.announcement, application.product)


def refuse_foreign(announcement: Announcement, product: Product) -> None:
    """An announcement may cover many products; refused where nothing in it names this one or ties it to this one."""
    text = f"{announcement.title}{announcement.note}"
    others = Product.objects.exclude(pk=product.pk)
    about = models.Q(protections__announcement=announcement) | models.Q(areas__announcement=announcement)
    about |= models.Q(applications__steps__announcement=announcement)
    if Product.objects.filter(about, pk=product.pk).exists():
        return
    if any(name in text for name in Name.objects.filter(product=product).values_list("text", flat=True)):
        return
    tied = others.filter(about).values_list("common_name", flat=True).first()
    named = (name for name in others.values_list("common_name", flat=True) if name in announcement.title)
    if other := tied or next(named, None):
        raise BadInput(f"{announcement}是关于“{other}”的，没有提到“{product}”。")
    raise BadInput(
        f"{announcement}的标题和说明没有提到“{product}”：确实包含它的，先在这份公告的标题或说明里写明，再来记录。"
    )


def record(
    application: Application,
    state: str,
    *,
    on: date,
    by: User,
    opposition: Opposition | None = None,
    **more: Any,
) -> Step:
    """Write the step, and on the application or its opposition where that leaves it."""
    at, note = clock.now(), more.get("note", "")
    values = {"state": state, "on": on, "by": str(by), "opposition": opposition} | more
    why = Why(on, note=note)
    step, _made = put(Step, {"application": application, "at": at}, values, by=str(by), why=why)
    if opposition is not None:
        put(Opposition, {"pk": opposition.pk}, {"state": state}, by=str(by), why=why)
    else:
        put(Application, {"pk": application.pk}, {"state": state}, by=str(by), why=why)
    return step


# --- What a step says of the product ---------------------------------------------------------------------------------


def follow_in_register(
    application: Application, state: str, on: date, paper: Paper, *, number: str, by: User
) -> Protection | None:
    """The row of the register that the step begins, None where it says nothing new of the product."""
    stage = EFFECTS[Procedure(application.procedure)].get(state)
    if stage is None:
        return None
    current = Protection.objects.filter(
        product=application.product, regime=application.regime, valid_until__isnull=True
    ).first()
    if current is not None and (stage == current.stage or (stage, current.stage) in NEVER):
        if stage == Stage.PROTECTED:
            put(Application, {"pk": application.pk}, {"protection": current}, by=str(by))
        return None
    values = {
        "regime": application.regime,
        "stage": stage,
        "announcement": paper.announcement if stage in {Stage.PROTECTED, Stage.ENDED} else None,
        "number": number or (current.number if current is not None else ""),
        "holder": application.applicant or (current.holder if current is not None else None),
        **basis_of(paper, by),
        "note": "",  # public, which the file is not; its step names the row
        "valid_from": on,
        "valid_until": None,
        "attested_on": None,
    }
    row: Protection
    if current is None:
        row = add_fact(application.product, Protection, values=values, by=str(by), file_number=application.file_number)
    else:
        _ended, row = change_fact(current, day=on, values=values, by=str(by), file_number=application.file_number)
    if stage == Stage.PROTECTED:
        put(Application, {"pk": application.pk}, {"protection": row}, by=str(by))
    return row


# A file of the past does not make a protected product a candidate again.
NEVER = {(Stage.CANDIDATE, Stage.PROTECTED), (Stage.IN_PROCEDURE, Stage.PROTECTED)}


def basis_of(paper: Paper, by: User) -> dict[str, Any]:
    """Source and grade of a row that rests on a step."""
    if paper.announcement is not None:
        return {"source": paper.announcement.source, "grade": paper.announcement.grade}
    if paper.document is not None:
        return {"source": paper.document.source, "grade": paper.document.source.grade}
    return {"source": own_source("applications", "本登记簿的申请案卷", by=str(by)), "grade": Grade.PRIMARY}


# --- Materials -------------------------------------------------------------------------------------------------------


@transaction.atomic
def set_material(
    application: Application,
    item: str,
    state: MaterialState,
    *,
    by: User,
    documents: Iterable[Document] = (),
    responsible: Party | None = None,
    note: str = "",
    seen: int | None = None,
) -> Material:
    """How far an item is. Raises BadInput where it is called ready without a document; nothing is left behind."""
    require(by, Act.APPLICATIONS, application.product)
    application = locked(application)
    files = list(documents)
    if item not in {one.key for one in checklist(application.procedure, application.regime)}:
        raise NotInRegister("清单中没有这项材料。")
    if application.state in application.machine.settled:
        raise BadInput(f"申请已到“{application.state_label}”，不再收材料。")
    if state in READY and not files:
        raise BadInput(f"“{state.label}”须附上文件。")
    if state == MaterialState.DELIVERED and application.state == application.machine.start:
        raise BadInput("申请还没有提交，材料不能记为“已提交”。")
    values = {"state": state, "responsible": responsible, "note": note}
    key = {"application": application, "item": item}
    return put(Material, key, values, by=str(by), many={"documents": files}, seen=seen)[0]


def move_materials(application: Application, before: MaterialState, after: MaterialState, by: User) -> None:
    """The file goes out, or comes back, as a whole."""
    for material in application.materials.filter(state=before):
        put(Material, {"pk": material.pk}, {"state": after}, by=str(by))


# --- Oppositions -----------------------------------------------------------------------------------------------------


@transaction.atomic
def object_to(
    application: Application,
    *,
    by: User,
    opponent: str,
    filed_on: date,
    reasons: str = "",
    documents: Iterable[Document] = (),
    seen: int | None = None,
) -> Opposition:
    """An opposition that somebody filed with the State; what comes late or without reasons can only be turned away."""
    require(by, Act.STATE_STEPS, application.product)
    application = locked(application, seen)
    window = window_of(application)
    if window is None or application.state != application.machine.window:
        raise BadInput(f"“{application.state_label}”阶段没有异议期。")
    refuse_future(filed_on)
    if filed_on < window.event_day:
        raise BadInput(f"{filed_on} 早于{window.rule.event}的 {window.event_day}，还不能提出异议。")
    key = {"application": application, "opponent": opponent.strip(), "filed_on": filed_on}
    if Opposition.objects.filter(**key).exists():
        raise BadInput("同一异议人同一天的异议已经登记。")
    values = {"reasons": reasons.strip(), "state": Objection.FILED}
    opposition, _made = put(Opposition, key, values, by=str(by), many={"documents": list(documents)})
    record(application, Objection.FILED, on=filed_on, by=by, opposition=opposition)
    return opposition


@transaction.atomic
def handle_opposition(
    opposition: Opposition,
    state: Objection,
    *,
    by: User,
    document: Document | None = None,
    announcement: Announcement | None = None,
    on: date | None = None,
    note: str = "",
    seen: int | None = None,
) -> Step:
    """The State takes an opposition on or turns it away, has both sides negotiate, decides. Raises as `take_step`."""
    application = opposition.application
    require(by, Act.STATE_STEPS, application.product)
    application = locked(application, seen, opposition)
    refuse_past_window(application)
    opposition = Opposition.objects.get(pk=opposition.pk)
    if state not in OPPOSITIONS[Procedure(application.procedure)][opposition.state]:
        raise BadInput(f"异议“{Objection(opposition.state).label}”之后不能是“{state.label}”。")
    paper = Paper(document, announcement)
    refuse_without_basis(application, Rests.NOTICE, str(state.label), paper)
    if opposition.state == Objection.FILED and state != Objection.NOT_ACCEPTED:
        refuse_groundless(application, opposition)
    on = day_of(on, paper)
    refuse_day(list(opposition.steps.standing())[-1], on, paper)
    return record(application, state, on=on, by=by, note=note, opposition=opposition, **paper._asdict())


def refuse_past_window(application: Application) -> None:
    """What was decided of oppositions stands once the file has gone on from there."""
    if application.state != application.machine.window:
        raise BadInput(f"案卷已到“{application.state_label}”，异议不能再动：记错了的，先撤回案卷的那一步。")


def refuse_groundless(application: Application, opposition: Opposition) -> None:
    """What came after the window, or says no reasons, is not taken on."""
    window = window_of(application)
    if window is not None and window.day is not None and opposition.filed_on > window.day:
        raise BadInput(f"异议期已于 {window.day} 届满（{window.rule.citation}），逾期的异议只能不予受理。")
    if not opposition.reasons:
        raise BadInput(f"没有具体说明理由的异议只能不予受理（{article_of(application)}）。")
