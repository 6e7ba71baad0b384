"""The app of inspections."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InspectionsConfig(AppConfig):
    name = "gi_registry.inspections"
    verbose_name = _("监督检查")
