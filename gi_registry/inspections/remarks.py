"""What is odd about a record, in sentences for whoever must look at it; worked out when asked, never stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet

from gi_registry.core import clock
from gi_registry.inspections.models import Draw, PositionSource, Record, Shot, ShotKind, Task
from gi_registry.places.datums import in_china
from gi_registry.places.geometry import metres_per_degree

COARSE_M = 100.0
SKEW_S = 300.0
PHOTO_TIME = timedelta(hours=2)
PHOTO_DISTANCE_M = 500.0
SIGNERS = 2
LINKS = ("uuid", "corrects", "task")
# What `of` reads beside the record and its task, for whoever reads it of many.
FETCHED = (
    "asides",
    "shots__photo",
    "task__formerly",
    Prefetch("task__records", Record.objects.only(*LINKS)),
    Prefetch("task__plan__draws", Draw.objects.only("plan", "number")),
    Prefetch("shots__photo__shots", Shot.objects.select_related("record").only("photo", "record__task")),
)


def of(record: Record) -> list[str]:
    """All that is odd about it, in the order of its parts. Whoever reads many fetches `FETCHED` first."""
    shots = list(shots_of(record))
    parts = (
        of_time(record),
        of_people(record),
        of_position(record),
        of_verdicts(record),
        of_signatures(record),
        of_photos(record, shots),
        of_others(record),
        of_draws(record.task),
    )
    return [sentence for part in parts for sentence in part] + of_asides(record)


def shots_of(record: Record) -> Any:
    """Its pictures with what was read from them."""
    fetched = "shots" in getattr(record, "_prefetched_objects_cache", {})
    shots: QuerySet[Shot] = record.shots.all()
    return shots if fetched else shots.select_related("photo")


def of_time(record: Record) -> Iterator[str]:
    """Clock and plan."""
    skew = record.skew_s
    if skew is not None and abs(skew) > SKEW_S:
        yield f"设备时钟比登记簿{'快' if skew > 0 else '慢'} {spoken(abs(skew))}，记录的时间须核对。"
    elif record.device_at > record.received_at + timedelta(seconds=SKEW_S):
        yield "记录的时间晚于收到的时间，设备时钟可能不准。"
    if record.late:
        yield f"计划结束后才送到（{clock.legal_time(record.received_at):%Y-%m-%d %H:%M}）。"
    day, plan = record.inspected_on, record.task.plan
    written = clock.legal_time(record.device_at).date()
    if skew is None and written < plan.starts_on:
        yield f"设备时间 {written} 早于计划开始，时钟准不准不明：检查日按收到的时间计。"
    if not plan.starts_on <= day <= plan.ends_on:
        yield f"记录的日期 {day} 不在计划的 {plan.starts_on} 至 {plan.ends_on} 之内。"


def spoken(seconds: float) -> str:
    """A length of time in the largest unit of which it has two or more."""
    for size, unit in ((86_400 * 365, "年"), (86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} 秒"


def of_people(record: Record) -> Iterator[str]:
    """Who recorded it after others were assigned."""
    if record.inspector_id in {person.pk for person in record.task.formerly.all()}:
        yield f"{record.inspector} 已不在这项任务里：任务是改派以前带走的。"


def of_others(record: Record) -> Iterator[str]:
    """What else was recorded of the same task."""
    every = list(others_of(record))
    corrected = {one.corrects for one in every}
    if record.corrects and record.corrects not in {one.uuid for one in every}:
        yield "它所更正的记录还没有收到，或者不属于这项任务。"
    if record.corrects and any(one.uuid == record.corrects and one.corrects == record.uuid for one in every):
        yield "它与它所更正的记录互相更正：两条都当作没有更正。"
    beside = [one for one in every if one.uuid not in corrected and one.pk != record.pk]
    if beside and record.uuid not in corrected:
        yield f"这项任务另有 {len(beside)} 条没有被更正的记录：合格率和公开的结果只算最后一条。"


def of_draws(task: Task) -> Iterator[str]:
    """Whether the task is of a draw after which another was made."""
    if task.draw_id is not None and any(draw.pk > task.draw_id for draw in task.plan.draws.all()):
        yield "这项任务已由后来的抽取取代：不计入合格率和公开的结果。"


def others_of(record: Record) -> Any:
    """All records of its task, itself among them, by what they correct."""
    fetched = "records" in getattr(record.task, "_prefetched_objects_cache", {})
    records: QuerySet[Record] = record.task.records.all()
    return records if fetched else records.only(*LINKS)


def of_position(record: Record) -> Iterator[str]:
    """What the position is worth."""
    where, accuracy = record.location, record.accuracy_m
    if where is None:
        yield "没有定位。"
        return
    if (where.x, where.y) == (0.0, 0.0):
        yield "定位是经度 0、纬度 0，不是真实位置。"
    elif not in_china(where.x, where.y):
        yield f"定位（{where.x:.5f}，{where.y:.5f}）不在中国境内。"
    if record.position_source == PositionSource.TYPED:
        yield "位置是手工填写的。"
    elif accuracy is None:
        yield "设备没有给出定位精度。"
    elif accuracy == 0:
        yield "定位精度正好为 0，可能是模拟定位。"
    if accuracy is not None and accuracy > COARSE_M:
        yield f"定位精度只有 {accuracy:,.0f} 米。"


def of_verdicts(record: Record) -> Iterator[str]:
    """Where device and server disagree."""
    if record.device_verdict and record.verdict and record.device_verdict != record.verdict:
        yield (
            f"设备判定“{record.get_device_verdict_display()}”，登记簿按当日产地范围判定“{record.get_verdict_display()}”。"
        )


def of_signatures(record: Record) -> Iterator[str]:
    """Who did not sign."""
    signatures = record.content.get("signatures")
    told = signatures if isinstance(signatures, dict) else {}
    inspectors = told.get("inspectors")
    count = len(inspectors) if isinstance(inspectors, list) else 0
    if count < SIGNERS:
        yield f"签名的检查员只有 {count} 名，应有 {SIGNERS} 名。"
    if not told.get("party") and not told.get("refusal"):
        yield "当事人没有签名，也没有写明拒签的原因。"


def of_photos(record: Record, shots: list[Shot]) -> Iterator[str]:
    """What pictures say otherwise than the record."""
    for number, shot in enumerate(shots, 1):
        photo = shot.photo
        if photo.flaw:
            yield f"第 {number} 张照片：{photo.flaw}"
        if shot.kind == ShotKind.SIGNATURE:
            continue
        said = shot.taken_at or record.device_at
        if photo.exif_at is not None and abs(photo.exif_at - said) > PHOTO_TIME:
            own = clock.legal_time(photo.exif_at)
            yield f"第 {number} 张照片自带的时间是 {own:%Y-%m-%d %H:%M}，与记录的不符。"
        apart = metres_apart(photo.exif_location, record.location)
        if apart is not None and apart > PHOTO_DISTANCE_M + (record.accuracy_m or 0):
            yield f"第 {number} 张照片自带的位置离记录的位置约 {apart:,.0f} 米。"
        if any(other.record.task_id != record.task_id for other in photo.shots.all()):
            yield f"第 {number} 张照片也在另一项任务的检查记录里。"


def metres_apart(one: Any, other: Any) -> float | None:
    """Metres between two points; None where one is missing."""
    if one is None or other is None:
        return None
    per_lon, per_lat = metres_per_degree(other.y)
    return float((((one.x - other.x) * per_lon) ** 2 + ((one.y - other.y) * per_lat) ** 2) ** 0.5)


def of_asides(record: Record) -> list[str]:
    """What else came under its number."""
    count = len(record.asides.all())
    return [f"另有 {count} 份编号相同、内容不同的记录，须核对。"] if count else []
