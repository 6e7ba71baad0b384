from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from gi_registry.parties.models import User
from gi_registry.parties.permissions import Role
from gi_registry.web.account import client_address
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
PASSWORD = "流水不腐 24 户枢不蠹"


@pytest.fixture
def official():
    user = User.objects.create_user("wangmin", password=PASSWORD, last_name="王", first_name="敏")
    user.groups.set(Group.objects.filter(name=Role.AGRICULTURE.label))
    return user


def sign_in(client, password=PASSWORD, **more):
    return client.post("/sign-in/", {"username": "wangmin", "password": password} | more)


def test_an_official_signs_in_to_the_desk_and_out_again(client, official):
    assert sign_in(client).headers["Location"] == "/desk/"
    assert "王敏" in text_of(client.get("/account/"))

    client.post("/sign-out/")
    assert client.get("/desk/").headers["Location"] == "/sign-in/?next=/desk/"


def test_whoever_asked_for_a_page_lands_there_and_never_on_another_site(client, official):
    assert sign_in(client, next="/desk/changes/").headers["Location"] == "/desk/changes/"
    client.post("/sign-out/")
    assert sign_in(client, next="https://example.org/").headers["Location"] == "/desk/"


def test_who_has_no_desk_lands_on_the_account(client, official):
    official.groups.clear()

    assert sign_in(client).headers["Location"] == "/account/"
    assert "没有角色" in text_of(client.get("/account/"))


def test_a_wrong_password_is_said_in_chinese_and_the_name_stays_in_the_form(client, official):
    answer = sign_in(client, "wrong")

    assert "用户名或口令不对" in text_of(answer)
    assert 'value="wangmin"' in answer.content.decode()


def test_five_wrong_passwords_close_the_account_here_for_a_quarter_of_an_hour(client, official, settings):
    settings.AXES_ENABLED = True
    answers = [sign_in(client, "wrong").status_code for _attempt in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert "暂停登录 15 分钟" in text_of(sign_in(client))
    assert client.get("/desk/").status_code == 302
    settings.AXES_COOLOFF_TIME = timedelta(0)
    assert sign_in(client).headers["Location"] == "/desk/"


def test_elsewhere_the_account_stays_open(client, official, settings):
    settings.AXES_ENABLED = True
    for _attempt in range(6):
        sign_in(client, "wrong")

    elsewhere = client.post("/sign-in/", {"username": "wangmin", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9")
    assert elsewhere.headers["Location"] == "/desk/"


def wrong_from(client, address, times):
    """So many wrong passwords from behind one proxy, which tells the address of its client last."""
    for _attempt in range(times):
        answer = client.post(
            "/sign-in/", {"username": "wangmin", "password": "wrong"}, headers={"X-Forwarded-For": address}
        )
    return answer.status_code


def test_behind_a_proxy_failures_count_for_the_address_that_it_tells(client, official, settings):
    settings.AXES_ENABLED, settings.PROXIES = True, 1

    assert wrong_from(client, "203.0.113.7", 5) == 429
    assert wrong_from(client, "203.0.113.8", 1) == 200
    assert wrong_from(client, "198.51.100.1, 203.0.113.7", 1) == 429  # what a client writes itself is not believed


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [
        (0, "203.0.113.7", "127.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "nonsense", "127.0.0.1"),
        (1, "2001:db8::0001", "2001:db8::1"),
    ],
)
def test_the_address_of_a_client(rf, settings, proxies, told, address):
    settings.PROXIES = proxies

    assert client_address(rf.get("/", headers={"X-Forwarded-For": told})) == address


def test_a_server_on_a_socket_knows_no_address(rf, settings):
    settings.PROXIES = 0

    assert client_address(rf.get("/", REMOTE_ADDR="")) is None


def test_the_session_ends_after_a_working_day_and_is_closed_to_scripts(client, official):
    cookie = sign_in(client).cookies["sessionid"]

    assert (cookie["max-age"], bool(cookie["httponly"]), cookie["samesite"]) == (8 * 3600, True, "Lax")


def change(client, new):
    return client.post(
        "/account/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}, follow=True
    )


def test_a_new_password_ends_the_other_sessions(client, official, django_user_model):
    other = type(client)()
    sign_in(other)
    sign_in(client)

    change(client, "另一句没人猜到的话 7")

    assert (client.get("/desk/").status_code, other.get("/desk/").status_code) == (200, 302)


@pytest.mark.parametrize(("new", "sentence"), [("12345678901", "数字"), ("短", "密码"), ("wangmin", "用户名")])
def test_a_weak_password_is_refused_in_chinese(client, official, new, sentence):
    sign_in(client)
    answer = change(client, new)

    assert sentence in text_of(answer)
    official.refresh_from_db()
    assert official.check_password(PASSWORD)


def test_a_demo_account_keeps_the_password_that_all_share(client, official, settings):
    settings.DEBUG = True
    User.objects.update(is_demo=True)
    sign_in(client)

    assert change(client, "另一句没人猜到的话 7").status_code == 403
    official.refresh_from_db()
    assert official.check_password(PASSWORD)


def test_the_bar_offers_the_desk_to_those_who_have_one(client, official):
    sign_in(client)
    assert "工作台" in text_of(client.get("/products/"))

    official.groups.clear()
    assert "工作台" not in text_of(client.get("/products/"))
