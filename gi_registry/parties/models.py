"""Who: people who sign in, and the bodies that apply, manage, produce and test."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from gi_registry.core.spans import Spanned
from gi_registry.core.text import initials_of, pinyin_of
from gi_registry.gazette.models import Sourced
from gi_registry.parties.validators import whole_uscc
from gi_registry.places.models import Place


class Kind(models.TextChoices):
    """What sort of body a party is."""

    GOVERNMENT = "government", _("政府机关")
    ASSOCIATION = "association", _("协会")
    ENTERPRISE = "enterprise", _("企业")
    COOPERATIVE = "cooperative", _("农民专业合作社")
    INDIVIDUAL = "individual", _("个体工商户")
    PERSON = "person", _("自然人")
    OTHER = "other", _("其他")


class Party(Sourced):
    """A body under the name it is registered with; names it had before are `FormerParticulars`."""

    name = models.CharField(_("名称"), max_length=120, unique=True)
    pinyin = models.CharField(_("拼音"), max_length=720, editable=False, default="")
    initials = models.CharField(_("拼音首字母"), max_length=120, editable=False, default="")
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True, validators=[whole_uscc])
    address = models.CharField(_("住所"), max_length=200, blank=True)
    kind = models.CharField(_("性质"), max_length=16, choices=Kind)
    unit = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="parties", verbose_name=_("所在乡镇街道")
    )
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True, help_text=_("只在工作台显示"))
    contact_phone = models.CharField(_("联系电话"), max_length=40, blank=True, help_text=_("只在工作台显示"))

    class Meta:
        verbose_name = verbose_name_plural = _("主体")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"],
                condition=~Q(uscc=""),
                name="party_uscc_once",
                violation_error_message=_("登记簿中已有主体用这一统一社会信用代码。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pinyin, self.initials = pinyin_of(self.name), initials_of(self.name)
        super().save(*args, **kwargs)

    @property
    def public_name(self) -> str:
        """The name as the public may read it: of a natural person only the family name."""
        return masked(self.name) if self.kind == Kind.PERSON else self.name


class FormerParticulars(Spanned, Sourced):
    """The name and address under which a party was registered before; what holds today stands in `Party`."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="former_particulars", verbose_name=_("主体"))
    name = models.CharField(_("名称"), max_length=120)
    pinyin = models.CharField(_("拼音"), max_length=720, editable=False)
    initials = models.CharField(_("拼音首字母"), max_length=120, editable=False)
    address = models.CharField(_("住所"), max_length=200, blank=True)

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("曾用登记事项")
        ordering = ["party__name", "valid_until"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pinyin, self.initials = pinyin_of(self.name), initials_of(self.name)
        super().save(*args, **kwargs)


def masked(name: str) -> str:
    """张建国 becomes 张**; the number of stars says nothing of the name."""
    return f"{name[:1]}**"


class User(AbstractUser):
    """Somebody who signs in; belongs to a party and to a unit, and has roles by groups (`permissions.Role`)."""

    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("所属主体")
    )
    unit = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("所在乡镇街道")
    )
    is_demo = models.BooleanField(
        _("试用账号"), default=False, help_text=_("与其他试用账号共用一个公开打印的口令，正式运行时拒绝登录")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("人员")

    def __str__(self) -> str:
        """As history writes it: 王敏（wangmin）."""
        return f"{self.name}（{self.username}）" if self.name else self.username

    @property
    def name(self) -> str:
        """Family name first, as Chinese names are written."""
        return f"{self.last_name}{self.first_name}"

    @cached_property
    def group_names(self) -> list[str]:
        """Names of the groups, read once for each object."""
        return list(self.groups.values_list("name", flat=True))
