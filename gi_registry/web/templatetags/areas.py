"""How the producing areas' editor writes sizes, shares and spans."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from gi_registry.core.spans import Spanned

register = template.Library()

ROUNDING = 1e-6  # of a whole: what the arithmetic of borders leaves


@register.filter
def ha(hectares: float) -> str:
    """Hectares to a hundred square metres; what the arithmetic of borders leaves below zero is nothing."""
    return f"{round(hectares, 2) + 0.0:,.2f}"


@register.filter
def share(part: float) -> str:
    """A part of a whole, in per cent; little is never written as nothing, nearly all never as all."""
    if ROUNDING < part < 0.001:
        return "<0.1%"
    return ">99.9%" if 0.999 < part < 1 - ROUNDING else f"{part:.1%}"


@register.filter
def drift(part: float) -> str:
    """How far a size is off, with its sign."""
    return f"{part:+.1%}"


@register.filter
def span(fact: Spanned) -> str:
    """From which day until which day a fact holds."""
    if fact.valid_from:
        start = _("自 {day} 起").format(day=fact.valid_from)
    elif fact.attested_on:
        start = _("起始日未查明（最早见于 {day}）").format(day=fact.attested_on)
    else:
        start = _("起始日未查明")
    return start + (_("，到 {day} 为止（不含）").format(day=fact.valid_until) if fact.valid_until else "")
