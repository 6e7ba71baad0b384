"""Who may use the official mark, as JSON: one authorisation, those that fit a question, and many companies at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from gi_registry.api.answers import answer, as_json, problem
from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotInRegister, NotKnown, Refusal, TooLong
from gi_registry.core.revision import revision as newest_revision
from gi_registry.core.validators import day_reached, whole_number
from gi_registry.gazette.models import Grade
from gi_registry.marks import inquiries
from gi_registry.marks.answers import Answer, by_code, of_product
from gi_registry.marks.api_keys import key_in, owner_of
from gi_registry.marks.bulk import Checked, check, read_codes
from gi_registry.marks.codes import read_code, show_code
from gi_registry.marks.questions import Line, Reply, TakenFor, ask, of_uscc, reply_of
from gi_registry.marks.states import Basis, Standing
from gi_registry.opendata.texts import guarded
from gi_registry.products.models import Product
from gi_registry.products.register import label

MEGABYTE = 1024 * 1024
LARGEST = 1 * MEGABYTE
MOST, USUAL = 1_000, 50  # authorisations in one answer
CSV = "text/csv; charset=utf-8"

# --- One authorisation -----------------------------------------------------------------------------------------------


@answer
def single(request: HttpRequest, revision: int, code: str) -> HttpResponse:
    """What the register says of one authorisation on a day; the code may be typed as people type it."""
    on, known = day_reached(request.GET.get("on", "")), read_code(code)
    found = by_code(known, on)
    if found is None:
        raise NotInRegister(f"登记簿没有核准编码 {show_code(known)}：请对照标签再输入一次。")
    inquiries.count(known, clock.today())
    return as_json({"on": on.isoformat(), "revision": revision, **described(found)})


def described(answer: Answer) -> dict[str, Any]:
    """One authorisation as the public may read it."""
    return {
        "code": answer.code,
        "url": f"/v/{answer.code}",
        "producer": answer.producer,
        "producer_now": answer.producer_now,
        "uscc": answer.uscc,
        "product": answer.slug,
        "product_name": answer.product,
        "basis": answer.basis,
        "basis_label": label(Basis, answer.basis),
        "number": answer.number,
        "trademark_number": answer.trademark_number,
        "standard_number": answer.standard_number,
        "announcement": answer.announcement,
        "announced_on": iso(answer.announced_on),
        "valid_from": iso(answer.valid_from),
        "valid_until": iso(answer.valid_until),
        "may_use": answer.may_use,
        "standing": answer.standing.value,
        "standing_label": label(Standing, answer.standing.value),
        "since": answer.since.isoformat(),
        "grade": answer.grade,
        "grade_label": label(Grade, answer.grade),
        "source": answer.source,
        "source_url": f"/sources/#{answer.source_key}",
    }


def iso(day: date | None) -> str | None:
    """A day as JSON has it."""
    return None if day is None else day.isoformat()


# --- Those that fit a question ---------------------------------------------------------------------------------------


@answer
def collection(request: HttpRequest, revision: int) -> HttpResponse:
    """Authorisations by what people type, by 统一社会信用代码, or of one product."""
    on = day_reached(request.GET.get("on", ""))
    limit = whole_number(request.GET.get("limit", ""), "limit", 1, MOST, USUAL)
    reply = reply_to(request.GET, on, limit)
    return as_json(
        {
            "on": on.isoformat(),
            "revision": revision,
            "taken_for": reply.taken_for.value,
            "understood": reply.understood,
            "conclusion": reply.conclusion,
            "proves": reply.proves,
            "more": reply.more,
            "authorisations": [found_as(line) for line in reply.lines],
            "alike": [found_as(line) for line in reply.alike],
        }
    )


def found_as(line: Line) -> dict[str, Any]:
    """One authorisation, with the former name where it was found by that."""
    return described(line.answer) | {"former_name": line.former} if line.former else described(line.answer)


def reply_to(asked: QueryDict, on: date, limit: int) -> Reply:
    """What is said to a credit code, else to a text, else of a product. Raises BadInput where nothing is asked."""
    q, uscc, product = asked.get("q", "").strip(), asked.get("uscc", "").strip(), product_of(asked.get("product", ""))
    if uscc:
        return of_uscc(uscc, on, product, limit)
    if q:
        return ask(q, on, product, limit=limit)
    if product:
        return reply_of(product, on, TakenFor.PRODUCT, of_product(product, on), limit=limit)
    raise BadInput("请写明要查什么：q（名称、代码或号码）、uscc（统一社会信用代码）或 product（产品的网址名）。")


# --- Many companies at once ------------------------------------------------------------------------------------------


def with_a_key(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Wrap a view that a program posts to: it shows its key (RFC 6750), and refusals are problem+json."""

    @csrf_exempt  # a key is no cookie: no other site can have a browser send it
    @require_POST
    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        try:
            owner_of(key_in(request.headers.get("Authorization", "")))
            return view(request)
        except Refusal as refusal:
            return refused(refusal)

    return wrapped


def refused(refusal: Refusal) -> HttpResponse:
    """The problem, and for who showed no key how to show one."""
    response = problem(refusal)
    if refusal.status == NotKnown.status:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


@with_a_key
def bulk(request: HttpRequest) -> HttpResponse:
    """A CSV with a column of codes, answered row by row as JSON or CSV."""
    asked = request.GET
    write, on, product = (
        writer(asked.get("format", "")),
        day_reached(asked.get("on", "")),
        product_of(asked.get("product", "")),
    )
    rows = check(read_codes(body_of(request)), on, product or None)
    response = write(rows, on)
    response.headers["Cache-Control"] = "no-store"
    return response


def body_of(request: HttpRequest) -> bytes:
    """What was sent, of which never more than the limit is read. Raises TooLong, and BadInput for a form."""
    if str(request.content_type).startswith("multipart/"):
        raise BadInput("请把 CSV 直接作为请求正文送来（curl --data-binary @文件名），不要用表单。")
    content: bytes = request.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise TooLong(f"文件超过 {LARGEST // MEGABYTE} MB，没有接收：只送统一社会信用代码一列就够，或分几次送。")
    return content


def product_of(slug: str) -> str:
    """The slug, "" where none is given. Raises NotInRegister."""
    if slug and not Product.objects.filter(slug=slug).exists():
        raise NotInRegister(f"登记簿没有网址名为“{slug[:60]}”的产品。")
    return slug


def writer(name: str) -> Callable[[list[Checked], date], HttpResponse]:
    """The way to answer that `format` asks for. Raises BadInput."""
    if name and name not in WRITERS:
        raise BadInput(f"format 只能是 {'、'.join(WRITERS)}，所给的是“{name[:20]}”。")
    return WRITERS[name or "json"]


def rows_as_json(rows: list[Checked], on: date) -> HttpResponse:
    """Every row with all of its authorisations."""
    answered = [
        {
            "row": row.row,
            "given": row.given,
            "uscc": row.uscc or None,
            "note": row.note,
            "result": row.result.value,
            "result_label": label(type(row.result), row.result.value),
            "authorisations": [described(found) for found in row.answers],
        }
        for row in rows
    ]
    return as_json({"on": on.isoformat(), "revision": newest_revision(), "rows": answered})


COLUMNS = ("row", "given", "uscc", "result", "result_label", "products", "codes", "note")


def rows_as_csv(rows: list[Checked], on: date) -> HttpResponse:
    """A line for every row; products and codes are those on which the result rests. A byte order mark for Excel."""
    file = io.StringIO(newline="")
    lines = csv.writer(file)
    lines.writerow(COLUMNS)
    for row in rows:
        said = (row.result.value, label(type(row.result), row.result.value))
        best = ("；".join(found.product for found in row.best), "；".join(found.code for found in row.best))
        texts = (row.given, row.uscc, *said, *best, row.note)
        lines.writerow([row.row, *map(guarded, texts)])
    return HttpResponse("\ufeff" + file.getvalue(), content_type=CSV)


WRITERS = {"json": rows_as_json, "csv": rows_as_csv}
