"""Who may use the mark, as JSON and for many at once; what strangers read is public and no more."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.conf import settings as site
from django.test import Client

from gi_registry.core import clock
from gi_registry.core.revision import revision
from gi_registry.marks import api_keys, inquiries
from gi_registry.marks.bulk import MOST_ROWS
from tests import make

pytestmark = pytest.mark.django_db
ALL, CHECK = "/api/authorisations", "/api/authorisations/check"
DAY, CODE = "2025-06-01", "7KQM2X4HA"
FIRST, SECOND, THIRD, FOURTH = make.USCC

# --- One authorisation -----------------------------------------------------------------------------------------------


def one(code=CODE, **values):
    return make.authorisation(make.producer(), make.product(), code=code, **values)


WHOLE = {
    "code": CODE,
    "url": f"/v/{CODE}",
    "producer": "示例酿造有限公司",
    "producer_now": "示例酿造有限公司",
    "uscc": FIRST,
    "product": "duliu-laocu",
    "product_name": "独流老醋",
    "basis": "announced",
    "basis_label": "公告核准",
    "number": "国家知识产权局公告 第590号",
    "trademark_number": "",
    "standard_number": "",
    "announcement": "国家知识产权局公告 第590号",
    "announced_on": "2024-03-01",
    "valid_from": "2024-03-01",
    "valid_until": None,
    "may_use": True,
    "standing": "valid",
    "standing_label": "可以使用",
    "since": "2024-03-01",
    "grade": "primary",
    "grade_label": "原文",
    "source": "来源 gazette",
    "source_url": "/sources/#gazette",
}


def test_the_whole_answer_of_a_code(client):
    one()

    assert client.get(f"{ALL}/{CODE}?on={DAY}").json() == {"on": DAY, "revision": revision(), **WHOLE}


def test_a_code_may_be_written_as_people_write_it(client):
    one()

    assert client.get(f"{ALL}/7kq-m2x-4ha").json()["code"] == CODE


def test_an_answer_is_that_of_the_day(client):
    one(state="suspended")

    standings = [client.get(f"{ALL}/{CODE}?on={day}").json() for day in ("2024-02-29", "2024-03-01", "2025-03-01")]

    assert [(answer["standing"], answer["may_use"]) for answer in standings] == [
        ("not_yet", False),
        ("valid", True),
        ("suspended", False),
    ]


def test_of_a_natural_person_only_the_family_name_is_told(client):
    make.authorisation(make.producer("张建国", FIRST, kind="person"), make.product(), code=CODE)

    answer = client.get(f"{ALL}/{CODE}")

    assert (answer.json()["producer"], answer.json()["producer_now"]) == ("张**", "张**")
    assert "建国" not in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        (f"{ALL}/7KQM2X4HB", 400, "核准编码 7KQ-M2X-4HB 的校验位不对：有一位写错了，请对照标签再输入一次。"),
        (f"{ALL}/{CODE}", 404, "登记簿没有核准编码 7KQ-M2X-4HA：请对照标签再输入一次。"),
        (f"{ALL}/no", 404, "“no”不是核准编码：编码有 9 位字母和数字，例如 7KQ-M2X-4HA。"),
        (f"{ALL}/{CODE}?on=yesterday", 400, "日期“yesterday”读不出来：请写成 2010-12-24 这样的年-月-日。"),
        (ALL, 400, "请写明要查什么：q（名称、代码或号码）、uscc（统一社会信用代码）或 product（产品的网址名）。"),
        (f"{ALL}?uscc=911", 400, "统一社会信用代码有 18 位，所填的是 3 位：请对照营业执照再填一次。"),
        (f"{ALL}?product=none", 404, "登记簿没有网址名为“none”的产品。"),
        (f"{ALL}?q=x&limit=0", 400, "limit 必须是 1 到 1000 之间的整数，所给的是“0”。"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_one_sentence(client, address, status, sentence):
    answer = client.get(address)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["detail"] == sentence


def test_a_code_that_was_asked_for_is_counted_and_one_that_is_not_there_is_not(client):
    one()

    for code in (CODE, CODE, "000000000"):
        client.get(f"{ALL}/{code}?on={DAY}")

    assert [inquiries.times(code, clock.today()) for code in (CODE, "000000000")] == [2, 0]


# --- Those that fit a question ---------------------------------------------------------------------------------------


def asked(client, **query):
    return client.get(ALL, {"on": DAY} | query).json()


def test_the_whole_answer_of_a_credit_code(client):
    one()

    assert asked(client, uscc=FIRST.lower().replace("0000007", "00000O7")) == {
        "on": DAY,
        "revision": revision(),
        "taken_for": "uscc",
        "understood": [f"按 {FIRST} 查询：小写按大写读，O 按 0 读。"],
        "conclusion": "示例酿造有限公司 2025-06-01 当日可以在独流老醋上使用地理标志专用标志。",
        "proves": [
            "查到的是登记簿的记录：名称、代码可以被别人冒用，记录属实不等于手上的货是真的，请再核对标签和二维码。"
        ],
        "more": False,
        "authorisations": [WHOLE],
        "alike": [],
    }


def test_a_text_is_read_as_on_the_page(client):
    one()
    make.former(make.producer(), "示例老字号醋坊", None, date(2024, 1, 1))

    found = [asked(client, q=q) for q in ("酿造", "shiliniangzao", "7kq m2x 4ha", "第590号", "老字号")]

    assert [(answer["taken_for"], [line["code"] for line in answer["authorisations"]]) for answer in found] == [
        ("name", [CODE]),
        ("name", [CODE]),
        ("code", [CODE]),
        ("number", [CODE]),
        ("name", [CODE]),
    ]
    assert [answer["authorisations"][0].get("former_name") for answer in found] == [None] * 4 + ["示例老字号醋坊"]


def test_of_a_product_those_who_may_use_the_mark_come_first_and_no_more_than_asked_for(client):
    product = make.product()
    make.authorisation(make.producer("示例甲", FIRST), product, "cancelled", code="000000001")
    make.authorisation(make.producer("示例乙", SECOND), product, code="000000002")

    both, first = asked(client, product="duliu-laocu"), asked(client, product="duliu-laocu", limit="1")

    assert [line["producer"] for line in both["authorisations"]] == ["示例乙", "示例甲"]
    assert (both["taken_for"], both["more"], first["more"]) == ("product", False, True)
    assert [line["producer"] for line in first["authorisations"]] == ["示例乙"]


def test_that_nothing_was_found_is_said_with_what_it_does_not_prove(client):
    one()

    answer = asked(client, uscc=SECOND)

    assert (answer["conclusion"], answer["authorisations"]) == (f"登记簿没有查到“{SECOND}”的用标核准。", [])
    assert answer["proves"][0].startswith("查不到，只说明本登记簿没有录入这样的核准")


@pytest.mark.parametrize("question", [{"uscc": THIRD}, {"q": "示例商行"}, {"q": CODE}, {"product": "duliu-laocu"}])
def test_an_application_under_way_is_nobodys_business(client, question):
    make.authorisation(make.producer("示例商行", THIRD), make.product(), "intake", code=CODE)

    assert asked(client, **question)["authorisations"] == []


@pytest.mark.parametrize("size", [1, 3])
def test_many_authorisations_cost_as_many_queries_as_one(client, size, django_assert_num_queries):
    producer = make.producer()
    for number in range(size):
        make.authorisation(producer, make.product(f"product-{number}", f"产品{number}"))

    asked(client, uscc=FIRST)
    with django_assert_num_queries(3):  # the revision twice, and the answers
        assert len(asked(client, uscc=FIRST)["authorisations"]) == size


# --- Many companies at once ------------------------------------------------------------------------------------------


@pytest.fixture
def key():
    return api_keys.make(make.person("market"), "示例平台")


def send(key, content, query="", **headers):
    """The file sent by a program: no session, and the check of CSRF tokens as it is in earnest."""
    body = content if isinstance(content, bytes) else content.encode()
    shown = {"Authorization": f"Bearer {key}"} if key else {}
    program = Client(enforce_csrf_checks=True)
    return program.post(f"{CHECK}{query}", body, content_type="text/csv", headers=shown | headers)


def test_the_whole_answer_row_by_row(key):
    one()

    answer = send(key, f"信用代码\n{FIRST}\n{SECOND.lower()}\n911\n", f"?on={DAY}")

    assert answer.json() == {
        "on": DAY,
        "revision": revision(),
        "rows": [
            {
                "row": 2,
                "given": FIRST,
                "uscc": FIRST,
                "note": "",
                "result": "valid",
                "result_label": "可以使用",
                "authorisations": [WHOLE],
            },
            {
                "row": 3,
                "given": SECOND.lower(),
                "uscc": SECOND,
                "note": "小写按大写读。",
                "result": "not_found",
                "result_label": "登记簿没有收录",
                "authorisations": [],
            },
            {
                "row": 4,
                "given": "911",
                "uscc": None,
                "note": "统一社会信用代码有 18 位，所填的是 3 位：请对照营业执照再填一次。",
                "result": "unreadable",
                "result_label": "代码读不出来",
                "authorisations": [],
            },
        ],
    }


def test_the_same_as_csv_that_a_spreadsheet_leaves_alone(key):
    one()
    make.authorisation(make.producer(), make.product("taitou-xigua", "台头西瓜", "fruit"), code="000000001")

    answer = send(key, f"{FIRST}\n=cmd|calc\n121201180000000000\n", f"?on={DAY}&format=csv")

    text = answer.content.decode("utf-8-sig")
    assert (answer.headers["Content-Type"], answer.content[:3]) == ("text/csv; charset=utf-8", b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(text))) == [
        ["row", "given", "uscc", "result", "result_label", "products", "codes", "note"],
        ["1", FIRST, FIRST, "valid", "可以使用", "独流老醋；台头西瓜", f"{CODE}；000000001", ""],
        [
            *("2", "'=cmd|calc", "", "unreadable", "代码读不出来", "", ""),
            "统一社会信用代码有 18 位，所填的是 9 位：请对照营业执照再填一次。",
        ],
        [
            *("3", "\t121201180000000000", "\t121201180000000000", "not_found", "登记簿没有收录", "", ""),
            "",
        ],
    ]


def test_a_file_that_was_answered_can_be_sent_again(key):
    one()
    answered = send(key, FIRST, "?format=csv").content

    [row] = send(key, answered).json()["rows"]

    assert (row["uscc"], row["result"]) == (FIRST, "valid")


@pytest.mark.parametrize(
    ("content", "query", "status", "sentence"),
    [
        ("", "", 400, "文件里没有统一社会信用代码"),
        (b"\xff\xff", "", 400, "文件读不出来"),
        (FIRST, "?format=xml", 400, "format 只能是 json、csv，所给的是“xml”。"),
        (FIRST, "?on=never", 400, "日期“never”读不出来"),
        (FIRST, "?product=none", 404, "登记簿没有网址名为“none”的产品。"),
        (f"{FIRST}\n" * (MOST_ROWS + 1), "", 400, "一次最多 10,000 行：请分几次送。"),
        (b"x" * (1024 * 1024 + 1), "", 413, "文件超过 1 MB，没有接收"),
    ],
)
def test_what_cannot_be_checked_is_a_problem_with_one_sentence(key, content, query, status, sentence):
    answer = send(key, content, query)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert sentence in answer.json()["detail"]


def test_a_form_is_refused_with_how_to_send_the_file(key):
    answer = Client().post(CHECK, {"file": io.BytesIO(b"x")}, headers={"Authorization": f"Bearer {key}"})

    assert (answer.status_code, "--data-binary" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer gi_nobodys", "Basic eDp5", "Token x"])
def test_without_a_good_key_nothing_is_answered(key, shown):
    answer = send("", FIRST, Authorization=shown)

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "接口密钥" in answer.json()["detail"]


def test_a_session_is_no_key(client):
    client.force_login(make.person("market"), backend=site.AUTHENTICATION_BACKENDS[1])

    assert client.post(CHECK, FIRST, content_type="text/csv").status_code == 401


def test_a_bulk_check_is_only_sent(client):
    assert (client.get(CHECK).status_code, client.get(CHECK).headers["Allow"]) == (405, "POST")


def test_nobody_keeps_what_was_answered(key):
    assert send(key, FIRST).headers["Cache-Control"] == "no-store"


def test_a_name_that_is_only_alike_is_no_answer_and_days_to_come_are_refused(client):
    one()

    answer = asked(client, q="示例酿告")
    assert ([found["producer"] for found in answer["alike"]], answer["authorisations"]) == (["示例酿造有限公司"], [])
    assert [
        client.get(address, {"q": "示例", "on": "2030-01-01"}).status_code
        for address in ("/api/authorisations", f"/api/authorisations/{WHOLE['code']}")
    ] == [400, 400]
