"""Whether the register can answer at all."""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gi_registry.api.answers import as_json


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, 503 when it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        response = as_json({"status": "unavailable", "detail": _("数据库没有应答。")})
        response.status_code = 503
        return response
    return as_json({"status": "ok"})
