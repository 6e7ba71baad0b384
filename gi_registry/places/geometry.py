"""Geometry arithmetic of the register: one coordinate system, areas and distances in metres, the verdict on a point.

Shapes are Shapely shapes in degrees of CGCS2000 (EPSG:4490), longitude first; WGS 84 differs from it by decimetres at
most and is taken as equal. An edge is straight in longitude and latitude, as in RFC 7946.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
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
SHORT_EDGE = 0.004  # degrees: in rings held as numbers, so that an edge is near only where one of its vertices is
OUTLINE_TOLERANCE_M = 30.0
DECIMALS = 6  # of a degree: a decimetre
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


@lru_cache(maxsize=4)  # every shape near a point asks it of the same latitude
def metres_per_degree(lat: float) -> tuple[float, float]:
    """Length in metres of one degree of longitude and one of latitude at `lat`, on CGCS2000's ellipsoid."""
    e2 = FLATTENING * (2 - FLATTENING)
    w2 = 1 - e2 * math.sin(math.radians(lat)) ** 2
    prime_vertical = SEMI_MAJOR_M / math.sqrt(w2)
    meridian = prime_vertical * (1 - e2) / w2
    return math.radians(prime_vertical * math.cos(math.radians(lat))), math.radians(meridian)


@dataclass(frozen=True, slots=True)
class Rings:
    """All rings of a shape as plain numbers: closed rings one after another, `ends` the last vertex of each.

    `vertices` (n, 2) in degrees lies column by column, no edge longer than SHORT_EDGE; `offsets` are those of GeoArrow.
    """

    vertices: np.ndarray
    offsets: tuple[np.ndarray, ...]
    ends: frozenset[int]

    @classmethod
    def of(cls, shape: MultiPolygon) -> Self:
        """The rings of `shape`, its long edges divided."""
        divided = as_multipolygon(shapely.segmentize(shape, SHORT_EDGE))  # a single part comes back as a Polygon
        _kind, vertices, offsets = shapely.to_ragged_array([divided], include_z=False)
        return cls(np.asfortranarray(vertices), offsets, frozenset((offsets[0][1:] - 1).tolist()))

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
    x, y = rings.vertices[:, 0] - lon, rings.vertices[:, 1] - lat
    x *= per_lon
    y *= per_lat

    squares = x * x
    squares += y * y
    half_edge_m = SHORT_EDGE * max(per_lon, per_lat) / 2
    close = (squares <= squares.min() + half_edge_m**2).nonzero()[0].tolist()  # the nearest edge has such a vertex
    edges = {edge for vertex in close for edge in (vertex - 1, vertex)} - rings.ends - {-1}
    distance_m = math.sqrt(min(square_to_edge(*ends_of(x, y, edge)) for edge in edges))

    above = y > 0
    crossing = set((above[1:] != above[:-1]).nonzero()[0].tolist()) - rings.ends
    east = sum(crosses_east(*ends_of(x, y, edge)) for edge in crossing)
    return east % 2 == 1 or distance_m < ON_THE_BORDER_M, distance_m


def ends_of(x: np.ndarray, y: np.ndarray, edge: int) -> tuple[float, float, float, float]:
    """Where an edge begins, and how far it leads."""
    x0, y0 = x.item(edge), y.item(edge)
    return x0, y0, x.item(edge + 1) - x0, y.item(edge + 1) - y0


def square_to_edge(x: float, y: float, dx: float, dy: float) -> float:
    """Square of the distance from the origin to the edge that leads from (x, y) by (dx, dy)."""
    along = -(x * dx + y * dy) / ((dx * dx + dy * dy) or 1.0)
    along = min(max(along, 0.0), 1.0)
    return (x + along * dx) ** 2 + (y + along * dy) ** 2


def crosses_east(x: float, y: float, dx: float, dy: float) -> bool:
    """Whether the edge, which passes the origin's latitude, does so to the east of it."""
    return (x * dy > y * dx) == (dy > 0)


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


# --- Two shapes compared ----------------------------------------------------------------------------------------------

M2_PER_HECTARE = 10_000.0


@dataclass(frozen=True, slots=True)
class Count:
    """Of how many pieces a shape is made."""

    parts: int = 0
    holes: int = 0
    vertices: int = 0

    @property
    def rings(self) -> int:
        """Outer rings and holes together."""
        return self.parts + self.holes

    @classmethod
    def of(cls, shape: BaseGeometry) -> Self:
        """Counted part by part; closing vertices count once more, as they are stored."""
        parts = shapely.get_parts(shape)
        holes = int(shapely.get_num_interior_rings(parts).sum())
        return cls(len(parts), holes, int(shapely.get_num_coordinates(shape)))


def surface(shape: BaseGeometry) -> MultiPolygon:
    """The polygons of what an overlay left: lines and points where borders only touch are gone."""
    return MultiPolygon([part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and not part.is_empty])


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """What became of one shape when another took its place; all shapes in metres of EPSG:4548."""

    before: BaseGeometry
    after: BaseGeometry
    added: MultiPolygon
    removed: MultiPolygon
    unchanged: MultiPolygon

    @classmethod
    def of(cls, before: BaseGeometry | None, after: BaseGeometry) -> Self:
        """Both shapes, in degrees, are projected once; everything else is worked out from that."""
        old, new = MultiPolygon() if before is None else in_metres(before), in_metres(after)
        return cls(
            old,
            new,
            surface(shapely.difference(new, old)),
            surface(shapely.difference(old, new)),
            surface(shapely.intersection(old, new)),
        )

    def filled_holes(self) -> list[Polygon]:
        """Holes of the former shape most of which the new one covers."""
        holes = [Polygon(ring) for part in shapely.get_parts(self.before) for ring in part.interiors]
        return [hole for hole in holes if shapely.intersection(hole, self.after).area > hole.area / 2]

    def lost_parts(self) -> list[Polygon]:
        """Parts of the former shape most of which the new one leaves out."""
        parts = list(shapely.get_parts(self.before))
        return [part for part in parts if shapely.intersection(part, self.after).area < part.area / 2]


def hectares_in(metric: BaseGeometry) -> float:
    """Area in hectares of a shape that is in metres already."""
    return float(metric.area) / M2_PER_HECTARE


def svg_path(shape: BaseGeometry, box: tuple[float, float, float, float], width: float) -> str:
    """The rings of `shape` (degrees) as an SVG path, `box` (west, south, east, north) made `width` units wide."""
    west, south, east, north = box
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = width / ((east - west) * squeeze)
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return "".join(
        "M"
        + "L".join(f"{(x - west) * squeeze * scale:.1f} {(north - y) * scale:.1f}" for x, y in ring.coords[:-1])
        + "Z"
        for ring in rings
    )
