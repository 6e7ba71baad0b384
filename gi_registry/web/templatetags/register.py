"""How the pages write what the register holds: days, areas, grades, swatches."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from gi_registry.core import clock
from gi_registry.core.spans import Spanned

register = template.Library()


@register.filter
def square_km(hectares: float | None) -> str:
    """An area kept in hectares, written in km²; “” where there is none."""
    return "" if hectares is None else km2(hectares / 100)


@register.filter
def km2(value: float | None) -> str:
    """An area in km²: one decimal below 100, whole numbers above."""
    if value is None:
        return ""
    return f"{value:,.0f} km²" if value >= 100 else f"{value:,.1f} km²"


@register.filter
def metres(value: float | None) -> str:
    """A distance: whole metres, kilometres from 10 km on."""
    if value is None:
        return ""
    return (
        _("{km} 公里").format(km=f"{value / 1000:,.1f}") if value >= 10_000 else _("{m} 米").format(m=f"{value:,.0f}")
    )


@register.filter
def begins(fact: Spanned) -> str:
    """The day on which a fact begins; where no source gives it, since when it is attested."""
    if fact.valid_from:
        return format_html("<time>{}</time>", fact.valid_from.isoformat())
    if fact.attested_on:
        return format_html(
            _("未查明（最早见于 {day}）"), day=format_html("<time>{}</time>", fact.attested_on.isoformat())
        )
    return _("未查明")


@register.filter
def standing(fact: Spanned, on: date) -> str:
    """Whether a rule or standard is in force on a day."""
    if fact.holds_on(on):
        return _("现行") if on == clock.today() else _("当日有效")
    return _("尚未实施") if fact.valid_from and fact.valid_from > on else _("已废止")


@register.simple_tag(takes_context=True)
def on_day(context: template.Context) -> str:
    """`?on=…` for links that stay on the day shown; empty where that is today."""
    on: date | None = context.get("on")
    return f"?on={on.isoformat()}" if on and on != context.get("today") else ""


@register.inclusion_tag("parts/_swatch.html")
def swatch(slot: int | str, stage: str) -> dict[str, Any]:
    """The sign of a product on the map: its colour and hatching, with the border of its stage."""
    return {"slot": slot, "stage": str(stage)}


@register.inclusion_tag("parts/_mark.html")
def mark(fact: Any) -> dict[str, Any]:
    """The grade of a fact and the number of its source on the page."""
    return {"fact": fact, "footnote": getattr(fact, "footnote", None)}
