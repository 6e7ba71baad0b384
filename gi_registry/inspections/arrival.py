"""Records as they arrive: once, whole, in any order; the same again changes nothing, anything else is kept aside."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotInRegister
from gi_registry.core.history import Why, put
from gi_registry.core.revision import take_turn
from gi_registry.gazette.actions import added
from gi_registry.inspections.models import TRUSTED_SKEW_S, Aside, Finding, Photo, Plan, Record, Shot, Task
from gi_registry.inspections.permissions import tasks_to_send
from gi_registry.inspections.sent import Place, Sent
from gi_registry.inspections.states import PlanState
from gi_registry.marks.origin import Origin, area_on, origin_in
from gi_registry.marks.protected import REGIMES
from gi_registry.marks.states import Basis
from gi_registry.parties.models import User
from gi_registry.places.datums import in_china
from gi_registry.places.geometry import SRID
from gi_registry.products.models import Regime

OF_USER = "target__authorisation"
WITH_ITS_NAME = ("plan", "target__plan", "target__product", f"{OF_USER}__producer", f"{OF_USER}__product")
YEAR_S = 366 * 86_400.0
MOST_SKEW_S = 100 * YEAR_S
BEGUN = frozenset({PlanState.RUNNING, PlanState.CLOSED})


def receive(sent: Sent, *, by: User, device_now: datetime | None = None) -> Record:
    """The record in the register: a new one, or the one that this very body made before.

    `device_now` is what the device's clock showed when it sent. Raises NotInRegister for a task that is not the
    sender's, BadInput, and Conflict where the number stands for something else already (then the body is kept aside).
    """
    with transaction.atomic():
        take_turn()
        record = Record.objects.select_related("task__plan").filter(uuid=sent.uuid).first()
        if record is not None and record.sha256 == sent.sha256 and record.sent_by == str(by):
            return record  # whoever was told nothing the first time hears it now, whatever became of the task
        task = task_for(sent, by)
        if record is None:
            return written(sent, task, by, device_now)
        same = record.sha256 == sent.sha256
        if not same:
            keep_aside(record, sent, by)
    if not same:
        raise Conflict("这个编号已有另一份内容的记录：没有覆盖，送来的这份另存了，请联系登记机关核对。")
    return record


def task_for(sent: Sent, by: User) -> Task:
    """The task that the record is of. Raises NotInRegister."""
    tasks = tasks_to_send(by).select_related(*WITH_ITS_NAME)
    task: Task | None = tasks.filter(uuid=sent.task).first()
    if task is None:
        raise NotInRegister("没有这项检查任务，或者它不归您检查。")
    return task


def inspector_of(sent: Sent, task: Task, by: User) -> User:
    """Who recorded it: one of the task's inspectors, or an official under their own name. Raises BadInput."""
    if sent.username == by.username:  # who reaches the task is one of its inspectors, or an official
        return by
    known = task.inspectors.filter(username=sent.username) | task.formerly.filter(username=sent.username)
    inspector = known.first()
    if inspector is not None:
        return inspector
    raise BadInput("记录人不是这项任务的检查员，没有收下。")


def keep_aside(record: Record, sent: Sent, by: User) -> None:
    """What came under the record's number and says something else; kept once, however often it is sent."""
    if not Aside.objects.filter(record=record, sha256=sent.sha256).exists():
        values = {"record": record, "sha256": sent.sha256, "body": sent.text}
        values |= {"sent_by": str(by), "received_at": clock.now()}
        added(Aside, values, by=str(by), why=Why(clock.today()))


def written(sent: Sent, task: Task, by: User, device_now: datetime | None) -> Record:
    """The record with its findings and the pictures that it waits for. Raises BadInput."""
    if task.plan.state not in BEGUN:
        raise BadInput(f"计划“{task.plan}”还没有开始，没有收下这条记录。")
    inspector, now = inspector_of(sent, task, by), clock.now()
    skew_s = skew_of(device_now, now)
    moment = moment_of(sent.device_at, skew_s, now, task.plan)
    origin = origin_of(sent.place, task, clock.legal_time(moment).date())
    values = {
        "task": task,
        "inspector": inspector,
        "sent_by": str(by),
        "device_at": sent.device_at,
        "received_at": now,
        "inspected_at": moment,
        "skew_s": skew_s,
        "body": sent.text,
        "sha256": sent.sha256,
        "area": origin.area,
        "verdict": origin.verdict or "",
        "distance_m": origin.distance_m,
        "outcome": sent.outcome,
        "corrects": sent.corrects,
        "late": task.plan.state == PlanState.CLOSED,
        **columns_of(sent),
    }
    record, _made = put(Record, {"uuid": sent.uuid}, values, by=str(by), why=Why(clock.today(), note=task.plan.number))
    # The history has the whole body with the record's own line; what follows is only read out of it.
    Finding.objects.bulk_create(
        Finding(record=record, item=line.item, result=line.result, clause=line.clause, note=line.note)
        for line in sent.findings
    )
    awaited(record, sent)
    return record


def columns_of(sent: Sent) -> dict[str, Any]:
    """Position and verdict of the device as columns."""
    place, judged = sent.place, sent.judged
    said = {"device_verdict": judged.verdict, "device_distance_m": judged.distance_m} if judged else {}
    if place is None:
        return said
    where = {"location": Point(place.lon, place.lat, srid=SRID), "position_source": place.source}
    return said | where | {"accuracy_m": place.accuracy_m}


def awaited(record: Record, sent: Sent) -> None:
    """The pictures of the record; those that are not here yet are waited for."""
    known = {photo.sha256: photo for photo in Photo.objects.filter(sha256__in=[p.sha256 for p in sent.pictures])}
    missing = {p.sha256: Photo(sha256=p.sha256, bytes=p.bytes) for p in sent.pictures if p.sha256 not in known}
    Photo.objects.bulk_create(missing.values())
    photos = known | missing
    Shot.objects.bulk_create(
        Shot(record=record, photo=photos[p.sha256], kind=p.kind, item=p.item, taken_at=p.taken_at)
        for p in sent.pictures
    )


def moment_of(device_at: datetime, skew_s: float | None, received_at: datetime, plan: Plan) -> datetime:
    """When an inspection was: by the device's clock, put right where that was off, never after it arrived. A clock off
    by more than a year tells nothing, and one of which nothing is known is not believed before its plan begins."""
    if skew_s is not None and abs(skew_s) > YEAR_S:
        return received_at
    off = timedelta(seconds=skew_s) if skew_s is not None and abs(skew_s) > TRUSTED_SKEW_S else timedelta()
    moment = min(device_at - off, received_at)
    unlikely = skew_s is None and clock.legal_time(moment).date() < plan.starts_on
    return received_at if unlikely else moment


def skew_of(device_now: datetime | None, now: datetime) -> float | None:
    """How far the device's clock is ahead, in seconds; one that is off by more than a lifetime is off by a lifetime."""
    if device_now is None:
        return None
    return max(-MOST_SKEW_S, min(MOST_SKEW_S, (device_now - now).total_seconds()))


def origin_of(place: Place | None, task: Task, day: date) -> Origin:
    """The server's verdict; none on a position that no device in China gives."""
    if place is None or not in_china(place.lon, place.lat):
        return Origin()
    authorisation = task.target.authorisation
    regime = REGIMES[Basis(authorisation.basis)] if authorisation is not None else Regime.PRODUCT
    area = area_on(task.target.product, regime, day)
    if area is not None:
        area.product = task.target.product  # which is here already, and which the history's line names
    return origin_in(area, place.lon, place.lat, place.accuracy_m or 0.0)
