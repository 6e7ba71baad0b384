from __future__ import annotations

from datetime import date

import pytest

from gi_registry.marks.labels import (
    RULE,
    Conclusion,
    Label,
    Outcome,
    concluded,
    judged,
    read_announcement,
    read_standard,
    same_standard,
)
from gi_registry.products.models import Regime
from tests import make
from tests.make import USCC

ON = date(2026, 11, 24)
OF_PRODUCT = {"mark": "yes", "uscc": USCC[0], "product": "独流老醋", "standard": "GB/T 19461-2008"}
OF_TRADEMARK = {"mark": "yes", "uscc": USCC[0], "trademark": "yes", "trademark_number": "第4409718号"}


@pytest.fixture(autouse=True)
def vinegar(db):
    return make.product()


def outcomes(regime=Regime.PRODUCT, **shown):
    return {line.requirement.key: str(line.outcome) for line in judged(Label(regime, ON, **shown))}


def why(key, regime=Regime.PRODUCT, **shown):
    return next(line.why for line in judged(Label(regime, ON, **shown)) if line.requirement.key == key)


def test_a_label_of_a_product_meets_its_lines_and_those_of_trade_marks_do_not_apply():
    assert outcomes(**OF_PRODUCT) == {
        "mark": "met",
        "uscc": "met",
        "name": "met",
        "number": "met",
        "trademark": "moot",
        "trademark_number": "moot",
    }


@pytest.mark.parametrize("regime", [Regime.COLLECTIVE, Regime.CERTIFICATION])
def test_a_label_of_a_trade_mark_meets_its_lines_and_those_of_products_do_not_apply(regime):
    assert outcomes(regime, **OF_TRADEMARK) == {
        "mark": "met",
        "uscc": "met",
        "name": "moot",
        "number": "moot",
        "trademark": "met",
        "trademark_number": "met",
    }


def test_nothing_said_is_blank_wherever_the_rule_asks():
    assert outcomes() == dict.fromkeys(["mark", "uscc", "name", "number"], "blank") | dict.fromkeys(
        ["trademark", "trademark_number"], "moot"
    )


def test_without_the_mark_nothing_is_asked():
    lines = judged(Label(Regime.PRODUCT, ON, mark="no", uscc="wrong", standard="wrong"))

    assert {line.outcome for line in lines} == {Outcome.MOOT}


@pytest.mark.parametrize(
    ("key", "regime", "shown"),
    [
        ("uscc", Regime.PRODUCT, {"uscc": "无"}),
        ("uscc", Regime.PRODUCT, {"uscc": "91120118MA0000008K"}),
        ("name", Regime.PRODUCT, {"product": "无"}),
        ("number", Regime.PRODUCT, {"standard": "无", "announcement": "没有"}),
        ("number", Regime.PRODUCT, {"standard": "优质产品"}),
        ("number", Regime.PRODUCT, {"announcement": "公告"}),
        ("trademark", Regime.COLLECTIVE, {"trademark": "no"}),
        ("trademark_number", Regime.COLLECTIVE, {"trademark_number": "无"}),
        ("trademark_number", Regime.CERTIFICATION, {"trademark_number": "R"}),
    ],
)
def test_what_is_missing_or_malformed_breaks_its_line(key, regime, shown):
    assert outcomes(regime, mark="yes", **shown)[key] == "broken"


@pytest.mark.parametrize(
    "shown",
    [
        {"standard": "GB/T 19461"},
        {"announcement": "2011年第178号"},
        {"standard": "无", "announcement": "国家知识产权局公告第三五四号"},
        {"standard": "DB12/T 1234—2024", "announcement": "无"},
    ],
)
def test_a_standard_or_an_announcement_is_enough(shown):
    assert outcomes(mark="yes", **shown)["number"] == "met"


def test_one_of_two_numbers_looked_for_and_missing_leaves_the_line_open():
    assert outcomes(mark="yes", standard="无")["number"] == "blank"


def test_a_code_that_had_to_be_understood_is_met_and_says_how_it_was_read():
    said = why("uscc", mark="yes", uscc="９１１２０１１８ ＭＡ００００００７k")

    assert all(part in said for part in (USCC[0], "全角", "空格", "小写"))


def test_a_wrong_check_character_is_said_to_be_one():
    assert "校验位不对" in why("uscc", mark="yes", uscc="91120118MA0000007A")


def test_each_line_names_its_clause_and_how_far_that_was_seen():
    assert [(requirement.clause, str(requirement.grade)) for requirement in RULE] == [
        ("公告第三五四号“使用要求”", "secondary"),
        ("公告第三五四号“使用要求”（一）", "secondary"),
        ("公告第三五四号“使用要求”（二）", "secondary"),
        ("公告第三五四号“使用要求”（二）", "secondary"),
        ("公告第三五四号“使用要求”（三）", "secondary"),
        ("公告第三五四号“使用要求”（三）", "secondary"),
    ]


@pytest.mark.parametrize(
    ("shown", "conclusion"),
    [
        (OF_PRODUCT, Conclusion.MET),
        (OF_PRODUCT | {"product": "无", "uscc": ""}, Conclusion.BROKEN),
        (OF_PRODUCT | {"product": ""}, Conclusion.OPEN),
        (OF_PRODUCT | {"mark": ""}, Conclusion.OPEN),
        ({"mark": "no"}, Conclusion.MOOT),
    ],
)
def test_the_lines_come_to_one_conclusion(shown, conclusion):
    assert concluded(judged(Label(Regime.PRODUCT, ON, **shown))) == conclusion


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("GB/T 17924-2008", "GB/T 17924-2008"),
        ("产品标准号：GB/T17924—2008", "GB/T 17924-2008"),
        ("ＧＢ／Ｔ 19461", "GB/T 19461"),
        ("gb 7718－2011", "GB 7718-2011"),
        ("DB3716/T 88—2025", "DB3716/T 88-2025"),
        ("DB22/T2171-2014", "DB22/T 2171-2014"),
        ("T/CAI 134-2021", "T/CAI 134-2021"),
        ("T/HIBT12-2023", "T/HIBT 12-2023"),
        ("Q/ABC 0001S-2024", "Q/ABC 0001S-2024"),
        ("SC10312011800012", ""),
        ("公告第475号", ""),
        ("", ""),
    ],
)
def test_standards_are_read_as_labels_write_them(written, read):
    assert read_standard(written) == read


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("GB/T19461—2008", "GB/T 19461-2008", True),
        ("GB/T 19461", "GB/T 19461-2008", True),
        ("GB/T 19461-2023", "GB/T 19461-2008", False),
        ("GB 19461-2008", "GB/T 19461-2008", False),
        ("T/CAI 134", "T/CAI 13", False),
        ("", "", False),
    ],
)
def test_a_year_left_out_makes_no_other_standard(one, other, same):
    assert same_standard(one, other) is same


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("国家知识产权局公告第475号", "第475号公告"),
        ("第三五四号", "第354号公告"),
        ("2011年第178号", "2011年第178号公告"),
        ("无", ""),
        ("", ""),
        ("公告", ""),
    ],
)
def test_announcements_are_read_as_labels_write_them(written, read):
    assert read_announcement(written) == read


@pytest.mark.parametrize(
    ("name", "outcome", "said"),
    [
        ("独流老醋（500毫升）", "met", "标签上写有“独流老醋（500毫升）”。"),
        (
            "独流陈醋",
            "doubt",
            "登记簿没有名为“独流陈醋”的地理标志，最近的是“独流老醋”：请对照标签和批准公告看名称。",
        ),
        ("苹果", "doubt", "登记簿没有名为“苹果”的地理标志：请对照标签和批准公告看名称。"),
        ("（）", "doubt", "登记簿没有名为“（）”的地理标志：请对照标签和批准公告看名称。"),
        ("无", "broken", "标签上没有标注。"),
    ],
)
def test_only_the_name_of_a_geographical_indication_will_do(name, outcome, said):
    shown = OF_PRODUCT | {"product": name}

    assert (outcomes(**shown)["name"], why("name", **shown)) == (outcome, said)


def test_a_name_in_doubt_leaves_the_answer_open():
    assert concluded(judged(Label(Regime.PRODUCT, ON, **OF_PRODUCT | {"product": "独流陈醋"}))) == Conclusion.OPEN
