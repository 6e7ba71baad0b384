"""Is this body acceptable as a record: what a device sends, read field by field.

What is odd but was seen on site (no signal, a clock that is off, a poor position) is taken and remarked on; only what
cannot be understood is refused, each in one sentence, and so stays in the queue of who sent it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from gi_registry.core.errors import BadInput
from gi_registry.inspections.items import Item
from gi_registry.inspections.models import Outcome, PositionSource, Result, ShotKind
from gi_registry.places.geometry import Verdict

LARGEST_BODY = 1024 * 1024
MOST_PHOTOS, MOST_SIGNATURES = 60, 20  # signatures come on top, so that nobody has to take a photo out to sign
LONGEST_CLAUSE = 200
SHA256 = re.compile(r"[0-9a-f]{64}")
UNKEPT = re.compile(r"[\x00\ud800-\udfff]")  # no database takes these for text
LARGEST_ACCURACY_M = 1e9  # beyond the Earth, as some devices say who do not know
BROKEN = "记录的内容不完整，没有收下：请留在队列里，更新应用后再送。"


@dataclass(frozen=True, slots=True)
class Place:
    """A position as the device gave it, in degrees of WGS 84; `accuracy_m` None where it said nothing of it."""

    lon: float
    lat: float
    accuracy_m: float | None
    source: PositionSource


@dataclass(frozen=True, slots=True)
class Judged:
    """What the device found of the position and the producing area."""

    verdict: Verdict
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one item."""

    item: int
    result: Result
    clause: str
    note: str


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture that belongs to the record and is sent by its hash."""

    sha256: str
    bytes: int
    kind: ShotKind
    item: int | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A record as it was sent, with the text and the hash of its bytes."""

    text: str
    sha256: str
    uuid: UUID
    task: UUID
    username: str
    device_at: datetime
    corrects: UUID | None
    place: Place | None
    judged: Judged | None
    findings: tuple[Found, ...]
    pictures: tuple[Pictured, ...]
    outcome: Outcome


def read(body: bytes, declared: str) -> Sent:
    """The record in the body, whose SHA-256 was declared. Raises BadInput."""
    if not body:
        raise BadInput("收到的内容是空的，没有收下：请留在队列里再送一次。")
    digest = hashlib.sha256(body).hexdigest()
    if digest != declared.lower():
        raise BadInput("收到的内容与校验码不一致，可能在路上断了，没有收下：请留在队列里再送一次。")
    try:
        text = body.decode()
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("收到的内容不是完整的 JSON，没有收下。") from None
    return understood(content, text, digest)


def understood(content: Any, text: str, digest: str) -> Sent:
    """Every field that has a column, checked."""
    if not isinstance(content, dict):
        raise BadInput(BROKEN)
    if content.get("corrects") and content.get("corrects") == content.get("uuid"):
        raise BadInput("记录不能更正它自己，没有收下。")
    findings = tuple(found(line) for line in listed(content, "findings"))
    if sorted(line.item for line in findings) != list(Item):
        raise BadInput(f"{len(Item)} 个检查项目须各有一个结果，没有收下。")
    pictures = tuple(pictured(line) for line in listed(content, "photos"))
    refuse_pictures(pictures)
    return Sent(
        text=text,
        sha256=digest,
        uuid=number_of(content, "uuid"),
        task=number_of(content, "task"),
        username=text_of(content, "by", 150),
        device_at=instant_of(content, "device_at"),
        corrects=number_of(content, "corrects") if content.get("corrects") else None,
        place=place_of(content.get("position")),
        judged=judged_of(content.get("verdict")),
        findings=findings,
        pictures=pictures,
        outcome=Outcome(one_of(content, "outcome", Outcome.values, "结论")),
    )


# --- Fields ----------------------------------------------------------------------------------------------------------


def listed(content: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects."""
    lines = content.get(name)
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise BadInput(BROKEN)
    return lines


def text_of(content: dict[str, Any], name: str, longest: int) -> str:
    """A text, "" where there is none."""
    text = content.get(name) or ""
    if not isinstance(text, str) or len(text) > longest or UNKEPT.search(text):
        raise BadInput(BROKEN)
    return text


def number_of(content: dict[str, Any], name: str) -> UUID:
    """A UUID."""
    try:
        return UUID(text_of(content, name, 36))
    except ValueError:
        raise BadInput(BROKEN) from None


def one_of(content: dict[str, Any], name: str, values: Iterable[str], called: str) -> str:
    """One of the values."""
    value = content.get(name)
    if value not in list(values):
        raise BadInput(f"{called}“{str(value)[:20]}”不认识，没有收下。")
    return str(value)


def instant_of(content: dict[str, Any], name: str) -> datetime:
    """An instant with its zone; a device's clock may be years off, but within what a database can hold."""
    try:
        instant = datetime.fromisoformat(text_of(content, name, 40))
    except ValueError:
        raise BadInput(BROKEN) from None
    if instant.tzinfo is None or not 1970 <= instant.year <= 2200:
        raise BadInput("记录里的设备时间读不出来，没有收下：请在手机上更正日期和时间。")
    return instant


def measure(value: Any, low: float, high: float) -> float:
    """A finite number within bounds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise BadInput("记录里的定位读不出来，没有收下。")
    return float(value)


def item_of(content: dict[str, Any]) -> int:
    """The number of one of the items."""
    item = content.get("item")
    if isinstance(item, bool) or item not in Item.values:
        raise BadInput(f"没有第“{str(item)[:20]}”个检查项目，没有收下。")
    return int(item)


def place_of(content: Any) -> Place | None:
    """A position, whatever it is worth."""
    if content is None:
        return None
    if not isinstance(content, dict):
        raise BadInput(BROKEN)
    accuracy = content.get("accuracy_m")
    return Place(
        measure(content.get("lon"), -180, 180),
        measure(content.get("lat"), -90, 90),
        None if accuracy is None else measure(accuracy, 0, LARGEST_ACCURACY_M),
        PositionSource(one_of(content, "source", PositionSource.values, "定位方式")),
    )


def judged_of(content: Any) -> Judged | None:
    """The device's verdict."""
    if content is None:
        return None
    if not isinstance(content, dict):
        raise BadInput(BROKEN)
    distance = content.get("distance_m")
    verdict = Verdict(one_of(content, "verdict", Verdict.values, "设备判定"))
    return Judged(verdict, None if distance is None else measure(distance, 0, 1e8))


def found(content: dict[str, Any]) -> Found:
    """One line of the findings."""
    result = Result(one_of(content, "result", Result.values, "检查结果"))
    return Found(item_of(content), result, text_of(content, "clause", LONGEST_CLAUSE), text_of(content, "note", 4_000))


def pictured(content: dict[str, Any]) -> Pictured:
    """One line of the pictures."""
    sha256, length = content.get("sha256"), content.get("bytes")
    if not isinstance(sha256, str) or not SHA256.fullmatch(sha256) or isinstance(length, bool):
        raise BadInput(BROKEN)
    if not isinstance(length, int) or length < 1:
        raise BadInput("有一张照片是空的，没有收下：请删掉它再送。")
    kind = ShotKind(one_of(content, "kind", ShotKind.values, "照片内容"))
    item = None if content.get("item") is None else item_of(content)
    taken = instant_of(content, "taken_at") if content.get("taken_at") else None
    return Pictured(sha256, length, kind, item, taken)


def refuse_pictures(pictures: tuple[Pictured, ...]) -> None:
    """Raises BadInput where there are too many or one is too large to be taken in."""
    limit = settings.UPLOAD_LIMIT_MB["photo"]
    signatures = sum(picture.kind == ShotKind.SIGNATURE for picture in pictures)
    if len(pictures) - signatures > MOST_PHOTOS or signatures > MOST_SIGNATURES:
        raise BadInput(f"一条记录最多带 {MOST_PHOTOS} 张照片，没有收下。")
    if any(picture.bytes > limit * 1024 * 1024 for picture in pictures):
        raise BadInput(f"有一张照片超过 {limit} MB，没有收下：请缩小后再送。")
