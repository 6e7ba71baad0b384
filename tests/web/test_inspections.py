"""The desk's pages of inspections: the list and its rates, one whole file, what follows, and the rescue."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

from gi_registry.core import clock
from gi_registry.core.history import last_change
from gi_registry.inspections import photos
from gi_registry.inspections.actions import order
from gi_registry.inspections.models import Lead, Order, Photo, Record, Task
from gi_registry.marks.actions import answer_rectification
from gi_registry.marks.models import Rectification
from tests import make, shapes
from tests.web.test_applications import sign_in
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
LIST = "/desk/inspections/"
RESCUE = f"{LIST}rescue/"


@pytest.fixture
def laocu():
    """A protected product whose area is a tenth of a degree from 116.8°E 38.8°N."""
    product = make.product()
    make.protection(product)
    make.area(product, shapes.square(116.8, 38.8, 0.1))
    return product


@pytest.fixture
def user(laocu):
    """A user of the mark with a registered site."""
    one = make.authorisation(make.producer(address="示例路 1 号"), laocu)
    make.site(one, name="示例车间")
    return one


@pytest.fixture
def team():
    return [
        make.person("inspector", name, last_name=last, first_name="检")
        for name, last in (("zhang", "张"), ("zhao", "赵"))
    ]


@pytest.fixture
def official():
    return make.person("market", "market", last_name="李", first_name="强")


@pytest.fixture
def market(official):
    return sign_in(official)


@pytest.fixture
def task(user, team):
    return make.task(make.plan(title="示例专项检查", inspectors=team), user, team)


def failing(task, by, *items, **more):
    """A record in which these items were not in order."""
    findings = make.inspected(task, by)["findings"]
    for line in findings:
        if line["item"] in items:
            line.update(result="fail", clause="第 3 条", note=f"第 {line['item']} 项有问题")
    return make.arrived(task, by, **{"findings": findings, "outcome": "rectify"} | more)


def jpeg(colour="red", exif=True):
    """A picture taken in May 2026 near the first area."""
    image, told, file = Image.new("RGB", (40, 30), colour), Image.Exif(), io.BytesIO()
    if exif:
        told.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:05:06 10:00:00"
        told.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (38.0, 51.0, 0.0), 3: "E", 4: (116.0, 51.0, 0.0)})
    image.save(file, "JPEG", exif=told)
    return file.getvalue()


def sent_in(content, by):
    """The picture arrives."""
    sha256 = hashlib.sha256(content).hexdigest()
    photos.take(sha256, io.BytesIO(content), start=0, total=len(content), by=by)
    return sha256


def page_of(record, part=""):
    return f"{LIST}records/{record.uuid}/{part}"


# --- The list --------------------------------------------------------------------------------------------------------


def test_the_list_says_who_was_inspected_when_and_with_which_outcome(market, task, team):
    record = failing(task, team[0], 7)

    text = text_of(market.get(LIST))

    assert "共 1 次" in text
    line = "示例酿造有限公司 独流老醋 2026-05-06 10:00 张检（zhang） ! 责令整改 在范围内 2026-J001 示例专项检查"
    assert line in text
    assert page_of(record) in market.get(LIST).content.decode()


def test_smoke(market, task, team, official):
    taken = jpeg()
    record = failing(task, team[0], 7, 12, photos=[make.pictured(taken, item=7)])
    sent_in(taken, team[0])
    for address in (
        LIST,
        f"{LIST}records.geojson",
        "/desk/inspections.xlsx",
        page_of(record),
        page_of(record, "print/"),
        page_of(record, "body.json"),
        page_of(record, "photos/1/"),
        page_of(record, "photos/1/original"),
        page_of(record, "rectify/"),
        page_of(record, "lead/"),
        RESCUE,
        "/desk/leads/",
        "/desk/leads/new/",
    ):
        assert market.get(address).status_code == 200, address
    form = {"ground": "substandard", "demand": "改", "ordered_on": "2026-05-07", "due_on": "2026-06-01"}
    form["seen"] = last_change(task.target.authorisation)
    assert market.post(page_of(record, "rectify/"), form).status_code == 302
    for address in ("orders/1/notice/", "orders/1/notice.docx", "orders/1/recheck/", "", "print/"):
        assert market.get(page_of(record, address)).status_code == 200, address
    assert market.post(page_of(record, "orders/1/recheck/"), {"inspectors": ["zhang", "zhao"], "days": "10", "seen": 10000}).status_code == 302
    assert market.post(page_of(record, "lead/"), {"title": "一", "text": "二"}).status_code == 302
    assert market.get("/desk/leads/").status_code == 200
    number = Lead.objects.get().number
    assert market.get(f"/desk/leads/{number}/").status_code == 200
    for state, more in (
        ("assigned", {"assignee": "market"}),
        ("reported", {"note": "查明"}),
        ("approved", {}),
        ("transferred", {"office": "示例公安局"}),
        ("answered", {"note": "办结"}),
    ):
        address = f"/desk/leads/{number}/steps/{state}/"
        assert market.get(address).status_code == 200
        answer = market.post(address, more | {"seen": last_change(Lead.objects.get())})
        assert answer.status_code == 302, text_of(answer)
        assert market.get("/desk/leads/").status_code == 200
        assert market.get(f"/desk/leads/{number}/").status_code == 200
