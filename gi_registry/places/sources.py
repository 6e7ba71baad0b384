"""Where borders come from: the cells that stand in for township borders until the district imports its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPoint, MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from gi_registry.places.geometry import DECIMALS, as_multipolygon, in_degrees, in_metres


@dataclass(frozen=True, slots=True)
class Cell:
    """A schematic cell: its shape in degrees and how far its border may be from the real one, in metres."""

    shape: MultiPolygon
    uncertainty_m: float


def schematic_cells(district: BaseGeometry, seats: Mapping[str, Point]) -> dict[str, Cell]:
    """The part of `district` nearest to each seat (Voronoi cells, measured in EPSG:4548), by the seat's code.

    A drawing, not a border. The real border between two towns runs somewhere between their seats, while the cell's lies
    half-way; so half the distance to the farthest seat across the cell's border is given as its uncertainty.
    """
    codes = sorted(seats)
    points = [in_metres(seats[code]) for code in codes]
    cells = shapely.get_parts(
        shapely.voronoi_polygons(MultiPoint(points), extend_to=in_metres(district).buffer(10_000), ordered=True)
    )
    grid = 10.0**-DECIMALS
    shapes = [as_multipolygon(shapely.intersection(in_degrees(cell), district, grid_size=grid)) for cell in cells]
    uncertain = [widest_gap(at, shapes, points) for at in range(len(codes))]
    return {code: Cell(shape, gap) for code, shape, gap in zip(codes, shapes, uncertain, strict=True)}


def widest_gap(at: int, shapes: list[MultiPolygon], points: list[Point]) -> float:
    """Half the distance in metres from one seat to the farthest seat whose cell shares a border with its own."""
    shared = [shapely.intersection(shapes[at], shape, grid_size=10.0**-DECIMALS).length for shape in shapes]
    neighbours = [n for n, length in enumerate(shared) if n != at and length > 0]
    return float(np.ceil(max((points[at].distance(points[n]) for n in neighbours), default=0.0) / 2))
