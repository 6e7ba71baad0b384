"""Whose report of last year's use is missing: printed, and mailed to those who file it. Safe to run twice."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string

from gi_registry.core.reminders import TellingCommand
from gi_registry.marks import reminders
from gi_registry.marks.reminders import Told


class Command(TellingCommand):
    help = "列出上一年没有报送的用标情况并发邮件；年终、期满前 30 天、7 天和逾期各提醒一次，重复运行不会重复提醒。"
    nothing_new = "没有新的缺报。"
    untold = staticmethod(reminders.untold)
    tell = staticmethod(reminders.tell)

    def subject(self, told: Told) -> str:
        return f"{told.year} 年专用标志使用情况还有 {len(told.missing)} 件没有报送"

    def words(self, told: Told) -> str:
        """The missing reports, one in a line."""
        return render_to_string("marks/reminder.txt", {"told": told, "address": settings.REGISTER_ADDRESS})
