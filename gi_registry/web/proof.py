"""One authorisation at the address in its QR code: what the register says today, and what its signed token is worth.

Phones in shops ask for these pages, so that what is the same of them all is rendered once. The same frame is kept by
the service worker: without a network it verifies a token by the keys and the list that were last fetched.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.core import clock
from gi_registry.core.errors import NotInRegister, Refusal
from gi_registry.core.revision import revision
from gi_registry.gazette.models import Grade
from gi_registry.marks import inquiries
from gi_registry.marks.answers import Answer, by_code, former_names
from gi_registry.marks.codes import read_code, show_code
from gi_registry.marks.keys import jwks as public_keys
from gi_registry.marks.keys import signing
from gi_registry.marks.models import Authorisation
from gi_registry.marks.states import Basis, Standing
from gi_registry.marks.statuses import dated, status_list
from gi_registry.marks.tokens import Judgement, Verdict, verify
from gi_registry.products.register import label
from gi_registry.web.frames import framed
from gi_registry.web.pages import page

FRAME = "proof/frame.html"
STYLES = ("tokens", "elements", "frame", "signs", "forms", "print", "facts", "proof")
SCRIPTS = ("proof/page", "proof/token", "proof/statuses", "words")


# --- One authorisation ------------------------------------------------------------------------------------------------


@require_safe
def record(request: HttpRequest, code: str) -> HttpResponseBase:
    """What the register says today of the authorisation. A code written otherwise leads to its own address."""
    try:
        known = read_code(code)
        if known != code:
            return redirect("authorisation", known)
        answer = asked(known, clock.today())
    except Refusal as refusal:
        shown = render_to_string("proof/_unknown.html", {"sentence": refusal.sentence})
        return framed(request, FRAME, _("没有找到"), shown, refusal.status)
    return framed(request, FRAME, show_code(known), written(answer))


def asked(code: str, day: date) -> Answer:
    """The public authorisation of that code, counted as asked for. Raises NotInRegister."""
    answer = by_code(code, day)
    if answer is None:
        raise unknown(code)
    inquiries.count(code, day)
    return answer


def unknown(code: str) -> NotInRegister:
    if Authorisation.objects.taken_back().filter(code=code).exists():
        return NotInRegister(_("编码 {code} 的登记有误，已经撤回：不能凭它使用专用标志。").format(code=show_code(code)))
    return NotInRegister(_("登记簿没有核准编码 {code}：请对照标签再输入一次。").format(code=show_code(code)))


def written(answer: Answer) -> str:
    """The part about one authorisation, as HTML."""
    facts = facts_of(answer)
    filled = tuple(name for name, value in facts.items() if value)
    return skeleton(answer.standing, filled).format_map({name: escape(facts[name]) for name in filled})


@lru_cache(maxsize=1_000)
def skeleton(standing: Standing, filled: tuple[str, ...]) -> str:
    """The part about a record of which these facts are known, a {name} in place of each: words are rendered once."""
    facts = {name: f"{{{name}}}" for name in filled}
    return render_to_string("proof/_record.html", facts | {"standing": standing.value})


def facts_of(answer: Answer) -> dict[str, Any]:
    """What the page says of one authorisation; empty what is not known."""
    return {
        "day": answer.day,
        "code": answer.code,
        "shown": show_code(answer.code),
        "producer": answer.producer,
        "former": former_of(answer),
        "uscc": answer.uscc,
        "product": answer.product,
        "slug": answer.slug,
        "since": answer.since,
        "basis": label(Basis, answer.basis),
        "announcement": answer.announcement,
        "announced_on": answer.announced_on,
        "trademark": answer.trademark_number,
        "standard": answer.standard_number,
        "course": course_of(answer),
        "source_key": answer.source_key,
        "source": answer.source,
        "grade": answer.grade,
        "grade_label": label(Grade, answer.grade),
        "times": inquiries.times(answer.code, answer.day),
    }


def former_of(answer: Answer) -> str:
    """What the producer was called before: a package of then still shows it."""
    names = former_names.now().get(answer.uscc, ()) if answer.uscc else ()
    return "，".join(f"{former.name}{until().format(day=former.last_day)}" for former in names)


@cache
def until() -> str:
    """Up to which day a name was in use; translated once."""
    return _("（用到 {day}，含当日）")


def course_of(answer: Answer) -> str:
    """From which day on what holds: 2024-03-01 起可以使用，2025-03-01 起停止使用资格，2025-09-01 注销."""
    return "，".join(turns_in_words(answer))


def turns_in_words(answer: Answer) -> list[str]:
    """The same, one by one."""
    return [f"{start} {turn(standing)}" for start, standing in answer.turns]


TURNS: dict[Standing, Any] = {
    Standing.VALID: gettext_lazy("起可以使用"),
    Standing.SUSPENDED: gettext_lazy("起停止使用资格"),
    Standing.CANCELLED: gettext_lazy("注销"),
    Standing.EXPIRED: gettext_lazy("到期"),
    Standing.UNPROTECTED: gettext_lazy("产品的保护终止"),
}


@cache
def turn(standing: Standing) -> str:
    """What begins on a day; translated once."""
    return str(TURNS[standing])


# --- A token without its page: pasted, or without JavaScript ----------------------------------------------------------


@csrf_exempt  # it changes nothing, and the frame that sends it is kept by the service worker
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The form for the content of a QR code, and below it what the register itself finds. Also the offline frame."""
    content = request.POST.get("content", "")
    context: dict[str, Any] = {"content": content if len(content) < LONGEST_SHOWN else ""}
    if request.method == "POST":
        verdict = verify(content, clock.now())
        context |= {"verdict": verdict, "answer": answer_to(verdict), "genuine": verdict.judgement == Judgement.GENUINE}
    return framed(request, FRAME, _("核验二维码"), render_to_string("proof/_check.html", context))


LONGEST_SHOWN = 3_000  # characters


def answer_to(verdict: Verdict) -> Answer | None:
    """What the register says of the authorisation whose token is genuine."""
    return by_code(verdict.claims["sub"], clock.today()) if verdict.claims else None


# --- What verifies: keys, the list of revocations, the service worker -------------------------------------------------


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """The public keys (RFC 7517)."""
    content = json.dumps(public_keys(clock.now()), separators=(",", ":"))
    return published(request, content, "application/jwk-set+json")


@page
def statuses(request: HttpRequest, number: int) -> HttpResponse:
    """The signed list of revocations; there is one as long as a million places do."""
    if number != 1:
        raise NotInRegister(_("没有这份撤销列表：只有 /status/1。"))
    now, at = clock.now(), revision()
    etag = f'"{at}-{signing().kid}-{dated(now)}"'
    if same := get_conditional_response(request, etag=etag):
        return same
    return published(request, status_list(now, at, address(request)), "application/statuslist+jwt", etag)


def published(request: HttpRequest, content: str, media_type: str, etag: str = "") -> HttpResponse:
    """For anybody, from any page, asked again each time; 304 where nothing changed (by ConditionalGetMiddleware)."""
    headers = {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"} | ({"ETag": etag} if etag else {})
    return HttpResponse(content, content_type=media_type, headers=headers)


def address(request: HttpRequest) -> str:
    """The register's own address without an end, as QR codes and lists name it."""
    return settings.REGISTER_ADDRESS or f"{request.scheme}://{request.get_host()}"


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, told what to keep; it changes with any of these, so that the browser fetches them anew."""
    kept = [
        reverse("proof"),
        reverse("jwks"),
        reverse("statuses", args=[1]),
        *(static(f"css/{name}.css") for name in STYLES),
        *(static(f"js/{name}.js") for name in SCRIPTS),
        static("favicon.svg"),
    ]
    worker = static("js/proof/worker.js")
    script = f"// {version()}\nself.KEPT = {json.dumps(kept)};\nimportScripts({json.dumps(worker)});\n"
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@cache
def version() -> str:
    """Another one for another frame, so that a new version of the program reaches those who kept an old one."""
    return hashlib.sha256((render_to_string(FRAME) + render_to_string("proof/_check.html")).encode()).hexdigest()
