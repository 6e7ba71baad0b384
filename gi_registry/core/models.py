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
