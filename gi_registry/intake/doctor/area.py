"""How large shapes are in EPSG:4548, whatever system they come in."""

from __future__ import annotations

import numpy as np
import shapely

from gi_registry.intake.doctor.systems import Turn
from gi_registry.places.datums import CHINA
from gi_registry.places.geometry import LONGEST_EDGE, in_metres, metres_per_degree, metric_transformer

SMALL = 200_000  # vertices up to which areas are measured vertex by vertex and neighbours compared


def areas_ha(shapes: np.ndarray, turn: Turn) -> np.ndarray:
    """Hectares of each shape in EPSG:4548: vertex by vertex while they are few, else by the scale at its centroid,
    which over a township is exact to a millionth; and so of an invalid shape, whose edges GEOS would not divide
    without mending it first."""
    result = by_scale(shapes, turn)
    if int(shapely.get_num_coordinates(shapes).sum()) > SMALL:
        return result
    exact = np.flatnonzero(shapely.is_valid(shapes))
    there = in_china(shapely.transform(shapely.force_2d(shapes[exact]), turn, interleaved=False))
    exact, there = exact[~shapely.is_missing(there)], there[~shapely.is_missing(there)]
    if shapely.length(there).sum() < SMALL * LONGEST_EDGE:  # else dividing their edges would fill the memory
        result[exact] = shapely.area(in_metres(there)) / 10_000
    return result


def by_scale(shapes: np.ndarray, turn: Turn) -> np.ndarray:
    """Hectares of each shape in EPSG:4548 by the scale at its centroid."""
    result = np.asarray(np.nan_to_num(shapely.area(shapes)))
    flat = result > 0
    if flat.any():
        with np.errstate(invalid="ignore"):
            result[flat] *= scale_at(shapely.centroid(shapes[flat]), turn) / 10_000
    return np.asarray(np.nan_to_num(result, posinf=0.0))


def in_china(shapes: np.ndarray) -> np.ndarray:
    """The shapes in degrees, with those left out that reach beyond the box around China: EPSG:4548 means nothing there,
    and their edges would be divided without end."""
    bounds = shapely.bounds(shapes)
    (west, east), (south, north) = CHINA["lon"], CHINA["lat"]
    with np.errstate(invalid="ignore"):
        there = (bounds >= (west, south, west, south)).all(axis=1) & (bounds <= (east, north, east, north)).all(axis=1)
    kept = shapes.copy()
    kept[~there] = None
    return kept


def scale_at(points: np.ndarray, turn: Turn) -> np.ndarray:
    """Square metres of EPSG:4548 in one square unit of the source around each point, by steps east and north."""
    x, y = shapely.get_x(points), shapely.get_y(points)
    step = 1e-4 if np.nanmax(np.abs((x, y)), initial=0) <= 180 else 10.0
    around_x, around_y = np.array([x + step, x - step, x, x]), np.array([y, y, y + step, y - step])
    lon, lat = turn(around_x.ravel(), around_y.ravel())
    east, north = (np.reshape(part, (4, -1)) for part in metric_transformer().transform(lon, lat))
    return np.asarray(
        np.abs((east[0] - east[1]) * (north[2] - north[3]) - (east[2] - east[3]) * (north[0] - north[1]))
        / (2 * step) ** 2
    )


def metres_per_unit(vertices: np.ndarray, turn: Turn) -> tuple[float, float]:
    """About how many metres one unit of x and of y is: one each for projected coordinates."""
    middle = np.median(vertices[:: max(1, len(vertices) // 1_000)], axis=0) if len(vertices) else np.zeros(2)
    if np.abs(middle).max() > 180:
        return 1.0, 1.0
    lon, lat = turn(middle[:1], middle[1:])
    per_lon, per_lat = metres_per_degree(float(lat[0]))
    return (per_lat, per_lon) if abs(float(lat[0]) - middle[0]) < abs(float(lon[0]) - middle[0]) else (per_lon, per_lat)
