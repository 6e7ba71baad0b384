"""The register itself: products, their names, where each stands under each regime, and their producing areas."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, Self

from django.contrib.gis.db.models import MultiPolygonField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gi_registry.core.spans import Spanned, SpanQuerySet
from gi_registry.core.text import initials_of, pinyin_of
from gi_registry.gazette.models import Announcement, Document, Grade, Source, Sourced
from gi_registry.parties.models import Party
from gi_registry.places.datums import Datum
from gi_registry.places.geometry import SRID
from gi_registry.places.models import Place


class Category(models.TextChoices):
    """How this register groups products; no national list of categories was found."""

    CONDIMENT = "condiment", _("调味品")
    FRUIT = "fruit", _("瓜果")
    LIVESTOCK = "livestock", _("畜禽")
    VEGETABLE = "vegetable", _("蔬菜及制品")
    OTHER = "other", _("其他")


class Regime(models.TextChoices):
    """The ways in which the State protects a geographical indication (令第80号; 商标法; 农产品地理标志管理办法)."""

    PRODUCT = "product", _("地理标志产品")
    COLLECTIVE = "collective", _("集体商标")
    CERTIFICATION = "certification", _("证明商标")
    AGRICULTURAL = "agricultural", _("农产品地理标志")


class Stage(models.TextChoices):
    """Where a product stands under one regime, from the first idea to the end."""

    PROTECTED = "protected", _("已保护")
    IN_PROCEDURE = "in_procedure", _("申请中")
    CANDIDATE = "candidate", _("候选")
    ENDED = "ended", _("已终止")


class Basis(models.TextChoices):
    """What a producing area rests on, from the act itself down to a guess."""

    ACT = "act", _("按公告文字")
    UNVERIFIED = "unverified", _("公告文字未核实")
    PROPOSED = "proposed", _("拟定范围")
    ASSUMED = "assumed", _("推定范围")


class Product(models.Model):
    """What people name: one thing from one place, under however many regimes."""

    slug = models.SlugField(_("网址名"), max_length=60, unique=True)
    common_name = models.CharField(_("通称"), max_length=60)
    category = models.CharField(_("类别"), max_length=12, choices=Category)
    documents = models.ManyToManyField(Document, blank=True, related_name="products", verbose_name=_("文件"))

    class Meta:
        verbose_name = verbose_name_plural = _("产品")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.common_name

    def get_absolute_url(self) -> str:
        return reverse("product", args=[self.slug])


class NameKind(models.TextChoices):
    """What a name is to its product."""

    COMMON = "common", _("通称")
    OFFICIAL = "official", _("法定名称")
    FORMER = "former", _("曾用名")
    ALIAS = "alias", _("别称")


class Name(Spanned, Sourced):
    """One name of a product; pinyin and initials are worked out when it is written, for the search."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="names", verbose_name=_("产品"))
    text = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("性质"), max_length=12, choices=NameKind)
    pinyin = models.CharField(_("拼音"), max_length=360, editable=False)
    initials = models.CharField(_("首字母"), max_length=60, editable=False)

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("名称")
        ordering = ["product__slug", "kind", "text"]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pinyin, self.initials = pinyin_of(self.text), initials_of(self.text)
        super().save(*args, **kwargs)


class Protection(Spanned, Sourced):
    """Where one product stands under one regime over a span of days; a change of stage ends one row and begins another.

    What only the State decides (protected, ended) is recorded with the announcement it rests on where that is known.
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="protections", verbose_name=_("产品"))
    regime = models.CharField(_("保护制度"), max_length=16, choices=Regime)
    stage = models.CharField(_("阶段"), max_length=16, choices=Stage)
    announcement = models.ForeignKey(
        Announcement, models.PROTECT, null=True, blank=True, related_name="protections", verbose_name=_("公告")
    )
    number = models.CharField(_("注册号或登记证书号"), max_length=60, blank=True)
    holder = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="protections", verbose_name=_("申请人或注册人")
    )

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("保护")
        ordering = ["product__slug", "regime", "valid_from"]
        constraints = [
            *Spanned.Meta.constraints,
            models.UniqueConstraint(
                fields=["product", "regime"],
                condition=Q(valid_until__isnull=True),
                name="protection_one_open_row_a_regime",
                violation_error_message=_("同一产品在同一保护制度下只能有一条当前记录。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.get_regime_display()} {self.get_stage_display()}"


class AreaQuerySet(SpanQuerySet):
    """Producing areas; every question takes the day."""

    def covering(self, point: Any, day: date) -> Self:
        """Areas that hold on `day` and cover the point, borders included."""
        return self.on(day).filter(boundary__covers=point)


class Area(Spanned, Sourced):
    """One version of the producing area of a product under a regime.

    `wording` is the act's own text, unchanged; `units` are the places it names; `boundary` is what was built from their
    borders as they stood on `drawn_on`. `uncertainty_m` is the greatest uncertainty among those borders.
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="areas", verbose_name=_("产品"))
    regime = models.CharField(_("保护制度"), max_length=16, choices=Regime)
    basis = models.CharField(_("依据"), max_length=12, choices=Basis)
    announcement = models.ForeignKey(
        Announcement, models.PROTECT, null=True, blank=True, related_name="areas", verbose_name=_("划定文件")
    )
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="areas", verbose_name=_("依据文件")
    )
    wording = models.TextField(_("产地范围原文"), blank=True, help_text=_("留空表示未查明"))
    units = models.ManyToManyField(Place, blank=True, related_name="areas", verbose_name=_("所含行政区"))
    datum = models.CharField(
        _("原坐标系"), max_length=40, default=Datum.CGCS2000, help_text=_("界线来时的坐标系；登记簿一律存 CGCS2000")
    )
    drawn_on = models.DateField(_("按哪一天的界线绘制"), null=True, blank=True)
    boundary = MultiPolygonField(_("界线"), srid=SRID, null=True, blank=True)
    outline = MultiPolygonField(_("概括界线"), srid=SRID, null=True, blank=True)
    hectares = models.FloatField(_("计算面积（公顷）"), null=True, blank=True)
    stated_hectares = models.FloatField(
        _("公布面积（公顷）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    uncertainty_m = models.FloatField(_("界线误差（米）"), null=True, blank=True)
    schematic = models.BooleanField(_("界线仅为示意"), default=False)
    warning = models.TextField(_("提醒"), blank=True)

    objects = AreaQuerySet.as_manager()  # type: ignore[misc]  # django-stubs takes the parent manager as fixed

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("产地范围")
        ordering = ["product__slug", "regime", "valid_from"]

    def __str__(self) -> str:
        return f"{self.product} {self.get_regime_display()}"

    def clean(self) -> None:
        # In Python, since SpatiaLite cannot hold a CHECK on a geometry column.
        if self.boundary and (self.outline is None or self.hectares is None or self.uncertainty_m is None):
            raise ValidationError(_("有界线时必须写明概括界线、面积与误差。"))


class Way(models.TextChoices):
    """How a draft comes to its shape."""

    UNITS = "units", _("选行政区")
    DRAWN = "drawn", _("在图上画")
    FILE = "file", _("导入文件")


class AreaDraft(models.Model):
    """A producing area on its way into the register: kept from the first field typed until it is saved or thrown away.

    `base` is the version it started from, `seen` the number of that version's last change. The other columns are those
    of `Area` and mean the same; what stands here is not in the register yet and has no history.
    """

    key = models.UUIDField(_("标识"), default=uuid.uuid4, unique=True, editable=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="area_drafts", verbose_name=_("产品"))
    regime = models.CharField(_("保护制度"), max_length=16, choices=Regime)
    way = models.CharField(_("画法"), max_length=8, choices=Way)
    name = models.CharField(_("文件名"), max_length=200, blank=True)
    day = models.DateField(_("自何日起"), null=True, blank=True)
    basis = models.CharField(_("依据"), max_length=12, choices=Basis)
    announcement = models.ForeignKey(
        Announcement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("划定文件")
    )
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("依据文件")
    )
    wording = models.TextField(_("产地范围原文"), blank=True)
    units = models.ManyToManyField(Place, blank=True, related_name="+", verbose_name=_("所含行政区"))
    datum = models.CharField(_("原坐标系"), max_length=40, default=Datum.CGCS2000)
    drawn_on = models.DateField(_("按哪一天的界线绘制"), null=True, blank=True)
    boundary = MultiPolygonField(_("界线"), srid=SRID, null=True, blank=True)
    stated_hectares = models.FloatField(
        _("公布面积（公顷）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    uncertainty_m = models.FloatField(_("界线误差（米）"), null=True, blank=True, validators=[MinValueValidator(0.0)])
    schematic = models.BooleanField(_("界线仅为示意"), default=False)
    warning = models.TextField(_("提醒"), blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("来源"))
    grade = models.CharField(_("可信等级"), max_length=12, choices=Grade)
    note = models.TextField(_("说明"), blank=True)
    base = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("起草时的版本")
    )
    seen = models.PositiveBigIntegerField(_("起草时的最近变更"), default=0)
    by = models.CharField(_("起草人"), max_length=150)
    at = models.DateTimeField(_("最近修改"))

    class Meta:
        verbose_name = verbose_name_plural = _("产地范围草稿")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.product} {self.get_regime_display()}"

    def get_absolute_url(self) -> str:
        return reverse("desk-area-draft", args=[self.product.slug, self.key])

    @property
    def edition(self) -> str:
        """Which state of the draft a form was filled in from."""
        return self.at.isoformat()


class Subject(models.TextChoices):
    """What a statement is about."""

    REQUIREMENT = "requirement", _("保护要求")
    TRAIT = "trait", _("质量特色")
    MATERIAL = "material", _("原料")
    PROCESS = "process", _("生产工艺")
    ORIGIN = "origin", _("产地")
    SCALE = "scale", _("规模")
    HISTORY = "history", _("历史与荣誉")
    ZONE = "zone", _("示范区")
    CAUTION = "caution", _("资料存疑")


class Statement(Spanned, Sourced):
    """Something a source says of a product, in one or two sentences; never a legal limit unless it says so."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="statements", verbose_name=_("产品"))
    subject = models.CharField(_("主题"), max_length=12, choices=Subject)
    text = models.TextField(_("内容"))

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("资料")
        ordering = ["product__slug", "subject", "pk"]

    def __str__(self) -> str:
        return f"{self.product} {self.get_subject_display()}"


class Part(models.TextChoices):
    """What a party is to a product. None of these says that it may use the official mark.

    The first four are the frame of the district's plan: 政府主导、部门牵头、协会管理、企业自律.
    """

    LEAD = "lead", _("主导政府")
    DEPARTMENT = "department", _("牵头部门")
    ASSOCIATION = "association", _("管理协会")
    ENTERPRISE = "enterprise", _("自律企业")
    APPLICANT = "applicant", _("申请人")
    PRODUCER = "producer", _("公开资料提到的生产者")


# The district's frame in the plan's own words, in its order.
FRAME = {
    Part.LEAD: _("政府主导"),
    Part.DEPARTMENT: _("部门牵头"),
    Part.ASSOCIATION: _("协会管理"),
    Part.ENTERPRISE: _("企业自律"),
}


class Role(Spanned, Sourced):
    """The part that a party plays for a product over a span of days."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="roles", verbose_name=_("产品"))
    party = models.ForeignKey(Party, models.PROTECT, related_name="roles", verbose_name=_("主体"))
    part = models.CharField(_("角色"), max_length=12, choices=Part)

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("相关主体")
        ordering = ["product__slug", "part", "party__name"]

    def __str__(self) -> str:
        return f"{self.product} {self.get_part_display()} {self.party}"
