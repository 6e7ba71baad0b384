"""The form by which the file of the official mark is handed in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock
from gi_registry.parties.permissions import Person
from gi_registry.web.forms.fields import DayField, DeskForm


class ArtworkForm(DeskForm):
    """The file, the day from which it holds, and where it came from."""

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["file"] = forms.FileField(
            label=_("文件"),
            help_text=_("SVG、PNG 或 PDF，最大 {n} MB；原样保存，不作任何改动").format(
                n=settings.UPLOAD_LIMIT_MB["document"]
            ),
            error_messages={"empty": _("文件是空的。")},
        )
        self.fields["file"].widget.attrs["accept"] = ".svg,.png,.pdf"
        self.fields["valid_from"] = DayField(label=_("自何日起用"), initial=clock.today())
        self.add_source(person)
        del self.fields["grade"]
        self.add_reason()
        self.groups = [(_("文件"), ["file", "valid_from"]), (_("依据"), ["source", "reason"])]
        self.finish()
