from __future__ import annotations

from datetime import date

from gi_registry.inspections.items import OF_SYSTEMS, Item, clauses, rows


def test_there_are_twelve_items_and_only_six_are_said_to_rest_on_the_national_order():
    told = [(row.item.value, "令第80号" in row.basis) for row in rows()]

    assert told == [(number, number in {1, 2, 5, 8, 9, 12}) for number in range(1, 13)]
    assert {row.basis for row in rows() if "令第80号" not in row.basis} == {
        "参照省级监督检查项目（在本市不是法定依据）"
    }


def test_each_item_of_a_product_names_the_law_first_and_says_what_is_a_model():
    told = {item: clauses(item, "product", "condiment", date(2026, 11, 24)) for item in Item}
    lawless = [item.value for item, lines in told.items() if not any(not line.model for line in lines)]

    assert lawless == [6, 10, 11]  # the provincial measure alone speaks of them
    assert told[Item.PACKAGING] == [
        (
            "标签标注标准代号或批准公告号",
            "地理标志专用标志使用管理办法（试行）（公告第三五四号）使用要求（条序未见）",
            "《地理标志专用标志使用管理办法（试行）》（公告第三五四号）使用要求",
            False,
        ),
        ("产品标识真实、齐全", "产品质量法（版本未见）第二十七条", "《产品质量法》第二十七条", False),
    ]
    assert all([line.model for line in lines] == sorted(line.model for line in lines) for lines in told.values())


def test_what_is_asked_of_a_recognised_product_is_not_asked_of_a_trade_mark():
    assert clauses(Item.AREA, "certification", "condiment", date(2026, 11, 24)) == []
    assert "Q4" in OF_SYSTEMS[Item.MATERIALS]  # of farm products only
    assert [len(clauses(Item.MATERIALS, "product", kind, date(2026, 11, 24))) for kind in ("fruit", "condiment")] == [
        3,
        2,
    ]
