"""Forms of what is kept without a span: sources, announcements, parties, documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock
from gi_registry.gazette.models import Announcement, Document, Source
from gi_registry.parties.models import Party
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.products.models import Product
from gi_registry.products.permissions import parts_to_give, within_reach
from gi_registry.web.forms.fields import DayField, DeskForm, UsccField, own_fields, unit_field

SOURCE = ("title", "publisher", "address", "published_on", "seen_on", "grade", "licence", "note")
ANNOUNCEMENT = ("issuer", "number", "issued_on", "title")
PARTY = ("name", "kind", "uscc", "address", "unit", "contact_name", "contact_phone")
IDENTITY = ("name", "kind", "uscc", "address")  # what the public reads of whoever may use the official mark
DOCUMENT = ("title", "public")


class SourceForm(DeskForm):
    """A source: it is corrected, never ended; what rests on it keeps resting on it."""

    def __init__(self, *args: Any, person: Person, row: Source | None, **more: Any) -> None:
        super().__init__(*args, **more)
        if row is None:
            self.fields["key"] = forms.SlugField(
                label=_("标识"),
                max_length=80,
                required=False,
                help_text=_("留空则按名称的拼音拟定；定了就不再改"),
                validators=[RegexValidator(r"^(?!new$)", _("“new”是登记新来源的网址：请换一个标识。"))],
            )
        self.fields.update(own_fields(Source, SOURCE, {}))
        self.add_reason()
        self.groups = [
            (_("来源"), ["title", "publisher", "address", "published_on", "seen_on"]),
            (_("可信与许可"), ["grade", "licence", "key", "note"]),
            (_("修改"), ["reason"]),
        ]
        self.finish()

    def values(self) -> dict[str, Any]:
        """The columns as the register writes them."""
        return {name: self.cleaned_data[name] for name in (*SOURCE, "key") if name in self.cleaned_data}


class AnnouncementForm(DeskForm):
    """An announcement as its office published it."""

    def __init__(self, *args: Any, person: Person, row: Announcement | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields.update(own_fields(Announcement, ANNOUNCEMENT, {}))
        self.add_source(person)
        self.add_note()
        self.add_reason()
        self.groups = [(_("公告"), [*ANNOUNCEMENT, "note"]), (_("依据"), ["source", "grade", "reason"])]
        self.finish()

    def values(self) -> dict[str, Any]:
        """The columns as the register writes them."""
        return {name: self.cleaned_data[name] for name in (*ANNOUNCEMENT, "source", "grade", "note")}


class PartyForm(DeskForm):
    """A party with its contact. Who keeps the parties of one unit may choose no other; who keeps those of their
    products says for a new one what it is to which product. Who a user of the official mark is, officials alone write.
    """

    def __init__(self, *args: Any, person: Person, row: Party | None, **more: Any) -> None:
        super().__init__(*args, **more)
        own = reach(person, Act.FRAME) is Reach.OWN
        of_a_unit = own and getattr(person, "unit_id", None) is not None
        uses_the_mark = row is not None and row.authorisations.public().exists()
        fixed = IDENTITY if own and uses_the_mark else ()
        columns = [name for name in PARTY if name not in fixed and (name != "unit" or of_a_unit or not own)]
        unit = unit_field(person, label=_("所在乡镇街道"), required=of_a_unit)
        code = UsccField(label=_("统一社会信用代码"), required=uses_the_mark, max_length=60)
        self.columns = columns
        self.fields.update(own_fields(Party, columns, {"unit": unit, "uscc": code}))
        if uses_the_mark and not fixed:
            self.fields["name"].help_text = _("只更正写错的：企业更名的，请在它的专用标志案卷里记变更，原名会保留")
        if own and not of_a_unit and row is None:
            products = within_reach(person, Act.FRAME)
            self.fields["product"] = forms.ModelChoiceField(
                products, to_field_name="slug", empty_label="—", label=_("为哪个产品")
            )
            parts = [(part.value, part.label) for part in parts_to_give(person)]
            self.fields["part"] = forms.ChoiceField(label=_("是它的什么"), choices=[("", "—"), *parts])
        self.fields["day"] = DayField(label=_("自何日起"), initial=clock.today())
        self.add_source(person)
        self.add_note()
        self.add_reason()
        self.groups = [
            (_("主体"), [name for name in columns if not name.startswith("contact")] + ["note"]),
            (_("产品"), ["product", "part"]),
            (_("联系人"), ["contact_name", "contact_phone"]),
            (_("依据"), ["day", "source", "grade", "reason"]),
        ]
        self.finish()

    def values(self) -> dict[str, Any]:
        """The columns as the register writes them."""
        return {name: self.cleaned_data[name] for name in (*self.columns, "source", "grade", "note")}

    @property
    def heard(self) -> str:
        """What was understood of a code that was not typed as it counts."""
        field = self.fields.get("uscc")
        said = "".join(field.heard) if isinstance(field, UsccField) else ""
        return (
            _("统一社会信用代码记为 {code}：{said}").format(code=self.cleaned_data["uscc"], said=said) if said else ""
        )


class DocumentForm(DeskForm):
    """What is said of a document; the file itself never changes. Only who keeps all of them may make one public."""

    def __init__(self, *args: Any, person: Person, row: Document | None, products: Any = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if row is None:
            self.fields["file"] = forms.FileField(
                label=_("文件"),
                help_text=_(
                    "PDF、JPEG、PNG、DOCX 或 XLSX，最大 {n} MB；图片会重新存一遍，去掉拍摄地点等附带信息"
                ).format(n=settings.UPLOAD_LIMIT_MB["document"]),
                error_messages={"empty": _("文件是空的。")},
            )
            self.fields["file"].widget.attrs["accept"] = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"
        columns = [name for name in DOCUMENT if name != "public" or reach(person, Act.DOCUMENTS) is Reach.ALL]
        self.columns = columns
        self.fields.update(own_fields(Document, columns, {}))
        if row is not None:
            self.fields["products"] = forms.ModelMultipleChoiceField(
                products,
                to_field_name="slug",
                required=False,
                label=_("属于哪些产品"),
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields["day"] = DayField(label=_("自何日起"), initial=clock.today())
        self.add_source(person)
        del self.fields["grade"]
        self.add_reason()
        self.groups = [(_("文件"), ["file", *columns, "products"]), (_("依据"), ["day", "source", "reason"])]
        self.finish()

    def values(self) -> dict[str, Any]:
        """The columns as the register writes them."""
        return {name: self.cleaned_data[name] for name in (*self.columns, "source")}

    def chosen_products(self) -> list[Product]:
        """The products to which the document belongs, among those that could be chosen."""
        return list(self.cleaned_data["products"])
