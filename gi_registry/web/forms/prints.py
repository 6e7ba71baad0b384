"""Forms of the ledger of marks: a print run, what happened to its marks, taking back a mistaken line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock
from gi_registry.inspections.permissions import documents_to_read
from gi_registry.marks.models import Batch, Entry, EntryKind, LabelKind
from gi_registry.parties.permissions import Act, Person
from gi_registry.products.models import Product
from gi_registry.web.forms.applications import documents_of, one_document
from gi_registry.web.forms.fields import DayField, DeskForm, own_fields

RUN = ("printer", "label_kind", "quantity", "printed_on")
MARKS = ("serial_from", "serial_to", "net_kg")


def evidence_field(product: Product, person: Person, label: Any) -> forms.ModelChoiceField:
    """One of the product's documents that the person may read: a producer has no reach among them."""
    field = one_document(product, label=label, required=False)
    readable = documents_to_read(person, Act.DESK)
    field.queryset = documents_of(product).filter(pk__in=readable.values("pk"))
    return field


class BatchForm(DeskForm):
    """One print run."""

    issued = forms.BooleanField(
        label=_("印好即交使用人"), required=False, help_text=_("同时记一笔发放；先存在印制单位的不要勾")
    )

    def __init__(self, *args: Any, product: Product, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial.setdefault("printed_on", clock.today())
        self.initial.setdefault("issued", True)
        self.fields.update(own_fields(Batch, (*RUN, *MARKS, "note"), {}))
        self.fields["label_kind"].initial = LabelKind.STICKER
        self.fields["serial_from"].help_text = _("标识上印有序号的才填，例如 JH000001")
        self.fields["net_kg"].help_text = _("每个包装装多少产品；与单产上限比较时用，不知道的留空")
        self.fields["proof"] = evidence_field(product, person, _("样张或凭证"))
        self.groups = [
            (_("印制"), [*RUN, "issued"]),
            (_("序号与净含量"), MARKS),
            (_("凭证"), ["proof", "note"]),
        ]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `print_batch` is given beside the authorisation."""
        return {name: self.cleaned_data[name] for name in (*RUN, *MARKS, "issued", "proof", "note")}


class EntryForm(DeskForm):
    """What happened to marks of a batch."""

    kind = forms.ChoiceField(
        label=_("事项"), choices=[(kind, kind.label) for kind in EntryKind if kind != EntryKind.PRINTED]
    )

    def __init__(self, *args: Any, product: Product, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial.setdefault("on", clock.today())
        self.fields.update(own_fields(Entry, ("quantity", "note"), {}))
        self.fields["on"] = DayField(label=_("日期"))
        self.fields["document"] = evidence_field(product, person, _("凭证"))
        self.groups = [(_("记一笔"), ["kind", "quantity", "on", "document", "note"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `enter` is given beside the batch."""
        given = {name: self.cleaned_data[name] for name in ("quantity", "on", "document", "note")}
        return given | {"kind": EntryKind(self.cleaned_data["kind"])}


class ReverseForm(DeskForm):
    """Why a line is taken back."""

    reason = forms.CharField(label=_("为什么冲销"), widget=forms.Textarea, help_text=_("写在冲销的那一笔上"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups = [(_("冲销"), ["reason"])]
        self.finish()
