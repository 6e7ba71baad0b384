"""The spatial index in the process: which of many shapes cover a point, answered without asking the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Point, STRtree
from shapely.geometry.base import BaseGeometry

from gi_registry.places.geometry import covers, distance_to_border, metres_per_degree


@dataclass(frozen=True, slots=True)
class Nearness:
    """How one shape lies to a point: `key` of the shape, whether it covers the point, metres to its border."""

    key: int
    inside: bool
    distance_m: float


class ShapeIndex:
    """Shapes by key, in an STRtree. Built once and never changed; a new state of the register gets a new index."""

    def __init__(self, shapes: Mapping[int, BaseGeometry]) -> None:
        self.keys = np.fromiter(shapes, dtype=np.int64, count=len(shapes))
        self.shapes = np.empty(len(shapes), dtype=object)
        self.shapes[:] = list(shapes.values())
        self.tree = STRtree(self.shapes)
        self.by_key = dict(shapes)

    def prepare(self) -> None:
        """Ready the shapes for many points at once. It costs about 100 bytes a vertex, so a web worker does without."""
        shapely.prepare(self.shapes)

    def covering(self, lon: float, lat: float) -> list[int]:
        """Keys of the shapes that cover the point, borders included."""
        return [int(self.keys[at]) for at in self.tree.query(Point(lon, lat), predicate="intersects")]

    def covering_many(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For `points` (n, 2) of degrees: the pairs (number of the point, key of a shape that covers it)."""
        where = shapely.points(points)
        number, at = self.tree.query(where)
        inside = shapely.intersects(self.shapes[at], where[number])
        return number[inside], self.keys[at[inside]]

    def near(self, lon: float, lat: float, radius_m: float) -> list[Nearness]:
        """Every shape that covers the point or has its border within `radius_m` metres; covering ones first."""
        per_lon, per_lat = metres_per_degree(lat)
        reach_lon, reach_lat = radius_m / per_lon, radius_m / per_lat
        around = shapely.box(lon - reach_lon, lat - reach_lat, lon + reach_lon, lat + reach_lat)
        candidates = (self.nearness(int(self.keys[at]), lon, lat) for at in self.tree.query(around))
        found = [near for near in candidates if near.inside or near.distance_m <= radius_m]
        return sorted(found, key=lambda near: (not near.inside, near.distance_m))

    def nearness(self, key: int, lon: float, lat: float) -> Nearness:
        """How the shape called `key` lies to the point."""
        shape = self.by_key[key]
        return Nearness(key, covers(shape, lon, lat), distance_to_border(shape, lon, lat))
