"""The app of the official mark."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarksConfig(AppConfig):
    name = "gi_registry.marks"
    verbose_name = _("专用标志")
