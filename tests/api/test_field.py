from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path

import pytest
from django.conf import settings as site
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.test.client import FakePayload
from PIL import ExifTags, Image

from gi_registry.api import field
from gi_registry.inspections.models import Aside, Finding, Photo, Record, Shot
from gi_registry.parties.models import User
from tests import make, pictures

pytestmark = pytest.mark.django_db
JPEG = pictures.photo(Image.new("RGB", (64, 48), "green"))
PNG = pictures.photo(Image.new("L", (32, 16), "white"), "PNG")
SHA, PNG_SHA = (hashlib.sha256(content).hexdigest() for content in (JPEG, PNG))


@pytest.fixture
def task():
    """A task of two inspectors at a maker inside the area of its product."""
    [product] = make.register(1)
    user = make.authorisation(make.producer(), product)
    make.site(user)
    team = [make.person("inspector", "zhangsan"), make.person("inspector", "lisi")]
    return make.task(make.plan(), user, team)


@pytest.fixture
def zhang(task):
    return signed_in("zhangsan")


def signed_in(username: str, **more) -> Client:
    client = Client(**more)
    client.force_login(User.objects.get(username=username), backend=site.AUTHENTICATION_BACKENDS[1])
    return client


def recorded(task, /, **more):
    """The body of a record by the first inspector."""
    return make.as_sent(make.inspected(task, User.objects.get(username="zhangsan"), **more))


def send(client, body: bytes, **headers):
    known = {"X-Body-SHA256": hashlib.sha256(body).hexdigest(), "Content-Type": "application/json"}
    headers = known | {k.replace("_", "-"): v for k, v in headers.items()}
    return client.post("/field/records", body, content_type="application/json", headers=headers)


def put(client, content: bytes, sha: str = "", part: tuple[int, int] | None = None):
    sha = sha or hashlib.sha256(content).hexdigest()
    start, end = part or (0, len(content))
    ranged = {"Content-Range": f"bytes {start}-{end - 1}/{len(content)}"} if part else {}
    data = {"content_type": "application/octet-stream", "headers": ranged}
    return client.put(f"/field/photos/{sha}", content[start:end], **data)


# --- Records ---------------------------------------------------------------------------------------------------------


def test_a_record_without_pictures_is_complete_at_once(task, zhang):
    body = recorded(task)
    answer = send(zhang, body)

    number = json.loads(body)["uuid"]
    assert (answer.status_code, answer.json()) == (
        200,
        {"uuid": number, "state": "complete", "missing": [], "remarks": []},
    )
    record = Record.objects.get()
    assert (record.body.encode(), record.sha256) == (body, hashlib.sha256(body).hexdigest())
    assert (record.verdict, record.device_verdict, record.outcome) == ("inside", "inside", "pass")
    assert record.distance_m == 4340.5
    assert Finding.objects.count() == 12


def test_the_same_record_sent_five_times_is_one_and_answers_the_same(task, zhang):
    body = recorded(task, photos=[make.pictured(JPEG)])
    answers = [send(zhang, body) for _time in range(5)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, answers[0].json())] * 5
    assert (Record.objects.count(), Finding.objects.count(), Shot.objects.count()) == (1, 12, 1)


def test_a_number_used_again_for_something_else_is_a_conflict_kept_aside_once(task, zhang):
    number = "11111111-1111-4111-8111-111111111111"
    first, other = recorded(task, uuid=number), recorded(task, uuid=number, outcome="rectify")
    send(zhang, first)

    answers = [send(zhang, other) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].json()["detail"] == (
        "这个编号已有另一份内容的记录：没有覆盖，送来的这份另存了，请联系登记机关核对。"
    )
    assert (Record.objects.get().outcome, Aside.objects.get().body) == ("pass", other.decode())
    assert zhang.get(f"/field/records/{number}").json()["remarks"] == ["另有 1 份编号相同、内容不同的记录，须核对。"]
    assert send(zhang, first).status_code == 200


def test_with_the_last_picture_the_register_says_how_the_record_stands(task, zhang):
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = "2026:05:01 09:00:00"
    taken = pictures.photo(Image.new("RGB", (64, 48), "red"), exif=exif)
    number = send(zhang, recorded(task, photos=[make.pictured(taken)])).json()["uuid"]
    body = {"data": taken, "content_type": "image/jpeg"}
    answer = zhang.put(f"/field/photos/{hashlib.sha256(taken).hexdigest()}?record={number}", **body).json()

    assert answer["record"] == zhang.get(f"/field/records/{number}").json()
    assert (answer["record"]["state"], answer["record"]["remarks"][-1]) == (
        "complete",
        "第 1 张照片自带的时间是 2026-05-01 09:00，与记录的不符。",
    )
    assert "record" not in zhang.put(f"/field/photos/{SHA}?record={'0' * 36}", JPEG, content_type="image/jpeg").json()


def test_a_record_waits_for_its_pictures_and_is_complete_with_the_last(task, zhang):
    body = recorded(task, photos=[make.pictured(JPEG), make.pictured(PNG, "signature")])
    waiting = send(zhang, body).json()
    one = put(zhang, JPEG).json()
    still = zhang.get(f"/field/records/{waiting['uuid']}").json()
    put(zhang, PNG)
    done = zhang.get(f"/field/records/{waiting['uuid']}").json()

    assert (waiting["state"], waiting["missing"]) == ("waiting", [SHA, PNG_SHA])
    assert one == {"have": len(JPEG), "complete": True}
    assert (still["state"], still["missing"]) == ("waiting", [PNG_SHA])
    assert (done["state"], done["missing"]) == ("complete", [])
    assert (Record.objects.waiting().count(), Record.objects.complete().count()) == (0, 1)


def test_pictures_may_come_first_and_serve_two_records(task, zhang):
    put(zhang, JPEG)
    states = [send(zhang, recorded(task, photos=[make.pictured(JPEG)])).json()["state"] for _time in range(2)]

    assert (states, Photo.objects.count()) == (["complete", "complete"], 1)


def test_one_picture_declared_twice_in_a_record_is_missing_once(task, zhang):
    answer = send(zhang, recorded(task, photos=[make.pictured(JPEG), make.pictured(JPEG, "label", item=7)]))

    assert (answer.json()["missing"], Shot.objects.count()) == ([SHA], 2)


def test_a_correction_is_an_event_of_its_own_and_may_come_before_what_it_corrects(task, zhang):
    wrong = recorded(task)
    number = json.loads(wrong)["uuid"]
    right = recorded(task, corrects=number, outcome="rectify")

    assert [send(zhang, body).status_code for body in (right, wrong)] == [200, 200]
    assert [record.outcome for record in Record.objects.standing()] == ["rectify"]
    assert Record.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "收到的内容是空的，没有收下：请留在队列里再送一次。"),
        (b'{"uuid": "cut', "收到的内容不是完整的 JSON，没有收下。"),
        (b"[]", "记录的内容不完整，没有收下：请留在队列里，更新应用后再送。"),
        (b"[" * 100_000, "收到的内容不是完整的 JSON，没有收下。"),
        (b"\xff", "收到的内容不是完整的 JSON，没有收下。"),
    ],
)
def test_an_empty_or_broken_body_is_refused_and_leaves_no_trace(task, zhang, body, sentence):
    answer = send(zhang, body)

    assert (answer.status_code, answer.json()["detail"], Record.objects.count()) == (400, sentence, 0)


@pytest.mark.parametrize("cut", [0, 1, 500, -1])
def test_a_body_that_was_cut_on_the_way_is_refused(task, zhang, cut):
    body = recorded(task)
    answer = send(zhang, body[:cut], X_Body_SHA256=hashlib.sha256(body).hexdigest())

    assert (answer.status_code, Record.objects.count()) == (400, 0)


def test_a_body_without_its_hash_is_refused(task, zhang):
    answer = send(zhang, recorded(task), X_Body_SHA256="")

    assert answer.json()["detail"].startswith("收到的内容与校验码不一致")


BROKEN = "记录的内容不完整，没有收下：请留在队列里，更新应用后再送。"
BADLY_PLACED = "记录里的定位读不出来，没有收下。"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"uuid": "no number"}, BROKEN),
        ({"uuid": None}, BROKEN),
        ({"device_at": "yesterday"}, BROKEN),
        ({"device_at": "2026-05-06T10:00:00"}, "记录里的设备时间读不出来，没有收下：请在手机上更正日期和时间。"),
        ({"findings": []}, "12 个检查项目须各有一个结果，没有收下。"),
        ({"findings": [{"item": 13, "result": "pass"}]}, "没有第“13”个检查项目，没有收下。"),
        ({"findings": [{"item": 1, "result": "fine"}]}, "检查结果“fine”不认识，没有收下。"),
        ({"outcome": "whatever"}, "结论“whatever”不认识，没有收下。"),
        ({"position": {"lon": "116", "lat": 38, "accuracy_m": 5, "source": "device"}}, BADLY_PLACED),
        ({"position": {"lon": 116, "lat": 91, "accuracy_m": 5, "source": "device"}}, BADLY_PLACED),
        ({"position": {"lon": float("nan"), "lat": 38, "accuracy_m": 5, "source": "device"}}, BADLY_PLACED),
        ({"position": {"lon": 116, "lat": 38, "accuracy_m": -1, "source": "device"}}, BADLY_PLACED),
        ({"position": []}, BROKEN),
        ({"by": "stranger"}, "记录人不是这项任务的检查员，没有收下。"),
        ({"by": "zhang\x00san"}, BROKEN),
        ({"photos": [{"sha256": "short", "bytes": 1, "kind": "evidence"}]}, BROKEN),
        ({"photos": [{"sha256": SHA, "bytes": 0, "kind": "evidence"}]}, "有一张照片是空的，没有收下：请删掉它再送。"),
        (
            {"photos": [{"sha256": SHA, "bytes": 9 * 1024 * 1024, "kind": "evidence"}]},
            "有一张照片超过 8 MB，没有收下：请缩小后再送。",
        ),
        (
            {"photos": [{"sha256": SHA, "bytes": 1, "kind": "evidence"}] * 61},
            "一条记录最多带 60 张照片，没有收下。",
        ),
        (
            {"photos": [{"sha256": SHA, "bytes": 1, "kind": "signature"}] * 21},
            "一条记录最多带 60 张照片，没有收下。",
        ),
    ],
)
def test_what_cannot_be_understood_is_refused_in_one_sentence(task, zhang, more, sentence):
    answer = send(zhang, recorded(task, **more))

    assert (answer.status_code, answer.json()["detail"]) == (400, sentence)
    assert (Record.objects.count(), Photo.objects.count()) == (0, 0)


def test_a_record_of_more_than_a_megabyte_is_refused(task, zhang):
    answer = send(zhang, recorded(task, note="长" * 400_000))

    assert (answer.status_code, answer.json()["detail"]) == (413, "所送的内容超过 1 MB，没有收下：请分几次送。")


def test_signatures_come_on_top_of_the_most_photos(task, zhang):
    photos = [{"sha256": SHA, "bytes": 1, "kind": kind} for kind in ["evidence"] * 60 + ["signature"] * 3]

    assert send(zhang, recorded(task, photos=photos)).status_code == 200


def test_half_a_character_that_no_database_takes_is_refused(task, zhang):
    body = recorded(task).replace("示例当事人".encode(), b"\\ud800")

    assert send(zhang, body).status_code == 200  # the text is kept as it was sent
    assert Record.objects.get().content["signatures"]["party"]["name"] == "?"
    noted = json.loads(recorded(task))
    noted["findings"][0]["note"] = "\ud800"
    assert send(zhang, json.dumps(noted).encode()).status_code == 400


# --- Who -------------------------------------------------------------------------------------------------------------


def test_a_session_that_ended_answers_in_json_and_loses_nothing(task, client):
    body = recorded(task)
    answers = [
        send(client, body),
        put(client, JPEG),
        client.get("/field/plans.json"),
        client.get(f"/field/plans/{task.plan.number}/bundle.json"),
        client.get(f"/field/photos/{SHA}"),
    ]

    assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {
        (401, "登录已过期：请重新登录后再送，队列里的记录都还在。")
    }
    assert send(signed_in("zhangsan"), body).status_code == 200


def test_a_stranger_with_a_large_picture_is_told_so_in_json_too(task, client):
    answer = put(client, b"\xff\xd8\xff" + bytes(2 * 1024 * 1024))

    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")


def test_what_is_refused_is_read_to_its_end_so_that_the_answer_arrives(task):
    """A server that closes while the phone still sends resets the connection, and no answer is seen."""
    stream = FakePayload(JPEG)
    request = RequestFactory().generic("PUT", f"/field/photos/{SHA}", JPEG, **{"wsgi.input": stream})
    request.user = AnonymousUser()
    answer = field.photo(request, sha256=SHA)

    assert (answer.status_code, stream.read()) == (401, b"")


def test_the_token_of_another_sign_in_is_answered_with_the_new_one(task):
    client = signed_in("zhangsan", enforce_csrf_checks=True)
    body = recorded(task)
    refused = send(client, body, X_CSRFToken="0" * 64)
    token = refused.json()["csrf"]

    assert (refused.status_code, refused.json()["detail"]) == (403, "页面的校验码已更换：请再送一次。")
    assert send(client, body).status_code == 403
    assert send(client, body, X_CSRFToken=token).status_code == 200
    bundled = client.get(f"/field/plans/{task.plan.number}/bundle.json").json()["csrf"]
    assert send(client, body, X_CSRFToken=bundled).status_code == 200


@pytest.mark.parametrize("role", ["producer", "auditor", "agriculture"])
def test_only_inspectors_and_the_market_office_send(task, role):
    make.person(role, "other")
    answer = send(signed_in("other"), recorded(task))

    assert (answer.status_code, answer.json()["detail"]) == (403, "您的账号不能记录现场检查。")


def test_what_is_another_inspectors_is_not_there(task, zhang):
    stored = send(zhang, recorded(task)).json()["uuid"]
    make.person("inspector", "wangwu")
    rival = signed_in("wangwu")

    asked = [
        rival.get(f"/field/records/{stored}"),
        rival.get("/field/records/00000000-0000-4000-8000-000000000000"),
        rival.get(f"/field/plans/{task.plan.number}/bundle.json"),
        rival.get("/field/plans/2026-J999/bundle.json"),
        send(rival, recorded(task)),
        send(rival, recorded(task, task="00000000-0000-4000-8000-000000000000")),
    ]
    sentences = [answer.json()["detail"] for answer in asked]
    assert [answer.status_code for answer in asked] == [404] * 6
    assert (sentences[0], sentences[2], sentences[4]) == (sentences[1], sentences[3], sentences[5])
    assert rival.get("/field/plans.json").json()["plans"] == []


def test_a_colleague_of_the_task_may_send_what_the_other_recorded(task):
    answer = send(signed_in("lisi"), recorded(task))

    record = Record.objects.get()
    assert (answer.status_code, record.inspector.username, record.sent_by) == (200, "zhangsan", "lisi")


# --- Pictures --------------------------------------------------------------------------------------------------------


def test_a_picture_in_parts_goes_on_where_it_ended(task, zhang):
    half, whole = len(JPEG) // 2, len(JPEG)
    first = put(zhang, JPEG, part=(0, half)).json()
    asked = zhang.get(f"/field/photos/{SHA}").json()
    head = zhang.head(f"/field/photos/{SHA}").headers["X-Have"]
    last = put(zhang, JPEG, part=(half, whole)).json()

    assert (first, asked, head) == ({"have": half, "complete": False}, {"have": half, "complete": False}, str(half))
    assert last == {"have": whole, "complete": True}
    assert Path(Photo.objects.get().file.path).read_bytes() == JPEG


def test_a_part_that_overlaps_is_taken_and_one_with_a_gap_is_told_where_to_go_on(task, zhang):
    put(zhang, JPEG, part=(0, 100))
    gap = put(zhang, JPEG, part=(200, 300))
    overlapping = put(zhang, JPEG, part=(50, 150)).json()
    put(zhang, JPEG)

    assert (gap.status_code, gap.json()["have"]) == (409, 100)
    assert overlapping == {"have": 150, "complete": False}
    assert Path(Photo.objects.get().file.path).read_bytes() == JPEG


def test_a_picture_sent_again_changes_nothing(task, zhang):
    answers = [put(zhang, JPEG).json() for _time in range(3)]

    assert (answers, Photo.objects.count()) == ([{"have": len(JPEG), "complete": True}] * 3, 1)


def test_a_picture_that_has_another_hash_is_refused_and_begun_anew(task, zhang):
    answer = put(zhang, JPEG, sha=PNG_SHA)

    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "照片的内容与它的校验码不一致，已收到的部分作废：请从头再送一次。",
    )
    assert zhang.get(f"/field/photos/{PNG_SHA}").json() == {"have": 0, "complete": False}
    assert put(zhang, PNG).json()["complete"]


@pytest.mark.parametrize(
    ("told", "status"),
    [("bytes 0-1/2000000000", 413), ("bytes 5-2/9", 400), ("bytes x", 400), ("bytes 0-9/9", 400)],
)
def test_a_range_that_cannot_be_is_refused(task, zhang, told, status):
    answer = zhang.put(f"/field/photos/{SHA}", b"x", content_type="image/jpeg", headers={"Content-Range": told})

    assert (answer.status_code, zhang.get(f"/field/photos/{SHA}").json()["have"]) == (status, 0)


def test_an_empty_picture_is_refused(task, zhang):
    assert put(zhang, b"").status_code == 400


@pytest.mark.parametrize("name", ["../../etc/passwd", "..%2f..%2fx", "A" * 64, "0" * 63])
def test_what_is_no_hash_names_no_file(task, zhang, name):
    assert zhang.get(f"/field/photos/{name}").status_code == 404
    assert zhang.put(f"/field/photos/{name}", b"x").status_code == 404


# --- Taking along ----------------------------------------------------------------------------------------------------


def test_the_plans_under_way_are_those_with_tasks_of_ones_own(task, zhang):
    make.task(make.plan(state="closed"), task.target.authorisation, list(task.inspectors.all()))
    answer = zhang.get("/field/plans.json").json()

    assert [(plan["number"], plan["tasks"]) for plan in answer["plans"]] == [("2026-J001", 1)]
    assert answer["me"] == {"username": "zhangsan", "name": ""}


def test_the_bundle_has_all_that_is_judged_by_on_site(task, zhang):
    answer = zhang.get("/field/plans/2026-J001/bundle.json").json()

    [told], [area] = answer["tasks"], answer["areas"]
    assert (told["area"], area["key"], area["uncertainty_m"]) == ("product-0/product", "product-0/product", 0.0)
    assert [ring[0] == ring[-1] for ring in area["rings"]] == [True]
    assert told["sites"] == [
        {"number": 1, "name": "示例车间", "address": "", "lon": 116.85, "lat": 38.85, "accuracy_m": 0.0}
    ]
    assert (told["authorisation"]["standing"], told["last"], told["records"]) == ("valid", None, [])
    assert [item["number"] for item in answer["items"]] == list(range(1, 13))


def test_the_bundle_tells_what_was_found_last_and_what_is_still_missing(task, zhang):
    number = send(zhang, recorded(task, photos=[make.pictured(JPEG)], outcome="rectify")).json()["uuid"]
    [told] = zhang.get("/field/plans/2026-J001/bundle.json").json()["tasks"]

    assert (told["last"]["outcome"], len(told["last"]["findings"])) == ("rectify", 12)
    assert told["records"] == [{"uuid": number, "corrects": None, "missing": [SHA]}]


def test_a_sign_in_lasts_as_long_as_what_was_taken_along(task, zhang):
    zhang.get("/field/plans/2026-J001/bundle.json")

    assert zhang.session.get_expiry_age() == 7 * 86_400


@pytest.mark.parametrize("tasks", [1, 3])
def test_a_bundle_costs_as_many_queries_for_three_tasks_as_for_one(task, zhang, django_assert_num_queries, tasks):
    for number in range(tasks - 1):
        maker = make.producer(f"示例同业{number}", make.USCC[number + 1])
        user = make.authorisation(maker, task.target.product, code=f"7KQM2X4H{number}")
        make.site(user)
        make.task(task.plan, user, list(task.inspectors.all()))

    with django_assert_num_queries(14):  # three of them let the sign-in last as long as what is taken
        answer = zhang.get("/field/plans/2026-J001/bundle.json")
    assert len(answer.json()["tasks"]) == tasks


# --- The rescue ------------------------------------------------------------------------------------------------------


def rescued(client, **content):
    return client.post("/field/rescue", json.dumps(content).encode(), content_type="application/json")


def test_an_exported_queue_arrives_once_whatever_had_arrived_before(task, zhang):
    body = recorded(task, photos=[make.pictured(JPEG)])
    exported = {
        "records": [{"sha256": hashlib.sha256(body).hexdigest(), "body": body.decode()}],
        "photos": [{"sha256": SHA, "base64": base64.b64encode(JPEG).decode()}],
    }
    make.person("market", "official")
    answers = [rescued(signed_in("official"), **exported).json() for _time in range(2)]

    assert answers[0] == answers[1]
    assert [line["state"] for line in answers[0]["records"] + answers[0]["photos"]] == ["complete", "complete"]
    assert (Record.objects.count(), Record.objects.get().sent_by) == (1, "official")
    assert send(zhang, body).json()["state"] == "complete"


def test_of_a_damaged_export_what_is_whole_is_taken(task, zhang):
    body = recorded(task)
    cut = {"sha256": hashlib.sha256(body).hexdigest(), "body": body.decode()[:-5]}
    whole = {"sha256": hashlib.sha256(body).hexdigest(), "body": body.decode()}
    photo = {"sha256": SHA, "base64": base64.b64encode(PNG).decode()}
    answer = rescued(zhang, records=[cut, whole, "nonsense"], photos=[photo, {}]).json()

    assert [line["state"] for line in answer["records"]] == ["refused", "complete"]
    assert [line["detail"] for line in answer["photos"]] == [
        "这张照片的内容与校验码不一致。",
        "这张照片的内容与校验码不一致。",
    ]


@pytest.mark.parametrize("content", [b"", b"[]", b"{"])
def test_what_is_no_export_is_refused(task, zhang, content):
    assert zhang.post("/field/rescue", content, content_type="application/json").status_code == 400


def test_a_form_is_refused_before_it_is_read(task, zhang):
    answer = zhang.post("/field/rescue", {"file": io.BytesIO(b"x")})

    assert (answer.status_code, answer.json()["detail"]) == (400, "请用 JSON 送来。")
