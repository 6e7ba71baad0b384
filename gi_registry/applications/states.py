"""What may follow what: one table for each procedure and version of the law, and the clocks that run in each state.

Sources: 令第80号 art. 9-16, 26-29; 令第78号 as far as it was seen; 商标法 and its 实施条例; 农产品地理标志管理办法.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.gazette.papers import Rests
from gi_registry.gazette.terms import (
    AGRICULTURE,
    MARKS_2019,
    MARKS_2026,
    ORDER_78,
    ORDER_80,
    Clock,
    Law,
)


class Procedure(models.TextChoices):
    """A way through the offices; versions of the law that differ in order are different procedures."""

    PRODUCT_2024 = "product_2024", _("地理标志产品认定（令第80号）")
    PRODUCT_2005 = "product_2005", _("地理标志产品批准（2005年规定）")
    TRADEMARK = "trademark", _("集体商标、证明商标注册")
    AGRICULTURAL = "agricultural", _("农产品地理标志登记（历史）")
    MINOR_CHANGE = "minor_change", _("保护要求的更新、完善")
    MAJOR_CHANGE = "major_change", _("名称、产地范围、质量特色或产品形态的变更")
    REVOCATION = "revocation", _("撤销")


ABOUT_A_PROTECTION = frozenset({Procedure.MINOR_CHANGE, Procedure.MAJOR_CHANGE, Procedure.REVOCATION})


OURS, NOTICE, ANNOUNCEMENT = Rests.OURS, Rests.NOTICE, Rests.ANNOUNCEMENT


VOID = "void"  # where a file brought in at its result goes when that was a mistake; no step leads there


class Product2024(models.TextChoices):
    """令第80号: technical review before the opposition, no announcement of acceptance."""

    DRAFT = "draft", _("准备中")
    PROVINCIAL = "provincial", _("省级初审")
    PROVINCE_FAILED = "province_failed", _("省级初审不合格")
    FORMAL = "formal", _("形式审查")
    REPLY_DUE = "reply_due", _("待答复形式审查意见")
    REPLIED = "replied", _("已答复形式审查意见")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    TECHNICAL = "technical", _("已受理，技术审查")
    REJECTED = "rejected", _("驳回")
    PRELIMINARY = "preliminary", _("初步认定公告")
    RECOGNISED = "recognised", _("认定公告")
    NOT_RECOGNISED = "not_recognised", _("不予认定")
    ABANDONED = "abandoned", _("不再准备")
    VOID = "void", _("补录已撤回")


class Product2005(models.TextChoices):
    """令第78号: acceptance is announced and opposed before the technical review."""

    DRAFT = "draft", _("准备中")
    PROVINCIAL = "provincial", _("省级初审")
    PROVINCE_FAILED = "province_failed", _("省级初审不合格")
    FORMAL = "formal", _("形式审查")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    ACCEPTED = "accepted", _("受理公告")
    TECHNICAL = "technical", _("技术审查")
    REJECTED = "rejected", _("不予批准")
    APPROVED = "approved", _("批准公告")
    ABANDONED = "abandoned", _("不再按2005年规定办理")
    VOID = "void", _("补录已撤回")


class Trademark(models.TextChoices):
    """商标法: the versions of 2019 and 2026 differ in their clocks, not in their order."""

    DRAFT = "draft", _("准备中")
    FILED = "filed", _("已提交")
    CORRECTION_DUE = "correction_due", _("待补正")
    CORRECTED = "corrected", _("已补正")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    EXAMINED = "examined", _("已受理，实质审查")
    EXPLANATION_DUE = "explanation_due", _("待说明或者修正")
    EXPLAINED = "explained", _("已说明或者修正")
    REFUSED = "refused", _("驳回申请")
    REFUSAL_REVIEW = "refusal_review", _("驳回复审")
    REFUSAL_UPHELD = "refusal_upheld", _("复审维持驳回")
    REFUSAL_COURT = "refusal_court", _("驳回诉讼")
    PUBLISHED = "published", _("初步审定公告")
    REGISTERED = "registered", _("核准注册公告")
    RENEWED = "renewed", _("续展公告")
    STRUCK = "struck", _("注销、撤销或者宣告无效公告")
    NOT_REGISTERED = "not_registered", _("不予注册")
    DENIAL_REVIEW = "denial_review", _("不予注册复审")
    DENIAL_UPHELD = "denial_upheld", _("复审维持不予注册")
    DENIAL_COURT = "denial_court", _("不予注册诉讼")
    CLOSED = "closed", _("程序终结，未获注册")
    WITHDRAWN = "withdrawn", _("准予撤回")  # 令第79号 art. 10: before registration and before any refusal
    ABANDONED = "abandoned", _("不再准备")
    VOID = "void", _("补录已撤回")


class Agricultural(models.TextChoices):
    """农产品地理标志: kept as history."""

    FILED = "filed", _("已提交")
    PROVINCIAL = "provincial", _("省级初审和现场核查")
    PROVINCE_FAILED = "province_failed", _("初审不合格")
    CENTRE = "centre", _("中心审查")
    EXPERT = "expert", _("专家评审")
    REFUSED = "refused", _("不予登记")
    PUBLICITY = "publicity", _("公示")
    REGISTERED = "registered", _("登记公告")
    CHANGED = "changed", _("登记变更")
    DEREGISTERED = "deregistered", _("登记注销")
    MIGRATED = "migrated", _("已统一认定")
    VOID = "void", _("补录已撤回")


class Change(models.TextChoices):
    """A change of the requirements; only a major one is opposed."""

    DRAFT = "draft", _("准备中")
    PROVINCIAL = "provincial", _("省级初审")
    REVIEW = "review", _("国家知识产权局审查")
    PRELIMINARY = "preliminary", _("初步变更公告")
    CHANGED = "changed", _("变更公告")
    FAILED = "failed", _("不予变更")
    ABANDONED = "abandoned", _("不再准备")


class Revocation(models.TextChoices):
    """Anybody may ask for it at any time after recognition."""

    REQUESTED = "requested", _("已提出撤销请求")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    REVIEW = "review", _("审查撤销请求")
    UPHELD = "upheld", _("不予撤销")
    REVOKED = "revoked", _("撤销公告")


class Objection(models.TextChoices):
    """One opposition, from its filing to its end."""

    FILED = "filed", _("已提出")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    NEGOTIATION = "negotiation", _("已受理，协商")
    AGREED = "agreed", _("协商一致")
    ADJUDICATION = "adjudication", _("审议裁决")
    UPHELD = "upheld", _("异议成立")
    DISMISSED = "dismissed", _("异议不成立")


Next = Mapping[str, frozenset[str]]
Running = tuple[Clock, str]  # a clock and the state whose first day set it going


@dataclass(frozen=True, slots=True)
class Machine:
    """One table: which states there are, what may follow what, what each rests on, which clocks run in it.

    `filing` is our step for which all materials must be ready, `result` the State's step at which it aims;
    `window` is the state in which oppositions may be filed, `window_clock` its length, `success` what follows when
    there is none left, `denied` what follows when one is upheld, `article` names the law of it ("" where that depends
    on the day: `path.article_of`). `laws` are the versions under which it may be opened.
    """

    states: type[models.TextChoices]
    start: str
    next: Next
    rests: Mapping[str, Rests]
    laws: tuple[Law, ...]
    result: str
    filing: str = ""
    clocks: Mapping[str, tuple[Running, ...]] = field(default_factory=dict)
    window: str = ""
    window_clock: Clock | None = None
    success: str = ""
    denied: str = ""
    article: str = ""
    closed_on: date | None = None

    @property
    def ends(self) -> frozenset[str]:
        """States that nothing follows."""
        return frozenset(state for state in self.states.values if not self.next[state])

    @property
    def settled(self) -> frozenset[str]:
        """States in which what was applied for is decided: the ends, the result, and all that may follow it."""
        decided, waiting = set(self.ends), [self.result]
        while waiting:
            state = waiting.pop()
            decided.add(state)
            waiting += self.next[state] - decided
        return frozenset(decided)

    def open_on(self, day: date) -> bool:
        """Whether a new one may be opened on `day`."""
        closed = self.closed_on is not None and day >= self.closed_on
        return not closed and any(law.in_force_on(day) for law in self.laws)


def table(states: type[models.TextChoices], rows: Mapping[str, set[str]]) -> Next:
    """A row for every state; those not named are followed by nothing."""
    return {state: frozenset(rows.get(state, ())) for state in states.values}


def running(*pairs: tuple[str, Clock]) -> dict[str, tuple[Running, ...]]:
    """Clocks that begin with the state in which they run."""
    return {state: ((clock, state),) for state, clock in pairs}


P, Q, T, A, C, R, O = Product2024, Product2005, Trademark, Agricultural, Change, Revocation, Objection  # noqa: E741

MACHINES: dict[Procedure, Machine] = {
    Procedure.PRODUCT_2024: Machine(
        P,
        P.DRAFT,
        table(
            P,
            {
                P.DRAFT: {P.PROVINCIAL, P.ABANDONED},
                P.PROVINCIAL: {P.PROVINCE_FAILED, P.FORMAL},
                P.FORMAL: {P.TECHNICAL, P.REPLY_DUE},
                P.REPLY_DUE: {P.REPLIED, P.NOT_ACCEPTED},
                P.REPLIED: {P.TECHNICAL, P.NOT_ACCEPTED},
                P.TECHNICAL: {P.PRELIMINARY, P.REJECTED},
                P.PRELIMINARY: {P.RECOGNISED, P.NOT_RECOGNISED},
            },
        ),
        {
            P.DRAFT: OURS,
            P.PROVINCIAL: OURS,
            P.PROVINCE_FAILED: NOTICE,
            P.FORMAL: NOTICE,
            P.REPLY_DUE: NOTICE,
            P.REPLIED: OURS,
            P.NOT_ACCEPTED: NOTICE,
            P.TECHNICAL: NOTICE,
            P.REJECTED: NOTICE,
            P.PRELIMINARY: ANNOUNCEMENT,
            P.RECOGNISED: ANNOUNCEMENT,
            P.NOT_RECOGNISED: NOTICE,
            P.ABANDONED: OURS,
            P.VOID: OURS,
        },
        (ORDER_80,),
        P.RECOGNISED,
        P.PROVINCIAL,
        running(
            (P.PROVINCIAL, Clock.PROVINCIAL_REVIEW),
            (P.FORMAL, Clock.FORMAL_REVIEW),
            (P.REPLY_DUE, Clock.FORMAL_REPLY),
            (P.REPLIED, Clock.FORMAL_REVIEW),
            (P.TECHNICAL, Clock.TECHNICAL_REVIEW),
            (P.PRELIMINARY, Clock.PRODUCT_OPPOSITION),
        ),
        P.PRELIMINARY,
        Clock.PRODUCT_OPPOSITION,
        P.RECOGNISED,
        P.NOT_RECOGNISED,
        "令第80号第十五条、第十六条",
    ),
    Procedure.PRODUCT_2005: Machine(
        Q,
        Q.DRAFT,
        table(
            Q,
            {
                Q.DRAFT: {Q.PROVINCIAL, Q.ABANDONED},
                Q.PROVINCIAL: {Q.PROVINCE_FAILED, Q.FORMAL, Q.ABANDONED},
                Q.FORMAL: {Q.ACCEPTED, Q.NOT_ACCEPTED, Q.ABANDONED},
                Q.ACCEPTED: {Q.TECHNICAL, Q.REJECTED},
                Q.TECHNICAL: {Q.APPROVED, Q.REJECTED},
            },
        ),
        {
            Q.DRAFT: OURS,
            Q.PROVINCIAL: OURS,
            Q.PROVINCE_FAILED: NOTICE,
            Q.FORMAL: NOTICE,
            Q.NOT_ACCEPTED: NOTICE,
            Q.ACCEPTED: ANNOUNCEMENT,
            Q.TECHNICAL: NOTICE,
            Q.REJECTED: NOTICE,
            Q.APPROVED: ANNOUNCEMENT,
            Q.ABANDONED: OURS,
            Q.VOID: OURS,
        },
        (ORDER_78,),
        Q.APPROVED,
        "",
        running((Q.ACCEPTED, Clock.PRODUCT_OPPOSITION)),
        Q.ACCEPTED,
        Clock.PRODUCT_OPPOSITION,
        Q.TECHNICAL,
        Q.REJECTED,
        "令第78号第十四条",
    ),
    Procedure.TRADEMARK: Machine(
        T,
        T.DRAFT,
        table(
            T,
            {
                T.DRAFT: {T.FILED, T.ABANDONED},
                T.FILED: {T.CORRECTION_DUE, T.EXAMINED, T.NOT_ACCEPTED, T.WITHDRAWN},
                T.CORRECTION_DUE: {T.CORRECTED, T.NOT_ACCEPTED, T.WITHDRAWN},
                T.CORRECTED: {T.EXAMINED, T.NOT_ACCEPTED, T.WITHDRAWN},
                T.EXAMINED: {T.EXPLANATION_DUE, T.REFUSED, T.PUBLISHED, T.WITHDRAWN},
                T.EXPLANATION_DUE: {T.EXPLAINED, T.REFUSED, T.PUBLISHED, T.WITHDRAWN},
                T.EXPLAINED: {T.EXPLANATION_DUE, T.REFUSED, T.PUBLISHED, T.WITHDRAWN},
                T.REFUSED: {T.REFUSAL_REVIEW, T.CLOSED},
                T.REFUSAL_REVIEW: {T.REFUSAL_UPHELD, T.PUBLISHED},
                T.REFUSAL_UPHELD: {T.REFUSAL_COURT, T.CLOSED},
                T.REFUSAL_COURT: {T.PUBLISHED, T.CLOSED},
                T.PUBLISHED: {T.REGISTERED, T.NOT_REGISTERED, T.WITHDRAWN},
                T.NOT_REGISTERED: {T.DENIAL_REVIEW, T.CLOSED},
                T.DENIAL_REVIEW: {T.DENIAL_UPHELD, T.REGISTERED},
                T.DENIAL_UPHELD: {T.DENIAL_COURT, T.CLOSED},
                T.DENIAL_COURT: {T.REGISTERED, T.CLOSED},
                T.REGISTERED: {T.RENEWED, T.STRUCK},
                T.RENEWED: {T.RENEWED, T.STRUCK},
            },
        ),
        {
            T.DRAFT: OURS,
            T.FILED: OURS,
            T.CORRECTION_DUE: NOTICE,
            T.CORRECTED: OURS,
            T.NOT_ACCEPTED: NOTICE,
            T.EXAMINED: NOTICE,
            T.EXPLANATION_DUE: NOTICE,
            T.EXPLAINED: OURS,
            T.REFUSED: NOTICE,
            T.REFUSAL_REVIEW: OURS,
            T.REFUSAL_UPHELD: NOTICE,
            T.REFUSAL_COURT: OURS,
            T.PUBLISHED: ANNOUNCEMENT,
            T.REGISTERED: ANNOUNCEMENT,
            T.RENEWED: ANNOUNCEMENT,
            T.STRUCK: ANNOUNCEMENT,
            T.NOT_REGISTERED: NOTICE,
            T.DENIAL_REVIEW: OURS,
            T.DENIAL_UPHELD: NOTICE,
            T.DENIAL_COURT: OURS,
            T.CLOSED: OURS,
            T.WITHDRAWN: NOTICE,
            T.ABANDONED: OURS,
            T.VOID: OURS,
        },
        (MARKS_2019, MARKS_2026),
        T.REGISTERED,
        T.FILED,
        {
            **running(
                (T.FILED, Clock.TRADEMARK_EXAMINATION),
                (T.REFUSED, Clock.REFUSAL_APPEAL),
                (T.REFUSAL_REVIEW, Clock.REFUSAL_RULING),
                (T.REFUSAL_UPHELD, Clock.REFUSAL_SUIT),
                (T.PUBLISHED, Clock.TRADEMARK_OPPOSITION),
                (T.REGISTERED, Clock.TRADEMARK_TERM),
                (T.NOT_REGISTERED, Clock.DENIAL_APPEAL),
                (T.DENIAL_REVIEW, Clock.DENIAL_RULING),
                (T.DENIAL_UPHELD, Clock.DENIAL_SUIT),
            ),
            T.RENEWED: ((Clock.TRADEMARK_TERM, T.REGISTERED),),  # each term follows the one before (art. 40)
            # The nine months of the examination run from the filing, whatever is asked in between.
            T.CORRECTION_DUE: (
                (Clock.TRADEMARK_CORRECTION, T.CORRECTION_DUE),
                (Clock.TRADEMARK_EXAMINATION, T.FILED),
            ),
            T.CORRECTED: ((Clock.TRADEMARK_EXAMINATION, T.FILED),),
            T.EXAMINED: ((Clock.TRADEMARK_EXAMINATION, T.FILED),),
            T.EXPLANATION_DUE: (
                (Clock.TRADEMARK_EXPLANATION, T.EXPLANATION_DUE),
                (Clock.TRADEMARK_EXAMINATION, T.FILED),
            ),
            T.EXPLAINED: ((Clock.TRADEMARK_EXAMINATION, T.FILED),),
        },
        T.PUBLISHED,
        Clock.TRADEMARK_OPPOSITION,
        T.REGISTERED,
        T.NOT_REGISTERED,
    ),
    Procedure.AGRICULTURAL: Machine(
        A,
        A.FILED,
        table(
            A,
            {
                A.FILED: {A.PROVINCIAL},
                A.PROVINCIAL: {A.PROVINCE_FAILED, A.CENTRE},
                A.CENTRE: {A.EXPERT, A.REFUSED},
                A.EXPERT: {A.PUBLICITY, A.REFUSED},
                A.PUBLICITY: {A.REGISTERED, A.REFUSED},
                A.REGISTERED: {A.CHANGED, A.DEREGISTERED, A.MIGRATED},
                A.CHANGED: {A.CHANGED, A.DEREGISTERED, A.MIGRATED},
            },
        ),
        {
            A.FILED: OURS,
            A.PROVINCIAL: NOTICE,
            A.PROVINCE_FAILED: NOTICE,
            A.CENTRE: NOTICE,
            A.EXPERT: NOTICE,
            A.REFUSED: NOTICE,
            A.PUBLICITY: ANNOUNCEMENT,
            A.REGISTERED: ANNOUNCEMENT,
            A.CHANGED: ANNOUNCEMENT,
            A.DEREGISTERED: ANNOUNCEMENT,
            A.MIGRATED: ANNOUNCEMENT,
            A.VOID: OURS,
        },
        (AGRICULTURE,),
        A.REGISTERED,
        "",
        running(
            (A.PROVINCIAL, Clock.AGRI_REVIEW),
            (A.CENTRE, Clock.AGRI_CENTRE),
            (A.PUBLICITY, Clock.AGRI_OPPOSITION),
        ),
        A.PUBLICITY,
        Clock.AGRI_OPPOSITION,
        A.REGISTERED,
        A.REFUSED,
        "农产品地理标志管理办法关于公示的规定",
        closed_on=date(2022, 3, 1),  # told by a secondary source; the act that ended registration was not found
    ),
    Procedure.MINOR_CHANGE: Machine(
        C,
        C.DRAFT,
        table(
            C,
            {
                C.DRAFT: {C.PROVINCIAL, C.ABANDONED},
                C.PROVINCIAL: {C.REVIEW, C.FAILED},
                C.REVIEW: {C.CHANGED, C.FAILED},
            },
        ),
        {
            C.DRAFT: OURS,
            C.PROVINCIAL: OURS,
            C.REVIEW: NOTICE,
            C.PRELIMINARY: ANNOUNCEMENT,
            C.CHANGED: ANNOUNCEMENT,
            C.FAILED: NOTICE,
            C.ABANDONED: OURS,
        },
        (ORDER_80,),
        C.CHANGED,
        C.PROVINCIAL,
        running((C.REVIEW, Clock.CHANGE_REVIEW)),
        article="令第80号第二十六条",
    ),
    Procedure.MAJOR_CHANGE: Machine(
        C,
        C.DRAFT,
        table(
            C,
            {
                C.DRAFT: {C.PROVINCIAL, C.ABANDONED},
                C.PROVINCIAL: {C.REVIEW, C.FAILED},
                C.REVIEW: {C.PRELIMINARY, C.FAILED},
                C.PRELIMINARY: {C.CHANGED, C.FAILED},
            },
        ),
        {
            C.DRAFT: OURS,
            C.PROVINCIAL: OURS,
            C.REVIEW: NOTICE,
            C.PRELIMINARY: ANNOUNCEMENT,
            C.CHANGED: ANNOUNCEMENT,
            C.FAILED: NOTICE,
            C.ABANDONED: OURS,
        },
        (ORDER_80,),
        C.CHANGED,
        C.PROVINCIAL,
        running((C.REVIEW, Clock.CHANGE_REVIEW), (C.PRELIMINARY, Clock.CHANGE_OPPOSITION)),
        C.PRELIMINARY,
        Clock.CHANGE_OPPOSITION,
        C.CHANGED,
        C.FAILED,
        "令第80号第二十六条",
    ),
    Procedure.REVOCATION: Machine(
        R,
        R.REQUESTED,
        table(R, {R.REQUESTED: {R.NOT_ACCEPTED, R.REVIEW}, R.REVIEW: {R.UPHELD, R.REVOKED}}),
        {
            R.REQUESTED: OURS,
            R.NOT_ACCEPTED: NOTICE,
            R.REVIEW: NOTICE,
            R.UPHELD: NOTICE,
            R.REVOKED: ANNOUNCEMENT,
        },
        (ORDER_80,),
        R.REVOKED,
        "",
        running(
            (R.REVIEW, Clock.REVOCATION_REVIEW),
            (R.UPHELD, Clock.REVOCATION_SUIT),
            (R.REVOKED, Clock.REVOCATION_SUIT),
        ),
        article="令第80号第二十七条至第二十九条",
    ),
}

# Oppositions: 令第80号 art. 16 has both sides negotiate first; the other laws decide at once.
NEGOTIATED = table(
    O,
    {
        O.FILED: {O.NOT_ACCEPTED, O.NEGOTIATION},
        O.NEGOTIATION: {O.AGREED, O.ADJUDICATION},
        O.ADJUDICATION: {O.UPHELD, O.DISMISSED},
    },
)
DECIDED = table(
    O,
    {O.FILED: {O.NOT_ACCEPTED, O.ADJUDICATION}, O.ADJUDICATION: {O.UPHELD, O.DISMISSED}},
)
OPPOSITIONS: dict[Procedure, Next] = {
    Procedure.PRODUCT_2024: NEGOTIATED,
    Procedure.PRODUCT_2005: DECIDED,
    Procedure.TRADEMARK: DECIDED,
    Procedure.AGRICULTURAL: DECIDED,
    Procedure.MAJOR_CHANGE: NEGOTIATED,
}
PENDING = frozenset({O.FILED, O.NEGOTIATION, O.ADJUDICATION})


def label(procedure: str, state: str) -> str:
    """The Chinese name of a state."""
    return str(MACHINES[Procedure(procedure)].states(state).label)


# What we do where it is not what the state is called: the review is the province's, the ruling the office's.
ACTS: dict[tuple[str, str], Any] = {
    **dict.fromkeys(
        [
            (Procedure.PRODUCT_2024.value, P.PROVINCIAL.value),
            (Procedure.PRODUCT_2005.value, Q.PROVINCIAL.value),
            (Procedure.MINOR_CHANGE.value, C.PROVINCIAL.value),
            (Procedure.MAJOR_CHANGE.value, C.PROVINCIAL.value),
            (Procedure.TRADEMARK.value, T.FILED.value),
            (Procedure.AGRICULTURAL.value, A.FILED.value),
        ],
        _("提交申请"),
    ),
    (Procedure.TRADEMARK.value, T.REFUSAL_REVIEW.value): _("申请驳回复审"),
    (Procedure.TRADEMARK.value, T.REFUSAL_COURT.value): _("提起驳回诉讼"),
    (Procedure.TRADEMARK.value, T.DENIAL_REVIEW.value): _("申请不予注册复审"),
    (Procedure.TRADEMARK.value, T.DENIAL_COURT.value): _("提起不予注册诉讼"),
}


def act_label(procedure: str, state: str) -> str:
    """The Chinese name of the step that leads to a state: of what is done, by us or by the State."""
    return str(ACTS.get((str(procedure), str(state)), "")) or label(procedure, state)
