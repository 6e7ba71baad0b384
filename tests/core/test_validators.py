from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.core.validators import day, whole_number

LAST_YEAR_ALLOWED = clock.today().year + 10
UNREADABLE = "读不出来：请写成 2010-12-24 这样的年-月-日。"
OUT_OF_RANGE = f"超出登记簿的范围：请选 1949-10-01 至 {LAST_YEAR_ALLOWED} 年末之间的一天。"


def test_an_empty_day_is_today():
    assert (day(""), day("  ")) == (clock.today(), clock.today())


@pytest.mark.parametrize("text", ["2010-12-24", " 2010-12-24 "])
def test_a_day_is_read(text):
    assert day(text) == date(2010, 12, 24)


def test_the_first_and_last_day_of_the_register_belong_to_it():
    last = date(LAST_YEAR_ALLOWED, 12, 31)

    assert (day("1949-10-01"), day(last.isoformat())) == (date(1949, 10, 1), last)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("昨天", f"日期“昨天”{UNREADABLE}"),
        ("2010-02-30", f"日期“2010-02-30”{UNREADABLE}"),
        ("2010-13-01", f"日期“2010-13-01”{UNREADABLE}"),
        ("24/12/2010", f"日期“24/12/2010”{UNREADABLE}"),
        ("2010-12-24T00:00", f"日期“2010-12-24T00:00”{UNREADABLE}"),
        ("2010-12-24\x00", f"日期“2010-12-24\x00”{UNREADABLE}"),
        ("x" * 500, f"日期“{'x' * 20}”{UNREADABLE}"),
        ("1949-09-30", f"日期 1949-09-30 {OUT_OF_RANGE}"),
        ("9999-12-31", f"日期 9999-12-31 {OUT_OF_RANGE}"),
    ],
)
def test_a_bad_day_is_refused_in_one_sentence(text, sentence):
    with pytest.raises(BadInput) as refused:
        day(text)

    assert refused.value.sentence == sentence


@pytest.mark.parametrize(("text", "number"), [("", 7), (" ", 7), ("1", 1), (" 20 ", 20), ("007", 7)])
def test_a_whole_number_is_read(text, number):
    assert whole_number(text, "limit", 1, 20, 7) == number


@pytest.mark.parametrize("text", ["0", "21", "-1", "1.5", "ten", "十", "１０", "²", "1e1", "+5", "nan", "9" * 5000])
def test_a_bad_number_is_refused_in_one_sentence(text):
    with pytest.raises(BadInput) as refused:
        whole_number(text, "limit", 1, 20, 7)

    assert refused.value.sentence == f"limit 必须是 1 到 20 之间的整数，所给的是“{text[:20]}”。"
