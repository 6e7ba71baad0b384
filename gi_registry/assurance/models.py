"""The evidence of the three systems: standards with limits, quality records, laboratories, test reports.

No verdict is stored. Whether a clause is satisfied on a day follows from the clauses and the evidence that hold on that
day (`systems.py`); only a round, which an official signed, keeps what was computed, with its hash.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gi_registry.assurance.clauses import RecordKind, System, Who
from gi_registry.assurance.numbers import Kind as NumberKind
from gi_registry.assurance.numbers import kind_of, normal
from gi_registry.core.errors import BadInput
from gi_registry.core.spans import Spanned, SpanQuerySet
from gi_registry.gazette.models import Document, Sourced
from gi_registry.parties.models import Party
from gi_registry.products.models import Product, Regime

SEVERAL = re.compile(r"[、,，;；]")  # between the numbers of an edition that replaces more than one


class Keyed(models.Model):
    """A row that may be taken away: its address names it by a key that is never given again."""

    key = models.UUIDField(_("标识"), default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


# --- Standards -------------------------------------------------------------------------------------------------------


class Standing(models.TextChoices):
    """Where an edition of a standard stands on a day."""

    UPCOMING = "upcoming", _("即将实施")
    IN_FORCE = "in_force", _("现行")
    UNKNOWN = "unknown", _("实施日未查明")
    REPLACED = "replaced", _("被代替")
    ABOLISHED = "abolished", _("已废止")


class StandardQuerySet(SpanQuerySet):
    """Editions of standards; one that a source shows as not yet in force holds on no day until its day is known."""

    def on(self, day: date) -> Self:
        return super().on(day).exclude(valid_from__isnull=True, pending_on__isnull=False)

    def serving(self, *products: int) -> Self:
        """Those of the products (by their row) and those that serve all."""
        return self.filter(Q(product__in=products) | Q(product__isnull=True))


class Standard(Spanned, Sourced):
    """One edition of a standard; its span is the time in which it is in force.

    Without a product it serves all of them, as GB/T 17924 does. `number` stands as it was written; numbers are compared
    by `normal`. `pending_on` is the last day on which a source shows the edition as not yet in force, where the day of
    its entry is not known.
    """

    product = models.ForeignKey(
        Product,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="standards",
        verbose_name=_("产品"),
        help_text=_("留空表示通用于全部产品"),
    )
    regime = models.CharField(
        _("所服务的保护"), max_length=16, choices=Regime, blank=True, help_text=_("留空表示不限于某一种保护")
    )
    number = models.CharField(_("标准号"), max_length=60)
    title = models.CharField(_("名称"), max_length=160)
    issued_on = models.DateField(_("发布日"), null=True, blank=True)
    pending_on = models.DateField(
        _("最近见其尚未实施"), null=True, blank=True, help_text=_("实施日未查明时，来源显示其尚未实施的最近一天")
    )
    reviewed_on = models.DateField(_("最近复审日"), null=True, blank=True)
    replaces = models.CharField(_("代替"), max_length=60, blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="standards", verbose_name=_("文本")
    )

    objects = StandardQuerySet.as_manager()  # type: ignore[misc]  # django-stubs takes the parent manager as fixed

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("标准")
        ordering = ["product__slug", "-issued_on", "number"]
        constraints = [
            *Spanned.Meta.constraints,
            models.UniqueConstraint(fields=["product", "number"], name="standard_once_a_product"),
            models.UniqueConstraint(fields=["number"], condition=Q(product__isnull=True), name="common_standard_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def normal(self) -> str:
        """The number in one manner of writing."""
        return normal(self.number)

    @property
    def kind(self) -> NumberKind:
        """National, local, group or of a company, by its number."""
        return kind_of(self.number)

    def holds_on(self, day: date) -> bool:
        pending = self.valid_from is None and self.pending_on is not None
        return not pending and super().holds_on(day)

    def standing_on(self, day: date, successors: Iterable[Standard] = ()) -> Standing:
        """Where the edition stands on `day`; one of the `successors` that names it has replaced it."""
        if self.valid_until is not None and self.valid_until <= day:
            replaced = any(successor.replaces_number(self.number) for successor in successors)
            return Standing.REPLACED if replaced else Standing.ABOLISHED
        if not self.holds_on(day):
            return Standing.UPCOMING
        return Standing.IN_FORCE if self.certain_on(day) else Standing.UNKNOWN

    @property
    def replaced(self) -> list[str]:
        """The numbers that this edition says it replaces, as they stand there."""
        return [part.strip() for part in SEVERAL.split(self.replaces) if part.strip()]

    def replaces_number(self, number: str) -> bool:
        """Whether this edition says that it replaces the one with `number`."""
        return normal(number) in {normal(part) for part in self.replaced}


class Limit(models.Model):
    """One technical requirement of a standard: bounds in a unit by a method, or words where it has no number.

    Both bounds belong to what is allowed; an upper bound of 0 means 不得检出. `goods` is the grade of goods to which
    the row applies, "" where it applies to all.
    """

    standard = models.ForeignKey(Standard, models.CASCADE, related_name="limits", verbose_name=_("标准"))
    parameter = models.CharField(_("项目"), max_length=80)
    unit = models.CharField(_("单位"), max_length=30, blank=True)
    method = models.CharField(_("检验方法"), max_length=120, blank=True)
    lower = models.DecimalField(_("下限"), max_digits=18, decimal_places=6, null=True, blank=True)
    upper = models.DecimalField(_("上限"), max_digits=18, decimal_places=6, null=True, blank=True)
    goods = models.CharField(_("等级"), max_length=40, blank=True)
    wording = models.CharField(_("文字要求"), max_length=300, blank=True, help_text=_("感官等没有数值的要求"))

    class Meta:
        verbose_name = verbose_name_plural = _("技术指标")
        ordering = ["standard", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "parameter", "goods"],
                name="limit_once",
                violation_error_message=_("同一标准的同一项目、同一等级只能有一行。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parameter} {self.shown}"

    @property
    def shown(self) -> str:
        """The requirement as it is read: 4.50–6.00 g/100mL, ≥3.5 %."""
        return shown(self.lower, self.upper, self.unit) or self.wording

    def clean(self) -> None:
        if self.lower is None and self.upper is None and not self.wording:
            raise ValidationError(_("请写上限、下限或文字要求中的至少一项。"))
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValidationError(_("下限大于上限。"))


@lru_cache(maxsize=20_000)
def shown(lower: Decimal | None, upper: Decimal | None, unit: str) -> str:
    """Bounds as they are read, "" where there are none."""
    low, high = ("" if bound is None else f"{bound.normalize():f}" for bound in (lower, upper))
    if low and high:
        text = f"{low}–{high}"
    elif low or high:
        text = f"≥{low}" if low else f"≤{high}"
    else:
        return ""
    return f"{text} {unit}".strip()


# --- Quality records -------------------------------------------------------------------------------------------------


class QualityRecord(Keyed, Sourced):
    """A document, training, ledger or self-inspection that shows how quality is kept, from the day it was made.

    It is about the product as a whole where it names no producer. `valid_until` is the first day after its term.
    """

    product = models.ForeignKey(Product, models.PROTECT, related_name="quality_records", verbose_name=_("产品"))
    producer = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="quality_records", verbose_name=_("生产者")
    )
    kind = models.CharField(_("性质"), max_length=16, choices=RecordKind)
    clause = models.CharField(
        _("自定条款"), max_length=12, blank=True, help_text=_("性质为“其他”时可写本区自定条款的编号")
    )
    title = models.CharField(_("名称"), max_length=200)
    made_on = models.DateField(_("形成日"))
    valid_until = models.DateField(_("有效期届满（不含）"), null=True, blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="quality_records", verbose_name=_("文件")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("质量记录")
        ordering = ["product__slug", "-made_on", "pk"]
        indexes = [models.Index(fields=["product", "kind"])]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.made_on and self.valid_until and self.valid_until <= self.made_on:
            raise ValidationError(_("有效期届满必须晚于形成日。"))


# --- Laboratories ----------------------------------------------------------------------------------------------------


class Laboratory(models.Model):
    """A party that tests for others."""

    party = models.OneToOneField(Party, models.PROTECT, related_name="laboratory", verbose_name=_("机构"))
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("检验检测机构")
        ordering = ["party__name"]

    def __str__(self) -> str:
        return self.party.name

    def qualified_on(self, day: date) -> bool:
        """Whether a 资质认定 of it held on `day`. One query, none where its certificates were read before."""
        return any(one.kind == QualificationKind.CMA and one.holds_on(day) for one in self.qualifications.all())


class QualificationKind(models.TextChoices):
    """What qualifies a laboratory. That 资质认定 (CMA) is what the law asks for is this register's reading."""

    CMA = "cma", _("资质认定（CMA）")
    CNAS = "cnas", _("实验室认可（CNAS）")
    OTHER = "other", _("其他资质")


class Qualification(Spanned, Sourced):
    """A certificate of a laboratory over its span, with the scope that it names."""

    laboratory = models.ForeignKey(
        Laboratory, models.CASCADE, related_name="qualifications", verbose_name=_("检验检测机构")
    )
    kind = models.CharField(_("资质"), max_length=8, choices=QualificationKind)
    number = models.CharField(_("证书编号"), max_length=60)
    scope = models.TextField(_("能力范围"), blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="qualifications", verbose_name=_("证书")
    )

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("机构资质")
        ordering = ["laboratory__party__name", "kind", "valid_from"]
        constraints = [
            *Spanned.Meta.constraints,
            models.UniqueConstraint(
                fields=["laboratory", "kind", "number", "valid_from"],
                name="qualification_once",
                violation_error_message=_("这份证书已经登记。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class Appointment(Spanned, Sourced):
    """That a laboratory tests what is special about a product (令第80号 art. 11, 19), over a span of days."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="appointments", verbose_name=_("产品"))
    laboratory = models.ForeignKey(
        Laboratory, models.PROTECT, related_name="appointments", verbose_name=_("检验检测机构")
    )

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("承担检验检测的机构")
        ordering = ["product__slug", "laboratory__party__name", "valid_from"]

    def __str__(self) -> str:
        return f"{self.product} {self.laboratory}"


# --- Test reports ----------------------------------------------------------------------------------------------------


class TestReport(Keyed, Sourced):
    """What a laboratory found in one sample. Whether it conforms is computed (`judging.py`), never stored.

    `standard_number` is the standard by which the report itself judges, as it writes it; `goods` the grade of goods
    that the sample claims. `retest_of` is the report whose failed lines this one tests again.
    """

    __test__ = False  # pytest takes classes called Test… for tests

    number = models.CharField(_("报告编号"), max_length=80)
    laboratory = models.ForeignKey(Laboratory, models.PROTECT, related_name="reports", verbose_name=_("检验检测机构"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="test_reports", verbose_name=_("产品"))
    producer = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="test_reports", verbose_name=_("生产者")
    )
    batch = models.CharField(_("批号"), max_length=80, blank=True)
    goods = models.CharField(_("等级"), max_length=40, blank=True)
    standard_number = models.CharField(
        _("判定依据"), max_length=60, blank=True, help_text=_("报告自己所依据的标准号；没有写的留空")
    )
    sampled_on = models.DateField(_("抽样日"))
    issued_on = models.DateField(_("签发日"))
    valid_until = models.DateField(_("有效期届满（不含）"), null=True, blank=True)
    retest_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="retests", verbose_name=_("复检哪一份报告")
    )
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="test_reports", verbose_name=_("报告文件")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("检验检测报告")
        ordering = ["product__slug", "-issued_on", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["laboratory", "number"],
                name="test_report_once",
                violation_error_message=_("这家机构的这一编号的报告已经登记。"),
            ),
        ]
        indexes = [models.Index(fields=["product", "issued_on"])]

    def __str__(self) -> str:
        return self.number

    def clean(self) -> None:
        if self.sampled_on and self.issued_on and self.issued_on < self.sampled_on:
            raise ValidationError(_("报告签发日早于抽样日，不可能：请核对。"))
        if self.issued_on and self.valid_until and self.valid_until <= self.issued_on:
            raise ValidationError(_("有效期届满必须晚于签发日。"))


class Value(models.Model):
    """One line of a report, as reported: `text` is kept letter for letter, e.g. <0.01, 未检出, 4,2."""

    report = models.ForeignKey(TestReport, models.CASCADE, related_name="values", verbose_name=_("报告"))
    parameter = models.CharField(_("项目"), max_length=80)
    unit = models.CharField(_("单位"), max_length=30, blank=True)
    method = models.CharField(_("检验方法"), max_length=120, blank=True)
    text = models.CharField(_("结果"), max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = _("检验结果")
        ordering = ["report", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "parameter"],
                name="value_once",
                violation_error_message=_("同一份报告的同一项目只能有一行。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parameter} {self.text} {self.unit}".strip()


# --- Clauses and what officials say of them --------------------------------------------------------------------------


class LocalClause(Spanned, Sourced):
    """A clause that the district adds; satisfied by quality records that name its key, and by attachments."""

    key = models.CharField(_("编号"), max_length=12, unique=True)
    system = models.CharField(_("体系"), max_length=10, choices=System)
    wording = models.CharField(_("要求"), max_length=300)
    who = models.CharField(_("责任人"), max_length=12, choices=Who)
    article = models.CharField(_("依据"), max_length=200, help_text=_("所依据的文件和条款"))
    per_producer = models.BooleanField(_("逐个生产者"), default=False)
    fresh = models.PositiveSmallIntegerField(
        _("有效月数"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1, _("至少 1 个月；不过期的留空。"))],
        help_text=_("材料没有写有效期时按几个月算；留空表示不过期"),
    )
    products = models.ManyToManyField(
        Product, blank=True, related_name="local_clauses", verbose_name=_("产品"), help_text=_("留空表示全部产品")
    )

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("自定条款")
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key} {self.wording}"


class Effect(models.TextChoices):
    """What an official says of a clause."""

    MEETS = "meets", _("满足")
    NOT_APPLICABLE = "not_applicable", _("不适用")


class Attachment(Keyed, Spanned):
    """An official's word that evidence satisfies a clause, or that it does not apply, with a note that says why.

    It rests on at most one piece of evidence and ends with it at the latest.
    """

    clause = models.CharField(_("条款"), max_length=12)
    product = models.ForeignKey(Product, models.PROTECT, related_name="attachments", verbose_name=_("产品"))
    producer = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="clause_attachments", verbose_name=_("生产者")
    )
    effect = models.CharField(_("结论"), max_length=16, choices=Effect, default=Effect.MEETS)
    standard = models.ForeignKey(
        Standard, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name=_("标准")
    )
    record = models.ForeignKey(
        QualityRecord, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name=_("质量记录")
    )
    report = models.ForeignKey(
        TestReport, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name=_("检验检测报告")
    )
    qualification = models.ForeignKey(
        Qualification, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name=_("机构资质")
    )
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="clause_attachments", verbose_name=_("文件")
    )
    note = models.TextField(_("说明"), help_text=_("为什么满足，或者为什么不适用"))
    by = models.CharField(_("认定人"), max_length=150)
    at = models.DateTimeField(_("认定时间"))

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("条款认定")
        ordering = ["product__slug", "clause", "pk"]

    def __str__(self) -> str:
        return f"{self.product} {self.clause} {self.get_effect_display()}"

    def clean(self) -> None:
        named = [self.standard_id, self.record_id, self.report_id, self.qualification_id, self.document_id]
        if sum(one is not None for one in named) > 1:
            raise ValidationError(_("一次认定只依据一件材料：请分几次认定。"))
        if self.valid_from is None:
            raise ValidationError(_("请写自何日起。"))


# --- Rounds ----------------------------------------------------------------------------------------------------------


class RoundQuerySet(models.QuerySet):
    """Rounds, which nobody changes or removes, one by one or together."""

    def update(self, **kwargs: Any) -> int:
        raise BadInput("评估已经签署，不能修改：请另做一次。")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise BadInput("评估已经签署，不能删除。")


class Round(Keyed):
    """An assessment round: what the three systems came to on a day, computed, signed by an official, never changed."""

    day = models.DateField(_("评估日"))
    title = models.CharField(_("名称"), max_length=120)
    products = models.ManyToManyField(Product, related_name="rounds", verbose_name=_("产品"))
    result = models.JSONField(_("结果"))
    evidence = models.JSONField(_("材料清单"), blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    remarks = models.TextField(_("意见"), blank=True)
    signed_by = models.CharField(_("签署人"), max_length=150)
    signed_at = models.DateTimeField(_("签署时间"))

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("评估")
        ordering = ["-day", "-pk"]

    def __str__(self) -> str:
        return f"{self.title}（{self.day}）"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise BadInput("评估已经签署，不能修改：请另做一次。")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("desk-systems-round", args=[self.key])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise BadInput("评估已经签署，不能删除。")
