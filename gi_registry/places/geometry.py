"""Geometry arithmetic of the register: one coordinate system, areas and distances in metres, the verdict on a point.

Shapes are Shapely shapes in degrees of CGCS2000 (EPSG:4490), longitude first; WGS 84 differs from it by decimetres at
most and is taken as equal. An edge is straight in longitude and latitude, as in RFC 7946.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache

import numpy as np
import pyproj
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import models
from django.utils.translation import gettext_lazy as _
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

SRID = 4490  # CGCS2000, geographic
METRIC_SRID = 4548  # CGCS2000 / 3-degree Gauss-Krüger CM 117E
SEMI_MAJOR_M, FLATTENING = 6_378_137.0, 1 / 298.257222101  # CGCS2000's ellipsoid

LONGEST_EDGE = 0.01  # degrees (about 1 km): longer edges are divided before projecting, so that they stay straight
OUTLINE_TOLERANCE_M = 30.0
DECIMALS = 6  # of a degree: a decimetre
HERE = Point(0, 0)  # where a point stands in the plane that touches the ellipsoid at it


@cache
def metric_transformer() -> pyproj.Transformer:
    """From degrees to metres; PROJ's set-up takes milliseconds, so it is done once."""
    return pyproj.Transformer.from_crs(SRID, METRIC_SRID, always_xy=True)


def in_metres(shape: BaseGeometry) -> BaseGeometry:
    """`shape` projected to EPSG:4548, its long edges divided first."""
    divided = shapely.segmentize(shape, LONGEST_EDGE)
    return shapely.transform(divided, metric_transformer().transform, interleaved=False)


def in_degrees(shape: BaseGeometry) -> BaseGeometry:
    """`shape` turned back from EPSG:4548, rounded to what the register keeps."""
    turned = shapely.transform(
        shape, lambda x, y: metric_transformer().transform(x, y, direction="INVERSE"), interleaved=False
    )
    return shapely.transform(turned, lambda xy: np.round(xy, DECIMALS))


def hectares(shape: BaseGeometry) -> float:
    """Area in hectares (10,000 m²), measured in EPSG:4548."""
    return float(in_metres(shape).area) / 10_000


def as_multipolygon(shape: BaseGeometry) -> MultiPolygon:
    """`shape` as one MultiPolygon, outer rings counter-clockwise (RFC 7946). Raises TypeError for lines and points."""
    parts = shapely.get_parts(shape)
    if not len(parts) or not all(isinstance(part, Polygon) for part in parts):
        raise TypeError(f"not made of polygons: {shape.geom_type}")
    return shapely.orient_polygons(MultiPolygon(list(parts)))


def union_of(shapes: Iterable[BaseGeometry]) -> MultiPolygon:
    """All `shapes` as one, borders between them gone."""
    return as_multipolygon(shapely.union_all(list(shapes)))


def outline_of(shape: BaseGeometry) -> MultiPolygon:
    """The generalised shape for the public map: no point farther than 30 m from where it was, no ring lost."""
    in_m = shapely.transform(shape, metric_transformer().transform, interleaved=False)
    simpler = in_degrees(shapely.simplify(in_m, OUTLINE_TOLERANCE_M, preserve_topology=True))
    return as_multipolygon(simpler if simpler.is_valid else shape)


def to_geos(shape: BaseGeometry) -> GEOSGeometry:
    """A Shapely shape as GeoDjango stores it."""
    return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=SRID)


def to_shapely(shape: GEOSGeometry) -> BaseGeometry:
    """A stored shape as Shapely reads it."""
    return shapely.from_wkb(bytes(shape.wkb))


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Length in metres of one degree of longitude and one of latitude at `lat`, on CGCS2000's ellipsoid."""
    e2 = FLATTENING * (2 - FLATTENING)
    w2 = 1 - e2 * math.sin(math.radians(lat)) ** 2
    prime_vertical = SEMI_MAJOR_M / math.sqrt(w2)
    meridian = prime_vertical * (1 - e2) / w2
    return math.radians(prime_vertical * math.cos(math.radians(lat))), math.radians(meridian)


def distance_to_border(shape: BaseGeometry, lon: float, lat: float) -> float:
    """Metres from the point to the nearest place on any ring of `shape`, whichever side it lies on.

    The nearest place is found in a plane touching the ellipsoid at the point, where edges that are straight in degrees
    stay straight; close to the border, where it matters, that plane is exact to well under a metre.
    """
    scale = np.array(metres_per_degree(lat))
    border = shapely.transform(shapely.boundary(shape), lambda vertices: (vertices - (lon, lat)) * scale)
    return float(shapely.distance(border, HERE))


class Verdict(models.TextChoices):
    """What can be said of a point and an area."""

    INSIDE = "inside", _("在范围内")
    OUTSIDE = "outside", _("在范围外")
    TOO_CLOSE = "too_close", _("离界线太近，无法判定")


def verdict(inside: bool, distance_m: float, accuracy_m: float, uncertainty_m: float) -> Verdict:
    """Inside or outside only where the border is farther off than position and border together may be wrong."""
    doubt = accuracy_m + uncertainty_m
    if doubt and distance_m <= doubt:
        return Verdict.TOO_CLOSE
    return Verdict.INSIDE if inside else Verdict.OUTSIDE


def covers(shape: BaseGeometry, lon: float, lat: float) -> bool:
    """Whether the point lies in `shape`; a point on the border belongs."""
    return bool(shapely.intersects_xy(shape, lon, lat))
