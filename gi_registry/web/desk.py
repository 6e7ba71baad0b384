"""The desk: where officials keep the register. Its frame, its first page and the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gi_registry.applications.docket import docket, falling_due
from gi_registry.assurance.models import Standard
from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotAllowed, NotInRegister, Refusal
from gi_registry.core.history import changes_of, last_change
from gi_registry.core.models import Change
from gi_registry.core.validators import whole_number
from gi_registry.gazette.models import Source
from gi_registry.inspections.permissions import documents_to_read, hidden_from
from gi_registry.marks.models import Attachment, OriginCheck, Rectification, Site, Step
from gi_registry.marks.permissions import authorisations_within_reach
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.products.models import Area, Name, Product, Protection, Role, Statement
from gi_registry.products.permissions import may_on, parties_within_reach, within_reach
from gi_registry.products.register import Filters, entries
from gi_registry.web.forms.fields import DeskForm, written

ROWS = 50

View = Callable[..., HttpResponseBase]


def desk(act: Act) -> Callable[[View], View]:
    """Wrap a view of the desk: strangers sign in first, who may not gets 403, a refusal is one sentence on a page."""

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def wrapped(request: HttpRequest, **named: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            try:
                refuse_null_bytes(request)
                if reach(request.user, act) is None:
                    raise NotAllowed(f"您的账号不能{act.label}。需要时请联系登记簿管理员。")
                response = view(request, **named)
                return only_sent(request, response) if isinstance(response, HttpResponseNotAllowed) else response
            except Refusal as refusal:
                return refused(request, refusal)

        return wrapped

    return decorate


def refuse_null_bytes(request: HttpRequest) -> None:
    """Raises BadInput for an address with a null byte, which no database takes for text; forms refuse it themselves."""
    if any("\x00" in value for name in request.GET for value in request.GET.getlist(name)):
        raise BadInput("网址里有不能用的字符：请从工作台重新点进来。")


def only_sent(request: HttpRequest, response: HttpResponseNotAllowed) -> HttpResponse:
    """405 as a page: whoever had to sign in again while sending a form lands on its address."""
    page = refused(request, BadInput("这个网址只收送来的表单，刚才的没有收到：请从上面的导航回到那一页，再做一次。"))
    page.status_code = response.status_code
    page.headers["Allow"] = response.headers["Allow"]
    return page


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The sentence on a page of its own, with its status."""
    titles = {403: _("不能这样做"), 404: _("没有找到"), 409: _("别人刚改过")}
    title = titles.get(refusal.status, _("没有办成"))
    return render(request, "desk/refusal.html", {"title": title, "sentence": refusal.sentence}, status=refusal.status)


def product_for(person: Person, act: Act, slug: str) -> Product:
    """The product, where the person may do the act on it. Raises NotInRegister and NotAllowed."""
    product = Product.objects.filter(slug=slug).first()
    if product is None:
        raise NotInRegister(f"登记簿没有网址名为“{slug[:60]}”的产品。")
    if not may_on(person, act, product):
        raise NotAllowed(f"{product.common_name}不在您负责的范围内。")
    return product


def answer(
    request: HttpRequest,
    form: DeskForm,
    template: str,
    context: dict[str, Any],
    *,
    act: Callable[[], str],
    to: str | Callable[[], str],
    row: models.Model | None = None,
    columns: Sequence[str] = (),
) -> HttpResponse:
    """The page of a form; where it was sent and is in order, the act is done and what it says shown at `to`.

    Whatever is refused leaves everything typed in the form: 400 with the sentence, 409 with what stands in the
    `columns` of the row now where somebody else was faster.
    """
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                sentence = act()
            except Conflict as conflict:
                status = conflict.status
                form.add_error(None, conflict.sentence)
                form.outrun(*now(row, columns))
            except BadInput as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, sentence)
                return redirect(to if isinstance(to, str) else to())
    return render(request, template, context | {"form": form}, status=status)


def now(row: models.Model | None, columns: Sequence[str]) -> tuple[int, dict[str, str]]:
    """The number of the row's last change, and what stands in it at this moment, as people read it."""
    if row is None:
        return 0, {}
    row.refresh_from_db()
    return last_change(row), written(row, columns)


@desk(Act.DESK)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is the person's to keep, and what was changed last."""
    on = clock.today()
    mine = set(within_reach(request.user, Act.DESK).values_list("slug", flat=True))
    rows = [entry for entry in entries(on, Filters()) if entry.slug in mine]
    waiting = Product.objects.filter(slug__in=mine - {entry.slug for entry in rows})
    context = {
        "rows": rows,
        "waiting": waiting,
        "may_add": reach(request.user, Act.FACTS) is Reach.ALL,
        "changes": readable_changes(request.user)[:10],
        "falling": falling_due(card for card in docket(on).cards if card.slug in mine),
        "on": on,
        "today": on,
    }
    return render(request, "desk/index.html", context)


@desk(Act.DESK)
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Who changed what and when, newest first; with `like`, the number of a line, only lines of that line's row."""
    found = readable_changes(request.user)
    like = whole_number(request.GET.get("like", ""), "记录号", 1, 10**15, 0)
    if like:
        found = found.filter(thing__in=found.filter(pk=like).exclude(thing="").values("thing"))
    rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
    return render(request, "desk/changes.html", {"rows": rows, "like": like})


def with_titles(found: models.QuerySet[Change]) -> models.QuerySet[Change]:
    """The lines with the titles of the sources that they rest on."""
    named = Source.objects.filter(key=models.OuterRef("source")).values("title")
    return found.annotate(source_title=models.Subquery(named[:1]))


FACTS = (Name, Protection, Area, Standard, Statement, Role)


def readable_changes(person: Person) -> models.QuerySet[Change]:
    """The history of all that is within reach: of everything, or of the person's products, parties and documents."""
    if reach(person, Act.DESK) is Reach.ALL:
        hidden = models.Q()
        for table in hidden_from(person):
            hidden |= models.Q(thing__startswith=f"{table}:")
        return with_titles(Change.objects.exclude(hidden) if hidden else Change.objects.all())
    products = within_reach(person, Act.DESK)
    kept = (parties_within_reach(person, Act.DESK), documents_to_read(person, Act.DESK))
    facts = (model._default_manager.filter(product__in=products.values("pk")) for model in FACTS)
    mine = (row for rows in (products, *kept, *facts, *of_marks(person)) for row in rows.only("pk"))
    return with_titles(changes_of(*mine))


def of_marks(person: Person) -> list[models.QuerySet]:
    """The authorisations within reach, and what hangs on them."""
    reached = authorisations_within_reach(person, Act.DESK)
    keys = reached.order_by().values("pk")
    parts = (model._default_manager.filter(authorisation__in=keys) for model in (Step, Attachment, Site, Rectification))
    return [reached, *parts, OriginCheck.objects.filter(site__authorisation__in=keys)]
