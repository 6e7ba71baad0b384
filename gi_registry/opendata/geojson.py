"""A release as GeoJSON (RFC 7946): WGS 84, outer rings counter-clockwise, seven decimals, no `crs` member."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import shapely

from gi_registry.opendata.columns import Release
from gi_registry.opendata.shapes import rounded


def write(release: Release, path: Path) -> None:
    """One FeatureCollection, written feature by feature; day and revision stand in it as foreign members."""
    layer, edition = release.main, release.edition
    names = [column.name for column in layer.columns]
    head = {"type": "FeatureCollection", "name": layer.name, "on": edition.on, "revision": edition.revision}
    with path.open("wb") as file:
        file.write(orjson.dumps(head)[:-1] + b',"features":[')
        for number, (row, wkb) in enumerate(zip(layer.rows, layer.shapes, strict=True)):
            file.write((b",\n" if number else b"\n") + orjson.dumps(feature(names, row, wkb)))
        file.write(b"\n]}\n")


def feature(names: list[str], row: list[Any], wkb: bytes | None) -> dict[str, Any]:
    """One row; its geometry is null where there is none."""
    geometry = None if wkb is None else orjson.Fragment(shapely.to_geojson(rounded(wkb)))
    return {"type": "Feature", "geometry": geometry, "properties": dict(zip(names, row, strict=True))}
