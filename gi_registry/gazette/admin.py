"""The rows of this app as staff see them raw: to read."""

from __future__ import annotations

from django.contrib import admin

from gi_registry.core.admin import ReadOnlyAdmin
from gi_registry.gazette.models import Announcement, LawVersion, Source


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    list_display = ["title", "publisher", "grade", "published_on", "seen_on"]
    list_filter = ["grade"]
    search_fields = ["key", "title", "publisher", "address"]


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnlyAdmin):
    list_display = ["issuer", "number", "issued_on", "grade"]
    search_fields = ["issuer", "number", "title"]


@admin.register(LawVersion)
class LawVersionAdmin(ReadOnlyAdmin):
    list_display = ["law", "version", "number", "valid_from", "valid_until", "grade"]
    search_fields = ["law", "number"]
