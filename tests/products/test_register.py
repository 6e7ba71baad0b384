from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import Point

from gi_registry.places.geometry import Verdict
from gi_registry.products.models import Area, Name, Product, Protection, Stage
from gi_registry.products.register import Filters, area_register, entries
from tests import make, shapes

pytestmark = pytest.mark.django_db
DAY, BEGIN = date(2025, 1, 1), date(2010, 12, 24)
NOW = date(2026, 1, 1)


def slugs(day, **asked):
    sets = {name: frozenset(values) for name, values in asked.items() if name != "q"}
    return [entry.slug for entry in entries(day, Filters(q=asked.get("q", ""), **sets))]


@pytest.mark.parametrize(("day", "found"), [(BEGIN - timedelta(1), False), (BEGIN, True), (NOW, True)])
def test_taitou_xigua_stands_in_the_register_from_its_announcement_on(jinghai, day, found):
    assert ("taitou-xigua" in slugs(day)) == found


@pytest.mark.parametrize(("day", "certain"), [(date(2008, 7, 30), False), (date(2008, 7, 31), True)])
def test_before_a_source_attests_it_an_unknown_start_is_shown_as_uncertain(jinghai, day, certain):
    found = {entry.slug: entry.certain for entry in entries(day)}

    assert found["duliu-laocu"] == certain


def test_an_entry_shows_what_held_on_the_day(jinghai):
    entry = next(entry for entry in entries(NOW) if entry.slug == "taitou-xigua")

    assert (entry.name, entry.stage, entry.regimes, entry.certain) == (
        "台头西瓜",
        Stage.PROTECTED,
        ["地理标志产品"],
        True,
    )
    assert [name.text for name in entry.names] == ["台头西瓜", "台头西瓜"]
    assert [area.basis for area in entry.areas] == ["act"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "dllc"}, ["duliu-laocu"]),
        ({"q": "独留老醋"}, ["duliu-laocu"]),
        ({"q": "独流（老）醋"}, ["duliu-laocu"]),
        ({"q": "西瓜"}, ["taitou-xigua"]),
        ({"q": "没有这种东西"}, []),
        ({"regimes": ["certification"]}, ["jinghai-heizhu"]),
        ({"regimes": ["certification", "agricultural"]}, ["jinghai-heizhu", "jinghai-jinsixiaozao"]),
        ({"stages": ["candidate"]}, ["chenguantun-dongcai", "puluo-li"]),
        ({"stages": ["ended"]}, []),
        ({"categories": ["fruit"], "stages": ["protected"]}, ["taitou-xigua", "jinghai-jinsixiaozao"]),
        ({"q": "静海", "categories": ["fruit"]}, ["jinghai-jinsixiaozao"]),
    ],
)
def test_filters_show_what_is_asked_for(jinghai, asked, found):
    assert slugs(NOW, **asked) == found


def test_without_filters_the_strongest_stage_comes_first(jinghai):
    assert slugs(NOW) == [
        *("duliu-laocu", "taitou-xigua", "jinghai-heizhu", "jinghai-jinsixiaozao"),
        *("chenguantun-dongcai", "puluo-li"),
    ]


def test_a_product_is_as_strong_as_its_strongest_regime():
    product = make.product()
    make.protection(product, regime="product", stage="candidate")
    make.protection(product, regime="collective", stage="protected")

    assert [(e.stage, e.stage_under("product"), e.regimes) for e in entries(DAY)] == [
        (Stage.PROTECTED, Stage.CANDIDATE, ["集体商标", "地理标志产品"])
    ]


def test_a_change_of_stage_ends_one_row_and_begins_another():
    product = make.product()
    make.protection(product, stage="candidate", valid_until=DAY)
    make.protection(product, stage="in_procedure", valid_from=DAY)

    assert [[entry.stage for entry in entries(day)] for day in (DAY - timedelta(1), DAY)] == [
        ["candidate"],
        ["in_procedure"],
    ]
    assert Protection.objects.count() == 2


@pytest.mark.parametrize("size", [1, 3])
def test_entries_cost_four_queries_however_many_there_are(size, django_assert_num_queries):
    make.register(size)

    with django_assert_num_queries(4):
        assert [entry.slug for entry in entries(DAY)] == [f"product-{number}" for number in range(size)]


@pytest.mark.parametrize("size", [1, 3])
def test_an_index_costs_a_fixed_number_of_queries_and_a_point_none(size, django_assert_num_queries):
    make.register(size)

    with django_assert_num_queries(5):
        register = area_register()
    with django_assert_num_queries(0):
        assert [finding.area.slug for finding in register.covering(116.85, 38.85, 0, DAY)] == ["product-0"]


def test_the_index_answers_for_the_day():
    product = make.product()
    make.area(product, shapes.square(116.8, 38.8, 0.1), valid_until=DAY)
    make.area(product, shapes.square(116.9, 38.8, 0.1), valid_from=DAY)

    def covered(lon, day):
        return len(area_register().covering(lon, 38.85, 0, day))

    eve = DAY - timedelta(1)
    assert [covered(116.85, eve), covered(116.95, eve), covered(116.85, DAY), covered(116.95, DAY)] == [1, 0, 0, 1]


def test_the_index_is_built_again_when_the_register_changes_and_only_then():
    make.register(1)
    first = area_register()

    assert area_register() is first

    make.area(make.product("second", "第二"), shapes.square(116.8, 38.8, 0.1))
    findings = area_register().covering(116.85, 38.85, 0, DAY)
    assert [finding.area.slug for finding in findings] == ["product-0", "second"]
    assert area_register() is not first


def test_the_database_and_the_index_say_the_same_of_every_point():
    product, chance = make.product(), random.Random(5)
    for number in range(8):
        shape = shapes.star(116.8 + number / 30, 38.8, number)
        make.area(product, shape, valid_from=date(2001 + number, 1, 1))
    corners = [(x, y) for area in Area.objects.all() for x, y in area.boundary.coords[0][0][:3]]
    points = corners + [(chance.uniform(116.7, 117.1), chance.uniform(38.7, 38.9)) for _ in range(100)]
    index = area_register().index

    for lon, lat in points:
        asked = Area.objects.covering(Point(lon, lat, srid=4490), DAY)
        assert sorted(index.covering(lon, lat)) == sorted(asked.values_list("pk", flat=True))


def test_too_close_counts_position_and_border_together():
    make.area(make.product(), shapes.square(116.8, 38.8, 0.1), uncertainty_m=500.0)
    lon = 116.9 + 700 / 86_800  # 700 m east of the border

    def said(accuracy_m):
        return [finding.verdict for finding in area_register().covering(lon, 38.85, accuracy_m, DAY)]

    assert (said(0), said(100), said(300)) == ([], [], [Verdict.TOO_CLOSE])


def test_every_area_gets_a_verdict_and_the_nearest_outside_is_found():
    make.register(3)
    register = area_register()

    checked = register.checked(116.79, 38.85, 0, DAY)

    assert [(f.area.slug, f.verdict) for f in checked] == [(f"product-{n}", Verdict.OUTSIDE) for n in range(3)]
    assert register.nearest(116.79, 38.85, 0, DAY) == checked[0]
    assert register.nearest(100.0, 30.0, 0, DAY) is None


def test_a_product_goes_by_the_name_it_had_on_the_day():
    product = make.product(name="旧名")
    make.protection(product)
    make.area(product, shapes.square(116.8, 38.8, 0.1))
    Name.objects.update(valid_until=DAY)
    make.row(Name, {"product": product, "text": "新名"}, kind="common", valid_from=DAY, **make.sourced())
    Product.objects.update(common_name="新名")

    def called(day):
        [entry], [finding] = entries(day), area_register().covering(116.85, 38.85, 0, day)
        return entry.name, finding.area.name_on(day)

    assert [called(day) for day in (DAY - timedelta(1), DAY)] == [("旧名", "旧名"), ("新名", "新名")]
