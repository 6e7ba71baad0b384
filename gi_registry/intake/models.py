"""Files that came in with borders: what was sent, what the doctor found, what was chosen, what came of it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock
from gi_registry.core.storage import private_files
from gi_registry.products.models import Product, Regime


class Purpose(models.TextChoices):
    """What the shapes of a file are to become."""

    UNITS = "units", _("乡镇街道界线")
    AREA = "area", _("产地范围")


class Step(models.TextChoices):
    """How far a received file has come; the working steps run in a process of their own."""

    EXAMINING = "examining", _("正在检查")
    EXAMINED = "examined", _("等待选择")
    TREATING = "treating", _("正在处理")
    TREATED = "treated", _("等待确认")
    ADMITTED = "admitted", _("已登记")
    REFUSED = "refused", _("不能读取")


WORKING = frozenset({Step.EXAMINING, Step.TREATING})


class ReceivedFile(models.Model):
    """One file as it was sent, kept as it is; diagnosis, choices and receipt are those of `intake.doctor` as JSON."""

    file_number = models.CharField(_("收件号"), max_length=20, unique=True)
    purpose = models.CharField(_("用途"), max_length=8, choices=Purpose)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="received_files", verbose_name=_("产品")
    )
    regime = models.CharField(_("保护制度"), max_length=16, choices=Regime, blank=True)
    name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    bytes = models.PositiveBigIntegerField(_("字节数"))
    file = models.FileField(_("文件"), storage=private_files, upload_to="received", max_length=200)
    by = models.CharField(_("经办人"), max_length=150)
    at = models.DateTimeField(_("收到时间"))
    step = models.CharField(_("进度"), max_length=12, choices=Step, default=Step.EXAMINING)
    since = models.DateTimeField(_("开始于"), null=True, blank=True)
    doing = models.CharField(_("正在做"), max_length=60, blank=True)
    done = models.FloatField(_("完成的份额"), default=0.0)
    refusal = models.TextField(_("原因"), blank=True)
    diagnosis = models.JSONField(_("诊断"), null=True, blank=True)
    choices = models.JSONField(_("选择"), null=True, blank=True)
    receipt = models.JSONField(_("回执"), null=True, blank=True)
    drift = models.JSONField(_("范围变动"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("收到的文件")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.file_number} {self.name}"

    @property
    def working(self) -> bool:
        """Whether a process is at work on it."""
        return self.step in WORKING

    @property
    def stalled(self) -> bool:
        """Whether its process has been gone longer than any may take: the machine was switched off in between."""
        limit = timedelta(seconds=settings.WORK_LIMIT_S + 60)
        return self.working and (self.since is None or clock.now() - self.since > limit)
