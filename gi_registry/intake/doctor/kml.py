"""KML: parsed first by expat, which resolves nothing, before anything that does sees it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.parsers import expat

import pyogrio

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor.archive import MOST_LAYERS, Source, Unpacked
from gi_registry.intake.doctor.gdal import complaints_as_refusals, read_layer
from gi_registry.intake.doctor.reading import Column, Layer, Reading, Wanted

DEEPEST = 64  # GDAL follows what is nested by calling itself
DRAWING = {
    b"timestamp",
    b"begin",
    b"end",
    b"altitudeMode",
    b"tessellate",
    b"extrude",
    b"visibility",
    b"drawOrder",
    b"icon",
}


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


def read_kml(source: Source, layer: Layer, wanted: Wanted) -> Reading:
    """A folder of a KML without the columns about drawing that GDAL adds, where they say nothing."""
    reading = read_layer(source, layer, wanted)
    kept = [column for column in reading.columns if column.raw not in DRAWING or says_something(column)]
    return replace(reading, columns=kept)


def says_something(column: Column) -> bool:
    """Whether there is a value other than GDAL's defaults, -1 and 0."""
    return any(value not in {None, -1, 0} and value == value for value in column.values)  # noqa: PLR0124 -- NaN, NaT


def check_kml(path: Path) -> None:
    """Refuse what is no KML, or brings entities along, before anything that resolves them sees it."""
    parser = expat.ParserCreate()
    path_to: list[str] = []

    def doctype(*_parts: object) -> None:
        raise BadInput("KML 里有 DOCTYPE 或外部实体，不予读取：请用地图软件重新导出。")

    def element(name: str, _attributes: object) -> None:
        if not path_to and name.rpartition(":")[2] != "kml":
            raise BadInput(f"不是 KML：最外层是 <{name[:30]}>。")

        path_to.append(name)
        if len(path_to) > DEEPEST:
            raise BadInput(f"KML 的元素套了 {DEEPEST} 层以上，不像正常的数据，不予读取。")

    def end(_name: str) -> None:
        path_to.pop()

    parser.StartDoctypeDeclHandler = doctype
    parser.EndElementHandler = end
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
