from __future__ import annotations

import random

import numpy as np
import pytest
from shapely import Point

from gi_registry.places.index import Nearness, ShapeIndex
from tests import shapes

STARS = {seed: shapes.star(116.8 + seed % 6 / 20, 38.7 + seed // 6 / 20, seed) for seed in range(30)}


@pytest.fixture(scope="module")
def index():
    return ShapeIndex(STARS.items())


@pytest.fixture(scope="module")
def points():
    chance = random.Random(12)
    return [(chance.uniform(116.7, 117.2), chance.uniform(38.6, 39.1)) for _ in range(300)]


def test_covering_is_what_asking_every_shape_gives(index, points):
    for lon, lat in points:
        assert set(index.covering(lon, lat)) == {
            key for key, shape in STARS.items() if shape.intersects(Point(lon, lat))
        }


def test_many_points_at_once_get_the_answers_of_one_by_one(index, points):
    numbers, keys = index.covering_many(np.array(points))

    one_by_one = {(number, key) for number, point in enumerate(points) for key in index.covering(*point)}
    assert set(zip(numbers.tolist(), keys.tolist(), strict=True)) == one_by_one


def test_a_point_on_a_common_border_belongs_to_both():
    index = ShapeIndex([(1, shapes.square(116.0, 38.0, 1)), (2, shapes.square(117.0, 38.0, 1))])

    assert index.covering(117.0, 38.5) == [1, 2]
    assert [pairs.tolist() for pairs in index.covering_many(np.array([[117.0, 38.5]]))] == [[0, 0], [1, 2]]


def test_near_gives_the_covering_ones_first_and_none_beyond_the_radius():
    index = ShapeIndex(
        [(1, shapes.square(116.0, 38.0, 1)), (2, shapes.square(117.01, 38.0, 1)), (3, shapes.square(117.5, 38.0, 1))]
    )

    found = index.near(116.999, 38.5, 1_000)

    assert found == [
        Nearness(1, inside=True, distance_m=pytest.approx(87.3, abs=0.1)),
        Nearness(2, inside=False, distance_m=pytest.approx(959.6, abs=0.1)),
    ]


def test_an_empty_index_covers_nothing():
    index = ShapeIndex([])

    assert (index.covering(116.9, 38.9), index.near(116.9, 38.9, 50_000)) == ([], [])
