"""The desk's pages of a year's use: every product with its rates, one product with its users, the forms behind them."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.core import clock
from gi_registry.core.errors import NotInRegister
from gi_registry.core.history import last_change
from gi_registry.marks.models import Authorisation, UseReport, YearFigures, Yield
from gi_registry.marks.permissions import authorisations_within_reach
from gi_registry.marks.rates import ProductYear, product_years, rates, record_figures, record_yield
from gi_registry.marks.reports import FIRST_YEAR, booked, due_on, file_report, last_year
from gi_registry.parties.permissions import Act, Person, reach
from gi_registry.products.permissions import within_reach
from gi_registry.web.applications import FORM, XLSX, download, me
from gi_registry.web.desk import ROWS, answer, desk, product_for
from gi_registry.web.forms.use_reports import AREA, GOODS, MARKS, FiguresForm, ReportForm, YieldForm
from gi_registry.web.marks import authorisation_for
from gi_registry.web.prints import after

# --- One year --------------------------------------------------------------------------------------------------------


@desk(Act.DESK)
@require_safe
def index(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """The products within reach in one year, the last that is over where none is named: rates, and what is missing."""
    year = refuse_other_years(year or last_year())
    found, mine = of_year(request.user, year), keys_within_reach(request.user)
    missing = [user for one in found for user in lacking(one) if user.pk in mine]
    context = {
        "year": year,
        "years": range(clock.today().year, FIRST_YEAR - 1, -1),
        "found": found,
        "missing": missing[:ROWS],
        "missing_all": len(missing),
        "more": max(len(missing) - ROWS, 0),
        "due": due_on(year),
        "overdue": clock.today() > due_on(year),
        "running": year > last_year(),
        "may_write": reach(request.user, Act.PRINTS) is not None,
    }
    return render(request, "desk/reports/index.html", context)


def refuse_other_years(year: int) -> int:
    """Raises NotInRegister for a year before the duty to report and for one that has not come."""
    if not FIRST_YEAR <= year <= clock.today().year:
        raise NotInRegister(_("没有 {year} 年的用标报告。").format(year=year))
    return year


def of_year(person: Person, year: int) -> list[ProductYear]:
    """The year of each product within reach, of all its users, since a rate of some of them would say nothing."""
    products = within_reach(person, Act.DESK)
    return product_years(Authorisation.objects.filter(product__in=products.order_by().values("pk")), year)


def keys_within_reach(person: Person) -> frozenset[int]:
    """The authorisations of which the person may read the reports."""
    return frozenset(authorisations_within_reach(person, Act.DESK).values_list("pk", flat=True))


def lacking(found: ProductYear) -> list[Authorisation]:
    """Those who have not reported a year that is over."""
    return [user for user in found.users if user.pk not in found.reports] if found.year <= last_year() else []


@desk(Act.DESK)
@require_safe
def workbook(request: HttpRequest, year: int) -> HttpResponse:
    """The year as a workbook: the reports, and the rates with how each is computed."""
    found = of_year(request.user, refuse_other_years(year))
    content = import_string("gi_registry.web.mark_sheets.of_year")(found, keys_within_reach(request.user))
    return download(content, f"专用标志使用 {year}.xlsx", XLSX)


class Row(NamedTuple):
    """One user of a product in a year, with its report where there is one."""

    user: Authorisation
    report: UseReport | None


@desk(Act.DESK)
@require_safe
def product(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    """One product in one year: each rate with its definition, the reports, who has not reported."""
    shown = product_for(request.user, Act.DESK, slug)
    refuse_other_years(year)
    mine = keys_within_reach(request.user)
    found = next(iter(product_years(Authorisation.objects.filter(product=shown), year)), None)
    writable = authorisations_within_reach(request.user, Act.PRINTS)
    users = found.users if found else []
    reports = found.reports if found else {}
    context = {
        "year": year,
        "shown": shown,
        "rates": found.rates if found else rates(shown, year),
        "figures": YearFigures.objects.filter(product=shown, year=year).select_related("source").first(),
        "yields": Yield.objects.filter(product=shown).select_related("source"),
        "rows": [Row(user, reports.get(user.pk)) for user in users if user.pk in mine],
        "others": sum(user.pk not in mine for user in users),
        "over": year <= last_year(),
        "due": due_on(year),
        "may_write": set(writable.filter(product=shown).values_list("code", flat=True)),
        "may_record": reach(request.user, Act.AUTHORISATIONS) is not None,
    }
    return render(request, "desk/reports/product.html", context)


# --- Forms -----------------------------------------------------------------------------------------------------------


@desk(Act.PRINTS)
@require_http_methods(FORM)
def report(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """The report of one user, or its correction; a new one begins with what the ledger says."""
    mark = authorisation_for(request.user, code, Act.PRINTS)
    row = UseReport.objects.filter(authorisation=mark, year=year).first()
    noted = booked(mark, year)
    form = ReportForm(request.POST or None, initial=begun_with(row, noted))

    def act() -> str:
        file_report(mark, year, by=me(request), **form.asked())
        return _("已记下{name} {year} 年的用标报告。").format(name=mark.producer.public_name, year=year)

    context: dict[str, Any] = {
        "mark": mark,
        "year": year,
        "booked": noted,
        "row": row,
        "heading": _("{year} 年用标报告").format(year=year),
        "back": after(request, of_product(mark.product.slug, year)),
    }
    columns = (*GOODS, *MARKS, "note")
    to = context["back"]
    return answer(request, form, "desk/reports/form.html", context, act=act, to=to, row=row, columns=columns)


def begun_with(row: UseReport | None, noted: Any) -> dict[str, Any]:
    """What stands in the report already, else what the ledger says."""
    if row is not None:
        return model_to_dict(row) | {"seen": last_change(row)}
    return {name: getattr(noted, name) for name in MARKS} if noted else {}


def of_product(slug: str, year: int) -> str:
    """The page of a product and year."""
    return reverse("desk-use-reports-product", args=[year, slug])


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def figures(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    """What a source says of the whole producing area in a year."""
    shown = product_for(request.user, Act.AUTHORISATIONS, slug)
    row = YearFigures.objects.filter(product=shown, year=refuse_other_years(year)).first()
    now = {name: getattr(row, name) for name in (*AREA, "grade", "note", "source")} if row else {}
    seen = {"seen": last_change(row)} if row else {}
    form = FiguresForm(request.POST or None, person=request.user, initial=now | seen)

    def act() -> str:
        record_figures(shown, year, by=me(request), **form.asked())
        return _("已登记{year} 年整个产区的数据。").format(year=year)

    heading = _("{year} 年整个产区的数据").format(year=year)
    context = {"shown": shown, "year": year, "heading": heading, "back": of_product(slug, year)}
    columns, to = (*AREA, "source", "grade", "note"), of_product(slug, year)
    return answer(request, form, "desk/reports/form.html", context, act=act, to=to, row=row, columns=columns)


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def new_yield(request: HttpRequest, slug: str) -> HttpResponse:
    """The most that a hectare of the area can bear, from a day on."""
    shown, year = product_for(request.user, Act.AUTHORISATIONS, slug), last_year()
    form = YieldForm(request.POST or None, person=request.user)

    def act() -> str:
        row = record_yield(shown, by=me(request), **form.asked())
        return _("已登记{row}。").format(row=row)

    context = {"shown": shown, "year": year, "heading": _("单产上限"), "back": of_product(slug, year)}
    return answer(request, form, "desk/reports/form.html", context, act=act, to=of_product(slug, year))
