"""Forms of the import: which file and what for; how to read it; from when its borders hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock
from gi_registry.gazette.models import Grade, Source
from gi_registry.intake.models import Purpose
from gi_registry.products.models import Product, Regime
from gi_registry.web.forms.account import plain
from gi_registry.web.forms.fields import DayField

NO_COLUMN = ("", _("没有这一列"))
REPAIRS = {
    "drop_unreadable": _("去掉读不出来的图形"),
    "drop_z": _("去掉高程和量测值，只留平面"),
    "drop_other": _("只收面，去掉点和线"),
    "close_rings": _("闭合没有闭合的环"),
    "join_points": _("把点依次连成面"),
    "make_valid": _("修正无效的界线（自相交、洞在外面等）"),
    "drop_slivers": _("去掉不到一米宽的碎屑"),
    "drop_repeated": _("去掉重复的顶点"),
    "drop_duplicates": _("去掉重复的要素"),
}


class ReceiveForm(forms.Form):
    """A file and what its shapes are to become."""

    file = forms.FileField(
        label=_("文件"),
        help_text=_("Shapefile（打成 zip）、GeoPackage、GeoJSON、KML/KMZ，或带坐标、WKT 的 CSV/XLSX。原件会原样留存。"),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的：请重新选择文件。")},
    )
    purpose = forms.ChoiceField(label=_("用途"), choices=Purpose.choices, initial=Purpose.UNITS)
    product = forms.ModelChoiceField(
        label=_("产品"),
        queryset=Product.objects.none(),
        required=False,
        empty_label="—",
        help_text=_("用途为产地范围时选择"),
    )
    regime = forms.ChoiceField(label=_("保护制度"), choices=[("", "—"), *Regime.choices], required=False)

    def __init__(self, *args: Any, products: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = products  # type: ignore[attr-defined]
        self.fields["product"].to_field_name = "slug"  # type: ignore[attr-defined]
        plain(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("purpose") == Purpose.AREA and not (cleaned.get("product") and cleaned.get("regime")):
            raise forms.ValidationError(_("导入产地范围要选定产品和保护制度。"))
        return cleaned


class ChooseForm(forms.Form):
    """How to read the file, from what its diagnosis offers; what was chosen before, or the doctor's guess, is set."""

    layer = forms.ChoiceField(label=_("图层"))
    name_column = forms.ChoiceField(label=_("名称列"), required=False)
    code_column = forms.ChoiceField(label=_("代码列"), required=False)
    system = forms.ChoiceField(label=_("坐标系"), error_messages={"required": _("请选择坐标系。")})
    encoding = forms.CharField(label=_("编码"))
    repairs = forms.MultipleChoiceField(label=_("修正"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, diagnosis: dict[str, Any], chosen: dict[str, Any] | None = None) -> None:
        guess = {
            "layer": diagnosis["layer"],
            "name_column": diagnosis["name_column"] or "",
            "code_column": diagnosis["code_column"] or "",
            "system": "" if diagnosis["needs_choice"] else diagnosis["systems"][0]["key"],
            "encoding": diagnosis["encoding"]["guess"],
        }
        super().__init__(data, initial=guess | (chosen or {}))
        columns = [NO_COLUMN, *((field["name"], field["name"]) for field in diagnosis["fields"])]
        repairs = dict.fromkeys(finding["repair"] for finding in diagnosis["findings"] if finding["repair"])
        offered = {
            "layer": [(layer["name"], f"{layer['name']}（{layer['features']}）") for layer in diagnosis["layers"]],
            "name_column": columns,
            "code_column": columns,
            "system": [(fit["key"], fit["label"]) for fit in diagnosis["systems"]],
            "repairs": [(key, REPAIRS.get(key, key)) for key in repairs],
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        for name in ("layer", "name_column", "code_column"):
            self.fields[name].widget.attrs["class"] = "input"

    @property
    def columns(self) -> list[forms.BoundField]:
        """The fields that are lists to choose from."""
        return [self[name] for name in ("layer", "name_column", "code_column")]

    @property
    def offers_repairs(self) -> bool:
        """Whether there is anything to repair."""
        return bool(self.fields["repairs"].choices)  # type: ignore[attr-defined]

    def choices(self) -> dict[str, Any]:
        """What was chosen, as `doctor.Choices` reads it."""
        asked = self.cleaned_data
        columns = {name: asked[name] or None for name in ("name_column", "code_column")}
        return {name: asked[name] for name in ("layer", "encoding", "system", "repairs")} | columns


class AdmitForm(forms.Form):
    """From when the borders hold, what they rest on, and how far they may be off."""

    day = DayField(label=_("自何日起"))
    source = forms.ModelChoiceField(
        label=_("来源"),
        queryset=Source.objects.order_by("title"),
        to_field_name="key",
        empty_label="—",
        help_text=_("没有的先到“来源”里登记，这个文件会等着"),
    )
    grade = forms.ChoiceField(label=_("可信等级"), choices=[("", "—"), *Grade.choices])
    uncertainty_m = forms.FloatField(
        label=_("界线误差（米）"),
        min_value=0,
        max_value=50_000,
        help_text=_("界线与实地最多可能差多少米；测绘成果按其精度填"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = clock.today().isoformat()
        plain(self)
