from __future__ import annotations

from datetime import date, timedelta

import pytest

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.gazette.papers import (
    Paper,
    Rests,
    day_of,
    refuse_before_paper,
    refuse_future,
    refuse_unfounded,
)
from tests import make

pytestmark = pytest.mark.django_db

DAY = date(2025, 3, 3)


def test_the_day_of_a_step_is_that_of_its_paper_else_the_given_one_else_today():
    announced = Paper(announcement=make.announcement(issued_on=DAY))
    noticed = Paper(document=make.document(published_on=DAY))

    assert day_of(None, announced) == day_of(DAY, announced) == day_of(None, noticed) == DAY
    assert day_of(date(2025, 4, 4), noticed) == date(2025, 4, 4)
    assert day_of(None, Paper()) == clock.today()
    with pytest.raises(BadInput, match="发布于 2025-03-03，与所填的 2025-04-04 不同。"):
        day_of(date(2025, 4, 4), announced)


def test_what_has_not_happened_is_not_recorded():
    refuse_future(clock.today())
    with pytest.raises(BadInput, match="还没有到，不能先记。"):
        refuse_future(clock.today() + timedelta(days=1))


def test_nothing_rests_on_a_paper_of_later():
    refuse_before_paper(DAY, Paper())
    refuse_before_paper(DAY, Paper(document=make.document(published_on=DAY)))
    with pytest.raises(BadInput, match="2025-03-03 早于所依据文件“通知书”的发布日 2025-03-04。"):
        refuse_before_paper(DAY, Paper(document=make.document(published_on=date(2025, 3, 4))))


def test_the_states_steps_need_the_states_papers():
    document, announcement = Paper(document=make.document()), Paper(announcement=make.announcement())
    for paper in (Paper(), document, announcement):
        refuse_unfounded(Rests.OURS, "准备中", paper)
    for paper in (document, announcement):
        refuse_unfounded(Rests.NOTICE, "停止使用资格", paper)
    refuse_unfounded(Rests.ANNOUNCEMENT, "已注销", announcement)

    with pytest.raises(BadInput, match="“停止使用资格”是国家的步骤：请附上所依据的通知或公告。"):
        refuse_unfounded(Rests.NOTICE, "停止使用资格", Paper())
    with pytest.raises(BadInput, match="“已注销”是国家的决定：请选定所依据的公告。"):
        refuse_unfounded(Rests.ANNOUNCEMENT, "已注销", document)
