"""The rows of this app as staff see them raw: to read."""

from __future__ import annotations

from django.contrib import admin

from gi_registry.applications.models import Survey
from gi_registry.core.admin import ReadOnlyAdmin


@admin.register(Survey)
class SurveyAdmin(ReadOnlyAdmin):
    list_display = ["name", "unit", "surveyed_on", "product", "grade"]
    search_fields = ["name"]
