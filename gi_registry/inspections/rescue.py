"""The rescue: a queue that a phone exported to a file, taken in line by line; what is here already counts once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

from django.db.models import prefetch_related_objects

from gi_registry.core.errors import BadInput, Refusal, TooLong
from gi_registry.inspections import photos, remarks
from gi_registry.inspections.arrival import receive
from gi_registry.inspections.bundle import missing
from gi_registry.inspections.models import Record
from gi_registry.inspections.sent import read
from gi_registry.parties.models import User

LARGEST_FILE = 40 * 1024 * 1024

Line = dict[str, Any]


def rescued(content: bytes, *, by: User) -> dict[str, list[Line]]:
    """What became of each picture and each record of an exported file: {"photos": […], "records": […]}.

    Raises TooLong, and BadInput where it is no such file; a line that is refused says why and keeps no other back.
    """
    if len(content) > LARGEST_FILE:
        raise TooLong(f"文件超过 {LARGEST_FILE // (1024 * 1024)} MB，没有收下：请分成几个文件。")
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise BadInput("这个文件不是导出的队列，或者不完整。") from None
    if not isinstance(told, dict):
        raise BadInput("这个文件不是导出的队列。")
    return {
        "photos": [one(line, by, photo) for line in lines_of(told, "photos")],
        "records": [one(line, by, record) for line in lines_of(told, "records")],
    }


def lines_of(content: dict[str, Any], name: str) -> list[Line]:
    """The objects of a list; what is none is nothing."""
    lines = content.get(name)
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []


def one(line: Line, by: User, taken: Callable[[Line, User], Line]) -> Line:
    """What became of one line."""
    known = {"sha256": str(line.get("sha256", ""))[:64]}
    try:
        return known | taken(line, by)
    except Refusal as refusal:
        return known | {"state": "refused", "detail": refusal.sentence}


def record(line: Line, by: User) -> Line:
    """A record by its body and the hash of it."""
    body = str(line.get("body", "")).encode(errors="replace")
    return receipt(receive(read(body, str(line.get("sha256", ""))), by=by))


def photo(line: Line, by: User) -> Line:
    """A picture by its hash and its bytes in base64."""
    try:
        content = base64.b64decode(str(line.get("base64", "")), validate=True)
    except (ValueError, binascii.Error):
        raise BadInput("这张照片的内容读不出来。") from None
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != line.get("sha256"):
        raise BadInput("这张照片的内容与校验码不一致。")
    photos.take(sha256, io.BytesIO(content), start=0, total=len(content), by=by)
    return {"state": "complete"}


def receipt(record: Record) -> Line:
    """Whether all of a record is here, what is waited for, and what is odd about it once nothing is."""
    prefetch_related_objects([record], "shots__photo")
    told: Line = {"uuid": str(record.uuid), "state": "complete", "missing": missing(record), "remarks": []}
    if told["missing"]:
        return told | {"state": "waiting"}
    prefetch_related_objects([record], *remarks.FETCHED)
    return told | {"remarks": remarks.of(record)}
