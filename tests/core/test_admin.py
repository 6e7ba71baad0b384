from __future__ import annotations

import re

import pytest
from django.contrib import admin

from gi_registry.assurance.actions import sign_round
from gi_registry.core.admin import ReadOnlyAdmin
from gi_registry.inspections.models import Plan
from gi_registry.products.models import Area, Product
from tests import make

REGISTER = sorted((m._meta.label_lower for m, a in admin.site._registry.items() if isinstance(a, ReadOnlyAdmin)))


@pytest.fixture
def authorised(jinghai):
    producer, product = make.producer(), Product.objects.get(slug="duliu-laocu")
    make.authorisation(producer, product)
    make.satisfied(product, producer)
    make.clause_attachment("S1", product)
    make.local_clause()
    sign_round([product], make.LONG_AGO, by=make.person("market"), title="示例评估")
    days = {"starts_on": make.LONG_AGO, "ends_on": make.LONG_AGO}
    make.row(Plan, {"number": "2026-J001"}, title="示例检查", kind="random", state="preparing", **days)


@pytest.fixture
def staff(admin_client):
    return admin_client


@pytest.mark.parametrize("label", REGISTER)
def test_the_register_is_read_and_never_written_by_hand(authorised, staff, label):
    base = f"/admin/{label.replace('.', '/')}/"
    row = next(model for model in admin.site._registry if model._meta.label_lower == label).objects.first()
    change = f"{base}{row.pk}/change/"

    assert (staff.get(base).status_code, staff.get(change).status_code) == (200, 200)
    refused = [
        staff.get(f"{base}add/"),
        staff.post(f"{base}add/"),
        staff.post(change),
        staff.post(f"{base}{row.pk}/delete/"),
    ]
    assert [answer.status_code for answer in refused] == [403] * 4


def test_the_page_of_an_area_asks_no_server_outside(jinghai, staff):
    html = staff.get(f"/admin/products/area/{Area.objects.first().pk}/change/").content.decode()

    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*?(?:src|href)=\"([^\"]*)\"", html)
    assert loaded
    assert [address for address in loaded if not re.match(r"/(?!/)", address)] == []


def test_people_are_made_inactive_and_never_deleted(staff):
    person = make.person("inspector", "zhangsan")

    assert staff.get(f"/admin/parties/user/{person.pk}/change/").status_code == 200
    assert staff.post(f"/admin/parties/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [person.pk], "post": "yes"}
    staff.post("/admin/parties/user/", chosen)
    assert type(person).objects.filter(pk=person.pk).exists()
