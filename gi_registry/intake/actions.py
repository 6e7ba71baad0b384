"""Loading the files under geodata/ into the register: each row whole or not at all, and twice is the same as once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from django.contrib.gis.geos import Point
from django.db import models, transaction
from shapely.geometry import shape as to_shape

from gi_registry.applications.models import Survey
from gi_registry.assurance.models import Standard
from gi_registry.core.errors import BadInput, Refusal
from gi_registry.core.history import Outcome, as_json, changes_of, put
from gi_registry.core.models import Change
from gi_registry.gazette.models import Announcement, LawVersion, Source
from gi_registry.intake.records import Record, read
from gi_registry.parties.models import Party
from gi_registry.places.geometry import SRID, as_multipolygon, outline_of, to_geos
from gi_registry.places.models import Kind, Place, PlaceVersion
from gi_registry.places.validators import position
from gi_registry.products.actions import draw_area
from gi_registry.products.models import Area, Name, Product, Protection, Role, Statement

BY = "load_geodata"
UNITS_SEEN_ON = date(2025, 12, 31)  # the day of the list from which codes and names of the units come


@dataclass(slots=True)
class Tally:
    """What became of the rows of one file."""

    read: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """What loading did, file by file."""

    files: dict[str, Tally] = field(default_factory=dict)

    @property
    def refused(self) -> list[str]:
        """Every refusal with file, line and reason."""
        return [line for tally in self.files.values() for line in tally.refused]


def load(folder: Path) -> Report:
    """Load everything under `folder`. A refused row leaves nothing behind, and neither does what rests on it."""
    report = Report()
    for name, loader in FILES.items():
        tally = report.files[name] = Tally()
        try:
            records = read(folder / name)
        except Refusal as refusal:
            tally.refused.append(refusal.sentence)
            continue
        for record in records:
            load_one(record, folder, loader, tally)
    return report


def load_one(record: Record, folder: Path, loader: Loader, tally: Tally) -> None:
    """Load one row in a transaction of its own."""
    tally.read += 1
    written = Written()
    try:
        with transaction.atomic():
            loader(record.content, folder, written)
    except (Refusal, AttributeError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        tally.refused.append(f"{record.file} 第 {record.line} 行：{reason(error)}")
    else:
        tally.outcomes[written.outcome] += 1


def reason(error: Exception) -> str:
    """Why a row was refused, in Chinese."""
    match error:
        case Refusal():
            return error.sentence
        case KeyError():
            return f"缺少“{error.args[0]}”一项。"
        case _:
            return f"有一项的写法不对（{error}）。"


# --- One row of each file --------------------------------------------------------------------------------------------


class Written:
    """Writes rows for the loader and remembers what each writing did; a row that others have changed is theirs."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def put(self, model: type[models.Model], key: dict[str, Any], values: dict[str, Any], **more: Any) -> Any:
        row = model._default_manager.filter(**key).first() or made_before(model, key)
        if row is not None and changes_of(row).exclude(by=BY).exists():
            self.outcomes.append(Outcome.SAME)
            return row
        row, outcome = put(model, key, values, by=BY, **more)
        self.outcomes.append(outcome)
        return row

    @property
    def outcome(self) -> Outcome:
        """What became of the file's row: made where its first row of the register was, else changed or the same."""
        if self.outcomes[0] == Outcome.MADE:
            return Outcome.MADE
        return Outcome.SAME if set(self.outcomes) == {Outcome.SAME} else Outcome.CHANGED


def made_before(model: type[models.Model], key: dict[str, Any]) -> models.Model | None:
    """The row that an earlier loading made under this key, where somebody has given it another since."""
    label = model._meta.label_lower
    stood = {f"after__{name}": as_json(value) for name, value in key.items()}
    line = Change.objects.filter(by=BY, before__isnull=True, thing__startswith=f"{label}:", **stood).last()
    return model._default_manager.filter(pk=line.thing.rpartition(":")[2]).first() if line else None


Loader = Callable[[dict[str, Any], Path, Written], None]


def day(text: str | None) -> date | None:
    """A day written 2010-12-24, or none. Raises BadInput."""
    try:
        return date.fromisoformat(text) if text else None
    except (TypeError, ValueError):
        raise BadInput(f"日期“{text}”读不出来：请写成 2010-12-24 这样的年-月-日。") from None


def metres(number: Any) -> float:
    """How far a border may be off. Raises BadInput for what is not a length."""
    if not isinstance(number, int | float) or not 0 <= number < math.inf:
        raise BadInput(f"界线误差“{number}”不是米数。")
    return float(number)


def named(model: type[models.Model], **key: Any) -> Any:
    """The row that `key` names. Raises BadInput where it was never loaded or was refused."""
    row = model._default_manager.filter(**key).first()
    if row is None:
        raise BadInput(f"所引用的{model._meta.verbose_name}“{'、'.join(map(str, key.values()))}”不在登记簿中。")
    return row


def sourced(content: dict[str, Any]) -> dict[str, Any]:
    """Source, grade and note of a fact."""
    return {
        "source": named(Source, key=content["source"]),
        "grade": content["grade"],
        "note": content.get("note", ""),
    }


def span(content: dict[str, Any]) -> dict[str, Any]:
    """The span of a fact."""
    return {name: day(content.get(name)) for name in ("valid_from", "valid_until", "attested_on")}


def load_source(content: dict[str, Any], folder: Path, written: Written) -> None:
    values = {name: content.get(name) or "" for name in ("title", "publisher", "address", "licence", "note", "grade")}
    values |= {name: day(content.get(name)) for name in ("published_on", "seen_on")}
    written.put(Source, {"key": content["key"]}, values)


def load_announcement(content: dict[str, Any], folder: Path, written: Written) -> None:
    key = {name: content[name] for name in ("issuer", "number")} | {"issued_on": day(content["issued_on"])}
    written.put(Announcement, key, {"title": content["title"]} | sourced(content))


def load_law(content: dict[str, Any], folder: Path, written: Written) -> None:
    values = {"issuer": content["issuer"], "number": content["number"], "published_on": day(content["published_on"])}
    key = {"law": content["law"], "version": content["version"]}
    written.put(LawVersion, key, values | span(content) | sourced(content))


def load_district(content: dict[str, Any], folder: Path, written: Written) -> None:
    """A county with its outline, read from one feature of districts.geojson."""
    about = content["properties"]
    shape = as_multipolygon(to_shape(content["geometry"]))
    if not shape.is_valid:
        raise BadInput(f"界线无效：{shapely.is_valid_reason(shape)}。")
    source = named(Source, key=about["source"])
    place = written.put(Place, {"code": about["code"]}, {})
    written.put(
        PlaceVersion,
        {"place": place, "valid_from": None},
        {
            "name": about["name"],
            "kind": Kind.COUNTY,
            "attested_on": UNITS_SEEN_ON,
            "source": named(Source, key="mca-2025"),
            "grade": "secondary",
            "boundary": to_geos(shape),
            "outline": to_geos(outline_of(shape)),
            "boundary_source": source,
            "boundary_grade": about["grade"],
            "boundary_note": "界线经过概括，只供参考。",
            "uncertainty_m": metres(about["uncertainty_m"]),
        },
    )


def load_unit(content: dict[str, Any], folder: Path, written: Written) -> None:
    """A town with its seat, read from units.csv, and the schematic cell around the seat from cells.geojson."""
    values = {
        "name": content["name"],
        "kind": content["kind"],
        "parent": named(Place, code=content["code"][:6]),
        "attested_on": UNITS_SEEN_ON,
        "source": named(Source, key="mca-2025"),
        "grade": "secondary",
    }
    if content["seat_lon"]:
        values |= {
            "location": Point(*position(content["seat_lon"], content["seat_lat"]), srid=SRID),
            "location_source": named(Source, key=content["seat_source"]),
            "location_grade": content["seat_grade"],
            "location_note": content["seat_note"],
        }
        values |= cell_of(content["code"], folder)
    place = written.put(Place, {"code": content["code"]}, {})
    written.put(PlaceVersion, {"place": place, "valid_from": None}, values)


def cell_of(code: str, folder: Path) -> dict[str, Any]:
    """The columns of a unit that its schematic cell fills."""
    cells = {record.content["properties"]["code"]: record.content for record in read(folder / "cells.geojson")}
    if code not in cells:
        raise BadInput(f"cells.geojson 没有 {code} 的示意单元：请先运行 make cells。")
    shape = as_multipolygon(to_shape(cells[code]["geometry"]))
    if not shape.is_valid:
        raise BadInput(f"cells.geojson 中 {code} 的界线无效：{shapely.is_valid_reason(shape)}。")
    return {
        "boundary": to_geos(shape),
        "outline": to_geos(shape),
        "boundary_source": named(Source, key="schematic-cells"),
        "boundary_grade": "unverified",
        "boundary_note": "由驻地点划分的示意单元，不是行政界线。",
        "uncertainty_m": metres(cells[code]["properties"]["uncertainty_m"]),
        "schematic": True,
    }


def load_party(content: dict[str, Any], folder: Path, written: Written) -> None:
    unit = named(Place, code=content["unit"]) if content["unit"] else None
    written.put(Party, {"name": content["name"]}, {"kind": content["kind"], "unit": unit} | sourced(content))


def load_product(content: dict[str, Any], folder: Path, written: Written) -> None:
    """A product with everything known of it: all of it or nothing."""
    values = {"common_name": content["common_name"], "category": content["category"]}
    product = written.put(Product, {"slug": content["slug"]}, values)
    for name in content["names"]:
        key = {"product": product, "text": name["text"], "kind": name["kind"]}
        written.put(Name, key, span(name) | sourced(name))
    for protection in content["protections"]:
        load_protection(product, protection, written)
    for area in content["areas"]:
        load_area(product, area, written)
    for standard in content["standards"]:
        values = {"title": standard["title"], "issued_on": day(standard["issued_on"]), "replaces": standard["replaces"]}
        key = {"product": product, "number": standard["number"]}
        written.put(Standard, key, values | span(standard) | sourced(standard))
    for statement in content["statements"]:
        key = {"product": product, "subject": statement["subject"], "text": statement["text"]}
        written.put(Statement, key, span(statement) | sourced(statement))
    for role in content["roles"]:
        key = {"product": product, "party": named(Party, name=role["party"]), "part": role["part"]}
        written.put(Role, key, span(role) | sourced(role))


def load_standard(content: dict[str, Any], folder: Path, written: Written) -> None:
    """An edition of a standard that serves all products."""
    values = {name: content[name] for name in ("title", "replaces")}
    values |= {name: day(content[name]) for name in ("issued_on", "pending_on")}
    written.put(Standard, {"product": None, "number": content["number"]}, values | span(content) | sourced(content))


def act(number: list[str] | None) -> Any:
    """The announcement written as [issuer, number, day]."""
    if not number:
        return None
    issuer, own, issued_on = number
    return named(Announcement, issuer=issuer, number=own, issued_on=day(issued_on))


def load_protection(product: Product, content: dict[str, Any], written: Written) -> None:
    key = {"product": product, "regime": content["regime"], "valid_from": day(content["valid_from"])}
    values = {
        "stage": content["stage"],
        "announcement": act(content["announcement"]),
        "number": content["number"],
        "holder": named(Party, name=content["holder"]) if content["holder"] else None,
    }
    written.put(Protection, key, values | span(content) | sourced(content))


def load_area(product: Product, content: dict[str, Any], written: Written) -> None:
    """A producing area, drawn from the borders of its units on the day it began (or the day their list was seen)."""
    units = [named(Place, code=code) for code in content["units"]]
    key = {"product": product, "regime": content["regime"], "valid_from": day(content["valid_from"])}
    drawing = draw_area(units, content["wording"], key["valid_from"] or UNITS_SEEN_ON)
    values = {
        "basis": content["basis"],
        "announcement": act(content["announcement"]),
        "wording": content["wording"],
        "stated_hectares": content["stated_hectares"],
        "drawn_on": drawing.drawn_on,
        "boundary": drawing.boundary,
        "outline": drawing.outline,
        "hectares": drawing.hectares,
        "uncertainty_m": drawing.uncertainty_m,
        "schematic": drawing.schematic,
        "warning": drawing.warning,
    }
    written.put(Area, key, values | span(content) | sourced(content), many={"units": units})


def load_survey(content: dict[str, Any], folder: Path, written: Written) -> None:
    """What is known of a specialty product before anybody surveyed it on the ground."""
    unit = named(Place, code=content["unit"]) if content["unit"] else None
    values = {name: content[name] for name in ("category", "origin", "producers")}
    values |= {"product": named(Product, slug=content["product"])} | sourced(content)
    written.put(Survey, {"name": content["name"], "unit": unit}, values)


FILES: dict[str, Loader] = {
    "sources.json": load_source,
    "announcements.json": load_announcement,
    "laws.json": load_law,
    "districts.geojson": load_district,
    "units.csv": load_unit,
    "parties.json": load_party,
    "products.json": load_product,
    "standards.json": load_standard,
    "surveys.json": load_survey,
}
