"""Shapes by three numbers: where, and how big, in degrees."""

from __future__ import annotations

import math
import random

import shapely
from shapely import MultiPolygon, Polygon


def square(west: float, south: float, side: float) -> MultiPolygon:
    """A square by its lower left corner and its side."""
    return shapely.orient_polygons(MultiPolygon([shapely.box(west, south, west + side, south + side)]))


def pierced(west: float, south: float, side: float) -> MultiPolygon:
    """A square with a square hole: the middle third."""
    third = side / 3
    hole = square(west + third, south + third, third)
    return shapely.orient_polygons(MultiPolygon([square(west, south, side).geoms[0].difference(hole)]))


def islands(west: float, south: float, side: float) -> MultiPolygon:
    """Two pierced squares side by side, one side apart."""
    return MultiPolygon([*pierced(west, south, side).geoms, *pierced(west + 2 * side, south, side).geoms])


def star(lon: float, lat: float, seed: int) -> MultiPolygon:
    """A ragged shape of 60 vertices around a point, up to a tenth of a degree wide, the same for the same seed."""
    chance = random.Random(seed)
    turns = [2 * math.pi * at / 60 for at in range(60)]
    reach = [chance.uniform(0.01, 0.1) for _ in turns]
    ring = [(lon + r * math.cos(t), lat + r * math.sin(t)) for r, t in zip(reach, turns, strict=True)]
    return shapely.orient_polygons(MultiPolygon([Polygon(ring)]))
