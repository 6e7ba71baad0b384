"""What every page shows around its content."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from gi_registry.core.models import Change
from gi_registry.parties.permissions import Act, reach


def register(request: HttpRequest) -> dict[str, Any]:
    """The register's name and what its maps need to say."""
    return {
        "register_name": settings.REGISTER_NAME,
        "review_number": settings.MAP_REVIEW_NUMBER,
        "tianditu_key": settings.TIANDITU_KEY,
        "data_day": data_day,
        "has_desk": lambda: reach(request.user, Act.DESK) is not None,
        "has_own_use": lambda: reach(request.user, Act.OWN_USE) is not None,
    }


def data_day() -> date | None:
    """The day of the newest change to the register, None while it is empty; asked only by pages that show it."""
    at = Change.objects.values_list("at", flat=True).first()
    return at and timezone.localdate(at)
