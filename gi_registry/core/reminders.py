"""Telling people of what is due, once each: whoever runs the command again, or twice at once, tells nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable

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
