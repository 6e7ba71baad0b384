"""Small files for the doctor, sound and broken, made under a folder of the test's own."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import openpyxl
import shapely
from shapely.geometry.base import BaseGeometry

from tests import shapes

DISTRICT = shapely.MultiPolygon(
    [shapely.Polygon([(116.7, 38.6), (117.2, 38.6), (117.2, 39.0), (117.0, 39.05), (116.7, 39.0)])]
)
TOWN = shapes.square(116.9, 38.8, 0.05)
OTHER = shapes.square(116.96, 38.8, 0.05)
BOW_TIE = shapely.Polygon([(116.9, 38.8), (116.95, 38.85), (116.95, 38.8), (116.9, 38.85)])
NAMES = ("示例镇", "样板镇", "试验镇", "样例镇", "演示镇", "范本镇")
PARTS = (".shp", ".shx", ".dbf", ".prj")


def named(count: int) -> dict[str, list[str]]:
    """A column of names and one of codes."""
    return {"名称": list(NAMES[:count]), "代码": [f"12011810{number}" for number in range(count)]}


def frame(*drawn: BaseGeometry | None, crs: int = 4490, **columns: list[Any]) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns or named(len(drawn)), geometry=list(drawn), crs=crs)


def in_system(epsg: int, *drawn: BaseGeometry, swapped: bool = False) -> list[BaseGeometry]:
    """Shapes of CGCS2000 turned to another system."""
    there = geopandas.GeoSeries(list(drawn), crs=4490).to_crs(epsg)
    return [shapely.transform(one, lambda xy: xy[:, ::-1] if swapped else xy) for one in there]


def shapefile(
    folder: Path, *drawn: BaseGeometry | None, encoding: str = "GB18030", crs: int = 4490, **columns: list[Any]
) -> dict[str, bytes]:
    """The parts of a Shapefile by suffix, .cpg among them."""
    folder.mkdir(exist_ok=True)
    frame(*drawn, crs=crs, **columns).to_file(folder / "a.shp", engine="pyogrio", encoding=encoding)
    return {path.suffix: path.read_bytes() for path in folder.glob("a.*")}


def packed(path: Path, members: dict[str, bytes]) -> Path:
    """A zip with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def zipped(path: Path, parts: dict[str, bytes], *suffixes: str, stem: str = "乡镇") -> Path:
    """A Shapefile in a zip, of the parts named (all but .cpg where none is)."""
    return packed(path, {stem + suffix: parts[suffix] for suffix in suffixes or PARTS})


def sound(folder: Path) -> dict[str, bytes]:
    """The parts of a GBK Shapefile with two towns."""
    return shapefile(folder, TOWN, OTHER)


def overwritten(content: bytes, at: int, new: bytes) -> bytes:
    return content[:at] + new + content[at + len(new) :]


def last_replaced(content: bytes, old: float, new: float) -> bytes:
    """A Shapefile's last coordinate `old` made `new`."""
    return overwritten(content, content.rindex(struct.pack("<d", old)), struct.pack("<d", new))


def geojson(path: Path, *geometries: Any, **members: Any) -> Path:
    """A FeatureCollection; geometries are shapes, GeoJSON's own dictionaries, or None."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": NAMES[number % len(NAMES)], "code": f"1201181{number:02}"},
            "geometry": json.loads(shapely.to_geojson(one)) if isinstance(one, BaseGeometry) else one,
        }
        for number, one in enumerate(geometries)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": features}, ensure_ascii=False))
    return path


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    """A polygon of GeoJSON as it is, right or wrong."""
    return {"type": "Polygon", "coordinates": list(rings)}


def ring(west: float = 116.9, south: float = 38.8, side: float = 0.05, *, closed: bool = True) -> list[list[float]]:
    """A counter-clockwise square."""
    corners = [[west, south], [west + side, south], [west + side, south + side], [west, south + side]]
    return [[round(x, 6), round(y, 6)] for x, y in corners + corners[:1] * closed]


def kml(placemarks: str, before: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{placemarks}</Document></kml>'.encode()


def placemark(drawn: shapely.MultiPolygon, name: str = "示例镇") -> str:
    corners = " ".join(f"{x},{y}" for x, y in drawn.geoms[0].exterior.coords)
    return (
        f"<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{corners}</coordinates>"
        "</LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def geopackage(path: Path, layers: dict[str, list[BaseGeometry]]) -> Path:
    for layer, drawn in layers.items():
        frame(*drawn).to_file(path, layer=layer, engine="pyogrio", driver="GPKG")
    return path


def kml_of(path: Path, *drawn: BaseGeometry) -> Path:
    """As GDAL writes it."""
    frame(*drawn, crs=4326).to_file(path, engine="pyogrio", driver="KML")
    return path


def workbook(path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def csv_of(*rows: str, encoding: str = "utf-8") -> bytes:
    return "".join(f"{row}\r\n" for row in rows).encode(encoding)


def zip_bytes(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def empty_shapefile(records: int) -> dict[str, bytes]:
    """A Shapefile of so many null shapes, without a table: 20 bytes each."""
    body = np.zeros((records, 12), dtype=np.uint8)
    body[:, :8] = np.column_stack((np.arange(1, records + 1), np.full(records, 2))).astype(">i4").view(np.uint8)
    index = np.column_stack((50 + 6 * np.arange(records), np.full(records, 2))).astype(">i4")
    return {".shp": header(12 * records) + body.tobytes(), ".shx": header(8 * records) + index.tobytes()}


def header(size: int) -> bytes:
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + size) // 2) + struct.pack("<2i8d", 1000, 5, *[0.0] * 8)


def unheard(stage: str, share: float) -> None:
    """For whoever does not watch the progress."""
