"""The history of the register: one line for every act that changed it, never rewritten."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Change(models.Model):
    """One act: who changed which row, when, and what stood there before.

    The highest `id` is the register's revision: whatever is derived from the register (the area index, an ETag) is
    good for exactly as long as the revision stays.
    """

    at = models.DateTimeField(_("时间"))
    by = models.CharField(_("办理人"), max_length=150)
    table = models.CharField(_("对象"), max_length=60)
    row = models.CharField(_("记录"), max_length=300)
    before = models.JSONField(_("变更前"), null=True, blank=True)
    after = models.JSONField(_("变更后"), null=True, blank=True)
    thing = models.CharField(
        _("标识"), max_length=80, blank=True, db_index=True, help_text=_("表与行，例如 products.name:12")
    )
    day = models.DateField(_("自何日起"), null=True, blank=True)
    source = models.CharField(_("依据来源"), max_length=80, blank=True)
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("变更记录")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.table} {self.row}"


class Reminder(models.Model):
    """That somebody was told of something due, once at each of its marks; `to` is a username, "" a printed list.

    Written without a line of history: it says nothing of the register.
    """

    to = models.CharField(_("收件人"), max_length=150, blank=True)
    key = models.CharField(_("期限"), max_length=100, help_text=_("什么事项、何时届满、提前多少天"))
    at = models.DateTimeField(_("发送时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("到期提醒")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["to", "key"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.to} {self.key}"
