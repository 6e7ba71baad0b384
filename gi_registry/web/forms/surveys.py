"""Forms of surveys (特色产品普查): one product of one unit, one question, a workbook, the application that follows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gi_registry.applications.models import Survey, Verdict
from gi_registry.applications.readiness import Question
from gi_registry.core import clock
from gi_registry.gazette.models import Source
from gi_registry.gazette.tables import LARGEST_MB
from gi_registry.inspections.permissions import documents_to_read
from gi_registry.parties.models import Party, User
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.products.permissions import parties_to_choose
from gi_registry.web.forms.applications import ROUTES, ApplicationForm, routes_of
from gi_registry.web.forms.fields import TYPE_TO_FIND, DayField, RowField, own_fields, unit_field

WHERE = ("name", "unit")
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("产品"), ("name", "unit", "category", "name_kind", "surveyed_on")),
    (_("规模"), ("hectares", "output", "value", "households")),
    (_("依据"), ("origin", "history", "traits", "link")),
    (_("生产"), ("producers", "standard", "note")),
)
COLUMNS = tuple(name for _legend, names in GROUPS for name in names)
FROM_A_SURVEY = ("product", "collective", "certification")


class SurveyForm(ApplicationForm):
    """What is known of a product; what nobody found out stays empty. Name and unit are settled when it is made."""

    def __init__(self, *args: Any, person: Person, row: Survey | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.columns = [name for name in COLUMNS if row is None or name not in WHERE]
        own = reach(person, Act.SURVEYS) is Reach.OWN
        unit = unit_field(person, label=_("乡镇街道"), required=own)
        if own and isinstance(person, User):
            self.initial.setdefault("unit", person.unit)
        self.initial.setdefault("surveyed_on", clock.today() if row is None else None)
        self.fields.update(own_fields(Survey, self.columns, {"unit": unit}))
        self.groups = list(GROUPS)
        self.finish()

    def values(self) -> dict[str, Any]:
        """The columns beside name and unit."""
        return {name: self.cleaned_data[name] for name in self.columns if name not in WHERE}


class AnswerForm(ApplicationForm):
    """The answer to one question, with what it rests on."""

    verdict = forms.ChoiceField(label=_("回答"), choices=Verdict.choices)
    evidence = forms.CharField(
        label=_("依据"), required=False, widget=forms.Textarea, help_text=_("写明从何得知；也可以选下面的文件或来源")
    )

    def __init__(self, *args: Any, question: Question, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["document"] = forms.ModelChoiceField(
            documents_to_read(person, Act.DESK),
            to_field_name="sha256",
            empty_label="—",
            label=_("文件"),
            required=False,
        )
        self.fields["document"].widget.attrs["data-search"] = TYPE_TO_FIND
        self.fields["source"] = RowField(Source.objects.order_by("title"), label=_("来源"), required=False)
        self.groups = [(question.asks, ["verdict", "evidence", "document", "source"])]
        self.finish()

    def clean(self) -> dict[str, Any]:
        """A source is not asked for here: evidence in words is enough."""
        return self.cleaned_data


class SheetForm(ApplicationForm):
    """The workbook that liaisons filled."""

    file = forms.FileField(
        label=_("普查表"),
        help_text=_("XLSX，最大 {n} MB；先逐行检查，确认以后才写进登记簿").format(n=LARGEST_MB),
        error_messages={"empty": _("文件是空的。")},
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["file"].widget.attrs["accept"] = ".xlsx"
        self.groups = [(_("导入"), ["file"])]
        self.finish()


class OpenFromSurveyForm(ApplicationForm):
    """What the surveyed product applies for."""

    route = forms.ChoiceField(label=_("申请什么"))
    on = DayField(label=_("立卷日"), help_text=_("按这一天有效的法律办理"))
    applicant = RowField(
        Party.objects.none(), label=_("申请人"), required=False, help_text=_("准备阶段可以先空着，提交前必须有")
    )

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        names: Any = self.fields
        names["route"].choices = [(name, label) for name, label in routes_of(Act.APPLICATIONS) if name in FROM_A_SURVEY]
        names["applicant"].queryset = parties_to_choose(person)
        self.initial.setdefault("on", clock.today())
        self.groups = [(_("申请"), ["route", "on", "applicant"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `open_from_survey` is given beside the survey."""
        data, route = self.cleaned_data, ROUTES[self.cleaned_data["route"]]
        return {
            "procedure": route.procedure_on(data["on"]),
            "on": data["on"],
            "regime": route.regime,
            "applicant": data["applicant"],
        }
