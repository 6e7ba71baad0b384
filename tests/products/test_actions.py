from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core.errors import BadInput
from gi_registry.places.geometry import hectares, to_shapely
from gi_registry.places.models import Place
from gi_registry.products.actions import draw_area, range_warning
from gi_registry.products.models import Area
from tests import make, shapes

DAY = date(2025, 12, 31)
WEST, EAST = shapes.square(116.8, 38.8, 0.1), shapes.square(116.9, 38.8, 0.1)
BEYOND = "原文所印坐标范围的{}界超出所列行政区，原样保留，未用于绘图。"


@pytest.mark.django_db
def test_an_area_is_the_union_of_its_units_as_sure_as_the_least_sure():
    units = [
        make.place("120118101", WEST, uncertainty_m=10.0),
        make.place("120118102", EAST, uncertainty_m=80.0, schematic=True),
    ]

    drawn = draw_area(units, "", DAY)

    assert to_shapely(drawn.boundary).normalize() == WEST.union(EAST).normalize() or to_shapely(drawn.boundary).equals(
        WEST.union(EAST)
    )
    assert (drawn.drawn_on, drawn.uncertainty_m, drawn.schematic, drawn.warning) == (DAY, 80.0, True, "")
    assert drawn.hectares == pytest.approx(hectares(WEST) + hectares(EAST), abs=0.02)


@pytest.mark.django_db
def test_an_area_of_surveyed_units_is_not_schematic():
    assert draw_area([make.place("120118101", WEST)], "", DAY).schematic is False


@pytest.mark.django_db
def test_an_area_is_drawn_from_the_borders_of_its_day():
    make.place("120118101", WEST, valid_until=date(2020, 1, 1))
    unit = make.place("120118101", EAST, valid_from=date(2020, 1, 1))

    drawn = [to_shapely(draw_area([unit], "", day).boundary) for day in (date(2019, 12, 31), DAY)]

    assert [shape.equals(wanted) for shape, wanted in zip(drawn, (WEST, EAST), strict=True)] == [True, True]


def test_a_unit_without_border_is_refused_by_its_code(jinghai):
    units = list(Place.objects.filter(code__in=["120118001", "120118102"]))

    with pytest.raises(BadInput) as refused:
        draw_area(units, "", DAY)

    assert refused.value.sentence == "120118001 在 2025-12-31 没有界线，画不出产地范围。"


@pytest.mark.django_db
def test_an_area_of_no_unit_is_refused():
    with pytest.raises(BadInput, match=r"^所列行政区 在 2025-12-31 没有界线"):
        draw_area([], "", DAY)


def test_the_printed_range_of_jinsixiaozao_leaves_the_district_and_says_so(jinghai):
    area = Area.objects.get(product__slug="jinghai-jinsixiaozao")

    assert "东经116°24′00″~117°15′00″,北纬38°35′00″~39°04′00″" in area.wording
    assert area.warning == BEYOND.format("西")


@pytest.mark.parametrize(
    ("wording", "warning"),
    [
        ("台头镇、独流镇", ""),
        ("东经116°48′00″~117°00′00″,北纬38°48′00″~39°00′00″", ""),
        ("东经116°46′00″~117°02′00″,北纬38°46′00″~39°02′00″", ""),
        ("东经116°00′00″~118°00′00″,北纬38°48′00″~39°00′00″", BEYOND.format("西、东")),
        ("东经116°48′00″~117°00′00″,北纬38°00′00″~40°00′00″", BEYOND.format("南、北")),
    ],
)
def test_a_printed_range_far_beyond_the_area_is_warned_of(wording, warning):
    assert range_warning(wording, (116.8, 38.8, 117.0, 39.0)) == warning
