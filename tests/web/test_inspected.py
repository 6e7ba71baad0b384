"""What the public sees of inspections: plans and draws that can be recomputed, results without people."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from gi_registry.core import clock
from gi_registry.inspections import redraw
from gi_registry.inspections.actions import fill_frame, make_plan, order, take_step
from gi_registry.inspections.leads import open_lead
from gi_registry.inspections.leads import take_step as take_lead_step
from gi_registry.inspections.models import Draw, Origin, Plan, Task
from gi_registry.inspections.states import Kind, LeadState, PlanState
from gi_registry.marks.actions import close_rectification
from tests import make
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
LIST = "/inspections/"
P = PlanState
DAYS = {"title": "示例年度抽查", "starts_on": date(2026, 6, 1), "ends_on": date(2026, 6, 30)}


@pytest.fixture
def official():
    return make.person("market", "official")


@pytest.fixture
def team():
    return [make.person("inspector", name, last_name="王", first_name=name) for name in ("zhangsan", "lisi", "wangwu")]


@pytest.fixture
def users():
    """Three who may use the mark for one product."""
    [product] = make.register(1)
    names = ["示例甲厂", "示例乙厂", "示例丙厂"]
    made = [make.producer(name, code) for name, code in zip(names, make.USCC, strict=False)]
    return [make.authorisation(producer, product) for producer in made]


@pytest.fixture
def published(official, team, users):
    """A random plan whose frame stands in public and was not drawn yet."""
    plan = make_plan(Kind.RANDOM, by=official, products=[users[0].product], inspectors=team, share=0.5, **DAYS)
    fill_frame(plan, by=official)
    take_step(plan, P.PUBLISHED, by=official)
    return plan


@pytest.fixture
def running(team):
    """A plan that was announced and is under way."""
    return make.plan(published_at=clock.now(), inspectors=team)


@pytest.fixture
def task(running, users, team):
    return make.task(running, users[0], team[:2])


def failing(*items):
    results = dict.fromkeys(items, "fail")
    return [{"item": n, "result": results.get(n, "pass"), "clause": "", "note": "示例备注"} for n in range(1, 13)]


RECTIFY = {"outcome": "rectify", "days": 30, "demand": "示例：改标签"}


# --- Plans -----------------------------------------------------------------------------------------------------------


def test_an_empty_register_says_so(client):
    assert "还没有公开的检查结果" in text_of(client.get(LIST))
    assert "还没有公布过检查计划" in text_of(client.get(f"{LIST}?show=plans"))


def test_only_published_plans_are_there_to_the_public(client, official, team, users, published):
    special = make_plan(Kind.SPECIAL, by=official, products=[users[0].product], inspectors=team, **DAYS)
    listed = text_of(client.get(f"{LIST}?show=plans"))

    assert ("2026-J001" in listed, special.number in listed) == (True, False)
    refused = client.get(f"{LIST}{special.number}/")
    assert (refused.status_code, "全部检查" in text_of(refused)) == (404, True)
    assert client.get(f"{LIST}2026-J001/").status_code == 200
    take_step(special, P.CLOSED, by=official)
    assert client.get(f"{LIST}{special.number}/").status_code == 200


def test_a_long_list_has_pages_that_keep_what_was_asked_for(client):
    for _number in range(51):
        make.plan(published_at=clock.now())
    page = client.get(f"{LIST}?show=plans&year=2026")

    assert "第 1 页，共 2 页" in text_of(page)
    assert 'href="?show=plans&amp;year=2026&amp;page=2"' in page.content.decode()


def test_before_the_draw_the_page_shows_what_binds_and_no_seed(client, published):
    draw = Draw.objects.get()
    answer = client.get("/inspections/2026-J001/draws/1/")
    said = text_of(answer)

    for part in (draw.frame_hash, draw.commitment, "J01、J02、J03", "还没有抽取", "每层抽 50%", "示例甲厂"):
        assert part in said
    assert client.get("/inspections/2026-J001/draws/1.json").json() == draw.published
    for page in (answer, client.get("/inspections/2026-J001/draws/1.json"), client.get("/inspections/2026-J001/")):
        assert draw.sealed not in page.content.decode()


def test_whoever_runs_the_script_on_the_data_gets_the_list_of_the_page(client, official, published, tmp_path):
    take_step(published, P.DRAWN, by=official)
    script, data = client.get("/inspections/redraw.py"), client.get("/inspections/2026-J001/draws/1.json")
    assert script.headers["Content-Type"] == "text/x-python; charset=utf-8"
    (tmp_path / "redraw.py").write_bytes(script.content)
    (tmp_path / "2026-J001-1.json").write_bytes(data.content)
    command = [sys.executable, "-I", "redraw.py", "2026-J001-1.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env={"PYTHONUTF8": "1"})

    page = client.get("/inspections/2026-J001/draws/1/").content.decode()
    layer, stratum = re.search(
        r'<th scope="row">(.*?)</th><td data-label="脚本里"><span class="hash">(.*?)</span>', page
    ).groups()
    drawn = page[page.index('id="drawn"') :]
    row = r'<a href="/v/(.*?)">.*?<td data-label="层">(.*?)</td>.*?<td data-label="检查员">(.*?)</td>'
    shown = [f"{stratum}\t{code}\t{team}" for code, named, team in re.findall(row, drawn, re.DOTALL) if named == layer]
    assert (done.returncode, done.stdout.splitlines(), len(shown)) == (0, [*shown, "与公布的结果一致。"], 2)


def test_a_second_draw_stands_beside_the_first_with_its_reason(client, official, published):
    take_step(published, P.DRAWN, by=official)
    take_step(published, P.PUBLISHED, by=official, note="示例：名录漏了一家")

    first, second = (text_of(client.get(f"/inspections/2026-J001/draws/{n}/")) for n in (1, 2))
    assert "此后又抽取过" in first
    assert "这是重新抽取。理由：示例：名录漏了一家" in second
    plan = text_of(client.get("/inspections/2026-J001/"))
    assert "抽取过 2 次" in plan
    assert "重抽的理由：示例：名录漏了一家" in plan
    assert client.get("/inspections/2026-J001/draws/3/").status_code == 404


def test_a_plan_given_up_after_its_draw_is_named_wherever_its_targets_are_drawn_again(
    client, official, published, team, users
):
    take_step(published, P.DRAWN, by=official)
    take_step(published, P.CLOSED, by=official, note="示例：人手不够")
    given_up = text_of(client.get("/inspections/2026-J001/"))
    assert f"名录公布以后没有检查，{clock.today()} 结束。理由：示例：人手不够" in given_up
    assert "最后一次抽出 2 个对象，0 个已有公开的结果。" in given_up

    again = make_plan(Kind.RANDOM, by=official, products=[users[0].product], inspectors=team, **DAYS)
    fill_frame(again, by=official, users=users[:2])
    take_step(again, P.PUBLISHED, by=official)
    said = text_of(client.get("/inspections/2026-J002/draws/1/"))
    assert (
        "名录里有 2 个对象也在 2026-J001 示例年度抽查 的名录里，那个计划没有检查就结束了。理由：示例：人手不够" in said
    )


def test_a_plan_that_was_inspected_is_not_called_given_up(client, official, published):
    for state in (P.DRAWN, P.RUNNING):
        take_step(published, state, by=official)
    make.arrived(Task.objects.first(), official)
    take_step(published, P.CLOSED, by=official)

    said = text_of(client.get("/inspections/2026-J001/"))
    assert "名录公布以后没有检查" not in said
    assert "最后一次抽出 2 个对象，1 个已有公开的结果。" in said


def test_no_page_of_a_draw_names_an_inspector(client, official, published):
    take_step(published, P.DRAWN, by=official)

    for end in ("", "draws/1/", "draws/1.json"):
        page = client.get(f"/inspections/2026-J001/{end}").content.decode()
        assert [name for name in ("zhangsan", "lisi", "wangwu", "official") if name in page] == []


def test_the_script_is_the_one_that_the_register_runs(client):
    assert client.get("/inspections/redraw.py").content == Path(redraw.__file__).read_bytes()


# --- Results ---------------------------------------------------------------------------------------------------------


def test_a_result_says_who_when_what_and_what_was_not_in_order(client, task, team):
    make.arrived(task, team[0], findings=failing(7, 9), **RECTIFY)
    answer = client.get(LIST)
    said = text_of(answer)

    assert "示例甲厂 2026-05-06 产品0 责令整改 包装、标识；专用标志的数量、使用 2026-J001 专项" in said
    for private in ("zhangsan", "示例当事人", "示例备注", "116.85", "示例：改标签"):
        assert private not in answer.content.decode()


def test_a_natural_person_is_named_by_the_family_only(client, running, users, team):
    target = running.targets.create(product=users[0].product, name="张建国", address="示例路 9 号", natural=True)
    made = Task.objects.create(plan=running, target=target)
    made.inspectors.set(team[:2])
    make.arrived(made, team[0])
    page = client.get(LIST).content.decode()

    assert "张**" in page
    assert [private for private in ("张建国", "示例路") if private in page] == []


def test_what_an_inspector_wants_passed_on_says_so_once_it_was_and_nothing_else(client, official, task, team):
    record = make.arrived(task, team[0], findings=failing(2, 8), outcome="transfer")
    said = text_of(client.get(LIST))

    assert "示例甲厂 2026-05-06 产品0 正在进一步核实 — 2026-J001" in said
    assert "产品名称" not in said
    product = task.target.product.get_absolute_url()
    assert "近三年公开的检查 1 次：正在进一步核实 1" in text_of(client.get(product))

    lead = open_lead(Origin.INSPECTION, by=official, record=record, title="示例", text="示例")
    take_lead_step(lead, LeadState.PASSED_ON, by=official, office="示例部门", note="示例")
    assert "示例甲厂 2026-05-06 产品0 已移送有关部门 — 2026-J001" in text_of(client.get(LIST))
    assert "近三年公开的检查 1 次：已移送有关部门 1" in text_of(client.get(product))


def test_a_record_without_all_its_photos_is_not_public_yet(client, task, team):
    make.arrived(task, team[0], photos=[make.pictured(b"still on the phone")])

    assert "还没有公开的检查结果" in text_of(client.get(LIST))


def test_a_plan_that_was_not_announced_shows_its_results_when_it_is_over(client, official, users, team):
    plan = make.plan(inspectors=team)
    make.arrived(make.task(plan, users[0], team[:2]), team[0])
    assert "示例甲厂" not in text_of(client.get(LIST))

    take_step(plan, P.CLOSED, by=official)
    assert "示例甲厂" in text_of(client.get(LIST))


def test_a_correction_shows_that_there_was_one_and_what_stood_before(client, task, team):
    first = make.arrived(task, team[0], findings=failing(7), **RECTIFY)
    second = make.arrived(task, team[0], corrects=str(first.uuid), outcome="transfer")
    make.arrived(task, team[0], corrects=str(second.uuid))
    said = text_of(client.get(LIST))

    assert "共 1 次检查" in said
    assert "合格 更正过，先前为：责令整改、正在进一步核实 —" in said


def test_a_correction_of_what_never_arrived_says_so(client, task, team):
    make.arrived(task, team[0], corrects="00000000-0000-4000-8000-000000000000")

    assert "更正了先前的记录" in text_of(client.get(LIST))


def test_what_was_ordered_says_until_when_and_whether_it_is_mended(client, official, task, team):
    record, today = make.arrived(task, team[0], findings=failing(7), **RECTIFY), clock.today()
    made = order(record, by=official, demand="示例", ordered_on=today, due_on=today + timedelta(30))
    assert f"限 {today + timedelta(30)} 前（含当日）改正" in text_of(client.get(LIST))

    close_rectification(made.rectification, by=official, mended=True)
    assert f"{today} 确认已改正" in text_of(client.get(LIST))


def test_what_was_ordered_stays_said_when_the_record_is_corrected(client, official, task, team):
    record, today = make.arrived(task, team[0], findings=failing(7), **RECTIFY), clock.today()
    order(record, by=official, demand="示例", ordered_on=today, due_on=today + timedelta(9))
    make.arrived(task, team[0], corrects=str(record.uuid), findings=failing(7, 9), **RECTIFY)

    said = text_of(client.get(LIST))
    assert f"责令整改 限 {today + timedelta(9)} 前（含当日）改正 更正过，先前为：责令整改 包装、标识；专用标志" in said


def test_of_two_records_of_one_visit_the_gravest_is_public_with_its_order(client, official, task, team):
    record, today = make.arrived(task, team[0], findings=failing(7), **RECTIFY), clock.today()
    order(record, by=official, demand="示例", ordered_on=today, due_on=today + timedelta(9))
    make.arrived(task, team[1], findings=failing(9), **RECTIFY)
    make.arrived(task, team[1])
    said = text_of(client.get(LIST))

    assert "共 1 次检查" in said
    assert f"责令整改 限 {today + timedelta(9)} 前（含当日）改正 专用标志的数量、使用" in said
    assert "近三年公开的检查 1 次：责令整改 1" in text_of(client.get(task.target.product.get_absolute_url()))


def test_records_that_correct_each_other_name_the_other_only(client, task, team):
    one, other = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
    make.arrived(task, team[0], uuid=one, corrects=other)
    make.arrived(task, team[0], uuid=other, corrects=one, findings=failing(7), **RECTIFY)

    assert "责令整改 更正过，先前为：合格 包装、标识 2026" in text_of(client.get(LIST))


def test_tasks_of_a_draw_before_the_last_are_not_shown(client, official, published, team):
    take_step(published, P.DRAWN, by=official)
    earlier = list(Task.objects.all())
    take_step(published, P.PUBLISHED, by=official, note="示例")
    Plan.objects.update(state="running")
    make.arrived(earlier[0], official)

    assert "还没有公开的检查结果" in text_of(client.get("/inspections/2026-J001/")).replace("：记录和照片全部", "")


def test_results_are_found_by_product_and_by_the_year_of_their_plan(client, task, team):
    make.arrived(task, team[0])
    slug = task.target.product.slug

    def found(query):
        return "示例甲厂" in text_of(client.get(LIST + query))

    assert [found(q) for q in ("", f"?product={slug}", "?product=b", "?year=2026", "?year=2025")] == [
        *(True, True),
        *(False, True, False),
    ]
    assert client.get(f"{LIST}?year=last").status_code == 400
    make.product("b", "没有检查过的产品")
    assert '<option value="b" selected>没有检查过的产品</option>' in client.get(f"{LIST}?product=b").content.decode()


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_costs_as_many_queries_for_one_as_for_three(
    client, running, users, team, size, django_assert_num_queries
):
    for user in users[:size]:
        make.arrived(make.task(running, user, team[:2]), team[0], findings=failing(7), **RECTIFY)

    with django_assert_num_queries(9):
        client.get(LIST)


@pytest.mark.parametrize("size", [1, 3])
def test_a_plan_costs_as_many_queries_for_one_result_as_for_three(
    client, running, users, team, size, django_assert_num_queries
):
    for user in users[:size]:
        make.arrived(make.task(running, user, team[:2]), team[0], findings=failing(7), **RECTIFY)

    with django_assert_num_queries(12):
        client.get(f"{LIST}{running.number}/")


def test_a_draw_costs_as_many_queries_whatever_was_drawn(client, official, published, django_assert_num_queries):
    take_step(published, P.DRAWN, by=official)

    with django_assert_num_queries(7):
        client.get("/inspections/2026-J001/draws/1/")


def test_an_unchanged_page_is_answered_with_nothing_new(client, task, team):
    make.arrived(task, team[0])
    tag = client.get(LIST).headers["ETag"]

    assert client.get(LIST, headers={"If-None-Match": tag}).status_code == 304


def test_the_page_of_a_product_says_how_often_it_was_inspected(client, task, team):
    product = task.target.product
    assert "近三年公开的检查" not in text_of(client.get(product.get_absolute_url()))
    make.arrived(task, team[0], findings=failing(7), **RECTIFY)
    page = client.get(product.get_absolute_url())

    assert "近三年公开的检查 1 次：责令整改 1" in text_of(page)
    assert f"/inspections/?product={product.slug}" in page.content.decode()
