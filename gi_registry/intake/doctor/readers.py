"""Which reader reads which format, and which layer of the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor.archive import MOST_LAYERS, Format, Source, Unpacked
from gi_registry.intake.doctor.gdal import read_layer
from gi_registry.intake.doctor.geojson import json_layers, read_geojson
from gi_registry.intake.doctor.geopackage import package_layers
from gi_registry.intake.doctor.kml import kml_layers, read_kml
from gi_registry.intake.doctor.reading import Layer, Reading, Wanted, check_count, common_type
from gi_registry.intake.doctor.shapefile import read_shapefile, shape_layers
from gi_registry.intake.doctor.table import book_layers, read_book, read_csv, text_layers

LAYERS: dict[Format, Callable[[Unpacked], list[Layer]]] = {
    Format.SHAPEFILE: shape_layers,
    Format.GEOPACKAGE: package_layers,
    Format.KML: kml_layers,
    Format.KMZ: kml_layers,
    Format.GEOJSON: json_layers,
    Format.CSV: text_layers,
    Format.XLSX: book_layers,
}
READERS: dict[Format, Callable[[Source, Layer, Wanted], Reading]] = {
    Format.SHAPEFILE: read_shapefile,
    Format.GEOPACKAGE: read_layer,
    Format.KML: read_kml,
    Format.KMZ: read_kml,
    Format.GEOJSON: read_geojson,
    Format.CSV: read_csv,
    Format.XLSX: read_book,
}


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


def chosen(layers: list[Layer], name: str | None) -> int:
    """The number of the layer named, or of the one with polygons and the most features. Raises BadInput."""
    if name is None:
        return max(range(len(layers)), key=lambda at: ("Polygon" in layers[at].geometry, layers[at].features, -at))
    names = [layer.name for layer in layers]
    if name not in names:
        raise BadInput(f"文件里没有名为“{name[:40]}”的图层。")
    return names.index(name)


def read(unpacked: Unpacked, layers: list[Layer], number: int, wanted: Wanted) -> tuple[Reading, Layer]:
    """The layer of that number, and its line in the list put right by what was read. Raises BadInput."""
    layer = layers[number]
    source = unpacked.sources[number if unpacked.format == Format.SHAPEFILE else 0]
    reading = READERS[unpacked.format](source, layer, wanted)
    return reading, replace(layer, features=len(reading.shapes), geometry=common_type(reading.shapes) or layer.geometry)
