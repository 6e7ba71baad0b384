"""The rows of this app as staff see them raw: to read."""

from __future__ import annotations

from django.contrib import admin

from gi_registry.assurance.models import Standard
from gi_registry.core.admin import ReadOnlyAdmin


@admin.register(Standard)
class StandardAdmin(ReadOnlyAdmin):
    list_display = ["number", "title", "product", "valid_from", "valid_until", "grade"]
    search_fields = ["number", "title"]
