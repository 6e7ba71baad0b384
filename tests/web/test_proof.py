from __future__ import annotations

import html
import json
import re
from datetime import date

import pytest

from gi_registry.core import clock
from gi_registry.marks import inquiries, keys, tokens
from gi_registry.parties.models import Party
from tests import make, tampered

pytestmark = pytest.mark.django_db

CODE = "7KQM2X4HA"


@pytest.fixture
def key():
    return keys.rotate(clock.now())


def authorised(state="active", **values):
    return make.authorisation(make.producer(), make.product(), state, code=CODE, **values)


def text_of(answer):
    """What a reader without JavaScript sees."""
    page = re.sub(r"(?s)<(script|template|style).*?</\1>|<section[^>]*hidden.*?</section>", "", answer.content.decode())
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", page)))


def missing(answer, facts):
    return [fact for fact in facts if fact not in text_of(answer)]


def judgement(answer):
    return re.search(r'data-judgement="(\w+)"', answer.content.decode())[1]


def test_the_record_of_today_stands_there_without_javascript(client):
    authorised(standard_number="GB/T 00000-2024")

    answer = client.get(f"/v/{CODE}")

    facts = [
        "今天可以使用专用标志",
        "示例酿造有限公司",
        "91120118MA0000007K",
        "独流老醋",
        "公告核准",
        "国家知识产权局公告 第590号",
    ]
    facts += [
        "2024-03-01 起",
        "GB/T 00000-2024",
        "7KQ-M2X-4HA",
        "不是官方编码",
        "真码不等于真货",
        "至少 1 次",
        "来源 gazette",
    ]
    assert answer.status_code == 200
    assert missing(answer, facts) == []


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("suspended", "已停止使用资格"),
        ("cancelled", "已注销，不能使用"),
        ("rectify", "今天可以使用专用标志"),
        ("cancel_proposed", "今天可以使用专用标志"),
    ],
)
def test_the_standing_is_said_and_nothing_of_what_the_district_is_about(client, state, said):
    authorised(state)

    answer = client.get(f"/v/{CODE}")
    assert missing(answer, [said]) == []
    assert not re.search("限期改正|建议注销|变更审查", answer.content.decode())


def test_a_term_that_has_run_out_is_said(client):
    authorised(valid_until=clock.today())
    assert missing(client.get(f"/v/{CODE}"), ["已到期，不能使用", f"2024-03-01 起可以使用，{clock.today()} 到期"]) == []


def test_what_was_public_by_mistake_says_that_it_was_taken_back(client):
    one = authorised()
    make.row(type(one), {"pk": one.pk}, state="void", course=[], announcement=None, valid_from=None)

    answer = client.get(f"/v/{CODE}")
    assert answer.status_code == 404
    assert missing(answer, ["编码 7KQ-M2X-4HA 的登记有误，已经撤回：不能凭它使用专用标志。"]) == []


@pytest.mark.parametrize("state", ["draft", "verification", "registered", "refused"])
def test_an_application_under_way_is_not_to_be_told_from_none(client, state):
    nothing = client.get(f"/v/{CODE}")
    authorised(state)

    assert client.get(f"/v/{CODE}").content == nothing.content
    assert nothing.status_code == 404
    assert missing(nothing, ["登记簿没有核准编码 7KQ-M2X-4HA", "没有找到，不等于不能使用"]) == []


@pytest.mark.parametrize("written", ["7kq-m2x-4ha", "7KQ M2X 4HA", "７ＫＱＭ２Ｘ４ＨＡ"])
def test_a_code_written_otherwise_leads_to_its_own_address(client, written):
    answer = client.get(f"/v/{written}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/v/{CODE}")


@pytest.mark.parametrize(("written", "status"), [("7KQM2X4HB", 400), ("x", 404), ("<script>", 404)])
def test_what_is_no_code_is_refused_in_one_sentence(client, written, status):
    answer = client.get(f"/v/{written}")
    assert answer.status_code == status
    assert b"<script>\xe2" not in answer.content


def test_how_often_a_code_was_asked_for_today_is_counted(client):
    authorised()
    for _time in range(3):
        answer = client.get(f"/v/{CODE}")

    assert missing(answer, ["至少 3 次"]) == []
    assert inquiries.times(CODE, clock.today()) == 3


def test_a_name_cannot_write_into_the_page(client):
    make.authorisation(make.producer("示例<b>{code}</b>"), make.product(), code=CODE)
    assert "示例&lt;b&gt;{code}&lt;/b&gt;" in client.get(f"/v/{CODE}").content.decode()


def test_the_ways_from_a_record_lead_on(client, key):
    authorised()
    ways = re.findall(r'href="(/(?:v|products|sources)/[^"#]*)', client.get(f"/v/{CODE}").content.decode())

    assert len(ways) >= 6
    assert {client.get(way).status_code for way in ways} == {200}


def test_who_has_signed_in_keeps_their_ways_and_nobody_else_gets_them(client):
    authorised()
    client.force_login(make.person("market"), backend="gi_registry.parties.permissions.RegisterBackend")
    assert "工作台" in text_of(client.get(f"/v/{CODE}"))

    client.logout()
    assert "工作台" not in text_of(client.get(f"/v/{CODE}"))


def renamed(name="示例酿造厂", on=date(2025, 6, 2)):
    """Give the producer of the one authorisation its former name."""
    producer = authorised().producer
    make.former(producer, name, None, on)
    make.former(producer, producer.name, on, date(2026, 1, 1))  # an address only
    return producer


def test_a_former_name_stands_there_with_its_last_day(client):
    renamed()
    assert (
        missing(client.get(f"/v/{CODE}"), ["使用人 示例酿造有限公司 曾用名 示例酿造厂（用到 2025-06-01，含当日）"])
        == []
    )


def test_without_a_former_name_none_is_told(client):
    authorised()
    assert "曾用名" not in text_of(client.get(f"/v/{CODE}"))


def test_five_queries_and_no_more(client, django_assert_num_queries):
    """The revision three times (no query beside a SQLite file), the authorisation, the count."""
    authorised()
    client.get(f"/v/{CODE}")

    with django_assert_num_queries(5):
        client.get(f"/v/{CODE}")


# --- Tokens on the server ---------------------------------------------------------------------------------------------


def test_the_content_of_a_code_is_judged_without_javascript(client, key):
    found = tampered.corpus(authorised())

    def asked(token):
        return judgement(client.post("/v/", {"content": f"{tampered.ADDRESS}/v/{CODE}#{token}"}))

    wanted = {name: judged for name, (token, judged) in found.items() if judged != "other_code"}
    assert {name: asked(found[name][0]) for name in wanted} == wanted


def test_a_genuine_content_shows_what_was_signed_and_leads_to_the_record(client, key):
    token = tokens.issue(authorised(), clock.now(), tampered.ADDRESS)

    answer = client.post("/v/", {"content": token})
    facts = ["签名是真的，今天可以使用", "示例酿造有限公司", "只用于“独流老醋”", "看登记簿今日的记录", "真码不等于真货"]
    assert missing(answer, facts) == []


def test_a_content_signed_under_a_former_name_says_so(client, key):
    one = authorised()
    token = tokens.issue(one, clock.now(), tampered.ADDRESS)
    make.row(Party, {"pk": one.producer_id}, name="示例新酿造有限公司")

    answer = client.post("/v/", {"content": token})
    assert missing(answer, ["使用人 示例新酿造有限公司 签发时的名称是示例酿造有限公司"]) == []


def test_the_form_stands_alone_without_a_cookie(client):
    answer = client.get("/v/")
    assert (answer.status_code, answer.cookies) == (200, {})


# --- Keys, list, worker -----------------------------------------------------------------------------------------------


def test_the_public_keys_are_published_for_any_page(client, key):
    answer = client.get("/.well-known/jwks.json")

    assert json.loads(answer.content) == {"keys": [key.public]}
    assert answer.headers["Content-Type"] == "application/jwk-set+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("address", ["/.well-known/jwks.json", "/status/1"])
def test_what_did_not_change_is_not_sent_again(client, key, address):
    etag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")


def test_the_list_has_another_etag_once_the_register_moved(client, key):
    before = client.get("/status/1").headers["ETag"]
    authorised("cancelled")

    assert client.get("/status/1").headers["ETag"] != before


def test_the_list_names_the_address_that_tokens_name(client, key, settings):
    settings.REGISTER_ADDRESS = "https://gi.example.cn"
    body = client.get("/status/1").content.decode().split(".")[1]

    assert tokens.part(body)["sub"] == "https://gi.example.cn/status/1"


def test_without_a_key_one_sentence_says_what_to_do(client):
    answer = client.get("/status/1")
    assert answer.status_code == 503
    assert missing(answer, ["还没有签名密钥", "manage.py rotate_key"]) == []
    assert re.findall("<(?:title|h1)>([^ <]*)", answer.content.decode()) == ["现在还不能办"] * 2
    assert json.loads(client.get("/.well-known/jwks.json").content) == {"keys": []}


def test_there_is_one_list(client, key):
    assert client.get("/status/2").status_code == 404


def test_everything_that_the_worker_keeps_is_there_for_anybody(client, key):
    script = client.get("/v/sw.js")
    kept = json.loads(re.search(r"self\.KEPT = (\[.*?\]);", script.content.decode())[1])

    pages = [address for address in kept if not address.startswith("/static/")]
    assert pages == ["/v/", "/.well-known/jwks.json", "/status/1"]
    assert {client.get(address).status_code for address in pages} == {200}
    assert script.headers["Content-Type"].startswith("text/javascript")


def test_the_worker_keeps_every_script_and_style_that_the_frame_loads(client):
    kept = set(re.findall(r'"(/static/[^"]+)"', client.get("/v/sw.js").content.decode()))
    loaded = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/v/").content.decode()))

    assert loaded - kept == set()
