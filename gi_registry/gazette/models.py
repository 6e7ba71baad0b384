"""What was published: sources with their grade, announcements of the State, versions of the law."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gi_registry.core.spans import Spanned
from gi_registry.core.storage import private_files


class Grade(models.TextChoices):
    """How far a fact can be relied on."""

    PRIMARY = "primary", _("原文")
    SECONDARY = "secondary", _("转述")
    UNVERIFIED = "unverified", _("未核实")


class Source(models.Model):
    """A document, page or data set on which facts of the register rest."""

    key = models.SlugField(_("标识"), max_length=80, unique=True)
    title = models.CharField(_("名称"), max_length=200)
    publisher = models.CharField(_("发布者"), max_length=120, blank=True)
    address = models.URLField(_("网址"), max_length=500, blank=True)
    published_on = models.DateField(_("发布日"), null=True, blank=True)
    seen_on = models.DateField(_("查阅日"), null=True, blank=True)
    grade = models.CharField(_("可信等级"), max_length=12, choices=Grade)
    licence = models.CharField(_("许可"), max_length=120, blank=True)
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("来源")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('sources')}#{self.key}"


class Sourced(models.Model):
    """A fact that names the source it rests on, and how far it can be relied on."""

    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("来源"), related_name="+")
    grade = models.CharField(_("可信等级"), max_length=12, choices=Grade)
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        abstract = True


class Announcement(Sourced):
    """An act that an office published. Numbers of some issuers restart each year, others carry no year at all."""

    issuer = models.CharField(_("发布机关"), max_length=80)
    number = models.CharField(_("文号"), max_length=60)
    issued_on = models.DateField(_("发布日"))
    title = models.CharField(_("标题"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("公告")
        ordering = ["-issued_on", "issuer", "number"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "number", "issued_on"], name="announcement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.issuer}公告 {self.number}"


class LawVersion(Spanned, Sourced):
    """One version of a law, order or rule, over the days on which it is in force."""

    law = models.CharField(_("名称"), max_length=120)
    version = models.CharField(_("版本"), max_length=60)
    issuer = models.CharField(_("制定机关"), max_length=80)
    number = models.CharField(_("令号或文号"), max_length=60, blank=True)
    published_on = models.DateField(_("公布日"), null=True, blank=True)

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("法律法规")
        ordering = ["law", "valid_from"]
        constraints = [
            *Spanned.Meta.constraints,
            models.UniqueConstraint(fields=["law", "version"], name="law_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.law}（{self.version}）"


class Document(models.Model):
    """A file somebody handed in as evidence of a source; kept outside the web root, never replaced."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="documents", verbose_name=_("来源"))
    title = models.CharField(_("标题"), max_length=200)
    name = models.CharField(_("文件名"), max_length=200, help_text=_("交来时的名字"))
    media_type = models.CharField(_("类型"), max_length=100)
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    bytes = models.PositiveBigIntegerField(_("字节数"))
    file = models.FileField(_("文件"), storage=private_files, upload_to="documents", max_length=200)
    by = models.CharField(_("上传人"), max_length=150)
    at = models.DateTimeField(_("上传时间"))
    public = models.BooleanField(_("公开"), default=False, help_text=_("公开的文件任何人都能下载"))

    class Meta:
        verbose_name = verbose_name_plural = _("文件")
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.title
