"""Reading a file with a person's choices: only the repairs they accepted are made, and the receipt counts each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor import fields, health, systems
from gi_registry.intake.doctor.anatomy import Anatomy
from gi_registry.intake.doctor.archive import unpacked
from gi_registry.intake.doctor.area import areas_ha, metres_per_unit
from gi_registry.intake.doctor.diagnosis import check_content, nothing, sha256_of
from gi_registry.intake.doctor.encodings import readable
from gi_registry.intake.doctor.health import missing
from gi_registry.intake.doctor.papers import Paper
from gi_registry.intake.doctor.readers import chosen, layers_of, read
from gi_registry.intake.doctor.reading import Reading, Wanted, array_of, numbers, shapes_as_refusals
from gi_registry.intake.doctor.receipt import Receipt, Repair, counted
from gi_registry.places.geometry import as_multipolygon


@dataclass(frozen=True)
class Choices(Paper):
    """What the person chose. Empty columns mean that there are none."""

    layer: str
    encoding: str
    system: str
    name_column: str | None = None
    code_column: str | None = None
    repairs: frozenset[str] = frozenset()
    lon: str | None = None
    lat: str | None = None
    wkt: str | None = None


@dataclass(frozen=True)
class Feature:
    """One feature as it is taken over; `number` is its place in the file, from one."""

    number: int
    name: str
    code: str
    attributes: dict[str, Any]
    shape: MultiPolygon


@dataclass(frozen=True)
class Delivery:
    """The features taken over and the receipt for them."""

    features: list[Feature]
    receipt: Receipt


@shapes_as_refusals()
def treated(path: Path, name: str, choices: Choices, district: MultiPolygon) -> Delivery:
    """The file read as chosen, in degrees of CGCS2000. Raises BadInput for what cannot be taken over as chosen."""
    check_encoding(choices.encoding)
    with unpacked(path, name) as laid_out:
        layers = layers_of(laid_out)
        reading, layer = read(laid_out, layers, chosen(layers, choices.layer or None), wanted(choices))
    check_content(reading)
    raw = shapely.force_2d(reading.shapes)
    there = systems.turned(raw, choices.system, reading.declared)
    check_degrees(there)
    before = counted(there, len(reading.columns), same)
    table = Table.of(reading, choices)
    course = Course(reading, there, choices.repairs, array_of(zip(table.names, table.codes, strict=True)))
    course.run()
    features = [
        table.feature(at, course.shapes[at]) for at in np.flatnonzero(~shapely.is_missing(course.shapes)).tolist()
    ]
    if not features:
        raise BadInput("按所选的处理办法，没有一个要素可以导入。")
    after = counted(array_of(feature.shape for feature in features), len(table.titles), same)
    empty = numbers(missing(reading) | (~shapely.is_missing(reading.shapes) & shapely.is_empty(reading.shapes)))
    kept = {feature.number for feature in features}
    left_out = tuple(number for number in range(1, len(there) + 1) if number not in kept and number not in set(empty))
    receipt = Receipt(
        sha256_of(path),
        name,
        path.stat().st_size,
        layer.name,
        choices.encoding,
        choices.system,
        empty,
        left_out,
        before,
        after,
        tuple(course.made),
    )
    return Delivery(features, receipt)


def check_encoding(codec: str) -> None:
    """Raises BadInput for what is no encoding of text."""
    try:
        b"ab".decode(codec)  # of nothing at all, no encoding is asked for
    except LookupError:
        raise BadInput("所选的编码认不出来。") from None


def check_degrees(shapes: np.ndarray) -> None:
    """Raises BadInput for what is nowhere on earth."""
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        beyond = (np.abs(bounds) > (180, 90, 180, 90)).any(axis=1)
    if beyond.any():
        raise BadInput(f"第 {numbers(beyond)[0]} 个要素按所选的坐标系落在经纬度范围之外：请另选坐标系，或改正后再传。")


def wanted(choices: Choices) -> Wanted:
    """What of the choices bears on the reading."""
    columns = (choices.wkt,) if choices.wkt else (choices.lon, choices.lat)
    return Wanted(choices.encoding, tuple(column for column in columns if column))


def same(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Degrees stay degrees."""
    return x, y


# --- Repairs ---------------------------------------------------------------------------------------------------------


class Course:
    """The repairs in their order over one reading; `shapes` holds None for what is not taken over."""

    def __init__(self, reading: Reading, shapes: np.ndarray, accepted: frozenset[str], groups: np.ndarray) -> None:
        """`groups` says of each feature to which border it belongs, should it be a corner of one."""
        self.reading, self.shapes, self.accepted, self.groups = reading, shapes.copy(), accepted, groups
        self.made: list[Repair] = []

    def run(self) -> None:
        """Make every accepted repair that finds something to do. Raises BadInput where a necessary one is missing."""
        unknown = self.accepted - set(REPAIRS)
        if unknown:
            raise BadInput(f"没有名为“{min(unknown)[:30]}”的修正。")
        self.shapes[nothing(self.shapes)] = None
        for key, (ill, cure) in REPAIRS.items():
            which = ill(self)
            if not which.any():
                continue
            if key == "make_valid" and health.tangled(self.shapes[which]):
                raise BadInput("界线自相交太多，无法修正：请在制图软件里改正后再传。")
            if key in self.accepted:
                self.make(key, which, cure)
            elif key in NECESSARY:
                raise BadInput(f"有 {int(which.sum())} 个要素{NECESSARY[key]}：须同意相应的修正，或改正文件后再传。")

    def make(self, key: str, which: np.ndarray, cure: Cure) -> None:
        before = float(areas_ha(self.shapes[which], same).sum())
        self.shapes[which] = cure(self, self.shapes[which])
        self.shapes[nothing(self.shapes)] = None
        after = float(areas_ha(self.shapes[which], same).sum())
        self.made.append(Repair(key, int(which.sum()), round(before, 4), round(after, 4)))

    def marked(self, features: tuple[int, ...] | list[int]) -> np.ndarray:
        """A mask of the features numbered so."""
        mask = np.zeros(len(self.shapes), dtype=bool)
        mask[[number - 1 for number in features]] = True
        return mask


def with_heights(course: Course) -> np.ndarray:
    return np.asarray(shapely.has_z(course.reading.shapes) | shapely.has_m(course.reading.shapes))


def only_points(course: Course) -> np.ndarray:
    """All of them where all are points: then they are the corners of a border, in their order."""
    kinds = shapely.get_type_id(course.shapes)
    return np.asarray(kinds == 0) if ((kinds == 0) | (kinds < 0)).all() else course.marked([])


def joined(course: Course, shapes: np.ndarray) -> np.ndarray:
    """One ring for each group of points, standing where its first point stood; fewer than three make none."""
    groups: dict[str, list[int]] = {}
    for at, label in enumerate(course.groups[~shapely.is_missing(course.shapes)]):
        groups.setdefault(label, []).append(at)
    result = none_of(course, shapes)
    for members in groups.values():
        if len(members) >= 3:
            result[members[0]] = shapely.Polygon(shapely.get_coordinates(shapes[members]))
    return result


def not_flat(course: Course) -> np.ndarray:
    kinds = shapely.get_type_id(course.shapes)
    return np.asarray((kinds >= 0) & (kinds != 3) & (kinds != 6))


def invalid(course: Course) -> np.ndarray:
    return np.asarray(~shapely.is_valid(course.shapes) & ~shapely.is_missing(course.shapes))


def with_slivers(course: Course) -> np.ndarray:
    anatomy = Anatomy.of(course.shapes)
    if not anatomy.rings:
        return course.marked([])
    thin = health.slivers(anatomy, *metres_per_unit(anatomy.vertices, same))
    return course.marked(health.features_of(anatomy, thin))


def flat_parts(shapes: np.ndarray) -> np.ndarray:
    """Only the polygons of each shape, None where it has none."""
    return array_of(flat_part(shape) for shape in shapes)


def flat_part(shape: BaseGeometry) -> BaseGeometry | None:
    parts = shapely.get_parts(shapely.get_parts(shape))  # a collection may hold multipolygons
    parts = parts[shapely.get_type_id(parts) == 3]
    return shapely.MultiPolygon(list(parts)) if len(parts) else None


def without_slivers(shapes: np.ndarray) -> np.ndarray:
    return array_of(without_sliver(shape) for shape in shapes)


def without_sliver(shape: BaseGeometry) -> BaseGeometry | None:
    """The shape without parts and holes thinner than a metre."""
    parts = [clean for part in shapely.get_parts(shape) if (clean := thick(part)) is not None]
    return shapely.MultiPolygon(parts) if parts else None


def thick(part: BaseGeometry) -> BaseGeometry | None:
    rings = [shapely.Polygon(ring) for ring in (part.exterior, *part.interiors)]
    anatomy = Anatomy.of(np.array(rings, dtype=object))
    thin = health.slivers(anatomy, *metres_per_unit(anatomy.vertices, same))
    if thin[0]:
        return None
    return shapely.Polygon(
        part.exterior, [ring for ring, gone in zip(part.interiors, thin[1:], strict=True) if not gone]
    )


def none_of(course: Course, shapes: np.ndarray) -> np.ndarray:
    return np.full(len(shapes), None, dtype=object)


def as_they_are(course: Course, shapes: np.ndarray) -> np.ndarray:
    """Already done in reading."""
    return shapes


Ill = Callable[[Course], np.ndarray]
Cure = Callable[["Course", np.ndarray], np.ndarray]
REPAIRS: dict[str, tuple[Ill, Cure]] = {  # in the order in which they are made: who is ill, and what is done
    "drop_unreadable": (lambda course: course.marked(course.reading.unreadable), as_they_are),
    "join_points": (only_points, joined),
    "drop_z": (with_heights, as_they_are),
    "drop_other": (not_flat, lambda _, shapes: flat_parts(shapes)),
    "close_rings": (lambda course: course.marked(course.reading.unclosed), as_they_are),
    "drop_repeated": (
        lambda course: course.marked(health.repeated(Anatomy.of(course.shapes))),
        lambda _, shapes: shapely.remove_repeated_points(shapes, 0),
    ),
    "make_valid": (invalid, lambda _, shapes: flat_parts(health.made_valid(shapes))),
    "drop_slivers": (with_slivers, lambda _, shapes: without_slivers(shapes)),
    "drop_duplicates": (lambda course: course.marked(health.duplicate_numbers(course.shapes)), none_of),
}
NECESSARY = {
    "drop_unreadable": "的图形读不出来",
    "join_points": "只是点，不是面",
    "drop_z": "带高程或量测值",
    "drop_other": "不是面",
    "close_rings": "的环没有闭合",
    "make_valid": "的界线无效（自相交、洞在外面等）",
}


# --- Rows ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """The attributes under the chosen encoding, with the columns that hold names and codes as text."""

    titles: list[str]
    columns: list[np.ndarray]
    names: list[str]
    codes: list[str]

    @classmethod
    def of(cls, reading: Reading, choices: Choices) -> Table:
        """Raises BadInput for an encoding that does not fit and for a column that is not there."""
        titles = fields.names_of(reading.columns, choices.encoding if reading.undecoded else "utf-8")
        stored = [column.values for column in reading.columns]
        columns = [decoded(values, choices.encoding) for values in stored] if reading.undecoded else stored
        chosen = [
            texts(titles, columns, title, len(reading.shapes)) for title in (choices.name_column, choices.code_column)
        ]
        return cls(titles, columns, *chosen)

    def feature(self, at: int, shape: BaseGeometry) -> Feature:
        about = {title: plain(values[at]) for title, values in zip(self.titles, self.columns, strict=True)}
        return Feature(at + 1, self.names[at], self.codes[at], about, as_multipolygon(shape))


def texts(titles: list[str], columns: list[np.ndarray], title: str | None, count: int) -> list[str]:
    """A column as text, empty where none was chosen."""
    if title is None:
        return [""] * count
    if title not in titles:
        raise BadInput(f"文件里没有名为“{title[:40]}”的字段。")
    return [fields.text_of(value, None).strip() for value in columns[titles.index(title)]]


def decoded(values: np.ndarray, codec: str) -> np.ndarray:
    """Text that stands as bytes, decoded. Raises BadInput where it is no text in `codec`."""
    try:
        return array_of(
            readable(value.encode("latin-1"), codec)[0] if isinstance(value, str) else value for value in values
        )
    except UnicodeDecodeError:
        raise BadInput("属性文字不是所选的编码：请另选一种编码。") from None


def plain(value: Any) -> Any:
    """A cell as JSON takes it: numbers of Python, dates as text, None for what is not there."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)[:19]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if isinstance(value, bytes):
        return value.hex()
    return value
