"""GeoJSON, read without GDAL, which would obey a crs member and fetch a linked one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor.archive import Source, Unpacked
from gi_registry.intake.doctor.encodings import UNSAID, Declared, readable
from gi_registry.intake.doctor.reading import (
    MOST_FIELDS,
    Column,
    Layer,
    Reading,
    Wanted,
    array_of,
    check_count,
    numbers,
    typed,
)

MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


def parsed(path: Path) -> tuple[Any, Declared]:
    """The JSON, which should be UTF-8 and may be GB18030. Raises BadInput."""
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(raw), Declared("format", "utf-8")
    except orjson.JSONDecodeError as error:
        complaint = error
    try:
        readable(raw, "utf-8")
    except UnicodeDecodeError:
        try:
            return orjson.loads(raw.decode("gb18030")), UNSAID
        except (UnicodeDecodeError, orjson.JSONDecodeError):
            pass
    raise BadInput(f"JSON 第 {complaint.lineno} 行写法有误，或文件不完整。") from complaint


def features_of(content: Any) -> list[dict[str, Any]]:
    """The features of a FeatureCollection, a Feature or a bare geometry. Raises BadInput."""
    kind = content.get("type") if isinstance(content, dict) else None
    match kind:
        case "FeatureCollection" if isinstance(content.get("features"), list):
            features = list(content["features"])
        case "Feature":
            features = [content]
        case "Polygon" | "MultiPolygon" | "GeometryCollection" | "Point" | "MultiPoint" | "LineString":
            features = [{"type": "Feature", "properties": {}, "geometry": content}]
        case _:
            raise BadInput("是 JSON，但不是 GeoJSON：最外层应是 FeatureCollection。")
    check_count(len(features))
    if not all(isinstance(feature, dict) for feature in features):
        raise BadInput("GeoJSON 的 features 里有一项不是要素。")
    return features


def json_layers(unpacked: Unpacked) -> list[Layer]:
    """One layer; counted when it is read."""
    return [Layer(unpacked.sources[0].name, 0, "Unknown")]


def read_geojson(source: Source, layer: Layer, wanted: Wanted) -> Reading:
    """GeoJSON, read without GDAL, which would obey a crs member and fetch a linked one."""
    content, encoding = parsed(source.path)
    rows = features_of(content)
    declared, sure, notes = crs_member(content)
    made = [shape_of(row.get("geometry")) for row in rows]
    states = np.array([state for _shape, state in made])
    columns = [Column(name.encode(), kind, values) for name, kind, values in property_columns(rows)]
    return Reading(
        columns,
        array_of(shape for shape, _state in made),
        declared,
        sure,
        encoding,
        False,
        notes,
        numbers(states == "unclosed"),
        numbers(states == "unreadable"),
    )


def crs_member(content: dict[str, Any]) -> tuple[str, bool, dict[str, int]]:
    """What the file declares: WGS 84 by RFC 7946; a crs member contradicts it, so the person is asked."""
    if "crs" not in content or content["crs"] is None:
        return "EPSG:4326", True, {}
    member = content["crs"]
    about = member.get("properties") if isinstance(member, dict) else None
    name = about.get("name") if isinstance(about, dict) else None
    if not isinstance(name, str) or not re.fullmatch(r"(urn:ogc:def:crs:)?[A-Za-z0-9:.]{4,40}", name):
        raise BadInput("GeoJSON 带有读不懂的 crs：请去掉这一项，坐标一律用 WGS 84 / CGCS2000 经纬度。")
    return name, False, {"crs_member": 1}


def shape_of(geometry: Any) -> tuple[BaseGeometry | None, str]:
    """A shape of GeoJSON and what became of it: "", "unclosed" (now closed) or "unreadable"."""
    if geometry is None:
        return None, ""
    try:
        shape = shapely.geometry.shape(geometry)
        open_rings = any(ring[0] != ring[-1] for ring in rings_of(geometry))
    except (*MALFORMED, shapely.errors.ShapelyError):
        return None, "unreadable"
    return shape, "unclosed" if open_rings else ""


def rings_of(geometry: dict[str, Any]) -> list[Any]:
    """The rings as they stand in the file."""
    match geometry.get("type"):
        case "Polygon":
            return [ring for ring in geometry["coordinates"] if ring]
        case "MultiPolygon":
            return [ring for part in geometry["coordinates"] for ring in part if ring]
        case "GeometryCollection":
            return [ring for part in geometry["geometries"] for ring in rings_of(part)]
        case _:
            return []


def property_columns(rows: list[dict[str, Any]]) -> list[tuple[str, str, np.ndarray]]:
    """Name, kind and values of each property in the order of first mention; what is nested is kept as JSON."""
    properties = [row["properties"] if isinstance(row.get("properties"), dict) else {} for row in rows]
    names = dict.fromkeys(name for one in properties for name in one)
    if len(names) > MOST_FIELDS:
        raise BadInput(f"字段有 {len(names)} 个，超过上限 {MOST_FIELDS} 个。")
    return [(name, *typed([one.get(name) for one in properties])) for name in names]
