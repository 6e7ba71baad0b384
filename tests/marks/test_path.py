from __future__ import annotations

from datetime import date

import pytest

from gi_registry.marks.models import Step, standing_on
from gi_registry.marks.path import course_of, derived, obstacle, unfounded_ground, what_next
from gi_registry.marks.states import Ground, Standing, State
from tests import make

DAY = date(2025, 3, 3)


@pytest.fixture
def user(db):
    def made(state="active", **values):
        return make.authorisation(make.producer(), make.product(), state, **values)

    return made


def steps(*taken):
    return [Step(state=state, on=date(2024, month, day)) for state, month, day in taken]


@pytest.mark.parametrize(
    ("taken", "course"),
    [
        ([], []),
        ([("draft", 1, 1), ("intake", 1, 2), ("registered", 3, 1)], []),
        ([("registered", 3, 1), ("active", 3, 1)], [["2024-03-01", None, "valid"]]),
        ([("active", 3, 1), ("rectify", 4, 1), ("active", 5, 1)], [["2024-03-01", None, "valid"]]),
        (
            [("active", 3, 1), ("suspended", 4, 1), ("active", 5, 1), ("cancel_proposed", 6, 1), ("cancelled", 7, 1)],
            [
                ["2024-03-01", "2024-04-01", "valid"],
                ["2024-04-01", "2024-05-01", "suspended"],
                ["2024-05-01", "2024-07-01", "valid"],
                ["2024-07-01", None, "cancelled"],
            ],
        ),
        ([("active", 3, 1), ("suspended", 4, 1), ("active", 4, 1)], [["2024-03-01", None, "valid"]]),
        ([("active", 3, 1), ("cancelled", 3, 1)], [["2024-03-01", None, "cancelled"]]),
        ([("eligible", 1, 1), ("filed", 2, 1), ("lapsed", 3, 1)], []),
        (
            [("active", 3, 1), ("lapsed", 4, 1)],
            [["2024-03-01", "2024-04-01", "valid"], ["2024-04-01", None, "expired"]],
        ),
    ],
)
def test_the_steps_say_over_days_what_the_public_may_know(taken, course):
    assert course_of(steps(*taken)) == course


COURSE = [
    ["2024-03-01", "2024-04-01", "valid"],
    ["2024-04-01", "2024-05-01", "suspended"],
    ["2024-05-01", None, "valid"],
]


@pytest.mark.parametrize(
    ("day", "until", "said"),
    [
        (date(2024, 2, 29), None, Standing.NOT_YET),
        (date(2024, 3, 1), None, Standing.VALID),
        (date(2024, 4, 1), None, Standing.SUSPENDED),
        (date(2024, 4, 30), None, Standing.SUSPENDED),
        (date(2024, 5, 1), None, Standing.VALID),
        (date(2024, 4, 9), date(2024, 4, 10), Standing.SUSPENDED),
        (date(2024, 4, 10), date(2024, 4, 10), Standing.EXPIRED),
        (date(2024, 5, 1), date(2024, 4, 10), Standing.EXPIRED),
        (date(2024, 2, 1), date(2024, 4, 10), Standing.NOT_YET),
    ],
)
def test_of_each_day_one_thing_is_said(user, day, until, said):
    assert standing_on(COURSE, until, day) == said
    assert user(course=COURSE, valid_until=until).standing_on(day) == said


def test_a_term_does_not_bring_back_what_was_cancelled():
    assert (
        standing_on([["2024-03-01", "2024-04-01", "valid"], ["2024-04-01", None, "cancelled"]], DAY, DAY) == "cancelled"
    )
    assert standing_on([], None, DAY) is None


@pytest.mark.parametrize("state", ["draft", "active", "rectify", "suspended", "cancelled"])
def test_the_columns_follow_from_the_steps(user, state):
    authorisation = user(state)

    said = derived(list(authorisation.steps.standing()))

    assert said == {name: getattr(authorisation, name) for name in ("state", "course", "valid_from", "announcement")}


def test_what_may_follow_says_who_may_and_what_is_needed(user):
    ways = what_next(user(), DAY)

    assert [(way.label, way.rests.value, way.by_producer, way.needs_ground, way.obstacle) for way in ways] == [
        ("可以使用，变更审查中", "ours", True, False, ""),
        ("限期改正", "ours", False, False, ""),
        ("停止使用资格", "notice", False, False, ""),
        ("已建议注销", "ours", False, True, ""),
        ("已注销", "announcement", False, True, ""),
    ]
    assert what_next(user("cancelled", basis="member"), DAY) == []


def test_an_application_goes_in_with_both_documents_and_a_site(user):
    authorisation = user("draft")
    report, form = "《地理标志产品特色质量检验检测报告》", "《地理标志专用标志使用申请书》"

    assert obstacle(authorisation, State.INTAKE, DAY) == f"还缺{form}、{report}，不能提交（令第80号第二十条）。"
    make.attachment(authorisation)
    assert obstacle(authorisation, State.INTAKE, DAY) == f"还缺{report}，不能提交（令第80号第二十条）。"
    make.attachment(authorisation, "test_report")
    assert obstacle(authorisation, State.INTAKE, DAY) == "还没有生产场所，不能提交：产地核验要到生产场所去。"
    make.site(authorisation, valid_until=date(2025, 1, 1))
    assert obstacle(authorisation, State.INTAKE, DAY) == "还没有生产场所，不能提交：产地核验要到生产场所去。"
    make.site(authorisation, name="示例二车间")
    assert obstacle(authorisation, State.INTAKE, DAY) == ""


def test_verified_is_whose_every_site_was_last_found_to_conform(user):
    authorisation = user("verification")
    assert obstacle(authorisation, State.VERIFIED, DAY) == "没有在用的生产场所，产地核验不能通过。"

    first, second = make.site(authorisation), make.site(authorisation, name="示例二车间")
    make.origin_check(first)
    make.origin_check(second, None)
    wanting = "“示例二车间”还没有核验符合，产地核验不能通过（令第80号第二十条）。"
    assert obstacle(authorisation, State.VERIFIED, DAY) == wanting
    make.origin_check(second)
    assert obstacle(authorisation, State.VERIFIED, DAY) == ""
    make.origin_check(second, conforms=False, on=date(2024, 5, 1))
    make.origin_check(second, None, on=date(2024, 6, 1))
    assert obstacle(authorisation, State.VERIFIED, DAY) == wanting


def test_checked_sites_cost_two_questions_however_many(user, django_assert_num_queries):
    authorisation = user("verification")
    for number in range(3):
        make.origin_check(make.site(authorisation, name=f"示例{number}车间"))

    with django_assert_num_queries(2):
        assert obstacle(authorisation, State.VERIFIED, DAY) == ""


def test_a_ground_is_one_of_the_six_and_two_of_them_need_a_failed_rectification(user):
    authorisation = user()
    needed = {ground: unfounded_ground(authorisation, ground, DAY) for ground in ["", "bad", *Ground]}

    plain = dict.fromkeys([Ground.LICENCE_LOST, Ground.PERMIT_LOST, Ground.MOVED_OUT, Ground.STOPPED], "")
    unknown = "请选定注销的事由（令第80号第三十一条）。"
    first = "”须先限期改正，期满仍未改正的才能注销（令第80号第三十一条）。"
    assert needed == plain | {"": unknown, "bad": unknown} | {
        ground: f"“{ground.label}{first}" for ground in (Ground.SUBSTANDARD, Ground.UNUSED)
    } | {Ground.UNPROTECTED: "登记簿里“独流老醋”的保护在 2025-03-03 没有终止。"}


@pytest.mark.parametrize(
    ("on", "values", "founded"),
    [
        (date(2024, 4, 1), {}, False),
        (date(2024, 4, 2), {}, True),
        (date(2024, 4, 2), {"mended": False, "closed_on": date(2024, 4, 2)}, True),
        (date(2024, 5, 1), {"mended": True, "closed_on": date(2024, 3, 20)}, False),
        (date(2024, 5, 1), {"ground": "unused"}, False),
    ],
)
def test_a_rectification_fails_only_past_its_day_and_unmended(user, on, values, founded):
    authorisation = user("rectify")
    make.rectification(authorisation, **values)

    assert (unfounded_ground(authorisation, Ground.SUBSTANDARD, on) == "") == founded


def test_a_rectification_of_before_the_use_went_on_counts_no_more(user):
    authorisation = user("rectify")
    make.rectification(authorisation)
    make.mark_step(authorisation, "active", date(2024, 6, 1))

    assert unfounded_ground(authorisation, Ground.SUBSTANDARD, DAY) != ""
