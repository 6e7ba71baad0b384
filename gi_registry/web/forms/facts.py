"""Forms of facts: adding, and the three manners in which a fact with a span changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock
from gi_registry.parties.permissions import Person
from gi_registry.products.models import Category
from gi_registry.web.forms.fields import DayField, DeskForm, own_fields


class Manner(models.TextChoices):
    """How a fact is written."""

    NEW = "new", _("新增")
    CORRECT = "correct", _("更正")
    CHANGE = "change", _("变更")
    END = "end", _("终止")


DAYS: dict[Manner, list[tuple[str, Any, Any, bool]]] = {
    Manner.NEW: [
        ("valid_from", _("自何日起"), _("未查明的留空，另写最早见于哪一天"), False),
        ("attested_on", _("最早见于"), _("起始日未查明时，来源证明其已存在的最早一天"), False),
        ("valid_until", _("截止日（不含）"), _("仍在继续的留空"), False),
    ],
    Manner.CHANGE: [("day", _("自何日起变更"), _("原来的记录到这一天为止，新的记录自这一天起"), True)],
    Manner.END: [("day", _("自何日起终止"), _("自这一天起不再成立"), True)],
}
DAYS[Manner.CORRECT] = DAYS[Manner.NEW]


class FactForm(DeskForm):
    """The form of one fact; which fields it has depends on the manner."""

    def __init__(
        self,
        *args: Any,
        model: type[models.Model],
        columns: Sequence[str],
        manner: Manner,
        person: Person,
        given: dict[str, forms.Field],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.manner, self.columns = manner, [] if manner == Manner.END else list(columns)
        self.fields.update(own_fields(model, self.columns, given))
        for name, label, help_text, required in DAYS[manner]:
            self.fields[name] = DayField(label=label, help_text=help_text, required=required)
        self.add_source(person)
        if manner == Manner.END:
            del self.fields["grade"]
        else:
            self.add_note()
        self.add_reason()
        self.groups = [
            (_("内容"), [*self.columns, "note"]),
            (_("日期"), [name for name, *_rest in DAYS[manner]]),
            (_("依据"), ["source", "grade", "reason"]),
        ]
        self.finish()

    def values(self) -> dict[str, Any]:
        """The columns as the register writes them; an empty text is empty, not nothing."""
        span = [name for name, *_rest in DAYS[self.manner] if name != "day"]
        return {name: self.cleaned_data[name] for name in (*self.columns, *span, "source", "grade", "note")}


class NewProductForm(DeskForm):
    """A product with the name people use."""

    slug = forms.SlugField(
        label=_("网址名"),
        max_length=60,
        help_text=_("小写拼音，例如 duliu-laocu；定了就不再改"),
        validators=[
            RegexValidator(r"^(?!new$)[a-z0-9]+(-[a-z0-9]+)*$", _("只用小写字母、数字和连字符，例如 duliu-laocu。"))
        ],
    )
    text = forms.CharField(label=_("通称"), max_length=60)
    category = forms.ChoiceField(label=_("类别"), choices=[("", "—"), *Category.choices])

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, label, help_text, required in DAYS[Manner.NEW][:2]:
            self.fields[name] = DayField(label=label, help_text=help_text, required=required)
        self.add_source(person)
        self.add_reason()
        self.groups = [
            (_("产品"), ["text", "slug", "category"]),
            (_("通称的日期"), ["valid_from", "attested_on"]),
            (_("依据"), ["source", "grade", "reason"]),
        ]
        self.finish()

    def name(self) -> dict[str, Any]:
        """The columns of the common name."""
        names = ("text", "valid_from", "attested_on", "source", "grade")
        return {name: self.cleaned_data[name] for name in names} | {"valid_until": None, "note": ""}


class ProductForm(DeskForm):
    """What of a product itself can change; its names have spans and forms of their own."""

    category = forms.ChoiceField(label=_("类别"), choices=Category.choices)
    day = DayField(label=_("自何日起"))

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial.setdefault("day", clock.today())
        self.add_source(person)
        del self.fields["grade"]
        self.add_reason()
        self.groups = [(_("产品"), ["category", "day"]), (_("依据"), ["source", "reason"])]
        self.finish()

    def act(self) -> dict[str, Any]:
        """What the act on the product is given."""
        asked = self.cleaned_data
        return {
            "category": asked["category"],
            "day": asked["day"],
            "source": asked["source"],
            "note": asked["reason"],
            "seen": asked["seen"] or 0,
        }
