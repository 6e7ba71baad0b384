"""Zip archives dated by the register and not by the clock, so that the same release always gives the same bytes."""

from __future__ import annotations

from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


def add(archive: ZipFile, name: str, content: bytes, at: datetime) -> None:
    """One file; zip knows no year before 1980."""
    entry = ZipInfo(name, at.timetuple()[:6])
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, ZIP_DEFLATED)
