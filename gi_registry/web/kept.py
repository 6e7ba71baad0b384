"""The desk's pages of what is kept without a span: sources, announcements, parties. One engine for the three."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.core import clock
from gi_registry.core.errors import NotAllowed, NotInRegister
from gi_registry.core.history import Outcome, Why, changes_of, last_change, put
from gi_registry.gazette.actions import add_source, keep
from gi_registry.gazette.models import Announcement, Source
from gi_registry.parties.models import Party
from gi_registry.parties.permissions import Act, Person, reach
from gi_registry.places.models import PlaceVersion
from gi_registry.products.actions import add_party
from gi_registry.products.models import Role
from gi_registry.products.permissions import parties_within_reach
from gi_registry.web.desk import answer, desk
from gi_registry.web.facts import guarded, labelled, said
from gi_registry.web.forms.fields import DeskForm
from gi_registry.web.forms.kept import ANNOUNCEMENT, PARTY, SOURCE, AnnouncementForm, PartyForm, SourceForm

Write = Callable[[Any, Any, str], tuple[Any, Outcome]]


@dataclass(frozen=True)
class Shelf:
    """One sort of kept thing: its address, who may write it, which rows a person reaches, how it is shown and written.

    `by_key` says that rows are known by their key; else by their number in the register.
    """

    name: str
    model: type[models.Model]
    act: Act
    columns: tuple[str, ...]
    form: Callable[..., DeskForm]
    write: Write
    reached: Callable[[Person, Act], models.QuerySet]
    by_key: bool = False

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name)

    def numbers(self) -> dict[Any, int]:
        """The number of every row: its place in the order in which rows were made."""
        made = self.model._default_manager.order_by("pk").values_list("pk", flat=True)
        return {pk: number for number, pk in enumerate(made, 1)}

    def row(self, person: Person, act: Act, ref: Any) -> Any:
        """The row, where the person may do the act on it. Raises NotInRegister and NotAllowed."""
        rows = self.model._default_manager.order_by("pk")
        found = rows.filter(key=ref).first() if self.by_key else ref > 0 and rows[ref - 1 : ref].first()
        if not found:
            raise NotInRegister(f"登记簿没有“{str(ref)[:60]}”号{self.label}。")
        if not self.reached(person, act).filter(pk=found.pk).exists():
            raise NotAllowed(f"您的账号不能{act.label}：这个{self.label}不在您负责的范围内。")
        return found

    def address(self, row: Any, then: str = "") -> str:
        """The page of a row, or what one does with it."""
        ref = row.key if self.by_key else self.numbers()[row.pk]
        return reverse(f"desk-{self.name}-{then or 'one'}", args=[ref])


def everything(model: type[models.Model]) -> Callable[[Person, Act], models.QuerySet]:
    """All rows, for whoever may do the act at all: what was published is everybody's."""
    return lambda _person, _act: model._default_manager.all()


def write_source(form: Any, row: Source | None, by: str) -> tuple[Source, Outcome]:
    values, asked = form.values(), form.cleaned_data
    if row is None:
        return add_source(values=values, by=by, note=asked["reason"]), Outcome.MADE
    why = Why(values["published_on"], row.key, asked["reason"])
    return put(Source, {"pk": row.pk}, values, by=by, why=why, seen=asked["seen"] or 0)


def write_announcement(form: Any, row: Announcement | None, by: str) -> tuple[Announcement, Outcome]:
    values, asked = form.values(), form.cleaned_data
    day, note, seen = values["issued_on"], asked["reason"], asked["seen"] or 0
    return keep(Announcement, row, values=values, by=by, day=day, note=note, seen=seen)


def write_party(form: Any, row: Party | None, by: str) -> tuple[Party, Outcome]:
    values, asked = form.values(), form.cleaned_data
    day, note = asked["day"], asked["reason"]
    if row is None:
        more = {name: asked[name] for name in ("product", "part") if name in asked}
        return add_party(values=values, by=by, day=day, note=note, **more), Outcome.MADE
    return keep(Party, row, values=values, by=by, day=day, note=note, seen=asked["seen"] or 0)


SOURCES = Shelf("sources", Source, Act.SOURCES, SOURCE, SourceForm, write_source, everything(Source), by_key=True)
ANNOUNCEMENTS = Shelf(
    "announcements",
    Announcement,
    Act.SOURCES,
    (*ANNOUNCEMENT, "source", "grade", "note"),
    AnnouncementForm,
    write_announcement,
    everything(Announcement),
)
PARTIES = Shelf(
    "parties", Party, Act.FRAME, (*PARTY, "source", "grade", "note"), PartyForm, write_party, parties_within_reach
)
SHELVES = (SOURCES, ANNOUNCEMENTS, PARTIES)


# --- Lists -----------------------------------------------------------------------------------------------------------


@desk(Act.DESK)
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every source with its grade."""
    context = {"rows": Source.objects.order_by("title"), "may_add": reach(request.user, Act.SOURCES) is not None}
    return render(request, "desk/kept/sources.html", context)


@desk(Act.DESK)
@require_safe
def announcements(request: HttpRequest) -> HttpResponse:
    """Every announcement with its source."""
    numbers = ANNOUNCEMENTS.numbers()
    rows = [(numbers[row.pk], row) for row in Announcement.objects.select_related("source")]
    context = {"rows": rows, "may_add": reach(request.user, Act.SOURCES) is not None}
    return render(request, "desk/kept/announcements.html", context)


@desk(Act.DESK)
@require_safe
def parties(request: HttpRequest) -> HttpResponse:
    """The parties within reach, with contacts and what each is to which product."""
    numbers, names = PARTIES.numbers(), unit_names()
    roles = Prefetch("roles", Role.objects.on(clock.today()).select_related("product"))
    reached = parties_within_reach(request.user, Act.DESK).select_related("unit").prefetch_related(roles)
    rows = [(numbers[row.pk], row, row.unit_id and names.get(row.unit_id)) for row in reached]
    context = {"rows": rows, "may_add": reach(request.user, Act.FRAME) is not None}
    return render(request, "desk/kept/parties.html", context)


def unit_names() -> dict[int, str]:
    """What the units are called today, by their rows."""
    return dict(PlaceVersion.objects.on(clock.today()).values_list("place", "name"))


# --- One thing -------------------------------------------------------------------------------------------------------


def one(request: HttpRequest, ref: Any, *, shelf: Shelf) -> HttpResponse:
    """One thing and its history."""
    row = shelf.row(request.user, Act.DESK, ref)
    may_write = reach(request.user, shelf.act) is not None
    context = {
        "shelf": shelf,
        "row": row,
        "shown": labelled(row, shelf.columns),
        "edit": shelf.address(row, "edit") if may_write and in_reach(shelf, request.user, row) else "",
        "back": reverse(f"desk-{shelf.name}"),
        "changes": changes_of(row),
    }
    return render(request, "desk/kept/one.html", context)


def in_reach(shelf: Shelf, person: Person, row: models.Model) -> bool:
    """Whether the person may write this row."""
    return shelf.reached(person, shelf.act).filter(pk=row.pk).exists()


def write(request: HttpRequest, ref: Any = None, *, shelf: Shelf) -> HttpResponse:
    """The form of a thing, new or to be corrected."""
    row = None if ref is None else shelf.row(request.user, shelf.act, ref)
    initial = {} if row is None else {name: getattr(row, name) for name in shelf.columns} | {"seen": last_change(row)}
    form = shelf.form(request.POST or None, person=request.user, row=row, initial=initial)
    back = reverse(f"desk-{shelf.name}") if row is None else shelf.address(row)
    done: list[Any] = []

    def act() -> str:
        kept, outcome = shelf.write(form, row, str(request.user))
        done.append(kept)
        return (_("已登记。") if outcome == Outcome.MADE else said(outcome)) + getattr(form, "heard", "")

    context = {"shelf": shelf, "row": row, "back": back}
    return answer(
        request,
        form,
        "desk/kept/write.html",
        context,
        act=act,
        to=lambda: shelf.address(done[0]),
        row=row,
        columns=shelf.columns,
    )


def addresses() -> list[URLPattern]:
    """The addresses of the shelves: the list, a new one, one, and its form."""
    lists = {SOURCES: sources, ANNOUNCEMENTS: announcements, PARTIES: parties}
    paths = []
    for shelf, index in lists.items():
        here, ref = f"desk/{shelf.name}/", "<slug:ref>" if shelf.by_key else "<int:ref>"
        form = guarded(shelf.act, require_http_methods(["GET", "HEAD", "POST"])(write), shelf=shelf)
        paths += [
            path(here, index, name=f"desk-{shelf.name}"),
            path(f"{here}new/", form, name=f"desk-{shelf.name}-new"),
            path(f"{here}{ref}/", guarded(Act.DESK, require_safe(one), shelf=shelf), name=f"desk-{shelf.name}-one"),
            path(f"{here}{ref}/edit/", form, name=f"desk-{shelf.name}-edit"),
        ]
    return paths
