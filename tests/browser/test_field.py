"""Inspections recorded in a real browser: taken along, written without a network, sent whole and once."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import threading
from base64 import b64decode
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import UUID

import pytest
from django.conf import settings as site
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from PIL import ExifTags, Image
from playwright.sync_api import expect

from gi_registry.core import clock
from gi_registry.inspections.bundle import rings_of
from gi_registry.inspections.models import Aside, Photo, Plan, Record, Target, Task
from gi_registry.inspections.photos import part_of
from gi_registry.inspections.rescue import LARGEST_FILE
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Role
from gi_registry.places.geometry import Rings, lie, to_shapely, verdict
from gi_registry.products.models import Area
from tests import make, pictures, shapes
from tests.bench.server import serving
from tests.browser.bad_network import way_to
from tests.browser.conftest import PHONE
from tests.browser.field_work import PHOTOS_FIRST, REPLAY, WRITE, send_all

INSIDE = {"longitude": 116.85, "latitude": 38.85, "accuracy": 8}
NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "401")
PLAN = "2026-J001"


def planned():
    """Two inspectors, a plan under way and one task: a user of the mark with a site in its area."""
    Group.objects.get_or_create(name=Role.INSPECTOR.label)  # emptied with all tables after the test before
    team = [make.person("inspector", name, last_name=name[0], first_name=name[1:]) for name in ("lining", "zhaolei")]
    product = make.product("sample-vinegar", "示例醋")
    make.area(product, shapes.square(116.8, 38.8, 0.1))
    used = make.authorisation(make.producer(), product, code="7KQM2X4HA")
    make.site(used)
    today = clock.today()
    dates = {"starts_on": today - timedelta(days=3), "ends_on": today + timedelta(days=30)}
    plan = make.row(Plan, {"number": PLAN}, title="示例专项检查", kind="special", state="running", **dates)
    task = make.row(
        Task, {"target": make.row(Target, {"plan": plan, "authorisation": used}, product=product)}, plan=plan
    )
    task.inspectors.set(team)
    return task


@pytest.fixture
def field(empty_register):
    """The app as an inspector has it who has signed in and taken the plan along."""

    @contextmanager
    def opening(expected=(), **options):
        task = planned()
        options = {"viewport": PHONE, "geolocation": INSIDE, "permissions": ["geolocation"]} | options
        options |= {"storage_state": {"cookies": [session_of("lining")]}}
        with empty_register("/field/", expected=(*NO_NETWORK, *expected), **options) as page:
            page.set_default_timeout(10_000)
            page.get_by_role("button", name="带走任务").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("示例专项检查")
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            page.wait_for_function("navigator.serviceWorker.controller !== null")
            yield page, task

    return opening


def session_of(username):
    """The cookie of somebody who has signed in."""
    client = Client()
    client.force_login(User.objects.get(username=username), backend=site.AUTHENTICATION_BACKENDS[1])
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "domain": "localhost", "path": "/"}


def sign_in(page):
    page.get_by_label("用户名").fill("lining")
    page.get_by_label("口令").fill("流水不腐 24")
    page.get_by_label("口令").press("Enter")
    page.wait_for_url("**/field/")


def saved(page):
    expect(page.locator("[data-saved]")).to_have_attribute("data-saved", "yes")


def reopened(page, address="/field/"):
    """The tab closed, and the app opened again in another one."""
    saved(page)
    context = page.context
    page.close()
    again = context.new_page()
    again.set_default_timeout(10_000)
    again.goto(address)
    return again


def at_step(page, name):
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def begin(page):
    page.get_by_role("link", name="示例酿造有限公司").click()
    page.get_by_role("button", name="开始检查").click()
    at_step(page, "位置")


def go_on(page, name):
    saved(page)
    page.get_by_role("link", name="下一步").click()
    at_step(page, name)


def judge(page, number, result):
    page.locator(".item").nth(number - 1).get_by_role("radio", name=result, exact=True).check()


def sign(page, number):
    place = page.locator(".pad-place").nth(number)
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 20 + 10 * number)
    page.mouse.move(box["x"] + 200, box["y"] + 50)
    page.mouse.up()
    expect(page.locator(".pad").nth(number).get_by_role("button", name="重签")).to_be_visible()


def photograph(page, place, *photos):
    files = [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": content} for n, content in enumerate(photos)]
    thumbs = place.locator(".thumb")
    before = thumbs.count()
    place.locator("input[type=file]").set_input_files(files)
    expect(thumbs).to_have_count(before + len(photos))
    saved(page)


def noisy(width, height):
    """A picture that takes many bytes: coarse noise, which is made fast."""
    return Image.effect_noise((width // 4, height // 4), 60).resize((width, height)).convert("RGB")


def taken_on(text):
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = text
    return exif


def noise(seed, side=900, **more):
    """A photo like no other."""
    chance = random.Random(seed)
    image = Image.new("RGB", (side, side), (seed % 256, chance.randrange(256), 90))
    image.paste(Image.effect_noise((side // 2, side // 2), 60), (0, 0))
    return pictures.photo(image, **more)


def arrived():
    """What the register has: so many records, those of them that are whole, photos received."""
    return (
        Record.objects.count(),
        Record.objects.complete().count(),
        Photo.objects.filter(received_at__isnull=False).count(),
    )


def test_an_inspection_is_written_without_a_network_and_sent_with_one(field):
    with field() as (page, task):
        page.context.set_offline(True)
        page.goto("/field/")
        page.get_by_role("link", name="示例专项检查").click()
        begin(page)
        page.get_by_role("button", name="测现在的位置").click()
        expect(page.locator(".judgement")).to_contain_text("在产地范围内")
        go_on(page, "检查项目")
        for number in range(1, 13):
            judge(page, number, "不适用" if number == 11 else "合格")
        judge(page, 7, "不合格")
        seventh = page.locator(".item").nth(6)
        seventh.get_by_label("情况").fill("包装上没有产品标准号")
        photograph(page, seventh, noise(1), noise(2, exif=taken_on("2026:05:01 09:00:00")))
        expect(page.get_by_text("12 项都填了，1 项不合格")).to_be_visible()
        go_on(page, "专用标志与取样")
        page.get_by_label("印制（枚）").fill("5000")
        page.get_by_label("结存（枚）").fill("5100")
        expect(page.get_by_text("使用和结存比印制多 100 枚")).to_be_visible()
        page.get_by_label("结存（枚）").fill("100")
        page.get_by_role("button", name="加一份样品").click()
        page.get_by_label("样品名称").fill("示例醋 500 毫升")
        go_on(page, "结论")
        page.get_by_role("radio", name="责令整改").check()
        page.get_by_label("限几日内改正").fill("15")
        expect(page.get_by_label("要改正什么")).to_have_value("包装、标识：包装上没有产品标准号")
        page.get_by_label("要改正什么").fill("补印产品标准号")
        go_on(page, "签名")
        sign(page, 0)
        sign(page, 1)
        page.get_by_label("签字人姓名").fill("示例当事人")
        sign(page, 2)
        go_on(page, "核对")
        page.get_by_role("button", name="完成，放进待发送").click()
        at_step(page, "待发送")
        expect(page.locator("[data-queue]")).to_have_text("待发送 1")
        assert arrived() == (0, 0, 0)

        page.context.set_offline(False)
        expect(page.locator("[data-queue]")).to_have_text("待发送 0")
        expect(page.get_by_role("heading", name="已送达")).to_be_visible()
        expect(page.get_by_text("第 2 张照片自带的时间是 2026-05-01 09:00，与记录的不符。")).to_be_visible()

    record = Record.objects.get()
    found = {line.item: line.result for line in record.findings.all()}
    assert arrived() == (1, 1, 5)
    assert found == dict.fromkeys(range(1, 13), "pass") | {7: "fail", 11: "na"}
    assert (record.task, record.outcome, record.content["days"]) == (task, "rectify", 15)
    assert (record.device_verdict, record.verdict) == ("inside", "inside")
    assert abs(record.device_distance_m - record.distance_m) < 0.1
    assert record.accuracy_m == 8
    assert record.content["samples"][0]["name"] == "示例醋 500 毫升"
    assert sorted(shot.kind for shot in record.shots.all()) == ["evidence"] * 2 + ["signature"] * 3


def test_nothing_is_lost_where_the_tab_is_closed_at_each_step(field):
    with field() as (first, _task):
        page = first
        page.context.set_offline(True)
        begin(page)
        address = page.url
        page.get_by_role("button", name="测现在的位置").click()
        expect(page.locator(".judgement")).to_contain_text("在产地范围内")

        page = reopened(page)
        page.get_by_role("link", name="刚刚开始写").click()
        expect(page.locator(".judgement")).to_contain_text("在产地范围内")
        go_on(page, "检查项目")
        for number in range(1, 13):
            judge(page, number, "合格")
        photograph(page, page.locator(".item").first, noise(3))

        page = reopened(page)
        page.get_by_role("link", name="刚刚开始写").click()
        at_step(page, "检查项目")
        expect(page.locator(".item").first.locator(".thumb")).to_have_count(1)
        expect(page.get_by_text("12 项都填了，0 项不合格")).to_be_visible()
        go_on(page, "专用标志与取样")
        page.get_by_label("使用（枚）").fill("80")

        page = reopened(page, address.replace("/position", "/marks"))
        expect(page.get_by_label("使用（枚）")).to_have_value("80")
        go_on(page, "结论")
        page.get_by_role("radio", name="合格").check()

        page = reopened(page, address.replace("/position", "/outcome"))
        expect(page.get_by_role("radio", name="合格")).to_be_checked()
        go_on(page, "签名")
        sign(page, 0)
        sign(page, 1)
        page.get_by_label("拒绝签字的，写明原因").fill("示例：负责人不在场")

        page = reopened(page, address.replace("/position", "/signatures"))
        expect(page.get_by_role("button", name="重签")).to_have_count(2)
        go_on(page, "核对")
        page.get_by_role("button", name="完成，放进待发送").click()
        at_step(page, "待发送")

        context = page.context
        page.close()
        context.set_offline(False)
        page = context.new_page()
        page.goto("/field/")
        expect(page.locator("[data-queue]")).to_have_text("待发送 0")

    assert arrived() == (1, 1, 3)
    assert Record.objects.get().content["mark_use"]["used"] == 80


def test_a_sign_in_that_ran_out_drops_nothing(field):
    with field() as (page, _task):
        page.evaluate(WRITE, {"records": 2, "photos": 1, "side": 60})
        Session.objects.all().delete()
        page.goto("/field/#/queue")
        page.reload()
        expect(page.get_by_text("登录已过期，待发送的记录都还在这台设备上。")).to_be_visible()
        expect(page.locator("[data-queue]")).to_have_text("待发送 2")

        page.get_by_role("link", name="重新登录后自动发送").click()
        sign_in(page)
        expect(page.locator("[data-queue]")).to_have_text("待发送 0")

    assert arrived() == (2, 2, 2)


def test_a_cleared_worker_takes_no_record_with_it(field):
    with field() as (page, _task):
        page.context.set_offline(True)
        page.evaluate(WRITE, {"records": 2, "photos": 1, "side": 60})
        page.evaluate("""async () => {
          for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
          for (const name of await caches.keys()) await caches.delete(name);
        }""")
        page.context.set_offline(False)
        page.goto("/field/")
        expect(page.locator("[data-queue]")).to_have_text("待发送 0")

    assert arrived() == (2, 2, 2)


def test_over_a_network_that_breaks_everything_arrives_once(field, live_server):
    """Cut in requests and in answers, photos before records, all of it replayed five times in any order."""
    server = urlsplit(live_server.url)
    broken = ("ERR_", "400", "503")
    with (
        way_to((server.hostname, server.port)) as way,
        field(broken, base_url=f"http://localhost:{way.port}") as (page, _),
    ):
        page.context.set_offline(True)
        names = page.evaluate(WRITE, {"records": 8, "photos": 3, "side": 240})
        way.break_off(0.9)
        page.context.set_offline(False)
        outcomes = send_all(page)
        way.break_off(0.0)
        assert way.cuts > 5
        assert outcomes.count("offline") > 3
        assert set(page.evaluate(REPLAY, {"times": 5})) == {"complete"}

        more = page.evaluate(WRITE, {"records": 3, "photos": 2, "side": 60})
        assert page.evaluate(PHOTOS_FIRST) == 6
        assert send_all(page) == ["sent"]

        [last] = page.evaluate(WRITE, {"records": 1, "photos": 2, "side": 60})
        page.evaluate(AMEND, [last, {"tried_at": clock.now().isoformat()}])
        leave_whole_parts(page.evaluate(PHOTOS_OF, last))
        assert send_all(page) == ["sent"]

    assert arrived() == (12, 12, 32)
    assert {str(record.uuid) for record in Record.objects.all()} == {*names, *more, last}
    assert [photo for photo in Photo.objects.all() if digest_of(photo) != photo.sha256] == []


def leave_whole_parts(photos):
    """As a server leaves them that is killed when all bytes are there and before it has looked at them."""
    for name, content in photos.items():
        part = part_of(name)
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(b64decode(content))


def test_a_server_killed_in_the_middle_of_uploads_loses_nothing(field, settings):
    """Its process is killed whenever so many bytes have passed, and another one goes on."""
    own = {"DJANGO_SETTINGS_MODULE": "tests.browser.settings", "DEBUG": "1", "SECRET_KEY": settings.SECRET_KEY}
    with (
        serving(address_of(connection), **own, PRIVATE_DIR=str(settings.PRIVATE_DIR)) as server,
        way_to(("127.0.0.1", server.port)) as way,
        field(("ERR_", "400", "503"), base_url=f"http://localhost:{way.port}") as (page, _),
    ):
        page.context.set_offline(True)
        names = page.evaluate(WRITE, {"records": 4, "photos": 3, "side": 400})
        start = way.carried
        with killing(server, lambda: way.carried - start, (300_000, 900_000)) as killed:
            page.context.set_offline(False)
            send_all(page)
        assert len(killed) == 2
        assert set(page.evaluate(REPLAY, {"times": 5})) == {"complete"}

    assert arrived() == (4, 4, 12)
    assert {str(record.uuid) for record in Record.objects.all()} == set(names)
    assert [photo for photo in Photo.objects.all() if digest_of(photo) != photo.sha256] == []


def digest_of(photo):
    return sha256(Path(photo.file.path).read_bytes()).hexdigest()


def address_of(connection):
    """The tests' database, for another process."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"spatialite:///{known['NAME']}"
    host = quote(known["HOST"], safe="")
    return f"postgis://{known['USER']}:{known['PASSWORD']}@{host}:{known['PORT']}/{known['NAME']}"


@contextmanager
def killing(server, carried, marks):
    """The process that answers is killed each time so many bytes have been carried; the killed ones."""
    done, killed = threading.Event(), []

    def kill():
        for mark in marks:
            while carried() < mark:
                if done.wait(0.005):
                    return
            for worker in server.workers():
                os.kill(worker, signal.SIGKILL)
                killed.append(worker)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield killed
    finally:
        done.set()
        killer.join()


def test_two_tabs_send_each_record_once(field):
    with field() as (page, _task):
        page.context.set_offline(True)
        page.evaluate(WRITE, {"records": 4, "photos": 2, "side": 120})
        other = page.context.new_page()
        heard = []
        for tab in (page, other):
            tab.on("response", lambda told: heard.append((told.request.method, told.from_service_worker)))
        other.goto("/field/#/queue")
        page.context.set_offline(False)
        for tab in (page, other):
            expect(tab.locator("[data-queue]")).to_have_text("待发送 0")

    assert arrived() == (4, 4, 8)
    assert {method for method, by_worker in heard if by_worker} == {"GET"}
    assert {method for method, by_worker in heard if not by_worker} == {"GET", "POST", "PUT"}


def test_what_cannot_be_sent_is_exported_and_taken_in_once(field):
    with field() as (page, _task):
        page.context.set_offline(True)
        page.evaluate(WRITE, {"records": 2, "photos": 2, "side": 60})
        page.goto("/field/#/queue")
        page.reload()
        page.get_by_text("发不出去的时候").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="全部导出成文件").click()
        expect(page.get_by_text("导出了 1 个文件")).to_be_visible()
        assert re.fullmatch(r"现场检查-\d{4}-\d\d-\d\d-\d{4}-1\.json", download.value.suggested_filename)
        content = Path(download.value.path()).read_text(encoding="utf-8")
        page.context.route("**/field/records", lambda route: route.abort())
        page.context.set_offline(False)
        taken = page.evaluate(RESCUE, content)
        assert [line["state"] for line in taken["records"]] == ["complete"] * 2
        assert arrived() == (2, 2, 4)

        page.context.unroute("**/field/records")
        assert send_all(page)[-1] in {"sent", "nothing"}

    assert arrived() == (2, 2, 4)


def test_what_the_register_refuses_stays_with_its_reason_until_it_is_deleted(field):
    """A number that stands for something else there, and a photo that is not what its hash says."""
    with field(("409", "400")) as (page, task):
        page.context.set_offline(True)
        used, broken, _whole = page.evaluate(WRITE, {"records": 3, "photos": 2, "side": 60})
        make.arrived(task, User.objects.get(username="lining"), uuid=used)
        page.evaluate(DAMAGE, broken)
        page.goto("/field/#/queue")
        page.reload()
        expect(page.get_by_text("3 条记录待发送，最早的写完于刚刚。")).to_be_visible()
        page.get_by_role("button", name="现在发送").click()
        expect(page.get_by_text("没有连上服务器：有网络时会再发。")).to_be_visible()

        page.context.set_offline(False)
        refused = page.locator(f"[data-uuid='{used}']")
        partly = page.locator(f"[data-uuid='{broken}']")
        expect(refused.get_by_role("alert")).to_contain_text("这个编号已有另一份内容的记录")
        expect(partly.get_by_role("alert")).to_contain_text("照片的内容与它的校验码不一致")
        expect(partly).to_contain_text("记录已送到，还差 1 张照片没有传完")
        expect(page.locator("[data-queue]")).to_have_text("待发送 2")

        page.evaluate(MEND, broken)
        partly.get_by_role("button", name="发送这一条").click()
        expect(page.locator("[data-queue]")).to_have_text("待发送 1")
        warnings = []
        page.on("dialog", lambda dialog: (warnings.append(dialog.message), dialog.accept()))
        refused.get_by_role("button", name="删掉").click()
        expect(page.locator("[data-queue]")).to_have_text("待发送 0")

    title = "示例酿造有限公司 · 示例醋"
    assert warnings == [f"删掉“{title}”？它还没有送达，删掉后连同照片都不能恢复。"]
    assert arrived() == (3, 3, 4)
    assert [aside.record.uuid for aside in Aside.objects.all()] == [UUID(used)]


def test_one_record_at_which_the_register_fails_keeps_no_other_back(field):
    with field(("500",)) as (page, _task):
        page.context.set_offline(True)
        first, _second = page.evaluate(WRITE, {"records": 2, "photos": 1, "side": 60})

        def answer(route):
            failing = first in (route.request.post_data or "")
            route.fulfill(status=500) if failing else route.continue_()

        page.context.route("**/field/records", answer)
        page.context.set_offline(False)
        page.goto("/field/#/queue")
        page.reload()
        expect(page.get_by_role("alert").filter(has_text="登记簿处理这一条时出了错")).to_be_visible()
        expect(page.locator("[data-queue]")).to_have_text("待发送 1")

    assert arrived() == (1, 1, 1)


def test_what_is_odd_arrives_and_is_told_to_who_sent_it(field, monkeypatch):
    """A plan that was closed meanwhile, and a device whose clock is years behind."""
    now = clock.now
    with field(("404",)) as (page, task):
        page.context.set_offline(True)
        page.evaluate(WRITE, {"records": 1, "photos": 0, "side": 60})
        Plan.objects.update(state="closed")
        monkeypatch.setattr(clock, "now", lambda: now() + timedelta(days=800))
        page.context.set_offline(False)
        page.goto("/field/#/queue")
        expect(page.get_by_text("设备时钟比登记簿慢 2 年，记录的时间须核对。")).to_be_visible()
        expect(page.get_by_text("计划结束后才送到")).to_be_visible()
        page.goto("/field/#/")
        expect(page.get_by_text("这台设备的时钟慢了")).to_be_visible()

        page.context.set_offline(True)
        page.evaluate(WRITE, {"records": 1, "photos": 0, "side": 60})
        task.inspectors.clear()
        page.context.set_offline(False)
        page.goto("/field/#/queue")
        expect(page.get_by_role("alert").filter(has_text="没有这项检查任务，或者它不归您检查。")).to_be_visible()

    assert arrived() == (1, 1, 0)


def test_what_waits_too_long_is_said_on_every_page(field):
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
    with field(user_agent=phone) as (page, _task):
        page.context.set_offline(True)
        [uuid] = page.evaluate(WRITE, {"records": 1, "photos": 0, "side": 60})
        page.evaluate(AMEND, [uuid, {"finished_at": (clock.now() - timedelta(days=4)).isoformat()}])
        page.goto("/field/#/")
        page.reload()

        expect(page.locator("[data-old]")).to_have_text(
            "有记录还没有发送（4 天前写完）：请尽快连上网络，或导出成文件。"
        )
        expect(page.get_by_text("从主屏幕打开：否则系统可能在几天不用后清掉")).to_be_visible()
        expect(page.get_by_text("刚刚带走")).to_be_visible()
        expect(page.get_by_text("没有网络时看不到。")).to_be_visible()

        page.context.set_offline(False)
        expect(page.get_by_role("button", name="再带走一次（更新）")).to_be_visible()
        expect(page.locator("[data-queue]")).to_have_text("待发送 0")


def test_a_large_queue_is_exported_in_files_that_the_desk_can_take(field):
    """One record with 30 MB of photos: the desk takes files of 40 MB, in which bytes are a third longer."""
    with field() as (page, _task):
        page.context.set_offline(True)
        [uuid] = page.evaluate(WRITE, {"records": 1, "photos": 0, "side": 60})
        files = page.evaluate(LARGE_EXPORT, uuid)

    assert [(records, photos) for _size, records, photos in files] == [(1, 23), (0, 7)]
    assert max(size for size, *_rest in files) < LARGEST_FILE


def test_what_is_being_written_outlives_the_plan_that_it_belongs_to(field):
    with field(("404",)) as (page, task):
        address = page.url
        begin(page)
        draft = page.url
        task.inspectors.clear()
        other = make.row(Target, {"plan": task.plan, "name": "示例作坊"}, product=task.target.product)
        given = make.row(Task, {"target": other}, plan=task.plan)
        given.inspectors.set(User.objects.filter(username="lining"))
        page.goto("/field/#/")
        page.get_by_role("button", name="再带走一次（更新）").click()
        expect(page.get_by_role("link", name="示例作坊")).to_be_visible()
        page.get_by_role("button", name="从这台设备上删掉这个计划").click()
        expect(page.locator("[data-notice]")).to_have_text("这个计划还有 1 条没写完的记录：请先写完或丢弃。")

        page.goto(draft)
        at_step(page, "位置")
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="丢弃这条没写完的记录").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("示例酿造有限公司")
        page.goto(address)
        page.get_by_role("button", name="从这台设备上删掉这个计划").click()
        expect(page.get_by_text("这台设备上还没有任务")).to_be_visible()
        page.goto(draft)
        expect(page.locator("[data-notice]")).to_have_text("这条记录已经写完或已删掉。")
        expect(page.get_by_role("heading", level=1)).to_have_text("打不开这一页")
        page.get_by_role("link", name="回到带走的任务").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("带走的任务")
        expect(page.locator("[data-notice]")).to_be_hidden()


def test_a_browser_offers_to_install_the_app(field):
    with field() as (page, _task):
        asked = page.context.new_cdp_session(page)
        errors = asked.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []


def test_every_screen_can_be_read_in_the_sun_and_worked_with_a_thumb(field):
    """Contrast of 7:1 for text, 48 px for what is pressed, nothing wider than the phone, the ways on at the bottom."""
    with field() as (page, _task):
        seen = {"plan": page.evaluate(AWKWARD)}
        begin(page)
        page.get_by_role("button", name="测现在的位置").click()
        expect(page.locator(".judgement")).to_contain_text("在产地范围内")
        draft = page.url.removesuffix("position")
        for step in ("position", "items", "marks", "outcome", "signatures", "review"):
            page.goto(draft + step)
            expect(page.locator(".thumb-bar")).to_be_in_viewport(ratio=1)
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            seen[step] = page.evaluate(AWKWARD)
        page.context.set_offline(True)
        page.evaluate(WRITE, {"records": 1, "photos": 1, "side": 60})
        page.goto("/field/#/queue")
        page.get_by_text("发不出去的时候").click()
        seen["queue"] = page.evaluate(AWKWARD)
        Session.objects.all().delete()
        page.context.set_offline(False)
        page.goto("/field/#/")
        expect(page.get_by_role("link", name="登录", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name="重新登录后自动发送")).to_be_visible()
        seen["home"] = page.evaluate(AWKWARD)

    assert {screen: lines for screen, lines in seen.items() if lines} == {}


def test_the_clauses_to_look_at_are_at_hand_and_the_law_stands_beside_what_fails(field):
    with field() as (page, _task):
        begin(page)
        go_on(page, "检查项目")
        judge(page, 7, "不合格")
        seventh = page.locator(".item").nth(6)
        expect(seventh.get_by_text("标签标注标准代号或批准公告号")).to_be_visible()
        law = "《地理标志专用标志使用管理办法（试行）》（公告第三五四号）使用要求"
        expect(seventh.get_by_label("条款")).to_have_value(law)
        judge(page, 11, "不合格")

        expect(page.locator(".item").nth(10).get_by_label("条款")).to_have_value("")


DOUBTFUL = [
    ({"longitude": 0, "latitude": 0, "accuracy": 0}, "位置不可信，没有判定"),
    (
        {"longitude": 0, "latitude": 0, "accuracy": 0},
        "位置是 0，0，不可能是现场：可以保存，但请再测一次。定位精度恰好是 0 米",
    ),
    ({"longitude": 116.85, "latitude": 38.85, "accuracy": 3000}, "定位精度只有 3000 米，太粗"),
    ({"longitude": 116.85, "latitude": 38.85, "accuracy": 0}, "像是模拟定位"),
]


def test_a_doubtful_position_is_kept_and_said(field):
    with field() as (page, _task):
        begin(page)
        for place, said in DOUBTFUL:
            page.context.set_geolocation(place)
            page.get_by_role("button", name="测现在的位置").click()
            expect(page.get_by_text(said)).to_be_visible()
            saved(page)
        kept = reopened(page, page.url)
        expect(kept.get_by_text(DOUBTFUL[-1][1])).to_be_visible()

        kept.context.set_geolocation({"longitude": 116.8003, "latitude": 38.85, "accuracy": 40})
        kept.get_by_role("button", name="测现在的位置").click()
        expect(kept.locator(".judgement")).to_contain_text("离界线太近，无法判定")
        expect(kept.locator(".judgement")).to_contain_text("图上在范围内，距界线 26 米；定位误差 40 米")


def test_a_large_photo_is_made_smaller_and_keeps_what_its_camera_wrote(field):
    exif = taken_on("2026:11:20 09:30:00")
    exif[ExifTags.Base.Orientation] = pictures.SIDEWAYS
    large = pictures.photo(noisy(2400, 1600), exif=exif)
    with field() as (page, _task):
        begin(page)
        go_on(page, "检查项目")
        page.locator(".item").first.locator("summary").click()
        photograph(page, page.locator(".item").first, large)
        [draft] = page.evaluate("""async () => (await (await import("/static/js/field/db.js")).records())""")
        [kept] = map(b64decode, page.evaluate(PHOTOS_OF, draft["uuid"]).values())

    with Image.open(BytesIO(kept)) as image:
        assert image.size == (1067, 1600)
        assert image.getexif()[ExifTags.Base.DateTime] == "2026:11:20 09:30:00"
        assert image.getexif()[ExifTags.Base.Orientation] == 1
    assert len(kept) < len(large) * 2 / 3


UNREADABLE = [
    (b"", "a.jpg", "照片文件是空的"),
    (b"\x00\x00\x00\x18ftypheic", "a.heic", "HEIC"),
    (b"text", "a.jpg", "不是能读的照片"),
]


def test_a_photo_that_cannot_be_read_is_refused_in_a_sentence(field):
    with field() as (page, _task):
        begin(page)
        go_on(page, "检查项目")
        page.locator(".item").first.locator("summary").click()
        place = page.locator(".item").first.locator("input[type=file]")
        for content, name, said in UNREADABLE:
            place.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": content})
            expect(page.locator(".item").first.get_by_role("alert")).to_contain_text(said)


def test_a_correction_is_another_record_that_points_at_the_first(field):
    with field() as (page, _task):
        [first] = page.evaluate(WRITE, {"records": 1, "photos": 1, "side": 60})
        assert send_all(page) == ["sent"]
        page.goto("/field/")
        page.get_by_role("link", name="示例专项检查").click()
        page.get_by_role("link", name="示例酿造有限公司").click()
        page.get_by_role("button", name="写一条更正").click()
        at_step(page, "位置")
        expect(page.get_by_text(re.compile("^更正 .* 写完的记录$"))).to_be_visible()
        page.goto(page.url.replace("/position", "/signatures"))
        sign(page, 0)
        sign(page, 1)
        page.get_by_label("拒绝签字的，写明原因").fill("示例：负责人不在场")
        go_on(page, "核对")
        page.get_by_role("button", name="完成，放进待发送").click()
        expect(page.locator("[data-slot=sent] > li")).to_have_count(2)
        page.goto("/field/")
        page.get_by_role("link", name="示例专项检查").click()
        page.get_by_role("link", name="示例酿造有限公司").click()
        expect(page.get_by_text("已另写了更正")).to_be_visible()
        expect(page.get_by_role("button", name="写一条更正")).to_have_count(1)

    correction = Record.objects.exclude(uuid=first).get()
    assert (str(correction.corrects), correction.outcome) == (first, "pass")
    assert arrived() == (2, 2, 3)


# Another byte in a photo of a record that waits; and the same again, which puts it right.
DAMAGE = MEND = """async (uuid) => {
  const db = await import("/static/js/field/db.js");
  const [photo] = await db.photos(uuid);
  new Uint8Array(photo.bytes)[40] ^= 1;
  await db.keepAll(await db.record(uuid), [photo]);
}"""
AMEND = """async ([uuid, changes]) => {
  const { amendRecord } = await import("/static/js/field/db.js");
  await amendRecord(uuid, changes);
}"""
# 30 photos of a megabyte for a record that waits; of each file its size, its records and its photos.
LARGE_EXPORT = """async (record) => {
  const at = (name) => import(`/static/js/field/${name}.js`);
  const [db, { rescueFiles }, { sha256 }] = await Promise.all(["db", "queue", "photo"].map(at));
  const made = Array.from({ length: 30 }, async (_none, first) => {
    const bytes = new Uint8Array(1024 * 1024).fill(first).buffer;
    return { record, bytes, sha256: await sha256(bytes), kind: "evidence", media_type: "image/jpeg" };
  });
  await db.keepAll(await db.record(record), await Promise.all(made));
  const files = await rescueFiles();
  return Promise.all(files.map(async (file) => {
    const { records, photos } = JSON.parse(await file.text());
    return [file.size, records.length, photos.length];
  }));
}"""
# What of the page is hard to read or to hit, in words.
AWKWARD = """() => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const linear = (one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    const [red, green, blue] = parts(colour).slice(0, 3).map((one) => linear(one / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (at) => {
    const colour = at ? getComputedStyle(at).backgroundColor : "rgb(255, 255, 255)";
    return (parts(colour)[3] ?? 1) === 1 ? colour : behind(at.parentElement);
  };
  const shown = (at) => at.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const contrast = (at) => {
    const [dark, bright] = [light(getComputedStyle(at).color), light(behind(at))].sort((one, other) => one - other);
    return (bright + 0.05) / (dark + 0.05);
  };
  const all = [...document.body.querySelectorAll("*")].filter(shown);
  const own = (at) => [...at.childNodes].some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim());
  const pale = all.filter((at) => own(at) && !at.closest(":disabled") && contrast(at) < 7);
  const pressed = "a, button, summary, input, textarea, select, label.choice, canvas.pad-place";
  const small = all.filter((at) => at.matches(pressed)).filter((at) => {
    const { width, height } = at.getBoundingClientRect();
    return Math.min(width, height) < 47.9;
  });
  const wide = document.documentElement.scrollWidth > innerWidth ? ["wider than the screen"] : [];
  const named = (what) => (at) => `${what}: ${at.tagName} ${at.textContent.trim().slice(0, 30)}`;
  return [...pale.map(named("pale")), ...small.map(named("small")), ...wide];
}"""
# The photos of a record as it has them: SHA-256 and bytes in base64.
PHOTOS_OF = """async (uuid) => {
  const { photos } = await import("/static/js/field/db.js");
  const { base64 } = await import("/static/js/field/queue.js");
  const found = (await photos(uuid)).map(async ({ sha256, bytes }) => [sha256, await base64(bytes)]);
  return Object.fromEntries(await Promise.all(found));
}"""
RESCUE = """async (body) => {
  const { ask, heads } = await import("/static/js/field/server.js");
  const { csrf } = await ask("/field/plans.json");
  const headers = { ...heads(csrf), "Content-Type": "application/json" };
  return ask("/field/rescue", { method: "POST", headers, body });
}"""
VERDICTS = """async ([areas, asked]) => {
  const { lie, verdict } = await import("/static/js/field/verdict.js");
  return asked.map(([area, lon, lat, accuracy, uncertainty]) => {
    const found = lie(areas[area], lon, lat);
    return [verdict(found, accuracy, uncertainty), found.inside, found.distance];
  });
}"""


def near(chance, ring):
    """A point within a few metres of a ring, or on it."""
    at = chance.randrange(len(ring) - 1)
    (x0, y0), (x1, y1) = ring[at], ring[at + 1]
    along, off = chance.random(), chance.choice([0.0, 1e-9, 1e-7, 1e-5, 1e-4])
    return (
        x0 + along * (x1 - x0) + chance.uniform(-off, off),
        y0 + along * (y1 - y0) + chance.uniform(-off, off),
    )


ODD = [shapes.star(117, 38.9, 1), shapes.islands(116.8, 38.7, 0.05), shapes.pierced(116.9, 38.8, 0.2)]


def test_the_device_judges_10000_points_as_the_register_does(opened):
    """On every area of Jinghai and on odd ones, half of the points near a border or on it; the distances agree to a
    micrometre."""
    chance = random.Random(7)
    for number, shape in enumerate(ODD):
        make.area(make.product(f"sample-{number}", f"示例产品{number}"), shape)
    areas = list(Area.objects.filter(boundary__isnull=False))
    rings = [json.loads(json.dumps(rings_of(area))) for area in areas]
    asked = []
    for number in range(10_000):
        area = number % len(areas)
        far = (chance.uniform(116.6, 117.3), chance.uniform(38.5, 39.2))
        lon, lat = near(chance, chance.choice(rings[area])) if number % 2 else far
        asked.append([area, lon, lat, chance.choice([0.0, 3.0, 8.5, 50.0, 3000.0]), chance.choice([0.0, 30.0, 1200.0])])

    with opened("/field/", PHONE, expected=("401",)) as page:
        told = page.evaluate(VERDICTS, [rings, asked])

    held = [Rings.of(to_shapely(area.boundary)) for area in areas]
    ours = [lie(held[area], lon, lat) for area, lon, lat, _accuracy, _uncertainty in asked]
    said = [
        [verdict(inside, distance, accuracy, uncertainty).value, inside]
        for (inside, distance), (*_where, accuracy, uncertainty) in zip(ours, asked, strict=True)
    ]
    assert len(areas) > len(ODD)
    assert [[word, inside] for word, inside, _distance in told] == said
    assert max(abs(theirs - distance) for (*_said, theirs), (_inside, distance) in zip(told, ours, strict=True)) < 1e-6
    assert {word for word, _inside in said} == {"inside", "outside", "too_close"}
