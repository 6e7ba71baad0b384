from __future__ import annotations

import pytest

from gi_registry.opendata import places, products
from gi_registry.opendata.columns import Column, Kind, Origin, cleaned, dictionary, joined, values
from gi_registry.products.models import Stage

TABLES = [products.COLUMNS, places.COLUMNS]


@pytest.mark.parametrize("columns", TABLES)
def test_every_column_has_a_name_of_its_own_in_every_format(columns):
    for names in ([c.name for c in columns], [c.short for c in columns], [str(c.title) for c in columns]):
        assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("columns", TABLES)
def test_names_in_a_shapefile_are_at_most_ten_letters_of_ascii(columns):
    assert [c.short for c in columns if not (c.short.isascii() and 1 <= len(c.short) <= 10)] == []


@pytest.mark.parametrize("columns", TABLES)
def test_no_column_tells_of_contacts_documents_or_accounts(columns):
    told = " ".join(f"{c.name} {c.title}" for c in columns)

    assert [
        word for word in ("contact", "phone", "document", "file", "email", "user", "联系", "电话") if word in told
    ] == []


@pytest.mark.parametrize("columns", TABLES)
def test_the_dictionary_explains_every_column(columns):
    heading, *lines = dictionary(columns)

    assert heading == ["列名", "Shapefile 列名", "XLSX 标题", "类型", "单位", "含义", "出处"]
    assert [line[0] for line in lines] == [column.name for column in columns]
    assert [line for line in lines if not all(line[at] for at in (0, 1, 2, 3, 5, 6))] == []


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("", None),
        ("  \n", None),
        (None, None),
        (0.0, 0.0),
        (False, False),
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("响\x07铃\x00、半\ud800字", "响铃、半字"),
        (" 独流老醋 ", "独流老醋"),
        (Stage.PROTECTED.label, "已保护"),
    ],
)
def test_texts_are_cleaned_and_nothing_else_is_touched(value, kept):
    assert cleaned(value) == kept


def test_values_stand_in_the_order_of_the_columns():
    columns = [
        Column(name, name, name, Kind.TEXT, Origin.REGISTER, name, lambda row, name=name: row[name]) for name in "ba"
    ]

    assert values(columns, {"a": 1, "b": ""}) == [None, 1]


def test_several_texts_share_a_cell():
    assert (joined([]), joined(["甲"]), joined(["甲", "乙"])) == ("", "甲", "甲；乙")
