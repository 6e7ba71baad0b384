"""Spans of days: the half-open interval [valid_from, valid_until) over which a row holds.

A start that no source gives stays empty. Then `attested_on` is the first day on which a source shows the row to hold:
from that day on it holds, before it nobody knows. So a question about a day has three answers, never a silent "no".
"""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class SpanQuerySet(models.QuerySet):
    """Rows with a span; every question takes the day."""

    def on(self, day: date) -> Self:
        """Rows that hold on `day`, those with an unknown start among them (see `Spanned.certain_on`)."""
        started = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        not_over = Q(valid_until__isnull=True) | Q(valid_until__gt=day)
        return self.filter(started, not_over)


class Spanned(models.Model):
    """A row that holds over a span of days."""

    valid_from = models.DateField(_("起始日"), null=True, blank=True, help_text=_("留空表示未查明"))
    valid_until = models.DateField(_("截止日（不含）"), null=True, blank=True)
    attested_on = models.DateField(
        _("最早见于"), null=True, blank=True, help_text=_("起始日未查明时，来源证明其已存在的最早一天")
    )

    objects = SpanQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_from__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="%(app_label)s_%(class)s_span_in_order",
                violation_error_message=_("截止日必须晚于起始日。"),
            ),
        ]

    def holds_on(self, day: date) -> bool:
        """Whether the row may hold on `day`; the same rule as `SpanQuerySet.on`."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_until is None or day < self.valid_until)

    def certain_on(self, day: date) -> bool:
        """Whether a source shows that the row holds on `day`; False where only the unknown start allows it."""
        if not self.holds_on(day):
            return False
        known = self.valid_from or self.attested_on
        return known is not None and known <= day
