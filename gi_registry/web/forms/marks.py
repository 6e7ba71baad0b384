"""Forms of authorisations to use the mark: opening a file, its steps, papers, sites, rectifications, lists of users."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.gazette.models import Announcement, Document
from gi_registry.gazette.papers import Rests
from gi_registry.marks.models import Authorisation, Item, Site
from gi_registry.marks.path import Way
from gi_registry.marks.states import AFTER_RECTIFICATION, Basis, Ground
from gi_registry.parties.models import Kind, Party
from gi_registry.places.datums import Datum
from gi_registry.places.validators import accuracy
from gi_registry.products.models import Product, Stage
from gi_registry.web.forms.applications import HAPPENED, ApplicationForm, many_documents
from gi_registry.web.forms.fields import TYPE_TO_FIND, DayField, RowField, announcement_field, own_fields

NUMBERS = ("trademark_number", "standard_number", "valid_until")
FOR_THE_FILE = _("写进案卷，不对外公开")
BASES = [("", "—"), *Basis.choices]


def words(label: Any, *, required: bool = False, help_text: Any = FOR_THE_FILE) -> forms.CharField:
    """A field for several sentences."""
    return forms.CharField(label=label, required=required, widget=forms.Textarea, help_text=help_text)


def papers_of(authorisation: Authorisation) -> QuerySet[Document]:
    """The documents handed in for the authorisation, and those of its product."""
    about = Q(attachments__authorisation=authorisation) | Q(products=authorisation.product_id)
    return Document.objects.filter(about).distinct()


def notices_of(authorisation: Authorisation) -> QuerySet[Document]:
    """What an office decided, not what the producer handed in to it."""
    kinds = [Item.NOTICE, Item.OTHER]
    about = Q(attachments__authorisation=authorisation, attachments__item__in=kinds) | Q(
        products=authorisation.product_id
    )
    return Document.objects.filter(about).distinct()


def paper_field(
    authorisation: Authorisation,
    label: Any,
    help_text: Any = "",
    among: Callable[[Authorisation], QuerySet[Document]] = papers_of,
) -> forms.ModelChoiceField:
    """One of these documents, known by its hash."""
    field = forms.ModelChoiceField(
        among(authorisation),
        to_field_name="sha256",
        empty_label="—",
        label=label,
        required=False,
        help_text=help_text,
    )
    field.widget.attrs["data-search"] = TYPE_TO_FIND
    return field


def protected_products() -> QuerySet[Product]:
    """The products that are or were protected: of others nobody can use the mark."""
    return Product.objects.filter(protections__stage=Stage.PROTECTED).distinct().order_by("common_name")


def product_field(**more: Any) -> forms.ModelChoiceField:
    """One of them, by its slug."""
    field = forms.ModelChoiceField(protected_products(), to_field_name="slug", empty_label="—", **more)
    field.widget.attrs["data-search"] = TYPE_TO_FIND
    return field


def number_fields() -> dict[str, forms.Field]:
    """What goes on the label beside the mark, and until when a licence or an event lasts."""
    fields = own_fields(Authorisation, NUMBERS, {})
    fields["trademark_number"].help_text = _("集体商标、证明商标：标签上须标注")
    fields["standard_number"].help_text = _("地理标志产品：标签上须标注它或批准公告号")
    fields["valid_until"].label = _("自何日起不能再用")
    fields["valid_until"].help_text = _("许可或活动的期限届满以后的第一天；没有期限的空着")
    return fields


# --- Opening ---------------------------------------------------------------------------------------------------------


class OpenForm(ApplicationForm):
    """Whose use of the mark for which product; `announced`: recorded from an announcement, which must be given."""

    def __init__(self, *args: Any, announced: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        able = Party.objects.exclude(uscc="").exclude(kind=Kind.PERSON)
        needs = _("须已登记统一社会信用代码；没有的先在“主体”里登记")
        self.fields["producer"] = RowField(able, label=_("使用人"), help_text=needs)
        self.fields["product"] = product_field(label=_("产品"))
        self.fields["basis"] = forms.ChoiceField(label=_("依据"), choices=BASES, help_text=_("公告第三五四号"))
        why = _("公告写明的那一天起可以使用") if announced else _("集体成员和被许可人：公告其资格的那一份；其余空着")
        self.fields["announcement"] = announcement_field(label=_("所依据的公告"), required=announced, help_text=why)
        if not announced:
            self.fields["on"] = HAPPENED(label=_("立卷日"))
        self.fields.update(number_fields())
        self.fields["note"] = words(_("说明"))
        self.groups = [
            (_("谁，用于什么"), ["producer", "product", "basis"]),
            (_("依据"), ["announcement", "on"]),
            (_("标签上的号码与期限"), NUMBERS),
            (_("记录"), ["note"]),
        ]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What the act is given beside producer, product and basis."""
        names = ("announcement", "on", *NUMBERS, "note")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def basis(self) -> Basis:
        return Basis(self.cleaned_data["basis"])


class NumbersForm(ApplicationForm):
    """Numbers and term, where they were written wrongly or a licence was renewed."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields.update(number_fields())
        self.fields["note"] = words(_("为什么改"), help_text=_("写进变更记录"))
        self.groups = [(_("标签上的号码与期限"), NUMBERS), (_("记录"), ["note"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `correct` is given."""
        return {name: self.cleaned_data[name] for name in (*NUMBERS, "note")} | {"seen": self.seen}


# --- Steps -----------------------------------------------------------------------------------------------------------


class StepForm(ApplicationForm):
    """The next step: its day, what it rests on, for an end of the use its ground, a note for the file.

    `grounds` are those of 令第80号 art. 31 that may be chosen, `beside` what that article does not name.
    """

    def __init__(
        self,
        *args: Any,
        authorisation: Authorisation,
        way: Way,
        grounds: Iterable[Ground],
        beside: Iterable[Ground],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        if way.needs_ground:
            self.fields["ground"] = forms.ChoiceField(label=_("事由"), choices=grounds_to_choose(grounds, beside))
        if way.rests != Rests.OURS:
            must = way.rests == Rests.ANNOUNCEMENT
            self.fields["announcement"] = announcement_field(label=_("所依据的公告"), required=must)
        if way.rests != Rests.ANNOUNCEMENT:
            needed = way.rests == Rests.NOTICE
            said = _("通知书、决定书，先交到本案卷；有公告的选公告") if needed else _("可以不选")
            self.fields["document"] = paper_field(authorisation, _("文件"), said, notices_of if needed else papers_of)
        self.fields["on"] = HAPPENED()
        self.fields["note"] = words(_("说明"), required=way.needs_note)
        self.groups = [(_("步骤"), ["ground", "announcement", "document", "on", "note"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `take_step` is given."""
        names = ("ground", "announcement", "document", "on", "note")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data} | {"seen": self.seen}


def grounds_to_choose(grounds: Iterable[Ground], beside: Iterable[Ground]) -> list[tuple[Any, Any]]:
    """The grounds of art. 31, and below a heading of its own what it does not name."""
    others = [(ground.value, ground.label) for ground in beside]
    apart = [(_("不在令第80号第三十一条所列之内"), others)] if others else []
    return [("", "—"), *((ground.value, ground.label) for ground in grounds), *apart]


class ChangeForm(ApplicationForm):
    """What the producer asks to have recorded otherwise."""

    name = forms.CharField(label=_("变更后的名称"), required=False, max_length=120, help_text=_("不变的空着"))
    address = forms.CharField(label=_("变更后的住所"), required=False, max_length=200, help_text=_("不变的空着"))
    on = HAPPENED(label=_("申请日"), help_text=_("空着：今天"))
    note = words(_("说明"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups = [(_("变更"), ["name", "address", "on", "note"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `ask_change` is given."""
        names = ("name", "address", "on", "note")
        return {name: self.cleaned_data[name] for name in names} | {"seen": self.seen}


# --- Papers ----------------------------------------------------------------------------------------------------------


class PaperForm(ApplicationForm):
    """A file handed in, or one that the register has already."""

    item = forms.ChoiceField(label=_("材料"), choices=[("", "—"), *Item.choices])

    def __init__(self, *args: Any, authorisation: Authorisation, **more: Any) -> None:
        super().__init__(*args, **more)
        limit = settings.UPLOAD_LIMIT_MB["document"]
        self.fields["file"] = forms.FileField(
            label=_("文件"),
            required=False,
            help_text=_("PDF、JPEG、PNG、DOCX 或 XLSX，最大 {n} MB；不对外公开").format(n=limit),
            error_messages={"empty": _("文件是空的。")},
        )
        self.fields["file"].widget.attrs["accept"] = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"
        self.fields["document"] = paper_field(authorisation, _("或者选登记簿里已有的"), _("本案卷和本产品的文件"))
        self.groups = [(_("材料"), ["item", "file", "document"])]
        self.finish()

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if not self.errors and bool(asked["file"]) == bool(asked["document"]):
            self.add_error("file", _("请交一个文件，或者选一个已有的，二者取一。"))
        return asked


# --- Sites -----------------------------------------------------------------------------------------------------------

SITE = ("name", "address", "hectares", "valid_from")


class SiteForm(ApplicationForm):
    """Where the product is made or grown, its position read from some map; `unit` is the field of the towns to choose
    from."""

    lon = forms.CharField(label=_("经度"), max_length=40, help_text=_("116.9074，或 116°54′26″"))
    lat = forms.CharField(label=_("纬度"), max_length=40, help_text=_("39.0287，或 39°01′43″"))
    datum = forms.ChoiceField(label=_("坐标取自哪种地图"), choices=Datum.choices)
    accuracy_m = forms.CharField(
        label=_("定位精度（米）"), required=False, max_length=20, help_text=_("不知道就空着，按 0 计")
    )

    def __init__(self, *args: Any, unit: forms.Field, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields.update(own_fields(Site, SITE, {}))
        self.fields["unit"] = unit
        self.fields["hectares"].help_text = _("种植、养殖的面积；不知道就空着")
        self.groups = [
            (_("生产场所"), ["name", "address", "unit", "hectares", "valid_from"]),
            (_("位置"), ["lon", "lat", "datum", "accuracy_m"]),
        ]
        self.finish()

    def clean_accuracy_m(self) -> float:
        try:
            return accuracy(self.cleaned_data["accuracy_m"])
        except BadInput as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal

    def asked(self) -> dict[str, Any]:
        """What `add_site` is given."""
        names = (*SITE, "unit", "lon", "lat", "datum", "accuracy_m")
        return {name: self.cleaned_data[name] for name in names}


class EndForm(ApplicationForm):
    """From which day on nothing is produced at a site."""

    day = DayField(label=_("自何日起不再生产"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups = [(_("停用"), ["day"])]
        self.finish()


class SeenForm(ApplicationForm):
    """Nothing is asked, only confirmed."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.finish()


FINDINGS = {"": (_("只查图，没有到现场"), None), "yes": (_("符合"), True), "no": (_("不符合"), False)}


class CheckForm(ApplicationForm):
    """What was found at a site."""

    on = HAPPENED(label=_("核验日"), help_text=_("空着：今天；图上按这一天的产地范围判定"))
    found = forms.ChoiceField(
        label=_("现场核验"), required=False, choices=[(value, label) for value, (label, _conforms) in FINDINGS.items()]
    )
    note = words(_("说明"), help_text=_("图上在外而现场符合的，必须写明理由"))

    def __init__(self, *args: Any, authorisation: Authorisation, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["document"] = paper_field(authorisation, _("核验报告"), _("先交到本案卷"))
        self.groups = [(_("核验"), ["found", "on", "document", "note"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `check_site` is given."""
        given = {name: self.cleaned_data[name] for name in ("on", "note", "document")}
        return given | {"conforms": FINDINGS[self.cleaned_data["found"]][1]}


# --- Rectification ---------------------------------------------------------------------------------------------------


class OrderForm(ApplicationForm):
    """What is to be put right, and until when; the notice sets the day."""

    ground = forms.ChoiceField(
        label=_("事由"), choices=[("", "—"), *((ground.value, words) for ground, words in AFTER_RECTIFICATION.items())]
    )
    demand = words(_("要求"), required=True, help_text=_("要求改正什么；使用人看得到"))
    ordered_on = DayField(label=_("通知日"))
    due_on = DayField(label=_("限期（含当日）"), help_text=_("法律没有规定长短，由通知书写明"))

    def __init__(self, *args: Any, authorisation: Authorisation, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["document"] = paper_field(authorisation, _("通知书"), _("先交到本案卷；可以不选"))
        self.initial.setdefault("ordered_on", clock.today())
        self.groups = [(_("限期改正"), ["ground", "demand", "ordered_on", "due_on", "document"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `order_rectification` is given beside the ground."""
        names = ("demand", "ordered_on", "due_on", "document")
        return {name: self.cleaned_data[name] for name in names} | {"seen": self.seen}


class AnswerForm(ApplicationForm):
    """What the producer did about it."""

    text = words(_("改正的情况"), required=True)

    def __init__(self, *args: Any, authorisation: Authorisation, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["documents"] = many_documents(papers_of(authorisation), _("证明文件"))
        self.groups = [(_("答复"), ["text", "documents"])]
        self.finish()


class CloseForm(ApplicationForm):
    """Whether the fault was mended."""

    mended = forms.ChoiceField(label=_("结果"), choices=[("", "—"), ("yes", _("已改正")), ("no", _("逾期未改正"))])
    on = HAPPENED(label=_("办结日"), help_text=_("空着：今天"))
    note = words(_("说明"))

    def __init__(self, *args: Any, authorisation: Authorisation, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["document"] = paper_field(authorisation, _("文件"), _("可以不选"))
        self.groups = [(_("办结"), ["mended", "on", "document", "note"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `close_rectification` is given beside the result."""
        return {name: self.cleaned_data[name] for name in ("on", "document", "note")} | {"seen": self.seen}


# --- Lists of users --------------------------------------------------------------------------------------------------


class RollForm(ApplicationForm):
    """The list that an announcement carries."""

    basis = forms.ChoiceField(label=_("依据"), choices=BASES, help_text=_("公告第三五四号"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["file"] = forms.FileField(
            label=_("名单"),
            help_text=_("XLSX 或 CSV；先逐行检查，确认以后才写进登记簿"),
            error_messages={"empty": _("文件是空的。")},
        )
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv"
        self.fields["announcement"] = announcement_field(label=_("所依据的公告"))
        self.fields["product"] = product_field(
            label=_("产品"), required=False, help_text=_("名单里写了产品名称的空着；没有这一列的在这里选")
        )
        self.groups = [(_("名单"), ["announcement", "basis", "product", "file"])]
        self.finish()

    def about(self) -> dict[str, Any]:
        """What the rows of the list have in common."""
        announcement: Announcement = self.cleaned_data["announcement"]
        basis, product = Basis(self.cleaned_data["basis"]), self.cleaned_data["product"]
        return {"announcement": announcement, "basis": basis, "product": product}
