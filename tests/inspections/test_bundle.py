from __future__ import annotations

import random
from datetime import date

import numpy as np
import pytest

from gi_registry.inspections.bundle import limits_of, rings_of
from gi_registry.places.geometry import Rings, lie, to_shapely
from tests import make, shapes

pytestmark = pytest.mark.django_db


@pytest.fixture
def area():
    """One with a ragged border, and a square with a hole beside it."""
    shape = shapes.star(116.9, 38.9, 7).union(shapes.pierced(117.2, 38.8, 0.1))
    return make.area(make.product(), shape)


def with_rings(rings):
    """The rings as a device has them, put together as the server does."""
    ends = np.cumsum([0, *(len(ring) for ring in rings)])
    vertices = np.asfortranarray([point for ring in rings for point in ring])
    return Rings(vertices, (ends,), frozenset((ends[1:] - 1).tolist()))


def test_the_rings_are_those_by_which_the_server_judges(area):
    chance = random.Random(20261124)
    taken, own = with_rings(rings_of(area)), Rings.of(to_shapely(area.boundary))
    points = [(chance.uniform(116.7, 117.4), chance.uniform(38.7, 39.1)) for _point in range(1_000)]

    assert [lie(taken, *point) for point in points] == [lie(own, *point) for point in points]


def test_every_ring_is_closed(area):
    rings = rings_of(area)

    assert (len(rings), [ring[0] == ring[-1] for ring in rings]) == (3, [True] * 3)


def test_the_limits_of_standards_in_force_stand_with_the_traits():
    product = make.product()
    limit = {"parameter": "总酸", "unit": "g/100mL", "lower": "4.5", "goods": "特级"}
    make.standard(product, limits=[limit])
    make.standard(product, "GB/T 99991-2010", valid_until=date(2024, 1, 1), limits=[limit])
    make.standard(None, "GB/T 99992-2020", limits=[limit])

    assert limits_of({product.pk}, date(2026, 11, 24)) == {
        product.pk: [("总酸 ≥4.5 g/100mL（特级）", "GB/T 99991-2020", "GB/T 99991-2020", False)]
    }
