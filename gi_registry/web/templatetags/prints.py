"""How the pages write marks by their number, weights, and rates."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gi_registry.marks.alarms import amount as written
from gi_registry.marks.codes import show_code

register = template.Library()


@register.filter
def thousands(value: int) -> str:
    """12,000."""
    return f"{value:,}"


@register.filter
def amount(value: float | str | None) -> str | SafeString:
    """A number to the third decimal; 未查明 where there is none, or no row that could have one."""
    if isinstance(value, int | float):
        return written(value)
    return format_html('<span class="unknown">{}</span>', _("未查明"))


@register.filter
def shown_code(code: str) -> str:
    """The code of an authorisation in groups, as labels bear it."""
    return show_code(code)


@register.filter
def percent(value: float) -> str:
    """83.3%, and without decimals where there are none."""
    return f"{round(100 * value, 1):g}%"
