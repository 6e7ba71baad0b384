"""What stands in a file, read once and as it is: columns, shapes, and what the file declares of itself."""

from __future__ import annotations

import re
import sqlite3
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import orjson
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from shapely.geometry.base import BaseGeometry

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor.archive import MOST_LAYERS, Format, Source, Unpacked
from gi_registry.intake.doctor.drivers import restrict
from gi_registry.intake.doctor.encodings import LANGUAGE_IDS, UNSAID, Declared, codec_of, readable

MOST_FEATURES = 200_000
MOST_FIELDS = 255
NAME_BYTES = 10  # of a dbf's field
BROKEN = "文件已损坏或不完整，读不出来：请重新导出后再传。"
PYOGRIO_ERRORS = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError)
KINDS = {"O": "text", "U": "text", "i": "integer", "u": "integer", "f": "real", "M": "time", "b": "logical"}

SHAPE_TYPES = {0: "None", 1: "Point", 3: "LineString", 5: "Polygon", 8: "MultiPoint", 31: "MultiPatch"}


@dataclass(frozen=True)
class Layer:
    """A part of a file that can be chosen."""

    name: str
    features: int
    geometry: str


@dataclass(frozen=True)
class Column:
    """One field; the text of a dbf stands as one character per byte (Latin-1) until its encoding is known."""

    raw: bytes
    kind: str
    values: np.ndarray
    cut: str = ""  # "maybe" where the name fills a dbf's ten bytes, "yes" where it ends within a character


@dataclass(frozen=True)
class Reading:
    """A layer as it was read. `shapes` holds None for a feature without one; `notes` counts what reading met."""

    columns: list[Column]
    shapes: np.ndarray
    declared: str | None = None
    sure: bool = True
    encoding: Declared = UNSAID
    undecoded: bool = False
    notes: dict[str, int] = field(default_factory=dict)
    unclosed: tuple[int, ...] = ()
    unreadable: tuple[int, ...] = ()
    table: tuple[str, ...] = ()  # the columns of a table that were taken as coordinates


# --- Layers ----------------------------------------------------------------------------------------------------------


def layers_of(unpacked: Unpacked) -> list[Layer]:
    """The layers to choose from. Raises BadInput where there is none, or one that claims too much."""
    layers = LAYERS[unpacked.format](unpacked)
    if not layers:
        raise BadInput("文件里没有可读的图层。")
    if len(layers) > MOST_LAYERS:
        raise BadInput(f"文件里有 {len(layers)} 个图层，超过上限 {MOST_LAYERS} 个。")
    for layer in layers:
        check_count(layer.features)
    return layers


def check_count(features: int) -> None:
    if features > MOST_FEATURES:
        raise BadInput(f"文件有 {features} 个要素，超过上限 {MOST_FEATURES} 个：请分开导入。")


def chosen(layers: list[Layer], name: str | None) -> int:
    """The number of the layer named, or of the one with polygons and the most features. Raises BadInput."""
    if name is None:
        return max(range(len(layers)), key=lambda at: ("Polygon" in layers[at].geometry, layers[at].features, -at))
    names = [layer.name for layer in layers]
    if name not in names:
        raise BadInput(f"文件里没有名为“{name[:40]}”的图层。")
    return names.index(name)


def shape_layers(unpacked: Unpacked) -> list[Layer]:
    return [Layer(source.name, *shape_header(source)) for source in unpacked.sources]


def shape_header(source: Source) -> tuple[int, str]:
    """Features and type by the headers, after asking whether the files can hold what these claim. Raises BadInput."""
    shp = source.parts[".shp"]
    with shp.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or not head.startswith(b"\x00\x00\x27\x0a"):
        raise BadInput(f"“{source.name}.shp”不是 Shapefile：文件头不对。")
    claimed, size = 2 * int.from_bytes(head[24:28], "big"), shp.stat().st_size
    if claimed > size:
        raise BadInput(f"“{source.name}.shp”不完整：文件头说有 {claimed} 字节，实际只有 {size} 字节。")
    kind = SHAPE_TYPES.get(int.from_bytes(head[32:36], "little") % 10, "Unknown")
    offsets = record_offsets(source)
    if offsets is not None:
        beyond = offsets.size and int((offsets[:, 0] * 2 + offsets[:, 1] * 2 + 8).max()) > size
        if beyond or (offsets < 0).any():
            raise BadInput(f"“{source.name}.shx”指向 .shp 以外的位置：两个文件不是一套，或已损坏。")
    check_dbf(source)
    return (len(offsets) if offsets is not None else record_count(shp)), kind


def record_offsets(source: Source) -> np.ndarray | None:
    """Offset and length of each record in 16-bit words, by the .shx; None where there is none."""
    path = source.parts.get(".shx")
    if path is None or path.stat().st_size < 100:
        return None
    body = path.read_bytes()[100:]
    return np.frombuffer(body[: len(body) // 8 * 8], ">i4").reshape(-1, 2).astype(np.int64)


def record_count(shp: Path) -> int:
    """Records of a .shp without .shx, counted from one to the next; the missing index is written beside it, since
    GDAL's own way of doing so also writes where it should not."""
    entries, at, size = [], 100, shp.stat().st_size
    with shp.open("rb") as file:
        head = file.read(100)
        while at + 8 <= size and len(entries) <= MOST_FEATURES:
            file.seek(at + 4)
            words = int.from_bytes(file.read(4), "big")
            if at + 8 + 2 * words > size:
                raise BadInput(BROKEN)
            entries.append((at // 2, words))
            at += 8 + 2 * words
    length = (100 + 8 * len(entries)) // 2
    index = head[:24] + length.to_bytes(4, "big") + head[28:] + np.array(entries, ">i4").tobytes()
    shp.with_suffix(".shx").write_bytes(index)
    return len(entries)


def check_dbf(source: Source) -> None:
    """Refuse a table that claims more rows than its bytes can hold."""
    path = source.parts.get(".dbf")
    if path is None:
        return
    with path.open("rb") as file:
        head = file.read(32)
    if len(head) < 32:
        raise BadInput(f"“{source.name}.dbf”不完整：连文件头都没有。")
    rows, header, row = (int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    size = path.stat().st_size
    if header + rows * row > size + 1:  # the closing byte may be missing
        raise BadInput(f"“{source.name}.dbf”不完整：文件头说有 {rows} 行，实际放不下。")


def package_layers(unpacked: Unpacked) -> list[Layer]:
    path = unpacked.sources[0].path
    check_pages(path)
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            return [
                package_layer(database, *row) for row in database.execute(PACKAGE_LAYERS).fetchmany(MOST_LAYERS + 1)
            ]
    except sqlite3.Error as error:
        raise BadInput("不是完好的 GeoPackage：" + BROKEN) from error


PACKAGE_LAYERS = """
    SELECT contents.table_name, geometry_type_name, master.type, master.sql FROM gpkg_contents AS contents
    JOIN gpkg_geometry_columns USING (table_name) LEFT JOIN sqlite_master AS master ON master.name = contents.table_name
    WHERE data_type = 'features'
"""


def package_layer(database: sqlite3.Connection, table: str, geometry: str, kind: str | None, sql: str | None) -> Layer:
    """A layer with its rows counted by us; a view could run for ever, so only plain tables are read."""
    if kind != "table" or not re.match(r"\s*CREATE\s+TABLE", sql or "", re.IGNORECASE):
        raise BadInput(f"GeoPackage 的图层“{table[:40]}”不是普通的表，不读。")
    quoted = table.replace('"', '""')
    features = database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608 -- a quoted name
    return Layer(table, features, TYPE_NAMES.get(geometry.upper(), "Unknown"))


TYPE_NAMES = {
    name.upper(): name
    for name in (
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
    )
}


def check_pages(path: Path) -> None:
    """Refuse an SQLite file that is shorter than it says."""
    with path.open("rb") as file:
        head = file.read(100)
    page = int.from_bytes(head[16:18], "big")
    page = 65_536 if page == 1 else page
    if len(head) < 100 or page * int.from_bytes(head[28:32], "big") > path.stat().st_size:
        raise BadInput("GeoPackage 不完整：" + BROKEN)


def kml_layers(unpacked: Unpacked) -> list[Layer]:
    path = unpacked.sources[0].path
    check_kml(path)
    with complaints_as_refusals():
        names = [name for name, _kind in pyogrio.list_layers(path)]
        infos = [
            pyogrio.read_info(path, layer=at, force_feature_count=True)
            for at in range(min(len(names), MOST_LAYERS + 1))
        ]
    return [
        Layer(name, info["features"], info["geometry_type"] or "Unknown")
        for name, info in zip(names, infos, strict=False)
        if info["features"]
    ]


def check_kml(path: Path) -> None:
    """Refuse what is no KML, or brings entities along, before anything that resolves them sees it."""
    parser = expat.ParserCreate()
    root: list[str] = []

    def doctype(*_parts: object) -> None:
        raise BadInput("KML 里有 DOCTYPE 或外部实体，不予读取：请用地图软件重新导出。")

    def element(name: str, _attributes: object) -> None:
        if not root:
            root.append(name)
            if name.rpartition(":")[2] != "kml":
                raise BadInput(f"不是 KML：最外层是 <{name[:30]}>。")

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        raise BadInput(f"XML 第 {error.lineno} 行写法有误，或文件不完整。") from error
    except (LookupError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput("XML 声明的编码认不出来。") from error


# --- Reading through GDAL --------------------------------------------------------------------------------------------


@contextmanager
def complaints_as_refusals() -> Iterator[None]:
    """GDAL's failures become one sentence; its warnings are what the doctor finds on its own."""
    restrict()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except PYOGRIO_ERRORS as error:
            raise BadInput(BROKEN) from error


def through_gdal(path: Path, **options: Any) -> tuple[dict[str, Any], list[np.ndarray], np.ndarray]:
    """What pyogrio reads (what it says of the layer, columns, shapes as WKB), of so many features at most."""
    with complaints_as_refusals():
        meta, _ids, wkb, columns = pyogrio.raw.read(path, max_features=MOST_FEATURES + 1, **options)
    if wkb is None:
        raise BadInput("图层里没有图形，只有属性。")
    check_count(len(wkb))
    return meta, columns, wkb


def shapes_of(wkb: np.ndarray) -> tuple[np.ndarray, tuple[int, ...], tuple[int, ...]]:
    """Shapes of WKB; the numbers of those with rings left open (now closed), and of those that cannot be made out."""
    try:
        return shapely.from_wkb(wkb), (), ()
    except (shapely.errors.ShapelyError, ValueError):
        strict = shapely.from_wkb(wkb, on_invalid="ignore")
        closed = shapely.from_wkb(wkb, on_invalid="fix")
    given = np.array([one is not None for one in wkb])
    missing = given & shapely.is_missing(strict)
    lost = given & shapely.is_missing(closed)
    return closed, numbers(missing & ~lost), numbers(lost)


def numbers(which: np.ndarray) -> tuple[int, ...]:
    """Feature numbers, from one, where `which` holds."""
    return tuple((np.flatnonzero(which) + 1).tolist())


def kind_of(values: np.ndarray) -> str:
    if values.dtype.kind == "O" and any(isinstance(value, bytes) for value in values[:20]):
        return "binary"
    return KINDS.get(values.dtype.kind, "text")


def read_shapefile(source: Source, layer: str, features: int) -> Reading:
    """A Shapefile, its text undecoded: one reading serves every encoding."""
    _meta, values, wkb = through_gdal(source.parts[".shp"], encoding="ISO-8859-1")
    shapes, unclosed, unreadable = shapes_of(wkb)
    dbf = source.parts.get(".dbf")
    stored = stored_names(dbf) if dbf else []
    columns = [
        Column(raw, kind_of(value), value, "maybe" if len(raw) == NAME_BYTES else "")
        for raw, value in zip(stored, values, strict=False)
    ]
    notes = {"no_dbf": features} if dbf is None else {}
    notes |= {} if ".shx" in source.parts else {"no_shx": features}
    rows = dbf_rows(dbf) if dbf else features
    notes |= {"row_mismatch": abs(rows - features)} if rows != features else {}
    declared = declared_encoding(source)
    return Reading(columns, shapes, declared_system(source), True, declared, True, notes, unclosed, unreadable)


def stored_names(dbf: Path) -> list[bytes]:
    """The field names of a dbf as bytes, ten at most each."""
    with dbf.open("rb") as file:
        head = file.read(32)
        body = file.read(max(0, int.from_bytes(head[8:10], "little") - 32))
    names = []
    for at in range(0, len(body) - 31, 32):
        if body[at] == 0x0D:
            break
        names.append(body[at : at + NAME_BYTES + 1].split(b"\x00")[0][:NAME_BYTES])
    return names


def dbf_rows(dbf: Path) -> int:
    with dbf.open("rb") as file:
        return int.from_bytes(file.read(8)[4:8], "little")


def declared_encoding(source: Source) -> Declared:
    """By .cpg, else by the dbf's language id where that names a Chinese encoding."""
    if ".cpg" in source.parts:
        return Declared("cpg", codec_of(source.parts[".cpg"].read_bytes()[:40].decode("latin-1")))
    if ".dbf" in source.parts:
        with source.parts[".dbf"].open("rb") as file:
            language = file.read(30)[29]
        return Declared("ldid", LANGUAGE_IDS[language]) if language in LANGUAGE_IDS else UNSAID
    return UNSAID


def declared_system(source: Source) -> str | None:
    if ".prj" not in source.parts:
        return None
    text = source.parts[".prj"].read_bytes()[:20_000].decode("utf-8", errors="replace").lstrip("\ufeff").strip()
    return text or None


def read_layer(source: Source, layer: str, features: int) -> Reading:
    """A layer of a GeoPackage or KML."""
    meta, values, wkb = through_gdal(source.path, layer=layer)
    shapes, unclosed, unreadable = shapes_of(wkb)
    columns = [
        Column(str(name).encode(), kind_of(value), value) for name, value in zip(meta["fields"], values, strict=True)
    ]
    return Reading(columns, shapes, meta["crs"], True, Declared("format", "utf-8"), False, {}, unclosed, unreadable)


# --- GeoJSON ---------------------------------------------------------------------------------------------------------


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


def read_geojson(source: Source, layer: str, features: int) -> Reading:
    """GeoJSON, read without GDAL, which would obey a crs member and fetch a linked one."""
    content, encoding = parsed(source.path)
    rows = features_of(content)
    declared, sure, notes = crs_member(content)
    made = [shape_of(row.get("geometry")) for row in rows]
    shapes = np.array([shape for shape, _state in made] + [None], dtype=object)[:-1]
    states = np.array([state for _shape, state in made], dtype=object)
    columns = [Column(name.encode(), kind, values) for name, kind, values in property_columns(rows)]
    return Reading(
        columns,
        shapes,
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
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError):
        return None, "unreadable"
    return shape, "unclosed" if any(ring[0] != ring[-1] for ring in rings_of(geometry)) else ""


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


def typed(values: Sequence[Any]) -> tuple[str, np.ndarray]:
    """The kind that all values share, and the values."""
    plain = [orjson.dumps(value).decode() if isinstance(value, dict | list) else value for value in values]
    kinds = {type(value) for value in plain if value is not None}
    kind = "text"
    if kinds and kinds <= {bool}:
        kind = "logical"
    elif kinds and kinds <= {int}:
        kind = "integer"
    elif kinds and kinds <= {int, float}:
        kind = "real"
    array = np.empty(len(plain), dtype=object)
    array[:] = plain
    return kind, array


# --- Which reader ----------------------------------------------------------------------------------------------------

LAYERS: dict[Format, Callable[[Unpacked], list[Layer]]] = {
    Format.SHAPEFILE: shape_layers,
    Format.GEOPACKAGE: package_layers,
    Format.KML: kml_layers,
    Format.KMZ: kml_layers,
    Format.GEOJSON: json_layers,
}
READERS: dict[Format, Callable[[Source, str, int], Reading]] = {
    Format.SHAPEFILE: read_shapefile,
    Format.GEOPACKAGE: read_layer,
    Format.KML: read_layer,
    Format.KMZ: read_layer,
    Format.GEOJSON: read_geojson,
}


def read(unpacked: Unpacked, layers: list[Layer], number: int) -> tuple[Reading, Layer]:
    """The layer of that number, and its line in the list put right by what was read. Raises BadInput."""
    layer = layers[number]
    source = unpacked.sources[number if unpacked.format == Format.SHAPEFILE else 0]
    reading = READERS[unpacked.format](source, layer.name, layer.features)
    return reading, replace(layer, features=len(reading.shapes), geometry=common_type(reading.shapes) or layer.geometry)


def common_type(shapes: np.ndarray) -> str:
    """The type that all shapes share, Polygon and MultiPolygon counting as one; "Mixed", or "" without any."""
    kinds = {shapely.GeometryType(kind).name for kind in np.unique(shapely.get_type_id(shapes)) if kind >= 0}
    if not kinds:
        return ""
    single = {kind.removeprefix("MULTI") for kind in kinds}
    if len(single) > 1:
        return "Mixed"
    return TYPE_NAMES[max(kinds, key=len)]
