from __future__ import annotations

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


def test_a_round_is_signed_and_keeps_what_was_computed(official, whole):
    response = official.post(NEW, ASKED, follow=True)
    made = Round.objects.get()
    here = f"/desk/systems/rounds/{made.key}/"
    assert response.redirect_chain == [(here, 302)]
    whole["plan_testing"].delete()

    page = seen(official, here)
    for part in ("示例意见", made.sha256, "与签署时一致", "T1 已满足：示例plan_testing", "wangmin"):
        assert part in page
    assert "示例评估" in seen(official, "/desk/systems/rounds/")


def test_a_round_that_was_tampered_with_says_so(official, whole):
    official.post(NEW, ASKED)
    QuerySet(Round).update(result=[])

    assert "与签署时不一致" in seen(official, f"/desk/systems/rounds/{Round.objects.get().key}/")


def test_all_products_are_assessed_where_none_is_chosen(official, whole):
    make.protection(make.product("b", "乙"))
    official.post(NEW, ASKED | {"product": ""})

    assert [one["name"] for one in Round.objects.get().result] == ["乙", "独流老醋"]


@pytest.mark.parametrize("changed", [{"day": "2026-06-02"}, {"title": ""}, {"day": "someday"}])
def test_what_cannot_be_assessed_leaves_nothing(official, whole, changed):
    assert official.post(NEW, ASKED | changed).status_code == 400
    assert not Round.objects.exists()


def test_associations_read_rounds_of_their_products_only_and_sign_none(client, whole):
    signed_in(client, make.person("market")).post(NEW, ASKED)
    here = f"/desk/systems/rounds/{Round.objects.get().key}/"
    keeper = make.producer("示例协会", make.USCC[2])
    make.row(make.Part, {"product": whole["report"].product, "party": keeper, "part": "association"}, **make.sourced())
    own = signed_in(client, make.person("association", "own", party=keeper))
    assert own.get(here).status_code == 200
    assert own.get(NEW).status_code == 403

    stranger = signed_in(client, make.person("association", "stranger", party=make.producer("另一协会", make.USCC[1])))
    assert stranger.get(here).status_code == 404
    assert "示例评估" not in seen(stranger, "/desk/systems/rounds/")
