"""What stands in a layer as it was read: columns, shapes, and what the file declares of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
import shapely

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor.encodings import UNSAID, Declared

MOST_FEATURES = 200_000
MOST_FIELDS = 255
BROKEN = "文件已损坏或不完整，读不出来：请重新导出后再传。"

TYPE_NAMES = {
    name.upper(): name
    for name in (
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
    )
}


@dataclass(frozen=True)
class Layer:
    """A part of a file that can be chosen; `features` is 0 where they are only counted once the layer is read."""

    name: str
    features: int
    geometry: str


@dataclass(frozen=True)
class Column:
    """One field; the text of a dbf stands as one character per byte (Latin-1) until its encoding is known."""

    raw: bytes
    kind: str
    values: np.ndarray
    cut: str = ""  # "maybe" where the name fills a dbf's ten bytes, "yes" where it ends within a character


@dataclass(frozen=True)
class Wanted:
    """What the person chose before reading: the encoding of a text file, the columns of a table with coordinates."""

    encoding: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A layer as it was read. `shapes` holds None for a feature without one; `notes` counts what reading met."""

    columns: list[Column]
    shapes: np.ndarray
    declared: str | None = None
    sure: bool = True
    encoding: Declared = UNSAID
    undecoded: bool = False
    notes: dict[str, int] = field(default_factory=dict)
    unclosed: tuple[int, ...] = ()
    unreadable: tuple[int, ...] = ()
    table: tuple[str, ...] = ()  # the columns of a table that were taken as coordinates
    lines: tuple[bytes, ...] = ()  # a text file as it stands


@contextmanager
def shapes_as_refusals() -> Iterator[None]:
    """What GEOS cannot work with becomes one sentence."""
    try:
        yield
    except (shapely.errors.ShapelyError, MemoryError) as error:
        raise BadInput("图形有处理不了的缺陷：请在制图软件里检查、修正后再传。") from error


def check_count(features: int) -> None:
    if features > MOST_FEATURES:
        raise BadInput(f"文件有 {features} 个要素，超过上限 {MOST_FEATURES} 个：请分开导入。")


def numbers(which: np.ndarray) -> tuple[int, ...]:
    """Feature numbers, from one, where `which` holds."""
    return tuple((np.flatnonzero(which) + 1).tolist())


def typed(values: Sequence[Any]) -> tuple[str, np.ndarray]:
    """The kind that all values share, and the values."""
    plain = [orjson.dumps(value).decode() if isinstance(value, dict | list) else value for value in values]
    kinds = {type(value) for value in plain if value is not None}
    kind = "text"
    if kinds and kinds <= {bool}:
        kind = "logical"
    elif kinds and kinds <= {int}:
        kind = "integer"
    elif kinds and kinds <= {int, float}:
        kind = "real"
    return kind, array_of(plain)


def array_of(values: Iterable[Any]) -> np.ndarray:
    """An array of objects, whatever NumPy would make of them."""
    kept = list(values)
    array = np.empty(len(kept), dtype=object)
    array[:] = kept
    return array


def common_type(shapes: np.ndarray) -> str:
    """The type that all shapes share, Polygon and MultiPolygon counting as one; "Mixed", or "" without any."""
    kinds = {shapely.GeometryType(kind).name for kind in np.unique(shapely.get_type_id(shapes)) if kind >= 0}
    if not kinds:
        return ""
    single = {kind.removeprefix("MULTI") for kind in kinds}
    if len(single) > 1:
        return "Mixed"
    return TYPE_NAMES[max(kinds, key=len)]
