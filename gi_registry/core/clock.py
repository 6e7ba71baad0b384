"""The one place that knows what day it is."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """This instant, with its zone."""
    return timezone.now()


def today() -> date:
    """The legal day in China (Asia/Shanghai), which is what every span of days is measured in."""
    return timezone.localdate()
