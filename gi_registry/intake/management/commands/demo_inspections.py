"""manage.py demo_inspections: visibly fictional plans, draws and records, so that a trial has something to look at.

Every title carries 示例 and every picture is drawn, not taken. All of it goes the way that an office and a phone go:
planned, published, drawn (twice, with a reason), recorded with pictures, corrected, ordered to be mended. It happens
on the day of the trial, since a draw cannot be dated back.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from PIL import Image, ImageDraw

from gi_registry.core import clock
from gi_registry.inspections import photos
from gi_registry.inspections.actions import add_target, assign, fill_frame, make_plan, missing_from, order, take_step
from gi_registry.inspections.arrival import receive
from gi_registry.inspections.bundle import sites_of
from gi_registry.inspections.items import Item
from gi_registry.inspections.models import Outcome, Plan, Record, Risk, Task
from gi_registry.inspections.sent import read
from gi_registry.inspections.states import Kind, PlanState
from gi_registry.intake.management.commands.demo_accounts import NOT_A_FACT
from gi_registry.intake.management.commands.demo_marks import CLERK, MELON, VINEGAR
from gi_registry.marks.origin import origin_of
from gi_registry.marks.states import State
from gi_registry.parties.models import User
from gi_registry.places.geometry import Verdict
from gi_registry.products.models import Product

INSPECTORS = ("inspector", "inspector2", "inspector3")  # of demo_accounts
DRAWN, NEXT, SPECIAL, REPORT = "示例双随机抽查", "示例双随机抽查（下一批）", "示例标签专项检查", "示例举报核查"
DAYS_TO_MEND, ACCURACY_M = 30, 12.0
SKY, GROUND, WALL, INK = "#dfe8ea", "#c9b98f", "#f4efe2", "#1d2929"


class Command(BaseCommand):
    help = "载入虚构的检查计划、抽取和检查记录（名称都带“示例”），供试用。只在 DEBUG 打开、已有示例使用人时可用。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("虚构的检查只能在 DEBUG=1 时载入。")
        people = {user.username: user for user in User.objects.filter(is_demo=True)}
        if not {CLERK, *INSPECTORS} <= set(people):
            raise CommandError("还没有试用账号：请先运行 demo_accounts。")
        with transaction.atomic():
            done = brought_in(people[CLERK], [people[name] for name in INSPECTORS])
        self.stdout.write("示例检查：已载入，均为虚构" if done else "示例检查：已有，没有改动")


def brought_in(clerk: User, team: list[User]) -> bool:
    """Whether the samples were made now; where a plan is known already, whatever became of it stays."""
    products = list(Product.objects.filter(slug__in=(VINEGAR, MELON), authorisations__isnull=False).distinct())
    if not products or Plan.objects.filter(title=DRAWN).exists():
        return False
    recorded(drawn(clerk, team, products), clerk)
    only_published(clerk, team, products)
    assigned(clerk, team, products)
    planned(Kind.REPORT, REPORT, clerk, team, products[:1])
    return True


def planned(kind: Kind, title: str, clerk: User, team: list[User], products: list[Product], **more: Any) -> Plan:
    """A plan of the next weeks, in preparation."""
    today = clock.today()
    span = {"starts_on": today, "ends_on": today + timedelta(days=60)}
    return make_plan(kind, by=clerk, products=products, inspectors=team, title=title, note=NOT_A_FACT, **span, **more)


def drawn(clerk: User, team: list[User], products: list[Product]) -> Plan:
    """Drawn twice, and under way."""
    plan = planned(Kind.RANDOM, DRAWN, clerk, team, products, share=0.6)
    fill_frame(plan, by=clerk)
    take_step(plan, PlanState.PUBLISHED, by=clerk)
    take_step(plan, PlanState.DRAWN, by=clerk)
    take_step(plan, PlanState.PUBLISHED, by=clerk, note="示例：演示重新抽取，名录没有变动。")
    take_step(plan, PlanState.DRAWN, by=clerk)
    take_step(plan, PlanState.RUNNING, by=clerk)
    return plan


def only_published(clerk: User, team: list[User], products: list[Product]) -> None:
    """What binds the district before a draw."""
    plan = planned(Kind.RANDOM, NEXT, clerk, team, products, share=0.3)
    fill_frame(plan, by=clerk, risk=Risk.HIGH)
    take_step(plan, PlanState.PUBLISHED, by=clerk)


def assigned(clerk: User, team: list[User], products: list[Product]) -> None:
    """Tasks by hand, one of them of somebody who is no user of the mark."""
    plan = planned(Kind.SPECIAL, SPECIAL, clerk, team, products)
    targets = fill_frame(plan, by=clerk, users=missing_from(plan)[:2])
    address = "示例路 9 号"
    targets.append(add_target(plan, products[0], by=clerk, name="示例商店", address=address, risk=Risk.HIGH))
    for target in targets:
        assign(target, team[:2], by=clerk)
    take_step(plan, PlanState.PUBLISHED, by=clerk)
    take_step(plan, PlanState.RUNNING, by=clerk)


# --- Records ---------------------------------------------------------------------------------------------------------


def recorded(plan: Plan, clerk: User) -> None:
    """One in order, one corrected, one to be mended; the rest is left for whoever tries the field app."""
    tasks = list(Task.objects.standing().filter(plan=plan))
    in_use = [task for task in tasks if task.target.authorisation and task.target.authorisation.state == State.ACTIVE]
    for task, act in zip(in_use, (in_order, to_be_mended, corrected), strict=False):
        act(task, clerk)


def in_order(task: Task, clerk: User) -> None:
    arrived(task)


def corrected(task: Task, clerk: User) -> None:
    first = arrived(task, failed={Item.GRADE: "示例：误记"}, outcome=Outcome.RECTIFY, days=DAYS_TO_MEND, demand="示例")
    arrived(task, corrects=str(first.uuid), note="示例：更正前一条，该项合格。")


def to_be_mended(task: Task, clerk: User) -> None:
    failed = {Item.PACKAGING: "示例：标签没有写执行标准", Item.MARK_USED: "示例：用量没有台账"}
    demand, today = "示例：改正标签，补记台账。", clock.today()
    record = arrived(task, failed=failed, fooled=True, outcome=Outcome.RECTIFY, days=DAYS_TO_MEND, demand=demand)
    order(record, by=clerk, demand=demand, ordered_on=today, due_on=today + timedelta(days=DAYS_TO_MEND))


def arrived(task: Task, *, failed: dict[Item, str] | None = None, fooled: bool = False, **more: Any) -> Record:
    """A record of the task with two pictures and the signatures, sent as a phone sends it."""
    team = list(task.inspectors.order_by("username"))
    pictures = [("evidence", scene()), ("label", label()), *(("signature", signature(n)) for n in range(3))]
    hashes = [hashlib.sha256(content).hexdigest() for _kind, content in pictures]
    at = clock.now().isoformat()
    body = {
        "uuid": str(uuid.uuid4()),
        "task": str(task.uuid),
        "by": team[0].username,
        "device_at": at,
        "corrects": None,
        "position": position(task, at),
        "site": 1,
        "verdict": judged(task, fooled=fooled),
        "findings": findings(failed or {}),
        "mark_use": {"printed": 1000, "used": 400, "stock": 600, "note": "示例"},
        "samples": [],
        "photos": [
            {"sha256": sha256, "bytes": len(content), "kind": kind, "item": None, "taken_at": at}
            for sha256, (kind, content) in zip(hashes, pictures, strict=True)
        ],
        "signatures": {
            "inspectors": [
                {"username": person.username, "sha256": sha256}
                for person, sha256 in zip(team, hashes[2:4], strict=False)
            ],
            "party": {"name": "示例当事人", "sha256": hashes[4]},
            "refusal": "",
        },
        "outcome": Outcome.PASS,
        "days": None,
        "demand": "",
        "note": NOT_A_FACT,
    } | more
    sent = json.dumps(body, ensure_ascii=False).encode()
    record = receive(read(sent, hashlib.sha256(sent).hexdigest()), by=team[0], device_now=clock.now())
    for sha256, (_kind, content) in zip(hashes, pictures, strict=True):
        if not photos.held(sha256).complete:
            photos.take(sha256, BytesIO(content), start=0, total=len(content), by=team[0])
    return record


def findings(failed: dict[Item, str]) -> list[dict[str, Any]]:
    """All items in order but these."""
    return [
        {"item": item.value, "result": "fail" if item in failed else "pass", "clause": "", "note": failed.get(item, "")}
        for item in Item
    ]


def position(task: Task, at: str) -> dict[str, Any] | None:
    """Where the target works, as a device would find it."""
    site = next(iter(sites_of(task.target.authorisation)), None)
    if site is None:
        return None
    return {"lon": site.location.x, "lat": site.location.y, "accuracy_m": ACCURACY_M, "source": "device", "at": at}


def judged(task: Task, *, fooled: bool) -> dict[str, Any] | None:
    """What a device finds there by the area that it took along; one that is `fooled` had an area without its error."""
    user, site = task.target.authorisation, next(iter(sites_of(task.target.authorisation)), None)
    if user is None or site is None:
        return None
    where, day = site.location, clock.today()
    found = origin_of(user.product, user.basis, where.x, where.y, accuracy_m=ACCURACY_M, day=day)
    if found.verdict is None or found.distance_m is None:
        return None
    inside, outside = Verdict.INSIDE, Verdict.OUTSIDE
    said = (outside if found.verdict == inside else inside) if fooled else found.verdict
    return {"verdict": said, "distance_m": found.distance_m}


# --- Pictures, drawn -------------------------------------------------------------------------------------------------


def scene() -> bytes:
    """A workshop under the sky."""
    picture = Image.new("RGB", (960, 720), SKY)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 480, 960, 720), fill=GROUND)
    pen.polygon([(220, 300), (480, 160), (740, 300)], fill=INK)
    pen.rectangle((260, 300, 700, 560), fill=WALL, outline=INK, width=4)
    pen.rectangle((430, 400, 530, 560), fill=GROUND, outline=INK, width=4)
    return encoded(picture, "JPEG")


def label() -> bytes:
    """A label with lines where its words would stand."""
    picture = Image.new("RGB", (720, 960), WALL)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((60, 60, 660, 900), outline=INK, width=6)
    for line in range(6):
        pen.rectangle((140, 220 + line * 100, 580 - line * 40, 240 + line * 100), fill=INK)
    return encoded(picture, "JPEG")


def signature(number: int) -> bytes:
    """A stroke that is nobody's name."""
    picture = Image.new("RGB", (600, 200), "white")
    pen = ImageDraw.Draw(picture)
    points = [(60 + step * 40, 100 + (-1) ** step * (20 + 10 * ((step * (number + 2)) % 5))) for step in range(12)]
    pen.line(points, fill=INK, width=6, joint="curve")
    return encoded(picture, "PNG")


def encoded(picture: Any, kind: str) -> bytes:
    """The picture as a file."""
    file = BytesIO()
    picture.save(file, kind)
    return file.getvalue()
