"""What a 限期改正通知书 says, for the Word file and the printed page alike (令第80号 art. 31; reads only)."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from gi_registry.inspections.models import Finding, Order, Record, Result
from gi_registry.marks.models import Rectification

ARTICLE = "《地理标志产品保护办法》（国家知识产权局令第80号）第三十一条"
UNSEEN = re.compile("（条序未见）")  # our own remark on a source, nothing for an official paper
MEANWHILE = "改正期间可以继续使用地理标志专用标志。"
OTHERWISE = "限期未改正的，将建议国家知识产权局注销地理标志专用标志使用注册登记，停止其使用地理标志专用标志并对外公告。"


class Notice(NamedTuple):
    """The parts of a notice in their order. Its number and the seal are the office's to add."""

    party: str
    facts: str
    failed: list[str]
    basis: str
    demand: list[str]
    until: str
    after: str
    record: str
    ordered_on: date

    @property
    def title(self) -> str:
        return "限期改正通知书"


def notice_of(rectification: Rectification) -> Notice:
    """The notice of a rectification, with what was found where it came from an inspection. Three queries."""
    order = Order.objects.select_related("record__task__plan").filter(rectification=rectification).first()
    record = order.record if order is not None else None
    authorisation = rectification.authorisation
    producer, product = authorisation.producer, authorisation.product
    return Notice(
        party=f"{producer.name}（统一社会信用代码 {producer.uscc}）",
        facts=facts_of(record, str(product)) if record is not None else f"你单位在“{product}”上使用地理标志专用标志：",
        failed=[sentence_of(finding) for finding in failed_in(record)],
        basis=f"上述情况属于{rectification.get_ground_display()}。依据{ARTICLE}，责令你单位限期改正：",
        demand=rectification.demand.splitlines(),
        until=f"请于 {spoken(rectification.due_on)}以前（含当日）改正完毕，并把改正的情况和证明材料报本机关。",
        after=MEANWHILE + OTHERWISE,
        record=str(record.uuid) if record is not None else "",
        ordered_on=rectification.ordered_on,
    )


def facts_of(record: Record, product: str) -> str:
    """What was inspected and when."""
    day = spoken(record.inspected_on)
    return f"{day}，本机关对你单位使用地理标志专用标志的“{product}”进行监督检查（检查计划 {record.task.plan}），发现："


def failed_in(record: Record | None) -> list[Finding]:
    """The items that were not in order."""
    return list(record.findings.filter(result=Result.FAIL)) if record is not None else []


def sentence_of(finding: Finding) -> str:
    """One failed item with what was seen and the clause."""
    seen = f"：{finding.note.strip()}" if finding.note.strip() else "不合格"
    named = UNSEEN.sub("", finding.clause).strip()
    clause = f"（条款：{named}）" if named else ""
    return f"{finding.get_item_display()}{seen}{clause}"


def proposed_demand(record: Record) -> str:
    """What to ask for: what the inspector asked for on site, else one line for each failed item."""
    own = record.content.get("demand")
    if isinstance(own, str) and own.strip():
        return own.strip()
    lines = (f"{finding.get_item_display()}：{finding.note or '按标准和保护要求改正'}" for finding in failed_in(record))
    return "\n".join(lines)


def proposed_days(record: Record) -> int | None:
    """How many days the inspector gave on site; None where none or no sensible number."""
    days = record.content.get("days")
    return days if isinstance(days, int) and not isinstance(days, bool) and 0 < days <= 3_660 else None


def spoken(day: date) -> str:
    """2026年5月6日."""
    return f"{day.year}年{day.month}月{day.day}日"
