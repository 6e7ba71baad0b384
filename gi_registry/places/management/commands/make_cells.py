"""manage.py make_cells: draw the schematic cells of the units from their seats, the same every time."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import shapely
from django.conf import settings
from django.core.management.base import BaseCommand
from shapely import Point
from shapely.geometry import shape

from gi_registry.places.sources import Cell, schematic_cells


class Command(BaseCommand):
    help = "由驻地点在区界内划分乡镇示意单元，写入 geodata/cells.geojson。"

    def handle(self, *args: Any, **options: Any) -> None:
        cells = cells_from(settings.GEODATA_DIR)
        (settings.GEODATA_DIR / "cells.geojson").write_text(as_geojson(cells), encoding="utf-8")
        self.stdout.write(f"示意单元 {len(cells)} 个。")


def cells_from(folder: Path) -> dict[str, Cell]:
    """The cells around the seats of units.csv inside the district of districts.geojson."""
    districts = json.loads((folder / "districts.geojson").read_text(encoding="utf-8"))["features"]
    own = next(f for f in districts if f["properties"]["code"] == settings.REGISTER_DISTRICT)
    with (folder / "units.csv").open(encoding="utf-8", newline="") as units:
        rows = [row for row in csv.DictReader(units) if row["seat_lon"]]
    seats = {row["code"]: Point(float(row["seat_lon"]), float(row["seat_lat"])) for row in rows}
    return schematic_cells(shape(own["geometry"]), seats)


def as_geojson(cells: dict[str, Cell]) -> str:
    """One feature a line, so that a change to one cell is one changed line."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "uncertainty_m": cell.uncertainty_m, "schematic": True},
            "geometry": json.loads(shapely.to_geojson(cell.shape)),
        }
        for code, cell in cells.items()
    ]
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'
