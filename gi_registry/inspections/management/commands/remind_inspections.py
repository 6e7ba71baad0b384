"""Rectifications whose day comes or has passed, and leads on which a clock runs: printed, and mailed to those who act.
Run daily, better hourly; safe to run twice."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string

from gi_registry.core.reminders import TellingCommand
from gi_registry.inspections import reminders
from gi_registry.inspections.reminders import Told


class Command(TellingCommand):
    help = (
        "列出 7 天、1 天内到期和逾期的限期改正，以及正在计时的案件线索（3 日、24 小时），并发邮件；"
        "每项各提醒一次，重复运行不会重复提醒。"
    )
    nothing_new = "没有新的限期改正和线索期限。"
    untold = staticmethod(reminders.untold)
    tell = staticmethod(reminders.tell)

    def subject(self, told: Told) -> str:
        """How much of what is told."""
        counts = ((len(told.orders), "件限期改正到期"), (len(told.leads), "条案件线索正在计时"))
        return "，".join(f"{count} {words}" for count, words in counts if count)

    def words(self, told: Told) -> str:
        """The rectifications and the leads, one in a line."""
        return render_to_string("inspections/reminder.txt", {"told": told, "address": settings.REGISTER_ADDRESS})
