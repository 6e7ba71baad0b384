from __future__ import annotations

import hashlib
import io
from datetime import datetime, timedelta

import pytest
from PIL import ExifTags, Image

from gi_registry.core import clock
from gi_registry.inspections import photos, remarks
from gi_registry.inspections.arrival import receive
from gi_registry.inspections.models import Plan, Record
from gi_registry.inspections.sent import read
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def task():
    [product] = make.register(1)
    user = make.authorisation(make.producer(), product)
    return make.task(make.plan(), user, [make.person("inspector", name) for name in ("zhangsan", "lisi")])


def said(task, device_now=None, **more):
    """What is remarked on a record as it arrived."""
    inspector = task.inspectors.get(username="zhangsan")
    body = make.as_sent(make.inspected(task, inspector, **more))
    return remarks.of(receive(read(body, hashlib.sha256(body).hexdigest()), by=inspector, device_now=device_now))


def position(**more):
    known = {"lon": 116.85, "lat": 38.85, "accuracy_m": 8, "source": "device", "at": "2026-05-06T10:00:00+08:00"}
    return known | more


def test_a_record_in_order_is_not_remarked_on(task):
    assert said(task, clock.now()) == []


@pytest.mark.parametrize(
    ("where", "sentences"),
    [
        (None, ["没有定位。"]),
        (position(accuracy_m=0), ["定位精度正好为 0，可能是模拟定位。"]),
        (position(accuracy_m=None), ["设备没有给出定位精度。"]),
        (position(source="typed"), ["位置是手工填写的。"]),
        (position(lon=0, lat=0), ["定位是经度 0、纬度 0，不是真实位置。"]),
        (position(lon=-77.03, lat=38.89), ["定位（-77.03000，38.89000）不在中国境内。"]),
        (position(accuracy_m=3000), ["定位精度只有 3,000 米。"]),
    ],
)
def test_a_position_that_is_worth_little_is_kept_and_said_so(task, where, sentences):
    assert said(task, position=where, verdict=None) == sentences
    assert Record.objects.count() == 1


def test_no_verdict_is_given_on_a_position_that_no_device_here_gives(task):
    said(task, position=position(lon=0, lat=0), verdict=None)

    assert (Record.objects.get().verdict, Record.objects.get().location.coords) == ("", (0, 0))


def test_a_device_that_judged_otherwise_is_told_with_both_verdicts(task):
    told = said(task, verdict={"verdict": "outside", "distance_m": 3})

    assert told == ["设备判定“在范围外”，服务器按当日产地范围判定“在范围内”。"]


@pytest.mark.parametrize(
    ("ahead", "sentence"),
    [
        (timedelta(minutes=10), "设备时钟比服务器快 10 分钟，记录的时间须核对。"),
        (-timedelta(hours=9), "设备时钟比服务器慢 9 小时，记录的时间须核对。"),
        (timedelta(days=366 * 6), "设备时钟比服务器快 6 年，记录的时间须核对。"),
    ],
)
def test_a_clock_that_is_off_is_told_with_how_far(task, ahead, sentence):
    assert said(task, clock.now() + ahead) == [sentence]


def test_a_clock_years_off_is_judged_by_the_day_it_would_have_been(task):
    """The record says 2032; the device was six years ahead, so the area of this year counts."""
    ahead = timedelta(days=366 * 6)
    now = clock.legal_time(clock.now())
    at = (now + ahead).isoformat()
    told = said(task, now + ahead, device_at=at)

    assert told[0] == "设备时钟比服务器快 6 年，记录的时间须核对。"
    assert Record.objects.get().verdict == "inside"


def test_a_record_from_the_future_is_remarked_on_even_where_no_clock_was_told(task):
    told = said(task, device_at="2099-01-01T00:00:00+08:00")

    assert told == [
        "记录的时间晚于收到的时间，设备时钟可能不准。",
        "记录的日期 2099-01-01 不在计划的 2026-01-01 至 2026-12-31 之内。",
    ]


def test_what_comes_after_the_plan_was_closed_is_kept_and_said_so(task):
    Plan.objects.update(state="closed")
    [sentence] = said(task)

    assert sentence.startswith("计划结束后才送到")
    assert Record.objects.get().late


def test_missing_signatures_are_told(task):
    alone = {"inspectors": [{"username": "zhangsan", "sha256": "0" * 64}], "party": None, "refusal": ""}

    assert said(task, signatures=alone) == [
        "签名的检查员只有 1 名，应有 2 名。",
        "当事人没有签名，也没有写明拒签的原因。",
    ]
    assert said(task, signatures=alone | {"refusal": "不同意结论"}) == ["签名的检查员只有 1 名，应有 2 名。"]
    assert len(said(task, signatures=None)) == 2


def pictured(at: str = "", lat: tuple = (), size=(40, 30)) -> bytes:
    """A photo that says when and where it was taken, 116°51′ E."""
    image, exif = Image.new("RGB", size, "green"), Image.Exif()
    if at:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = at
    if lat:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps |= {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: lat}
        gps |= {ExifTags.GPS.GPSLongitudeRef: "E", ExifTags.GPS.GPSLongitude: (116.0, 51.0, 0.0)}
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()


def with_photo(task, content: bytes):
    """What is remarked on a record with this photo."""
    sha = hashlib.sha256(content).hexdigest()
    photos.take(sha, io.BytesIO(content), start=0, total=len(content), by=task.inspectors.first())
    return said(task, photos=[make.pictured(content)])


def test_a_photo_that_agrees_is_not_remarked_on(task):
    assert with_photo(task, pictured("2026:05:06 10:05:00", (38.0, 51.0, 0.0))) == []


def test_a_photo_of_another_day_and_place_is_told_with_what_it_says(task):
    told = with_photo(task, pictured("2024:01:02 03:04:05", (38.0, 52.0, 0.0)))

    assert told == [
        "第 1 张照片自带的时间是 2024-01-02 03:04，与记录的不符。",
        "第 1 张照片自带的位置离记录的位置约 1,850 米。",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "第 1 张照片：是 HEIC 格式，这里显示不了，原件已保存。"),
        (b"no picture", "第 1 张照片：不是能显示的图片，原件已保存。"),
        (b"\xff\xd8\xff and no more", "第 1 张照片：不是能显示的图片，原件已保存。"),
    ],
)
def test_what_cannot_be_shown_is_kept_and_says_why(task, content, sentence):
    assert with_photo(task, content) == [sentence]


def test_a_length_of_time_is_said_in_the_unit_that_fits():
    assert [remarks.spoken(seconds) for seconds in (59, 301, 7_300, 200_000, 90_000_000)] == [
        "59 秒",
        "5 分钟",
        "2 小时",
        "2 天",
        "3 年",
    ]


def test_a_record_costs_two_questions_at_most_where_all_was_fetched(task, django_assert_num_queries):
    said(task, photos=[make.pictured(b"one"), make.pictured(b"two")])
    rows = Record.objects.select_related("task__plan").prefetch_related("shots__photo", "asides")

    with django_assert_num_queries(4):
        assert [remarks.of(record) for record in rows] == [[]]
    assert datetime.now(tz=clock.LEGAL_ZONE)
