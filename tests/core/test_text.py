from __future__ import annotations

import pytest

from gi_registry.core.text import Searchable, initials_of, one_slip_inside, pinyin_of, plain

EXACT, BEGINS, CONTAINS, BY_PINYIN, ONE_SLIP, NOT_AT_ALL = 0, 1, 2, 3, 4, -1
VINEGAR = Searchable("独流老醋", pinyin_of("独流老醋"), initials_of("独流老醋"))


@pytest.mark.parametrize(
    "typed", ["独流老醋", "独流（老）醋", "独流(老)醋", " 独流 老醋 ", "独流·老醋", "「独流老醋」"]
)
def test_brackets_spaces_and_marks_do_not_tell_names_apart(typed):
    assert plain(typed) == "独流老醋"


def test_full_width_letters_are_letters():
    assert plain("ＤＢ１２／Ｔ 412") == "db12t412"


def test_a_name_has_its_pinyin_and_its_initials():
    assert (pinyin_of("独流（老）醋"), initials_of("独流（老）醋")) == ("duliulaocu", "dllc")


@pytest.mark.parametrize(
    ("typed", "closeness"),
    [
        ("独流老醋", EXACT),
        ("独流（老）醋", EXACT),
        ("独流", BEGINS),
        ("老醋", CONTAINS),
        ("dllc", BY_PINYIN),
        ("DLLC", BY_PINYIN),
        ("ｄｌ", BY_PINYIN),
        ("duliu", BY_PINYIN),
        ("Du Liu Lao Cu", BY_PINYIN),
        ("laocu", BY_PINYIN),
        ("独留老醋", ONE_SLIP),
        ("独老流醋", ONE_SLIP),
        ("独流老", BEGINS),
        ("独流酿老醋", ONE_SLIP),
        ("独流醋", ONE_SLIP),
        ("duliulaocuu", ONE_SLIP),
        ("duliulaoc", BY_PINYIN),
        ("dulliu", ONE_SLIP),
        ("duilu", ONE_SLIP),
        ("渡流老醋", ONE_SLIP),
    ],
)
def test_a_name_is_found_as_people_type_it(typed, closeness):
    assert VINEGAR.closeness(typed) == closeness


@pytest.mark.parametrize("typed", ["", " ", "（）", "lx", "西瓜", "taitou", "毒牛肉汤", "xyzxyz", "独流老醋厂房在哪里"])
def test_what_is_empty_short_or_nonsense_finds_nothing(typed):
    assert VINEGAR.closeness(typed) == NOT_AT_ALL


@pytest.mark.parametrize(
    ("asked", "text", "fits"),
    [
        ("abcd", "xxabcdxx", True),
        ("abxd", "xxabcdxx", True),
        ("acbd", "xxabcdxx", True),
        ("abd", "xxabcdxx", True),
        ("abced", "xxabcdxx", True),
        ("axyd", "xxabcdxx", False),
        ("ab", "ac", False),
    ],
)
def test_one_slip_is_forgiven_and_two_are_not(asked, text, fits):
    assert one_slip_inside(asked, text, 3) == fits
