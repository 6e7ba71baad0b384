"""The desk's pages of a product: all its facts with their history, and one engine of forms for every kind of fact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.applications.actions import refuse_beside_a_file
from gi_registry.assurance.models import Standard
from gi_registry.core import clock
from gi_registry.core.errors import NotAllowed, NotInRegister
from gi_registry.core.history import Outcome, changes_of, last_change
from gi_registry.gazette.models import Document
from gi_registry.parties.permissions import Act, Person
from gi_registry.products.actions import add_fact, add_product, change_fact, correct_fact, correct_product, end_fact
from gi_registry.products.models import FRAME, Area, Name, Product, Protection, Role, Statement
from gi_registry.products.permissions import may_on, may_write, parties_to_give_a_part, parts_to_give
from gi_registry.web.desk import View, answer, desk, product_for
from gi_registry.web.forms.facts import FactForm, Manner, NewProductForm, ProductForm
from gi_registry.web.forms.fields import RowField, written

LINES = 20
WRITTEN = (Act.FACTS, Act.STANDARDS, Act.FRAME, Act.DOCUMENTS, Act.AREAS)
SOURCED = ("source", "grade", "note")
SPAN = ("valid_from", "attested_on", "valid_until")


@dataclass(frozen=True)
class Kind:
    """A kind of fact: where it stands in addresses, its columns, who may write it, and what each row is called.

    `elsewhere`: the pages that show and write a kind with more to it than columns, so that it is written in one way.
    """

    name: str
    model: type[models.Model]
    act: Act
    columns: tuple[str, ...]
    heading: Callable[[Any], str]
    tags: Callable[[Any], list[str]]
    elsewhere: tuple[str, str] | None = None

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name)

    def address(self, slug: str, number: int = 0, manner: str = "") -> str:
        """The page of a row, or of the form that writes it in some manner."""
        if self.elsewhere is not None:
            shows, writes = self.elsewhere
            return (
                reverse(writes, args=[slug]) if manner == Manner.NEW else f"{reverse(shows, args=[slug])}#{self.name}"
            )
        name = f"desk-{self.name}-{manner}" if manner else f"desk-{self.name}"
        return reverse(name, args=[slug, number] if number else [slug])

    def rows(self, product: Product) -> models.QuerySet:
        """The rows of the product in the order in which they were made: a row's number is its place in it."""
        related = [field.name for field in self.model._meta.fields if field.is_relation and field.name != "product"]
        return self.model._default_manager.filter(product=product).select_related(*related).order_by("pk")

    def row(self, product: Product, number: int) -> Any:
        """The row with the number. Raises NotInRegister."""
        row = self.rows(product)[number - 1 : number].first() if number > 0 else None
        if row is None:
            raise NotInRegister(f"{product.common_name}没有第 {number} 条{self.label}。")
        return row


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "names",
            Name,
            Act.FACTS,
            ("text", "kind"),
            lambda row: row.text,
            lambda row: [row.get_kind_display()],
        ),
        Kind(
            "protections",
            Protection,
            Act.FACTS,
            ("regime", "stage", "announcement", "number", "holder"),
            lambda row: f"{row.get_regime_display()} · {row.get_stage_display()}",
            lambda row: [str(part) for part in (row.announcement, row.number, row.holder) if part],
        ),
        Kind(
            "standards",
            Standard,
            Act.STANDARDS,
            ("number", "title", "issued_on", "replaces"),
            lambda row: f"{row.number} {row.title}",
            lambda row: [_("代替 {number}").format(number=row.replaces)] if row.replaces else [],
            elsewhere=("desk-systems-evidence", "desk-systems-standard-new"),
        ),
        Kind(
            "statements",
            Statement,
            Act.STANDARDS,
            ("subject", "text"),
            lambda row: row.text,
            lambda row: [row.get_subject_display()],
        ),
        Kind(
            "roles",
            Role,
            Act.FRAME,
            ("part", "party"),
            lambda row: row.party.name,
            lambda row: [row.get_part_display()],
        ),
    )
}


class Line(NamedTuple):
    """One fact on the page of its product: its number, what it says, whether it holds today, whether it is the reader's
    to write."""

    number: int
    fact: Any
    heading: str
    tags: list[str]
    holds: bool
    writable: bool


class Section(NamedTuple):
    """One kind of facts of a product, and whether the reader may add to it."""

    kind: Kind
    lines: list[Line]
    writable: bool


def lines_of(kind: Kind, product: Product, person: Person, writable: bool) -> list[Line]:
    """Every fact of a kind, those that hold today first."""
    today = clock.today()
    lines = [
        Line(number, row, kind.heading(row), kind.tags(row), row.holds_on(today), writable and may_write(person, row))
        for number, row in enumerate(kind.rows(product), 1)
    ]
    return sorted(lines, key=lambda line: not line.holds)


@desk(Act.DESK)
@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product with every fact, its source and grade, and its history."""
    product = product_for(request.user, Act.DESK, slug)
    writable = {act: may_on(request.user, act, product) for act in WRITTEN}
    sections = [
        Section(
            kind,
            lines_of(kind, product, request.user, writable[kind.act] and kind.elsewhere is None),
            writable[kind.act],
        )
        for kind in KINDS.values()
    ]
    areas = list(Area.objects.filter(product=product).select_related("source").defer("boundary", "outline"))
    documents = list(Document.objects.filter(products=product).select_related("source"))
    facts = [line.fact for section in sections for line in section.lines]
    context = {
        "product": product,
        "sections": sections,
        "frame": frame(sections),
        "areas": areas,
        "documents": documents,
        "may_edit": writable[Act.FACTS],
        "may_hand_in": writable[Act.DOCUMENTS],
        "may_draw": writable[Act.AREAS],
        "changes": changes_of(product, *facts, *areas, *documents)[:LINES],
        "today": clock.today(),
    }
    return render(request, "desk/products/detail.html", context)


def frame(sections: list[Section]) -> list[tuple[Any, list[Any]]]:
    """Who leads, which department, which association, which enterprises, with contacts, today."""
    roles = [line.fact for section in sections if section.kind.model is Role for line in section.lines if line.holds]
    return [(label, [role.party for role in roles if role.part == part]) for part, label in FRAME.items()]


# --- One fact --------------------------------------------------------------------------------------------------------


def fact(request: HttpRequest, slug: str, number: int, *, kind: Kind) -> HttpResponse:
    """One fact: what stands, its history, and the manners in which it may be changed."""
    product = product_for(request.user, Act.DESK, slug)
    row = kind.row(product, number)
    context = {
        "product": product,
        "kind": kind,
        "number": number,
        "row": row,
        "heading": kind.heading(row),
        "shown": labelled(row, (*kind.columns, *SPAN, "grade", "note")),
        "manners": MANNERS if may_on(request.user, kind.act, product) and may_write(request.user, row) else [],
        "changes": changes_of(row),
    }
    return render(request, "desk/products/fact.html", context)


def labelled(row: models.Model, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Columns with their Chinese names and what stands in them."""
    return [
        (str(getattr(row._meta.get_field(name), "verbose_name", name)), text)
        for name, text in written(row, names).items()
    ]


MANNERS = [
    (Manner.CORRECT, gettext_lazy("当初写错了。原地改正，写错的留在变更记录里。")),
    (Manner.CHANGE, gettext_lazy("情况变了。原来的记录到某日为止，自该日起是新的。")),
    (Manner.END, gettext_lazy("自某日起不再成立，也没有新的接上。")),
]


def write(request: HttpRequest, slug: str, number: int = 0, *, kind: Kind, manner: Manner) -> HttpResponse:
    """The form of a fact in one manner, and what follows when it is sent."""
    product = product_for(request.user, kind.act, slug)
    row = None if manner == Manner.NEW else kind.row(product, number)
    if not may_write(request.user, row):
        raise NotAllowed("谁主导、谁牵头、谁管理和谁申请由农业农村或市场监管部门登记，您的账号不能改。")
    form = FactForm(
        request.POST or None,
        model=kind.model,
        columns=kind.columns,
        manner=manner,
        person=request.user,
        given=given_fields(kind, request.user, product),
        initial=initial(kind, row, manner),
    )

    def act() -> str:
        if kind.model is Protection:
            refuse_beside_its_file(form, product, manner, row)
        return WRITE[manner](form, product, kind, row, str(request.user))

    context = {
        "product": product,
        "kind": kind,
        "number": number,
        "manner": manner,
        "manners": MANNERS,
        "row": row,
        "heading": row and kind.heading(row),
        "back": kind.address(slug, number) if row else reverse("desk-product", args=[slug]),
    }
    return answer(
        request,
        form,
        "desk/products/write.html",
        context,
        act=act,
        to=reverse("desk-product", args=[slug]) + f"#{kind.name}",
        row=row,
        columns=(*kind.columns, *SPAN, *SOURCED),
    )


def refuse_beside_its_file(form: FactForm, product: Product, manner: Manner, row: Any) -> None:
    """A stage is set here only where no open file decides it. Raises BadInput."""
    asked = form.values() if manner != Manner.END else {"regime": row.regime, "stage": ""}
    if row is None or asked["stage"] != row.stage:
        refuse_beside_a_file(product, asked["regime"])


def given_fields(kind: Kind, person: Person, product: Product) -> dict[str, forms.Field]:
    """Fields that depend on who is writing: who keeps only their own chooses among their parties and bodies."""
    if kind.model is not Role:
        return {}
    parties = parties_to_give_a_part(person)
    parts = [(part.value, part.label) for part in parts_to_give(person)]
    return {
        "part": forms.ChoiceField(label=_("角色"), choices=[("", "—"), *parts]),
        "party": RowField(parties, label=_("主体"), help_text=_("没有的主体先在“主体”里登记")),
    }


def initial(kind: Kind, row: Any, manner: Manner) -> dict[str, Any]:
    """What the form shows at first: what stands, and its number in the history."""
    if row is None:
        return {}
    span = SPAN if manner == Manner.CORRECT else ()
    names = (*kind.columns, *span, *SOURCED) if manner != Manner.END else ()
    return {name: getattr(row, name) for name in names} | {"seen": last_change(row)}


def new(form: FactForm, product: Product, kind: Kind, row: Any, by: str) -> str:
    add_fact(product, kind.model, values=form.values(), by=by, note=form.cleaned_data["reason"])
    return _("已登记。")


def corrected(form: FactForm, product: Product, kind: Kind, row: Any, by: str) -> str:
    asked = form.cleaned_data
    return said(correct_fact(row, values=form.values(), by=by, note=asked["reason"], seen=asked["seen"] or 0))


def changed(form: FactForm, product: Product, kind: Kind, row: Any, by: str) -> str:
    asked = form.cleaned_data
    change_fact(row, day=asked["day"], values=form.values(), by=by, note=asked["reason"], seen=asked["seen"] or 0)
    return _("已变更：原来的记录到 {day} 为止，新的记录自这一天起。").format(day=asked["day"])


def ended(form: FactForm, product: Product, kind: Kind, row: Any, by: str) -> str:
    asked = form.cleaned_data
    end_fact(row, day=asked["day"], source=asked["source"], by=by, note=asked["reason"], seen=asked["seen"] or 0)
    return _("已终止：自 {day} 起不再成立。").format(day=asked["day"])


WRITE: dict[Manner, Callable[[FactForm, Product, Kind, Any, str], str]] = {
    Manner.NEW: new,
    Manner.CORRECT: corrected,
    Manner.CHANGE: changed,
    Manner.END: ended,
}


@desk(Act.FACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_product(request: HttpRequest) -> HttpResponse:
    """A product that the register does not have yet, with its common name."""
    form = NewProductForm(request.POST or None, person=request.user)

    def act() -> str:
        asked = form.cleaned_data
        values = {"slug": asked["slug"], "category": asked["category"]}
        add_product(values=values, name=form.name(), by=str(request.user), note=asked["reason"])
        return _("已登记。它还没有保护记录：登记了才会出现在地图和产品表里。")

    def to() -> str:
        return reverse("desk-product", args=[form.cleaned_data["slug"]])

    return answer(request, form, "desk/products/new.html", {"back": reverse("desk")}, act=act, to=to)


@desk(Act.FACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_product(request: HttpRequest, slug: str) -> HttpResponse:
    """What of the product itself can change."""
    product = product_for(request.user, Act.FACTS, slug)
    initial = {"category": product.category, "seen": last_change(product)}
    form = ProductForm(request.POST or None, person=request.user, initial=initial)

    def act() -> str:
        return said(correct_product(product, **form.act(), by=str(request.user)))

    back = reverse("desk-product", args=[slug])
    context = {"product": product, "back": back}
    return answer(
        request, form, "desk/products/edit.html", context, act=act, to=back, row=product, columns=("category",)
    )


def said(outcome: Outcome) -> str:
    """What a correction did, for the person who made it."""
    return _("和原来一样，没有改动。") if outcome == Outcome.SAME else _("已保存，原来的内容留在变更记录里。")


# --- Addresses -------------------------------------------------------------------------------------------------------


def addresses() -> list[URLPattern]:
    """The addresses of the product and, kind by kind, of its facts: a fact has a number within its product."""
    paths = [
        path("desk/products/new/", new_product, name="desk-product-new"),
        path("desk/products/<slug:slug>/", product, name="desk-product"),
        path("desk/products/<slug:slug>/edit/", edit_product, name="desk-product-edit"),
    ]
    for kind in KINDS.values():
        here = f"desk/products/<slug:slug>/{kind.name}/"
        shows, writes = (fact, write) if kind.elsewhere is None else (led, led)
        paths.append(
            path(f"{here}<int:number>/", guarded(Act.DESK, require_safe(shows), kind=kind), name=f"desk-{kind.name}")
        )
        for manner in Manner:
            to = f"{here}new/" if manner == Manner.NEW else f"{here}<int:number>/{manner.value}/"
            view = guarded(kind.act, require_http_methods(["GET", "HEAD", "POST"])(writes), kind=kind, manner=manner)
            paths.append(path(to, view, name=f"desk-{kind.name}-{manner.value}"))
    return paths


def led(request: HttpRequest, slug: str, number: int = 0, *, kind: Kind, manner: str = "") -> HttpResponse:
    """To the pages that write this kind of fact."""
    return redirect(kind.address(product_for(request.user, Act.DESK, slug).slug, number, manner))


def guarded(act: Act, view: View, **fixed: Any) -> View:
    """The view for one kind (and manner), behind its permission."""
    return desk(act)(partial(view, **fixed))
