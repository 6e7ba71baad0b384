"""Forms of applications: opening a file, its next step, taking one back, its materials, oppositions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.applications.models import Application, Material, MaterialState
from gi_registry.applications.permissions import act_to_open
from gi_registry.applications.states import ABOUT_A_PROTECTION, MACHINES, Procedure
from gi_registry.core import clock
from gi_registry.gazette.models import Document
from gi_registry.gazette.papers import Rests
from gi_registry.parties.models import Party
from gi_registry.parties.permissions import Act, Person
from gi_registry.products.models import Product, Protection, Regime, Stage
from gi_registry.products.permissions import parties_to_choose, within_reach
from gi_registry.web.forms.fields import TYPE_TO_FIND, DayField, DeskForm, RowField, announcement_field


@dataclass(frozen=True, slots=True)
class Route:
    """What one wants to apply for: under which regime, and by which procedures, the newest law first."""

    label: Any
    regime: Regime
    procedures: tuple[Procedure, ...]

    def procedure_on(self, day: date) -> Procedure:
        """The procedure under the law of the day; where none is open, the newest, which then says why not."""
        return next((one for one in self.procedures if MACHINES[one].open_on(day)), self.procedures[0])


ROUTES: dict[str, Route] = {
    "product": Route(_("地理标志产品认定"), Regime.PRODUCT, (Procedure.PRODUCT_2024, Procedure.PRODUCT_2005)),
    "collective": Route(_("集体商标注册"), Regime.COLLECTIVE, (Procedure.TRADEMARK,)),
    "certification": Route(_("证明商标注册"), Regime.CERTIFICATION, (Procedure.TRADEMARK,)),
    "minor_change": Route(_("保护要求的更新、完善"), Regime.PRODUCT, (Procedure.MINOR_CHANGE,)),
    "major_change": Route(_("名称、产地范围、质量特色或产品形态的变更"), Regime.PRODUCT, (Procedure.MAJOR_CHANGE,)),
    "agricultural": Route(_("农产品地理标志登记（只补记历史）"), Regime.AGRICULTURAL, (Procedure.AGRICULTURAL,)),
    "revocation": Route(_("撤销地理标志产品"), Regime.PRODUCT, (Procedure.REVOCATION,)),
}


def routes_of(act: Act) -> list[tuple[str, Any]]:
    """What one may apply for by the act: a revocation is asked for by others and only recorded."""
    return [(name, route.label) for name, route in ROUTES.items() if act_to_open(route.procedures[0]) == act]


def documents_of(product: Product, *extra: Document) -> models.QuerySet[Document]:
    """The documents of a product, and those that are chosen already."""
    return Document.objects.filter(
        models.Q(products=product) | models.Q(pk__in=[document.pk for document in extra])
    ).distinct()


def one_document(product: Product, **more: Any) -> forms.ModelChoiceField:
    """One of the product's documents, known by its hash."""
    field = forms.ModelChoiceField(documents_of(product), to_field_name="sha256", empty_label="—", **more)
    field.widget.attrs["data-search"] = TYPE_TO_FIND
    return field


def many_documents(documents: models.QuerySet[Document], label: Any) -> forms.ModelMultipleChoiceField:
    """Boxes for the product's documents, and where there is none yet a word that says so."""
    return forms.ModelMultipleChoiceField(
        documents,
        to_field_name="sha256",
        required=False,
        label=label,
        widget=forms.CheckboxSelectMultiple,
        help_text="" if documents.exists() else _("本产品还没有交来的文件。"),
    )


class ApplicationForm(DeskForm):
    """A form of this desk: it carries the number of the last change that the writer saw."""

    def finish(self) -> None:
        self.fields["seen"] = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
        super().finish()

    @property
    def seen(self) -> int:
        """The number of the last change that the writer saw."""
        return self.cleaned_data["seen"] or 0


class OpenForm(ApplicationForm):
    """Which product, what for, from which day: the law of that day decides the procedure."""

    product = forms.ModelChoiceField(Product.objects.none(), to_field_name="slug", empty_label="—", label=_("产品"))
    route = forms.ChoiceField(label=_("申请什么"))
    on = DayField(label=_("立卷日"), help_text=_("按这一天有效的法律办理；补记旧案卷时填当时的日期"))
    applicant = RowField(
        Party.objects.none(), label=_("申请人"), required=False, help_text=_("准备阶段可以先空着，提交前必须有")
    )
    migrates = forms.BooleanField(
        label=_("承接本产品现有的农产品地理标志登记"), required=False, help_text=_("只用于地理标志产品认定")
    )
    note = forms.CharField(label=_("说明"), required=False, widget=forms.Textarea, help_text=_("写进案卷，不对外公开"))

    def __init__(self, *args: Any, person: Person, act: Act, product: Product | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        names: Any = self.fields
        names["product"].queryset = within_reach(person, act).order_by("common_name")
        names["product"].widget.attrs["data-search"] = TYPE_TO_FIND
        names["route"].choices = [("", "—"), *routes_of(act)]
        names["applicant"].queryset = parties_to_choose(person)
        names["product"].error_messages["invalid_choice"] = _("这个产品不在您负责的范围内。")
        self.initial.setdefault("on", clock.today())
        if product is not None:
            self.initial["product"] = product.slug
        self.groups = [
            (_("案卷"), ["product", "route", "on"]),
            (_("由谁申请"), ["applicant", "migrates"]),
            (_("记录"), ["note"]),
        ]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `open_application` is given beside the product and the procedure."""
        data, route = self.cleaned_data, ROUTES[self.cleaned_data["route"]]
        day, product = data["on"], data["product"]
        held = Protection.objects.on(day).filter(product=product, stage=Stage.PROTECTED)
        about = self.procedure() in ABOUT_A_PROTECTION
        return {
            "on": day,
            "regime": route.regime,
            "applicant": data["applicant"],
            "protection": held.filter(regime=route.regime).first() if about else None,
            "predecessor": held.filter(regime=Regime.AGRICULTURAL).first() if data["migrates"] else None,
            "note": data["note"],
        }

    def procedure(self) -> Procedure:
        """By which procedure the file runs."""
        return ROUTES[self.cleaned_data["route"]].procedure_on(self.cleaned_data["on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("migrates") and data.get("product") and data.get("on"):
            held = Protection.objects.on(data["on"]).filter(
                product=data["product"], regime=Regime.AGRICULTURAL, stage=Stage.PROTECTED
            )
            if not held.exists():
                self.add_error("migrates", _("这个产品在立卷日没有有效的农产品地理标志登记。"))
        return data


class BringInForm(ApplicationForm):
    """A protection of before, from its announcement: product, regime, number, holder."""

    product = forms.ModelChoiceField(Product.objects.none(), to_field_name="slug", empty_label="—", label=_("产品"))
    regime = forms.ChoiceField(label=_("保护制度"), choices=[("", "—"), *Regime.choices])
    number = forms.CharField(
        label=_("注册号或登记证书号"), required=False, max_length=60, help_text=_("公告写明的才填")
    )
    holder = RowField(
        Party.objects.none(),
        label=_("申请人或注册人"),
        required=False,
        help_text=_("公告写明的才填；没有的主体先在“主体”里登记"),
    )
    note = forms.CharField(label=_("说明"), required=False, widget=forms.Textarea, help_text=_("写进案卷，不对外公开"))

    def __init__(self, *args: Any, person: Person, product: Product | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        names: Any = self.fields
        names["product"].queryset = within_reach(person, Act.STATE_STEPS).order_by("common_name")
        names["product"].widget.attrs["data-search"] = TYPE_TO_FIND
        names["product"].error_messages["invalid_choice"] = _("这个产品不在您负责的范围内。")
        names["holder"].queryset = parties_to_choose(person)
        names["announcement"] = announcement_field(
            label=_("所依据的公告"), help_text=_("保护自公告发布日起；程序按这一天有效的法律")
        )
        if product is not None:
            self.initial["product"] = product.slug
        self.groups = [
            (_("保护"), ["product", "regime", "announcement"]),
            (_("公告写明的"), ["number", "holder"]),
            (_("记录"), ["note"]),
        ]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `bring_in` is given."""
        names = ("product", "announcement", "number", "holder", "note")
        return {name: self.cleaned_data[name] for name in names} | {"regime": Regime(self.cleaned_data["regime"])}


class ApplicantForm(ApplicationForm):
    """Who applies."""

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        words = _(
            "须是登记簿中的主体；没有的先在“主体”里登记。申请人要自己准备材料的，"
            "请另在产品的“相关主体”里登记为申请人或管理协会"
        )
        self.fields["applicant"] = RowField(parties_to_choose(person), label=_("申请人"), help_text=words)
        self.groups = [(_("申请人"), ["applicant"])]
        self.finish()


HAPPENED = partial(
    DayField, label=_("日期"), required=False, help_text=_("空着：按所选公告或文件的发布日，没有发布日的按今天")
)
RECEIVED = partial(DayField, label=_("收到日"), help_text=_("收到这份通知的那一天，不是它的落款日：期限从这一天起算"))


class StepForm(ApplicationForm):
    """The next step: its day, what it rests on, a note for the file."""

    def __init__(
        self, *args: Any, application: Application, rests: Rests, result: bool, received: bool = False, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["on"] = RECEIVED() if received else HAPPENED()
        self.add_paper(application.product, rests)
        if result:
            self.fields["number"] = forms.CharField(
                label=_("注册号或登记证书号"), required=False, max_length=60, help_text=_("公告写明的才填")
            )
        self.fields["note"] = forms.CharField(
            label=_("说明"), required=False, widget=forms.Textarea, help_text=_("写进案卷，不对外公开")
        )
        self.groups = [(_("步骤"), ["announcement", "document", "on", "number", "note"])]
        self.finish()

    def add_paper(self, product: Product, rests: Rests) -> None:
        """The fields of what a step rests on: ours may have a file, theirs must have the State's own paper."""
        if rests != Rests.OURS:
            self.fields["announcement"] = announcement_field(
                label=_("所依据的公告"), required=rests == Rests.ANNOUNCEMENT
            )
        if rests != Rests.ANNOUNCEMENT:
            words = _("通知书、决定书等，先在产品页交文件") if rests == Rests.NOTICE else _("可以不选")
            self.fields["document"] = one_document(product, label=_("文件"), required=False, help_text=words)

    def asked(self) -> dict[str, Any]:
        """What the act is given."""
        names = ("on", "note", "document", "announcement", "number")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data} | {"seen": self.seen}


class WithdrawForm(ApplicationForm):
    """Why a step is taken back."""

    reason = forms.CharField(
        label=_("撤回原因"), widget=forms.Textarea, help_text=_("原来的步骤划掉，和原因一起留在案卷里")
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups = [(_("撤回"), ["reason"])]
        self.finish()


class MaterialForm(ApplicationForm):
    """How far one item of the checklist is."""

    state = forms.ChoiceField(label=_("状态"), choices=MaterialState.choices)
    responsible = RowField(Party.objects.none(), label=_("责任主体"), required=False)
    note = forms.CharField(label=_("说明"), required=False, widget=forms.Textarea, help_text=_("不对外公开"))

    def __init__(
        self, *args: Any, application: Application, material: Material | None, person: Person, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        kept = [] if material is None else list(material.documents.all())
        documents = documents_of(application.product, *kept)
        self.fields["documents"] = many_documents(documents, _("文件（“已备齐”和“已提交”须附）"))
        parties: Any = self.fields["responsible"]
        parties.queryset = parties_to_choose(person)
        self.groups = [(_("材料"), ["state", "responsible", "documents", "note"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `set_material` is given beside the item and the state."""
        names = ("documents", "responsible", "note")
        return {name: self.cleaned_data[name] for name in names} | {"seen": self.seen}


class OppositionForm(ApplicationForm):
    """An opposition that somebody filed with the State."""

    opponent = forms.CharField(label=_("异议人"), max_length=120)
    filed_on = DayField(label=_("提出日"))
    reasons = forms.CharField(
        label=_("理由"), required=False, widget=forms.Textarea, help_text=_("没有具体理由的异议只能不予受理")
    )

    def __init__(self, *args: Any, product: Product, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["documents"] = many_documents(documents_of(product), _("证据"))
        self.groups = [(_("异议"), ["opponent", "filed_on", "reasons", "documents"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `object_to` is given."""
        names: Sequence[str] = ("opponent", "filed_on", "reasons", "documents")
        return {name: self.cleaned_data[name] for name in names} | {"seen": self.seen}


class ObjectionForm(StepForm):
    """What the State does with an opposition: always by its own paper."""

    def __init__(self, *args: Any, application: Application, **more: Any) -> None:
        super().__init__(*args, application=application, rests=Rests.NOTICE, result=False, **more)
