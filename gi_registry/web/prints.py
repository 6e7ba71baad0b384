"""The desk's pages of marks made and used: print runs with their lines, what is left, alarms, marks unused for long."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.core import clock
from gi_registry.core.errors import NotInRegister
from gi_registry.marks import ledger
from gi_registry.marks.alarms import Alarm, alarms_of
from gi_registry.marks.codes import plain_code
from gi_registry.marks.ledger import NOTHING, Account, Balance
from gi_registry.marks.models import Authorisation, AuthorisationQuerySet, Batch, Entry, EntryKind
from gi_registry.marks.permissions import authorisations_within_reach, may_on
from gi_registry.marks.reports import disused
from gi_registry.marks.states import Standing
from gi_registry.parties.permissions import Act, Person, reach
from gi_registry.products.models import Product
from gi_registry.web.applications import FORM, XLSX, download, me
from gi_registry.web.desk import ROWS, answer, desk
from gi_registry.web.forms.prints import BatchForm, EntryForm, ReverseForm
from gi_registry.web.marks import authorisation_for

# --- Print runs ------------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """One batch of the list, with what its marks come to."""

    batch: Batch
    balance: Balance


@desk(Act.DESK)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The print runs within reach, the newest first, and what all of them come to."""
    found = batches_wanted(request)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    mine = authorisations_within_reach(request.user, Act.DESK)
    context = {
        "rows": page,
        "lines": rows_of(page.object_list),
        "whole": ledger.whole_of(found),
        "products": products_printed_for(mine),
        "product": request.GET.get("product", ""),
        "q": request.GET.get("q", "").strip(),
        "alarms": len(alarms_of(mine, clock.today())),
        "may_write": reach(request.user, Act.PRINTS) is not None,
    }
    return render(request, "desk/prints/index.html", context)


def products_printed_for(authorisations: AuthorisationQuerySet) -> QuerySet[Product]:
    """The products for which marks of these were printed."""
    printed = authorisations.filter(batches__isnull=False).order_by().values("product")
    return Product.objects.filter(pk__in=printed).order_by("common_name")


def batches_wanted(request: HttpRequest) -> QuerySet[Batch]:
    """The print runs within reach that the address asks for: of a product, of whose name or number contains `q`."""
    mine = authorisations_within_reach(request.user, Act.DESK)
    found = Batch.objects.filter(authorisation__in=mine.order_by().values("pk"))
    product, q = request.GET.get("product", ""), request.GET.get("q", "").strip()[:60]
    if product:
        found = found.filter(authorisation__product__slug=product)
    if q:
        named = Q(number__icontains=q) | Q(printer__icontains=q) | Q(authorisation__code=plain_code(q))
        found = found.filter(named | Q(authorisation__producer__name__icontains=q))
    return found.select_related("authorisation__producer", "authorisation__product")


def rows_of(batches: Any) -> list[Row]:
    """The batches with their balances. One query beside that of the batches."""
    rows = list(batches)
    held = ledger.balances(Batch.objects.filter(pk__in=[batch.pk for batch in rows]))
    return [Row(batch, held.get(batch.pk, NOTHING)) for batch in rows]


@desk(Act.DESK)
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    """The print runs that the filters leave, as a workbook."""
    found = batches_wanted(request)
    held = ledger.balances(found)
    rows = [(batch, held.get(batch.pk, NOTHING)) for batch in found]
    content = import_string("gi_registry.web.mark_sheets.of_batches")(rows)
    return download(content, f"专用标志印制 {clock.today()}.xlsx", XLSX)


class Line(NamedTuple):
    """One line of a batch: its number there, and whether it may be taken back."""

    number: int
    entry: Entry
    reversible: bool


@desk(Act.DESK)
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One print run: where its marks are, every line, and what cannot be."""
    batch = batch_for(request.user, Act.DESK, number)
    authorisation = batch.authorisation
    may_write = may_on(request.user, Act.PRINTS, authorisation)
    entries = list(batch.entries.select_related("document", "reverses", "reversed_by").order_by("pk"))
    reversible = ledger.reversible_by(me(request), entries) if may_write else set()
    balance = ledger.balance_of(batch)
    context = {
        "batch": batch,
        "mark": authorisation,
        "balance": balance,
        "accounts": [(account.value, balance.accounts[account]) for account in Account if account is not Account.PRESS],
        "lines": [Line(at, entry, entry.pk in reversible) for at, entry in enumerate(entries, 1)],
        "alarms": [alarm for alarm in alarms_of(only(authorisation), clock.today()) if alarm.batch in {None, batch}],
        "may_write": may_write,
    }
    return render(request, "desk/prints/detail.html", context)


def only(authorisation: Authorisation) -> AuthorisationQuerySet:
    """The one authorisation as rows."""
    return Authorisation.objects.filter(pk=authorisation.pk)


def batch_for(person: Person, act: Act, number: str) -> Batch:
    """The batch with the number, where the person may do the act on it. Raises NotInRegister: what is not theirs is to
    them as if it were not there."""
    batch = ledger.batch_called(number)
    if not may_on(person, act, batch.authorisation):
        raise NotInRegister(_("没有印制批次“{number}”，或者不在您负责的范围内。").format(number=number[:20]))
    return batch


# --- Writing ---------------------------------------------------------------------------------------------------------


@desk(Act.PRINTS)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """A new print run: of whom, then what was printed."""
    code = request.GET.get("mark", "").strip()
    if not code:
        return users_to_choose(request)
    mark = authorisation_for(request.user, code, Act.PRINTS)
    form = BatchForm(request.POST or None, product=mark.product, person=request.user)
    made: list[Batch] = []

    def act() -> str:
        made.append(ledger.print_batch(mark, by=me(request), **form.asked()))
        return _("已记下批次 {number}。").format(number=made[0].number)

    back = after(request, reverse("desk-prints"))
    context = {"mark": mark, "heading": _("记一批印制"), "back": back}
    return answer(request, form, "desk/prints/form.html", context, act=act, to=lambda: after(request, here(made[0])))


class Choice(NamedTuple):
    """One user for whom marks may have been printed, and whether the mark may be used today."""

    mark: Authorisation
    standing: Standing | None


def users_to_choose(request: HttpRequest) -> HttpResponse:
    """Those whose marks the person may write about, found by name, code or USCC."""
    q = request.GET.get("q", "").strip()[:60]
    found = authorisations_within_reach(request.user, Act.PRINTS).public().with_names()
    if q:
        named = Q(producer__name__icontains=q) | Q(producer__uscc__iexact=q) | Q(code=plain_code(q))
        found = found.filter(named | Q(product__common_name__icontains=q))
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    if page.paginator.count == 1 and not q:
        return redirect(f"{reverse('desk-print-new')}?mark={page[0].code}")
    today = clock.today()
    lines = [Choice(mark, mark.standing_on(today)) for mark in page]
    return render(request, "desk/prints/choose.html", {"rows": page, "lines": lines, "q": q})


@desk(Act.PRINTS)
@require_http_methods(FORM)
def line(request: HttpRequest, number: str) -> HttpResponse:
    """One more line about a batch."""
    batch = batch_for(request.user, Act.PRINTS, number)
    kind = request.GET.get("kind", "")
    initial = {"kind": kind} if kind in EntryKind.values else {}
    about: dict[str, Any] = {"product": batch.authorisation.product, "person": request.user}
    form = EntryForm(request.POST or None, **about, initial=initial)

    def act() -> str:
        entry = ledger.enter(batch, by=me(request), **form.asked())
        said = _("已记{kind} {quantity} 枚。")
        return said.format(kind=entry.get_kind_display(), quantity=f"{entry.quantity:,}")

    context = frame(request, batch) | {"heading": _("记一笔")}
    return answer(request, form, "desk/prints/form.html", context, act=act, to=context["back"])


@desk(Act.PRINTS)
@require_http_methods(FORM)
def take_back(request: HttpRequest, number: str, at: int) -> HttpResponse:
    """Take back a line that was written by mistake, with the reason."""
    batch = batch_for(request.user, Act.PRINTS, number)
    entry = batch.entries.order_by("pk")[at - 1 : at].first() if at > 0 else None
    if entry is None:
        raise NotInRegister(_("批次 {number} 没有第 {at} 笔。").format(number=batch.number, at=at))
    form = ReverseForm(request.POST or None)

    def act() -> str:
        ledger.reverse(entry, by=me(request), reason=form.cleaned_data["reason"])
        return _("已冲销第 {at} 笔。").format(at=at)

    context = frame(request, batch) | {"heading": _("冲销第 {at} 笔").format(at=at), "entry": entry}
    return answer(request, form, "desk/prints/form.html", context, act=act, to=context["back"])


def frame(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    """What every form about a batch shows around itself."""
    mark, back = batch.authorisation, after(request, here(batch))
    return {"batch": batch, "mark": mark, "balance": ledger.balance_of(batch), "back": back}


def after(request: HttpRequest, page: str) -> str:
    """Where a form leads: to a page of the desk, or home who has no desk."""
    return page if reach(request.user, Act.DESK) is not None else reverse(settings.LOGIN_REDIRECT_URL)


def here(batch: Batch) -> str:
    """The page of the batch."""
    return reverse("desk-print", args=[batch.number])


# --- What cannot be --------------------------------------------------------------------------------------------------


@desk(Act.DESK)
@require_safe
def alarms(request: HttpRequest) -> HttpResponse:
    """Everything in ledger and reports that cannot be or may not be, and the marks that nobody used for two years."""
    mine, today = authorisations_within_reach(request.user, Act.DESK), clock.today()
    rows: list[Alarm] = alarms_of(mine, today)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    unused = disused(mine, today)
    context = {"rows": page, "disused": unused[:ROWS], "more": max(len(unused) - ROWS, 0)}
    return render(request, "desk/prints/alarms.html", context)
