"""Geometry arithmetic of the register: one coordinate system, areas and distances in metres, the verdict on a point.

Shapes are Shapely shapes in degrees of CGCS2000 (EPSG:4490), longitude first; WGS 84 differs from it by decimetres at
most and is taken as equal. An edge is straight in longitude and latitude, as in RFC 7946.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
import pyproj
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import models
from django.utils.translation import gettext_lazy as _
from shapely import GeometryType, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gi_registry.core.errors import BadInput

SRID = 4490  # CGCS2000, geographic
METRIC_SRID = 4548  # CGCS2000 / 3-degree Gauss-Krüger CM 117E
SEMI_MAJOR_M, FLATTENING = 6_378_137.0, 1 / 298.257222101  # CGCS2000's ellipsoid

LONGEST_EDGE = 0.01  # degrees (about 1 km): longer edges are divided before projecting, so that they stay straight
OUTLINE_TOLERANCE_M = 30.0
DECIMALS = 6  # of a degree: a decimetre
TINY = 1e-12  # square metres: keeps an edge without length from dividing by zero
ON_THE_BORDER_M = 1e-6  # nearer than a micrometre is on the border


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
    """`shape` as one MultiPolygon, outer rings counter-clockwise (RFC 7946). Raises BadInput for lines and points."""
    parts = shapely.get_parts(shape)
    if not len(parts) or not all(isinstance(part, Polygon) for part in parts):
        raise BadInput(f"界线应是面（Polygon 或 MultiPolygon），所给的是 {shape.geom_type}。")
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


@dataclass(frozen=True, slots=True)
class Rings:
    """All rings of a shape as plain numbers: closed rings one after another, `ends` the last vertex of each but one.

    `vertices` (n, 2) in degrees lies column by column, `offsets` are those of GeoArrow.
    """

    vertices: np.ndarray
    offsets: tuple[np.ndarray, ...]
    ends: np.ndarray

    @classmethod
    def of(cls, shape: MultiPolygon) -> Self:
        """The rings of `shape`."""
        _kind, vertices, offsets = shapely.to_ragged_array([shape], include_z=False)
        return cls(np.asfortranarray(vertices), offsets, offsets[0][1:-1] - 1)

    def shape(self) -> MultiPolygon:
        """The shape that has these rings."""
        return shapely.from_ragged_array(GeometryType.MULTIPOLYGON, np.ascontiguousarray(self.vertices), self.offsets)[
            0
        ]


def lie(rings: Rings, lon: float, lat: float) -> tuple[bool, float]:
    """Whether the point is inside (on the border counts), and metres to the nearest place on any ring.

    Worked out in the plane that touches the ellipsoid at the point, where edges that are straight in degrees stay
    straight; near the border, where it matters, that plane is exact to well under a metre. Inside by the even-odd rule:
    a ray to the east crosses the rings an odd number of times. Plain arithmetic, so that a phone can do the same.
    """
    per_lon, per_lat = metres_per_degree(lat)
    x, y = (rings.vertices[:, 0] - lon) * per_lon, (rings.vertices[:, 1] - lat) * per_lat
    dx, dy = x[1:] - x[:-1], y[1:] - y[:-1]
    dx[rings.ends] = dy[rings.ends] = 0.0  # no edge leads from one ring to the next

    along = -(x[:-1] * dx + y[:-1] * dy) / np.maximum(dx * dx + dy * dy, TINY)
    np.clip(along, 0.0, 1.0, out=along)
    px, py = along * dx + x[:-1], along * dy + y[:-1]
    distance_m = math.sqrt((px * px + py * py).min())

    above = y > 0
    crossing = np.flatnonzero(above[1:] != above[:-1])
    rise = dy[crossing]
    east = (x[crossing] * rise > y[crossing] * dx[crossing]) == (rise > 0)
    return bool(np.count_nonzero(east & (rise != 0)) % 2) or distance_m < ON_THE_BORDER_M, distance_m


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
