from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db.models import QuerySet

from gi_registry.assurance.actions import sign_round
from gi_registry.assurance.models import Round
from gi_registry.assurance.rounds import SIGNED, digest, intact
from gi_registry.core.errors import BadInput
from gi_registry.core.history import drop
from tests import make

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 15)


@pytest.fixture
def product():
    product = make.product()
    make.protection(product)
    return product


@pytest.fixture
def signed(product):
    make.satisfied(product, make.producer())
    return sign_round([product], DAY, by=make.person("market"), title="示例评估", remarks="同意")


def test_a_round_keeps_result_evidence_and_who_signed(product, signed):
    kept = Round.objects.get()

    assert (kept.day, kept.title, kept.remarks, kept.signed_by) == (DAY, "示例评估", "同意", "wangmin")
    assert [one["slug"] for one in kept.result] == ["duliu-laocu"]
    assert kept.result[0]["clauses"][0] | {"wording": ""} == {
        "key": "S1",
        "system": "standards",
        "wording": "",
        "status": "met",
        "sentence": "S1 已满足：示例plan_standards，2026-03-01 起。",
        "ends": None,
        "failed": [],
    }
    assert [one["title"] for one in kept.evidence if one["clause"] == "T4"] == ["示例检验中心的资质认定 示例证书1号"]
    assert intact(kept)


def test_what_comes_later_does_not_change_a_round(product, signed):
    before = Round.objects.values().get()

    for record in product.quality_records.all():
        drop(record, by="测试")

    assert Round.objects.values().get() == before
    assert intact(Round.objects.get())


@pytest.mark.parametrize("name", ["result", "evidence"])
def test_a_round_that_was_tampered_with_no_longer_fits_its_hash(signed, name):
    kept = Round.objects.get()
    changed = getattr(kept, name)
    changed[0]["name" if name == "result" else "title"] = "改过的"
    behind_the_register(**{name: changed})

    assert not intact(Round.objects.get())


def behind_the_register(**values):
    """What somebody with the database at hand could write."""
    QuerySet(Round).update(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"day": date(2026, 3, 16)},
        {"title": "别的评估"},
        {"remarks": "不同意"},
        {"signed_by": "别人"},
        {"signed_at": datetime(2026, 3, 16, tzinfo=UTC)},
        {"sha256": "0" * 64},
    ],
)
def test_nothing_that_was_signed_can_change_unseen(signed, values):
    assert intact(Round.objects.get())
    behind_the_register(**values)

    assert not intact(Round.objects.get())


def test_a_hash_that_was_made_to_fit_is_not_that_of_the_history(signed):
    behind_the_register(remarks="不同意")
    changed = Round.objects.get()
    behind_the_register(sha256=digest({name: getattr(changed, name) for name in SIGNED}))

    assert not intact(Round.objects.get())


def test_a_round_without_its_products_is_not_what_was_signed(signed):
    signed.products.clear()

    assert not intact(Round.objects.get())


def test_a_signed_round_is_neither_changed_nor_removed(signed):
    kept = Round.objects.get()
    for act in (kept.save, lambda: Round.objects.update(title="别的")):
        with pytest.raises(BadInput, match="不能修改"):
            act()
    for act in (kept.delete, Round.objects.all().delete):
        with pytest.raises(BadInput, match="不能删除"):
            act()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"day": date(2099, 1, 1)}, "还没有到"),
        ({"title": " "}, "请给这次评估起一个名称"),
        ({"products": []}, "请至少选一个产品"),
    ],
)
def test_a_round_that_cannot_be_is_refused(product, more, sentence):
    asked = {"products": [product], "day": DAY, "title": "示例评估"} | more
    with pytest.raises(BadInput, match=sentence):
        sign_round(asked.pop("products"), asked.pop("day"), by=make.person("market"), **asked)
    assert not Round.objects.exists()
