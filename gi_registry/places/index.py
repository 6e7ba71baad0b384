"""The spatial index in the process: which of many shapes cover a point, answered without asking the database."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np
import shapely
from shapely import MultiPolygon, STRtree

from gi_registry.places.geometry import Rings, lie, metres_per_degree


class Nearness(NamedTuple):
    """How one shape lies to a point: `key` of the shape, whether it covers the point, metres to its border."""

    key: int
    inside: bool
    distance_m: float


class ShapeIndex:
    """Shapes by key: a grid that says which have their box where, and their rings as plain numbers.

    One point costs a look into one cell: walking a tree costs a busy server more in cold memory than in steps. Plain
    numbers take 16 bytes a vertex where GEOS takes 24, and answer a point without building a shape. Built once; a new
    state of the register gets a new index.
    """

    def __init__(self, shapes: Iterable[tuple[int, MultiPolygon]]) -> None:
        self.rings: dict[int, Rings] = {}
        self.boxes: dict[int, Box] = {}
        self.grid: dict[Cell, list[int]] = {}
        for key, shape in shapes:
            self.rings[key], self.boxes[key] = Rings.of(shape), shape.bounds
            for cell in cells(shape.bounds):
                self.grid.setdefault(cell, []).append(key)

    @cached_property
    def prepared(self) -> np.ndarray:
        """All shapes ready for many points at once. 130 bytes a vertex: for bulk, not for a web worker."""
        shapes = np.array([rings.shape() for rings in self.rings.values()], dtype=object)
        shapely.prepare(shapes)
        return shapes

    @cached_property
    def tree(self) -> STRtree:
        """The prepared shapes by their boxes, for many points at once."""
        return STRtree(self.prepared)

    def covering(self, lon: float, lat: float) -> list[int]:
        """Keys of the shapes that cover the point, borders included."""
        return [near.key for near in self.near(lon, lat, 0.0)]

    def covering_many(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For `points` (n, 2) of degrees: the pairs (number of the point, key of a shape that covers it)."""
        keys = np.fromiter(self.rings, dtype=np.int64, count=len(self.rings))
        number, at = self.tree.query(shapely.points(points), predicate="intersects")
        return number, keys[at]

    def near(self, lon: float, lat: float, radius_m: float) -> list[Nearness]:
        """Every shape that covers the point or has its border within `radius_m` metres; covering ones first."""
        per_lon, per_lat = metres_per_degree(lat)
        dx, dy = radius_m / per_lon, radius_m / per_lat
        around = lon - dx, lat - dy, lon + dx, lat + dy
        keys = {key for cell in cells(around) for key in self.grid.get(cell, ()) if meet(self.boxes[key], around)}
        candidates = [self.nearness(key, lon, lat) for key in keys]
        found = [near for near in candidates if near.inside or near.distance_m <= radius_m]
        return sorted(found, key=lambda near: (not near.inside, near.distance_m, near.key))

    def nearness(self, key: int, lon: float, lat: float) -> Nearness:
        """How the shape called `key` lies to the point."""
        return Nearness(key, *lie(self.rings[key], lon, lat))


Box = tuple[float, float, float, float]  # west, south, east, north in degrees
Cell = tuple[int, int]
CELL = 0.25  # degrees: about the width of a county's producing area


def cells(box: Box) -> Iterator[Cell]:
    """The cells of the grid that `box` meets."""
    west, south, east, north = (math.floor(degrees / CELL) for degrees in box)
    return product(range(west, east + 1), range(south, north + 1))


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes share a point."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
