"""The rows of this app as staff see them raw: to read."""

from __future__ import annotations

from django.contrib import admin

from gi_registry.core.admin import ReadOnlyAdmin
from gi_registry.places.models import PlaceVersion


@admin.register(PlaceVersion)
class PlaceVersionAdmin(ReadOnlyAdmin):
    list_display = ["place", "name", "kind", "schematic", "valid_from", "valid_until"]
    list_filter = ["kind", "schematic"]
    search_fields = ["place__code", "name"]
