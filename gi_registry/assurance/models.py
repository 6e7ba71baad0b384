"""The three systems of a product. Here so far: the standards by which it is made and tested."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.core.spans import Spanned
from gi_registry.gazette.models import Sourced
from gi_registry.products.models import Product


class Standard(Spanned, Sourced):
    """One edition of a standard that serves a product; its span is the time in which it is in force."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="standards", verbose_name=_("产品"))
    number = models.CharField(_("标准号"), max_length=60)
    title = models.CharField(_("名称"), max_length=160)
    issued_on = models.DateField(_("发布日"), null=True, blank=True)
    replaces = models.CharField(_("代替"), max_length=60, blank=True)

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("标准")
        ordering = ["product__slug", "-issued_on", "number"]
        constraints = [
            *Spanned.Meta.constraints,
            models.UniqueConstraint(fields=["product", "number"], name="standard_once_a_product"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
