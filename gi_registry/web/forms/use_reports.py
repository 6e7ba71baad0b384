"""Forms of a year's use: the report of one user, what a source says of the whole area, what a hectare can bear."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from gi_registry.marks.models import UseReport, YearFigures, Yield
from gi_registry.parties.permissions import Person
from gi_registry.web.forms.applications import ApplicationForm
from gi_registry.web.forms.fields import DayField, own_fields

GOODS = ("output_t", "value_wan", "sold_where")
MARKS = ("printed", "used", "left", "last_used_on")
AREA = ("makers", "output_t", "value_wan")


class ReportForm(ApplicationForm):
    """One user's year. What is not known stays empty, and is shown as 未查明."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields.update(own_fields(UseReport, (*GOODS, *MARKS, "note"), {}))
        self.groups = [(_("产品"), GOODS), (_("专用标志"), MARKS), (_("说明"), ["note"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `file_report` is given beside the authorisation and the year."""
        return {name: self.cleaned_data[name] for name in (*GOODS, *MARKS, "note")} | {"seen": self.seen}


class SourcedForm(ApplicationForm):
    """Something that a source says of the whole producing area."""

    def finish(self) -> None:
        self.add_note()
        self.fields["note"].help_text = ""  # these pages are the desk's
        super().finish()

    def sourced(self) -> dict[str, Any]:
        """Source, grade and note."""
        return {name: self.cleaned_data[name] for name in ("source", "grade", "note")}


class FiguresForm(SourcedForm):
    """The whole area in one year: the denominators of coverage."""

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields.update(own_fields(YearFigures, AREA, {}))
        self.add_source(person)
        self.groups = [(_("整个产区"), AREA), (_("依据"), ["source", "grade", "note"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `record_figures` is given beside product and year."""
        return {name: self.cleaned_data[name] for name in AREA} | self.sourced() | {"seen": self.seen}


class YieldForm(SourcedForm):
    """The most that a hectare can bear."""

    valid_from = DayField(label=_("自何日起适用"), required=False, help_text=_("第一次登记、起始日未查明的可以留空"))

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields.update(own_fields(Yield, ("kg_per_hectare",), {}))
        self.add_source(person)
        self.groups = [(_("单产上限"), ["kg_per_hectare", "valid_from"]), (_("依据"), ["source", "grade", "note"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `record_yield` is given beside the product."""
        return {name: self.cleaned_data[name] for name in ("kg_per_hectare", "valid_from")} | self.sourced()
