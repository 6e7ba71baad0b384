"""How often a code was asked for: counted in the process and written in one statement every few seconds.

So a reader's request writes nothing and never waits for a writer. What a process counted and had not yet written when
it was killed is lost: a count says "at least".
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import Counter
from datetime import date

from django.db import DatabaseError, connection, transaction

EVERY_S = 5.0
ADD = """
INSERT INTO marks_inquiry (code, "on", times) VALUES {}
ON CONFLICT (code, "on") DO UPDATE SET times = marks_inquiry.times + excluded.times
"""
AT_ONCE = 300  # rows in one statement

_waiting: Counter[tuple[str, str]] = Counter()
_timers: list[threading.Timer] = []  # at most one, from the first count after a writing until the next
_lock = threading.Lock()


def count(code: str, day: date) -> None:
    """One more question for an existing code on `day`."""
    with _lock:
        _waiting[code, day.isoformat()] += 1
        if not _timers:
            timer = threading.Timer(EVERY_S, write_and_leave)
            timer.daemon = True
            _timers.append(timer)
            timer.start()


def times(code: str, day: date) -> int:
    """How often the code was asked for on `day`, as far as this process knows. One indexed look-up."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT times FROM marks_inquiry WHERE code = %s AND "on" = %s', [code, day.isoformat()])
        written = cursor.fetchone()
    return (written[0] if written else 0) + _waiting[code, day.isoformat()]


def write() -> None:
    """Write what is waiting; it waits on where the database takes nothing now."""
    with _lock:
        taken = dict(_waiting)
        _waiting.clear()
        stop_timers()
    if not taken:
        return
    rows = [(code, day, number) for (code, day), number in taken.items()]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for at in range(0, len(rows), AT_ONCE):
                some = rows[at : at + AT_ONCE]
                cursor.execute(ADD.format(", ".join(["(%s, %s, %s)"] * len(some))), [v for row in some for v in row])
    except DatabaseError:
        logging.getLogger(__name__).warning("查询次数暂时写不进数据库，稍后再写。", exc_info=True)
        with _lock:
            _waiting.update(taken)


def write_and_leave() -> None:
    """`write` in a thread of its own, whose connection ends with it."""
    try:
        write()
    finally:
        connection.close()


@atexit.register
def write_the_rest() -> None:
    """What was counted last, when the process ends in order."""
    write_and_leave()


def forget() -> None:
    """Drop what is waiting, written or not."""
    with _lock:
        stop_timers()
        _waiting.clear()


def stop_timers() -> None:
    for timer in _timers:
        timer.cancel()
    _timers.clear()
