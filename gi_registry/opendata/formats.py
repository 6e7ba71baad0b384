"""The formats of open data, and the one way to have a release written in one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, cast

from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as lazy

from gi_registry.core.errors import NotInRegister
from gi_registry.opendata.columns import Release

CGCS2000 = "http://www.opengis.net/def/crs/EPSG/0/4490"
WGS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its extension in addresses, its media type at IANA, the coordinate system of its shapes."""

    extension: str
    media_type: str
    title: str
    crs: str
    serves: Any
    writer: str

    @property
    def write(self) -> Callable[[Release, Path], None]:
        """Writes a release; imported when first asked for, since GDAL and openpyxl take 70 MB of a web worker."""
        return cast("Callable[[Release, Path], None]", import_string(f"gi_registry.opendata.{self.writer}"))


FORMATS = {
    form.extension: form
    for form in (
        Format(
            *("geojson", "application/geo+json", "GeoJSON", WGS84),
            lazy("网页地图与程序；RFC 7946"),
            "geojson.write",
        ),
        Format(
            *("gpkg", "application/geopackage+sqlite3", "GeoPackage", CGCS2000),
            lazy("QGIS、ArcGIS；字段不限长，推荐"),
            "gdal.write_geopackage",
        ),
        Format(
            *("shp.zip", "application/zip", "Shapefile", CGCS2000),
            lazy("旧的 GIS 软件；一个压缩包，内有字段说明"),
            "gdal.write_shapefile",
        ),
        Format(
            *("kml", "application/vnd.google-earth.kml+xml", "KML", WGS84),
            lazy("奥维、Google 地球"),
            "gdal.write_kml",
        ),
        Format(
            *("csv", "text/csv; charset=utf-8", "CSV", CGCS2000),
            lazy("程序与统计软件；界线为 WKT"),
            "sheets.write_csv",
        ),
        Format(
            *("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", CGCS2000),
            lazy("Excel、WPS 表格；第二张表是字段说明"),
            "sheets.write_xlsx",
        ),
    )
}


def format_of(extension: str) -> Format:
    """The format with this extension. Raises NotInRegister."""
    if extension not in FORMATS:
        raise NotInRegister(f"没有“{extension[:20]}”这种下载格式：可选 {'、'.join(FORMATS)}。")
    return FORMATS[extension]


def written(release: Release, form: Format) -> BinaryIO:
    """The release in this format as an open file that has no name any more, so that nothing stays behind."""
    with TemporaryDirectory(prefix="gi-registry-") as folder:
        path = Path(folder) / f"{release.main.name}.{form.extension}"
        form.write(release, path)
        return path.open("rb")
