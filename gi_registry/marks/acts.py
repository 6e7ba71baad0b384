"""What a step is called as something that is done, where the name of the state only says where it leads; and what is
said to whoever takes it out of turn."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from gi_registry.marks.states import State

ACTS: dict[State, Any] = {
    State.INTAKE: _("提交申请"),
    State.CORRECTION: _("通知补正"),
    State.VERIFICATION: _("受理"),
    State.PROVINCIAL: _("报送省级审核"),
    State.EXAMINED: _("省级审核合格，报国家知识产权局"),
    State.REGISTERED: _("注册登记"),
    State.ELIGIBLE: _("公告为成员或被许可人"),
    State.FILED: _("申请使用专用标志"),
    State.ACTIVE: _("公告，可以使用"),
    State.CHANGE_REVIEW: _("申请变更名称或住所"),
    State.RECTIFY: _("责令限期改正"),
    State.CANCEL_PROPOSED: _("建议注销"),
    State.CANCELLED: _("注销"),
}
BACK_IN_USE: dict[State, Any] = {
    State.CHANGE_REVIEW: _("变更审查结束"),
    State.RECTIFY: _("已改正，继续使用"),
    State.SUSPENDED: _("恢复使用资格"),
    State.CANCEL_PROPOSED: _("不予注销，继续使用"),
}


def out_of_turn(before: State, after: State) -> str:
    """Why a step cannot follow now, for whoever wants to take it."""
    if before == after:
        return f"已经是“{before.label}”，没有再记一次：可能刚由别人记下，请回到案卷核对。"
    return f"现在是“{before.label}”，这时不能办“{act_label(before, after)}”。"


def act_label(before: State, after: State) -> str:
    """The Chinese name of the step from one state to the next."""
    named = BACK_IN_USE.get(before) if after == State.ACTIVE else None
    return str(named or ACTS.get(after) or after.label)
