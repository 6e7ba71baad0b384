from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from gi_registry.marks import inquiries
from gi_registry.marks.models import Inquiry

TODAY = date(2026, 11, 24)


@pytest.mark.django_db
def test_asking_writes_nothing_and_is_told_at_once(django_assert_num_queries):
    with django_assert_num_queries(0):
        inquiries.count("7KQM2X4HA", TODAY)
        inquiries.count("7KQM2X4HA", TODAY)
    with django_assert_num_queries(1):
        told = inquiries.times("7KQM2X4HA", TODAY)

    assert (told, inquiries.times("7KQM2X4HA", TODAY - timedelta(days=1)), Inquiry.objects.count()) == (2, 0, 0)


@pytest.mark.django_db
def test_what_waits_is_added_to_what_is_written():
    for _round in range(2):
        for code in ("7KQM2X4HA", "7KQM2X4HA", "OTHER"):
            inquiries.count(code, TODAY)
        inquiries.write()

    assert sorted(Inquiry.objects.values_list("code", "on", "times")) == [("7KQM2X4HA", TODAY, 4), ("OTHER", TODAY, 2)]
    assert inquiries.times("7KQM2X4HA", TODAY) == 4


@pytest.mark.django_db
def test_more_codes_than_one_statement_takes_are_written(monkeypatch):
    monkeypatch.setattr(inquiries, "AT_ONCE", 2)
    for code in ("A", "B", "C"):
        inquiries.count(code, TODAY)
    inquiries.write()

    assert sorted(Inquiry.objects.values_list("code", "times")) == [("A", 1), ("B", 1), ("C", 1)]


@pytest.mark.django_db
def test_a_database_that_takes_nothing_now_is_asked_again_later(monkeypatch, caplog):
    inquiries.count("A", TODAY)
    with monkeypatch.context() as broken:
        broken.setattr(inquiries, "ADD", "INSERT INTO no_such_table (code) VALUES {}")
        inquiries.write()
    inquiries.count("A", TODAY)
    inquiries.write()

    assert (Inquiry.objects.get().times, "稍后再写" in caplog.text) == (2, True)


@pytest.mark.django_db
def test_one_timer_writes_for_all_that_ask_meanwhile():
    for _round in range(3):
        inquiries.count("A", TODAY)

    assert [timer.interval for timer in inquiries._timers] == [inquiries.EVERY_S]


@pytest.mark.django_db(transaction=True)
def test_what_the_timer_does_writes_over_a_connection_of_its_own():
    inquiries.count("A", TODAY)
    [timer] = inquiries._timers
    thread = threading.Thread(target=timer.function)
    thread.start()
    thread.join()

    assert (Inquiry.objects.get().times, inquiries.times("A", TODAY), inquiries._timers) == (1, 1, [])
