"""What the field app asks and sends, under /field/: JSON both ways, by session cookie and CSRF token.

A session that has ended answers 401 in JSON, never a page to sign in at, so that no queue takes that page for success.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from gi_registry.api.answers import PROBLEM, as_json, problem
from gi_registry.core import clock
from gi_registry.core.durable import on_disk
from gi_registry.core.errors import BadInput, NotAllowed, NotInRegister, NotKnown, Refusal, TooLong
from gi_registry.inspections import bundle, photos
from gi_registry.inspections.arrival import receive
from gi_registry.inspections.models import Record
from gi_registry.inspections.permissions import records_within_reach
from gi_registry.inspections.rescue import LARGEST_FILE, receipt, rescued
from gi_registry.inspections.sent import LARGEST_BODY, read
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act, reach

JSON_BODY = "application/json"
LARGEST_DRAINED, BLOCK = 10 * 1024 * 1024, 64 * 1024
RANGE = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})")
SIGNED_OUT = "登录已过期：请重新登录后再送，队列里的记录都还在。"
FORGED = "页面的校验码已更换：请再送一次。"
BROKEN_OFF = "没有收完，连接断了：请接着送。"

View = Callable[..., HttpResponse]


class Forgery(CsrfViewMiddleware):
    """Django's own check, which gives its reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


forgery = Forgery(lambda _request: HttpResponse())


def field(*methods: str) -> Callable[[View], View]:
    """Wrap a view: who may inspect is let in, everybody else and every refusal gets a problem in JSON."""

    def decorate(view: View) -> View:
        @csrf_exempt  # checked below, so that the answer is JSON and says 401 first
        @never_cache
        @wraps(view)
        def wrapped(request: HttpRequest, **named: Any) -> HttpResponse:
            try:
                return answered(request, **named)
            finally:
                drain(request)

        def answered(request: HttpRequest, **named: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return problem(NotKnown(SIGNED_OUT))
            try:
                refuse_others(request, methods)
                if forgery.process_view(request, view, (), {}) is not None:
                    return forged(request)
                with on_disk():  # the phone lets go of what this answers for
                    return view(request, **named)
            except UnreadablePostError:
                return problem(BadInput(BROKEN_OFF))
            except Refusal as refusal:
                return refused(refusal)

        return wrapped

    return decorate


def drain(request: HttpRequest) -> None:
    """Read what nobody read: a connection that is closed on a sender takes the answer with it."""
    left = LARGEST_DRAINED
    try:
        while left > 0 and (block := request.read(BLOCK)):
            left -= len(block)
    except UnreadablePostError:
        return


class NotSo(Refusal):
    """Another method than the address takes."""

    status = 405


def refuse_others(request: HttpRequest, methods: tuple[str, ...]) -> None:
    """Raises NotAllowed, NotSo, and BadInput for a form, which would be read before anybody knows its length."""
    if reach(request.user, Act.INSPECT) is None:
        raise NotAllowed("您的账号不能记录现场检查。")
    if request.method not in methods:
        raise NotSo(f"这个网址只收 {'、'.join(methods)}。")
    if request.method == "POST" and request.content_type != JSON_BODY:
        raise BadInput("请用 JSON 送来。")


def forged(request: HttpRequest) -> HttpResponse:
    """The token was of another sign-in: here is the one of this."""
    return told(NotAllowed(FORGED), {"csrf": get_token(request)})


def refused(refusal: Refusal) -> HttpResponse:
    """The problem; for a picture with a gap also how much of it is here."""
    return told(refusal, {"have": refusal.have, "complete": False} if isinstance(refusal, photos.Gap) else {})


def told(refusal: Refusal, more: dict[str, Any]) -> HttpResponse:
    """A refusal with more to read for a program."""
    response = as_json(refusal.as_problem() | more, PROBLEM)
    response.status_code = refusal.status
    return response


def body_of(request: HttpRequest, largest: int) -> bytes:
    """What was sent, of which never more than the limit is read. Raises TooLong."""
    content: bytes = request.read(largest + 1)
    if len(content) > largest:
        raise TooLong(f"所送的内容超过 {largest // (1024 * 1024)} MB，没有收下：请分几次送。")
    return content


def who(request: HttpRequest) -> User:
    """The person who has signed in."""
    return cast("User", request.user)


# --- Taking along ----------------------------------------------------------------------------------------------------


def about(request: HttpRequest) -> dict[str, Any]:
    """Who asks, and what their next writing has to show."""
    return {"csrf": get_token(request), "me": {"username": who(request).username, "name": who(request).name}}


@field("GET")
def plans(request: HttpRequest) -> HttpResponse:
    """The plans under way with tasks of the person's."""
    return as_json({"server_at": clock.now().isoformat(), "plans": bundle.plans_for(who(request))} | about(request))


@field("GET")
def plan(request: HttpRequest, number: str) -> HttpResponse:
    """All that is taken along of one plan. From now on the sign-in lasts as long as what was taken."""
    taken = bundle.bundle(number, who(request))
    request.session.set_expiry(int(bundle.GOOD_FOR.total_seconds()))
    return as_json(taken | about(request))


# --- Records ---------------------------------------------------------------------------------------------------------


@field("POST")
def records(request: HttpRequest) -> HttpResponse:
    """A record sent in, for the first time or again."""
    sent = read(body_of(request, LARGEST_BODY), request.headers.get("X-Body-SHA256", ""))
    return as_json(receipt(receive(sent, by=who(request), device_now=device_now(request))))


def device_now(request: HttpRequest) -> datetime | None:
    """What the device's clock shows, where it says so."""
    try:
        instant = datetime.fromisoformat(request.headers.get("X-Device-Time", ""))
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


@field("GET")
def record(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What the register has of a record."""
    found = within_reach(request, uuid)
    if found is None:
        raise NotInRegister("登记簿里没有这条记录。")
    return as_json(receipt(found))


def within_reach(request: HttpRequest, uuid: UUID) -> Record | None:
    """A record of those that the person may see."""
    return records_within_reach(request.user).filter(uuid=uuid).select_related("task__plan").first()


# --- Pictures --------------------------------------------------------------------------------------------------------


@field("GET", "HEAD", "PUT")
def photo(request: HttpRequest, sha256: str) -> HttpResponse:
    """How much of a picture is here; bytes of it from where it ended."""
    if request.method != "PUT":
        return how_much(photos.held(sha256), request)
    start, total = range_of(request)
    return how_much(photos.take(sha256, request, start=start, total=total, by=who(request)), request)


def range_of(request: HttpRequest) -> tuple[int, int]:
    """Where the bytes begin and how many there are in all. Raises BadInput."""
    told = request.headers.get("Content-Range", "")
    if not told:
        return 0, length_of(request)
    found = RANGE.fullmatch(told)
    first, last, total = (int(part) for part in found.groups()) if found else (1, 0, 0)
    if not first <= last < total:
        raise BadInput("Content-Range 应写成 bytes 0-99/100。")
    return first, total


def length_of(request: HttpRequest) -> int:
    """The length that the request announces; 0 where it announces none."""
    told = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(told) if told.isascii() and told.isdigit() else 0


def how_much(held: photos.Held, request: HttpRequest) -> HttpResponse:
    """In the body, and in a header for those who ask for no body; `?record=` asks how a record stands now."""
    response = as_json({"have": held.have, "complete": held.complete} | standing(request))
    response.headers["X-Have"] = str(held.have)
    return response


def standing(request: HttpRequest) -> dict[str, Any]:
    """What `?record=` asks for; nothing where it names none within reach."""
    try:
        found = within_reach(request, UUID(request.GET["record"]))
    except (KeyError, ValueError):
        return {}
    return {"record": receipt(found)} if found is not None else {}


# --- The rescue ------------------------------------------------------------------------------------------------------


@field("POST")
def rescue(request: HttpRequest) -> HttpResponse:
    """A queue that was exported to a file; each of its records and pictures is taken or refused by itself."""
    return as_json(rescued(body_of(request, LARGEST_FILE), by=who(request)))
