from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from stdnum.cn import uscc

from gi_registry.core.errors import BadInput
from gi_registry.parties.validators import ALPHABET, Uscc, read_uscc, whole_uscc
from tests import make

CODE = "91120118MA0000007K"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (CODE, Uscc(CODE)),
        ("121201180000000000", Uscc("121201180000000000")),
        ("51120118000000000Y", Uscc("51120118000000000Y")),
        (" 91120118MA0000007K\n", Uscc(CODE)),
        ("９１１２０１１８ＭＡ００００００７Ｋ", Uscc(CODE, ("全角字符按半角读",))),
        ("91120118 MA00 0000 7K", Uscc(CODE, ("空格和连字符已去掉",))),
        ("91120118-MA000000-7K", Uscc(CODE, ("空格和连字符已去掉",))),
        ("91120118ma0000007k", Uscc(CODE, ("小写按大写读",))),
        ("9112O118MA0000007K", Uscc(CODE, ("O 按 0 读",))),
        ("9II20118MA0000007K", Uscc(CODE, ("I 按 1 读",))),
        ("９112o118 ma0000007k", Uscc(CODE, ("全角字符按半角读", "空格和连字符已去掉", "小写按大写读", "O 按 0 读"))),
    ],
)
def test_a_code_is_read_as_people_type_it_and_what_was_understood_is_said(typed, read):
    assert read_uscc(typed) == read


def test_every_character_of_the_alphabet_may_stand_at_the_end():
    numbers = [f"91120118{number:09d}" for number in range(2_000)]
    codes = {number + uscc.calc_check_digit(number) for number in numbers}

    assert {read_uscc(code).code[-1] for code in codes} == set(ALPHABET)


@pytest.mark.parametrize("kind", ["N1", "N2", "N3", "11", "12", "51", "91", "92", "93", "A1"])
def test_a_code_may_begin_with_letters(kind):
    number = f"{kind}120118MF0000000"

    assert read_uscc(number + uscc.calc_check_digit(number)).code.startswith(kind)


def test_an_inner_check_that_does_not_fit_only_warns():
    number = "91120118MA0000006"
    code = number + uscc.calc_check_digit(number)

    assert read_uscc(code) == Uscc(code, (), "第 9 至 17 位自带的校验位对不上，不一定有误：请对照营业执照核对。")


LOOK = "请对照营业执照再填一次。"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("  ", "请填写统一社会信用代码。"),
        ("120223000012345", f"统一社会信用代码有 18 位，所填的是 15 位：{LOOK}"),
        ("91120118MA0000007KK", f"统一社会信用代码有 18 位，所填的是 19 位：{LOOK}"),
        ("V1120118MA0000007K", f"统一社会信用代码第 1 位不能是“V”（不用字母 I、O、S、V、Z）：{LOOK}"),
        ("91120118MA00000甲7K", f"统一社会信用代码第 16 位不能是“甲”（不用字母 I、O、S、V、Z）：{LOOK}"),
        (
            "911A0118MA0000007K",
            f"统一社会信用代码第 3 至 8 位是行政区划码，只能是数字，第 4 位却是“A”：{LOOK}",
        ),
        ("91120118MA0000007A", f"统一社会信用代码的校验位不对，有一位写错了：{LOOK}"),
        ("91120118MA0000070K", f"统一社会信用代码的校验位不对，有一位写错了：{LOOK}"),
    ],
)
def test_what_is_no_code_is_refused_with_what_is_wrong(typed, sentence):
    with pytest.raises(BadInput) as refused:
        read_uscc(typed)

    assert refused.value.sentence == sentence


def test_one_wrong_digit_anywhere_is_noticed():
    wrong = [CODE[:at] + str((int(CODE[at]) + 1) % 10) + CODE[at + 1 :] for at in range(18) if CODE[at].isdigit()]

    for code in wrong:
        with pytest.raises(BadInput):
            read_uscc(code)


def test_a_column_takes_only_the_code_itself():
    whole_uscc(CODE)

    with pytest.raises(ValidationError, match=f"应写成 {CODE}。"):
        whole_uscc("91120118ma0000007k")
    with pytest.raises(ValidationError, match="校验位不对"):
        whole_uscc("91120118MA0000007A")


def test_the_codes_of_the_samples_are_whole():
    assert [read_uscc(code) for code in make.USCC] == [Uscc(code) for code in make.USCC]
