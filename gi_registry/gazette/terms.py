"""Legal periods: one row for each rule and version of the law, and the day on which a period ends.

The first day is not counted; a period in months ends on the corresponding day or, where there is none, on the last day
of the month; a last day that is a day off moves to the next working day (民法典 art. 201-203; 商标法实施条例 art. 12);
periods of licences are in working days (行政许可法 art. 82). Days off are those the State Council announces year by
year; beyond the years that chinesecalendar knows, an answer is provisional.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import chinese_calendar
from chinese_calendar.constants import holidays
from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.core.errors import BadInput
from gi_registry.gazette.models import Grade

ONE_DAY = timedelta(days=1)
KNOWN_FROM = date(min(holidays).year, 1, 1)
# The New Year of a year not yet announced may reach back into the last week of December (2018-12-29 to 31 did).
KNOWN_UNTIL = date(max(holidays).year, 12, 25)
ALWAYS_OFF = frozenset({(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)})  # 全国年节及纪念日放假办法: the same day every year


class Unit(models.TextChoices):
    """In what a period is measured, and so how its end is found."""

    DAYS = "days", _("日")
    WORKING_DAYS = "working_days", _("个工作日")
    MONTHS = "months", _("个月")
    TERM_YEARS = (
        "term_years",
        _("年有效期"),
    )  # begins on the day itself and ends on the day before the corresponding one
    LAPSE_YEARS = "lapse_years", _("年")  # a state that lasts so long; nobody has to act, so no day off moves its end
    HOURS = "hours", _("小时")
    YEAR_END = "year_end", _("当年12月31日")


class Clock(models.TextChoices):
    """The question that a rule answers; the versions of the law answer the same question with different rows."""

    PROVINCIAL_REVIEW = "provincial_review", _("省级初审")
    FORMAL_REVIEW = "formal_review", _("形式审查")
    FORMAL_REPLY = "formal_reply", _("答复形式审查意见")
    TECHNICAL_REVIEW = "technical_review", _("技术审查")
    PRODUCT_OPPOSITION = "product_opposition", _("对地理标志产品提出异议")
    OPPOSITION_HANDLING = "opposition_handling", _("处理异议")
    CHANGE_REVIEW = "change_review", _("审查变更申请")
    CHANGE_OPPOSITION = "change_opposition", _("对变更提出异议")
    NAME_UNUSED = "name_unused", _("产品名称未使用")
    REVOCATION_REVIEW = "revocation_review", _("审查撤销请求")
    REVOCATION_SUIT = "revocation_suit", _("对撤销决定起诉")
    MARK_UNUSED = "mark_unused", _("专用标志未使用")
    MARK_RECTIFICATION = "mark_rectification", _("专用标志限期改正")
    TRADEMARK_CORRECTION = "trademark_correction", _("补正商标申请")
    TRADEMARK_EXAMINATION = "trademark_examination", _("商标审查")
    TRADEMARK_EXPLANATION = "trademark_explanation", _("说明或者修正商标申请")
    TRADEMARK_OPPOSITION = "trademark_opposition", _("对商标提出异议")
    TRADEMARK_DEFENCE = "trademark_defence", _("答辩异议")
    TRADEMARK_EVIDENCE = "trademark_evidence", _("补充异议证据")
    TRADEMARK_DECISION = "trademark_decision", _("决定商标异议")
    REFUSAL_APPEAL = "refusal_appeal", _("对驳回申请复审")
    REFUSAL_RULING = "refusal_ruling", _("决定驳回复审")
    REFUSAL_SUIT = "refusal_suit", _("对驳回复审决定起诉")
    DENIAL_APPEAL = "denial_appeal", _("对不予注册申请复审")
    DENIAL_RULING = "denial_ruling", _("决定不予注册复审")
    DENIAL_SUIT = "denial_suit", _("对不予注册复审决定起诉")
    TRADEMARK_TERM = "trademark_term", _("商标有效期")
    TRADEMARK_GRACE = "trademark_grace", _("商标续展宽展期")
    MEMBER_CHANGE = "member_change", _("集体成员变化的变更申请")
    LICENCE_RECORD = "licence_record", _("证明商标许可备案")
    AGRI_REVIEW = "agri_review", _("农产品地理标志初审和现场核查")
    AGRI_NOTICE = "agri_notice", _("通知农产品地理标志初审不合格")
    AGRI_CENTRE = "agri_centre", _("农产品地理标志中心审查")
    AGRI_OPPOSITION = "agri_opposition", _("对农产品地理标志公示提出异议")
    ZONE_SUMMARY = "zone_summary", _("示范区年度总结")
    LICENCE_DEFECTS = "licence_defects", _("一次告知补正")
    PENALTY_DECISION = "penalty_decision", _("行政处罚决定")
    TRANSFER_APPROVAL = "transfer_approval", _("批准移送涉嫌犯罪案件")
    TRANSFER = "transfer", _("移送涉嫌犯罪案件")
    RECONSIDERATION = "reconsideration", _("申请行政复议")
    SUIT = "suit", _("提起行政诉讼")


@dataclass(frozen=True, slots=True)
class Law:
    """One version of a law, in force over the half-open span [since, until); `since` is None where it was not recorded.

    Name and version are those of the row of `LawVersion` where the register keeps one.
    """

    name: str
    version: str = ""
    since: date | None = None
    until: date | None = None

    def in_force_on(self, day: date) -> bool:
        """Whether this version is the law on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Rule:
    """One period that one version of a law sets; `length` is None where it sets no limit."""

    id: str
    clock: Clock
    event: str
    length: int | None
    unit: Unit
    who: str
    law: Law
    article: str
    consequence: str
    grade: Grade = Grade.PRIMARY
    note: str = ""

    @property
    def citation(self) -> str:
        """《地理标志产品保护办法》（2023年）第十五条."""
        version = f"（{self.law.version}）" if self.law.version else ""
        return f"《{self.law.name}》{version}{self.article}"

    @property
    def period(self) -> str:
        """The length in words: 2个月; 无法定期限."""
        if self.length is None:
            return "无法定期限"
        return str(self.unit.label) if self.unit == Unit.YEAR_END else f"{self.length}{self.unit.label}"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a period that began with an event; None where the law sets no limit.

    `provisional`: the days off of a year it depends on were not announced yet.
    """

    day: date | None
    provisional: bool
    rule: Rule
    event_day: date

    @property
    def straddles(self) -> bool:
        """Whether another version of the law comes into force while the period runs."""
        return self.day is not None and self.rule.law.until is not None and self.rule.law.until <= self.day

    @property
    def cautions(self) -> list[str]:
        """What a reader must know before relying on the day, in sentences."""
        sentences = []
        if self.provisional:
            sentences.append("所涉年份的放假安排尚未公布或未收录，日期为暂定。")
        if self.straddles:
            sentences.append(f"期限跨越新法施行日 {self.rule.law.until}，未见过渡规定，按事件发生日的法律计算。")
        return sentences


# --- The rules -------------------------------------------------------------------------------------------------------

ORDER_80 = Law("地理标志产品保护办法", "2023年", date(2024, 2, 1))
ORDER_78 = Law("地理标志产品保护规定", "2005年", date(2005, 7, 15), date(2024, 2, 1))
ORDER_79 = Law("集体商标、证明商标注册和管理规定", "2023年", date(2024, 2, 1))
MARKS_2019 = Law("中华人民共和国商标法", "2019年修正", None, date(2027, 1, 1))
MARKS_2026 = Law("中华人民共和国商标法", "2026年修订", date(2027, 1, 1))
MARKS_RULES = Law("中华人民共和国商标法实施条例", "2014年修订", date(2014, 5, 1))
AGRICULTURE = Law("农产品地理标志管理办法", "2007年", date(2008, 2, 1))
ZONES = Law("国家地理标志产品保护示范区建设管理办法（试行）", since=date(2021, 1, 1))
LICENSING = Law("中华人民共和国行政许可法")
PENALTIES = Law("中华人民共和国行政处罚法")
TRANSFERS = Law("行政执法机关移送涉嫌犯罪案件的规定")
RECONSIDERATIONS = Law("中华人民共和国行政复议法")
SUITS = Law("中华人民共和国行政诉讼法")

UNSAID = "规则没有写明逾期的后果。"
NO_LIMIT = "规则没有规定期限。"
AFTER_2026 = "2027-01-01 之后的实施条例尚未见到，此前的条文暂时沿用。"
REFUSAL_STANDS = "驳回决定生效。"
DENIAL_STANDS = "不予注册决定生效。"
LONGER_BY_3 = "有特殊情况经批准可以延长 3 个月。"
LONGER_BY_6 = "有特殊情况经批准可以延长 6 个月。"
UNNUMBERED = "条文编号未见。"

D, W, M = Unit.DAYS, Unit.WORKING_DAYS, Unit.MONTHS
# fmt: off
_TABLE = (
    # 地理标志产品
    Rule("R80-12", Clock.PROVINCIAL_REVIEW, "省级知识产权管理部门收到申请", 3, M, "省级知识产权管理部门", ORDER_80, "第十二条", UNSAID),
    Rule("R80-13-office", Clock.FORMAL_REVIEW, "国家知识产权局收到初审意见和材料", None, M, "国家知识产权局", ORDER_80, "第十三条", NO_LIMIT),
    Rule("R80-13", Clock.FORMAL_REPLY, "收到形式审查不合格通知", 4, M, "申请人", ORDER_80, "第十三条", "期满未答复或者答复后仍不合格的，不予受理。"),
    Rule("R80-14", Clock.TECHNICAL_REVIEW, "受理", None, M, "国家知识产权局", ORDER_80, "第十四条", NO_LIMIT),
    Rule("R80-15", Clock.PRODUCT_OPPOSITION, "初步认定公告", 2, M, "异议人", ORDER_80, "第十五条", "逾期提出的异议不予受理；没有异议的，发布认定公告。"),
    Rule("R80-16", Clock.OPPOSITION_HANDLING, "受理异议", None, M, "国家知识产权局", ORDER_80, "第十六条", NO_LIMIT),
    Rule("R80-26-office", Clock.CHANGE_REVIEW, "国家知识产权局收到变更申请的初审意见", None, M, "国家知识产权局", ORDER_80, "第二十六条", NO_LIMIT),
    Rule("R80-26", Clock.CHANGE_OPPOSITION, "初步变更公告", 2, M, "异议人", ORDER_80, "第二十六条", "没有异议或者异议不成立的，发布变更公告。"),
    Rule("R80-27", Clock.NAME_UNUSED, "最后一次在生产销售中使用产品名称", 3, Unit.LAPSE_YEARS, "申请人和生产者", ORDER_80, "第二十七条", "任何单位或者个人可以请求撤销认定。"),
    Rule("R80-28", Clock.REVOCATION_REVIEW, "受理撤销请求", None, M, "国家知识产权局", ORDER_80, "第二十八条", NO_LIMIT),
    Rule("R80-29", Clock.REVOCATION_SUIT, "收到撤销请求的决定通知", 6, M, "当事人", ORDER_80, "第二十九条", "期满不能再向人民法院起诉。"),
    Rule("R80-31", Clock.MARK_UNUSED, "最后一次在受保护的产品上使用专用标志", 2, Unit.LAPSE_YEARS, "生产者", ORDER_80, "第三十一条", "责令限期改正；期满未改正的，注销使用注册登记。"),
    Rule("R80-31-period", Clock.MARK_RECTIFICATION, "收到限期改正通知", None, D, "生产者", ORDER_80, "第三十一条", "期满未改正的，注销使用注册登记。", note="期限由通知书写明。"),
    Rule("R78-14", Clock.PRODUCT_OPPOSITION, "受理公告", 2, M, "异议人", ORDER_78, "第十四条", "期满后进入技术审查。"),
    # 集体商标、证明商标
    Rule("TMIR-18", Clock.TRADEMARK_CORRECTION, "收到补正通知", 30, D, "申请人", MARKS_RULES, "第十八条", "期满未补正或者不按要求补正的，不予受理。", note=AFTER_2026),
    Rule("TMIR-23", Clock.TRADEMARK_EXPLANATION, "收到说明或者修正通知", 15, D, "申请人", MARKS_RULES, "第二十三条", UNSAID, note=AFTER_2026),
    Rule("TMIR-27a", Clock.TRADEMARK_DEFENCE, "收到异议材料副本", 30, D, "被异议人", MARKS_RULES, "第二十七条", "不答辩的，不影响作出决定。", note=AFTER_2026),
    Rule("TMIR-27b", Clock.TRADEMARK_EVIDENCE, "提交异议申请书或者答辩书", 3, M, "提出声明的当事人", MARKS_RULES, "第二十七条", "期满未提交的，视为放弃补充证据。", note=AFTER_2026),
    Rule("TM-28", Clock.TRADEMARK_EXAMINATION, "收到商标注册申请文件", 9, M, "国家知识产权局", MARKS_2019, "第二十八条", UNSAID),
    Rule("TM26-32", Clock.TRADEMARK_EXAMINATION, "收到商标注册申请文件", 9, M, "国务院商标管理部门", MARKS_2026, "第三十二条", UNSAID),
    Rule("TM-33", Clock.TRADEMARK_OPPOSITION, "初步审定公告", 3, M, "异议人", MARKS_2019, "第三十三条", "期满提出的异议不予受理；没有异议的，核准注册。"),
    Rule("TM26-36", Clock.TRADEMARK_OPPOSITION, "初步审定公告", 2, M, "异议人", MARKS_2026, "第三十六条", "公告期满没有异议的，核准注册。"),
    Rule("TM-34a", Clock.REFUSAL_APPEAL, "收到驳回通知", 15, D, "申请人", MARKS_2019, "第三十四条", REFUSAL_STANDS),
    Rule("TM26-37a", Clock.REFUSAL_APPEAL, "收到驳回通知", 15, D, "申请人", MARKS_2026, "第三十七条", REFUSAL_STANDS),
    Rule("TM-34b", Clock.REFUSAL_RULING, "收到复审申请", 9, M, "国家知识产权局", MARKS_2019, "第三十四条", UNSAID, note=LONGER_BY_3),
    Rule("TM26-37b", Clock.REFUSAL_RULING, "收到复审申请", 9, M, "国务院商标管理部门", MARKS_2026, "第三十七条", UNSAID, note=LONGER_BY_3),
    Rule("TM-34c", Clock.REFUSAL_SUIT, "收到复审决定通知", 30, D, "申请人", MARKS_2019, "第三十四条", "复审决定生效。"),
    Rule("TM26-37c", Clock.REFUSAL_SUIT, "收到复审决定通知", 30, D, "申请人", MARKS_2026, "第三十七条", "复审决定生效。"),
    Rule("TM-35a", Clock.TRADEMARK_DECISION, "初步审定公告期满", 12, M, "国家知识产权局", MARKS_2019, "第三十五条", UNSAID, note=LONGER_BY_6),
    Rule("TM26-38a", Clock.TRADEMARK_DECISION, "初步审定公告期满", 12, M, "国务院商标管理部门", MARKS_2026, "第三十八条", UNSAID, note=LONGER_BY_6),
    Rule("TM-35b", Clock.DENIAL_APPEAL, "收到不予注册决定", 15, D, "被异议人", MARKS_2019, "第三十五条", DENIAL_STANDS),
    Rule("TM26-38b", Clock.DENIAL_APPEAL, "收到不予注册决定", 15, D, "被异议人", MARKS_2026, "第三十八条", DENIAL_STANDS),
    Rule("TM-35c", Clock.DENIAL_RULING, "收到复审申请", 12, M, "国家知识产权局", MARKS_2019, "第三十五条", UNSAID, note=LONGER_BY_6),
    Rule("TM26-38c", Clock.DENIAL_RULING, "收到复审申请", 12, M, "国务院商标管理部门", MARKS_2026, "第三十八条", UNSAID, note=LONGER_BY_6),
    Rule("TM-35d", Clock.DENIAL_SUIT, "收到复审决定通知", 30, D, "被异议人", MARKS_2019, "第三十五条", "复审决定生效。"),
    Rule("TM26-38d", Clock.DENIAL_SUIT, "收到复审决定通知", 30, D, "被异议人", MARKS_2026, "第三十八条", "复审决定生效。"),
    Rule("TM-39", Clock.TRADEMARK_TERM, "核准注册", 10, Unit.TERM_YEARS, "注册人", MARKS_2019, "第三十九条", "期满前 12 个月内应当办理续展。"),
    Rule("TM26-43", Clock.TRADEMARK_TERM, "核准注册", 10, Unit.TERM_YEARS, "注册人", MARKS_2026, "第四十三条", "期满前 12 个月内应当办理续展。"),
    Rule("TM-40", Clock.TRADEMARK_GRACE, "有效期满", 6, M, "注册人", MARKS_2019, "第四十条", "期满未办理续展的，注销注册商标。"),
    Rule("TM26-44", Clock.TRADEMARK_GRACE, "有效期满", 6, M, "注册人", MARKS_2026, "第四十四条", "期满未办理续展的，注销注册商标。"),
    Rule("R79-13a", Clock.MEMBER_CHANGE, "集体成员发生变化", 3, M, "注册人", ORDER_79, "第十三条", UNSAID),
    Rule("R79-13b", Clock.LICENCE_RECORD, "许可他人使用证明商标", 3, M, "注册人", ORDER_79, "第十三条", UNSAID),
    # 农产品地理标志 (history)
    Rule("AGI-1", Clock.AGRI_REVIEW, "受理", 45, W, "省级农业部门", AGRICULTURE, "", UNSAID, Grade.SECONDARY, UNNUMBERED),
    Rule("AGI-2", Clock.AGRI_NOTICE, "提出初审意见", 10, W, "省级农业部门", AGRICULTURE, "", UNSAID, Grade.SECONDARY, UNNUMBERED),
    Rule("AGI-3", Clock.AGRI_CENTRE, "收到申请材料和初审意见", 20, W, "农产品质量安全中心", AGRICULTURE, "", UNSAID, Grade.SECONDARY, UNNUMBERED),
    Rule("AGI-4", Clock.AGRI_OPPOSITION, "公示", 20, D, "异议人", AGRICULTURE, "", "没有异议的，准予登记并公告。", Grade.SECONDARY, UNNUMBERED),
    # Other clocks of the register
    Rule("DZ-1", Clock.ZONE_SUMMARY, "筹建期的每一年", 1, Unit.YEAR_END, "筹建承担单位", ZONES, "", UNSAID, Grade.SECONDARY, UNNUMBERED),
    Rule("XK-32", Clock.LICENCE_DEFECTS, "收到不齐全的材料", 5, W, "受理机关", LICENSING, "第三十二条", "逾期不告知的，自收到材料之日起即为受理。", note="专用标志使用是否属于行政许可尚不确定，在此作为服务标准。"),
    Rule("CF-60", Clock.PENALTY_DECISION, "立案", 90, D, "行政处罚机关", PENALTIES, "第六十条", UNSAID),
    Rule("YS-5a", Clock.TRANSFER_APPROVAL, "收到移送报告", 3, D, "机关负责人", TRANSFERS, "第五条", UNSAID),
    Rule("YS-5b", Clock.TRANSFER, "批准移送", 24, Unit.HOURS, "行政执法机关", TRANSFERS, "第五条", UNSAID),
    Rule("FY-20", Clock.RECONSIDERATION, "知道行政行为", 60, D, "当事人", RECONSIDERATIONS, "第二十条", "期满不能再申请行政复议。"),
    Rule("SS-46", Clock.SUIT, "知道行政行为", 6, M, "当事人", SUITS, "第四十六条", "期满不能再直接起诉。"),
)
# fmt: on
RULES: dict[str, Rule] = {rule.id: rule for rule in _TABLE}


def rule_on(clock: Clock, day: date) -> Rule:
    """The rule that answers `clock` for an event of `day`. Raises BadInput where no version of the law does."""
    for rule in RULES.values():
        if rule.clock == clock and rule.law.in_force_on(day):
            return rule
    raise BadInput(f"{day} 没有关于“{clock.label}”的现行规则。")


def deadline(rule: Rule, event_day: date) -> Deadline:
    """The end of the rule's period after an event of `event_day`.

    Raises BadInput where the rule is not the law on that day.
    """
    if not rule.law.in_force_on(event_day):
        raise BadInput(f"{rule.citation}在 {event_day} 不适用。")
    if rule.length is None:
        return Deadline(None, False, rule, event_day)
    match rule.unit:
        case Unit.WORKING_DAYS:
            end = after_working_days(event_day, rule.length)
            return Deadline(end, not known(event_day, end), rule, event_day)
        case Unit.DAYS:
            last = event_day + timedelta(days=rule.length)
        case Unit.MONTHS:
            last = after_months(event_day, rule.length)
        case _:
            return Deadline(fixed_end(rule.unit, event_day, rule.length), False, rule, event_day)
    end = working_day_from(last)
    return Deadline(end, not known(last, end), rule, event_day)


def days_left(deadline: Deadline, today: date) -> int | None:
    """Days from `today` to the last day: 0 on it, negative after it; None where there is no limit."""
    return None if deadline.day is None else (deadline.day - today).days


# --- Days ------------------------------------------------------------------------------------------------------------


def fixed_end(unit: Unit, event_day: date, length: int) -> date:
    """The end of a period that no day off moves."""
    match unit:
        case Unit.HOURS:
            return event_day + timedelta(hours=length)
        case Unit.YEAR_END:
            return date(event_day.year, 12, 31)
    end = after_months(event_day, 12 * length)
    return end - ONE_DAY if unit == Unit.TERM_YEARS and end.day == event_day.day else end


def after_months(day: date, months: int) -> date:
    """The corresponding day so many months later, or the last day of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def after_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    for _number in range(count):
        day = working_day_from(day + ONE_DAY)
    return day


def working_day_from(day: date) -> date:
    """`day` itself where people work on it, else the first working day after it."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


@cache
def is_working_day(day: date) -> bool:
    """Whether offices are open, 调休 included; for years not announced, weekends and the holidays of fixed date."""
    if KNOWN_FROM.year <= day.year <= KNOWN_UNTIL.year:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and (day.month, day.day) not in ALWAYS_OFF


def known(first: date, last: date) -> bool:
    """Whether the days off from `first` to `last` have been announced."""
    return first >= KNOWN_FROM and last < KNOWN_UNTIL
