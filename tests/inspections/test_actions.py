from __future__ import annotations

import json
from datetime import date

import pytest
from django.db.models import ProtectedError

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotAllowed
from gi_registry.core.history import last_change
from gi_registry.core.models import Change
from gi_registry.inspections import redraw
from gi_registry.inspections.actions import (
    add_target,
    assign,
    change_plan,
    drop_target,
    end_recusal,
    fill_frame,
    make_plan,
    order,
    plan_recheck,
    rate_target,
    recuse,
    take_step,
)
from gi_registry.inspections.models import Draw, Order, Plan, PlanStep, Recusal, Target, Task
from gi_registry.inspections.states import PLANS, Kind, PlanState
from gi_registry.marks.actions import close_rectification
from gi_registry.marks.actions import take_step as take_mark_step
from gi_registry.marks.states import State
from gi_registry.parties.models import Party, User
from tests import make

pytestmark = pytest.mark.django_db
P = PlanState
DAYS = {"title": "2026 年度抽查", "starts_on": date(2026, 6, 1), "ends_on": date(2026, 6, 30)}


@pytest.fixture
def official():
    return make.person("market", "official")


@pytest.fixture
def team():
    return [make.person("inspector", name) for name in ("zhangsan", "lisi", "wangwu")]


@pytest.fixture
def users():
    """Three who may use the mark for one product, and one who may no longer."""
    [product] = make.register(1)
    names = ["示例甲厂", "示例乙厂", "示例丙厂", "示例丁厂"]
    made = [make.producer(name, code) for name, code in zip(names, make.USCC, strict=True)]
    states = ["active", "active", "active", "cancelled"]
    return [make.authorisation(producer, product, state) for producer, state in zip(made, states, strict=True)]


@pytest.fixture
def random_plan(official, team, users):
    plan = make_plan(Kind.RANDOM, by=official, products=[users[0].product], inspectors=team, **DAYS)
    fill_frame(plan, by=official)
    return plan


def counts():
    models = (Plan, PlanStep, Target, Recusal, Draw, Task, Order, Change)
    return [model.objects.count() for model in models]


def signs(draw: Draw) -> dict[str, str]:
    return {sign.text: sign.inspector.username for sign in draw.signs.all()}


def at(plan: Plan, state: PlanState) -> Plan:
    Plan.objects.filter(pk=plan.pk).update(state=state)
    return Plan.objects.get(pk=plan.pk)


# --- Plans -----------------------------------------------------------------------------------------------------------


def test_a_plan_has_a_number_of_its_year_and_begins_in_preparation(official, team):
    plans = [make_plan(Kind.SPECIAL, by=official, inspectors=team, **DAYS) for _time in range(2)]

    assert [(plan.number, plan.state, plan.published_at) for plan in plans] == [
        ("2026-J001", "preparing", None),
        ("2026-J002", "preparing", None),
    ]
    assert [step.state for step in plans[0].steps.all()] == ["preparing"]


@pytest.mark.parametrize(
    "values",
    [{"ends_on": date(2026, 5, 1)}, {"share": 1.5}, {"team": 1}, {"title": ""}],
    ids=["order", "share", "team", "title"],
)
def test_a_plan_that_cannot_be_is_refused_without_a_trace(official, values):
    before = counts()

    with pytest.raises(BadInput):
        make_plan(Kind.SPECIAL, by=official, **DAYS | values)
    assert counts() == before


def test_only_inspectors_are_put_on_a_plan(official, team):
    with pytest.raises(BadInput) as refused:
        make_plan(Kind.SPECIAL, by=official, inspectors=[*team, official], **DAYS)

    assert refused.value.sentence == "official不是检查员，不能列入检查员名录。"


def test_the_frame_takes_in_who_may_use_the_mark_today_once(random_plan, official, users):
    again = fill_frame(random_plan, by=official)

    assert (again, {target.authorisation for target in random_plan.targets.all()}) == ([], set(users[:3]))


def test_a_plan_changed_by_another_meanwhile_is_not_overwritten(random_plan, official, team):
    seen = last_change(random_plan)
    lists = {"products": [], "inspectors": team}
    change_plan(random_plan, by=official, title="改名", **lists)

    with pytest.raises(Conflict):
        change_plan(random_plan, by=official, seen=seen, title="又改名", **lists)


def test_between_publication_and_draw_nobody_changes_the_frame(random_plan, official, team, users):
    target = random_plan.targets.first()
    take_step(random_plan, P.PUBLISHED, by=official)
    before = counts()

    acts = [
        lambda: change_plan(random_plan, by=official, products=[], inspectors=team[:2]),
        lambda: fill_frame(random_plan, by=official),
        lambda: rate_target(target, "high", by=official, reason="有投诉"),
        lambda: drop_target(target, by=official),
    ]
    for act in acts:
        with pytest.raises(BadInput, match="名录和检查员不能再改"):
            act()
    assert counts() == before


def test_a_random_plan_inspects_users_of_the_mark_only_others_also_who_is_none(official, users):
    random, special = (make_plan(kind, by=official, **DAYS) for kind in (Kind.RANDOM, Kind.SPECIAL))
    product = users[0].product

    with pytest.raises(BadInput):
        add_target(random, product, by=official, name="示例商店")
    with pytest.raises(BadInput):
        add_target(special, product, by=official)
    assert add_target(special, product, by=official, name="示例商店").who == "示例商店"


# --- Steps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("before", P)
@pytest.mark.parametrize("after", P)
def test_what_the_table_does_not_let_follow_is_refused_without_a_trace(official, users, team, kind, before, after):
    plan = make_plan(kind, by=official, products=[users[0].product], inspectors=team, **DAYS)
    if after in PLANS[kind].get(before, ()):
        return
    at(plan, before)
    trace = counts()

    with pytest.raises(BadInput, match="之后不能是"):
        take_step(plan, after, by=official)
    assert counts() == trace


def test_a_plan_that_draws_nobody_runs_once_everybody_is_assigned(official, users, team):
    plan = make_plan(Kind.SPECIAL, by=official, products=[users[0].product], inspectors=team, **DAYS)
    targets = [add_target(plan, user.product, by=official, authorisation=user) for user in users[:2]]
    assign(targets[0], team[:2], by=official)

    with pytest.raises(BadInput, match="还有检查对象没有派检查员"):
        take_step(plan, P.RUNNING, by=official)
    assign(targets[1], team[1:], by=official)
    assert take_step(plan, P.RUNNING, by=official).plan.tasks.count() == 2


def test_a_plan_without_a_task_does_not_run(official, users):
    plan = make_plan(Kind.REPORT, by=official, **DAYS)

    with pytest.raises(BadInput, match="还没有一项检查任务"):
        take_step(plan, P.RUNNING, by=official)


def test_a_plan_not_announced_beforehand_is_public_when_it_is_over(official, users, team):
    plan = make_plan(Kind.REPORT, by=official, **DAYS)
    assign(add_target(plan, users[0].product, by=official, name="示例商店"), team, by=official)
    take_step(plan, P.RUNNING, by=official)
    public = list(Plan.objects.public())
    take_step(plan, P.CLOSED, by=official)

    assert (public, list(Plan.objects.public())) == ([], [plan])


def test_one_inspector_is_too_few_and_who_is_tied_is_refused(official, users, team):
    plan = make_plan(Kind.SPECIAL, by=official, **DAYS)
    target = add_target(plan, users[0].product, by=official, authorisation=users[0])
    team[0].party = users[0].producer
    team[0].save()
    recuse(team[1], users[0].producer, "亲属", by=official)

    for sent, sentence in [
        (team[2:], "每个对象至少派 2 名检查员。"),
        (team[::2], "zhangsan与“示例甲厂”有关系，应当回避。"),
        (team[1:], "lisi与“示例甲厂”有关系，应当回避。"),
    ]:
        with pytest.raises(BadInput) as refused:
            assign(target, sent, by=official)
        assert refused.value.sentence == sentence
    end_recusal(Recusal.objects.get(), by=official, reason="已离职")
    assert set(assign(target, team[1:], by=official).inspectors.all()) == set(team[1:])


# --- The draw --------------------------------------------------------------------------------------------------------


def test_before_the_draw_hash_and_commitment_are_public_and_the_seed_is_nowhere_to_be_read(random_plan, official):
    take_step(random_plan, P.PUBLISHED, by=official)

    draw = random_plan.draws.get()
    published = draw.published
    assert published["frame_hash"] == redraw.frame_hash(json.loads(json.dumps(draw.frame)))
    assert redraw.commitment(draw.sealed, published["frame_hash"]) == published["commitment"]
    assert (len(draw.sealed), published["seed"], published["result"]) == (64, "", [])
    lines = json.dumps([[line.before, line.after, line.note] for line in Change.objects.all()])
    assert draw.sealed not in lines + json.dumps(published)


def test_what_is_published_names_nobody(random_plan, official, team):
    take_step(random_plan, P.PUBLISHED, by=official)
    take_step(random_plan, P.DRAWN, by=official)

    published = json.dumps(random_plan.draws.get().published)
    assert [person.username for person in team if person.username in published] == []
    assert signs(random_plan.draws.get()) == {"J01": "lisi", "J02": "wangwu", "J03": "zhangsan"}


def test_the_draw_gives_the_list_that_anybody_computes_and_the_tasks_follow_it(random_plan, official):
    take_step(random_plan, P.PUBLISHED, by=official)
    take_step(random_plan, P.DRAWN, by=official)

    draw = random_plan.draws.get()
    assert redraw.differences(draw.published) == []
    [line] = draw.result  # a fifth of three, rounded up
    [task] = random_plan.tasks.all()
    assert task.target.authorisation.code == line["target"]
    assert {person.username for person in task.inspectors.all()} == {signs(draw)[sign] for sign in line["inspectors"]}
    assert len(line["inspectors"]) == 2


def test_whoever_is_tied_to_a_maker_is_never_drawn_for_it(random_plan, official, team, users):
    team[0].party = users[0].producer
    team[0].save()
    recuse(team[1], users[1].producer, "亲属", by=official)
    change_plan(random_plan, by=official, products=[users[0].product], inspectors=team, share=1.0)
    take_step(random_plan, P.PUBLISHED, by=official)
    take_step(random_plan, P.DRAWN, by=official)

    drawn = {task.target.authorisation: set(task.inspectors.all()) for task in random_plan.tasks.all()}
    assert (drawn[users[0]], drawn[users[1]]) == (set(team[1:]), {team[0], team[2]})


def test_a_frame_that_could_need_more_inspectors_than_there_are_is_not_published(random_plan, official, team, users):
    for person in team[:2]:
        recuse(person, users[0].producer, "亲属", by=official)
    before = counts()

    with pytest.raises(BadInput) as refused:
        take_step(random_plan, P.PUBLISHED, by=official)
    assert refused.value.sentence == "“示例甲厂”可派的检查员不足 2 名（共 1 个对象）：请增加检查员。"
    assert counts() == before


def test_an_empty_frame_is_not_published(official, team):
    plan = make_plan(Kind.RANDOM, by=official, inspectors=team, **DAYS)

    with pytest.raises(BadInput, match="名录里还没有检查对象"):
        take_step(plan, P.PUBLISHED, by=official)


def test_a_second_draw_needs_a_reason_and_both_stand_in_public(random_plan, official):
    for state in (P.PUBLISHED, P.DRAWN):
        take_step(random_plan, state, by=official)
    with pytest.raises(BadInput, match="重新抽取必须写明理由"):
        take_step(random_plan, P.PUBLISHED, by=official)
    take_step(random_plan, P.PUBLISHED, by=official, note="一名检查员离职")
    take_step(random_plan, P.DRAWN, by=official)

    first, second = random_plan.draws.all()
    assert [(d.number, d.reason, bool(d.result)) for d in (first, second)] == [
        (1, "", True),
        (2, "一名检查员离职", True),
    ]
    assert first.commitment != second.commitment
    assert [redraw.differences(draw.published) for draw in (first, second)] == [[], []]
    assert {task.draw for task in Task.objects.standing()} == {second}


def test_once_it_runs_a_random_plan_is_not_drawn_again(random_plan, official):
    for state in (P.PUBLISHED, P.DRAWN, P.RUNNING):
        take_step(random_plan, state, by=official)

    with pytest.raises(BadInput):
        take_step(random_plan, P.PUBLISHED, by=official, note="不满意")


# --- Who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["agriculture", "association", "inspector", "producer", "liaison", "auditor"])
def test_only_the_market_office_plans(random_plan, team, users, role):
    person = make.person(role, "other")
    target = random_plan.targets.first()
    before = counts()

    acts = [
        lambda: make_plan(Kind.SPECIAL, by=person, **DAYS),
        lambda: change_plan(random_plan, by=person, products=[], inspectors=[]),
        lambda: add_target(random_plan, users[3].product, by=person, authorisation=users[3]),
        lambda: fill_frame(random_plan, by=person),
        lambda: rate_target(target, "high", by=person, reason=""),
        lambda: drop_target(target, by=person),
        lambda: recuse(team[0], users[0].producer, "亲属", by=person),
        lambda: take_step(random_plan, P.PUBLISHED, by=person),
        lambda: assign(target, team, by=person),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert counts() == before


# --- What is ordered -------------------------------------------------------------------------------------------------


@pytest.fixture
def failed(users, team):
    """A record that came to 责令整改."""
    return make.arrived(make.task(make.plan(), users[0], team[:2]), team[0], outcome="rectify")


def ordered(record, by, **more):
    days = {"ordered_on": date(2026, 5, 7), "due_on": date(2026, 5, 20)}
    return order(record, by=by, **{"demand": "按标准标注产品标准号"} | days | more)


def test_what_is_ordered_after_an_inspection_stands_with_the_use_of_the_mark(failed, official, users):
    made = ordered(failed, official)

    users[0].refresh_from_db()
    assert (users[0].state, made.record, made.rectification.demand) == ("rectify", failed, "按标准标注产品标准号")
    close_rectification(made.rectification, True, by=official)
    users[0].refresh_from_db()
    assert users[0].state == "active"


def test_what_is_not_mended_in_time_carries_the_proposal_to_cancel(failed, official, users):
    close_rectification(ordered(failed, official).rectification, False, by=official)
    users[0].refresh_from_db()
    take_mark_step(users[0], State.CANCEL_PROPOSED, by=official, ground="substandard")

    users[0].refresh_from_db()
    assert users[0].state == "cancel_proposed"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"demand": " "}, "请写明要求改正什么。"),
        ({"due_on": date(2026, 5, 7)}, "限期 2026-05-07 须晚于通知日 2026-05-07。"),
        ({"ordered_on": date(2026, 5, 5)}, "通知日 2026-05-05 不能早于检查日 2026-05-06。"),
    ],
)
def test_an_order_that_cannot_be_is_refused_without_a_trace(failed, official, more, sentence):
    before = counts()

    with pytest.raises(BadInput) as refused:
        ordered(failed, official, **more)
    assert (refused.value.sentence, counts()) == (sentence, before)


def test_an_inspector_orders_nothing(failed, team):
    with pytest.raises(NotAllowed):
        ordered(failed, team[0])


def test_who_is_no_user_of_the_mark_gets_no_order(official, users, team):
    plan = make_plan(Kind.REPORT, by=official, **DAYS)
    task = assign(add_target(plan, users[0].product, by=official, name="示例商店"), team[:2], by=official)
    take_step(plan, P.RUNNING, by=official)

    with pytest.raises(BadInput, match="请登记案件线索"):
        ordered(make.arrived(task, team[0]), official)


def test_a_re_check_is_a_plan_of_its_own_that_runs_at_once(failed, official, team):
    made = ordered(failed, official)
    task = plan_recheck(made.rectification, team[:2], by=official)

    assert (task.plan.kind, task.target.recheck_of) == ("recheck", made.rectification)
    assert Plan.objects.get(pk=task.plan_id).state == "running"
    assert task.plan.starts_on == clock.today()
    assert task.plan.title == "示例甲厂 整改复查"
    close_rectification(made.rectification, True, by=official)
    made.rectification.refresh_from_db()
    with pytest.raises(Conflict):
        plan_recheck(made.rectification, team[:2], by=official)


def test_the_title_of_a_re_check_names_a_natural_person_by_the_family_only(failed, official, team):
    Party.objects.filter(pk=failed.task.target.authorisation.producer_id).update(name="张建国", kind="person")
    made = ordered(failed, official)

    assert plan_recheck(made.rectification, team[:2], by=official).plan.title == "张** 整改复查"


# --- What comes between a draw and its inspections -------------------------------------------------------------------


def drawn_by(plan, official):
    take_step(plan, P.PUBLISHED, by=official)
    take_step(plan, P.DRAWN, by=official)
    return plan.tasks.first()


def test_somebody_who_is_called_otherwise_since_the_publication_is_drawn_all_the_same(random_plan, official, team):
    take_step(random_plan, P.PUBLISHED, by=official)
    User.objects.filter(pk=team[0].pk).update(username="zhangsan2")
    take_step(random_plan, P.DRAWN, by=official)

    assert signs(random_plan.draws.get())["J03"] == "zhangsan2"
    with pytest.raises(ProtectedError):
        team[0].delete()


def test_whoever_left_is_drawn_by_the_frozen_frame_but_nobody_goes_until_it_is_drawn_anew(random_plan, official):
    task = drawn_by(random_plan, official)
    gone = task.inspectors.first()
    User.objects.filter(pk=gone.pk).update(is_active=False)
    before = counts()
    with pytest.raises(BadInput) as refused:
        take_step(random_plan, P.RUNNING, by=official)
    assert refused.value.sentence.startswith(f"{gone}已不是检查员，不能去检查")
    with pytest.raises(BadInput, match="不是检查员"):
        take_step(random_plan, P.PUBLISHED, by=official, note="有人离职")
    assert counts() == before

    lists = {"products": random_plan.products.all(), "inspectors": random_plan.inspectors.exclude(pk=gone.pk)}
    change_plan(random_plan, by=official, **lists)
    take_step(random_plan, P.PUBLISHED, by=official, note="有人离职")
    take_step(random_plan, P.DRAWN, by=official)
    assert take_step(random_plan, P.RUNNING, by=official).state == "running"


def test_a_tie_that_comes_to_light_after_the_publication_keeps_the_plan_from_running(random_plan, official):
    task = drawn_by(random_plan, official)
    recuse(task.inspectors.first(), task.target.authorisation.producer, "亲属", by=official)

    with pytest.raises(BadInput, match="应当回避：请写明理由重新抽取"):
        take_step(random_plan, P.RUNNING, by=official)


def test_what_was_published_and_not_inspected_is_ended_with_a_reason_only(random_plan, official):
    drawn_by(random_plan, official)
    with pytest.raises(BadInput, match="一家也没有检查就结束"):
        take_step(random_plan, P.CLOSED, by=official)

    step = take_step(random_plan, P.CLOSED, by=official, note="人手不够")
    assert Plan.objects.get(pk=random_plan.pk).given_up == step


def test_numbers_go_on_after_a_thousand(official):
    for number in ("2026-J999", "2026-J1000"):
        make.plan(number=number)

    assert make_plan(Kind.SPECIAL, by=official, **DAYS).number == "2026-J1001"
