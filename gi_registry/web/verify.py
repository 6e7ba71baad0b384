"""May this maker use the official mark: one box for whatever stands on a package, answered for a day."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from gi_registry.core import clock
from gi_registry.core.errors import Refusal
from gi_registry.core.validators import day_reached
from gi_registry.gazette.models import Grade
from gi_registry.marks.answers import BY_TRADEMARK, Answer
from gi_registry.marks.codes import show_code
from gi_registry.marks.questions import Reply, ask, of_product
from gi_registry.marks.states import Basis, Standing
from gi_registry.products.register import label
from gi_registry.web.frames import framed
from gi_registry.web.pages import page
from gi_registry.web.proof import turns_in_words

CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # no page may hold them
ROWS = 50  # of a product's list on one page
SIGNS = {
    Standing.VALID: "✓",
    Standing.SUSPENDED: "!",
    Standing.CANCELLED: "✗",
    Standing.EXPIRED: "✗",
    Standing.UNPROTECTED: "✗",
    Standing.NOT_YET: "–",
}


class Shown(NamedTuple):
    """One authorisation as the page writes it; `now` is today's standing where the day asked for had another."""

    answer: Answer
    address: str
    code: str
    tone: str
    sign: str
    standing: str
    basis: str
    number: str
    course: list[str]
    grade: str
    now: str
    former: str


@page
def index(request: HttpRequest) -> HttpResponse:
    """The box, and below it the answer: to a text, or the list of one product. What was typed stays in the box."""
    typed = {name: CONTROL.sub(" ", request.GET.get(name, "")) for name in ("q", "on", "product")}
    context: dict[str, Any] = {"typed": typed, "today": clock.today(), "on": clock.today()}
    status = 200
    try:
        context |= answered(typed, request.GET.get("page", ""))
    except Refusal as refusal:
        context["refusal"], status = refusal.sentence, refusal.status
    title = typed["q"].strip()[:40] or _("用标查询")
    paged = request if "rows" in context else None  # the addresses of the other pages are made of this one's
    return framed(request, "verify/frame.html", title, render_to_string("verify/_main.html", context, paged), status)


def answered(typed: dict[str, str], page_number: str) -> dict[str, Any]:
    """The answer to what was typed. Raises BadInput and NotInRegister."""
    on = day_reached(typed["on"])
    slug = typed["product"]
    if typed["q"].strip():
        reply = ask(typed["q"], on, slug)
        slug = reply.product_meant
        if not slug:
            return {"on": on} | about(reply)
    return {"on": on} | (listed(slug, on, page_number) if slug else {})


def listed(slug: str, on: date, page_number: str) -> dict[str, Any]:
    """The list of one product, a page of it. Raises NotInRegister."""
    answers = of_product(slug, on)
    rows = Paginator(answers, ROWS).get_page(page_number)
    shown = [shown_of(answer) for answer in rows]
    valid = sum(answer.may_use for answer in answers)
    name = answers[0].product if answers else ""
    return {"rows": rows, "shown": shown, "valid": valid, "product": name, "slug": slug, "listed": True}


def about(reply: Reply) -> dict[str, Any]:
    """What the page shows of a reply."""
    shown = [shown_of(line.answer, line.former) for line in reply.lines or reply.alike]
    return {"reply": reply, "shown": shown, "one": shown[0] if len(reply.lines) == 1 and not reply.more else None}


def shown_of(answer: Answer, former: str = "") -> Shown:
    """One authorisation in words."""
    today = clock.today()
    now = answer.standing if answer.day == today else answer.standing_on(today)
    return Shown(
        answer,
        f"{records()}{answer.code}",
        show_code(answer.code),
        answer.standing.value,
        SIGNS[answer.standing],
        label(Standing, answer.standing),
        label(Basis, answer.basis),
        (_("商标注册号 {n}") if answer.basis in BY_TRADEMARK else "{n}").format(n=answer.number or _("未查明")),
        turns_in_words(answer),
        label(Grade, answer.grade),
        label(Standing, now) if now != answer.standing else "",
        former,
    )


@cache
def records() -> str:
    """The address under which every authorisation has its own; looked up once."""
    return reverse("proof")
