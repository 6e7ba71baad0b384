"""The rows of this app as staff see them raw: people to manage, parties to read."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gi_registry.core.admin import ReadOnlyAdmin
from gi_registry.parties.models import Party, User


@admin.register(User)
class PersonAdmin(UserAdmin):
    list_display = ["username", "name", "party", "unit", "is_demo", "is_active"]
    list_filter = ["groups", "is_active"]
    fieldsets = (*(UserAdmin.fieldsets or ()), (_("所属"), {"fields": ["party", "unit"]}))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody is deleted, only made inactive: with a person plans and tasks would lose who inspects."""
        return False


@admin.register(Party)
class PartyAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "unit", "grade"]
    list_filter = ["kind"]
    search_fields = ["name"]
