from __future__ import annotations

from datetime import date, timedelta

import pytest

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict
from gi_registry.core.history import Outcome, last_change
from gi_registry.core.models import Change
from gi_registry.parties.actions import rename, take_back_rename
from gi_registry.parties.models import FormerParticulars, Party
from tests import make

pytestmark = pytest.mark.django_db

DAY = date(2025, 6, 1)


@pytest.fixture
def party():
    return make.producer("示例酿造厂", address="示例路 1 号")


def renamed(party, name="示例酿造有限公司", address="示例路 1 号", day=DAY, **more):
    values = {"source": make.source(), "grade": "primary", "by": "王敏"} | more
    return rename(party, name=name, address=address, day=day, **values)


def particulars():
    columns = ("name", "address", "valid_from", "valid_until")
    return list(Party.objects.values_list("name", "address")), list(
        FormerParticulars.objects.order_by("pk").values_list(*columns)
    )


def refused(error, act, *args, **more):
    before = particulars(), Change.objects.count()
    with pytest.raises(error) as found:
        act(*args, **more)
    assert (particulars(), Change.objects.count()) == before
    return found.value.sentence


def test_a_new_name_keeps_the_old_one_over_its_span(party):
    assert renamed(party) == Outcome.CHANGED
    assert renamed(party, address="示例路 2 号", day=date(2025, 9, 1)) == Outcome.CHANGED

    assert particulars() == (
        [("示例酿造有限公司", "示例路 2 号")],
        [
            ("示例酿造厂", "示例路 1 号", None, DAY),
            ("示例酿造有限公司", "示例路 1 号", DAY, date(2025, 9, 1)),
        ],
    )
    assert FormerParticulars.objects.get(name="示例酿造厂").initials == "slnzc"


def test_nothing_is_written_where_nothing_changes(party):
    assert renamed(party, name=" 示例酿造厂 ") == Outcome.SAME
    assert FormerParticulars.objects.count() == 0


def test_what_cannot_be_is_refused_and_leaves_no_trace(party):
    make.producer("示例同业有限公司", make.USCC[1])

    assert refused(BadInput, renamed, party, name=" ") == "请填写名称。"
    assert refused(BadInput, renamed, party, name="示例同业有限公司") == (
        "登记簿中已有另一主体叫“示例同业有限公司”：请先核对是否同一家。"
    )
    tomorrow = clock.today() + timedelta(days=1)
    assert refused(BadInput, renamed, party, day=tomorrow) == f"{tomorrow} 还没有到，不能先记。"
    renamed(party)
    assert refused(BadInput, renamed, party, name="示例又一名", day=DAY) == f"{DAY} 不晚于上一次变更的 {DAY}。"


def test_whoever_was_outrun_is_told(party):
    seen = last_change(party)
    renamed(party)

    assert "已在" in refused(Conflict, renamed, party, name="示例又一名", day=date(2025, 9, 1), seen=seen)


def test_a_change_recorded_by_mistake_is_taken_back(party):
    renamed(party)

    take_back_rename(party, day=DAY, by="王敏", note="公告看错了")

    assert particulars() == ([("示例酿造厂", "示例路 1 号")], [])
    assert [(line.table, line.note) for line in Change.objects.all()[:2]] == [
        ("曾用登记事项", "公告看错了"),
        ("主体", "公告看错了"),
    ]


def test_only_the_last_change_is_taken_back(party):
    renamed(party)
    renamed(party, name="示例又一名", day=date(2025, 9, 1))

    assert refused(BadInput, take_back_rename, party, day=DAY, by="王敏", note="") == (
        "此后登记事项又有变更，不能撤回：请先撤回后一次变更。"
    )
