"""A release as GeoJSON (RFC 7946): WGS 84, outer rings counter-clockwise, seven decimals, no `crs` member."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from gi_registry.opendata.columns import Release
from gi_registry.opendata.shapes import rounded


def write(release: Release, path: Path) -> None:
    """One FeatureCollection; the day and the revision stand in it as foreign members."""
    layer, edition = release.main, release.edition
    names = [column.name for column in layer.columns]
    content = {
        "type": "FeatureCollection",
        "name": layer.name,
        "on": edition.on,
        "revision": edition.revision,
        "features": [
            {"type": "Feature", "geometry": geometry(wkb), "properties": dict(zip(names, row, strict=True))}
            for row, wkb in zip(layer.rows, layer.shapes, strict=True)
        ],
    }
    path.write_bytes(orjson.dumps(content, default=str))


def geometry(wkb: bytes | None) -> Any:
    """A shape as a GeoJSON geometry, null where there is none."""
    if wkb is None:
        return None
    return rounded(wkb).__geo_interface__
