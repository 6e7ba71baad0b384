from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core import clock
from gi_registry.marks.dues import OFFICE, PROVINCE, STATE, USER, Due, dues_of
from gi_registry.marks.models import Authorisation, UseReport
from gi_registry.marks.reports import disused
from gi_registry.marks.states import Basis, State
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 4)
ARTICLE = "《地理标志产品保护办法》（2023年）第三十一条"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def user():
    """An authorisation at a state that has reported every year, so that nothing of that is due."""
    producer, product = make.producer(), make.product()

    def made(state="active", used=date(2025, 12, 1), **values):
        one = make.authorisation(producer, product, state, **values)
        said = {"used": 10, "last_used_on": used, "filed_on": date(2026, 2, 1), "by": "测试"}
        make.row(UseReport, {"authorisation": one, "year": 2025}, **said)
        make.row(UseReport, {"authorisation": one, "year": 2024}, **said | {"used": 0, "last_used_on": None})
        return one

    return made


def of(one, today=TODAY):
    return dues_of([one], today)[one.pk]


def briefly(one):
    return [(due.what, due.who, due.day) for due in of(one)]


def test_two_years_count_from_the_last_use_and_name_their_article(user):
    assert of(user()) == [
        Due(
            "使用专用标志：满两年未用会被责令改正",
            USER,
            date(2027, 12, 1),
            576,
            ARTICLE,
            ("自 2025-12-01 起算，最后一次使用。",),
        )
    ]


def test_once_two_years_are_full_it_is_the_offices_turn(user):
    one = user(used=date(2025, 1, 1))

    found = dues_of([one], date(2027, 1, 2))[one.pk][0]

    assert (found.what, found.who, found.left, found.past) == ("两年未使用已满：责令限期改正", OFFICE, -1, 1)


def test_the_last_day_of_two_years_still_belongs_to_the_user(user):
    one = user(used=date(2025, 1, 1))

    found = dues_of([one], date(2027, 1, 1))[one.pk][0]

    assert (found.what, found.who, found.left) == ("使用专用标志：满两年未用会被责令改正", USER, 0)
    assert disused(Authorisation.objects.all(), date(2027, 1, 1)) == []


def test_what_the_register_was_never_told_is_to_be_found_out_first():
    one = make.authorisation(make.producer(), make.product())
    unknown = "登记簿从未收到印制、使用的流水或报告，这不等于没有使用：自 2024-03-01 起算，两年到 2026-03-01 为止。"

    assert of(one)[1:2] == [Due("核实两年内是否使用过", OFFICE, basis=ARTICLE, words=(unknown,))]

    make.batch(one)
    assert ("两年未使用已满：责令限期改正", OFFICE, date(2026, 3, 1)) in briefly(one)


def test_a_rectification_is_the_users_until_its_day_and_the_offices_afterwards(user):
    one = user("rectify")
    order = make.rectification(one, due_on=date(2026, 5, 4))

    assert briefly(one)[0] == ("限期改正：改正并答复", USER, date(2026, 5, 4))
    assert dues_of([one], date(2026, 5, 5))[one.pk][0].who == OFFICE

    order.answer = "示例：已改正"
    order.save()
    assert briefly(one)[0] == ("限期改正：查明是否改正，办结", OFFICE, date(2026, 5, 4))


def test_an_ordered_rectification_for_disuse_takes_the_place_of_the_two_years(user):
    one = user("rectify", used=date(2022, 1, 1))
    make.rectification(one, "unused", due_on=date(2026, 6, 1))

    assert briefly(one) == [("限期改正：改正并答复", USER, date(2026, 6, 1))]


def test_a_rectification_that_failed_waits_for_the_office(user):
    one = user("rectify")
    make.rectification(one, closed_on=date(2026, 5, 1), mended=False)

    assert ("逾期未改正：停止使用资格，或者建议注销", OFFICE, None) in briefly(one)


def test_a_term_is_due_on_its_last_day_and_a_term_that_is_over_is_due_no_more(user):
    one = user(valid_until=date(2026, 7, 1))

    assert ("期限届满", USER, date(2026, 6, 30)) in briefly(one)
    assert dues_of([one], date(2026, 7, 1))[one.pk] == []


def test_of_a_product_that_is_protected_no_more_the_end_is_to_be_proposed(user):
    one = user()
    make.protection(one.product, valid_until=date(2026, 1, 1))

    (due,) = (due for due in of(one) if "保护" in due.what)
    assert (due.what, due.who, due.day) == (
        "产品的保护已终止：建议注销，或者记下终止的公告",
        "产地知识产权管理部门",
        None,
    )
    assert due.words == ("“独流老醋”的地理标志产品保护自 2026-01-01 起终止，此后不能使用专用标志。",)


def test_a_year_that_nobody_reported_is_due():
    one = make.authorisation(make.producer(), make.product())

    assert [due for due in briefly(one) if due[0].endswith("年使用情况")] == [
        ("报送 2025 年使用情况", USER, date(2026, 3, 31)),
        ("补报 2024 年使用情况", USER, None),
    ]


def test_what_is_to_be_corrected_stands_beside_the_task(user):
    one = user("correction")
    make.mark_step(one, "correction", TODAY, note="请补检测报告原件")

    (due,) = (due for due in of(one) if due.what == "补正材料")
    assert due.words[0] == "请补检测报告原件"


def test_an_application_says_what_it_lacks(user):
    one = user("draft")

    assert of(one) == [
        Due(
            "备齐材料，提交申请",
            USER,
            words=(
                "还缺《地理标志专用标志使用申请书》、《地理标志产品特色质量检验检测报告》（令第80号第二十条）。",
                "还没有登记生产场所。",
            ),
        )
    ]

    make.attachment(one, "form")
    make.site(one)
    assert [due.words for due in of(one)] == [("还缺《地理标志产品特色质量检验检测报告》（令第80号第二十条）。",)]

    make.attachment(one, "test_report")
    assert [due.words for due in of(one)] == [()]


def test_what_art_20_asks_is_not_asked_on_other_bases(user):
    assert [due.words for due in of(user("draft", basis=Basis.RECORDED))] == [()]


@pytest.mark.parametrize(
    ("state", "who"),
    [
        (State.INTAKE, OFFICE),
        (State.VERIFICATION, OFFICE),
        (State.PROVINCIAL, PROVINCE),
        (State.EXAMINED, STATE),
        (State.CANCEL_PROPOSED, STATE),
    ],
)
def test_where_no_rule_sets_a_day_it_is_said_whose_turn_it_is(user, state, who):
    assert (who, None) in [(due.who, due.day) for due in of(user(state))]


@pytest.mark.parametrize("state", ["cancelled", "lapsed", "abandoned", "refused"])
def test_of_what_is_over_nothing_is_due(user, state):
    basis = Basis.LICENSEE if state == "lapsed" else Basis.ANNOUNCED

    assert of(user(state, basis=basis)) == []


def test_the_nearest_day_comes_first_and_what_has_none_last(user):
    one = user("cancel_proposed", valid_until=date(2026, 7, 1))

    assert [due.day for due in of(one)] == [date(2026, 6, 30), date(2027, 12, 1), None]


@pytest.mark.parametrize("size", [1, 3])
def test_a_fixed_number_of_queries(size, django_assert_num_queries):
    producer = make.producer()
    found = [make.authorisation(producer, make.product(f"p{n}", f"产品{n}")) for n in range(size)]
    for one in found:
        make.site(one)
        make.attachment(one)

    with django_assert_num_queries(7):
        dues_of(found, TODAY)
