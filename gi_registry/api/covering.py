"""Which producing areas cover a point."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from gi_registry.api.answers import answer, as_json
from gi_registry.core.validators import day
from gi_registry.places.geometry import Verdict
from gi_registry.places.validators import accuracy, position
from gi_registry.products.models import Stage
from gi_registry.products.register import AreaFacts, AreaRegister, Finding, area_register, label


@answer
def covering(request: HttpRequest, revision: int) -> HttpResponse:
    """Areas that cover the point on a day, and those whose border is too close to tell.

    With `nearest=1` and none of these, the nearest area within 50 km.
    """
    asked = request.GET
    lon, lat = position(asked.get("lon", ""), asked.get("lat", ""), asked.get("datum", ""))
    accuracy_m, on = accuracy(asked.get("accuracy", "")), day(asked.get("on", ""))
    register = area_register(revision)
    findings = register.covering(lon, lat, accuracy_m, on)
    return as_json(
        {
            "lon": round(lon, 7),
            "lat": round(lat, 7),
            "accuracy_m": accuracy_m,
            "on": on.isoformat(),
            "revision": revision,
            "summary": summary(findings, on),
            "covering": [described(finding, on) for finding in findings],
            **nearest(register, lon, lat, accuracy_m, on, wanted=bool(asked.get("nearest")) and not findings),
        }
    )


@cache
def words() -> tuple[str, str, str, str]:
    """The beginnings of the summary's parts, translated once."""
    return (
        _("在范围内"),
        _("图上在范围内，离界线太近无法判定"),
        _("图上在范围外，离界线太近无法判定"),
        _("不在登记簿当日收录的任何产地范围内"),
    )


def summary(findings: list[Finding], on: date) -> str:
    """The answer in one Chinese sentence; "outside" is said, never left to be read from an empty list."""
    inside, drawn_inside, drawn_outside, nowhere = words()
    said = {
        inside: [f.area.name_on(on) for f in findings if f.verdict == Verdict.INSIDE],
        drawn_inside: [f.area.name_on(on) for f in findings if f.verdict == Verdict.TOO_CLOSE and f.inside],
        drawn_outside: [f.area.name_on(on) for f in findings if f.verdict == Verdict.TOO_CLOSE and not f.inside],
    }
    parts = [f"{what}：{'、'.join(names)}" for what, names in said.items() if names]
    return ("；".join(parts) or nowhere) + "。"


def described(finding: Finding, on: date) -> dict[str, Any]:
    """One area and the verdict on the point."""
    return {
        **of_area(finding.area, on),
        "verdict": finding.verdict,
        "verdict_label": label(Verdict, finding.verdict),
        "inside": finding.inside,
        "distance_m": round(finding.distance_m, 1),
    }


@cache
def products() -> str:
    """The address of the list, under which every product has its own; looked up once."""
    return reverse("products")


def of_area(area: AreaFacts, on: date) -> dict[str, Any]:
    """What is the same of an area for every point on a day."""
    stage = area.stage_on(on)
    return {
        "slug": area.slug,
        "name": area.name_on(on),
        "url": f"{products()}{area.slug}/",
        "regime": area.regime,
        "regime_label": area.regime_label,
        "stage": stage or None,
        "stage_label": label(Stage, stage) if stage else None,
        "uncertainty_m": area.uncertainty_m,
        "schematic": area.schematic,
        "basis": area.basis,
        "basis_label": area.basis_label,
        "grade": area.grade,
        "grade_label": area.grade_label,
    }


def nearest(
    register: AreaRegister, lon: float, lat: float, accuracy_m: float, on: date, *, wanted: bool
) -> dict[str, Any]:
    """The nearest area on the day where `nearest=1` asks for it; null where there is none within 50 km."""
    if not wanted:
        return {}
    finding = register.nearest(lon, lat, accuracy_m, on)
    return {"nearest": described(finding, on) if finding else None}
