"""What must stand on a label that shows the official mark, line by line.

Source: 公告第三五四号 (专用标志使用管理办法（试行）), 使用要求, seen in reprints. It binds whoever shows the mark;
a label without the mark has none of it to meet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.core.errors import BadInput
from gi_registry.gazette.models import Grade
from gi_registry.marks import numbers, products_written
from gi_registry.parties.validators import read_uscc
from gi_registry.products.models import Regime

ABSENT = frozenset({"无", "没有", "未标", "未标注", "没有标注", "无此项"})
DASHES = re.compile(r"[-‐‑‒–—―−－]+")
# 国标, 地标, 团标, 企标 (with or without the year), as they are written on labels
STANDARD = re.compile(
    r"(?P<kind>GB(?:/[TZ])?|DB ?\d{2}(?:\d{2})?(?:/T)?|T/[A-Z]{2,}|Q/\d*[A-Z]+) ?(?P<number>\d+(?:\.\d+)?[A-Z]?)"
    r"(?: ?- ?(?P<year>(?:19|20)\d{2}))?(?!\d)"
)


class Seen(models.TextChoices):
    """Whether somebody saw a thing on the label."""

    YES = "yes", _("有")
    NO = "no", _("没有")


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody says that a label shows: "" where nothing was said, one of `ABSENT` for what is not on the label.

    `regime` is the protection under which the mark is shown: PRODUCT, COLLECTIVE or CERTIFICATION; `mark` and
    `trademark` are values of `Seen`; `qr` is what the QR code says; `on` the day on the package.
    """

    regime: Regime
    on: date
    mark: str = ""
    uscc: str = ""
    producer: str = ""
    product: str = ""
    standard: str = ""
    announcement: str = ""
    trademark: str = ""
    trademark_number: str = ""
    qr: str = ""


# --- The rule --------------------------------------------------------------------------------------------------------


class Outcome(models.TextChoices):
    """How a label does by one line of the rule."""

    MET = "met", _("符合")
    BROKEN = "broken", _("不符合")
    DOUBT = "doubt", _("存疑")
    BLANK = "blank", _("未填")
    MOOT = "moot", _("不适用")


class Finding(NamedTuple):
    """The answer to one line, and why."""

    outcome: Outcome
    why: str


class Requirement(NamedTuple):
    """One line of the rule: what is asked, where that stands, of whom, and how a label is judged by it."""

    key: str
    asks: str
    clause: str
    regimes: frozenset[Regime]
    judge: Callable[[Label], Finding]
    grade: Grade = Grade.SECONDARY


class Line(NamedTuple):
    """One line of the rule with its answer."""

    requirement: Requirement
    outcome: Outcome
    why: str


def judged(label: Label) -> list[Line]:
    """The label by each line of the rule."""
    return [Line(requirement, *judged_by(requirement, label)) for requirement in RULE]


def judged_by(requirement: Requirement, label: Label) -> Finding:
    """The label by one line; a line that asks nothing of it is moot."""
    if label.regime not in requirement.regimes:
        return Finding(Outcome.MOOT, f"按{label.regime.label}使用标志的，没有这一项要求。")
    if label.mark == Seen.NO:
        return Finding(Outcome.MOOT, "标签上没有专用标志，这项要求不适用。")
    return requirement.judge(label)


def mark_shown(label: Label) -> Finding:
    """The condition of all the others."""
    if label.mark == Seen.YES:
        return Finding(Outcome.MET, "标签上有专用标志，下面各项都要做到。")
    return Finding(Outcome.BLANK, "没有填标签上有没有专用标志，下面各项按有标志判断。")


def uscc_shown(label: Label) -> Finding:
    """Whose code it is, the register is asked about below."""
    if not label.uscc or label.uscc in ABSENT:
        return given(label.uscc, "")
    try:
        read = read_uscc(label.uscc)
    except BadInput as refusal:
        return Finding(Outcome.BROKEN, refusal.sentence)
    notes = "，".join([f"{read.code} 的校验位正确", *read.understood])
    return Finding(Outcome.MET, f"{notes}。{read.warning}是否标在标志的指定位置，请对照标签看。")


def name_shown(label: Label) -> Finding:
    """Only what is the name of a geographical indication will do; of other places' names the register knows nothing."""
    name = label.product
    if not said(name) or products_written.is_written_in(name):
        return given(name, f"标签上写有“{name}”。")
    near = products_written.most_like(name)
    nearest = f"，最近的是“{near}”" if near else ""
    return Finding(Outcome.DOUBT, f"登记簿没有名为“{name}”的地理标志{nearest}：请对照标签和批准公告看名称。")


def number_shown(label: Label) -> Finding:
    """One of the two is enough."""
    standard, announcement = read_standard(label.standard), read_announcement(label.announcement)
    if standard or announcement:
        return Finding(Outcome.MET, f"标有{'和'.join(part for part in (standard, announcement) if part)}。")
    written = [text for text in (label.standard, label.announcement) if text and text not in ABSENT]
    if written:
        return Finding(
            Outcome.BROKEN, f"“{'”和“'.join(written)}”不像标准代号（GB/T 17924-2008 之类）或公告号（第475号之类）。"
        )
    if label.standard and label.announcement:
        return Finding(Outcome.BROKEN, "标准代号和批准公告号都没有标注，至少要有一个。")
    return Finding(Outcome.BLANK, "标准代号和批准公告号有一个就行：看到哪个填哪个，都没有的两栏都填“无”。")


def trademark_shown(label: Label) -> Finding:
    return given({Seen.YES.value: "有", Seen.NO.value: "无"}.get(label.trademark, ""), "标签上有该商标。")


def trademark_number_shown(label: Label) -> Finding:
    number = numbers.trademark_number(label.trademark_number)
    if not number and label.trademark_number and label.trademark_number not in ABSENT:
        return Finding(Outcome.BROKEN, f"“{label.trademark_number}”不像商标注册号：它是 5 至 9 位数字。")
    return given(label.trademark_number, f"标有第{number}号。")


def given(text: str, why: str) -> Finding:
    """The answer for what need only be there."""
    if not text:
        return Finding(Outcome.BLANK, "没有填。标签上确实没有的，请填“无”。")
    return Finding(Outcome.BROKEN, "标签上没有标注。") if text in ABSENT else Finding(Outcome.MET, why)


REQUIREMENTS = "公告第三五四号“使用要求”"
PRODUCTS = frozenset({Regime.PRODUCT})
TRADEMARKS = frozenset({Regime.COLLECTIVE, Regime.CERTIFICATION})
RULE = (
    Requirement("mark", "使用地理标志专用标志", REQUIREMENTS, PRODUCTS | TRADEMARKS, mark_shown),
    Requirement(
        "uscc",
        "在专用标志的指定位置标注统一社会信用代码（国外地理标志标注经销商的）",
        f"{REQUIREMENTS}（一）",
        PRODUCTS | TRADEMARKS,
        uscc_shown,
    ),
    Requirement("name", "专用标志与地理标志名称同时使用", f"{REQUIREMENTS}（二）", PRODUCTS, name_shown),
    Requirement(
        "number",
        "在产品标签或者包装物上标注地理标志标准代号或者批准公告号",
        f"{REQUIREMENTS}（二）",
        PRODUCTS,
        number_shown,
    ),
    Requirement(
        "trademark", "专用标志与该集体商标或者证明商标同时使用", f"{REQUIREMENTS}（三）", TRADEMARKS, trademark_shown
    ),
    Requirement("trademark_number", "加注商标注册号", f"{REQUIREMENTS}（三）", TRADEMARKS, trademark_number_shown),
)


class Conclusion(models.TextChoices):
    """What the lines come to together."""

    BROKEN = "broken", _("有不符合的")
    OPEN = "open", _("还不能下结论")
    MET = "met", _("填写的内容符合标示要求")
    MOOT = "moot", _("标签上没有专用标志，标示要求不适用")


def concluded(lines: Iterable[Line]) -> Conclusion:
    """One broken line decides; then one that is in doubt or blank."""
    outcomes = {line.outcome for line in lines}
    if Outcome.BROKEN in outcomes:
        return Conclusion.BROKEN
    if outcomes & {Outcome.BLANK, Outcome.DOUBT}:
        return Conclusion.OPEN
    return Conclusion.MET if Outcome.MET in outcomes else Conclusion.MOOT


COUNTED = {Outcome.BROKEN: "有 {n} 项不符合", Outcome.DOUBT: "有 {n} 项存疑", Outcome.BLANK: "还有 {n} 项没有填"}


def counted(lines: Iterable[Line]) -> str:
    """How many lines are not met, the worst kind of them; "" where all are."""
    outcomes = [line.outcome for line in lines]
    worst = next((outcome for outcome in COUNTED if outcome in outcomes), None)
    return COUNTED[worst].format(n=outcomes.count(worst)) if worst else ""


# --- Numbers as they are written -------------------------------------------------------------------------------------


def read_standard(text: str) -> str:
    """The first standard that is named in `text`, in one manner: GB/T 17924-2008; "" where there is none."""
    written = DASHES.sub("-", unicodedata.normalize("NFKC", text)).upper()
    found = STANDARD.search(written)
    if found is None:
        return ""
    number = f"{found['kind'].replace(' ', '')} {found['number']}"
    return f"{number}-{found['year']}" if found["year"] else number


def same_standard(one: str, other: str) -> bool:
    """Whether two writings name one standard; a year that only one of them names makes no difference."""
    (first, _dash, year), (second, _dash, edition) = (read_standard(text).partition("-") for text in (one, other))
    return bool(first) and first == second and (year == edition or not year or not edition)


def read_announcement(text: str) -> str:
    """The announcement that `text` names: 2011年第178号公告; "" where it names none."""
    read = numbers.read_number(text) if said(text) else None
    if read is None:
        return ""
    return f"{read.year}年第{read.number}号公告" if read.year else f"第{read.number}号公告"


def said(text: str) -> bool:
    """Whether `text` says something that stands on the label."""
    return bool(text) and text not in ABSENT
