"""In which coordinate system a file is: what it declares, and how well each likely one fits the district's outline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor.shifts import bd09_to_cgcs2000, gcj02_to_cgcs2000
from gi_registry.places.geometry import SRID

Turn = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

DEGREES, DECLARED, SWAPPED = f"epsg:{SRID}", "declared", "-swapped"
SHIFTED: dict[str, Turn] = {"gcj02": gcj02_to_cgcs2000, "bd09": bd09_to_cgcs2000}
GEOGRAPHIC_LABELS = {
    DEGREES: "CGCS2000 / WGS 84 经纬度",
    "gcj02": "GCJ-02 经纬度（高德、腾讯地图）",
    "bd09": "BD-09 经纬度（百度地图）",
    DEGREES + SWAPPED: "CGCS2000 / WGS 84，纬度在前",
}
SAME_AS_CGCS2000 = frozenset({4326, 4490, 4979, 4479, 4480})  # WGS 84 and CGCS2000, also with heights
OLD_DATUMS = ("Xian 1980", "Beijing 1954", "New Beijing")
SAMPLE_FEATURES, SAMPLE_VERTICES = 100, 60
EQUAL, UNTOLD = 0.001, 0.02  # overlaps: nearer is the same; 500 m of shift cannot be told from it
GOOD = 0.5  # what a declared system must reach, where no other does better by more than UNTOLD


@dataclass(frozen=True)
class SystemFit:
    """A system and the share of the shape (0..1) that lies in the district when it is read so."""

    key: str
    label: str
    overlap: float
    note: str = ""


@dataclass(frozen=True)
class Systems:
    """All likely systems, best first; `declared` as the file says it, None where it says nothing."""

    declared: str | None
    declared_key: str | None
    needs_choice: bool
    fits: tuple[SystemFit, ...]


# --- Turning to degrees of CGCS2000 ----------------------------------------------------------------------------------


def turn_of(key: str, declared: str | None) -> Turn:
    """How coordinates of the system are turned to degrees of CGCS2000. Raises BadInput for an unknown key."""
    if key.endswith(SWAPPED):
        straight = turn_of(key.removesuffix(SWAPPED), declared)
        return lambda x, y: straight(y, x)
    if key == DEGREES:
        return lambda x, y: (x, y)
    if key in SHIFTED:
        return SHIFTED[key]
    try:
        return projected(declared or "" if key == DECLARED else key)
    except pyproj.exceptions.CRSError:
        raise BadInput("所选的坐标系不在可选之列。") from None


@lru_cache(maxsize=32)
def projected(name: str) -> Turn:
    """PROJ's transformation from a system given by code or WKT."""
    transform: Turn = pyproj.Transformer.from_crs(pyproj.CRS.from_user_input(name), SRID, always_xy=True).transform
    return transform


def turned(shapes: np.ndarray, key: str, declared: str | None) -> np.ndarray:
    """Shapes (an array of them, without Z) turned to degrees of CGCS2000. Raises BadInput where that fails."""
    if key == DEGREES:
        return shapes
    result = shapely.transform(shapes, turn_of(key, declared), interleaved=False)
    if not np.isfinite(shapely.total_bounds(result)).all():
        raise BadInput("按所选的坐标系换算不出经纬度：请另选一个坐标系。")
    return np.asarray(result)


# --- What the file declares ------------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def known(declared: str | None) -> pyproj.CRS | None:
    """The declared system, None where PROJ cannot make it out."""
    try:
        return pyproj.CRS.from_user_input(declared) if declared else None
    except pyproj.exceptions.CRSError:
        return None


@lru_cache(maxsize=32)
def declared_key(declared: str | None) -> str | None:
    """Our key of the declared system: one of the likely ones where it is the same, epsg:…, "declared", or None."""
    system = known(declared)
    if system is None:
        return None
    if system.name in {"WGS 84 (CRS84)", "WGS 84 longitude-latitude"}:
        return DEGREES
    code = system.to_epsg()
    if code in SAME_AS_CGCS2000:
        return DEGREES
    return f"epsg:{code}" if code else DECLARED


def declared_label(declared: str | None) -> str | None:
    """The declared system as people know it."""
    system = known(declared)
    return system.name if system else declared and declared[:80]


# --- Fitting ---------------------------------------------------------------------------------------------------------


def gauss_krueger(lon: float) -> Iterator[tuple[str, str]]:
    """Key and label of the Gauss-Krüger systems around a longitude, each also with its axes swapped."""
    zone3 = round(lon / 3)
    zone6 = int(lon // 6) + 1
    middle3, middle6 = zone3 * 3, zone6 * 6 - 3
    codes = {
        4534 + (middle3 - 75) // 3: f"CGCS2000 三度带高斯投影，中央经线 {middle3}°，无带号",
        4513 + zone3 - 25: f"CGCS2000 三度带高斯投影，带号 {zone3}",
        4502 + (middle6 - 75) // 6: f"CGCS2000 六度带高斯投影，中央经线 {middle6}°，无带号",
        4491 + zone6 - 13: f"CGCS2000 六度带高斯投影，带号 {zone6}",
    }
    for swapped, words in (("", ""), (SWAPPED, "，纵坐标（北）在前")):
        for code, label in codes.items():
            yield f"epsg:{code}{swapped}", label + words


def likely(district: MultiPolygon) -> dict[str, str]:
    """Keys and labels of the systems in which files about the district come, most usual first."""
    return GEOGRAPHIC_LABELS | dict(gauss_krueger(district.centroid.x))


def fitted(shapes: np.ndarray, district: MultiPolygon, declared: str | None, *, sure: bool = True) -> Systems:
    """How well the shapes (none empty, finite) fit the district in each system. A choice is needed where the file
    declares nothing (or nothing to be trusted: `sure` false), or what cannot be true."""
    sample = sample_of(shapes)
    own = declared_key(declared)
    labels = likely(district)
    if own and own not in labels:
        labels = {own: declared_label(declared) or ""} | labels
    shapely.prepare(district)
    scores = {
        key: overlap(sample, turn_of(key, declared), district) if possible(key, sample) else 0.0 for key in labels
    }
    best = max(scores.values())
    order = list(labels)
    first = own if own and scores[own] >= best - UNTOLD else None
    ranked = sorted(order, key=lambda key: (key != first, -round(scores[key] / EQUAL / 2), order.index(key)))
    fits = tuple(with_note(SystemFit(key, labels[key], scores[key]), scores, ranked[0], declared) for key in ranked)
    true = bool(own) and sure and scores[own or ""] >= max(GOOD, best - UNTOLD)
    return Systems(declared_label(declared), own, not true, fits)


def possible(key: str, sample: np.ndarray) -> bool:
    """Whether the numbers can be what the system says: degrees up to 180, or metres from the equator."""
    degrees = np.abs(shapely.total_bounds(sample)).max() <= 180
    return key == DECLARED or (key in GEOGRAPHIC_LABELS) == bool(degrees)


def with_note(fit: SystemFit, scores: dict[str, float], best: str, declared: str | None) -> SystemFit:
    """The fit with what the score alone does not say."""
    if fit.key in GEOGRAPHIC_LABELS and not fit.key.endswith(SWAPPED) and fit.overlap:
        family = [key for key in (DEGREES, *SHIFTED) if key != fit.key]
        if any(scores[key] >= fit.overlap - UNTOLD and fit.overlap >= scores[key] - UNTOLD for key in family):
            return replace(fit, note="几种经纬度只相差几百米，重合度分不开，请按数据的来源选择。")
    if fit.key == DECLARED or fit.key not in GEOGRAPHIC_LABELS:
        name = declared_label(declared) or ""
        if fit.key == declared_key(declared) and name.startswith(OLD_DATUMS):
            return replace(fit, note="这一坐标系与 CGCS2000 之间没有公开的精确参数，换算后可能偏差几十米到上百米。")
    if "六度带" in fit.label and fit.overlap and scores.get(best) == fit.overlap and "无带号" in fit.label:
        return replace(fit, note="中央经线相同时，与三度带的坐标完全一样。")
    return fit


def sample_of(shapes: np.ndarray) -> np.ndarray:
    """Some features with some of their vertices: valid polygons where there are any, else points."""
    polygons = shapes[shapely.get_dimensions(shapes) == 2]
    if not len(polygons):
        vertices = shapely.get_coordinates(shapes)
        return np.asarray(shapely.points(vertices[:: max(1, len(vertices) // (SAMPLE_FEATURES * SAMPLE_VERTICES))]))
    some = polygons[:: -(-len(polygons) // SAMPLE_FEATURES)]
    parts = shapely.get_parts(some)
    parts = parts[:: -(-len(parts) // SAMPLE_FEATURES)]
    thinned = soundly(np.array([thin(part) for part in parts]))
    return np.asarray(thinned if shapely.area(thinned).any() else shapely.points(shapely.get_coordinates(some)))


def soundly(shapes: np.ndarray) -> np.ndarray:
    """Valid shapes; GEOS's older method takes minutes for a ring of a few hundred crossings."""
    return np.asarray(shapely.make_valid(shapes, method="structure", keep_collapsed=False))


def thin(polygon: BaseGeometry) -> BaseGeometry:
    """The outer ring with at most some of its vertices; holes count little here."""
    ring = shapely.get_coordinates(shapely.get_exterior_ring(polygon))
    step = max(1, len(ring) // SAMPLE_VERTICES)
    return shapely.Polygon(np.vstack((ring[:-1:step], ring[:1]))) if len(ring) > 3 else polygon


def overlap(sample: np.ndarray, turn: Turn, district: MultiPolygon) -> float:
    """The share of the sample, 0..1, that lies in the district when read so; rounded to three places. What cannot be
    turned lies outside."""
    vertices, owner = shapely.get_coordinates(sample, return_index=True)
    lon, lat = turn(vertices[:, 0], vertices[:, 1])
    turnable = np.ones(len(sample), dtype=bool)
    turnable[owner[~(np.isfinite(lon) & np.isfinite(lat))]] = False
    there = shapely.transform(sample[turnable], turn, interleaved=False)
    if not len(there) or not shapely.box(*shapely.total_bounds(there)).intersects(district):
        return 0.0
    if (shapely.get_dimensions(there) == 0).all():
        return round(float(shapely.covers(district, there).sum()) / len(sample), 3)
    there = soundly(there)
    whole = shapely.area(there).sum()
    inside = shapely.area(shapely.intersection(there, district)).sum()
    return round(min(1.0, float(inside / whole * turnable.mean())), 3) if whole else 0.0
