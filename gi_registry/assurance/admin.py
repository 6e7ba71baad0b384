"""The rows of this app as staff see them raw: to read."""

from __future__ import annotations

from django.contrib import admin

from gi_registry.assurance.models import (
    Appointment,
    Attachment,
    Laboratory,
    Limit,
    LocalClause,
    Qualification,
    QualityRecord,
    Round,
    Standard,
    TestReport,
    Value,
)
from gi_registry.core.admin import ReadOnlyAdmin


@admin.register(Standard)
class StandardAdmin(ReadOnlyAdmin):
    list_display = ["number", "title", "product", "valid_from", "valid_until", "grade"]
    search_fields = ["number", "title"]


@admin.register(QualityRecord)
class QualityRecordAdmin(ReadOnlyAdmin):
    list_display = ["title", "product", "producer", "kind", "made_on", "valid_until"]
    search_fields = ["title"]


@admin.register(TestReport)
class TestReportAdmin(ReadOnlyAdmin):
    list_display = ["number", "laboratory", "product", "producer", "sampled_on", "issued_on", "valid_until"]
    search_fields = ["number"]


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    list_display = ["clause", "product", "producer", "effect", "valid_from", "valid_until", "by"]


admin.site.register(
    [Limit, Laboratory, Qualification, Appointment, Value, LocalClause, Round],
    ReadOnlyAdmin,
)
