"""What falls due in 30, 7 and 1 days, what lapses in 60, 30 and 7: printed, and mailed to those who act. Run daily;
safe to run twice."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string

from gi_registry.applications import reminders
from gi_registry.applications.reminders import Told, left_of
from gi_registry.core.reminders import TellingCommand


class Command(TellingCommand):
    help = (
        "列出 30 天、7 天、1 天内到期的事项，和三大体系中 60 天、30 天、7 天内到期的材料，并发邮件；"
        "每项各提醒一次，重复运行不会重复提醒。"
    )
    nothing_new = "没有新的到期事项。"
    untold = staticmethod(reminders.untold)
    tell = staticmethod(reminders.tell)

    def subject(self, told: Told) -> str:
        """How much of what is told."""
        counts = ((len(told.falling), "项期限将到"), (len(told.lapsing), "条体系要求将到期"))
        return "，".join(f"{count} {words}" for count, words in counts if count)

    def words(self, told: Told) -> str:
        """The deadlines and what lapses, one in a paragraph."""
        lapsing = [(lapse, left_of(lapse)) for lapse in told.lapsing]
        context = {"falling": told.falling, "lapsing": lapsing, "address": settings.REGISTER_ADDRESS}
        return render_to_string("applications/reminder.txt", context)
