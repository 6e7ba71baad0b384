"""The desk's pages of assessment rounds: the list, one as it was signed, and the form that signs one."""

from __future__ import annotations

import uuid
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
from gi_registry.assurance.rounds import intact
from gi_registry.assurance.systems import Status
from gi_registry.core import clock
from gi_registry.core.errors import NotInRegister
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.products.models import Product
from gi_registry.products.permissions import within_reach
from gi_registry.web.applications import FORM, me
from gi_registry.web.desk import ROWS, answer, desk
from gi_registry.web.forms.systems import RoundForm


def rounds_within_reach(person: Person) -> QuerySet[Round]:
    """All rounds, or those that assessed nothing but the person's own products."""
    if reach(person, Act.DESK) is Reach.ALL:
        return Round.objects.all()
    own = within_reach(person, Act.DESK)
    others = Round.products.through.objects.exclude(product__in=own.values("pk")).values("round")
    return Round.objects.exclude(pk__in=others)


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
    context = {"round": one, "intact": intact(one), "results": [result_shown(result, one) for result in one.result]}
    return render(request, "desk/systems/round.html", context)


def result_shown(result: dict[str, Any], one: Round) -> dict[str, Any]:
    """A product's result with its labels, and the evidence of each of its clauses."""
    listed: dict[str, list[dict[str, Any]]] = {}
    for piece in one.evidence:
        if piece["product"] == result["slug"]:
            listed.setdefault(piece["clause"], []).append(piece)
    return {
        "name": result["name"],
        "slug": result["slug"],
        "status": Status(result["status"]),
        "systems": [
            each | {"label": System(each["system"]).label, "status": Status(each["status"])}
            for each in result["systems"]
        ],
        "clauses": [
            each | {"status": Status(each["status"]), "evidence": listed.get(each["key"], [])}
            for each in result["clauses"]
        ],
    }


@desk(Act.SYSTEMS)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """The form that freezes a day and signs what is computed for it."""
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
    made: list[Round] = []

    def act() -> str:
        made.append(actions.sign_round(by=me(request), **form.asked()))
        return _("已签署“{title}”。").format(title=made[0].title)

    context = {
        "heading": _("做一次评估"),
        "lead": _("签署以后不能改，也不能删：请先在各产品的页面看过这一天的结果。"),
        "back": reverse("desk-systems-rounds"),
        "button": _("计算并签署"),
    }
    template = "desk/systems/form.html"
    return answer(
        request, form, template, context, act=act, to=lambda: reverse("desk-systems-round", args=[made[0].key])
    )
