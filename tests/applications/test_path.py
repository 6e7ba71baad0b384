from __future__ import annotations

from datetime import date

import pytest

from gi_registry.applications.models import Application
from gi_registry.applications.path import completeness, deadlines_of, materials_of, standing_steps, what_next, window_of
from gi_registry.applications.states import Procedure
from gi_registry.parties.permissions import Act
from tests import make

pytestmark = pytest.mark.django_db

TODAY = date(2025, 3, 10)


@pytest.fixture
def product():
    return make.product("chenguantun-dongcai", "陈官屯冬菜", "vegetable")


def running(application, today=TODAY):
    return [(due.deadline.rule.id, due.deadline.day, due.left) for due in deadlines_of(application, today)]


@pytest.mark.parametrize(
    ("procedure", "state", "on", "dues"),
    [
        ("product_2024", "draft", "2025-03-03", []),
        ("product_2024", "provincial", "2025-03-03", [("R80-12", "2025-06-03", 85)]),
        ("product_2024", "formal", "2025-03-03", [("R80-13-office", None, None)]),
        ("product_2024", "reply_due", "2025-03-03", [("R80-13", "2025-07-03", 115)]),
        ("product_2024", "technical", "2025-03-03", [("R80-14", None, None)]),
        ("product_2024", "preliminary", "2025-03-03", [("R80-15", "2025-05-06", 57)]),
        ("product_2024", "recognised", "2025-03-03", []),
        ("product_2005", "accepted", "2010-08-01", [("R78-14", "2010-10-08", -5267)]),
        ("trademark", "filed", "2025-03-03", [("TM-28", "2025-12-03", 268)]),
        ("trademark", "published", "2025-03-03", [("TM-33", "2025-06-03", 85)]),
        ("trademark", "refused", "2025-03-03", [("TM-34a", "2025-03-18", 8)]),
        ("trademark", "not_registered", "2025-03-03", [("TM-35b", "2025-03-18", 8)]),
        ("trademark", "registered", "2025-03-03", [("TM-39", "2035-03-02", 3644)]),
        ("agricultural", "publicity", "2021-09-13", [("AGI-4", "2021-10-08", -1249)]),
        ("minor_change", "review", "2025-03-03", [("R80-26-office", None, None)]),
        ("major_change", "preliminary", "2025-03-03", [("R80-26", "2025-05-06", 57)]),
        ("revocation", "revoked", "2025-03-03", [("R80-29", "2025-09-03", 177)]),
    ],
)
def test_the_clocks_of_a_state_run_from_its_day(product, procedure, state, on, dues):
    application = make.application(product, procedure, state, on=date.fromisoformat(on))

    assert running(application) == [(rule, day and date.fromisoformat(day), left) for rule, day, left in dues]


def test_each_renewal_of_a_trademark_begins_a_term_where_the_last_one_ended(product):
    application = make.application(product, "trademark", "registered", on=date(2005, 2, 2))
    make.step(application, "renewed", date(2015, 1, 13))
    once = running(application)
    make.step(application, "renewed", date(2025, 1, 20))

    assert (once, running(application)) == (
        [("TM-40", date(2025, 8, 1), 144)],
        [("TM-39", date(2035, 2, 1), 3615)],
    )


def test_after_the_term_of_a_trademark_runs_the_grace_of_six_months(product):
    application = make.application(product, "trademark", "registered", on=date(2015, 2, 2))

    assert running(application, date(2025, 2, 1)) == [("TM-39", date(2025, 2, 1), 0)]
    assert running(application, date(2025, 2, 2)) == [("TM-40", date(2025, 8, 1), 180)]


def test_a_trademark_published_in_2027_has_the_shorter_window(product):
    application = make.application(product, "trademark", "published", on=date(2027, 1, 4))

    assert running(application, date(2027, 1, 5)) == [("TM26-36", date(2027, 3, 4), 58)]


def test_the_examination_of_a_trademark_runs_from_its_filing_while_a_correction_is_due(product):
    application = make.application(product, "trademark", "filed", on=date(2025, 2, 5))
    make.step(application, "correction_due", date(2025, 3, 3))

    assert running(application) == [("TMIR-18", date(2025, 4, 2), 23), ("TM-28", date(2025, 11, 5), 240)]


def test_a_withdrawn_step_starts_no_clock(product):
    application = make.application(product, state="formal")
    mistake = make.step(application, "reply_due", date(2025, 3, 4))
    make.step(application, "formal", date(2025, 3, 5), withdraws=mistake)

    assert [step.state for step in standing_steps(application)] == ["draft", "formal"]
    assert running(application) == [("R80-13-office", None, None)]


def test_a_pending_opposition_to_a_product_has_no_limit(product):
    application = make.application(product, state="preliminary")
    make.opposition(application, "negotiation")
    make.opposition(application, "dismissed")

    assert running(application) == [("R80-15", date(2025, 5, 6), 57), ("R80-16", None, None)]


def test_a_pending_opposition_to_a_trademark_is_defended_and_decided(product):
    application = make.application(product, "trademark", "published")
    make.opposition(application, "adjudication")

    assert running(application) == [
        ("TMIR-27a", date(2025, 4, 21), 42),
        ("TM-33", date(2025, 6, 3), 85),
        ("TM-35a", date(2026, 6, 3), 450),
    ]


def test_a_procedure_without_oppositions_has_no_window(product):
    minor = make.application(product, "minor_change", "review")

    assert window_of(minor) is None
    assert window_of(make.application(product, state="technical")) is None


def ways(application, today=TODAY):
    return [(way.state, way.act, way.obstacle) for way in what_next(application, today)]


def test_what_may_follow_says_who_does_it_and_what_stands_in_the_way(product):
    draft, filed = make.application(product), make.application(product, state="provincial")

    assert ways(draft) == [
        ("provincial", Act.APPLICATIONS, "还没有申请人，不能提交。"),
        ("abandoned", Act.APPLICATIONS, ""),
    ]
    assert ways(make.complete(draft))[0] == ("provincial", Act.APPLICATIONS, "")
    assert ways(filed) == [("province_failed", Act.STATE_STEPS, ""), ("formal", Act.STATE_STEPS, "")]


def test_an_open_window_stands_in_the_way_until_it_is_over(product):
    application = make.application(product, state="preliminary")
    none_upheld = "没有成立的异议，不能“不予认定”（令第80号第十五条、第十六条）。"
    open_until = "异议期到 2025-05-06 才满（《地理标志产品保护办法》（2023年）第十五条），此前不能“认定公告”。"

    assert [obstacle for _state, _act, obstacle in ways(application, date(2025, 5, 6))] == [open_until, none_upheld]
    assert [obstacle for _state, _act, obstacle in ways(application, date(2025, 5, 7))] == ["", none_upheld]


def test_an_ended_application_has_no_way_on(product):
    assert ways(make.application(product, state="rejected")) == []


# --- Completeness ----------------------------------------------------------------------------------------------------


def test_an_untouched_checklist_is_missing_whole(product):
    application = make.application(product)

    assert [line.state for line in materials_of(application)] == ["missing"] * 10
    assert (application.fulfilled, completeness(application).required) == (False, 9)
    assert completeness(application).sentence.startswith(
        "申请要件 9 项，已齐 0 项，还缺：划定地理标志产品产地范围的建议、"
    )


def test_fulfilled_is_what_the_items_say(product):
    application = make.complete(make.application(product))
    assert (application.fulfilled, completeness(application).sentence) == (True, "申请要件 9 项，已完备。")

    application.materials.filter(item="report").update(state="preparing")
    assert (application.fulfilled, completeness(application).sentence) == (
        False,
        "申请要件 9 项，已齐 8 项，还缺：产品质量检验检测报告。",
    )


def test_an_item_that_need_not_be_there_leaves_the_file_complete(product):
    application = make.complete(make.application(product))

    assert "other" not in application.materials.values_list("item", flat=True)
    assert application.fulfilled


@pytest.mark.parametrize("count", [1, 3])
def test_where_an_application_stands_costs_the_same_whatever_it_holds(product, django_assert_num_queries, count):
    application = make.complete(make.application(product, state="preliminary"))
    for _number in range(count):
        make.opposition(application, "negotiation")

    with django_assert_num_queries(3):
        assert len(deadlines_of(application, TODAY)) == 1 + count
    with django_assert_num_queries(2):
        assert len(what_next(application, TODAY)) == 2
    with django_assert_num_queries(1):
        assert len(materials_of(application)) == 10


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_applications_costs_the_same_however_many_there_are(django_assert_num_queries, count):
    for number in range(count):
        one = make.application(make.product(f"product-{number}", f"产品{number}"), state="preliminary")
        make.opposition(one, "negotiation")
        make.application(one.product, "trademark", "examined")

    with django_assert_num_queries(5):
        listed = list(Application.objects.clocked().with_clocks())
        found = [len(deadlines_of(application, TODAY)) for application in listed]
        ahead = [len(what_next(application, TODAY)) for application in listed]
    assert (sorted(found), sorted(ahead)) == ([0] * count + [2] * count, [2] * count + [4] * count)


def test_what_a_list_fetches_says_the_same_as_one_application(product):
    filed = make.application(product, "trademark", "filed", on=date(2025, 2, 5))
    make.step(filed, "correction_due", date(2025, 3, 3))
    withdrawn = make.application(product, state="formal")
    mistake = make.step(withdrawn, "reply_due", date(2025, 3, 4))
    make.step(withdrawn, "formal", date(2025, 3, 5), withdraws=mistake)

    for application in Application.objects.with_clocks():
        assert deadlines_of(application, TODAY) == deadlines_of(Application.objects.get(pk=application.pk), TODAY)


def test_unfinished_are_those_that_a_step_may_follow_and_clocked_those_in_whose_state_a_clock_runs(product):
    states = ["draft", "preliminary", "recognised", "rejected"]
    for state in states:
        make.application(product, state=state)
    make.application(product, "trademark", "registered")

    unfinished = Application.objects.unfinished().values_list("state", flat=True)
    undecided = Application.objects.undecided().values_list("state", flat=True)
    clocked = Application.objects.clocked().values_list("state", flat=True)
    assert (set(unfinished), set(undecided), set(clocked)) == (
        {"draft", "preliminary", "registered"},
        {"draft", "preliminary"},
        {"preliminary", "registered"},
    )


def test_a_registration_is_migrated_once_its_successor_is_recognised(product):
    protection = make.protection(product, regime="agricultural")
    registered = make.application(product, "agricultural", "registered", protection=protection, on=date(2020, 1, 6))
    successor = make.application(product, state="technical", predecessor=protection)
    assert [way.obstacle for way in what_next(registered, TODAY)] == [
        "",
        "",
        "承接这项登记的地理标志产品还没有认定，不能记为已统一认定。",
    ]

    make.step(successor, "recognised", date(2025, 12, 1))
    assert [way.obstacle for way in what_next(registered, TODAY)] == ["", "", ""]


def test_every_procedure_has_a_start_whose_next_steps_are_named(product):
    protection = make.protection(product)
    started = {
        procedure: [way.label for way in what_next(make.application(product, procedure, protection=protection), TODAY)]
        for procedure in Procedure
    }

    assert started == {
        "product_2024": ["提交申请", "不再准备"],
        "product_2005": ["提交申请", "不再按2005年规定办理"],
        "trademark": ["提交申请", "不再准备"],
        "agricultural": ["省级初审和现场核查"],
        "minor_change": ["提交申请", "不再准备"],
        "major_change": ["提交申请", "不再准备"],
        "revocation": ["不予受理", "审查撤销请求"],
    }
