from __future__ import annotations

import random

import pyproj
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point

from gi_registry.core.errors import BadInput
from gi_registry.places.geometry import (
    METRIC_SRID,
    SRID,
    Count,
    Overlay,
    Rings,
    Verdict,
    as_multipolygon,
    hectares,
    hectares_in,
    in_degrees,
    in_metres,
    lie,
    outline_of,
    svg_path,
    to_geos,
    to_shapely,
    union_of,
    verdict,
)
from tests import shapes

ELLIPSOID = pyproj.Geod(a=6_378_137.0, rf=298.257222101)
TO_METRES = pyproj.Transformer.from_crs(SRID, METRIC_SRID, always_xy=True)


def metres_to_border(shape, lon, lat):
    """The distance by another way: every edge cut every 10 m or so, projected, and measured by GEOS."""
    fine = shapely.segmentize(shapely.boundary(shape), 0.0001)
    projected = shapely.transform(fine, TO_METRES.transform, interleaved=False)
    return projected.distance(Point(*TO_METRES.transform(lon, lat)))


def test_hectares_agree_with_the_ellipsoid():
    shape = shapes.square(116.8, 38.8, 0.1)
    square_metres, _perimeter = ELLIPSOID.geometry_area_perimeter(shapely.segmentize(shape, 0.001))

    assert hectares(shape) == pytest.approx(square_metres / 10_000, rel=0.001)


def test_a_hole_is_not_counted():
    assert hectares(shapes.pierced(116.8, 38.8, 0.3)) == pytest.approx(
        hectares(shapes.square(116.8, 38.8, 0.3)) * 8 / 9, rel=0.001
    )


@pytest.mark.parametrize(
    ("lon", "lat", "inside"),
    [
        (116.8, 38.8, True),  # a corner
        (116.95, 38.8, True),  # an outer edge
        (116.9, 38.95, True),  # the edge of the hole
        (117.0, 39.0, True),  # a corner of the hole
        (116.85, 38.85, True),
        (116.95, 38.95, False),  # in the hole
        (116.79, 38.95, False),
        (117.11, 38.95, False),
        (116.95, 39.2, False),
        (116.95, 38.7, False),
    ],
)
def test_a_point_on_the_border_belongs_and_one_in_the_hole_does_not(lon, lat, inside):
    assert lie(Rings.of(shapes.pierced(116.8, 38.8, 0.3)), lon, lat)[0] == inside


@pytest.mark.parametrize(
    "shape", [shapes.pierced(116.8, 38.8, 0.03), shapes.islands(116.8, 38.8, 0.02), shapes.star(116.83, 38.83, 7)]
)
def test_inside_and_distance_agree_with_an_independent_computation(shape):
    chance, rings = random.Random(4490), Rings.of(shape)
    west, south, east, north = shape.buffer(0.01).bounds

    for _number in range(200):
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        inside, distance_m = lie(rings, lon, lat)
        assert (inside, distance_m) == (
            shape.intersects(Point(lon, lat)),
            pytest.approx(metres_to_border(shape, lon, lat), abs=1),
        )


def test_rings_give_their_shape_back():
    shape = shapes.islands(116.8, 38.8, 0.03)

    kept = Rings.of(shape).shape()

    assert (shapely.equals(kept, shape), shapely.remove_repeated_points(kept.simplify(0)).normalize()) == (
        True,
        shape.normalize(),
    )


@pytest.mark.parametrize(
    ("inside", "distance_m", "accuracy_m", "uncertainty_m", "said"),
    [
        (True, 100, 0, 0, Verdict.INSIDE),
        (False, 100, 0, 0, Verdict.OUTSIDE),
        (True, 0, 0, 0, Verdict.INSIDE),
        (True, 100, 99, 0, Verdict.INSIDE),
        (True, 100, 100, 0, Verdict.TOO_CLOSE),
        (False, 100, 0, 100, Verdict.TOO_CLOSE),
        (False, 100, 50, 50, Verdict.TOO_CLOSE),
        (False, 100.1, 50, 50, Verdict.OUTSIDE),
        (True, 0, 10, 0, Verdict.TOO_CLOSE),
    ],
)
def test_the_verdict_is_sure_only_where_the_border_is_farther_than_all_doubt(
    inside, distance_m, accuracy_m, uncertainty_m, said
):
    assert verdict(inside, distance_m, accuracy_m, uncertainty_m) == said


def test_an_outline_loses_no_ring_and_moves_no_point_farther_than_30_metres():
    exact = MultiPolygon([*shapes.pierced(116.8, 38.8, 0.001).geoms, *shapes.star(117.1, 38.8, 3).geoms])
    outline = outline_of(exact)

    assert [len(part.interiors) for part in outline.geoms] == [1, 0]
    assert in_metres(outline).boundary.hausdorff_distance(in_metres(exact).boundary) < 31


def test_metres_and_degrees_are_each_others_inverse():
    shape = shapely.transform(shapes.pierced(116.8, 38.8, 0.006), lambda degrees: degrees.round(6))

    assert as_multipolygon(in_degrees(in_metres(shape))).normalize() == shape.normalize()


def test_a_shape_survives_the_way_to_the_database_and_back():
    shape = shapes.islands(116.8, 38.8, 0.03)

    assert (to_shapely(to_geos(shape)), to_geos(shape).srid) == (shape, 4490)


def test_a_union_has_no_border_between_neighbours():
    assert union_of([shapes.square(116.0, 38.0, 1), shapes.square(117.0, 38.0, 1)]).area == pytest.approx(2)
    assert len(union_of([shapes.square(116.0, 38.0, 1), shapes.square(117.0, 38.0, 1)]).geoms) == 1


def test_rings_are_turned_as_rfc_7946_wants_them():
    clockwise = shapely.box(116, 38, 117, 39, ccw=False)

    assert [part.exterior.is_ccw for part in as_multipolygon(clockwise).geoms] == [True]


@pytest.mark.parametrize("shape", [Point(116, 38), LineString([(116, 38), (117, 39)]), MultiPolygon()])
def test_what_is_not_made_of_polygons_is_refused(shape):
    with pytest.raises(BadInput, match="界线应是面"):
        as_multipolygon(shape)


# --- Two shapes compared ---------------------------------------------------------------------------------------------

ISLANDS = shapes.islands(116.8, 38.8, 0.09)


def test_parts_holes_rings_and_vertices_are_counted():
    count = Count.of(ISLANDS)

    assert (count.parts, count.holes, count.rings, count.vertices) == (2, 2, 4, 20)


@pytest.mark.parametrize("seed", range(25))
def test_an_overlay_neither_loses_nor_invents_land(seed):
    before = union_of([shapes.star(116.9, 38.9, seed), shapes.pierced(117.1, 38.9, 0.08)])
    after = union_of([shapes.star(116.95, 38.93, seed + 500), shapes.pierced(117.13, 38.92, 0.08)])

    overlay = Overlay.of(before, after)

    added, removed, unchanged = (hectares_in(s) for s in (overlay.added, overlay.removed, overlay.unchanged))
    assert added + unchanged == pytest.approx(hectares(after), abs=1e-6)
    assert removed + unchanged == pytest.approx(hectares(before), abs=1e-6)


def test_an_overlay_of_a_shape_with_itself_changes_nothing():
    overlay = Overlay.of(ISLANDS, ISLANDS)

    assert (overlay.added.area, overlay.removed.area) == (0.0, 0.0)
    assert (overlay.filled_holes(), overlay.lost_parts()) == ([], [])


def test_a_shape_in_place_of_nothing_is_all_added():
    overlay = Overlay.of(None, ISLANDS)

    assert hectares_in(overlay.added) == pytest.approx(hectares(ISLANDS))
    assert (overlay.removed.is_empty, overlay.unchanged.is_empty) == (True, True)


def test_shapes_that_only_touch_have_no_surface_in_common():
    overlay = Overlay.of(shapes.square(116.8, 38.8, 0.1), shapes.square(116.8 + 0.1, 38.8, 0.1))

    assert overlay.unchanged.is_empty


def test_filled_holes_and_lost_parts_are_found_by_where_they_lie():
    solid = MultiPolygon([shapely.Polygon(part.exterior) for part in ISLANDS.geoms])
    west = MultiPolygon([ISLANDS.geoms[0]])

    assert len(Overlay.of(ISLANDS, solid).filled_holes()) == 2
    assert [part.centroid.x > 500_000 for part in Overlay.of(ISLANDS, west).lost_parts()] == [True]


def test_a_drawing_has_one_loop_a_ring_north_up():
    path = svg_path(shapes.square(116.0, 38.0, 1.0), (116.0, 38.0, 117.0, 39.0), 100.0)

    squeezed = f"{100 / 0.782608:.1f}"  # a degree of latitude against one of longitude at 38.5 degrees
    assert path == f"M100.0 {squeezed}L100.0 0.0L0.0 0.0L0.0 {squeezed}Z"
    assert svg_path(ISLANDS, ISLANDS.bounds, 10.0).count("M") == 4
