"""Acts on plans: their frame, the draw, tasks; and what is ordered after an inspection.

Who asks is checked, the plan is locked, every act leaves its line. A draw is published before it is made: the frame's
hash and a commitment to a seed that nobody has seen, and the seed after.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict
from gi_registry.core.history import Why, drop, put, refuse_if_changed_since
from gi_registry.core.revision import take_turn
from gi_registry.gazette.actions import added
from gi_registry.gazette.models import Document
from gi_registry.inspections import redraw
from gi_registry.inspections.models import (
    Draw,
    Order,
    Outcome,
    Plan,
    PlanStep,
    Record,
    Recusal,
    Risk,
    Sign,
    Target,
    Task,
)
from gi_registry.inspections.permissions import may_inspect, require_plans
from gi_registry.inspections.states import PLANS, Kind, PlanState
from gi_registry.marks.actions import order_rectification
from gi_registry.marks.models import Authorisation, Rectification
from gi_registry.marks.states import Ground, Standing
from gi_registry.parties.models import Party, User
from gi_registry.products.models import Product

FEWEST = 2  # inspectors on one task
NEW = 0  # whoever makes a row has seen no change of it, and overwrites none
COLUMNS = ("title", "starts_on", "ends_on", "share", "least", "team", "note")

# --- Plans and their frame -------------------------------------------------------------------------------------------


@transaction.atomic
def make_plan(
    kind: Kind,
    *,
    by: User,
    products: Iterable[Product] = (),
    inspectors: Iterable[User] = (),
    **columns: Any,
) -> Plan:
    """A plan in preparation; `columns` are those of COLUMNS. Raises NotAllowed and BadInput."""
    require_plans(by)
    take_turn()
    inspectors = list(inspectors)
    refuse_no_inspectors(inspectors)
    key = {"number": next_number(Plan.objects.all(), f"{columns['starts_on'].year}-J", 3)}
    values = {"kind": kind, "state": PlanState.PREPARING} | columns
    many: dict[str, list[Any]] = {"products": list(products), "inspectors": inspectors}
    plan = put(Plan, key, values, by=str(by), many=many, why=Why(clock.today()), seen=NEW)[0]
    stepped(plan, PlanState.PREPARING, by, "")
    return plan


def next_number(rows: Any, start: str, digits: int) -> str:
    """The number after the highest that begins so: 2026-J001, 2026-J002, …; told as numbers, not as texts."""
    taken = rows.filter(number__startswith=start).values_list("number", flat=True)
    return f"{start}{max((int(number.removeprefix(start)) for number in taken), default=0) + 1:0{digits}d}"


@transaction.atomic
def change_plan(
    plan: Plan,
    *,
    by: User,
    products: Iterable[Product],
    inspectors: Iterable[User],
    seen: int | None = None,
    **columns: Any,
) -> Plan:
    """The plan otherwise, while nothing rests on it. Raises NotAllowed, BadInput and Conflict."""
    require_plans(by)
    plan = editable(plan, seen)
    inspectors = list(inspectors)
    refuse_no_inspectors(inspectors)
    many: dict[str, list[Any]] = {"products": list(products), "inspectors": inspectors}
    return put(Plan, {"pk": plan.pk}, columns, by=str(by), many=many, why=Why(clock.today()))[0]


def refuse_no_inspectors(people: Iterable[User]) -> None:
    """Only inspectors inspect."""
    others = [str(person) for person in people if not may_inspect(person)]
    if others:
        raise BadInput(f"{'、'.join(others)}不是检查员，不能列入检查员名录。")


@transaction.atomic
def add_target(
    plan: Plan,
    product: Product,
    *,
    by: User,
    authorisation: Authorisation | None = None,
    name: str = "",
    address: str = "",
    natural: bool = False,
    risk: Risk = Risk.MEDIUM,
    recheck_of: Rectification | None = None,
) -> Target:
    """A line of the frame: a user of the mark for the product, or somebody who is none, by name.

    Raises NotAllowed and BadInput.
    """
    require_plans(by)
    plan = editable(plan)
    if authorisation is None and (plan.kind == Kind.RANDOM or not name.strip()):
        raise BadInput("双随机的对象须是登记的使用人；其他计划里不是使用人的，请写明名称。")
    if authorisation is not None and authorisation.product_id != product.pk:
        raise BadInput(f"“{authorisation}”不是{product}的使用人。")
    values: dict[str, Any] = {"plan": plan, "product": product, "authorisation": authorisation}
    values |= {"recheck_of": recheck_of, "name": name.strip(), "address": address.strip()}
    values |= {"natural": natural and authorisation is None, "risk": risk}
    target: Target = added(Target, values, by=str(by), why=Why(clock.today(), note=plan.number))
    return target


@transaction.atomic
def fill_frame(
    plan: Plan, *, by: User, users: Iterable[Authorisation] | None = None, risk: Risk = Risk.MEDIUM
) -> list[Target]:
    """These users, or all who are `missing_from` the plan, into its frame. Raises as `add_target`."""
    require_plans(by)
    plan = editable(plan)
    listed = missing_from(plan) if users is None else users
    return [add_target(plan, user.product, by=by, authorisation=user, risk=risk) for user in listed]


def missing_from(plan: Plan) -> list[Authorisation]:
    """Users of the mark for the plan's products who are not in its frame yet: those who may use it today, beside a
    random draw also those whose use is suspended."""
    users = Authorisation.objects.public().with_names().filter(product__in=plan.products.all()).order_by("pk")
    today = clock.today()
    wanted = {Standing.VALID} if plan.kind == Kind.RANDOM else {Standing.VALID, Standing.SUSPENDED}
    return [user for user in users.exclude(targets__plan=plan) if user.standing_on(today) in wanted]


@transaction.atomic
def rate_target(target: Target, risk: Risk, *, by: User, reason: str) -> Target:
    """The risk that the district sees in a target. Raises NotAllowed and BadInput."""
    require_plans(by)
    editable(target.plan)
    return put(Target, {"pk": target.pk}, {"risk": risk}, by=str(by), why=Why(clock.today(), note=reason))[0]


@transaction.atomic
def drop_target(target: Target, *, by: User) -> None:
    """Take a line out of the frame. Raises NotAllowed, and BadInput where a task rests on it."""
    require_plans(by)
    editable(target.plan)
    drop(target, by=str(by), why=Why(clock.today()))


def editable(plan: Plan, seen: int | None = None) -> Plan:
    """The plan as it stands, locked, while frame and inspectors may change. Raises BadInput and Conflict."""
    plan = locked(plan, seen)
    if plan.state in fixed_states(plan):
        raise BadInput(f"计划“{plan.get_state_display()}”，名录和检查员不能再改。")
    return plan


def fixed_states(plan: Plan) -> frozenset[PlanState]:
    """In which states frame and inspectors stand: those of a random plan between publication and draw, and once it
    runs."""
    if plan.kind != Kind.RANDOM:
        return frozenset({PlanState.CLOSED})
    return frozenset({PlanState.PUBLISHED, PlanState.RUNNING, PlanState.CLOSED})


def locked(plan: Plan, seen: int | None = None) -> Plan:
    """The plan as it stands, kept from others until the act is over. Raises Conflict."""
    take_turn()
    current = Plan.objects.select_for_update().get(pk=plan.pk)
    if seen is not None:
        refuse_if_changed_since(current, seen)
    return current


# --- Withdrawing -----------------------------------------------------------------------------------------------------


@transaction.atomic
def recuse(inspector: User, party: Party, reason: str, *, by: User) -> Recusal:
    """The inspector is never sent to the party. Raises NotAllowed and BadInput."""
    require_plans(by)
    refuse_no_inspectors([inspector])
    values = {"inspector": inspector, "party": party, "reason": reason.strip()}
    recusal: Recusal = added(Recusal, values, by=str(by), why=Why(clock.today()))
    return recusal


@transaction.atomic
def end_recusal(recusal: Recusal, *, by: User, reason: str) -> None:
    """What tied the inspector to the party is over. Raises NotAllowed and BadInput."""
    require_plans(by)
    if not reason.strip():
        raise BadInput("取消回避必须写明原因。")
    drop(recusal, by=str(by), why=Why(clock.today(), note=reason))


def ties(inspectors: Iterable[User]) -> set[tuple[int, int]]:
    """Who must withdraw from whom: (user, party) by row, of those who belong to a party and those named."""
    people = list(inspectors)
    own = {(person.pk, person.party_id) for person in people if person.party_id is not None}
    return own | set(Recusal.objects.filter(inspector__in=people).values_list("inspector_id", "party_id"))


# --- Steps -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def take_step(plan: Plan, state: PlanState, *, by: User, note: str = "", seen: int | None = None) -> PlanStep:
    """The plan's next step. A random plan publishes its frame with a commitment, draws, and publishes once more only
    with a reason. Raises NotAllowed, BadInput, Conflict; then nothing is left behind."""
    require_plans(by)
    plan = locked(plan, seen)
    before = PlanState(plan.state)
    if state not in PLANS[Kind(plan.kind)].get(before, ()):
        raise BadInput(f"{plan.get_kind_display()}计划“{before.label}”之后不能是“{PlanState(state).label}”。")
    if act := UPON.get((Kind(plan.kind), state)):
        act(plan, by, note)
    if state == PlanState.RUNNING:
        refuse_idle(plan)
        refuse_unfit(plan)
    if state == PlanState.CLOSED:
        refuse_silence(plan, note)
    values: dict[str, Any] = {"state": state}
    if plan.published_at is None and state in {PlanState.PUBLISHED, PlanState.CLOSED}:
        values["published_at"] = clock.now()
    plan, _moved = put(Plan, {"pk": plan.pk}, values, by=str(by), why=Why(clock.today(), note=note))
    return stepped(plan, state, by, note)


def stepped(plan: Plan, state: PlanState, by: User, note: str) -> PlanStep:
    """One more line of the plan's history."""
    values = {"plan": plan, "state": state, "on": clock.today(), "at": clock.now(), "by": str(by), "note": note}
    step: PlanStep = added(PlanStep, values, by=str(by), why=Why(clock.today(), note=note))
    return step


def refuse_idle(plan: Plan) -> None:
    """A plan under way has somebody to inspect each target that is not drawn."""
    if plan.kind != Kind.RANDOM and plan.targets.filter(tasks__isnull=True).exists():
        raise BadInput("还有检查对象没有派检查员。")
    if not plan.tasks.exists():
        raise BadInput("还没有一项检查任务。")


def refuse_unfit(plan: Plan) -> None:
    """People leave and ties come to light after they were drawn or assigned: then nobody goes. Raises BadInput."""
    remedy = "请写明理由重新抽取" if plan.kind == Kind.RANDOM else "请改派"
    for task in plan.tasks.standing().select_related("target__product", "target__authorisation__producer"):
        team = list(task.inspectors.all())
        gone = [str(person) for person in team if not may_inspect(person)]
        if gone:
            raise BadInput(f"{'、'.join(gone)}已不是检查员，不能去检查“{task.target.who}”：{remedy}。")
        if tied := withdrawn_of(task.target, team):
            raise BadInput(f"{'、'.join(tied)}与“{task.target.who}”有关系，应当回避：{remedy}。")


def refuse_silence(plan: Plan, note: str) -> None:
    """Whoever ends a plan after its frame was published and inspects nobody says in public why. Raises BadInput."""
    if gives_up(plan) and not note.strip():
        raise BadInput("名录公布以后一家也没有检查就结束，必须写明理由，理由会公开。")


def gives_up(plan: Plan) -> bool:
    """Whether ending the plan now would mean that its frame was published and nobody inspected."""
    return plan.draws.exists() and not Record.objects.filter(task__plan=plan).exists()


@transaction.atomic
def assign(target: Target, inspectors: Iterable[User], *, by: User) -> Task:
    """Who inspects a target of a plan that does not draw. Raises NotAllowed and BadInput."""
    require_plans(by)
    plan = locked(target.plan)
    if plan.kind == Kind.RANDOM or plan.state == PlanState.CLOSED:
        raise BadInput("双随机的检查员由抽取产生，已结束的计划不再派任务。")
    team = list(inspectors)
    refuse_no_inspectors(team)
    if len(team) < FEWEST:
        raise BadInput(f"每个对象至少派 {FEWEST} 名检查员。")
    refuse_tied(target, team)
    many: dict[str, list[Any]] = {"inspectors": team, "formerly": left_behind(target, team)}
    return put(Task, {"target": target, "draw": None}, {"plan": plan}, by=str(by), many=many)[0]


def left_behind(target: Target, team: Iterable[User]) -> list[User]:
    """Who had the task before and has it no more: what they took along may still come."""
    before = Task.objects.filter(target=target, draw=None).first()
    known = {*before.inspectors.all(), *before.formerly.all()} if before is not None else set()
    return sorted(known - set(team), key=lambda person: person.username)


def refuse_tied(target: Target, team: Iterable[User]) -> None:
    """Raises BadInput where one of them must withdraw."""
    if withdrawn := withdrawn_of(target, team):
        raise BadInput(f"{'、'.join(withdrawn)}与“{target.who}”有关系，应当回避。")


def withdrawn_of(target: Target, team: Iterable[User]) -> list[str]:
    """Those of the team who must withdraw from the target."""
    if target.authorisation is None:
        return []
    people, party = list(team), target.authorisation.producer_id
    tied = ties(people)
    return [str(person) for person in people if (person.pk, party) in tied]


# --- The draw --------------------------------------------------------------------------------------------------------


def commit(plan: Plan, by: User, note: str) -> None:
    """Freeze the frame and publish its hash and a commitment to a new seed. Raises BadInput."""
    number = plan.draws.count() + 1
    if number > 1 and not note.strip():
        raise BadInput("重新抽取必须写明理由，理由会公开。")
    inspectors = list(plan.inspectors.order_by("username"))
    refuse_no_inspectors(inspectors)
    people = {f"J{at:02d}": person for at, person in enumerate(inspectors, 1)}
    frame = frame_of(plan, number, people)
    refuse_undrawable(frame)
    hashed, seed = redraw.frame_hash(frame), secrets.token_hex(32)
    values = {
        "reason": note.strip() if number > 1 else "",
        "frame": frame,
        "frame_hash": hashed,
        "commitment": redraw.commitment(seed, hashed),
        "committed_at": clock.now(),
    }
    draw, _made = put(Draw, {"plan": plan, "number": number}, values, by=str(by), why=Why(clock.today(), note=note))
    for sign, person in people.items():
        added(Sign, {"draw": draw, "text": sign, "inspector": person}, by=str(by), why=Why(clock.today()))
    Draw.objects.filter(pk=draw.pk).update(sealed=seed)  # past the history, which people read before the draw


def frame_of(plan: Plan, number: int, inspectors: dict[str, User]) -> dict[str, Any]:
    """What is drawn from, as it is published: nothing of people but signs."""
    targets = list(plan.targets.select_related("authorisation__producer", "product"))
    tied = ties(inspectors.values())
    listed = [(target, target.authorisation) for target in targets if target.authorisation is not None]
    return {
        "plan": plan.number,
        "draw": number,
        "rule": {"share": plan.share, "least": plan.least, "team": plan.team},
        "targets": sorted(
            (
                {"code": user.code, "name": user.producer.public_name, "stratum": target.stratum}
                for target, user in listed
            ),
            key=lambda line: line["code"],
        ),
        "inspectors": list(inspectors),
        "recusals": sorted(
            [sign, user.code]
            for sign, person in inspectors.items()
            for _target, user in listed
            if (person.pk, user.producer_id) in tied
        ),
    }


def refuse_undrawable(frame: dict[str, Any]) -> None:
    """Every target could be drawn, and then needs its inspectors. Raises BadInput."""
    if not frame["targets"]:
        raise BadInput("名录里还没有检查对象。")
    team = frame["rule"]["team"]
    short = [line["name"] for line in frame["targets"] if len(redraw.able(frame, line["code"])) < team]
    if short:
        raise BadInput(f"“{short[0]}”可派的检查员不足 {team} 名（共 {len(short)} 个对象）：请增加检查员。")


def reveal(plan: Plan, by: User, note: str) -> None:
    """Draw, publish the seed, and give the tasks out."""
    draw = plan.draws.latest("number")
    result = redraw.draw(draw.frame, draw.sealed)
    values = {"seed": draw.sealed, "result": result, "drawn_at": clock.now()}
    put(Draw, {"pk": draw.pk}, values, by=str(by), why=Why(clock.today(), note=note))
    targets = {
        target.authorisation.code: target
        for target in plan.targets.select_related("authorisation")
        if target.authorisation
    }
    people = {sign.text: sign.inspector for sign in draw.signs.select_related("inspector")}
    for line in result:
        team = [people[sign] for sign in line["inspectors"]]
        key = {"target": targets[line["target"]], "draw": draw}
        put(Task, key, {"plan": plan}, by=str(by), many={"inspectors": team}, why=Why(clock.today()))


UPON: dict[tuple[Kind, PlanState], Callable[[Plan, User, str], None]] = {
    (Kind.RANDOM, PlanState.PUBLISHED): commit,
    (Kind.RANDOM, PlanState.DRAWN): reveal,
}

# --- What is ordered after an inspection -----------------------------------------------------------------------------


@transaction.atomic
def order(
    record: Record,
    *,
    by: User,
    demand: str,
    ordered_on: date,
    due_on: date,
    ground: Ground = Ground.SUBSTANDARD,
    document: Document | None = None,
    seen: int | None = None,
) -> Order:
    """责令限期改正 after an inspection, through `marks`. Raises as its `order_rectification`."""
    authorisation = record.task.target.authorisation
    if authorisation is None:
        raise BadInput("检查对象不是专用标志使用人，不能责令限期改正：请登记案件线索。")
    refuse_unordered(record)
    if ordered_on < record.inspected_on:
        raise BadInput(f"通知日 {ordered_on} 不能早于检查日 {record.inspected_on}。")
    rectification = order_rectification(
        authorisation,
        ground,
        by=by,
        demand=demand,
        ordered_on=ordered_on,
        due_on=due_on,
        document=document,
        seen=seen,
    )
    return put(Order, {"rectification": rectification}, {"record": record}, by=str(by), why=Why(ordered_on))[0]


def refuse_unordered(record: Record) -> None:
    """An order follows from what stands and came to it. Raises BadInput."""
    if record.outcome != Outcome.RECTIFY:
        raise BadInput(f"检查结论是“{record.get_outcome_display()}”，不能据此责令限期改正。")
    if not Record.objects.standing().filter(pk=record.pk).exists():
        raise BadInput("这条记录已被更正：请从更正的记录责令限期改正。")


@transaction.atomic
def plan_recheck(rectification: Rectification, inspectors: Iterable[User], *, by: User, days: int = 30) -> Task:
    """A plan of its own to see whether what was ordered is mended, from today on. Raises as `assign`."""
    authorisation, team, today = rectification.authorisation, list(inspectors), clock.today()
    if rectification.closed_on is not None:
        raise Conflict("这次限期改正已经办结，不用复查。")
    take_turn()
    under_way = Plan.objects.filter(targets__recheck_of=rectification).exclude(state=PlanState.CLOSED).first()
    if under_way is not None:
        raise Conflict(f"已经派过复查（计划 {under_way.number}），没有再派：它结束以后才能另派。")
    title = f"{authorisation.producer.public_name} 整改复查"  # the public reads it when the plan is over
    columns = {"title": title, "starts_on": today, "ends_on": today + timedelta(days)}
    product = authorisation.product
    plan = make_plan(Kind.RECHECK, by=by, products=[product], inspectors=team, **columns)
    target = add_target(plan, product, by=by, authorisation=authorisation, recheck_of=rectification)
    task = assign(target, team, by=by)
    take_step(plan, PlanState.RUNNING, by=by)
    return task
