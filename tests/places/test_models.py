from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core.errors import BadInput
from gi_registry.places.models import Place, found_by_name
from tests import make, shapes

pytestmark = pytest.mark.django_db
DAY = date(2020, 1, 1)


@pytest.mark.parametrize("missing", ["outline", "boundary_source", "uncertainty_m"])
def test_a_border_without_outline_source_or_uncertainty_is_refused(missing):
    with pytest.raises(BadInput, match=r"^有界线时必须写明概括界线、来源与误差。$"):
        make.place("120118102", shapes.square(116.8, 38.8, 0.1), **{missing: None})


@pytest.mark.parametrize("code", ["12011", "1201181", "12011810a", "120118102000", "120118102\n"])
def test_a_code_has_6_or_9_digits(code):
    with pytest.raises(BadInput, match="区划代码"):
        make.row(Place, {"code": code})


@pytest.mark.parametrize("query", ["独流镇", "独流", "dlz", "duliu", "独留镇", "duliuz"])
def test_a_unit_is_found_by_name_pinyin_initials_and_with_one_slip(query):
    make.place("120118102", name="独流镇")
    make.place("120118115", name="西翟庄镇")

    assert [unit.name for unit in found_by_name(query, DAY)] == ["独流镇"]


def test_a_unit_is_found_under_the_name_it_had_on_the_day():
    make.place("120118102", name="独流公社", valid_until=DAY)
    make.place("120118102", name="独流镇", valid_from=DAY)

    assert [unit.name for unit in found_by_name("独流", date(2019, 12, 31))] == ["独流公社"]
    assert [unit.name for unit in found_by_name("独流", DAY)] == ["独流镇"]


@pytest.mark.parametrize("size", [1, 3])
def test_names_are_looked_for_in_one_query(size, django_assert_num_queries):
    for number in range(size):
        make.place(f"12011810{number}", shapes.square(116.8, 38.8, 0.1), name=f"独流{number}镇")

    with django_assert_num_queries(1):
        assert [unit.place.code for unit in found_by_name("独流", DAY)] == [f"12011810{n}" for n in range(size)]
