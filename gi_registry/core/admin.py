"""The register as staff see it raw: to read. What changes the register goes through its actions, which keep history."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from gi_registry.core.models import Change


class ReadOnlyAdmin(admin.ModelAdmin):
    """Look, search, but change nothing; shapes are left out, since their widget asks a server outside."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_exclude(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        return [f.name for f in self.model._meta.fields if hasattr(f, "geom_type")]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ["at", "by", "table", "row"]
    list_filter = ["table"]
    search_fields = ["row", "by"]
