"""The rows of this app as staff see them raw; nothing is written here."""

from __future__ import annotations

from django.contrib import admin

from gi_registry.core.admin import ReadOnlyAdmin
from gi_registry.marks.models import Authorisation


@admin.register(Authorisation)
class AuthorisationAdmin(ReadOnlyAdmin):
    list_display = ["code", "producer", "product", "basis", "state"]
    list_filter = ["basis", "state"]
    search_fields = ["code", "producer__name", "producer__uscc"]
