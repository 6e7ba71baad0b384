"""The rows of this app as staff see them raw: people to manage, parties to read."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from gi_registry.core.admin import ReadOnlyAdmin
from gi_registry.parties.models import Party, User


@admin.register(User)
class PersonAdmin(UserAdmin):
    list_display = ["username", "last_name", "is_demo", "is_staff", "is_active"]


@admin.register(Party)
class PartyAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "unit", "grade"]
    list_filter = ["kind"]
    search_fields = ["name"]
