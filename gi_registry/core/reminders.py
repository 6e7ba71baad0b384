"""Telling people of what is due, once each: whoever runs the command again, or twice at once, tells nothing twice."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from gi_registry.core import clock
from gi_registry.core.models import Reminder


def tell_once(to: str, keys: Iterable[str], send: Callable[[], None]) -> bool:
    """Claim, then send: what another run claimed is not sent twice, what could not be sent is given back.

    No transaction is open while a mail server is slow, so that nobody at the desk waits for it. Returns whether it was
    sent; raises what `send` raises.
    """
    at = clock.now()
    try:
        with transaction.atomic():
            claimed = Reminder.objects.bulk_create(Reminder(to=to, key=key, at=at) for key in keys)
    except IntegrityError:
        return False
    try:
        send()
    except OSError:
        Reminder.objects.filter(pk__in=[row.pk for row in claimed]).delete()
        raise
    return True


class TellingCommand(ABC, BaseCommand):
    """A command that prints the whole list (`person` is None) and mails each person what concerns them.

    Subclasses say what is untold (rows with `person`), how one row is claimed and told, and its subject and words.
    """

    requires_system_checks: list = []  # it needs no addresses, whose modules take longer to load than it to run
    nothing_new: str

    @abstractmethod
    def untold(self) -> list[Any]:
        """Everybody who is to be told something now."""

    @abstractmethod
    def tell(self, told: Any, send: Callable[[Any], None]) -> bool:
        """Claim what is new and `send` it, once (`tell_once`)."""

    @abstractmethod
    def subject(self, told: Any) -> str:
        """What the mail is called, behind the register's name."""

    @abstractmethod
    def words(self, told: Any) -> str:
        """All that is told."""

    def handle(self, *args: Any, **options: Any) -> None:
        unsent = []
        lists = self.untold()
        for told in lists:
            try:
                self.tell(told, self.listed if told.person is None else self.mailed)
            except OSError as error:
                unsent.append(f"{told.person}（{error}）")
        if not lists:
            self.stdout.write(self.nothing_new)
        if unsent:
            raise CommandError(f"没有发出，下次运行再发：{'、'.join(unsent)}。")

    def listed(self, told: Any) -> None:
        self.stdout.write(self.words(told))

    def mailed(self, told: Any) -> None:
        """One mail with everything that is new to the person."""
        subject = f"{settings.REGISTER_NAME}：{self.subject(told)}"
        send_mail(subject, self.words(told), settings.DEFAULT_FROM_EMAIL, [told.person.email])
