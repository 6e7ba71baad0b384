from __future__ import annotations

import re

import pytest
from django.conf import settings as site

from gi_registry.marks import api_keys
from gi_registry.marks.models import ApiKey
from tests import make
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
KEYS = "/desk/api-keys/"


@pytest.fixture
def official(client):
    person = make.person("market")
    client.force_login(person, backend=site.AUTHENTICATION_BACKENDS[1])
    return person


def test_a_new_key_is_shown_once_and_never_again(client, official):
    answer = client.post(KEYS, {"label": "示例平台"})

    [key] = re.findall(r"gi_[\w-]{43}", answer.content.decode())
    assert (answer.status_code, api_keys.owner_of(key)) == (200, official)
    assert "no-store" in answer.headers["Cache-Control"]
    again = client.get(KEYS)
    assert (key in again.content.decode(), "示例平台" in text_of(again)) == (False, True)


def test_a_key_without_a_label_is_not_made_and_the_form_says_so(client, official):
    answer = client.post(KEYS, {"label": " "})

    assert (answer.status_code, "这一栏必填。" in text_of(answer), ApiKey.objects.count()) == (400, True, 0)


def test_what_is_refused_leaves_the_label_in_the_form(client, official, monkeypatch):
    monkeypatch.setattr(api_keys, "MOST_KEYS", 0)

    answer = client.post(KEYS, {"label": "示例平台"})

    assert (answer.status_code, "请先作废不用的" in text_of(answer)) == (400, True)
    assert 'value="示例平台"' in answer.content.decode()


def test_a_key_is_revoked_from_its_line(client, official):
    key = api_keys.make(official, "示例平台")
    [address] = re.findall(r'action="(/desk/api-keys/\w+/revoke/)"', client.get(KEYS).content.decode())

    answer = client.post(address, follow=True)

    assert "密钥“示例平台”已作废。" in text_of(answer)
    assert "/revoke/" not in answer.content.decode()
    assert key[:8] not in answer.content.decode()


def test_the_key_of_somebody_else_is_not_there(client, official):
    api_keys.make(make.person("market", "lihua"), "别人的")
    [row] = ApiKey.objects.all()

    assert "别人的" not in text_of(client.get(KEYS))
    assert client.post(f"{KEYS}{api_keys.handle_of(row)}/revoke/").status_code == 404


@pytest.mark.parametrize("size", [1, 3])
def test_many_keys_cost_as_many_queries_as_one(client, official, size, django_assert_num_queries):
    for _ in range(size):
        api_keys.make(official, "甲")

    with django_assert_num_queries(4):
        client.get(KEYS)


def test_the_account_of_who_may_have_keys_leads_there(client, official):
    assert f'href="{KEYS}"' in client.get("/account/").content.decode()
