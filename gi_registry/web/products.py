"""The list of products, and one product with the source and grade of every fact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gi_registry.applications.timeline import courses
from gi_registry.assurance.models import Standard
from gi_registry.core import clock
from gi_registry.core.errors import NotInRegister
from gi_registry.core.validators import day
from gi_registry.gazette.models import Document, Source
from gi_registry.marks.answers import Answer, of_product
from gi_registry.opendata.formats import FORMATS
from gi_registry.places.models import PlaceVersion
from gi_registry.products.models import FRAME, Area, Product, Role, Stage, Statement, Subject
from gi_registry.products.register import Filters, entries, held_on, name_among
from gi_registry.web.inspected import lately
from gi_registry.web.map import listing
from gi_registry.web.pages import page
from gi_registry.web.systems import public_part

USERS = 12  # named on the page of a product; the rest stand in the list of the check


@page
def index(request: HttpRequest) -> HttpResponse:
    """All products on a day, as a table with filters."""
    return render(request, "products/list.html", listing(request) | {"formats": FORMATS.values()})


@page
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One product as it stood on a day, and how it came to stand so."""
    product = Product.objects.filter(slug=slug).prefetch_related(*everything_about()).first()
    if product is None:
        raise NotInRegister(f"登记簿没有网址名为“{slug[:60]}”的产品。")
    on = day(request.GET.get("on", ""))
    entry = next((entry for entry in entries(on, Filters()) if entry.slug == slug), None)
    names = held_on(product.names.all(), on)
    notes = Footnotes()
    roles = notes.numbered(held_on(product.roles.all(), on))
    users = [answer for answer in of_product(slug, on) if answer.may_use]
    context = {
        "on": on,
        "today": clock.today(),
        "product": product,
        "name": name_among(names) or product.common_name,
        "entry": entry,
        "names": notes.numbered(names),
        "protections": notes.numbered(entry.protections if entry else []),
        "areas": [area_shown(area, on, notes) for area in held_on(product.areas.all(), on)],
        "standards": notes.numbered(product.standards.all()),
        "subjects": by_subject(notes.numbered(held_on(product.statements.all(), on))),
        "frame": frame(roles),
        "roles": [role for role in roles if role.part not in FRAME],
        "documents": notes.numbered(product.documents.all()),
        "users": users[:USERS],
        "users_count": len(users),
        "gaps": gaps(product, users, protected=entry is not None and entry.stage == Stage.PROTECTED),
        "courses": courses(product, on),
        "three": public_part(product, on),
        "inspected": lately(product, on),
        "history": history(product),
    }
    return render(request, "products/detail.html", context | {"sources": notes.sources})


def everything_about() -> list[Any]:
    """What one page shows of a product, fetched in a fixed number of queries."""
    return [
        "names__source",
        "protections__source",
        "protections__announcement__source",
        "protections__holder",
        Prefetch("areas", Area.objects.defer("boundary", "outline").select_related("source", "announcement")),
        Prefetch("areas__units__versions", PlaceVersion.objects.defer("boundary", "outline")),
        Prefetch("standards", Standard.objects.select_related("source")),
        Prefetch("statements", Statement.objects.select_related("source")),
        "roles__party",
        "roles__source",
        # product.documents.all() on this page are the public ones
        Prefetch("documents", Document.objects.filter(public=True).select_related("source")),
    ]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a product on a day; `fact` carries source and grade."""

    on: date | None
    what: str
    fact: Any


class Footnotes:
    """The sources of a page, numbered in the order in which its facts name them."""

    def __init__(self) -> None:
        self.sources: list[Source] = []

    def numbered(self, facts: Any) -> list[Any]:
        """The facts, each with `footnote`, the number of its source on this page."""
        listed = list(facts)
        for fact in listed:
            if fact.source not in self.sources:
                self.sources.append(fact.source)
            fact.footnote = self.sources.index(fact.source) + 1
        return listed


def area_shown(area: Area, on: date, notes: Footnotes) -> dict[str, Any]:
    """An area with the units it names as they were called on the day."""
    notes.numbered([area])
    units = [held_on(place.versions.all(), on) for place in area.units.all()]
    return {
        "area": area,
        "units": [versions[0] for versions in units if versions],
        "square_km": area.hectares and area.hectares / 100,
        "stated_square_km": area.stated_hectares and area.stated_hectares / 100,
    }


def frame(roles: list[Role]) -> list[tuple[Any, list[Role]]]:
    """政府主导、部门牵头、协会管理、企业自律: who has each part; nobody where nobody was found."""
    return [(label, [role for role in roles if role.part == part]) for part, label in FRAME.items()]


def by_subject(statements: list[Statement]) -> list[dict[str, Any]]:
    """Statements under their subjects, in the order of `Subject`."""
    groups = [
        {"subject": subject, "label": subject.label, "statements": [s for s in statements if s.subject == subject]}
        for subject in Subject
    ]
    return [group for group in groups if group["statements"]]


def gaps(product: Product, users: list[Answer], *, protected: bool) -> list[str]:
    """What a reader would look for and nobody has found yet; the page says 未查明 of each."""
    if not protected:
        return []
    found = {
        _("产地范围"): product.areas.all(),
        _("执行标准"): product.standards.all(),
        _("保护要求（质量技术要求）"): [s for s in product.statements.all() if s.subject == Subject.REQUIREMENT],
        _("核准使用专用标志的生产者名单"): users,
    }
    return [label for label, rows in found.items() if not rows]


def history(product: Product) -> list[Event]:
    """The beginnings and ends of everything that has a day, newest first."""
    events = [
        Event(name.valid_from, _("{kind}：{text}").format(kind=name.get_kind_display(), text=name.text), name)
        for name in product.names.all()
    ]
    for protection in product.protections.all():
        what = f"{protection.get_regime_display()}：{protection.get_stage_display()}"
        events += [
            Event(protection.valid_from, what, protection),
            Event(protection.valid_until, f"{what}（止）", protection),
        ]
    for area in product.areas.all():
        events.append(Event(area.valid_from, _("产地范围：{basis}").format(basis=area.get_basis_display()), area))
    for standard in product.standards.all():
        events.append(Event(standard.issued_on, _("发布标准 {number}").format(number=standard.number), standard))
        events.append(Event(standard.valid_from, _("标准 {number} 实施").format(number=standard.number), standard))
    dated = [event for event in events if event.on]
    return sorted(dated, key=lambda event: str(event.on), reverse=True)
