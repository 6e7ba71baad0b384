from __future__ import annotations

from datetime import date

import pytest

from gi_registry.marks import answers
from gi_registry.marks.answers import Answer
from gi_registry.marks.models import Authorisation
from gi_registry.marks.states import Standing
from tests import make

pytestmark = pytest.mark.django_db

DAY = date(2025, 6, 1)
BEGAN, STOPPED = date(2024, 3, 1), date(2025, 3, 1)


def test_the_whole_answer():
    make.authorisation(make.producer(), make.product(), code="7KQM2X4HA", standard_number="GB/T 00000-2024")

    assert answers.by_code("7KQM2X4HA", DAY) == Answer(
        code="7KQM2X4HA",
        producer="示例酿造有限公司",
        producer_now="示例酿造有限公司",
        uscc="91120118MA0000007K",
        slug="duliu-laocu",
        product="独流老醋",
        basis="announced",
        trademark_number="",
        standard_number="GB/T 00000-2024",
        announcement="国家知识产权局公告 第590号",
        announced_on=BEGAN,
        valid_from=BEGAN,
        valid_until=None,
        day=DAY,
        standing=Standing.VALID,
        since=BEGAN,
        source_key=make.source().key,
        source=make.source().title,
        grade="primary",
        course=[["2024-03-01", None, "valid"]],
        lapses=(),
    )


def test_a_code_that_nothing_public_has_is_answered_with_none():
    make.authorisation(make.producer(), make.product(), "intake", code="7KQM2X4HA")

    assert [answers.by_code(code, DAY) for code in ("7KQM2X4HA", "XXXXXXXXX")] == [None, None]


@pytest.mark.parametrize(
    ("state", "day", "standing", "since"),
    [
        ("active", date(2024, 2, 29), Standing.NOT_YET, BEGAN),
        ("active", BEGAN, Standing.VALID, BEGAN),
        ("rectify", DAY, Standing.VALID, BEGAN),
        ("suspended", date(2025, 2, 28), Standing.VALID, BEGAN),
        ("suspended", DAY, Standing.SUSPENDED, STOPPED),
        ("cancelled", DAY, Standing.CANCELLED, STOPPED),
        ("lapsed", DAY, Standing.EXPIRED, STOPPED),
    ],
)
def test_the_standing_is_that_of_the_day_and_says_since_when(state, day, standing, since):
    basis = "member" if state == "lapsed" else "announced"
    code = make.authorisation(make.producer(), make.product(), state, basis=basis).code

    answer = answers.by_code(code, day)

    assert (answer.standing, answer.since, answer.may_use) == (standing, since, standing == Standing.VALID)


def test_a_term_that_has_run_out_says_so():
    until = date(2025, 1, 1)
    code = make.authorisation(make.producer(), make.product(), valid_until=until).code

    said = [answers.by_code(code, day) for day in (date(2024, 12, 31), until)]

    assert [(a.standing, a.since) for a in said] == [(Standing.VALID, BEGAN), (Standing.EXPIRED, until)]


def test_a_standing_that_goes_on_over_two_steps_holds_since_the_first():
    course = [["2024-03-01", "2024-05-01", "valid"], ["2024-05-01", None, "valid"]]
    code = make.authorisation(make.producer(), make.product(), course=course).code

    assert answers.by_code(code, DAY).since == BEGAN


def test_the_standing_of_another_day_is_told_without_asking_again():
    answer = answers.by_code(make.authorisation(make.producer(), make.product(), "cancelled").code, BEGAN)

    assert (answer.standing, answer.standing_on(DAY)) == (Standing.VALID, Standing.CANCELLED)


def test_with_the_protection_under_its_regime_the_use_of_a_product_ends():
    product = make.product()
    make.protection(product, regime="certification", valid_until=date(2025, 1, 1))
    make.protection(product, valid_from=date(2010, 1, 1), valid_until=date(2025, 6, 1))
    make.protection(product, stage="ended", valid_from=date(2025, 6, 1))
    make.protection(product, valid_from=date(2025, 9, 1), valid_until=date(2026, 1, 1))
    used = make.authorisation(make.producer(), product, code="7KQM2X4HA")

    def on(day):
        answer = answers.by_code(used.code, day)
        assert answer.standing == Authorisation.objects.get().standing_on(day)
        return answer.standing, answer.since, answer.may_use

    assert on(date(2025, 5, 31)) == (Standing.VALID, BEGAN, True)
    assert on(date(2025, 6, 1)) == (Standing.UNPROTECTED, date(2025, 6, 1), False)
    assert on(date(2025, 9, 1)) == (Standing.VALID, date(2025, 9, 1), True)
    assert on(date(2026, 1, 1)) == (Standing.UNPROTECTED, date(2026, 1, 1), False)
    make.row(Authorisation, {"pk": used.pk}, valid_until=date(2025, 12, 1))
    assert on(date(2026, 1, 1)) == (Standing.EXPIRED, date(2025, 12, 1), False)


def test_names_are_those_of_the_day():
    party, product = make.producer("示例新名有限公司"), make.product()
    make.former(party, "示例旧名有限公司", None, date(2025, 1, 1))
    make.row(
        make.Name,
        {"product": product, "text": "静海老醋"},
        kind="common",
        valid_from=date(2025, 1, 1),
        **make.sourced(),
    )
    code = make.authorisation(party, product).code

    said = [answers.by_code(code, day) for day in (date(2024, 12, 31), date(2025, 1, 1))]

    assert [(a.producer, a.producer_now, a.product) for a in said] == [
        ("示例旧名有限公司", "示例新名有限公司", "独流老醋"),
        ("示例新名有限公司", "示例新名有限公司", "静海老醋"),
    ]


def test_the_name_of_a_natural_person_is_masked_today_and_of_old():
    party = make.producer("张示例", uscc="", kind="person")
    make.former(party, "李示例", None, date(2025, 1, 1))
    code = make.authorisation(party, make.product()).code

    answer = answers.by_code(code, date(2024, 6, 1))

    assert (answer.producer, answer.producer_now) == ("李**", "张**")


def test_a_uscc_finds_all_of_the_producer_and_of_one_product():
    party, vinegar, melon = make.producer(), make.product(), make.product("taitou-xigua", "台头西瓜")
    make.authorisation(make.producer("别家示例有限公司", make.USCC[1]), vinegar)
    for product in (melon, vinegar):
        make.authorisation(party, product)

    both, one = answers.by_uscc(party.uscc, DAY), answers.by_uscc(party.uscc, DAY, "taitou-xigua")

    assert ([a.product for a in both], [a.product for a in one]) == (["独流老醋", "台头西瓜"], ["台头西瓜"])


def test_many_usccs_are_answered_together(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(answers, "AT_ONCE", 2)
    product = make.product()
    for number, uscc in enumerate(make.USCC[:3]):
        make.authorisation(make.producer(f"示例{number}", uscc), product)

    answers.known.now()
    with django_assert_num_queries(4):  # two parts, and the revision for each
        found = answers.by_usccs([*make.USCC, make.USCC[0]], DAY, "duliu-laocu")

    assert {uscc: [a.producer for a in rows] for uscc, rows in found.items()} == {
        make.USCC[0]: ["示例0"],
        make.USCC[1]: ["示例1"],
        make.USCC[2]: ["示例2"],
    }


@pytest.mark.parametrize("asked", ["第590号", "590", "五九〇号", "国家知识产权局公告第590号", "2024年第590号"])
def test_an_announcement_finds_all_that_it_names(asked):
    product = make.product()
    for number, uscc in enumerate(make.USCC[:2]):
        make.authorisation(make.producer(f"示例{number}", uscc), product)

    assert [a.producer for a in answers.by_number(asked, DAY)] == ["示例0", "示例1"]


@pytest.mark.parametrize("asked", ["4409718", "第4409718号", "商标注册号：4409718", "４４０９７１８"])
def test_a_trade_mark_number_finds_its_users(asked):
    make.authorisation(make.producer(), make.product(), basis="licensee", trademark_number="4409718")

    [answer] = answers.by_number(asked, DAY)

    assert (answer.producer, answer.number) == ("示例酿造有限公司", "4409718")


def test_of_one_product_those_who_may_use_the_mark_stand_first():
    product = make.product()
    make.authorisation(make.producer("示例甲", make.USCC[0]), product, "cancelled")
    make.authorisation(make.producer("示例乙", make.USCC[1]), product)

    assert [a.producer for a in answers.of_product(product.slug, DAY)] == ["示例乙", "示例甲"]


@pytest.mark.parametrize("size", [1, 3])
def test_one_question_is_one_statement(size, django_assert_num_queries):
    product = make.product()
    for uscc in make.USCC[:size]:
        make.authorisation(make.producer(f"示例{uscc}", uscc), product)

    answers.known.now()
    with django_assert_num_queries(2):  # the statement, and the revision, which costs none outside of tests
        assert len(answers.of_product(product.slug, DAY)) == size
