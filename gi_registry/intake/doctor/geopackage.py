"""GeoPackages: SQLite is asked first what they hold, since their own word for it is not to be trusted."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor.archive import MOST_LAYERS, Unpacked
from gi_registry.intake.doctor.reading import BROKEN, TYPE_NAMES, Layer


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


def check_pages(path: Path) -> None:
    """Refuse an SQLite file that is shorter than it says."""
    with path.open("rb") as file:
        head = file.read(100)
    page = int.from_bytes(head[16:18], "big")
    page = 65_536 if page == 1 else page
    if len(head) < 100 or page * int.from_bytes(head[28:32], "big") > path.stat().st_size:
        raise BadInput("GeoPackage 不完整：" + BROKEN)
