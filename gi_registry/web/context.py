"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def register(request: HttpRequest) -> dict[str, Any]:
    """The register's name and what its maps need to say."""
    return {
        "register_name": settings.REGISTER_NAME,
        "review_number": settings.MAP_REVIEW_NUMBER,
        "tianditu_key": settings.TIANDITU_KEY,
    }
