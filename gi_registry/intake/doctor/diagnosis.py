"""The whole diagnosis of a file, before anything of it is taken over."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely import MultiPolygon

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor import encodings, fields, health, systems
from gi_registry.intake.doctor.anatomy import Anatomy
from gi_registry.intake.doctor.archive import unpacked
from gi_registry.intake.doctor.area import areas_ha
from gi_registry.intake.doctor.encodings import Encoding
from gi_registry.intake.doctor.fields import Field
from gi_registry.intake.doctor.health import Finding
from gi_registry.intake.doctor.papers import Paper
from gi_registry.intake.doctor.readers import chosen, layers_of, read
from gi_registry.intake.doctor.reading import Layer, Reading, Wanted, shapes_as_refusals
from gi_registry.intake.doctor.systems import SystemFit, Systems

Say = Callable[[str, float], None]


@dataclass(frozen=True)
class Diagnosis(Paper):
    """What a file holds and what is wrong with it. Counts are of the chosen layer, `features` with the empty ones.

    `declared_system` is what the file says; `systems` come best first, the first of them is the best guess, under which
    `area_ha` and the places of the findings are given. `area_ha` is None where no system fits.
    """

    format: str
    format_label: str
    name: str
    sha256: str
    bytes: int
    layers: tuple[Layer, ...]
    layer: str
    features: int
    empty: int
    parts: int
    rings: int
    holes: int
    vertices: int
    has_z: bool
    area_ha: float | None
    encoding: Encoding
    fields: tuple[Field, ...]
    declared_system: str | None
    systems: tuple[SystemFit, ...]
    needs_choice: bool
    name_column: str | None
    code_column: str | None
    table_columns: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def system(self) -> str:
        """The key of the best guess."""
        return self.systems[0].key

    @property
    def repairs(self) -> tuple[str, ...]:
        """Every repair that the findings offer, once."""
        return tuple(dict.fromkeys(finding.repair for finding in self.findings if finding.repair))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@shapes_as_refusals()
def diagnose(path: Path, name: str, district: MultiPolygon, say: Say, layer: str | None = None) -> Diagnosis:
    """Examine the file at `path`; `name` is its name as the sender wrote it, `layer` the one to examine (None: the
    likeliest). `say` is told each stage and the share done. Raises BadInput for what cannot be read."""
    say("核对文件", 0.0)
    digest = sha256_of(path)
    say("打开文件", 0.05)
    with unpacked(path, name) as laid_out:
        layers = layers_of(laid_out)
        number = chosen(layers, layer)
        say("读取图形和属性", 0.25)
        reading, layers[number] = read(laid_out, layers, number, Wanted())
        kind = laid_out.format
    check_content(reading)
    with health.validity(reading.shapes) as valid:
        say("辨认编码", 0.4)
        encoding = encoding_of(reading)
        say("比对坐标系", 0.5)
        fit = systems_of(reading, district)
        say("检查图形", 0.6)
        anatomy = Anatomy.of(reading.shapes)
        turn = systems.turn_of(fit.fits[0].key, reading.declared)
        area = round(float(areas_ha(reading.shapes, turn).sum()), 4) if fit.fits[0].overlap else None
        names = fields.names_of(reading.columns, encoding.guess)
        name_column, code_column = fields.guessed(reading, names, encoding.guess)
        found = about_reading(reading, encoding.guess)
        found = health.examine(reading, anatomy, turn, district=district, form=kind.value, valid=valid) + found
    say("完成", 1.0)
    return Diagnosis(
        format=kind.value,
        format_label=str(kind.label),
        name=name,
        sha256=digest,
        bytes=path.stat().st_size,
        layers=tuple(layers),
        layer=layers[number].name,
        features=len(reading.shapes),
        empty=int(nothing(reading.shapes).sum()),
        parts=anatomy.parts,
        rings=anatomy.rings,
        holes=anatomy.holes,
        vertices=len(anatomy.vertices),
        has_z=bool(shapely.has_z(reading.shapes).any()),
        area_ha=area,
        encoding=encoding,
        fields=fields.described(reading, names, encoding.guess),
        declared_system=fit.declared,
        systems=fit.fits,
        needs_choice=fit.needs_choice,
        name_column=name_column,
        code_column=code_column,
        table_columns=reading.table,
        findings=tuple(found),
    )


def nothing(shapes: np.ndarray) -> np.ndarray:
    """Which features have no shape, or an empty one."""
    return np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))


def check_content(reading: Reading) -> None:
    """Refuse a layer without a shape, or with coordinates that are no numbers. Raises BadInput."""
    if not len(reading.shapes):
        raise BadInput("文件里一个要素也没有。")
    if nothing(reading.shapes).all():
        raise BadInput(f"文件里的 {len(reading.shapes)} 个要素都没有可用的图形。")
    health.check_numbers(reading.shapes)


def encoding_of(reading: Reading) -> Encoding:
    """What encoding the text is in; only a dbf and a CSV leave it open."""
    if reading.lines:
        telling = [line for line in reading.lines if not line.isascii()]
        sample = [[line] for line in (telling or reading.lines)[: encodings.SAMPLE_ROWS]]
        return encodings.examine(reading.encoding, telling, sample)
    if not reading.undecoded:
        return encodings.settled(reading.encoding)
    rows = fields.sample_rows(reading.columns, encodings.SAMPLE_ROWS)
    return encodings.examine(reading.encoding, fields.raw_texts(reading.columns), rows)


def systems_of(reading: Reading, district: MultiPolygon) -> Systems:
    return systems.fitted(reading.shapes[~nothing(reading.shapes)], district, reading.declared, sure=reading.sure)


def about_reading(reading: Reading, codec: str) -> list[Finding]:
    """Findings about the file and its table rather than its shapes."""
    findings = health.Findings(np.empty(0, dtype=object), lambda x, y: (x, y), [])
    for key, count in reading.notes.items():
        findings.add(key, [], count=count)
    cut = sum(fields.cut(column, codec) == "yes" for column in reading.columns)
    findings.add("cut_names", [], count=cut)
    if reading.undecoded:
        findings.add("cut_values", fields.cut_values(reading.columns, codec))
    findings.add("lost_digits", fields.lost_digits(reading))
    return findings.found
