"""Forms of leads (案件线索): registering one, its next step, and what a stranger reports of a label."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from gi_registry.gazette.models import Document
from gi_registry.inspections.leads import NEEDS_OFFICE, note_needed
from gi_registry.inspections.models import Lead, Origin, Record
from gi_registry.inspections.states import LeadState
from gi_registry.parties.models import User
from gi_registry.parties.permissions import MAY, Act
from gi_registry.products.models import Product
from gi_registry.web.forms.applications import ApplicationForm
from gi_registry.web.forms.fields import TYPE_TO_FIND, ListedField, own_fields

ABOUT = ("title", "text", "who", "where", "contact")
ORIGINS = [("", "—"), *(choice for choice in Origin.choices if choice[0] != Origin.INSPECTION)]
OFFICERS = ("officer", "other_officer")  # 移送规定 art. 5: at least two look into it
FROM_THE_OFFICE = _("工作台上能办线索的人看得到，不进变更记录，也不对外公开")


class LeadForm(ApplicationForm):
    """A new lead; from a `record` it is known what it is about."""

    def __init__(self, *args: Any, record: Record | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if record is None:
            self.fields["origin"] = forms.ChoiceField(label=_("来自"), choices=ORIGINS)
            self.fields["product"] = forms.ModelChoiceField(
                Product.objects.order_by("common_name"),
                to_field_name="slug",
                empty_label="—",
                label=_("涉及的产品"),
                required=False,
            )
            self.fields["product"].widget.attrs["data-search"] = TYPE_TO_FIND
        self.fields.update(own_fields(Lead, ABOUT, {}))
        if record is not None:
            del self.fields["who"]
        self.fields["contact"].help_text = FROM_THE_OFFICE
        self.groups = [
            (_("线索"), ["origin", "title", "text", "product", "who", "where"]),
            (_("谁提供的"), ["contact"]),
        ]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `open_lead` is given beside origin and record."""
        return {name: self.cleaned_data[name] for name in ("product", *ABOUT) if name in self.cleaned_data}


class InstantField(forms.DateTimeField):
    """An instant in the legal zone, to the minute."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "placeholder": "2026-05-06 10:30"})


class LeadStepForm(ApplicationForm):
    """The next step of a lead: what the step must say, its instant, a paper."""

    def __init__(self, *args: Any, lead: Lead, state: LeadState, **more: Any) -> None:
        super().__init__(*args, **more)
        if state == LeadState.ASSIGNED:
            self.fields["assignee"] = assignee_field()
        if state == LeadState.REPORTED:
            for number, name in enumerate(OFFICERS, 1):
                label = _("核实的执法人员（{n}）").format(n=number)
                self.fields[name] = forms.CharField(label=label, max_length=40)
        if state in NEEDS_OFFICE:
            office = _("接收的公安机关") if state == LeadState.TRANSFERRED else _("接收的部门")
            self.fields["office"] = forms.CharField(label=office, max_length=120)
        self.fields["at"] = InstantField(
            label=_("时间"), required=False, help_text=_("空着：现在；按小时计的期限从这一刻起算")
        )
        needed = note_needed(LeadState(lead.state), state)
        self.fields["note"] = forms.CharField(
            label=_("说明"), required=bool(needed), widget=forms.Textarea, help_text=needed
        )
        self.fields["file"] = forms.FileField(
            label=_("交文件"),
            required=False,
            help_text=_("PDF、JPEG、PNG、DOCX 或 XLSX，最大 {n} MB；不对外公开").format(
                n=settings.UPLOAD_LIMIT_MB["document"]
            ),
            error_messages={"empty": _("文件是空的。")},
        )
        self.fields["file"].widget.attrs["accept"] = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"
        self.fields["document"] = forms.ModelChoiceField(
            papers_of(lead), to_field_name="sha256", empty_label="—", label=_("或者选已有的"), required=False
        )
        self.groups = [(_("步骤"), ["assignee", *OFFICERS, "office", "note", "at"]), (_("文件"), ["file", "document"])]
        self.finish()

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if not self.errors and asked["file"] and asked["document"]:
            self.add_error("file", _("请交一个文件，或者选一个已有的，二者取一。"))
        if not self.errors and "officer" in self.fields and len({asked[name].strip() for name in OFFICERS}) < 2:
            self.add_error("other_officer", _("须有两名以上执法人员核实：请写另一名的姓名。"))
        return asked

    def asked(self) -> dict[str, Any]:
        """What `take_step` is given beside the document; who looked into it stands before the note."""
        names = ("assignee", "office", "at", "note")
        asked = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data} | {"seen": self.seen}
        officers = [self.cleaned_data[name].strip() for name in OFFICERS if name in self.cleaned_data]
        if officers:
            asked["note"] = f"核实的执法人员：{'、'.join(officers)}。\n{asked['note']}"
        return asked


def assignee_field() -> ListedField:
    """Who may follow up leads, by username."""
    roles = [role.label for role in MAY[Act.LEADS]]
    able = Q(groups__name__in=roles) | Q(is_superuser=True)
    people = list(User.objects.filter(able, is_active=True).distinct().order_by("username"))
    return ListedField(
        {person.username: person for person in people}, [str(person) for person in people], label=_("承办人")
    )


def papers_of(lead: Lead) -> QuerySet[Document]:
    """The documents of the lead's own steps, of its user's file and of its product."""
    about = Q(lead_steps__lead=lead)
    if lead.product_id is not None:
        about |= Q(products=lead.product_id)
    if lead.authorisation_id is not None:
        about |= Q(attachments__authorisation=lead.authorisation_id)
    return Document.objects.filter(about).distinct()


# --- From the public -------------------------------------------------------------------------------------------------


class ReportForm(ApplicationForm):
    """What somebody saw of a label that does not fit; nobody has to say who they are."""

    text = forms.CharField(
        label=_("看到了什么"), max_length=2_000, widget=forms.Textarea, help_text=_("哪里不对；包装上写的生产者和产品")
    )
    where = forms.CharField(label=_("在哪里看到的"), max_length=200, help_text=_("商店、网店或者市场的名称和地点"))
    who = forms.CharField(label=_("标签上的生产者"), max_length=120, required=False)
    product = forms.CharField(label=_("标签上的产品"), max_length=120, required=False)
    contact = forms.CharField(
        label=_("怎样联系您"),
        max_length=200,
        required=False,
        help_text=_("可以不填。只给办理的人看，不公开，也不告诉被反映的单位"),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["photo"] = forms.FileField(
            label=_("照片"),
            required=False,
            help_text=_("可以不交。JPEG 或 PNG，最大 {n} MB；照片里的拍摄地点会去掉").format(
                n=settings.UPLOAD_LIMIT_MB["photo"]
            ),
            error_messages={"empty": _("文件是空的。")},
        )
        self.fields["photo"].widget.attrs["accept"] = "image/jpeg,image/png"
        self.groups = [
            (_("反映的情况"), ["text", "where", "who", "product", "photo"]),
            (_("您的联系方式"), ["contact"]),
        ]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `take_report` is given beside title and picture."""
        asked = {name: self.cleaned_data[name] for name in ("text", "where", "who", "contact")}
        return asked | {"product": Product.objects.filter(common_name=self.cleaned_data["product"].strip()).first()}

    def title(self) -> str:
        """What the lead is called."""
        about = self.cleaned_data["who"] or self.cleaned_data["product"] or self.cleaned_data["where"]
        return f"标签反映：{about}"[:120]
