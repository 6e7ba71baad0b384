"""The rows of this app as staff see them raw: to read."""

from __future__ import annotations

from django.contrib import admin

from gi_registry.core.admin import ReadOnlyAdmin
from gi_registry.products.models import Area, Name, Product, Protection, Role, Statement


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ["common_name", "slug", "category"]
    list_filter = ["category"]
    search_fields = ["slug", "names__text"]


@admin.register(Name)
class NameAdmin(ReadOnlyAdmin):
    list_display = ["text", "product", "kind", "grade", "valid_from", "valid_until"]


@admin.register(Protection)
class ProtectionAdmin(ReadOnlyAdmin):
    list_display = ["product", "regime", "stage", "grade", "valid_from", "valid_until"]
    list_filter = ["regime", "stage"]


@admin.register(Area)
class AreaAdmin(ReadOnlyAdmin):
    list_display = ["product", "regime", "basis", "hectares", "schematic", "valid_from", "valid_until"]
    list_filter = ["basis", "schematic"]


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    list_display = ["product", "subject", "grade"]
    list_filter = ["subject"]


@admin.register(Role)
class RoleAdmin(ReadOnlyAdmin):
    list_display = ["product", "part", "party", "grade"]
