from __future__ import annotations

import pytest

from gi_registry.core.models import Reminder
from gi_registry.core.reminders import tell_once

pytestmark = pytest.mark.django_db


def nobody_listens():
    raise ConnectionRefusedError


def test_what_was_told_is_not_told_again():
    sent = []

    assert [tell_once("wangmin", ["2025"], lambda: sent.append("2025")) for _run in range(2)] == [True, False]
    assert sent == ["2025"]


def test_each_recipient_is_told():
    assert [tell_once(to, ["2025"], lambda: None) for to in ("wangmin", "lihua", "")] == [True, True, True]


def test_what_could_not_be_sent_is_given_back():
    with pytest.raises(ConnectionRefusedError):
        tell_once("wangmin", ["2025"], nobody_listens)

    assert not Reminder.objects.exists()
    assert tell_once("wangmin", ["2025"], lambda: None)
