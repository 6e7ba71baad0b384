"""The desk's pages of plans: who sees and does what, what a page says, and that a refusal leaves no trace."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from gi_registry.core.history import last_change
from gi_registry.core.models import Change
from gi_registry.inspections.actions import add_target, fill_frame, make_plan, recuse, take_step
from gi_registry.inspections.models import Draw, Plan, PlanStep, Recusal, Target, Task
from gi_registry.inspections.states import Kind, PlanState
from gi_registry.marks.states import Standing
from tests import make
from tests.web.test_applications import sign_in
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
LIST = "/desk/inspections/plans/"
HERE = f"{LIST}2026-J001/"
P = PlanState
DAYS = {"title": "示例年度抽查", "starts_on": date(2026, 6, 1), "ends_on": date(2026, 6, 30)}
TYPED = {"title": "示例年度抽查", "starts_on": "2026-06-01", "ends_on": "2026-06-30", "note": ""}
RULE = {"percent": "50", "least": "1", "team": "2"}


@pytest.fixture
def official():
    return make.person("market", "official")


@pytest.fixture
def market(official):
    return sign_in(official)


@pytest.fixture
def team():
    return [make.person("inspector", name) for name in ("zhangsan", "lisi", "wangwu")]


@pytest.fixture
def users():
    """Three who may use the mark for one product."""
    [product] = make.register(1)
    names = ["示例甲厂", "示例乙厂", "示例丙厂"]
    made = [make.producer(name, code) for name, code in zip(names, make.USCC, strict=False)]
    return [make.authorisation(producer, product) for producer in made]


@pytest.fixture
def plan(official, team, users):
    """A random plan in preparation, all users in its frame."""
    made = make_plan(Kind.RANDOM, by=official, products=[users[0].product], inspectors=team, share=0.5, **DAYS)
    fill_frame(made, by=official)
    return made


@pytest.fixture
def special(official, team, users):
    """A plan that does not draw, with one target."""
    made = make_plan(Kind.SPECIAL, by=official, products=[users[0].product], inspectors=team, **DAYS)
    fill_frame(made, by=official, users=users[:1])
    return made


def counts():
    return [model.objects.count() for model in (Plan, PlanStep, Target, Recusal, Draw, Task, Change)]


def seen(row):
    return {"seen": str(last_change(row))}


# --- Reading ---------------------------------------------------------------------------------------------------------


def test_an_empty_desk_says_how_to_begin(market):
    assert "还没有检查计划" in text_of(market.get(LIST))


def test_the_list_shows_kind_state_period_targets_and_how_many_were_inspected(market, special, team, users):
    task = make.task(special, users[0], team[:2])
    Plan.objects.update(state="running")
    make.arrived(task, team[0])
    said = text_of(market.get(LIST))

    for part in ("示例年度抽查", "2026-J001", "专项 进行中", "2026-06-01", "2026-06-30 期间已过，还没有结束"):
        assert part in said
    assert "产品0 1 1 1" in said  # the register's product, then targets, tasks and those inspected


def test_the_list_is_filtered_by_kind_and_state(market, plan):
    def numbers(query):
        return "2026-J001" in text_of(market.get(LIST + query))

    assert [numbers(query) for query in ("?kind=random", "?state=preparing", "?kind=special", "?state=closed")] == [
        True,
        True,
        False,
        False,
    ]
    assert "没有符合条件的计划" in text_of(market.get(f"{LIST}?kind=special"))


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_costs_as_many_queries_for_one_as_for_three(market, size, django_assert_num_queries):
    for _number in range(size):
        make.plan()

    with django_assert_num_queries(6):
        market.get(LIST)


@pytest.mark.parametrize("size", [1, 3])
def test_a_plan_costs_as_many_queries_for_one_target_as_for_three(
    market, official, team, users, size, django_assert_num_queries
):
    made = make_plan(Kind.SPECIAL, by=official, products=[users[0].product], inspectors=team, **DAYS)
    Plan.objects.update(state="running")
    for user in users[:size]:
        make.arrived(make.task(made, user, team[:2]), team[0])

    with django_assert_num_queries(19):
        market.get(HERE)


def test_a_plan_offers_its_steps_with_what_they_do_and_what_will_be_public(market, plan):
    said = text_of(market.get(HERE))

    for part in ("公布名录和指纹", "种子到抽取时才公开", "结束", "还没有公开", "共 3 个对象"):
        assert part in said
    assert "开始检查" not in said


def test_with_an_empty_frame_the_first_step_is_to_fill_it(market, official, team, users):
    make_plan(Kind.RANDOM, by=official, products=[users[0].product], inspectors=team, **DAYS)
    page = market.get(HERE).content.decode()

    assert "先把检查对象列入名录，才能公布和抽取。" in page
    assert "steps/published/" not in page


def test_what_is_no_plan_is_not_found(market):
    assert market.get(f"{LIST}2026-J009/").status_code == 404


# --- A plan ----------------------------------------------------------------------------------------------------------


def test_a_random_plan_is_made_with_its_rule(market, team, users):
    lists = {"products": [users[0].product.slug], "inspectors": ["zhangsan", "lisi"]}
    response = market.post(f"{LIST}new/", TYPED | RULE | lists | {"kind": "random"}, follow=True)

    assert response.redirect_chain == [(HERE, 302)]
    assert "已建立计划 2026-J001" in text_of(response)
    made = Plan.objects.get()
    assert (made.kind, made.state, made.share, made.least, made.team) == ("random", "preparing", 0.5, 1, 2)
    assert {person.username for person in made.inspectors.all()} == {"zhangsan", "lisi"}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "这一栏必填。"),
        ({"ends_on": "2026-05-01"}, "结束日不能早于开始日。"),
        ({"percent": "120"}, "100"),
        ({"team": "1"}, "2"),
        ({"kind": "recheck"}, "recheck"),
        ({"inspectors": ["official"]}, "official不能选：不是检查员"),
    ],
    ids=["title", "order", "share", "team", "kind", "nobody"],
)
def test_a_plan_that_cannot_be_is_refused_and_keeps_what_was_typed(market, team, users, wrong, sentence):
    lists = {"products": [users[0].product.slug], "inspectors": ["zhangsan"]}
    before = counts()
    response = market.post(f"{LIST}new/", TYPED | RULE | lists | {"kind": "random"} | wrong)

    assert (response.status_code, counts()) == (400, before)
    assert sentence in text_of(response)
    assert "示例年度抽查" in response.content.decode() or "title" in wrong


def test_a_plan_is_changed_and_whoever_saw_an_older_one_is_told(market, plan, users):
    lists = {"products": [users[0].product.slug], "inspectors": ["zhangsan", "lisi", "wangwu"]}
    old = seen(plan)
    assert 'value="50.0"' in market.get(f"{HERE}edit/").content.decode()
    assert market.post(f"{HERE}edit/", TYPED | RULE | lists | old | {"title": "示例改名"}).status_code == 302
    response = market.post(f"{HERE}edit/", TYPED | RULE | lists | old | {"title": "示例又改"})

    assert response.status_code == 409
    assert "示例改名" in text_of(response)
    assert Plan.objects.get().title == "示例改名"


# --- The frame -------------------------------------------------------------------------------------------------------


def test_users_come_into_the_frame_in_bulk_with_their_risk(market, official, team, users):
    make_plan(Kind.RANDOM, by=official, products=[users[0].product], inspectors=team, **DAYS)
    page = market.get(f"{HERE}targets/users/").content.decode()
    assert page.count("checked") == 3
    codes = [user.code for user in users[:2]]
    response = market.post(f"{HERE}targets/users/", {"users": codes, "risk": "high"}, follow=True)

    assert "已把 2 家列入名录。" in text_of(response)
    assert [(t.authorisation, t.risk) for t in Target.objects.all()] == [(users[0], "high"), (users[1], "high")]
    assert market.post(f"{HERE}targets/users/", {"users": codes, "risk": "high"}).status_code == 400


def test_beside_a_draw_those_who_are_suspended_can_be_inspected_and_are_called_so(market, official, team, users):
    suspended = make.authorisation(make.producer("示例丁厂", make.USCC[3]), users[0].product, "suspended")
    for kind in (Kind.RANDOM, Kind.SPECIAL):
        make_plan(kind, by=official, products=[users[0].product], inspectors=team, **DAYS)
    pages = [market.get(f"{LIST}2026-J00{n}/targets/users/").content.decode() for n in (1, 2)]

    assert [suspended.code in page for page in pages] == [False, True]
    assert "示例丁厂 · " in pages[1]
    assert str(Standing.SUSPENDED.label) in pages[1]


def test_where_nobody_is_left_the_page_says_so(market, plan):
    assert "没有可以列入的使用人" in text_of(market.get(f"{HERE}targets/users/"))


def test_somebody_who_is_no_user_comes_in_by_name_but_not_into_a_draw(market, special, users):
    typed = {"product": users[0].product.slug, "name": "张三", "natural": "on", "address": "示例路", "risk": "high"}
    response = market.post(f"{HERE}targets/new/", typed, follow=True)

    assert "已把“张三”列入名录。" in text_of(response)
    assert [(t.who, t.public_name) for t in Target.objects.filter(authorisation=None)] == [("张三", "张**")]
    Plan.objects.update(kind="random")
    assert "双随机的对象须是登记的使用人：请在下面选。" in text_of(market.get(f"{HERE}targets/new/", follow=True))


def test_a_line_is_rated_and_taken_out_and_never_the_wrong_one(market, plan, users):
    first = plan.targets.order_by("pk").first()
    old = seen(first)
    rated = market.post(f"{HERE}targets/1/risk/", {"risk": "high", "reason": "有投诉"} | old, follow=True)
    assert "已把“示例甲厂”改为高风险。" in text_of(rated)
    assert market.post(f"{HERE}targets/1/remove/", old).status_code == 409  # rated since
    assert market.post(f"{HERE}targets/1/remove/", seen(first)).status_code == 302
    assert market.post(f"{HERE}targets/1/remove/", seen(first)).status_code == 409  # another line is the first now
    assert [target.authorisation for target in Target.objects.all()] == users[1:]
    assert market.get(f"{HERE}targets/9/remove/").status_code == 404


# --- Steps and draws -------------------------------------------------------------------------------------------------


def test_publishing_shows_the_commitment_and_drawing_the_result_with_the_people(market, plan):
    published = market.post(f"{HERE}steps/published/", {"note": ""} | seen(plan), follow=True)
    draw = Draw.objects.get()
    assert "已公布第 1 次抽取的名录和指纹，还没有抽：下一步是“抽取”。" in text_of(published)
    for part in (draw.frame_hash, draw.commitment, "抽取时公布", "J01", "zhangsan"):
        assert part in text_of(published)
    assert draw.sealed not in published.content.decode()

    drawn = market.post(f"{HERE}steps/drawn/", {"note": ""} | seen(plan), follow=True)
    draw = Draw.objects.get()
    assert draw.seed in text_of(drawn)
    assert "3 个对象里抽出 2 个" in text_of(drawn)
    assert Task.objects.count() == 2


def test_a_second_draw_needs_a_reason(market, official, plan):
    for state in (P.PUBLISHED, P.DRAWN):
        take_step(plan, state, by=official)
    assert "前一次的结果仍然公开。 理由 理由 必填 公开显示" in text_of(market.get(f"{HERE}steps/published/"))
    before = counts()
    refused = market.post(f"{HERE}steps/published/", {"note": " "} | seen(plan))
    assert (refused.status_code, counts()) == (400, before)

    again = market.post(f"{HERE}steps/published/", {"note": "示例：名录漏了一家"} | seen(plan), follow=True)
    assert "第 2 次抽取" in text_of(again)
    assert "示例：名录漏了一家" in text_of(again)


def test_to_end_without_inspecting_what_was_published_needs_a_reason(market, official, plan):
    take_step(plan, P.PUBLISHED, by=official)
    assert "不检查就结束" in text_of(market.get(HERE))
    before = counts()
    refused = market.post(f"{HERE}steps/closed/", {"note": ""} | seen(plan))
    assert (refused.status_code, counts()) == (400, before)

    assert market.post(f"{HERE}steps/closed/", {"note": "示例：人手不够"} | seen(plan)).status_code == 302
    assert Plan.objects.get().given_up.note == "示例：人手不够"


def test_a_step_that_cannot_follow_is_refused_in_one_sentence(market, plan):
    assert "双随机计划“准备”之后不能是“进行中”。" in text_of(market.get(f"{HERE}steps/running/"))
    assert market.get(f"{HERE}steps/nothing/").status_code == 404
    assert market.post(f"{HERE}steps/running/", {"note": ""} | seen(plan)).status_code == 400


def test_before_the_end_the_page_says_how_many_tasks_nobody_recorded(market, special, team, users):
    make.task(special, users[0], team[:2])
    Plan.objects.update(state="running")

    assert "还有 1 项任务没有检查记录" in text_of(market.get(f"{HERE}steps/closed/"))


def test_whoever_was_outrun_by_a_step_is_told_and_nothing_is_drawn_twice(market, official, plan):
    old = seen(plan)
    take_step(plan, P.PUBLISHED, by=official)
    before = counts()

    assert market.post(f"{HERE}steps/published/", {"note": ""} | old).status_code == 409
    assert counts() == before


def test_while_published_nothing_of_the_frame_can_be_changed(market, official, plan):
    take_step(plan, P.PUBLISHED, by=official)

    for end in ("edit/", "targets/users/", "targets/1/risk/", "targets/1/remove/"):
        assert "名录和检查员不能再改" in text_of(market.get(HERE + end))
        assert end not in market.get(HERE).content.decode()


# --- Assigning and withdrawing ---------------------------------------------------------------------------------------


def test_inspectors_are_assigned_by_hand_and_who_must_withdraw_is_named(market, official, special, team, users):
    recuse(team[2], users[0].producer, "示例：亲属", by=official)
    page = text_of(market.get(f"{HERE}targets/1/assign/"))
    assert "wangwu：应当回避" in page
    target = special.targets.get()
    before = counts()

    for chosen, sentence in ((["zhangsan"], "至少派 2 名"), (["zhangsan", "wangwu"], "应当回避")):
        refused = market.post(f"{HERE}targets/1/assign/", {"inspectors": chosen} | seen(target))
        assert (refused.status_code, counts()) == (400, before)
        assert sentence in text_of(refused)

    done = market.post(f"{HERE}targets/1/assign/", {"inspectors": ["zhangsan", "lisi"]} | seen(target), follow=True)
    assert "已为“示例甲厂”派检查员。" in text_of(done)
    assert {person.username for person in Task.objects.get().inspectors.all()} == {"zhangsan", "lisi"}


def test_whoever_saw_another_team_does_not_assign(market, special):
    old = seen(special.targets.get())
    assert market.post(f"{HERE}targets/1/assign/", {"inspectors": ["zhangsan", "lisi"]} | old).status_code == 302
    response = market.post(f"{HERE}targets/1/assign/", {"inspectors": ["lisi", "wangwu"]} | old)

    assert response.status_code == 409
    assert {person.username for person in Task.objects.get().inspectors.all()} == {"zhangsan", "lisi"}


def test_withdrawing_is_registered_and_ended_with_reasons(market, team, users):
    typed = {"inspector": "zhangsan", "party": "示例甲厂", "reason": "示例：曾在该厂任职"}
    response = market.post(f"{LIST}recusals/new/", typed, follow=True)
    assert "已登记回避：zhangsan 示例甲厂。" in text_of(response)
    assert market.post(f"{LIST}recusals/new/", typed).status_code == 400  # once is enough

    here = f"{LIST}recusals/1/end/"
    assert market.post(here, {"reason": "示例：已满三年", "seen": "0"}).status_code == 409
    assert market.post(here, {"reason": "示例：已满三年"} | seen(Recusal.objects.get())).status_code == 302
    assert Recusal.objects.count() == 0
    assert "还没有登记回避" in text_of(market.get(f"{LIST}recusals/"))


# --- The workbook ----------------------------------------------------------------------------------------------------


def test_the_workbook_has_a_row_for_each_target(market, special, team, users):
    task = make.task(special, users[0], team[:2])
    Plan.objects.update(state="running")
    make.arrived(task, team[0], outcome="rectify", days=30, demand="示例：改标签")
    response = market.get(f"{HERE}targets.xlsx")
    heading, row = load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True)
    said = dict(zip(heading, row, strict=True))

    assert (said["对象"], said["检查员"], said["结论"], said["照片"], said["序号"]) == (
        "示例甲厂",
        "lisi、zhangsan",
        "责令整改",
        "已到齐",
        1,
    )


def test_characters_that_no_workbook_holds_are_marked(market, official, special, users):
    add_target(special, users[0].product, by=official, name="甲\x01乙")
    sheet = load_workbook(BytesIO(market.get(f"{HERE}targets.xlsx").content)).active

    assert "甲\ufffd乙" in [cell.value for cell in sheet["B"]]


def test_what_looks_like_a_formula_stays_a_text(market, official, special, users):
    add_target(special, users[0].product, by=official, name="=HYPERLINK(1)")
    sheet = load_workbook(BytesIO(market.get(f"{HERE}targets.xlsx").content)).active

    assert [cell.data_type for cell in sheet["B"] if cell.value == "=HYPERLINK(1)"] == ["s"]


# --- Who may ---------------------------------------------------------------------------------------------------------


def test_inspectors_are_led_to_the_field_app_and_the_office_to_inspections(market):
    inspector = sign_in(make.person("inspector", "zhangsan"))

    for page in ("/desk/", "/account/"):
        assert 'href="/field/"' in inspector.get(page).content.decode()
    assert 'href="/desk/inspections/"' in inspector.get("/desk/").content.decode()
    assert 'href="/desk/inspections/plans/"' in market.get("/desk/inspections/").content.decode()
    assert 'href="/desk/inspections/"' not in sign_in(make.person("liaison", "liaison")).get("/desk/").content.decode()


@pytest.mark.parametrize("role", ["agriculture", "inspector", "auditor", "association", "liaison", "producer"])
def test_only_the_market_office_plans(special, role):
    assert sign_in(make.person(role, "other")).get(HERE).status_code == 403
