"""Where: administrative units over time, with seat and border and how far each can be relied on."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.gis.db.models import MultiPolygonField, PointField
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gi_registry.core.spans import Spanned
from gi_registry.core.text import Searchable, initials_of, pinyin_of
from gi_registry.gazette.models import Grade, Source, Sourced
from gi_registry.places.geometry import SRID
from gi_registry.places.validators import division_code


class Place(models.Model):
    """An administrative unit, known by its division code: 6 digits for a county, 9 for a town."""

    code = models.CharField(_("区划代码"), max_length=9, unique=True, validators=[division_code])

    class Meta:
        verbose_name = verbose_name_plural = _("行政区")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("place", args=[self.code])


class Kind(models.TextChoices):
    """What sort of unit a place is."""

    COUNTY = "county", _("县级行政区")
    SUBDISTRICT = "subdistrict", _("街道")
    TOWN = "town", _("镇")
    TOWNSHIP = "township", _("乡")


class PlaceVersion(Spanned, Sourced):
    """What one place was called, where it belonged, and where its border ran, over a span of days.

    The source of the row speaks for name, kind and code; seat and border each have a source of their own.
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="versions", verbose_name=_("行政区"))
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    parent = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    location = PointField(_("驻地"), srid=SRID, null=True, blank=True)
    location_source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("驻地来源")
    )
    location_grade = models.CharField(_("驻地可信等级"), max_length=12, choices=Grade, blank=True)
    location_note = models.CharField(_("驻地说明"), max_length=200, blank=True)
    boundary = MultiPolygonField(_("界线"), srid=SRID, null=True, blank=True)
    outline = MultiPolygonField(_("概括界线"), srid=SRID, null=True, blank=True)
    boundary_source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("界线来源")
    )
    boundary_grade = models.CharField(_("界线可信等级"), max_length=12, choices=Grade, blank=True)
    boundary_note = models.CharField(_("界线说明"), max_length=200, blank=True)
    uncertainty_m = models.FloatField(_("界线误差（米）"), null=True, blank=True)
    schematic = models.BooleanField(_("界线仅为示意"), default=False)

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("行政区沿革")
        ordering = ["place__code", "valid_from"]

    def __str__(self) -> str:
        return f"{self.name} {self.place.code}"

    @property
    def role(self) -> str:
        """What the unit is to this register: `district`, `unit` or `neighbour`."""
        if self.kind != Kind.COUNTY:
            return "unit"
        return "district" if self.place.code == settings.REGISTER_DISTRICT else "neighbour"

    def clean(self) -> None:
        # In Python, since SpatiaLite cannot hold a CHECK on a geometry column.
        if self.boundary and not (self.outline and self.boundary_source and self.uncertainty_m is not None):
            raise ValidationError(_("有界线时必须写明概括界线、来源与误差。"))


def found_by_name(query: str, day: date) -> list[PlaceVersion]:
    """Units on `day` whose name fits the typed `query` (part, pinyin, initials, one slip), best first. One query."""
    units = PlaceVersion.objects.on(day).select_related("place").defer("boundary", "outline")
    fits = [(Searchable(u.name, pinyin_of(u.name), initials_of(u.name)).closeness(query), u) for u in units]
    return [unit for fit, unit in sorted(fits, key=lambda pair: pair[0]) if fit >= 0]
