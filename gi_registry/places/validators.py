"""Is this value acceptable: codes of places, positions, and shapes from people's hands."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gi_registry.core.errors import BadInput
from gi_registry.places.datums import Datum, in_china, look_swapped, parse_degrees, to_cgcs2000
from gi_registry.places.geometry import as_multipolygon

LARGEST_ACCURACY_M = 50_000.0  # a position less sure than this says nothing inside a county

division_code = RegexValidator(r"^\d{6}(\d{3})?\Z", _("区划代码是 6 位（县级）或 9 位（乡级）数字。"))


def position(lon: str, lat: str, datum: str = "") -> tuple[float, float]:
    """A typed position in degrees of CGCS2000. Raises BadInput: unreadable, out of range, swapped, unknown datum."""
    if datum and datum not in Datum.values:
        raise BadInput(f"不认识的坐标系“{datum[:20]}”：请用 {'、'.join(Datum.values)}。")
    east, north = parse_degrees(lon, "lon"), parse_degrees(lat, "lat")
    if look_swapped(east, north):
        raise BadInput(f"经度和纬度似乎颠倒了：经度 {east:g}、纬度 {north:g} 不在中国境内，对调后才在。")
    given = Datum(datum or Datum.CGCS2000)
    if given != Datum.CGCS2000 and not in_china(east, north):
        raise BadInput(f"{given.value} 坐标只用于中国境内，经度 {east:g}、纬度 {north:g} 不在其中。")
    return to_cgcs2000(east, north, given)


def accuracy(text: str) -> float:
    """The accuracy of a position in metres; empty is 0. Raises BadInput for what no instrument would say."""
    cleaned = unicodedata.normalize("NFKC", text).strip().removesuffix("米").removesuffix("m").strip()
    if not cleaned:
        return 0.0
    try:
        metres = float(cleaned)
    except ValueError:
        metres = math.nan
    if not math.isfinite(metres):
        raise BadInput(f"定位精度“{text.strip()[:20]}”不是数字：请填写米数，例如 10。")
    if metres < 0:
        raise BadInput("定位精度不能是负数：请填写米数，例如 10。")
    if metres > LARGEST_ACCURACY_M:
        raise BadInput(f"定位精度 {metres:g} 米太粗，无法判断：请在 {LARGEST_ACCURACY_M:g} 米以内。")
    return metres


def bbox(text: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees from “116.7,38.5,117.2,39.1”; None where empty. Raises BadInput."""
    if not text.strip():
        return None
    parts = text.split(",")
    if len(parts) != 4:
        raise BadInput("bbox 应是四个数：西,南,东,北，例如 116.7,38.5,117.2,39.1。")
    west, south, east, north = (parse_degrees(part, axis) for part, axis in zip(parts, ("lon", "lat") * 2, strict=True))
    if west >= east or south >= north:
        raise BadInput("bbox 的次序应是西,南,东,北：西要小于东，南要小于北。")
    return west, south, east, north


# --- Shapes that people draw, type or paste ---------------------------------------------------------------------------

MOST_VERTICES = 200_000
LONGEST_TEXT = 12_000_000  # characters: so many vertices at full length
WKT = re.compile(r"\s*(MULTI)?POLYGON\s*(Z|M|ZM)?\s*(\(|EMPTY)", re.IGNORECASE)
POLYGONS = ("Polygon", "MultiPolygon")
FLAWS = {
    "Self-intersection": "边与边相交，或两个地块重叠",
    "Ring Self-intersection": "一个环在这里碰到自己",
    "Hole lies outside shell": "孔洞在地块之外",
    "Holes are nested": "孔洞里又套着孔洞",
    "Nested holes": "孔洞里又套着孔洞",
    "Nested shells": "一个地块套在另一个里面",
    "Duplicate Rings": "同一个环出现两次",
    "Interior is disconnected": "孔洞把地块切断了",
    "Too few points in geometry component": "一个环的不同顶点不足三个",
}

Ring = list[tuple[float, float]]


def drawn_shape(text: str, datum: str = Datum.CGCS2000) -> MultiPolygon:
    """A shape typed or drawn as GeoJSON or WKT, in degrees of CGCS2000. Nothing is repaired: what is wrong is refused.

    Raises BadInput: another coordinate system named, no polygon, a ring that is open, a coordinate that is no number or
    lies outside China (and whether the two were swapped), too many vertices, a shape that crosses itself (and where).
    """
    if datum not in Datum.values:
        raise BadInput(f"不认识的坐标系“{datum[:20]}”：请用 {'、'.join(Datum.values)}。")
    if not text.strip():
        raise BadInput("还没有界线：请在图上画，或粘贴 GeoJSON、WKT。")
    if len(text) > LONGEST_TEXT:
        raise BadInput(f"界线文字太长（{len(text):,} 个字符）：请在 {LONGEST_TEXT:,} 个以内，或用文件导入。")
    polygons = from_wkt(text) if WKT.match(text) else from_geojson(text)
    if not polygons:
        raise BadInput("界线是空的：里面没有一个面。")
    parts = [checked_part(rings, number) for number, rings in enumerate(polygons, 1)]
    total = sum(len(ring) for rings in parts for ring in rings)
    if total > MOST_VERTICES:
        raise BadInput(f"界线有 {total:,} 个顶点，超过 {MOST_VERTICES:,} 个：请先概括，或用文件导入。")
    return turned(sound(MultiPolygon([Polygon(rings[0], rings[1:]) for rings in parts])), Datum(datum))


def sound(shape: BaseGeometry) -> MultiPolygon:
    """The shape as one MultiPolygon, its rings in order. Raises BadInput with the flaw and where it is."""
    if not shape.is_valid:
        flaw, _bracket, place = shapely.is_valid_reason(shape).partition("[")
        where = "，".join(f"{float(number):.6f}" for number in place.rstrip("]").split()[:2])
        raise BadInput(f"界线无效：{FLAWS.get(flaw, flaw)}（{where} 处）。登记簿不会自行修补，请改好再提交。")
    return as_multipolygon(shape)


def turned(shape: MultiPolygon, datum: Datum) -> MultiPolygon:
    """The shape with every vertex turned from `datum` to CGCS2000; one that is in it already stays as it is."""
    if datum == Datum.CGCS2000:
        return shape
    moved = shapely.transform(shape, lambda xy: np.array([to_cgcs2000(x, y, datum) for x, y in xy.tolist()]))
    return sound(moved)


def from_wkt(text: str) -> list[Any]:
    """The rings of each polygon of a WKT; unchecked but for its grammar."""
    try:
        with np.errstate(invalid="ignore"):
            shape = shapely.from_wkt(text)
    except shapely.errors.ShapelyError as error:
        open_ring = "closed" in str(error)
        raise BadInput("界线的环没有闭合：首尾两点必须相同。" if open_ring else "WKT 读不出来：写法有误。") from None
    return [
        [[list(pair) for pair in ring.coords] for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(shape)
        if not part.is_empty
    ]


def from_geojson(text: str) -> list[Any]:
    """The coordinates of each polygon of a GeoJSON geometry, feature or collection; unchecked."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("界线读不出来：应是 GeoJSON，或 POLYGON、MULTIPOLYGON 开头的 WKT。") from None
    return [polygon for geometry in geometries(content) for polygon in polygons_in(geometry)]


def geometries(content: Any) -> Iterator[dict[str, Any]]:
    """The geometries of a GeoJSON object. Raises BadInput for a `crs` member: GEOS obeys it, RFC 7946 dropped it."""
    whole = plain_object(content)
    members = whole.get("features") if whole.get("type") == "FeatureCollection" else [whole]
    for member in members if isinstance(members, list) else []:
        feature = plain_object(member)
        yield plain_object(feature.get("geometry") or {}) if feature.get("type") == "Feature" else feature


def plain_object(content: Any) -> dict[str, Any]:
    """A GeoJSON object that names no coordinate system."""
    if not isinstance(content, dict):
        raise BadInput("GeoJSON 应是一个对象。")
    if "crs" in content:
        raise BadInput("GeoJSON 不应带 crs：请去掉它，并在“坐标系”一栏选明坐标从哪种地图来。")
    return content


def polygons_in(geometry: dict[str, Any]) -> list[Any]:
    """The coordinates of each polygon. Raises BadInput for any other kind of geometry."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in POLYGONS:
        raise BadInput(f"界线应是面（Polygon 或 MultiPolygon），所给的是 {str(kind)[:40]}。")
    if not isinstance(coordinates, list):
        raise BadInput("GeoJSON 的 coordinates 应是列表。")
    return coordinates if kind == "MultiPolygon" else [coordinates]


def checked_part(rings: Any, number: int) -> list[Ring]:
    """The rings of the polygon that comes as `number`, each closed. Raises BadInput with part, ring and vertex."""
    if not isinstance(rings, list) or not rings:
        raise BadInput(f"第 {number} 个地块没有环。")
    return [
        checked_ring(ring, f"第 {number} 个地块的{f'第 {at} 个孔洞' if at else '外环'}")
        for at, ring in enumerate(rings)
    ]


def checked_ring(ring: Any, which: str) -> Ring:
    """A closed ring of positions in China."""
    if not isinstance(ring, list) or len(ring) < 4:
        raise BadInput(f"{which}不足四个点：最少三个顶点，再回到起点。")
    points = [checked_position(point, f"{which}的第 {at} 个点") for at, point in enumerate(ring, 1)]
    if points[0] != points[-1]:
        raise BadInput(f"{which}没有闭合：首点{shown(points[0])}，尾点{shown(points[-1])}，两点必须相同。")
    return points


def checked_position(point: Any, which: str) -> tuple[float, float]:
    """One position in degrees."""
    if not isinstance(point, list) or not all(type(number) in {int, float} for number in point):
        raise BadInput(f"{which}不是经度、纬度两个数。")
    if len(point) != 2:
        raise BadInput(f"{which}有 {len(point)} 个数：只要经度和纬度，请去掉高程。")
    try:
        lon, lat = float(point[0]), float(point[1])
    except OverflowError:
        lon = lat = math.inf
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise BadInput(f"{which}不是有限的数。")
    if look_swapped(lon, lat):
        raise BadInput(f"{which}（{lon:g}，{lat:g}）经度和纬度似乎颠倒了：对调后才在中国境内。")
    if not in_china(lon, lat):
        raise BadInput(f"{which}（{lon:g}，{lat:g}）不在中国境内：应是以度为单位的经度、纬度，经度在前。")
    return lon, lat


def shown(point: tuple[float, float]) -> str:
    """A position for a sentence."""
    return f"（{point[0]:.6f}，{point[1]:.6f}）"
