"""Is this point inside a producing area: inside, outside or too close to tell, for every product."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gi_registry.core import clock
from gi_registry.core.errors import Refusal
from gi_registry.core.validators import day
from gi_registry.places.datums import Datum
from gi_registry.places.geometry import Verdict
from gi_registry.places.validators import accuracy, position
from gi_registry.products.models import Stage
from gi_registry.products.register import Finding, area_register
from gi_registry.web.pages import page

SHOWN = 50


@page
def index(request: HttpRequest) -> HttpResponse:
    """The form, and below it the verdicts. What was typed stays in the form, also where it is refused."""
    asked = request.GET
    typed = {name: asked.get(name, "") for name in ("lon", "lat", "accuracy", "datum", "on")}
    context: dict[str, Any] = {"typed": typed, "datums": Datum.choices, "today": clock.today(), "on": clock.today()}
    status = 200
    if typed["lon"] or typed["lat"]:
        try:
            context |= answered(typed)
        except Refusal as refusal:
            context["refusal"], status = refusal.sentence, refusal.status
    return render(request, "check/index.html", context, status=status)


def answered(typed: dict[str, str]) -> dict[str, Any]:
    """The verdicts on a typed position. Raises BadInput."""
    lon, lat = position(typed["lon"], typed["lat"], typed["datum"])
    accuracy_m, on = accuracy(typed["accuracy"]), day(typed["on"])
    findings = area_register().checked(lon, lat, accuracy_m, on)
    return {
        "lon": lon,
        "lat": lat,
        "accuracy_m": accuracy_m,
        "on": on,
        "moved": typed["datum"] not in ("", Datum.CGCS2000),
        "findings": [shown(finding, on) for finding in findings[:SHOWN]],
        "left_out": max(0, len(findings) - SHOWN),
        "inside": [finding.area.name_on(on) for finding in findings if finding.verdict == Verdict.INSIDE],
        "unsure": [finding.area.name_on(on) for finding in findings if finding.verdict == Verdict.TOO_CLOSE],
    }


def shown(finding: Finding, on: Any) -> dict[str, Any]:
    """One row of the answer."""
    stage = finding.area.stage_on(on)
    return {
        "area": finding.area,
        "name": finding.area.name_on(on),
        "verdict": finding.verdict,
        "inside": finding.inside,
        "distance_m": finding.distance_m,
        "stage": stage,
        "stage_label": Stage(stage).label if stage else "",
    }
