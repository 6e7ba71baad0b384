from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from gi_registry.core import clock


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), date(2025, 12, 31)),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_a_new_day_begins_at_midnight_in_china(monkeypatch, instant, day):
    monkeypatch.setattr("django.utils.timezone.now", lambda: instant)

    assert clock.today() == day


def test_now_has_its_zone():
    assert clock.now().utcoffset() is not None
