from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core.history import drop, put
from gi_registry.core.text import initials_of, pinyin_of
from gi_registry.marks import search
from gi_registry.marks.search import (
    BEGINS,
    BY_PINYIN,
    CONTAINS,
    EXACT,
    ONE_SLIP,
    Found,
    Index,
    Match,
    NameRow,
    Names,
    Windows,
)
from gi_registry.parties.models import Party
from tests import make

VINEGAR, MELON, JUJUBE = "示例独流酿造有限公司", "示例台头瓜菜专业合作社", "示例金丝小枣有限公司"
UNTIL = date(2025, 1, 1)


def row(party: int, name: str, *, former: bool = False) -> NameRow:
    return NameRow(party, name, pinyin_of(name), initials_of(name), former)


def index(*names: str) -> Index:
    return Index(0, Names(row(number, name) for number, name in enumerate(names)))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (VINEGAR, [(VINEGAR, EXACT)]),
        ("示例独流（酿造）", [(VINEGAR, BEGINS)]),
        ("独流", [(VINEGAR, CONTAINS)]),
        ("枣", [(JUJUBE, CONTAINS)]),
        ("有限公司", [(VINEGAR, CONTAINS), (JUJUBE, CONTAINS)]),
        ("duliuniangzao", [(VINEGAR, BY_PINYIN)]),
        ("Jinsi Xiaozao", [(JUJUBE, BY_PINYIN)]),
        ("dlnz", [(VINEGAR, BY_PINYIN)]),
        ("独留酿造", [(VINEGAR, ONE_SLIP)]),
        ("独酿流造", [(VINEGAR, ONE_SLIP)]),
        ("独流造", [(VINEGAR, ONE_SLIP)]),
        ("抬头瓜菜", [(MELON, ONE_SLIP)]),
        ("xiaozzao", [(JUJUBE, ONE_SLIP)]),
        ("茶淀葡萄", []),
        ("xyz", []),
        ("", []),
        ("（）", []),
    ],
)
def test_a_producer_is_found_as_people_type_its_name(typed, found):
    matches, more = index(VINEGAR, MELON, JUJUBE).find(typed, 10)

    assert ([(match.name, match.closeness) for match in matches], more) == (found, False)


def test_a_producer_is_named_once_and_by_todays_name_where_both_fit():
    names = Index(0, Names([row(7, "示例独流老醋厂", former=True), row(7, VINEGAR), row(8, "独流示例社", former=True)]))

    assert names.find("独流", 10).matches == [
        Match(8, "独流示例社", former=True, closeness=BEGINS),
        Match(7, VINEGAR, former=False, closeness=CONTAINS),
    ]


def test_more_than_asked_for_is_said():
    assert index(VINEGAR, MELON, JUJUBE).find("示例", 2) == Found(
        [Match(0, VINEGAR, False, BEGINS), Match(2, JUJUBE, False, BEGINS)], more=True
    )


def test_of_too_many_texts_the_shortest_are_looked_at_so_that_an_exact_one_is_found(monkeypatch):
    monkeypatch.setattr(search, "LOOKED_AT", 2)

    assert Windows(["有限公司甲乙", "有限公司甲", "有限公司", "有限公司丙丁"], 2).containing("有限公司") == (
        [2, 1],
        True,
    )


@pytest.mark.parametrize("typed", ["示例", "shili", "示例静海独流老醋有限公丝"])
def test_of_some_producers_alone_however_many_others_there_are(monkeypatch, typed):
    monkeypatch.setattr(search, "LOOKED_AT", 2)
    monkeypatch.setattr(search, "NEAR", 2)
    names = index(*(f"示例{letter}独流老醋有限公司" for letter in "甲乙丙丁"), "示例静海独流老醋有限公司")

    matches, more = names.find(typed, 1, [4])

    assert ([match.name for match in matches], more) == (["示例静海独流老醋有限公司"], False)
    assert names.find(typed, 1, []) == Found([], more=False)


def test_an_empty_register_finds_nothing():
    assert (Index(0, Names([])).find("独流", 10), Index(0, Names([])).find("dl", 10)) == (
        Found([], False),
        Found([], False),
    )


# --- The register ----------------------------------------------------------------------------------------------------


def names_found(query: str) -> list[tuple[str, bool]]:
    return [(match.name, match.former) for match in search.find(query).matches]


@pytest.mark.django_db
def test_names_of_today_and_of_old_are_found_but_only_of_public_authorisations_and_never_of_a_person():
    product = make.product()
    public = make.producer("示例新名酿造有限公司")
    make.former(public, "示例旧名酿造厂", None, UNTIL)
    make.authorisation(public, product)
    make.authorisation(make.producer("示例在申请酿造有限公司", make.USCC[1]), product, "intake")
    make.authorisation(make.producer("酿造", uscc="", kind="person"), product)

    assert (names_found("酿造"), names_found("旧名")) == (
        [("示例新名酿造有限公司", False)],
        [("示例旧名酿造厂", True)],
    )


@pytest.mark.django_db
def test_other_changes_leave_the_names_as_they_are_held(django_assert_num_queries):
    make.authorisation(make.producer(VINEGAR), make.product())
    before = search.index()
    make.product("taitou-xigua", "台头西瓜")
    with django_assert_num_queries(2):  # the revision, and what was touched
        after = search.index()

    assert (after.names is before.names, after.touched) == (True, set())


@pytest.mark.django_db
def test_a_change_costs_only_the_producers_that_it_touches():
    product, party = make.product(), make.producer(VINEGAR)
    make.authorisation(party, product)
    before = search.index()
    make.authorisation(make.producer(MELON, make.USCC[1]), product)
    put(Party, {"pk": party.pk}, {"name": JUJUBE}, by="测试")
    make.former(party, VINEGAR, None, UNTIL)

    assert (names_found("瓜菜"), names_found("小枣"), names_found("独流")) == (
        [(MELON, False)],
        [(JUJUBE, False)],
        [(VINEGAR, True)],
    )
    assert search.index().names is before.names


@pytest.mark.django_db
def test_after_many_changes_or_a_row_dropped_all_names_are_read_again(monkeypatch):
    product, party = make.product(), make.producer(VINEGAR)
    make.authorisation(party, product)
    former = make.former(party, "示例旧名酿造厂", None, UNTIL)
    held = [search.index().names]
    drop(former, by="测试")
    held.append(search.index().names)
    monkeypatch.setattr(search, "RECENT", 1)
    for number, uscc in enumerate(make.USCC[1:3]):
        make.authorisation(make.producer(f"示例{number}", uscc), product)
    held.append(search.index().names)

    assert ([len(names.rows) for names in held], names_found("旧名")) == ([2, 1, 3], [])
