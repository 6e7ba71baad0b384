from __future__ import annotations

from datetime import date

import pytest

from gi_registry.marks import numbers
from gi_registry.marks.numbers import Number, read_number, trademark_number
from tests import make


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("第475号", Number(None, 475, "")),
        ("475", Number(None, 475, "")),
        ("第三五四号", Number(None, 354, "")),
        ("２０１１年第１７８号", Number(2011, 178, "")),
        ("国家知识产权局公告 第 554 号", Number(None, 554, "国家知识产权局公告")),
        ("2011年第178号公告", Number(2011, 178, "")),
        ("国知办发保字〔2021〕4号", Number(2021, 4, "国知办发保字")),
        ("独流老醋", None),
        ("", None),
    ],
)
def test_numbers_of_announcements_are_read_as_people_write_them(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4409718", "4409718"),
        ("第4409718号商标", "4409718"),
        ("商标注册号: 12345678", "12345678"),
        ("475", ""),
        ("第475号", ""),
        ("独流老醋", ""),
    ],
)
def test_numbers_of_trade_marks_are_read_as_people_write_them(text, number):
    assert trademark_number(text) == number


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("178", {"质检", "知产"}),
        ("2011年第178号", {"质检"}),
        ("2022年第178号", {"知产"}),
        ("国家质检总局公告2011年第178号", {"质检"}),
        ("示例机关（虚构）公告 示例第7号", {"示例"}),  # as the register itself writes it
        ("别的机关公告第178号", set()),
        ("第179号", set()),
    ],
)
def test_year_and_issuer_count_where_they_are_named(asked, found):
    rows = {
        make.announcement("2011年第178号", date(2011, 12, 5), issuer="国家质检总局").pk: "质检",
        make.announcement("第178号", date(2022, 3, 1)).pk: "知产",
        make.announcement("示例第7号", date(2022, 3, 1), issuer="示例机关（虚构）").pk: "示例",
    }

    assert {rows[pk] for pk in numbers.announcements_numbered(asked)} == found


@pytest.mark.django_db
def test_announcements_are_read_anew_only_when_one_was_written(django_assert_num_queries):
    make.announcement("第475号")
    numbers.announcements_numbered("475")
    make.product()
    with django_assert_num_queries(2):  # the revision, and whether an announcement was among the changes
        numbers.announcements_numbered("475")
    later = make.announcement("第476号")

    assert numbers.announcements_numbered("476") == [later.pk]
