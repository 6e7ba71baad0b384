"""Is this value acceptable: what an address says of days and numbers."""

from __future__ import annotations

import re
from datetime import date

from gi_registry.core import clock
from gi_registry.core.errors import BadInput

FIRST_DAY = date(1949, 10, 1)


def day(text: str) -> date:
    """A day written 2010-12-24; empty is today. Raises BadInput for anything else and for days nobody registered on."""
    if not text.strip():
        return clock.today()
    try:
        value = date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"日期“{text.strip()[:20]}”读不出来：请写成 2010-12-24 这样的年-月-日。") from None
    if not FIRST_DAY <= value <= date(clock.today().year + 10, 12, 31):
        raise BadInput(f"日期 {value} 超出登记簿的范围：请选 {FIRST_DAY} 至 {clock.today().year + 10} 年末之间的一天。")
    return value


def day_reached(text: str) -> date:
    """As `day`, but of the days to come nothing is said. Raises BadInput."""
    value = day(text)
    if value > clock.today():
        raise BadInput(f"{value} 还没有到，不能先说那天怎样：只能查今天或以前的日子。")
    return value


def whole_number(text: str, name: str, low: int, high: int, default: int) -> int:
    """A whole number between `low` and `high`; empty is `default`. Raises BadInput otherwise."""
    written = text.strip()
    if not written:
        return default
    if not re.fullmatch(r"[0-9]{1,18}", written) or not low <= int(written) <= high:
        raise BadInput(f"{name} 必须是 {low} 到 {high} 之间的整数，所给的是“{written[:20]}”。")
    return int(written)
