"""The register's revision: whatever is derived from the register (index, ETag) is good for as long as it stays."""

from __future__ import annotations

import mmap
import os
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from gi_registry.core.models import Change

TURN = 4490  # any number will do, so long as all writers name the same
TRUSTED_S = 1.0  # a writer that dies between its commit and its mark is noticed after so many seconds


class Mark:
    """Eight bytes that all processes working on one SQLite file share; every writer sets them to something new.

    So a reader that finds them as they were need not ask the database, whose locks cost more than a whole answer.
    """

    def __init__(self, path: Path) -> None:
        with path.open("a+b") as file:
            file.truncate(8)
            self.shared = mmap.mmap(file.fileno(), 8)

    def read(self) -> bytes:
        return self.shared[:]

    def move(self) -> None:
        self.shared[:] = os.urandom(8)


class Held(NamedTuple):
    """The revision as this process last read it, under which mark and when."""

    mark: bytes
    at: float
    revision: int


_held: dict[str, Held] = {}


def revision() -> int:
    """The number of the newest line of history, 0 in an empty register. Asked on every request."""
    database = connections[DEFAULT_DB_ALIAS]  # looked up once: `connection` does so at every word
    mark = shared_mark(database)
    if mark is None or database.in_atomic_block:
        return newest()
    name, seen, at = database.settings_dict["NAME"], mark.read(), time.monotonic()
    held = _held.get(name)
    if held is None or held.mark != seen or at - held.at > TRUSTED_S:
        held = _held[name] = Held(seen, at, newest())
    return held.revision


def newest() -> int:
    """The revision from the database: one indexed look-up."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MAX(id) FROM {Change._meta.db_table}")  # noqa: S608 -- a constant of ours
        return cast("int | None", cursor.fetchone()[0]) or 0


def take_turn() -> None:
    """Said by whoever writes, in the transaction and before any row is locked: writers come one after another.

    SQLite has them so anyway. On PostgreSQL a lower number could come to stand after a higher one was read, and nobody
    would see the register move.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


def moved() -> None:
    """Said by whoever writes, in the transaction: others ask the database again, now and once the change stands."""
    mark = shared_mark(connections[DEFAULT_DB_ALIAS])
    if mark is not None:
        mark.move()
        transaction.on_commit(mark.move)


def shared_mark(database: BaseDatabaseWrapper) -> Mark | None:
    """The mark beside a SQLite file; None for databases that other machines may write to, or that live in memory."""
    name = str(database.settings_dict["NAME"])
    if database.vendor != "sqlite" or name.startswith(("file:", ":memory:")):
        return None
    return mark_beside(name)


@cache
def mark_beside(database: str) -> Mark | None:
    """The mark of the SQLite file called `database`; None where its folder takes no file."""
    try:
        return Mark(Path(f"{database}-revision"))
    except OSError:
        return None
