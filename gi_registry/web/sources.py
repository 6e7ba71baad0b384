"""Where each fact and each border comes from."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gi_registry.assurance.models import Standard
from gi_registry.core import clock
from gi_registry.gazette.models import Announcement, Grade, LawVersion, Source
from gi_registry.products.models import Area, Name, Protection, Role, Statement
from gi_registry.web.pages import page

RESTING_ON_A_SOURCE = (Name, Protection, Area, Statement, Role, Standard)


@page
def index(request: HttpRequest) -> HttpResponse:
    """All sources with what rests on them, the announcements, and the versions of the law."""
    resting: dict[int, set[tuple[str, str]]] = {}
    for model in RESTING_ON_A_SOURCE:
        rows = model.objects.filter(product__isnull=False)  # a standard may serve all products
        for key, slug, name in rows.values_list("source", "product__slug", "product__common_name"):
            resting.setdefault(key, set()).add((slug, name))
    sources = [(source, sorted(resting.get(source.pk, ()))) for source in Source.objects.order_by("title")]
    context = {
        "grades": [(grade, [pair for pair in sources if pair[0].grade == grade]) for grade in Grade],
        "announcements": Announcement.objects.select_related("source").prefetch_related("protections__product"),
        "laws": LawVersion.objects.select_related("source").order_by("law", "valid_from"),
        "today": clock.today(),
    }
    return render(request, "sources/index.html", context)
