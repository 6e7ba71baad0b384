"""What a label shows, as somebody types it or as it was read from a photo."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.core.validators import day_reached
from gi_registry.marks.labels import Label, Seen
from gi_registry.products.models import Regime
from gi_registry.web.forms.fields import DayField

SEEN = [("", "—"), *Seen.choices]
REGIMES = [Regime.PRODUCT, Regime.COLLECTIVE, Regime.CERTIFICATION]
LONGEST_QR = 2_000


def text(label: Any, example: Any = "", longest: int = 120) -> forms.CharField:
    """A line that may stay empty; `example` shows how such a thing is written."""
    looks = {"class": "input", "placeholder": example, "autocomplete": "off"}
    return forms.CharField(label=label, required=False, max_length=longest, widget=forms.TextInput(looks))


def choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices, widget=forms.Select({"class": "input"}))


class LabelForm(forms.Form):
    """The fields of `marks.labels.Label`, none of them required; what is missing is answered as such."""

    mark = choice(_("标签上有没有专用标志"), SEEN)
    regime = choice(_("按哪一种保护使用"), [(regime.value, regime.label) for regime in REGIMES])
    uscc = text(_("统一社会信用代码"), longest=40)
    producer = text(_("生产者名称"))
    product = text(_("地理标志名称"))
    standard = text(_("标准代号"), "GB/T …")
    announcement = text(_("批准公告号"), _("第…号"))
    trademark = choice(_("标签上有没有该集体商标或证明商标"), SEEN)
    trademark_number = text(_("商标注册号"), _("第…号"))
    on = DayField(label=_("生产日期（不填即今天）"), required=False)
    qr = forms.CharField(required=False, max_length=LONGEST_QR, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].widget.attrs["class"] = "input"

    def clean_on(self) -> date | None:
        on: date | None = self.cleaned_data["on"]
        try:
            return day_reached(on.isoformat()) if on else None
        except BadInput as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal

    def label(self) -> Label:
        """What was typed; asked only of a form in order."""
        typed = dict(self.cleaned_data)
        regime, on = Regime(typed.pop("regime") or Regime.PRODUCT), typed.pop("on") or clock.today()
        return Label(regime, on, **typed)
