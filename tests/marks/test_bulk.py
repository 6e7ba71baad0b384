from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core.errors import BadInput
from gi_registry.marks import answers
from gi_registry.marks.bulk import MOST_ROWS, Asked, Result, check, read_codes
from tests import make

DAY = date(2025, 6, 1)
FIRST, SECOND, THIRD, FOURTH = make.USCC
HEADED = f"企业名称,统一社会信用代码\n示例甲,{FIRST}\n示例乙,{SECOND}\n"
BOTH = [Asked(2, FIRST), Asked(3, SECOND)]


@pytest.mark.parametrize(
    ("content", "asked"),
    [
        (f"{FIRST}\n{SECOND}", [Asked(1, FIRST), Asked(2, SECOND)]),
        (f"{FIRST}\r\n\r\n{SECOND}\r\n", [Asked(1, FIRST), Asked(3, SECOND)]),
        (HEADED, BOTH),
        (HEADED.replace(",", "\t"), BOTH),
        (HEADED.replace(",", ";"), BOTH),
        ("USCC\n" + FIRST, [Asked(2, FIRST)]),
        (f"信用代码\n\t{FIRST}\n", [Asked(2, FIRST)]),
        (f'"统一社会信用代码（必填）"\n{FIRST}', [Asked(2, FIRST)]),
        (f"名称,信用代码\n只有名称\n甲,\n乙, {FIRST} ", [Asked(4, FIRST)]),
        ("1" * 100, [Asked(1, "1" * 60)]),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_column_of_codes_is_found_whatever_stands_around_it(content, asked, encoding):
    assert read_codes(content.encode(encoding)) == asked


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件里没有统一社会信用代码"),
        (b"\n , \n", "文件里没有统一社会信用代码"),
        ("统一社会信用代码\n".encode(), "文件里没有统一社会信用代码"),
        (b"PK\x03\x04\x00\x00\x08\x00", "文件读不出来"),
        (FIRST.encode("utf-16"), "文件读不出来"),
        (b"\xff\xff\xff", "文件读不出来"),
        (b'"' + FIRST.encode(), "这不是 CSV"),
        (f"{FIRST}\n".encode() * (MOST_ROWS + 1), "一次最多 10,000 行"),
    ],
)
def test_what_is_no_list_of_codes_is_refused_in_a_sentence(content, sentence):
    with pytest.raises(BadInput, match=sentence):
        read_codes(content)


def test_as_many_rows_as_may_be():
    assert len(read_codes(f"{FIRST}\n".encode() * MOST_ROWS)) == MOST_ROWS


@pytest.fixture
def register(db):
    """One that may use the mark for one product and no more for another, one suspended, one that only applies."""
    vinegar, melon = make.product(), make.product("taitou-xigua", "台头西瓜", "fruit")
    first, second = make.producer(), make.producer("示例合作社", SECOND, kind="cooperative")
    make.authorisation(first, vinegar, code="000000001")
    make.authorisation(first, melon, "cancelled", code="000000002")
    make.authorisation(second, melon, "suspended", code="000000003")
    make.authorisation(make.producer("示例商行", THIRD, kind="individual"), melon, "intake", code="000000004")


def results(*given, **more):
    rows = check([Asked(number, text) for number, text in enumerate(given, 1)], DAY, **more)
    return [(row.result, row.uscc, [answer.code for answer in row.best]) for row in rows]


def test_every_row_comes_to_its_best_standing_or_to_why_there_is_none(register):
    assert results(FIRST, SECOND, THIRD, FOURTH, "91120118", FIRST) == [
        (Result.VALID, FIRST, ["000000001"]),
        (Result.SUSPENDED, SECOND, ["000000003"]),
        (Result.NOT_FOUND, THIRD, []),
        (Result.NOT_FOUND, FOURTH, []),
        (Result.UNREADABLE, "", []),
        (Result.VALID, FIRST, ["000000001"]),
    ]


def test_of_one_product_only_its_authorisations_count(register):
    assert results(FIRST, SECOND, product="taitou-xigua") == [
        (Result.CANCELLED, FIRST, ["000000002"]),
        (Result.SUSPENDED, SECOND, ["000000003"]),
    ]
    assert results(SECOND, product="duliu-laocu") == [(Result.NOT_FOUND, SECOND, [])]


@pytest.mark.parametrize(
    ("given", "note"),
    [
        (FIRST, ""),
        (FIRST.lower(), "小写按大写读。"),
        (f" {FIRST[:9]}-{FIRST[9:]}", "空格和连字符已去掉。"),
        (FIRST.replace("0000007", "OOOOOO7"), "O 按 0 读。"),
        (FIRST[:-1] + "J", "统一社会信用代码的校验位不对，有一位写错了：请对照营业执照再填一次。"),
    ],
)
def test_what_had_to_be_understood_is_said(register, given, note):
    [row] = check([Asked(1, given)], DAY)

    assert row.note == note


@pytest.mark.parametrize("size", [1, 3])
def test_many_codes_cost_as_many_queries_as_one(register, size, django_assert_num_queries):
    answers.known.now()
    with django_assert_num_queries(2):  # the statement, and the revision
        check([Asked(1, code) for code in make.USCC[:size]], DAY)


@pytest.mark.parametrize("heading", ["a,b", "代码,名称", "企业代号,备注"])
def test_a_first_row_that_can_be_no_code_is_a_heading(heading):
    assert [asked.row for asked in read_codes(f"{heading}\n{make.USCC[0]},x".encode())] == [2]
