from __future__ import annotations

import fcntl
import hashlib
import io
import os
import struct
import zlib
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import ExifTags, Image

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotInRegister, TooLong
from gi_registry.inspections import photos
from gi_registry.inspections.models import Photo
from gi_registry.parties.models import User
from tests import make, pictures

pytestmark = pytest.mark.django_db
JPEG = pictures.photo(Image.new("RGB", (640, 480), "green"))


class BrokenOff(io.BytesIO):
    """A stream whose sender goes away after what it has."""

    def read(self, size: int = -1) -> bytes:
        block = super().read(size)
        if not block:
            raise OSError("connection reset")
        return block


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def take(content: bytes, **more):
    by = User.objects.filter(username="zhangsan").first() or make.person("inspector", "zhangsan")
    known = {"start": 0, "total": len(content), "by": by}
    return photos.take(sha(content), io.BytesIO(content), **known | more)


def test_what_came_before_the_connection_broke_is_kept_and_gone_on_from():
    cut = BrokenOff(JPEG[:1000])
    inspector = make.person("inspector")

    with pytest.raises(OSError, match="reset"):
        photos.take(sha(JPEG), cut, start=0, total=len(JPEG), by=inspector)
    assert photos.held(sha(JPEG)) == (1000, False)
    rest = photos.take(sha(JPEG), io.BytesIO(JPEG[1000:]), start=1000, total=len(JPEG), by=inspector)
    assert rest == (len(JPEG), True)
    assert Path(Photo.objects.get().file.path).read_bytes() == JPEG


def test_the_file_is_for_the_server_alone_and_nothing_is_left_of_its_part(settings):
    take(JPEG)
    folder = Path(settings.PRIVATE_DIR) / "field"

    modes = {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()}
    assert (modes, list((folder / "parts").iterdir())) == ({0o600}, [])


def test_two_who_send_the_same_picture_at_once_do_not_mix_it_up(settings):
    part = photos.part_of(sha(JPEG))
    part.parent.mkdir(parents=True)
    with part.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(photos.Busy, match="正在收同一张照片"):
            take(JPEG)
    assert take(JPEG).complete


def test_a_picture_that_failed_to_be_written_down_can_be_sent_again(settings):
    """The row was lost after the file was moved: the next sending finds no part and begins anew."""
    take(JPEG)
    Photo.objects.all().delete()

    assert photos.held(sha(JPEG)) == (0, False)
    assert take(JPEG).complete


@pytest.mark.parametrize(("total", "refusal"), [(0, BadInput), (9 * 1024 * 1024, TooLong)])
def test_nothing_and_too_much_are_refused(total, refusal):
    with pytest.raises(refusal):
        take(JPEG, total=total)


# --- What it says of itself ------------------------------------------------------------------------------------------


def test_time_and_place_are_kept_apart():
    image, exif = Image.new("RGB", (40, 30)), Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:05:06 02:00:00"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = "+00:00"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps |= {ExifTags.GPS.GPSLatitudeRef: "S", ExifTags.GPS.GPSLatitude: (38.0, 30.0, 36.0)}
    gps |= {ExifTags.GPS.GPSLongitudeRef: "E", ExifTags.GPS.GPSLongitude: (116.0, 51.0, 0.0)}
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    take(file.getvalue())

    photo = Photo.objects.get()
    assert (photo.width, photo.height, photo.media_type, photo.flaw) == (40, 30, "image/jpeg", "")
    assert photo.exif_at == datetime(2026, 5, 6, 10, tzinfo=clock.LEGAL_ZONE)
    assert photo.exif_location.coords == pytest.approx((116.85, -38.51))


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "yesterday", "1899:01:01 00:00:00", "2026:05:06"])
def test_a_time_that_no_camera_had_is_none(text):
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = text
    file = io.BytesIO()
    Image.new("RGB", (4, 3)).save(file, "JPEG", exif=exif)

    assert photos.facts_of(file.getvalue())["exif_at"] is None


def huge(side: int) -> bytes:
    """A PNG that says it is `side` by `side` pixels and has none."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_000, 10_000, 100_000])
def test_a_picture_of_too_many_pixels_is_kept_and_never_decoded(side):
    take(huge(side))
    photo = Photo.objects.get()

    assert photo.flaw == "超过 5,000 万像素，不生成可显示的副本，原件已保存。"
    with pytest.raises(NotInRegister, match="5,000 万像素"):
        photos.copy_of(photo)


# --- What others may see ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_copy_has_the_picture_and_nothing_of_time_and_place(kind):
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "camera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    take(pictures.photo(Image.new("RGB", (40, 30), "green"), kind, exif=exif))

    copies = [photos.copy_of(Photo.objects.get()) for _time in range(2)]
    with Image.open(io.BytesIO(copies[0])) as image:
        assert (image.format, image.size, dict(image.getexif())) == (kind, (40, 30), {})
    assert copies[0] == copies[1]


def test_a_picture_that_is_not_here_or_broken_in_its_middle_has_no_copy():
    awaited = Photo.objects.create(sha256="0" * 64, bytes=1)
    cut = JPEG[: len(JPEG) // 2]
    take(cut)

    with pytest.raises(NotInRegister, match="还没有送到"):
        photos.copy_of(awaited)
    with pytest.raises(NotInRegister, match="不完整或已损坏"):
        photos.copy_of(Photo.objects.get(sha256=sha(cut)))


# --- Tidying ---------------------------------------------------------------------------------------------------------


def test_old_parts_go_unless_a_record_waits_for_them(settings):
    """Three begun: one of today, an old one, and an old one that a record names."""
    inspector = make.person("inspector")
    begun = [pictures.photo(Image.new("RGB", (64, 48), colour)) for colour in ("red", "green", "blue")]
    for content in begun:
        photos.take(sha(content), io.BytesIO(content[:100]), start=0, total=len(content), by=inspector)
    folder = Path(settings.PRIVATE_DIR) / "field" / "parts"
    for content in begun[1:]:
        os.utime(folder / sha(content), (0, 0))
    Photo.objects.create(sha256=sha(begun[2]), bytes=len(begun[2]))
    said = io.StringIO()
    call_command("tidy_photos", stdout=said)

    assert said.getvalue() == "清理了 1 份照片残片。\n"
    assert {part.name for part in folder.iterdir()} == {sha(begun[0]), sha(begun[2])}
    call_command("tidy_photos", days=0, stdout=said)
    assert [part.name for part in folder.iterdir()] == [sha(begun[2])]
