from __future__ import annotations

import tempfile
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from gi_registry.core import clock
from gi_registry.marks import keys, tokens
from gi_registry.web import labels
from gi_registry.web.limits import Allowance
from tests import make, pictures
from tests.web.test_limits import MEGABYTE, send
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
ADDRESS = "/verify/label/"
WHOLE = {
    "mark": "yes",
    "regime": "product",
    "uscc": make.USCC[0],
    "producer": "示例酿造有限公司",
    "product": "独流老醋",
    "standard": "GB/T 19461-2008",
    "on": "2025-05-05",
}


@pytest.fixture(autouse=True)
def codes_only(settings, monkeypatch):
    settings.READ_TEXT = False
    monkeypatch.setattr(labels, "PHOTOS", Allowance(10))  # what another test has sent does not count here


@pytest.fixture
def authorisation():
    return make.authorisation(make.producer(), make.product(), standard_number="GB/T 19461-2008")


def send_photo(client, content, name="photo.jpg"):
    answer = client.post(ADDRESS, {"photo": SimpleUploadedFile(name, content)})
    return answer.status_code, text_of(answer)


def test_the_empty_form_gives_no_answer(client):
    answer = client.get(ADDRESS)

    assert (answer.status_code, "lines" in answer.context, reverse("verify-label")) == (200, False, ADDRESS)


def test_what_was_typed_is_answered_line_by_line_and_stays_in_the_form(client, authorisation):
    answer = client.get(ADDRESS, WHOLE)

    assert [(line.requirement.key, str(line.outcome)) for line in answer.context["lines"]] == [
        ("mark", "met"),
        ("uscc", "met"),
        ("name", "met"),
        ("number", "met"),
        ("trademark", "moot"),
        ("trademark_number", "moot"),
    ]
    assert [(one.what, str(one.agreement)) for one in answer.context["comparisons"]] == [
        ("核准使用", "same"),
        ("生产者名称", "same"),
        ("标准代号", "same"),
    ]
    text = text_of(answer)
    assert "填写的内容符合标示要求" in text
    assert "公告第三五四号“使用要求”（二）" in text
    assert 'value="GB/T 19461-2008"' in answer.content.decode()


def test_a_line_that_is_missing_is_told_with_its_clause(client):
    text = text_of(client.get(ADDRESS, WHOLE | {"standard": "无", "announcement": "无"}))

    assert "有 1 项不符合" in text
    assert "标准代号和批准公告号都没有标注，至少要有一个。" in text


def test_who_may_not_use_the_mark_has_no_label_that_is_right(client):
    make.authorisation(make.producer(), make.product(), "suspended", standard_number="GB/T 19461-2008")

    answer = client.get(ADDRESS, WHOLE)

    assert "✗ 标示齐全，但登记簿记载：已停止使用资格" in text_of(answer)
    assert "填写的内容符合标示要求" not in text_of(answer)


def test_the_answer_stands_above_the_form(client, authorisation):
    shown = client.get(ADDRESS, WHOLE).content.decode()

    assert shown.index('id="answer"') < shown.index('id="form-title"')


def test_the_next_step_from_a_code_is_all_that_the_register_says_of_it(client, authorisation):
    assert f"/verify/?q={make.USCC[0]}&amp;on=2025-05-05" in client.get(ADDRESS, WHOLE).content.decode()


def test_what_was_not_filled_in_is_counted(client):
    assert "还有 3 项没有填，不能下结论" in text_of(client.get(ADDRESS, {"mark": "yes"}))


def test_without_a_whole_code_the_register_is_not_asked(client):
    assert "填了正确的统一社会信用代码，才能与登记簿核对。" in text_of(client.get(ADDRESS, {"product": "独流老醋"}))


@pytest.mark.parametrize(
    "wrong", [{"on": "2025-02-30"}, {"regime": "other"}, {"mark": "maybe"}, {"product": "长" * 121}, {"uscc": "a\x00"}]
)
def test_what_no_form_sends_is_refused_and_stays_in_the_form(client, wrong):
    answer = client.get(ADDRESS, WHOLE | wrong)

    assert (answer.status_code, "lines" in answer.context) == (400, False)
    assert 'value="示例酿造有限公司"' in answer.content.decode()


def test_nobody_knows_whether_a_label_of_a_day_to_come_will_be_right(client, authorisation):
    tomorrow = clock.today() + timedelta(days=1)
    answer = client.get(ADDRESS, WHOLE | {"on": f"{tomorrow}"})

    assert (answer.status_code, "lines" in answer.context) == (400, False)
    assert f"{tomorrow} 还没有到，不能先说那天怎样：只能查今天或以前的日子。" in text_of(answer)


def test_what_is_typed_is_shown_as_text(client):
    shown = client.get(ADDRESS, WHOLE | {"product": "<script>alert(1)</script>"}).content.decode()

    assert escape("<script>alert(1)</script>") in shown
    assert "<script>alert" not in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_an_answer_costs_as_many_queries_whatever_the_register_holds(client, django_assert_num_queries, rows):
    producer = make.producer()
    for number in range(rows):
        make.authorisation(producer, make.product(f"product-{number}", f"产品{number}"))
    asked = WHOLE | {"product": "产品0"}
    client.get(ADDRESS, asked)

    with django_assert_num_queries(6):
        client.get(ADDRESS, asked)


def test_a_photo_fills_in_the_form_and_is_not_believed(client, authorisation):
    keys.rotate(clock.now())
    qr = f"https://gi.example.cn/v/{authorisation.code}#" + tokens.issue(
        authorisation, clock.now(), "https://gi.example.cn"
    )
    status, text = send_photo(client, pictures.photo(pictures.label(code=qr)))

    assert status == 200
    assert "读出来的不一定对" in text
    assert "签名是真的，今天可以使用" in text
    answer = client.get(ADDRESS, WHOLE | {"qr": qr})
    assert [str(one.agreement) for one in answer.context["comparisons"] if one.what == "二维码"] == ["same"]


def test_the_code_of_somebody_else_is_said_to_be_none_of_ours(client):
    _status, text = send_photo(client, pictures.photo(pictures.label(code="https://other.example.cn/x")))

    assert "不是本登记簿的二维码" in text
    assert "没有读出可以填进表里的内容" in text


def test_without_text_recognition_the_page_says_that_only_codes_are_read(client, settings):
    assert "这里只能读出二维码" in text_of(client.get(ADDRESS))

    settings.READ_TEXT = True
    assert "读出二维码和印刷的文字" in text_of(client.get(ADDRESS))


@pytest.mark.parametrize(
    ("content", "part"),
    [(b"", "文件是空的"), (b"%PDF-1.7", "只读 JPEG"), (b"\x00\x00\x00\x18ftypheic", "HEIC")],
    ids=["empty", "pdf", "heic"],
)
def test_a_photo_that_cannot_be_read_is_refused_on_the_page(client, content, part):
    status, text = send_photo(client, content)

    assert (status, part in text) == (400, True)


def test_a_form_without_a_photo_is_refused_on_the_page(client):
    answer = client.post(ADDRESS, {})

    assert (answer.status_code, "没有收到照片" in text_of(answer)) == (400, True)


def test_a_photo_from_another_site_is_not_read(authorisation):
    client = Client(enforce_csrf_checks=True)

    assert send_photo(client, pictures.photo(pictures.label(code="x")))[0] == 403


def test_strangers_send_so_many_photos_a_minute(client, monkeypatch):
    monkeypatch.setattr(labels, "PHOTOS", Allowance(1))
    first, second = send_photo(client, b"GIF89a"), send_photo(client, b"GIF89a")

    assert (first[0], second[0], "照片交得太频繁：请过 60 秒再交" in second[1]) == (400, 429, True)
    client.force_login(make.person("inspector"), backend=site.AUTHENTICATION_BACKENDS[1])
    assert send_photo(client, b"GIF89a")[0] == 400


def test_strangers_send_a_photo_but_nothing_longer(client):
    assert send(client, 9 * MEGABYTE, ADDRESS)[0] == 400  # read, and no form
    status, text, was_read = send(client, 9 * MEGABYTE + 1, ADDRESS)

    assert (status, "有 9 MB，超过 8 MB 的限度" in text, was_read) == (413, True, False)


def test_no_photo_stays_in_the_folder_for_passing_files(client, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    assert send_photo(client, pictures.photo(pictures.label(code="x")))[0] == 200
    assert list(tmp_path.glob("*.upload*")) == []
