from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core.errors import BadInput, Conflict
from gi_registry.core.history import Outcome, Why, changes_of, drop, last_change, put
from gi_registry.core.models import Change
from gi_registry.core.revision import revision
from gi_registry.gazette.models import Source
from gi_registry.places.geometry import to_geos
from gi_registry.places.models import PlaceVersion
from tests import make, shapes

pytestmark = pytest.mark.django_db

KEY = {"key": "plan"}
PLAN = {"title": "规划", "grade": "primary", "published_on": date(2022, 3, 2)}


def lines():
    return list(Change.objects.order_by("id").values_list("by", "table", "row", "before", "after"))


def test_an_empty_register_has_revision_0():
    assert revision() == 0


def test_a_row_is_made_and_noted():
    row, outcome = put(Source, KEY, PLAN, by="王敏")

    assert outcome == Outcome.MADE
    assert Source.objects.get() == row
    kept = {"key": "plan", "title": "规划", "grade": "primary", "published_on": "2022-03-02"}
    assert lines() == [("王敏", "来源", "规划", None, kept)]


def test_a_change_keeps_what_stood_before_and_only_that():
    put(Source, KEY, PLAN, by="王敏")

    row, outcome = put(Source, KEY, PLAN | {"grade": "secondary", "note": "转载"}, by="李强")

    assert outcome == Outcome.CHANGED
    assert (row.grade, row.note) == ("secondary", "转载")
    before, after = {"grade": "primary", "note": ""}, {"grade": "secondary", "note": "转载"}
    assert lines()[1:] == [("李强", "来源", "规划", before, after)]


def test_writing_what_stands_changes_nothing_and_leaves_no_line():
    first, _made = put(Source, KEY, PLAN, by="王敏")
    before = revision()

    assert put(Source, KEY, PLAN, by="李强") == (first, Outcome.SAME)
    assert (len(lines()), revision()) == (1, before)


def test_every_change_gives_the_register_a_higher_revision():
    put(Source, KEY, PLAN, by="王敏")
    first = revision()
    put(Source, KEY, {"title": "新规划"}, by="王敏")

    assert revision() > first > 0


def test_a_refusal_names_the_field_in_chinese_and_writes_nothing():
    with pytest.raises(BadInput) as refused:
        put(Source, KEY, {"title": "", "grade": "excellent", "address": "not an address"}, by="王敏")

    assert refused.value.sentence == (
        "名称：此字段不能为空；网址：输入一个有效的 URL；可信等级：值 'excellent' 不是有效选项。"
    )
    assert (Source.objects.count(), lines()) == (0, [])


def test_a_refused_change_leaves_the_row_as_it_stood():
    put(Source, KEY, PLAN, by="王敏")

    with pytest.raises(BadInput, match=r"^可信等级："):
        put(Source, KEY, {"title": "新规划", "grade": "excellent"}, by="王敏")

    assert Source.objects.get().title == "规划"
    assert len(lines()) == 1


def test_related_rows_are_set_and_their_change_is_noted():
    area = make.area(make.product(), shapes.square(116.8, 38.8, 0.1))
    first, second = make.place("120118101", name="唐官屯镇"), make.place("120118102", name="独流镇")
    key = {"pk": area.pk}

    outcomes = [
        put(type(area), key, {}, by="王敏", many={"units": units})[1]
        for units in ([first], [first, second], [second, first])
    ]

    assert outcomes == [Outcome.CHANGED, Outcome.CHANGED, Outcome.SAME]
    assert set(area.units.all()) == {first, second}
    assert lines()[-1][3:] == ({"units": ["120118101"]}, {"units": ["120118101", "120118102"]})


def test_a_border_is_kept_in_history_so_that_it_can_be_read_back():
    old, new = to_geos(shapes.square(116.8, 38.8, 0.1)), to_geos(shapes.square(116.8, 38.8, 0.2))
    make.place("120118102", shapes.square(116.8, 38.8, 0.1))

    put(PlaceVersion, {"place__code": "120118102"}, {"boundary": new}, by="王敏")

    assert lines()[-1][3:] == ({"boundary": old.hexewkb.decode()}, {"boundary": new.hexewkb.decode()})


def test_a_change_says_from_when_it_holds_and_on_what_it_rests():
    row, _made = put(Source, KEY, PLAN, by="王敏", why=Why(date(2022, 3, 2), "plan", "照原件改"))

    line = changes_of(row).get()
    assert (line.thing, line.day, line.source, line.note) == (
        f"gazette.source:{row.pk}",
        date(2022, 3, 2),
        "plan",
        "照原件改",
    )


def test_the_second_of_two_writers_is_told_who_was_faster_and_nothing_is_overwritten():
    row, _made = put(Source, KEY, PLAN, by="王敏")
    seen = last_change(row)
    put(Source, KEY, {"title": "新规划"}, by="王敏", seen=seen)

    with pytest.raises(Conflict, match=r"王敏 已在 .* 改过这条记录，没有覆盖"):
        put(Source, KEY, {"title": "别的规划"}, by="李强", seen=seen)

    row.refresh_from_db()
    assert (row.title, len(lines())) == ("新规划", 2)


def test_a_row_that_never_should_have_been_goes_and_history_keeps_it():
    row, _made = put(Source, KEY, PLAN, by="王敏")
    before = revision()

    drop(row, by="李强", why=Why(note="登记错了"))

    assert not Source.objects.exists()
    kept = {"key": "plan", "title": "规划", "grade": "primary", "published_on": "2022-03-02"}
    by, _table, _row, stood, after = lines()[-1]
    assert (by, {name: stood[name] for name in kept}, after) == ("李强", kept, None)
    assert revision() > before


def test_a_row_on_which_another_rests_stays():
    protection = make.protection(make.product())
    before = lines()

    with pytest.raises(BadInput, match="还有别的记录依据“来源 gazette”"):
        drop(protection.source, by="李强")

    assert (Source.objects.count(), lines()) == (1, before)
