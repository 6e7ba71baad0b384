from __future__ import annotations

from itertools import chain

import pytest

from gi_registry.applications.materials import CHECKLISTS, checklist
from gi_registry.applications.states import Procedure
from gi_registry.products.models import Regime


def test_order_80_asks_for_nine_items_and_takes_a_tenth():
    items = checklist(Procedure.PRODUCT_2024, Regime.PRODUCT)

    assert [(item.number, item.required) for item in items] == [
        ("（一）", True),
        ("（二）", True),
        *((f"（三）{number}", True) for number in range(1, 8)),
        ("（四）", False),
    ]
    assert {item.article.split("第（")[0] for item in items} == {"令第80号第十一条"}


def test_only_a_collective_mark_names_its_members():
    keys = {
        regime: [item.key for item in checklist(Procedure.TRADEMARK, regime)]
        for regime in (Regime.COLLECTIVE, Regime.CERTIFICATION)
    }

    assert set(keys[Regime.COLLECTIVE]) - set(keys[Regime.CERTIFICATION]) == {"members"}
    assert (len(keys[Regime.COLLECTIVE]), len(keys[Regime.CERTIFICATION])) == (11, 10)


@pytest.mark.parametrize("procedure", Procedure)
def test_every_item_has_a_key_of_its_own_and_says_who_supplies_it_and_what_asks_for_it(procedure):
    items = CHECKLISTS[procedure]

    assert len({item.key for item in items}) == len(items) > 0
    assert all(chain.from_iterable((item.number, item.title, item.who, item.article) for item in items))
