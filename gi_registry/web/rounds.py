"""The desk's pages of assessment rounds: the list, one as it was signed, and the form that signs one."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.assurance import actions
from gi_registry.assurance.clauses import System
from gi_registry.assurance.models import Round
from gi_registry.assurance.permissions import may_keep, require_keep
from gi_registry.assurance.rounds import fingerprint, intact
from gi_registry.assurance.systems import Status
from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotInRegister
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.products.models import Product
from gi_registry.products.permissions import within_reach
from gi_registry.web.applications import FORM, me
from gi_registry.web.desk import ROWS, answer, desk
from gi_registry.web.forms.systems import RoundForm

NEW = "desk/systems/round_new.html"
SHOWN = 200  # products in the table that is looked at before signing; the sums are of all


def rounds_within_reach(person: Person) -> QuerySet[Round]:
    """All rounds, or those that assessed one of the person's own products."""
    if reach(person, Act.DESK) is Reach.ALL:
        return Round.objects.all()
    own = within_reach(person, Act.DESK).values("pk")
    return Round.objects.filter(pk__in=Round.products.through.objects.filter(product__in=own).values("round"))


@desk(Act.DESK)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The rounds, the newest first."""
    found = rounds_within_reach(request.user).defer("result", "evidence").annotate(count=Count("products"))
    found = found.order_by("-day", "-pk")
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    return render(request, "desk/systems/rounds.html", {"rows": page, "may_write": may_keep(request.user)})


@desk(Act.DESK)
@require_safe
def detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One round as it was signed: the result, the evidence, and whether its hash still fits."""
    one = rounds_within_reach(request.user).filter(key=key).first()
    if one is None:
        raise NotInRegister(_("没有这次评估，或者不在您负责的范围内。"))
    results = one.result
    if reach(request.user, Act.DESK) is not Reach.ALL:
        own = set(within_reach(request.user, Act.DESK).values_list("slug", flat=True))
        results = [result for result in results if result["slug"] in own]
    context = {
        "round": one,
        "intact": intact(one),
        "results": [result_shown(result, one) for result in results],
        "others": len(one.result) - len(results),
        "open": len(results) == 1 or bool(request.GET.get("open")),
    }
    return render(request, "desk/systems/round.html", context)


def result_shown(result: dict[str, Any], one: Round) -> dict[str, Any]:
    """A product's result with its labels, and the evidence of each of its clauses."""
    listed: dict[str, list[dict[str, Any]]] = {}
    for piece in one.evidence:
        if piece["product"] == result["slug"]:
            listed.setdefault(piece["clause"], []).append(piece)
    clauses = [
        each | {"status": Status(each["status"]), "evidence": listed.get(each["key"], [])} for each in result["clauses"]
    ]
    return summed(result) | {
        "parts": [(system.label, [each for each in clauses if each["system"] == system]) for system in System]
    }


def summed(result: dict[str, Any]) -> dict[str, Any]:
    """A product's result without its clauses: the three systems with their labels."""
    return {
        "name": result["name"],
        "slug": result["slug"],
        "status": Status(result["status"]),
        "systems": [
            each | {"label": System(each["system"]).label, "status": Status(each["status"])}
            for each in result["systems"]
        ],
    }


@desk(Act.SYSTEMS)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """The form that computes a day, shows what it comes to, and then freezes and signs what was shown."""
    require_keep(request.user)
    product = Product.objects.filter(slug=request.GET.get("product", "")).first()
    form = RoundForm(
        request.POST or None,
        person=request.user,
        initial={
            "product": product.slug if product else None,
            "title": _("{year} 年三大体系评估").format(year=clock.today().year),
        },
    )
    context: dict[str, Any] = {"heads": list(System)}
    if request.method == "POST" and "sign" not in request.POST and form.is_valid():
        return preview(request, form, context)
    made: list[Round] = []

    def act() -> str:
        if not form.cleaned_data["shown"]:
            raise BadInput(_("请先计算，看过结果再签署。"))
        made.append(actions.sign_round(by=me(request), **form.asked()))
        return _("已签署“{title}”。").format(title=made[0].title)

    def to() -> str:
        return reverse("desk-systems-round", args=[made[0].key])

    return answer(request, form, NEW, context, act=act, to=to)


def preview(request: HttpRequest, form: RoundForm, context: dict[str, Any]) -> HttpResponse:
    """What would be signed, with its fingerprint; nothing is stored."""
    on = form.cleaned_data["day"]
    try:
        result, evidence = actions.assess(form.assessed, on)
    except BadInput as refusal:
        form.add_error(None, refusal.sentence)
        return render(request, NEW, context | {"form": form}, status=400)
    statuses = Counter(Status(one["status"]) for one in result)
    context |= {
        "form": form,
        "on": on,
        "shown_hash": fingerprint(on, result, evidence),
        "count": len(result),
        "statuses": [(status, statuses[status]) for status in Status if statuses[status]],
        "pieces": len(evidence),
        "rows": [summed(one) for one in result[:SHOWN]],
    }
    return render(request, NEW, context)
