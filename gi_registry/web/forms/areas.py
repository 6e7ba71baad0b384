"""Forms of the producing areas' editor: a draft, its shape as text under a map, and the day of going back."""

from __future__ import annotations

from typing import Any

import shapely
from django import forms
from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from leaflet.forms.widgets import LeafletWidget
from shapely import MultiPolygon

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.places.datums import Datum
from gi_registry.places.geometry import to_geos, to_shapely
from gi_registry.places.models import Place, PlaceVersion
from gi_registry.places.validators import drawn_shape
from gi_registry.products.areas import NO_ACT
from gi_registry.products.models import AreaDraft, Basis, Regime, Way
from gi_registry.web.forms.account import plain
from gi_registry.web.forms.fields import DayField

OF_A_SHAPE = ("boundary", "read_as", "uncertainty_m", "schematic")


class AreaWidget(LeafletWidget):
    """django-leaflet's widget without inline script, and with a field store that keeps holes.

    Its value is text, as typed or drawn: whether it is a shape is for the form to find out, so that a wrong one stays.
    """

    template_name = "desk/areas/_widget.html"
    geom_type = "MULTIPOLYGON"
    field_store_class = "HoleSafeStore"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, attrs)
        return context | {"serialized": value or ""}


class UnitsField(forms.ModelMultipleChoiceField):
    """Units by their code, shown under the name they bear on a day."""

    widget = forms.CheckboxSelectMultiple
    names: dict[int, PlaceVersion]

    def label_from_instance(self, obj: Any) -> str:
        return self.names[obj.pk].name if obj.pk in self.names else obj.code


class DraftForm(forms.ModelForm):
    """Everything of a draft. One by units has no shape of its own to draw; what is typed stays as it was typed."""

    edition = forms.CharField(widget=forms.HiddenInput)
    wording = forms.CharField(
        label=_("产地范围原文"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("照公告文字一字不改；留空表示未查明。"),
    )
    units = UnitsField(queryset=Place.objects.none(), to_field_name="code", required=False, label=_("所含行政区"))
    boundary = forms.CharField(label=_("界线"), required=False, strip=False, widget=AreaWidget)
    read_as = forms.ChoiceField(
        label=_("坐标文字的坐标系"),
        choices=Datum.choices,
        initial=Datum.CGCS2000,
        help_text=_("在图上画的就是 CGCS2000。粘贴的坐标若来自高德、腾讯或百度地图，请选明，登记簿会换算。"),
    )

    class Meta:
        model = AreaDraft
        fields = (
            *("day", "basis", "grade", "source", "announcement", "document", "wording", "stated_hectares"),
            *("uncertainty_m", "schematic", "note"),
        )
        widgets = {
            "note": forms.Textarea(attrs={"rows": 2}),
        }
        field_classes = {"day": DayField}
        help_texts = {
            "day": _("新版本从这一天起；旧版本到这一天为止，保留不动。"),
            "uncertainty_m": _("界线可能偏离实地多少米；测绘成果填其精度。"),
        }

    def __init__(self, data: Any, instance: AreaDraft) -> None:
        shape = instance.boundary
        drawn = shapely.to_geojson(to_shapely(shape)) if shape and instance.way != Way.UNITS else ""
        initial = {"edition": instance.edition, "day": instance.day or clock.today(), "boundary": drawn}
        initial["units"] = list(instance.units.all())
        super().__init__(data, instance=instance, initial=initial)
        for name in ("day", "source"):
            self.fields[name].required = True
        self.offer_units()
        if instance.way == Way.UNITS:
            for name in OF_A_SHAPE:
                del self.fields[name]
        else:
            self.fields["uncertainty_m"].required = True
            self.fields["boundary"].widget.attrs |= {
                "places": reverse("api-places"),
                "tianditu_key": settings.TIANDITU_KEY,
                "review_number": settings.MAP_REVIEW_NUMBER,
            }
        plain(self)

    def offer_units(self) -> None:
        """The district and its units on the day of the draft, and whatever was chosen before."""
        field: Any = self.fields["units"]
        day = self.instance.day or clock.today()
        versions = PlaceVersion.objects.on(day).filter(place__code__startswith=settings.REGISTER_DISTRICT)
        field.names = {version.place_id: version for version in versions.defer("boundary", "outline")}
        chosen = self.instance.units.values("pk")
        field.queryset = Place.objects.filter(Q(pk__in=field.names) | Q(pk__in=chosen)).order_by("code")

    def clean_wording(self) -> str:
        """A browser sends line ends of its own; everything else stays as it is printed."""
        return str(self.cleaned_data["wording"]).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        """The shape through the one gate; the drawn one keeps its datum where nothing of it was changed."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("basis") == Basis.ACT and not (cleaned.get("announcement") or cleaned.get("document")):
            self.add_error("announcement", NO_ACT)
        if self.instance.way == Way.UNITS:
            return cleaned
        read_as = cleaned.get("read_as", Datum.CGCS2000)
        try:
            shape = drawn_shape(cleaned.get("boundary", ""), read_as)
        except BadInput as refusal:
            self.add_error("boundary", refusal.sentence)
            return cleaned
        untouched = read_as == Datum.CGCS2000 and self.stands(shape)
        datum = self.instance.datum if untouched else read_as
        return cleaned | {"boundary": to_geos(shape), "datum": datum}

    def stands(self, shape: MultiPolygon) -> bool:
        """Whether the shape is the one that the draft has already, vertex for vertex."""
        kept = self.instance.boundary
        return kept is not None and bool(shapely.equals_identical(to_shapely(kept), shape))

    def facts(self) -> dict[str, Any]:
        """The columns for `products.areas.revise`."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"edition", "units", "read_as"}}


class StartForm(forms.Form):
    """Under which regime, and in which way."""

    regime = forms.ChoiceField(label=_("保护制度"), choices=Regime.choices)
    way = forms.ChoiceField(label=_("画法"), choices=[way for way in Way.choices if way[0] != Way.FILE])


class BackForm(forms.Form):
    """From which day an old version shall hold again."""

    day = DayField(
        label=_("自何日起"),
        initial=clock.today,
        help_text=_("要晚于最新一版的起始日；选同一天则在原处更正那一版，原来的内容留在变更记录里。"),
    )
    note = forms.CharField(label=_("理由"), required=False, max_length=500)
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self)
