"""Inspections recorded in a real browser: taken along, written without a network, sent whole and once."""

from __future__ import annotations

import random
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from PIL import ExifTags, Image
from playwright.sync_api import expect

from gi_registry.core import clock
from gi_registry.inspections.models import Photo, Plan, Record, Target, Task
from gi_registry.parties.permissions import Role
from gi_registry.places.geometry import Rings, lie, verdict
from tests import make, pictures, shapes
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
def field(opened):
    """The app as an inspector has it who has signed in and taken the plan along."""

    @contextmanager
    def opening(expected=(), **options):
        task = planned()
        options = {"viewport": PHONE, "geolocation": INSIDE, "permissions": ["geolocation"]} | options
        with opened("/sign-in/?next=/field/", expected=(*NO_NETWORK, *expected), **options) as page:
            page.set_default_timeout(10_000)
            sign_in(page)
            page.get_by_role("button", name="带走任务").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("示例专项检查")
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            page.wait_for_function("navigator.serviceWorker.controller !== null")
            yield page, task

    return opening


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


def noise(seed, side=900):
    """A photo like no other."""
    chance = random.Random(seed)
    image = Image.new("RGB", (side, side), (seed % 256, chance.randrange(256), 90))
    image.paste(Image.effect_noise((side // 2, side // 2), 60), (0, 0))
    return pictures.photo(image)


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
        photograph(page, seventh, noise(1), noise(2))
        expect(page.get_by_text("12 项都填了，1 项不合格")).to_be_visible()
        go_on(page, "专用标志与取样")
        page.get_by_label("印制（枚）").fill("5000")
        page.get_by_role("button", name="加一份样品").click()
        page.get_by_label("样品名称").fill("示例醋 500 毫升")
        go_on(page, "结论")
        page.get_by_role("radio", name="责令整改").check()
        page.get_by_label("限几日内改正").fill("15")
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
        names = page.evaluate(WRITE, {"records": 12, "photos": 3, "side": 240})
        way.break_off(0.9)
        page.context.set_offline(False)
        outcomes = send_all(page)
        way.share = 0.0
        assert way.cuts > 5
        assert outcomes.count("offline") > 3
        assert set(page.evaluate(REPLAY, {"times": 5})) == {"complete"}

        more = page.evaluate(WRITE, {"records": 3, "photos": 2, "side": 60})
        assert page.evaluate(PHOTOS_FIRST) == 6
        assert send_all(page) == ["sent"]

    assert arrived() == (15, 15, 42)
    assert {str(record.uuid) for record in Record.objects.all()} == {*names, *more}
    kept = {photo.sha256: Path(photo.file.path).read_bytes() for photo in Photo.objects.all()}
    assert [name for name, content in kept.items() if sha256(content).hexdigest() != name] == []


def test_two_tabs_send_each_record_once(field):
    with field() as (page, _task):
        page.context.set_offline(True)
        page.evaluate(WRITE, {"records": 4, "photos": 2, "side": 120})
        other = page.context.new_page()
        other.goto("/field/#/queue")
        page.context.set_offline(False)
        for tab in (page, other):
            expect(tab.locator("[data-queue]")).to_have_text("待发送 0")

    assert arrived() == (4, 4, 8)


def test_what_cannot_be_sent_is_exported_and_taken_in_once(field):
    with field() as (page, _task):
        page.context.set_offline(True)
        page.evaluate(WRITE, {"records": 2, "photos": 2, "side": 60})
        page.goto("/field/#/queue")
        page.reload()
        page.get_by_text("发不出去的时候").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="全部导出成文件").click()
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
    with field(("404",)) as (page, task):
        page.context.set_offline(True)
        page.evaluate(WRITE, {"records": 1, "photos": 1, "side": 60})
        task.inspectors.clear()
        page.context.set_offline(False)
        page.goto("/field/#/queue")
        page.reload()
        expect(page.get_by_role("alert").filter(has_text="没有这项检查任务")).to_be_visible()
        expect(page.locator("[data-queue]")).to_have_text("待发送 1")

        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="删掉").click()
        expect(page.locator("[data-queue]")).to_have_text("待发送 0")

    assert arrived() == (0, 0, 0)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({"longitude": 0, "latitude": 0, "accuracy": 8}, "位置是 0，0，不可能是现场"),
        ({"longitude": 116.85, "latitude": 38.85, "accuracy": 3000}, "定位精度只有 3000 米，太粗"),
        ({"longitude": 116.85, "latitude": 38.85, "accuracy": 0}, "像是模拟定位"),
    ],
)
def test_a_doubtful_position_is_kept_and_said(field, place, said):
    with field(geolocation=place) as (page, _task):
        begin(page)
        page.get_by_role("button", name="测现在的位置").click()

        expect(page.get_by_text(said)).to_be_visible()
        expect(reopened(page, page.url).get_by_text(said)).to_be_visible()


def test_a_position_near_the_border_is_too_close_to_tell(field):
    with field(geolocation={"longitude": 116.8003, "latitude": 38.85, "accuracy": 40}) as (page, _task):
        begin(page)
        page.get_by_role("button", name="测现在的位置").click()

        expect(page.locator(".judgement")).to_contain_text("离界线太近，无法判定")
        expect(page.locator(".judgement")).to_contain_text("图上在范围内，距界线 26 米；定位误差 40 米")


def test_a_large_photo_is_made_smaller_and_keeps_what_its_camera_wrote(field):
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = "2026:11:20 09:30:00"
    exif[ExifTags.Base.Orientation] = pictures.SIDEWAYS
    large = pictures.photo(Image.effect_noise((3000, 2000), 40).convert("RGB"), exif=exif)
    with field() as (page, _task):
        begin(page)
        go_on(page, "检查项目")
        page.locator(".item").first.locator("summary").click()
        photograph(page, page.locator(".item").first, large)
        kept = bytes(page.evaluate(FIRST_PHOTO))

    with Image.open(BytesIO(kept)) as image:
        assert image.size == (1067, 1600)
        assert image.getexif()[ExifTags.Base.DateTime] == "2026:11:20 09:30:00"
        assert image.getexif()[ExifTags.Base.Orientation] == 1
    assert len(kept) < len(large) / 2


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.jpg", "照片文件是空的"),
        (b"\x00\x00\x00\x18ftypheic", "a.heic", "HEIC"),
        (b"text", "a.jpg", "不是能读的照片"),
    ],
)
def test_a_photo_that_cannot_be_read_is_refused_in_a_sentence(field, content, name, said):
    with field() as (page, _task):
        begin(page)
        go_on(page, "检查项目")
        page.locator(".item").first.locator("summary").click()
        place = page.locator(".item").first.locator("input[type=file]")
        place.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": content})

        expect(page.locator("[data-notice]")).to_contain_text(said)


def test_a_correction_is_another_record_that_points_at_the_first(field):
    with field() as (page, _task):
        [first] = page.evaluate(WRITE, {"records": 1, "photos": 1, "side": 60})
        assert send_all(page) == ["sent"]
        page.goto("/field/")
        page.get_by_role("link", name="示例专项检查").click()
        page.get_by_role("link", name="示例酿造有限公司").click()
        page.get_by_role("button", name="写一条更正").click()
        at_step(page, "位置")
        page.goto(page.url.replace("/position", "/signatures"))
        sign(page, 0)
        sign(page, 1)
        page.get_by_label("拒绝签字的，写明原因").fill("示例：负责人不在场")
        go_on(page, "核对")
        page.get_by_role("button", name="完成，放进待发送").click()
        expect(page.locator("[data-slot=sent] > li")).to_have_count(2)

    correction = Record.objects.exclude(uuid=first).get()
    assert (str(correction.corrects), correction.outcome) == (first, "pass")
    assert arrived() == (2, 2, 3)


FIRST_PHOTO = """async () => {
  const db = await import("/static/js/field/db.js");
  const [draft] = await db.records();
  const [photo] = await db.photos(draft.uuid);
  return [...new Uint8Array(photo.bytes)];
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


def rings_of(shape):
    return [[list(point) for point in ring.coords] for part in shape.geoms for ring in (part.exterior, *part.interiors)]


def near(chance, ring):
    """A point within a few metres of a ring, or on it."""
    at = chance.randrange(len(ring) - 1)
    (x0, y0), (x1, y1) = ring[at], ring[at + 1]
    along, off = chance.random(), chance.choice([0.0, 1e-9, 1e-7, 1e-5, 1e-4])
    return (
        x0 + along * (x1 - x0) + chance.uniform(-off, off),
        y0 + along * (y1 - y0) + chance.uniform(-off, off),
    )


def test_the_device_judges_10000_points_as_the_register_does(opened):
    """Half of them near a border or on it; the distances agree to a micrometre."""
    chance = random.Random(7)
    areas = [shapes.star(117, 38.9, 1), shapes.star(116.9, 38.8, 2), shapes.islands(116.8, 38.7, 0.05)]
    rings = [rings_of(shape) for shape in areas]
    asked = []
    for number in range(10_000):
        area = number % len(areas)
        far = (chance.uniform(116.7, 117.2), chance.uniform(38.6, 39.1))
        lon, lat = near(chance, chance.choice(rings[area])) if number % 2 else far
        asked.append([area, lon, lat, chance.choice([0.0, 3.0, 8.5, 50.0, 3000.0]), chance.choice([0.0, 30.0, 1200.0])])

    with opened("/field/", PHONE, expected=("401",)) as page:
        told = page.evaluate(VERDICTS, [rings, asked])

    held = [Rings.of(shape) for shape in areas]
    ours = [lie(held[area], lon, lat) for area, lon, lat, _accuracy, _uncertainty in asked]
    said = [
        [verdict(inside, distance, accuracy, uncertainty).value, inside]
        for (inside, distance), (*_where, accuracy, uncertainty) in zip(ours, asked, strict=True)
    ]
    assert [[word, inside] for word, inside, _distance in told] == said
    assert max(abs(theirs - distance) for (*_said, theirs), (_inside, distance) in zip(told, ours, strict=True)) < 1e-6
    assert {word for word, _inside in said} == {"inside", "outside", "too_close"}
