"""The form that makes a key for bulk checks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gi_registry.web.forms.fields import DeskForm


class KeyForm(DeskForm):
    """What the key is for: one for each platform, so that each can be revoked by itself."""

    label = forms.CharField(
        label=_("给谁、做什么用"), max_length=60, help_text=_("每个平台一个，好单独作废；例如“某平台商家核验”")
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups = [(_("新密钥"), ["label"])]
        self.finish()
