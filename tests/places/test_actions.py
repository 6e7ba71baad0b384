from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core.errors import BadInput
from gi_registry.core.models import Change
from gi_registry.places.actions import redraw
from gi_registry.places.geometry import to_geos
from gi_registry.places.models import PlaceVersion
from tests import make, shapes

pytestmark = pytest.mark.django_db

DAY = date(2026, 5, 1)
CELL, SURVEYED = shapes.square(116.8, 38.8, 0.1), shapes.pierced(116.81, 38.8, 0.1)


def redrawn(place, day=DAY, shape=SURVEYED):
    survey = make.source("survey")
    return redraw(place, shape, day=day, source=survey, grade="primary", uncertainty_m=5.0, note="测绘", by="王敏")


def spans(place):
    return [(v.valid_from, v.valid_until, v.schematic, v.boundary) for v in place.versions.order_by("valid_from")]


def test_a_new_border_ends_the_old_one_which_stays():
    place = make.place(shape=CELL, schematic=True)

    version = redrawn(place)

    assert spans(place) == [
        (make.LONG_AGO, DAY, True, to_geos(CELL)),
        (DAY, None, False, to_geos(SURVEYED)),
    ]
    assert (version.name, version.kind, version.boundary_source.key) == ("120118102 镇", "town", "survey")
    assert (version.boundary_grade, version.uncertainty_m) == ("primary", 5.0)


def test_the_history_says_from_when_and_on_what_it_rests():
    redrawn(make.place(shape=CELL))

    lines = Change.objects.filter(by="王敏").values_list("day", "source", "note")
    assert list(lines) == [(DAY, "survey", "测绘")] * 2


def test_a_border_of_the_same_day_is_corrected_in_place():
    place = make.place(shape=CELL)
    redrawn(place)

    redrawn(place, shape=CELL)

    assert spans(place) == [(make.LONG_AGO, DAY, False, to_geos(CELL)), (DAY, None, False, to_geos(CELL))]


def test_a_border_between_two_versions_ends_where_the_next_begins():
    place = make.place(shape=CELL)
    redrawn(place, date(2026, 9, 1))

    redrawn(place)

    assert [span[:2] for span in spans(place)] == [
        (make.LONG_AGO, DAY),
        (DAY, date(2026, 9, 1)),
        (date(2026, 9, 1), None),
    ]


def test_a_day_on_which_the_place_was_not_there_is_refused_and_leaves_no_trace():
    place = make.place(shape=CELL)
    lines = Change.objects.count()

    with pytest.raises(BadInput, match="120118102 在 1999-12-31 不在登记簿中"):
        redrawn(place, date(1999, 12, 31))

    assert (PlaceVersion.objects.count(), Change.objects.filter(by="王敏").count()) == (1, 0)
    assert lines == Change.objects.exclude(row="来源 survey").count()
