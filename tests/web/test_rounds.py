from __future__ import annotations

import re
from datetime import date

import pytest
from django.db.models import QuerySet

from gi_registry.assurance.models import Round
from gi_registry.core import clock
from tests import make

pytestmark = pytest.mark.django_db

NEW = "/desk/systems/rounds/new/"
ASKED = {"title": "示例评估", "day": "2026-06-01", "product": "duliu-laocu", "remarks": "示例意见"}


@pytest.fixture(autouse=True)
def day(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 6, 1))


@pytest.fixture
def whole():
    product = make.product()
    make.protection(product)
    return make.satisfied(product, make.producer())


def signed_in(client, person):
    client.force_login(person, backend="gi_registry.parties.permissions.RegisterBackend")
    return client


@pytest.fixture
def official(client):
    return signed_in(client, make.person("market"))


def seen(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def computed(client, asked):
    """What is sent to sign: what was asked, with the mark of what was shown."""
    page = client.post(NEW, asked).content.decode()
    return asked | {"sign": "yes", "shown": re.search(r'name="shown" value="([0-9a-f]{64})"', page)[1]}


def signed(client, asked):
    return client.post(NEW, computed(client, asked), follow=True)


def test_what_is_signed_is_shown_first(official, whole):
    page = official.post(NEW, ASKED).content.decode()

    for part in ("将要签署的结果", "1 个产品", f'href="/desk/systems/duliu-laocu/?on={ASKED["day"]}"', "签署这一结果"):
        assert part in page
    assert not Round.objects.exists()
    response = official.post(NEW, ASKED | {"sign": "yes"})
    assert (response.status_code, "请先计算" in response.content.decode()) == (400, True)


def test_what_has_changed_since_it_was_shown_is_not_signed(official, whole):
    asked = computed(official, ASKED)
    whole["plan_testing"].delete()

    response = official.post(NEW, asked)
    assert (response.status_code, "没有签署" in response.content.decode()) == (409, True)
    assert not Round.objects.exists()


def test_a_round_that_is_sent_twice_is_signed_once(official, whole):
    asked = computed(official, ASKED)
    official.post(NEW, asked)
    response = official.post(NEW, asked)

    assert (response.status_code, "没有重复签署" in response.content.decode()) == (400, True)
    assert Round.objects.count() == 1


def test_a_round_is_signed_and_keeps_what_was_computed(official, whole):
    response = signed(official, ASKED)
    made = Round.objects.get()
    here = f"/desk/systems/rounds/{made.key}/"
    assert response.redirect_chain == [(here, 302)]
    whole["plan_testing"].delete()

    page = seen(official, here)
    for part in ("示例意见", made.sha256, "评估记录未被改动", "T1 已满足：示例plan_testing", "wangmin"):
        assert part in page
    assert "示例评估" in seen(official, "/desk/systems/rounds/")


def test_a_round_that_was_tampered_with_says_so(official, whole):
    signed(official, ASKED)
    QuerySet(Round).update(result=[])

    assert "与签署时不一致" in seen(official, f"/desk/systems/rounds/{Round.objects.get().key}/")


def test_all_products_are_assessed_where_none_is_chosen(official, whole):
    make.protection(make.product("b", "乙"))
    signed(official, ASKED | {"product": ""})

    assert [one["name"] for one in Round.objects.get().result] == ["乙", "独流老醋"]


@pytest.mark.parametrize("changed", [{"day": "2026-06-02"}, {"title": ""}, {"day": "someday"}])
def test_what_cannot_be_assessed_leaves_nothing(official, whole, changed):
    assert official.post(NEW, ASKED | changed).status_code == 400
    assert not Round.objects.exists()


def test_associations_read_rounds_of_their_products_only_and_sign_none(client, whole):
    make.protection(make.product("b", "乙"))
    signed(signed_in(client, make.person("market")), ASKED | {"product": ""})
    here = f"/desk/systems/rounds/{Round.objects.get().key}/"
    keeper = make.producer("示例协会", make.USCC[2])
    make.row(make.Part, {"product": whole["report"].product, "party": keeper, "part": "association"}, **make.sourced())
    own = signed_in(client, make.person("association", "own", party=keeper))
    page = seen(own, here)
    assert ("独流老醋 <" in page, "乙 <" in page, "另有 1 个" in page) == (True, False, True)
    assert own.get(NEW).status_code == 403

    stranger = signed_in(client, make.person("association", "stranger", party=make.producer("另一协会", make.USCC[1])))
    assert stranger.get(here).status_code == 404
    assert "示例评估" not in seen(stranger, "/desk/systems/rounds/")


def test_a_round_stands_system_by_system_and_opens_whole_for_paper(official, whole):
    make.protection(make.product("b", "乙"))
    make.local_clause("JH1", system="standards")
    signed(official, ASKED | {"product": ""})
    here = f"/desk/systems/rounds/{Round.objects.get().key}/"
    page, opened = seen(official, here), seen(official, f"{here}?open=1")

    assert page.index("<caption>标准化体系") < page.index("JH1") < page.index("<caption>质量管理体系")
    assert ('<details class="more" open>' in page, opened.count('<details class="more" open>')) == (False, 2)
    assert "示例plan_testing，自 2026-03-01 起" in page
