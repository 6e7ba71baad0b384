"""Forms of the producers' own pages: applying for use, papers, sites, rectifications, changes, marks made and used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock
from gi_registry.gazette.models import Document
from gi_registry.marks.models import EntryKind
from gi_registry.places.models import Kind, PlaceVersion
from gi_registry.products.models import Product
from gi_registry.web.forms import marks
from gi_registry.web.forms.applications import ApplicationForm, WithdrawForm
from gi_registry.web.forms.fields import ListedField, listed_units
from gi_registry.web.forms.prints import BatchForm, EntryForm

ACCEPTED = ".pdf,.docx,.xlsx,image/jpeg,image/png"  # named so, a phone offers its camera and hands photos in as JPEG
Papers = Mapping[str, tuple[Document, str]]  # by number: the document, and what its owner calls it


def words(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    """A field for several sentences."""
    return forms.CharField(label=label, required=required, widget=forms.Textarea, help_text=help_text)


def file_field(label: Any, *, required: bool = True) -> forms.FileField:
    """One file."""
    field = forms.FileField(
        label=label, required=required, help_text=limits(), error_messages={"empty": _("文件是空的。")}
    )
    field.widget.attrs["accept"] = ACCEPTED
    return field


def limits() -> str:
    """What may be handed in."""
    sentence = _("PDF、JPEG、PNG、DOCX 或 XLSX，最大 {n} MB；只有本单位和登记机关看得到，不对外公开")
    return sentence.format(n=settings.UPLOAD_LIMIT_MB["document"])


class Files(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, as a list."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(one, initial) for one in data or []]


def paper_field(papers: Papers, label: Any) -> ListedField:
    """One of the papers of the file."""
    field = ListedField(
        {number: document for number, (document, _name) in papers.items()},
        [name for _document, name in papers.values()],
        label=label,
        required=False,
        help_text=_("先在“材料”里交，再在这里选；可以不选"),
    )
    field.widget.attrs.pop("data-search")
    return field


# --- Applying --------------------------------------------------------------------------------------------------------


class ApplyForm(ApplicationForm):
    """For which product."""

    product = forms.ModelChoiceField(
        Product.objects.none(),
        to_field_name="slug",
        empty_label="—",
        label=_("产品"),
        error_messages={
            "invalid_choice": _(
                "这个产品现在不能申请：今天没有受地理标志产品保护，或者您单位已经在用、在申请。请从列表里选。"
            )
        },
    )

    def __init__(self, *args: Any, products: QuerySet[Product], **more: Any) -> None:
        super().__init__(*args, **more)
        product: Any = self.fields["product"]
        product.queryset = products
        self.groups = [(_("用在哪个产品上"), ["product"])]
        self.finish()


class PaperForm(ApplicationForm):
    """A file handed in."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["file"] = file_field(_("文件"))
        self.groups = [(_("材料"), ["file"])]
        self.finish()


class SiteForm(marks.SiteForm):
    """The same in a producer's words, the map first; towns are chosen from all."""

    def __init__(self, *args: Any, **more: Any) -> None:
        units = PlaceVersion.objects.on(clock.today()).exclude(kind=Kind.COUNTY).select_related("place")
        unit = listed_units(units, label=_("所在乡镇街道"), required=False)
        unit.widget.attrs.pop("data-search")
        super().__init__(*args, unit=unit, **more)
        self.fields["name"].help_text = _("例如：一号车间、东大洼瓜田")
        self.fields["hectares"].help_text = _("种植、养殖的面积，1 公顷等于 15 亩；不知道就空着")
        self.fields["valid_from"].label = _("自何日起在这里生产")
        self.fields["valid_from"].help_text = _("不知道就空着")
        self.groups = self.groups[::-1]
        self.finish()


class NoteForm(ApplicationForm):
    """What is confirmed, with words where there are any."""

    note = words(_("说明"), help_text=_("登记机关看得到，不对外公开；可以空着"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups = [(_("说明"), ["note"])]
        self.finish()


# --- Rectification and change ----------------------------------------------------------------------------------------


class AnswerForm(ApplicationForm):
    """What was put right, with what shows it. Words may lack at first: the files are kept all the same."""

    text = words(_("改正的情况"), help_text=_("针对每一项要求，写明做了什么、哪天做完"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        files = FilesField(label=_("证明文件"), required=False, help_text=limits())
        files.widget.attrs["accept"] = ACCEPTED
        self.fields["files"] = files
        self.groups = [(_("答复"), ["text", "files"])]
        self.finish()


class ChangeForm(ApplicationForm):
    """What is to be recorded otherwise."""

    name = forms.CharField(label=_("变更后的名称"), required=False, max_length=120, help_text=_("不变的空着"))
    address = forms.CharField(label=_("变更后的住所"), required=False, max_length=200, help_text=_("不变的空着"))
    note = words(_("说明"), help_text=_("例如：哪天在哪里办的变更登记"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["file"] = file_field(_("《使用变更申请书》"), required=False)
        self.groups = [(_("变更"), ["name", "address", "note", "file"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `ask_change` is given."""
        return {name: self.cleaned_data[name] for name in ("name", "address", "note")} | {"seen": self.seen}


# --- Marks made and used ---------------------------------------------------------------------------------------------


class OwnBatchForm(BatchForm):
    """One print run of one's own; its proof is a paper of the file."""

    def __init__(self, *args: Any, papers: Papers, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["proof"] = paper_field(papers, _("样张或凭证"))
        self.fields["issued"].label = _("已经全部拿到手")
        self.fields["issued"].help_text = _("同时记一笔发放；还放在印刷厂的不要勾")
        self.finish()


# What a producer calls what happens to its marks; the desk has its own words.
KINDS = {
    EntryKind.USED: _("使用（已贴到产品上）"),
    EntryKind.ISSUED: _("从印刷厂拿到手"),
    EntryKind.SPOILED: _("手中的损毁"),
    EntryKind.RETURNED: _("手中的退回印刷厂"),
    EntryKind.SCRAPPED: _("还在印刷厂就销毁"),
}


class OwnEntryForm(EntryForm):
    """What happened to marks of one's own."""

    kind = forms.ChoiceField(label=_("事项"), choices=list(KINDS.items()))

    def __init__(self, *args: Any, papers: Papers, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["document"] = paper_field(papers, _("凭证"))
        self.finish()


class ReasonForm(WithdrawForm):
    """Why something of one's own is taken back."""

    reason = words(_("原因"), required=True, help_text=_("原来的记录划掉，和原因一起留着"))
