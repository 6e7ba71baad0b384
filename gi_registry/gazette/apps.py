from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GazetteConfig(AppConfig):
    name = "gi_registry.gazette"
    verbose_name = _("公告与来源")
