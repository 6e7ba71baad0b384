"""Fields of the desk's forms: days, rows of the register by their public names, and how a form shows what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.boundfield import BoundField
from django.forms.models import fields_for_model
from django.utils.choices import flatten_choices
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock, validators
from gi_registry.core.errors import BadInput
from gi_registry.gazette.actions import NewSource
from gi_registry.gazette.models import Announcement, Grade, Source
from gi_registry.parties.models import Party
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.parties.validators import read_uscc
from gi_registry.places.models import Kind, PlaceVersion

TYPE_TO_FIND = _("输入几个字，在下面的选项里找")
PUBLIC_NAME = {Source: "key", Party: "name"}


class DayInput(forms.DateInput):
    """The browser's own calendar; where it has none, a line in which one writes 2010-12-24."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(attrs={"placeholder": "2010-12-24"}, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day, refused with the register's own sentence."""

    widget = DayInput

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return validators.day(str(value))
        except BadInput as refusal:
            raise ValidationError(refusal.sentence) from refusal


class UsccField(forms.CharField):
    """A 统一社会信用代码 as people type it, refused in the register's own words; `heard` is what was understood."""

    heard: tuple[str, ...] = ()

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        if not typed:
            return ""
        try:
            read = read_uscc(typed)
        except BadInput as refusal:
            raise ValidationError(refusal.sentence) from refusal
        self.heard = (*(f"{sentence}。" for sentence in read.understood), *([read.warning] if read.warning else []))
        return read.code


class RowField(forms.ModelChoiceField):
    """A row chosen by its public name, never by its id; with JavaScript its list can be searched by typing."""

    def __init__(self, queryset: models.QuerySet, **more: Any) -> None:
        super().__init__(queryset, to_field_name=PUBLIC_NAME[queryset.model], empty_label="—", **more)
        self.widget.attrs["data-search"] = TYPE_TO_FIND
        self.error_messages["invalid_choice"] = _("所选的这一项不在登记簿中。")


class ListedField(forms.TypedChoiceField):
    """A row chosen by something that is public but no column of its own, such as its number in the register."""

    def __init__(self, rows: dict[str, models.Model], names: Iterable[str], **more: Any) -> None:
        self.rows = rows
        choices = [("", "—"), *zip(rows, names, strict=True)]
        super().__init__(choices=choices, coerce=rows.__getitem__, empty_value=None, **more)
        self.widget.attrs["data-search"] = TYPE_TO_FIND

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, models.Model):
            return value
        return next((public for public, row in self.rows.items() if row == value), None)

    def valid_value(self, value: Any) -> bool:
        return str(self.prepare_value(value)) in self.rows


def announcement_field(**more: Any) -> ListedField:
    """The announcements by their numbers in the register, the newest first, with day and title as their offices gave
    them."""
    numbered = enumerate(Announcement.objects.order_by("pk"), 1)
    newest_first = sorted(numbered, key=lambda one: one[1].issued_on, reverse=True)
    names = (f"{row}（{row.issued_on}）{row.title}" for _number, row in newest_first)
    return ListedField({str(number): row for number, row in newest_first}, names, **more)


def unit_field(person: Person, **more: Any) -> ListedField:
    """The units by their codes, named as they are called today; who keeps one unit has no choice but that."""
    versions = PlaceVersion.objects.on(clock.today()).exclude(kind=Kind.COUNTY).select_related("place")
    if reach(person, Act.FRAME) is not Reach.ALL:
        versions = versions.filter(place=getattr(person, "unit", None))
    return listed_units(versions, **more)


def listed_units(versions: models.QuerySet[PlaceVersion], **more: Any) -> ListedField:
    """Some units by their codes, under the names that these versions give them."""
    units = {version.place.code: version for version in versions.defer("boundary", "outline", "location")}
    return ListedField(
        {code: version.place for code, version in units.items()}, [unit.name for unit in units.values()], **more
    )


def own_fields(model: type[models.Model], names: Sequence[str], given: dict[str, Any]) -> dict[str, Any]:
    """The form fields of some columns, in their order; `given` replaces those that need more than Django knows."""
    fields = fields_for_model(
        model, fields=list(names), formfield_callback=lambda f, **more: form_field(f, given, more)
    )
    return {name: fields[name] for name in names}


def form_field(column: Any, given: dict[str, Any], more: dict[str, Any]) -> Any:
    """One column as a field: days by our calendar, announcements and parties by their public names."""
    if column.name in given:
        return given[column.name]
    labels = {"label": column.verbose_name, "required": not column.blank, "help_text": column.help_text}
    match column:
        case models.DateField():
            return DayField(**labels)
        case models.URLField():
            return column.formfield(assume_scheme="https")
        case models.ForeignKey() if column.related_model is Announcement:
            return announcement_field(**labels)
        case models.ForeignKey() if column.related_model in PUBLIC_NAME:
            return RowField(column.related_model._default_manager.all(), **labels)
    field = column.formfield(**more)
    if column.choices:  # "nothing chosen" looks the same in every list
        nothing = BLANK_CHOICE_DASH[0]
        field.choices = [("", "—") if choice == nothing else choice for choice in field.choices]
    return field


class Shown(NamedTuple):
    """One field as the page shows it; `now` is what stands in the register where somebody else was faster."""

    field: BoundField
    now: str | None


class Group(NamedTuple):
    """Fields that belong together, under a heading."""

    legend: Any
    fields: list[Shown]


NEW_SOURCE = ("title", "publisher", "address", "published_on", "seen_on", "grade")
GRADES = [("", "—"), *Grade.choices]


class DeskForm(forms.Form):
    """A form of the desk: own fields, source (an existing one or one made on the spot) and grade, the writer's words.

    Subclasses name their `groups`; `now` holds what stands in the register, to be shown beside what was typed.
    """

    groups: list[tuple[Any, Sequence[str]]] = []
    now: dict[str, str] = {}

    def add_source(self, person: Person) -> None:
        """The fields of source and grade; who may not keep sources chooses among those that are there."""
        self.fields["source"] = RowField(Source.objects.order_by("title"), label=_("依据来源"), required=False)
        self.fields["grade"] = forms.ChoiceField(
            label=_("可信等级"), choices=GRADES, help_text=_("这条记录本身可信到什么程度")
        )
        if reach(person, Act.SOURCES) is None:
            self.fields["source"].help_text = _("没有合适的来源时，请农业农村或市场监管部门先登记来源。")
            return
        for name, field in own_fields(Source, NEW_SOURCE, {}).items():
            field.required, field.label = False, format_lazy("{}{}", _("新来源的"), field.label)
            self.fields[f"new_{name}"] = field

    def add_note(self) -> None:
        """The public words that stand beside a fact."""
        self.fields["note"] = forms.CharField(
            label=_("说明"), required=False, widget=forms.Textarea, help_text=_("公开显示")
        )

    def add_reason(self) -> None:
        """Words of the writer and the number of the last change that they saw."""
        words = forms.Textarea(attrs={"rows": 2})
        self.fields["reason"] = forms.CharField(
            label=_("为什么改"), required=False, widget=words, help_text=_("写进变更记录")
        )
        self.fields["seen"] = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def finish(self) -> None:
        """Our looks on every field, and what is wrong tied to its field for those who listen."""
        for name, field in self.fields.items():
            field.error_messages["required"] = _("这一栏必填。")
            if not isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
                field.widget.attrs.setdefault("class", "input")
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3 if name in {"note", "reason"} else 5

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        if "seen" in self.errors:
            self.add_error(None, _("表单不完整：请重新打开这一页再填。"))
        if "source" in self.fields and not self.errors:
            self.settle(asked)
        return asked

    def settle(self, asked: dict[str, Any]) -> None:
        """One source: the new one where its name was written, else the chosen one."""
        new = {name: asked.get(f"new_{name}") for name in NEW_SOURCE}
        if new["title"]:
            if not new["grade"]:
                self.add_error("new_grade", _("新来源要写明可信等级。"))
            asked["source"] = NewSource({name: value for name, value in new.items() if value})
        elif any(new.values()):
            self.add_error("new_title", _("新来源要写名称；不用新来源的，请把这几栏清空。"))
        elif asked.get("source") is None:
            self.add_error("source", _("请选一个来源，或在下面写一个新来源。"))

    def outrun(self, seen: int, now: dict[str, str]) -> None:
        """Somebody else was faster: keep what was typed, note what stands now and that it has been seen."""
        typed: Any = self.data
        self.data = typed.copy()
        self.data["seen"] = str(seen)  # type: ignore[index]  # a copy of what was sent can be written
        self.now = now

    def shown_groups(self) -> Iterator[Group]:
        """The visible fields under their headings."""
        for legend, names in self.groups:
            fields = [Shown(self[name], self.otherwise(name)) for name in names if name in self.fields]
            if fields:
                yield Group(legend, fields)

    def otherwise(self, name: str) -> str | None:
        """What stands in the register where it is not what was typed."""
        now = self.now.get(name)
        return None if now == typed_text(self[name]) else now

    def new_source(self) -> list[Shown]:
        """The fields of a source made on the spot."""
        return [Shown(self[f"new_{name}"], None) for name in NEW_SOURCE if f"new_{name}" in self.fields]

    @property
    def new_source_open(self) -> bool:
        """Whether the fields of a new source are in use."""
        return any(shown.field.errors or shown.field.value() for shown in self.new_source())


def typed_text(field: BoundField) -> str:
    """What was typed, in the words of `written`: of a list the words of its choice."""
    value = field.value()
    if isinstance(field.field, forms.BooleanField):
        return str(_("是") if value else _("否"))
    choices: Iterable[tuple[Any, Any]] = flatten_choices(getattr(field.field, "choices", ()))
    labels = {str(choice): str(label) for choice, label in choices}
    return labels.get(str(value or ""), str(value or "")) if value else "—"


def written(row: models.Model, names: Iterable[str]) -> dict[str, str]:
    """The columns of a row as people read them."""
    return {name: written_value(row, name) for name in names}


def written_value(row: models.Model, name: str) -> str:
    """One column: the label of a choice, a day as 2010-12-24, — where nothing stands."""
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    return "—" if value in {None, ""} else str(value)
