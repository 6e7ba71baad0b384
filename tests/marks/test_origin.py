from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core.errors import BadInput
from gi_registry.marks.origin import Origin, area_on, origin_of, refuse_contradiction
from gi_registry.places.geometry import Verdict
from gi_registry.products.models import Regime
from tests import make, shapes

pytestmark = pytest.mark.django_db

DAY = date(2025, 3, 3)


@pytest.fixture
def product():
    """One whose area was a square of a tenth of a degree until 2025, and is the one east of it since."""
    product = make.product()
    make.area(product, shapes.square(116.8, 38.8, 0.1), valid_until=date(2025, 1, 1))
    make.area(product, shapes.square(116.9, 38.8, 0.1), valid_from=date(2025, 1, 1))
    return product


def asked(product, lon, lat, day=DAY, accuracy_m=0.0, basis="announced"):
    return origin_of(product, basis, lon, lat, accuracy_m=accuracy_m, day=day)


@pytest.mark.parametrize(
    ("lon", "day", "accuracy_m", "verdict", "distance_m"),
    [
        (116.95, DAY, 0.0, Verdict.INSIDE, 4340.5),
        (116.85, DAY, 0.0, Verdict.OUTSIDE, 4340.5),
        (116.85, date(2024, 3, 3), 0.0, Verdict.INSIDE, 4340.5),
        (116.9, DAY, 0.0, Verdict.INSIDE, 0.0),
        (116.8999, DAY, 10.0, Verdict.TOO_CLOSE, 8.7),
    ],
)
def test_a_site_is_judged_by_the_area_of_the_day(product, lon, day, accuracy_m, verdict, distance_m):
    origin = asked(product, lon, 38.85, day, accuracy_m)

    assert (origin.verdict, origin.distance_m) == (verdict, pytest.approx(distance_m, abs=1.0))
    assert origin.area.holds_on(day)


def test_where_no_area_is_known_nothing_is_said(product):
    assert asked(make.product("puluo-li", "蒲洛梨", "fruit"), 116.95, 38.85) == Origin()
    assert Origin().sentence == "登记簿没有这一天的产地范围，图上无法判定。"


def test_the_area_of_the_basis_counts_and_another_only_where_there_is_none(product):
    certified = make.area(product, shapes.square(117.5, 38.8, 0.1), regime="certification")

    assert area_on(product, Regime.CERTIFICATION, DAY) == certified
    assert area_on(product, Regime.COLLECTIVE, DAY).regime == "product"
    assert asked(product, 117.55, 38.85, basis="licensee").verdict == Verdict.INSIDE
    assert asked(product, 117.55, 38.85).verdict == Verdict.OUTSIDE


def test_the_sentence_says_what_the_area_rests_on(product):
    assert asked(product, 116.95, 38.85).sentence == "在范围内，距界线约 4,340 米（按公告文字）。"
    drawn = {"basis": "assumed", "schematic": True, "uncertainty_m": 6100.0}
    make.area(product, shapes.square(117.5, 38.8, 0.1), regime="collective", **drawn)
    assert (
        asked(product, 117.55, 38.85, basis="member").sentence
        == "离界线太近，无法判定，距界线约 4,340 米（推定范围，界线为示意，误差约 6,100 米）。"
    )


def test_a_finding_never_contradicts_the_act(product):
    outside = asked(product, 116.85, 38.85)

    with pytest.raises(BadInput, match="位置有误的请先更正生产场所，不能记为符合。"):
        refuse_contradiction(outside, conforms=True, note="现场看过")
    refuse_contradiction(outside, conforms=False, note="")
    refuse_contradiction(outside, conforms=None, note="")


def test_a_schematic_border_of_the_act_is_as_certain_beyond_its_error():
    product = make.product()
    make.area(product, shapes.square(116.8, 38.8, 0.1), schematic=True, uncertainty_m=6100.0)

    near, far = asked(product, 116.95, 38.85), asked(product, 117.5, 38.85)
    assert [(one.verdict, one.certainly_outside) for one in (near, far)] == [
        (Verdict.TOO_CLOSE, False),
        (Verdict.OUTSIDE, True),
    ]


def test_against_an_assumed_area_a_finding_says_why():
    product = make.product()
    make.area(product, shapes.square(116.8, 38.8, 0.1), basis="assumed")
    outside = asked(product, 117.5, 38.85)

    with pytest.raises(BadInput, match="现场核验记为符合的，请写明理由。"):
        refuse_contradiction(outside, conforms=True, note=" ")
    refuse_contradiction(outside, conforms=True, note="公告文字写明含此村")
    refuse_contradiction(Origin(), conforms=True, note="")


def test_one_question_to_the_database(product, django_assert_num_queries):
    with django_assert_num_queries(1):
        asked(product, 116.95, 38.85)
