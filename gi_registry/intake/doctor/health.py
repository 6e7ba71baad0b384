"""What is wrong with the shapes of a layer, and what each repair would change. Nothing here alters a shape unasked."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor.anatomy import Anatomy
from gi_registry.intake.doctor.area import SMALL, areas_ha, by_scale, metres_per_unit
from gi_registry.intake.doctor.reading import Reading, numbers
from gi_registry.intake.doctor.systems import Turn
from gi_registry.places.datums import CHINA

EXAMPLES = 5
SHARES = 4  # parts of the work for each processor, so that one large shape does not leave the others idle
ASKED_EDGES, MOST_CROSSINGS = 100, 100_000  # GEOS works out some ten thousand crossings a second
USUALLY_MET = 8  # an edge meets itself, the next ones, and those of a neighbour with the same border
TRIED = 20_000  # vertices up to which a repair is tried out
COMPARED = 2_000  # features up to which each is compared with its neighbours
SLIVER_WIDTH_M = 1.0  # twice the area over the perimeter: the mean width of what is long and thin
LEAST_HA = 0.0001  # an overlap or gap of a square metre
STOP, WARN, INFO = "stop", "warn", "info"

KINDS: dict[str, tuple[str, str, str | None]] = {  # what is said, how grave it is, which repair there is
    "null_geometry": ("没有图形的要素（导入时不收）", INFO, None),
    "empty_geometry": ("图形为空的要素（导入时不收）", INFO, None),
    "unreadable": ("图形不成形，读不出来", STOP, "drop_unreadable"),
    "not_polygon": ("点、线或混合图形，不是面", STOP, "drop_other"),
    "points": ("只有点，没有面", STOP, "join_points"),
    "z_values": ("带高程或量测值，登记簿只存平面", STOP, "drop_z"),
    "unclosed": ("环没有闭合", STOP, "close_rings"),
    "self_intersection": ("界线自相交", STOP, "make_valid"),
    "hole_outside": ("洞在外环之外", STOP, "make_valid"),
    "nested": ("环套错了：洞中有洞，或面上压面", STOP, "make_valid"),
    "disconnected": ("洞把面切断了", STOP, "make_valid"),
    "degenerate": ("环的点太少，或没有面积", STOP, "make_valid"),
    "sliver": ("碎屑：平均宽度不到 1 米的小面或小洞", WARN, "drop_slivers"),
    "repeated_vertices": ("有连续重复的顶点", INFO, "drop_repeated"),
    "duplicates": ("与前面某个要素的图形完全相同", WARN, "drop_duplicates"),
    "ring_order": ("环的方向与格式的规定相反（存入时统一，不改变形状）", INFO, None),
    "holes": ("带洞，请核对洞是不是真的", INFO, None),
    "out_of_range": ("坐标落在中国范围之外", WARN, None),
    "out_of_district": ("在本区界线之外", WARN, None),
    "overlaps": ("要素之间互相重叠", WARN, None),
    "gaps": ("要素之间有缝隙", WARN, None),
    "not_compared": ("要素或顶点太多，没有检查重叠与缝隙", INFO, None),
    "no_dbf": ("缺 .dbf：只有图形，没有属性", WARN, None),
    "no_shx": ("缺 .shx：已由 .shp 重建索引", INFO, None),
    "row_mismatch": ("图形与属性的行数不同，多出的部分对不上", WARN, None),
    "crs_member": ("GeoJSON 带 crs，与 RFC 7946 不符，请确认坐标系", WARN, None),
    "cut_names": ("字段名在第十个字节处被截断", INFO, None),
    "cut_values": ("字段的值末尾被截断了半个字", WARN, None),
    "lost_digits": ("长编号被表格软件写成了科学计数，末几位已丢失", WARN, None),
    "uneven_rows": ("这些行的列数与表头不同", WARN, None),
}
REASONS = {  # how GEOS begins its sentence
    "Self-intersection": "self_intersection",
    "Ring Self-intersection": "self_intersection",
    "Hole lies outside shell": "hole_outside",
    "Holes are nested": "nested",
    "Nested shells": "nested",
    "Duplicate Rings": "nested",
    "Interior is disconnected": "disconnected",
    "Too few points in geometry component": "degenerate",
}
OUTER_CLOCKWISE = {"shapefile": True, "geojson": False, "kml": False, "kmz": False}  # what each format prescribes
PLACE = re.compile(r"\[(\S+) (\S+?)(?: \S+)?\]")


@dataclass(frozen=True)
class Example:
    """A feature, numbered from one, and a place on it in degrees, where it has one."""

    feature: int
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Finding:
    """`severity` is stop (needs its repair before anything can be taken over), warn or info.

    `count` counts features (pairs for overlaps, places for gaps); areas are those of the features concerned, as they
    stand and as the repair would leave them, None where no area changes or it was not tried out; for overlaps and gaps
    the area of these themselves.
    """

    key: str
    label: str
    count: int
    examples: tuple[Example, ...]
    severity: str
    repair: str | None
    area_before_ha: float | None = None
    area_after_ha: float | None = None


def check_numbers(shapes: np.ndarray) -> None:
    """Refuse coordinates that are not numbers. Raises BadInput that names the features."""
    bounds = shapely.bounds(shapes)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    wrong = there & ~np.isfinite(bounds).all(axis=1)
    doubtful = np.flatnonzero(there & ~wrong & (shapely.get_num_coordinates(shapes) > 0) & hides_nan(shapes))
    wrong[doubtful] = True
    if wrong.any():
        named = "、".join(map(str, numbers(wrong)[:EXAMPLES]))
        raise BadInput(f"第 {named} 个要素的坐标不是数（NaN 或无穷大），共 {int(wrong.sum())} 个：请改正后再传。")


def hides_nan(shapes: np.ndarray) -> np.ndarray:
    """Whether a shape has a coordinate that its bounds pass over, as they do for NaN; length does not."""
    return np.asarray(~np.isfinite(shapely.length(shapes)) | ~np.isfinite(shapely.area(shapes)))


@contextmanager
def validity(shapes: np.ndarray) -> Iterator[Callable[[], np.ndarray]]:
    """Begin to ask GEOS which shapes are valid, the longest task of all, beside the caller's own work; what is given
    waits for the answer, an array of truth values (a missing shape is not valid). GEOS leaves Python's lock alone."""
    workers = min(4, os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        answers = [pool.submit(shapely.is_valid, shapes[at :: workers * SHARES]) for at in range(workers * SHARES)]

        def whole() -> np.ndarray:
            result = np.zeros(len(shapes), dtype=bool)
            for at, answer in enumerate(answers):
                result[at :: workers * SHARES] = answer.result()
            return result

        yield whole


# --- Findings --------------------------------------------------------------------------------------------------------


@dataclass
class Findings:
    """Gathers findings about the shapes of one reading."""

    shapes: np.ndarray
    turn: Turn
    found: list[Finding]

    def add(
        self,
        key: str,
        features: Iterable[int],
        count: int | None = None,
        places: dict[int, tuple[float, float]] | None = None,
        areas: tuple[float | None, float | None] = (None, None),
    ) -> None:
        """A finding about the features (numbered from one), unless there are none."""
        named = list(features)
        if not (count or named):
            return
        label, severity, repair = KINDS[key]
        examples = tuple(self.example(feature, (places or {}).get(feature)) for feature in named[:EXAMPLES])
        before, after = (None if area is None else round(area, 4) for area in areas)
        self.found.append(Finding(key, label, count or len(named), examples, severity, repair, before, after))

    def example(self, feature: int, place: tuple[float, float] | None) -> Example:
        shape = self.shapes[feature - 1] if feature <= len(self.shapes) else None
        if place is None and shape is not None and not shape.is_empty:
            place = tuple(shapely.get_coordinates(shape)[0])
        if place is None:
            return Example(feature)
        lon, lat = (float(part[0]) for part in self.turn(np.array(place[:1]), np.array(place[1:])))
        return Example(feature, round(lon, 6), round(lat, 6)) if np.isfinite([lon, lat]).all() else Example(feature)


def examine(
    reading: Reading,
    anatomy: Anatomy,
    turn: Turn,
    *,
    district: MultiPolygon,
    form: str,
    valid: Callable[[], np.ndarray],
) -> list[Finding]:
    """All findings about the shapes, read in the system that `turn` turns from; `form` is the key of the format,
    `valid` waits for the validity of each."""
    shapes = reading.shapes
    findings = Findings(shapes, turn, [])
    findings.add("null_geometry", numbers(missing(reading)))
    findings.add("empty_geometry", numbers(~shapely.is_missing(shapes) & shapely.is_empty(shapes)))
    findings.add("unreadable", reading.unreadable)
    kinds = shapely.get_type_id(shapes)
    flat = (kinds == 3) | (kinds == 6) | (kinds < 0) | shapely.is_empty(shapes)
    points_only = bool((kinds == 0).any()) and bool(((kinds == 0) | (kinds < 0)).all())
    findings.add("points" if points_only else "not_polygon", numbers(~flat))
    findings.add("z_values", numbers(shapely.has_z(shapes) | shapely.has_m(shapes)))
    findings.add("unclosed", reading.unclosed)
    rings(findings, anatomy, form)
    duplicates(findings)
    whereabouts(findings, district)
    well = valid()
    invalidity(findings, np.flatnonzero(~well & ~shapely.is_missing(shapes)))
    neighbours(findings, anatomy, well)
    return sorted(findings.found, key=lambda finding: list(KINDS).index(finding.key))


def missing(reading: Reading) -> np.ndarray:
    """The features that never had a shape; one that could not be made out had."""
    null = np.array(shapely.is_missing(reading.shapes))
    null[[number - 1 for number in reading.unreadable]] = False
    return null


def invalidity(findings: Findings, ill: np.ndarray) -> None:
    """What GEOS says is invalid about the shapes at `ill`, by kind, with the place it names."""
    kinds: dict[str, dict[int, tuple[float, float]]] = {}
    for at, reason in zip(ill.tolist(), shapely.is_valid_reason(findings.shapes[ill]), strict=True):
        match = PLACE.search(reason)
        place = (float(match[1]), float(match[2])) if match else (0.0, 0.0)
        kinds.setdefault(REASONS.get(reason.partition("[")[0], "self_intersection"), {})[at + 1] = place
    for kind, places in kinds.items():
        concerned = findings.shapes[[feature - 1 for feature in places]]
        before = float(areas_ha(concerned, findings.turn).sum())
        few = int(shapely.get_num_coordinates(concerned).sum()) <= TRIED and not tangled(concerned)
        after = float(areas_ha(made_valid(concerned), findings.turn).sum()) if few else None
        findings.add(kind, places, places=places, areas=(before, after))


def tangled(shapes: np.ndarray) -> bool:
    """Whether so many edges cross that working out where would fill the memory; estimated from some of them."""
    anatomy = Anatomy.of(shapes)
    if not anatomy.rings:
        return False
    x, y = anatomy.vertices.T
    inside = np.ones(len(x) - 1, dtype=bool)
    inside[anatomy.ring_ends[1:-1] - 1] = False
    ends = [np.minimum(x[:-1], x[1:]), np.minimum(y[:-1], y[1:]), np.maximum(x[:-1], x[1:]), np.maximum(y[:-1], y[1:])]
    edges = shapely.box(*(end[inside] for end in ends))
    some = edges[:: -(-len(edges) // ASKED_EDGES)]
    tree = shapely.STRtree(edges)
    met = sum(len(tree.query(edge)) for edge in some)
    return bool((met / len(some) - USUALLY_MET) * len(edges) / 2 > MOST_CROSSINGS)


def made_valid(shapes: np.ndarray) -> np.ndarray:
    """By GEOS's structure method, which keeps what a ring encloses; points and lines may fall off."""
    return np.asarray(shapely.make_valid(shapes, method="structure", keep_collapsed=False))


def rings(findings: Findings, anatomy: Anatomy, form: str) -> None:
    """Slivers, repeated vertices, order of rings, holes."""
    if not anatomy.rings:
        return
    per_x, per_y = metres_per_unit(anatomy.vertices, findings.turn)
    thin = slivers(anatomy, per_x, per_y)
    areas = np.abs(anatomy.signed_areas) * per_x * per_y / 10_000
    findings.add("sliver", features_of(anatomy, thin), areas=(float(areas[thin].sum()), 0.0))
    findings.add("repeated_vertices", repeated(anatomy))
    if form in OUTER_CLOCKWISE:
        clockwise = anatomy.signed_areas < 0
        wrong = (clockwise == anatomy.is_hole) == OUTER_CLOCKWISE[form]
        findings.add("ring_order", features_of(anatomy, wrong & (anatomy.signed_areas != 0)))
    findings.add("holes", features_of(anatomy, anatomy.is_hole), count=anatomy.holes)


def features_of(anatomy: Anatomy, which: np.ndarray) -> list[int]:
    """The features, numbered from one, to which the rings belong where `which` holds."""
    return list(map(int, np.unique(anatomy.feature_of_ring[which]) + 1))


def slivers(anatomy: Anatomy, per_x: float, per_y: float) -> np.ndarray:
    """Whether each ring is thinner than a metre on average; measured only where all of its feature could be so long."""
    areas = np.abs(anatomy.signed_areas) * per_x * per_y
    longest = np.repeat(anatomy.lengths, anatomy.rings_of_feature) * max(per_x, per_y)
    doubtful = np.flatnonzero((2 * areas < SLIVER_WIDTH_M * longest) & (areas > 0))
    thin = np.zeros(anatomy.rings, dtype=bool)
    thin[doubtful] = 2 * areas[doubtful] < SLIVER_WIDTH_M * anatomy.lengths_of(per_x, per_y, doubtful)
    return thin


def repeated(anatomy: Anatomy) -> list[int]:
    """Features with two equal vertices in a row."""
    dx, dy = anatomy.steps
    same = (dx == 0) & (dy == 0)
    same[anatomy.ring_ends[1:-1] - 1] = False
    where = np.flatnonzero(same)
    ring = np.searchsorted(anatomy.ring_ends, where, side="right") - 1
    return list(map(int, np.unique(anatomy.feature_of_ring[ring]) + 1))


def duplicate_numbers(shapes: np.ndarray) -> list[int]:
    """Features whose shape an earlier feature has, wherever the ring begins."""
    there = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if len(there) < 2:
        return []
    likeness = np.column_stack((shapely.bounds(shapes[there]), shapely.get_num_coordinates(shapes[there])))
    _one, inverse, counts = np.unique(likeness, axis=0, return_inverse=True, return_counts=True)
    alike = counts[inverse.ravel()] > 1
    seen: set[bytes] = set()
    again = []
    for at in there[alike]:
        content = shapely.to_wkb(shapely.normalize(shapes[at]))
        if content in seen:
            again.append(int(at) + 1)
        seen.add(content)
    return again


def duplicates(findings: Findings) -> None:
    again = duplicate_numbers(findings.shapes)
    if again:
        area = float(areas_ha(findings.shapes[[number - 1 for number in again]], findings.turn).sum())
        findings.add("duplicates", again, areas=(area, 0.0))


def whereabouts(findings: Findings, district: MultiPolygon) -> None:
    """Features with a corner outside China, and those whose box does not meet the district's."""
    bounds = shapely.bounds(findings.shapes)
    there = np.isfinite(bounds).all(axis=1)
    corners = [findings.turn(bounds[:, x], bounds[:, y]) for x in (0, 2) for y in (1, 3)]
    lon, lat = (np.array([corner[axis] for corner in corners]) for axis in (0, 1))
    (west, east), (south, north) = CHINA["lon"], CHINA["lat"]
    with np.errstate(invalid="ignore"):
        astray = there & ~((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)).all(axis=0)
        w, s, e, n = district.bounds
        apart = (lon.min(axis=0) > e) | (lon.max(axis=0) < w) | (lat.min(axis=0) > n) | (lat.max(axis=0) < s)
    findings.add("out_of_range", numbers(astray))
    findings.add("out_of_district", numbers(there & apart & ~astray))


def neighbours(findings: Findings, anatomy: Anatomy, valid: np.ndarray) -> None:
    """Overlaps and gaps between valid polygons, where they are few enough to be compared."""
    which = anatomy.features[valid[anatomy.features]] if len(anatomy.features) else anatomy.features
    if len(which) < 2:
        return
    shapes = findings.shapes[which]  # edges are straight in the file's own plane
    if len(which) > COMPARED or len(anatomy.vertices) > SMALL or tangled(shapes):
        findings.add("not_compared", [], count=len(which))
        return
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    same = shapely.equals(shapes[first], shapes[second])  # those are duplicates
    first, second = first[~same], second[~same]
    shared = shapely.intersection(shapes[first], shapes[second])
    common = by_scale(shared, findings.turn)
    over = common > LEAST_HA
    places = placed(which[second[over]] + 1, shared[over])
    findings.add("overlaps", places, int(over.sum()), places, (float(common[over].sum()), None))
    between = gaps(shapes)
    size = by_scale(between, findings.turn) if len(between) else np.empty(0)
    wide = size > LEAST_HA
    beside = tree.nearest(between[wide]) if wide.any() else np.empty(0, dtype=int)
    places = placed(which[beside] + 1, between[wide])
    findings.add("gaps", places, int(wide.sum()), places, (float(size[wide].sum()), None))


def placed(features: np.ndarray, shapes: np.ndarray) -> dict[int, tuple[float, float]]:
    """For each feature the middle of the first shape that is its own."""
    middles = shapely.get_coordinates(shapely.centroid(shapes)).tolist()
    return {feature: (x, y) for feature, (x, y) in reversed(list(zip(features.tolist(), middles, strict=True)))}


def gaps(shapes: np.ndarray) -> np.ndarray:
    """Holes in the union that no single feature has, as polygons."""
    holes = holes_of(shapely.get_parts(shapely.union_all(shapes)))
    own = holes_of(shapely.get_parts(shapes))
    real = [not shapely.equals(hole, own).any() for hole in holes]
    return np.asarray(holes[np.array(real, dtype=bool)])


def holes_of(parts: np.ndarray) -> np.ndarray:
    """The holes of polygons, as polygons."""
    return np.array([shapely.Polygon(ring) for part in parts for ring in part.interiors], dtype=object)
