from __future__ import annotations

import tempfile

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gi_registry.marks import api_keys
from gi_registry.web import limits
from gi_registry.web.limits import Allowance, household
from tests import make
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024


class Watched:
    """A body that tells whether anybody read of it."""

    was_read = False

    def read(self, size=-1):
        self.was_read = True
        return b""

    readline = read


def send(client, length, address="/desk/imports/"):
    """A form of so many bytes: status, text, whether any of it was read."""
    body = Watched()
    form = {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": body}
    answer = client.generic("POST", address, **form)
    return answer.status_code, text_of(answer), body.was_read


@pytest.fixture
def official():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.person("agriculture"), backend=site.AUTHENTICATION_BACKENDS[1])
    return client


def test_what_is_longer_than_any_file_is_refused_before_a_byte_is_read(official, settings):
    settings.UPLOAD_LIMIT_MB = {"document": 2, "delivery": 3}

    status, text, was_read = send(official, 5 * MEGABYTE)

    assert (status, "有 5 MB，超过 3 MB 的限度" in text, was_read) == (413, True, False)


@pytest.mark.parametrize("address", ["/sign-in/", "/desk/imports/", "/no-such-page"])
def test_strangers_send_no_files(client, address):
    status, text, was_read = send(client, 2 * MEGABYTE, address)

    assert (status, "没有登录，不能交文件" in text, was_read) == (413, True, False)


@pytest.mark.parametrize("told", ["", "-1", "many", "²"])
def test_a_length_that_is_none_is_no_length(client, told):
    assert client.generic("POST", "/sign-in/", CONTENT_LENGTH=told).status_code == 200


def test_a_form_of_a_session_that_is_gone_is_refused_in_chinese(official):
    answer = official.post("/desk/imports/", {})

    assert (answer.status_code, "登录状态变过了" in text_of(answer)) == (403, True)


def test_a_text_that_is_too_long_is_refused_in_chinese(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    answer = client.post("/sign-in/", {"username": "x" * 200})

    assert (answer.status_code, "太长或读不出来" in text_of(answer)) == (400, True)


def test_no_file_of_a_refused_form_stays_in_the_folder_for_passing_files(official, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    files = {"file": SimpleUploadedFile("x.pdf", b"x" * 2 * MEGABYTE)}

    assert official.post("/desk/imports/", files).status_code == 403
    assert list(tmp_path.glob("*.upload*")) == []


@pytest.mark.parametrize("address", ["/desk/surveys/?q=%00", "/desk/changes/?thing=%00", "/desk/applications/?q=a%00"])
def test_an_address_with_a_null_byte_is_refused_in_a_sentence(client, address):
    client.force_login(make.person("agriculture"), backend=site.AUTHENTICATION_BACKENDS[1])

    answer = client.get(address)
    assert (answer.status_code, "网址里有不能用的字符" in answer.content.decode()) == (400, True)


# --- How often -------------------------------------------------------------------------------------------------------


def test_what_is_not_asked_is_saved_up_for_a_minute_and_no_longer():
    allowance = Allowance(2)

    waits = [allowance.wait("a", now) for now in (0.0, 0.0, 0.0, 15.0, 30.0, 30.0, 1_000.0, 1_000.0, 1_000.0)]

    assert waits == [0, 0, 30, 15, 0, 30, 0, 0, 30]


def test_each_address_has_its_own_allowance():
    allowance = Allowance(1)

    assert [allowance.wait(address, 0.0) for address in ("a", "b", "a")] == [0, 0, 60]


def test_addresses_that_have_everything_left_again_are_forgotten(monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEPT", 2)
    allowance = Allowance(1)
    kept = []
    for address, now in (("a", 0.0), ("b", 50.0), ("c", 70.0), ("d", 71.0)):
        allowance.wait(address, now)
        kept.append(sorted(allowance.left))

    assert kept == [["a"], ["a", "b"], ["b", "c"], []]


@pytest.mark.parametrize(
    ("address", "one_asker"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:0:1::5", household("2001:db8:0:1:ffff::9")),
        ("not an address", ""),
        (None, ""),
    ],
)
def test_a_household_is_one_asker(address, one_asker):
    assert household(address) == one_asker
    assert household("2001:db8:0:1::5") != household("2001:db8:0:2::5")


def test_who_asks_too_often_is_told_when_to_come_back(client, settings):
    settings.CHECKS_PER_MINUTE = 2
    answers = [client.get(address) for address in ("/verify/", "/verify/?q=x", "/verify/", "/api/authorisations?q=x")]
    sentence = "查得太频繁：同一网络地址每分钟最多查 2 次，请过 30 秒再查。"

    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    assert [(a.status_code, a["Retry-After"], sentence in text_of(a)) for a in answers[2:3]] == [(429, "30", True)]
    assert (answers[3].status_code, answers[3]["Content-Type"], answers[3].json()) == (
        429,
        "application/problem+json",
        {"type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": sentence},
    )


def test_codes_and_their_certificates_are_asked_for_no_oftener_than_the_rest(client, settings):
    settings.CHECKS_PER_MINUTE = 2
    addresses = ["/v/7KQM2X4HA", "/v/7KQM2X4HA/certificate.png", "/v/7KQM2X4HA"]

    assert [client.get(address).status_code for address in addresses] == [404, 404, 429]


def test_what_is_drawn_for_strangers_has_a_limit_of_its_own(client, official, monkeypatch):
    monkeypatch.setattr(limits, "DRAWN_PER_MINUTE", 2)
    addresses = [f"/v/7KQM2X4HA/{page}" for page in ("certificate.png", "certificate/", "qr.svg")] + ["/v/7KQM2X4HA"]

    assert [client.get(address).status_code for address in addresses] == [404, 404, 429, 404]
    assert [official.get(address).status_code for address in addresses] == [404] * 4


def test_pages_elsewhere_may_read_why_they_were_refused(client, settings):
    settings.CHECKS_PER_MINUTE = 1
    answers = [client.get("/api/authorisations?q=") for _time in range(2)]

    told = [(answer.status_code, answer["Access-Control-Allow-Origin"]) for answer in answers]
    assert told == [(400, "*"), (429, "*")]


def test_who_shows_a_key_is_no_stranger(client, settings):
    settings.CHECKS_PER_MINUTE = 1
    key = api_keys.make(make.person("market"), "示例平台")

    def asked(key):
        sent = {"content_type": "text/csv", "HTTP_AUTHORIZATION": f"Bearer {key}"}
        return client.post("/api/authorisations/check", b"91120118MA0000007K", **sent).status_code

    assert [asked(shown) for shown in (key, key, "gi_wrong")] == [200, 200, 429]


def test_other_pages_and_people_who_signed_in_are_not_limited(client, official, settings):
    settings.CHECKS_PER_MINUTE = 1

    strangers = [client.get("/products/").status_code for _time in range(3)]
    officials = [official.get("/verify/").status_code for _time in range(3)]

    assert (strangers, officials) == ([200] * 3, [200] * 3)


def test_no_limit_is_set_by_zero(client, settings):
    settings.CHECKS_PER_MINUTE = 0

    assert [client.get("/verify/").status_code for _time in range(3)] == [200] * 3
