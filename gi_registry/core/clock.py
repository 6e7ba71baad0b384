"""The one place that knows what day it is."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

LEGAL_ZONE = ZoneInfo(settings.TIME_ZONE)


def now() -> datetime:
    """This instant, with its zone."""
    return timezone.now()


def today() -> date:
    """The legal day in China (Asia/Shanghai), which is what every span of days is measured in."""
    return timezone.now().astimezone(LEGAL_ZONE).date()


def legal_time(instant: datetime) -> datetime:
    """An instant as clocks in China show it."""
    return instant.astimezone(LEGAL_ZONE)
