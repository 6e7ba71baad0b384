"""Whose report of last year's use is missing: printed, and mailed to those who file it. Safe to run twice."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string

from gi_registry.marks.reminders import Told, tell, untold


class Command(BaseCommand):
    requires_system_checks: list = []  # it needs no addresses, whose modules take longer to load than it to run
    help = "列出上一年没有报送的用标情况并发邮件；年终、期满前 30 天、7 天和逾期各提醒一次，重复运行不会重复提醒。"

    def handle(self, *args: Any, **options: Any) -> None:
        unsent = []
        lists = untold()
        for told in lists:
            try:
                tell(told, self.listed if told.person is None else mailed)
            except OSError as error:
                unsent.append(f"{told.person}（{error}）")
        if not lists:
            self.stdout.write("没有新的缺报。")
        if unsent:
            raise CommandError(f"没有发出，下次运行再发：{'、'.join(unsent)}。")

    def listed(self, told: Told) -> None:
        self.stdout.write(in_words(told))


def mailed(told: Told) -> None:
    """One mail with everything that is new to the person."""
    assert told.person is not None
    subject = f"{settings.REGISTER_NAME}：{told.year} 年专用标志使用情况还有 {len(told.missing)} 件没有报送"
    send_mail(subject, in_words(told), settings.DEFAULT_FROM_EMAIL, [told.person.email])


def in_words(told: Told) -> str:
    """The missing reports, one in a line."""
    return render_to_string("marks/reminder.txt", {"told": told, "address": settings.REGISTER_ADDRESS})
