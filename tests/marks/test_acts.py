from __future__ import annotations

from gi_registry.marks.acts import act_label
from gi_registry.marks.states import ROUTES, State


def test_a_step_is_called_by_what_is_done():
    assert act_label(State.DRAFT, State.INTAKE) == "提交申请"
    assert act_label(State.INTAKE, State.NOT_ACCEPTED) == "不予受理"
    assert [act_label(before, State.ACTIVE) for before in (State.REGISTERED, State.RECTIFY, State.SUSPENDED)] == [
        "公告，可以使用",
        "已改正，继续使用",
        "恢复使用资格",
    ]


def test_no_two_steps_from_one_state_are_called_the_same():
    alike = [
        (before, labels)
        for route in ROUTES.values()
        for before, following in route.next.items()
        if len(set(labels := [act_label(before, after) for after in following])) < len(labels)
    ]

    assert alike == []
