"""Pictures as they arrive: by their hash, in parts, kept as they came; and what of them others may see.

A part lies in a file of its own until all is here, so that a broken transfer goes on where it ended. Who answers for a
record never loses a picture to its format: what cannot be shown is kept too and says why.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from django.conf import settings
from django.contrib.gis.geos import Point
from PIL import ExifTags, Image

from gi_registry.core import clock
from gi_registry.core.durable import settle
from gi_registry.core.errors import BadInput, Conflict, NotInRegister, Refusal, TooLong
from gi_registry.core.history import Why, put
from gi_registry.gazette.validators import BROKEN_IMAGE, LARGEST_IMAGE_PX, bare_image
from gi_registry.inspections.models import Photo
from gi_registry.inspections.sent import SHA256
from gi_registry.parties.models import User
from gi_registry.places.geometry import SRID

BLOCK = 64 * 1024
BEGINNINGS = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBP", "WEBP"),
    (4, b"ftyp", "HEIC"),
)
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIC": "image/heic"}
ATTESTED = (1990, 2200)  # years in which a camera's clock may stand
HEIC = "是 HEIC 格式，这里显示不了，原件已保存。"
NO_PICTURE = "不是能显示的图片，原件已保存。"
TOO_LARGE = f"超过 {LARGEST_IMAGE_PX // 10_000:,} 万像素，不生成可显示的副本，原件已保存。"


class Busy(Refusal):
    """The same picture is being received; the same request will do in a moment."""

    status = 503


class Gap(Conflict):
    """What was sent does not go on where the picture ended; `have` bytes are here."""

    def __init__(self, have: int) -> None:
        super().__init__(f"照片已收到 {have:,} 字节：请从这里接着送。")
        self.have = have


class Held(NamedTuple):
    """How much of a picture is here."""

    have: int
    complete: bool


class Stream(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes: ...


# --- Arriving --------------------------------------------------------------------------------------------------------


def held(sha256: str) -> Held:
    """How much of it is here; nothing of one that nobody sent. Raises NotInRegister for what is no hash."""
    if not SHA256.fullmatch(sha256):
        raise NotInRegister("照片的编号应是 64 位小写十六进制的 SHA-256。")
    photo = Photo.objects.filter(sha256=sha256, received_at__isnull=False).first()
    if photo is not None:
        return Held(photo.bytes, complete=True)
    part = part_of(sha256)
    return Held(part.stat().st_size if part.exists() else 0, complete=False)


def take(sha256: str, stream: Stream, *, start: int, total: int, by: User) -> Held:
    """The picture's bytes from `start` on, of `total`; what is read before the stream breaks is kept.

    Raises NotInRegister, TooLong, BadInput where the whole has another hash (then nothing is kept), Gap and Busy.
    """
    limit = settings.UPLOAD_LIMIT_MB["photo"]
    if total > limit * 1024 * 1024:
        raise TooLong(f"照片超过 {limit} MB，没有收下：请缩小后再送。")
    if total < 1:
        raise BadInput("照片是空的，没有收下。")
    before = held(sha256)
    if before.complete:
        return before
    with opened(part_of(sha256)) as part:
        have = part.seek(0, os.SEEK_END)
        if start > have:
            raise Gap(have)
        part.seek(start)
        poured(stream, part, total - start)
        have = part.seek(0, os.SEEK_END)
        if have < total:
            return Held(have, complete=False)
        part.seek(0)
        content = part.read()
        if hashlib.sha256(content).hexdigest() != sha256:
            part_of(sha256).unlink()
            raise BadInput("照片的内容与它的校验码不一致，已收到的部分作废：请从头再送一次。")
        os.fsync(part.fileno())
        kept(sha256, content, by)
    return Held(have, complete=True)


def poured(stream: Stream, part: BinaryIO, most: int) -> None:
    """Copy what comes; a sender who goes away leaves what came."""
    left = most
    while left > 0 and (block := stream.read(min(BLOCK, left))):
        part.write(block)
        left -= len(block)
    part.flush()


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The part, for one writer at a time. Raises Busy."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("正在收同一张照片：请过几秒再送。") from error
        if not path.exists() or not os.path.samestat(path.stat(), os.fstat(part.fileno())):
            raise Busy("这张照片刚收完：请再问一次。")  # another writer moved the part away meanwhile
        yield part


def part_of(sha256: str) -> Path:
    """Where the part of a picture lies."""
    return parts_folder() / sha256


def parts_folder() -> Path:
    """Where the parts of all pictures lie."""
    return Path(settings.PRIVATE_DIR) / "field" / "parts"


def tidy(before: datetime) -> int:
    """Drop the parts that nobody has gone on with since `before` and that no record waits for; how many."""
    folder = parts_folder()
    found = [part for part in folder.iterdir() if part.stat().st_mtime < before.timestamp()] if folder.exists() else []
    awaited = set(Photo.objects.filter(received_at__isnull=True).values_list("sha256", flat=True))
    dropped = 0
    for part in found:
        if part.name in awaited:
            continue
        with suppress(Busy), opened(part):
            part.unlink()
            dropped += 1
    return dropped


def kept(sha256: str, content: bytes, by: User) -> Photo:
    """The whole picture under its place, with what it says of itself. The file goes first: a row without one would
    lose it, while one without a row is only sent again."""
    name = f"field/{sha256[:2]}/{sha256}"
    place = Path(settings.PRIVATE_DIR) / name
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = facts_of(content)
    values = {"bytes": len(content), "file": name, "received_at": clock.now(), "by": str(by)} | facts
    part_of(sha256).replace(place)
    settle(place.parent)
    return put(Photo, {"sha256": sha256}, values, by=str(by), why=Why(clock.today()))[0]


# --- What it says of itself ------------------------------------------------------------------------------------------


def format_of(content: bytes) -> str:
    """The format as Pillow calls it, "" for what is no picture."""
    return next((name for at, bytes_, name in BEGINNINGS if content[at:].startswith(bytes_)), "")


def facts_of(content: bytes) -> dict[str, Any]:
    """Type, size, and EXIF time and place as columns; nothing is decoded but the head."""
    format_name = format_of(content)
    facts: dict[str, Any] = {"media_type": MEDIA_TYPES.get(format_name, "application/octet-stream")}
    if format_name in {"", "HEIC"}:
        return facts | {"flaw": HEIC if format_name else NO_PICTURE}
    try:
        with Image.open(io.BytesIO(content), formats=[format_name]) as image:
            width, height = image.size
            exif = Image.Exif()
            exif.load(image.info.get("exif") or b"")  # `getexif` would decode a whole PNG to look for it
            size = {"width": width, "height": height}
            large = {"flaw": TOO_LARGE} if width * height > LARGEST_IMAGE_PX else {}
            return facts | size | large | {"exif_at": instant_in(exif), "exif_location": place_in(exif)}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return facts | {"flaw": TOO_LARGE}
    except BROKEN_IMAGE:
        return facts | {"flaw": NO_PICTURE}


def instant_in(exif: Image.Exif) -> datetime | None:
    """When the camera says it was taken; without a zone, in China."""
    tags = exif.get_ifd(ExifTags.IFD.Exif)
    text = str(tags.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime) or "")
    try:
        naive = datetime.strptime(text.strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 -- its zone comes next
        zone = zone_of(str(tags.get(ExifTags.Base.OffsetTimeOriginal) or ""))
    except ValueError:
        return None
    return naive.replace(tzinfo=zone) if ATTESTED[0] <= naive.year <= ATTESTED[1] else None


def zone_of(offset: str) -> Any:
    """The zone of +08:00; China's where there is none."""
    cleaned = offset.strip("\x00 ")
    if not cleaned:
        return clock.LEGAL_ZONE
    hours, minutes = cleaned[1:].split(":")
    length = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-length if cleaned.startswith("-") else length)


def place_in(exif: Image.Exif) -> Point | None:
    """Where the camera says it was taken."""
    tags = exif.get_ifd(ExifTags.IFD.GPSInfo)
    try:
        lat = degrees(tags[ExifTags.GPS.GPSLatitude], str(tags[ExifTags.GPS.GPSLatitudeRef]))
        lon = degrees(tags[ExifTags.GPS.GPSLongitude], str(tags[ExifTags.GPS.GPSLongitudeRef]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return Point(lon, lat, srid=SRID) if abs(lon) <= 180 and abs(lat) <= 90 else None


def degrees(parts: Any, ref: str) -> float:
    """Degrees, minutes and seconds as one number."""
    whole, minutes, seconds = (float(part) for part in parts)
    value = whole + minutes / 60 + seconds / 3600
    return -value if ref in {"S", "W"} else value


# --- What others may see ---------------------------------------------------------------------------------------------


def copy_of(photo: Photo) -> bytes:
    """The picture drawn again in its format, without place, time or device; made once and kept.

    Raises NotInRegister where it is not here yet or cannot be shown.
    """
    if photo.received_at is None:
        raise NotInRegister("这张照片还没有送到。")
    if photo.flaw:
        raise NotInRegister(f"这张照片{photo.flaw}")
    place = Path(settings.PRIVATE_DIR) / "field" / "copies" / photo.sha256
    if not place.exists():
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = place.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(drawn_again(photo))
        fresh.replace(place)
    return place.read_bytes()


def drawn_again(photo: Photo) -> bytes:
    """The pixels in a new file. Raises NotInRegister where they cannot be read."""
    with photo.file.open() as file:
        content = file.read()
    try:
        return bare_image(format_of(content))(content)
    except BadInput as refusal:
        raise NotInRegister(refusal.sentence) from None
