from __future__ import annotations

from gi_registry.inspections.items import rows


def test_there_are_twelve_items_and_only_six_are_said_to_rest_on_the_national_order():
    told = [(row.item.value, "令第80号" in row.basis) for row in rows()]

    assert told == [(number, number in {1, 2, 5, 8, 9, 12}) for number in range(1, 13)]
    assert {row.basis for row in rows() if "令第80号" not in row.basis} == {
        "参照省级监督检查项目（在本市不是法定依据）"
    }
