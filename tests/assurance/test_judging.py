from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gi_registry.assurance.judging import Bounds, Result, Verdict, judge_report, judged_reports, line_of
from tests import make

PASS, FAIL, NOT = Verdict.PASS, Verdict.FAIL, Verdict.NOT_COMPARABLE


def bounds(lower=None, upper=None, unit="", **more):
    lower, upper = (None if one is None else Decimal(one) for one in (lower, upper))
    return Bounds("总酸", unit, more.get("method", ""), lower, upper, "", more.get("wording", ""))


def judged(text, limit, unit="", method=""):
    line = line_of(Result("总酸", unit, method, text), limit, "GB/T 99991-2020")
    return line.verdict, line.why


@pytest.mark.parametrize(
    ("text", "limit", "verdict"),
    [
        ("5", bounds(5), PASS),
        ("4.99", bounds(5), FAIL),
        ("6", bounds(None, 6), PASS),
        ("6.01", bounds(None, 6), FAIL),
        ("5.5", bounds(5, 6), PASS),
        ("<0.01", bounds(None, "0.01"), PASS),
        ("<0.02", bounds(None, "0.01"), NOT),
        ("<5", bounds(5), FAIL),
        ("≤5", bounds(5), NOT),
        (">6", bounds(None, 6), FAIL),
        ("≥6", bounds(None, 6), NOT),
        ("5.1±0.2", bounds(5), NOT),
        ("5.3±0.2", bounds(5), PASS),
        ("4.1±0.2", bounds(5), FAIL),
        ("4.5-5.5", bounds(5), NOT),
        ("未检出", bounds(None, 0), PASS),
        ("未检出", bounds(None, "0.1"), NOT),
        ("未检出(<0.05)", bounds(None, "0.1"), PASS),
        ("未检出(<0.05)", bounds(None, 0), PASS),
        ("未检出(<0.05)", bounds("0.1"), FAIL),
        ("符合", bounds(wording="具有独流老醋特有的香气"), PASS),
        ("不符合", bounds(wording="具有独流老醋特有的香气"), FAIL),
        ("5", bounds(wording="具有独流老醋特有的香气"), NOT),
        ("符合", bounds(5), NOT),
    ],
)
def test_a_result_passes_wholly_inside_fails_wholly_outside_and_else_cannot_be_compared(text, limit, verdict):
    assert judged(text, limit)[0] is verdict


def test_a_content_below_nothing_is_a_slip_of_the_pen():
    assert judged("-1", bounds(None, "0.5", "mg/kg"), "mg/kg") == (NOT, "结果 -1 小于零，像是笔误，不能比较")
    assert judged("-18", bounds(None, -15, "℃"), "℃")[0] is PASS


def test_another_unit_of_the_same_dimension_is_converted_and_said():
    limit = bounds(5, unit="g/100mL")

    assert judged("56", limit, "g/L") == (PASS, "在 ≥5 g/100mL 之内（换算为 g/100mL）")
    assert judged("49", limit, "g/L") == (FAIL, "不在 ≥5 g/100mL 之内（换算为 g/100mL）")


@pytest.mark.parametrize(
    ("unit", "why"),
    [
        ("mg/kg", "报告的单位 mg/kg 与标准的单位 g/100mL 不能换算"),
        ("", "报告没有写单位，标准的单位是 g/100mL"),
    ],
)
def test_a_unit_that_does_not_fit_cannot_be_compared(unit, why):
    assert judged("5.6", bounds(5, unit="g/100mL"), unit) == (NOT, why)


@pytest.mark.parametrize(
    ("given", "verdict", "why"),
    [
        ("GB 12456-2021", PASS, "在 ≥5 之内"),
        ("GB 12456—2021", PASS, "在 ≥5 之内"),
        ("GB/T 5009.41", NOT, "检验方法 GB/T 5009.41 与标准规定的 GB 12456-2021 不同"),
        ("", NOT, "报告没有写检验方法，标准规定按 GB 12456-2021"),
    ],
)
def test_a_limit_that_names_its_method_is_compared_with_results_by_it_only(given, verdict, why):
    assert judged("5.6", bounds(5, method="GB 12456-2021"), method=given) == (verdict, why)


# --- Whole reports ---------------------------------------------------------------------------------------------------

ACID = {"parameter": "总酸", "unit": "g/100mL"}


@pytest.fixture
def report(db):
    """A sample of 2026-02-20 with 5.6 g/100mL."""
    return make.lab_report(make.product(), make.laboratory(), results={"总酸": ("5.6", "g/100mL")})


def lines(report):
    return [(line.standard, line.limit, line.verdict, line.why) for line in judge_report(report)]


def test_the_limits_are_those_of_the_edition_in_force_on_the_day_of_sampling(report):
    old = {"valid_until": date(2026, 2, 21), "limits": [ACID | {"lower": 4}]}
    make.standard(report.product, "GB/T 99991-2008", **old)
    make.standard(report.product, "GB/T 99991-2025", valid_from=date(2026, 2, 21), limits=[ACID | {"lower": 6}])
    assert lines(report) == [("GB/T 99991-2008", "≥4 g/100mL", PASS, "在 ≥4 g/100mL 之内")]

    make.row(type(report), {"pk": report.pk}, sampled_on=date(2026, 2, 21))
    report.refresh_from_db()
    assert lines(report) == [("GB/T 99991-2025", "≥6 g/100mL", FAIL, "不在 ≥6 g/100mL 之内")]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"valid_from": date(2026, 3, 1)}, "GB/T 99991-2020 在抽样日 2026-02-20 还没有实施"),
        ({"valid_until": date(2026, 1, 1)}, "GB/T 99991-2020 在抽样日 2026-02-20 已废止"),
        ({"valid_from": None}, "GB/T 99991-2020 的实施日未查明，不知道抽样日 2026-02-20 是否已实施"),
        ({"valid_from": None, "pending_on": date(2026, 1, 1)}, "GB/T 99991-2020 在抽样日 2026-02-20 还没有实施"),
    ],
)
def test_a_standard_that_was_not_in_force_compares_nothing_and_says_so(report, values, why):
    make.standard(report.product, limits=[ACID | {"lower": 5}], **values)
    make.row(type(report), {"pk": report.pk}, standard_number="GB/T 99991—2020")
    report.refresh_from_db()

    assert lines(report) == [("", "", NOT, why)]


def test_a_standard_that_another_replaced_is_told_as_replaced(report):
    make.standard(report.product, "GB/T 99991-2008", valid_from=date(2009, 1, 1), valid_until=date(2021, 1, 1))
    make.standard(report.product, replaces="GB/T 99991—2008")
    make.row(type(report), {"pk": report.pk}, standard_number="GB/T 99991-2008")
    report.refresh_from_db()

    assert lines(report) == [("", "", NOT, "GB/T 99991-2008 在抽样日 2026-02-20 已被代替")]


def test_a_start_that_is_only_attested_is_enough_from_that_day(report):
    values = {"valid_from": None, "attested_on": date(2026, 2, 20)}
    make.standard(report.product, limits=[ACID | {"lower": 5}], **values)

    assert [verdict for *_rest, verdict, _why in lines(report)] == [PASS]


def test_without_standard_or_limit_it_is_said_which_is_missing(report):
    assert lines(report) == [("", "", NOT, "登记簿没有这一产品的标准")]
    make.standard(report.product, limits=[{"parameter": "还原糖", "upper": 1}])
    assert lines(report) == [("", "", NOT, "GB/T 99991-2020 没有登记“总酸”的限值")]
    make.row(type(report), {"pk": report.pk}, standard_number="DB12/T 1-2020")
    report.refresh_from_db()
    assert lines(report) == [("", "", NOT, "登记簿没有报告所依据的标准 DB12/T 1-2020")]


def test_limits_by_grade_of_goods_are_those_of_the_grade_that_the_sample_claims(report):
    limits = [ACID | {"lower": 6, "goods": "特级"}, ACID | {"lower": 5, "goods": "一级"}]
    make.standard(report.product, limits=limits)
    why = "GB/T 99991-2020 按等级规定“总酸”，没有与未写等级的报告对应的一行"
    assert lines(report) == [("GB/T 99991-2020", "", NOT, why)]

    make.row(type(report), {"pk": report.pk}, goods="特级")
    report.refresh_from_db()
    assert lines(report) == [("GB/T 99991-2020", "≥6 g/100mL", FAIL, "不在 ≥6 g/100mL 之内")]


def test_every_standard_in_force_is_held_against_the_value(report):
    make.standard(report.product, limits=[ACID | {"lower": 5}])
    make.standard(report.product, "DB12/T 1-2020", limits=[ACID | {"lower": 6}])
    make.standard(None, "GB 2719-2018", limits=[ACID | {"parameter": "总酸（以乙酸计）", "lower": 3}])

    assert {(number, verdict) for number, _limit, verdict, _why in lines(report)} == {
        ("GB/T 99991-2020", PASS),
        ("DB12/T 1-2020", FAIL),
    }


@pytest.mark.parametrize("size", [1, 3])
def test_all_reports_of_a_product_cost_four_queries(db, size, django_assert_num_queries):
    product = make.product()
    make.standard(product, limits=[ACID | {"lower": 5}])
    for _number in range(size):
        make.lab_report(product, make.laboratory(), results={"总酸": ("5.6", "g/100mL")})

    with django_assert_num_queries(4):
        found = judged_reports(product.pk)

    assert [line.verdict for _report, lines in found for line in lines] == [PASS] * size
