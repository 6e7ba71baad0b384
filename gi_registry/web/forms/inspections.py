"""Forms of what follows an inspection: a re-check, and the files by which a lost queue is rescued."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gi_registry.inspections.actions import FEWEST
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Role
from gi_registry.web.forms.applications import ApplicationForm
from gi_registry.web.forms.producer import FilesField


class RecheckForm(ApplicationForm):
    """Who looks whether what was ordered is mended, and within how many days."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["inspectors"] = forms.ModelMultipleChoiceField(
            User.objects.filter(is_active=True, groups__name=Role.INSPECTOR.label).order_by("username"),
            to_field_name="username",
            label=_("检查员"),
            widget=forms.CheckboxSelectMultiple,
            help_text=_("至少 {n} 名；与使用人有关系的应当回避").format(n=FEWEST),
        )
        self.fields["days"] = forms.IntegerField(
            label=_("几天内复查"), min_value=1, max_value=365, initial=30, help_text=_("从今天起，复查计划的期限")
        )
        self.groups = [(_("复查"), ["inspectors", "days"])]
        self.finish()


class RescueForm(ApplicationForm):
    """The files into which a phone exported its queue."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["files"] = FilesField(
            label=_("手机导出的文件"),
            help_text=_(
                "检查应用里“导出全部”存下的 .json 文件，每个不超过 40 MB；分成几个的，一起选或者分几次交都可以"
            ),
            error_messages={"empty": _("文件是空的。")},
        )
        self.fields["files"].widget.attrs["accept"] = ".json,application/json"
        self.groups = [(_("文件"), ["files"])]
        self.finish()

    def clean_files(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["files"]
        if not files:
            raise forms.ValidationError(_("请选导出的文件。"))
        return files
