"""Forms of the three systems: quality records, laboratories, test reports with their values, what officials say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.assurance.actions import producers_of
from gi_registry.assurance.clauses import CLAUSES, Clause, RecordKind, System, Who
from gi_registry.assurance.models import (
    Attachment,
    Effect,
    Laboratory,
    Limit,
    LocalClause,
    Qualification,
    QualityRecord,
    Standard,
    TestReport,
    Value,
)
from gi_registry.assurance.values import read_bound, read_value
from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.parties.permissions import Act, Person
from gi_registry.products.models import Product
from gi_registry.products.permissions import parties_to_choose, within_reach
from gi_registry.web.forms.applications import ApplicationForm, one_document
from gi_registry.web.forms.fields import DayField, ListedField, RowField, own_fields

CHOOSE = [("", "—")]
SOURCED = ("source", "grade", "note")
EMPTY = frozenset({None, ""})
SPARE = 6  # empty lines below those that are there


class SourcedForm(ApplicationForm):
    """Evidence that names its source."""

    asked_for: tuple[str, ...] = ()
    beside: forms.BaseFormSet | None = None  # the table that is sent with the form

    def is_valid(self) -> bool:
        own = super().is_valid()
        return (self.beside is None or self.beside.is_valid()) and own

    def finish_sourced(self, person: Person) -> None:
        """Source, grade and note; nothing here is read by the public."""
        self.add_source(person)
        self.add_note()
        self.fields["note"].help_text = ""
        self.groups = [*self.groups, (_("依据"), SOURCED)]
        self.finish()

    def add_righting(self, help_text: Any) -> None:
        """Why what stands is put right."""
        self.fields["reason"] = forms.CharField(
            label=_("为什么更正"), required=False, widget=forms.Textarea, help_text=help_text
        )
        self.groups = [*self.groups, (_("更正"), ["reason"])]

    def columns(self) -> dict[str, Any]:
        """The columns, with source, grade and note."""
        return {name: self.cleaned_data[name] for name in (*self.asked_for, *SOURCED)}

    def asked(self) -> dict[str, Any]:
        """What the act is given: the columns, and what the writer saw."""
        return self.columns() | {"seen": self.seen}


def producer_field(person: Person, **more: Any) -> RowField:
    """A producer of the register; nobody where the evidence is about the product as a whole."""
    return RowField(parties_to_choose(person), label=_("生产者"), required=False, **more)


def laboratory_field(**more: Any) -> ListedField:
    """The laboratories by their numbers in the register."""
    rows = list(Laboratory.objects.select_related("party").order_by("pk"))
    return ListedField(
        {str(number): row for number, row in enumerate(rows, 1)},
        [row.party.name for row in rows],
        label=_("检验检测机构"),
        **more,
    )


# --- Quality records -------------------------------------------------------------------------------------------------


class RecordForm(SourcedForm):
    """One quality record."""

    asked_for = ("kind", "clause", "title", "made_on", "valid_until", "producer", "document")

    def __init__(self, *args: Any, person: Person, product: Product, **more: Any) -> None:
        super().__init__(*args, **more)
        given = {
            "producer": producer_field(person, help_text=_("整个产品共用的留空")),
            "document": one_document(product, label=_("文件"), required=False, help_text=_("先在产品页交文件")),
            "clause": forms.ChoiceField(
                choices=[*CHOOSE, *((one.key, str(one)) for one in LocalClause.objects.all())],
                label=_("自定条款"),
                required=False,
                help_text=_("对应本区自定条款的才选，性质选“其他”"),
            ),
        }
        self.fields.update(own_fields(QualityRecord, self.asked_for, given))
        self.fields["kind"].choices = [*CHOOSE, *kinds_by_system()]  # type: ignore[attr-defined]
        self.fields["valid_until"].help_text = _("材料自己写明的；没有写的留空")
        self.groups = [
            (_("质量记录"), ["kind", "clause", "title"]),
            (_("何时、谁的"), ["made_on", "valid_until", "producer", "document"]),
        ]
        self.finish_sourced(person)

    def outrun(self, seen: int, now: dict[str, str]) -> None:
        super().outrun(seen, now | {"kind": NAMES_OF_KINDS.get(now.get("kind", ""), now.get("kind", ""))})


def named_kind(kind: RecordKind) -> str:
    """A kind with the clauses that it serves."""
    keys = dict.fromkeys(clause.key for clause in CLAUSES if kind in clause.kinds)
    return f"{kind.label}（{'、'.join(keys)}）" if keys else str(kind.label)


NAMES_OF_KINDS = {str(kind.label): named_kind(kind) for kind in RecordKind}


def kinds_by_system() -> list[tuple[str, Any]]:
    """The kinds of records under the system of the first clause that they serve."""
    first = {kind: clause.system for clause in reversed(CLAUSES) for kind in clause.kinds}
    grouped = [
        (str(system.label), [(kind.value, named_kind(kind)) for kind in RecordKind if first.get(kind) is system])
        for system in System
    ]
    return [*grouped, *((kind.value, str(kind.label)) for kind in RecordKind if kind not in first)]


# --- Standards -------------------------------------------------------------------------------------------------------

STANDARD = ("number", "title", "regime", "issued_on", "valid_from", "valid_until", "attested_on")
STANDARD_MORE = ("pending_on", "reviewed_on", "replaces")


class StandardForm(SourcedForm):
    """One edition of a standard: of a product, with its text, or of all of them."""

    asked_for: tuple[str, ...] = (*STANDARD, *STANDARD_MORE)

    def __init__(
        self, *args: Any, person: Person, product: Product | None, standard: Standard | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields.update(own_fields(Standard, self.asked_for, {}))
        if product is not None:
            self.asked_for = (*self.asked_for, "document")
            self.fields["document"] = one_document(
                product, label=_("文本"), required=False, help_text=_("先在产品页交文件")
            )
        self.fields["valid_from"].label, self.fields["valid_until"].label = _("实施日"), _("废止日")
        self.fields["number"].help_text = _("例如 GB/T 17924-2008、DB12/T 412-2009；连字符、空格怎样写都认得")
        self.groups = [
            (_("标准"), ["number", "title", "regime", "replaces", "document"]),
            (_("日期"), ["issued_on", "valid_from", "valid_until", "attested_on", "pending_on", "reviewed_on"]),
        ]
        if standard is not None:
            self.add_righting(_("有报告的不合格结果因此不再不合格时必写，写进变更记录"))
        self.finish_sourced(person)

    def asked(self) -> dict[str, Any]:
        return super().asked() | {"reason": self.cleaned_data.get("reason", "")}


class LineForm(forms.Form):
    """One line of a table that is typed: empty lines are left out."""

    wanted: tuple[str, ...] = ()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            field.required = False
            field.widget.attrs.update({"class": "input", "aria-label": str(field.label), "autocomplete": "off"})
            if longest := getattr(field, "max_length", None):
                field.validators = [one for one in field.validators if not isinstance(one, MaxLengthValidator)]
                field.validators.append(MaxLengthValidator(longest, _("不超过 %(limit_value)d 字。")))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in self.wanted if self.typed(data) else ():
            if data.get(name) in EMPTY and name not in self.errors:
                self.add_error(name, _("这一格必填。"))
        return data

    def typed(self, data: dict[str, Any]) -> bool:
        """Whether anything was typed into the line."""
        return any(value not in EMPTY for value in data.values())

    def asked(self) -> dict[str, Any] | None:
        """The line; None where it is empty."""
        return dict(self.cleaned_data) if self.typed(self.cleaned_data) else None


def lines_asked(lines: Any) -> list[dict[str, Any]]:
    """The lines of a table that are not empty."""
    return [asked for line in lines if (asked := line.asked()) is not None]


LIMIT = ("parameter", "lower", "upper", "unit", "method", "goods", "wording")


class BoundaryField(forms.CharField):
    """A bound with point or comma, as results are read; what was typed stays in its box where it is refused."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, widget=forms.TextInput({"inputmode": "decimal"}))

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        try:
            return read_bound(typed) if typed else None
        except BadInput as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal


class LimitForm(LineForm):
    """One technical requirement."""

    wanted = ("parameter",)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        lower, upper = data.get("lower"), data.get("upper")
        if lower is not None and upper is not None and lower > upper:
            self.add_error("lower", _("下限大于上限。"))
        if self.typed(data) and not self.errors and lower is None and upper is None and not data.get("wording"):
            self.add_error("upper", _("请写上限、下限或文字要求中的至少一项。"))
        return data


BOUNDS = {"lower": BoundaryField(_("下限")), "upper": BoundaryField(_("上限"))}
LimitForm.base_fields.update(own_fields(Limit, LIMIT, BOUNDS))


# --- Laboratories ----------------------------------------------------------------------------------------------------


class LaboratoryForm(ApplicationForm):
    """A party that tests for others."""

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        parties = parties_to_choose(person).filter(laboratory__isnull=True)
        self.fields["party"] = RowField(parties, label=_("机构"), help_text=_("没有的主体先在“主体”里登记"))
        self.fields.update(own_fields(Laboratory, ("note",), {}))
        self.groups = [(_("检验检测机构"), ["party", "note"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What the act is given."""
        return {name: self.cleaned_data[name] for name in ("party", "note")}


class QualificationForm(SourcedForm):
    """A certificate of a laboratory."""

    asked_for = ("kind", "number", "scope", "valid_from", "valid_until")

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields.update(own_fields(Qualification, self.asked_for, {}))
        self.fields["valid_until"].help_text = _("证书上写明的届满日；留空的，各页写“截止日未查明”")
        self.groups = [(_("资质"), self.asked_for)]
        self.finish_sourced(person)


class AppointmentForm(SourcedForm):
    """That a laboratory tests a product."""

    asked_for = ("laboratory", "valid_from", "valid_until")

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["laboratory"] = laboratory_field()
        self.fields["valid_from"] = DayField(label=_("起始日"), required=False, help_text=_("留空表示未查明"))
        self.fields["valid_until"] = DayField(label=_("截止日（不含）"), required=False)
        self.groups = [(_("承担检验检测的机构"), self.asked_for)]
        self.finish_sourced(person)


# --- Test reports ----------------------------------------------------------------------------------------------------

REPORT = ("number", "laboratory", "producer", "batch", "goods", "standard_number")
REPORT_DAYS = ("sampled_on", "issued_on", "valid_until")
VALUE = ("parameter", "text", "unit", "method")


class ReportForm(SourcedForm):
    """The head of a test report."""

    asked_for = (*REPORT, *REPORT_DAYS, "retest_of", "document")

    def __init__(
        self, *args: Any, person: Person, product: Product, report: TestReport | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        others = TestReport.objects.filter(product=product).exclude(pk=report.pk if report else 0)
        reports = list(others.select_related("laboratory__party"))
        given = {
            "laboratory": laboratory_field(help_text=_("没有的机构先在“检验机构”里登记")),
            "producer": producer_field(person, help_text=_("整个产品共用的留空")),
            "retest_of": ListedField(
                {str(one.key): one for one in reports},
                [f"{one.number}（{one.laboratory}，{one.issued_on}）" for one in reports],
                label=_("复检哪一份报告"),
                required=False,
                help_text=_("不合格以后的复检才选"),
            ),
            "document": one_document(product, label=_("报告文件"), required=False, help_text=_("先在产品页交文件")),
        }
        self.fields.update(own_fields(TestReport, self.asked_for, given))
        self.groups = [
            (_("报告"), REPORT),
            (_("日期"), REPORT_DAYS),
            (_("复检与文件"), ["retest_of", "document"]),
        ]
        if report is not None:
            self.add_righting(_("报告里有不合格的结果时必写，写进变更记录"))
        self.finish_sourced(person)

    def asked(self) -> dict[str, Any]:
        return super().asked() | {"reason": self.cleaned_data.get("reason", "")}


class ValueForm(LineForm):
    """One line of a report, as it is reported; a parameter that was offered and has no result is left out."""

    wanted = ("parameter", "text")

    def typed(self, data: dict[str, Any]) -> bool:
        offered = data.get("parameter") and data["parameter"] == self.initial.get("parameter")
        return data.get("text") not in EMPTY if offered else super().typed(data)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("text") not in EMPTY and not self.errors:
            try:
                read_value(data["text"], data.get("unit") or "")
            except BadInput as refusal:
                self.add_error("text", refusal.sentence)
        return data


ValueForm.base_fields.update(own_fields(Value, VALUE, {}))
LimitLines = forms.formset_factory(LimitForm, extra=SPARE)
ValueLines = forms.formset_factory(ValueForm, extra=SPARE)


class SheetForm(ApplicationForm):
    """A workbook of test reports."""

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["product"] = forms.ModelChoiceField(
            within_reach(person, Act.STANDARDS).order_by("common_name"),
            to_field_name="slug",
            empty_label="—",
            required=False,
            label=_("产品"),
            help_text=_("表里写了产品名称的空着；没有这一列的在这里选"),
        )
        self.fields["file"] = forms.FileField(
            label=_("报告表"),
            error_messages={"empty": _("文件是空的。")},
            help_text=_("XLSX 或 CSV；先逐行检查，确认以后才写进登记簿"),
        )
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv"
        self.groups = [(_("报告表"), ["product", "file"])]
        self.finish()


class AdmitForm(SourcedForm):
    """On what the examined reports rest."""

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.finish_sourced(person)


# --- What officials say ----------------------------------------------------------------------------------------------


class AttachForm(ApplicationForm):
    """An official's word on a clause: what it rests on, from when until when, and why."""

    effect = forms.ChoiceField(label=_("结论"), choices=Effect.choices, initial=Effect.MEETS)

    def __init__(
        self,
        *args: Any,
        product: Product,
        clause: Clause,
        evidence: dict[str, tuple[str, models.Model]],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.initial.setdefault("valid_from", clock.today())
        self.fields["evidence"] = ListedField(
            {key: row for key, (_name, row) in evidence.items()},
            [name for name, _row in evidence.values()],
            label=_("依据的材料"),
            required=False,
            help_text=_("登记在本产品下的标准、记录、报告、资质；认定“满足”要选一件，或者选一个文件"),
        )
        given = {
            "producer": RowField(
                producers_of(product), label=_("生产者"), required=False, help_text=_("只为一个生产者认定的才选")
            ),
            "document": one_document(product, label=_("或者一个文件"), required=False),
        }
        about = ["producer"] if clause.per_producer else []
        self.names = ("document", *about, "valid_from", "valid_until", "note")
        self.fields.update(own_fields(Attachment, self.names, given))
        self.fields["valid_from"].required = True
        self.fields["valid_from"].help_text = ""
        self.fields["valid_until"].help_text = _("依据的材料到期时一并失效；另有期限的才填")
        self.groups = [
            (_("认定"), ["effect", "evidence", "document", *about]),
            (_("期限与理由"), ["valid_from", "valid_until", "note"]),
        ]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What the act is given beside the clause and the product."""
        return {name: self.cleaned_data[name] for name in self.names} | {
            "effect": Effect(self.cleaned_data["effect"]),
            "evidence": self.cleaned_data["evidence"] or None,
        }


class ReasonForm(ApplicationForm):
    """Why something is taken back."""

    reason = forms.CharField(label=_("原因"), widget=forms.Textarea, help_text=_("写进变更记录"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups = [(_("说明"), ["reason"])]
        self.finish()


class EndForm(ReasonForm):
    """From which day on something holds no longer, and why."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial.setdefault("day", clock.today())
        self.fields["day"] = DayField(label=_("自何日起不再成立"))
        self.groups = [(_("终止"), ["day", "reason"])]
        self.finish()


class LocalClauseForm(SourcedForm):
    """A clause that the district adds."""

    asked_for = (
        *("key", "system", "wording", "who", "article"),
        *("per_producer", "fresh", "valid_from", "valid_until", "products"),
    )

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        columns = tuple(name for name in self.asked_for if name != "products")
        self.fields.update(own_fields(LocalClause, columns, {}))
        self.fields["system"].choices = [*CHOOSE, *System.choices]  # type: ignore[attr-defined]
        self.fields["who"].choices = [*CHOOSE, *Who.choices]  # type: ignore[attr-defined]
        self.fields["key"].disabled = "key" in self.initial  # evidence names the clause by it
        self.fields["key"].help_text = _("字母加数字，如 JH1；材料和认定靠它认出条款，给出以后不能改")
        self.fields["valid_from"].required, self.fields["valid_from"].help_text = True, ""
        self.fields["valid_until"].help_text = _("自这一天起不再要求；以前的日子照旧")
        self.fields["products"] = products_field(person, required=False, help_text=_("不勾表示全部产品"))
        self.groups = [
            (_("要求"), ["key", "system", "wording", "who", "article"]),
            (_("适用"), ["valid_from", "valid_until", "per_producer", "fresh", "products"]),
        ]
        self.finish_sourced(person)


def products_field(person: Person, **more: Any) -> forms.ModelMultipleChoiceField:
    """Boxes for the products within reach."""
    products = within_reach(person, Act.DESK).order_by("common_name")
    return forms.ModelMultipleChoiceField(
        products, to_field_name="slug", label=_("产品"), widget=forms.CheckboxSelectMultiple, **more
    )


class RoundForm(ApplicationForm):
    """An assessment round: a day, one product or all of them, what the signer remarks."""

    title = forms.CharField(label=_("名称"), max_length=120)
    day = DayField(label=_("评估日"), help_text=_("按这一天有效的条款和材料计算，可以是过去的某一天"))
    remarks = forms.CharField(label=_("意见"), required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.within = within_reach(person, Act.SYSTEMS).order_by("common_name")
        self.initial.setdefault("day", clock.today())
        self.fields["product"] = forms.ModelChoiceField(
            self.within, to_field_name="slug", empty_label=_("全部产品"), required=False, label=_("产品")
        )
        self.fields["shown"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.groups = [(_("评估"), ["title", "day", "product"]), (_("意见"), ["remarks"])]
        self.finish()

    @property
    def assessed(self) -> list[Product]:
        """The products that are asked for."""
        product = self.cleaned_data["product"]
        return [product] if product else list(self.within)

    def asked(self) -> dict[str, Any]:
        """What the act is given."""
        return {name: self.cleaned_data[name] for name in ("title", "day", "remarks", "shown")} | {
            "products": self.assessed
        }
