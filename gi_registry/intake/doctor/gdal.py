"""Reading through GDAL: on a short lead, with its failures turned into one sentence."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor.archive import Source
from gi_registry.intake.doctor.drivers import restrict
from gi_registry.intake.doctor.encodings import Declared
from gi_registry.intake.doctor.reading import (
    BROKEN,
    MOST_FEATURES,
    Column,
    Layer,
    Reading,
    Wanted,
    check_count,
    numbers,
)

PYOGRIO_ERRORS = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError)
KINDS = {"O": "text", "U": "text", "i": "integer", "u": "integer", "f": "real", "M": "time", "b": "logical"}


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
        with np.errstate(invalid="ignore"):  # NaN is found and refused later
            return shapely.from_wkb(wkb), (), ()
    except (shapely.errors.ShapelyError, ValueError):
        strict = shapely.from_wkb(wkb, on_invalid="ignore")
        closed = shapely.from_wkb(wkb, on_invalid="fix")
    given = np.array([one is not None for one in wkb])
    missing = given & shapely.is_missing(strict)
    lost = given & shapely.is_missing(closed)
    return closed, numbers(missing & ~lost), numbers(lost)


def kind_of(values: np.ndarray) -> str:
    if values.dtype.kind == "O" and any(isinstance(value, bytes) for value in values[:20]):
        return "binary"
    return KINDS.get(values.dtype.kind, "text")


def read_layer(source: Source, layer: Layer, wanted: Wanted) -> Reading:
    """A layer of a GeoPackage or KML."""
    meta, values, wkb = through_gdal(source.path, layer=layer.name)
    shapes, unclosed, unreadable = shapes_of(wkb)
    columns = [
        Column(str(name).encode(), kind_of(value), value) for name, value in zip(meta["fields"], values, strict=True)
    ]
    return Reading(columns, shapes, meta["crs"], True, Declared("format", "utf-8"), False, {}, unclosed, unreadable)
