"""Open data: the register of a day as a file, in the formats that people and programs ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase

from gi_registry.api.answers import answer
from gi_registry.core.errors import BadInput
from gi_registry.core.models import Change
from gi_registry.core.validators import day
from gi_registry.opendata import places as open_places
from gi_registry.opendata import products as open_products
from gi_registry.opendata.columns import Edition, Release
from gi_registry.opendata.formats import Format, format_of, written
from gi_registry.places.validators import bbox
from gi_registry.products.register import Filters
from gi_registry.products.validators import filters

NOT_IN_A_NAME = re.compile(r"[^\w-]")
BEFORE_THE_FIRST_CHANGE = datetime(1980, 1, 1, tzinfo=UTC)  # the first day that a zip archive knows
ONLY_OF_PRODUCTS = ("q", "stage", "regime", "category")


@answer
def products(request: HttpRequest, revision: int, extension: str) -> HttpResponseBase:
    """Products and their producing areas with exact boundaries; takes `on`, `bbox` and the filters of the API."""
    form, asked, box = format_of(extension), filters(request.GET), bbox(request.GET.get("bbox", ""))
    release = open_products.release(edition(request, revision), asked, box)
    return served(release, form, whole=asked == Filters() and box is None)


@answer
def places(request: HttpRequest, revision: int, extension: str) -> HttpResponseBase:
    """Administrative units with exact boundaries; takes `on` and `bbox`."""
    form, box = format_of(extension), bbox(request.GET.get("bbox", ""))
    refuse(ONLY_OF_PRODUCTS, request)
    release = open_places.release(edition(request, revision), box)
    return served(release, form, whole=box is None)


def refuse(names: Iterable[str], request: HttpRequest) -> None:
    """Raises BadInput for a filter that the file would pass over in silence."""
    for name in names:
        if request.GET.get(name):
            raise BadInput(f"行政区的下载不能按 {name} 筛选：可用 on 和 bbox。")


def edition(request: HttpRequest, revision: int) -> Edition:
    """The day asked for and the state of the register. One query."""
    changed_at = Change.objects.filter(pk=revision).values_list("at", flat=True).first()
    return Edition(
        settings.REGISTER_NAME,
        request.build_absolute_uri("/").rstrip("/"),
        day(request.GET.get("on", "")),
        revision,
        (changed_at or BEFORE_THE_FIRST_CHANGE).astimezone(UTC),
    )


def served(release: Release, form: Format, *, whole: bool) -> FileResponse:
    """The release as a streamed file whose name tells register, day and revision, and whether it is only a part."""
    answered = FileResponse(written(release, form), content_type=form.media_type)
    answered.headers["Content-Disposition"] = disposition(release, form, whole=whole)
    return answered


def disposition(release: Release, form: Format, *, whole: bool) -> str:
    """The name in Chinese, and one in ASCII for what cannot read it (RFC 6266)."""
    edition, register = release.edition, NOT_IN_A_NAME.sub("", release.edition.register)
    tail = f"{edition.on}-r{edition.revision}"
    plain = f"{release.main.name}-{tail}{'' if whole else '-part'}.{form.extension}"
    chinese = f"{register}-{release.main.title}-{tail}{'' if whole else '-筛选'}.{form.extension}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(chinese)}"
