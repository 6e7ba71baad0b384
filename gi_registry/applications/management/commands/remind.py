"""What falls due in 30, 7 and 1 days, what lapses in 60, 30 and 7: printed, and mailed to those who act. Run daily;
safe to run twice."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string

from gi_registry.applications.reminders import Told, left_of, tell, untold


class Command(BaseCommand):
    requires_system_checks: list = []  # it needs no addresses, whose modules take longer to load than it to run
    help = (
        "列出 30 天、7 天、1 天内到期的事项，和三大体系中 60 天、30 天、7 天内到期的材料，并发邮件；"
        "每项各提醒一次，重复运行不会重复提醒。"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        unsent = []
        lists = untold()
        for told in lists:
            try:
                tell(told, self.listed if told.person is None else mailed)
            except OSError as error:
                unsent.append(f"{told.person}（{error}）")
        if not lists:
            self.stdout.write("没有新的到期事项。")
        if unsent:
            raise CommandError(f"没有发出，下次运行再发：{'、'.join(unsent)}。")

    def listed(self, told: Told) -> None:
        self.stdout.write(in_words(told))


def mailed(told: Told) -> None:
    """One mail with everything that is new to the person."""
    assert told.person is not None
    subject = f"{settings.REGISTER_NAME}：{subject_of(told)}"
    send_mail(subject, in_words(told), settings.DEFAULT_FROM_EMAIL, [told.person.email])


def subject_of(told: Told) -> str:
    """How much of what is told."""
    counts = ((len(told.falling), "项期限将到"), (len(told.lapsing), "条体系要求将到期"))
    return "，".join(f"{count} {words}" for count, words in counts if count)


def in_words(told: Told) -> str:
    """The deadlines and what lapses, one in a paragraph."""
    lapsing = [(lapse, left_of(lapse)) for lapse in told.lapsing]
    context = {"falling": told.falling, "lapsing": lapsing, "address": settings.REGISTER_ADDRESS}
    return render_to_string("applications/reminder.txt", context)
