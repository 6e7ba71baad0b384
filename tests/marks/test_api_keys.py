from __future__ import annotations

import pytest

from gi_registry.core.errors import BadInput, NotAllowed, NotInRegister, NotKnown
from gi_registry.core.models import Change
from gi_registry.marks import api_keys
from gi_registry.marks.models import ApiKey
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def official():
    return make.person("market")


def test_a_key_says_whose_it_is_and_only_its_digest_is_kept(official):
    key = api_keys.make(official, " 示例平台 ")

    [row] = ApiKey.objects.all()
    assert (api_keys.owner_of(key), row.person, row.label, row.revoked_at) == (official, official, "示例平台", None)
    assert (key[:3], len(key), key in str(vars(row)), row.digest) == ("gi_", 46, False, api_keys.digest_of(key))
    assert Change.objects.filter(thing__startswith="marks.apikey").count() == 0


def test_no_two_keys_are_the_same(official):
    assert api_keys.make(official, "甲") != api_keys.make(official, "甲")


@pytest.mark.parametrize("role", ["agriculture", "association", "inspector", "producer", "liaison", "auditor"])
def test_who_does_not_register_users_gets_no_key(role):
    with pytest.raises(NotAllowed, match="您的账号不能登记专用标志使用人"):
        api_keys.make(make.person(role), "甲")
    assert ApiKey.objects.count() == 0


@pytest.mark.parametrize("label", ["", "  ", "长" * 61])
def test_a_key_says_what_it_is_for(official, label):
    with pytest.raises(BadInput, match="请写明密钥给谁、做什么用"):
        api_keys.make(official, label)


def test_nobody_gathers_keys(official, monkeypatch):
    monkeypatch.setattr(api_keys, "MOST_KEYS", 2)
    first, _second = (api_keys.make(official, "甲") for _ in range(2))

    with pytest.raises(BadInput, match="您已有 2 个在用的密钥"):
        api_keys.make(official, "甲")
    api_keys.revoke(handle(first), by=official)
    assert api_keys.make(official, "甲")


def handle(key):
    return api_keys.digest_of(key)[:12]


def revoked(key, official):
    api_keys.revoke(handle(key), by=official)


def dismissed(key, official):
    official.is_active = False
    official.save()


def without_a_role(key, official):
    official.groups.clear()


@pytest.mark.parametrize("what_happened", [revoked, dismissed, without_a_role])
def test_a_key_ends_with_what_it_rests_on(official, what_happened):
    key = api_keys.make(official, "甲")
    what_happened(key, official)

    with pytest.raises(NotKnown, match="接口密钥不对、已经作废"):
        api_keys.owner_of(key)


@pytest.mark.parametrize("changed", ["", "gi_", "密钥", lambda key: key[:-1], lambda key: key.swapcase()])
def test_what_is_nobodys_key_is_refused(official, changed):
    key = api_keys.make(official, "甲")

    with pytest.raises(NotKnown):
        api_keys.owner_of(changed(key) if callable(changed) else changed)


def test_a_demo_account_has_keys_only_while_all_is_a_trial(settings):
    settings.DEBUG = True
    person = make.person("market", is_demo=True)
    key = api_keys.make(person, "甲")
    assert api_keys.owner_of(key) == person

    settings.DEBUG = False
    with pytest.raises(NotKnown):
        api_keys.owner_of(key)


def test_everybody_sees_and_revokes_their_own_and_the_administrator_all(official):
    other, administrator = make.person("market", "lihua"), make.person("administrator", "admin")
    key = api_keys.make(official, "甲")
    api_keys.make(other, "乙")

    seen = [[row.label for row in api_keys.keys_of(person)] for person in (official, other, administrator)]
    assert seen == [["甲"], ["乙"], ["乙", "甲"]]
    with pytest.raises(NotInRegister, match="没有这个密钥，或它不是您的"):
        api_keys.revoke(handle(key), by=other)
    assert api_keys.owner_of(key) == official

    assert api_keys.revoke(handle(key), by=administrator).label == "甲"
    assert [row.label for row in api_keys.keys_of(administrator)] == ["乙", "甲"]


@pytest.mark.parametrize("size", [1, 3])
def test_many_keys_cost_as_many_queries_as_one(official, size, django_assert_num_queries):
    keys = [api_keys.make(official, "甲") for _ in range(size)]

    with django_assert_num_queries(2):
        api_keys.owner_of(keys[0])
