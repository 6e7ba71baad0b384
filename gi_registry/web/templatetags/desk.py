"""How the desk writes the history: the Chinese name of each column, what stood there and what stands now."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext_lazy as _

from gi_registry.core.models import Change

register = template.Library()

LONGEST = 400
KINDS = {"text": _("文字"), "integer": _("整数"), "real": _("小数"), "time": _("日期"), "logical": _("是否")}


class Difference(NamedTuple):
    """One column of a change, as text."""

    label: str
    before: str
    after: str


@register.filter
def differences(change: Change) -> list[Difference]:
    """The columns that a change wrote, in the order in which it wrote them."""
    before, after = change.before or {}, change.after or {}
    return [Difference(label_of(change, name), written(before.get(name)), written(after.get(name))) for name in after]


def label_of(change: Change, name: str) -> str:
    """The Chinese name of a column."""
    try:
        model = apps.get_model(change.thing.partition(":")[0])
        return str(getattr(model._meta.get_field(name), "verbose_name", name))
    except (LookupError, ValueError, FieldDoesNotExist):
        return name


def written(value: Any) -> str:
    """A kept value for people: shapes are only named, since a page is no place for ten thousand numbers."""
    match value:
        case None | "" | []:
            return "—"
        case bool():
            return str(_("是") if value else _("否"))
        case list():
            return "、".join(map(str, value))
        case str() if len(value) > LONGEST and value.isalnum():
            return str(_("（界线，{n} 字节）")).format(n=f"{len(value) // 2:,}")
        case str() if len(value) > LONGEST:
            return f"{value[:LONGEST]}……"
    return str(value)


@register.filter
def kind_label(kind: str) -> str:
    """The Chinese word for the type of a field in a sender's file."""
    return str(KINDS.get(kind, kind))
