"""Who: people who sign in, and the bodies that apply, manage, produce and test."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.gazette.models import Sourced
from gi_registry.places.models import Place


class User(AbstractUser):
    """Somebody who signs in."""

    is_demo = models.BooleanField(
        _("试用账号"), default=False, help_text=_("与其他试用账号共用一个公开打印的口令，正式运行时拒绝登录")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("人员")


class Kind(models.TextChoices):
    """What sort of body a party is."""

    GOVERNMENT = "government", _("政府机关")
    ASSOCIATION = "association", _("协会")
    ENTERPRISE = "enterprise", _("企业")
    COOPERATIVE = "cooperative", _("农民专业合作社")
    OTHER = "other", _("其他")


class Party(Sourced):
    """A body under the name it is registered with."""

    name = models.CharField(_("名称"), max_length=120, unique=True)
    kind = models.CharField(_("性质"), max_length=16, choices=Kind)
    unit = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="parties", verbose_name=_("所在乡镇街道")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("主体")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
