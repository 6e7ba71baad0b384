"""Which producing areas cover a point."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gi_registry.api.answers import answer, as_json
from gi_registry.core.validators import day
from gi_registry.places.geometry import Verdict
from gi_registry.places.validators import accuracy, position
from gi_registry.products.models import Stage
from gi_registry.products.register import AreaRegister, Finding, area_register


@answer
def covering(request: HttpRequest, revision: int) -> HttpResponse:
    """Areas that cover the point on a day, and those whose border is too close to tell; the nearest one otherwise."""
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
            "summary": summary(findings),
            "covering": [described(finding, on) for finding in findings],
            "nearest": None if findings else nearest(register, lon, lat, accuracy_m, on),
        }
    )


def summary(findings: list[Finding]) -> str:
    """The answer in one Chinese sentence; "outside" is said, never left to be read from an empty list."""
    said = {
        _("在范围内"): [f for f in findings if f.verdict == Verdict.INSIDE],
        _("图上在范围内，离界线太近无法判定"): [f for f in findings if f.verdict == Verdict.TOO_CLOSE and f.inside],
        _("图上在范围外，离界线太近无法判定"): [f for f in findings if f.verdict == Verdict.TOO_CLOSE and not f.inside],
    }
    parts = [f"{what}：{'、'.join(f.area.name for f in found)}" for what, found in said.items() if found]
    return ("；".join(parts) or _("不在登记簿当日收录的任何产地范围内")) + "。"


def described(finding: Finding, on: date) -> dict[str, Any]:
    """One area and the verdict on the point."""
    area = finding.area
    stage = area.stage_on(on)
    return {
        "slug": area.slug,
        "name": area.name,
        "url": f"/products/{area.slug}/",
        "regime": area.regime,
        "regime_label": area.regime_label,
        "stage": stage or None,
        "stage_label": Stage(stage).label if stage else None,
        "verdict": finding.verdict,
        "verdict_label": finding.verdict.label,
        "inside": finding.inside,
        "distance_m": round(finding.distance_m, 1),
        "uncertainty_m": area.uncertainty_m,
        "schematic": area.schematic,
        "basis": area.basis,
        "basis_label": area.basis_label,
        "grade": area.grade,
        "grade_label": area.grade_label,
    }


def nearest(register: AreaRegister, lon: float, lat: float, accuracy_m: float, on: date) -> dict[str, Any] | None:
    """The nearest area on the day, None where there is none within 50 km."""
    finding = register.nearest(lon, lat, accuracy_m, on)
    return described(finding, on) if finding else None
