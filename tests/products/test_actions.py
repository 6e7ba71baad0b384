from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core.errors import BadInput
from gi_registry.core.history import Outcome
from gi_registry.core.models import Change
from gi_registry.gazette.models import Announcement
from gi_registry.gazette.validators import HandedIn
from gi_registry.places.geometry import hectares, to_shapely
from gi_registry.places.models import Place
from gi_registry.products.actions import (
    add_fact,
    change_fact,
    correct_fact,
    draw_area,
    end_fact,
    hand_in,
    range_warning,
)
from gi_registry.products.models import Area, Protection, Stage
from gi_registry.products.states import DECIDED_BY_THE_STATE, NEXT
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


# --- Facts -----------------------------------------------------------------------------------------------------------


def announcement(number="1"):
    key = {"issuer": "国家知识产权局", "number": number, "issued_on": date(2024, 1, 1)}
    return make.row(Announcement, key, **make.sourced())


def standing(**values):
    """The columns of a protection as a form gives them."""
    span = {"valid_from": make.LONG_AGO, "valid_until": None, "attested_on": None}
    own = {"regime": "product", "stage": "candidate", "announcement": None, "number": "", "holder": None}
    return own | span | make.sourced() | {"note": ""} | values


def protections():
    columns = ("stage", "valid_from", "valid_until", "announcement__number")
    return list(Protection.objects.order_by("pk").values_list(*columns))


PAIRS = [(before, after) for before in Stage for after in Stage]


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), PAIRS, ids=lambda stage: stage.value)
def test_a_stage_follows_another_where_the_table_says_so(before, after):
    product, first, second = make.product(), announcement("1"), announcement("2")
    row = make.protection(product, stage=before, announcement=first)
    lines = Change.objects.count()

    def change():
        values = standing(stage=after, announcement=second, number="9")
        return change_fact(row, day=DAY, values=values, by="王敏", file_number="2025-0001")

    if after in NEXT[before]:
        change()
        assert protections() == [
            (before, make.LONG_AGO, DAY, "1"),
            (after, DAY, None, "2"),
        ]
    else:
        with pytest.raises(BadInput, match="之后不能是"):
            change()
        assert (protections(), Change.objects.count()) == ([(before, make.LONG_AGO, None, "1")], lines)


@pytest.mark.django_db
@pytest.mark.parametrize("stage", sorted(DECIDED_BY_THE_STATE))
def test_nobody_sets_what_the_state_decides_without_an_announcement(stage):
    product = make.product()
    lines = Change.objects.count()

    with pytest.raises(BadInput, match="由国家决定：请选定所依据的公告"):
        add_fact(product, Protection, values=standing(stage=stage), by="王敏", file_number="2025-0001")

    assert (protections(), Change.objects.count()) == ([], lines)


@pytest.mark.django_db
def test_no_protection_is_made_but_by_a_file():
    product, act = make.product(), announcement()
    row = make.protection(product, stage="candidate")
    values = standing(stage="protected", announcement=act)
    lines = Change.objects.count()

    for write in (
        lambda: add_fact(product, Protection, values=values | {"regime": "collective"}, by="王敏"),
        lambda: change_fact(row, day=DAY, values=values, by="王敏"),
        lambda: correct_fact(row, values=values, by="王敏"),
    ):
        with pytest.raises(BadInput, match=r"^“已保护”只从“申请”进入登记簿："):
            write()

    assert (protections(), Change.objects.count()) == ([("candidate", make.LONG_AGO, None, None)], lines)


@pytest.mark.django_db
def test_what_is_protected_under_one_regime_is_not_written_over_to_another():
    act = announcement()
    row = make.protection(make.product(), regime="collective", announcement=act)
    values = standing(stage="protected", announcement=act)

    with pytest.raises(BadInput, match=r"^“已保护”只从“申请”进入登记簿："):
        change_fact(row, day=DAY, values=values, by="王敏")
    with pytest.raises(BadInput, match=r"^“已保护”只从“申请”进入登记簿："):
        correct_fact(row, values=values, by="王敏")


@pytest.mark.django_db
def test_what_is_written_of_a_protection_that_stands_is_corrected_and_changed_without_a_file():
    first, second = announcement("1"), announcement("2")
    row = make.protection(make.product(), announcement=first)

    correct_fact(row, values=standing(stage="protected", announcement=second, valid_from=date(2001, 2, 3)), by="王敏")
    row.refresh_from_db()
    change_fact(row, day=DAY, values=standing(stage="protected", announcement=second, number="9"), by="王敏")

    assert protections() == [("protected", date(2001, 2, 3), DAY, "2"), ("protected", DAY, None, "2")]


@pytest.mark.django_db
def test_the_end_of_a_protection_needs_an_announcement_of_its_own():
    first = announcement()
    row = make.protection(make.product(), announcement=first)

    with pytest.raises(BadInput, match="所选的是原来那一份"):
        change_fact(row, day=DAY, values=standing(stage="ended", announcement=first), by="王敏")
    with pytest.raises(BadInput, match="保护的终止由国家决定"):
        end_fact(row, day=DAY, source=row.source, by="王敏")
    with pytest.raises(BadInput, match="由国家决定"):
        correct_fact(row, values=standing(stage="protected", valid_until=DAY), by="王敏")
    with pytest.raises(BadInput, match="由国家决定"):
        correct_fact(row, values=standing(stage="ended"), by="王敏")

    assert protections() == [("protected", make.LONG_AGO, None, "1")]


@pytest.mark.django_db
def test_a_slip_in_a_protection_is_corrected_without_another_announcement():
    row = make.protection(make.product(), number="1O1")

    outcome = correct_fact(row, values=standing(stage="protected", number="101"), by="王敏")

    assert (outcome, Protection.objects.get().number) == (Outcome.CHANGED, "101")


@pytest.mark.django_db
def test_a_candidate_is_given_up_by_the_district_itself():
    row = make.protection(make.product(), stage="candidate")

    end_fact(row, day=DAY, source=row.source, by="王敏")

    assert protections() == [("candidate", make.LONG_AGO, DAY, None)]


@pytest.mark.django_db
def test_a_change_in_the_middle_of_a_span_keeps_its_end():
    row = make.protection(make.product(), stage="candidate", valid_until=date(2030, 1, 1))

    change_fact(row, day=DAY, values=standing(stage="in_procedure"), by="王敏")

    assert protections() == [
        ("candidate", make.LONG_AGO, DAY, None),
        ("in_procedure", DAY, date(2030, 1, 1), None),
    ]
    with pytest.raises(BadInput, match="这条记录已在 2025-12-31 截止"):
        end_fact(Protection.objects.first(), day=date(2026, 1, 1), source=row.source, by="王敏")


@pytest.mark.django_db
def test_a_fact_whose_beginning_is_unknown_ends_after_the_day_on_which_it_is_attested():
    values = standing(valid_from=None, attested_on=DAY)
    row = add_fact(make.product(), Protection, values=values, by="王敏")

    with pytest.raises(BadInput, match="必须晚于这条记录的起始日（2025-12-31）"):
        end_fact(row, day=DAY, source=row.source, by="王敏")


# --- Files -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_file_handed_in_twice_is_one_document_of_both_products():
    first, second, source = make.product(), make.product("puluo-li", "普罗梨", "fruit"), make.source()
    handed = HandedIn("公告.pdf", "application/pdf", b"%PDF-1.4")

    made = hand_in(first, handed, title="公告", source=source, public=True, by="王敏")
    again = hand_in(second, handed, title="又一个", source=source, public=False, by="李强")

    assert ((made[1], again[1]), made[0] == again[0], set(made[0].products.all())) == (
        (True, False),
        True,
        {first, second},
    )
    with pytest.raises(BadInput, match="没有再存一份"):
        hand_in(first, handed, title="公告", source=source, public=True, by="王敏")
