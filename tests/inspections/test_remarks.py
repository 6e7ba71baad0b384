from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import ExifTags, Image

from gi_registry.core import clock
from gi_registry.inspections import photos, remarks
from gi_registry.inspections.arrival import receive
from gi_registry.inspections.models import Draw, Plan, Record, Task
from gi_registry.inspections.sent import read
from gi_registry.parties.models import User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def task():
    [product] = make.register(1)
    user = make.authorisation(make.producer(), product)
    return make.task(make.plan(), user, [make.person("inspector", name) for name in ("zhangsan", "lisi")])


def said(task, device_now=None, **more):
    """What is remarked on a record as it arrived."""
    inspector = User.objects.get(username="zhangsan")
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

    assert told == ["设备判定“在范围外”，登记簿按当日产地范围判定“在范围内”。"]


@pytest.mark.parametrize(
    ("ahead", "sentence"),
    [
        (timedelta(minutes=10), "设备时钟比登记簿快 10 分钟，记录的时间须核对。"),
        (-timedelta(hours=9), "设备时钟比登记簿慢 9 小时，记录的时间须核对。"),
        (timedelta(days=366 * 6), "设备时钟比登记簿快 6 年，记录的时间须核对。"),
    ],
)
def test_a_clock_that_is_off_is_told_with_how_far(task, ahead, sentence):
    assert said(task, clock.now() + ahead)[0] == sentence


def test_a_clock_years_off_is_judged_by_the_day_on_which_the_record_came(task):
    """The record says 2032; the device was six years ahead, so the area of today counts."""
    ahead = timedelta(days=366 * 6)
    now = clock.legal_time(clock.now())
    at = (now + ahead).isoformat()
    told = said(task, now + ahead, device_at=at)

    assert told[0] == "设备时钟比登记簿快 6 年，记录的时间须核对。"
    assert (Record.objects.get().verdict, Record.objects.get().inspected_on) == ("inside", clock.today())


def test_a_record_from_the_future_is_remarked_on_even_where_no_clock_was_told(task):
    told = said(task, device_at="2099-01-01T00:00:00+08:00")

    assert told == ["记录的时间晚于收到的时间，设备时钟可能不准。"]
    assert Record.objects.get().inspected_at == Record.objects.get().received_at


def test_a_clock_of_which_nothing_is_known_is_not_believed_before_its_plan_begins(task):
    told = said(task, device_at="2019-01-01T10:00:00+08:00")

    assert told == ["设备时间 2019-01-01 早于计划开始，时钟准不准不明：检查日按收到的时间计。"]
    assert Record.objects.get().inspected_on == clock.today()


def test_a_clock_thousands_of_years_off_is_taken_too(task):
    told = said(task, datetime(9999, 12, 31, tzinfo=UTC))

    assert told[0] == "设备时钟比登记簿快 100 年，记录的时间须核对。"


def test_a_second_record_of_a_task_is_remarked_on_and_a_corrected_one_is_not(task):
    said(task)
    assert said(task) == ["这项任务另有 1 条没有被更正的记录：合格率和公开的结果只算最后一条。"]
    first, second = Record.objects.order_by("pk")

    assert said(task, corrects=str(second.uuid)) == [
        "这项任务另有 1 条没有被更正的记录：合格率和公开的结果只算最后一条。"
    ]
    assert said(task, corrects=str(first.uuid)) == [
        "这项任务另有 1 条没有被更正的记录：合格率和公开的结果只算最后一条。"
    ]


def test_a_correction_of_what_is_not_of_its_task_is_remarked_on(task):
    assert said(task, corrects="6f9619ff-8b86-4d01-b42d-00cf4fc964ff") == [
        "它所更正的记录还没有收到，或者不属于这项任务。"
    ]


def test_two_records_that_correct_each_other_both_stand(task):
    one, other = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "7f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    said(task, uuid=one, corrects=other)
    told = said(task, uuid=other, corrects=one)

    assert told == ["它与它所更正的记录互相更正：两条都当作没有更正。"]
    assert Record.objects.standing().count() == 2
    assert Record.objects.counted().count() == 1


def test_who_took_the_task_along_before_others_were_assigned_still_sends_it(task):
    zhang = task.inspectors.get(username="zhangsan")
    task.formerly.add(zhang)
    task.inspectors.remove(zhang)

    assert said(task)[:1] == [f"{zhang} 已不在这项任务里：任务是改派以前带走的。"]


def test_what_comes_after_the_plan_was_closed_is_kept_and_said_so(task):
    Plan.objects.update(state="closed")
    [sentence] = said(task)

    assert sentence.startswith("计划结束后才送到")
    assert Record.objects.get().late


ALONE = {"inspectors": [{"username": "zhangsan", "sha256": "0" * 64}], "party": None, "refusal": ""}


@pytest.mark.parametrize(
    ("signatures", "sentences"),
    [
        (ALONE, ["签名的检查员只有 1 名，应有 2 名。", "当事人没有签名，也没有写明拒签的原因。"]),
        (ALONE | {"refusal": "不同意结论"}, ["签名的检查员只有 1 名，应有 2 名。"]),
        (None, ["签名的检查员只有 0 名，应有 2 名。", "当事人没有签名，也没有写明拒签的原因。"]),
    ],
)
def test_missing_signatures_are_told(task, signatures, sentences):
    assert said(task, signatures=signatures) == sentences


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


def test_a_photo_of_another_inspection_is_told_and_one_taken_over_by_a_correction_is_not(task):
    picture = {"photos": [make.pictured(b"one")]}
    [first] = [Record.objects.get() for _said in [said(task, **picture)]]
    other = make.task(make.plan(), task.target.authorisation, list(task.inspectors.all()))

    assert said(task, corrects=str(first.uuid), **picture) == []
    assert said(other, **picture) == ["第 1 张照片也在另一项任务的检查记录里。"]


def test_a_record_of_a_draw_after_which_another_was_made_is_told(task):
    draws = {"frame": {"targets": []}, "frame_hash": "0" * 64, "commitment": "0" * 64, "committed_at": clock.now()}
    first, second = (make.row(Draw, {"plan": task.plan, "number": number}, **draws) for number in (1, 2))
    Task.objects.update(draw=second)
    task.refresh_from_db()
    assert said(task) == []

    Task.objects.update(draw=first)
    assert said(Task.objects.get())[-1] == "这项任务已由后来的抽取取代：不计入合格率和公开的结果。"


def test_a_length_of_time_is_said_in_the_unit_that_fits():
    assert [remarks.spoken(seconds) for seconds in (59, 301, 7_300, 200_000, 90_000_000)] == [
        "59 秒",
        "5 分钟",
        "2 小时",
        "2 天",
        "3 年",
    ]


def test_records_cost_no_question_of_their_own_where_all_was_fetched(task, django_assert_num_queries):
    said(task, photos=[make.pictured(b"one"), make.pictured(b"two")])
    rows = Record.objects.select_related("task__plan").prefetch_related(*remarks.FETCHED)

    with django_assert_num_queries(8):
        assert [remarks.of(record) for record in rows] == [[]]
    assert datetime.now(tz=clock.LEGAL_ZONE)
