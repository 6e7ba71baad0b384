"""What is answered for survives a power cut: whoever is told that something arrived throws their copy away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


@contextmanager
def on_disk() -> Iterator[None]:
    """What is committed within lies on the disk before the next line runs.

    PostgreSQL does so anyway; SQLite, as the settings have it, only keeps what it committed from crashes of programs.
    Within a transaction nothing changes, since SQLite cannot do it there.
    """
    waits = connection.vendor == "sqlite" and not connection.in_atomic_block
    if not waits:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
        try:
            yield
        finally:
            cursor.execute("PRAGMA synchronous=NORMAL")


def settle(folder: Path) -> None:
    """The names in a folder lie on the disk, as the content of a file does after its own fsync."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
