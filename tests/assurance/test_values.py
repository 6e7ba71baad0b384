from __future__ import annotations

from decimal import Decimal

import pytest

from gi_registry.assurance.values import Reading, factor_between, read_bound, read_value
from gi_registry.core.errors import BadInput


def exactly(number, **more):
    return Reading(Decimal(number), Decimal(number), **more)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("4.2", exactly("4.2")),
        (" ４．２ ", exactly("4.2")),
        ("-0.5", exactly("-0.5")),
        ("−0.5", exactly("-0.5")),
        ("<0.01", Reading(high=Decimal("0.01"), high_open=True)),
        ("＜ 0.01", Reading(high=Decimal("0.01"), high_open=True)),
        ("≤5", Reading(high=Decimal(5))),
        ("<=5", Reading(high=Decimal(5))),
        (">3", Reading(low=Decimal(3), low_open=True)),
        ("≥3.5", Reading(low=Decimal("3.5"))),
        ("4.2±0.1", Reading(Decimal("4.1"), Decimal("4.3"))),
        ("3.5～4.2", Reading(Decimal("3.5"), Decimal("4.2"))),
        ("3.5-4.2", Reading(Decimal("3.5"), Decimal("4.2"))),
        ("1.2×10³", exactly("1.2E+3")),
        ("1.2e3", exactly("1.2E+3")),
        ("未检出", Reading(Decimal(0), not_detected=True)),
        ("ND", Reading(Decimal(0), not_detected=True)),
        ("N.D.", Reading(Decimal(0), not_detected=True)),
        (
            "未检出（<0.01 mg/kg）",
            Reading(Decimal(0), Decimal("0.01"), high_open=True, not_detected=True, unit="mg/kg"),
        ),
        ("未检出(检出限：0.01)", Reading(Decimal(0), Decimal("0.01"), high_open=True, not_detected=True)),
        ("4.2 g/100mL", exactly("4.2", unit="g/100mL")),
        ("5 mg·kg⁻¹", exactly("5", unit="mg·kg-1")),
        ("4.2 ± 0.1", Reading(Decimal("4.1"), Decimal("4.3"))),
        ("符合", Reading(words=True)),
        ("不合格", Reading(words=False)),
        ("4,2", exactly("4.2", understood=("“4,2”的逗号按小数点读。",))),
        ("0,123", exactly("0.123", understood=("“0,123”的逗号按小数点读。",))),
        ("1,234.5", exactly("1234.5", understood=("“1,234.5”的逗号按千分位读。",))),
        ("1,234,567", exactly("1234567", understood=("“1,234,567”的逗号按千分位读。",))),
    ],
)
def test_a_result_is_read_as_numbers_among_which_the_true_one_lies(text, reading):
    assert read_value(text) == reading


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "没有写检验结果。"),
        ("1,234", "“1,234”里的逗号可能是小数点，也可能是千分位：请改写。"),
        ("1.2,3", "“1.2,3”里的逗号和小数点不知道怎么读：请改写。"),
        ("1/2", "结果“1/2”里的“/2”不像单位：这里只写数值和单位。"),
        ("5;6", "结果“5;6”里的“;6”不像单位：这里只写数值和单位。"),
        ("5*", "结果“5*”里的“*”不像单位：这里只写数值和单位。"),
        ("4.2(±0.1)", "结果“4.2(±0.1)”里的“(±0.1)”不像单位：这里只写数值和单位。"),
        ("4.2.1", "“4.2.1”里有几个小数点：请核对。"),
        ("5-3", "范围“5-3”前大后小：请核对。"),
        ("4.2 左右", "结果“4.2 左右”里的“左右”不像单位：这里只写数值和单位。"),
        ("不得检出", "读不懂检验结果“不得检出”：请写数值（可带 <、≤、±、范围）、“未检出”或“符合”。"),
        ("2026-03-05", "读不懂检验结果“2026-03-05”：请写数值（可带 <、≤、±、范围）、“未检出”或“符合”。"),
        ("1e99999", "读不懂检验结果“1e99999”：请写数值（可带 <、≤、±、范围）、“未检出”或“符合”。"),
        ("9" * 61, "检验结果超过 60 字：这里只写数值。"),
        ("5²", "“5²”里有上标、分数或带圈的数字，不知道怎么读：请只写数值。"),
        ("²5", "“²5”里有上标、分数或带圈的数字，不知道怎么读：请只写数值。"),
        ("5①", "“5①”里有上标、分数或带圈的数字，不知道怎么读：请只写数值。"),
        ("3½", "“3½”里有上标、分数或带圈的数字，不知道怎么读：请只写数值。"),
        ("5 6", "“5 6”里有空格隔开的数字，不知道是一个数还是两个：请改写。"),
        ("1 234", "“1 234”里有空格隔开的数字，不知道是一个数还是两个：请改写。"),
    ],
)
def test_what_may_mean_two_things_or_none_is_refused_in_one_sentence(text, sentence):
    with pytest.raises(BadInput) as refusal:
        read_value(text)
    assert refusal.value.sentence == sentence


def test_a_unit_beside_the_number_must_be_that_of_the_column():
    assert read_value("4.2 g/100 mL", "g/100mL").unit == "g/100mL"
    with pytest.raises(BadInput, match="里的单位与所填单位“mg/kg”不同"):
        read_value("4.2 g/L", "mg/kg")


@pytest.mark.parametrize(
    ("given", "asked", "factor"),
    [
        ("g/100mL", "g/100 mL", "1"),
        ("%(m/V)", "g/100mL", "1"),
        ("g/L", "g/100mL", "0.1"),
        ("克/100毫升", "g/L", "10"),
        ("mg/kg", "ppm", "1"),
        ("ug·kg⁻¹", "mg/kg", "0.001"),
        ("g/100g", "mg/kg", "10000"),
        ("%vol", "mL/100mL", "1"),
        ("°Brix", "°brix", "1"),
        ("", "", "1"),
    ],
)
def test_units_of_equal_dimension_are_turned_into_each_other(given, asked, factor):
    assert factor_between(given, asked) == Decimal(factor)


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("MPa", "mPa"),
        ("MJ/kg", "mJ/kg"),
        ("Mg/kg", "mg/kg"),
        ("g/L", "mg/kg"),
        ("g/100g", "%"),
        ("%(m/m)", "%(m/V)"),
        ("CFU/g", "CFU/mL"),
        ("", "g"),
        ("g", ""),
    ],
)
def test_units_of_unequal_dimension_are_never_compared(given, asked):
    with pytest.raises(BadInput):
        factor_between(given, asked)


@pytest.mark.parametrize(("text", "bound"), [("10,5", "10.5"), ("10.5", "10.5"), ("－0.5", "-0.5"), ("1e3", "1000")])
def test_a_bound_is_read_as_results_are(text, bound):
    assert read_bound(text) == Decimal(bound)


@pytest.mark.parametrize(
    ("text", "sentence"), [("十二", "不是一个数"), ("<5", "不是一个数"), ("1,234", "也可能是千分位")]
)
def test_what_is_no_bound_is_refused_by_name(text, sentence):
    with pytest.raises(BadInput, match=sentence):
        read_bound(text)
