"""Releases written by GDAL: GeoPackage, Shapefile and KML. The same release always gives the same bytes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pyogrio.raw
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from gi_registry.opendata.columns import Column, Kind, Layer, Origin, Release, dictionary
from gi_registry.opendata.shapes import rounded_wkb
from gi_registry.opendata.zips import add
from gi_registry.places.geometry import SRID

DTYPES = {Kind.NUMBER: "float64", Kind.WHOLE: "int64", Kind.FLAG: "bool", Kind.DAY: "datetime64[D]"}
NOTHING = {Kind.NUMBER: 0.0, Kind.WHOLE: 0, Kind.FLAG: False, Kind.DAY: date(1970, 1, 1)}
LONGEST_DBF_TEXT = 254  # bytes
CUT = "…"
DESCRIPTION = Column(  # what a globe shows beside a placemark; of the values by name
    *("description", "", lazy("示意"), Kind.TEXT, Origin.REGISTER),
    lazy("界线为示意时的提醒"),
    lambda named: _("示意，不是法定界线") if named["schematic"] else None,
)


def write_geopackage(release: Release, path: Path) -> None:
    """Each layer as a table of its own, exact shapes."""
    for layer in (release.main, *release.others):
        options = {"IDENTIFIER": layer.title, "DESCRIPTION": describes(release, layer)}
        write_layer(layer, path, "GPKG", layer_options=options)
    with closing(sqlite3.connect(path)) as database, database:
        changed = release.edition.changed_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        database.execute("UPDATE gpkg_contents SET last_change = ?", [changed])


def write_kml(release: Release, path: Path) -> None:
    """One folder of placemarks that say where they are schematic; days are texts, since KML has none."""
    layer = release.main
    names = [column.name for column in layer.columns]
    told = [DESCRIPTION.value(dict(zip(names, row, strict=True))) for row in layer.rows]
    described = replace(
        layer,
        columns=(*layer.columns, DESCRIPTION),
        rows=[[*row, words] for row, words in zip(layer.rows, told, strict=True)],
        shapes=[rounded_wkb(wkb) for wkb in layer.shapes],
    )
    write_layer(described, path, "KML", crs="EPSG:4326", days_as_text=True)


def write_shapefile(release: Release, path: Path) -> None:
    """A zip of the five files and 字段说明.txt, which also gives in full every text that a .dbf has no room for."""
    layer = release.main
    shp = path.with_name(f"{layer.name}.shp")
    short, cut = shortened(layer)
    write_layer(
        short,
        shp,
        "ESRI Shapefile",
        names=[column.short for column in layer.columns],
        layer_options={"DBF_DATE_LAST_UPDATE": release.edition.changed_at.date().isoformat()},
    )
    with ZipFile(path, "w") as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            add(archive, f"{layer.name}{suffix}", shp.with_suffix(suffix).read_bytes(), release.edition.changed_at)
        add(archive, "字段说明.txt", readme(release, cut).encode("utf-8-sig"), release.edition.changed_at)


def write_layer(
    layer: Layer,
    path: Path,
    driver: str,
    *,
    names: list[str] | None = None,
    crs: str = f"EPSG:{SRID}",
    days_as_text: bool = False,
    layer_options: dict[str, str] | None = None,
) -> None:
    """The rows of one layer by GDAL, unknown values as NULL."""
    columns = [layer.column(at) for at in range(len(layer.columns))]
    kinds = [Kind.TEXT if days_as_text and c.kind == Kind.DAY else c.kind for c in layer.columns]
    pyogrio.raw.write(
        path,
        as_objects(layer.shapes),
        [as_array(kind, column) for kind, column in zip(kinds, columns, strict=True)],
        names or [column.name for column in layer.columns],
        field_mask=[np.array([value is None for value in column], dtype=bool) for column in columns],
        layer=layer.name,
        driver=driver,
        geometry_type=layer.geometry,
        crs=crs,
        encoding="UTF-8",
        promote_to_multi=layer.geometry.startswith("Multi"),
        layer_options=layer_options or {},
    )


def as_array(kind: Kind, column: list[Any]) -> np.ndarray:
    """The values of one column as GDAL takes them; what is unknown is masked, so any value may stand there."""
    if kind not in DTYPES:
        return as_objects([value if value is None else str(value) for value in column])
    return np.array([NOTHING[kind] if value is None else value for value in column], dtype=DTYPES[kind])


def as_objects(items: list[Any]) -> np.ndarray:
    """A one-dimensional array of whatever is in the list, also of nothing."""
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def shortened(layer: Layer) -> tuple[Layer, list[tuple[int, str, str]]]:
    """The layer with texts that fit a .dbf, and of each that was cut its row (from 1), column and whole text."""
    rows, cut = [], []
    for number, row in enumerate(layer.rows, 1):
        fitting = [fit(value) for value in row]
        cut += [
            (number, column.short, value)
            for column, value, kept in zip(layer.columns, row, fitting, strict=True)
            if kept != value
        ]
        rows.append(fitting)
    return replace(layer, rows=rows), cut


def fit(value: Any) -> Any:
    """A text of at most 254 bytes in UTF-8, ended by … where it was cut; anything else as it is."""
    if not isinstance(value, str) or len(value.encode()) <= LONGEST_DBF_TEXT:
        return value
    room = LONGEST_DBF_TEXT - len(CUT.encode())
    return value.encode()[:room].decode(errors="ignore") + CUT


def describes(release: Release, layer: Layer) -> str:
    """What a layer is, in one line."""
    edition = release.edition
    return _("{register} {title}，{day}，修订 {revision}（{site}）").format(
        register=edition.register, title=layer.title, day=edition.on, revision=edition.revision, site=edition.site
    )


def readme(release: Release, cut: list[tuple[int, str, str]]) -> str:
    """字段说明.txt: what the file is, what each column means, and in full what was cut."""
    layer = release.main
    lines = [
        describes(release, layer),
        _("坐标系 CGCS2000（EPSG:4490），经纬度；文字编码 UTF-8。没有界线的行几何为空。界线为准确界线，不是概括界线。"),
        _("Shapefile 的文字最多 254 字节：更长的在 .dbf 里以“…”结尾，全文列在本文件末尾。"),
        "",
        *("\t".join(line) for line in dictionary(layer.columns)),
        "",
        _("在 .dbf 里截短的文字") if cut else _("没有文字被截短。"),
    ]
    for number, name, text in cut:
        lines += ["", _("第 {row} 行 {column}：").format(row=number, column=name), text]
    return "\r\n".join("\r\n".join(line.split("\n")) for line in lines) + "\r\n"
