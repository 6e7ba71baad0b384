"""How the desk writes the history: the Chinese name of each column, what stood there and what stands now."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django import forms, template
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from gi_registry.core.models import Change
from gi_registry.core.spans import Spanned
from gi_registry.parties.permissions import Act, Person, reach

register = template.Library()

LONGEST = 400
KINDS = {"text": _("文字"), "integer": _("整数"), "real": _("小数"), "time": _("日期"), "logical": _("是否")}
TOLD_BY = {"cpg": _("cpg 文件"), "ldid": _("dbf 的语言标识"), "format": _("按这种格式的规定")}


class Difference(NamedTuple):
    """One column of a change, as text."""

    label: str
    before: str
    after: str


@register.filter
def differences(change: Change) -> list[Difference]:
    """The columns that a change wrote, in the order in which it wrote them."""
    before, after = change.before or {}, change.after or {}
    return [difference(field_of(change, name), name, before.get(name), after.get(name)) for name in after]


def difference(field: Any, name: str, before: Any, after: Any) -> Difference:
    """One column in Chinese: its name, and of a choice its label."""
    labels = dict(getattr(field, "flatchoices", ()))
    label = str(getattr(field, "verbose_name", name))
    said = [labels.get(value, value) if isinstance(value, str) else value for value in (before, after)]
    return Difference(label, *map(written, said))


def field_of(change: Change, name: str) -> Any:
    """The field of a column; None where the table has no such column any more."""
    try:
        return apps.get_model(change.thing.partition(":")[0])._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


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


@register.filter
def told_by(by: str) -> str:
    """What a sender's file says its encoding by."""
    return str(TOLD_BY.get(by, by))


@register.filter
def may(person: Person, act: str) -> bool:
    """Whether somebody may do an act at all, on whatever is theirs."""
    return reach(person, Act(act)) is not None


@register.filter
def wide(field: BoundField) -> bool:
    """Whether a field takes the whole width: long texts, files, and lists that are searched."""
    widget = field.field.widget
    broad = (forms.Textarea, forms.FileInput, forms.CheckboxSelectMultiple)
    return isinstance(widget, broad) or "data-search" in widget.attrs


@register.filter
def tick(field: BoundField) -> bool:
    """Whether a field is one box to tick."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def many(field: BoundField) -> bool:
    """Whether a field is a list of boxes to tick."""
    return isinstance(field.field.widget, forms.CheckboxSelectMultiple)


@register.filter
def holds(fact: Spanned, day: date) -> bool:
    """Whether a fact may hold on a day."""
    return fact.holds_on(day)


@register.simple_tag
def fact_url(kind: Any, product: Any, number: int, manner: str = "") -> str:
    """The address of a fact, or of the form that writes it in some manner."""
    return str(kind.address(product.slug, number, manner))
