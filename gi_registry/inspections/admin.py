"""The rows of this app as staff see them raw; nothing is written here."""

from __future__ import annotations

from django.contrib import admin

from gi_registry.core.admin import ReadOnlyAdmin
from gi_registry.inspections.models import Plan


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    list_display = ["number", "title", "kind", "state", "starts_on", "ends_on"]
    list_filter = ["kind", "state"]
    search_fields = ["number", "title"]
