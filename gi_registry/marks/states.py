"""What may follow what when a producer comes to use the official mark, loses it, or has it recorded otherwise.

Sources: 令第80号 art. 20, 21, 25, 31; 令第79号 art. 13; 公告第三五四号 (专用标志使用管理办法（试行）).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.gazette.papers import Rests


class Basis(models.TextChoices):
    """公告第三五四号: the four kinds of those who may use the mark."""

    ANNOUNCED = "announced", _("公告核准")
    MEMBER = "member", _("集体商标注册人的集体成员")
    LICENSEE = "licensee", _("证明商标的被许可人")
    RECORDED = "recorded", _("其他登记备案")


class State(models.TextChoices):
    """Where one authorisation stands; which of these a basis knows is in its route."""

    DRAFT = "draft", _("准备中")
    ABANDONED = "abandoned", _("不再申请")
    INTAKE = "intake", _("已提交，待受理")
    CORRECTION = "correction", _("待补正")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    VERIFICATION = "verification", _("已受理，产地核验")
    VERIFIED = "verified", _("产地核验通过")
    VERIFY_FAILED = "verify_failed", _("产地核验不通过")
    PROVINCIAL = "provincial", _("省级审核")
    PROVINCE_FAILED = "province_failed", _("省级审核不合格")
    EXAMINED = "examined", _("国家知识产权局审查")
    REFUSED = "refused", _("审查不合格")
    REGISTERED = "registered", _("已注册登记")
    ELIGIBLE = "eligible", _("已公告为成员或被许可人")
    FILED = "filed", _("已申请使用专用标志")
    ACTIVE = "active", _("可以使用")
    CHANGE_REVIEW = "change_review", _("可以使用，变更审查中")
    RECTIFY = "rectify", _("限期改正")
    SUSPENDED = "suspended", _("停止使用资格")
    CANCEL_PROPOSED = "cancel_proposed", _("已建议注销")
    CANCELLED = "cancelled", _("已注销")
    LAPSED = "lapsed", _("成员资格或许可已终止")
    VOID = "void", _("登记有误，已撤回")  # in no table: where an authorisation is left whose first step is withdrawn


class Standing(models.TextChoices):
    """What a state says to the public on a day."""

    VALID = "valid", _("可以使用")
    SUSPENDED = "suspended", _("已停止使用资格")
    CANCELLED = "cancelled", _("已注销")
    EXPIRED = "expired", _("已到期")
    UNPROTECTED = "unprotected", _("产品的保护已终止")  # said by no state: `protected.Lapse`
    NOT_YET = "not_yet", _("当日尚未核准")


class Ground(models.TextChoices):
    """Why a use ends: the six of 令第80号 art. 31, two of them only where 限期改正 came to nothing; and `UNPROTECTED`.

    That one is no ground of art. 31. It records that the use ended with the protection of the product (art. 27-29 on
    revocation; for a registered mark the end of the registration), without which there is nothing to use the mark
    for. It is offered only where the register shows that end, and never among the six.
    """

    LICENCE_LOST = "licence_lost", _("营业执照已注销或者被吊销")
    PERMIT_LOST = "permit_lost", _("相关生产许可证已注销或者被吊销")
    MOVED_OUT = "moved_out", _("已迁出地理标志产品产地范围")
    STOPPED = "stopped", _("已不再从事该地理标志产品生产")
    SUBSTANDARD = "substandard", _("未按相应标准组织生产，且限期未改正")
    UNUSED = "unused", _("在2年内未在受保护的地理标志产品上使用专用标志，且限期未改正")
    UNPROTECTED = "unprotected", _("使用随产品的保护终止")


ARTICLE_31 = tuple(ground for ground in Ground if ground is not Ground.UNPROTECTED)
# The grounds that need 限期改正 first, as its order words them: that nothing was put right only the cancelling says.
AFTER_RECTIFICATION: dict[Ground, Any] = {
    Ground.SUBSTANDARD: _("未按相应标准组织生产"),
    Ground.UNUSED: _("在2年内未在受保护的地理标志产品上使用专用标志"),
}


@dataclass(frozen=True)
class Route:
    """The table of one basis: where it starts, what may follow, on what each step rests, and with which article.

    `rests` gives what a step into a state rests on; `between` where the way there makes a difference.
    """

    start: State
    next: Mapping[State, frozenset[State]]
    rests: Mapping[State, Rests]
    article: str
    between: Mapping[tuple[State, State], Rests] = field(default_factory=dict)

    def rests_of(self, before: State, after: State) -> Rests:
        """What the step from one state to the next rests on."""
        return self.between.get((before, after), self.rests[after])

    @property
    def ends(self) -> frozenset[State]:
        """The states after which nothing comes."""
        return frozenset(state for state, following in self.next.items() if not following)


S = State
OURS, NOTICE, ANNOUNCEMENT = Rests.OURS, Rests.NOTICE, Rests.ANNOUNCEMENT


def table(next_: Mapping[State, set[State]]) -> dict[State, frozenset[State]]:
    """Every state that is named, with what may follow it."""
    named = set(next_) | {state for following in next_.values() for state in following}
    return {state: frozenset(next_.get(state, ())) for state in State if state in named}


# Once the mark may be used, all bases go the same ways.
IN_USE = {
    S.ACTIVE: {S.CHANGE_REVIEW, S.RECTIFY, S.SUSPENDED, S.CANCEL_PROPOSED, S.CANCELLED},
    S.CHANGE_REVIEW: {S.ACTIVE, S.RECTIFY, S.SUSPENDED, S.CANCEL_PROPOSED, S.CANCELLED},
    S.RECTIFY: {S.ACTIVE, S.SUSPENDED, S.CANCEL_PROPOSED, S.CANCELLED},
    S.SUSPENDED: {S.ACTIVE, S.CANCEL_PROPOSED, S.CANCELLED},
    S.CANCEL_PROPOSED: {S.ACTIVE, S.CANCELLED},
}
IN_USE_RESTS = {
    S.ACTIVE: ANNOUNCEMENT,
    S.CHANGE_REVIEW: OURS,
    S.RECTIFY: OURS,
    S.SUSPENDED: NOTICE,
    S.CANCEL_PROPOSED: OURS,
    S.CANCELLED: ANNOUNCEMENT,
}
# Back in use: the district finds the fault mended; the office that stopped the use lets it go on, or does not cancel;
# a change is announced, or a notice says that there will be none.
BACK_IN_USE = {
    (S.CHANGE_REVIEW, S.ACTIVE): NOTICE,
    (S.RECTIFY, S.ACTIVE): OURS,
    (S.SUSPENDED, S.ACTIVE): NOTICE,
    (S.CANCEL_PROPOSED, S.ACTIVE): NOTICE,
}
MARK_IN_USE = {state: following | {S.LAPSED} for state, following in IN_USE.items()}

APPROVAL = Route(
    S.DRAFT,
    table(
        {
            S.DRAFT: {S.INTAKE, S.ABANDONED},
            S.INTAKE: {S.CORRECTION, S.NOT_ACCEPTED, S.VERIFICATION},
            S.CORRECTION: {S.INTAKE, S.NOT_ACCEPTED},
            S.VERIFICATION: {S.VERIFIED, S.VERIFY_FAILED},
            S.VERIFIED: {S.PROVINCIAL},
            S.PROVINCIAL: {S.PROVINCE_FAILED, S.EXAMINED},
            S.EXAMINED: {S.REFUSED, S.REGISTERED},
            S.REGISTERED: {S.ACTIVE},
            **IN_USE,
        }
    ),
    {
        S.DRAFT: OURS,
        S.ABANDONED: OURS,
        S.INTAKE: OURS,
        S.CORRECTION: OURS,
        S.NOT_ACCEPTED: OURS,
        S.VERIFICATION: OURS,
        S.VERIFIED: OURS,
        S.VERIFY_FAILED: OURS,
        S.PROVINCIAL: OURS,
        S.PROVINCE_FAILED: NOTICE,
        S.EXAMINED: NOTICE,
        S.REFUSED: NOTICE,
        S.REGISTERED: ANNOUNCEMENT,
        **IN_USE_RESTS,
    },
    "令第80号第二十条",
    BACK_IN_USE,
)
BY_TRADEMARK = Route(
    S.ELIGIBLE,
    table({S.ELIGIBLE: {S.FILED, S.LAPSED}, S.FILED: {S.ACTIVE, S.REFUSED, S.LAPSED}, **MARK_IN_USE}),
    {
        S.ELIGIBLE: ANNOUNCEMENT,
        S.FILED: OURS,
        S.REFUSED: NOTICE,
        S.LAPSED: ANNOUNCEMENT,
        **IN_USE_RESTS,
    },
    "令第79号第十三条，公告第三五四号",
    BACK_IN_USE,
)
BY_RECORD = Route(
    S.DRAFT,
    table({S.DRAFT: {S.PROVINCIAL, S.ABANDONED}, S.PROVINCIAL: {S.PROVINCE_FAILED, S.ACTIVE}, **IN_USE}),
    {
        S.DRAFT: OURS,
        S.ABANDONED: OURS,
        S.PROVINCIAL: OURS,
        S.PROVINCE_FAILED: NOTICE,
        **IN_USE_RESTS,
    },
    "令第80号第二十一条",
    BACK_IN_USE,
)

ROUTES: dict[Basis, Route] = {
    Basis.ANNOUNCED: APPROVAL,
    Basis.MEMBER: BY_TRADEMARK,
    Basis.LICENSEE: BY_TRADEMARK,
    Basis.RECORDED: BY_RECORD,
}

# What ends with a term, or with the protection of the product.
IN_FORCE = (Standing.VALID, Standing.SUSPENDED)

# What a state says to the public; the others say nothing yet, or nothing any more.
STANDINGS: dict[State, Standing] = {
    **dict.fromkeys([S.ACTIVE, S.CHANGE_REVIEW, S.RECTIFY, S.CANCEL_PROPOSED], Standing.VALID),
    S.SUSPENDED: Standing.SUSPENDED,
    S.CANCELLED: Standing.CANCELLED,
    S.LAPSED: Standing.EXPIRED,
}
