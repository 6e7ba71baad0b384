from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Polygon

from gi_registry.opendata.shapes import as_wkt, rounded, rounded_wkb
from tests import shapes


def longest_decimals(shape):
    return max(len(repr(degrees).partition(".")[2]) for degrees in shapely.get_coordinates(shape).ravel().tolist())


@pytest.mark.parametrize(
    "shape", [shapes.star(116.9, 38.9, 1), shapes.pierced(116.8, 38.8, 0.1), shapes.islands(116, 38, 0.1)]
)
def test_seven_decimals_are_enough_and_no_ring_is_lost(shape):
    near = rounded(shapely.to_wkb(shape))

    assert longest_decimals(near) <= 7
    assert [len(part.interiors) for part in near.geoms] == [len(part.interiors) for part in shape.geoms]
    assert shapely.symmetric_difference(near, shape).area / shape.area < 1e-5


def test_outer_rings_run_counter_clockwise_and_holes_clockwise():
    clockwise = shapely.orient_polygons(shapes.pierced(116.8, 38.8, 0.1), exterior_cw=True)

    [part] = rounded(shapely.to_wkb(clockwise)).geoms
    assert (part.exterior.is_ccw, part.interiors[0].is_ccw) == (True, False)


def test_what_rounding_would_break_stays_valid():
    grazed = Polygon([(0, 0), (1, 0.33333334), (1, 1), (0.1, 0.03333334), (0, 1)])
    assert (grazed.is_valid, shapely.transform(grazed, lambda xy: np.round(xy, 7)).is_valid) == (True, False)

    near = rounded(shapely.to_wkb(MultiPolygon([grazed])))

    assert (near.is_valid, longest_decimals(near) <= 7) == (True, True)


def test_a_shape_as_text_puts_longitude_first():
    wkt = as_wkt(shapely.to_wkb(shapes.square(116.8, 38.8, 0.1)))

    assert wkt == "MULTIPOLYGON (((116.9 38.8, 116.9 38.9, 116.8 38.9, 116.8 38.8, 116.9 38.8)))"


def test_no_shape_is_no_text():
    assert (as_wkt(None), rounded_wkb(None)) == ("", None)
