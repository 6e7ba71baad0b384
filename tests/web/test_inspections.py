"""The desk's pages of inspections: the list and its rates, one whole file, what follows, and the rescue."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

from gi_registry.core import clock
from gi_registry.inspections import photos
from gi_registry.inspections.actions import assign, order
from gi_registry.inspections.models import Order, Photo, Record, Target, Task
from gi_registry.marks.actions import answer_rectification, close_rectification
from gi_registry.marks.models import Rectification
from gi_registry.web.inspections import DOCX, Wanted, rates_of
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


def test_without_records_the_page_says_where_they_come_from(market):
    assert "还没有检查记录。检查员在现场用检查应用记录" in text_of(market.get(LIST))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("outcome=pass", "共 1 次"),
        ("outcome=transfer", "没有符合条件的检查记录。"),
        ("plan=2026-J001", "共 2 次"),
        ("plan=2026-J009", "共 0 次"),
        ("product=duliu-laocu", "共 2 次"),
        ("product=nothing", "共 0 次"),
        ("state=waiting", "共 1 次"),
        ("state=complete", "共 1 次"),
        ("since=2026-05-07", "共 1 次"),
        ("until=2026-05-06", "共 1 次"),
        ("since=2026-05-06&until=2026-05-08", "共 2 次"),
    ],
)
def test_the_list_is_narrowed(market, task, team, query, found):
    make.arrived(task, team[0])
    failing(task, team[0], 7, device_at="2026-05-08T00:10:00+08:00", photos=[make.pictured(jpeg())])

    assert found in text_of(market.get(f"{LIST}?{query}"))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("outcome=fine", "没有“fine”这种结论或状态：请从筛选栏里选。"),
        ("since=2026-02-30", "2026-02-30"),
        ("since=2026-05-06&until=2026-05-01", "结束日 2026-05-01 早于开始日 2026-05-06。"),
    ],
)
def test_a_filter_that_is_none_is_refused(market, query, sentence):
    answer = market.get(f"{LIST}?{query}")

    assert answer.status_code == 400
    assert sentence in text_of(answer)


def test_a_product_that_was_never_inspected_is_still_named_where_it_is_asked_for(market, task, team):
    make.arrived(task, team[0])
    make.product("nothing-inspected", "示例产品")

    page = market.get(f"{LIST}?product=nothing-inspected").content.decode()

    assert '<option value="nothing-inspected" selected>示例产品</option>' in page


def test_the_map_has_the_rows_of_the_table_but_for_positions_that_are_none(market, task, team):
    record = make.arrived(task, team[0])
    nowhere = {"lon": 0, "lat": 0, "accuracy_m": 5, "source": "device", "at": "2026-05-06T10:00:00+08:00"}
    make.arrived(task, team[0], position=nowhere)
    make.arrived(task, team[0], position=None)
    failing(task, team[0], 7)

    told = market.get(f"{LIST}records.geojson?outcome=pass").json()

    assert told == {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [116.85, 38.85]},
                "properties": {
                    "address": page_of(record),
                    "name": "示例酿造有限公司 2026-05-06",
                    "outcome": "pass",
                    "outcome_label": "合格",
                },
            }
        ],
    }


def test_rates_count_one_whole_record_of_each_task_that_nothing_corrects(task, team, laocu):
    rival = make.authorisation(make.producer("示例同业合作社", make.USCC[1]), laocu)
    second, third = (make.task(make.plan(), rival, team) for _time in range(2))
    make.arrived(task, team[0])
    make.arrived(task, team[1])  # both inspectors of one visit
    wrong = failing(second, team[0], 7, 12)
    make.arrived(second, team[0], corrects=str(wrong.uuid), findings=other(second, team[0], 12, "na"))
    failing(third, team[0], 7, photos=[make.pictured(jpeg())])

    year = rates_of(Record.objects.all(), Wanted(), date(2026, 11, 24))
    may = rates_of(Record.objects.all(), Wanted(since=date(2026, 5, 7), until=date(2026, 5, 31)), date(2026, 11, 24))

    assert (year.since, year.until) == (date(2025, 11, 25), date(2026, 11, 24))
    assert [(one.name, one.passed, one.whole, one.percent) for one in year.products] == [("独流老醋", 2, 2, "100%")]
    assert {one.name: (one.passed, one.whole) for one in year.items}["产品的标准符合性"] == (1, 1)
    assert {one.name: (one.passed, one.whole) for one in year.items}["包装、标识"] == (2, 2)
    assert (may.since, may.until, may.products) == (date(2026, 5, 7), date(2026, 5, 31), [])


def test_a_correction_that_waits_for_its_pictures_hides_nothing_yet(task, team):
    wrong = failing(task, team[0], 7)
    make.arrived(task, team[0], corrects=str(wrong.uuid), photos=[make.pictured(jpeg())])
    assert list(Record.objects.counted()) == [wrong]

    sent_in(jpeg(), team[0])

    assert [one.outcome for one in Record.objects.counted()] == ["pass"]


def other(task, by, item, result):
    """The findings with another result of one item."""
    findings = make.inspected(task, by)["findings"]
    findings[item - 1]["result"] = result
    return findings


def test_a_clock_that_is_years_off_does_not_move_an_inspection_to_another_year(task, team):
    record = make.arrived(task, team[0], device_at="2031-05-06T10:00:00+08:00")

    assert (record.inspected_on, record.device_at.year) == (clock.today(), 2031)


def test_what_is_overdue_stands_on_top(market, official, task, team):
    record = failing(task, team[0], 7)
    ordered(record, official)

    text = text_of(market.get(LIST))

    assert "未办结的限期改正 1 件" in text
    assert re.search(r"已过 \d+ 天 2026-05-20 更换标签 没有答复，等查明是否改正 检查记录", text)
    assert text.index("未办结的限期改正") < text.index("共 1 次")


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_asks_the_same_however_long_it_is(market, task, team, size, django_assert_num_queries):
    for _time in range(size):
        failing(task, team[0], 7, photos=[make.pictured(jpeg())])
    market.get(LIST)

    with django_assert_num_queries(17):
        market.get(LIST)


# --- Who reads what --------------------------------------------------------------------------------------------------


def test_an_inspector_reads_only_what_is_of_their_own_tasks(task, user, team):
    record = make.arrived(task, team[0])
    make.plan(number="2026-J002")
    chen = sign_in(make.person("inspector", "chen"))

    assert sign_in(team[1]).get(page_of(record)).status_code == 200
    assert "还没有检查记录" in text_of(chen.get(LIST))
    for part in ("", "print/", "body.json", "photos/1/"):
        answer = chen.get(page_of(record, part))
        assert answer.status_code == 404
        assert "没有这条检查记录，或者它不归您看。" in text_of(answer)


def test_officials_and_auditors_read_all_and_nobody_else(task, team, user):
    record = make.arrived(task, team[0])

    for role, status in (("agriculture", 200), ("auditor", 200), ("association", 403), ("liaison", 403)):
        assert sign_in(make.person(role, role)).get(page_of(record)).status_code == status
    maker = sign_in(make.person("producer", "maker", party=user.producer))
    assert maker.get(page_of(record)).status_code == 403


def test_an_official_who_inspects_too_still_reads_all(task, team):
    record = make.arrived(task, team[0])
    both = make.person("agriculture", "both")
    both.groups.add(*make.person("inspector", "other").groups.all())

    assert sign_in(both).get(page_of(record)).status_code == 200


# --- One inspection --------------------------------------------------------------------------------------------------


def signed(team, *contents):
    """The signatures of both inspectors and the party."""
    hashes = [hashlib.sha256(content).hexdigest() for content in contents]
    inspectors = [{"username": one.username, "sha256": sha256} for one, sha256 in zip(team, hashes[:2], strict=True)]
    return {"inspectors": inspectors, "party": {"name": "示例负责人", "sha256": hashes[2]}, "refusal": ""}


def test_the_file_of_an_inspection_says_all_of_it(market, task, team):
    label, pens = jpeg(), [jpeg(colour, exif=False) for colour in ("white", "grey", "black")]
    record = failing(
        task,
        team[0],
        7,
        photos=[make.pictured(label, "label", item=7), *(make.pictured(pen, "signature") for pen in pens)],
        signatures=signed(team, *pens),
        samples=[{"name": "老醋", "batch": "20260501", "quantity": "6 瓶", "note": "封样"}],
        demand="更换标签",
        days=20,
        note="当事人配合。",
    )
    for content in (label, *pens):
        sent_in(content, team[0])

    text = text_of(market.get(page_of(record)))

    for said in (
        "示例酿造有限公司 91120118MA0000007K",
        "示例路 1 号",
        "2026-J001 示例专项检查 · 专项",
        "张检（zhang）、赵检（zhao） 张检（zhang）记录",
        "设备时间 2026-05-06 10:00:00",
        "印制 1000 · 使用 400 · 库存 600",
        "老醋 · 批次 20260501 · 6 瓶 · 封样",
        "更换标签 20 天内",
        "设备，在现场 在范围内 4340.5 米",
        "登记簿，按检查日的产地范围 在范围内 4340.5 米",
        "两个判定一致，距离相差 0.0 米。",
        "东经 116.850000°，北纬 38.850000° 设备定位 · 精度 8 米",
        "场所 1：示例车间 检查的是这一处 离检查位置约 0 米",
        "7. 包装、标识 参照项目 不合格 第 3 条 第 7 项有问题",
        "第 1 张 · 标签、包装 · 原件 记录的时间 2026-05-06 10:00 照片自带的时间 2026-05-06 10:00",
        "照片自带的位置 116.85000, 38.85000 ，离记录的位置约 0 米",
        "检查员 张检",
        "当事人 示例负责人",
        f"SHA-256 {record.sha256}",
        f"记录编号 {record.uuid}",
    ):
        assert said in text


def test_what_is_odd_stands_on_top(market, task, team):
    position = {"lon": 116.95, "lat": 38.85, "accuracy_m": 3000, "source": "device", "at": "2026-05-06T10:00:00+08:00"}
    signatures = {"inspectors": [], "party": None, "refusal": "当事人认为标签没有问题"}
    record = make.arrived(task, team[0], position=position, signatures=signatures, photos=[make.pictured(b"x" * 9)])

    text = text_of(market.get(page_of(record)))

    assert "还有 1 张照片没有送到" in text
    assert "定位精度只有 3,000 米。" in text
    assert "签名的检查员只有 0 名，应有 2 名。" in text
    assert "两个判定不一致，须核对。" in text
    assert "拒绝签名：当事人认为标签没有问题" in text
    assert "还没有送到" in text


@pytest.mark.parametrize(
    "odd",
    [
        {"signatures": [], "samples": 7, "mark_use": None},
        {"signatures": {"inspectors": 7, "party": 7}, "samples": [7], "mark_use": [1]},
        {"signatures": {"inspectors": [7, {"username": ["x"]}], "party": {}}, "demand": {}, "days": True, "note": 7},
    ],
)
def test_whatever_a_device_sends_beside_the_columns_can_be_shown(market, task, team, odd):
    record = make.arrived(task, team[0], **odd)

    assert [market.get(page_of(record, part)).status_code for part in ("", "print/", "rectify/")] == [200, 200, 200]


def test_corrections_are_named_both_ways(market, task, team):
    wrong = failing(task, team[0], 7)
    right = make.arrived(task, team[1], corrects=str(wrong.uuid))

    before, after = market.get(page_of(wrong)), market.get(page_of(right))

    assert "已被更正，以更正为准： 2026-05-06 10:00 合格（赵检（zhao））" in text_of(before)
    assert page_of(right) in before.content.decode()
    assert "这是更正，原来的记录： 2026-05-06 10:00 责令整改" in text_of(after)
    assert "责令限期改正" not in text_of(before)


def test_a_correction_of_what_is_not_here_yet_says_so(market, task, team):
    record = make.arrived(task, team[0], corrects="6f9619ff-8b86-4d01-b42d-00cf4fc964ff")

    assert "这是更正，它所更正的记录还没有送到。" in text_of(market.get(page_of(record)))


def test_the_body_is_given_out_byte_for_byte(market, task, team):
    record = make.arrived(task, team[0])

    answer = market.get(page_of(record, "body.json"))

    assert hashlib.sha256(answer.content).hexdigest() == record.sha256


def test_a_picture_is_drawn_again_and_the_original_is_as_it_came(market, task, team):
    content = jpeg()
    record = make.arrived(task, team[0], photos=[make.pictured(content)])
    sent_in(content, team[0])

    shown, original = market.get(page_of(record, "photos/1/")), market.get(page_of(record, "photos/1/original"))

    with Image.open(io.BytesIO(shown.content)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (40, 30), {})
    assert original.content == content
    assert original.headers["Content-Disposition"].startswith("attachment")
    for answer in (shown, original):
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(1, "这张照片还没有送到。"), (2, "案卷里没有第 2 条照片。"), (0, "案卷里没有第 0 条照片。")],
)
def test_a_picture_that_is_not_here_is_none(market, task, team, number, sentence):
    record = make.arrived(task, team[0], photos=[make.pictured(jpeg())])

    answer = market.get(page_of(record, f"photos/{number}/"))

    assert answer.status_code == 404
    assert sentence in text_of(answer)


def test_a_picture_that_cannot_be_shown_says_why_and_is_kept(market, task, team):
    content = b"\0\0\0\x18ftypheic" + b"0" * 100
    record = make.arrived(task, team[0], photos=[make.pictured(content)])
    sent_in(content, team[0])

    assert "是 HEIC 格式，这里显示不了，原件已保存。" in text_of(market.get(page_of(record)))
    assert market.get(page_of(record, "photos/1/")).status_code == 404
    assert market.get(page_of(record, "photos/1/original")).content == content


@pytest.mark.parametrize("size", [1, 3])
def test_a_file_asks_the_same_however_much_it_has(market, official, task, team, size, django_assert_num_queries):
    pictures = [jpeg((shade, 0, 0)) for shade in range(0, 30 * size, 30)]
    record = failing(task, team[0], 7, photos=[make.pictured(one, item=7) for one in pictures])
    for number in range(size):
        make.arrived(task, team[0], corrects=str(record.uuid), note=str(number))

    with django_assert_num_queries(19):
        market.get(page_of(record))


# --- What follows ----------------------------------------------------------------------------------------------------


def ordered(record, by, **more):
    """The rectification that follows."""
    told = {"demand": "更换标签", "ordered_on": date(2026, 5, 7), "due_on": date(2026, 5, 20)} | more
    return order(record, by=by, **told).rectification


def sent(client, address, **typed):
    """The form as a browser sends it: with what stands in it, but for what is typed."""
    form = client.get(address).context["form"]
    held = {name: form[name].value() for name in form.fields}
    return client.post(address, {name: value for name, value in (held | typed).items() if value is not None})


@pytest.mark.parametrize(
    ("demand", "proposed"),
    [("尽快改正", "尽快改正"), ("", "包装、标识：第 7 项有问题\n产品的标准符合性：第 12 项有问题")],
)
def test_the_order_is_filled_in_with_what_was_asked_on_site_or_was_not_in_order(market, task, team, demand, proposed):
    record = failing(task, team[0], 7, 12, demand=demand, days=20)

    form = market.get(page_of(record, "rectify/")).context["form"]

    assert form["demand"].value() == proposed
    assert form["due_on"].value() == clock.today() + timedelta(days=20)


def test_an_order_is_given_its_notice_answered_and_looked_after(market, official, task, team, user):
    record = failing(task, team[0], 7)

    answer = sent(market, page_of(record, "rectify/"), due_on=clock.today() + timedelta(days=9))

    rectification = Rectification.objects.get()
    assert answer.url == page_of(record, "#follows")
    assert (Order.objects.get().record, rectification.demand) == (record, "包装、标识：第 7 项有问题")
    answer_rectification(rectification, "标签已经全部更换", by=official)
    text = text_of(market.get(page_of(record)))
    assert "责令限期改正 已答复，待办结" in text
    assert "标签已经全部更换" in text
    assert "派人复查" in text
    assert f"/desk/marks/{user.code}/#rectifications" in market.get(page_of(record)).content.decode()

    looked = market.post(page_of(record, "orders/1/recheck/"), recheck_by(market, record, "zhang", "zhao"))

    plan = Task.objects.exclude(pk=task.pk).get().plan
    assert looked.url == page_of(record, "#follows")
    assert (plan.get_kind_display(), plan.state) == ("复查", "running")
    assert f"复查 还没有记录 {plan.number}" in text_of(market.get(page_of(record)))
    closing = f"/desk/marks/{user.code}/rectifications/1/close/"
    early = sent(market, closing, mended="yes")
    assert (early.status_code, f"复查（计划 {plan.number}）还没有记录：现在就办结的" in text_of(early)) == (400, True)
    make.arrived(Task.objects.exclude(pk=task.pk).get(), team[1])
    assert f"合格 {plan.number}" in text_of(market.get(page_of(record)))
    assert f"合格 {plan.number}" in text_of(market.get(closing))
    assert sent(market, closing, mended="yes").status_code == 302


def recheck_by(client, record, *usernames):
    seen = client.get(page_of(record, "orders/1/recheck/")).context["form"]["seen"].value()
    return {"inspectors": usernames, "days": "10", "seen": seen}


def test_one_inspector_is_too_few_for_a_recheck(market, official, task, team):
    record = failing(task, team[0], 7)
    ordered(record, official)

    answer = market.post(page_of(record, "orders/1/recheck/"), recheck_by(market, record, "zhang"))

    assert answer.status_code == 400
    assert "每个对象至少派 2 名检查员。" in text_of(answer)
    assert Task.objects.count() == 1


def test_what_was_not_mended_leads_to_the_proposal_to_cancel(market, official, task, team, user):
    record = failing(task, team[0], 7)
    close_rectification(ordered(record, official), mended=False, by=official)

    page = market.get(page_of(record))

    assert "责令限期改正 逾期未改正" in text_of(page)
    assert f"/desk/marks/{user.code}/steps/cancel_proposed/" in page.content.decode()


def test_a_second_order_before_the_first_is_settled_is_refused(market, official, task, team):
    record = failing(task, team[0], 7)
    ordered(record, official)

    answer = sent(market, page_of(record, "rectify/"), due_on=clock.today() + timedelta(days=9))

    assert answer.status_code == 400
    assert Rectification.objects.count() == 1


def test_who_is_no_user_gets_no_order_but_a_lead(market, laocu, team):
    plan = make.plan(inspectors=team)
    target = make.row(Target, {"plan": plan, "name": "示例小店"}, product=laocu)
    task = make.row(Task, {"target": target}, plan=plan)
    task.inspectors.set(team)
    record = failing(task, team[0], 7)

    page, answer = market.get(page_of(record)), market.get(page_of(record, "rectify/"))

    assert "检查对象不是专用标志使用人，没有可以责令改正的核准：请登记案件线索。" in text_of(page)
    assert page_of(record, "rectify/") not in page.content.decode()
    assert answer.status_code == 400


def test_inspectors_and_auditors_give_no_orders(task, team):
    record = failing(task, team[0], 7)

    for who in (team[0], make.person("auditor", "auditor")):
        client = sign_in(who)
        assert page_of(record, "rectify/") not in client.get(page_of(record)).content.decode()
        assert client.post(page_of(record, "rectify/"), {}).status_code == 403
    assert Rectification.objects.count() == 0


def test_the_notice_for_paper_says_facts_basis_demand_and_day(market, official, task, team):
    record = failing(task, team[0], 7)
    ordered(record, official)

    text = text_of(market.get(page_of(record, "orders/1/notice/")))

    assert "限期改正通知书 编号：＿＿＿＿＿＿＿＿ 示例酿造有限公司（统一社会信用代码 91120118MA0000007K）：" in text
    assert "包装、标识：第 7 项有问题（条款：第 3 条）" in text
    assert "依据《地理标志产品保护办法》（国家知识产权局令第80号）第三十一条，责令你单位限期改正： 更换标签" in text
    assert "请于 2026年5月20日以前（含当日）改正完毕" in text
    assert "（机关名称、印章） 2026年5月7日" in text


def test_the_producer_has_the_notice_and_answers_with_evidence(official, task, team, user, laocu):
    record = failing(task, team[0], 7)
    ordered(record, official)
    maker = sign_in(make.person("producer", "maker", party=user.producer))
    rival = make.authorisation(make.producer("示例同业合作社", make.USCC[1]), laocu)
    stranger = sign_in(make.person("producer", "rival", party=rival.producer))
    address = f"/producer/{user.code}/rectifications/1/"

    assert "下载通知书" in text_of(maker.get(address))
    assert maker.get(f"{address}notice").headers["Content-Type"] == DOCX
    assert stranger.get(f"{address}notice").status_code == 404
    seen = maker.get(address).context["form"]["seen"].value()
    files = [SimpleUploadedFile("新标签.jpg", jpeg())]
    assert maker.post(address, {"text": "已更换", "files": files, "seen": seen}).status_code == 302
    assert [one.item for one in user.attachments.all()] == ["answer"]
    market = sign_in(official)
    for page in (page_of(record), f"/desk/marks/{user.code}/rectifications/1/close/"):
        assert "证明文件 新标签.jpg" in text_of(market.get(page))


@pytest.mark.parametrize("outcome", ["pass", "transfer"])
def test_only_what_came_to_it_is_ordered(market, task, team, outcome):
    record = make.arrived(task, team[0], outcome=outcome)

    answer = sent(market, page_of(record, "rectify/"), demand="改正", due_on=clock.today() + timedelta(days=9))

    assert answer.status_code == 400
    assert "不能据此责令限期改正。" in text_of(answer)
    assert Rectification.objects.count() == 0


def test_nothing_is_ordered_from_a_record_that_was_corrected(market, task, team):
    record = failing(task, team[0], 7)
    make.arrived(task, team[0], corrects=str(record.uuid))

    answer = sent(market, page_of(record, "rectify/"), due_on=clock.today() + timedelta(days=9))

    assert (answer.status_code, Rectification.objects.count()) == (400, 0)
    assert "这条记录已被更正：请从更正的记录责令限期改正。" in text_of(answer)


def test_the_day_of_an_order_and_its_notice_is_that_of_the_inspection_whatever_the_phone_said(market, task, team):
    record = failing(task, team[0], 7, device_at="2031-05-06T10:00:00+08:00")

    answer = sent(market, page_of(record, "rectify/"), due_on=clock.today() + timedelta(days=9))

    assert answer.status_code == 302
    today = clock.today()
    said = f"{today.year}年{today.month}月{today.day}日，本机关对你单位"
    assert said in text_of(market.get(page_of(record, "orders/1/notice/")))


def test_a_recheck_is_not_planned_twice(market, official, task, team):
    record = failing(task, team[0], 7)
    ordered(record, official)
    form = recheck_by(market, record, "zhang", "zhao")

    answers = [market.post(page_of(record, "orders/1/recheck/"), form) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 409]
    assert "已经派过复查（计划 2026-J002），没有再派" in text_of(answers[1])
    assert Task.objects.count() == 2


# --- The rescue ------------------------------------------------------------------------------------------------------


def exported(records, pictures):
    """A file as the app exports its queue."""
    return json.dumps(
        {
            "records": [{"sha256": hashlib.sha256(body).hexdigest(), "body": body.decode()} for body in records],
            "photos": [
                {"sha256": hashlib.sha256(one).hexdigest(), "base64": base64.b64encode(one).decode()}
                for one in pictures
            ],
        }
    ).encode()


def handed(client, *contents):
    """The files are handed in."""
    files = [SimpleUploadedFile(f"field-{at}.json", content) for at, content in enumerate(contents, 1)]
    return client.post(RESCUE, {"files": files})


def test_a_lost_queue_is_taken_in_once(task, team):
    picture = jpeg()
    first = make.as_sent(make.inspected(task, team[0], photos=[make.pictured(picture)]))
    second = make.as_sent(make.inspected(task, team[0], photos=[make.pictured(jpeg("blue"))]))
    zhang, files = sign_in(team[0]), (exported([first], [picture]), exported([second, b"{}"], []))

    told, again = text_of(handed(zhang, *files)), text_of(handed(zhang, *files))

    assert (Record.objects.count(), Photo.objects.filter(received_at__isnull=False).count()) == (2, 1)
    assert "文件里有 3 条记录" in told
    assert "示例酿造有限公司 2026-05-06 10:00 已收下，照片到齐 field-1.json" in told
    assert "示例酿造有限公司 2026-05-06 10:00 已收下 ，还缺 1 张照片 field-2.json" in told
    assert "第 3 条 没有收下： 记录的内容不完整，没有收下：请留在队列里，更新应用后再送。 field-2.json" in told
    assert "登记簿里原来就有，没有重复登记，照片到齐 field-1.json" in again


def test_a_file_that_is_no_queue_is_refused_and_keeps_no_other_back(task, team):
    body = make.as_sent(make.inspected(task, team[0]))

    answer = handed(sign_in(team[0]), b"\x89PNG", b"[]", exported([body], []))

    text = text_of(answer)
    assert answer.status_code == 400
    assert "field-1.json：这个文件不是导出的队列，或者不完整。" in text
    assert "field-2.json：这个文件不是导出的队列。" in text
    assert ("文件里有 1 条记录" in text, Record.objects.count()) == (True, 1)


def test_a_broken_picture_of_a_file_is_told(task, team):
    content = json.loads(exported([], [jpeg()]))
    content["photos"][0]["base64"] = "AAAA"

    text = text_of(handed(sign_in(team[0]), json.dumps(content).encode()))

    assert "有 1 张照片没有收下： 这张照片的内容与校验码不一致。" in text
    assert Photo.objects.count() == 0


def test_the_queue_of_another_inspector_is_refused_line_by_line(task, team):
    body = make.as_sent(make.inspected(task, team[0]))

    text = text_of(handed(sign_in(make.person("inspector", "chen")), exported([body], [])))

    assert "没有收下： 没有这项检查任务，或者它不归您检查。" in text
    assert Record.objects.count() == 0


def test_without_a_file_nothing_happens(team):
    answer = sign_in(team[0]).post(RESCUE, {})

    assert answer.status_code == 400
    assert "请选导出的文件。" in text_of(answer)


def test_what_was_taken_along_before_others_were_assigned_is_rescued(market, official, task, team):
    body = make.as_sent(make.inspected(task, team[0]))
    others = [make.person("inspector", name) for name in ("chen", "liu")]
    assign(task.target, others, by=official)

    told = text_of(handed(market, exported([body], [])))

    assert "已收下，照片到齐" in told
    assert "任务是改派以前带走的。" in text_of(market.get(page_of(Record.objects.get())))
    assert sign_in(team[0]).get(f"/field/records/{Record.objects.get().uuid}").json()["state"] == "complete"
